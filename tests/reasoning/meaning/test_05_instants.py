"""Meaning 5: every value states its instant; a region may set its own; a letter replaced after seven days."""

from __future__ import annotations

from datetime import date

import pytest
from tests.reasoning.methodology import P, judge, years

from shnor_engine.errors import LawError
from shnor_engine.law import Clause, Dated, Law, Override, Parameters, Since, percent
from shnor_engine.reasoning import Facts, decide, decide_each
from shnor_engine.rules import Fact, Field, Rule


class Score(Fact, grain=("school", "year")):
    points = Field[int]("баллы", bounds=(0, 100))


class Marks(Parameters):
    least = Dated[int]({"2020-01-01": 10, "2023-01-01": 20, "2024-07-01": 30})
    letter = Dated[int](
        [
            Since.on("2026-01-01", 24, known="2026-02-18", ref=Clause("04-44")),
            Since.on("2026-01-01", 22, known="2026-02-25", ref=Clause("02-20")),
        ]
    )


def scored(rule: type[Rule], points: int, *, on: date, year: int = 2024, fact: type[Fact] = Score) -> str:
    keys = {"school": "s", fact.key_names()[1]: year}
    facts = Facts.of({fact: [{**keys, "points": points}]})
    return decide(rule, keys, facts, Law.of(Marks), on=on).outcome


class AtPeriod(Rule, per=("school", "year"), id="t.period"):
    verdict = Score.points >= Marks.least


class AtDecision(Rule, per=("school", "year"), id="t.decision"):
    verdict = Score.points >= Marks.least.at_decision()


class OnFixed(Rule, per=("school", "year"), id="t.fixed"):
    verdict = Score.points >= Marks.least.on("2020-06-01")


def test_a_parameter_is_read_at_the_last_day_of_the_period() -> None:
    assert scored(AtPeriod, 29, on=date(2024, 3, 1)) == "not_met"
    assert scored(AtPeriod, 20, on=date(2025, 3, 1), year=2023) == "met"


def test_or_on_the_day_of_the_decision_or_on_a_fixed_day() -> None:
    assert scored(AtDecision, 25, on=date(2024, 3, 1)) == "met"
    assert scored(AtDecision, 25, on=date(2024, 8, 1)) == "not_met"
    assert scored(OnFixed, 10, on=date(2024, 8, 1)) == "met"


def test_a_letter_replaced_after_seven_days_gives_two_answers_by_the_day_of_the_decision() -> None:
    class Passed(Rule, per=("school", "year"), id="t.passed"):
        verdict = Score.points >= Marks.letter

    assert scored(Passed, 23, on=date(2026, 2, 20), year=2026) == "not_met"
    assert scored(Passed, 23, on=date(2026, 2, 25), year=2026) == "met"
    assert scored(Passed, 23, on=date(2026, 2, 17), year=2026) == "failed"


def test_a_region_may_set_its_own_value_where_the_law_lets_it() -> None:
    regional = Override.of("ru.77", P.low_share, {"2023-01-01": percent(25)}, ref=Clause("п. 5"))
    law = Law.of(P, overrides=[regional], regions={"town": "ru.77", "ru.77": "", "ru.50": ""})
    rows = years([(20, 5), (20, 5)])
    assert judge(rows, law=law, region="town").outcome == "met"
    assert judge(rows, law=law, region="ru.50").outcome == "not_met"
    assert judge(rows, law=law).outcome == "not_met"
    with pytest.raises(LawError, match="the law lets no region set it"):
        Override.of("ru.77", P.min_sittings, {"2023-01-01": 1})


def test_the_law_is_read_as_it_was_known_on_the_day_that_is_asked() -> None:
    class Passed(Rule, per=("school", "year"), id="t.passed"):
        verdict = Score.points >= Marks.letter

    keys = {"school": "s", "year": 2026}
    facts, law, on = Facts.of({Score: [{**keys, "points": 23}]}), Law.of(Marks), date(2026, 12, 31)
    asked = {None: "met", date(2026, 2, 20): "not_met", date(2026, 2, 25): "met", date.max: "met"}
    for known, outcome in asked.items():
        verdict = decide(Passed, keys, facts, law, on=on, as_known=known)
        assert (verdict.outcome, verdict.on) == (outcome, on)
    gap = decide(Passed, keys, facts, law, on=on, as_known=date(2026, 2, 17))
    assert (gap.outcome, "as known on 2026-02-17" in gap.error) == ("failed", True)
    assert next(decide_each(Passed, [keys], facts, law, on=on, as_known=date(2026, 2, 20))).outcome == "not_met"


def test_a_value_asked_for_outside_its_dates_fails_and_names_the_gap() -> None:
    verdict_of = decide(
        AtPeriod, {"school": "s", "year": 2019}, Facts.of({Score: []}), Law.of(Marks), on=date(2024, 1, 1)
    )
    assert verdict_of.outcome == "failed"
    assert "Marks.least has no value on 2019-12-31" in verdict_of.error
