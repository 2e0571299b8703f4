"""Tables in columns: which rows hold, may hold or are missed at each place, once for each epoch of their edges."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, inf
from typing import Any, TypeAlias

from shnor_engine.reasoning.columns.bits import (
    FALSE,
    TRUE,
    Bit,
    Truth,
    as_count,
    both,
    either,
    k_and,
    k_not,
    k_or,
    no,
)
from shnor_engine.reasoning.columns.choice import chosen, nothing
from shnor_engine.reasoning.columns.code_sets import collected
from shnor_engine.reasoning.columns.epochs import Epoch, epochs
from shnor_engine.reasoning.columns.scope import Scope
from shnor_engine.reasoning.columns.truths import among
from shnor_engine.reasoning.columns.values import Codes, Value
from shnor_engine.reasoning.columns.wholes import (
    End,
    Span,
    Uncompilable,
    compare,
    e_above,
    e_at_least,
    end_of,
    exactly,
)
from shnor_engine.rules import geometry as geo
from shnor_engine.rules.table_checks import is_whole, plain_cell
from shnor_engine.rules.tables import Table, asks_absence, edges
from shnor_engine.rules.tree import Expr, kind_of

Class: TypeAlias = tuple[Any, Bit]  # a value that speaks for all that fare alike, and where one of them is possible
CLASSES = 400
FEW = 4


@dataclass(frozen=True, slots=True, eq=False)
class Input:
    """What a column of the table is asked about; `asks`: some row asks whether it is absent."""

    value: Value
    present: Truth
    asks: bool
    whole: bool


def table(scope: Scope, expr: Table[Any]) -> Value:
    """What the row that is hit gives; where that is open, what the possible rows and the default leave open.

    Of a collecting table the codes of every row that holds.
    """
    inputs = [_input(scope, expr, place) for place in range(len(expr.inputs))]
    asked = [edge for row in expr.rows for cell in row.cells for edge in edges(cell)]
    law = epochs(scope, asked)
    shapes = [(epoch.where, _cells(expr, asked, epoch)) for epoch in law.every]
    read = [[(where, _holds(row, inputs)) for row in cells] for where, cells in shapes]
    holds = [_in_epochs([epoch[place] for epoch in read]) for place in range(len(expr.rows))]
    fails = (law.fail, *(item.value.fail for item in inputs))
    if expr.hit == "collect":
        return collected(holds, [scope.value(row.gives) for row in expr.rows], *fails)
    missed = [(where, cells) for where, cells in shapes] if not all(truth.crisp for truth in holds) else []
    miss = either(*(both(where, _miss(inputs, cells)) for where, cells in missed))
    return _given(scope, expr, holds, miss).failing(*fails, _several(holds))


def _input(scope: Scope, expr: Table[Any], place: int) -> Input:
    item = expr.inputs[place]
    value, asks = scope.value(item), asks_absence(expr, place)
    if asks and value.loose and value.present.yes is not True:
        raise Uncompilable("a table that asks whether a reckoned number is absent")
    truth = kind_of(item) == "truth"  # one that is not there is false, unless the column asks
    whole = kind_of(item) == "date" or is_whole(item, scope.run.tree.clauses)
    return Input(value, TRUE if truth and not asks else value.present, asks, whole)


def _cells(expr: Table[Any], asked: Sequence[Expr[Any]], epoch: Epoch) -> list[geo.Cells]:
    plain = {id(edge): value for edge, value in zip(asked, epoch.values, strict=True)}
    return [tuple(plain_cell(cell, lambda edge: plain[id(edge)]) for cell in row.cells) for row in expr.rows]


def _in_epochs(truths: Sequence[tuple[Bit, Truth]]) -> Truth:
    """The truth of the epoch in which a place lies."""
    if len(truths) == 1:
        return truths[0][1]
    yes = either(*(both(where, truth.yes) for where, truth in truths))
    if all(truth.crisp for _, truth in truths):
        return Truth.of(yes)
    return Truth(yes, either(*(both(where, truth.not_) for where, truth in truths)))


def _several(holds: list[Truth]) -> Bit:
    """Where two rows surely hold."""
    sure = [truth.yes for truth in holds if truth.yes is not False]
    if len(sure) < 2:
        return False
    first, *rest = (as_count(bit) for bit in sure)
    return sum(rest, first) > 1


def _given(scope: Scope, expr: Table[Any], holds: list[Truth], miss: Bit) -> Value:
    values = [scope.value(row.gives) for row in expr.rows]
    hit, maybe = either(*(truth.yes for truth in holds)), either(*(truth.maybe for truth in holds))
    sure = all(truth.crisp for truth in holds)
    if not sure and len(holds) > FEW:  # each row asks for what all of them say
        hit, maybe = _held(scope, hit), _held(scope, maybe)
    chances = [truth.yes if sure else either(truth.yes, both(no(hit), truth.maybe)) for truth in holds]
    rest = both(no(hit), either(no(maybe), miss))
    if rest is not False:
        default = expr.otherwise
        values.append(nothing(kind_of(expr)) if default is None else scope.value(default))
        chances.append(rest)
    fails = [both(chance, value.fail) for chance, value in zip(chances, values, strict=True)]
    return chosen(values, chances, sure).failing(*fails)


def _held(scope: Scope, bit: Bit) -> Bit:
    return bit if isinstance(bit, bool) else scope.ground.keep(Value(Truth.of(bit)), "hit").truth.yes


# --- cells ----------------------------------------------------------------------------------------


def _holds(cells: geo.Cells, inputs: list[Input]) -> Truth:
    return k_and(_fits(cell, item) for cell, item in zip(cells, inputs, strict=True))


def _fits(cell: geo.Cell, item: Input) -> Truth:
    """Whether a cell holds an input; an absent one leaves that open, unless the column asks for what is absent."""
    match cell:
        case geo.Whatever():
            return TRUE
        case geo.Nothing():
            return k_not(item.present)
    inside = _inside(cell, item.value.content)
    return k_and((item.present, inside)) if item.asks else inside.where(item.present.yes)


def _inside(cell: geo.Interval | geo.OneOf, content: Any) -> Truth:
    """Whether a cell holds every value that is possible (true), none (false), or some."""
    if isinstance(cell, geo.Interval):
        return _between(cell, content)
    if not cell.values:
        return FALSE
    if isinstance(content, Span):
        return k_or(compare("==", content, exactly(end_of(number))) for number in sorted(cell.values))
    if isinstance(content, Truth):
        return TRUE if len(cell.values) == 2 else content if True in cell.values else k_not(content)
    return among(content, cell.values)


def _between(cell: geo.Interval, span: Span) -> Truth:
    if cell.low > cell.high or (cell.low == cell.high and not (cell.low_in and cell.high_in)):
        return FALSE
    ends = []
    if cell.low != -inf:
        ends.append(compare(">=" if cell.low_in else ">", span, exactly(end_of(_exact(cell.low)))))
    if cell.high != inf:
        ends.append(compare("<=" if cell.high_in else "<", span, exactly(end_of(_exact(cell.high)))))
    return k_and(ends)


def _exact(number: int | Fraction | float) -> int | Fraction:
    assert not isinstance(number, float)
    return number


# --- what no row holds ----------------------------------------------------------------------------


def _miss(inputs: list[Input], rows: Sequence[geo.Cells]) -> Bit:
    """Where the inputs can have values that no row holds."""
    absent = either(*(no(item.present.yes) for item in inputs if not item.asks))
    classes = [list(_classes(item, [row[place] for row in rows])) for place, item in enumerate(inputs)]
    if sum(map(len, classes)) > CLASSES:
        raise Uncompilable("a table of so many edges whose inputs are not all known")
    return either(absent, _gap(classes, rows))


def _gap(classes: Sequence[list[Class]], rows: Sequence[geo.Cells]) -> Bit:
    if not classes:
        return not rows
    if any(all(isinstance(cell, geo.Whatever) for cell in row) for row in rows):
        return False
    alike: dict[tuple[geo.Cells, ...], list[Bit]] = {}
    for point, bit in classes[0]:
        left = tuple(row[1:] for row in rows if geo.holds(row[0], point))
        alike.setdefault(left, []).append(bit)
    return either(*(both(either(*bits), _gap(classes[1:], left)) for left, bits in alike.items()))


def _classes(item: Input, cells: list[geo.Cell]) -> Iterator[Class]:
    content = item.value.content
    there = no(item.present.not_) if item.asks else True
    found = (
        _numbers(content, item.whole, cells)
        if isinstance(content, Span)
        else ((True, content.maybe), (False, no(content.yes)))
        if isinstance(content, Truth)
        else _named(content, cells)
    )
    yield from ((point, both(there, bit)) for point, bit in found if bit is not False)
    if item.asks:
        yield geo.ABSENT, no(item.present.yes)


def _named(codes: Codes, cells: list[geo.Cell]) -> Iterator[Class]:
    named = sorted({value for cell in cells if isinstance(cell, geo.OneOf) for value in cell.values})
    if codes.text is not None:
        yield from ((code, either(codes.none, codes.text == code)) for code in named)
        yield geo.OTHER, either(codes.none, no(codes.text.is_in(named)))
        return
    yield from ((code, either(codes.none, codes.possible.get(code, False))) for code in named)
    yield geo.OTHER, either(codes.none, *(bit for code, bit in codes.possible.items() if code not in named))


def _numbers(span: Span, whole: bool, cells: list[geo.Cell]) -> Iterator[Class]:
    """The edges of the cells and what lies between them, each with where the interval reaches it."""
    given = {end for cell in cells if isinstance(cell, geo.Interval) for end in (cell.low, cell.high)}
    given |= {value for cell in cells if isinstance(cell, geo.OneOf) for value in cell.values}
    steps = sorted(edge for edge in given if abs(edge) != inf)
    if not steps:
        yield 0, True
        return
    yield from _stretch(span, whole, None, steps[0])
    for edge, after in zip(steps, [*steps[1:], None], strict=True):
        if not whole or edge == floor(edge):
            yield edge, both(_from(span, edge), _up_to(span, edge))
        yield from _stretch(span, whole, edge, after)


def _stretch(span: Span, whole: bool, low: Any, high: Any) -> Iterator[Class]:
    """The numbers strictly between two edges; an end that is None is open."""
    if whole:
        first, last = None if low is None else floor(low) + 1, None if high is None else ceil(high) - 1
        if first is None or last is None or first <= last:
            yield (last if first is None else first), both(_from(span, first), _up_to(span, last))
        return
    point = high - 1 if low is None else low + 1 if high is None else (Fraction(low) + Fraction(high)) / 2
    beyond = True if low is None else either(span.hi.open, e_above(span.hi, _end(low)))
    before = True if high is None else either(span.lo.open, e_above(_end(high), span.lo))
    yield point, both(beyond, before)


def _from(span: Span, low: Any) -> Bit:
    """Whether the interval reaches a number from above or beyond it."""
    return True if low is None else either(span.hi.open, e_at_least(span.hi, _end(low)))


def _up_to(span: Span, high: Any) -> Bit:
    return True if high is None else either(span.lo.open, e_at_least(_end(high), span.lo))


def _end(number: Any) -> End:
    return end_of(number)


def no_cell(scope: Scope, expr: Expr[Any]) -> Value:
    """A row or a cell by itself, which nobody reads."""
    raise Uncompilable("a row or a cell is read by its table only")
