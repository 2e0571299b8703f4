"""What a rule of recommendation may look at: projections of one moment, and questions that several rules ask."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from shnor_engine.assessment import order
from shnor_engine.events.base import stable_id
from shnor_engine.events.when import When
from shnor_engine.recommend.advice import Kind, Recommendation

if TYPE_CHECKING:
    from shnor_engine.plugin.parts import Measure
    from shnor_engine.reasoning.explanation import Explanation
    from shnor_engine.recommend.playbook import Playbook
    from shnor_engine.tables import Snapshot

Row = Mapping[str, Any]
LASTING = 2000  # the year in the ids of recommendations whose ground belongs to no year


@dataclass(frozen=True)
class Ground:
    """The facts of one moment, for the list of `year`, on the day `on`; facts that begin later are not seen."""

    snapshot: Snapshot
    year: int
    on: date
    given: Playbook | None = None

    @cached_property
    def playbook(self) -> Playbook:
        """The playbook given, else the built-in one."""
        from shnor_engine.recommend.playbook import Playbook

        return self.given or Playbook.load()

    def rows(self, projection: str) -> list[Row]:
        """The rows of a projection in the order of their keys, without what begins after the day."""
        from shnor_engine.projections import project

        rows = project(self.snapshot, projection).collect().to_dicts()
        return [row for row in rows if row.get("when_start") is None or row["when_start"] <= self.on]

    @cached_property
    def names(self) -> dict[str, str]:
        """The names of schools and bodies by their ids."""
        return names_at(self.snapshot)

    @cached_property
    def membership(self) -> dict[str, dict[int, Row]]:
        """The rows of each school by year, up to the year asked for; the schools in the order of their ids."""
        found: dict[str, dict[int, Row]] = {}
        for row in sorted(self.rows("membership"), key=lambda row: (row["school_id"], row["year"])):
            if row["year"] <= self.year:
                found.setdefault(row["school_id"], {})[row["year"]] = row
        return found

    @cached_property
    def listed(self) -> tuple[str, ...]:
        """The schools that are known to be on the list of the year."""
        return tuple(one for one in self.membership if self.on_list(one, self.year))

    @cached_property
    def activities(self) -> list[Row]:
        """What took place, in time and then by id."""
        return sorted(self.rows("activities"), key=lambda row: (row["when_start"], row["activity_id"]))

    def on_list(self, school: str, year: int) -> bool | None:
        """Whether a school is on the list of a year; None where nobody knows."""
        row = self.membership.get(school, {}).get(year)
        return None if row is None else row["listed"]

    def listed_since(self, school: str) -> int:
        """The first year of the unbroken run of lists that ends in the year asked for."""
        year = self.year
        while self.on_list(school, year - 1):
            year -= 1
        return year

    def list_events(self, school: str, years: Collection[int]) -> tuple[str, ...]:
        """The events by which a school is known to be on the lists of these years or not."""
        rows = self.membership.get(school, {})
        return tuple(event for year in sorted(years) if year in rows for event in rows[year]["events"])

    def list_in_force(self, when: When) -> int | None:
        """The year of the list in force at a moment: the year before; None for a moment that touches two years.

        A list of a calendar year is drawn up from the results of that year and counts until the next one. A default
        of this library, supported by the landing of March 2024, which went to the five schools of the 2023 list.
        """
        years = {day.year - 1 for day in (when.start, when.last)}
        return years.pop() if len(years) == 1 else None

    def in_area(self, area: str) -> tuple[str, ...]:
        """The schools of a municipality or region: those registered there, and those that a list of it names."""
        return tuple(one for one in self.membership if area in self._areas.get(one, ()))

    def whole_list(self, area: str, year: int) -> bool:
        """Whether a complete list of an area and year is known and nobody says otherwise of any of its schools."""
        complete = any((row["area"], row["year"], row["complete"]) == (area, year, "yes") for row in self.lists)
        rows = (self.membership[school].get(year) for school in self.in_area(area))
        return complete and not any(row["conflict"] for row in rows if row is not None)

    @cached_property
    def lists(self) -> list[Row]:
        """Every published list."""
        return self.rows("lists")

    @cached_property
    def _areas(self) -> dict[str, set[str]]:
        found = {row["school_id"]: {row["municipality"], row["region"]} for row in self.rows("schools")}
        for row in self.lists:
            for school in row["members"]:
                found.setdefault(school, set()).add(row["area"])
        return found

    @cached_property
    def visits(self) -> dict[str, list[Row]]:
        """The visits that a source names, by school."""
        found: dict[str, list[Row]] = {}
        for row in self.rows("visits"):
            found.setdefault(row["school_id"], []).append(row)
        return found

    def name(self, one: str) -> str:
        """How a school, body or area is called; its id where nobody says."""
        return self.names.get(one, one)

    def term(self, code: str, codes: str = "activity.form") -> str:
        """The Russian term of a code; the code itself where its list does not hold it."""
        found = self.snapshot.registry.codes(codes).get(code)
        return code if found is None else str(found.ru)

    def rank(self, code: str, codes: str) -> tuple[int, str]:
        """Where a list of codes names a code, to sort by; strangers come last."""
        known = list(self.snapshot.registry.codes(codes))
        return (known.index(code) if code in known else len(known), code)

    def said(self, some: Collection[str]) -> str:
        """The names of some schools in one line, in a steady order."""
        return ", ".join(self.name(one) for one in sorted(some, key=order))

    def recommendation(
        self,
        rule: str,
        kind: Kind,
        subject: str | None,
        *,
        key: object,
        text: tuple[str, str],
        ground: tuple[str, str],
        events: Collection[str] = (),
        measure: Measure | None = None,
        topic: str | None = None,
        finding_id: str | None = None,
        factor: str | None = None,
        lasting: bool = False,
        why: Callable[[Recommendation], Explanation] | None = None,
    ) -> Recommendation:
        """A recommendation under an id that is the same for the same rule, subject, year and `key` of its ground.

        A `lasting` ground (a finding, a factor) stays what it is from year to year: its id has no year. `why`
        explains it; by default its ground is the one reason.
        """
        from shnor_engine.recommend.explaining import by_function

        year = LASTING if lasting else self.year
        return Recommendation(
            id=stable_id(date(year, 1, 1), 0, "recommendation", rule, subject or "", year, key),
            rule=rule,
            kind=kind,
            subject=subject,
            name="" if subject is None else self.name(subject),
            text_ru=text[0],
            text_en=text[1],
            ground_ru=ground[0],
            ground_en=ground[1],
            events=tuple(sorted(set(events))),
            basis=str(key),
            measure=measure,
            topic=topic,
            finding_id=finding_id,
            factor=factor,
            why=why or partial(by_function, self),
        )


def names_at(snapshot: Snapshot) -> dict[str, str]:
    """The names of schools, bodies and areas at a moment, by their ids."""
    from shnor_engine.events import AreaNamed, BodyEstablished
    from shnor_engine.projections import project

    bodies = snapshot[BodyEstablished].select("body_id", "name").collect().iter_rows()
    schools = project(snapshot, "schools").select("school_id", "name").collect().iter_rows()
    areas = snapshot[AreaNamed].sort("position").select("area", "name").collect().iter_rows()
    return {**dict(areas), **dict(bodies), **dict(schools)}


def when_of(row: Row, field: str = "when") -> When | None:
    """The moment in a row of a table or projection."""
    if row[f"{field}_start"] is None:
        return None
    parts = {part: row[f"{field}_{part}"] for part in ("start", "end", "precision", "kind")}
    return When.model_construct(**parts)
