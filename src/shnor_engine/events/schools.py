"""Schools and bodies: who exists under which names, and in which conditions a school works."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import model_validator

from shnor_engine.events.base import Event, Registers
from shnor_engine.events.fields import (
    Area,
    BodyKind,
    Category,
    Count,
    IdText,
    NewArea,
    SchoolId,
    SchoolKind,
    Share,
    Text,
)
from shnor_engine.events.reasons import Impossible
from shnor_engine.events.when import When


class SchoolRegistered(Event, type="school.registered", subject="school_id", key=("school_id",)):
    """A school becomes known, under a stable id; `name` is as documents print it, `aliases` other spellings.

    `region` is the parent of `municipality` for regional law; unknown stays None (`rural`, `open_from`).
    """

    school_id: Annotated[IdText, Registers("school")]
    municipality: NewArea
    region: NewArea
    kind: SchoolKind
    name: Text
    number: Text | None = None
    locality: Text | None = None
    aliases: tuple[Text, ...] = ()
    rural: bool | None = None
    branch_of: SchoolId | None = None
    open_from: dt.date | None = None

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.branch_of == self.school_id:
            raise Impossible(
                f"branch_of {self.branch_of}: a school is no branch of itself", "школа не филиал самой себя"
            )
        return self


class SchoolRenamed(Event, type="school.renamed", subject="school_id", key=("school_id", "effective")):
    """A school bears another name from `effective` on; the id and the earlier names stay."""

    school_id: SchoolId
    name: Text
    effective: When
    number: Text | None = None
    aliases: tuple[Text, ...] = ()


class SchoolSpelled(Event, type="school.spelled", subject="school_id", key=("school_id", "spelling")):
    """A document spells a school in a way of its own; from now on the spelling resolves."""

    school_id: SchoolId
    spelling: Text


class SchoolReorganised(Event, type="school.reorganised", subject="successor", key=("successor", "effective")):
    """Schools are merged into one, or one is split: `predecessors` end where `kind` says so, history stays theirs."""

    kind: Literal["merge", "split"]
    predecessors: tuple[SchoolId, ...]
    successor: SchoolId
    effective: When

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if not self.predecessors:
            raise Impossible("predecessors: name at least one school", "назовите хотя бы одну школу")
        return self


class SchoolClosed(Event, type="school.closed", subject="school_id", key=("school_id",)):
    """A school ceases to work."""

    school_id: SchoolId
    effective: When


class CategoryAssigned(Event, type="school.category_assigned", subject="school_id", key=("school_id", "category")):
    """A school is put into a category (ШНОР, ШНСУ, …) for a span; several may hold at once."""

    school_id: SchoolId
    category: Category
    when: When
    basis: Text | None = None


class ContextRecorded(Event, type="context.recorded", subject="school_id", key=("school_id", "as_of")):
    """In which conditions a school works on a day; shares are parts of its pupils, None is unknown."""

    school_id: SchoolId
    as_of: dt.date
    pupils: Count | None = None
    special_needs: Share | None = None
    non_native: Share | None = None
    single_parent: Share | None = None
    preventive_register: Share | None = None
    higher_educated_parents: Share | None = None
    teachers: Count | None = None
    vacancies: Count | None = None
    shifts: Count | None = None


class BodyEstablished(Event, type="body.established", subject="body_id", key=("body_id",)):
    """A body of the programme becomes known: a methodical centre, a mentoring centre, a subject association.

    `capacity` is how many pairs or consultations it can serve at a time, None where nobody said.
    """

    body_id: Annotated[IdText, Registers("body")]
    kind: BodyKind
    municipality: NewArea
    name: Text
    aliases: tuple[Text, ...] = ()
    discipline: Text | None = None
    capacity: Count | None = None
    when: When | None = None


class AreaNamed(Event, type="area.named", subject="area", key=("area",)):
    """How a municipality or a region is called in documents; without it its id is shown."""

    area: Area
    name: Text
