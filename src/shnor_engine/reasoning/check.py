"""Holes in a methodology, found before anything is decided. One function a finding, in `findings`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import TypeAlias

from shnor_engine.law.law import Law
from shnor_engine.reasoning.findings.by_hand import by_hand
from shnor_engine.reasoning.findings.choices import otherwise_unreached, row_missing, row_shadowed
from shnor_engine.reasoning.findings.finding import CODES, Finding, Severity
from shnor_engine.reasoning.findings.limits import code_dead, limit_idle
from shnor_engine.reasoning.findings.logic import decided_in_epoch, never_decides
from shnor_engine.reasoning.findings.looked import Looked
from shnor_engine.reasoning.findings.names import (
    clauses_in_circle,
    type_clash,
    unit_clash,
    unknown_clause,
    unknown_field,
)
from shnor_engine.reasoning.findings.tables import table_flawed
from shnor_engine.reasoning.findings.together import exceptions_in_circle, two_rules, versions_overlap
from shnor_engine.reasoning.findings.values import review_due, source_missing, translation_missing, value_missing
from shnor_engine.rules.rule import Rule, RuleTree

__all__ = ["CHECKS", "CODES", "SHAPE", "TOGETHER", "Finding", "Severity", "check", "check_together"]

Check: TypeAlias = Callable[[Looked], Iterator[Finding]]

# Without these a rule cannot be read at all, so nothing else is looked at while one of them finds something.
SHAPE: tuple[Check, ...] = (unknown_field, unknown_clause, clauses_in_circle, type_clash)
CHECKS: tuple[Check, ...] = (
    unit_clash,
    value_missing,
    review_due,
    source_missing,
    translation_missing,
    never_decides,
    decided_in_epoch,
    row_shadowed,
    row_missing,
    otherwise_unreached,
    table_flawed,
    limit_idle,
    code_dead,
    by_hand,
)
TOGETHER: tuple[Callable[[Sequence[RuleTree]], Iterator[Finding]], ...] = (
    versions_overlap,
    two_rules,
    exceptions_in_circle,
)


def check(rule: type[Rule] | RuleTree, law: Law, *, on: date, costs: bool = True) -> tuple[Finding, ...]:
    """Every finding about a rule and its law as they stand on a day, in the order of the checks.

    Without `costs` what columns cannot hold is not looked at: the rule is compiled for that.
    """
    tree = rule if isinstance(rule, RuleTree) else rule.tree
    looked = Looked(tree, law, on)
    broken = tuple(finding for look in SHAPE for finding in look(looked))
    looks = CHECKS if costs else tuple(look for look in CHECKS if look is not by_hand)
    return broken or tuple(finding for look in looks for finding in look(looked))


def check_together(rules: Iterable[type[Rule] | RuleTree]) -> tuple[Finding, ...]:
    """Every finding about rules that are to stand side by side, in force for the same subjects."""
    trees = [rule if isinstance(rule, RuleTree) else rule.tree for rule in rules]
    return tuple(finding for look in TOGETHER for finding in look(trees))
