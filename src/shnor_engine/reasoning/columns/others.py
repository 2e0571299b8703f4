"""What another rule decided, in columns: its clauses compiled beside ours, over the same facts and places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from shnor_engine.reasoning.columns import outside
from shnor_engine.reasoning.columns.bits import FALSE, TRUE, Bit, Truth, both, either, k_and, no
from shnor_engine.reasoning.columns.choice import chosen, nothing
from shnor_engine.reasoning.columns.periods import among, gaps_of
from shnor_engine.reasoning.columns.scope import Scope
from shnor_engine.reasoning.columns.tables import KINDS
from shnor_engine.reasoning.columns.values import CodeSet, Value
from shnor_engine.reasoning.columns.wholes import Uncompilable
from shnor_engine.rules.others import Decision
from shnor_engine.rules.rule import RuleTree
from shnor_engine.rules.ruleset import version_on

FALSE_OF = ("not_met", "not_applicable")


def decision(scope: Scope, expr: Decision[Any]) -> Value:
    """A clause of another rule, in the version in force at the instant of each place."""
    if expr.of_kind not in (*KINDS, "codes"):
        raise Uncompilable(f"a {expr.of_kind} of another rule")
    every = versions(scope, expr)
    values = [_read(scope, expr, tree) for tree, _ in every]
    bits = [bit for _, bit in every]
    fails = [both(bit, value.fail) for bit, value in zip(bits, values, strict=True)]
    return scope.ground.keep(chosen(values, bits, True).failing(*fails), "told")


def versions(scope: Scope, expr: Decision[Any]) -> list[tuple[RuleTree | None, Bit]]:
    """Each version that is in force somewhere, and where; None where there is none yet."""
    run = scope.run
    every = (() if run.rules is None else run.rules.versions(expr.rule.id)) or (expr.rule,)
    if not run.period:
        return [(version_on(every, run.on), True)]
    when: dict[str, tuple[RuleTree | None, list[int]]] = {}
    for place in scope.places_in_time:
        tree = version_on(every, scope.day(place))
        when.setdefault("" if tree is None else tree.digest, (tree, []))[1].append(place)
    return [(tree, among(scope.moment, scope.places_in_time, places)) for tree, places in when.values()]


@dataclass(frozen=True, slots=True, eq=False)
class Applied:
    """Another rule at the same places: its clauses, whether it applies, and where it fails."""

    scope: Scope
    values: Mapping[str, Value]
    applies: Truth
    failed: Bit


def applied(scope: Scope, expr: Decision[Any], tree: RuleTree) -> Applied:
    """One version of the rule that a decision reads."""
    if not _by_same_period(scope, tree) or not set(tree.keys) <= set(scope.keys):
        raise Uncompilable(f"{tree.id} decides by other keys")
    if expr.clause not in tree.clauses:
        raise Uncompilable(f"{tree.id} {tree.version} has no clause «{expr.clause}»")
    if scope.ground.held is not None and scope.ground.sure:
        raise Uncompilable("another rule is read of rows that nobody reported")
    other = replace(scope, beside=scope.run.beside(tree), blank=frozenset())
    values = {name: other.clause(name) for name in tree.outputs}
    applies = values["applies"].truth if "applies" in values else TRUE
    silent, failed = before(other), either(*(value.fail for value in values.values()))
    if silent is not False:
        applies = Truth(both(no(silent), applies.yes), either(silent, applies.not_), applies.crisp)
    return Applied(other, values, applies, both(no(silent), failed))


def _by_same_period(scope: Scope, tree: RuleTree) -> bool:
    """Whether a rule decides by the periods that are looked at, or neither has any."""
    if scope.spanned is None or tree.period is None:
        return tree.period is None and scope.run.tree.period is None
    return (tree.period.name, tree.period.period) == (scope.looked.name, scope.looked.kind)


def before(scope: Scope) -> Bit:
    """Where a period came before its rule was in force, or is a declared gap of it: there it says nothing."""
    tree = scope.run.tree
    if tree.period is None:
        return False
    every = scope.places_in_time
    early = [place for place in every if scope.day(place) < tree.in_force]
    sooner = bool(early) if len(early) in (0, len(every)) else scope.moment <= max(early)
    return either(sooner, among(scope.moment, every, gaps_of(tree.period)))


def _read(scope: Scope, expr: Decision[Any], tree: RuleTree | None) -> Value:
    if tree is None:
        return Value(FALSE) if expr.of_kind == "truth" else nothing(expr.of_kind)
    other = applied(scope, expr, tree)
    if outside.outcomes(other.scope) and expr.clause != "verdict":
        raise Uncompilable(f"a clause of {tree.id}, whose outcome was placed somewhere")
    if expr.clause != "verdict":
        return _where_it_applies(other.scope.clause(expr.clause), other.applies, other.failed)
    applies, verdict, fine = other.applies, other.values["verdict"].truth, no(other.failed)
    yes = both(fine, applies.yes, verdict.yes)
    not_ = both(fine, either(applies.not_, both(applies.yes, verdict.not_)))
    crisp = fine is True and applies.crisp and verdict.crisp
    truth = _placed(other.scope, Truth(yes, not_, crisp))
    return Value(truth, Truth(truth.known, False, truth.crisp))


def _placed(scope: Scope, own: Truth) -> Truth:
    """The verdict that an authority placed, else the rule's own."""
    placed = outside.outcomes(scope)
    if not placed:
        return own
    free = no(outside.said(placed))
    yes = either(placed.get("met", False), both(free, own.yes))
    return Truth(yes, either(*(placed.get(name, False) for name in FALSE_OF), both(free, own.not_)))


def _where_it_applies(value: Value, applies: Truth, failed: Bit) -> Value:
    """A clause of a rule that applies; where it does not a truth is false, and a number or code is not there."""
    there, gone = both(no(failed), applies.yes), both(no(failed), applies.not_)
    fail = both(there, value.fail)
    if isinstance(value.content, Truth):
        truth = Truth(both(there, value.truth.yes), either(gone, both(there, value.truth.not_)))
        present = Truth(either(gone, both(there, value.present.yes)), both(there, value.present.not_))
        return Value(truth, present, fail)
    present = Truth(both(there, value.present.yes), either(gone, both(there, value.present.not_)))
    content = value.content
    if isinstance(content, CodeSet):  # of one that is not there nothing is told
        content = CodeSet({code: k_and((Truth.of(there), it)) for code, it in content.members.items()})
    elif not hasattr(content, "lo"):
        content = replace(content, none=either(content.none, no(there)))
    return Value(content, present, fail, loose=True)
