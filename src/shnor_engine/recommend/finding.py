"""What a check of the programme found: a stable code, what it is in Russian and English, whom, which events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

Weight = Literal["refused", "flagged", "note"]

WEIGHT_RU: dict[Weight, str] = {"refused": "Отказано", "flagged": "Замечание", "note": "К сведению"}
WEIGHT_EN: dict[Weight, str] = {"refused": "Refused", "flagged": "Flagged", "note": "Note"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """One thing to look at.

    `weight` is `refused` (it was not recorded), `flagged` (it was, and something is wrong or missing) or `note`.
    `subject` is whom it concerns, `day` since when it holds where that can be said.
    """

    code: str
    weight: Weight
    subject: str | None
    text_ru: str
    text_en: str
    events: tuple[str, ...] = ()
    day: date | None = None

    def text(self, language: str = "ru") -> str:
        """What was found, in a language."""
        return self.text_ru if language == "ru" else self.text_en

    def to_json(self) -> dict[str, Any]:
        """A plain object with the fields of this class; texts by language."""
        return {
            "code": self.code,
            "weight": self.weight,
            "subject": self.subject,
            "text": {"ru": self.text_ru, "en": self.text_en},
            "events": list(self.events),
            "day": self.day and self.day.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Flags:
    """Every finding of one moment, check by check in a steady order."""

    items: tuple[Flag, ...]
    on: date
    position: int

    def __iter__(self) -> Iterator[Flag]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def of(self, code: str) -> tuple[Flag, ...]:
        """The findings of one code."""
        return tuple(item for item in self.items if item.code == code)

    def to_json(self) -> dict[str, Any]:
        """`{"on", "position", "findings": [{"code", "weight", "subject", "text", "events", "day"}]}`."""
        return {
            "on": self.on.isoformat(),
            "position": self.position,
            "findings": [item.to_json() for item in self.items],
        }

    def text(self, language: str = "ru") -> str:
        """One line a finding."""
        if not self.items:
            return "Замечаний нет." if language == "ru" else "Nothing found."
        weight = WEIGHT_RU if language == "ru" else WEIGHT_EN
        return "\n".join(f"{weight[item.weight]} [{item.code}] {item.text(language)}" for item in self.items)
