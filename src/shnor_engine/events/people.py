"""Diagnostics, individual routes, training and mentoring: of persons who are opaque tokens, never names."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from shnor_engine.events.base import Event, Registers
from shnor_engine.events.fields import (
    BodyId,
    Count,
    Hours,
    IdText,
    PairId,
    Role,
    RouteId,
    SchoolId,
    Text,
    Token,
)
from shnor_engine.events.reasons import Impossible
from shnor_engine.events.when import When

DeficitLevel = Literal["high", "medium", "low"]


class DiagnosticsHeld(Event, type="diagnostics.held", subject="person", key=("person", "instrument", "when")):
    """Competences were diagnosed; `deficits` are areas with their level, empty where none was found.

    `person` is a token; a management team diagnosed as a whole has a token too, and the role `management_team`.
    """

    person: Token
    school_id: SchoolId
    role: Role
    instrument: Text
    when: When
    deficits: dict[str, DeficitLevel] = {}


class RouteIssued(Event, type="route.issued", subject="person", key=("route_id",)):
    """A person gets an individual route (ИОМ) against named deficits."""

    route_id: Annotated[IdText, Registers("route")]
    person: Token
    school_id: SchoolId
    deficits: tuple[Text, ...]
    when: When
    steps: Count | None = None

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if not self.deficits:
            raise Impossible(
                "deficits: a route without a deficit leads nowhere; name at least one",
                "маршрут без дефицита никуда не ведёт; назовите хотя бы один",
            )
        return self


class RouteStepDone(Event, type="route.step_done", subject="person", key=("route_id", "step")):
    """One step of a route is done."""

    route_id: RouteId
    person: Token
    step: Text
    when: When
    evidence: Text | None = None


class RouteCompleted(Event, type="route.completed", subject="person", key=("route_id",)):
    """A route has ended: which deficits a second diagnosis shows closed."""

    route_id: RouteId
    person: Token
    closed: tuple[Text, ...]
    when: When
    evidence: Text | None = None


class TrainingCompleted(Event, type="training.completed", subject="person", key=("person", "programme", "issued_on")):
    """A person completed a training; `topics` are the deficit areas it was about.

    Additional training counts from 16 hours, retraining from 250 (order 266 of 24.03.2025, item 18).
    """

    person: Token
    school_id: SchoolId
    role: Role
    programme: Text
    provider: Text
    hours: Annotated[Hours, Field(gt=0)]
    issued_on: dt.date
    topics: tuple[Text, ...] = ()


class MentoringStarted(Event, type="mentoring.pair_started", subject="pair_id", key=("pair_id",)):
    """A mentor and a mentee become a pair at a mentoring centre."""

    pair_id: Annotated[IdText, Registers("pair")]
    body_id: BodyId
    mentor: Token
    mentee: Token
    school_id: SchoolId
    period: When
    aim: Text | None = None

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.mentor == self.mentee:
            raise Impossible("mentor and mentee are the same person", "наставник и наставляемый одно лицо")
        return self


class MentoringHeld(Event, type="mentoring.session_held", subject="pair_id", key=("pair_id", "when")):
    """A pair met."""

    pair_id: PairId
    when: When
    hours: Hours | None = None


class MentoringEnded(Event, type="mentoring.pair_ended", subject="pair_id", key=("pair_id",)):
    """A pair has ended."""

    pair_id: PairId
    when: When
    outcome: Text | None = None


class StaffLeft(Event, type="staff.left", subject="person", key=("person", "school_id", "when")):
    """A person no longer works at a school."""

    person: Token
    school_id: SchoolId
    role: Role
    when: When


class PersonErased(Event, type="person.erased", subject="person", key=("person", "act")):
    """What was kept about a person outside this log was destroyed, by an act (152-ФЗ art. 21, order 179)."""

    person: Token
    act: Text
    on: dt.date
    scope: Text
