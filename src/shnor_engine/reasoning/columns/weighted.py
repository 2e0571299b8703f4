"""Weighted means in columns: the exact range over every weight and value that is possible, without any order of rows.

The largest mean takes the best values as heavy and the others as light as may be. Which values are the best ones?
Those that lie at the largest mean or above it. A value v lies there exactly where the rows around it do not pull a
mean of v upwards: where Σ weight × (value − v), the values above v as heavy as may be and those below as light, is
not above zero. So each row is set beside the rows of its group (none needs a neighbour), what pulls is added up in
whole numbers, and the mean is one quotient of two sums. Where no weight is open no row is set beside another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import narwhals.stable.v2 as nw

from shnor_engine.reasoning.columns.bits import Bit, Truth, both, either, no
from shnor_engine.reasoning.columns.folds import Blank, Finish, Get, Sum, Tally, scaled
from shnor_engine.reasoning.columns.scope import Ground
from shnor_engine.reasoning.columns.tables import Frame
from shnor_engine.reasoning.columns.values import Value
from shnor_engine.reasoning.columns.wholes import (
    ANY,
    ONE,
    ZERO,
    End,
    Span,
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


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """What a row brings to the mean: values and weights over literal denominators (that of weights does not matter).

    `takes`: where it may weigh anything; `strange`: where nothing can be said of it; `fails`: a weight below zero.
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
    """One end of the mean as sums: what is weighed, how much it weighs, the outermost value if a weight is endless."""

    total: Sum
    weights: Sum
    outermost: Sum
    open_: Sum


def weighted(ground: Ground, keys: Keys, tally: Tally, counted: Truth, item: Value, weight: Value) -> Finish:
    """The exact range of Σ weight × value / Σ weight over the rows of each group."""
    part = part_of(counted, item, weight)
    strange, fails, takes = (tally.count(bit) for bit in (part.strange, part.fails, part.takes))
    endless, sure = tally.count(part.endless), tally.total(part.light, True)
    low = _side(ground, keys, tally, part, upper=False)
    simple = part.single and part.weighed and part.open_low is False
    high = low if simple else _side(ground, keys, tally, part, upper=True)

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


def _side(ground: Ground, keys: Keys, tally: Tally, part: Part, *, upper: bool) -> Side:
    values = part.highs if upper else part.lows
    open_ = part.open_high if upper else part.open_low
    weights = part.light
    if not part.weighed:
        best = _is_best(ground, keys, tally, part, values, upper=upper)
        weights = pick(best, part.heavy, part.light)
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


def _is_best(ground: Ground, keys: Keys, tally: Tally, part: Part, values: Whole, *, upper: bool) -> Bit:
    """Where a row's value lies at the outermost mean or beyond it, found by setting it beside its group."""
    apart = values.high - values.low
    pull = times(
        literal(tally.rows), times(literal(max(apart, 0)), part.heavy)
    )  # raises where 64 bits do not hold it
    names = {about: ground.fresh(about) for about in ("value", "light", "heavy", "pull")}
    new = {"value": values, "light": part.light, "heavy": part.heavy}
    ground.frame = ground.frame.with_columns(**{names[about]: number.expr for about, number in new.items()})
    rows = ground.frame.select(*keys, *(nw.col(names[about]).alias(f"_{about}") for about in new))
    open_groups = rows.filter(nw.col("_light") < nw.col("_heavy")).select(*keys).unique()
    rows = _joined(rows, open_groups, keys, [])
    pulled = _pulled(rows, keys, upper=upper).select(*keys, nw.col("_value"), nw.col("_pull"))
    held = {key: ground.fresh("on") for key in (*keys, "_value")}
    right = pulled.select(
        *(nw.col(old).alias(new_) for old, new_ in held.items()), nw.col("_pull").alias(names["pull"])
    )
    left = [*keys, names["value"]]
    ground.frame = ground.frame.join(right, how="left", left_on=left, right_on=list(held.values()))
    found = column(nw.col(names["pull"]).fill_null(0), min(-pull.high, 0), pull.high)
    return at_least(ZERO, found)


def _joined(rows: Frame, other: Frame, keys: Keys, more: Keys) -> Frame:
    """Rows beside those of another frame that share the keys."""
    right = {key: f"_right {key}" for key in keys}
    renamed = other.select(*(nw.col(old).alias(new) for old, new in right.items()), *(nw.col(name) for name in more))
    return rows.join(renamed, how="inner", left_on=list(keys), right_on=list(right.values()))


def _pulled(rows: Frame, keys: Keys, *, upper: bool) -> Frame:
    """For each value of a group how much the others pull a mean of it outwards."""
    others = rows.select(*keys, *(nw.col(f"_{name}").alias(f"_other {name}") for name in ("value", "light", "heavy")))
    every = rows.select(*keys, nw.col("_value")).unique()
    beside = _joined(every, others, keys, [f"_other {name}" for name in ("value", "light", "heavy")])
    further = nw.col("_other value") - nw.col("_value")
    if not upper:
        further = 0 - further
    weight = nw.when(further >= 0).then(nw.col("_other heavy")).otherwise(nw.col("_other light"))
    pull = (further * weight).cast(nw.Int64).alias("_pull")
    return beside.select(*keys, nw.col("_value"), pull).group_by(*keys, "_value").agg(nw.col("_pull").sum())


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
