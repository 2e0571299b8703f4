"""A status over many periods: what each period does to every state, put together twice as far at each step.

What a period does is a table of bits: from each state before it to the states possible after it, and to a failure.
Two such tables one after the other are one again, so that the way from the start to any period is put together in as
many steps as the number of periods has binary digits, and not in one step a period.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import narwhals.stable.v2 as nw

from shnor_engine.reasoning.columns import outside
from shnor_engine.reasoning.columns.bits import TRUE, Bit, as_expr, both, either
from shnor_engine.reasoning.columns.moves import after
from shnor_engine.reasoning.columns.scope import Ground, Scope
from shnor_engine.reasoning.columns.tables import Frame, big_frame
from shnor_engine.reasoning.columns.unrolled import FIRST, refuse_unread, with_first
from shnor_engine.reasoning.columns.values import Value
from shnor_engine.reasoning.columns.wholes import Uncompilable
from shnor_engine.reasoning.reading import follow
from shnor_engine.rules.status import Before, Status

APPLIES = ("applies",)
FAILED = "\0failed"  # beside the states: reckoning one before has failed, until somebody says the state
Step: TypeAlias = "dict[tuple[str, str], Bit]"  # from a state before to one that is possible after


def state_then(scope: Scope, expr: Status, periods: Sequence[int], *, begun: bool) -> tuple[dict[str, Bit], Bit]:
    """Where each state is possible after the period here, and where reckoning it failed; nowhere beside `periods`.

    `begun` says that they begin everywhere in the same one, not with the facts of each draw.
    """
    memo, met = scope.memo, ("prefix", id(expr), scope.look)
    if met not in memo:
        frame = _table(scope, expr, periods, begun=begun)
        columns = {name: scope.ground.fresh("state") for name in _ends(expr).values()}
        scope.ground.join(frame, scope.keys, scope.look, columns)
        memo[met] = columns
    bits = {end: nw.col(memo[met][name]).fill_null(False) for end, name in _ends(expr).items()}
    failed = bits.pop(FAILED)
    return dict(bits), failed


def _ends(expr: Status) -> dict[str, str]:
    """The columns of the states, and of a failure."""
    return {end: f"_end{at}" for at, end in enumerate((*expr.states, FAILED))}


def _table(scope: Scope, expr: Status, periods: Sequence[int], *, begun: bool) -> Frame:
    """The states possible after each period of each subject."""
    tree = scope.run.tree
    inside = [*(when for _, when, _ in expr.moves), *(tree.clauses[name] for name in APPLIES if name in tree.clauses)]
    refuse_unread(scope, expr, inside)
    if any(isinstance(node, Status | Before) for item in inside for node in follow(tree, item)):
        raise Uncompilable(f"a status over {len(periods)} periods that is moved by a status")
    rows = _rows(scope, periods, begun=begun)
    inner = Scope(Ground(scope.run, rows, scope.keys, (periods[0], periods[-1]), [expr]))
    steps = _steps(inner, expr)
    frame = inner.ground.frame.select(*scope.keys, *(as_expr(bit).alias(_name(at)) for at, bit in steps.items()))
    own = scope.looked.name
    subject = [key for key in scope.keys if key != own]
    far = 1
    while far < len(periods):
        frame = _twice(frame, list(steps), subject, own, far)
        far *= 2
    start = expr.states if expr.start is None else (expr.start,)
    ends = {
        name: either(*(nw.col(_name((state, end))) for state in start if (state, end) in steps))
        for end, name in _ends(expr).items()
    }
    return frame.select(*scope.keys, *(as_expr(bit).alias(name) for name, bit in ends.items()))


def _rows(scope: Scope, periods: Sequence[int], *, begun: bool) -> Frame:
    """Every subject in every period of the status."""
    own = scope.looked.name
    subjects = scope.places().select(*(key for key in scope.keys if key != own)).unique()
    if not begun:
        subjects = with_first(scope, subjects, own)
    rows = subjects.join(big_frame(scope.run.seed, {own: list(periods)}), how="cross")
    return rows if begun else rows.filter(nw.col(own) >= nw.col(FIRST)).select(*scope.keys)


def _steps(inner: Scope, expr: Status) -> Step:
    """What a period does to each state; what can never be is left out."""
    conditions = [inner.value(when) for _, when, _ in expr.moves]
    applies = inner.clause("applies") if "applies" in inner.run.tree.clauses else Value(TRUE)
    told = outside.states(inner, expr.states, earlier=True)
    found: Step = {}
    for source in (*expr.states, FAILED):
        old = {source: True} if source != FAILED else {}
        possible, fail = after(expr, old, source == FAILED, conditions, applies, told)
        found |= {(source, end): bit for end, bit in (*possible.items(), (FAILED, fail))}
    return {at: found[at] for at in _reached([at for at, bit in found.items() if bit is not False])}


def _reached(steps: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Each state that can be reached from each in any number of periods; none leaves it where it is."""
    found = {*steps, *((end, end) for at in steps for end in at)}
    while more := {(one, last) for one, via in found for of, last in found if via == of} - found:
        found |= more
    return sorted(found)


def _through(at: tuple[str, str], was: Mapping[tuple[str, str], Any], now: Mapping[tuple[str, str], Any]) -> nw.Expr:
    """Whether some state between leads from the one to the other."""
    return as_expr(
        either(*(both(bit, now[via, at[1]]) for (of, via), bit in was.items() if of == at[0] and (via, at[1]) in now))
    )


def _name(at: tuple[str, str]) -> str:
    return f"_from {at[0]} to {at[1]}".replace(FAILED, "failed?")


def _twice(frame: Frame, steps: Sequence[tuple[str, str]], subject: Sequence[str], own: str, far: int) -> Frame:
    """What `far` periods do after what as many periods before them do; before the first one nothing is done."""
    shifted = [nw.col(_name(at)).shift(far).over(*subject, order_by=own).alias(f"was{_name(at)}") for at in steps]
    frame = frame.with_columns(*shifted)
    was = {at: nw.col(f"was{_name(at)}").fill_null(at[0] == at[1]) for at in steps}
    now: Mapping[tuple[str, str], Any] = {at: nw.col(_name(at)) for at in steps}
    return frame.select(*subject, own, *(_through(at, was, now).alias(_name(at)) for at in steps))
