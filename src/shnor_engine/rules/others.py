"""What another rule decided, read in a clause as `OtherRule.verdict`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from shnor_engine.rules.fact import Fact
from shnor_engine.rules.tree import ClauseRef, Expr, FieldRef, Kind, Rows, children

if TYPE_CHECKING:
    from shnor_engine.rules.rule import RuleTree

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Decision(Expr[T]):
    """A clause of another rule as that rule, in the version in force at the period's instant, decides it.

    Its `verdict` is the outcome: true where met, false where not met or not applicable, undetermined where the rule
    is or fails. Another truth of a rule that does not apply is false, a number or code absent.
    """

    rule: RuleTree
    clause: str
    of_kind: Kind

    def kind_within(self) -> Kind:
        """The kind of the other rule's clause."""
        return self.of_kind


def facts_at(tree: RuleTree, expr: Expr[Any]) -> Iterator[type[Fact]]:
    """The facts that an expression of a rule reads where it stands, not through rows."""
    match expr:
        case FieldRef():
            yield expr.fact
        case ClauseRef():
            yield from facts_at(tree, tree.clauses[expr.name])
        case Decision():
            yield from facts_at(expr.rule, expr.rule.clauses[expr.clause])
        case Rows():
            return
        case _:
            for child in children(expr):
                yield from facts_at(tree, child)


def read_rules(tree: RuleTree) -> Iterator[RuleTree]:
    """The rules that a rule reads directly, each once, by id."""
    found = {(node.rule.id, node.rule.digest): node.rule for node in tree.nodes() if isinstance(node, Decision)}
    return (found[key] for key in sorted(found))
