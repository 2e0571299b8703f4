"""Findings about the logic, per epoch of the values and per region: what comes out the same whatever the facts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shnor_engine.errors import LawError, RuleError
from shnor_engine.reasoning.findings.finding import Finding
from shnor_engine.reasoning.findings.looked import Epoch, Looked
from shnor_engine.reasoning.reading import follow
from shnor_engine.reasoning.values import Kleene
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.others import Decision
from shnor_engine.rules.over_time import Run
from shnor_engine.rules.ranking import Cut, Rank
from shnor_engine.rules.rule import RuleTree
from shnor_engine.rules.status import Before, Status
from shnor_engine.rules.tables import WhenAbsent
from shnor_engine.rules.tree import Expr, kind_of

# What asks for what is known, or for what stands beside the facts of one subject.
KNOWLEDGE = (nodes.IsKnown, nodes.IsPresent, nodes.Assume, WhenAbsent, Decision, Status, Before, Rank, Cut)


def never_decides(looked: Looked) -> Iterator[Finding]:
    """A truth that comes out the same whatever the facts are: its limits lie outside the bounds of what it reads."""
    yield from _breaking(looked)
    for name, values in _always(looked).items():
        told = set(values.values())
        if len(told) == 1 and None not in told:
            value = next(iter(told))
            yield Finding(
                "never-decides",
                f"clause «{name}» is {str(value).lower()} whatever the facts are",
                looked.tree.clauses[name].where,
                f"условие «{name}» {'выполнено' if value else 'не выполнено'} при любых сведениях",
            )


def _breaking(looked: Looked) -> Iterator[Finding]:
    """A truth that fails whatever the facts are: a value of the law that its clause cannot take."""
    told: set[str] = set()
    for blank in looked.blanks:
        for name, clause in _fair(looked):
            if name in told:
                continue
            try:
                blank.read(name)
            except LawError:
                continue  # a gap in the law is a finding of its own
            except RuleError as error:
                told.add(name)
                yield Finding(
                    "never-decides",
                    f"clause «{name}» fails whatever the facts are, {blank.epoch.text('en')}: {error}",
                    clause.where,
                    f"условие «{name}» не вычисляется ни при каких сведениях, {blank.epoch.text('ru')}: {error}",
                )


def decided_in_epoch(looked: Looked) -> Iterator[Finding]:
    """A truth that the values of some years or of a region make the same whatever the facts are."""
    for name, values in _always(looked).items():
        if len(set(values.values())) == 1:
            continue
        for epoch, value in values.items():
            if value is not None:
                yield Finding(
                    "decided-in-epoch",
                    f"clause «{name}» is {str(value).lower()} whatever the facts are, {epoch.text('en')}",
                    looked.tree.clauses[name].where,
                    f"условие «{name}» {'выполнено' if value else 'не выполнено'} при любых сведениях, "
                    f"{epoch.text('ru')}",
                )


def _always(looked: Looked) -> dict[str, dict[Epoch, Kleene]]:
    """What each truth is in each epoch whatever the facts are; None where they decide."""
    found: dict[str, dict[Epoch, Kleene]] = {}
    for blank in looked.blanks:
        for name, clause in _fair(looked):
            value = blank.truth(name)
            if value is not None and _goes_on(looked.tree, clause) and blank.late.truth(name) is not value:
                value = None
            if value is not None and blank.without_rows(name) is (not value):
                value = None  # whether there is a row at all decides
            found.setdefault(name, {})[blank.epoch] = value
    return found


def _fair(looked: Looked) -> Iterator[tuple[str, Expr[Any]]]:
    """The truths of which blank facts are a fair test."""
    for name, clause in looked.tree.clauses.items():
        if kind_of(clause) == "truth" and not _asks_knowledge(looked.tree, clause):
            yield name, clause


def _goes_on(tree: RuleTree, clause: Expr[Any]) -> bool:
    """Whether a clause counts periods from a first one on, so that it can hold later what it cannot at first."""
    return any(isinstance(node, Run) and node.since is not None for node in follow(tree, clause))


def _asks_knowledge(tree: RuleTree, clause: Expr[Any]) -> bool:
    """Whether a clause asks what is known, or for a code of a key, so that blank facts are no fair test of it."""
    return any(isinstance(node, KNOWLEDGE) or _asks_code(node) for node in follow(tree, clause))


def _asks_code(node: Expr[Any]) -> bool:
    return isinstance(node, nodes.KeyRef) and node.kind_within() == "code"
