"""`python -m benchmarks [NAME …] [--quick]`: run, print the table, keep it in benchmarks/results/."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from benchmarks.measure import Row, machine

NAMES = (
    "startup",
    "append",
    "growth",
    "peers",
    "tables",
    "explain",
    "nation",
    "intake",
    "reports",
    "simulate",
    "plugins",
    "columns",
    "engines",
)
RESULTS = Path(__file__).parent / "results"
HEAD = "| what | ours | baseline | ratio | bar | note |\n|---|---|---|---|---|---|"


def run(name: str, *, quick: bool) -> list[Row]:
    """The rows of one benchmark, printed as they come."""
    found = []
    for row in import_module(f"benchmarks.{name}").rows(quick=quick):
        print(row.line(), flush=True)
        found.append(row)
    return found


def keep(name: str, found: list[Row]) -> None:
    """The last result of a benchmark, for people and for programs."""
    RESULTS.mkdir(exist_ok=True)
    day, on = datetime.now(UTC).date().isoformat(), machine()
    table = "\n".join(row.line() for row in found)
    (RESULTS / f"{name}.md").write_text(f"# {name}\n\n{day}; {on}\n\n{HEAD}\n{table}\n", encoding="utf-8")
    data = {"day": day, "machine": on, "rows": [row.as_json() for row in found]}
    (RESULTS / f"{name}.json").write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Run what is asked for; quick runs are not kept."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *NAMES], help=f"which: {', '.join(NAMES)}; default all")
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that it runs; nothing is kept")
    asked = parser.parse_args()
    print(machine(), HEAD, sep="\n\n")
    for name in asked.names or NAMES:
        found = run(name, quick=asked.quick)
        if not asked.quick:
            keep(name, found)


if __name__ == "__main__":
    main()
