"""Meaning 10: first whether the rule applies, then the verdict; open wherever Kleene's logic leaves it so."""

from __future__ import annotations

import pytest
from tests.reasoning.methodology import ON, LowResults, Sitting, judge, sitting, years

from shnor_engine.law import Law
from shnor_engine.reasoning import Facts, decide
from shnor_engine.rules import Fact, Field, Rule, count, is_present, share


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


class Numbered(Fact, grain=("school", "year")):
    points = Field[int]("баллы", bounds=(0, 100))
    applies = Field[bool]("применяется")


class Scored(Rule, per=("school", "year"), id="t.scored", in_force="2020-01-01"):
    total = Numbered.points + 1
    applies = Numbered.applies
    verdict = total >= 50


class Breaks(Rule, per=("school", "year"), id="t.breaks"):
    verdict = share(Numbered.points, of=Numbered.points - 1) >= 0  # the part exceeds the whole


class ReadsPlain(Rule, per=("school", "year"), id="t.reads.plain"):
    verdict = Plain.verdict


class ReadsScored(Rule, per=("school", "year"), id="t.reads.scored"):
    seen = is_present(Scored.total)
    total = Scored.total
    verdict = Scored.verdict


class ReadsBroken(Rule, per=("school", "year"), id="t.reads.broken"):
    verdict = Breaks.verdict


@pytest.mark.parametrize(
    ("applies", "verdict", "read"),
    [
        (True, True, "met"),
        (True, False, "not_met"),
        (False, True, "not_met"),
        (True, None, "undetermined"),
        (None, True, "undetermined"),
    ],
)
def test_read_by_another_rule_met_is_true_and_not_met_and_not_applicable_are_false(
    applies: bool | None, verdict: bool | None, read: str
) -> None:
    keys = {"school": "s", "year": 2024}
    facts = Facts.of({Asked: [{**keys, "applies": applies, "verdict": verdict}]})
    assert decide(ReadsPlain, keys, facts, Law.of(), on=ON).outcome == read


def scored(points: int, *, applies: bool | None = True, year: int = 2024) -> dict[str, object]:
    keys = {"school": "s", "year": year}
    facts = Facts.of({Numbered: [{**keys, "points": points, "applies": applies}]})
    return decide(ReadsScored, keys, facts, Law.of(), on=ON).values


def test_a_number_of_a_rule_that_does_not_apply_or_is_not_in_force_is_absent() -> None:
    assert scored(60) == {"seen": True, "total": 61, "verdict": True}
    assert scored(60, applies=False) == {"seen": False, "total": None, "verdict": False}
    assert scored(60, year=2019) == {"seen": False, "total": None, "verdict": False}
    assert scored(60, applies=None)["seen"] is None


def test_a_rule_that_fails_leaves_its_reader_undetermined() -> None:
    keys = {"school": "s", "year": 2024}
    facts = Facts.of({Numbered: [{**keys, "points": 60, "applies": True}]})
    assert decide(Breaks, keys, facts, Law.of(), on=ON).outcome == "failed"
    assert decide(ReadsBroken, keys, facts, Law.of(), on=ON).outcome == "undetermined"
