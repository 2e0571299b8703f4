"""Findings about what columns cannot hold: right, but decided place by place, which a nation will feel."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shnor_engine.reasoning.findings.finding import Finding
from shnor_engine.reasoning.findings.looked import Looked
from shnor_engine.rules.others import Decision
from shnor_engine.rules.rule import RuleTree
from shnor_engine.rules.tree import Expr


def by_hand(looked: Looked) -> Iterator[Finding]:
    """A clause that columns cannot hold."""
    tree, law, on = looked.tree, looked.law, looked.on
    from shnor_engine.reasoning.columns.dry import reasons

    for name, reason in reasons(tree, law, on=on).items():
        clause = tree.clauses.get(name)  # «other.rule.clause» where the one that it reads is the reason
        yield Finding(
            "by-hand",
            f"clause «{name}» is decided place by place: {reason}",
            clause.where if clause is not None else _reader(tree, name).where,
            f"условие «{name}» решается по одному, а не столбцами: {reason}",
        )


def _reader(tree: RuleTree, name: str) -> Expr[Any]:
    """Where the author reads the other rule whose clause this is: that line is what he can change."""
    read = (node for node in tree.nodes() if isinstance(node, Decision) and name.startswith(f"{node.rule.id}."))
    return next(read, tree.clauses["verdict"])
