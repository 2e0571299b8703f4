"""Meaning 14: a decision is a pure function of period, day, facts and law; each result names them.

That it names the log position too, and that recording appends under a stable id, is told where the log is.
"""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reasoning.methodology import LowResults, P, Sitting, judge, sitting, years

from shnor_engine.law import Law
from shnor_engine.reasoning import Facts, decide, explain

pairs = st.one_of(
    st.tuples(st.integers(0, 30), st.integers(0, 9)).map(lambda p: (max(p), min(p))),
    st.tuples(st.none(), st.integers(0, 9)),
    st.tuples(st.integers(9, 30), st.none()),
)


@given(st.lists(pairs, max_size=4), st.lists(pairs, max_size=2), st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_the_order_of_rows_and_their_doubles_change_no_byte(
    first: list[tuple[Any, Any]], extra: list[tuple[Any, Any]], seed: int
) -> None:
    rows = years(first) + [sitting(2024, f"p{n}", *pair) for n, pair in enumerate(extra)]
    shuffled = [*rows, *rows]
    Random(seed).shuffle(shuffled)
    one, other = judge(rows, closed=False), judge(shuffled, closed=False)
    assert one.to_json() == other.to_json()
    assert explain(one).to_json() == explain(other).to_json()


def test_facts_of_later_periods_are_not_seen() -> None:
    rows = years([(10, 3), (20, 6)], of=(2022, 2023))
    later = years([(10, 0), (20, 0)], of=(2024,))
    assert judge([*rows, *later], year=2023).to_json() == judge(rows, year=2023).to_json()


def test_the_result_names_period_day_and_law() -> None:
    found = judge(years([(10, 3), (20, 6)])).to_json()
    assert found["keys"] == {"school": "s", "year": 2024}
    assert (found["on"], found["law"], found["digest"]) == ("2024-12-31", Law.of(P).digest, LowResults.tree.digest)


def test_the_day_of_the_decision_changes_nothing_where_no_clause_asks_for_it() -> None:
    facts = Facts.of({Sitting: years([(10, 3), (20, 6)])}, closed=True)
    keys = {"school": "s", "year": 2024}
    on = [date(2024, 12, 31), date(2030, 1, 1)]
    values = [decide(LowResults, keys, facts, Law.of(P), on=day).values for day in on]
    assert values[0] == values[1]


def test_a_null_is_unknown_and_a_missing_row_too_unless_its_keys_are_closed() -> None:
    rows = years([(10, 3)])
    assert judge(rows, closed=False).outcome == "undetermined"
    assert judge(rows, closed=[{"year": 2023}, {"year": 2024}]).outcome == "not_met"
    assert judge(rows, closed=True).outcome == "not_met"
    assert judge([*rows, sitting(2024, "q", 20, None), sitting(2023, "q", 20, 6)]).outcome == "undetermined"


def test_to_decide_leaves_facts_and_law_as_they_were() -> None:
    facts, law = Facts.of({Sitting: years([(10, 3), (20, 6)])}, closed=True), Law.of(P)
    keys = {"school": "s", "year": 2024}
    before = law.digest
    first = decide(LowResults, keys, facts, law, on=date(2024, 12, 31)).to_json()
    decide(LowResults, {"school": "s", "year": 2023}, facts, law, on=date(2023, 12, 31))
    assert decide(LowResults, keys, facts, law, on=date(2024, 12, 31)).to_json() == first
    assert law.digest == before
