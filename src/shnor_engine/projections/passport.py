"""One school on one page: its years on the list, who came, what it hosted, what it was told and what it plans."""

from __future__ import annotations

import polars as pl

from shnor_engine.events.audit import RecommendationIssued
from shnor_engine.events.programme import ActivityHeld, PlanAdopted, PlanDrafted, PlanReviewed, PlanStepDone
from shnor_engine.projections.activities import VISIT_READS, VISITS, activities, visits
from shnor_engine.projections.audit import recommendations
from shnor_engine.projections.columns import gathered, one_list
from shnor_engine.projections.life import LIFE
from shnor_engine.projections.membership import READS, membership, spells
from shnor_engine.projections.plans import plans
from shnor_engine.projections.projection import ALL, Frames, Projection
from shnor_engine.projections.schools import SCHOOLS, schools

_WHEN = {"start": "when_start", "end": "when_end", "precision": "when_precision", "kind": "when_kind"}


def passport(frames: Frames) -> pl.LazyFrame:
    """One row per registered school. Lists of structs, oldest first; an empty one says that the log holds nothing.

    `listed_since` is the first year of a stay that is not known to have ended. `hosted` may be ambiguous, as
    `certainty` says. `recommendations` are those given to the school; `area_recommendations` those given to its
    district, of which the source does not say to whom.
    """
    who = "school_id"
    known = schools(frames).select(who, "name", "municipality", "region", "kind", "locality", "events")
    told = recommendations(frames)
    parts = {
        "visits": (visits(frames), who, {"visit_id": "visit_id", "what": "what", **_WHEN}),
        "hosted": (_hosted(frames), who, {"activity_id": "activity_id", "form": "form", **_HOSTED, **_WHEN}),
        "plans": (plans(frames), who, {"plan_id": "plan_id", "kind": "kind", "adopted": "adopted", **_WHEN}),
        "recommendations": (told, "about", _ADVICE),
        "area_recommendations": (told, "about", _ADVICE),
    }
    whole = known.join(_years(frames), on=who, how="left").join(_stay(frames), on=who, how="left")
    for name, (rows, about, fields) in parts.items():
        key = "municipality" if name == "area_recommendations" else who
        whole = whole.join(
            _structs(known.select(key), rows, name, about, fields), on=key, how="left", nulls_equal=True
        )
    return whole.select(
        *known.collect_schema().names()[:-1],
        *(pl.col(name).fill_null(_NO_YEARS) for name in _YEARS),
        "listed_since",
        *parts,
        one_list("events", "year_events", *(f"{name}_events" for name in parts)),
    ).sort(who)


_YEARS = ("listed_years", "off_years", "unknown_years")
_NO_YEARS = pl.lit(pl.Series([[]], dtype=pl.List(pl.Int64)))
_HOSTED = {"certainty": "host_certainty"}
_ADVICE = {
    "recommendation_id": "recommendation_id",
    "topic": "topic",
    "status": "status",
    "open": "open",
    "due": "due",
}


def _years(frames: Frames) -> pl.LazyFrame:
    listed, year = pl.col("listed"), pl.col("year")
    return (
        membership(frames)
        .group_by("school_id", maintain_order=True)
        .agg(
            year.filter(listed.fill_null(False)).alias("listed_years"),
            year.filter(~listed.fill_null(True)).alias("off_years"),
            year.filter(listed.is_null()).alias("unknown_years"),
            gathered().alias("year_events"),
        )
    )


def _stay(frames: Frames) -> pl.LazyFrame:
    still = spells(frames).filter(pl.col("left_by").is_null())
    return still.select("school_id", pl.col("first_seen").alias("listed_since"))


def _hosted(frames: Frames) -> pl.LazyFrame:
    """What took place, or may have, at a school for others; a school that is visited hosts nobody."""
    held = activities(frames).filter(~pl.col("form").is_in(list(VISITS)))
    return held.explode("hosts", empty_as_null=False).rename({"hosts": "school_id"})


def _structs(known: pl.LazyFrame, rows: pl.LazyFrame, name: str, about: str, fields: dict[str, str]) -> pl.LazyFrame:
    """For each key the rows about it as structs, in their order, and the events behind them; empty where none is."""
    (key,) = known.collect_schema().names()
    there = pl.col("there").fill_null(False)
    one = pl.struct(pl.col(column).alias(field) for field, column in fields.items())
    return (
        known.unique()
        .join(
            rows.with_columns(there=True).select("there", *dict.fromkeys([about, *fields.values()]), "events"),
            left_on=key,
            right_on=about,
            how="left",
            maintain_order="left_right",
        )
        .group_by(key, maintain_order=True)
        .agg(one.filter(there).alias(name), gathered().alias(f"{name}_events"))
    )


PASSPORT = Projection(
    name="passport",
    reads={
        **SCHOOLS.reads,
        **READS,
        **VISIT_READS,
        ActivityHeld: ("hosts", "participants"),
        PlanDrafted: ("school_id",),
        PlanAdopted: ("school_id",),
        PlanReviewed: ("school_id",),
        PlanStepDone: ("school_id",),
        RecommendationIssued: ALL,
        **LIFE,
    },
    keys=("school_id",),
    by="school_id",
    build=passport,
)
