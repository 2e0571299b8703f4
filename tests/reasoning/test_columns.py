"""One text, two readings: what `columns` says of many places at once is what `decide` says of each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from random import Random
from typing import Any

import polars as pl
import pytest
from tests.reasoning.methodology import LowResults, P, Sitting, Strictly
from tests.reasoning.worlds import World, agree

from shnor_engine.law import Clause, Law, Override, Share, percent
from shnor_engine.packs.builtin.monitoring import Membership, Monitoring, MunicipalMonitoring
from shnor_engine.rules import (
    Fact,
    Field,
    Key,
    Rule,
    all_,
    all_of,
    any_,
    any_of,
    assume,
    at_least,
    case,
    count,
    in_each,
    is_known,
    is_present,
    last_years,
    max_,
    max_of,
    mean,
    min_,
    min_of,
    not_,
    only,
    previous,
    ratio,
    share,
    sum_,
    years_so_far,
)

ON = date(2024, 12, 31)
YEARS = (2022, 2023, 2024)
TRAPS = ((27, 8), (37, 11), (44, 13), (47, 14), (10, 3), (20, 6), (27, 9), (37, 12))
OWN = {"r3": 20, "r4": 31, "r5": 33, "r6": 35}  # more lines than are chosen one after the other: they are looked up
REGIONS = (None, "r1", "r1.m", "r2", *OWN)
LAW = Law.of(
    P,
    overrides=[
        Override.of("r1", P.low_share, {"2023-01-01": percent(25)}, ref=Clause("1")),
        Override.of("r1.m", P.low_share, {"2024-01-01": percent("29.5")}, ref=Clause("2")),
        *(Override.of(name, P.low_share, {"2022-01-01": percent(own)}, ref=Clause("3")) for name, own in OWN.items()),
    ],
    regions={"r1": "", "r1.m": "r1", "r2": "", **dict.fromkeys(OWN, "")},
)


def chance(random: Random, one_in: int) -> bool:
    return random.randrange(one_in) == 0


def pair(random: Random, style: str) -> tuple[int | None, int | None]:
    """Participants and those below, by the style of a world."""
    if style == "gaps" and chance(random, 2):
        return random.choice(((None, 3), (20, None), (None, None)))
    if style == "small":
        return random.choice(((9, 9), (0, 0), (8, 1)))
    if style == "high":
        return random.choice(((20, 1), (30, 2), (10, 2), (40, 3)))
    if style == "broken" and chance(random, 3):
        return (10, 11)
    if style == "low":
        return random.choice(((10, 4), (20, 6), (12, 9), (40, 20)))
    return random.choice(TRAPS)


def sittings(random: Random, style: str, years: Sequence[int] = YEARS, most: int = 4) -> list[dict[str, Any]]:
    rows = []
    for year in years:
        for number in range(random.randint(1 if style in ("low", "high") else 0, most)):
            whole, below = pair(random, style)
            rows.append(
                {"school": "s", "year": year, "procedure": f"p{number}", "participants": whole, "below_min": below}
            )
    if rows and chance(random, 4):  # the same again, or another event that disagrees
        again = dict(random.choice(rows))
        if chance(random, 2):
            again["below_min"] = random.choice((None, 0, 5))
        rows.append(again)
    return rows


STYLES = ("gaps", "small", "high", "high", "broken", "low", "low", "mixed")


def school(random: Random) -> World:
    style = random.choice(STYLES)
    closed = random.choice(([{}], [{}], [{}], [], [{"year": 2024}], [{"school": "s", "year": 2023}, {"year": 2024}]))
    return World(
        {Sitting: sittings(random, style)},
        [{"school": "s", "year": year} for year in (2023, 2024)],
        {Sitting: [dict(row) for row in closed]},
        random.choice(REGIONS),
    )


ALL = ("met", "not_met", "not_applicable", "undetermined", "failed")


@pytest.mark.parametrize("rule", [LowResults, Strictly])
def test_the_methodology_of_two_low_years(rule: type[Rule]) -> None:
    agree(rule, school, LAW, on=ON, outcomes=ALL)


# --- municipal monitoring -------------------------------------------------------------------------


def membership(random: Random) -> World:
    kinds = random.choice(((True, False), (False,), (True, False, None), (False, False, None)))
    first = random.choice((2019, 2020, 2022))
    rows = [
        {"school": "s", "year": year, "listed": random.choice(kinds)}
        for year in range(first, 2025)
        if not chance(random, 8)
    ]
    closed = [{}] if chance(random, 4) else []
    places = [{"school": "s", "year": year} for year in (2019, 2023, 2024)]
    return World({Membership: rows}, places, {Membership: closed}, random.choice((None, "r")))


def test_municipal_monitoring() -> None:
    law = Law.of(
        Monitoring, overrides=[Override.of("r", Monitoring.clean_years, {"2023-01-01": 3})], regions={"r": ""}
    )
    agree(MunicipalMonitoring, membership, law, on=ON, outcomes=("met", "not_met", "not_applicable", "undetermined"))


# --- the same procedure in two years --------------------------------------------------------------


class SameTwice(LowResults, id="t.same"):
    lowly = LowResults.counted & LowResults.low
    again = any_(lowly & previous(lowly))
    applies = count(Sitting, where=LowResults.counted) >= 1
    verdict = again | (count(Sitting, where=lowly) >= 3)


def test_the_same_procedure_low_in_both_years() -> None:
    agree(SameTwice, school, LAW, on=ON, outcomes=ALL)


# --- the federal shape: regional thresholds, a declared set of procedures, counted over two years --


class Exam(Fact, grain=("school", "year", Key("procedure", among=("a", "b", "c")))):
    participants = Field[int]("участников", bounds=(0, 60))
    below_min = Field[int]("ниже минимума", bounds=(0, 60))


class Federal(Rule, per=("school", "year"), id="t.federal", in_force="2021-09-01"):
    counted = Exam.participants >= P.min_participants
    low = share(Exam.below_min, of=Exam.participants) >= P.low_share
    low_count = count(Exam, where=counted & low)
    low_year = low_count >= P.min_sittings
    applies = in_each(last_years(2), count(Exam, where=counted) >= 1)
    verdict = in_each(last_years(2), low_year)


def exams(random: Random) -> World:
    style = random.choice(STYLES)
    rows = [
        {"school": "s", "year": year, "procedure": name, "participants": whole, "below_min": below}
        for year in YEARS
        for name in "abc"
        if not chance(random, 5)
        for whole, below in [pair(random, style)]
    ]
    if rows and chance(random, 4):
        rows.append({**random.choice(rows), "participants": random.choice((None, 10, 40))})
    closed = random.choice(
        ([{}], [{}], [{"year": 2024}, {"year": 2023}], [{"procedure": "b"}], [{"year": 2024, "procedure": "c"}], [])
    )
    places = [{"school": "s", "year": year} for year in (2020, 2023, 2024)]
    return World({Exam: rows}, places, {Exam: [dict(row) for row in closed]}, random.choice(REGIONS))


def test_the_federal_shape_over_a_declared_set_of_procedures() -> None:
    agree(Federal, exams, LAW, on=ON, outcomes=ALL)


# --- every fold, every number, codes and assumptions ----------------------------------------------


class Unit(Fact, grain=("school", "year")):
    kind = Field[str]("вид", among=("город", "село", "01611"))
    free = Field[str]("код")
    points = Field[int]("баллы", bounds=(-3, 9))
    part = Field[Share]("доля", whole_percent=True)
    exact = Field[Share]("точная доля")
    open_ = Field[int]("без предела")
    yes = Field[bool]("да")


class Mark(Fact, grain=("school", "year", "item")):
    value = Field[int]("оценка", bounds=(-2, 5))
    weight = Field[int]("вес", bounds=(0, 4))
    fine = Field[bool]("хорошо")


class Term(Fact, grain=("year",)):
    least = Field[int]("порог", bounds=(0, 5))


class Everything(Rule, per=("school", "year"), id="t.everything", in_force="2021-01-01"):
    how_many = count(Mark, where=Mark.value >= Term.least)
    total = sum_(Mark.value)
    heavy = sum_(Mark.value * Mark.weight, where=Mark.fine)
    weights = sum_(Mark.weight, where=Mark.fine)
    weighted = ratio(heavy, weights)
    average = mean(Mark.value, where=Mark.weight >= 1)
    lowest = min_of(Mark.value, where=Mark.fine)
    highest = max_of(Mark.value)
    one = only(Mark.value, where=(Mark.weight >= 3) & Mark.fine)
    some = any_(Mark.fine)
    every = all_(Mark.fine, where=Mark.value >= 2)
    kind = Unit.kind
    free = Unit.free
    named = case((Unit.yes, "01611"), (Unit.kind.is_in("село"), "село"), otherwise=Unit.kind)
    number = case((Unit.yes, Unit.points), (Unit.points >= 4, 7), otherwise=sum_(Mark.value))
    nothing = case((Unit.points >= 4, Unit.points))
    truthful = case((Unit.points >= 4, 1), (Unit.points < 0, 0), otherwise=2) >= 1
    exact = Unit.exact
    part = Unit.part
    sure = assume(Unit.yes, False)
    supposed = assume(Unit.points, 4) + 1
    coded = assume(Unit.kind, "город").is_in("город", "01611")
    there = is_present(Unit.points)
    known = is_known(Unit.kind) & is_known(total)
    gone = is_present(Unit.yes)
    extreme = min_(Unit.points, total, 3) - max_(Unit.points, 2) * 2
    product = Unit.points * total
    unbounded = Unit.open_ + Unit.points
    before = previous(Unit.points)
    twice = previous(previous(Unit.yes))
    often = at_least(2, Unit.yes, of=years_so_far())
    recent = at_least(1, Unit.yes & is_known(Unit.points), of=last_years(3))
    same = Unit.points.is_(4)
    rated = any_of(weighted >= Fraction(5, 2), not_(Unit.part < Fraction(3, 10)), same)
    inside = Unit.free.is_in("x", "y")
    applies = any_of(is_known(Unit.yes), is_present(Unit.points), Unit.points < 20)
    verdict = all_of(any_of(total >= 3, Unit.yes, inside), Unit.exact <= Fraction(2, 3), Unit.open_ <= 50)


def everything(random: Random) -> World:
    def maybe(value: Any, one_in: int) -> Any:
        return None if chance(random, one_in) else value

    gaps, dense = random.choice((3, 9, 10**6, 10**6)), random.choice((1, 4))
    units = [
        {
            "school": "s",
            "year": year,
            "kind": maybe(random.choice(("город", "село", "01611")), gaps),
            "free": maybe(random.choice(("x", "z")), gaps),
            "points": maybe(random.randint(-3, 9), gaps),
            "part": maybe(random.choice((0, 29, 30, 100)), gaps),
            "exact": maybe(random.choice((0, 1)), gaps),
            "open_": maybe(random.randint(0, 70), gaps),
            "yes": maybe(random.choice((True, False)), gaps),
        }
        for year in YEARS
        if dense == 1 or not chance(random, dense)
    ]
    marks = [
        {
            "school": "s",
            "year": year,
            "item": f"i{number}",
            "value": maybe(random.randint(-2, 5), gaps),
            "weight": maybe(random.choice((0, 1, 2, 3)), gaps),
            "fine": maybe(random.choice((True, True, False)), gaps),
        }
        for year in YEARS
        for number in range(random.randint(0, 3))
    ]
    if chance(random, 4):
        marks += [
            {"school": "s", "year": 2024, "item": item, "value": 2, "weight": 3, "fine": True} for item in ("j", "k")
        ]
    terms = [{"year": year, "least": maybe(random.randint(0, 5), gaps)} for year in YEARS if not chance(random, 6)]
    if marks and chance(random, 3):
        marks.append({**random.choice(marks), "value": random.choice((None, 1)), "fine": random.choice((None, True))})
    if units and chance(random, 4):
        units.append({**random.choice(units), "yes": True, "kind": "село"})
    closed = {
        Unit: [{}] if chance(random, 2) else [],
        Mark: random.choice(([{}], [{"year": 2024}], [{"school": "s"}], [])),
        Term: [{"year": 2024}] if chance(random, 3) else [],
    }
    places = [{"school": "s", "year": year} for year in (2020, 2024)]
    copied = {fact: [dict(row) for row in rows] for fact, rows in closed.items()}
    return World({Unit: units, Mark: marks, Term: terms}, places, copied)


def test_every_fold_number_code_and_assumption() -> None:
    agree(Everything, everything, Law.of(), on=ON, outcomes=ALL, kinds={"exact": pl.Int64, "part": pl.Int64})
