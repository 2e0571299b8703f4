"""Findings about what columns cannot hold: right, but decided place by place, which a nation will feel."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from shnor_engine.law.law import Law
from shnor_engine.reasoning.findings.finding import Finding
from shnor_engine.rules.rule import RuleTree


def by_hand(tree: RuleTree, law: Law, on: date) -> Iterator[Finding]:
    """A clause that columns cannot hold."""
    from shnor_engine.reasoning.columns.dry import reasons

    for name, reason in reasons(tree, law, on=on).items():
        clause = tree.clauses.get(name, tree.clauses["verdict"])  # of a rule that is read here it is «rule.clause»
        yield Finding(
            "by-hand",
            f"clause «{name}» is decided place by place: {reason}",
            clause.where,
            f"условие «{name}» решается по одному, а не столбцами: {reason}",
        )
