"""How far a share or a count is from turning its comparison, in whole units of what is counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, floor

from shnor_engine.reasoning.trace import Step
from shnor_engine.reasoning.values import Exact
from shnor_engine.rules import tree as nodes


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
    """The margin of a decided comparison of a share or a count with a known number; None for any other step."""
    expr = step.expr
    if not isinstance(expr, nodes.Compare) or step.value is None or expr.op == "=":
        return None
    left, right = _through(step.kids[0]), step.kids[1].value
    if not right.exact:
        return None
    if isinstance(left.expr, nodes.Ratio) and left.expr.part_of:
        part, whole = _through(left.kids[0]), left.kids[1].value
        if not (part.value.exact and whole.exact):
            return None
        return _turning(expr.op, bool(step.value), part.value.lo, right.lo * whole.lo, whole.lo, _units(part))
    if isinstance(left.expr, nodes.Rows) and left.expr.how == "count" and left.value.exact:
        return _turning(expr.op, bool(step.value), left.value.lo, right.lo, None, ("", ""))
    return None


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
