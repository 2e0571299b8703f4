"""Shapes of rules in columns: rows of rows, facts of other grains, closings by procedure, wide numbers, no period."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

import pytest
from tests.reasoning.methodology import P
from tests.reasoning.test_columns import ALL, LAW, STYLES, YEARS, Exam, Federal, chance, exams, pair
from tests.reasoning.worlds import World, agree

from shnor_engine.law import Clause, Dated, Law, Parameters, Since
from shnor_engine.reasoning.columns import compiles
from shnor_engine.reasoning.columns.registry import COMPILE
from shnor_engine.rules import (
    Fact,
    Field,
    Rule,
    all_,
    any_,
    assume,
    at_least,
    case,
    count,
    earlier_years,
    in_each,
    is_known,
    is_present,
    last_years,
    max_of,
    mean,
    previous,
    ratio,
    share,
    sum_,
)
from shnor_engine.rules import tree as nodes

ON = date(2024, 12, 31)


# --- the same procedure twice, over a declared set, with closings by procedure --------------------


class Again(Federal, id="t.again"):
    lowly = Federal.counted & Federal.low
    twice = any_(lowly & previous(lowly))
    reported = count(Exam, where=is_known(Exam.participants))
    never = all_(previous(is_present(Exam.participants)), where=Exam.participants >= 1)
    applies = count(Exam) >= 1
    verdict = twice | (count(Exam, where=lowly) >= 3)


def test_what_tells_unreported_rows_apart_is_read_row_by_row_of_the_declared_set() -> None:
    agree(Again, exams, LAW, on=ON, outcomes=("met", "not_met", "not_applicable", "undetermined", "failed"))


# --- a group of units, each with sittings ---------------------------------------------------------


class Member(Fact, grain=("group", "unit", "year")):
    size = Field[int]("размер", bounds=(0, 50))


class Result(Fact, grain=("group", "unit", "year", "procedure")):
    participants = Field[int]("участников", bounds=(0, 60))
    below_min = Field[int]("ниже минимума", bounds=(0, 60))


class Nested(Rule, per=("group", "year"), id="t.nested", in_force="2021-09-01"):
    low = share(Result.below_min, of=Result.participants) >= P.low_share
    lows = count(Result, where=low)
    many = Member.size >= 10
    low_unit = lows >= 1
    low_units = count(Member, where=low_unit & many)
    least = max_of(Member.size + sum_(Result.participants), where=many)
    always = all_(in_each(last_years(2), lows >= 1), where=many)
    results = count(Result)
    verdict = (low_units >= 2) | always
    applies = count(Member, where=many) >= 1


def groups(random: Random) -> World:
    style = random.choice((*STYLES, "broken", "broken", "low"))
    members, results = [], []
    for year in (2023, 2024):
        for unit in ("u1", "u2", "u3")[: random.randint(1, 3)]:
            keys = {"group": "g", "unit": unit, "year": year}
            members.append({**keys, "size": random.choice((None, 5) if style == "gaps" else (5, 10, 40))})
            for number in range(random.randint(0, 2)):
                whole, below = pair(random, style)
                results.append({**keys, "procedure": f"p{number}", "participants": whole, "below_min": below})
    closed: dict[type[Fact], list[dict[str, Any]]] = {
        Member: [{}] if chance(random, 2) else [{"year": 2024}],
        Result: random.choice(([{}], [{"unit": "u1"}, {"year": 2024}], [])),
    }
    places = [{"group": "g", "year": year} for year in (2023, 2024)]
    return World({Member: members, Result: results}, places, closed, random.choice((None, "r1")))


def test_rows_of_rows() -> None:
    agree(Nested, groups, LAW, on=ON, outcomes=ALL)


# --- facts of other grains, instants, gaps in the law ---------------------------------------------


class Licence(Fact, grain=("school", "kind")):
    since = Field[int]("с какого года", bounds=(1990, 2030))


class Calendar(Fact, grain=("year", "stage")):
    days = Field[int]("дней", bounds=(0, 200))


class School(Fact, grain=("school",)):
    size = Field[int]("учеников", bounds=(0, 3000))
    kind = Field[str]("вид", among=("a", "b"))


class Law2(Parameters):
    width = Dated[int]({"2019-01-01": 1, "2023-01-01": 2}, ref=Clause("1"))
    need = Dated[int]([Since.on("2022-01-01", 150), Since.on("2024-01-01", 100, until="2024-07-01")], ref=Clause("1"))
    big = Dated[int]({"2015-01-01": 500, "2024-06-01": 900}, ref=Clause("2"))
    letter = Dated[int](
        [Since.on("2020-01-01", 2017, known="2020-01-01"), Since.on("2020-01-01", 2016, known="2025-02-01")],
        ref=Clause("3"),
    )
    sort = Dated[str]({"2020-01-01": "a", "2024-01-01": "b"}, ref=Clause("4"))
    strict = Dated[bool]({"2020-01-01": True, "2024-01-01": False}, ref=Clause("5"))


class Mixed(Rule, per=("school", "year"), id="t.mixed", in_force="2021-01-01"):
    licences = count(Licence, where=Licence.since <= Law2.letter)
    days = sum_(Calendar.days)
    enough = days >= Law2.need
    large = School.size >= Law2.big.at_decision()
    larger = School.size >= Law2.big.on("2020-01-01")
    sort = assume(School.kind, "b").is_in("a")
    word = case((large, Law2.sort), otherwise="none")
    strict = Law2.strict
    wide = in_each(last_years(Law2.width), days >= 100)
    ever = at_least(1, days >= 150, of=earlier_years())
    average = ratio(mean(Calendar.days), 7)
    applies = is_known(School.size)
    verdict = (enough & wide & large) | (licences >= 2) | (Law2.strict & ever)


def mixed(random: Random) -> World:
    size = random.choice((None, 100, 600, 1000, 1000))
    schools = [] if chance(random, 6) else [{"school": "s", "size": size, "kind": random.choice(("a", "b", None))}]
    licences = [
        {"school": "s", "kind": f"k{number}", "since": random.choice((2010, 2016, 2018, None))}
        for number in range(random.randint(0, 3))
    ]
    calendar = [
        {"year": year, "stage": f"t{number}", "days": random.choice((40, 80, 80, None if chance(random, 4) else 60))}
        for year in YEARS
        for number in range(random.randint(0, 2))
    ]
    closed: dict[type[Fact], list[dict[str, Any]]] = {
        Licence: [{}] if chance(random, 2) else [],
        Calendar: random.choice(([{}], [{}], [{"year": 2024}])),
        School: [{}] if chance(random, 2) else [],
    }
    places = [{"school": "s", "year": year} for year in (2020, 2022, 2023, 2024)]
    return World({School: schools, Licence: licences, Calendar: calendar}, places, closed)


@pytest.mark.parametrize("on", [date(2024, 3, 1), date(2025, 3, 1)])
def test_facts_of_other_grains_and_every_instant_of_the_law(on: date) -> None:
    agree(Mixed, mixed, Law.of(Law2), on=on, outcomes=ALL)


# --- numbers that 64 bits do not hold -------------------------------------------------------------

HUGE = 10**12


class Budget(Fact, grain=("school", "year")):
    spent = Field[int]("израсходовано", bounds=(0, HUGE))
    planned = Field[int]("запланировано", bounds=(0, HUGE))
    pupils = Field[int]("учеников", bounds=(0, HUGE))


class Wide(Rule, per=("school", "year"), id="t.wide"):
    rate = ratio(Budget.spent, Budget.planned) >= ratio(Budget.pupils, Budget.planned + 1)
    sober = Budget.spent <= Budget.planned
    vast = Budget.spent * Budget.planned * (Budget.pupils + 1)
    verdict = rate & sober & (vast >= 1)


def budgets(random: Random) -> World:
    def number() -> int | None:
        return random.choice((None, 0, 3, HUGE, HUGE - 1, HUGE - 2)) if chance(random, 3) else random.randint(1, HUGE)

    rows = [
        {"school": "s", "year": year, "spent": number(), "planned": number(), "pupils": number()} for year in YEARS
    ]
    return World({Budget: rows}, [{"school": "s", "year": year} for year in YEARS])


def test_products_that_do_not_fit_are_decided_by_hand_and_the_rest_is_not() -> None:
    outcomes, by_hand = ("met", "not_met", "undetermined"), ("rate", "vast", "verdict")
    agree(Wide, budgets, Law.of(), on=ON, outcomes=outcomes, by_hand=by_hand)
    found = compiles(Wide, Law.of(), on=ON)
    assert len(found) == 2
    assert found[0].startswith("clause «rate»: a number may lie anywhere in ")


def test_a_rule_that_stands_in_columns_gives_no_reason() -> None:
    assert compiles(Federal) == []
    assert compiles(Federal, LAW, on=ON) == []
    assert compiles(Mixed, Law.of(Law2), on=ON) == []


def test_a_node_that_nothing_compiles_is_decided_by_hand_around_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(COMPILE, nodes.Case)  # type: ignore[arg-type]
    assert compiles(Mixed) == ["clause «word»: Case is read row by row"]
    agree(Mixed, mixed, Law.of(Law2), on=date(2025, 3, 1), outcomes=ALL, by_hand=("word",), batches=1)


# --- without a period, and at the grain of the fact -----------------------------------------------


class Timeless(Rule, per=("school",), id="t.timeless"):
    small = School.size < Law2.big
    exams = count(Exam, where=Exam.participants >= 10)
    applies = is_present(School.size)
    verdict = small & (exams >= 3)


def timeless(random: Random) -> World:
    world = exams(random)
    size = random.choice((None, 100, 100, 1000))
    schools = [] if chance(random, 3) else [{"school": "s", "size": size, "kind": "a"}]
    closed = {**world.closed, School: [{}]}
    return World({**world.facts, School: schools}, [{"school": "s"}], closed)


def test_a_rule_without_a_period() -> None:
    outcomes = ("met", "not_met", "not_applicable", "undetermined")
    agree(Timeless, timeless, Law.of(Law2), on=ON, outcomes=outcomes)


class Each(Rule, per=("school", "year", "procedure"), id="t.each", in_force="2022-06-01"):
    part = share(Exam.below_min, of=Exam.participants)
    here = count(Exam, where=part >= P.low_share)
    applies = Exam.participants >= 10
    verdict = (part >= P.low_share) & (previous(part) > 0)


def each(random: Random) -> World:
    world = exams(random)
    places = [{"school": "s", "year": year, "procedure": name} for year in (2021, 2023, 2024) for name in ("a", "c")]
    if chance(random, 5):  # more below the least than sat at all: the share breaks
        for row in world.facts[Exam]:
            row["below_min"] = 60 if row["year"] == 2024 else row["below_min"]
    return World(world.facts, places, world.closed, world.region)


def test_a_rule_at_the_grain_of_the_fact() -> None:
    agree(Each, each, LAW, on=ON, outcomes=ALL)
