"""A clock that is told the time, ids from a seed, and an event of no field."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from shnor_engine.events.base import Event, Registry


class Noted(Event, type="test.noted", subject="about", key=("about", "name")):
    """Something was noted about a subject."""

    about: str
    name: str = "n"
    value: int | None = None
    text: str = ""


class Counted(Event, type="test.counted", subject="about", key=("about",)):
    """Something was counted for a subject."""

    about: str
    number: int = 0


def sample_registry() -> Registry:
    """A registry with the events of this module."""
    return Registry((Noted, Counted))


class FixedClock:
    """A clock that stands until it is set or moved; a step moves it by itself after each reading."""

    def __init__(
        self, now: datetime = datetime(2024, 6, 1, 12, tzinfo=UTC), *, step: timedelta = timedelta()
    ) -> None:
        self.now = now
        self.step = step

    def __call__(self) -> datetime:
        """The present moment, then a step on."""
        now = self.now
        self.now += self.step
        return now

    def move(self, **by: float) -> None:
        """Move on (or back) by days, hours, seconds, …"""
        self.now += timedelta(**by)


class SeededIds:
    """UUIDv7 texts whose random part comes from a seed: equal in every run."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)
        self._made = 0

    def __call__(self, now: datetime, count: int) -> list[str]:
        """`count` ids, ascending while `now` does not go back."""
        return [self._one(now) for _ in range(count)]

    def _one(self, now: datetime) -> str:
        self._made += 1
        time = f"{int(now.timestamp() * 1000) + (self._made >> 12):012x}"
        tail = f"{self._random.getrandbits(60):015x}"
        return f"{time[:8]}-{time[8:]}-7{self._made & 0xFFF:03x}-8{tail[:3]}-{tail[3:]}"
