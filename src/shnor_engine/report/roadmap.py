"""Roadmaps as people read them: each line with what became of it on a day, and the counts of each school year."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from shnor_engine.events.russian_dates import say_when
from shnor_engine.recommend.ground import Row, when_of

if TYPE_CHECKING:
    from shnor_engine.tables import Snapshot

STATES: Mapping[str, str] = {
    "held": "проведено в срок",
    "late": "проведено с опозданием",
    "held_unclear": "проведено, срок по датам не виден",
    "overdue": "просрочено",
    "planned": "запланировано",
    "cancelled": "отменено",
    "unplanned": "вне плана",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a roadmap, or an activity that follows none; `moved` how often it was put to another time."""

    id: str
    form: str
    name: str
    school_year: int | None
    when: str
    state: str
    moved: int
    held: tuple[str, ...]
    events: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """A plain object with the fields of this class."""
        plain = {name: getattr(self, name) for name in self.__slots__}
        return {**plain, "held": list(self.held), "events": list(self.events)}


@dataclass(frozen=True, slots=True)
class Roadmap:
    """Plan against fact of one moment, in the order of the school years and of time."""

    lines: tuple[Line, ...]
    on: date
    position: int

    def __iter__(self) -> Iterator[Line]:
        return iter(self.lines)

    def counts(self) -> dict[int | None, dict[str, int]]:
        """How many lines of each school year are in which state; `moved` counts beside."""
        found: dict[int | None, dict[str, int]] = {}
        for line in self.lines:
            year = found.setdefault(line.school_year, dict.fromkeys((*STATES, "moved"), 0))
            year[line.state] += 1
            year["moved"] += line.moved > 0
        return found

    def to_json(self) -> dict[str, Any]:
        """`{"on", "position", "counts", "lines": [...]}`; the key «–» holds what the dates do not place."""
        counts = {"–" if year is None else str(year): states for year, states in self.counts().items()}
        lines = [line.to_json() for line in self.lines]
        return {"on": self.on.isoformat(), "position": self.position, "counts": counts, "lines": lines}

    def text(self) -> str:
        """School year by school year, the counts and then each line."""
        if not self.lines:
            return "Ни планов, ни мероприятий в журнале нет."
        out = []
        for year, states in self.counts().items():
            said = ", ".join(f"{STATES[name]}: {n}" for name, n in states.items() if n and name in STATES)
            moved = f"; перенесено: {states['moved']}" if states["moved"] else ""
            out.append(f"{year_text(year)}: {said}{moved}")
            for line in self.lines:
                if line.school_year == year:
                    put_off = " (перенесено)" if line.moved else ""
                    out.append(f"  {line.when}  {line.name} – {STATES[line.state]}{put_off}")
        return "\n".join(out)


def year_text(year: int | None) -> str:
    """«2023/24 учебный год»."""
    return "Учебный год по датам не виден" if year is None else f"{year - 1}/{year % 100:02} учебный год"


def roadmap(snapshot: Snapshot, *, on: date, school_year: int | None = None) -> Roadmap:
    """Plan against fact as known at a moment; what is overdue is said of the day `on`."""
    from shnor_engine.projections import project

    terms = snapshot.registry.codes("activity.form")
    rows = [
        row
        for row in project(snapshot, "plan_fact").collect().to_dicts()
        if school_year is None or row["school_year"] == school_year
    ]
    rows.sort(key=_place)
    return Roadmap(tuple(_line(row, terms, on) for row in rows), on, snapshot.position)


UNPLACED = 9999  # what the dates put into no one school year comes last


def _place(row: Row) -> tuple[int, date, str]:
    return row["school_year"] or UNPLACED, row["when_start"], row["line_id"] or row["activity_id"]


def _line(row: Row, terms: Mapping[str, Any], on: date) -> Line:
    state = row["state"]
    if state == "open":
        state = "overdue" if row["due"] < on else "planned"
    when, term = when_of(row), terms.get(row["form"])
    return Line(
        id=row["line_id"] or row["activity_id"],
        form=row["form"],
        name=str(term.ru) if term is not None else row["form"],
        school_year=row["school_year"],
        when=say_when(when) if when is not None else "",
        state=state,
        moved=row["moves"],
        held=tuple(row["held"]),
        events=tuple(row["events"]),
    )
