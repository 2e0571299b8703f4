"""Meaning 12: two events on one grain are one fact where they agree, and unknown where they do not."""

from __future__ import annotations

from typing import Any

from tests.reasoning.methodology import judge, years

from shnor_engine.reasoning import explain


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


def test_which_of_two_events_came_first_decides_nothing() -> None:
    rows = years([(10, 3), (20, 6)])
    other = again(rows[0], "second", below_min=0)
    assert judge([*rows, other]).to_json() == judge([other, *rows]).to_json()
