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
    turning = [
        date(2020, 2, 29),
        date(2021, 2, 28),
        date(2021, 3, 1),
        date(2020, 9, 1),
        LOW,
        HIGH,
        date(2024, 12, 31),
    ]
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
    """Days of a row: shifted, compared, chosen, assumed, of the period before."""

    day = Plan.day
    sooner = Plan.end - Plan.more - 400
    graced = max_(D.start, date(2020, 1, 1)) + D.grace
    years = years_between(Plan.day, Plan.end)
    age = years_between(Plan.day, period.end)
    back = years_between(on, Plan.day + Plan.more)
    left = days_between(Plan.end, period.start)
    chosen = case((Plan.flag, Plan.day), (Plan.more > 7, D.start), otherwise=absent)
    told = assume(Plan.end, date(2024, 2, 29)) < previous(Plan.day)
    there = is_present(chosen) & is_known(Plan.end + 1)
    season = table(
        Plan.day,
        row(up_to(date(2020, 9, 1)), gives=date(2020, 1, 1)),
        row(from_(date(2020, 9, 2)).below(date(2024, 1, 1)), gives=D.start),
        otherwise=Plan.day,
    )
    applies = in_each(last_years(2), is_present(Plan.day) | Plan.flag)
    verdict = (Plan.day.between(date(2000, 1, 1), D.start) | (age >= 4)) & ~Plan.end.is_(date(2021, 3, 1))


class Visits(Rule, per=("unit", "year"), id="t.visits", in_force="2021-01-01"):
    """Days of many rows: the first, the last, the only one, and what is reckoned from them."""

    first = min_of(Visit.day, where=Visit.held)
    latest = max_of(Visit.end)
    one = only(Visit.day, where=Visit.day > date(2021, 3, 1))
    lasting = sum_(days_between(Visit.day, Visit.end), where=Visit.held)
    aged = mean(years_between(Visit.day, on))
    counted = count(Visit, where=Visit.day >= D.start)
    late = any_(Visit.end > period.end, where=Visit.held)
    shifted = first + round_(mean(days_between(Visit.day, on)), 0, "half_up")
    verdict = (min_(first, D.start) < shifted) & ~late


KINDS = {"day": pl.Date, "end": pl.Date}
THREE = ("met", "not_met", "undetermined")


@pytest.mark.parametrize("rule", [Days, Visits], ids=lambda rule: rule.tree.id)
def test_days_say_the_same_in_columns(rule: type[Rule]) -> None:
    agree(rule, plans, LAW, on=ON, outcomes=THREE, kinds=KINDS, batches=1)
    assert compiles(rule, LAW, on=ON) == []


# --- imprecise days ---------------------------------------------------------------------------------


class Between(Rule, per=("unit", "year"), id="t.between"):
    """A day known only to lie between two others."""

    day = Plan.day
    moved = Plan.day + Plan.more
    years = years_between(Plan.day, Plan.end)
    before = previous(Plan.end)
    verdict = (Plan.day >= D.start) | (Plan.day > Plan.end)


def pairs(random: Random) -> World:
    world = plans(random)
    for item in world.facts[Plan]:
        for name in ("day", "end"):
            value, other = item[name], any_day(random)
            if value is not None:
                item[name] = tuple(sorted((value, other if chance(random, 0.5) else value)))
                if chance(random, 0.1):  # as good as unknown
                    item[name] = (LOW, HIGH)
    return World({Plan: world.facts[Plan]}, world.places, {Plan: world.closed[Plan]}, world.region)


def test_a_day_between_two_others_says_the_same_in_columns() -> None:
    kinds = {"day": pl.List(pl.Date), "end": pl.List(pl.Date)}
    agree(Between, pairs, LAW, on=ON, outcomes=THREE, kinds=kinds, batches=1)


def test_rows_may_mix_days_and_pairs_and_an_array_is_a_pair_too() -> None:
    def plan(unit: str, day: Any) -> dict[str, Any]:
        return {"unit": unit, "year": 2024, "day": day, "end": None, "more": 1, "flag": True}

    pair = (date(2021, 1, 1), date(2021, 2, 1))
    rows = [plan("a", date(2021, 1, 1)), plan("b", pair), plan("c", None)]
    found = {row["keys"]["unit"]: row["values"]["day"] for row in columns(Between, {Plan: rows}, LAW, on=ON).rows()}
    assert found == {"a": date(2021, 1, 1), "b": pair, "c": (LOW, HIGH)}
    array = pl.DataFrame([plan("b", list(pair))], schema_overrides={"day": pl.Array(pl.Date, 2), "end": pl.Date})
    for frame in (array.lazy(), duckdb.from_arrow(array.to_arrow())):
        (only_,) = columns(Between, {Plan: frame}, LAW, on=ON).rows()
        assert only_["values"]["day"] == pair


# --- the frame itself -------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_a_clause_that_is_a_day_is_a_column_of_dates(engine: str) -> None:
    row_ = {"unit": "u", "year": 2024, "day": date(2020, 2, 29), "end": date(2024, 2, 28), "more": 1, "flag": True}
    made = pl.DataFrame([row_])
    given: Any = made.lazy() if engine == "polars" else duckdb.from_arrow(made.to_arrow())
    answer = columns(Days, {Plan: given}, LAW, on=ON)
    (found,) = answer.rows()
    assert answer.shapes["day"] in ("day", "days")
    assert found["values"]["day"] == date(2020, 2, 29)
    assert (found["values"]["years"], found["values"]["age"]) == (3, 4)
    whole = answer.frame.collect() if engine == "polars" else answer.frame.pl()
    assert whole["day"].dtype == pl.Date if "day" in whole.columns else whole["day__lo"].dtype == pl.Date


@pytest.mark.parametrize(
    ("cell", "dtype", "said"),
    [
        ("2024-01-01", pl.String, "it is String, not a day or a pair of days"),
        (date(1989, 1, 1), pl.Date, "1 rows lie outside 1990-01-01..2035-01-01"),
        ([date(2024, 2, 1), date(2024, 1, 1)], pl.List(pl.Date), "1 rows hold no pair of days, the earlier first"),
        ([date(2024, 2, 1)], pl.List(pl.Date), "1 rows hold no pair of days, the earlier first"),
        ([date(2024, 2, 1), None], pl.List(pl.Date), "1 rows hold no pair of days, the earlier first"),
    ],
)
def test_what_is_no_day_is_refused_with_its_column_before_anything_is_decided(
    cell: Any, dtype: Any, said: str
) -> None:
    schema = {"unit": pl.String, "year": pl.Int64, "day": dtype, "end": pl.Date, "more": pl.Int64, "flag": pl.Boolean}
    made = pl.DataFrame([["u", 2024, cell, None, 1, True]], schema=schema, orient="row")
    for frame in (made.lazy(), duckdb.from_arrow(made.to_arrow())):
        with pytest.raises(FactError, match="Plan, column day") as caught:
            columns(Between, {Plan: frame}, LAW, on=ON)
        assert said in str(caught.value)
