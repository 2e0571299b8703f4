"""The log as a plain list: what every back end must agree with, written to be read rather than to be fast.

It keeps no hash and no index, recomputes what stands from the definition on every question, and knows neither
disks nor other processes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from shnor_engine.errors import ConditionFailed, CorrectionError, EventIdReused, PartialRepeat, RequestIdReused
from shnor_engine.events.base import Envelope, Event
from shnor_engine.log.protocol import Appended, Expect


@dataclass(frozen=True)
class ModelRow:
    """One row: what it says and what it corrects."""

    event_id: str
    type: str
    subject: str
    body: str
    corrects: str | None = None
    correction: str | None = None
    reason: str | None = None


@dataclass
class ModelLog:
    """Rows by position (the first is at index 0), the ends of the batches, what each request id wrote and got."""

    rows: list[ModelRow] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    requests: dict[str, tuple[dict[str, ModelRow], Appended]] = field(default_factory=dict)

    def append(
        self,
        entries: Sequence[Envelope],
        *,
        expected: Expect | None = None,
        request_id: str | None = None,
    ) -> Appended:
        """What `Log.append` does, with every entry carrying its id; raises the same errors."""
        rows, order = self._distinct(entries)
        if request_id in self.requests:
            return self._again(request_id, rows, order)
        places = self._stored(rows)
        new = [row for row in rows if row.event_id not in places]
        if new and places and expected is not None:
            raise PartialRepeat(len(places), len(new))
        if new and expected is not None:
            self._hold(expected)
        trial = [*self.rows, *new]
        for at in range(len(self.rows), len(trial)):
            self._refuse(trial, at)
        repeated = len(order) - len(new)
        places |= {row.event_id: at for at, row in enumerate(new, start=len(self.rows) + 1)}
        self.rows = trial
        if new:
            self.ends.append(len(trial))
        answer = Appended(
            positions=tuple(places[name] for name in order),
            repeated=repeated,
            batch=len(self.ends) if new else None,
        )
        if request_id is not None and new:
            self.requests[request_id] = ({row.event_id: row for row in new}, answer)
        return answer

    def _again(self, request_id: str, rows: Sequence[ModelRow], order: Sequence[str]) -> Appended:
        """The earlier answer to a call that says all that the earlier one wrote, and else only what stood before it.

        An event that stands twice in a call counts once, in whatever order they come.
        """
        written, answer = self.requests[request_id]
        batch = answer.batch or 1
        before = self.ends[batch - 2] if batch > 1 else 0
        there = {row.event_id: row for row in self.rows[:before]} | written
        asked = {row.event_id: row for row in rows}
        if not written.keys() <= asked.keys() or any(there.get(name) != row for name, row in asked.items()):
            raise RequestIdReused(request_id, batch)
        places = self._stored(rows)
        repeated = sum(at <= before for at in places.values()) + len(order) - len(rows)
        return Appended(positions=tuple(places[name] for name in order), repeated=repeated, batch=batch)

    def known(self, position: int) -> int:
        """The end of the last batch that is not after `position`."""
        return max((end for end in self.ends if end <= position), default=0)

    def effective(
        self, *, as_known: int, types: Collection[str] | None = None, subjects: Collection[str] | None = None
    ) -> list[int]:
        """Positions of the facts that stand as known at a position."""
        rows = self.rows[: self.known(as_known)]
        return [
            at
            for at, row in enumerate(rows, start=1)
            if row.correction != "retract"
            and stands(rows, row.event_id)
            and (types is None or row.type in types)
            and (subjects is None or row.subject in subjects)
        ]

    def last_of(self, subject: str) -> int:
        """The last position of a subject, 0 when it has none."""
        return max((at for at, row in enumerate(self.rows, start=1) if row.subject == subject), default=0)

    def _distinct(self, entries: Sequence[Envelope]) -> tuple[list[ModelRow], list[str]]:
        rows: dict[str, ModelRow] = {}
        for entry in entries:
            row = self._row(entry, rows)
            if rows.setdefault(row.event_id, row) != row:
                raise EventIdReused(row.event_id, 0)
        return list(rows.values()), [str(entry.event_id) for entry in entries]

    def _row(self, entry: Envelope, before: dict[str, ModelRow]) -> ModelRow:
        event_id, corrects = str(entry.event_id), entry.corrects
        if corrects is None and entry.event is not None:
            return ModelRow(event_id, entry.event.type, entry.event.subject, entry.event.body())
        target = next((row for row in (*self.rows, *before.values()) if row.event_id == corrects), None)
        if target is None:
            raise CorrectionError(str(corrects), "not stored")
        said: Event | None = entry.event
        if said is not None and (said.type, said.subject) != (target.type, target.subject):
            raise CorrectionError(str(corrects), "another type or subject")
        body = "{}" if said is None else said.body()
        return ModelRow(event_id, target.type, target.subject, body, corrects, entry.correction, entry.reason)

    def _stored(self, rows: Sequence[ModelRow]) -> dict[str, int]:
        there = {row.event_id: (at, row) for at, row in enumerate(self.rows, start=1)}
        places = {}
        for row in rows:
            if row.event_id in there:
                at, stored = there[row.event_id]
                if stored != row:
                    raise EventIdReused(row.event_id, at)
                places[row.event_id] = at
        return places

    def _hold(self, expected: Expect) -> None:
        if expected.kind == "head":
            stands_at, held = len(self.rows), len(self.rows) == expected.position
        elif expected.kind == "subject":
            stands_at = self.last_of((expected.subjects or ("",))[0])
            held = stands_at == expected.position
        else:
            found = [
                at
                for at, row in enumerate(self.rows, start=1)
                if at > expected.position
                and (expected.types is None or row.type in expected.types)
                and (expected.subjects is None or row.subject in expected.subjects)
            ]
            stands_at, held = max(found, default=0), not found
        if not held:
            raise ConditionFailed(str(expected), stands_at)

    def _refuse(self, rows: list[ModelRow], at: int) -> None:
        """A correction names what is effective; and never do two corrections in force name the same row."""
        row, before = rows[at], rows[:at]
        if row.corrects is None:
            return
        target = next(one for one in before if one.event_id == row.corrects)
        if not stands(before, row.corrects):
            raise CorrectionError(row.corrects, "not effective")
        if row.correction == "supersede" and target.correction == "retract":
            raise CorrectionError(row.corrects, "a retraction cannot be superseded")
        named = [one.corrects for one in rows[: at + 1] if one.corrects and in_force(rows[: at + 1], one.event_id)]
        if len(named) != len(set(named)):
            raise CorrectionError(row.corrects, "corrected otherwise since")


def in_force(rows: Sequence[ModelRow], event_id: str) -> bool:
    """Whether no retraction in force names this row."""
    return not any(
        row.corrects == event_id and row.correction == "retract" and in_force(rows, row.event_id) for row in rows
    )


def stands(rows: Sequence[ModelRow], event_id: str) -> bool:
    """Whether no correction in force names this row."""
    return not any(row.corrects == event_id and in_force(rows, row.event_id) for row in rows)
