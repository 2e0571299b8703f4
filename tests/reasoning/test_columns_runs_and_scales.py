"""Runs, marginal scales, roundings, tables and ordered codes: what columns say is what `decide` says."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from random import Random
from typing import Any

import polars as pl
import pytest
from tests.reasoning.worlds import World, agree

from shnor_engine.law import Brackets, Clause, Dated, Law, Override, Parameters, percent
from shnor_engine.rules import (
    Fact,
    Field,
    Key,
    Rule,
    Scale,
    Share,
    above,
    absent,
    anything,
    below,
    brackets,
    case,
    count,
    cut,
    from_,
    group,
    is_known,
    is_present,
    key_of,
    marginal,
    max_of,
    rank,
    ratio,
    round_,
    row,
    run,
    share,
    sum_,
    table,
)

ON = date(2025, 12, 31)
YEARS = (2021, 2022, 2023, 2024)
THREE = ("met", "not_met", "undetermined")
LEVELS = Scale("low", "middle", "high")
REF = Clause("1")


class Card(Fact, grain=("school", "year")):
    n = Field[int]("число", bounds=(-6, 9))
    m = Field[int]("второе", bounds=(0, 6))
    open_ = Field[int]("без предела")
    part = Field[Share]("доля", whole_percent=True)
    code = Field[str]("код", among=("a", "b", "c"))
    free = Field[str]("любой код")
    level = Field[str]("уровень", among=LEVELS)
    flag = Field[bool]("признак")


class Item(Fact, grain=("school", "year", Key("kind", among=("x", "y", "z")))):
    score = Field[int]("балл", bounds=(0, 9))


class Law_(Parameters):
    bar = Dated[int]({"2020-01-01": 2, "2023-01-01": 4}, ref=REF, region_may_override=True)
    scale = Dated[Brackets](
        {
            "2020-01-01": Brackets.of({0: percent(10), 3: percent(25)}),
            "2024-01-01": Brackets.of({1: percent(10), 4: 0}),
        },
        ref=REF,
    )
    kinds = Dated[tuple[str, ...]]({"2020-01-01": ("x",), "2023-01-01": ("x", "z")}, ref=REF)


LAW = Law.of(
    Law_,
    overrides=[Override.of("r", Law_.bar, {"2022-01-01": 5}, ref=REF)],
    regions={"r": ""},
)


def cell(random: Random, field: Field[Any], gap: float) -> Any:
    if random.random() < gap:
        return None
    if field.kind == "truth":
        return random.random() < 0.6
    if field.kind == "code":
        return random.choice(field.among or ("a", "middle", "y"))
    if field.whole_percent:
        return random.choice((0, 29, 30, 50, 100))
    low, high = field.limits
    return random.randint(int(low or 0), int(12 if high is None else high))


def cards(random: Random) -> World:
    gap, dense = random.choice((0.0, 0.0, 0.0, 0.15, 0.4)), random.choice((1.0, 1.0, 0.8))
    facts: dict[type[Fact], list[dict[str, Any]]] = {Card: [], Item: []}
    for year in YEARS:
        for fact, extra in ((Card, [{}]), (Item, [{"kind": kind} for kind in "xyz"])):
            for more in extra:
                if random.random() < dense:
                    cells = {name: cell(random, item, gap) for name, item in fact.fields().items()}
                    facts[fact].append({"school": "s", "year": year, **more, **cells})
    places = [{"school": "s", "year": year} for year in (2020, 2022, 2024)]
    closed: dict[type[Fact], list[dict[str, Any]]] = {
        Card: [{}] if random.random() < 0.6 else [],
        Item: random.choice(([{}], [{"year": 2024}], [{"kind": "x"}], [])),
    }
    return World(
        facts,
        places,
        {fact: [dict(row) for row in rows] for fact, rows in closed.items()},
        random.choice((None, "r")),
    )


class Tables(Rule, per=("school", "year"), id="t.tables", in_force="2021-01-01"):
    band = table(
        Card.n, row(below(0), gives="a"), row(from_(0).below(Law_.bar), gives="b"), row(from_(Law_.bar), gives="c")
    )
    both = table(
        (Card.n, Card.code), row(above(2), ("a", "b"), gives=Card.m), row(above(2), "c", gives=1), otherwise=absent
    )
    asked = table(
        (Card.m, Card.flag),
        row(absent, anything, gives=7),
        row((1, 3), True, gives=Card.n),
        row(from_(4), False, gives=9),
        otherwise=5,
    )
    truth = table((Card.part, Card.free), row(from_(percent(30)), anything, gives=Card.flag), otherwise=False)
    listed = table(Card.free, row("a", gives=1), row(("middle", "y"), gives=2), otherwise=3)
    rated = LEVELS.of(case((Card.n > 4, "high"), (Card.n > 1, Card.level), otherwise="low"))
    higher = Card.level >= "middle"
    between = Card.level > LEVELS.of(table(Card.m, row(below(2), gives="low"), row(from_(2), gives="middle")))
    listed_kinds = count(Item, where=key_of(Item, "kind").is_in(Law_.kinds) & (Item.score > 3))
    points = sum_(
        table(
            (key_of(Item, "kind"), Item.score),
            row("x", below(5), gives=2),
            row("x", from_(5), gives=Item.score),
            otherwise=1,
        )
    )
    known = is_known(band) & is_present(both)
    verdict = (asked >= 4) & higher | band.is_in("c")


class Numbers(Rule, per=("school", "year"), id="t.numbers", in_force="2021-01-01"):
    average = ratio(Card.n * 2 + Card.open_, Card.m)
    up = round_(average, 1, "half_up")
    even = round_(Card.n * Fraction(5, 10), 0, "half_even")
    down = round_(average, 0, "floor")
    top = round_(Card.open_ * 7, -1, "ceil")
    tens = round_(Card.n * 5, -1, "half_even")
    taken = marginal(Card.open_, Law_.scale)
    of_part = marginal(average, brackets((0, percent(5)), (Law_.bar, percent("7.5"))))
    bent = marginal(Card.n, Law_.scale)
    most = max_of(round_(Item.score * Fraction(3, 2), 0, "half_up"))
    verdict = (up + taken > 3) & (even >= 0)


class Runs(Rule, per=("school", "year"), id="t.runs"):
    good = Card.n >= Law_.bar
    since = run(good, "skip", since=2022)
    skipped = run(good, "skip")
    broken = run(Card.m > 1, "break")
    applies = Card.flag
    verdict = (skipped >= 2) | (since >= 1)


@pytest.mark.parametrize("rule", [Tables, Numbers], ids=lambda rule: rule.tree.id)
def test_tables_scales_and_roundings(rule: type[Rule]) -> None:
    agree(rule, cards, LAW, on=ON, outcomes=THREE, kinds={"part": pl.Int64})


def test_runs_over_years_that_the_rule_leaves_out() -> None:
    agree(Runs, cards, LAW, on=ON, outcomes=("met", "not_applicable", "undetermined"))


# --- places by every reading of ties and cuts ---------------------------------------------------------


class Result(Fact, grain=("school", "area", "year")):
    sat = Field[int]("участников", bounds=(0, 40))
    low = Field[int]("ниже", bounds=(0, 40))
    points = Field[int]("баллы")
    counted = Field[bool]("сравнивается")


AREA = group(Result, by=("area", "year"), where=Result.counted)


class Places(Rule, per=("school", "area", "year"), id="t.places", in_force="2022-01-01"):
    first = rank(share(Result.low, of=Result.sat), among=AREA, ties="min", descending=True)
    last = rank(share(Result.low, of=Result.sat), among=AREA, ties="max")
    open_ = rank(Result.points, among=AREA, ties="open")
    difference = rank(Result.points - Result.low, among=AREA, ties="min")
    up, down = cut(percent(30), of=AREA, rounding="ceil"), cut(percent(40), of=AREA, rounding="floor")
    near, even = cut(percent(50), of=AREA, rounding="half_up"), cut(percent(50), of=AREA, rounding="half_even")
    verdict = first <= up


def area(random: Random) -> World:
    gap, broken = random.choice((0.0,) * 9 + (0.1,)), random.random() < 0.1
    rows = []
    for number in range(random.randint(1, 6)):
        for year in (2023, 2024):
            if random.random() < 0.9:
                cells = {name: cell(random, item, gap) for name, item in Result.fields().items()}
                cells["sat"] = None if cells["sat"] is None else random.choice((0, 10, 20, 30, 37, 40))
                if cells["sat"] is not None and cells["low"] is not None and not broken:
                    cells["low"] = min(cells["low"], cells["sat"])
                rows.append({"school": f"s{number}", "area": "a", "year": year, **cells})
    places = [{"school": f"s{number}", "area": "a", "year": year} for number in range(6) for year in (2023, 2024)]
    closed = random.choice(([{}], [{}], [{}], [{}], [{"year": 2024}], [{"area": "a"}], [{"school": "s1"}], []))
    return World({Result: rows}, places, {Result: [dict(row) for row in closed]}, random.choice((None, "r")))


def test_places_and_cuts_by_every_reading() -> None:
    agree(Places, area, LAW, on=ON, outcomes=THREE)
