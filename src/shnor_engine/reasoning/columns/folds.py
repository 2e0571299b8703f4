"""Aggregates in columns: what each one adds up in its group, and what it makes of it where the clause stands.

A fold is two steps. In the rows it asks for sums, smallest and largest values; at the place it reads them back, with
the rows that nobody reported (`Blank`) beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import lcm
from typing import Any, TypeAlias

import narwhals.stable.v2 as nw

from shnor_engine.reasoning.columns.bits import Bit, Truth, as_expr, both, either, k_and, no
from shnor_engine.reasoning.columns.periods import stepped
from shnor_engine.reasoning.columns.values import Value, said
from shnor_engine.reasoning.columns.wholes import (
    LEAST,
    MOST,
    ONE,
    ZERO,
    End,
    Span,
    TooWide,
    Uncompilable,
    Whole,
    above,
    at_least,
    column,
    e_pick,
    exactly,
    extreme,
    least,
    literal,
    most,
    pick,
    plus,
    times,
)

FEW = 16  # denominators up to here have a common multiple that is no large number


@dataclass(frozen=True, slots=True)
class Sum:
    """What a group added up: the column, its range, and a plain number where nothing had to be added."""

    name: str
    low: int
    high: int


@dataclass
class Tally:
    """What the rows of a fact are asked for, one group-by for all clauses; `rows` is the most one group can hold."""

    rows: int
    inputs: dict[str, nw.Expr] = field(default_factory=dict)
    asked: dict[str, nw.Expr] = field(default_factory=dict)

    def count(self, bit: Bit) -> Sum:
        """How many rows hold."""
        if bit is False:
            return Sum("", 0, 0)
        if bit is True:
            self.asked["rows"] = nw.len()
            return Sum("rows", 0, self.rows)
        # engines add up small integers in 64 bits or more
        return self._new("sum", as_expr(bit).cast(nw.Int8), 0, self.rows)

    def total(self, number: Whole, bit: Bit) -> Sum:
        """The sum over the rows that hold."""
        low, high = min(number.low, 0) * self.rows, max(number.high, 0) * self.rows
        if low < LEAST or high > MOST:
            raise TooWide(f"a sum of {self.rows} rows may lie anywhere in {low}..{high}")
        return self._new("sum", pick(bit, number, ZERO).expr, low, high)

    def smallest(self, number: Whole, bit: Bit) -> Sum:
        """The smallest over the rows that hold; 0 over none."""
        return self._new("min", _only_where(bit, number), min(number.low, 0), max(number.high, 0))

    def largest(self, number: Whole, bit: Bit) -> Sum:
        """The largest over the rows that hold; 0 over none."""
        return self._new("max", _only_where(bit, number), min(number.low, 0), max(number.high, 0))

    def _new(self, how: str, expr: nw.Expr, low: int, high: int) -> Sum:
        name = f"{how}{len(self.asked)}"
        self.inputs[name] = expr  # a column of its own, so that engines share what the inputs have in common
        self.asked[name] = getattr(nw.col(name), how)()
        return Sum(name, low, high)


def _only_where(bit: Bit, number: Whole) -> nw.Expr:
    return number.expr if bit is True else nw.when(as_expr(bit)).then(number.expr)


@dataclass(frozen=True)
class Blank:
    """Rows that nobody reported and that may count: where (`here`), how many (None: no end), what each may bring."""

    here: Bit
    number: Whole | None
    counted: Truth
    item: Value | None
    fail: Bit = False
    weight: Value | None = None

    @property
    def chance(self) -> Bit:
        """Where one of them may count."""
        return both(self.here, self.counted.maybe)

    @property
    def fails(self) -> Bit:
        """Where reading one of them fails."""
        inner = [value.fail for value in (self.item, self.weight) if value is not None]
        return both(self.here, either(self.fail, both(self.counted.maybe, either(*inner))))


Get: TypeAlias = "Callable[[Sum], Whole]"
Finish: TypeAlias = "Callable[[Get, Blank | None], Value]"
NOBODY = Blank(False, ZERO, Truth.of(False), None)


def _some(number: Whole) -> Bit:
    return above(number, ZERO)


# --- counting and adding --------------------------------------------------------------------------


def count(tally: Tally, counted: Truth, item: Value | None) -> Finish:
    """How many rows count for sure and at most."""
    sure = tally.count(counted.yes)
    may = sure if counted.crisp else tally.count(counted.maybe)

    def finish(get: Get, blank: Blank | None) -> Value:
        low = End(get(sure))
        if blank is None:
            return Value(Span(low, low if may is sure else End(get(may))))
        if blank.number is None:
            return Value(Span(low, End(get(may), open=blank.chance)))
        more = pick(blank.chance, blank.number, ZERO)
        return Value(Span(low, End(plus(get(may), more))))

    return finish


def total(tally: Tally, counted: Truth, item: Value | None) -> Finish:
    """The sum; a row that may count adds anything from nothing to its value."""
    value = _item(item)
    span, (lo, hi, den) = value.span, scaled(value.span)
    strange = tally.count(both(counted.maybe, no(value.present.yes)))
    single = counted.crisp and span.single
    add_lo = lo if counted.crisp else pick(counted.yes, lo, least(lo, ZERO))
    add_hi = hi if counted.crisp else pick(counted.yes, hi, most(hi, ZERO))
    lows = tally.total(add_lo, both(counted.maybe, no(span.lo.open)))
    highs = lows if single else tally.total(add_hi, both(counted.maybe, no(span.hi.open)))
    open_lo = tally.count(both(counted.maybe, span.lo.open))
    open_hi = tally.count(both(counted.maybe, span.hi.open))

    def finish(get: Get, blank: Blank | None) -> Value:
        low = End(get(lows), literal(den), _some(get(open_lo)))
        high = low if single else End(get(highs), literal(den), _some(get(open_hi)))
        there = no(_some(get(strange)))
        if blank is not None:
            low, high, there = _with_blank(low, high, there, blank)
        return Value(Span(low, high), Truth(there, False, there is True), loose=True)

    return finish


def _with_blank(low: End, high: End, there: Bit, blank: Blank) -> tuple[End, End, Bit]:
    item = _item(blank.item)
    lo, hi, den = scaled(item.span)
    there = both(there, no(both(blank.chance, no(item.present.yes))))
    if blank.number is None:
        open_lo = both(blank.chance, either(item.span.lo.open, above(ZERO, lo)))
        open_hi = both(blank.chance, either(item.span.hi.open, above(hi, ZERO)))
        low = End(low.num, low.den, either(low.open, open_lo))
        return low, End(high.num, high.den, either(high.open, open_hi)), there
    number = pick(blank.chance, blank.number, ZERO)
    more_lo = End(times(least(lo, ZERO), number), literal(den), both(blank.chance, item.span.lo.open))
    more_hi = End(times(most(hi, ZERO), number), literal(den), both(blank.chance, item.span.hi.open))
    return _added(low, more_lo), _added(high, more_hi), there


def _added(a: End, b: End) -> End:
    scale = lcm(_den(a), _den(b))
    num = plus(times(a.num, literal(scale // _den(a))), times(b.num, literal(scale // _den(b))))
    return End(num, literal(scale), either(a.open, b.open))


# --- smallest, largest, mean, only ----------------------------------------------------------------


@dataclass(frozen=True)
class Spread:
    """The rows of a group as intervals: how many surely and possibly count, and the ends over them."""

    sure: Sum
    may: Sum
    strange: Sum
    ends: Mapping[str, Sum]
    opens: Mapping[str, Sum]
    finite: Mapping[str, Sum]
    den: int
    single: bool

    def end(self, get: Get, name: str) -> End:
        """One of the ends, as `_spread` named them."""
        open_ = no(_some(get(self.finite[name]))) if name in self.finite else _some(get(self.opens[name]))
        return End(get(self.ends[name]), literal(self.den), open_)


def _spread(tally: Tally, counted: Truth, item: Value | None, *wanted: str) -> Spread:
    """Ends by name: `min lo`, `max hi` over all that may count, `min hi`, `max lo` over those that surely do."""
    value = _item(item)
    span, (lo, hi, den) = value.span, scaled(value.span)
    sure = tally.count(counted.yes)
    ends, opens, finite = {}, {}, {}
    for name in wanted:
        which, side = name.split()
        end, open_ = (lo, span.lo.open) if side == "lo" else (hi, span.hi.open)
        wins = (which == "min") == (side == "lo")
        bit = counted.maybe if wins else counted.yes
        take = tally.smallest if which == "min" else tally.largest
        ends[name] = take(end, both(bit, no(open_)))
        # infinity is the answer where one row brings it, or (the other way round) where no row brings anything else
        opens[name] = tally.count(both(bit, open_))
        if not wins and open_ is not False:
            finite[name] = tally.count(both(bit, no(open_)))
    return Spread(
        sure,
        sure if counted.crisp else tally.count(counted.maybe),
        tally.count(both(counted.maybe, no(value.present.yes))),
        ends,
        opens,
        finite,
        den,
        counted.crisp and span.single,
    )


def _presence(spread: Spread, get: Get, blank: Blank | None) -> Truth:
    """Present where a row surely counts, absent where none may."""
    fine = no(_some(get(spread.strange)))
    chance: Bit = False
    if blank is not None:
        chance = blank.chance
        fine = both(fine, no(both(chance, no(_item(blank.item).present.yes))))
    none = both(no(_some(get(spread.may))), no(chance))
    return Truth(both(fine, _some(get(spread.sure))), both(fine, none))


def smallest(tally: Tally, counted: Truth, item: Value | None) -> Finish:
    """The smallest value; a row that may count can only lower it."""
    return _outermost(tally, counted, item, "min")


def largest(tally: Tally, counted: Truth, item: Value | None) -> Finish:
    """The largest value; a row that may count can only raise it."""
    return _outermost(tally, counted, item, "max")


def _outermost(tally: Tally, counted: Truth, item: Value | None, which: str) -> Finish:
    outer, inner = ("min lo", "min hi") if which == "min" else ("max hi", "max lo")
    wanted = (outer,) if counted.crisp and _item(item).span.single else (outer, inner)
    spread = _spread(tally, counted, item, *wanted)

    def finish(get: Get, blank: Blank | None) -> Value:
        far = spread.end(get, outer)
        near = far if spread.single else spread.end(get, inner)
        if blank is not None:
            far = _further(which, far, _some(get(spread.may)), blank)
        span = Span(far, near) if which == "min" else Span(near, far)
        return Value(span, _presence(spread, get, blank), loose=True)

    return finish


def _further(which: str, far: End, seen: Bit, blank: Blank) -> End:
    """The outer end, with what an unreported row may bring."""
    span = _item(blank.item).span
    brought = span.lo if which == "min" else span.hi
    side: Any = "lo" if which == "min" else "hi"
    chosen: Any = which
    return e_pick(blank.chance, e_pick(seen, extreme(chosen, side, [far, brought]), brought), far)


def mean(tally: Tally, counted: Truth, item: Value | None) -> Finish:
    """The exact mean where every row surely counts, else between the smallest and the largest that may."""
    sums = total(tally, counted, item)
    spread = _spread(tally, counted, item, "min lo", "max hi")

    def finish(get: Get, blank: Blank | None) -> Value:
        added = sums(get, None).span
        rows = most(get(spread.may), ONE)
        lo = End(added.lo.num, times(added.lo.den, rows), added.lo.open)
        hi = lo if added.single else End(added.hi.num, times(added.hi.den, rows), added.hi.open)
        present = _presence(spread, get, blank)
        if blank is None and counted.crisp:
            return Value(Span(lo, hi), present, loose=True)
        exact = at_least(get(spread.sure), get(spread.may))
        low, high = spread.end(get, "min lo"), spread.end(get, "max hi")
        if blank is not None:
            exact, seen = both(exact, no(blank.chance)), _some(get(spread.may))
            low, high = _further("min", low, seen, blank), _further("max", high, seen, blank)
        return Value(Span(e_pick(exact, lo, low), e_pick(exact, hi, high)), present, loose=True)

    return finish


def only(tally: Tally, counted: Truth, item: Value | None) -> Finish:
    """The value of the one row; it fails where there surely are several."""
    value = _item(item)
    spread = _spread(tally, counted, item, "min lo", "max hi")

    def finish(get: Get, blank: Blank | None) -> Value:
        lo, hi = spread.end(get, "min lo"), spread.end(get, "max hi")
        fine = no(_some(get(spread.strange)))
        chance: Bit = False
        if blank is not None:
            chance = blank.chance
            fine = both(fine, no(both(chance, no(_item(blank.item).present.yes))))
            seen = _some(get(spread.may))
            lo, hi = _further("min", lo, seen, blank), _further("max", hi, seen, blank)
        several = both(fine, above(get(spread.sure), ONE))
        every = both(fine, _some(get(spread.sure)), at_least(get(spread.sure), get(spread.may)), no(chance))
        none = both(fine, no(_some(get(spread.may))), no(chance))
        single = blank is None and counted.crisp and value.span.single
        return Value(exactly(lo) if single else Span(lo, hi), Truth(every, none), several, loose=True)

    return finish


# --- truths over rows -----------------------------------------------------------------------------


def any_(tally: Tally, counted: Truth, item: Value | None) -> Finish:
    """Whether some row holds."""
    truth = _item(item).truth
    found = k_and((counted, truth))
    sure = tally.count(found.yes)
    may = sure if found.crisp else tally.count(found.maybe)

    def finish(get: Get, blank: Blank | None) -> Value:
        yes, maybe = _some(get(sure)), _some(get(may))
        if blank is None and found.crisp:
            return said(Truth.of(yes))
        if blank is not None:
            maybe = either(maybe, both(blank.chance, _item(blank.item).truth.maybe))
        return said(Truth(yes, no(maybe)))

    return finish


def all_(tally: Tally, counted: Truth, item: Value | None) -> Finish:
    """Whether every row holds."""
    truth = _item(item).truth
    against = k_and((counted, Truth(truth.not_, truth.yes, truth.crisp)))
    sure = tally.count(against.yes)
    may = sure if against.crisp else tally.count(against.maybe)

    def finish(get: Get, blank: Blank | None) -> Value:
        false, doubt = _some(get(sure)), _some(get(may))
        if blank is None and against.crisp:
            return said(Truth.of(no(false)))
        if blank is not None:
            doubt = either(doubt, both(blank.chance, no(_item(blank.item).truth.yes)))
        return said(Truth(no(doubt), false))

    return finish


def _item(item: Value | None) -> Value:
    if item is None:
        raise Uncompilable("an aggregate of nothing")
    return item


def _den(end: End) -> int:
    if not isinstance(end.den.of, int):
        raise Uncompilable("an aggregate of fractions whose denominators differ by row")
    return end.den.of


def scaled(span: Span) -> tuple[Whole, Whole, int]:
    """Both ends over one literal denominator."""
    low = _even(span.lo)
    high = low if span.single else _even(span.hi)
    den = lcm(_den(low), _den(high))
    lo = times(low.num, literal(den // _den(low)))
    return lo, lo if span.single else times(high.num, literal(den // _den(high))), den


def _even(end: End) -> End:
    """The same over a literal denominator, where its own is one of few small numbers: a mean of few."""
    if isinstance(end.den.of, int) or end.den.low < 1 or end.den.high > FEW:
        return end
    possible = range(end.den.low, end.den.high + 1)
    common = lcm(*possible)
    factors = [common // den for den in possible]
    factor = column(stepped(end.den.expr, possible, factors), min(factors), max(factors))
    return End(times(end.num, factor), literal(common), end.open)


def read_back(prefix: Mapping[str, str]) -> Get:
    """Sums as columns where the clause stands; a place without rows has none of anything."""

    def get(item: Sum) -> Whole:
        if not item.name:
            return ZERO
        return column(nw.col(prefix[item.name]), item.low, item.high)

    return get


FOLD: Mapping[str, Callable[[Tally, Truth, Value | None], Finish]] = {
    "count": count,
    "sum": total,
    "mean": mean,
    "only": only,
    "any": any_,
    "all": all_,
    "min": smallest,
    "max": largest,
}
