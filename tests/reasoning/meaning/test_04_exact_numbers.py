"""Meaning 4: shares are rationals; traps of decimal arithmetic; what a fact row may hold."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.reasoning.methodology import ON, LowResults, P, Sitting, Strictly, judge, sitting, years

from shnor_engine.errors import FactError
from shnor_engine.law import Law
from shnor_engine.reasoning import Facts, decide
from shnor_engine.rules import Fact, Field, Rule, Share, any_, share


@pytest.mark.parametrize(("below", "whole"), [(8, 27), (11, 37), (13, 44), (14, 47)])
def test_a_share_that_rounds_to_thirty_percent_but_lies_below_is_not_low(below: int, whole: int) -> None:
    assert judge(years([(whole, below)] * 2)).outcome == "not_met"
    assert judge(years([(whole, below + 1)] * 2)).outcome == "met"


def test_exactly_thirty_percent_is_low_unless_the_region_says_more_than() -> None:
    assert judge(years([(10, 3), (20, 6)])).outcome == "met"
    assert judge(years([(10, 3), (20, 6)]), Strictly).outcome == "not_met"


@given(st.integers(1, 60), st.data())
def test_the_comparison_is_the_cross_multiplied_one(whole: int, data: st.DataObject) -> None:
    below = data.draw(st.integers(0, whole))

    class One(Rule, per=("school", "year"), id="t.one"):
        verdict = any_(LowResults.low)

    found = judge([sitting(2024, "p", whole, below)], One).values["verdict"]
    assert found is (100 * below >= 30 * whole)


class Cells(Fact, grain=("school", "year")):
    n = Field[int]("число", bounds=(0, 100))
    part = Field[Share]("доля")
    code = Field[str]("код", among=("01611", "1611"))
    yes = Field[bool]("да")


GOOD: dict[str, Any] = {"school": "s", "year": 2024, "n": 1, "part": Fraction(1, 3), "code": "01611", "yes": True}


@pytest.mark.parametrize(
    ("column", "bad", "message"),
    [
        ("n", 1.0, "column n: 1.0 is a float, not a whole or exact number; a float is not exact"),
        ("n", True, "True is a bool"),
        ("n", 101, "101 lies outside 0..100"),
        ("part", Fraction(4, 3), "4/3 lies outside 0..1"),
        ("part", 0.3, "a float is not exact"),
        ("code", 1611, "1611 is a int, not text"),
        ("code", "x", "'x' is none of 01611, 1611"),
        ("yes", 1, "1 is a int, not true or false"),
        ("year", "2024", "key year is '2024', not a year like 2024"),
        ("school", None, "key school is None"),
    ],
)
def test_a_value_of_another_type_or_out_of_bounds_is_refused_with_row_and_column(
    column: str, bad: Any, message: str
) -> None:
    with pytest.raises(FactError) as caught:
        Facts.of({Cells: [GOOD, {**GOOD, "year": 2023, column: bad}]})
    assert "Cells, row 1" in str(caught.value)
    assert message in str(caught.value)


def test_a_missing_column_is_refused_with_near_names() -> None:
    with pytest.raises(FactError, match=r"column part is missing; did you mean parts"):
        Facts.of({Cells: [{**{k: v for k, v in GOOD.items() if k != "part"}, "parts": None}]})


def test_codes_are_text_and_keep_their_leading_zero() -> None:
    class Coded(Rule, per=("school", "year"), id="t.code"):
        code = Cells.code
        verdict = code.is_("01611")

    facts = Facts.of({Cells: [GOOD]})
    verdict = decide(Coded, {"school": "s", "year": 2024}, facts, Law.of(), on=ON)
    assert verdict.values == {"code": "01611", "verdict": True}


def test_a_decimal_is_exact() -> None:
    class Third(Rule, per=("school", "year"), id="t.third"):
        verdict = Cells.part >= Fraction(3, 10)

    facts = Facts.of({Cells: [{**GOOD, "part": Decimal("0.3")}]})
    assert decide(Third, {"school": "s", "year": 2024}, facts, Law.of(), on=ON).outcome == "met"


def test_facts_come_from_a_frame_with_columns_of_other_names() -> None:
    rows = years([(10, 3), (20, 6)])
    frame = pl.DataFrame(rows).rename({"school": "school_id", "below_min": "below"})
    columns = {Sitting: {"school": "school_id", "below_min": "below"}}
    closed = pl.DataFrame({"school_id": ["s", "s"], "year": [2023, 2024], "events": [["c1"], ["c2"]]})
    for table in (frame, frame.lazy()):
        facts = Facts.of({Sitting: table}, closed={Sitting: closed}, columns=columns)
        verdict = decide(LowResults, {"school": "s", "year": 2024}, facts, Law.of(P), on=ON)
        assert verdict.outcome == "met"
        assert facts.closing(Sitting, {"school": "s", "year": 2024}) == ("c2",)


def test_a_share_is_a_fraction_in_the_values() -> None:
    class Shared(Rule, per=("school", "year", "procedure"), id="t.shared"):
        part = share(Sitting.below_min, of=Sitting.participants)
        verdict = part >= P.low_share

    facts = Facts.of({Sitting: [sitting(2024, "p", 27, 8)]})
    keys = {"school": "s", "year": 2024, "procedure": "p"}
    verdict = decide(Shared, keys, facts, Law.of(P), on=ON)
    assert verdict.values["part"] == Fraction(8, 27)
    assert verdict.to_json()["values"]["part"] == "8/27"
