"""Days and sets of codes in rules by month, quarter and school year, with declared gaps: as `decide` says them."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

import polars as pl
import pytest
from tests.reasoning.worlds import World, agree

from shnor_engine.law import Clause, Dated, Law, Override, Parameters
from shnor_engine.reasoning import compiles
from shnor_engine.rules import (
    MONTH,
    QUARTER,
    SCHOOL_YEAR,
    YEAR,
    Expr,
    Fact,
    Field,
    Key,
    Rule,
    above,
    absent,
    any_,
    anything,
    case,
    count,
    days_between,
    earlier,
    from_,
    in_each,
    is_known,
    is_present,
    last,
    max_of,
    min_of,
    on,
    over,
    period,
    previous,
    row,
    sum_,
    table,
    up_to,
    within,
    years_between,
)
from shnor_engine.rules.tree import CodeSet, lift

ON = date(2024, 12, 31)
REF = Clause("1")
LOW, HIGH = date(2020, 1, 1), date(2030, 12, 31)
SUMMER = ("2024-02", "2024-03")
MONTHS = ("2023-11", "2023-12", "2024-01", "2024-02", "2024-03", "2024-04", "2024-05")
QUARTERS = ("2023-Q3", "2023-Q4", "2024-Q1", "2024-Q2")
YEARS = (2022, 2023, 2024)


class P(Parameters):
    until = Dated[date](
        {"2020-01-01": date(2024, 1, 1), "2024-01-15": date(2024, 2, 29)}, ref=REF, region_may_override=True
    )
    kinds = Dated[tuple[str, ...]]({"2020-01-01": ("town",), "2024-03-01": ("town", "far")}, ref=REF)
    bar = Dated[int]({"2020-01-01": 1, "2024-04-01": 3}, ref=REF)


LAW = Law.of(P, overrides=[Override.of("77", P.until, {"2023-12-01": date(2024, 4, 30)}, ref=REF)])
LISTED: Expr[CodeSet] = lift(P.kinds)


class Case(Fact, grain=("unit", "month")):
    day = Field[date]("день", bounds=(LOW, HIGH))
    n = Field[int]("число", bounds=(0, 5))
    kind = Field[str]("вид", among=("town", "far", "village"))


class Pause(Fact, grain=("unit", Key("month", gaps=SUMMER))):
    end = Field[date]("конец")
    n = Field[int]("число", bounds=(0, 5))


class Term(Fact, grain=("unit", "school_year")):
    day = Field[date]("день", bounds=(LOW, HIGH))
    kind = Field[str]("вид", among=("town", "far", "village"))


PERIODS: dict[type[Fact], tuple[str, tuple[Any, ...]]] = {
    Case: ("month", MONTHS),
    Pause: ("month", tuple(month for month in MONTHS if month not in SUMMER)),
    Term: ("school_year", YEARS),
}


class Monthly(Rule, per=("unit", "month"), id="t.monthly", in_force="2023-12-01"):
    """Days and sets of a month, of months before, of the year and the quarter around."""

    begins = period.start
    late = Case.day > period.end
    aged = years_between(Case.day - 400, period.end)
    left = days_between(previous(Case.day), period.start)
    moved = previous(Case.day) + Case.n
    latest = max_of(over(last(3, MONTH), Case.day))
    sooner = min_of(over(earlier(MONTH), Case.day), where=Case.n >= 1)
    year_end = within(YEAR, period.end)
    quarter_begins = previous(within(QUARTER, period.start))
    tags = table(
        (Case.n, Case.kind),
        row(above(P.bar), anything, gives="big"),
        row(anything, P.kinds, gives=Case.kind),
        row(up_to(1), ("village", "far"), gives="small"),
        hit="collect",
    )
    before = previous(tags)
    often = count(over(last(3, MONTH), tags.has("big")))
    twice = in_each(last(2, MONTH), tags.has("town"))
    told = case((Case.day < P.until, tags), (Case.n > 3, LISTED), otherwise=absent)
    term = within(SCHOOL_YEAR, Term.day) < Case.day
    verdict = (Case.day >= P.until) | before.has("big")


class Paused(Rule, per=("unit", Key("month", gaps=SUMMER, instant="first")), id="t.paused"):
    """The same where months are declared gaps of the rule and of a fact."""

    applies = is_known(Pause.n)
    before = previous(Pause.end)
    moved = Pause.end + previous(Pause.n)
    apart = days_between(before, Pause.end)
    latest = max_of(over(last(3, MONTH), Pause.end))
    tags = table(Pause.n, row(from_(P.bar), gives="big"), row(up_to(2), gives="small"), hit="collect")
    earlier_tags = previous(tags)
    listed = LISTED.has("far")
    seen = in_each(last(2, MONTH), tags.has("big") | (Case.day < period.start))
    verdict = (Pause.end < P.until) | earlier_tags.has("small")


class Quarterly(Rule, per=("unit", "quarter"), id="t.quarterly"):
    """Days and sets of the months inside, gaps among them."""

    first = min_of(over(MONTH, Case.day))
    paused = max_of(over(MONTH, Pause.end + 1))
    lasting = sum_(over(MONTH, days_between(period.start, Case.day)))
    starts = min_of(over(MONTH, period.start))
    aged = years_between(first, on)
    tags = table(
        count(over(MONTH, Case.n >= P.bar)), row(above(1), gives="many"), row(0, gives="none"), hit="collect"
    )
    before = previous(tags)
    verdict = tags.has("many") | ((first < P.until) & is_known(aged))


class Schooled(Rule, per=("unit", "school_year"), id="t.schooled"):
    """A school year, which begins in September."""

    begins, ends = period.start, period.end
    inside = Term.day.between(period.start, period.end)
    aged = years_between(Term.day, period.start)
    moved = previous(Term.day) + 366
    tags = table(
        (Term.kind, Term.day),
        row(P.kinds, up_to(P.until), gives=Term.kind),
        row("far", anything, gives="x"),
        hit="collect",
    )
    both = tags.has("far") & previous(tags).has("town")
    some = any_(over(MONTH, Case.day > P.until)) | is_present(LISTED)
    verdict = inside | tags.has("town")


def any_day(random: Random) -> date:
    turning = (date(2024, 2, 29), date(2024, 1, 1), date(2023, 12, 31), date(2024, 4, 30), LOW, HIGH)
    return random.choice(turning) if random.random() < 0.5 else date(2023, 1, 1) + timedelta(random.randrange(600))


def cell(random: Random, item: Field[Any], gap: float) -> Any:
    if random.random() < gap:
        return None
    if item.kind == "date":
        return any_day(random)
    return random.choice(item.among) if item.kind == "code" else random.randint(0, 5)


def worlds(rule: type[Rule], places: tuple[Any, ...]) -> Any:
    def make(random: Random) -> World:
        gap, dense, complete = random.choice((0.0, 0.1, 0.3)), random.choice((0.6, 1.0)), random.random() < 0.7
        facts, closed = {}, {}
        for fact in rule.tree.facts:
            name, every = PERIODS[fact]
            facts[fact] = [
                {"unit": "u", name: one, **{field: cell(random, item, gap) for field, item in fact.fields().items()}}
                for one in every
                if random.random() < dense
            ]
            closed[fact] = [{"unit": "u", name: one} for one in every if complete or random.random() < 0.2]
        own = rule.tree.period
        assert own is not None
        region = random.choice((None, None, "77"))
        return World(facts, [{"unit": "u", own.name: one} for one in random.sample(places, 2)], closed, region)

    return make


@pytest.mark.parametrize(
    ("rule", "places"),
    [(Monthly, MONTHS), (Paused, MONTHS), (Quarterly, QUARTERS), (Schooled, YEARS)],
    ids=["month", "gaps", "quarter", "school year"],
)
def test_days_and_sets_by_any_period_say_the_same_in_columns(rule: type[Rule], places: tuple[Any, ...]) -> None:
    kinds = {"day": pl.Date, "end": pl.Date}
    outcomes = ("met", "not_met", "undetermined")
    agree(rule, worlds(rule, places), LAW, on=ON, outcomes=outcomes, kinds=kinds, batches=1, size=50)
    assert compiles(rule, LAW, on=ON) == []
