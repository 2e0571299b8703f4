"""Rules that stand side by side: versions of one rule, exceptions to it, and no two that decide the same.

There are no salience numbers: of two rules for one decision one is an exception to the other, or both are refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from shnor_engine.errors import RuleConflict, RuleError
from shnor_engine.law.canon import digest
from shnor_engine.rules.others import read_rules
from shnor_engine.rules.rule import Rule, RuleTree


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two rules that decide the same with no exception between them: the clauses that clash, and how to mend it."""

    one: RuleTree
    other: RuleTree
    decision: str

    def __str__(self) -> str:
        return (
            f"{_named(self.one)} and {_named(self.other)} both decide «{self.decision}»; make one an exception to "
            f"the other (exception_to=…), give them different regions, or let one begin later as a new version"
        )


def conflicts(rules: Iterable[type[Rule] | RuleTree]) -> tuple[Conflict, ...]:
    """Every pair of rules for one decision without an exception between them."""
    trees = [_tree(rule) for rule in rules]
    pairs = [(one, other) for place, one in enumerate(trees) for other in trees[place + 1 :]]
    return tuple(Conflict(one, other, one.decision) for one, other in pairs if _clash(one, other, trees))


@dataclass(frozen=True)
class RuleSet:
    """Rules by id and version; made by `RuleSet.of`, which refuses conflicts and circles."""

    rules: tuple[RuleTree, ...]

    @classmethod
    def of(cls, *rules: type[Rule] | RuleTree) -> RuleSet:
        """The rules and those they read; raises `RuleConflict` with both clauses, `RuleError` for a circle."""
        found: dict[str, RuleTree] = {}
        for tree in _with_read(_tree(rule) for rule in rules):
            found.setdefault(tree.digest, tree)
        trees = tuple(found[key] for key in sorted(found, key=lambda key: (found[key].id, found[key].in_force, key)))
        if clashes := conflicts(trees):
            raise RuleConflict("; ".join(map(str, clashes)), clashes[0].other.where)
        _refuse_circles(trees)
        return cls(trees)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the digests of the rules, in no order."""
        return digest(sorted(tree.digest for tree in self.rules))

    def versions(self, rule_id: str) -> tuple[RuleTree, ...]:
        """The versions of a rule, the oldest first."""
        return tuple(tree for tree in self.rules if tree.id == rule_id)

    def version(self, rule_id: str, day: date) -> RuleTree | None:
        """The version of a rule in force on a day; None before its first one."""
        return version_on(self.versions(rule_id), day)

    def deciding(self, decision: str, *, region: str = "", day: date) -> RuleTree | None:
        """The rule that decides something in a region on a day: the deepest exception that stands there."""
        standing = {tree.id: self.version(tree.id, day) for tree in self.rules if tree.decision == decision}
        known = [tree for tree in standing.values() if tree is not None and tree.region in ("", region)]
        return max(known, key=lambda tree: (self._depth(tree), tree.region), default=None)

    def exceptions(self, rule_id: str = "") -> Mapping[str, tuple[str, ...]]:
        """The tree of exceptions: for each rule «id.clause» the ids of the rules that except from it."""
        found: dict[str, list[str]] = {}
        for tree in self.rules:
            if tree.exception_to is not None and rule_id in ("", tree.exception_to[0]):
                found.setdefault(".".join(tree.exception_to), []).append(tree.id)
        return {name: tuple(sorted(set(ids))) for name, ids in sorted(found.items())}

    def _depth(self, tree: RuleTree) -> int:
        depth, seen = 0, {tree.id}
        while tree.exception_to is not None and tree.exception_to[0] not in seen:
            above = self.versions(tree.exception_to[0])
            if not above:
                return depth + 1
            tree, depth = above[-1], depth + 1
            seen.add(tree.id)
        return depth


def version_on(versions: Iterable[RuleTree], day: date) -> RuleTree | None:
    """Of some versions the latest that is in force on a day."""
    return max((tree for tree in versions if tree.in_force <= day), key=lambda tree: tree.in_force, default=None)


def _tree(rule: type[Rule] | RuleTree) -> RuleTree:
    return rule if isinstance(rule, RuleTree) else rule.tree


def _with_read(trees: Iterable[RuleTree]) -> Iterator[RuleTree]:
    for tree in trees:
        yield tree
        yield from _with_read(read_rules(tree))


def _clash(one: RuleTree, other: RuleTree, trees: list[RuleTree]) -> bool:
    if one.decision != other.decision or one.region != other.region or one.digest == other.digest:
        return False
    if one.id == other.id:
        return one.in_force == other.in_force
    return not (_excepts(one, other.id, trees) or _excepts(other, one.id, trees))


def _excepts(tree: RuleTree, from_id: str, trees: list[RuleTree]) -> bool:
    """Whether a rule is an exception to another, directly or through others."""
    seen: set[str] = set()
    above = {item.id: item for item in trees}
    while tree.exception_to is not None and tree.id not in seen:
        if tree.exception_to[0] == from_id:
            return True
        seen.add(tree.id)
        if tree.exception_to[0] not in above:
            return False
        tree = above[tree.exception_to[0]]
    return False


def _refuse_circles(trees: tuple[RuleTree, ...]) -> None:
    """Rules read each other by id, in whatever version is in force; so no id may lead back to itself."""
    reads: dict[str, set[str]] = {}
    for tree in trees:
        reads.setdefault(tree.id, set()).update(item.id for item in read_rules(tree))

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            raise RuleError(f"rules turn in a circle: {' → '.join((*path[path.index(name) :], name))}")
        for inner in sorted(reads.get(name, ())):
            visit(inner, (*path, name))

    for name in sorted(reads):
        visit(name, ())


def _named(tree: RuleTree) -> str:
    cited = f", {tree.ref.cite('ru')}" if tree.ref is not None else ""
    return f"{tree.id} {tree.version} at {tree.where} («verdict» at {tree.clauses['verdict'].where}{cited})"
