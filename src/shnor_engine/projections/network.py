"""Schools that help schools: partnerships with who stood on the list meanwhile, and practices that spread."""

from __future__ import annotations

import polars as pl

from shnor_engine.events.programme import (
    PartnershipAgreed,
    PartnershipMet,
    PracticeDescribed,
    PracticeSpread,
    PracticeValidated,
)
from shnor_engine.events.results import ResultRecorded
from shnor_engine.projections.columns import NO_TEXTS, agreed, empty, event_list, gathered, one_list, when_columns
from shnor_engine.projections.membership import READS, membership
from shnor_engine.projections.projection import ALL, Frames, Projection


def partnerships(frames: Frames) -> pl.LazyFrame:
    """One row per partnership, an edge of the network from `partner` to `supported`.

    In a calendar year the list of the year before is in force: `both_listed` are the list years in force during the
    partnership that name both schools. `stronger` says whether the partner has the smaller share below the minimum
    over the procedures that both sat in the same years; null where they share none with counts.
    """
    key = "partnership_id"
    period = when_columns("period")
    ends = ["partner", "supported"]
    agreed_on = (
        frames[PartnershipAgreed]
        .group_by(key)
        .agg(*map(agreed, (*ends, "aim", *period)), event_list())
        .with_columns(pl.col("partner").eq(pl.col("supported")).fill_null(False).alias("with_itself"))
    )
    met = (
        frames[PartnershipMet]
        .group_by(key)
        .agg(pl.len().cast(pl.Int64).alias("meetings"), pl.col("event_id").unique().sort().alias("met_in"))
    )
    return (
        agreed_on.join(met, on=key, how="left")
        .join(_both_listed(frames, agreed_on), on=key, how="left")
        .join(_shares(frames, agreed_on), on=key, how="left")
        .select(
            key,
            *ends,
            "aim",
            *period,
            "with_itself",
            pl.col("meetings").fill_null(0),
            pl.col("both_listed").fill_null(pl.lit(pl.Series([[]], dtype=pl.List(pl.Int64)))),
            "stronger",
            one_list("events", "met_in", "list_events", "result_events"),
        )
        .sort(key)
    )


def _both_listed(frames: Frames, agreed_on: pl.LazyFrame) -> pl.LazyFrame:
    first = pl.col("period_start").dt.year().cast(pl.Int64)
    last = pl.col("period_end").dt.offset_by("-1d").dt.year().cast(pl.Int64)
    on = membership(frames).filter(pl.col("listed")).select("school_id", "year", "events")
    during = agreed_on.drop_nulls(["partner", "supported", "period_start"]).select(
        "partnership_id", "partner", "supported", pl.int_ranges(first - 1, last, dtype=pl.Int64).alias("year")
    )
    return (
        during.explode("year")
        .join(on, left_on=["partner", "year"], right_on=["school_id", "year"])
        .join(on, left_on=["supported", "year"], right_on=["school_id", "year"], suffix="_other")
        .with_columns(one_list("events", "events_other"))
        .group_by("partnership_id")
        .agg(pl.col("year").unique().sort().alias("both_listed"), gathered().alias("list_events"))
    )


def _shares(frames: Frames, agreed_on: pl.LazyFrame) -> pl.LazyFrame:
    procedure = ["year", "procedure_kind", "discipline", "grade", "level", "sitting"]
    counted = frames[ResultRecorded].drop_nulls(["participants", "below_min"])
    results = (
        counted.group_by("school_id", *procedure)
        .agg(agreed("participants"), agreed("below_min"), event_list())
        .drop_nulls(["participants", "below_min"])
    )
    theirs = agreed_on.drop_nulls(["partner", "supported"]).select("partnership_id", "partner", "supported")
    below, of = pl.col("below_min").sum(), pl.col("participants").sum()
    below_other, of_other = pl.col("below_min_other").sum(), pl.col("participants_other").sum()
    return (
        theirs.join(results, left_on="partner", right_on="school_id")
        .join(
            results,
            left_on=["supported", *procedure],
            right_on=["school_id", *procedure],
            suffix="_other",
            nulls_equal=True,
        )
        .with_columns(one_list("events", "events_other"))
        .group_by("partnership_id")
        .agg(
            # The smaller share, by whole numbers: b/n < c/m where b*m < c*n.
            pl.when((of > 0) & (of_other > 0)).then(below * of_other < below_other * of).alias("stronger"),
            gathered().alias("result_events"),
        )
    )


def practices(frames: Frames) -> pl.LazyFrame:
    """One row per practice that somebody described: who bears it, who examined it, which schools took it over."""
    key = "practice_id"
    told = (
        frames[PracticeDescribed]
        .group_by(key)
        .agg(
            *map(agreed, ("bearer", "title", *when_columns())),
            pl.col("factors").list.explode(empty_as_null=False).unique().sort(),
            event_list(),
        )
    )
    validated = (
        frames[PracticeValidated]
        .group_by(key)
        .agg(
            pl.col("by").unique().sort().alias("validated_by"),
            pl.col("event_id").unique().sort().alias("validated_in"),
        )
    )
    spread = (
        frames[PracticeSpread]
        .group_by(key)
        .agg(
            pl.col("to_school").unique().sort().alias("taken_over_by"),
            pl.col("event_id").unique().sort().alias("spread_in"),
        )
    )
    return (
        told.join(validated, on=key, how="left")
        .join(spread, on=key, how="left")
        .select(
            key,
            "bearer",
            "title",
            "factors",
            *when_columns(),
            pl.col("validated_by").is_not_null().alias("validated"),
            empty("validated_by"),
            empty("taken_over_by"),
            one_list("events", "validated_in", "spread_in"),
        )
        .with_columns(pl.col("factors").fill_null(NO_TEXTS))
        .sort(key)
    )


PARTNERSHIPS = Projection(
    name="partnerships",
    reads={**dict.fromkeys(READS, ALL), PartnershipAgreed: ALL, PartnershipMet: ALL, ResultRecorded: ALL},
    keys=("partnership_id",),
    build=partnerships,
)
PRACTICES = Projection(
    name="practices",
    reads=dict.fromkeys((PracticeDescribed, PracticeValidated, PracticeSpread), ("practice_id",)),
    keys=("practice_id",),
    by="practice_id",
    build=practices,
)
