"""Many small worlds at once: each a few facts of one subject, decided one by one and in one columnar call.

A batch is one frame with the world's number as a further key (`by=("case",)`), so that many cases cost one call per
engine. The worlds come from a seed that Hypothesis draws; what fails is printed as one world.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from random import Random
from typing import Any

import duckdb
import polars as pl
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.profiles import NIGHTLY

from shnor_engine.law import Law
from shnor_engine.reasoning import Facts, Placement, Published, decide_each
from shnor_engine.reasoning.columns import columns
from shnor_engine.reasoning.columns.errors import errors_at
from shnor_engine.rules import Fact, Rule, RuleSet
from shnor_engine.rules.periods import SCHOOL_YEAR, YEAR

BATCH = 250
BATCHES = 40 if NIGHTLY else 2
ENGINES = ("polars", "duckdb")
TYPES: Mapping[type, Any] = {bool: pl.Boolean, int: pl.Int64, str: pl.String}


@dataclass
class World:
    """The facts of one subject, what is closed, its region, the places to decide about, what was decided outside."""

    facts: dict[type[Fact], list[dict[str, Any]]]
    places: list[dict[str, Any]]
    closed: dict[type[Fact], list[dict[str, Any]]] = field(default_factory=dict)
    region: str | None = None
    placements: list[Placement] = field(default_factory=list)
    published: list[Published] = field(default_factory=list)


Make = Callable[[Random], World]


def frame_of(fact: type[Fact], rows: list[dict[str, Any]], engine: str, kinds: Mapping[str, Any]) -> Any:
    """The rows as a typed frame of an engine, null columns included."""
    whole = (YEAR, SCHOOL_YEAR)
    schema = {key.name: pl.Int64 if key.period in whole or key.name == "case" else pl.String for key in fact.grain}
    schema |= {name: kinds.get(name, TYPES.get(item.of, pl.Int64)) for name, item in fact.fields().items()}
    frame = pl.DataFrame(rows, schema={"case": pl.Int64, **schema}, orient="row")
    return frame.lazy() if engine == "polars" else duckdb.from_arrow(frame.to_arrow())


Said = dict[tuple[Any, ...], tuple[str, dict[str, Any]]]


def one_by_one(
    rule: type[Rule], world: World, law: Law, on: date, rules: RuleSet | None = None
) -> dict[tuple[Any, ...], tuple[str, dict[str, Any]]]:
    """What `decide` says at each place of a world."""
    facts = Facts.of(world.facts, closed={fact: world.closed.get(fact, False) for fact in world.facts})
    first = rule.tree.keys[0]
    regions = {keys[first]: world.region for keys in world.places if world.region}
    outside: dict[str, Any] = {"placements": world.placements, "published": world.published}
    found: Said = {}
    for verdict in decide_each(rule, world.places, facts, law, on=on, regions=regions, rules=rules, **outside):
        values = {"error": verdict.error} if verdict.outcome == "failed" else verdict.values
        found[tuple(verdict.keys.values())] = (verdict.outcome, values)
    return found


def all_at_once(
    rule: type[Rule],
    worlds: list[World],
    law: Law,
    on: date,
    engine: str,
    random: Random,
    kinds: Mapping[str, Any],
    rules: RuleSet | None = None,
) -> tuple[list[Said], Mapping[str, str]]:
    """What `columns` says of all worlds in one call, the rows in any order."""
    frames = {}
    for fact in worlds[0].facts:
        rows = [{"case": case, **row} for case, world in enumerate(worlds) for row in world.facts[fact]]
        random.shuffle(rows)
        frames[fact] = frame_of(fact, rows, engine, kinds)
    closed = {
        fact: [{"case": case, **row} for case, world in enumerate(worlds) for row in world.closed.get(fact, [])]
        for fact in worlds[0].facts
    }
    places = [{"case": case, **keys} for case, world in enumerate(worlds) for keys in world.places]
    first = rule.tree.keys[0]
    regions = {keys[first]: world.region for world in worlds for keys in world.places if world.region}
    outside: dict[str, Any] = {
        "placements": [item for world in worlds for item in world.placements],
        "published": [item for world in worlds for item in world.published],
    }
    given: dict[str, Any] = {"closed": closed, "places": places, "regions": regions, "rules": rules}
    answer = columns(rule, frames, law, on=on, by=("case",), **given, **outside)
    found: list[Said] = [{} for _ in worlds]
    rows = list(answer.rows())
    failed = [row for row in rows if row["outcome"] == "failed"]
    for row, error in zip(failed, errors_at(answer.run, [row["keys"] for row in failed]), strict=True):
        row["values"] = {"error": error}
    for row in rows:
        case = row["keys"].pop("case")
        found[case][tuple(row["keys"].values())] = (row["outcome"], row["values"])
    return found, answer.by_hand


def agree(
    rule: type[Rule],
    make: Make,
    law: Law,
    *,
    on: date,
    outcomes: tuple[str, ...],
    by_hand: tuple[str, ...] = (),
    kinds: Mapping[str, Any] | None = None,
    batches: int = BATCHES,
    rules: RuleSet | None = None,
    size: int = BATCH,
) -> None:
    """Scalar = Polars = DuckDB on every generated world, and each outcome is at least 5 % of the decisions."""
    seen: Counter[str] = Counter()

    @settings(  # a seed does not shrink: the world that fails is small as it is
        max_examples=batches,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.integers(0, 2**40))
    def batch(seed: int) -> None:
        random = Random(seed)
        worlds = [make(random) for _ in range(size)]
        rename(worlds, rule.tree.keys[0])
        expected = [one_by_one(rule, world, law, on, rules) for world in worlds]
        for engine in ENGINES:
            found, hand = all_at_once(rule, worlds, law, on, engine, random, kinds or {}, rules)
            assert set(hand) == set(by_hand), hand
            for world, want, got in zip(worlds, expected, found, strict=True):
                assert got == want, (engine, different(want, got), world)
        seen.update(outcome for places in expected for outcome, _ in places.values())

    batch()
    total = sum(seen.values())
    assert total >= size * batches
    assert {name for name, count in seen.items() if count >= total / 20} >= set(outcomes), seen


def different(want: Said, got: Said) -> dict[Any, Any]:
    """What the two readings say differently, place by place."""
    found: dict[Any, Any] = {}
    for place in {*want, *got}:
        (outcome, values), (other, others) = want.get(place, ("", {})), got.get(place, ("", {}))
        apart = {name: (values.get(name), others.get(name)) for name in {*values, *others}}
        found[place] = {"outcome": (outcome, other)} | {
            name: pair for name, pair in apart.items() if pair[0] != pair[1]
        }
    return found


def rename(worlds: list[World], first: str) -> None:
    """Each world's subject gets a name of its own: regions go by it."""
    for case, world in enumerate(worlds):
        for rows in (*world.facts.values(), *world.closed.values(), world.places):
            for row in rows:
                if first in row:
                    row[first] = f"{row[first]}-{case}"
        world.placements = [replace(item, keys=_renamed(item.keys, first, case)) for item in world.placements]
        world.published = [replace(item, keys=_renamed(item.keys, first, case)) for item in world.published]


def _renamed(keys: Mapping[str, Any], first: str, case: int) -> dict[str, Any]:
    return {**keys, first: f"{keys[first]}-{case}"}
