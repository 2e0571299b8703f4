"""Holes in a methodology, found before anything is decided. One function a finding."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from shnor_engine.errors import LawError
from shnor_engine.law.dated import Dated
from shnor_engine.law.law import Law
from shnor_engine.reasoning.evaluate import Evaluation
from shnor_engine.reasoning.facts import Facts
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.fact import Fact
from shnor_engine.rules.rule import Rule, RuleTree
from shnor_engine.rules.tree import Expr, kind_of

ANYWHERE = "?"
PERIODS_BACK = 12


@dataclass(frozen=True, slots=True)
class Finding:
    """One hole: its code, what is wrong and what to do, and where the author wrote it (empty: in no one place)."""

    code: str
    message: str
    where: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.code}: {self.message}" if self.where else f"{self.code}: {self.message}"


def check(rule: type[Rule] | RuleTree, law: Law, *, on: date) -> tuple[Finding, ...]:
    """Every finding about a rule and its law as they stand on a day, in the order of the checks."""
    tree = rule if isinstance(rule, RuleTree) else rule.tree
    return tuple(finding for look in CHECKS for finding in look(tree, law, on))


def value_missing(tree: RuleTree, law: Law, on: date) -> Iterator[Finding]:
    """A parameter without a value on some day of the rule's life: from its first day to the day of the check."""
    for reference in _parameter_refs(tree):
        param = reference.param
        days = [reference.day] if reference.day else [day for day in _turns(param, tree, on) if tree.in_force <= day]
        for day in days:
            try:
                law.value(param, at=day)
            except LawError as error:
                yield Finding("value-missing", str(error), reference.where)
                break


def review_due(tree: RuleTree, law: Law, on: date) -> Iterator[Finding]:
    """A value past the day by which it was to be reviewed."""
    for param in tree.parameters:
        if param.review_by is not None and param.review_by <= on:
            yield Finding(
                "review-due", f"{param.key} was to be reviewed by {param.review_by}; review it or set a new day"
            )


def source_missing(tree: RuleTree, law: Law, on: date) -> Iterator[Finding]:
    """A rule or a value without its place in the law."""
    if tree.ref is None:
        yield Finding("source-missing", f"rule {tree.id} names no clause of an act; give ref=Clause(…)")
    for param in tree.parameters:
        if param.ref is None and any(entry.ref is None for entry in param.entries):
            yield Finding("source-missing", f"{param.key} names no clause of an act; give ref=Clause(…)")


def translation_missing(tree: RuleTree, law: Law, on: date) -> Iterator[Finding]:
    """A field, parameter or fact that explanations would have to call by its Python name."""
    named: list[tuple[str, dict[str, str]]] = [(param.key, param.labels) for param in tree.parameters]
    named += [
        (f"{fact.__name__}.{name}", fact.fields()[name].labels)
        for fact in tree.facts
        for name in sorted(_fields_read(tree, fact))
    ]
    for name, labels in named:
        if lacking := [language for language, text in labels.items() if not text]:
            yield Finding("translation-missing", f"{name} has no label in {' and '.join(lacking)}")


def never_decides(tree: RuleTree, law: Law, on: date) -> Iterator[Finding]:
    """A truth that comes out the same whatever the facts are: its limits lie outside the bounds of what it reads."""
    period = tree.period
    here: dict[str, Any] = {key: ANYWHERE for fact in tree.facts for key in fact.key_names()}
    here |= dict.fromkeys(tree.keys, ANYWHERE) | ({period.name: on.year} if period else {})
    evaluation = Evaluation(tree, Facts.of({fact: _blank(fact, here, on) for fact in tree.facts}), law, on=on)
    for name, clause in tree.clauses.items():
        if kind_of(clause) != "truth" or _asks_knowledge(tree, clause):
            continue
        try:
            keys = {*tree.keys, *tree.needs(name)}
            value = evaluation.clause(name, {key: here[key] for key in here if key in keys}).value
        except LawError:
            continue  # a gap in the law is a finding of its own
        if value is not None:
            yield Finding(
                "never-decides", f"clause «{name}» is {str(value).lower()} whatever the facts are", clause.where
            )


def by_hand(tree: RuleTree, law: Law, on: date) -> Iterator[Finding]:
    """A clause that columns cannot hold: right, but decided place by place, which a nation will feel."""
    from shnor_engine.reasoning.columns.dry import reasons

    for name, reason in reasons(tree, law, on=on).items():
        yield Finding("by-hand", f"clause «{name}» is decided place by place: {reason}", tree.clauses[name].where)


CHECKS: tuple[Callable[[RuleTree, Law, date], Iterator[Finding]], ...] = (
    value_missing,
    review_due,
    source_missing,
    translation_missing,
    never_decides,
    by_hand,
)


def _parameter_refs(tree: RuleTree) -> list[nodes.ParamRef[Any]]:
    found = {(node.param.key, node.day): node for node in tree.nodes() if isinstance(node, nodes.ParamRef)}
    return [found[key] for key in sorted(found, key=str)]


def _turns(param: Dated[Any], tree: RuleTree, on: date) -> list[date]:
    """The days on which a value can begin to be missing."""
    ends = [entry.until for entry in param.entries if entry.until is not None and entry.until <= on]
    return sorted({tree.in_force, on, *ends})


def _fields_read(tree: RuleTree, fact: type[Fact]) -> set[str]:
    return {node.field for node in tree.nodes() if isinstance(node, nodes.FieldRef) and node.fact is fact}


def _blank(fact: type[Fact], here: dict[str, Any], on: date) -> list[dict[str, Any]]:
    """Rows of which nothing is known, in the period and the ones before it."""
    period = next((key.name for key in fact.grain if key.period), None)
    empty = dict.fromkeys(fact.fields(), None)
    keys = {key.name: key.among[0] if key.among else here[key.name] for key in fact.grain}
    if period is None:
        return [{**keys, **empty}]
    return [{**keys, **empty, period: on.year - back} for back in range(PERIODS_BACK)]


def _asks_knowledge(tree: RuleTree, clause: Expr[Any]) -> bool:
    """Whether a clause asks what is known, so that blank facts are no fair test of it."""
    for node in nodes.walk(clause):
        if isinstance(node, nodes.IsKnown | nodes.IsPresent | nodes.Assume):
            return True
        if isinstance(node, nodes.ClauseRef) and _asks_knowledge(tree, tree.clauses[node.name]):
            return True
    return False
