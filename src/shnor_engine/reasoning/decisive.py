"""Which steps decide: of a false «and» the false ones, of a true «or» the true ones, of a count those that count.

What is left out may change in any way without changing the value; an open value rests on everything below it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Literal, TypeAlias

from shnor_engine.reasoning.trace import Step
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.over_time import Periods, Run, Within
from shnor_engine.rules.periods import ordinal
from shnor_engine.rules.status import Before, Status

End = Literal["low", "high"]
Below: TypeAlias = "list[tuple[Step, End | None]]"


def decisive(step: Step, end: End | None = None) -> Below:
    """The steps directly below that decide, each with the end of its number that matters (None: both)."""
    return _BELOW.get(type(step.expr), _all)(step, end)


def _all(step: Step, end: End | None) -> Below:
    return [(kid, None) for kid in ((*step.kids, *step.terms) if step.terms else step.kids)]


def _of_and(step: Step, end: End | None) -> Below:
    return _holding(step, False)


def _of_or(step: Step, end: End | None) -> Below:
    return _holding(step, True)


def _of_at_least(step: Step, end: End | None) -> Below:
    return [*((term, None) for term in step.terms), *_of_window(step)]


def _of_comparison(step: Step, end: End | None) -> Below:
    return list(zip(step.kids, _ends(step), strict=True))


def _of_aggregate(step: Step, end: End | None) -> Below:
    if step.row:
        return _all(step, end)
    return [*((term, None) for term in step.terms), *((row, None) for row in _of_rows(step, end))]


def _of_length(step: Step, end: End | None) -> Below:
    return _all(step, end) if step.row else [(row, None) for row in _of_run(step, end)]


def _the_same(step: Step, end: End | None) -> Below:
    return [(step.kids[0], end)]


def _holding(step: Step, deciding: bool) -> Below:
    kids = [kid for kid in step.kids if kid.value is deciding] if step.value is deciding else step.kids
    return [(kid, None) for kid in kids]


def _of_window(step: Step) -> Below:
    """In each: as an «and». At least k: the periods that hold, or those that do not."""
    expr = step.expr
    if isinstance(expr, nodes.AtLeast) and expr.least is None:
        return _holding(step, False)
    kids = step.kids if step.value is None else [kid for kid in step.kids if kid.value is step.value]
    return [(kid, None) for kid in kids]


def _ends(step: Step) -> tuple[End | None, End | None]:
    """The end of each side on which a decided comparison rests."""
    expr = step.expr
    if step.value is None or not isinstance(expr, nodes.Compare) or expr.op == "=":
        return None, None
    above = (expr.op in (">=", ">")) == step.value
    return ("low", "high") if above else ("high", "low")


def _of_rows(step: Step, end: End | None) -> list[Step]:
    """Rows that decide an aggregate; where rows could be missing, the closing events stand on the step itself."""
    how = step.expr.how if isinstance(step.expr, nodes.Rows | Periods) else ""
    if how == "count" and end is not None:
        return [row for row in step.kids if row.value is (end == "low")]
    if how == "any" and step.value is True:
        return [row for row in step.kids if row.value is True and row.kids[-1].value is True]
    if how == "all" and step.value is False:
        return [row for row in step.kids if row.value is True and row.kids[-1].value is False]
    return list(step.kids)


def _of_run(step: Step, end: End | None) -> list[Step]:
    """At least so long: the periods that surely belong to it. At most: those passed by, and the one that ends it."""
    if end == "low":
        length = 0
        for place, row in enumerate(step.kids):
            if length == step.value.lo:
                return list(step.kids[:place])
            length += row.value is True
    if end == "high":
        return [row for place, row in enumerate(step.kids) if row.value is False or place == len(step.kids) - 1]
    return list(step.kids)


_BELOW: Mapping[type, Callable[[Step, End | None], Below]] = {
    nodes.And: _of_and,
    nodes.Or: _of_or,
    nodes.AtLeast: _of_at_least,
    nodes.Compare: _of_comparison,
    nodes.Rows: _of_aggregate,
    Periods: _of_aggregate,
    Run: _of_length,
    nodes.ClauseRef: _the_same,
    nodes.Previous: _the_same,
    Within: _the_same,
    Before: _the_same,
}


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
    key = step.expr.fact.period_key()
    if key is None or step.present is not True or not step.events or key.name not in kids[0].keys:
        return False
    here, *others = (ordinal(key.period, item.keys[key.name]) for item in (step, *kids))
    return here <= min(others)


class Grounds:
    """The events on which steps rest, each step looked at once."""

    def __init__(self) -> None:
        self._found: dict[tuple[int, End | None], frozenset[str]] = {}

    def events(self, step: Step, end: End | None = None) -> frozenset[str]:
        """Every event on which the value rests; nothing outside them can change it."""
        asked = (id(step), end)
        if (found := self._found.get(asked)) is None:
            self._earlier_states(step)
            below = [self.events(kid, kid_end) for kid, kid_end in decisive(step, end)]
            found = self._found[asked] = self._own(step, end).union(*below)
        return found

    def _earlier_states(self, step: Step) -> None:
        """Look at the states before this one first, the oldest first, so that no long history is one deep call."""
        chain: list[Step] = []
        while isinstance(step.expr, Status) and step.terms and (id(step.terms[0]), None) not in self._found:
            step = step.terms[0]
            chain.append(step)
        for earlier in reversed(chain):
            self.events(earlier)

    @staticmethod
    def _own(step: Step, end: End | None) -> frozenset[str]:
        if isinstance(step.expr, nodes.AtLeast) and _window_stands(step):
            return frozenset()
        whole = isinstance(step.expr, nodes.Rows) and not step.row
        return frozenset(step.events) if not whole or closing_counts(step, end) else frozenset()


def walk_decisive(step: Step, end: End | None = None) -> Iterator[Step]:
    """The step and every decisive one below it, each once: windows and states share the periods they look at."""
    seen: set[tuple[int, End | None]] = set()
    todo = [(step, end)]
    while todo:
        step, end = todo.pop()
        if (id(step), end) not in seen:
            seen.add((id(step), end))
            yield step
            todo += reversed(decisive(step, end))
