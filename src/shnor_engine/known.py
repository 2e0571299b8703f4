"""What is registered at the head of a log, followed from head to head, so that checking one event is cheap."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from copy import deepcopy
from threading import Lock
from typing import TYPE_CHECKING

from shnor_engine.events.base import Envelope, Event, Registry
from shnor_engine.events.checks import Known, check, check_names, registering

if TYPE_CHECKING:
    from shnor_engine.log.protocol import Batch, Log


class Registered:
    """Checks entries against the log and against each other; reads only what was written since the last check.

    Where a host rolled back what was seen, the log is read anew. A registration that another writer takes back
    between the check and the append is not seen: `events.checks.dangling` finds what then hangs in the air.
    """

    def __init__(self, log: Log, registry: Registry) -> None:
        self._log = log
        self._registry = registry
        self._types = sorted(registering(registry))
        self._lock = Lock()
        self._start()

    def check(self, entries: Sequence[Event | Envelope]) -> None:
        """Raises `InvalidEvent` naming each missing registration and each code that no list holds."""
        with self._lock:
            self._follow()
            check(entries, self._registry, self._known)

    def check_names(
        self,
        event_type: str,
        refers: Mapping[tuple[str, str], Collection[str]],
        registers: Mapping[str, Collection[str]],
    ) -> None:
        """The same for events that came by columns: what they refer to and register."""
        with self._lock:
            self._follow()
            check_names(event_type, refers, registers, self._registry, self._known)

    def known(self) -> Known:
        """What is registered at the head, as a copy of the caller's own."""
        with self._lock:
            self._follow()
            return deepcopy(self._known)

    def _start(self) -> None:
        self._known, self._chain = Known(), b""
        self._last: Batch | None = None

    def _follow(self) -> None:
        head = self._log.head()
        if head.chain == self._chain:
            return
        # The batch seen last, if it still is what it was, and all after it.
        first = (self._last.last if self._last else head.position) - 1
        found = self._log.batches(after=first, until=head.position)
        if self._last is not None and found[:1] != [self._last]:
            self._start()
        rows = self._log.read(types=self._types, after=self._known.position, until=head.position, effective=False)
        self._known.extend(rows, self._registry, upto=head.position)
        self._last, self._chain = found[-1] if found else None, head.chain
