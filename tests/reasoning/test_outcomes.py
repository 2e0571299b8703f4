"""Meaning 1 and 10: five outcomes, `applies` before `verdict`."""

from __future__ import annotations

from datetime import date

from tests.reasoning.methodology import LowResults, P, Sitting, judge, sitting, years

from shnor_engine.law import Law
from shnor_engine.reasoning import Facts, decide
from shnor_engine.rules import Rule, count, in_each, last_years


def test_two_low_sittings_in_each_of_two_years_meet_the_rule() -> None:
    assert judge(years([(10, 3), (20, 6)])).outcome == "met"


def test_one_low_sitting_does_not() -> None:
    assert judge(years([(10, 3), (20, 5)])).outcome == "not_met"


def test_below_the_minimum_number_of_participants_the_rule_does_not_apply() -> None:
    assert judge(years([(9, 9), (8, 8)])).outcome == "not_applicable"


def test_when_it_is_open_whether_the_rule_applies_so_is_the_outcome() -> None:
    assert judge(years([(None, 3)])).outcome == "undetermined"


def test_a_rule_that_does_not_apply_says_so_even_where_its_verdict_is_open() -> None:
    class Never(LowResults, id="t.never"):
        applies = count(Sitting) >= 100

    assert judge(years([(None, None)]), Never).outcome == "not_applicable"


def test_every_named_clause_at_the_grain_of_the_rule_is_an_output() -> None:
    verdict = judge(years([(10, 3), (20, 6)]))
    assert verdict.values == {"low_year": True, "applies": True, "verdict": True}


def test_a_period_before_the_rule_was_in_force_is_not_applicable_and_says_why() -> None:
    verdict = judge(years([(10, 3), (20, 6)], of=(2019, 2020)), year=2020)
    assert (verdict.outcome, verdict.in_force) == ("not_applicable", False)


def test_a_rule_whose_law_has_a_gap_fails_for_itself_and_names_the_gap() -> None:
    class Early(LowResults, id="t.early", in_force="2010-01-01"):
        verdict = in_each(last_years(1), LowResults.low_year)

    verdict = judge(years([(10, 3)], of=(2018, 2019)), Early, year=2019)
    assert verdict.outcome == "failed"
    assert "has no value on 2019-12-31" in verdict.error


def test_a_part_that_exceeds_its_whole_fails_with_place_and_line() -> None:
    verdict = judge(years([(10, 11), (10, 3)]))
    assert verdict.outcome == "failed"
    assert "part 11 exceeds whole 10" in verdict.error
    assert "procedure p0" in verdict.error


def test_one_failing_subject_leaves_the_others_as_they_are() -> None:
    other = [{**row, "school": "other"} for row in years([(10, 3), (20, 6)])]
    facts = Facts.of({Sitting: [*years([(10, 11)]), *other]}, closed=True)
    alone = Facts.of({Sitting: other}, closed=True)
    keys, on = {"school": "other", "year": 2024}, date(2024, 12, 31)
    assert (
        decide(LowResults, keys, facts, Law.of(P), on=on).to_json()
        == decide(LowResults, keys, alone, Law.of(P), on=on).to_json()
    )


def test_a_code_clause_and_a_number_clause_are_outputs_too() -> None:
    class Counting(Rule, per=("school", "year"), id="t.counting"):
        sittings = count(Sitting)
        verdict = sittings >= 1

    assert judge([sitting(2024, "a", 10, 1)], Counting).values["sittings"] == 1
    assert judge([sitting(2024, "a", 10, 1)], Counting, closed=False).values["sittings"] == (1, None)
