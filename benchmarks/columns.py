"""A nation in columns: rule A through the rule tree, beside the same rule written by hand in Polars and in numpy.

Both sides give the same outcomes, undetermined included: compared before anything is timed. The tree's time holds
everything: the rule compiled, the facts checked, two rows of one key looked for, every clause written.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.baselines import bare_polars, rule_a_numpy
from benchmarks.baselines.rule_a_polars import MOST, rule_a
from benchmarks.measure import Row, Taken, folder, in_child, in_turn, peak_memory_mb, taken
from shnor_engine.law import Clause, Dated, Law, Override, Parameters, Share, percent
from shnor_engine.reasoning.columns import columns
from shnor_engine.rules import Fact, Field, Rule, count, share

ON = date(2024, 12, 31)
REGIONS = 89
OWN = 20
YEARS = range(2015, 2025)
PROCEDURES = 12


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


def facts(schools: int, years: int, procedures: int, *, draws: int = 0, ordered: bool = False) -> pl.DataFrame:
    """Sittings, one in twenty with a gap; in no order, or `ordered` by school as a register writes them."""
    frame = (
        pl.LazyFrame({"number": range(schools)})
        .join(pl.LazyFrame({"year": range(2025 - years, 2025)}), how="cross")
        .join(pl.LazyFrame({"procedure": [f"p{number}" for number in range(procedures)]}), how="cross")
    )
    if draws:
        frame = frame.join(pl.LazyFrame({"draw": range(draws)}), how="cross")
    rows = frame.collect() if ordered else frame.collect().sample(fraction=1, shuffle=True, seed=1)
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


# --- one call -------------------------------------------------------------------------------------

NAMES = ("school", "year", "outcome", "verdict", "applies")


class Nation:
    """The facts of schools × years × 6 procedures and the rule on each side."""

    def __init__(self, schools: int, years: int) -> None:
        self.law, self.frame, self.places = law(), facts(schools, years, 6), regions(schools)
        self.table, self.closed = shares(self.law, years), list(range(2025 - years, 2024))
        self.schools, self.years = schools, years

    def tree(self, *names: str, **options: Any) -> pl.DataFrame:
        """Decided by the rule tree: every column, or those named."""
        closed = {Sitting: pl.DataFrame({"year": self.closed})}
        answer = columns(RuleA, {Sitting: self.frame}, self.law, on=ON, closed=closed, regions=self.places)
        return (answer.frame.select(names) if names else answer.frame).collect(**options)

    def hand(self, *names: str, **options: Any) -> pl.DataFrame:
        """Decided by hand in Polars."""
        decided = rule_a(self.frame.lazy(), self.places.lazy(), self.table.lazy(), self.closed)
        return (decided.select(names) if names else decided).collect(**options)

    def arrays(self) -> dict[str, Any]:
        """The facts as numpy takes them: schools and years by number, thresholds by both, −1 where unknown."""
        number = pl.col("school").str.slice(len("school-")).cast(pl.Int64)
        rows = self.frame.select(number, pl.col("year") - (2025 - self.years), "participants", "below_min")
        own = self.places.join(self.table, on="region").sort(number, "year")
        shape = (self.schools, self.years)
        told = {name: rows[name].fill_null(-1).to_numpy() for name in rows.columns}
        limits = {name: own[name].to_numpy().reshape(shape) for name in ("num", "den")}
        return told | limits | {"closed": np.arange(self.years) < self.years - 1}

    def limit(self, arrays: dict[str, Any]) -> pl.DataFrame:
        """Decided by hand in numpy, as a frame like the others."""
        outcome, verdict, applies = (found.ravel() for found in rule_a_numpy.rule_a(**arrays))
        schools, years = np.divmod(np.arange(outcome.size), self.years)
        said = {"verdict": verdict, "applies": applies}
        return pl.DataFrame(
            {"school": schools, "year": years + 2025 - self.years, "outcome": outcome, **said}
        ).select(
            pl.format("school-{}", "school"),
            "year",
            pl.col("outcome").replace_strict(list(range(5)), list(rule_a_numpy.OUTCOMES)),
            *(pl.when(pl.col(name) >= 0).then(pl.col(name) == 1) for name in said),
        )


def same(one: pl.DataFrame, other: pl.DataFrame) -> bool:
    """Whether both say the same of every school and year."""
    return one.select(NAMES).sort(NAMES).equals(other.select(NAMES).sort(NAMES))


def _nation(schools: int, rounds: int) -> Iterator[Row]:
    nation = Nation(schools, len(YEARS))
    arrays = nation.arrays()
    assert same(nation.tree(), nation.hand()), "the rule tree and Polars by hand differ"
    assert same(nation.tree(), nation.limit(arrays)), "the rule tree and numpy by hand differ"
    bare = ("school", "year", "outcome")
    took = in_turn(
        {
            "tree": nation.tree,
            "hand": nation.hand,
            "tree, outcome": lambda: nation.tree(*bare),
            "hand, outcome": lambda: nation.hand(*bare),
            "tree, streaming": lambda: nation.tree(engine="streaming"),
            "hand, streaming": lambda: nation.hand(engine="streaming"),
            "numpy": lambda: rule_a_numpy.rule_a(**arrays),
        },
        rounds=rounds,
    )
    size = f"{schools:,} × {len(YEARS)} × 6"
    yield _beside(f"{size}, all clauses, against Polars by hand", took["tree"], took["hand"], "≤ 1.5")
    yield _beside(f"{size}, outcome only", took["tree, outcome"], took["hand, outcome"])
    yield _beside(f"{size}, all clauses, streaming", took["tree, streaming"], took["hand, streaming"])
    limit = "the limit: schools and years numbered before, keys and bounds unchecked"
    yield _beside(f"{size}, all clauses, against numpy by hand", took["tree"], took["numpy"], note=limit)


def _beside(name: str, ours: Taken, theirs: Taken, bar: str = "", note: str = "") -> Row:
    work = f"of processor time {ours[1] / theirs[1]:.2f}"
    return Row(name, ours[0], theirs[0], unit="s", bar=bar, note=f"{note}; {work}" if note else work)


def draws(number: int) -> Taken:
    """The time of `number` draws × 32 schools × 6 years × 6 procedures in one call."""
    the_law, frame, places = law(), facts(32, 6, 6, draws=number), regions(32)

    def run() -> None:
        answer = columns(RuleA, {Sitting: frame}, the_law, on=ON, closed=True, regions=places, by=("draw",))
        assert answer.frame.collect(engine="streaming").height == number * 32 * 6

    return taken(run)


# --- files by year --------------------------------------------------------------------------------


def write_years(place: Path, schools: int, *, ordered: bool) -> None:
    """Parquet files by year, twelve procedures a school."""
    for year in YEARS:
        rows = facts(schools, 1, PROCEDURES, ordered=ordered).with_columns(year=pl.lit(year))
        rows.write_parquet(place / f"{year}.parquet")


def by_tree(place: Path, schools: int) -> dict[str, int]:
    """Outcomes counted over files by year, one call of the rule tree a year."""
    the_law, places = law(), regions(schools)

    def decided(year: int, frame: pl.LazyFrame) -> pl.LazyFrame:
        return columns(RuleA, {Sitting: frame}, the_law, on=ON, closed=True, regions=places).frame  # type: ignore[no-any-return]

    return _each_year(place, decided)


def by_hand(place: Path, schools: int) -> dict[str, int]:
    """The same by hand in Polars."""
    places, table = regions(schools).lazy(), shares(law(), len(YEARS)).lazy()
    return _each_year(place, lambda year, frame: rule_a(frame, places, table, [year]))


def barely(place: Path, schools: int) -> dict[str, int]:
    """The least that reads every row and groups it by school; other outcomes, so nothing to compare."""
    for year in YEARS:
        bare_polars.bare(pl.scan_parquet(place / f"{year}.parquet")).collect(engine="streaming")
    return {}


def _each_year(place: Path, decided: Callable[[int, pl.LazyFrame], pl.LazyFrame]) -> dict[str, int]:
    found: dict[str, int] = {}
    for year in YEARS:
        frame = decided(year, pl.scan_parquet(place / f"{year}.parquet").with_columns(pl.col("year").cast(pl.Int64)))
        for outcome, many in frame.group_by("outcome").len().collect(engine="streaming").iter_rows():
            found[outcome] = found.get(outcome, 0) + many
    return found


SIDES = {"tree": by_tree, "hand": by_hand, "bare": barely}


def _files(place: Path, schools: int, *, ordered: bool) -> Iterator[Row]:
    """Each side in a process of its own, so that its memory is its own."""
    write_years(place, schools, ordered=ordered)
    found = {
        side: json.loads(in_child("benchmarks.columns", "files", side, str(place), str(schools))[-1])
        for side in SIDES
    }
    assert found["tree"]["outcomes"] == found["hand"]["outcomes"], "the rule tree and Polars by hand differ on files"
    facts_ = f"{schools * PROCEDURES * len(YEARS) / 1e6:g} million facts in Parquet by year"
    order = "by school" if ordered else "in no order"
    took = {side: (entry["clock"], entry["work"]) for side, entry in found.items()}
    bars = ("≤ 12 s", "≤ 2,000 MB") if ordered else ("", "")
    yield Row(
        f"{facts_}, {order}", took["tree"][0], unit="s", bar=bars[0], note=f"{took['tree'][1]:.1f} s of processors"
    )
    yield Row("the same, peak memory", found["tree"]["memory"], unit="MB", bar=bars[1])
    yield _beside("the same, against Polars by hand", took["tree"], took["hand"])
    yield _beside(
        "the same, against bare Polars", took["tree"], took["bare"], note="bare: one threshold, no gap, no check"
    )


# --- rows -----------------------------------------------------------------------------------------


def rows(*, quick: bool) -> Iterator[Row]:
    part = 50 if quick else 1
    yield from _nation(40_000 // part, 1 if quick else 5)
    memory = json.loads(in_child("benchmarks.columns", "memory", str(40_000 // part))[-1])
    yield Row("the same, peak memory with the facts", memory, unit="MB", bar="≤ 1,500 MB")
    took = draws(1_000 // part)
    yield Row(f"{1_000 // part:,} draws × 32 × 6 × 6 in one call", took[0], unit="s", bar="≤ 3 s")
    for ordered in (True, False):
        with folder() as place:
            yield from _files(place, 1_000_000 // part, ordered=ordered)


def main(what: str, *given: str) -> None:
    """What runs in a process of its own: `memory SCHOOLS`, `files SIDE FOLDER SCHOOLS`; prints JSON."""
    if what == "memory":
        Nation(int(given[0]), len(YEARS)).tree()
        print(json.dumps(peak_memory_mb()))
        return
    side, place, schools = given
    clock, work = time.perf_counter(), time.process_time()
    outcomes = SIDES[side](Path(place), int(schools))
    took = {"clock": time.perf_counter() - clock, "work": time.process_time() - work}
    print(json.dumps({"outcomes": outcomes, "memory": peak_memory_mb()} | took))


if __name__ == "__main__":
    main(*sys.argv[1:])
