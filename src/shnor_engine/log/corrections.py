"""What stands once the corrections are applied: the one place that turns correction rows into intervals.

An event is corrected only while it is effective, that is while no correction in force names it. Superseding X
by Y: Y stands and takes over the role of X (if X had itself replaced W, W stays replaced). Retracting a
correction undoes it: what it replaced or took back stands again; retracting a retraction restores. A retraction
cannot be superseded. So an event can stand during several intervals of positions.

A retraction that would bring a correction back into force is refused when what that correction named has been
corrected otherwise in the meantime: else two contents of one fact would stand at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shnor_engine.errors import CorrectionError
from shnor_engine.events.base import CorrectionKind

Intervals = tuple[tuple[int, int | None], ...]


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction row and the position of the row that it corrects."""

    position: int
    event_id: str
    kind: CorrectionKind
    corrects: str
    target: int


class Standing:
    """A fold over corrections in order of position; facts that no correction touched are not in it."""

    def __init__(self) -> None:
        self._made: dict[str, Correction] = {}
        self._positions: dict[str, int] = {}
        self._by: dict[str, str] = {}  # id of a row -> id of the correction in force on it
        self._spans: dict[int, list[tuple[int, int | None]]] = {}

    def __len__(self) -> int:
        return len(self._made)

    def apply(self, correction: Correction) -> None:
        """Take one more correction in; raises `CorrectionError` and changes nothing if it is not allowed."""
        self._refuse(correction)
        self._made[correction.event_id] = correction
        self._positions[correction.event_id] = correction.position
        self._positions.setdefault(correction.corrects, correction.target)
        self._engage(correction, correction.position)
        if correction.kind == "supersede":
            self._open(correction.event_id, correction.position)

    def current(self, event_id: str) -> str:
        """The id of the row that holds now what `event_id` once said: itself while it is effective."""
        while event_id in self._by:
            event_id = self._by[event_id]
        return event_id

    def intervals(self) -> dict[int, Intervals]:
        """The intervals of every fact in the fold, by its position; retractions are no facts."""
        return {at: tuple(found) for at, found in self._spans.items()}

    def hidden(self, position: int) -> set[int]:
        """Positions up to `position` of the facts that do not stand as known at `position`."""
        return {
            at
            for at, found in self._spans.items()
            if at <= position and not any(a <= position and (b is None or position < b) for a, b in found)
        }

    def _refuse(self, correction: Correction) -> None:
        corrects, target = correction.corrects, self._made.get(correction.corrects)
        if corrects in self._by:
            how = self._made[self._by[corrects]].kind
            done = "superseded" if how == "supersede" else "retracted"
            raise CorrectionError(corrects, f"it was {done}", self.current(corrects))
        if target is None or target.kind == "supersede":
            return
        if correction.kind == "supersede":
            raise CorrectionError(corrects, "a retraction cannot be superseded; retract it to undo it")
        self._refuse_revival(target)

    def _refuse_revival(self, retraction: Correction) -> None:
        """Undoing `retraction` brings what it took back into force, so what that names must be effective."""
        revived = self._made.get(retraction.corrects)
        while revived is not None:
            named = revived.corrects
            if named in self._by:
                why = f"{revived.event_id} would come back, but {named} was corrected otherwise since"
                raise CorrectionError(retraction.event_id, why, self.current(named))
            undone = self._made.get(named) if revived.kind == "retract" else None
            if undone is None or undone.kind == "supersede":
                return
            revived = self._made.get(undone.corrects)

    def _engage(self, correction: Correction, at: int) -> None:
        """Put a correction in force: what it names no longer stands, and if that was a correction, it is undone."""
        named = correction.corrects
        self._by[named] = correction.event_id
        self._close(named, at)
        undone = self._made.get(named)
        if correction.kind == "retract" and undone is not None:
            self._disengage(undone, at)

    def _disengage(self, correction: Correction, at: int) -> None:
        """Undo a correction: what it named is effective again, and if that was taken back, so is its own effect."""
        named = correction.corrects
        del self._by[named]
        revived = self._made.get(named)
        if revived is None or revived.kind == "supersede":
            self._open(named, at)
        if correction.kind == "retract" and revived is not None:
            self._engage(revived, at)

    def _open(self, event_id: str, at: int) -> None:
        self._spans.setdefault(self._positions[event_id], []).append((at, None))

    def _close(self, event_id: str, at: int) -> None:
        correction, position = self._made.get(event_id), self._positions[event_id]
        if correction is not None and correction.kind == "retract":
            return
        spans = self._spans.setdefault(position, [(position, None)])
        spans.append((spans.pop()[0], at))


def standing(corrections: Iterable[Correction]) -> Standing:
    """The fold of stored corrections in order of position; raises `CorrectionError` if they contradict."""
    fold = Standing()
    for correction in corrections:
        fold.apply(correction)
    return fold
