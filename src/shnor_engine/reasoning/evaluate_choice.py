"""Which row of a table is hit: by every value that the inputs can have."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import TYPE_CHECKING, Any

from shnor_engine.errors import RuleError
from shnor_engine.reasoning.evaluate_values import Reader
from shnor_engine.reasoning.trace import Context, Step, chosen
from shnor_engine.reasoning.values import Collected, Kleene, Span, compare, k_and, k_not, nothing
from shnor_engine.rules import geometry as geo
from shnor_engine.rules.table_checks import is_whole, plain_cell
from shnor_engine.rules.tables import Among, Anything, Band, Table, TableRow, WhenAbsent, asks_absence, edges
from shnor_engine.rules.tree import Constant, Expr, kind_of

if TYPE_CHECKING:
    from shnor_engine.reasoning.evaluate import Evaluation


def _table(of: Evaluation, expr: Table[Any], keys: Context) -> Step:
    kids = tuple(of.step(item, keys) for item in expr.inputs)
    cells = [tuple(plain_cell(cell, lambda edge: _value(of, edge, keys)) for cell in row.cells) for row in expr.rows]
    asks = [asks_absence(expr, place) for place in range(len(kids))]
    holds = [k_and(_holds(*pair) for pair in zip(row, kids, asks, strict=True)) for row in cells]
    limits = _limits(of, expr, keys, holds)
    if expr.hit == "collect":
        step = _collected(of, expr, keys, kids, holds)
    else:
        step = _unique(of, expr, keys, kids, cells, asks, holds)
    step.terms, step.cells = (*limits, *step.terms), tuple(cells)
    return step


def _unique(
    of: Evaluation,
    expr: Table[Any],
    keys: Context,
    kids: tuple[Step, ...],
    cells: list[geo.Cells],
    asks: list[bool],
    holds: list[Kleene],
) -> Step:
    sure = [place for place, held in enumerate(holds) if held is True]
    if len(sure) > 1:
        raise RuleError(f"rows {sure[0] + 1} and {sure[1] + 1} of this table both hold", expr.rows[sure[1]].where)
    if sure:
        return chosen(expr, keys, kids, [of.step(expr.rows[sure[0]].gives, keys)], sure[0])
    open_ = [place for place, held in enumerate(holds) if held is None]
    possible = [of.step(expr.rows[place].gives, keys) for place in open_]
    if not possible or _may_miss(of, kids, cells, asks):
        possible.append(_default(of, expr, keys))
        open_.append(len(expr.rows))
    return chosen(expr, keys, kids, possible, open_[0] if len(open_) == 1 else None)


def _default(of: Evaluation, expr: Table[Any], keys: Context) -> Step:
    if expr.otherwise is None:
        return Step(expr, keys, nothing(kind_of(expr)), False)
    return of.step(expr.otherwise, keys)


def _may_miss(of: Evaluation, kids: tuple[Step, ...], cells: list[geo.Cells], asks: list[bool]) -> bool:
    """Whether the inputs can have values that no row holds."""
    if any(_presence(kid, asked) is not True and not asked for kid, asked in zip(kids, asks, strict=True)):
        return True
    return geo.gap([_axis(of, *pair) for pair in zip(kids, asks, strict=True)], cells) is not None


def _axis(of: Evaluation, kid: Step, asked: bool) -> geo.Axis:
    """What an input can be, as far as is known."""
    present = _presence(kid, asked)
    absent = asked and present is not True
    if present is False:
        return geo.Axis("set", absent=absent)
    if isinstance(kid.value, Span):
        whole = kind_of(kid.expr) == "date" or is_whole(kid.expr, of.tree.clauses)
        return geo.Axis("number", kid.value.lo, kid.value.hi, whole, absent=absent)
    if kind_of(kid.expr) == "truth":
        return geo.Axis("set", codes=(True, False) if kid.value is None else (kid.value,), absent=absent)
    return geo.Axis("set", codes=tuple(sorted(kid.value or ())), others=kid.value is None, absent=absent)


def _collected(of: Evaluation, expr: Table[Any], keys: Context, kids: tuple[Step, ...], holds: list[Kleene]) -> Step:
    """The codes of all rows that hold; one that gives nothing adds none, one that gives any code leaves all open."""
    pairs = [
        (held, of.step(row.gives, keys)) for row, held in zip(expr.rows, holds, strict=True) if held is not False
    ]
    given = [(held, step) for held, step in pairs if step.present is not False]
    told = [(held, step) for held, step in given if step.value is not None]
    sure = {code for held, step in told if held and step.known for code in step.value}
    value = Collected(frozenset(sure), frozenset(code for _, step in told for code in step.value))
    return Step(expr, keys, value, True if len(told) == len(given) else None, kids, tuple(step for _, step in pairs))


# --- cells ----------------------------------------------------------------------------------------


def _presence(kid: Step, asks: bool) -> Kleene:
    """Whether an input is there; a truth that is not there is false, unless the column asks."""
    return True if kind_of(kid.expr) == "truth" and not asks else kid.present


def _holds(cell: geo.Cell, kid: Step, asks: bool) -> Kleene:
    """Whether a cell holds an input; an absent one leaves that open, unless the column asks for what is absent."""
    present = _presence(kid, asks)
    match cell:
        case geo.Whatever():
            return True
        case geo.Nothing():
            return k_not(present)
    if present is True:
        return _inside(cell, kid.value)
    return k_and((present, _inside(cell, kid.value))) if asks else None


def _inside(cell: geo.Cell, value: Any) -> Kleene:
    """Whether a cell holds every value that is possible (true), none (false), or some."""
    if isinstance(cell, geo.Interval):
        if cell.low > cell.high or (cell.low == cell.high and not (cell.low_in and cell.high_in)):
            return False
        low, high = Span(cell.low, cell.low), Span(cell.high, cell.high)
        return k_and(
            (
                True if cell.low == -inf else compare(">=" if cell.low_in else ">", value, low),
                True if cell.high == inf else compare("<=" if cell.high_in else "<", value, high),
            )
        )
    values = cell.values if isinstance(cell, geo.OneOf) else frozenset()
    if isinstance(value, Span):
        within = [number for number in values if value.lo <= number <= value.hi]
        return (bool(within) if value.exact else None) if within else False
    possible = value if isinstance(value, frozenset) else frozenset((True, False) if value is None else (value,))
    if isinstance(value, frozenset) or _are_truths(values):
        common = possible & values
        return True if common == possible else None if common else False
    return None


def _are_truths(values: frozenset[Any]) -> bool:
    """Whether the values of a cell are truths; an unknown code is in them for all one knows."""
    return all(isinstance(value, bool) for value in values)


def _value(of: Evaluation, edge: Expr[Any], keys: Context) -> Any:
    """The plain value of a literal or a parameter."""
    value = of.step(edge, keys).value
    if isinstance(value, Span):
        return value.lo
    if isinstance(value, Collected):
        return tuple(sorted(value.sure))
    return next(iter(value)) if isinstance(value, frozenset) else value


def _limits(of: Evaluation, expr: Table[Any], keys: Context, holds: list[Kleene]) -> tuple[Step, ...]:
    """The parameters at the edges of the rows that are or may be hit."""
    found = []
    for row, held in zip(expr.rows, holds, strict=True):
        if held is not False:
            found += [of.step(edge, keys) for cell in row.cells for edge in edges(cell)]
    return tuple(step for step in found if not isinstance(step.expr, Constant))


def _no_cell(of: Evaluation, expr: Expr[Any], keys: Context) -> Step:
    raise RuleError("a row or a cell is read by its table only", expr.where)


CHOICE: Mapping[type, Reader] = {
    Table: _table,
    TableRow: _no_cell,
    Band: _no_cell,
    Among: _no_cell,
    Anything: _no_cell,
    WhenAbsent: _no_cell,
}
