"""Backtest: who flips, by which clause, under placements, against published lists."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reasoning.methodology import ON, LowResults, P, Sitting, Strictly, years

from shnor_engine.law import Law
from shnor_engine.reasoning import Facts, Verdict, decide_each
from shnor_engine.reasoning.backtest import (
    AS_CORRECTED,
    AS_DECIDED,
    AS_PROPOSED,
    Cause,
    Placed,
    Recorded,
    Run,
    backtest,
    keys_of,
)
from shnor_engine.rules import Rule

PLACES = [{"school": school, "year": 2024} for school in ("a", "b", "c")]


def place(school: str, year: int = 2024) -> Any:
    return keys_of({"school": school, "year": year})


def verdicts(results: Mapping[str, tuple[int, int]], rule: type[Rule] = LowResults) -> list[Verdict]:
    """Two sittings in each of two years a school, one of them low in any case."""
    rows = [{**row, "school": school} for school, pair in results.items() for row in years([(10, 5), pair])]
    keys = [{"school": school, "year": 2024} for school in results]
    return list(decide_each(rule, keys, Facts.of({Sitting: rows}, closed=True), Law.of(P), on=ON))


RESULTS = {"a": (10, 3), "b": (10, 4), "c": (10, 1)}


def test_a_place_flips_by_the_clause_that_was_said_anew_where_it_stands() -> None:
    found = backtest(Run.of(AS_DECIDED, verdicts(RESULTS)), Run.of(AS_PROPOSED, verdicts(RESULTS, Strictly)))
    assert [(flip.keys, flip.before, flip.after) for flip in found.flips] == [(place("a"), "met", "not_met")]
    assert {(cause.clause, dict(cause.keys)["procedure"], cause.before, cause.after, cause.rewritten)
            for cause in found.flips[0].causes} == {("low", "p1", True, False, True)}  # fmt: skip
    assert (found.same, found.by_clause()) == (2, {"low": 1})
    assert "– a, 2024: условия выполнены → условия не выполнены (low [p1, 2023]: да → нет" in found.text("ru")
    assert "said anew" in found.text("en")


def test_corrected_facts_flip_by_the_clause_they_reach() -> None:
    before = Run.of(AS_DECIDED, verdicts(RESULTS))
    after = Run.of(AS_CORRECTED, verdicts({**RESULTS, "c": (10, 3)}))
    found = backtest(before, after)
    assert [(flip.keys, flip.before, flip.after) for flip in found.flips] == [(place("c"), "not_met", "met")]
    assert not any(cause.rewritten for cause in found.flips[0].causes)
    assert {cause.clause for cause in found.flips[0].causes} == {"low"}


def test_a_recorded_decision_is_compared_by_the_outputs_that_were_kept() -> None:
    recorded = [Recorded(keys, "met", values={"low_year": True, "verdict": True}) for keys in PLACES]
    found = backtest(Run.of(AS_DECIDED, recorded), Run.of(AS_CORRECTED, verdicts(RESULTS)))
    assert [flip.keys for flip in found.flips] == [place("c")]
    assert found.flips[0].causes == (Cause("low_year", place("c"), True, False, False),)


def test_a_code_decided_on_is_what_flips_where_there_is_one() -> None:
    before = Run.of(AS_DECIDED, [Recorded(keys, "met", decision="listed") for keys in PLACES])
    after = Run.of(
        AS_CORRECTED, [Recorded(keys, "met") for keys in PLACES], decisions={place(s): "watch" for s in "ab"}
    )
    assert {(flip.before, flip.after) for flip in backtest(before, after).flips} == {
        ("listed", "watch"),
        ("listed", "met"),
    }


def test_a_placement_holds_the_outcome_and_what_the_rule_would_say_stays_beside_it() -> None:
    placed = {place("a"): Placed("met", "комиссия", "протокол 1")}
    found = backtest(
        Run.of(AS_DECIDED, verdicts(RESULTS)), Run.of(AS_PROPOSED, verdicts(RESULTS, Strictly)), placed=placed
    )
    assert found.flips == ()
    assert [(flip.keys, flip.after) for flip in found.held] == [(place("a"), "not_met")]
    assert found.counts == {("met", "met"): 2, ("not_met", "not_met"): 1}
    assert "изменилось бы, но действует решение органа: условия выполнены (комиссия, протокол 1)" in found.text("ru")


def test_the_lists_tell_hits_from_misses_and_an_unknown_list_is_neither() -> None:
    published = {place("a"): True, place("b"): False, place("c"): None}
    found = backtest(
        Run.of(AS_DECIDED, verdicts(RESULTS)),
        Run.of(AS_PROPOSED, verdicts(RESULTS, Strictly)),
        published=published,
    )
    before, after = found.confusion["before"], found.confusion["after"]
    assert (before.hits, before.false_alarms, before.unknown) == (1, 1, 1)
    assert (before.precision, before.recall) == (Fraction(1, 2), 1)
    assert (after.misses, after.false_alarms, after.precision, after.recall) == (1, 1, 0, 0)
    assert found.by_period["after"] == {2024: after}
    assert json.loads(json.dumps(found.to_dict(), ensure_ascii=False))["confusion"]["before"]["precision"] == "1/2"


def test_places_of_one_run_only_are_named_and_two_of_one_place_refused() -> None:
    one, two = verdicts({"a": (10, 3), "b": (10, 3)}), verdicts({"b": (10, 3), "c": (10, 3)})
    found = backtest(Run.of(AS_DECIDED, one), Run.of(AS_CORRECTED, two))
    assert (found.only_before, found.only_after, found.same) == ((place("a"),), (place("c"),), 1)
    assert "Есть только в одном из двух: 2." in found.text("ru")
    with pytest.raises(ValueError, match="two decisions for"):
        Run.of(AS_DECIDED, [*one, *one])


results = st.dictionaries(st.sampled_from("abcd"), st.tuples(st.just(10), st.integers(0, 10)), min_size=1)


@given(results, results)
@settings(max_examples=60, deadline=None)
def test_every_common_place_is_the_same_or_flips_and_every_flip_has_a_cause(
    one: dict[str, tuple[int, int]], two: dict[str, tuple[int, int]]
) -> None:
    found = backtest(Run.of(AS_DECIDED, verdicts(one)), Run.of(AS_PROPOSED, verdicts(two, Strictly)))
    common = set(one) & set(two)
    assert found.same + len(found.flips) == len(common)
    assert sum(found.counts.values()) == len(common)
    assert all(flip.causes for flip in found.flips)
    assert all(cause.before != cause.after for flip in found.flips for cause in flip.causes)
    assert backtest(Run.of(AS_DECIDED, verdicts(one)), Run.of(AS_CORRECTED, verdicts(one))).flips == ()
