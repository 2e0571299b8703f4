"""A region that the law does not know is refused by name before anything is decided, one by one and in columns."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import polars as pl
import pytest

from shnor_engine.errors import LawError
from shnor_engine.law import Dated, Law, Override, Parameters
from shnor_engine.reasoning import Facts, columns, decide, decide_each
from shnor_engine.rules import Fact, Field, Rule

ON = date(2024, 12, 31)


class P(Parameters):
    least = Dated[int]({"2020-01-01": 5}, region_may_override=True)


class Unit(Fact, grain=("unit", "year")):
    n = Field[int]("число", bounds=(0, 50))


class Enough(Rule, per=("unit", "year"), id="t.enough"):
    verdict = Unit.n >= P.least


LAW = Law.of(P, overrides=[Override.of("r1", P.least, {"2020-01-01": 7})], regions={"r1": "", "town": "r1"})
PLACES: list[dict[str, Any]] = [{"unit": unit, "year": 2024} for unit in "ab"]
ROWS = [{**place, "n": 6} for place in PLACES]
REFUSED = "unknown region r9 of b; this law knows r1, town"


def test_one_by_one_it_is_refused() -> None:
    facts = Facts.of({Unit: ROWS})
    with pytest.raises(LawError, match=REFUSED):
        decide(Enough, PLACES[1], facts, LAW, on=ON, region="r9")
    with pytest.raises(LawError, match=REFUSED):
        next(iter(decide_each(Enough, PLACES, facts, LAW, on=ON, regions={"a": "r1", "b": "r9"})))


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
@pytest.mark.parametrize("as_frame", [False, True], ids=["mapping", "frame"])
def test_in_columns_it_is_refused(engine: str, as_frame: bool) -> None:
    def frame(rows: Any) -> Any:
        made = pl.DataFrame(rows)
        return made.lazy() if engine == "polars" else duckdb.from_arrow(made.to_arrow())

    named = {"a": "r1", "b": "r9"}
    regions = frame([{"unit": unit, "region": region} for unit, region in named.items()]) if as_frame else named
    with pytest.raises(LawError, match=REFUSED):
        columns(Enough, {Unit: frame(ROWS)}, LAW, on=ON, regions=regions)


def test_known_regions_and_those_of_a_law_that_names_none_decide() -> None:
    facts = Facts.of({Unit: ROWS})
    found = decide_each(Enough, PLACES, facts, LAW, on=ON, regions={"a": "town"})
    assert [verdict.outcome for verdict in found] == ["not_met", "met"]
    assert decide(Enough, PLACES[1], facts, Law.of(P), on=ON, region="r9").outcome == "met"
