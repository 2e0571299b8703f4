"""What the invented region brings: something for every hook of the plugin interface."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError

from shnor_engine.errors import FieldProblem
from shnor_engine.events import Event, Term
from shnor_engine.packs import Pack
from shnor_engine.plugin.parts import Importer, Measure, ReportPart
from shnor_engine.plugin.v1 import hookimpl
from shnor_engine.projections import Projection
from shnor_fictional.events import CODES, CountingEnded, ReadingCounted
from shnor_fictional.methodology import care, lamps
from shnor_fictional.projection import CLOSED, READING

api_version = 1


@hookimpl
def event_types() -> list[type[Event]]:
    """The reading count and its end."""
    return [ReadingCounted, CountingEnded]


@hookimpl
def code_lists() -> Mapping[str, Mapping[str, Term]]:
    """A form of activity, and a list of its own."""
    return CODES


@hookimpl
def packs() -> list[Pack]:
    """Reading care in two versions and in the hills, and the draft about lamps."""
    return [*care(), lamps()]


@hookimpl
def projections() -> list[Projection]:
    """Counts by school and year, and which years are complete."""
    return [READING, CLOSED]


@hookimpl
def importers() -> list[Importer]:
    """Counts from a table: `school;year;pupils;readers;hours;place`, empty cells unknown."""
    return [Importer(name="lakes-reading", title="подсчёты чтения", endings=(".csv",), read=read_counts)]


@hookimpl
def measures() -> list[Measure]:
    """One measure of the region's programme."""
    return [
        Measure(
            code="lakes-reading-evening",
            ru="провести вечер чтения",
            en="hold a reading evening",
            form="lakes_reading_evening",
            responsible="head",
            evidence_ru="запись о мероприятии",
            evidence_en="the activity on record",
            source="Порядок чтения в Приозёрье (вымышленный), п. 6",
        )
    ]


@hookimpl
def report_parts() -> list[ReportPart]:
    """Readers by year."""
    return [ReportPart(name="lakes-readers", heading="Чтение по годам", write=_by_year)]


@hookimpl
def commands() -> list[click.Command]:
    """`shnor lakes-readers LOG`."""
    return [readers]


def read_counts(path: Path) -> tuple[list[Event], list[FieldProblem]]:
    """The counts of a table and what could not be read of it."""
    events: list[Event] = []
    problems: list[FieldProblem] = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(csv.DictReader(file, delimiter=";"), start=2):
            told = {("school_id" if key == "school" else str(key)): value for key, value in row.items() if value}
            try:
                events.append(ReadingCounted.model_validate_strings(told))
            except ValidationError as error:
                field = ".".join(map(str, error.errors()[0]["loc"])) or "(row)"
                problems.append(FieldProblem(field, error.errors()[0]["msg"], f"{path.name}:{number}"))
    return events, problems


def by_year(engine: Any, as_known: Any = None) -> list[dict[str, Any]]:
    """Pupils and readers of each year, among the schools of which both are known."""
    rows = engine.project("lakes_reading", as_known=as_known).collect().to_dicts()
    known = [row for row in rows if row["readers"] is not None and row["pupils"] is not None]
    years = sorted({row["year"] for row in known})
    return [
        {
            "year": year,
            **{name: sum(row[name] for row in known if row["year"] == year) for name in ("pupils", "readers")},
        }
        for year in years
    ]


def _by_year(engine: Any, moment: Any) -> str:
    """A line a year; nothing, and so no part, where nobody counted."""
    rows = by_year(engine, moment.position)
    return "".join(f"- {row['year']}: читающих {row['readers']} из {row['pupils']}\n" for row in rows)


@click.command("lakes-readers")
@click.argument("log", type=click.Path(exists=True, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="UTF-8 JSON on stdout.")
def readers(log: Path, as_json: bool) -> None:
    """Print how many pupils read, year by year."""
    from shnor_engine import Engine
    from shnor_fictional import plugin

    with Engine.open(log, plugins=[plugin], readonly=True, create=False) as engine:
        rows = by_year(engine)
    if as_json:
        click.echo(json.dumps({"years": rows}, ensure_ascii=False))
    for row in () if as_json else rows:
        click.echo(f"{row['year']}: {row['readers']} из {row['pupils']}")
