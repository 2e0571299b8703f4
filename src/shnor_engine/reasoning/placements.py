"""What has been decided outside a rule: placements by an authority, and statuses that were published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

from shnor_engine.reasoning.facts import KeyValue

Place: TypeAlias = tuple[str, frozenset[tuple[str, KeyValue]]]


@dataclass(frozen=True, slots=True)
class Placement:
    """An authority places a subject: whatever the rule says, for these keys its outcome or state is `value`.

    `value` is an outcome («met», «not_met», «not_applicable») or a state of the rule's status. `day` is when that was
    decided: a decision on an earlier day does not see it. `ground` is the act or reason, `events` stand behind it.
    """

    rule: str
    keys: Mapping[str, KeyValue]
    value: str
    authority: str
    ground: str
    authority_en: str = ""
    ground_en: str = ""
    day: date | None = None
    events: tuple[str, ...] = ()

    def by(self, language: str) -> str:
        """The authority in a language."""
        return self.authority if language == "ru" else self.authority_en or self.authority

    def why(self, language: str) -> str:
        """The ground in a language."""
        return self.ground if language == "ru" else self.ground_en or self.ground


@dataclass(frozen=True, slots=True)
class Published:
    """A state that was published for a period: later periods read it as the one before, right or wrong."""

    rule: str
    keys: Mapping[str, KeyValue]
    value: str
    events: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outside:
    """Placements and published values by rule and keys."""

    placed: Mapping[Place, tuple[Placement, ...]] = field(default_factory=dict)
    published: Mapping[Place, tuple[Published, ...]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, placements: Iterable[Placement] = (), published: Iterable[Published] = (), *, on: date | None = None
    ) -> Outside:
        """Everything that was decided outside by a day, in an order that arrival does not change."""
        seen = [item for item in placements if item.day is None or on is None or item.day <= on]
        placed: dict[Place, tuple[Placement, ...]] = {}
        for item in sorted(seen, key=lambda item: (item.value, item.authority, item.ground, item.events)):
            placed[_place(item)] = (*placed.get(_place(item), ()), item)
        told: dict[Place, tuple[Published, ...]] = {}
        for one in sorted(published, key=lambda one: (one.value, one.events)):
            told[_place(one)] = (*told.get(_place(one), ()), one)
        return cls(placed, told)

    def placements(self, rule: str, keys: Mapping[str, KeyValue]) -> tuple[Placement, ...]:
        """The placements of these keys."""
        return self.placed.get((rule, frozenset(keys.items())), ()) if self.placed else ()

    def told(self, rule: str, keys: Mapping[str, KeyValue]) -> tuple[Published, ...]:
        """What was published for these keys."""
        return self.published.get((rule, frozenset(keys.items())), ()) if self.published else ()

    def without(self, rule: str, keys: Mapping[str, KeyValue]) -> Outside:
        """The same without the placements of these keys: what the rule itself would have said."""
        here = (rule, frozenset(keys.items()))
        return Outside({place: items for place, items in self.placed.items() if place != here}, self.published)


def _place(item: Placement | Published) -> Place:
    return item.rule, frozenset(item.keys.items())
