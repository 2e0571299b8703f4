"""Which steps decide: of a false «and» the false ones, of a true «or» the true ones, of a count those that count.

What is left out may change in any way without changing the value; an open value rests on everything below it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from shnor_engine.reasoning.trace import Step
from shnor_engine.rules import tree as nodes

End = Literal["low", "high"]


def decisive(step: Step, end: End | None = None) -> Iterator[tuple[Step, End | None]]:
    """The steps directly below that decide, each with the end of its number that matters (None: both)."""
    match step.expr:
        case nodes.And():
            yield from _holding(step, False)
        case nodes.Or():
            yield from _holding(step, True)
        case nodes.AtLeast():
            yield from ((term, None) for term in step.terms)
            yield from _of_window(step)
        case nodes.Compare():
            left, right = _ends(step)
            yield step.kids[0], left
            yield step.kids[1], right
        case nodes.Rows() if not step.row:
            yield from ((term, None) for term in step.terms)
            yield from ((row, None) for row in _of_rows(step, end))
        case nodes.ClauseRef() | nodes.Previous():
            yield step.kids[0], end
        case _:
            yield from ((kid, None) for kid in (*step.kids, *step.terms))


def _holding(step: Step, deciding: bool) -> Iterator[tuple[Step, End | None]]:
    kids = [kid for kid in step.kids if kid.value is deciding] if step.value is deciding else step.kids
    return ((kid, None) for kid in kids)


def _of_window(step: Step) -> Iterator[tuple[Step, End | None]]:
    """In each: as an «and». At least k: the periods that hold, or those that do not."""
    expr = step.expr
    if isinstance(expr, nodes.AtLeast) and expr.least is None:
        return _holding(step, False)
    kids = step.kids if step.value is None else [kid for kid in step.kids if kid.value is step.value]
    return ((kid, None) for kid in kids)


def _ends(step: Step) -> tuple[End | None, End | None]:
    """The end of each side on which a decided comparison rests."""
    expr = step.expr
    if step.value is None or not isinstance(expr, nodes.Compare) or expr.op == "=":
        return None, None
    above = (expr.op in (">=", ">")) == step.value
    return ("low", "high") if above else ("high", "low")


def _of_rows(step: Step, end: End | None) -> list[Step]:
    """Rows that decide an aggregate; where rows could be missing, the closing events stand on the step itself."""
    how = step.expr.how if isinstance(step.expr, nodes.Rows) else ""
    if how == "count" and end is not None:
        return [row for row in step.kids if row.value is (end == "low")]
    if how == "any" and step.value is True:
        return [row for row in step.kids if row.value is True and row.kids[-1].value is True]
    if how == "all" and step.value is False:
        return [row for row in step.kids if row.value is True and row.kids[-1].value is False]
    return list(step.kids)


def closing_counts(step: Step, end: End | None) -> bool:
    """Whether an aggregate also rests on there being no further rows."""
    how = step.expr.how if isinstance(step.expr, nodes.Rows) else ""
    if how == "count":
        return end != "low"
    return not ((how == "any" and step.value is True) or (how == "all" and step.value is False))


def _window_stands(step: Step) -> bool:
    """Whether the value of a window needs no event to say where it begins.

    Either fewer periods would not change it, or a row that decides stands in the earliest period that matters, or
    before it, and so keeps that period in.
    """
    expr = step.expr
    if not isinstance(expr, nodes.AtLeast) or step.value is (expr.least is None):
        return True
    kids = [kid for kid, _ in _of_window(step)]
    return any(_keeps(item, kids) for kid in kids for item in walk_decisive(kid))


def _keeps(step: Step, kids: list[Step]) -> bool:
    """Whether this is a field or a row that an event reported in the earliest of some periods, or before it."""
    if not (isinstance(step.expr, nodes.FieldRef) or (isinstance(step.expr, nodes.Rows) and step.row)):
        return False
    period = next((key.name for key in step.expr.fact.grain if key.period), None)
    if period is None or step.present is not True or not step.events or period not in kids[0].keys:
        return False
    return int(step.keys[period]) <= min(int(kid.keys[period]) for kid in kids)


class Grounds:
    """The events on which steps rest, each step looked at once."""

    def __init__(self) -> None:
        self._found: dict[tuple[int, End | None], frozenset[str]] = {}

    def events(self, step: Step, end: End | None = None) -> frozenset[str]:
        """Every event on which the value rests; nothing outside them can change it."""
        asked = (id(step), end)
        if asked not in self._found:
            self._found[asked] = self._own(step, end).union(
                *(self.events(kid, kid_end) for kid, kid_end in decisive(step, end))
            )
        return self._found[asked]

    @staticmethod
    def _own(step: Step, end: End | None) -> frozenset[str]:
        if isinstance(step.expr, nodes.AtLeast) and _window_stands(step):
            return frozenset()
        whole = isinstance(step.expr, nodes.Rows) and not step.row
        return frozenset(step.events) if not whole or closing_counts(step, end) else frozenset()


def walk_decisive(step: Step, end: End | None = None) -> Iterator[Step]:
    """The step and every decisive one below it."""
    yield step
    for kid, kid_end in decisive(step, end):
        yield from walk_decisive(kid, kid_end)
