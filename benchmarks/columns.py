"""A nation in columns: rule A through the rule tree, beside the same rule written by hand in Polars."""

from __future__ import annotations

import argparse
import gc
import resource
import statistics
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.baselines.rule_a_polars import MOST, rule_a
from shnor_engine.law import Clause, Dated, Law, Override, Parameters, Share, percent
from shnor_engine.reasoning.columns import columns
from shnor_engine.rules import Fact, Field, Rule, count, share

ON = date(2024, 12, 31)
REGIONS = 89
OWN = 20


class Sitting(Fact, grain=("school", "year", "procedure")):
    participants = Field[int]("participants", bounds=(0, MOST))
    below_min = Field[int]("below the minimum", bounds=(0, MOST))


class P(Parameters):
    low_share = Dated[Share](
        {"2010-01-01": percent(30), "2020-01-01": percent("32.5")}, ref=Clause("1"), region_may_override=True
    )
    min_sittings = Dated[int]({"2010-01-01": 2}, ref=Clause("1"))
    min_participants = Dated[int]({"2010-01-01": 10}, ref=Clause("2"))


class RuleA(Rule, per=("school", "year"), id="bench.a", version="1", in_force="2010-01-01", ref=Clause("1")):
    counted = Sitting.participants >= P.min_participants
    low = share(Sitting.below_min, of=Sitting.participants) >= P.low_share
    applies = count(Sitting, where=counted) >= 1
    verdict = count(Sitting, where=counted & low) >= P.min_sittings


def law() -> Law:
    own = [
        Override.of(f"r{number}", P.low_share, {"2018-01-01": percent(20 + number % 7)}, ref=Clause("own"))
        for number in range(OWN)
    ]
    return Law.of(P, overrides=own, regions={f"r{number}": "" for number in range(REGIONS)})


def facts(schools: int, years: int, procedures: int, *, draws: int = 0) -> pl.DataFrame:
    """Sittings in no order, one in twenty with a gap."""
    frame = (
        pl.LazyFrame({"number": range(schools)})
        .join(pl.LazyFrame({"year": range(2025 - years, 2025)}), how="cross")
        .join(pl.LazyFrame({"procedure": [f"p{number}" for number in range(procedures)]}), how="cross")
    )
    if draws:
        frame = frame.join(pl.LazyFrame({"draw": range(draws)}), how="cross")
    rows = frame.collect().sample(fraction=1, shuffle=True, seed=1)
    whole = pl.int_range(pl.len()).hash(seed=2) % 60
    part = (pl.int_range(pl.len()).hash(seed=3) % 61 * whole // 100).cast(pl.Int64)
    gap = pl.int_range(pl.len()).hash(seed=4) % 20
    return rows.select(
        *(["draw"] if draws else []),
        "year",
        "procedure",
        school=pl.format("school-{}", "number"),
        participants=pl.when(gap != 0).then(whole.cast(pl.Int64)),
        below_min=pl.when(gap != 1).then(part),
    )


def regions(schools: int) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "school": [f"school-{number}" for number in range(schools)],
            "region": [f"r{number % REGIONS}" for number in range(schools)],
        }
    )


def shares(the_law: Law, years: int) -> pl.DataFrame:
    rows = [
        (f"r{number}", year, the_law.value(P.low_share, at=date(year, 12, 31), region=f"r{number}").value)
        for number in range(REGIONS)
        for year in range(2025 - years, 2025)
    ]
    return pl.DataFrame(
        {
            "region": [region for region, _, _ in rows],
            "year": [year for _, year, _ in rows],
            "num": [value.numerator for _, _, value in rows],
            "den": [value.denominator for _, _, value in rows],
        }
    )


