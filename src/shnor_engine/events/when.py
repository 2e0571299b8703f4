"""When something happened: an honest interval with the precision that the source gives.

Dates are half-open (`start <= day < end`). `once` means on some unknown day inside, `throughout` on all of
them; so a comparison of two `once` moments that overlap is neither true nor false but unknown (None).
Nobody invents a day: «Март 2024г.» stays a month.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator

from shnor_engine.events.reasons import Impossible

Precision = Literal["day", "month", "quarter", "year", "school_year"]
Kind = Literal["once", "throughout"]

SCHOOL_YEAR_STARTS = 9  # 1 September, 273-ФЗ and the school calendar; a school year is keyed by the year it ends


def _month(year: int, month: int) -> date:
    """First day of a month counted on past December (month 13 is January of the next year)."""
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def _on_boundary(day: date, precision: Precision) -> bool:
    match precision:
        case "day":
            return True
        case "month":
            return day.day == 1
        case "quarter":
            return day.day == 1 and day.month in (1, 4, 7, 10)
        case "year":
            return (day.month, day.day) == (1, 1)
        case "school_year":
            return (day.month, day.day) == (SCHOOL_YEAR_STARTS, 1)


class When(BaseModel):
    """A dated interval: `start` inclusive, `end` exclusive, with `precision` and `kind`.

    Raises `pydantic.ValidationError` when the end is not after the start, or when an end does not stand on a
    boundary of the stated precision (a month starts on its first day).

    >>> When.month(2024, 3).before(When.month(2024, 4))
    True
    >>> print(When.month(2024, 3).before(When.day(date(2024, 3, 5))))
    None
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: date
    end: date
    precision: Precision
    kind: Kind = "once"

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.end <= self.start:
            raise Impossible(
                f"end {self.end} is not after start {self.start} (the end is exclusive)",
                f"конец {self.end} не позже начала {self.start} (сам день end в срок не входит)",
            )
        for day in (self.start, self.end):
            if not _on_boundary(day, self.precision):
                raise Impossible(
                    f"{day} is no boundary of precision {self.precision}",
                    f"{day} не граница срока с точностью {self.precision}",
                )
        return self

    @classmethod
    def day(cls, day: date, *, kind: Kind = "once") -> When:
        """One day."""
        return cls(start=day, end=day + timedelta(days=1), precision="day", kind=kind)

    @classmethod
    def month(cls, year: int, month: int, *, months: int = 1, kind: Kind = "once") -> When:
        """A calendar month, or `months` of them in a row."""
        return cls(start=_month(year, month), end=_month(year, month + months), precision="month", kind=kind)

    @classmethod
    def quarter(cls, year: int, quarter: int, *, kind: Kind = "once") -> When:
        """A quarter of a calendar year, 1 to 4."""
        first = 3 * quarter - 2
        return cls(start=_month(year, first), end=_month(year, first + 3), precision="quarter", kind=kind)

    @classmethod
    def year(cls, year: int, *, years: int = 1, kind: Kind = "once") -> When:
        """A calendar year, or `years` of them in a row."""
        return cls(start=date(year, 1, 1), end=date(year + years, 1, 1), precision="year", kind=kind)

    @classmethod
    def school_year(cls, ends: int, *, kind: Kind = "once") -> When:
        """The school year that ends in `ends`: 2024 is 2023/24, from 1 September 2023."""
        start, end = _month(ends - 1, SCHOOL_YEAR_STARTS), _month(ends, SCHOOL_YEAR_STARTS)
        return cls(start=start, end=end, precision="school_year", kind=kind)

    @property
    def last(self) -> date:
        """The last day inside."""
        return self.end - timedelta(days=1)

    def covers(self, other: When) -> bool:
        """Whether `other` lies inside this interval whatever its unknown day is."""
        return self.start <= other.start and other.end <= self.end

    def before(self, other: When) -> bool | None:
        """Whether this was over before `other` began; None where the unknown days could fall either way."""
        if self.end <= other.start:
            return True
        if other._latest_start() <= self._earliest_last():
            return False
        return None

    def within(self, other: When) -> bool | None:
        """Whether this happened inside `other` (read as a span); None where it only may have."""
        if other.covers(self):
            return True
        apart = self.end <= other.start or other.end <= self.start
        return False if apart or self.kind == "throughout" else None

    def overlaps(self, other: When) -> bool | None:
        """Whether the two share a day; None where a `once` only may fall on the other."""
        if self.end <= other.start or other.end <= self.start:
            return False
        sure = (
            (self.kind == "throughout" and other.kind == "throughout")
            or (self.kind == "throughout" and self.covers(other))
            or (other.kind == "throughout" and other.covers(self))
            or (self == other and (self.end - self.start).days == 1)
        )
        return True if sure else None

    def school_years(self) -> tuple[int, ...]:
        """School years that this touches, each by the year it ends, ascending."""
        return tuple(range(school_year_of(self.start), school_year_of(self.last) + 1))

    def years(self) -> tuple[int, ...]:
        """Calendar years that this touches, ascending."""
        return tuple(range(self.start.year, self.last.year + 1))

    def _earliest_last(self) -> date:
        return self.start if self.kind == "once" else self.last

    def _latest_start(self) -> date:
        return self.last if self.kind == "once" else self.start


def school_year_of(day: date) -> int:
    """The year in which the school year of `day` ends: 2024 for both 2023-09-01 and 2024-08-31."""
    return day.year + (1 if day.month >= SCHOOL_YEAR_STARTS else 0)
