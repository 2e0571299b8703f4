"""Periods in columns: each is its ordinal, and a look at other periods is a table of ordinals.

At the door of a frame the key of a period becomes its ordinal, whatever its kind, so that a step back is a
subtraction and nothing rests on how text sorts; at the end it is written as the key that it was. Which period is
looked at from which one (so many earlier, declared gaps left out; the year around a month; the third month of a
quarter) is reckoned once for the few periods that occur, and becomes arithmetic on one column.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import narwhals.stable.v2 as nw

from shnor_engine.reasoning.columns.bits import Bit, choose
from shnor_engine.reasoning.columns.division import floor_div
from shnor_engine.reasoning.columns.wholes import Whole, column, literal, plus, times
from shnor_engine.rules.fact import Key
from shnor_engine.rules.periods import MONTH, QUARTER, SCHOOL_YEAR, YEAR, is_period, ordinal, place_around, reckoned

LAST = 9999 * 12  # of an ordinal, whatever the kind: years have four digits
PATTERN = {MONTH: "^[0-9]{4}-(0[1-9]|1[0-2])$", QUARTER: "^[0-9]{4}-Q[1-4]$"}
PART = {MONTH: (5, 2), QUARTER: (6, 1)}
IN_A_YEAR = {MONTH: 12, QUARTER: 4}


@dataclass(frozen=True, slots=True)
class Look:
    """The periods that are looked at from each of those that a ground spans, in order: key, kind and ordinals.

    Two looks that lead to the same periods are the same, however they were taken.
    """

    name: str
    kind: str
    at: tuple[int, ...]

    @property
    def span(self) -> tuple[int, int]:
        """The first and the last of them."""
        return min(self.at), max(self.at)

    @property
    def places(self) -> list[int]:
        """Each of them once, in order."""
        return sorted(set(self.at))


def shown(held: nw.Expr, base: Look, look: Look) -> nw.Expr:
    """The ordinals of a look as a column, where the periods of the ground are one."""
    near = [place_around(base.kind, place, look.kind) if base.kind != look.kind else place for place in base.at]
    found = _around(held, base, look.kind)
    off = [there - here for there, here in zip(look.at, near, strict=True)]
    return found + stepped(held, base.at, off) if any(off) else found


def _around(held: nw.Expr, base: Look, kind: str) -> nw.Expr:
    """The period of a kind in which each one ends."""
    own = column(held, *base.span)
    if base.kind == kind:
        return own.expr
    many, more, by = reckoned(base.kind, kind)
    return floor_div(plus(times(own, literal(many)), literal(more)), literal(by)).expr


def stepped(held: nw.Expr, places: Sequence[int], values: Sequence[int]) -> nw.Expr:
    """The numbers of ascending periods as steps: few literals however many periods there are."""
    found = nw.lit(values[0], dtype=nw.Int64)
    for number in range(1, len(values)):
        if values[number] != values[number - 1]:
            found = choose(held >= places[number], nw.lit(values[number], dtype=nw.Int64), found)
    return found


def among(held: nw.Expr, every: Iterable[int], wanted: Iterable[int]) -> Bit:
    """Where a period is one of those wanted, among all that occur."""
    all_ = set(every)
    hit = sorted(all_ & set(wanted))
    if len(hit) in (0, len(all_)):
        return bool(hit)
    return held.is_in(hit)


# --- keys and ordinals ------------------------------------------------------------------------------


def is_text(key: Key) -> bool:
    """Whether a key is a period that is written as text."""
    return bool(key.period) and key.period not in (YEAR, SCHOOL_YEAR)


def ordinals(key: Key) -> nw.Expr:
    """The ordinals of a period key that is text, null for text that is no such period."""
    text = nw.col(key.name)
    given = nw.when(text.str.contains(PATTERN[key.period])).then(text)
    year = given.str.slice(0, 4).cast(nw.Int64)
    part = given.str.slice(*PART[key.period]).cast(nw.Int64)
    return (year * IN_A_YEAR[key.period] + part - 1).alias(key.name)


def strange(key: Key) -> nw.Expr:
    """Where text is no period of the key's kind."""
    return ~nw.col(key.name).str.contains(PATTERN[key.period])


def key_texts(kind: str, held: nw.Expr) -> nw.Expr:
    """The keys of ordinals: text for quarters and months, a year as it is."""
    if kind not in IN_A_YEAR:
        return held
    every, count = column(held, 0, LAST + 11), literal(IN_A_YEAR[kind])
    year = floor_div(every, count)
    part = every.expr - year.expr * count.of + 1
    dash, digits = ("-", 2) if kind == MONTH else ("-Q", 1)
    return nw.concat_str([_digits(year, 4), nw.lit(dash), _digits(Whole(part, 1, 12), digits)])


def _digits(number: Whole, many: int) -> nw.Expr:
    raised: nw.Expr = number.expr + 10**many
    return raised.cast(nw.Int64).cast(nw.String).str.slice(1)


def place_of(key: Key, value: object) -> int | None:
    """The ordinal of a key's value; None for what is no period of its kind."""
    return ordinal(key.period, value) if is_period(key.period, value) else None  # type: ignore[arg-type]


def gaps_of(key: Key | None) -> list[int]:
    """The ordinals of declared gaps."""
    return [] if key is None else sorted(ordinal(key.period, gap) for gap in key.gaps)
