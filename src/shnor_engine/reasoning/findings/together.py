"""Findings about several rules that are to stand side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from shnor_engine.reasoning.findings.finding import Finding
from shnor_engine.rules.rule import RuleTree


def versions_overlap(trees: Sequence[RuleTree]) -> Iterator[Finding]:
    """Two different texts of one rule that begin on one day, or that carry one version."""
    for one, other in combinations(trees, 2):
        if one.id != other.id or one.digest == other.digest:
            continue
        if one.in_force == other.in_force or one.version == other.version:
            yield Finding(
                "versions-overlap",
                f"rule {one.id} has two texts for one time: {_version(one)} and {_version(other)}; "
                "give the newer one its own version and day",
                other.where,
                f"у правила {one.id} два текста на одно время: {_version(one)} и {_version(other)}; "
                "дайте новому свою версию и день",
            )


def two_rules(trees: Sequence[RuleTree]) -> Iterator[Finding]:
    """Two rules that decide the same, neither of them an exception to the other."""
    linked = {(tree.id, tree.exception_to[0]) for tree in trees if tree.exception_to}
    for one, other in combinations(trees, 2):
        same = one.decision == other.decision and one.id != other.id
        if same and not _leads(linked, one.id, other.id) and not _leads(linked, other.id, one.id):
            yield Finding(
                "two-rules",
                f"{one.id} ({one.where}) and {other.id} ({other.where}) both decide «{one.decision}»; "
                "make one an exception_to a clause of the other, or let it decide something else (decides=)",
                other.where,
                f"{one.id} ({one.where}) и {other.id} ({other.where}) решают одно и то же – «{one.decision}»; "
                "сделайте одно исключением из условия другого (exception_to) или назовите другое решение (decides=)",
            )


def exceptions_in_circle(trees: Sequence[RuleTree]) -> Iterator[Finding]:
    """Rules that are exceptions to each other."""
    linked = {(tree.id, tree.exception_to[0]) for tree in trees if tree.exception_to}
    for tree in trees:
        if tree.exception_to and _leads(linked, tree.exception_to[0], tree.id):
            to = tree.exception_to[0]
            yield Finding(
                "exceptions-in-circle",
                f"{tree.id} is an exception to {to}, which leads back to it; exceptions form a tree",
                tree.where,
                f"{tree.id} – исключение из {to}, а оно ведёт обратно; исключения образуют дерево",
            )


def _leads(linked: set[tuple[str, str]], start: str, end: str) -> bool:
    """Whether the exceptions lead from one rule to another."""
    seen, todo = set(), [start]
    while todo:
        here = todo.pop()
        if here == end:
            return True
        if here not in seen:
            seen.add(here)
            todo += [to for of, to in linked if of == here]
    return False


def _version(tree: RuleTree) -> str:
    return f"{tree.version} ({tree.in_force})"
