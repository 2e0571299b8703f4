"""The programme: what is planned, adopted and done, for which schools, where and when."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import model_validator

from shnor_engine.events.base import Event, Registers
from shnor_engine.events.fields import (
    About,
    AboutLevel,
    Area,
    BodyId,
    Category,
    Count,
    Direction,
    Discipline,
    Factor,
    Form,
    HostId,
    Hours,
    IdText,
    LineId,
    PartnershipId,
    PlanId,
    PlanKind,
    PracticeId,
    PreventionLine,
    ProgrammeId,
    RoadmapId,
    Role,
    SchoolId,
    Share,
    Task,
    Text,
    Token,
    Year,
)
from shnor_engine.events.reasons import Impossible
from shnor_engine.events.when import When

HostCertainty = Literal["certain", "ambiguous"]
ScopeLevel = Literal["district", "school"]
Significance = Literal["high", "medium", "low"]


# --- programmes and their targets -----------------------------------------------------------------


class ProgrammeAdopted(Event, type="programme.adopted", subject="programme_id", key=("programme_id",)):
    """A programme for an area and a span; `categories` are whom it is for, `aim` and `tasks` what it says."""

    programme_id: Annotated[IdText, Registers("programme")]
    title: Text
    area: Area
    period: When
    categories: tuple[Category, ...] = ()
    tasks: tuple[Task, ...] = ()
    aim: Text | None = None
    when: When | None = None


class ProgrammeDrafted(Event, type="programme.drafted", subject="programme_id", key=("programme_id",)):
    """A programme is being drawn up; `reasons` say what for."""

    programme_id: Annotated[IdText, Registers("programme")]
    title: Text
    area: Area
    period: When
    categories: tuple[Category, ...] = ()
    reasons: tuple[Text, ...] = ()
    focus: tuple[SchoolId, ...] = ()


class ProgrammeClosed(Event, type="programme.closed", subject="programme_id", key=("programme_id",)):
    """A programme has ended."""

    programme_id: ProgrammeId
    when: When
    conclusion: Text | None = None


class TargetSet(
    Event, type="programme.target_set", subject="programme_id", key=("programme_id", "indicator", "year")
):
    """A value that an indicator is to reach in a year.

    `target` None where the source names an aim and no number, `baseline` None where nobody measured it.
    """

    programme_id: ProgrammeId
    indicator: Text
    year: Year
    target: float | None = None
    baseline: float | None = None
    direction: Literal["up", "down"] = "up"
    unit: Text | None = None


class SupportAssigned(
    Event, type="support.assigned", subject="school_id", key=("school_id", "form", "when", "ground")
):
    """A school is to get a form of support, because of one of its own factors or findings (`ground`).

    `rule` is the text that proposed it.
    """

    school_id: SchoolId
    form: Form
    ground: Text
    when: When
    dose_hours: Hours | None = None
    task: Task | None = None
    factor: Factor | None = None
    rule: Text | None = None


class CuratorAssigned(Event, type="curator.assigned", subject="school_id", key=("school_id", "when")):
    """A school gets a curator, an opaque token."""

    school_id: SchoolId
    curator: Token
    when: When


# --- what is found about a school -----------------------------------------------------------------


class FactorAssessed(Event, type="factor.assessed", subject="about", key=("about", "factor", "year")):
    """A risk factor is present; `about` is a school, or an area where the source says it of the whole district.

    `level` is the significance that the source gives, None where it gives none.
    """

    about: About
    scope: ScopeLevel
    factor: Factor
    year: Year | None = None
    level: Significance | None = None
    score: Share | None = None
    source: Text | None = None


class RiskProfileAssessed(Event, type="risk_profile.assessed", subject="school_id", key=("school_id", "year")):
    """The questionnaire of a year: for each factor a score and its significance, and how many answered by role."""

    school_id: SchoolId
    year: Year
    scores: dict[Factor, Share]
    significance: dict[Factor, Significance] = {}
    respondents: dict[Role, Count] = {}
    when: When | None = None


class RiskProfileVerified(Event, type="risk_profile.verified", subject="school_id", key=("school_id", "year")):
    """Curator and school confirm or dispute the factors, and choose those to work on."""

    school_id: SchoolId
    year: Year
    accepted: tuple[Factor, ...]
    disputed: tuple[Factor, ...] = ()
    chosen: tuple[Factor, ...] = ()
    when: When | None = None

    @model_validator(mode="after")
    def _possible(self) -> Self:
        both = sorted(set(self.accepted) & set(self.disputed))
        if both:
            raise Impossible(
                f"disputed: {', '.join(both)} is accepted as well", f"{', '.join(both)}: и принято, и оспорено"
            )
        return self


# --- plans of a school and the roadmap ------------------------------------------------------------


class PlanDrafted(Event, type="school_plan.drafted", subject="school_id", key=("plan_id",)):
    """A school has drawn up a plan (of transition, of teacher growth, against a risk)."""

    plan_id: Annotated[IdText, Registers("plan")]
    school_id: SchoolId
    kind: PlanKind
    when: When
    period: When | None = None
    factors: tuple[Factor, ...] = ()


class PlanAdopted(Event, type="school_plan.adopted", subject="school_id", key=("plan_id",)):
    """A plan is in force; `approver` is the role that put it in force, and `steps` how many steps it has."""

    plan_id: Annotated[IdText, Registers("plan")]
    school_id: SchoolId
    kind: PlanKind
    when: When
    period: When | None = None
    factors: tuple[Factor, ...] = ()
    steps: Count | None = None
    approver: Role | None = None


class PlanReviewed(Event, type="school_plan.reviewed", subject="school_id", key=("plan_id", "when")):
    """Somebody has looked at a plan: what is missing, whether it is accepted."""

    plan_id: PlanId
    school_id: SchoolId
    when: When
    accepted: bool
    remarks: tuple[Text, ...] = ()


class PlanStepDone(Event, type="school_plan.step_done", subject="school_id", key=("plan_id", "step")):
    """One step of a plan is done, with what shows it."""

    plan_id: PlanId
    school_id: SchoolId
    step: Text
    when: When
    evidence: Text | None = None


class RoadmapAdopted(Event, type="roadmap.adopted", subject="roadmap_id", key=("roadmap_id",)):
    """A roadmap (дорожная карта) for a school year; `about` is a municipality or a school, as `level` says.

    At the level of schools `about` may be the area, where the source says it of its schools and names none.

    `school_year` None: the source says «for each school year» without naming one.
    """

    roadmap_id: Annotated[IdText, Registers("roadmap")]
    level: ScopeLevel
    about: AboutLevel
    school_year: Year | None = None
    title: Text | None = None
    when: When | None = None


class ActivityPlanned(Event, type="activity.planned", subject="line_id", key=("line_id",)):
    """One line of a roadmap."""

    line_id: Annotated[IdText, Registers("line")]
    roadmap_id: RoadmapId
    form: Form
    when: When
    direction: Direction | None = None
    hosts: tuple[HostId, ...] = ()
    participants: tuple[SchoolId, ...] = ()
    tasks: tuple[Task, ...] = ()
    responsible: Role | None = None


class ActivityMoved(Event, type="activity.moved", subject="line_id", key=("line_id", "when")):
    """A line of a roadmap is to take place at another time."""

    line_id: LineId
    when: When
    reason: Text


class ActivityCancelled(Event, type="activity.cancelled", subject="line_id", key=("line_id",)):
    """A line of a roadmap will not take place."""

    line_id: LineId
    reason: Text


class ActivityHeld(Event, type="activity.held", subject="activity_id", key=("activity_id",)):
    """Something took place: a form, where, for whom, when.

    `hosts` are schools or bodies. `host_certainty` is `ambiguous` where the source names several hosts and dates and
    does not pair them: it then took place at one of `hosts`. A landing has its visited schools in `participants` as
    well. `line_id` ties it to the roadmap; without it the activity is unplanned.
    """

    activity_id: IdText
    form: Form
    when: When
    area: Area
    direction: Direction | None = None
    hosts: tuple[HostId, ...] = ()
    host_certainty: HostCertainty = "certain"
    participants: tuple[SchoolId, ...] = ()
    line_id: LineId | None = None
    tasks: tuple[Task, ...] = ()
    factors: tuple[Factor, ...] = ()
    topic: Text | None = None
    attendees: Count | None = None
    hours: Hours | None = None

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.host_certainty == "ambiguous" and len(self.hosts) < 2:
            raise Impossible(
                "host_certainty ambiguous needs at least two hosts to choose from",
                "при host_certainty ambiguous нужны хотя бы два возможных места",
            )
        return self


class MeasureApplied(Event, type="measure.applied", subject="about", key=("about", "line", "when")):
    """A line of prevention is followed; `about` is a school, or an area where the source says it of all schools.

    `declared` marks what a report merely says; evidence makes the difference. `when` None where it gives no time.
    """

    about: About
    scope: ScopeLevel
    line: PreventionLine
    when: When | None = None
    declared: bool = False
    evidence: Text | None = None


# --- partnership, practice, bodies ----------------------------------------------------------------


class PartnershipAgreed(Event, type="partnership.agreed", subject="supported", key=("partnership_id",)):
    """A school supports another one for a span."""

    partnership_id: Annotated[IdText, Registers("partnership")]
    partner: SchoolId
    supported: SchoolId
    period: When
    aim: Text | None = None

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.partner == self.supported:
            raise Impossible(
                f"partner {self.partner}: a school is no partner of itself", "школа не партнёр самой себе"
            )
        return self


class PartnershipMet(
    Event, type="partnership.meeting_held", subject="partnership_id", key=("partnership_id", "when")
):
    """Partners met."""

    partnership_id: PartnershipId
    when: When
    topic: Text | None = None


class PracticeDescribed(Event, type="practice.described", subject="bearer", key=("practice_id",)):
    """A school or body has described a practice that works."""

    practice_id: Annotated[IdText, Registers("practice")]
    bearer: HostId
    title: Text
    when: When
    factors: tuple[Factor, ...] = ()


class PracticeValidated(Event, type="practice.validated", subject="practice_id", key=("practice_id",)):
    """A body has examined a practice."""

    practice_id: PracticeId
    by: HostId
    when: When
    evidence: Text | None = None


class PracticeSpread(Event, type="practice.spread", subject="practice_id", key=("practice_id", "to_school", "when")):
    """A practice is taken over by a school."""

    practice_id: PracticeId
    to_school: SchoolId
    when: When


class ConsultationHeld(Event, type="consultation.held", subject="school_id", key=("school_id", "body_id", "when")):
    """A tutor point or centre consulted a school."""

    school_id: SchoolId
    body_id: BodyId
    when: When
    topic: Text | None = None
    sessions: Count = 1


class AssociationMet(
    Event, type="subject_association.meeting_held", subject="body_id", key=("body_id", "discipline", "when")
):
    """A subject association (РМО) met; `attendees` counts by school, so absence is known."""

    body_id: BodyId
    discipline: Discipline
    when: When
    attendees: dict[SchoolId, Count] = {}
    topic: Text | None = None


class ScenarioDefined(Event, type="scenario.defined", subject="programme_id", key=("programme_id", "scenario")):
    """A scenario for a programme to come; `file` or `digest` says where its numbers stand."""

    programme_id: ProgrammeId
    scenario: Text
    digest: Text | None = None
    decided_on: dt.date | None = None
