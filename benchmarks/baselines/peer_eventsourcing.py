"""The peer: `eventsourcing` on SQLite, one aggregate a school, the same facts."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event


class School(Aggregate):
    """Keeps participants and those below the minimum by year and procedure."""

    @event("Registered")
    def __init__(self, school_id: str) -> None:
        self.school_id = school_id
        self.results: dict[tuple[Any, ...], tuple[int, int]] = {}

    @staticmethod
    def create_id(school_id: str) -> UUID:
        return uuid5(NAMESPACE_URL, school_id)

    @event("Recorded")
    def record(self, year: int, procedure_kind: str, discipline: str, participants: int, below_min: int) -> None:
        self.results[year, procedure_kind, discipline] = (participants, below_min)


def application(path: Path) -> Application:
    """An application on a fresh SQLite file."""
    return Application(env={"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(path)})


def append(app: Application, facts: Iterable[tuple[str, list[dict[str, Any]]]], *, size: int) -> None:
    """Record each school's facts, `size` events a save."""
    for school, rows in ((School(name), rows) for name, rows in facts):
        for number, row in enumerate(rows, start=1):
            school.record(**row)
            if number % size == 0 or number == len(rows):
                app.save(school)
