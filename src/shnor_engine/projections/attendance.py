"""Who makes use of the bodies of the programme: consultations by term, meetings of subject associations by school."""

from __future__ import annotations

import polars as pl

from shnor_engine.events.people import DiagnosticsHeld, RouteCompleted, RouteIssued, TrainingCompleted
from shnor_engine.events.programme import AssociationMet, ConsultationHeld
from shnor_engine.events.schools import BodyEstablished, SchoolRegistered
from shnor_engine.projections.columns import (
    NO_TEXTS,
    agreed,
    entries,
    event_list,
    gathered,
    one_list,
    only_school_year,
    school_year,
)
from shnor_engine.projections.deficits import deficits
from shnor_engine.projections.projection import ALL, Frames, Projection
from shnor_engine.projections.schools import registered

SECOND_TERM = 1  # a school year has two terms: September to December, January to August [default]


def consultations(frames: Frames) -> pl.LazyFrame:
    """One row per school, school year and term (1 or 2) from the first to the last that anything touches.

    `demand` counts deficits of persons of the school that were found before the term was over and were not closed
    before it began; `sessions` the consultations that surely fell into it, `maybe` those that may have. `covered`
    null where there is no demand, or where only dates too vague speak for it.
    """
    who, at = "school_id", ["school_id", "term_start"]
    needs = deficits(frames).select(
        who,
        pl.col("found_from").alias("since"),
        pl.col("closed_from").alias("until"),
        pl.col("events").alias("need_events"),
    )
    told = frames[ConsultationHeld].select(
        who, "when_start", pl.col("when_end").dt.offset_by("-1d").alias("when_last"), "sessions", "event_id"
    )
    days = pl.concat(
        [
            needs.select(who, pl.col("since").alias("day")),
            needs.select(who, pl.col("until").alias("day")).drop_nulls(),
            told.select(who, pl.col("when_start").alias("day")),
            told.select(who, pl.col("when_last").alias("day")),
        ]
    )
    terms = _terms(days)
    starts, ends = pl.col("term_start"), pl.col("term_end")
    demand = (
        terms.join(needs, on=who)
        .filter((pl.col("since") < ends) & (pl.col("until").is_null() | (pl.col("until") >= starts)))
        .group_by(at)
        .agg(pl.len().cast(pl.Int64).alias("demand"), gathered("need_events").alias("need_events"))
    )
    inside = (pl.col("when_start") >= starts) & (pl.col("when_last") < ends)
    used = (
        terms.join(told, on=who)
        .filter((pl.col("when_start") < ends) & (pl.col("when_last") >= starts))
        .group_by(at)
        .agg(
            pl.col("sessions").filter(inside).sum().cast(pl.Int64).alias("used"),
            pl.col("sessions").filter(~inside).sum().cast(pl.Int64).alias("maybe"),
            pl.col("event_id").unique().sort().alias("used_events"),
        )
    )
    asked, sure = pl.col("demand") > 0, pl.col("sessions") > 0
    return (
        terms.join(demand, on=at, how="left")
        .join(used, on=at, how="left")
        .with_columns(
            pl.col("demand").fill_null(0),
            pl.col("used").fill_null(0).alias("sessions"),
            pl.col("maybe").fill_null(0),
        )
        .select(
            who,
            school_year(starts).alias("school_year"),
            pl.when(starts.dt.month() == SECOND_TERM).then(2).otherwise(1).cast(pl.Int64).alias("term"),
            "term_start",
            "term_end",
            "demand",
            "sessions",
            "maybe",
            pl.when(asked & sure).then(True).when(asked & (pl.col("maybe") == 0)).then(False).alias("covered"),
            one_list("need_events", "used_events"),
        )
        .sort(who, "term_start")
    )


def _terms(days: pl.LazyFrame) -> pl.LazyFrame:
    """The terms of each school from the one of its first day to the one of its last."""
    day = pl.col("day")
    start = (
        pl.when(day.dt.month() >= 9)
        .then(pl.date(day.dt.year(), 9, 1))
        .otherwise(pl.date(day.dt.year(), SECOND_TERM, 1))
    )
    known = days.group_by("school_id").agg(start.min().alias("first"), start.max().alias("last"))
    months = pl.date_ranges("first", "last", interval="1mo").alias("term_start")
    month = pl.col("term_start").dt.month()
    return (
        known.select("school_id", months)
        .explode("term_start")
        .filter(month.is_in([SECOND_TERM, 9]))
        .with_columns(
            pl.when(month == 9)
            .then(pl.col("term_start").dt.offset_by("4mo"))
            .otherwise(pl.col("term_start").dt.offset_by("8mo"))
            .alias("term_end")
        )
    )


def association_attendance(frames: Frames) -> pl.LazyFrame:
    """One row per school, discipline and school year in which an association of its municipality met.

    `meetings` were held, `attended` are those at which somebody of the school was, `absent` those that count the
    others and not this school. A meeting that counts nobody says nothing of anybody: `uncounted`. `school_year` null
    holds what the dates do not place.
    """
    bodies = frames[BodyEstablished].group_by("body_id").agg(agreed("municipality"), event_list())
    met = frames[AssociationMet].select(
        "event_id", "body_id", "discipline", "attendees", only_school_year().alias("school_year")
    )
    came = (
        entries(frames[AssociationMet], "attendees", key="school_id", value="number")
        .filter(pl.col("number").cast(pl.Int64, strict=False) > 0)
        .select("event_id", "school_id", pl.lit(True).alias("came"))
    )
    counted = came.select("event_id").unique().with_columns(pl.lit(True).alias("counted"))
    homes = registered(frames).drop_nulls("municipality").select("school_id", "municipality", "events")
    keys = ["school_id", "discipline", "school_year"]
    invited = (
        met.join(bodies, on="body_id")
        .join(homes, on="municipality", suffix="_home")
        .with_columns(one_list("events", "events_home"))
        .select("event_id", "discipline", "school_year", "school_id", "events")
    )
    guests = met.join(came, on="event_id").select("event_id", "discipline", "school_year", "school_id")
    rows = (
        pl.concat([invited, guests.with_columns(NO_TEXTS.alias("events"))])
        .group_by("event_id", *keys)
        .agg(gathered())
        .join(came, on=["event_id", "school_id"], how="left")
        .join(counted, on="event_id", how="left")
    )
    came_, counted_ = pl.col("came").fill_null(False), pl.col("counted").fill_null(False)
    return (
        rows.group_by(keys)
        .agg(
            pl.len().cast(pl.Int64).alias("meetings"),
            came_.sum().cast(pl.Int64).alias("attended"),
            (counted_ & ~came_).sum().cast(pl.Int64).alias("absent"),
            (~counted_).sum().cast(pl.Int64).alias("uncounted"),
            gathered(),
            pl.col("event_id").unique().sort().alias("met_in"),
        )
        .select(*keys, "meetings", "attended", "absent", "uncounted", one_list("events", "met_in"))
        .sort(*keys, nulls_last=True)
    )


CONSULTATIONS = Projection(
    name="consultations",
    reads={
        ConsultationHeld: ("school_id",),
        DiagnosticsHeld: ("school_id",),
        RouteIssued: ALL,
        RouteCompleted: ALL,
        TrainingCompleted: ALL,
    },
    keys=("school_id", "school_year", "term"),
    by="school_id",
    build=consultations,
)
ASSOCIATION_ATTENDANCE = Projection(
    name="association_attendance",
    reads={AssociationMet: ALL, BodyEstablished: ALL, SchoolRegistered: ("school_id",)},
    keys=("school_id", "discipline", "school_year"),
    by="school_id",
    build=association_attendance,
)
