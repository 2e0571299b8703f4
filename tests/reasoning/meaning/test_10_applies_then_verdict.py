"""Meaning 10: first whether the rule applies, then the verdict; open wherever Kleene's logic leaves it so."""

from __future__ import annotations

import pytest
from tests.reasoning.methodology import ON, LowResults, Sitting, judge, sitting, years

from shnor_engine.law import Law
from shnor_engine.reasoning import Facts, decide
from shnor_engine.rules import Fact, Field, Rule, count


class Asked(Fact, grain=("school", "year")):
    """Two truths that anybody may leave open."""

    applies = Field[bool]("применяется")
    verdict = Field[bool]("выполнено")


class Plain(Rule, per=("school", "year"), id="t.plain"):
    applies = Asked.applies
    verdict = Asked.verdict


@pytest.mark.parametrize(
    ("applies", "verdict", "outcome"),
    [
        (True, True, "met"),
        (True, False, "not_met"),
        (True, None, "undetermined"),
        (False, True, "not_applicable"),
        (False, False, "not_applicable"),
        (False, None, "not_applicable"),
        (None, True, "undetermined"),
        (None, False, "undetermined"),
        (None, None, "undetermined"),
    ],
)
def test_applies_comes_before_the_verdict_in_each_of_the_nine_cases(
    applies: bool | None, verdict: bool | None, outcome: str
) -> None:
    keys = {"school": "s", "year": 2024}
    facts = Facts.of({Asked: [{**keys, "applies": applies, "verdict": verdict}]})
    assert decide(Plain, keys, facts, Law.of(), on=ON).outcome == outcome


def test_when_it_is_open_whether_the_rule_applies_so_is_the_outcome() -> None:
    assert judge(years([(None, 3)])).outcome == "undetermined"


def test_a_rule_that_does_not_apply_says_so_even_where_its_verdict_is_open() -> None:
    class Never(LowResults, id="t.never"):
        applies = count(Sitting) >= 100

    assert judge(years([(None, None)]), Never).outcome == "not_applicable"


def test_every_named_clause_at_the_grain_of_the_rule_is_an_output() -> None:
    verdict = judge(years([(10, 3), (20, 6)]))
    assert verdict.values == {"low_year": True, "applies": True, "verdict": True}


def test_a_code_clause_and_a_number_clause_are_outputs_too() -> None:
    class Counting(Rule, per=("school", "year"), id="t.counting"):
        sittings = count(Sitting)
        verdict = sittings >= 1

    assert judge([sitting(2024, "a", 10, 1)], Counting).values["sittings"] == 1
    assert judge([sitting(2024, "a", 10, 1)], Counting, closed=False).values["sittings"] == (1, None)
