"""What the tests ask of the log, each answer with the events that it says it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shnor_engine import Engine
from shnor_engine.events import Event
from shnor_engine.events.names import Names

Row = dict[str, Any]


def ids(*numbers: int | str) -> list[str]:
    """School ids in the order of ids: `ids(7, 8, "afipskiy")`."""
    return sorted(f"severskiy/{number}" for number in numbers)


def rows(engine: Engine, projection: str, **wanted: object) -> list[Row]:
    """Rows of a projection with these values."""
    found = engine.project(projection).collect().to_dicts()
    return [row for row in found if all(row[column] == value for column, value in wanted.items())]


def one(engine: Engine, projection: str, **wanted: object) -> Row:
    """The only row with these values."""
    (row,) = rows(engine, projection, **wanted)
    return row


def table(engine: Engine, event_type: type[Event]) -> list[Row]:
    """What stands of one event type, oldest first."""
    return engine.tables.at()[event_type].sort("position").collect().to_dicts()


def meaning(engine: Engine, spelling: str) -> str:
    """The id that a spelling means."""
    return Names.from_events(row.event(engine.registry) for row in engine.log.read()).resolve(spelling)


@dataclass(frozen=True)
class Answer:
    """A value that can be compared, and the ids of the events behind it."""

    value: object
    events: frozenset[str]

    @classmethod
    def of(cls, found: list[Row], *columns: str) -> Answer:
        """The rows without their events (only `columns`, where given), in a steady order."""
        shown = [
            tuple(
                (name, _plain(value)) for name, value in row.items() if name != "events" and name in (columns or row)
            )
            for row in found
        ]
        return cls(tuple(sorted(shown, key=repr)), frozenset(event for row in found for event in row["events"]))


def _plain(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value
