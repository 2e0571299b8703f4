"""A status in columns: its state in each period out of the state before, the earliest period first.

Each period of the fold is one look further back, so a state is held in columns of its own and never reckoned twice.
Over many periods it is put together out of what each of them does (`prefixes`).
"""

from __future__ import annotations

from shnor_engine.reasoning.columns import outside
from shnor_engine.reasoning.columns.bits import TRUE, Bit, both, either, no
from shnor_engine.reasoning.columns.moves import after
from shnor_engine.reasoning.columns.prefixes import state_then
from shnor_engine.reasoning.columns.scope import Scope
from shnor_engine.reasoning.columns.time import LONGEST, first_by
from shnor_engine.reasoning.columns.values import Codes, Value
from shnor_engine.reasoning.evaluate_time import measured
from shnor_engine.rules.periods import ordinal
from shnor_engine.rules.status import Before, Status


def status(scope: Scope, expr: Status) -> Value:
    """The state of a period: moved by the first move from the state before that holds, else kept."""
    conditions = [scope.value(when) for _, when, _ in expr.moves]
    applies = scope.clause("applies") if "applies" in scope.run.tree.clauses else Value(TRUE)
    old = state_before(scope, expr)
    told = outside.states(scope, expr.states, earlier=not scope.here)
    possible, fail = after(expr, old.codes.possible, old.fail, conditions, applies, told)
    crisp = old.codes.crisp and applies.truth.crisp and all(item.truth.crisp for item in conditions) and not told
    return scope.ground.keep(Value(Codes(possible, crisp=crisp), fail=fail), "state")


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
    old = _over_many(scope, expr) if depth > LONGEST else _over_few(scope, name, depth)
    possible = {
        state: either(both(inside, old.codes.possible.get(state, False)), both(no(inside), state in states))
        for state in expr.states
    }
    crisp = old.codes.crisp and (start.crisp or inside is True)
    return Value(Codes(possible, crisp=crisp), fail=both(inside, old.fail))


def _over_few(scope: Scope, name: str, depth: int) -> Value:
    """The state before, each period out of the one before it."""
    for back in range(depth, 1, -1):  # the earliest first, so that no period waits for all of those before it
        scope.earlier(back).clause(name)
    return scope.earlier(1).clause(name)


def _over_many(scope: Scope, expr: Status) -> Value:
    """The same without a look at each of them."""
    before, first = scope.earlier(1), _first(scope, expr)
    assert first is not None, "a status that is looked at begins in some period"
    periods = measured(scope.period, first, before.periods[1])
    possible, fail = state_then(before, expr, periods, begun=not _by_draw(scope, expr))
    return Value(Codes(possible), fail=fail)


def _first(scope: Scope, expr: Status) -> int | None:
    """The ordinal of the first period of a status that any place can have."""
    run = scope.run
    period = run.tree.period
    assert period is not None, "a status has a period"
    if expr.since is not None:
        return ordinal(period.period, expr.since)
    if run.tree.in_force.year > 1:
        return ordinal(period.period, period.read_from(run.tree.in_force))
    return run.first_of(period.name)


def _by_draw(scope: Scope, expr: Status) -> bool:
    """Whether each draw begins in a period of its own."""
    return bool(scope.run.by) and expr.since is None and scope.run.tree.in_force.year <= 1


def _inside(scope: Scope, expr: Status) -> tuple[Bit, int]:
    """Where the period before belongs to the status, and how many periods back the first one may lie."""
    first = _first(scope, expr)
    before = scope.earlier(1)
    low, high = before.periods
    if first is None or high < first:
        return False, 0
    depth = len(measured(scope.period, first, high))
    if _by_draw(scope, expr):
        own, none = first_by(scope)
        return both(no(none), before.moment >= own), depth
    return True if low >= first else before.moment >= first, depth
