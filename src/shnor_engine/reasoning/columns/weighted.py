"""Weighted means in columns: the exact range over every weight and value that is possible, without any order of rows.

The largest mean takes the best values as heavy and the others as light as may be. Which values are the best ones?
Those that lie at the largest mean or above it. A value v lies there exactly where the rows around it do not pull a
mean of v upwards: where Σ weight × (value − v), the values above v as heavy as may be and those below as light, is
not above zero. So each row is set beside the rows of its group (none needs a neighbour), what pulls is added up in
whole numbers, and the mean is one quotient of two sums. Where no weight is open no row is set beside another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import narwhals.stable.v2 as nw

from shnor_engine.reasoning.columns.bits import Bit, Truth, both, either, no
from shnor_engine.reasoning.columns.folds import Blank, Finish, Get, Sum, Tally, scaled
from shnor_engine.reasoning.columns.scope import Ground
from shnor_engine.reasoning.columns.tables import staged
from shnor_engine.reasoning.columns.values import Value
from shnor_engine.reasoning.columns.wholes import (
    ANY,
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
    literal,
    most,
    pick,
    times,
)

Keys = Sequence[str]


@dataclass(slots=True, eq=False)
class Part:
    """What a row brings to the mean: values and weights over literal denominators (that of weights does not matter).

    `takes`: where it may weigh anything; `strange`: where nothing can be said of it; `fails`: a weight below zero;
    `best`: where it is heavy at the lower and at the upper end of the mean.
    """

    lows: Whole
    highs: Whole
    den: int
    light: Whole
    heavy: Whole
    takes: Bit
    strange: Bit
    fails: Bit
    endless: Bit
    open_low: Bit
    open_high: Bit
    best: tuple[Bit, Bit] | TooWide = (True, True)

    @property
    def single(self) -> bool:
        """Whether no value is open."""
        return self.lows is self.highs

    @property
    def weighed(self) -> bool:
        """Whether no weight is open."""
        return self.light is self.heavy


def part_of(counted: Truth, item: Value, weight: Value) -> Part:
    """A row as a part of the mean."""
    (lows, highs, den), (light, heavy, _) = scaled(item.span), scaled(weight.span)
    named = both(counted.maybe, no(item.present.not_), no(weight.present.not_))
    there = both(item.present.yes, weight.present.yes)
    low_open, endless = weight.span.lo.open, weight.span.hi.open
    below = either(low_open, above(ZERO, light))
    surely_below = both(no(endless), above(ZERO, heavy))
    fails = both(counted.maybe, there, either(surely_below, both(weight.span.exact, below)))
    strange = both(named, either(no(there), below))
    takes = both(named, either(endless, above(heavy, ZERO)))
    fine = both(takes, no(strange))
    most_ = pick(fine, _not_below_zero(heavy), ZERO)
    sure = counted.crisp and weight.span.single
    least_ = most_ if sure else pick(both(fine, counted.yes), _not_below_zero(light), ZERO)
    return Part(
        lows,
        highs,
        den,
        least_,
        most_,
        takes,
        strange,
        fails,
        both(takes, endless),
        both(takes, item.span.lo.open),
        both(takes, item.span.hi.open),
    )


def _not_below_zero(number: Whole) -> Whole:
    """A weight; what lies below zero was taken for strange and weighs nothing."""
    return most(number, ZERO) if number.low < 0 else number


@dataclass(frozen=True, slots=True)
class Side:
    """One end of the mean as sums: what is weighed, how much it weighs, the outermost value."""

    total: Sum
    weights: Sum
    outermost: Sum
    open_: Sum


def weighted(tally: Tally, part: Part) -> Finish:
    """The exact range of Σ weight × value / Σ weight over the rows of each group."""
    strange, fails, takes = (tally.count(bit) for bit in (part.strange, part.fails, part.takes))
    endless, sure = tally.count(part.endless), tally.total(part.light, True)
    low = _side(tally, part, upper=False)
    simple = part.single and part.weighed and part.open_low is False
    high = low if simple else _side(tally, part, upper=True)

    def finish(get: Get, blank: Blank | None) -> Value:
        odd, seen, failed = (above(get(number), ZERO) for number in (strange, takes, fails))
        unbounded = above(get(endless), ZERO)
        ends = [_end(get, part, side, unbounded) for side in (low, high)]
        if blank is not None:
            far = [_outermost(get, part, side) for side in (low, high)]
            brought = _brought(blank)
            ends = [_beside(*pair, brought, seen, upper) for upper, pair in enumerate(zip(ends, far, strict=True))]
            odd, seen, failed = (
                either(bit, more) for bit, more in zip((odd, seen, failed), brought.bits, strict=True)
            )
        nothing = either(odd, no(seen))
        lo, hi = (_opened(end, nothing) for end in ends)
        present = Truth(both(no(odd), above(get(sure), ZERO)), both(no(odd), no(seen)))
        plain = simple and nothing is False and blank is None
        return Value(exactly(lo) if plain else Span(lo, hi), present, failed)

    return finish


def _side(tally: Tally, part: Part, *, upper: bool) -> Side:
    values = part.highs if upper else part.lows
    open_ = part.open_high if upper else part.open_low
    if isinstance(part.best, TooWide):
        raise part.best
    weights = part.light if part.weighed else pick(part.best[upper], part.heavy, part.light)
    known = no(open_)
    take = tally.largest if upper else tally.smallest
    return Side(
        tally.total(times(weights, values), known),
        tally.total(weights, known),
        take(values, both(part.takes, known)),
        tally.count(open_),
    )


def _end(get: Get, part: Part, side: Side, unbounded: Bit) -> End:
    """The mean at one end; where a weight or a value has no end it is the outermost value."""
    over = most(get(side.weights), ONE)
    mean = End(get(side.total), times(over, literal(part.den)))
    far = _outermost(get, part, side)
    found = e_pick(unbounded, far, mean)
    return End(found.num, found.den, far.open)


def _outermost(get: Get, part: Part, side: Side) -> End:
    return End(get(side.outermost), literal(part.den), above(get(side.open_), ZERO))


def _opened(end: End, bit: Bit) -> End:
    return End(end.num, end.den, either(end.open, bit))


# --- the best values --------------------------------------------------------------------------------


def weigh(ground: Ground, keys: Keys, tally: Tally, parts: Sequence[Part]) -> None:
    """Finds out where each part is heavy, every row set beside those of its group once for all of them."""
    told: list[tuple[Part, bool, Pull]] = []
    for part in parts:
        if part.weighed:
            continue
        try:
            told += [(part, upper, _pull(ground, tally, part, upper=upper)) for upper in (False, True)]
        except TooWide as reason:
            part.best = reason
    if not told:
        return
    pulls = [pull for _, _, pull in told]
    new = {name: expr for pull in pulls for name, expr in pull.columns.items()}
    ground.frame = staged(ground.run.seed, ground.frame.with_columns(**new))
    rows = ground.frame.select(*ground.keys, *new)
    right = {name: ground.fresh("beside") for name in (*keys, *new)}
    others = rows.select(*(nw.col(old).alias(name) for old, name in right.items()))
    pairs = rows.join(others, how="inner", left_on=list(keys), right_on=[right[key] for key in keys])
    each = pairs.select(*ground.keys, *(pull.of(right).alias(pull.name) for pull in pulls))
    ground.join(
        each.group_by(*ground.keys).agg(*(nw.col(pull.name).sum() for pull in pulls)),
        ground.keys,
        None,
        {pull.name: pull.name for pull in pulls},
    )
    for part, upper, pull in told:
        found = nw.col(pull.name).fill_null(0).cast(nw.Int64)
        best = at_least(ZERO, column(found, -pull.most, pull.most))
        assert not isinstance(part.best, TooWide)
        low, high = part.best
        part.best = (low, best) if upper else (best, high)


@dataclass(frozen=True, slots=True, eq=False)
class Pull:
    """How much the rows of a group pull a mean of one row's value outwards: its columns, and the pull of another."""

    name: str
    columns: dict[str, nw.Expr]
    most: int
    upper: bool

    def of(self, right: Mapping[str, str]) -> nw.Expr:
        """The pull of the row at the right."""
        value, light, heavy = self.columns
        further = nw.col(right[value]) - nw.col(value) if self.upper else nw.col(value) - nw.col(right[value])
        weight = nw.when(further >= 0).then(nw.col(right[heavy])).otherwise(nw.col(right[light]))
        return (further * weight).cast(nw.Int64)


