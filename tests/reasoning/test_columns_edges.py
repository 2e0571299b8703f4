"""What comes in and goes out of columns: places nobody named, engines' own types, bad rows, draws, exact traps."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import duckdb
import polars as pl
import pytest
from benchmarks.baselines.rule_a_polars import rule_a
from tests.reasoning.methodology import MOST, LowResults, P, Sitting, sitting, years

from benchmarks import columns as bench
from shnor_engine.errors import FactError
from shnor_engine.law import Clause, Law, Override, percent
from shnor_engine.reasoning import Facts, decide
from shnor_engine.reasoning.columns import columns
from shnor_engine.rules import Fact, Field, Key, Rule, Share, any_, count, share, sum_

ON = date(2024, 12, 31)
LAW = Law.of(P)
TRAPS = [(27, 8), (37, 11), (44, 13), (47, 14), (27, 9), (37, 12), (10, 3), (20, 6), (200, 59)]


class Low(Rule, per=("school", "year"), id="t.low.one"):
    low = share(Sitting.below_min, of=Sitting.participants) >= P.low_share
    verdict = any_(low)


def outcomes(answer: Any) -> dict[tuple[Any, ...], str]:
    return {tuple(row["keys"].values()): row["outcome"] for row in answer.rows()}


def plain(rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame([{name: value for name, value in row.items() if name != "events"} for row in rows])


def test_shares_that_round_to_thirty_percent_are_told_apart_exactly() -> None:
    pairs = [pair for pair in TRAPS if pair[0] <= MOST]
    rows = [{**sitting(2024, "p", whole, below), "school": f"{below}/{whole}"} for whole, below in pairs]
    found = outcomes(columns(Low, {Sitting: plain(rows)}, LAW, on=ON, closed=True))
    assert found == {
        (f"{below}/{whole}", 2024): "met" if 100 * below >= 30 * whole else "not_met" for whole, below in pairs
    }


class Percent(Fact, grain=("school", "year")):
    part = Field[Share]("доля", whole_percent=True)


class Whole(Rule, per=("school", "year"), id="t.whole"):
    part = Percent.part
    verdict = part >= percent("29.5")
    low = part >= P.low_share


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_a_whole_percent_is_an_interval_also_where_the_source_has_a_decimal(engine: str) -> None:
    frame = pl.DataFrame(
        {
            "school": list("abcd"),
            "year": [2024] * 4,
            "part": [Decimal("29.0"), Decimal("29.5"), Decimal("30.0"), None],
        },
        schema_overrides={"part": pl.Decimal(5, 1)},
    )
    given = frame if engine == "polars" else duckdb.from_arrow(frame.to_arrow())
    rows = {row["keys"]["school"]: row["values"] for row in columns(Whole, {Percent: given}, LAW, on=ON).rows()}
    for school, value in zip("abcd", frame["part"], strict=True):
        facts = Facts.of({Percent: [{"school": school, "year": 2024, "part": value}]})
        assert rows[school] == decide(Whole, {"school": school, "year": 2024}, facts, LAW, on=ON).values
    assert rows["c"] == {"part": (Fraction(59, 200), Fraction(61, 200)), "verdict": True, "low": None}


def test_without_places_every_subject_is_decided_in_every_period_that_the_facts_speak_of() -> None:
    rows = [{**sitting(2022, "p", 10, 3), "school": "a"}, {**sitting(2024, "p", 10, 3), "school": "b"}]
    found = outcomes(columns(Low, {Sitting: rows}, LAW, on=ON, closed=True))
    assert found == {("a", 2022): "met", ("a", 2024): "not_met", ("b", 2022): "not_met", ("b", 2024): "met"}


def test_places_may_be_dicts_a_frame_or_lie_outside_of_the_facts() -> None:
    rows = years([(10, 3), (20, 6)])
    places = [{"school": "s", "year": 2024}, {"school": "other", "year": 2030}]
    for given in (places, pl.DataFrame(places), pl.LazyFrame(places)):
        found = outcomes(columns(LowResults, {Sitting: rows}, LAW, on=ON, closed=True, places=given))
        assert found == {("s", 2024): "met", ("other", 2030): "not_applicable"}


def test_no_rows_at_all_decide_as_decide_does() -> None:
    places = [{"school": "s", "year": 2024}]
    for closed, outcome in ((True, "not_applicable"), (False, "undetermined")):
        found = columns(LowResults, {Sitting: []}, LAW, on=ON, closed=closed, places=places)
        assert outcomes(found) == {("s", 2024): outcome}
    assert outcomes(columns(LowResults, {Sitting: []}, LAW, on=ON)) == {}


def test_the_frame_is_lazy_and_native_with_a_column_per_clause() -> None:
    rows = plain(years([(10, 3), (20, 6)]))
    found = columns(LowResults, {Sitting: rows}, LAW, on=ON, closed=True)
    assert isinstance(found.frame, pl.LazyFrame)
    assert found.frame.collect_schema() == {
        "school": pl.String, "year": pl.Int64, "outcome": pl.String, "in_force": pl.Boolean,
        "low_year": pl.Boolean, "applies": pl.Boolean, "verdict": pl.Boolean,
    }  # fmt: skip
    relation = columns(LowResults, {Sitting: duckdb.from_arrow(rows.to_arrow())}, LAW, on=ON, closed=True)
    assert isinstance(relation.frame, duckdb.DuckDBPyRelation)
    assert outcomes(relation) == outcomes(found)


class Numbers(Rule, per=("school", "year"), id="t.numbers"):
    people = sum_(Sitting.participants)
    sittings = count(Sitting)
    verdict = people >= 20


def test_lo_and_hi_stand_only_where_they_can_differ() -> None:
    whole = columns(Numbers, {Sitting: years([(10, 3)])}, LAW, on=ON, closed=True)
    assert {"people", "sittings"} <= set(whole.frame.collect_schema())
    gaps = columns(Numbers, {Sitting: years([(10, 3), (None, 3)])}, LAW, on=ON, closed=True)
    assert {"people__lo", "people__hi", "sittings"} <= set(gaps.frame.collect_schema())
    row = gaps.frame.collect().row(0, named=True)
    assert (row["people__lo"], row["people__hi"], row["sittings"]) == (10, 10 + MOST, 2)


def test_keys_and_numbers_of_other_types_decide_the_same() -> None:
    rows = plain(years([(10, 3), (20, 6), (None, 2)]))
    other = rows.with_columns(
        pl.col("school").cast(pl.Categorical), pl.col("procedure").cast(pl.Enum(["p0", "p1", "p2"])),
        pl.col("year").cast(pl.Int16), pl.col("participants").cast(pl.UInt8),
        pl.col("below_min").cast(pl.Decimal(9, 2)),
    )  # fmt: skip
    expected = list(columns(LowResults, {Sitting: rows}, LAW, on=ON, closed=True).rows())
    found = list(columns(LowResults, {Sitting: other}, LAW, on=ON, closed=True).rows())
    assert sorted(found, key=str) == sorted(expected, key=str)


def test_columns_of_other_names_and_a_frame_of_regions() -> None:
    low = Law.of(
        P,
        overrides=[Override.of("r", P.low_share, {"2020-01-01": percent(20)}, ref=Clause("1"))],
        regions={"r": "", "r.town": "r"},
    )
    rows = plain(years([(10, 2), (20, 4)])).rename({"school": "school_id"})
    regions = pl.DataFrame({"school": ["s", "other"], "region": ["r", "r.town"]})
    names = {Sitting: {"school": "school_id"}}
    closed = {Sitting: pl.DataFrame({"school_id": ["s"]})}
    for given in (regions, {"s": "r", "other": "r.town"}):
        found = columns(LowResults, {Sitting: rows}, low, on=ON, closed=closed, names=names, regions=given)
        assert outcomes(found)["s", 2024] == "met"
    assert (
        outcomes(columns(LowResults, {Sitting: rows}, low, on=ON, closed=closed, names=names))["s", 2024] == "not_met"
    )


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_two_rows_of_one_grain_in_many_procedures_are_found(engine: str) -> None:
    rows = [sitting(2024, f"p{number}", 10, 3) for number in range(40)]
    doubled = [*rows, rows[7], {**rows[8], "below_min": 0}]
    for table in (rows, doubled):
        given: Any = plain(table) if engine == "polars" else duckdb.from_arrow(plain(table).to_arrow())
        found = next(columns(Numbers, {Sitting: given}, LAW, on=ON, closed=True).rows())
        assert found["values"] == {"people": 400, "sittings": 40, "verdict": True}


def test_draws_are_worlds_of_their_own_and_what_lacks_them_speaks_for_each() -> None:
    random = Random(3)
    drawn = [
        {"draw": draw, **sitting(year, "p", 20, random.randint(0, 12))} for draw in range(20) for year in (2023, 2024)
    ]
    answer = columns(Low, {Sitting: plain(drawn)}, LAW, on=ON, closed=True, by=("draw",))
    found = outcomes(answer)
    assert len(found) == 40
    for row in drawn:
        one = Facts.of({Sitting: [{name: value for name, value in row.items() if name != "draw"}]}, closed=True)
        verdict = decide(Low, {"school": "s", "year": row["year"]}, one, LAW, on=ON)
        assert found[row["draw"], "s", row["year"]] == verdict.outcome


class Flag(Fact, grain=("school", "year")):
    flag = Field[bool]("flag")


class Flagged(Rule, per=("school", "year"), id="t.flagged"):
    verdict = Flag.flag & (sum_(Sitting.participants) >= 20)


def test_a_fact_without_draws_stands_beside_one_with_them() -> None:
    drawn = [{"draw": draw, **sitting(2024, "p", 10 * draw, 0)} for draw in range(4)]
    flags = [{"school": "s", "year": 2024, "flag": True}]
    found = outcomes(columns(Flagged, {Sitting: plain(drawn), Flag: flags}, LAW, on=ON, closed=True, by=("draw",)))
    assert found == {(draw, "s", 2024): "met" if draw >= 2 else "not_met" for draw in range(4)}
    other = outcomes(columns(Flagged, {Sitting: plain(years([(30, 1)])), Flag: flags}, LAW, on=ON, closed=True))
    assert other["s", 2024] == "met"


def test_the_rule_of_the_benchmark_and_its_baseline_by_hand_say_the_same() -> None:
    the_law, frame, places = bench.law(), bench.facts(60, 6, 6), bench.regions(60)
    years_closed = [2019, 2020, 2021, 2022, 2023]
    closed = {bench.Sitting: pl.DataFrame({"year": years_closed})}
    found = columns(bench.RuleA, {bench.Sitting: frame}, the_law, on=ON, closed=closed, regions=places)
    by_hand = rule_a(frame.lazy(), places.lazy(), bench.shares(the_law, 6).lazy(), years_closed).collect()
    names = ["school", "year", "outcome", "verdict", "applies"]
    assert found.by_hand == {}
    assert found.frame.select(names).collect().sort(names).equals(by_hand.select(names).sort(names))
    assert set(by_hand["outcome"]) >= {"met", "not_met", "undetermined"}


# --- refused before anything is decided -----------------------------------------------------------


class Listed(Fact, grain=("school", "year", Key("kind", among=("a", "b")))):
    n = Field[int]("n", bounds=(0, 10))
    code = Field[str]("код", among=("x", "y"))
    yes = Field[bool]("да")


class Reads(Rule, per=("school", "year"), id="t.reads"):
    n = sum_(Listed.n)
    verdict = any_(Listed.yes & Listed.code.is_in("x")) | (n >= 3)


GOOD: dict[str, Any] = {"school": "s", "year": 2024, "kind": "a", "n": 1, "code": "x", "yes": True}


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"n": 11}, "Listed, column n.*1 rows lie outside 0..10"),
        ({"n": 1.5}, "Listed, column n.*it is Float64, not a whole or exact number; a float is not exact"),
        ({"code": "z"}, "Listed, column code.*1 rows hold none of x, y"),
        ({"yes": "да"}, "Listed, column yes.*not true or false"),
        ({"kind": "c"}, "Listed.*key kind: 1 rows are not one of a, b"),
        ({"school": None}, "Listed.*key school is null in 1 rows"),
        ({"year": "2024"}, "Listed, column year.*key year is String, not a year"),
    ],
)
def test_rows_that_a_fact_does_not_allow_are_refused_with_column_and_count(
    engine: str, changed: dict[str, Any], message: str
) -> None:
    one = {**GOOD, "kind": "b"} | changed
    rows = [one] if isinstance(next(iter(changed.values())), str | float) and "kind" not in changed else [GOOD, one]
    frame = pl.DataFrame(rows)
    given: Any = frame if engine == "polars" else duckdb.from_arrow(frame.to_arrow())
    with pytest.raises(FactError) as caught:
        columns(Reads, {Listed: given}, Law.of(), on=ON)
    assert re.search(message, str(caught.value)), str(caught.value)


def test_missing_columns_facts_and_keys_are_named() -> None:
    with pytest.raises(FactError, match=r"column n is missing; did you mean nn"):
        columns(Reads, {Listed: pl.DataFrame([GOOD]).rename({"n": "nn"})}, Law.of(), on=ON)
    with pytest.raises(FactError, match=r"rule t\.reads reads Listed; give a table for it"):
        columns(Reads, {}, Law.of(), on=ON)
    with pytest.raises(FactError, match="places lack year"):
        columns(Reads, {Listed: [GOOD]}, Law.of(), on=ON, places=[{"school": "s"}])
    with pytest.raises(FactError, match="closed keys month are no keys of Listed"):
        columns(Reads, {Listed: [GOOD]}, Law.of(), on=ON, closed={Listed: [{"month": 1}]})
