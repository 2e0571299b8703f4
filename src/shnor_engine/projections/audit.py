"""What audits looked at and what came of it: topics, findings and the register of recommendations."""

from __future__ import annotations

import polars as pl

from shnor_engine.events.audit import (
    AuditPerformed,
    FindingClosed,
    FindingRecorded,
    RecommendationIssued,
)
from shnor_engine.projections.columns import agreed, empty, event_list, gathered, one_list, single, when_columns
from shnor_engine.projections.life import LIFE, OPEN, recommendation_steps
from shnor_engine.projections.projection import ALL, Frames, Projection


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
        .agg(*(agreed(name) for name in fields), *map(agreed, when_columns()), event_list())
        .join(closed, on=keys, how="left")
        .select(
            *keys,
            *fields,
            *when_columns(),
            pl.col("closed_by").is_null().alias("open"),
            "evidence",
            one_list("events", "closed_by"),
        )
        .sort(keys)
    )


def recommendations(frames: Frames) -> pl.LazyFrame:
    """One row per recommendation and whom it is given to, with where it stands in its life.

    `status` is where the steps that could follow one another have led (`issued` before any); `open` is what still
    waits to be carried out, `due` the date given last. `evidence` is what shows that it was carried out since it was
    last opened, `evidence_by` the latest day on which that was given. `impossible` are events that changed nothing.
    """
    key = "recommendation_id"
    fields = ("scope", "text", "topic", "basis", "finding_id", "factor", "measure", "rule", "priority")
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
            pl.col("round").fill_null(0),
            "evidence",
            "evidence_by",
            empty("impossible"),
            one_list("events", "life_events"),
        )
        .sort(key, "about")
    )


def _lives(frames: Frames) -> pl.LazyFrame:
    """For each recommendation: its last possible step, the due date given last, the evidence of its last round."""
    possible = pl.col("possible")
    shown = possible & (pl.col("step") == "implemented") & (pl.col("round") == pl.col("round").max())
    return (
        recommendation_steps(frames)
        .group_by("recommendation_id", maintain_order=True)
        .agg(
            pl.col("state").last().alias("status"),
            pl.col("when_start").filter(possible).last().alias("status_start"),
            pl.col("when_end").filter(possible).last().alias("status_end"),
            pl.col("round").last(),
            pl.col("due").filter(possible).drop_nulls().last().alias("new_due"),
            pl.col("said").filter(shown).last().alias("evidence"),
            pl.col("when_end").filter(shown).last().dt.offset_by("-1d").alias("evidence_by"),
            pl.col("events").filter(~possible).list.explode(empty_as_null=False).alias("impossible"),
            gathered().alias("life_events"),
        )
    )


def finding_gaps(frames: Frames) -> pl.LazyFrame:
    """One row per gap between findings and topics: a finding under no topic, an audited topic without a finding.

    `what` says which. A topic may be clean; the gap only says that nothing of it was recorded.
    """
    nobody = pl.lit(None, pl.String)
    without_topic = (
        findings(frames)
        .filter(pl.col("topic").is_null())
        .select(
            pl.lit("finding_without_topic").alias("what"), "audit_id", "school_id", nobody.alias("topic"), *_FOUND
        )
    )
    without_finding = (
        audit_topics(frames)
        .filter(pl.col("findings").list.len() == 0)
        .group_by("audit_id", "school_id", "topic")
        .agg(gathered())
        .select(
            pl.lit("topic_without_finding").alias("what"),
            "audit_id",
            "school_id",
            "topic",
            nobody.alias("finding_id"),
            nobody.alias("text"),
            "events",
        )
    )
    keys = ("what", "audit_id", "school_id", "topic", "finding_id")
    return pl.concat([without_topic, without_finding]).sort(*keys, nulls_last=True)


_FOUND = ("finding_id", "text", "events")
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
FINDING_GAPS = Projection(
    name="finding_gaps",
    reads={AuditPerformed: ALL, FindingRecorded: ALL, FindingClosed: ALL, RecommendationIssued: ALL},
    keys=("what", "audit_id", "school_id", "topic", "finding_id"),
    build=finding_gaps,
)
