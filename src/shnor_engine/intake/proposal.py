"""What a file proposes: new events, corrections of what the log holds, and everything that a person must look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from json import loads
from typing import Any

from shnor_engine.events.base import Envelope
from shnor_engine.intake.problems import Note, Problem, Skipped


@dataclass(frozen=True, slots=True)
class Change:
    """One field of a standing event: what the log holds and what the file says."""

    field: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Correction:
    """A standing event that the file tells otherwise; `entries` correct it once they are accepted."""

    event_id: str
    position: int
    type: str
    subject: str
    cell: str
    changes: tuple[Change, ...]
    entries: tuple[Envelope, ...]


@dataclass(frozen=True)
class Proposal:
    """The outcome of reading a file; nothing is appended before `Engine.accept`.

    `events` are new, under ids that are the same for the same file. `unchanged` are the ids of standing events that
    say the same already. `position` is that of the log to which all this was compared.
    """

    file: str
    digest: str
    mapping: str
    position: int
    events: tuple[Envelope, ...]
    corrections: tuple[Correction, ...]
    unchanged: tuple[str, ...]
    problems: tuple[Problem, ...]
    skipped: tuple[Skipped, ...]
    notes: tuple[Note, ...]

    @property
    def ok(self) -> bool:
        """Whether everything in the file was understood."""
        return not self.problems

    @property
    def entries(self) -> tuple[Envelope, ...]:
        """Everything to append: the new events, then the corrections."""
        return (*self.events, *(entry for item in self.corrections for entry in item.entries))

    def summary(self) -> str:
        """One line in Russian."""
        return (
            f"{self.file}: новых событий {len(self.events)}, поправок {len(self.corrections)}, "
            f"без изменений {len(self.unchanged)}, непонятных мест {len(self.problems)}"
        )

    def to_json(self) -> dict[str, Any]:
        """The whole proposal as plain values."""
        return {
            "file": self.file,
            "digest": self.digest,
            "mapping": self.mapping,
            "position": self.position,
            "ok": self.ok,
            "events": [_entry(entry) for entry in self.events],
            "corrections": [_correction(item) for item in self.corrections],
            "unchanged": len(self.unchanged),
            "problems": [item.to_json() for item in self.problems],
            "skipped": [item.to_json() for item in self.skipped],
            "notes": [item.to_json() for item in self.notes],
        }


def _entry(entry: Envelope) -> Mapping[str, Any]:
    event, source = entry.event, entry.source
    return {
        "event_id": entry.event_id,
        "type": None if event is None else event.type,
        "cell": None if source is None else source.cell,
        "body": None if event is None else loads(event.body()),
    }


def _correction(item: Correction) -> Mapping[str, Any]:
    return {
        "event_id": item.event_id,
        "position": item.position,
        "type": item.type,
        "subject": item.subject,
        "cell": item.cell,
        "changes": [{"field": c.field, "old": plain_value(c.old), "new": plain_value(c.new)} for c in item.changes],
    }


def plain_value(value: Any) -> Any:
    """A field's value as JSON has it."""
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if isinstance(value, dict):
        return {name: plain_value(item) for name, item in value.items()}
    if isinstance(value, tuple):
        return [plain_value(item) for item in value]
    return value.isoformat() if hasattr(value, "isoformat") else value
