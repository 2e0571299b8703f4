"""Do 90 % intervals hold the truth in 90 of 100 districts? A stored run, not a test: it takes minutes.

`python -m benchmarks.coverage [DRAWS] [--quick]` draws districts from the prior, takes 200 of them as if they were
real (their parameters are known), calibrates each by all the others on sizes, stays, entries and distinct schools of
the years 2020, 2022, 2023 and 2024, and counts how often the interval of each parameter holds the truth. A quick run
shows that it runs: fewer draws and districts, nothing kept.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from shnor_engine.packs import find_pack
from shnor_engine.simulate.calibrate import Table, coverage, prior_table
from shnor_engine.simulate.history import History
from shnor_engine.simulate.judge import NAMES, Judge
from shnor_engine.simulate.model import World
from shnor_engine.simulate.parameters import read_parameters

PACK = find_pack("ru.shnor.a-and-b")
TESTS, LEVEL, BAND = 200, 0.9, (0.85, 0.95)
YEARS = (2020, 2022, 2023, 2024)
PLACE = Path(__file__).parent / "results" / "coverage.md"


def table(draws: int, seed: int) -> Table:
    world = World(tuple(f"place/{n}" for n in range(32)), NAMES[:6], 2019, 2024)
    judge = Judge(PACK, date(2024, 12, 31))
    return prior_table(world, read_parameters(), judge, seed=seed, draws=draws)


def page(draws: int, seed: int, tests: int, found: dict[str, float]) -> str:
    lines = [
        "# Coverage",
        "",
        f"{tests} districts with known parameters, each calibrated by the other {draws - 1:,} draws (seed {seed}); "
        f"the nearest 1 % are kept. Share of the {LEVEL:.0%} intervals that hold the truth; wanted "
        f"{BAND[0]:.0%} to {BAND[1]:.0%}. Of 200 runs of a perfect method 95 in 100 lie between 86 % and 94 %.",
        "",
        "| parameter | coverage | in the band |",
        "|---|---|---|",
        *(f"| `{name}` | {share:.1%} | {_in_band(share)} |" for name, share in found.items()),
        "",
        "Do it again: `python -m benchmarks.coverage`.",
    ]
    return "\n".join(lines) + "\n"


def _in_band(share: float) -> str:
    return "yes" if BAND[0] <= share <= BAND[1] else "NO"


def main(draws: int, tests: int, *, keep: bool, seed: int = 2024) -> None:
    lists = {year: frozenset[str]() for year in YEARS}
    history = History(tuple(f"place/{n}" for n in range(32)), lists, (2021,), {})
    found = coverage(table(draws, seed), history, tests=tests, keep=draws // 100, level=LEVEL)
    text = page(draws, seed, tests, found)
    print(text)
    if keep:
        PLACE.parent.mkdir(exist_ok=True)
        PLACE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    quick, numbers = "--quick" in sys.argv, [int(word) for word in sys.argv[1:] if word != "--quick"]
    main(numbers[0] if numbers else 2_000 if quick else 40_000, 20 if quick else TESTS, keep=not quick)
