"""A recommendation explained like a decision: the same `Explanation`, from what is known down to the events.

What the table of the playbook recommends is told by the reader of the rule tree; a rule that is a function gives its
ground as the one reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from shnor_engine.reasoning import Verdict
from shnor_engine.reasoning.explain import explain
from shnor_engine.reasoning.explanation import Explanation, Missing, PackCard, Pairs, Reason
from shnor_engine.recommend.ground import Ground
from shnor_engine.recommend.playbook import NONE, Situation, codes_of
from shnor_engine.recommend.situations import CLAUSES, GAPS, LEVELS_RU, VERIFIED_RU, Known

if TYPE_CHECKING:
    from shnor_engine.recommend.advice import Recommendation

WORDS: Mapping[str, Mapping[Any, str]] = {
    "significance": LEVELS_RU,
    "verification": VERIFIED_RU,
    "clause": CLAUSES,
    "gap": GAPS,
}
CODES = {"finding": "audit.topic", "factor": "risk.factor"}


def by_table(ground: Ground, known: Known, verdict: Verdict, code: str, item: Recommendation) -> Explanation:
    """Why the table recommends the measure `code`: its rows, the inputs read, the events behind them.

    Of a measure that only may hold the outcome is `undetermined`, and `missing` says what would have to be known.
    """
    told = explain(verdict, roots=("measures",), position=ground.snapshot.position)
    sure = code in codes_of(verdict.values["measures"])[0]
    row = Reason(
        clause="measures",
        keys=tuple(verdict.keys.items()),
        value=code,
        text=Pairs(item.ground_ru, item.ground_en),
        events=known.events,
        because=tuple(_inputs(ground, known)),
    )
    return replace(
        told,
        names=Pairs(item.name, item.name),
        outcome="met" if sure else "undetermined",
        decision=code,
        label=Pairs(item.text_ru, item.text_en),
        because=(row,),
        events=item.events,
        missing=() if sure else _missing(told.missing),
        pack=_card(told.rule),
        sources=_sources(ground, item.events),
    )


def by_function(ground: Ground, item: Recommendation) -> Explanation:
    """Why a rule that is a function recommends something: its ground, with the events behind it."""
    keys = {"school": item.subject or "", "ground": item.basis}
    said = Pairs(item.ground_ru, item.ground_en)
    return Explanation(
        keys=keys,
        names=Pairs(item.name or "Район", item.name or "The district"),
        period=Pairs(f"{ground.year} год", str(ground.year)),
        outcome="undetermined" if item.kind == "check" else "met",
        decision=item.rule,
        label=Pairs(item.text_ru, item.text_en),
        means=Pairs("", ""),
        values={},
        because=(Reason(clause=item.rule, keys=tuple(keys.items()), value=True, text=said, events=item.events),),
        thresholds=(),
        events=item.events,
        missing=(),
        rule={"id": item.rule, "version": "1.0", "digest": ""},
        pack=None,
        law=ground.playbook.law.digest,
        on=ground.on,
        position=ground.snapshot.position,
        sources=_sources(ground, item.events),
    )


def _inputs(ground: Ground, known: Known) -> Iterator[Reason]:
    """What the table read of the inputs that apply, in words; those that do not apply say nothing."""
    keys = (("school", known.school), ("ground", known.ground))
    for name, value in known.inputs().items():
        if value != NONE:
            labels = Situation.fields()[name].labels
            said = (f"{labels[one]}: {_term(ground, name, value, one)}" for one in ("ru", "en"))
            yield Reason(name, keys, value, Pairs(*said), known.events)


def _term(ground: Ground, name: str, value: str | None, language: str) -> str:
    """A code of an input in words."""
    if value is None:
        return "не известно" if language == "ru" else "not known"
    if language == "en":
        return value
    if name in CODES:
        return ground.term(value, CODES[name])
    return WORDS[name].get(value, value)


def _missing(items: Iterable[Missing]) -> tuple[Missing, ...]:
    """What would have to be known, without the key of the ground."""
    words = {name: Pairs(field.labels["ru"], field.labels["en"]) for name, field in Situation.fields().items()}
    return tuple(replace(item, text=words.get(item.field, item.text)) for item in items)


def _card(rule: Mapping[str, str]) -> PackCard:
    title = Pairs("меры программы по замечаниям, факторам риска и пробелам", "measures of the programme")
    return PackCard(rule["id"], rule["version"], rule["digest"], title)


def _sources(ground: Ground, events: Sequence[str]) -> dict[str, str]:
    from shnor_engine.deciding import sources_of

    return sources_of(ground.snapshot, events, ground.snapshot.registry) if events else {}
