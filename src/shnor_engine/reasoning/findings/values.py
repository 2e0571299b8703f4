"""Findings about the values of the law: gaps, reviews that are due, sources and translations that lack."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from shnor_engine.errors import LawError
from shnor_engine.law.dated import Dated
from shnor_engine.reasoning.findings.asked import asked
from shnor_engine.reasoning.findings.finding import Finding
from shnor_engine.reasoning.findings.looked import Looked
from shnor_engine.reasoning.needs import needs
from shnor_engine.reasoning.reading import every_node, parameter_refs
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.fact import Fact
from shnor_engine.rules.rule import RuleTree


def value_missing(looked: Looked) -> Iterator[Finding]:
    """A parameter without a value on some day from the first one on which it is asked to the day of the check.

    Where only a window asks, looking back from the first periods of the rule to days before it was in force, the
    later periods are decided rightly: that is a finding of its own, and no error.
    """
    tree, law, on = looked.tree, looked.law, looked.on
    since = {item.key: item.since or tree.in_force for item in needs(tree).parameters}
    told: set[str] = set()
    for item in asked(tree):
        reference, param = item.reference, item.reference.param
        first, last = max(since[param.key], _instant(tree, item.first)), min(on, item.last)
        days = [reference.day] if reference.day else [day for day in _turns(param, tree, first, last) if first <= day]
        for day in days:
            try:
                law.value(param, at=day)
            except LawError as error:
                before = reference.day is None and day < tree.in_force
                if (message := str(error)) not in told:
                    told.add(message)
                    yield (_before(tree, reference, day) if before else _missing(tree, reference, day, message))
                if not before:
                    break


def _missing(tree: RuleTree, reference: nodes.ParamRef[Any], day: date, message: str) -> Finding:
    ru = f"у параметра {reference.param.key} нет значения на {day:%d.%m.%Y}; добавьте значение на этот день"
    if tree.in_force == date.min and reference.day is None:
        message += f"; or say from which day {tree.id} is in force (in_force=)"
        ru += f" или скажите, с какого дня действует {tree.id} (in_force=)"
    return Finding("value-missing", message, reference.where, ru)


def _before(tree: RuleTree, reference: nodes.ParamRef[Any], day: date) -> Finding:
    key = reference.param.key
    return Finding(
        "looks-before-law",
        f"the first periods of {tree.id} (in force since {tree.in_force}) look back to {day}, when {key} has no "
        "value yet; they fail where there are facts that old; add a value for that day, or let the rule begin later",
        reference.where,
        f"первые периоды правила {tree.id} (действует с {tree.in_force:%d.%m.%Y}) смотрят назад на {day:%d.%m.%Y}, "
        f"когда у {key} ещё нет значения; при фактах такой давности решения не будет; добавьте значение на этот день "
        "или пусть правило начинает действовать позже",
    )


def _instant(tree: RuleTree, day: date) -> date:
    """The first instant of the rule's periods that is not before a day."""
    if tree.period is None or day == date.min:
        return day
    return tree.period.day(tree.period.read_from(day))


def review_due(looked: Looked) -> Iterator[Finding]:
    """A value past the day by which it was to be reviewed."""
    tree, on = looked.tree, looked.on
    for param in tree.parameters:
        if param.review_by is not None and param.review_by <= on:
            yield Finding(
                "review-due",
                f"{param.key} was to be reviewed by {param.review_by}; review it or set a new day",
                _first_use(tree, param),
                f"{param.key} следовало пересмотреть до {param.review_by:%d.%m.%Y}; "
                "пересмотрите или назначьте новый день",
            )


def source_missing(looked: Looked) -> Iterator[Finding]:
    """A rule or a value without its place in the law."""
    tree = looked.tree
    if tree.ref is None:
        yield Finding(
            "source-missing",
            f"rule {tree.id} names no clause of an act; give ref=Clause(…)",
            tree.where,
            f"у правила {tree.id} не указан пункт акта; дайте ref=Clause(…)",
        )
    for param in tree.parameters:
        if param.ref is None and any(entry.ref is None for entry in param.entries):
            yield Finding(
                "source-missing",
                f"{param.key} names no clause of an act; give ref=Clause(…)",
                _first_use(tree, param),
                f"у значения {param.key} не указан пункт акта; дайте ref=Clause(…)",
            )


def translation_missing(looked: Looked) -> Iterator[Finding]:
    """A field or parameter that explanations would have to call by its Python name; a sentence in one language."""
    tree = looked.tree
    named: list[tuple[str, dict[str, str], str]] = [
        (param.key, param.labels, _first_use(tree, param)) for param in tree.parameters
    ]
    named += [
        (f"{fact.__name__}.{name}", fact.fields()[name].labels, where)
        for fact in tree.facts
        for name, where in sorted(_fields_read(tree, fact).items())
    ]
    for name, labels, where in named:
        if lacking := [language for language, text in labels.items() if not text]:
            en, ru = " and ".join(lacking), " и ".join(lacking)
            yield Finding(
                "translation-missing", f"{name} has no label in {en}", where, f"у {name} нет названия на языке {ru}"
            )
    yield from _half_said(tree)


def _half_said(tree: RuleTree) -> Iterator[Finding]:
    for name, said in tree.texts.items():
        for part in ("yes", "no", "unknown"):
            texts = {"ru": getattr(said.ru, part), "en": getattr(said.en, part)}
            lacking = [language for language, text in texts.items() if not text]
            if len(lacking) == 1:
                yield Finding(
                    "translation-missing",
                    f"clause «{name}»: «{part}» is not said in {lacking[0]}",
                    tree.clauses[name].where if name in tree.clauses else "",
                    f"условие «{name}»: «{part}» не сказано на языке {lacking[0]}",
                )


def _first_use(tree: RuleTree, param: Dated[Any]) -> str:
    uses = (node.where for node in parameter_refs(tree) if node.param is param)
    return next(uses, "")


def _turns(param: Dated[Any], tree: RuleTree, first: date, on: date) -> list[date]:
    """The days on which a value can begin to be missing."""
    ends = [entry.until for entry in param.entries if entry.until is not None and entry.until <= on]
    start = _instant(tree, tree.in_force)
    return sorted({first, on, *ends, *([start] if start <= on else [])})


def _fields_read(tree: RuleTree, fact: type[Fact]) -> dict[str, str]:
    return {
        node.field: node.where
        for node in reversed(list(every_node(tree)))
        if isinstance(node, nodes.FieldRef) and node.fact is fact
    }
