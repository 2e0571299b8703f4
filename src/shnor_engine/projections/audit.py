"""What audits looked at and what came of it: topics, findings and the register of recommendations."""

from __future__ import annotations

import polars as pl

from shnor_engine.events.audit import (
    AuditPerformed,
    FindingClosed,
    FindingRecorded,
    RecommendationAccepted,
    RecommendationExpired,
    RecommendationImplemented,
    RecommendationIssued,
    RecommendationReopened,
    RecommendationVerified,
    RecommendationWithdrawn,
)
from shnor_engine.events.base import Event
from shnor_engine.projections.columns import agreed, empty, event_list, one_list, single, when_columns
from shnor_engine.projections.projection import ALL, Frames, Projection, Reads

# In the order of a life; it decides only between steps that are dated alike.
STEPS: dict[str, type[Event]] = {
    "accepted": RecommendationAccepted,
    "implemented": RecommendationImplemented,
    "verified": RecommendationVerified,
    "expired": RecommendationExpired,
    "withdrawn": RecommendationWithdrawn,
    "reopened": RecommendationReopened,
}
OPEN = ("issued", "accepted", "reopened")


def audit_topics(frames: Frames) -> pl.LazyFrame:
    """One row per audit, topic and school; `school_id` null where the source does not say which schools.

    `recommended_by` are the recommendations of that topic to the same school, or to the area where no school is
    named; `findings` those of this audit. A topic without any of either is a gap to look at.
    """
    looked_at = (
        frames[AuditPerformed]
        .explode("topics", empty_as_null=False)
        .explode("schools", empty_as_null=True)
        .select(
            "audit_id",
            pl.col("topics").alias("topic"),
            "area",
            pl.col("schools").alias("school_id"),
            "by",
            *when_columns(),
            single(),
        )
    )
    advised = (
        frames[RecommendationIssued]
        .group_by("about", "topic")
        .agg(pl.col("recommendation_id").unique().sort().alias("recommended_by"), event_list().alias("advised_by"))
    )
    found = (
        frames[FindingRecorded]
        .group_by("audit_id", "topic", "school_id")
        .agg(pl.col("finding_id").unique().sort().alias("findings"), event_list().alias("found_by"))
    )
    keys = ["audit_id", "topic", "school_id"]
    return (
        looked_at.with_columns(pl.coalesce("school_id", "area").alias("about"))
        .join(advised, on=["about", "topic"], how="left")
        .join(found, on=keys, how="left")
        .select(
            *keys,
            "area",
            "by",
            *when_columns(),
            empty("recommended_by"),
            empty("findings"),
            one_list("events", "advised_by", "found_by"),
        )
        .sort(*keys, "events")
    )


def findings(frames: Frames) -> pl.LazyFrame:
    """One row per finding at a school; `topic` null is a finding that nobody put under a topic."""
    keys = ["finding_id", "school_id"]
    fields = ("text", "topic", "severity", "audit_id", "factor")
    closed = frames[FindingClosed].group_by(keys).agg(agreed("evidence"), event_list().alias("closed_by"))
    return (
        frames[FindingRecorded]
        .group_by(keys)
        .agg(*(agreed(name) for name in fields), event_list())
        .join(closed, on=keys, how="left")
        .select(
            *keys,
            *fields,
            pl.col("closed_by").is_null().alias("open"),
            "evidence",
            one_list("events", "closed_by"),
        )
        .sort(keys)
    )


def recommendations(frames: Frames) -> pl.LazyFrame:
    """One row per recommendation and whom it is given to, with where it stands in its life.

    `status` is the step that is dated last (`issued` before any); `open` is what still waits to be carried out; `due`
    the date given last. `evidence` is what shows that it was carried out.
    """
    key = "recommendation_id"
    fields = ("scope", "text", "topic", "basis", "finding_id", "measure", "rule", "priority")
    issued = (
        frames[RecommendationIssued]
        .group_by(key, "about")
        .agg(*(agreed(name) for name in fields), agreed("due"), *map(agreed, when_columns()), event_list())
    )
    return (
        issued.join(_lives(frames), on=key, how="left")
        .with_columns(pl.col("status").fill_null("issued"), pl.coalesce("new_due", "due").alias("due"))
        .select(
            key,
            "about",
            *fields,
            *when_columns(),
            "due",
            "status",
            "status_start",
            "status_end",
            pl.col("status").is_in(list(OPEN)).alias("open"),
            "evidence",
            one_list("events", "life_events"),
        )
        .sort(key, "about")
    )


def _lives(frames: Frames) -> pl.LazyFrame:
    """For each recommendation: its last step, the due date given last, the evidence given last."""
    steps = [_step(frames[cls], name, rank) for rank, (name, cls) in enumerate(STEPS.items())]
    return (
        pl.concat(steps)
        .sort("when_start", "when_end", "rank", "event_id")
        .group_by("recommendation_id", maintain_order=True)
        .agg(
            pl.col("step").last().alias("status"),
            pl.col("when_start").last().alias("status_start"),
            pl.col("when_end").last().alias("status_end"),
            pl.col("due").drop_nulls().last().alias("new_due"),
            pl.col("evidence").drop_nulls().last(),
            event_list().alias("life_events"),
        )
    )


def _step(frame: pl.LazyFrame, name: str, rank: int) -> pl.LazyFrame:
    due = pl.col("due") if name == "reopened" else pl.lit(None, pl.Date).alias("due")
    evidence = pl.col("evidence") if name == "implemented" else pl.lit(None, pl.String).alias("evidence")
    return frame.select(
        "recommendation_id",
        "event_id",
        "when_start",
        "when_end",
        due,
        evidence,
        pl.lit(name).alias("step"),
        pl.lit(rank).alias("rank"),
    )


LIFE: Reads = dict.fromkeys(STEPS.values(), ALL)
AUDIT_TOPICS = Projection(
    name="audit_topics",
    reads={AuditPerformed: ("audit_id",), FindingRecorded: ("audit_id",), RecommendationIssued: ALL},
    keys=("audit_id", "topic", "school_id", "events"),
    by="audit_id",
    build=audit_topics,
)
FINDINGS = Projection(
    name="findings",
    reads={FindingRecorded: ("school_id",), FindingClosed: ("school_id",)},
    keys=("finding_id", "school_id"),
    by="school_id",
    build=findings,
)
RECOMMENDATIONS = Projection(
    name="recommendations",
    reads={RecommendationIssued: ("about",), **LIFE},
    keys=("recommendation_id", "about"),
    by="about",
    build=recommendations,
)