def alternate(sides: dict[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    try:
        from benchmarks.measure import alternate as fair
        from benchmarks.measure import seconds
    except ImportError:  # the shared ruler is not there: the same by hand
        taken: dict[str, list[float]] = {name: [] for name in sides}
        for _ in range(rounds):
            for name, side in sides.items():
                gc.collect()
                start = time.perf_counter()
                side()
                taken[name].append(time.perf_counter() - start)
        return {name: statistics.median(values) for name, values in taken.items()}
    return fair({name: lambda side=side: seconds(side) for name, side in sides.items()}, rounds=rounds)


def nation(schools: int, years: int, rounds: int) -> dict[str, float]:
    """Seconds of both sides for schools x years x 6 procedures; the answers are compared first."""
    the_law, frame, places = law(), facts(schools, years, 6), regions(schools)
    table, closed = shares(the_law, years), list(range(2025 - years, 2024))
    closings = pl.DataFrame({"year": closed})

    def tree(**options: Any) -> pl.DataFrame:
        answer = columns(RuleA, {Sitting: frame}, the_law, on=ON, closed={Sitting: closings}, regions=places)
        return answer.frame.collect(**options)

    def hand(**options: Any) -> pl.DataFrame:
        return rule_a(frame.lazy(), places.lazy(), table.lazy(), closed).collect(**options)

    names = ["school", "year", "outcome", "verdict", "applies"]
    assert tree().select(names).sort(names).equals(hand().select(names).sort(names)), "the two sides differ"
    taken = alternate(
        {
            "tree": tree,
            "hand": hand,
            "tree, streaming": lambda: tree(engine="streaming"),
            "hand, streaming": lambda: hand(engine="streaming"),
            "tree, outcome only": lambda: (
                columns(RuleA, {Sitting: frame}, the_law, on=ON, closed={Sitting: closings}, regions=places)
                .frame.select("school", "year", "outcome")
                .collect()
            ),
        },
        rounds,
    )
    return taken | {
        "ratio": taken["tree"] / taken["hand"],
        "ratio, streaming": taken["tree, streaming"] / taken["hand, streaming"],
    }


def draws(number: int) -> float:
    """Seconds for `number` draws x 32 schools x 6 years x 6 procedures in one call."""
    the_law, frame, places = law(), facts(32, 6, 6, draws=number), regions(32)
    start = time.perf_counter()
    answer = columns(RuleA, {Sitting: frame}, the_law, on=ON, closed=True, regions=places, by=("draw",))
    assert answer.frame.collect(engine="streaming").height == number * 32 * 6
    return time.perf_counter() - start


def parquet(folder: Path, millions: int) -> tuple[float, float]:
    """Seconds and peak MB for Parquet files by year, one call a year; the files are made first if need be."""
    the_law = law()
    folder.mkdir(parents=True, exist_ok=True)
    years, schools = range(2015, 2025), millions * 1_000_000 // (10 * 12)
    for year in years:
        if not (path := folder / f"{year}.parquet").exists():
            facts(schools, 1, 12).with_columns(year=pl.lit(year)).write_parquet(path)
    places = regions(schools)
    start = time.perf_counter()
    for year in years:
        frame = pl.scan_parquet(folder / f"{year}.parquet")
        answer = columns(RuleA, {Sitting: frame}, the_law, on=ON, closed=True, regions=places)
        answer.frame.group_by("outcome").len().collect(engine="streaming")
    return time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--schools", type=int, default=40_000)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--draws", type=int, default=1_000)
    parser.add_argument("--parquet", type=Path, help="folder for the files by year")
    parser.add_argument("--millions", type=int, default=120)
    given = parser.parse_args()
    if given.parquet:
        print("parquet by year: {:.2f} s, peak {:.0f} MB".format(*parquet(given.parquet, given.millions)))
        return
    for name, value in nation(given.schools, given.years, given.rounds).items():
        print(f"{name:24} {value:8.3f}")
    print(f"{'peak MB':24} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:8.0f}")
    print(f"{'draws':24} {draws(given.draws):8.3f}")


if __name__ == "__main__":
    main()
