"""From the district's report to decisions: the Seversky history 2020–2024 in one run.

Builds `out/severskiy.db` from the report transcribed in `data/severskiy/`, prints the lists with their churn,
the decisions with one explanation in full, the recommendations, and writes `out/spravka.md`.

    python examples/severskiy_2020_2024.py [OUT_FOLDER]
"""

from __future__ import annotations

import sys
from pathlib import Path

from severskiy_history import REPORTED, history
from shnor_engine import Engine

YEAR = 2024
EXPLAINED = "МБОУ СОШ №6"  # off the list and still under support: what a reader asks about first


def build(path: Path) -> Engine:
    """A fresh log at `path` with the whole report in it."""
    for end in ("", "-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = Engine.open(path)
    done = engine.append(history(), actor="methodologist", recorded_at=REPORTED)
    print(f"Журнал {path}: {len(done.positions)} событий, партия {done.batch}.", file=sys.stderr)
    return engine


def title(text: str) -> None:
    print(f"\n{text}\n{'=' * len(text)}")


def main(out: Path) -> None:
    moment = {"year": YEAR, "on": REPORTED, "as_known": REPORTED}
    with build(out / "severskiy.db") as engine:
        title("Перечень ШНОР Северского района")
        print(engine.lists(as_known=REPORTED).text())

        title(f"Решения на {REPORTED:%d.%m.%Y}")
        print(engine.assess(**moment).text("ru"))

        title(f"Одно объяснение полностью: {EXPLAINED}")
        print(engine.explain(EXPLAINED, **moment).text("ru"))

        title("Рекомендации")
        print(engine.recommend(**moment).text("ru"))

        spravka = out / "spravka.md"
        spravka.write_text(engine.report(**moment), encoding="utf-8")
        print(f"\nСправка: {spravka}\n{engine.verify().summary()}", file=sys.stderr)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("out"))
