"""Days: comparison, full years and days between, shifts, the decision day, the ends of a period, imprecise days."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.reasoning.values_facts import KEYS, ON, Card, card, judge, rule_of, value

from shnor_engine.errors import FactError, RuleSyntax
from shnor_engine.law import Dated, Law, Parameters
from shnor_engine.reasoning import Facts, decide, explain
from shnor_engine.reasoning.evaluate_dates import full_years
from shnor_engine.rules import (
    Fact,
    Field,
    Rule,
    case,
    days_between,
    max_,
    max_of,
    min_,
    min_of,
    on,
    only,
    period,
    previous,
    years_between,
)

days = st.dates(date(1990, 1, 1), date(2035, 1, 1))


class Since(Parameters):
    start = Dated[date]({"2020-01-01": date(2020, 9, 1), "2024-01-01": date(2024, 9, 1)}, ru="начало", en="start")


def test_a_day_comes_out_as_a_day_and_compares_with_days() -> None:
    assert value(Card.day, day=date(2024, 2, 29)) == date(2024, 2, 29)
    assert value(Card.day >= date(2024, 2, 29), day=date(2024, 2, 29)) is True
    assert value(Card.day < date(2024, 2, 29), day=date(2024, 2, 29)) is False
    assert value(Card.day.is_(date(2024, 2, 29)), day=date(2024, 2, 29)) is True
    assert value(Card.day >= Since.start, Since, day=date(2024, 8, 31)) is False
    assert value(Card.day.between(date(2024, 1, 1), Since.start), Since, day=date(2024, 9, 1)) is True


def test_a_day_is_iso_text_in_json() -> None:
    verdict = judge(rule_of(x=Card.day), {"day": date(2024, 2, 29)})
    assert verdict.to_json()["values"]["x"] == "2024-02-29"
    open_ = judge(rule_of(x=Card.end, y=Card.day), {})
    assert open_.to_json()["values"] == {"x": [None, None], "y": ["1990-01-01", "2035-01-01"], "verdict": False}


@given(days, days, days)
def test_an_imprecise_day_decides_only_what_all_its_days_agree_on(a: date, b: date, limit: date) -> None:
    first, last = sorted((a, b))
    found = value(Card.day >= limit, day=(first, last))
    seen = {first >= limit, last >= limit}
    assert found is (seen.pop() if len(seen) == 1 else None)


def test_the_decision_day_and_the_ends_of_the_period_are_days() -> None:
    rule = rule_of(x=on, first=period.start, last=period.end, left=days_between(on, period.end))
    found = judge(rule, {}, on=date(2024, 3, 1)).values
    assert (found["x"], found["first"], found["last"]) == (date(2024, 3, 1), date(2024, 1, 1), date(2024, 12, 31))
    assert found["left"] == 305


class Term(Fact, grain=("school", "school_year")):
    n = Field[int]("n")


def test_a_school_year_begins_in_september() -> None:
    class Terms(Rule, per=("school", "school_year"), id="t.terms"):
        first = period.start
        verdict = first < on

    facts = Facts.of({Term: []})
    verdict = decide(Terms, {"school": "s", "school_year": 2024}, facts, Law.of(), on=date(2023, 9, 1))
    assert (verdict.values["first"], verdict.outcome) == (date(2023, 9, 1), "not_met")


@pytest.mark.parametrize(
    ("start", "end", "years"),
    [
        (date(2000, 2, 29), date(2001, 2, 28), 0),
        (date(2000, 2, 29), date(2001, 3, 1), 1),
        (date(2000, 2, 29), date(2004, 2, 29), 4),
        (date(2000, 2, 28), date(2001, 2, 28), 1),
        (date(2000, 9, 1), date(2018, 8, 31), 17),
        (date(2001, 3, 1), date(2000, 2, 29), -1),
        (date(2001, 2, 28), date(2000, 2, 29), 0),
    ],
)
def test_full_years_are_anniversaries_that_have_passed(start: date, end: date, years: int) -> None:
    assert value(years_between(Card.day, Card.end), day=start, end=end) == years
    assert value(years_between(Card.end, Card.day), day=start, end=end) == -years


@given(days, days, st.integers(0, 400))
def test_full_years_rise_with_the_end_and_fall_with_the_start(start: date, end: date, later: int) -> None:
    a, b, c = start.toordinal(), end.toordinal(), end.toordinal() + later
    assert full_years(a, b) <= full_years(a, c)
    assert full_years(c, a) <= full_years(b, a)


@given(days, days, days, days, st.data())
def test_what_lies_between_imprecise_days_lies_in_the_interval(
    a: date, b: date, c: date, d: date, data: st.DataObject
) -> None:
    (one, two), (three, four) = sorted((a, b)), sorted((c, d))
    start = one + timedelta(days=data.draw(st.integers(0, (two - one).days)))
    end = three + timedelta(days=data.draw(st.integers(0, (four - three).days)))
    for expr in (years_between(Card.day, Card.end), days_between(Card.day, Card.end)):
        found = value(expr, day=(one, two), end=(three, four))
        low, high = found if isinstance(found, tuple) else (found, found)
        assert low <= value(expr, day=start, end=end) <= high


def test_an_unknown_day_spans_its_bounds() -> None:
    assert value(Card.day) == (date(1990, 1, 1), date(2035, 1, 1))
    assert value(years_between(Card.day, date(2024, 12, 31))) == (-10, 34)
    assert value(days_between(Card.end, date(2024, 12, 31))) == (None, None)
    assert value(Card.day > date(1989, 12, 31)) is True


@given(days, st.integers(0, 6))
def test_a_shift_counts_days_in_the_calendar(day: date, by: int) -> None:
    assert value(Card.day + Card.m, day=day, m=by) == day + timedelta(days=by)
    assert value(Card.day - Card.m, day=day, m=by) == day - timedelta(days=by)
    low, high = value(Card.day + Card.m, day=day)
    assert low <= day + timedelta(days=by) <= high


class Visit(Fact, grain=("school", "year", "visit")):
    day = Field[date]("день", bounds=(date(2020, 1, 1), date(2029, 12, 31)))


def test_the_earliest_and_the_latest_day_are_days() -> None:
    class Visits(Rule, per=("school", "year"), id="t.visits"):
        first = min_of(Visit.day)
        last = max_of(Visit.day)
        one = only(Visit.day, where=Visit.day > date(2024, 6, 1))
        capped = min_(last, date(2024, 12, 31))
        verdict = days_between(first, last) >= 30

    def visits(*when: date | None) -> dict[str, Any]:
        rows = [{**KEYS, "visit": str(place), "day": day} for place, day in enumerate(when)]
        return decide(Visits, KEYS, Facts.of({Visit: rows}, closed=True), Law.of(), on=ON).values

    found = visits(date(2024, 5, 1), date(2025, 7, 1))
    assert (found["first"], found["last"], found["one"], found["capped"], found["verdict"]) == (
        date(2024, 5, 1),
        date(2025, 7, 1),
        date(2025, 7, 1),
        date(2024, 12, 31),
        True,
    )
    assert visits(date(2024, 5, 1), None)["first"] == (date(2020, 1, 1), date(2024, 5, 1))
    assert visits()["first"] is None


def test_a_shift_beyond_the_calendar_fails_and_an_open_one_stays_open() -> None:
    verdict = judge(rule_of(x=Card.end + 10), {"end": date.max})
    assert (verdict.outcome, "outside the calendar" in verdict.error) == ("failed", True)
    assert value(Card.end + 10) == (None, None)


def test_what_is_not_surely_there_breaks_no_shift() -> None:
    by_parts = Card.day + Card.n * Fraction(1, 2)
    broken = judge(rule_of(x=by_parts), {"day": date(2024, 1, 1), "n": 3})
    assert (broken.outcome, "by whole days, not by 3/2" in broken.error) == ("failed", True)
    later = Card.day + previous(Card.n) * Fraction(1, 4)  # nobody reported the year before: from -3/2 to 3/2
    for closed in (False, True):
        asked = judge(rule_of(x=later), {"day": date(2024, 1, 1)}, closed=closed)
        assert (asked.outcome, asked.values["x"]) == ("not_met", None)


def test_a_case_may_give_days() -> None:
    chosen = case((Card.flag, Card.day), otherwise=date(2024, 1, 1))
    assert value(chosen, flag=False) == date(2024, 1, 1)
    assert value(chosen, flag=None, day=date(2025, 1, 1)) == (date(2024, 1, 1), date(2025, 1, 1))


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ("2024-01-01", "is a str, not a day or a pair of days"),
        (datetime(2024, 1, 1), "is a datetime, not a day"),
        ((date(2024, 2, 1), date(2024, 1, 1)), "no pair of days, the earlier first"),
        (date(1989, 1, 1), "lies outside 1990-01-01..2035-01-01"),
    ],
)
def test_what_is_no_day_is_refused_with_its_column(bad: Any, message: str) -> None:
    with pytest.raises(FactError) as caught:
        Facts.of({Card: [card(day=bad)]})
    assert "Card, row 0, column day" in str(caught.value)
    assert message in str(caught.value)


def test_days_come_from_a_frame() -> None:
    frame = pl.DataFrame([{**card(), "day": date(2024, 5, 1), "end": None}], infer_schema_length=None)
    verdict = decide(rule_of(x=Card.day), KEYS, Facts.of({Card: frame}), Law.of(), on=ON)
    assert verdict.values["x"] == date(2024, 5, 1)


def test_days_and_numbers_do_not_mix() -> None:
    wrong: list[Any] = [
        lambda: Card.day >= 3,
        lambda: Card.day + date(2024, 1, 1),
        lambda: Card.day - Card.end,
        lambda: Card.day * 2,
        lambda: max_(Card.day, 3),  # type: ignore[call-overload]
        lambda: years_between(Card.day, Card.n),  # type: ignore[arg-type]
    ]
    for make in wrong:
        with pytest.raises(RuleSyntax):
            make()
    with pytest.raises(RuleSyntax, match=r"days_between\(earlier, later\)"):
        Card.day - Card.end  # type: ignore[operator]


def test_a_day_is_explained_with_its_margin_in_days() -> None:
    class Early(Rule, per=("school", "year"), id="t.early"):
        verdict = Card.day < Since.start

    found = explain(judge(Early, {"day": date(2024, 9, 3)}, Since))
    said = found.text("ru")
    assert "день: 03.09.2024; условие: ранее 01.09.2024 – не выполнено" in said
    assert "(изменится, если будет на 3 дн. раньше)" in said
    assert "начало – 01.09.2024" in said
    assert "day: 2024-09-03; condition: before 2024-09-01 – not met (turns with 3 days earlier)" in found.text("en")
    open_ = explain(judge(Early, {"day": (date(2024, 8, 1), date(2024, 10, 1))}, Since)).text("ru")
    assert "день: с 01.08.2024 по 01.10.2024" in open_
