"""Days in columns: cells, pairs, shifts, years between, the ends of a period, what a frame may not hold."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

import duckdb
import polars as pl
import pytest
from tests.reasoning.worlds import World, agree

from shnor_engine.errors import FactError
from shnor_engine.law import Dated, Law, Override, Parameters
from shnor_engine.reasoning import columns, compiles
from shnor_engine.rules import (
    Fact,
    Field,
    Key,
    Rule,
    absent,
    any_,
    assume,
    case,
    count,
    days_between,
    from_,
    in_each,
    is_known,
    is_present,
    last_years,
    max_,
    max_of,
    mean,
    min_,
    min_of,
    on,
    only,
    period,
    previous,
    round_,
    row,
    sum_,
    table,
    up_to,
    years_between,
)

ON = date(2024, 12, 31)
YEARS = (2022, 2023, 2024)
LOW, HIGH = date(1990, 1, 1), date(2035, 1, 1)


class D(Parameters):
    start = Dated[date](
        {"2020-01-01": date(2020, 9, 1), "2024-01-01": date(2021, 2, 28)},
        ru="начало",
        en="start",
        region_may_override=True,
    )
    grace = Dated[int]({"2020-01-01": 30}, ru="отсрочка", en="grace")


LAW = Law.of(D, overrides=[Override.of("77", D.start, {"2021-01-01": date(2019, 3, 1)})])


class Plan(Fact, grain=("unit", "year")):
    day = Field[date]("день", bounds=(LOW, HIGH))
    end = Field[date]("конец")
    more = Field[int]("дней", bounds=(0, 40))
    flag = Field[bool]("признак")


class Visit(Fact, grain=("unit", "year", Key("visit", among=("a", "b", "c")))):
    day = Field[date]("день", bounds=(LOW, HIGH))
    end = Field[date]("конец")
    held = Field[bool]("состоялся")


def chance(random: Random, share: float) -> bool:
    return random.random() < share


def any_day(random: Random) -> date:
    """Most often a day at which something turns: the end of February, an anniversary, the bounds."""
    turning = [date(2020, 2, 29), date(2021, 2, 28), date(2021, 3, 1), date(2020, 9, 1), LOW, HIGH, date(2024, 12, 31)]
    return random.choice(turning) if chance(random, 0.5) else LOW + timedelta(days=random.randrange(16_000))


def cells(random: Random, fact: type[Fact], gap: float) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, item in fact.fields().items():
        value: Any = any_day(random) if item.of is date else chance(random, 0.6) if item.of is bool else None
        value = random.choice((0, 1, 7, 40)) if item.of is int else value
        found[name] = None if chance(random, gap) else value
    return found


def plans(random: Random) -> World:
    gap = random.choice((0.0, 0.0, 0.1, 0.3))
    rows = [{"unit": "u", "year": year, **cells(random, Plan, gap)} for year in YEARS if chance(random, 0.9)]
    visits = [
        {"unit": "u", "year": year, "visit": visit, **cells(random, Visit, gap)}
        for year in YEARS
        for visit in "abc"
        if chance(random, 0.7)
    ]
    if rows and chance(random, 0.1):  # two sources that agree, or do not
        rows.append({**rows[0], "day": any_day(random), "end": rows[0]["end"]})
    closed = {fact: [{}] if chance(random, 0.5) else [] for fact in (Plan, Visit)}
    if chance(random, 0.3):
        closed[Visit].append({"year": 2023, "visit": "b"})
    places = [{"unit": "u", "year": year} for year in (2023, 2024)]
    return World({Plan: rows, Visit: visits}, places, closed, "77" if chance(random, 0.3) else None)


class Days(Rule, per=("unit", "year"), id="t.days", in_force="2021-01-01"):
    """Every way in which a day can stand in a rule."""

    day = Plan.day
    end = Plan.end
    today = on
    opens = period.start
    closes = period.end
    later = Plan.day + Plan.more
    sooner = Plan.end - 400
    graced = max_(D.start, date(2020, 1, 1)) + D.grace
    years = years_between(Plan.day, Plan.end)
    age = years_between(Plan.day, period.end)
    back = years_between(on, Plan.day)
    left = days_between(Plan.end, closes)
    first = min_of(Visit.day, where=Visit.held)
    latest = max_of(Visit.end)
    one = only(Visit.day, where=Visit.day > date(2021, 3, 1))
    lasting = sum_(days_between(Visit.day, Visit.end), where=Visit.held)
    aged = mean(years_between(Visit.day, on))
    counted = count(Visit, where=Visit.day >= D.start)
    late = any_(Visit.end > period.end, where=Visit.held)
    capped = min_(max_(Plan.day, D.start), date(2030, 1, 1))
    chosen = case((Plan.flag, Plan.day), otherwise=Plan.end)
    given_ = case((Plan.flag, first), (Plan.more > 3, D.start), otherwise=absent)
    told = assume(Plan.end, date(2024, 2, 29))
    there = is_present(first)
    known = is_known(Plan.end + 1)
    before = previous(Plan.day)
    shifted = first + round_(mean(days_between(Visit.day, on)), 0, "half_up")
    season = table(
        Plan.day,
        row(up_to(date(2020, 9, 1)), gives=date(2020, 1, 1)),
        row(from_(date(2020, 9, 2)).below(date(2024, 1, 1)), gives=D.start),
        otherwise=Plan.day,
    )
    applies = in_each(last_years(2), is_present(Plan.day) | Plan.flag)
    verdict = (Plan.day.between(date(2000, 1, 1), D.start) | (age >= 4)) & ~Plan.end.is_(date(2021, 3, 1))


KINDS = {"day": pl.Date, "end": pl.Date}
THREE = ("met", "not_met", "undetermined")


def test_every_way_of_a_day_says_the_same_in_columns() -> None:
    agree(Days, plans, LAW, on=ON, outcomes=THREE, kinds=KINDS)
    assert compiles(Days, LAW, on=ON) == []
