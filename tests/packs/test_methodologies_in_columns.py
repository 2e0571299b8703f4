"""The methodologies of these tests, one by one and in columns: the same answers on Polars and on DuckDB."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import duckdb
import polars as pl
import pytest
from tests.packs.methodologies import benefit, coasting, household, lowest, persistence, rating, support, three_lists
from tests.profiles import NIGHTLY

from shnor_engine.law import Law
from shnor_engine.reasoning import Facts, Placement, Published, columns, decide
from shnor_engine.reasoning.columns.dry import reasons
from shnor_engine.reasoning.decide import json_value
from shnor_engine.rules import Fact, Field, Key, Rule
from shnor_engine.rules.periods import MONTH, QUARTER, SCHOOL_YEAR, YEAR

ON = date(2024, 12, 31)
WORLDS = 20 if NIGHTLY else 3
Rows = dict[type[Fact], list[dict[str, Any]]]
PERIODS: dict[str, list[Any]] = {
    YEAR: [2022, 2023, 2024],
    SCHOOL_YEAR: [2022, 2023, 2024],
    QUARTER: ["2024-Q1", "2024-Q2"],
    MONTH: ["2024-05", "2024-06", "2024-07", "2024-08"],
}
RULES: list[tuple[type[Rule], Law]] = [
    (benefit.Benefit, benefit.benefit().law),
    (coasting.CoastingPrimary, Law.of(coasting.K2)),
    (coasting.CoastingSecondary, Law.of(coasting.K4)),
    (household.Benefit, household.PACK.law),
    (household.BenefitByScale, household.PACK.law),
    (household.Poor, household.PACK.law),
    (household.YearTotal, household.PACK.law),
    *((rule, Law.of(lowest.Lowest)) for rule in (lowest.LowestUp, lowest.LowestDown, lowest.LowestOpen)),
    (persistence.Persistent, persistence.PACK.law),
    (rating.Rating, rating.rating().law),
    (rating.Support, rating.support().law),
    (support.Supported, support.PACK.law),
    (three_lists.ThreeLists, three_lists.PACK.law),
]
READ = {household.Poor: household.RULES, household.YearTotal: household.RULES}


def values_of(key: Key) -> list[Any]:
    if key.period:
        return [period for period in PERIODS[key.period] if period not in key.gaps]
    return list(key.codes) or [f"{key.name}1", f"{key.name}2"]


def cell(random: Random, field: Field[Any]) -> Any:
    """Any value that the field allows, most often a small one, and sometimes none."""
    if random.randrange(7) == 0:
        return None
    if field.kind == "truth":
        return random.random() < 0.7
    if field.kind == "code":
        return random.choice(field.among or ("x", "y"))
    if field.kind == "date":
        return date(2024, 6, 30) - timedelta(days=random.randrange(12_000))
    low, high = field.limits
    least = int(low or 0)
    most = int(min(60 if high is None else high, least + random.choice((1, 60, 30_000))))
    if field.of is Fraction:
        return Fraction(random.randint(least * 100, most * 100), 100)
    return random.randint(least, most)


def rows(random: Random, fact: type[Fact]) -> list[dict[str, Any]]:
    every: list[dict[str, Any]] = [{}]
    for key in fact.grain:
        every = [{**row, key.name: value} for row in every for value in values_of(key)]
    chosen = [row for row in every if random.random() < 0.8]
    return [{**row, **{name: cell(random, item) for name, item in fact.fields().items()}} for row in chosen]


def world(rule: type[Rule], random: Random) -> tuple[Rows, dict[type[Fact], bool], list[dict[str, Any]]]:
    facts = {fact: rows(random, fact) for fact in rule.tree.facts}
    places: list[dict[str, Any]] = [{}]
    for key in rule.tree.per:
        kept = PERIODS[key.period] if key.period else values_of(key)
        places = [{**place, key.name: value} for place in places for value in kept]
    return facts, {fact: random.random() < 0.6 for fact in facts}, places


TYPES: dict[type, Any] = {bool: pl.Boolean, int: pl.Int64, str: pl.String, date: pl.Date, Fraction: pl.Decimal(18, 2)}


def frame(fact: type[Fact], given: list[dict[str, Any]], engine: str, *, by: tuple[str, ...] = ()) -> Any:
    schema = dict.fromkeys(by, pl.Int64)
    schema |= {key.name: pl.Int64 if key.period in (YEAR, SCHOOL_YEAR) else pl.String for key in fact.grain}
    schema |= {name: TYPES[item.of] for name, item in fact.fields().items()}
    plain = [{name: _decimal(value) for name, value in row.items()} for row in given]
    made = pl.DataFrame(plain, schema=schema, orient="row")
    return made.lazy() if engine == "polars" else duckdb.from_arrow(made.to_arrow())


def _decimal(value: Any) -> Any:
    return Decimal(value.numerator) / Decimal(value.denominator) if isinstance(value, Fraction) else value


def said(outcome: str, values: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return outcome, {name: json_value(value) for name, value in values.items()}


def compare(
    rule: type[Rule], law: Law, engine: str, *seeds: int, more: Callable[[], dict[str, Any]] = dict
) -> set[str]:
    """The outcomes of the worlds of these seeds, decided place by place and in one call of columns."""
    worlds = {seed: world(rule, Random(seed)) for seed in seeds}
    expected = {}
    for case, (facts, closed, places) in worlds.items():
        own = Facts.of(facts, closed=closed)
        for place in places:
            verdict = decide(rule, place, own, law, on=ON, rules=READ.get(rule), **more())
            expected[case, *place.values()] = said(verdict.outcome, verdict.values)
    frames, all_closed = {}, {}
    for fact in rule.tree.facts:
        given = [{"case": case, **row} for case, (facts, _, _) in worlds.items() for row in facts[fact]]
        frames[fact] = frame(fact, given, engine, by=("case",))
        all_closed[fact] = [{"case": case} for case, (_, closed, _) in worlds.items() if closed[fact]]
    everywhere = [{"case": case, **place} for case, (_, _, places) in worlds.items() for place in places]
    given = {"closed": all_closed, "places": everywhere, "by": ("case",), "rules": READ.get(rule)}
    answer = columns(rule, frames, law, on=ON, **given, **more())
    found = {tuple(row["keys"].values()): said(row["outcome"], row["values"]) for row in answer.rows()}
    apart = {key: (found.get(key), want) for key, want in expected.items() if found.get(key) != want}
    assert found == expected, apart
    return {outcome for outcome, _ in expected.values()}


def calls(engine: str) -> list[tuple[int, ...]]:
    """The worlds of each call: on DuckDB, which takes seconds to plan a rule, all in one."""
    return [(seed,) for seed in range(WORLDS)] if engine == "polars" else [tuple(range(WORLDS))]


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
@pytest.mark.parametrize(("rule", "law"), RULES, ids=[rule.tree.id + rule.tree.version for rule, _ in RULES])
def test_columns_say_what_the_reference_says(rule: type[Rule], law: Law, engine: str) -> None:
    seen = {outcome for seeds in calls(engine) for outcome in compare(rule, law, engine, *seeds)}
    assert len(seen) > 1, f"only {seen}: these worlds say little about the rule"


@pytest.mark.parametrize("rule", [household.Benefit, household.BenefitByScale, household.Poor, household.YearTotal])
def test_the_household_benefit_by_months_stands_in_columns_wholly(rule: type[Rule]) -> None:
    assert not reasons(rule.tree, household.PACK.law, on=ON)
    facts, closed, places = world(rule, Random(1))
    for told in (closed, dict.fromkeys(closed, False)):
        frames = {fact: frame(fact, given, "polars") for fact, given in facts.items()}
        answer = columns(rule, frames, household.PACK.law, on=ON, closed=told, places=places, rules=READ.get(rule))
        assert not answer.by_hand


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_placements_and_published_states_are_read_in_columns_too(engine: str) -> None:
    def outside() -> dict[str, Any]:
        placed = Placement("t.supported", {"school": "school1", "year": 2023}, "urgent", "комиссия", "протокол")
        met = Placement("t.supported", {"school": "school1", "year": 2024}, "not_met", "комиссия", "протокол")
        told = Published("t.supported", {"school": "school2", "year": 2022}, "supported")
        return {"placements": [placed, met], "published": [told]}

    for seeds in calls(engine):
        compare(support.Supported, support.PACK.law, engine, *seeds, more=outside)
