"""The rules of recommendation: a literal list, one module each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from shnor_engine.recommend import (
    host_while_listed,
    landing_coverage,
    plan_missing,
    practice_host,
    programme_measures,
    visit_missing,
)
from shnor_engine.recommend.advice import Advice, Recommendation
from shnor_engine.recommend.ground import Ground

if TYPE_CHECKING:
    from shnor_engine.recommend.playbook import Playbook
    from shnor_engine.tables import Snapshot


@dataclass(frozen=True, slots=True)
class AdviceRule:
    """A rule of recommendation: its id, what it is for, and the function from facts to recommendations."""

    id: str
    ru: str
    en: str
    speak: Callable[[Ground], Iterator[Recommendation]]


RULES: tuple[AdviceRule, ...] = tuple(
    AdviceRule(module.ID, module.RU, module.EN, module.speak)
    for module in (
        plan_missing,
        visit_missing,
        landing_coverage,
        practice_host,
        host_while_listed,
        programme_measures,
    )
)


def advise(
    snapshot: Snapshot,
    *,
    year: int,
    on: date,
    rules: tuple[AdviceRule, ...] = RULES,
    playbook: Playbook | None = None,
) -> Advice:
    """Every recommendation that follows from the facts of a moment, rule by rule, by a playbook."""
    ground = Ground(snapshot, year, on, playbook)
    items = tuple(item for rule in rules for item in rule.speak(ground))
    return Advice(items, year, on, snapshot.position)
