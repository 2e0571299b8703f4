"""What can happen in the invented region and nowhere else: a reading count and its end; codes of its own."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from shnor_engine.events import CodeOf, Event, Ref, Term

Count = Annotated[int, Field(ge=0, le=100_000)]


class ReadingCounted(Event, type="lakes.reading_counted", subject="school_id", key=("school_id", "year")):
    """How many pupils of a school read for pleasure in a year, and how many hours a week the library was open."""

    school_id: Annotated[str, Ref("school")]
    year: Annotated[int, Field(ge=1990, le=2100)]
    pupils: Count
    readers: Count | None = None
    hours: Annotated[int, Field(ge=0, le=60)] | None = None
    place: Annotated[str, CodeOf("lakes.library")] | None = None

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.readers is not None and self.readers > self.pupils:
            raise ValueError(f"readers {self.readers} are more than pupils {self.pupils}")
        return self


class CountingEnded(Event, type="lakes.counting_ended", subject="area", key=("area", "year")):
    """The counting of a municipality in a year has ended: whoever is not told of was not counted."""

    area: Annotated[str, Ref("area")]
    year: Annotated[int, Field(ge=1990, le=2100)]


CODES = {
    "activity.form": {"lakes_reading_evening": Term("вечер чтения", "reading evening", ("addressed_support",))},
    "lakes.library": {
        "own": Term("своя библиотека", "library of its own"),
        "shared": Term("библиотека посёлка", "library of the village"),
    },
}
