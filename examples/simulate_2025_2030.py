"""What may become of the district's list in 2025–2030, with and without a programme, and what the data cannot tell.

Prints its assumptions first, then the findings; writes the whole run (report, tables, figures, manifest) to
`out/simulation`. Needs the extra `sim`.

    python examples/simulate_2025_2030.py [OUT_FOLDER] [DRAWS]
"""

from __future__ import annotations

import sys
from pathlib import Path

from severskiy_history import REPORTED, history
from shnor_engine import Engine
from shnor_engine.errors import MissingExtra

YEARS = (2025, 2030)


def main(out: Path, draws: int) -> None:
    with Engine.open(":memory:") as engine:
        engine.append(history(), actor="methodologist", recorded_at=REPORTED)
        print(f"Считаю {draws} районов…", file=sys.stderr)
        try:
            found = engine.simulate(YEARS, draws=draws, seed=2024)
        except MissingExtra as error:
            print(f"Без моделирования: {error}", file=sys.stderr)
            return

    from shnor_engine.simulate.report import assumptions_text

    print(assumptions_text(found), end="\n\n")
    said = found.report()
    print(said[said.index("## Главное") :])
    print(f"Расчёт {found.run_id}: {found.write(out / 'simulation')}", file=sys.stderr)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("out"), int(sys.argv[2]) if len(sys.argv) > 2 else 4000)
