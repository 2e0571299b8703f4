"""Meaning 1: five outcomes; too few participants is «does not apply», not «conditions not met»."""

from __future__ import annotations

from tests.reasoning.methodology import judge, years

from shnor_engine.reasoning import OUTCOMES


def test_two_low_sittings_in_each_of_two_years_meet_the_rule() -> None:
    assert judge(years([(10, 3), (20, 6)])).outcome == "met"


def test_one_low_sitting_does_not() -> None:
    assert judge(years([(10, 3), (20, 5)])).outcome == "not_met"


def test_below_the_minimum_number_of_participants_the_rule_does_not_apply() -> None:
    assert judge(years([(9, 9), (8, 8)])).outcome == "not_applicable"


def test_a_period_before_the_rule_was_in_force_is_not_applicable_and_says_why() -> None:
    verdict = judge(years([(10, 3), (20, 6)], of=(2019, 2020)), year=2020)
    assert (verdict.outcome, verdict.in_force) == ("not_applicable", False)


def test_the_outcome_is_one_of_five_words() -> None:
    assert OUTCOMES == ("met", "not_met", "not_applicable", "undetermined", "failed")
    seen = {
        judge(years([(10, 3), (20, 6)])).outcome,
        judge(years([(10, 3), (20, 5)])).outcome,
        judge(years([(9, 9)])).outcome,
        judge(years([(None, 3)])).outcome,
        judge(years([(10, 11)])).outcome,
    }
    assert seen == set(OUTCOMES)
