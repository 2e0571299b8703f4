"""What really happened to a district's list, as the simulation needs it: known lists and unknown years."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from shnor_engine.report.list_history import ListHistory

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class History:
    """Complete lists by year, the schools of the district, and years in between of which no list is known.

    A list that is not complete tells nothing of its size, so its year is unknown here. `names` are for people.
    """

    schools: tuple[str, ...]
    lists: Mapping[int, frozenset[str]]
    unknown: tuple[int, ...]
    names: Mapping[str, str]

    @classmethod
    def of(cls, told: ListHistory, schools: tuple[str, ...]) -> History:
        """The history that the projections of a log tell."""
        known = {y.year: frozenset(y.members) for y in told.lists if y.members is not None and y.complete == "yes"}
        inside = range(min(known), max(known) + 1) if known else range(0)
        unknown = tuple(year for year in inside if year not in known)
        return cls(schools, known, unknown, told.names)

    @property
    def years(self) -> tuple[int, ...]:
        """The years of the known lists, ascending."""
        return tuple(sorted(self.lists))

    @property
    def listed(self) -> tuple[str, ...]:
        """Who is on the last known list, in the order of `schools`."""
        last = self.lists[self.years[-1]] if self.lists else frozenset()
        return tuple(school for school in self.schools if school in last)

    @property
    def sizes(self) -> tuple[int, ...]:
        """The sizes of the known lists."""
        return tuple(len(self.lists[year]) for year in self.years)

    def until(self, year: int) -> History:
        """What was known after the list of a year."""
        lists = {each: members for each, members in self.lists.items() if each <= year}
        return History(self.schools, lists, tuple(each for each in self.unknown if each < max(lists)), self.names)

    def padded(self, count: int) -> History:
        """The same with nameless schools up to `count`: those of the district that the log does not name."""
        more = tuple(f"unnamed/{n}" for n in range(len(self.schools) + 1, count + 1))
        names = {school: f"прочая школа {school.split('/')[1]}" for school in more}
        return History((*self.schools, *more), self.lists, self.unknown, {**self.names, **names})

    def table(self) -> Bools:
        """Who was on which known list, by (school, year)."""
        rows = [[school in self.lists[year] for year in self.years] for school in self.schools]
        return np.array(rows, dtype=bool).reshape(len(self.schools), len(self.years))

    def statistics(self) -> Floats:
        """What calibration compares, of the real lists."""
        found: Floats = statistics(self.table()[None])[0]
        return found

    def labels(self) -> tuple[str, ...]:
        """What each of the statistics is."""
        pairs = list(zip(self.years, self.years[1:], strict=False))
        return (
            *(f"размер перечня {year}" for year in self.years),
            *(f"остались {one}→{two}" for one, two in pairs),
            *(f"вошли {one}→{two}" for one, two in pairs),
            "разных школ всего",
        )


def statistics(listed: Bools) -> Floats:
    """By path: sizes of the lists, stays and entries between neighbouring ones, distinct schools.

    `listed` by (path, school, known year): an unknown year is left out before, so that it is latent in both.
    """
    sizes = np.count_nonzero(listed, axis=1)
    stays = np.count_nonzero(listed[:, :, 1:] & listed[:, :, :-1], axis=1)
    distinct = np.count_nonzero(listed.any(axis=2), axis=1)
    return np.column_stack([sizes, stays, sizes[:, 1:] - stays, distinct]).astype(np.float64)
