"""What is not known and would have to be, read off the trace."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shnor_engine.reasoning.decide import Verdict
from shnor_engine.reasoning.decisive import decisive
from shnor_engine.reasoning.evaluate_values import UNSEEN
from shnor_engine.reasoning.explanation import Missing, Pairs
from shnor_engine.reasoning.language import LANGUAGES, Names, label, name_of
from shnor_engine.reasoning.places import place_text
from shnor_engine.reasoning.trace import Step
from shnor_engine.reasoning.values import Collected, Span
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.ranking import Cut, Rank


def missing_of(roots: Sequence[Step], verdict: Verdict, names: Names) -> tuple[Missing, ...]:
    """The facts to fetch: those that leave a root open, and those of which a decided root asked if they are known.

    In the order in which the rule reads them, each once.
    """
    found: dict[tuple[Any, ...], Missing] = {}
    for root in roots:
        seen: set[int] = set()
        for step in _open(root, seen) if not _decided(root) else _asked(root, seen):
            item = _missing(step, verdict, names)
            found.setdefault((item.fact, item.field, item.keys), item)
    return tuple(found.values())


def _decided(step: Step) -> bool:
    """Whether nothing is left open here; rows of an aggregate are looked into in any case."""
    if step.row:
        return False
    if isinstance(step.value, Span):
        return step.value.exact and step.present is True
    if isinstance(step.value, frozenset | Collected):
        return step.known
    return step.value is not None


def _open(step: Step, seen: set[int]) -> list[Step]:
    """Fields and sets below that are not known and leave the step open; what was seen is not looked at again."""
    if id(step) in seen:
        return []
    seen.add(id(step))
    if isinstance(step.expr, nodes.FieldRef):
        optional = step.expr.fact.fields()[step.expr.field].optional
        here = not optional and step.present is not False and not step.known and UNSEEN not in step.keys.values()
        return [step] if here else []
    found = [step] if step.open else []
    for kid, _ in decisive(step):
        if not _decided(kid):
            found += _open(kid, seen)
    return found


def _asked(step: Step, seen: set[int]) -> list[Step]:
    """Fields that are not known below «is it known?», «is it there?» and assumptions of a decided step."""
    found: list[Step] = []
    todo = [step]
    while todo:
        step = todo.pop()
        if id(step) in seen:
            continue
        seen.add(id(step))
        if isinstance(step.expr, nodes.IsKnown | nodes.IsPresent | nodes.Assume) and not step.kids[0].known:
            found += _open(step.kids[0], seen)
        else:
            todo += [kid for kid, _ in reversed(decisive(step))]
    return found


def _missing(step: Step, verdict: Verdict, names: Names) -> Missing:
    expr = step.expr
    place = {lang: place_text(step.keys, verdict, names, lang, period=True) for lang in LANGUAGES}
    keys = tuple(step.keys.items())
    if isinstance(expr, nodes.FieldRef):
        field = expr.fact.fields()[expr.field]
        texts = [
            _said(field.asks[language], step, names, language) or f"{label(expr, language)} ({place[language]})"
            for language in LANGUAGES
        ]
        own = tuple((name, value) for name, value in keys if name in expr.fact.key_names())
        return Missing(expr.fact.__name__, expr.field, own, Pairs(*texts), step.conflict)
    if not isinstance(expr, nodes.Rows | Rank | Cut):
        raise TypeError(f"{type(expr).__name__} can not be missing")
    what = [expr.fact.labels[language] or expr.fact.__name__ for language in LANGUAGES]
    return Missing(
        expr.fact.__name__,
        "",
        keys,
        Pairs(
            f"подтверждение, что сведения полны: {what[0]} ({place['ru']})",
            f"confirmation that nothing is missing: {what[1]} ({place['en']})",
        ),
    )


def _said(text: str, step: Step, names: Names, language: str) -> str:
    """The author's question, keys by what they are called."""
    return text.format_map({name: name_of(value, names, language) for name, value in step.keys.items()})
