"""Three lists over three years: each list, and what is left open while a year is not known."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.packs.methodologies.three_lists import PACK, Result

from shnor_engine.reasoning import Facts, Verdict

ON = date(2020, 1, 24)
YEARS = (2017, 2018, 2019)
LOW, HIGH, PLAIN = (10, 3, 0), (10, 0, 5), (10, 2, 4)


def judge(*years: tuple[Any, Any, Any] | None) -> Verdict:
    rows = [
        {"school": "s", "year": year, "participants": whole, "below": below, "above": above, "events": [str(year)]}
        for year, given_ in zip(YEARS, years, strict=True)
        if given_ is not None
        for whole, below, above in [given_]
    ]
    return PACK.decide({"school": "s", "year": 2019}, Facts.of({Result: rows}), on=ON)


@pytest.mark.parametrize(
    ("years", "decision"),
    [
        ((LOW, LOW, LOW), "low"),
        ((HIGH, HIGH, HIGH), "high"),
        ((LOW, PLAIN, PLAIN), "risk"),
        ((LOW, LOW, HIGH), "risk"),
        ((PLAIN, HIGH, HIGH), "none"),
        ((LOW, None, LOW), "undetermined"),
        ((LOW, None, PLAIN), "risk"),
        ((None, HIGH, HIGH), "undetermined"),
    ],
)
def test_three_years_put_a_school_on_one_list(years: Any, decision: str) -> None:
    assert PACK.decision(judge(*years)) == decision


def test_an_unknown_year_leaves_only_the_lists_that_are_possible() -> None:
    verdict = judge(LOW, None, LOW)
    assert verdict.values["listed"] == ("low", "risk")
    assert verdict.outcome == "met"
    text = PACK.explain(verdict).text("ru")
    assert "Три перечня в любом случае; возможно: стабильно низкие / группа риска" in text
    assert "2018 год" in text


cells = st.sampled_from([LOW, HIGH, PLAIN, None])


@given(st.tuples(cells, cells, cells))
@settings(max_examples=64, deadline=None)
def test_what_is_decided_holds_for_every_completion(years: Any) -> None:
    found = judge(*years).values["listed"]
    possible = {found} if isinstance(found, str) else set(found)
    choices = [(LOW, HIGH, PLAIN) if year is None else (year,) for year in years]
    assert {judge(*full).values["listed"] for full in product(*choices)} <= possible
