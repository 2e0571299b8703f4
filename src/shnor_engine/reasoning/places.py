"""Where a step stands beside the verdict: another period, a finer row."""

from __future__ import annotations

from collections.abc import Mapping

from shnor_engine.reasoning.decide import Verdict
from shnor_engine.reasoning.evaluate_values import UNSEEN
from shnor_engine.reasoning.facts import KeyValue
from shnor_engine.reasoning.language import Names, name_of, period_text


def place_text(
    keys: Mapping[str, KeyValue], verdict: Verdict, names: Names, language: str, *, period: bool = False
) -> str:
    """The keys that differ from those of the verdict, in words; with `period=True` the period in any case."""
    key = verdict.rule.period
    words = []
    for name, value in keys.items():
        if value == UNSEEN:
            continue
        timed = key is not None and name == key.name
        if verdict.keys.get(name) != value or (timed and period):
            kind = key.period if key is not None and timed else ""
            words.append(period_text(kind, value, language) if timed else name_of(value, names, language))
    return ", ".join(words)
