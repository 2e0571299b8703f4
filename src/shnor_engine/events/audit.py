"""Checks, audits, findings, recommendations and their life, interviews, monitoring, reports."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, Protocol, Self, TypeVar

from pydantic import Field, model_validator

from shnor_engine.events.base import Event, Registers
from shnor_engine.events.fields import (
    About,
    Area,
    AuditId,
    Factor,
    FindingId,
    Form,
    HostId,
    IdText,
    RecommendationId,
    ReportId,
    Role,
    SchoolId,
    Text,
    Topic,
    Year,
)
from shnor_engine.events.reasons import Impossible
from shnor_engine.events.when import When

Severity = Literal["high", "medium", "low"]

Revision = Annotated[int, Field(ge=1)]


class _Due(Protocol):
    """What is due by a day; `when` says when that was said."""

    @property
    def due(self) -> dt.date | None: ...
    @property
    def when(self) -> When | None: ...


D = TypeVar("D", bound=_Due)


def _due_after(said: D) -> D:
    """The same event; raises `ValueError` where it is due before it can have been said."""
    if said.due is not None and said.when is not None and said.due < said.when.start:
        raise Impossible(
            f"due {said.due} is before {said.when.start}, when this began",
            f"срок {said.due} раньше начала {said.when.start}",
        )
    return said


class InspectionPlanned(Event, type="inspection.planned", subject="inspection_id", key=("inspection_id",)):
    """The administration of a school is to be checked."""

    inspection_id: IdText
    school_id: SchoolId
    scope: Text
    when: When


class InspectionHeld(Event, type="inspection.held", subject="inspection_id", key=("inspection_id",)):
    """The administrations of schools were checked; `schools` empty and `area` given where the source names none."""

    inspection_id: IdText
    area: Area
    scope: Text
    when: When | None = None
    schools: tuple[SchoolId, ...] = ()
    act: Text | None = None


class AuditPerformed(Event, type="audit.performed", subject="audit_id", key=("audit_id",)):
    """Documents were audited on topics; `schools` empty and `area` given where the source names none.

    What it found and recommends are events of their own, so that each can be answered.
    """

    audit_id: Annotated[IdText, Registers("audit")]
    area: Area
    topics: tuple[Topic, ...] = ()
    schools: tuple[SchoolId, ...] = ()
    documents: tuple[Text, ...] = ()
    by: HostId | None = None
    when: When | None = None


class FindingRecorded(Event, type="finding.recorded", subject="school_id", key=("finding_id",)):
    """Something is not as it should be at a school; `topic` None is allowed and flagged."""

    finding_id: Annotated[IdText, Registers("finding")]
    school_id: SchoolId
    text: Text
    topic: Topic | None = None
    severity: Severity = "medium"
    audit_id: AuditId | None = None
    factor: Factor | None = None
    when: When | None = None


class FindingClosed(Event, type="finding.closed", subject="school_id", key=("finding_id",)):
    """A finding does not hold any more, with what shows it."""

    finding_id: FindingId
    school_id: SchoolId
    when: When
    evidence: Text


class RecommendationIssued(Event, type="recommendation.issued", subject="about", key=("recommendation_id",)):
    """A recommendation is given; `about` is a school, or an area where the source says not to whom.

    `basis` is what it rests on (a finding, a failed clause, a factor), `rule` the text that proposed it.
    """

    recommendation_id: Annotated[IdText, Registers("recommendation")]
    about: About
    scope: Literal["district", "school"]
    text: Text
    topic: Topic | None = None
    basis: Text | None = None
    finding_id: FindingId | None = None
    factor: Factor | None = None
    measure: Form | None = None
    rule: Text | None = None
    priority: Severity | None = None
    due: dt.date | None = None
    when: When | None = None

    @model_validator(mode="after")
    def _possible(self) -> Self:
        return _due_after(self)


class RecommendationAccepted(
    Event, type="recommendation.accepted", subject="recommendation_id", key=("recommendation_id", "when")
):
    """The school has taken a recommendation on."""

    recommendation_id: RecommendationId
    when: When
    by: Role | None = None


class RecommendationImplemented(
    Event, type="recommendation.implemented", subject="recommendation_id", key=("recommendation_id", "when")
):
    """A recommendation is carried out; `evidence` is what shows it, never empty."""

    recommendation_id: RecommendationId
    evidence: Text
    when: When


class RecommendationVerified(
    Event, type="recommendation.verified", subject="recommendation_id", key=("recommendation_id", "when")
):
    """Somebody else has looked at the evidence and accepts it."""

    recommendation_id: RecommendationId
    by: Role
    when: When
    note: Text | None = None


class RecommendationExpired(
    Event, type="recommendation.expired", subject="recommendation_id", key=("recommendation_id", "when")
):
    """The due date passed without evidence."""

    recommendation_id: RecommendationId
    when: When


class RecommendationWithdrawn(
    Event, type="recommendation.withdrawn", subject="recommendation_id", key=("recommendation_id", "when")
):
    """A recommendation is taken back, with the reason."""

    recommendation_id: RecommendationId
    reason: Text
    when: When


class RecommendationReopened(
    Event, type="recommendation.reopened", subject="recommendation_id", key=("recommendation_id", "when")
):
    """A closed recommendation stands again, with the reason and perhaps a new due date."""

    recommendation_id: RecommendationId
    reason: Text
    when: When
    due: dt.date | None = None

    @model_validator(mode="after")
    def _possible(self) -> Self:
        return _due_after(self)


class MonitoringRecorded(Event, type="monitoring.recorded", subject="monitoring_id", key=("monitoring_id",)):
    """A monitoring took place in an area."""

    monitoring_id: IdText
    area: Area
    when: When
    by: HostId | None = None
    schools: tuple[SchoolId, ...] = ()
    indicators: dict[str, float] = {}
    conclusion: Text | None = None


class StageReported(Event, type="monitoring.stage_reported", subject="school_id", key=("school_id", "year", "stage")):
    """A school's stage of a support project: each indicator with plan and fact."""

    school_id: SchoolId
    year: Year
    stage: Literal[1, 2]  # 1 the start of measures, 2 positive changes
    plan: dict[str, float] = {}
    fact: dict[str, float] = {}
    conclusion: Text | None = None
    when: When | None = None


class InterviewHeld(Event, type="interview.held", subject="interview_id", key=("interview_id",)):
    """Control interviews: with which role, what was promised by when."""

    interview_id: IdText
    area: Area
    when: When
    school_id: SchoolId | None = None
    with_role: Role | None = None
    commitments: tuple[Text, ...] = ()
    due: dt.date | None = None
    by: HostId | None = None

    @model_validator(mode="after")
    def _possible(self) -> Self:
        return _due_after(self)


class ReportGenerated(Event, type="report.generated", version=2, subject="report_id", key=("report_id", "revision")):
    """A report was drawn up; `position` is the place of the log up to which it may know.

    A re-issue keeps the id and has the next `revision`. With `year`, `on` and `pack` it can be drawn up again, and
    `digest` says whether it is the same.
    """

    report_id: Annotated[IdText, Registers("report")]
    area: Area
    title: Text | None = None
    when: When | None = None
    by: HostId | None = None
    revision: Revision = 1
    position: Annotated[int, Field(ge=0)] | None = None
    digest: Text | None = None
    year: Year | None = None
    on: dt.date | None = None
    pack: Text | None = None


class ReportApproved(Event, type="report.approved", subject="report_id", key=("report_id", "revision")):
    """A revision of a report was approved on a day by a role."""

    report_id: ReportId
    approver_role: Role
    on: dt.date
    organisation: HostId | None = None
    revision: Revision = 1
