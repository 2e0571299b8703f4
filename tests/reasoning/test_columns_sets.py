"""Sets of codes in columns: collecting tables, lists of the law, whether a set holds a code."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

import polars as pl
import pytest
from tests.reasoning.worlds import World, agree

from shnor_engine.law import Dated, Law, Override, Parameters
from shnor_engine.reasoning import columns, compiles
from shnor_engine.rules import (
    Expr,
    Fact,
    Field,
    Key,
    Rule,
    RuleSet,
    above,
    absent,
    any_,
    anything,
    assume,
    below,
    case,
    from_,
    in_each,
    is_known,
    is_present,
    key_of,
    last_years,
    previous,
    row,
    table,
    up_to,
)
from shnor_engine.rules.tree import CodeSet, lift

ON = date(2024, 12, 31)
YEARS = (2022, 2023, 2024)


class T(Parameters):
    kinds = Dated[tuple[str, ...]](
        {"2020-01-01": ("town",), "2024-01-01": ("town", "far")}, ru="виды", en="kinds", region_may_override=True
    )
    bar = Dated[int]({"2020-01-01": 4, "2023-01-01": 5}, ru="порог", en="bar")
    said = Dated[str]({"2020-01-01": "old", "2024-01-01": "new"}, ru="слово", en="word")


LAW = Law.of(T, overrides=[Override.of("77", T.kinds, {"2020-01-01": ("far", "odd")})])


class Home(Fact, grain=("unit", "year")):
    n = Field[int]("число", bounds=(0, 9))
    kind = Field[str]("вид", among=("town", "far", "village"))
    free = Field[str]("любой вид")
    flag = Field[bool]("признак")


class Room(Fact, grain=("unit", "year", Key("room", among=("a", "b", "c")))):
    n = Field[int]("число", bounds=(0, 9))


LISTED: Expr[CodeSet] = lift(T.kinds)


class Tags(Rule, per=("unit", "year"), id="t.tags", in_force="2021-01-01"):
    """Sets that are collected, chosen, assumed, of the year before, and those of the law."""

    tags = table(
        (Home.n, Home.kind, Home.flag),
        row(above(T.bar), anything, anything, gives="big"),
        row(up_to(6), ("town", "far"), True, gives=Home.kind),
        row(below(3), anything, anything, gives=absent),
        row(anything, T.kinds, anything, gives=T.said),
        row(from_(2), "far", False, gives=case((Home.flag, "big"), (Home.n > 7, "new"), otherwise=absent)),
        hit="collect",
    )
    law_kinds = LISTED
    chosen = case((Home.flag, tags), (Home.n > 5, LISTED), otherwise=absent)
    told = assume(tags, LISTED)
    before = previous(tags)
    big = tags.has("big")
    odd = LISTED.has("odd") | chosen.has("town")
    never = tags.has("never")
    known = is_known(chosen)
    there = is_present(chosen)
    rooms = any_(table(Room.n, row(above(6), gives="wide"), row(up_to(7), gives="low"), hit="collect").has("wide"))
    applies = in_each(last_years(2), is_present(Home.n))
    verdict = (tags.has("big") | before.has("town")) & ~told.has("new")


def homes(random: Random) -> World:
    gap = random.choice((0.0, 0.0, 0.1, 0.3))

    def cell(*choices: Any) -> Any:
        return None if random.random() < gap else random.choice(choices)

    rows = [
        {
            "unit": "u",
            "year": year,
            "n": cell(*range(10)),
            "kind": cell("town", "far", "village"),
            "free": cell("x", "town"),
            "flag": cell(True, False),
        }
        for year in YEARS
        if random.random() < 0.9
    ]
    rooms = [
        {"unit": "u", "year": year, "room": room, "n": cell(1, 6, 7, 8)}
        for year in YEARS
        for room in "abc"
        if random.random() < 0.7
    ]
    closed = {fact: [{}] if random.random() < 0.6 else [] for fact in (Home, Room)}
    places = [{"unit": "u", "year": year} for year in (2023, 2024)]
    return World({Home: rows, Room: rooms}, places, closed, "77" if random.random() < 0.3 else None)


def small(random: Random) -> World:
    world = homes(random)
    return World({Home: world.facts[Home]}, world.places, {Home: world.closed[Home]}, world.region)


THREE = ("met", "not_met", "undetermined")


def test_sets_of_codes_say_the_same_in_columns() -> None:
    agree(Tags, homes, LAW, on=ON, outcomes=(*THREE, "not_applicable"), batches=1)
    assert compiles(Tags, LAW, on=ON) == []


class TaggedLater(Rule, per=("unit", "year"), id="t.tagged", version="2", in_force="2024-01-01"):
    tags = table(Home.kind, row(("town", "far"), gives="near"), row("village", gives=absent), hit="collect")
    applies = Home.n >= 3
    verdict = tags.has("near")


class Tagged(Rule, per=("unit", "year"), id="t.tagged", version="1", in_force="2023-01-01"):
    tags = table(
        (Home.n, Home.flag), row(above(4), True, gives="near"), row(up_to(6), anything, gives="big"), hit="collect"
    )
    applies = Home.n >= 1
    verdict = tags.has("near")


class Reader(Rule, per=("unit", "year"), id="t.reader", in_force="2021-01-01"):
    theirs = Tagged.tags
    there = is_present(Tagged.tags)
    mixed = case((Home.flag, Tagged.tags), otherwise=LISTED)
    verdict = theirs.has("near") | (mixed.has("town") & ~Home.kind.is_("village"))


def test_a_set_that_another_rule_collects_says_the_same_in_columns() -> None:
    rules = RuleSet.of(Reader, Tagged, TaggedLater)
    agree(Reader, small, LAW, on=ON, outcomes=THREE, rules=rules, batches=1)


class Free(Rule, per=("unit", "year"), id="t.free"):
    """A set of codes that no list closes is read place by place; what asks about it still stands in columns."""

    tags = table(Home.n, row(above(4), gives=Home.free), row(up_to(6), gives="low"), hit="collect")
    verdict = tags.has("town") & (Home.n > 2)


def test_a_set_that_no_list_closes_is_read_by_hand_and_named() -> None:
    agree(Free, small, LAW, on=ON, outcomes=THREE, batches=1, by_hand=("tags",))
    assert compiles(Free, LAW, on=ON) == ["clause «tags»: a set of codes that no list closes"]


class Room2(Rule, per=("unit", "year"), id="t.room2"):
    said = table(
        (Room.n, key_of(Room, "room")),
        row(above(5), ("a", "b"), gives="x"),
        row(absent, anything, gives="y"),
        hit="collect",
    )
    verdict = any_(said.has("x"))


def test_a_collecting_table_of_each_row_says_the_same_in_columns() -> None:
    def rooms(random: Random) -> World:
        world = homes(random)
        return World({Room: world.facts[Room]}, world.places, {Room: world.closed[Room]})

    agree(Room2, rooms, LAW, on=ON, outcomes=THREE, batches=1)


@pytest.mark.parametrize(
    ("n", "tags"), [(9, ("big", "new")), (2, ()), (None, {"surely": (), "possibly": ("big", "new")})]
)
def test_a_set_is_a_column_of_its_codes(n: Any, tags: Any) -> None:
    cells = {"unit": "u", "year": 2023, "n": n, "kind": "far", "free": None, "flag": False}
    frame = pl.DataFrame([cells], schema_overrides={"n": pl.Int64, "free": pl.String})
    rooms = pl.DataFrame(schema={"unit": pl.String, "year": pl.Int64, "room": pl.String, "n": pl.Int64})
    answer = columns(Tags, {Home: frame, Room: rooms}, LAW, on=ON)
    (found,) = answer.rows()
    assert found["values"]["tags"] == tags
    (row_,) = answer.frame.collect().rows(named=True)
    assert row_["tags"] == (None if n is None else "".join(f"|{code}" for code in tags))
