"""Runs in columns: the shortest and the longest that is possible, one look back a period."""

from __future__ import annotations

import narwhals.stable.v2 as nw

from shnor_engine.reasoning.columns.bits import TRUE, Bit, Truth, both, either, no
from shnor_engine.reasoning.columns.scope import Scope
from shnor_engine.reasoning.columns.time import LONGEST, first_by
from shnor_engine.reasoning.columns.values import Value
from shnor_engine.reasoning.columns.wholes import ONE, ZERO, End, Span, Uncompilable, pick, plus
from shnor_engine.rules.over_time import Run
from shnor_engine.rules.periods import ordinal


def run(scope: Scope, expr: Run) -> Value:
    """How many periods on end the truth has held, from the shortest to the longest run that is possible.

    The shortest ends as soon as it may, the longest as late as it can; where the past is open it has no end.
    """
    low = high = ZERO
    may_last: Bit = True  # the longest run reaches to here
    must_last: Bit = True  # the shortest does
    fails: list[Bit] = []
    for step in range(_depth(scope, expr) + 1):
        inside = both(may_last, _inside(scope, expr, step))
        if inside is False:
            break
        grows, ends, passes, fail = _may(scope.earlier(step), expr)
        fails.append(both(inside, fail))
        must_last = _kept(scope, both(must_last, either(no(inside), no(ends))))
        low = plus(low, pick(both(inside, must_last, no(passes)), ONE, ZERO))
        high = plus(high, pick(both(inside, grows), ONE, ZERO))
        may_last = _kept(scope, both(may_last, either(no(inside), grows, passes)))
    open_ = may_last if expr.since is None else False
    return scope.ground.keep(Value(Span(End(low), End(high, open=open_)), fail=either(*fails)), "run")


def _kept(scope: Scope, bit: Bit) -> Bit:
    """The same, in a column of its own: the next period builds on it."""
    return scope.ground.keep(Value(Truth.of(bit)), "lasts").truth.yes


def _may(scope: Scope, expr: Run) -> tuple[Bit, Bit, Bit, Bit]:
    """Where a period may make the run grow, end it, be passed by; and where reading it fails."""
    tree, item = scope.run.tree, scope.value(expr.item)
    applies = Value(TRUE)
    if "applies" in tree.clauses and set(tree.keys) <= set(scope.ground.keys):
        applies = scope.clause("applies")
    there, held = applies.truth, item.truth
    unsure = no(there.yes)
    grows = both(there.maybe, held.maybe)
    ends = either(both(there.maybe, no(held.yes)), both(unsure, expr.gaps == "break"))
    return grows, ends, both(unsure, expr.gaps == "skip"), either(item.fail, applies.fail)


def _first(scope: Scope, expr: Run) -> int | None:
    """The first period that can belong to a run: said, else the one before the facts begin, which is asked too."""
    period = scope.run.tree.period
    assert period is not None, "a run has a period"
    if expr.since is not None:
        return ordinal(period.period, expr.since)
    return None if scope.run.first is None else scope.run.first - 1


def _depth(scope: Scope, expr: Run) -> int:
    _, high = scope.periods
    first = _first(scope, expr)
    depth = 1 if first is None else high - first
    depth = max(depth, 1) if expr.since is None else depth
    if depth > LONGEST:
        raise Uncompilable(f"a run of up to {depth} periods")
    return depth


def _inside(scope: Scope, expr: Run, step: int) -> Bit:
    """Whether a period so many back is asked; without `since` this one and the one before always are."""
    first = _first(scope, expr)
    if expr.since is None and step <= 1:
        return True
    if first is None:
        return False
    (low, high), here = scope.periods, nw.col(scope.key(scope.run.period))
    if scope.run.by and expr.since is None:
        own, none = first_by(scope)
        return both(no(none), here - step >= own - 1)
    if high - step < first:
        return False
    return True if low - step >= first else here - step >= first
