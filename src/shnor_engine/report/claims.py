"""A sentence of a report as a checked statement: what it says, whether that holds, and what it rests on.

Nothing is printed that is not a `Claim` or a table cell with events. Who says that one thing *caused* another is
refused unless he names a design by which an effect can be told from chance (`attribution`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from shnor_engine.errors import ReportError
from shnor_engine.report.attribution import Design, causal_words

Verdict = Literal["true", "true_for_data_held", "false", "unverifiable"]

VERDICT_RU: dict[Verdict, str] = {
    "true": "верно",
    "true_for_data_held": "верно для имеющихся данных",
    "false": "неверно",
    "unverifiable": "проверить нельзя",
}
VERDICT_EN: dict[Verdict, str] = {
    "true": "true",
    "true_for_data_held": "true for the data held",
    "false": "false",
    "unverifiable": "unverifiable",
}


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence in two languages with its verdict and its ground.

    `events` are ids of events of the log; `searched` names the event types that were looked for where the sentence
    says that something is *not* there; `refs` what else it rests on (a methodology, a day, a default). `lead` is a
    word set in front in bold. `note` is what a reader must know beside it. Raises `ReportError` for a sentence
    without any ground, and for causal wording without `design`.
    """

    id: str
    ru: str
    en: str
    verdict: Verdict = "true"
    events: tuple[str, ...] = ()
    searched: tuple[str, ...] = ()
    refs: tuple[str, ...] = ()
    note_ru: str = ""
    note_en: str = ""
    lead: str = ""
    design: Design | None = None

    def __post_init__(self) -> None:
        if not (self.events or self.searched or self.refs):
            raise ReportError(f"claim {self.id} rests on nothing: give its events, or what was searched for")
        if self.design is None and (found := causal_words(self.ru, self.en, self.note_ru, self.note_en)):
            raise ReportError(
                f"claim {self.id} says that one thing caused another («{found[0]}») and names no design by which "
                "that can be known: word it as an association, or give design="
            )

    @property
    def text(self) -> str:
        """The sentence and its note, in Russian."""
        return f"{self.ru} {self.note_ru}".strip()

    def in_(self, language: str) -> str:
        """The sentence and its note, in Russian or in English."""
        return self.text if language == "ru" else f"{self.en} {self.note_en}".strip()

    def to_json(self) -> dict[str, Any]:
        """The sentence with its evidence, as it stands in the ledger."""
        return {
            "id": self.id,
            "verdict": self.verdict,
            "lead": self.lead or None,
            "text": {"ru": self.ru, "en": self.en},
            "note": {"ru": self.note_ru, "en": self.note_en} if self.note_ru else None,
            "events": list(self.events),
            "searched": list(self.searched),
            "refs": list(self.refs),
            "design": None if self.design is None else self.design.to_json(),
        }


def ids(*groups: Iterable[str]) -> tuple[str, ...]:
    """The event ids of several groups, each once, ascending."""
    return tuple(sorted({one for group in groups for one in group}))
