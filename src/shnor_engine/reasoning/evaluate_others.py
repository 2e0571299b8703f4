"""What stands beside the facts of a rule: other rules, placements, published states, opaque functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import inf
from typing import TYPE_CHECKING, Any

from shnor_engine.errors import FactError, RuleError, without_address
from shnor_engine.reasoning.evaluate_time import period_of, periods_so_far, shifted
from shnor_engine.reasoning.outcome import OF_TRUTH, OUTCOMES, Outcome
from shnor_engine.reasoning.placements import Placement, Published
from shnor_engine.reasoning.trace import Context, Step
from shnor_engine.reasoning.values import ANY, Kleene, Span, nothing
from shnor_engine.rules.opaque import Opaque
from shnor_engine.rules.others import Decision
from shnor_engine.rules.periods import ordinal
from shnor_engine.rules.rule import RuleTree
from shnor_engine.rules.ruleset import version_on
from shnor_engine.rules.status import Before, Status

if TYPE_CHECKING:
    from shnor_engine.reasoning.evaluate import Evaluation

TRUTH_OF: Mapping[Outcome, Kleene] = {"met": True, "not_met": False, "not_applicable": False}


@dataclass(frozen=True)
class Decided:
    """The outcome of a rule at its keys with what it rests on."""

    outcome: Outcome
    steps: Mapping[str, Step] = field(default_factory=dict)
    error: str = ""
    in_force: bool = True
    measured: bool = True
    placed: tuple[Placement, ...] = ()


@dataclass(frozen=True, slots=True)
class Why:
    """One reason that a function gives for its value, under a name, in both languages."""

    name: str
    ru: str
    en: str


@dataclass(frozen=True, slots=True)
class OtherRead:
    """Which rule answered in a `Decision`, and what; None where no version was in force."""

    tree: RuleTree | None
    decided: Decided | None
    keys: Context


@dataclass(frozen=True, slots=True)
class StatusRead:
    """Where a state comes from: placed or published outside, or moved there (`moved` is the condition's step)."""

    placed: tuple[Placement, ...] = ()
    published: tuple[Published, ...] = ()
    moved: Step | None = None


# --- the outcome of a rule --------------------------------------------------------------------------


def decided(evaluation: Evaluation, keys: Context) -> Decided:
    """The outcome of the evaluation's rule at its keys, met once."""
    place = tuple(keys.items())
    if place not in evaluation.met:
        with evaluation.supposing_nothing():
            evaluation.met[place] = _placed(evaluation, keys, _decide(evaluation, keys))
    return evaluation.met[place]


def _decide(evaluation: Evaluation, keys: Context) -> Decided:
    tree = evaluation.tree
    if tree.period is not None:
        if evaluation.instant(keys) < tree.in_force:
            return Decided("not_applicable", in_force=False)
        if keys[tree.period.name] in tree.period.gaps:
            return Decided("not_applicable", measured=False)
    try:
        steps = {name: evaluation.clause(name, keys) for name in tree.outputs}
    except Exception as error:  # whatever a methodology does wrong stays its own: others decide on
        return Decided("failed", error=_said(error))
    return Decided(_outcome(steps), steps)


def _said(error: Exception) -> str:
    """What broke, the same on every machine: no folder of the one it ran on, no address in its memory."""
    said, where = without_address(str(error)), getattr(error, "where", "")
    if where and "#" not in where:  # the place in a document is the same everywhere already
        said = said.replace(where, re.split(r"[/\\]", where)[-1])
    return f"{type(error).__name__}: {said}"


def _outcome(steps: Mapping[str, Step]) -> Outcome:
    applies = steps["applies"].value if "applies" in steps else True
    if applies is False:
        return "not_applicable"
    return "undetermined" if applies is None else OF_TRUTH[steps["verdict"].value]


def _placed(evaluation: Evaluation, keys: Context, own: Decided) -> Decided:
    """The outcome as an authority placed it; a placed state has moved the outcome already."""
    tree = evaluation.tree
    placed = evaluation.outside.placements(tree.id, keys)
    if not placed:
        return own
    states = {state for status in tree.statuses.values() for state in status.states}
    for item in placed:
        if item.value not in (*OUTCOMES, *states):
            known = ", ".join([*OUTCOMES[:3], *sorted(states)])
            raise FactError(f"placement «{item.value}» by {item.authority} is nothing {tree.id} can say: {known}")
    outcomes: set[Outcome] = {item.value for item in placed if item.value in OUTCOMES}
    if not outcomes:
        return replace(own, placed=placed)
    outcome: Outcome = outcomes.pop() if len(outcomes) == 1 else "undetermined"
    return replace(own, outcome=outcome, placed=placed, error="", in_force=True, measured=True)


# --- other rules ------------------------------------------------------------------------------------


def decision(evaluation: Evaluation, expr: Decision[Any], keys: Context) -> Step:
    """What another rule decided, in its version in force at the instant of this place."""
    versions = () if evaluation.rules is None else evaluation.rules.versions(expr.rule.id)
    tree = version_on(versions or (expr.rule,), evaluation.instant(keys))
    if tree is None:
        return _answer(expr, keys, OtherRead(None, None, keys), False)
    if expr.clause not in tree.clauses:
        raise RuleError(f"{tree.id} {tree.version} has no clause «{expr.clause}», which is read here", expr.where)
    other = evaluation.beside(tree)
    place = {name: keys[name] for name in tree.keys}
    found = decided(other, place)
    read = OtherRead(tree, found, place)
    if expr.clause == "verdict":
        return _verdict(expr, keys, read, found)
    applies = _applied(found)
    if applies is not True:
        return _answer(expr, keys, read, applies)
    inner = other.clause(
        expr.clause, {name: keys[name] for name in keys if name in {*tree.needs(expr.clause), *place}}
    )
    kids = (*(found.steps[name] for name in ("applies",) if name in found.steps), inner)
    return Step(expr, keys, inner.value, inner.present, kids, about=read)


def _verdict(expr: Decision[Any], keys: Context, read: OtherRead, found: Decided) -> Step:
    value = TRUTH_OF.get(found.outcome)
    present: Kleene = True if value is not None else None
    if any(item.value in OUTCOMES for item in found.placed):
        return Step(expr, keys, value, present, events=_events(found.placed), about=read)
    roots = ("applies",) if found.outcome == "not_applicable" else ("applies", "verdict")
    kids = tuple(found.steps[name] for name in roots if name in found.steps)
    return Step(expr, keys, value, present, kids, about=read)


def _applied(found: Decided) -> Kleene:
    """Whether the other rule applies, as far as reading one of its clauses goes."""
    if found.outcome == "failed":
        return None
    if not (found.in_force and found.measured):
        return False
    return found.steps["applies"].value if "applies" in found.steps else True


def _answer(expr: Decision[Any], keys: Context, read: OtherRead, applies: Kleene) -> Step:
    """A clause of a rule that does not apply (a truth is false, a number absent), or perhaps does not."""
    found = read.decided
    kids = () if found is None else tuple(found.steps[name] for name in ("applies",) if name in found.steps)
    value: Any = None if expr.of_kind in ("truth", "code") else nothing(expr.of_kind)
    if expr.of_kind == "truth" and applies is False:
        return Step(expr, keys, False, True, kids, about=read)
    return Step(expr, keys, value, applies, kids, about=read)


def _events(items: tuple[Placement, ...] | tuple[Published, ...]) -> tuple[str, ...]:
    return tuple(sorted({event for item in items for event in item.events}))


# --- status -----------------------------------------------------------------------------------------


def status(evaluation: Evaluation, expr: Status, keys: Context) -> Step:
    """The state in a period: placed, else (in an earlier period) published, else moved from the one before."""
    place = {name: keys[name] for name in evaluation.tree.keys}
    if (outside := _outside(evaluation, expr, place)) is not None:
        return outside
    name = next(name for name, clause in evaluation.tree.statuses.items() if clause is expr)
    before = _state_before(evaluation, expr, name, place)
    applies = _applies_at(evaluation, place)
    if applies and applies[0].value is False:
        return Step(expr, place, before.value, before.present, applies, (before,), about=StatusRead())
    possible, asked, moved = _moves(evaluation, expr, before, place)
    if applies and applies[0].value is None and before.value is not None:
        possible |= before.value
    read = StatusRead(moved=moved if len(possible) == 1 and not (applies and applies[0].value is None) else None)
    return Step(expr, place, frozenset(possible), True, (*applies, *asked), (before,), about=read)


def _outside(evaluation: Evaluation, expr: Status, keys: Context) -> Step | None:
    tree = evaluation.tree
    placed = tuple(item for item in evaluation.outside.placements(tree.id, keys) if item.value in expr.states)
    if placed:
        return _told(expr, keys, placed, StatusRead(placed=placed))
    key = period_of(evaluation, keys)
    decided_now = evaluation.period is not None and keys[key.name] == evaluation.period
    published = evaluation.outside.told(tree.id, keys) if not decided_now else ()
    published = tuple(item for item in published if item.value in expr.states)
    return _told(expr, keys, published, StatusRead(published=published)) if published else None


def _told(expr: Status, keys: Context, items: Any, read: StatusRead) -> Step:
    """The state that was said outside; where two say different states it is one of them, and both are named."""
    states = frozenset(item.value for item in items)
    conflict = _events(items) if len(states) > 1 else ()
    return Step(expr, keys, states, True, events=_events(items), conflict=conflict, about=read)


def _state_before(evaluation: Evaluation, expr: Status, name: str, keys: Context) -> Step:
    """The state one period earlier, every period before it decided first and in order.

    A state that somebody said asks for nothing that lies before it.
    """
    key = period_of(evaluation, keys)
    first = _first(evaluation, expr, keys)
    todo: list[Context] = []
    earlier = shifted(evaluation, keys, 1)
    while ordinal(key.period, earlier[key.name]) >= first and not evaluation.has_met(name, earlier):
        todo.append(earlier)
        if _outside(evaluation, expr, earlier) is not None:
            break
        earlier = shifted(evaluation, earlier, 1)
    for place in reversed(todo):
        evaluation.clause(name, place)
    before = shifted(evaluation, keys, 1)
    if ordinal(key.period, before[key.name]) >= first:
        return evaluation.clause(name, before)
    start = frozenset(expr.states) if expr.start is None else frozenset((expr.start,))
    return Step(expr, before, start, True, about=StatusRead())


def _first(evaluation: Evaluation, expr: Status, keys: Context) -> int:
    """The ordinal of the first period of a status: said, else that of coming into force, else of the facts."""
    key, tree = period_of(evaluation, keys), evaluation.tree
    if expr.since is not None:
        return ordinal(key.period, expr.since)
    if tree.in_force.year > 1:
        return ordinal(key.period, key.read_from(tree.in_force))
    back = max(periods_so_far(evaluation, keys) - 1, 0)
    return ordinal(key.period, shifted(evaluation, keys, back)[key.name])


def _applies_at(evaluation: Evaluation, keys: Context) -> tuple[Step, ...]:
    return (evaluation.clause("applies", keys),) if "applies" in evaluation.tree.clauses else ()


def _moves(
    evaluation: Evaluation, expr: Status, before: Step, keys: Context
) -> tuple[set[str], tuple[Step, ...], Step | None]:
    """The states that are possible now, the conditions asked, and the one that surely moved the state."""
    possible: set[str] = set()
    asked: dict[int, Step] = {}
    moved: Step | None = None
    for state in sorted(before.value if before.value is not None else expr.states):
        for place, (source, when, target) in enumerate(expr.moves):
            if source != state:
                continue
            condition = asked.setdefault(place, evaluation.step(when, keys))
            if condition.value is not False:
                possible.add(target)
            if condition.value is True:
                moved = condition if target != state else moved
                break
        else:
            possible.add(state)
    return possible, tuple(asked[place] for place in sorted(asked)), moved


def before(evaluation: Evaluation, expr: Before, keys: Context) -> Step:
    """The state before this period of a status named further down."""
    here = {name: keys[name] for name in evaluation.tree.keys}
    place = shifted(evaluation, here, expr.steps - 1)
    inner = _state_before(evaluation, evaluation.tree.statuses[expr.status], expr.status, place)
    return Step(expr, keys, inner.value, inner.present, (inner,))


# --- opaque -----------------------------------------------------------------------------------------


def opaque(evaluation: Evaluation, expr: Opaque, keys: Context) -> Step:
    """What the function gives for its inputs, once each is known or known not to be."""
    kids = tuple(evaluation.step(item, keys) for _, item in expr.reads)
    if all(kid.known or kid.present is False for kid in kids):
        given = {name: _given(kid) for (name, _), kid in zip(expr.reads, kids, strict=True)}
        value, present, why = _called(expr, given, keys)
        return Step(expr, keys, value, present, kids, about=why or None)
    return Step(expr, keys, _unknown(expr), True if _bounded(expr) else None, kids)


def _given(step: Step) -> Any:
    """A known value as a function takes it; None where there is none."""
    if step.present is False:
        return None
    value = step.value
    return value.lo if isinstance(value, Span) else next(iter(value)) if isinstance(value, frozenset) else value


def _bounded(expr: Opaque) -> bool:
    """Whether the function declares what it can give; then it gives something for all inputs."""
    return bool(expr.among) or (expr.low is not None and expr.high is not None)


def _unknown(expr: Opaque) -> Any:
    if expr.of_kind == "number":
        return Span(-inf if expr.low is None else expr.low, inf if expr.high is None else expr.high)
    return frozenset(expr.among) if expr.of_kind == "code" and expr.among else None


def _called(expr: Opaque, given: Mapping[str, Any], keys: Context) -> tuple[Any, Kleene, tuple[Why, ...]]:
    at = ", ".join(f"{name} {value}" for name, value in keys.items())
    what = f"opaque {expr.name} {expr.version} at {at}"
    try:
        said = expr.function(**given)
    except BaseException as error:  # a function that nobody can look into may raise whatever it likes
        if isinstance(error, KeyboardInterrupt):
            raise
        raise RuleError(f"{what} raised {type(error).__name__}: {error}", expr.where) from error
    value, why = _with_reasons(expr, said, what)
    if value is None:
        if _bounded(expr):
            raise RuleError(f"{what} gave None, but declares bounds= or among=: it must give a value", expr.where)
        return (ANY if expr.of_kind == "number" else None), (None if expr.of_kind == "truth" else False), why
    return _checked(expr, value, what), True, why


def _with_reasons(expr: Opaque, said: Any, what: str) -> tuple[Any, tuple[Why, ...]]:
    """The value, and the reasons where the function gave a pair; raises `RuleError` for what are no reasons."""
    if not isinstance(said, tuple):
        return said, ()
    if len(said) != 2 or not isinstance(said[1], list | tuple):
        raise RuleError(f"{what} gave {said!r}, not a value or (value, [(name, ru, en), …])", expr.where)
    for item in said[1]:
        if not (isinstance(item, tuple) and len(item) == 3 and all(isinstance(part, str) and part for part in item)):
            raise RuleError(f"{what} gave the reason {item!r}, not (name, ru, en) of three texts", expr.where)
    names = [item[0] for item in said[1]]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise RuleError(f"{what} gave two reasons called {', '.join(twice)}; each needs its own name", expr.where)
    return said[0], tuple(Why(*item) for item in said[1])


def _checked(expr: Opaque, value: Any, what: str) -> Any:
    """The value as reasoning holds it; raises `RuleError` for another kind or a value outside what is declared."""
    match expr.of_kind:
        case "truth" if isinstance(value, bool):
            return value
        case "code" if isinstance(value, str) and (not expr.among or value in expr.among):
            return frozenset((value,))
        case "number" if isinstance(value, int | Fraction) and not isinstance(value, bool):
            low, high = _unknown(expr)
            if low <= value <= high:
                return Span(value, value)
    wanted = f"one of {', '.join(expr.among)}" if expr.among else f"an exact {expr.of_kind} within its bounds"
    raise RuleError(f"{what} gave {value!r}, not {wanted}", expr.where)


OTHERS: Mapping[type, Callable[[Evaluation, Any, Context], Step]] = {
    Decision: decision,
    Status: status,
    Before: before,
    Opaque: opaque,
}
