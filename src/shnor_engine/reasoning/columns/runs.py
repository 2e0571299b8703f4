"""Runs in columns: the shortest and the longest that is possible.

A run over few periods is one look back a period. Over many each period becomes a row: the latest period that surely
stops the run, and the latest that may, are two maxima, and how long it is are sums over the periods after them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import narwhals.stable.v2 as nw

from shnor_engine.reasoning.columns.bits import TRUE, Bit, Truth, as_count, both, choose, either, no
from shnor_engine.reasoning.columns.periods import among, gaps_of, stepped
from shnor_engine.reasoning.columns.scope import Ground, Scope
from shnor_engine.reasoning.columns.tables import Frame
from shnor_engine.reasoning.columns.time import LONGEST, first_by
from shnor_engine.reasoning.columns.unrolled import (
    FIRST,
    FROM,
    outer_keys,
    paired,
    places_from,
    put_back,
    read_at,
    refuse_unread,
    with_first,
)
from shnor_engine.reasoning.columns.values import Value
from shnor_engine.reasoning.columns.wholes import ONE, ZERO, End, Span, column, pick, plus
from shnor_engine.reasoning.evaluate_time import earlier_place, measured
from shnor_engine.rules.over_time import Run
from shnor_engine.rules.periods import ordinal


def run(scope: Scope, expr: Run) -> Value:
    """How many periods on end the truth has held, from the shortest to the longest run that is possible.

    The shortest ends as soon as it may, the longest as late as it can; where the past is open it has no end.
    """
    back = _back(scope, expr)
    if back.depth > LONGEST:
        return _unrolled(scope, expr, back)
    low = high = ZERO
    may_last: Bit = True  # the longest run reaches to here
    must_last: Bit = True  # the shortest does
    fails: list[Bit] = []
    for step in range(back.depth):
        inside = both(may_last, back.holds(step))
        if inside is False:
            break
        grows, ends, passes, fail = may(back.at(step), expr)
        fails.append(both(inside, fail))
        must_last = _kept(scope, both(must_last, either(no(inside), no(ends))))
        low = plus(low, pick(both(inside, must_last, no(passes)), ONE, ZERO))
        high = plus(high, pick(both(inside, grows), ONE, ZERO))
        may_last = _kept(scope, both(may_last, either(no(inside), grows, passes)))
    open_ = both(may_last, back.open)
    return scope.ground.keep(Value(Span(End(low), End(high, open=open_)), fail=either(*fails)), "run")


def _kept(scope: Scope, bit: Bit) -> Bit:
    """The same, in a column of its own: the next period builds on it."""
    return scope.ground.keep(Value(Truth.of(bit)), "lasts").truth.yes


def may(scope: Scope, expr: Run) -> tuple[Bit, Bit, Bit, Bit]:
    """Where a period may make the run grow, end it, be passed by; and where reading it fails."""
    tree, item = scope.run.tree, scope.value(expr.item)
    applies = Value(TRUE)
    if "applies" in tree.clauses and set(tree.keys) <= set(scope.keys):
        applies = scope.clause("applies")
    there, held = applies.truth, item.truth
    unsure = no(there.yes)
    grows = both(there.maybe, held.maybe)
    ends = either(both(there.maybe, no(held.yes)), both(unsure, expr.gaps == "break"))
    return grows, ends, both(unsure, expr.gaps == "skip"), either(item.fail, applies.fail)


# --- many periods -----------------------------------------------------------------------------------


def _unrolled(scope: Scope, expr: Run, back: Back) -> Value:
    """The run with a row for each period that is asked."""
    refuse_unread(scope, expr, [expr.item])
    pairs = _pairs(scope, expr, back)
    inner = Scope(Ground(scope.run, pairs.select(*scope.keys).unique(), scope.keys, back.span, [expr]))
    bits = dict(zip(("_grows", "_ends", "_passes", "_fails"), may(inner, expr), strict=True))
    rows = read_at(pairs, scope.keys, inner, {name: as_count(bit) for name, bit in bits.items()})
    outer, to = outer_keys(scope), nw.col(scope.looked.name)
    stops = (nw.col("_grows") == 0) & (nw.col("_passes") == 0)
    last = rows.group_by(*outer).agg(
        nw.when(nw.col("_ends") == 1).then(to).max().alias("_ended"),
        nw.when(stops).then(to).max().alias("_stopped"),
    )
    last = last.select(*(nw.col(name).alias(f"_at_{name}") for name in outer), "_ended", "_stopped")
    rows = rows.join(last, how="inner", left_on=outer, right_on=[f"_at_{name}" for name in outer])
    rows = rows.filter(nw.col("_stopped").is_null() | (to >= nw.col("_stopped")))
    sure = (nw.col("_ended").is_null() | (to > nw.col("_ended"))) & (nw.col("_passes") == 0)
    sums = rows.with_columns(sure.cast(nw.Int64).alias("_sure")).group_by(*outer)
    asked = {"_sure": "sum", "_grows": "sum", "_fails": "sum", "_stopped": "max"}
    summed = sums.agg(*(getattr(nw.col(name), how)().cast(nw.Int64) for name, how in asked.items()))
    found = put_back(scope, summed, tuple(asked))
    low, high = (column(nw.col(found[name]).fill_null(0), 0, back.depth) for name in ("_sure", "_grows"))
    open_ = both(nw.col(found["_stopped"]).is_null(), back.open)
    return Value(Span(End(low), End(high, open=open_)), fail=nw.col(found["_fails"]).fill_null(0) > 0)


def _pairs(scope: Scope, expr: Run, back: Back) -> Frame:
    """A row for each period that a run asks from each place."""
    key, gaps = scope.period, set(gaps_of(scope.period))
    rows = [
        (place, step, earlier_place(key, place, step + (place in gaps)))
        for place, many in back.many.items()
        for step in range(many)
    ]
    here = places_from(scope)
    if back.begins is not None:
        here = with_first(scope, here, scope.looked.name)
        own = nw.col(FIRST)
        here = here.with_columns(_begins(own.fill_null(0), own.is_null(), nw.col(FROM), gaps, back.many).alias(FIRST))
    pairs = paired(scope, here, rows, scope.looked.name)
    return pairs if back.begins is None else pairs.filter(nw.col(scope.looked.name) >= nw.col(FIRST))


# --- the periods that are asked -----------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Back:
    """The periods that a run asks from each one, the latest first, and where what lies before them is not known.

    Each draw has a first period of its own; `begins` is the one before it, that is asked too.
    """

    scope: Scope
    many: dict[int, int]
    open: Bit
    begins: nw.Expr | None

    @property
    def depth(self) -> int:
        """The most that are asked from one period."""
        return max(self.many.values())

    @property
    def span(self) -> tuple[int, int]:
        """The first and the last period that may be asked."""
        looks = [self.at(step) for step in (0, self.depth - 1)]
        return min(look.periods[0] for look in looks), max(look.periods[1] for look in looks)

    def at(self, step: int) -> Scope:
        """The period so many steps back."""
        gaps, looked = set(gaps_of(self.scope.period)), self.scope.looked
        at = tuple(earlier_place(self.scope.period, place, step + (place in gaps)) for place in looked.at)
        return self.scope.at(replace(looked, at=at))

    def holds(self, step: int) -> Bit:
        """Where so many are asked."""
        bit = among(self.scope.moment, self.many, [place for place, many in self.many.items() if many > step])
        if self.begins is None or step == 0 or bit is False:
            return bit
        return both(bit, self.at(step).moment >= self.begins)


def _back(scope: Scope, expr: Run) -> Back:
    key, places = scope.period, scope.places_in_time
    gaps = set(gaps_of(key))
    many, ended = {}, {}
    for place in places:
        asked = range(place, _first(scope, expr, place) - 1, -1)
        cut = max((gap for gap in gaps if gap in asked), default=None) if expr.gaps == "break" else None
        many[place] = sum(here not in gaps and (cut is None or here > cut) for here in asked)
        ended[place] = -1 if cut is None else cut
    begins = None
    if scope.run.by and expr.since is None and scope.run.first_of(key.name) is not None:
        begins = _begins(*first_by(scope), scope.moment, gaps, places)
    if expr.since is not None:
        return Back(scope, many, False, begins)
    open_ = no(among(scope.moment, places, [place for place, cut in ended.items() if cut >= 0]))
    if begins is not None and open_ is not True:
        open_ = stepped(scope.moment, places, [ended[place] for place in places]) < begins
    return Back(scope, many, open_, begins)


def _first(scope: Scope, expr: Run, place: int) -> int:
    """The first period that can belong to a run: said, else the one before the facts begin, which is asked too."""
    key = scope.period
    if expr.since is not None:
        return ordinal(key.period, expr.since)
    first = scope.run.first_of(key.name)
    so_far = 0 if first is None else len(measured(key, first, place))
    return earlier_place(key, place, max(so_far - 1, 0)) - 1


def _begins(own: nw.Expr, none: Bit, moment: nw.Expr, gaps: set[int], places: Iterable[int]) -> nw.Expr:
    """The period before the first measured one that the facts of a draw speak of, at most the one before this.

    Counted from a gap, which itself takes the place of a period, it is the second one.
    """
    begun = _measured_from(own, gaps)
    inside = among(moment, places, gaps)
    begun = begun if inside is False else choose(inside, _measured_from(begun + 1, gaps), begun)
    return choose(either(none, begun > moment), moment, begun) - 1


def _measured_from(place: nw.Expr, gaps: set[int]) -> nw.Expr:
    """The first period from a place on that is no gap."""
    found = place
    for first, after in _stretches(gaps):
        found = found + as_count((place >= first) & (place < after)) * (after - place)
    return found


def _stretches(gaps: set[int]) -> list[tuple[int, int]]:
    """Gaps on end: the first of them, and the period after them."""
    begins = [gap for gap in sorted(gaps) if gap - 1 not in gaps]
    return [(first, next(place for place in range(first, max(gaps) + 2) if place not in gaps)) for first in begins]
