"""Meaning 11: a period stands for its last day, by its kind; that day picks values and other rules' versions."""

from __future__ import annotations

from datetime import date

import pytest
from tests.reasoning.methodology import ON

from shnor_engine.errors import RuleSyntax
from shnor_engine.law import Dated, Law, Parameters
from shnor_engine.reasoning import Facts, decide
from shnor_engine.rules import Fact, Field, Key, Rule, RuleSet, in_each, last_years, previous


class Score(Fact, grain=("school", "year")):
    points = Field[int]("баллы", bounds=(0, 100))


class Term(Fact, grain=("school", "school_year")):
    points = Field[int]("баллы", bounds=(0, 100))


class Marks(Parameters):
    least = Dated[int]({"2020-01-01": 10, "2023-01-01": 20, "2024-07-01": 30, "2024-09-01": 40})


class AtTerm(Rule, per=("school", "school_year"), id="t.term"):
    verdict = Term.points >= Marks.least


class AtYear(Rule, per=("school", "year"), id="t.year"):
    verdict = Score.points >= Marks.least


def scored(rule: type[Rule], points: int, *, on: date, year: int = 2024, fact: type[Fact] = Score) -> str:
    keys = {"school": "s", fact.key_names()[1]: year}
    facts = Facts.of({fact: [{**keys, "points": points}]})
    return decide(rule, keys, facts, Law.of(Marks), on=on).outcome


def test_a_calendar_year_ends_on_the_last_of_december() -> None:
    assert scored(AtYear, 39, on=ON) == "not_met"
    assert scored(AtYear, 40, on=ON) == "met"


def test_a_school_year_ends_in_august() -> None:
    assert scored(AtTerm, 29, on=date(2025, 1, 1), fact=Term, year=2024) == "not_met"
    assert scored(AtTerm, 29, on=date(2025, 1, 1), fact=Term, year=2023) == "met"


def test_each_year_of_a_window_is_judged_by_its_own_value() -> None:
    class Both(Rule, per=("school", "year"), id="t.both"):
        enough = Score.points >= Marks.least
        verdict = in_each(last_years(2), enough)

    rows = [{"school": "s", "year": 2022, "points": 10}, {"school": "s", "year": 2023, "points": 20}]
    verdict = decide(Both, {"school": "s", "year": 2023}, Facts.of({Score: rows}), Law.of(Marks), on=date(2024, 1, 1))
    assert verdict.outcome == "met"


def test_a_rule_is_in_force_for_a_period_that_ends_after_its_first_day() -> None:
    class Later(AtYear, id="t.later", in_force="2024-12-31"):
        pass

    class TooLate(AtYear, id="t.too.late", in_force="2025-01-01"):
        pass

    assert scored(Later, 40, on=ON) == "met"
    assert scored(TooLate, 40, on=ON) == "not_applicable"


def test_a_period_of_a_kind_that_nobody_knows_is_refused() -> None:
    with pytest.raises(RuleSyntax, match="no period kind fortnight"):
        Key.of(Key("when", period="fortnight"))


class Lenient(Rule, per=("school", "year"), id="t.enough", version="1", in_force="2020-01-01"):
    bar = Score.points >= 10
    verdict = bar


class Strict(Lenient, id="t.enough", version="2", in_force="2024-07-01"):
    bar = Score.points >= 50


class Reader(Rule, per=("school", "year"), id="t.reader"):
    """Reads the other rule of this year and of the year before."""

    now = Lenient.verdict
    before = previous(Lenient.verdict)
    verdict = now & before


def read(points: dict[int, int], year: int) -> dict[str, object]:
    rows = [{"school": "s", "year": key, "points": value} for key, value in points.items()]
    rules = RuleSet.of(Lenient, Strict, Reader)
    keys = {"school": "s", "year": year}
    return decide(Reader, keys, Facts.of({Score: rows}), Law.of(Marks), on=date(2026, 1, 1), rules=rules).values


def test_a_reference_to_another_rule_reads_its_version_of_that_period() -> None:
    points = {2022: 20, 2023: 20, 2024: 20, 2025: 60}
    assert read(points, 2023) == {"now": True, "before": True, "verdict": True}
    assert read(points, 2024) == {"now": False, "before": True, "verdict": False}
    assert read(points, 2025) == {"now": True, "before": False, "verdict": False}


def test_clauses_of_the_same_rule_are_always_of_this_version() -> None:
    class Both(Strict, id="t.enough", version="3", in_force="2025-01-01"):
        verdict = in_each(last_years(2), Strict.bar)

    rows = [{"school": "s", "year": year, "points": 20} for year in (2024, 2025)]
    verdict = decide(Both, {"school": "s", "year": 2025}, Facts.of({Score: rows}), Law.of(Marks), on=date(2026, 1, 1))
    assert verdict.outcome == "not_met"
    assert verdict.values["bar"] is False
