"""Logs built for a test: schools, lists and activities of a small district."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import polars as pl

from shnor_engine.events import ListPublished, SchoolRegistered, catalogue
from shnor_engine.events.base import Event, Registry
from shnor_engine.log import Log, SqliteLog
from shnor_engine.projections import project
from shnor_engine.tables import Snapshot, Tables

CATALOGUE = catalogue()
Row = Mapping[str, Any]


@contextmanager
def district(*events: Event) -> Iterator[District]:
    """A log with these events in it."""
    with SqliteLog.open(":memory:", registry=CATALOGUE) as log:
        built = District(log, CATALOGUE)
        built.tell(*events)
        yield built


class District:
    """A log and its tables, asked by projection."""

    def __init__(self, log: Log, registry: Registry) -> None:
        self.log = log
        self.tables = Tables(log, registry)

    def tell(self, *events: Event) -> None:
        if events:
            self.log.append(events, actor="tester")

    def take_back(self, event_type: type[Event], **fields: object) -> None:
        """Retract the fact of a type that has these values."""
        found = self.tables.at()[event_type].filter(**fields).collect()
        self.log.retract(found.item(0, "event_id"), reason="knock-out", actor="tester")

    def ask(self, name: str, *, snapshot: Snapshot | None = None) -> pl.DataFrame:
        return project(snapshot or self.tables.at(), name).collect()

    def rows(self, name: str, **fields: object) -> list[Row]:
        frame = self.ask(name)
        return (frame.filter(**fields) if fields else frame).to_dicts()

    def row(self, name: str, **fields: object) -> Row:
        (only,) = self.rows(name, **fields)
        return only


def school(one: str, *, area: str = "m", region: str = "r", **said: Any) -> SchoolRegistered:
    given = {"kind": "secondary", "name": f"МБОУ СОШ № {one}"} | said
    return SchoolRegistered(school_id=f"{area}/{one}", municipality=area, region=region, **given)


def schools(names: Iterable[str], **said: Any) -> list[SchoolRegistered]:
    return [school(one, **said) for one in names]


def listed(
    year: int,
    *members: str,
    area: str = "m",
    complete: str = "yes",
    issuer: str = "municipal",
    of: str | None = None,
) -> ListPublished:
    ids = tuple(f"{of or area}/{one}" for one in members)
    return ListPublished.model_validate(
        {
            "list_id": f"{area}/{issuer}/{year}",
            "area": area,
            "year": year,
            "issuer": issuer,
            "complete": complete,
            "members": ids,
        }
    )
