"""A spreadsheet and a mapping → a `Proposal`. What is needed of the log is handed in as values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from shnor_engine.errors import BadInput, FieldProblem
from shnor_engine.events.base import Registry
from shnor_engine.events.checks import Known as Ids
from shnor_engine.events.names import Names
from shnor_engine.intake.comparing import Draft, Standing, Teller, compare, drafts
from shnor_engine.intake.converters import Known
from shnor_engine.intake.files import read_grid
from shnor_engine.intake.grid import Grid, Limits
from shnor_engine.intake.mapping import Table
from shnor_engine.intake.problems import Unread
from shnor_engine.intake.proposal import Proposal
from shnor_engine.intake.telling import tell


def _nothing(_type: str, _subjects: Any) -> Sequence[Any]:
    return ()


@dataclass(frozen=True)
class World:
    """What intake knows of the log: spellings, registered ids, and the effective events of a type about subjects.

    `position` is that of the log it speaks of, 0 for none.
    """

    registry: Registry
    names: Names = field(default_factory=Names)
    ids: Ids = field(default_factory=Ids)
    standing: Standing = _nothing
    position: int = 0


def propose(
    path: Path,
    table: Table,
    world: World,
    *,
    values: Any = None,
    day: date | None = None,
    limits: Limits | None = None,
) -> Proposal:
    """What a file proposes under a mapping; `values` are the mapping's parameters, `day` that of the document.

    Raises `BadInput` for a file that is no table and for parameters that are missing or do not fit.
    """
    bound = table.bound(values or {})
    return _proposed(read_grid(path, limits=limits), bound, world, day)


def _proposed(grid: Grid, table: Table, world: World, day: date | None) -> Proposal:
    try:
        known = _known(table, world, day)
        reading = tell(grid, table, known)
    except Unread as error:
        raise BadInput(table.name, [FieldProblem("constants", f"{error.ru} ({error.en})", table.name)]) from None
    found: list[Draft] = drafts(reading, table, world.registry, world.ids)
    standing = world.standing(table.cls.type, {draft.event.subject for draft in found}) if found else ()
    told_by = Teller(grid, day, f"исправлено по файлу {grid.name}")
    outcome = compare(found, table.cls, standing, reading, world.registry, told_by)
    return Proposal(
        file=grid.name,
        digest=grid.digest,
        mapping=table.name,
        position=world.position,
        events=tuple(outcome.events),
        corrections=tuple(outcome.corrections),
        unchanged=tuple(outcome.unchanged),
        problems=tuple(reading.problems()),
        skipped=tuple(reading.skipped()),
        notes=tuple(reading.notes),
    )


def _known(table: Table, world: World, day: date | None) -> Known:
    said = table.context
    area = said.get("area", table.constants.get("area"))
    return Known(
        names=world.names,
        registry=world.registry,
        on=said.get("on", day),
        area=area if isinstance(area, str) else None,
        year=_year(said.get("year")),
        school_year=_year(said.get("school_year")),
    )


def _year(value: Any) -> int | None:
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, str) and value.strip().isdecimal():
        return int(value)
    raise Unread(f"«{value}»: нужен год", f"«{value}»: a year is needed")
