"""How far a share or a count is from turning its comparison, in whole units of what is counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor, inf
from typing import Any

from shnor_engine.reasoning.trace import Step
from shnor_engine.reasoning.values import Exact, Span
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.geometry import Interval, OneOf, holds
from shnor_engine.rules.tables import Table
from shnor_engine.rules.tree import kind_of

DAYS = ("дн.", "days")


@dataclass(frozen=True, slots=True)
class Margin:
    """The least change of a count, all else kept, by which the comparison turns: `units` more (`up`) or fewer.

    None of this is possible where the count cannot go so far: then there is no margin at all.
    """

    units: int
    up: bool
    unit: str
    unit_en: str = ""


def margin_of(step: Step) -> Margin | None:
    """The margin of a decided comparison of a share, a count or a day with a known one, and of a table.

    Of a table it is the least change of one whole number among its inputs by which another row would hold. None for
    any other step.
    """
    expr = step.expr
    if isinstance(expr, Table):
        return _of_table(step)
    if not isinstance(expr, nodes.Compare) or step.value is None or expr.op == "=":
        return None
    left, right = _through(step.kids[0]), step.kids[1].value
    if not right.exact:
        return None
    if kind_of(expr.left) == "date" and left.value.exact:
        return _turning(expr.op, bool(step.value), left.value.lo, right.lo, None, DAYS)
    if isinstance(left.expr, nodes.Ratio) and left.expr.part_of:
        part, whole = _through(left.kids[0]), left.kids[1].value
        if not (part.value.exact and whole.exact):
            return None
        return _turning(expr.op, bool(step.value), part.value.lo, right.lo * whole.lo, whole.lo, _units(part))
    if isinstance(left.expr, nodes.Rows) and left.expr.how == "count" and left.value.exact:
        return _turning(expr.op, bool(step.value), left.value.lo, right.lo, None, ("", ""))
    return None


def _of_table(step: Step) -> Margin | None:
    kids = [_through(kid) for kid in step.kids]
    if not all(kid.known for kid in kids):
        return None
    now = [_point(kid) for kid in kids]
    found = [
        (abs(number - now[place]), number > now[place], kid)
        for place, kid in enumerate(kids)
        if isinstance(now[place], int) and _counts(kid)
        for number in _candidates(step, place, kid)
        if number != now[place] and _gives(step, now) != _gives(step, [*now[:place], number, *now[place + 1 :]])
    ]
    if not found:
        return None
    units, up, kid = min(found, key=lambda item: item[:2])
    return Margin(units, up, *_units(kid))


def _point(kid: Step) -> Any:
    value = kid.value
    if isinstance(value, Span):
        return int(value.lo) if value.lo == int(value.lo) else value.lo
    return next(iter(value)) if isinstance(value, frozenset) else value


def _counts(kid: Step) -> bool:
    """Whether an input counts whole units."""
    expr = kid.expr
    return (isinstance(expr, nodes.FieldRef) and expr.fact.fields()[expr.field].of is int) or (
        isinstance(expr, nodes.Rows) and expr.how == "count"
    )


def _candidates(step: Step, place: int, kid: Step) -> set[int]:
    """The whole numbers beside the edges of a column that the input can have."""
    low, high = kid.expr.fact.fields()[kid.expr.field].bounds if isinstance(kid.expr, nodes.FieldRef) else (0, None)
    ends: set[Any] = set()
    for row in step.cells:
        cell = row[place]
        ends |= {cell.low, cell.high} if isinstance(cell, Interval) else set()
        ends |= cell.values if isinstance(cell, OneOf) else set()
    near = {edge + by for end in ends if abs(end) != inf for edge in (floor(end), ceil(end)) for by in (-1, 0, 1)}
    return {number for number in near if (low is None or number >= low) and (high is None or number <= high)}


def _gives(step: Step, point: Sequence[Any]) -> tuple[Any, ...]:
    """What the rows that hold these values give: the codes or numbers, or the rows themselves."""
    expr = step.expr
    if not isinstance(expr, Table):
        return ()
    hit = [row for row, cells in zip(expr.rows, step.cells, strict=True) if all(map(holds, cells, point))]
    return tuple(row.gives.value if isinstance(row.gives, nodes.Constant) else id(row) for row in hit)


def _through(step: Step) -> Step:
    """What a reference to a clause stands for."""
    while isinstance(step.expr, nodes.ClauseRef):
        step = step.kids[0]
    return step


def _units(part: Step) -> tuple[str, str]:
    if not isinstance(part.expr, nodes.FieldRef):
        return "", ""
    field = part.expr.fact.fields()[part.expr.field]
    return field.unit, field.unit_en


# The count that stands nearest to the limit on the other side, by operator and present truth.
_NEAREST: dict[tuple[str, bool], Callable[[Exact], int]] = {
    (">=", True): lambda limit: ceil(limit) - 1,
    (">=", False): lambda limit: ceil(limit),
    (">", True): lambda limit: floor(limit),
    (">", False): lambda limit: floor(limit) + 1,
    ("<=", True): lambda limit: floor(limit) + 1,
    ("<=", False): lambda limit: floor(limit),
    ("<", True): lambda limit: ceil(limit),
    ("<", False): lambda limit: ceil(limit) - 1,
}


def _turning(
    op: str, holds: bool, count: Exact, limit: Exact, most: Exact | None, units: tuple[str, str]
) -> Margin | None:
    target = _NEAREST[op, holds](limit)
    if target < 0 or (most is not None and target > most):
        return None
    change = target - int(count)
    return Margin(abs(change), change > 0, *units)
