"""The list (перечень): who was on it in which year, and how complete the source is."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from shnor_engine.events.base import Event
from shnor_engine.events.fields import Area, IdText, Issuer, SchoolId, Text, Year
from shnor_engine.events.reasons import Impossible
from shnor_engine.events.when import When

Complete = Literal["yes", "no", "unknown"]


class ListPublished(Event, type="list.published", subject="list_id", key=("list_id",)):
    """The list of a calendar year for an area (a municipality or a region).

    `complete` is `yes` where the list names everybody: who is not on it is then known not to be. With `no` or
    `unknown` the others stay unknown. `members` are in no order: a row number is no rank.
    """

    list_id: IdText
    area: Area
    year: Year
    issuer: Issuer
    complete: Complete
    members: tuple[SchoolId, ...]
    basis: Text | None = None
    pack: Text | None = None
    when: When | None = None

    @model_validator(mode="after")
    def _possible(self) -> Self:
        twice = sorted({member for member in self.members if self.members.count(member) > 1})
        if twice:
            raise Impossible(
                f"members: {', '.join(twice)} stands there twice", f"{', '.join(twice)}: в перечне дважды"
            )
        return self


class SchoolListed(Event, type="school.listed", subject="school_id", key=("school_id", "year", "issuer")):
    """One school is known to be on the list of a year, by an order or a letter rather than the whole list."""

    school_id: SchoolId
    year: Year
    issuer: Issuer
    list_id: IdText | None = None
    ground: Text | None = None
    order: Text | None = None
    when: When | None = None


class SchoolDelisted(Event, type="school.delisted", subject="school_id", key=("school_id", "year", "issuer")):
    """One school is known not to be on the list of a year."""

    school_id: SchoolId
    year: Year
    issuer: Issuer
    list_id: IdText | None = None
    ground: Text | None = None
    order: Text | None = None
    when: When | None = None
