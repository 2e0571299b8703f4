"""The district's table of activities, read as printed: proposed events, and a problem a cell not understood."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from shnor_engine.errors import FieldProblem, UnreadableDate
from shnor_engine.events import ActivityHeld, BodyEstablished, Event
from shnor_engine.events.russian_dates import read_when
from shnor_krasnodar.vocabulary import AREA, BODIES, DIRECTIONS, FORMS

HEAD = ("Направление", "Форма", "Место проведения", "Дата проведения")
NUMBERED = re.compile(r"№\s*(\d+)")


def bodies() -> list[Event]:
    """The bodies of the district, to be registered before what they host."""
    return [
        BodyEstablished(body_id=body, kind=kind, municipality=AREA, name=name, aliases=aliases)
        for body, kind, name, aliases in BODIES
    ]


def read_roadmap(path: Path) -> tuple[list[Event], list[FieldProblem]]:
    """The activities of a table (semicolons, UTF-8, the head `HEAD`) and what could not be read of it.

    One event a form and date. Several hosts with several dates are not paired: the host is then ambiguous.
    """
    events: list[Event] = []
    problems: list[FieldProblem] = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    if not rows or tuple(cell.strip() for cell in rows[0]) != HEAD:
        return [], [FieldProblem("(file)", f"the first line must be {'; '.join(HEAD)}", f"{path.name}:1")]
    for number, row in enumerate(rows[1:], start=2):
        where = f"{path.name}:{number}"
        if len(row) != len(HEAD):
            problems.append(FieldProblem("(row)", f"{len(row)} cells, {len(HEAD)} are needed", where))
            continue
        cells = dict(zip(HEAD, (cell.strip() for cell in row), strict=True))
        wrong = list(_wrong(cells, where))
        problems += wrong
        if not wrong:
            events += _events(cells, path.stem, number)
    return events, problems


def _wrong(cells: dict[str, str], where: str) -> Iterator[FieldProblem]:
    if cells["Направление"] and cells["Направление"] not in DIRECTIONS:
        yield FieldProblem("Направление", f"«{cells['Направление']}» is no direction of the roadmap", where)
    if cells["Форма"] not in FORMS:
        yield FieldProblem("Форма", f"«{cells['Форма']}» is no form of the roadmap", where)
    if not _hosts(cells["Место проведения"]):
        yield FieldProblem("Место проведения", f"«{cells['Место проведения']}» names nobody of the district", where)
    try:
        read_when(cells["Дата проведения"])
    except UnreadableDate as error:
        yield FieldProblem("Дата проведения", str(error), where)


def _events(cells: dict[str, str], name: str, number: int) -> Iterator[Event]:
    hosts, moments = _hosts(cells["Место проведения"]), read_when(cells["Дата проведения"])
    form = FORMS[cells["Форма"]]
    for place, moment in enumerate(moments, start=1):
        yield ActivityHeld(
            activity_id=f"{AREA}/{name}/{number}.{place}",
            form=form,
            when=moment,
            area=AREA,
            direction=DIRECTIONS.get(cells["Направление"]),
            hosts=hosts,
            host_certainty="ambiguous" if len(hosts) > 1 and len(moments) > 1 else "certain",
            participants=hosts if form == "methodical_landing" else (),
        )


def _hosts(cell: str) -> tuple[str, ...]:
    """The ids that a cell names: schools by their numbers, the lyceum, bodies by any spelling."""
    found = [f"{AREA}/{number}" for number in NUMBERED.findall(cell)]
    found += [body for body, _, name, aliases in BODIES if any(one in cell for one in (name, *aliases))]
    return tuple(dict.fromkeys(found))
