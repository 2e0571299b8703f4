"""Numbers in columns: literals, fields, parameters, arithmetic, ratios, extremes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any, TypeAlias

import narwhals.stable.v2 as nw

from shnor_engine.reasoning.columns import day_cells
from shnor_engine.reasoning.columns.bits import TRUE, UNKNOWN, Bit, Truth, as_expr, both, either, k_and, no
from shnor_engine.reasoning.columns.code_sets import listed
from shnor_engine.reasoning.columns.law import threshold
from shnor_engine.reasoning.columns.scope import Scope
from shnor_engine.reasoning.columns.tables import KINDS, Seen, Table, name_of
from shnor_engine.reasoning.columns.values import Codes, Value
from shnor_engine.reasoning.columns.wholes import (
    NOWHERE,
    ONE,
    ZERO,
    End,
    Span,
    Uncompilable,
    at_least,
    column,
    e_above,
    e_pick,
    end_of,
    exactly,
    extreme,
    least,
    literal,
    over,
    plus,
    s_minus,
    s_plus,
    s_times,
    times,
)
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.fact import Field
from shnor_engine.rules.tree import kind_of, kind_of_value


def constant(scope: Scope, expr: nodes.Constant[Any]) -> Value:
    """A value written in the rule."""
    return plain(expr.value)


def plain(value: Any) -> Value:
    """One value everywhere."""
    if isinstance(value, bool):
        return Value(Truth.of(value))
    if isinstance(value, str):
        return Value(Codes({value: True}, crisp=True))
    if isinstance(value, date):
        return Value(exactly(end_of(value.toordinal())))
    if isinstance(value, int | Fraction):
        return Value(exactly(end_of(value)))
    raise Uncompilable(f"a {kind_of_value(value)} stands in no column of numbers")


def parameter(scope: Scope, expr: nodes.ParamRef[Any]) -> Value:
    """A value of the law at its instant, by region."""
    if (kind := kind_of(expr)) == "codes":
        return listed(scope, expr)
    if kind not in KINDS:
        raise Uncompilable(f"a {kind} stands in no column of numbers")
    return threshold(scope, expr)


def reference(scope: Scope, expr: nodes.ClauseRef[Any]) -> Value:
    """Another clause."""
    return scope.clause(expr.name)


# --- fields ---------------------------------------------------------------------------------------


def field_ref(scope: Scope, expr: nodes.FieldRef[Any]) -> Value:
    """A field at the keys where the clause stands."""
    fact, ground = expr.fact, scope.ground
    table = scope.run.table(fact)
    field = fact.fields()[expr.field]
    if expr.field not in table.fields:
        raise Uncompilable(f"a {field.kind} is read row by row")
    if fact in scope.blank:
        return Value(_unknown(field), TRUE)
    if fact is ground.own and scope.here:
        return _own(scope, field, _cells(table, expr.field, str))
    if not set(fact.key_names()) <= set(scope.keys):
        raise Uncompilable(f"{fact.__name__} is read where its keys are not known")
    closed = scope.closed(fact)
    if not table.rows:
        return Value(_gone(_unknown(field), closed), Truth(False, closed))
    columns, held = scope.fields(table)
    missing = both(no(held), closed)
    cells = _perhaps(_cells(table, expr.field, columns.__getitem__))
    return Value(_gone(_cell(field, *cells), missing), Truth(held, missing))


Cell: TypeAlias = "tuple[Seen, nw.Expr]"


def _cells(table: Table, name: str, column_of: Callable[[str], str]) -> list[Cell]:
    """What the check saw of a field and where it stands; of a day between two others both of them."""
    names = [one for one in (name, day_cells.last_of(name)) if one in table.fields]
    return [(table.fields[one], nw.col(column_of(name_of(table.fact, one)))) for one in names]


def _perhaps(cells: list[Cell]) -> list[Cell]:
    """The same where there may be no row."""
    return [(replace(seen, nulls=seen.nulls + 1), cell) for seen, cell in cells]


def _own(scope: Scope, field: Field[Any], cells: list[Cell]) -> Value:
    """A field of the row itself; of one that nobody reported nothing is known."""
    ground = scope.ground
    if ground.held is None:
        return Value(_cell(field, *cells))
    return Value(_cell(field, *_perhaps(cells)), TRUE if ground.sure else Truth(nw.col(ground.held), False))


def _gone(content: Any, missing: Bit) -> Any:
    """A truth that is closed away is false."""
    return Truth(content.yes, either(content.not_, missing)) if isinstance(content, Truth) else content


def _unknown(field: Field[Any]) -> Any:
    """What `decide` takes for a field that nobody knows."""
    if field.kind in ("number", "date"):
        low, high = day_cells.limits(field)
        return Span(NOWHERE if low is None else end_of(low), NOWHERE if high is None else end_of(high))
    if field.kind == "truth":
        return UNKNOWN
    if not field.among:
        return Codes({}, True, nw.lit("", dtype=nw.String))
    return Codes(dict.fromkeys(field.among, True), crisp=len(field.among) == 1)


def _cell(field: Field[Any], first: Cell, *last: Cell) -> Any:
    seen, cell = first
    unknown = cell.is_null() if seen.nulls else False
    if last:
        return _between(field, first, *last)
    if field.kind == "truth":
        if not seen.nulls:
            return Truth.of(cell)
        return Truth(cell.fill_null(False), no(cell.fill_null(True)))
    if field.kind == "code":
        return _codes(field, cell, unknown)
    return _number(field, seen, cell, unknown)


def _codes(field: Field[Any], cell: nw.Expr, unknown: Bit) -> Codes:
    text = cell if unknown is False else cell.fill_null("")
    if not field.among:
        return Codes({}, unknown, text)
    return Codes({code: either(unknown, text == code) for code in field.among}, crisp=unknown is False)


def _number(field: Field[Any], seen: Seen, cell: nw.Expr, unknown: Bit) -> Span:
    if field.whole_percent:
        return _whole_percent(field, seen, cell, unknown)
    low, high = day_cells.limits(field)
    if unknown is False:
        return exactly(End(column(cell, seen.low, seen.high), literal(seen.den)))
    return Span(_filled(cell, seen, low, unknown), _filled(cell, seen, high, unknown))


def _between(field: Field[Any], first: Cell, last: Cell) -> Span:
    """A day that lies between two others; where sources differ in one of them nobody knows it."""
    unknown: Bit = either(*(cell.is_null() for seen, cell in (first, last) if seen.nulls))
    low, high = day_cells.limits(field)
    if unknown is False:
        return Span(*(End(column(cell, seen.low, seen.high)) for seen, cell in (first, last)))
    ends = []
    for (seen, cell), bound in ((first, low), (last, high)):
        known = nw.when(as_expr(no(unknown))).then(cell)
        ends.append(_filled(known, seen, bound, unknown))
    return Span(*ends)


def _filled(cell: nw.Expr, seen: Seen, bound: int | Fraction | None, unknown: Bit) -> End:
    """The value where it is known, else the bound of the field."""
    known = End(column(cell.fill_null(seen.low), seen.low, seen.high), literal(seen.den))
    if bound is None:
        return End(known.num, known.den, unknown)
    stop = end_of(bound)
    if stop.den.low == 1 and isinstance(stop.num.of, int):  # one fill instead of a choice
        fill = stop.num.of * seen.den
        return End(column(cell.fill_null(fill), min(seen.low, fill), max(seen.high, fill)), literal(seen.den))
    return e_pick(unknown, stop, known)


def _whole_percent(field: Field[Any], seen: Seen, cell: nw.Expr, unknown: Bit) -> Span:
    """Half a percent to both sides, within the bounds."""
    low, high = field.limits
    known = column(cell if unknown is False else cell.fill_null(seen.low), seen.low, seen.high)
    twice = times(known, literal(2))
    ends = []
    for side, bound in ((-1, low), (1, high)):
        found = End(plus(twice, literal(side * seen.den)), literal(200 * seen.den))
        if bound is not None:
            found = extreme("max" if side < 0 else "min", "lo", [found, end_of(bound)])
        ends.append(e_pick(unknown, NOWHERE if bound is None else end_of(bound), found))
    return Span(*ends)


# --- arithmetic -----------------------------------------------------------------------------------


def arithmetic(scope: Scope, expr: nodes.Arithmetic[Any]) -> Value:
    """Sum, difference or product."""
    left, right = scope.value(expr.left), scope.value(expr.right)
    reckon = {"+": s_plus, "-": s_minus, "*": s_times}[expr.op]
    return Value(
        reckon(left.span, right.span),
        k_and((left.present, right.present)),
        either(left.fail, right.fail),
        left.loose or right.loose,
    )


def ratio(scope: Scope, expr: nodes.Ratio) -> Value:
    """Part by whole; where the whole is or may be zero it is not surely there, and means nothing."""
    part, whole = scope.value(expr.part), scope.value(expr.whole)
    span = over(part.span, whole.span)
    present = k_and((part.present, whole.present, _above_zero(whole)))
    fail = either(part.fail, whole.fail)
    if expr.part_of:
        if part.span.lo.num.low < 0 or part.span.lo.open is not False:
            raise Uncompilable("a share of a part that may be below zero")
        too_much = both(no(whole.span.hi.open), e_above(part.span.lo, whole.span.hi))
        fail = either(fail, both(present.yes, too_much))
        span = _at_most_one(part.span, span)
    return Value(span, present, fail, loose=True)


def _at_most_one(part: Span, span: Span) -> Span:
    """A part that is not known may be as large as the whole, no larger."""
    if span.single:
        return span
    hi = End(least(span.hi.num, span.hi.den), span.hi.den, span.hi.open)
    if part.hi.open is not False:  # nothing bounds the part but the whole
        hi = End(hi.num, hi.den)
        hi = e_pick(part.hi.open, End(ONE), hi)
    return Span(span.lo, hi)


def _above_zero(whole: Value) -> Truth:
    span = whole.span
    yes = both(no(span.lo.open), no(at_least(ZERO, span.lo.num)))
    if span.single:
        return Truth.of(yes)
    none = both(no(span.hi.open), at_least(ZERO, span.hi.num))
    return Truth(yes, both(whole.present.yes, none) if whole.loose else none)


def extremes(scope: Scope, expr: nodes.Extreme[Any]) -> Value:
    """The smallest or the largest of several."""
    kids = [scope.value(item) for item in expr.items]
    lo = extreme(expr.which, "lo", [kid.span.lo for kid in kids])
    single = all(kid.span.single for kid in kids)
    hi = lo if single else extreme(expr.which, "hi", [kid.span.hi for kid in kids])
    return Value(
        Span(lo, hi),
        k_and(kid.present for kid in kids),
        either(*(kid.fail for kid in kids)),
        any(kid.loose for kid in kids),
    )