def _pull(ground: Ground, tally: Tally, part: Part, *, upper: bool) -> Pull:
    values = part.highs if upper else part.lows
    widest = times(literal(values.high - values.low), part.heavy)
    whole = times(literal(tally.rows), widest)  # raises where 64 bits do not hold what is added up
    numbers = {"value": values, "light": part.light, "heavy": part.heavy}
    columns_ = {ground.fresh(about): number.expr for about, number in numbers.items()}
    return Pull(ground.fresh("pull"), columns_, max(whole.high, 0), upper)


# --- rows that nobody reported ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Brought:
    """What a row that nobody reported may bring, weighing without end: both ends, and where it does."""

    span: Span
    takes: Bit
    bits: tuple[Bit, Bit, Bit]  # where it is strange, takes part, fails


def _brought(blank: Blank) -> Brought:
    if blank.number is not None:
        raise Uncompilable("a weighted mean of rows that can be named and were not laid out")
    item, weight = blank.item, blank.weight
    if item is None or weight is None:  # what such a row brings depends on which it is
        return Brought(ANY, False, (blank.chance, False, False))
    part = part_of(blank.counted, item, weight)
    takes, strange, fails = (both(blank.here, bit) for bit in (part.takes, part.strange, part.fails))
    return Brought(item.span, takes, (strange, takes, fails))


def _beside(end: End, far: End, brought: Brought, seen: Bit, upper: int) -> End:
    """The end of the mean where such a row may take part: the outermost of all values."""
    own = brought.span.hi if upper else brought.span.lo
    both_ = extreme("max", "hi", [far, own]) if upper else extreme("min", "lo", [far, own])
    return e_pick(brought.takes, e_pick(seen, both_, own), end)
