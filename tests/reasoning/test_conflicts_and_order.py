"""Meaning 12 and 14: two events on one grain, and nothing depends on the order of arrival."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reasoning.methodology import judge, sitting, years

from shnor_engine.reasoning import explain

pairs = st.one_of(
    st.tuples(st.integers(0, 30), st.integers(0, 9)).map(lambda p: (max(p), min(p))),
    st.tuples(st.none(), st.integers(0, 9)),
    st.tuples(st.integers(9, 30), st.none()),
)


def again(row: dict[str, Any], event: str, **changed: Any) -> dict[str, Any]:
    return {**row, **changed, "events": [event]}


def test_equal_values_of_two_events_are_one_fact_that_rests_on_both() -> None:
    rows = years([(10, 3), (20, 6)])
    verdict = judge([*rows, again(rows[0], "second")])
    assert verdict.outcome == "met"
    assert {"2023-p0", "second"} <= set(explain(verdict).events)


def test_different_values_of_two_events_are_undetermined_and_both_are_named() -> None:
    rows = years([(10, 3), (20, 6)])
    verdict = judge([*rows, again(rows[0], "second", below_min=0)])
    assert verdict.outcome == "undetermined"
    conflicts = [item for item in explain(verdict).missing if item.conflict]
    assert [item.field for item in conflicts] == ["below_min"]
    assert conflicts[0].conflict == ("2023-p0", "second")
    assert "сведения расходятся: 2023-p0 и second" in explain(verdict).text("ru")


def test_a_conflict_that_decides_nothing_leaves_the_outcome() -> None:
    rows = years([(10, 3), (20, 6), (20, 7)])
    assert judge([*rows, again(rows[0], "second", below_min=0)]).outcome == "met"


def test_a_value_that_one_event_leaves_open_is_taken_from_the_other() -> None:
    rows = years([(10, 3), (20, 6)])
    assert judge([*rows, again(rows[0], "second", below_min=None)]).outcome == "met"


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
