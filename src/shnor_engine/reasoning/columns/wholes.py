"""Exact numbers as columns: whole numbers with the range they lie in, fractions of them, closed intervals.

Every product is checked against 64 bits by its range before it is written down: engines wrap, raise or widen as they
like. What does not fit raises `TooWide`, and the clause is decided by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm
from typing import Literal, TypeAlias, TypeVar

import narwhals.stable.v2 as nw

from shnor_engine.reasoning.columns.bits import Bit, Truth, both, choose, either, no

LEAST, MOST = -(2**63), 2**63 - 1


class Uncompilable(Exception):
    """A node that columns cannot hold; the reason is its text, and the clause around it is decided by hand."""


class TooWide(Uncompilable):
    """A number that may not fit into 64 bits."""


@dataclass(frozen=True, slots=True, eq=False)
class Whole:
    """A whole number: an expression that is never null, or a plain int, and the range it lies in."""

    of: nw.Expr | int
    low: int
    high: int

    @property
    def one(self) -> bool:
        """Whether it is 1 everywhere."""
        return self.low == self.high == 1

    @property
    def expr(self) -> nw.Expr:
        """The expression, also of a plain number."""
        return nw.lit(self.of, dtype=nw.Int64) if isinstance(self.of, int) else self.of


def literal(number: int) -> Whole:
    """One number everywhere."""
    return _fitting(number, number, number)


def column(expr: nw.Expr, low: int, high: int) -> Whole:
    """An expression that lies in a range."""
    return literal(low) if low == high else _fitting(expr, low, high)


def _fitting(of: nw.Expr | int, low: int, high: int) -> Whole:
    if low < LEAST or high > MOST:
        raise TooWide(f"a number may lie anywhere in {low}..{high}, which 64 bits do not hold")
    return Whole(of, low, high)


ZERO, ONE = literal(0), literal(1)


def plus(a: Whole, b: Whole) -> Whole:
    """The sum."""
    if a.low == a.high == 0:
        return b
    if b.low == b.high == 0:
        return a
    return _fitting(a.of + b.of, a.low + b.low, a.high + b.high)


def minus(a: Whole, b: Whole) -> Whole:
    """The difference."""
    return _fitting(a.of - b.of, a.low - b.high, a.high - b.low)


def times(a: Whole, b: Whole) -> Whole:
    """The product."""
    if a.low == a.high == 1:
        return b
    if b.low == b.high == 1:
        return a
    corners = [x * y for x in (a.low, a.high) for y in (b.low, b.high)]
    return _fitting(a.of * b.of, min(corners), max(corners))


def at_least(a: Whole, b: Whole) -> Bit:
    """Whether a ≥ b."""
    if a.low >= b.high:
        return True
    return False if a.high < b.low else a.expr >= b.of


def above(a: Whole, b: Whole) -> Bit:
    """Whether a > b."""
    if a.low > b.high:
        return True
    return False if a.high <= b.low else a.expr > b.of


def pick(condition: Bit, this: Whole, other: Whole) -> Whole:
    """One number where the condition holds, the other elsewhere."""
    if isinstance(condition, bool):
        return this if condition else other
    if this is other:
        return this
    return column(choose(condition, this.expr, other.expr), min(this.low, other.low), max(this.high, other.high))


def least(a: Whole, b: Whole) -> Whole:
    """The smaller of two."""
    return _narrowed(pick(at_least(b, a), a, b), min(a.low, b.low), min(a.high, b.high))


def most(a: Whole, b: Whole) -> Whole:
    """The larger of two."""
    return _narrowed(pick(at_least(a, b), a, b), max(a.low, b.low), max(a.high, b.high))


def _narrowed(number: Whole, low: int, high: int) -> Whole:
    """The same number, known to lie in a narrower range."""
    return column(number.expr, low, high) if number.low < low or number.high > high else number


# --- fractions ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class End:
    """One end of an interval: a fraction, or where `open` infinity (then the fraction means nothing)."""

    num: Whole
    den: Whole = ONE
    open: Bit = False


NOWHERE = End(ZERO, ONE, True)


def end_of(value: int | Fraction) -> End:
    """A fraction that is the same everywhere."""
    exact = Fraction(value)
    return End(literal(exact.numerator), literal(exact.denominator))


def common(a: End, b: End) -> tuple[Whole, Whole, Whole]:
    """Both numerators over one denominator."""
    if a.den is b.den:
        return a.num, b.num, a.den
    if isinstance(a.den.of, int) and isinstance(b.den.of, int):
        den = lcm(a.den.of, b.den.of)
        return times(a.num, literal(den // a.den.of)), times(b.num, literal(den // b.den.of)), literal(den)
    left, right = _reduced(a.den, b.den)
    return times(a.num, right), times(b.num, left), times(a.den, right)


def _reduced(a: Whole, b: Whole) -> tuple[Whole, Whole]:
    """Two denominators without a common literal factor (one of them is no literal, so there is none to see)."""
    if isinstance(a.of, int) and isinstance(b.of, int):
        shared = gcd(a.of, b.of)
        return literal(a.of // shared), literal(b.of // shared)
    return a, b


def e_at_least(a: End, b: End) -> Bit:
    """Whether a ≥ b; where one is open it is for the caller to say."""
    left, right, _ = common(a, b)
    return at_least(left, right)


def e_above(a: End, b: End) -> Bit:
    """Whether a > b; where one is open it is for the caller to say."""
    left, right, _ = common(a, b)
    return above(left, right)


def e_plus(a: End, b: End) -> End:
    """The sum; open where one is."""
    left, right, den = common(a, b)
    return End(plus(left, right), den, either(a.open, b.open))


def e_minus(a: End, b: End) -> End:
    """The difference; open where one is."""
    left, right, den = common(a, b)
    return End(minus(left, right), den, either(a.open, b.open))


def e_pick(condition: Bit, this: End, other: End) -> End:
    """One end where the condition holds, the other elsewhere."""
    if isinstance(condition, bool):
        return this if condition else other
    if this is other:
        return this
    open_ = either(both(condition, this.open), both(no(condition), other.open))
    if isinstance(this.den.of, int) and isinstance(other.den.of, int):
        left, right, den = common(this, other)
        return End(pick(condition, left, right), den, open_)
    return End(pick(condition, this.num, other.num), pick(condition, this.den, other.den), open_)


# --- intervals ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Span:
    """All numbers from `lo` to `hi`; one and the same object for both where they cannot differ."""

    lo: End
    hi: End

    @property
    def single(self) -> bool:
        """Whether the ends are known not to differ before any row is seen."""
        return self.lo is self.hi

    @property
    def exact(self) -> Bit:
        """Where it is one number."""
        if self.single:
            return no(self.lo.open)
        return both(no(self.lo.open), no(self.hi.open), e_at_least(self.lo, self.hi))


def exactly(end: End) -> Span:
    """One number everywhere."""
    return Span(end, end)


ANY = Span(NOWHERE, End(ZERO, ONE, True))
NIL = exactly(End(ZERO))


def s_plus(a: Span, b: Span) -> Span:
    """The sums."""
    lo = e_plus(a.lo, b.lo)
    return Span(lo, lo if a.single and b.single else e_plus(a.hi, b.hi))


def s_minus(a: Span, b: Span) -> Span:
    """The differences."""
    lo = e_minus(a.lo, b.hi)
    return Span(lo, lo if a.single and b.single else e_minus(a.hi, b.lo))


def s_times(a: Span, b: Span) -> Span:
    """The products."""
    if a.single and b.single:
        return exactly(_product(a.lo, b.lo))
    for span, by in ((a, b), (b, a)):
        if by.single and by.lo.open is False and by.lo.num.low >= 0:
            return Span(_multiple(span.lo, by.lo), _multiple(span.hi, by.lo))
    if a.lo.num.low >= 0 and b.lo.num.low >= 0 and a.lo.open is False and b.lo.open is False:
        return Span(_product(a.lo, b.lo), _open_product(a.hi, b.hi))
    if any(end.open is not False for end in (a.lo, a.hi, b.lo, b.hi)):
        corners = [_corner(x, y) for x in _signed(a) for y in _signed(b)]
        return Span(_outer("min", corners), _outer("max", corners))
    corners_ = [_product(x, y) for x in (a.lo, a.hi) for y in (b.lo, b.hi)]
    return Span(extreme("min", "lo", corners_), extreme("max", "hi", corners_))


@dataclass(frozen=True, slots=True, eq=False)
class Corner:
    """An end of an interval or a product of two, that may be −∞ (`down`) or ∞ (`up`)."""

    end: End
    down: Bit
    up: Bit

    @property
    def below(self) -> Bit:
        """Where it is less than zero."""
        return either(self.down, both(no(self.up), above(ZERO, self.end.num)))

    @property
    def above(self) -> Bit:
        """Where it is more than zero."""
        return either(self.up, both(no(self.down), above(self.end.num, ZERO)))


def _signed(span: Span) -> tuple[Corner, Corner]:
    return Corner(span.lo, span.lo.open, False), Corner(span.hi, False, span.hi.open)


def _corner(a: Corner, b: Corner) -> Corner:
    """The product, where 0 times infinity is 0."""
    endless = either(a.down, a.up, b.down, b.up)
    up = both(endless, either(both(a.above, b.above), both(a.below, b.below)))
    down = both(endless, either(both(a.above, b.below), both(a.below, b.above)))
    found = _product(a.end, b.end)
    return Corner(End(pick(endless, ZERO, found.num), found.den), down, up)


def _outer(which: Literal["min", "max"], corners: list[Corner]) -> End:
    """The smallest or largest of the corners, open where one of them is endless to that side."""
    found, seen = corners[0].end, no(either(corners[0].down, corners[0].up))
    for corner in corners[1:]:
        finite = no(either(corner.down, corner.up))
        better = e_at_least(found, corner.end) if which == "min" else e_at_least(corner.end, found)
        found = e_pick(both(finite, either(no(seen), better)), corner.end, found)
        seen = either(seen, finite)
    endless = either(*(corner.down if which == "min" else corner.up for corner in corners))
    return End(found.num, found.den, endless)


def _product(a: End, b: End) -> End:
    return End(times(a.num, b.num), times(a.den, b.den))


def _multiple(end: End, by: End) -> End:
    """An end times a number that is not below zero, which leaves it the end it is; nothing times ∞ is nothing."""
    return End(times(end.num, by.num), times(end.den, by.den), both(end.open, above(by.num, ZERO)))


def _open_product(a: End, b: End) -> End:
    """The product of upper ends, none negative: open where one is, unless the other is zero."""
    found = _product(a, b)
    if a.open is False and b.open is False:
        return found
    nil = either(both(no(a.open), at_least(ZERO, a.num)), both(no(b.open), at_least(ZERO, b.num)))
    open_ = both(either(a.open, b.open), no(nil))
    return End(pick(nil, ZERO, found.num), found.den, open_)


def extreme(which: Literal["min", "max"], side: Literal["lo", "hi"], ends: list[End]) -> End:
    """The smallest or the largest of lower ends (open: −∞) or of upper ends (open: ∞)."""
    if len(ends) > 2 and all(end.open is False for end in ends) and (nums := _over_one(ends)) is not None:
        return End(_outermost(which, nums[0]), nums[1])
    return _in_pairs(ends, lambda a, b: _extreme(which, side, a, b))


def outermost(which: Literal["min", "max"], ends: list[End], chances: list[Bit]) -> End:
    """The smallest lower end or the largest upper end of those that are possible; open where a possible one is.

    Written down once each where all stand over one denominator: one after the other they would double every time.
    """
    side: Literal["lo", "hi"] = "lo" if which == "min" else "hi"
    open_ = either(*(both(chance, end.open) for end, chance in zip(ends, chances, strict=True)))
    if (found := _over_one(ends)) is None:
        return _in_pairs(list(zip(ends, chances, strict=True)), lambda a, b: _possible(which, side, a, b))[0]
    nums, den = found
    none = no(either(*chances))
    far = max(num.high for num in nums) if which == "min" else min(num.low for num in nums)
    given = [pick(chance, num, literal(far)) for num, chance in zip(nums, chances, strict=True)]
    return End(_outermost(which, [pick(none, nums[0], given[0]), *given[1:]]), den, open_)


_Possible: TypeAlias = tuple[End, Bit]


def _possible(which: Literal["min", "max"], side: Literal["lo", "hi"], a: _Possible, b: _Possible) -> _Possible:
    both_ = extreme(which, side, [a[0], b[0]])
    return e_pick(b[1], e_pick(a[1], both_, b[0]), a[0]), either(a[1], b[1])


def _over_one(ends: list[End]) -> tuple[list[Whole], Whole] | None:
    """The numerators over one denominator, where every denominator is written in the rule."""
    dens = [end.den.of for end in ends if isinstance(end.den.of, int)]
    if len(dens) < len(ends):
        return None
    den = lcm(*dens)
    return [times(end.num, literal(den // one)) for end, one in zip(ends, dens, strict=True)], literal(den)


def _outermost(which: Literal["min", "max"], nums: list[Whole]) -> Whole:
    chosen, horizontal = (min, nw.min_horizontal) if which == "min" else (max, nw.max_horizontal)
    if all(isinstance(num.of, int) for num in nums) or len(nums) == 1:
        return nums[0] if len(nums) == 1 else literal(chosen(num.low for num in nums))
    low, high = chosen(num.low for num in nums), chosen(num.high for num in nums)
    return column(horizontal(*(num.expr for num in nums)), low, high)


P = TypeVar("P")


def _in_pairs(items: list[P], joined: Callable[[P, P], P]) -> P:
    """All of them joined, neighbours first: as deep as a tree and not as a chain."""
    while len(items) > 1:
        odd = items[len(items) - len(items) % 2 :]
        items = [joined(a, b) for a, b in zip(items[::2], items[1::2], strict=False)] + odd
    return items[0]


def _extreme(which: str, side: str, a: End, b: End) -> End:
    if a is b:
        return a
    first = e_at_least(b, a) if which == "min" else e_at_least(a, b)
    if a.open is False and b.open is False:
        return e_pick(first, a, b)
    wins = (which == "min") == (side == "lo")  # whether infinity is the answer where one of them is
    take_a = either(a.open, both(no(b.open), first)) if wins else either(b.open, both(no(a.open), first))
    return e_pick(take_a, a, b)


def hull(a: Span, b: Span) -> Span:
    """The least interval over both."""
    if a.single and b.single and a.lo is b.lo:
        return a
    return Span(extreme("min", "lo", [a.lo, b.lo]), extreme("max", "hi", [a.hi, b.hi]))


def over(part: Span, whole: Span) -> Span:
    """The quotients where the whole is surely above zero; where it is not they mean nothing."""
    if part.single and whole.single:
        return exactly(_quotient(part.lo, whole.lo))
    return Span(_lower(part.lo, whole), _upper(part.hi, whole))


def _lower(end: End, whole: Span) -> End:
    through = End(ZERO, ONE) if whole.hi.open is True else _quotient(end, whole.hi)
    positive = e_pick(whole.hi.open, End(ZERO), through)
    found = e_pick(at_least(end.num, ZERO), positive, _quotient(end, whole.lo))
    return End(found.num, found.den, end.open)


def _upper(end: End, whole: Span) -> End:
    negative = e_pick(whole.hi.open, End(ZERO), _quotient(end, whole.hi))
    found = e_pick(at_least(end.num, ZERO), _quotient(end, whole.lo), negative)
    return End(found.num, found.den, end.open)


def _quotient(a: End, b: End) -> End:
    """a / b with a denominator that is above zero everywhere, also where b is not."""
    above_zero = most(b.num, ONE)
    if isinstance(a.den.of, int) and isinstance(b.den.of, int):
        shared = gcd(a.den.of, b.den.of)
        return End(times(a.num, literal(b.den.of // shared)), times(above_zero, literal(a.den.of // shared)))
    return End(times(a.num, b.den), times(a.den, above_zero))


def compare(op: str, a: Span, b: Span) -> Truth:
    """What a comparison gives for every choice of numbers."""
    match op:
        case ">=":
            return _ordered(a, b, e_at_least, e_above)
        case ">":
            return _ordered(a, b, e_above, e_at_least)
        case "<=":
            return _ordered(b, a, e_at_least, e_above)
        case "<":
            return _ordered(b, a, e_above, e_at_least)
    apart = either(_finite(a.hi, b.lo, e_above(b.lo, a.hi)), _finite(b.hi, a.lo, e_above(a.lo, b.hi)))
    if a.single and b.single and a.lo.open is False and b.lo.open is False:
        return Truth.of(no(apart))
    return Truth(both(no(apart), a.exact, b.exact), apart)


def _ordered(a: Span, b: Span, holds, contrary) -> Truth:  # type: ignore[no-untyped-def]
    yes = _finite(a.lo, b.hi, holds(a.lo, b.hi))
    if a.single and b.single and a.lo.open is False and b.lo.open is False:
        return Truth.of(yes)
    return Truth(yes, _finite(a.hi, b.lo, contrary(b.lo, a.hi)))


def _finite(a: End, b: End, bit: Bit) -> Bit:
    return both(no(a.open), no(b.open), bit)
