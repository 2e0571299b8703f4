"""The kinds of field that the catalogue shares: who is meant, how much, which year."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, StringConstraints

from shnor_engine.events.base import CodeOf, Ref, RefBy, Registers

IdText: TypeAlias = Annotated[str, StringConstraints(min_length=1, pattern=r"^\S(.*\S)?$")]
Text: TypeAlias = Annotated[str, StringConstraints(min_length=1)]

SchoolId: TypeAlias = Annotated[IdText, Ref("school")]
BodyId: TypeAlias = Annotated[IdText, Ref("body")]
HostId: TypeAlias = Annotated[IdText, Ref("place")]  # a school or a body: where something takes place
ProgrammeId: TypeAlias = Annotated[IdText, Ref("programme")]
PlanId: TypeAlias = Annotated[IdText, Ref("plan")]
RoadmapId: TypeAlias = Annotated[IdText, Ref("roadmap")]
LineId: TypeAlias = Annotated[IdText, Ref("line")]
RecommendationId: TypeAlias = Annotated[IdText, Ref("recommendation")]
FindingId: TypeAlias = Annotated[IdText, Ref("finding")]
RouteId: TypeAlias = Annotated[IdText, Ref("route")]
PairId: TypeAlias = Annotated[IdText, Ref("pair")]
PartnershipId: TypeAlias = Annotated[IdText, Ref("partnership")]
PracticeId: TypeAlias = Annotated[IdText, Ref("practice")]
ReportId: TypeAlias = Annotated[IdText, Ref("report")]
AuditId: TypeAlias = Annotated[IdText, Ref("audit")]

# A person is never named: an opaque token, kept by whoever may know the person (lower case, digits, hyphens).
Token: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{5,63}$")]

Year: TypeAlias = Annotated[int, Field(ge=1990, le=2100)]
Count: TypeAlias = Annotated[int, Field(ge=0, le=10_000_000)]
Percent: TypeAlias = Annotated[int, Field(ge=0, le=100)]
Hours: TypeAlias = Annotated[float, Field(ge=0, le=10_000)]
Share: TypeAlias = Annotated[float, Field(ge=0, le=1)]

Issuer: TypeAlias = Literal["federal", "regional", "municipal"]
# A municipality or a region: the registrations of schools and bodies name them, all else has to mean one of these.
NewArea: TypeAlias = Annotated[IdText, Registers("area")]
Area: TypeAlias = Annotated[IdText, Ref("area")]
# Law is made for a region or the country before anybody there is registered, so this one names an area freely.
Jurisdiction: TypeAlias = IdText
# Whom a statement is about: a school, or an area where the source says it of no school in particular.
About: TypeAlias = Annotated[IdText, RefBy("scope", (("school", "school"), ("district", "area")))]
# Roadmaps of the schools of an area that a source does not name are about the area, though of the level of a school.
AboutLevel: TypeAlias = Annotated[IdText, RefBy("level", (("school", "school_or_area"), ("district", "area")))]

Form: TypeAlias = Annotated[str, CodeOf("activity.form")]
Direction: TypeAlias = Annotated[str, CodeOf("activity.direction")]
Task: TypeAlias = Annotated[str, CodeOf("programme.task")]
Factor: TypeAlias = Annotated[str, CodeOf("risk.factor")]
Topic: TypeAlias = Annotated[str, CodeOf("audit.topic")]
PreventionLine: TypeAlias = Annotated[str, CodeOf("prevention.line")]
PlanKind: TypeAlias = Annotated[str, CodeOf("plan.kind")]
BodyKind: TypeAlias = Annotated[str, CodeOf("body.kind")]
SchoolKind: TypeAlias = Annotated[str, CodeOf("school.kind")]
Category: TypeAlias = Annotated[str, CodeOf("school.category")]
ProcedureKind: TypeAlias = Annotated[str, CodeOf("procedure.kind")]
Discipline: TypeAlias = Annotated[str, CodeOf("discipline")]
Role: TypeAlias = Annotated[str, CodeOf("role")]
