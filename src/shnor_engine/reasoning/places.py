"""Where a step stands beside the verdict: another period, a finer row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shnor_engine.reasoning.decide import Verdict
from shnor_engine.reasoning.evaluate_values import UNSEEN
from shnor_engine.reasoning.facts import KeyValue
from shnor_engine.reasoning.language import Names, name_of, period_text


def place_text(
    keys: Mapping[str, KeyValue], verdict: Verdict, names: Names, language: str, *, period: bool = False
) -> str:
    """The keys that differ from those of the verdict, in words; with `period=True` the period in any case."""
    kinds = {key.name: key.period for key in verdict.rule.period_keys.values()}
    words = []
    for name, value in keys.items():
        if value == UNSEEN:
            continue
        timed = name in kinds
        if verdict.keys.get(name) != value or (timed and period):
            words.append(period_text(kinds[name], value, language) if timed else name_of(value, names, language))
    return ", ".join(word for at, word in enumerate(words) if not _said_again(word, words[at + 1 :]))


def _said_again(word: str, rest: Sequence[str]) -> bool:
    """Whether a finer key says it too: «ВПР, русский язык» before «ВПР, русский язык, 5 класс»."""
    return any(other.startswith((f"{word}, ", f"{word}.")) for other in rest)
