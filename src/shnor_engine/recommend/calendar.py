"""Working days: which day is worked, and by which day something is due.

The days off of each year are data with their source (`data/calendar.toml`). A year that is not in it is not guessed
at: only Saturdays and Sundays are days off then, and `Due` says so.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from shnor_engine.errors import BadInput, FieldProblem

DATA = Path(__file__).parent / "data"
DUE_IN = 90  # days to carry out a recommendation [default of this library]
SATURDAY = 5
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Year:
    """The days of one year that differ from the week, and who says so."""

    source: str
    off: frozenset[date]
    worked: frozenset[date]


@dataclass(frozen=True, slots=True)
class Due:
    """A day by which something is due; the notes say where the calendar of its year is not known."""

    day: date
    note_ru: str = ""
    note_en: str = ""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working days of some years."""

    years: Mapping[int, Year]

    @classmethod
    def load(cls, path: Path | None = None) -> Calendar:
        """The calendar of a file; of the built-in one by default. Raises `BadInput` for a day that cannot be."""
        return _load(path or DATA / "calendar.toml")

    def works(self, day: date) -> bool:
        """Whether a day is worked; of a year that is not known, whether it is a weekday."""
        year = self.years.get(day.year)
        if year is None:
            return day.weekday() < SATURDAY
        return day in year.worked or (day.weekday() < SATURDAY and day not in year.off)

    def due(self, start: date, days: int = DUE_IN) -> Due:
        """The day so many days after `start`, moved on to the next working day where it is none."""
        day = start + timedelta(days=days)
        asked = {day.year}
        while not self.works(day):
            day += DAY
            asked.add(day.year)
        if unknown := sorted(asked - set(self.years)):
            named = ", ".join(map(str, unknown))
            return Due(
                day,
                f"производственный календарь на {named} год не внесён: учтены только суббота и воскресенье",
                f"the calendar of {named} is not known: only Saturdays and Sundays count as days off",
            )
        return Due(day)

    def working_days(self, first: date, last: date) -> int:
        """How many days are worked from one day to another, both inside."""
        return sum(self.works(first + n * DAY) for n in range((last - first).days + 1))


@cache
def _load(path: Path) -> Calendar:
    years = {}
    for name, said in tomllib.loads(path.read_text(encoding="utf-8")).items():
        year = int(name)
        off, worked = (frozenset(_days(year, said[part], path)) for part in ("off", "worked"))
        wrong = [day for day in off if day.weekday() >= SATURDAY] + [
            day for day in worked if day.weekday() < SATURDAY
        ]
        if wrong:
            problems = [FieldProblem(str(day), "differs from the week in no way", path.name) for day in wrong]
            raise BadInput(path.name, problems)
        years[year] = Year(said["source"], off, worked)
    return Calendar(years)


def _days(year: int, texts: Iterable[str], path: Path) -> Iterator[date]:
    for text in texts:
        first, _, last = text.partition("..")
        try:
            day, end = (date.fromisoformat(f"{year}-{part}") for part in (first, last or first))
        except ValueError as error:
            raise BadInput(path.name, [FieldProblem(f"{year}.{text}", f"no day: {error}", path.name)]) from None
        while day <= end:
            yield day
            day += DAY
