"""What a recommendation is: whom, what, why, from which events, and how sure the ground is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from shnor_engine.errors import RuleError
from shnor_engine.plugin.parts import Measure
from shnor_engine.reasoning.explanation import Explanation

Kind = Literal["do", "check", "note"]

KIND_RU: Mapping[Kind, str] = {"do": "Рекомендуется", "check": "Проверить", "note": "К сведению"}
KIND_EN: Mapping[Kind, str] = {"do": "Recommended", "check": "To check", "note": "Note"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """One recommendation.

    `kind` is `do` (the ground is a fact), `check` (the log holds no evidence, which is not the same as «no») or
    `note` (an observation). `id` is the same in every run for the same rule, subject and ground. `subject` is a
    school, None where the recommendation is about all of them; `name` is how it is called. `basis` is the key of the
    ground: of one rule, subject and basis only one recommendation is open at a time. `measure` is the measure of the
    catalogue, `topic`, `finding_id` and `factor` what it answers. `explanation` says why, like that of a decision.
    """

    id: str
    rule: str
    kind: Kind
    subject: str | None
    name: str
    text_ru: str
    text_en: str
    ground_ru: str
    ground_en: str
    events: tuple[str, ...]
    basis: str = ""
    measure: Measure | None = None
    topic: str | None = None
    finding_id: str | None = None
    factor: str | None = None
    why: Callable[[Recommendation], Explanation] | None = field(default=None, compare=False, repr=False)

    @property
    def explanation(self) -> Explanation:
        """Why it is recommended: the same value as of a decision, made when it is asked for."""
        if self.why is None:
            raise RuleError(f"recommendation {self.id} was made without its ground; ask Engine.recommend for it")
        return self.why(self)

    def text(self, language: str = "ru") -> str:
        """What is recommended, in a language."""
        return self.text_ru if language == "ru" else self.text_en

    def ground(self, language: str = "ru") -> str:
        """Why, in a language."""
        return self.ground_ru if language == "ru" else self.ground_en

    def to_json(self) -> dict[str, Any]:
        """A plain object with the fields of this class; texts by language."""
        return {
            "id": self.id,
            "rule": self.rule,
            "kind": self.kind,
            "subject": self.subject,
            "name": self.name,
            "text": {"ru": self.text_ru, "en": self.text_en},
            "ground": {"ru": self.ground_ru, "en": self.ground_en},
            "events": list(self.events),
            "basis": self.basis,
            "measure": None if self.measure is None else self.measure.code,
            "topic": self.topic,
            "finding_id": self.finding_id,
            "factor": self.factor,
        }


@dataclass(frozen=True, slots=True)
class Advice:
    """Recommendations of one moment for the list of one year, in a steady order."""

    items: tuple[Recommendation, ...]
    year: int
    on: date
    position: int

    def __iter__(self) -> Iterator[Recommendation]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, recommendation_id: str) -> Recommendation:
        """The recommendation of an id; raises `KeyError`."""
        return {item.id: item for item in self.items}[recommendation_id]

    def to_json(self, *, explain: bool = False) -> dict[str, Any]:
        """`{"year", "on", "position", "recommendations": [...]}`; with `explain` each with its `explanation`."""
        return {
            "year": self.year,
            "on": self.on.isoformat(),
            "position": self.position,
            "recommendations": [
                item.to_json() | ({"explanation": item.explanation.to_dict()} if explain else {})
                for item in self.items
            ],
        }

    def text(self, language: str = "ru") -> str:
        """One paragraph a recommendation: whom and what, then the ground."""
        if not self.items:
            return "Рекомендаций нет." if language == "ru" else "No recommendations."
        return "\n".join(_paragraph(item, language) for item in self.items)


def _paragraph(item: Recommendation, language: str) -> str:
    kind, why = (KIND_RU, "Основание") if language == "ru" else (KIND_EN, "Ground")
    whom = f"{item.name}: " if item.subject else ""
    return f"{kind[item.kind]} – {whom}{item.text(language)}\n    {why}: {item.ground(language)}"
