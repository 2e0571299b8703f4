"""The page of reference names every projection with every column that it has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.projections.constructed import CATALOGUE

from shnor_engine.log import SqliteLog
from shnor_engine.projections import PROJECTIONS, project
from shnor_engine.tables import Tables

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "projections.md"
WHEN = ("start", "end", "precision", "kind")


def documented() -> dict[str, set[str]]:
    rows = re.findall(r"^\| `(\w+)` \|[^|]*\|(.*)\|$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {name: set(re.findall(r"`([\w*]+)`", columns)) for name, columns in rows}


@pytest.mark.parametrize("name", PROJECTIONS)
def test_the_page_names_every_column(name: str) -> None:
    with SqliteLog.open(":memory:", registry=CATALOGUE) as log:
        columns = set(project(Tables(log, CATALOGUE).at(), name).collect_schema().names()) - {"events"}
    said = documented()[name]
    moments = {one[: -len("*")] + part for one in said if one.endswith("_*") for part in WHEN}
    assert {one for one in said if not one.endswith("_*")} | moments == columns
