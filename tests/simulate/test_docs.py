"""The model card holds every parameter and lever as the file has them."""

from __future__ import annotations

import re
from pathlib import Path

from shnor_engine.simulate.parameters import Parameters, read_parameters

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "explanation" / "simulation.md"
OPEN, CLOSE = "<!-- parameters -->\n", "<!-- /parameters -->"


def tables(parameters: Parameters) -> str:
    """The two tables of the page; run this module to write them."""
    lines = ["", "| parameter | value | range | unit | kind | source | note |", "|---|---|---|---|---|---|---|"]
    lines += [
        f"| `{p.name}` | {p.value:g} | {p.low:g} … {p.high:g} | {p.unit} | {p.kind} | {p.source} | {p.note} |"
        for p in parameters.items.values()
    ]
    lines += ["", "| lever | mean | spread | source | note |", "|---|---|---|---|---|"]
    lines += [
        f"| `{x.name}` | {x.mean:g} | {x.spread:g} | {x.source} | {x.note} |" for x in parameters.levers.values()
    ]
    lines += ["", "| form | levers | hours of a school | staff hours |", "|---|---|---|---|"]
    lines += [f"| `{f.form}` | {', '.join(f.levers)} | {f.dose:g} | {f.cost:g} |" for f in parameters.forms.values()]
    return "\n".join(lines) + "\n\n"


def test_the_model_card_holds_every_parameter_as_the_file_has_it(parameters: Parameters) -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text[text.index(OPEN) + len(OPEN) : text.index(CLOSE)] == tables(parameters)


def test_each_demand_of_an_expert_is_held_by_something_that_is_there() -> None:
    """Every test, file and heading that the table names exists, and no row is empty."""
    text = PAGE.read_text(encoding="utf-8").split("## What an expert will demand")[1].split("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 25
    written = (ROOT / "src/shnor_engine/simulate/report.py").read_text(encoding="utf-8")
    for demand, held in rows:
        tests = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", held)
        files = re.findall(r"`(benchmarks/[\w/.]+)`", held)
        headings = re.findall(r"report, «([^»]+)»", held)
        assert tests or files or headings, demand
        for file, name in tests:
            assert re.search(rf"^def {name}\(", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE), name
        for file in files:
            assert (ROOT / file).exists(), file
        for heading in headings:
            assert heading in written, heading


if __name__ == "__main__":
    page = PAGE.read_text(encoding="utf-8")
    head, tail = page.index(OPEN) + len(OPEN), page.index(CLOSE)
    PAGE.write_text(page[:head] + tables(read_parameters()) + page[tail:], encoding="utf-8")
