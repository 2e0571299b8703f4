"""Addressed support: what a school was promised, on which ground of its own, and what it was given of that form."""

from __future__ import annotations

import polars as pl

from shnor_engine.events.audit import FindingRecorded
from shnor_engine.events.programme import (
    ActivityHeld,
    FactorAssessed,
    RiskProfileAssessed,
    RiskProfileVerified,
    SupportAssigned,
)
from shnor_engine.projections.activities import VISITS, activities
from shnor_engine.projections.columns import agreed, entries, event_list, gathered, one_list, single, when_columns
from shnor_engine.projections.projection import Frames, Projection


def support(frames: Frames) -> pl.LazyFrame:
    """One row per form of support assigned to a school.

    `own_ground` is true where its factor was found at this very school, or its ground is one of the school's own
    findings: support that cites neither is not addressed. `given` and `hours` count the activities of that form for
    the school since it was assigned; `hours` null where none says how long it took.
    """
    who = "school_id"
    key = pl.col("event_id")
    own_factors = (
        risk_profiles(frames)
        .filter(pl.col("verification").ne_missing("disputed"))
        .group_by(who, "factor")
        .agg(gathered().alias("factor_events"))
    )
    own_findings = (
        frames[FindingRecorded]
        .group_by(who, pl.col("finding_id").alias("ground"))
        .agg(key.unique().sort().alias("finding_events"))
    )
    assigned = frames[SupportAssigned].with_columns(single().alias("own"))
    served = (
        assigned.select("event_id", who, "form", pl.col("when_start").alias("since"))
        .join(_served(frames), on=[who, "form"])
        .filter(pl.col("when_end") > pl.col("since"))
        .group_by("event_id")
        .agg(
            pl.col("activity_id").n_unique().cast(pl.Int64).alias("given"),
            pl.when(pl.col("hours").is_not_null().any()).then(pl.col("hours").sum()).alias("hours"),
            gathered().alias("given_by"),
        )
    )
    return (
        assigned.join(own_factors, on=[who, "factor"], how="left")
        .join(own_findings, on=[who, "ground"], how="left")
        .join(served, on="event_id", how="left")
        .select(
            who,
            "form",
            "task",
            "factor",
            "ground",
            "rule",
            *when_columns(),
            "dose_hours",
            (pl.col("factor_events").is_not_null() | pl.col("finding_events").is_not_null()).alias("own_ground"),
            pl.col("given").fill_null(0),
            "hours",
            one_list("own", "factor_events", "finding_events", "given_by"),
        )
        .sort(who, "when_start", "form", "ground", "events")
    )


def risk_profiles(frames: Frames) -> pl.LazyFrame:
    """One row per school, factor and year: its significance and score as told, and what the verification said.

    `level` and `score` are null where nobody gave one or sources differ; `verification` is `accepted`, `disputed`, or
    null where curator and school have not said yet. `chosen` marks a factor that the school works on.
    """
    keys = ["school_id", "factor", "year"]
    return (
        pl.concat([_assessed(frames), *_profiled(frames)])
        .group_by(keys)
        .agg(agreed("level"), agreed("score"), event_list())
        .join(_verified(frames), on=keys, how="left", nulls_equal=True)
        .select(
            *keys,
            "level",
            "score",
            "verification",
            pl.col("chosen").fill_null(False),
            one_list("events", "verified_by"),
        )
        .sort(keys, nulls_last=False)
    )


_SAID = ("school_id", "factor", "year", "level", "score", "event_id")


def _assessed(frames: Frames) -> pl.LazyFrame:
    at_school = frames[FactorAssessed].filter(pl.col("scope") == "school")
    return at_school.rename({"about": "school_id"}).select(_SAID)


def _profiled(frames: Frames) -> list[pl.LazyFrame]:
    """The scores and the significances of the profiles, each a row of its own."""
    profiles = frames[RiskProfileAssessed]
    scores = entries(profiles, "scores", key="factor", value="score")
    levels = entries(profiles, "significance", key="factor", value="level")
    return [
        scores.with_columns(pl.col("score").cast(pl.Float64), pl.lit(None, pl.String).alias("level")).select(_SAID),
        levels.with_columns(pl.lit(None, pl.Float64).alias("score")).select(_SAID),
    ]


def _verified(frames: Frames) -> pl.LazyFrame:
    """What curators and schools said of each factor of a profile; null where they contradict each other."""
    said = [
        frames[RiskProfileVerified]
        .explode(part, empty_as_null=False)
        .select("school_id", "year", pl.col(part).alias("factor"), pl.lit(part).alias("said"), "event_id")
        for part in ("accepted", "disputed", "chosen")
    ]
    part = pl.col("said")
    return (
        pl.concat(said)
        .drop_nulls("factor")
        .group_by("school_id", "factor", "year")
        .agg(
            pl.when((part == "accepted").any() & ~(part == "disputed").any())
            .then(pl.lit("accepted"))
            .when((part == "disputed").any() & ~(part == "accepted").any())
            .then(pl.lit("disputed"))
            .alias("verification"),
            (part == "chosen").any().alias("chosen"),
            pl.col("event_id").unique().sort().alias("verified_by"),
        )
    )


def _served(frames: Frames) -> pl.LazyFrame:
    """Who was served by which activity: participants, and those who were surely visited."""
    visited = pl.col("form").is_in(list(VISITS)) & (pl.col("host_certainty") == "certain")
    schools = pl.when(visited).then(pl.col("participants").list.set_union("hosts")).otherwise("participants")
    return (
        activities(frames)
        .with_columns(schools.list.unique().alias("school_id"))
        .explode("school_id", empty_as_null=False)
        .drop_nulls("school_id")
        .select("school_id", "form", "activity_id", "when_end", "hours", "events")
    )


SUPPORT = Projection(
    name="support",
    reads={
        SupportAssigned: ("school_id",),
        FactorAssessed: ("about",),
        RiskProfileAssessed: ("school_id",),
        RiskProfileVerified: ("school_id",),
        FindingRecorded: ("school_id",),
        ActivityHeld: ("hosts", "participants"),
    },
    keys=("school_id", "form", "ground", "events"),
    by="school_id",
    build=support,
)
RISK_PROFILES = Projection(
    name="risk_profiles",
    reads={FactorAssessed: ("about",), RiskProfileAssessed: ("school_id",), RiskProfileVerified: ("school_id",)},
    keys=("school_id", "factor", "year"),
    by="school_id",
    build=risk_profiles,
)
