"""A status in columns: its state in each period out of the state before, the earliest period first.

Each period of the fold is one look further back, so a state is held in columns of its own and never reckoned twice.
"""

from __future__ import annotations

from collections.abc import Mapping

from shnor_engine.reasoning.columns import outside
from shnor_engine.reasoning.columns.bits import TRUE, Bit, both, either, no
from shnor_engine.reasoning.columns.scope import Scope
from shnor_engine.reasoning.columns.time import LONGEST, first_by
from shnor_engine.reasoning.columns.values import Codes, Value
from shnor_engine.reasoning.columns.wholes import Uncompilable
from shnor_engine.reasoning.evaluate_time import measured
from shnor_engine.rules.periods import ordinal
from shnor_engine.rules.status import Before, Status


def status(scope: Scope, expr: Status) -> Value:
    """The state of a period: moved by the first move from the state before that holds, else kept."""
    conditions = [scope.value(when) for _, when, _ in expr.moves]
    applies = scope.clause("applies") if "applies" in scope.run.tree.clauses else Value(TRUE)
    old = state_before(scope, expr)
    moved, fails = _moved(expr, old.codes.possible, conditions)
    asked, kept = no(applies.truth.not_), no(applies.truth.yes)
    possible = {
        state: either(both(asked, moved[state]), both(kept, old.codes.possible.get(state, False)))
        for state in expr.states
    }
    crisp = old.codes.crisp and applies.truth.crisp and all(item.truth.crisp for item in conditions)
    fail = either(old.fail, applies.fail, both(asked, fails))
    return scope.ground.keep(_outside(scope, expr, Value(Codes(possible, crisp=crisp), fail=fail)), "state")


def _outside(scope: Scope, expr: Status, own: Value) -> Value:
    """The state that an authority placed or that was published, else our own; several that differ are possible."""
    bits = outside.states(scope, expr.states)
    if not bits:
        return own
    told = outside.said(bits)
    possible = {
        state: either(bits.get(state, False), both(no(told), bit)) for state, bit in own.codes.possible.items()
    }
    return Value(Codes(possible), fail=both(no(told), own.fail))


def _moved(expr: Status, old: Mapping[str, Bit], conditions: list[Value]) -> tuple[dict[str, Bit], Bit]:
    """Where each state is possible after the moves, and where a condition that is asked fails."""
    possible: dict[str, list[Bit]] = {state: [] for state in expr.states}
    fails: list[Bit] = []
    for state in expr.states:
        reached: Bit = old.get(state, False)
        for (source, _, target), condition in zip(expr.moves, conditions, strict=True):
            if source == state:
                possible[target].append(both(reached, condition.truth.maybe))
                fails.append(both(reached, condition.fail))
                reached = both(reached, no(condition.truth.yes))
        possible[state].append(reached)
    return {state: either(*bits) for state, bits in possible.items()}, either(*fails)


def before(scope: Scope, expr: Before) -> Value:
    """The state so many periods before of a status of this rule."""
    return state_before(scope.earlier(expr.steps - 1), scope.run.tree.statuses[expr.status])


def state_before(scope: Scope, expr: Status) -> Value:
    """The state one period earlier, that of the start before the first period."""
    name = next(name for name, clause in scope.run.tree.statuses.items() if clause is expr)
    states = expr.states if expr.start is None else (expr.start,)
    start = Codes(dict.fromkeys(states, True), crisp=len(states) == 1)
    inside, depth = _inside(scope, expr)
    if inside is False:
        return Value(start)
    if depth > LONGEST:
        raise Uncompilable(f"a status over {depth} periods")
    for back in range(depth, 1, -1):  # the earliest first, so that no period waits for all of those before it
        scope.earlier(back).clause(name)
    old = scope.earlier(1).clause(name)
    possible = {
        state: either(both(inside, old.codes.possible.get(state, False)), both(no(inside), state in states))
        for state in expr.states
    }
    crisp = old.codes.crisp and (start.crisp or inside is True)
    return Value(Codes(possible, crisp=crisp), fail=both(inside, old.fail))


def _inside(scope: Scope, expr: Status) -> tuple[Bit, int]:
    """Where the period before belongs to the status, and how many periods back the first one may lie."""
    run = scope.run
    period = run.tree.period
    assert period is not None, "a status has a period"
    if expr.since is not None:
        first: int | None = ordinal(period.period, expr.since)
    elif run.tree.in_force.year > 1:
        first = ordinal(period.period, period.read_from(run.tree.in_force))
    else:
        first = run.first_of(period.name)
    before = scope.earlier(1)
    low, high = before.periods
    if first is None or high < first:
        return False, 0
    depth = len(measured(period, first, high))
    if run.by and expr.since is None and run.tree.in_force.year <= 1:
        own, none = first_by(scope)
        return both(no(none), before.moment >= own), depth
    return True if low >= first else before.moment >= first, depth
