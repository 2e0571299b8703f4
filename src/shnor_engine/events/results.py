"""Results of assessment procedures, the thresholds behind them, and whether they can be trusted."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from shnor_engine.events.base import AtMost, Event, NotBoth, SumIs, keep_limits
from shnor_engine.events.fields import (
    Area,
    Count,
    Discipline,
    Issuer,
    Jurisdiction,
    Percent,
    ProcedureKind,
    SchoolId,
    Text,
    Year,
)
from shnor_engine.events.when import When

Grade = Annotated[int, Field(ge=1, le=12)]
Level = Literal["base", "profile"]
Sitting = Literal["main", "reserve", "additional"]


class ThresholdPublished(
    Event,
    type="threshold.published",
    subject="procedure_kind",
    key=("procedure_kind", "discipline", "grade", "level", "year", "area"),
):
    """The least score that is not a «2», for a procedure and school year; `area` None is the whole country.

    `conditions` are sub-scores that must be reached too («at least 2 points in geometry»). A letter that replaces
    another is a correction: both answers stay readable by the day on which they were known.
    """

    procedure_kind: ProcedureKind
    discipline: Discipline
    year: Year
    minimum: Count
    scale_maximum: Count | None = None
    grade: Grade | None = None
    level: Level | None = None
    conditions: tuple[Text, ...] = ()
    area: Jurisdiction | None = None
    letter: Text | None = None

    limits = (AtMost("minimum", "scale_maximum"),)
    _possible = model_validator(mode="after")(keep_limits)


class ResultRecorded(
    Event,
    type="result.recorded",
    subject="school_id",
    key=("school_id", "year", "procedure_kind", "discipline", "grade", "level", "sitting"),
):
    """How the participants of one school did in one procedure.

    `year` is the school year tested, by the year it ends; `grade` the grade of the programme, `cohort_grade` of the
    pupils (autumn work tests the year before). `below_min` counts those who did not pass the upper bound of «2»;
    where the source gives only a whole percent it stands in `below_percent` and the count is unknown. `marks` counts
    2, 3, 4 and 5. A re-sit, an appeal or a re-check is a correction of this event or a sitting of its own.
    """

    school_id: SchoolId
    year: Year
    procedure_kind: ProcedureKind
    discipline: Discipline
    participants: Count | None = None
    below_min: Count | None = None
    below_percent: Percent | None = None
    grade: Grade | None = None
    cohort_grade: Grade | None = None
    level: Level | None = None
    sitting: Sitting = "main"
    marks: tuple[Count, Count, Count, Count] | None = None
    mean_score: Annotated[float, Field(ge=0, le=1000)] | None = None
    controlled: bool | None = None
    administered_on: When | None = None

    limits = (
        AtMost("below_min", "participants"),
        SumIs("marks", "participants"),
        NotBoth(
            "below_min",
            "below_percent",
            "give the count, or the percent where there is no count",
            "дайте число, а процент только там, где числа нет",
        ),
    )
    _possible = model_validator(mode="after")(keep_limits)


class ResultsPublished(
    Event,
    type="results.published",
    subject="area",
    key=("area", "year", "procedure_kind", "discipline", "grade", "level"),
):
    """All results of a procedure and school year are out in an area: who has none took no part.

    Empty `discipline`, `grade` or `level` closes the procedure for all of them.
    """

    area: Area
    year: Year
    procedure_kind: ProcedureKind
    discipline: Discipline | None = None
    grade: Grade | None = None
    level: Level | None = None
    when: When | None = None


class BiasFlagged(
    Event, type="bias.flagged", subject="school_id", key=("school_id", "year", "procedure_kind", "discipline")
):
    """Results of a school show marks of non-objective conduct; `marker` says which, `issued_by` whose finding it is.

    Empty `discipline` means the procedure as a whole.
    """

    school_id: SchoolId
    year: Year
    procedure_kind: ProcedureKind
    marker: Text
    issued_by: Issuer
    discipline: Discipline | None = None
    evidence: Text | None = None


class BiasCleared(
    Event, type="bias.cleared", subject="school_id", key=("school_id", "year", "procedure_kind", "discipline")
):
    """A mark of non-objective conduct is lifted after a check."""

    school_id: SchoolId
    year: Year
    procedure_kind: ProcedureKind
    ground: Text
    discipline: Discipline | None = None
