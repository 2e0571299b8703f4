"""The management cycle that a supervisor asks for (Rosobrnadzor, letter 08-70 of 20.04.2021), held against the log.

Eight links, from aims to the analysis of effect; the assessment of municipal mechanisms scores the gathering of data
apart from monitoring, so a link may have several components.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import polars as pl

from shnor_engine.events.audit import (
    AuditPerformed,
    InterviewHeld,
    MonitoringRecorded,
    RecommendationIssued,
    RecommendationVerified,
    ReportGenerated,
    StageReported,
)
from shnor_engine.events.base import Event
from shnor_engine.events.lists import ListPublished
from shnor_engine.events.people import DiagnosticsHeld
from shnor_engine.events.programme import (
    ActivityHeld,
    CuratorAssigned,
    MeasureApplied,
    PlanAdopted,
    ProgrammeAdopted,
    ProgrammeDrafted,
    RiskProfileAssessed,
    RoadmapAdopted,
    SupportAssigned,
    TargetSet,
)
from shnor_engine.events.results import ResultRecorded, ResultsPublished
from shnor_engine.events.schools import SchoolRegistered
from shnor_engine.projections.columns import event_list
from shnor_engine.projections.projection import ALL, Frames, Projection
from shnor_engine.projections.schools import registered

# component -> the link that it belongs to, in the order of the cycle
COMPONENTS: Mapping[str, str] = MappingProxyType(
    {
        "aims": "aims",
        "indicators": "indicators",
        "data": "monitoring",
        "monitoring": "monitoring",
        "analysis": "analysis",
        "recommendations": "recommendations",
        "measures": "measures",
        "decisions": "decisions",
        "effect": "effect",
    }
)
LINKS = tuple(dict.fromkeys(COMPONENTS.values()))


@dataclass(frozen=True, slots=True)
class _Witness:
    """An event type that bears witness to a component: whose (a column with an area or a school), in which years."""

    component: str
    event: type[Event]
    who: str
    years: str = "when"  # a moment, or the name of a column with a year
    only: Callable[[], pl.Expr] | None = None


def _form(*forms: str) -> Callable[[], pl.Expr]:
    return lambda: pl.col("form").is_in(list(forms))


def _evidenced() -> pl.Expr:
    return pl.col("evidence").is_not_null() & ~pl.col("declared")


def _at_work() -> pl.Expr:
    return ~pl.col("form").is_in(["audit", "monitoring", "report", "control_interview"])


WITNESSES = (
    _Witness("aims", ProgrammeAdopted, "area", "period"),
    _Witness("data", ResultRecorded, "school_id", "year"),
    _Witness("data", ResultsPublished, "area", "year"),
    _Witness("data", DiagnosticsHeld, "school_id"),
    _Witness("monitoring", MonitoringRecorded, "area"),
    _Witness("monitoring", ActivityHeld, "area", only=_form("monitoring")),
    _Witness("analysis", ReportGenerated, "area"),
    _Witness("analysis", AuditPerformed, "area"),
    _Witness("analysis", RiskProfileAssessed, "school_id", "year"),
    _Witness("analysis", ActivityHeld, "area", only=_form("audit", "report")),
    _Witness("recommendations", RecommendationIssued, "about"),
    _Witness("measures", ActivityHeld, "area", only=_at_work),
    _Witness("measures", MeasureApplied, "about", only=_evidenced),
    _Witness("decisions", RoadmapAdopted, "about"),
    _Witness("decisions", PlanAdopted, "school_id"),
    _Witness("decisions", SupportAssigned, "school_id"),
    _Witness("decisions", CuratorAssigned, "school_id"),
    _Witness("decisions", ProgrammeDrafted, "area", "period"),
    _Witness("decisions", ListPublished, "area", "year"),
    _Witness("effect", StageReported, "school_id", "year", only=lambda: pl.col("stage") == 2),
    _Witness("effect", RecommendationVerified, "recommendation_id"),
    _Witness("effect", InterviewHeld, "area"),
    _Witness("effect", ActivityHeld, "area", only=_form("control_interview")),
)


def management_cycle(frames: Frames) -> pl.LazyFrame:
    """One row per area, calendar year and component of the cycle, from the first year told of to the last.

    `evidence` is true where an event of that year bears witness, and null in a year of which no component has any:
    that nothing was recorded does not say that nothing was done. Else it is false: a gap in the cycle.
    """
    told = _told(frames)
    cells = told.group_by("area", "year", "component").agg(event_list())
    span = pl.int_range(pl.col("year").min(), pl.col("year").max() + 1, dtype=pl.Int64)
    years = told.group_by("area").agg(span.alias("year")).explode("year")
    spoken = told.select("area", "year").unique().with_columns(pl.lit(True).alias("spoken"))
    parts = pl.LazyFrame(
        {"component": list(COMPONENTS), "link": list(COMPONENTS.values()), "place": range(len(COMPONENTS))},
        schema={"component": pl.String(), "link": pl.String(), "place": pl.Int64()},
    )
    at = ["area", "year"]
    return (
        years.join(parts, how="cross")
        .join(cells, on=[*at, "component"], how="left")
        .join(spoken, on=at, how="left")
        .select(
            *at,
            "component",
            "link",
            "place",
            pl.when(pl.col("events").is_not_null()).then(True).when("spoken").then(False).alias("evidence"),
            pl.col("events").fill_null(pl.lit(pl.Series([[]], dtype=pl.List(pl.String())))),
        )
        .sort(*at, "place")
        .drop("place")
    )


def _told(frames: Frames) -> pl.LazyFrame:
    """What bears witness, by area and year; a school stands for its municipality, a step for its recommendation."""
    homes = registered(frames).select(pl.col("school_id").alias("who"), pl.col("municipality").alias("home"))
    given = frames[RecommendationIssued].select(pl.col("recommendation_id").alias("who"), "about").unique()
    parts = [_witnessed(frames, one) for one in WITNESSES]
    return (
        pl.concat([*parts, _targets(frames)])
        .explode("year")
        .drop_nulls("year")
        .join(given, on="who", how="left")
        .with_columns(pl.coalesce("about", "who").alias("who"))
        .join(homes.drop_nulls("home").unique("who"), on="who", how="left")
        .select(pl.coalesce("home", "who").alias("area"), "year", "component", "event_id")
    )


def _witnessed(frames: Frames, one: _Witness) -> pl.LazyFrame:
    frame = frames[one.event]
    if one.only is not None:
        frame = frame.filter(one.only())
    return frame.select(
        pl.col(one.who).alias("who"),
        _years(one.years).alias("year"),
        pl.lit(one.component).alias("component"),
        "event_id",
    )


def _years(field: str) -> pl.Expr:
    """The years of a row as a list: those that a span or a moment surely touches; none for a moment on two years."""
    if field == "year":
        return pl.concat_list(pl.col("year"))
    first = pl.col(f"{field}_start").dt.year().cast(pl.Int64)
    last = pl.col(f"{field}_end").dt.offset_by("-1d").dt.year().cast(pl.Int64)
    span = pl.int_ranges(first, last + 1, dtype=pl.Int64)
    if field == "period":
        return span
    return pl.when((first == last) | (pl.col(f"{field}_kind") == "throughout")).then(span)


def _targets(frames: Frames) -> pl.LazyFrame:
    """Indicators with a number to reach, of the area of their programme."""
    areas = pl.concat([frames[cls].select("programme_id", "area") for cls in (ProgrammeAdopted, ProgrammeDrafted)])
    return (
        frames[TargetSet]
        .drop_nulls("target")
        .join(areas.unique("programme_id"), on="programme_id")
        .select(
            pl.col("area").alias("who"),
            pl.concat_list(pl.col("year")).alias("year"),
            pl.lit("indicators").alias("component"),
            "event_id",
        )
    )


MANAGEMENT_CYCLE = Projection(
    name="management_cycle",
    reads={**dict.fromkeys([one.event for one in WITNESSES], ALL), TargetSet: ALL, SchoolRegistered: ALL},
    keys=("area", "year", "component"),
    build=management_cycle,
)
