"""Who was on the list in which year, by everything that was told; a year of which nothing is known stays unknown.

A complete list says yes of its members and no of every other school of its area; one that is not complete says yes
of its members only. An order about one school says yes or no of it. Where sources disagree, the year is unknown and
`disagreeing` names them.
"""

from __future__ import annotations

import polars as pl

from shnor_engine.events.lists import ListPublished, SchoolDelisted, SchoolListed
from shnor_engine.events.schools import SchoolRegistered
from shnor_engine.projections.columns import NO_TEXTS, gathered, one_list, single
from shnor_engine.projections.projection import ALL, Frames, Projection, Reads
from shnor_engine.projections.schools import coverage


def lists(frames: Frames) -> pl.LazyFrame:
    """One row per published list; several of one year stay apart, and the order of `members` means nothing."""
    return (
        frames[ListPublished]
        .select("list_id", "area", "issuer", "year", "complete", pl.col("members").list.sort(), "basis", single())
        .sort("area", "year", "issuer", "list_id")
    )


def membership(frames: Frames) -> pl.LazyFrame:
    """One row per school and calendar year from the first year told of to the last; `listed` null is unknown."""
    return _by(frames, ("school_id",))


def membership_by_issuer(frames: Frames) -> pl.LazyFrame:
    """The same, told apart by who issued the list."""
    return _by(frames, ("school_id", "issuer"))


def _by(frames: Frames, who: tuple[str, ...]) -> pl.LazyFrame:
    said = evidence(frames)
    years = said.group_by(who).agg(
        pl.int_range(pl.col("year").min(), pl.col("year").max() + 1, dtype=pl.Int64).alias("year")
    )
    return (
        years.explode("year")
        .join(_merged(said, (*who, "year")), on=[*who, "year"], how="left")
        .select(
            *who,
            "year",
            "listed",
            pl.col("conflict").fill_null(False),
            pl.col("events").fill_null(NO_TEXTS),
            pl.col("disagreeing").fill_null(NO_TEXTS),
        )
        .sort(*who, "year")
    )


def _merged(said: pl.LazyFrame, keys: tuple[str, ...]) -> pl.LazyFrame:
    """What the sources say together: yes, no, or nothing where none says anything or they disagree."""
    telling = pl.col("listed").is_not_null()
    yes, no = pl.col("listed").any(), (~pl.col("listed")).any()
    return said.group_by(keys).agg(
        (yes & no).alias("conflict"),
        pl.when(yes & ~no).then(True).when(no & ~yes).then(False).alias("listed"),
        gathered_where(telling | ~telling.any()),
        gathered_where(telling & yes & no, "told").alias("disagreeing"),
    )


def gathered_where(condition: pl.Expr, column: str = "events") -> pl.Expr:
    """In a group: the ids in a column of those rows that count."""
    ids = pl.col(column).filter(condition).list.explode(empty_as_null=False)
    return ids.unique().sort().alias(column)


def evidence(frames: Frames) -> pl.LazyFrame:
    """What each source says of each school it speaks of: yes, no, or null for a list that is not complete.

    `told` is the event of the source itself, `events` also the registration that puts a school into its area.
    """
    published = frames[ListPublished]
    named = published.explode("members", empty_as_null=False).rename({"members": "school_id"})
    covered = coverage(frames).rename({"events": "registration"})
    others = (
        published.join(covered, on="area")
        .join(named.select("position", "school_id"), on=["position", "school_id"], how="anti")
        .with_columns(single(), pl.when(pl.col("complete") == "yes").then(False).alias("listed"))
        .select("school_id", "year", "issuer", "listed", one_list("events", "registration"), told="events")
    )
    return pl.concat(
        [
            _said(named, listed=True),
            others,
            _said(frames[SchoolListed], listed=True),
            _said(frames[SchoolDelisted], listed=False),
        ]
    )


def _said(frame: pl.LazyFrame, *, listed: bool) -> pl.LazyFrame:
    return frame.select(
        "school_id", "year", "issuer", pl.lit(listed).alias("listed"), single(), single().alias("told")
    )


def spells(frames: Frames) -> pl.LazyFrame:
    """One row per stay of a school on the list, its ends bracketed by what is known.

    A stay is a run of years known to be on, whatever unknown years (`gaps`) lie between them. The school came on
    after `entered_after`, the last year known to be off before (null: none is), and by `entered_by`; it went off
    after `left_after` and by `left_by` (both null where no later year is known to be off).
    """
    off, here = ~pl.col("listed"), "school_id"
    known = (
        membership(frames)
        .filter(pl.col("listed").is_not_null())
        .with_columns(
            pl.col("listed").rle_id().over(here).alias("run"),
            pl.when(off).then("year").shift(1).over(here).alias("entered_after"),
            pl.when(off).then("year").shift(-1).over(here).alias("left_by"),
            pl.when(off).then("events").shift(1).over(here).alias("before"),
            pl.when(off).then("events").shift(-1).over(here).alias("after"),
        )
        .filter(pl.col("listed"))
    )
    return (
        known.group_by("school_id", "run", maintain_order=True)
        .agg(
            pl.col("year").min().alias("first_seen"),
            pl.col("year").max().alias("last_seen"),
            pl.col("entered_after").first(),
            pl.col("left_by").last(),
            pl.col("year").alias("on_years"),
            gathered(),
            pl.col("before").first(),
            pl.col("after").last(),
        )
        .select(
            "school_id",
            "first_seen",
            "last_seen",
            "entered_after",
            pl.col("first_seen").alias("entered_by"),
            pl.when(pl.col("left_by").is_not_null()).then("last_seen").alias("left_after"),
            "left_by",
            "on_years",
            pl.int_ranges("first_seen", pl.col("last_seen") + 1, dtype=pl.Int64)
            .list.set_difference("on_years")
            .list.sort()
            .alias("gaps"),
            (pl.col("first_seen") > pl.col("first_seen").min().over(here)).alias("re_entry"),
            one_list("events", "before", "after"),
        )
        .sort("school_id", "first_seen")
    )


READS: Reads = {
    SchoolRegistered: ("school_id",),
    ListPublished: ALL,
    SchoolListed: ("school_id",),
    SchoolDelisted: ("school_id",),
}
LISTS = Projection(name="lists", reads={ListPublished: ALL}, keys=("list_id", "events"), build=lists)
MEMBERSHIP = Projection(name="membership", reads=READS, keys=("school_id", "year"), by="school_id", build=membership)
MEMBERSHIP_BY_ISSUER = Projection(
    name="membership_by_issuer",
    reads=READS,
    keys=("school_id", "issuer", "year"),
    by="school_id",
    build=membership_by_issuer,
)
SPELLS = Projection(name="spells", reads=READS, keys=("school_id", "first_seen"), by="school_id", build=spells)
