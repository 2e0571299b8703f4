"""Where a clause stands in columns: a frame with one row per place, looked at in its own or in another period.

A `Ground` is a frame that only grows: what a node needs (fields of another fact, aggregates, closings, the region) is
joined once and remembered. A `Scope` is a look at it: so many periods earlier, in the coarser period around, in one
of the finer ones inside, or inside rows that nobody reported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from shnor_engine.reasoning.columns.bits import Bit, either
from shnor_engine.reasoning.columns.periods import Look, among, gaps_of, shown
from shnor_engine.reasoning.columns.tables import Frame, Table, collect, name_of
from shnor_engine.reasoning.columns.values import Value, in_columns
from shnor_engine.reasoning.columns.wholes import Uncompilable
from shnor_engine.reasoning.evaluate_time import earlier_place
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.fact import Fact, Key
from shnor_engine.rules.marginals import Marginal
from shnor_engine.rules.over_time import Periods
from shnor_engine.rules.over_time import Run as RunOf
from shnor_engine.rules.periods import period_at, place_around
from shnor_engine.rules.rule import RuleTree
from shnor_engine.rules.status import Before, Status
from shnor_engine.rules.tables import Table as Table_
from shnor_engine.rules.tree import Expr, children
from shnor_engine.rules.values import Round

if TYPE_CHECKING:
    from shnor_engine.reasoning.columns.run import Run


class Ground:
    """A frame with one row per place (`keys`), the periods it spans, and what was joined to it.

    `own` is the fact whose rows these are; `held` the column that says which of them were reported, None if all.
    `roots` are the expressions that will be read here.
    """

    def __init__(
        self,
        run: Run,
        frame: Frame | Callable[[], Frame],
        keys: Sequence[str],
        periods: tuple[int, int] | None,
        roots: Sequence[Expr[Any]],
        *,
        own: type[Fact] | None = None,
        held: str | None = None,
        sure: bool = True,
    ) -> None:
        self.run, self._frame, self.keys, self.periods = run, frame, tuple(keys), periods
        self._bare = None if callable(frame) else frame
        self.roots, self.own, self.held, self.sure = tuple(roots), own, held, sure
        self.memo: dict[Any, Any] = {}
        self.inside = 0  # in how many nodes that repeat what they hold something is being read just now
        period = next((key for key in run.tree.period_keys.values() if key.name in self.keys), None)
        self.base: Look | None = None
        if period is not None and periods is not None:
            self.base = Look(period.name, period.period, tuple(range(periods[0], periods[1] + 1)))

    @property
    def frame(self) -> Frame:
        """The frame as it is now; the one of derived places is made when it is first needed."""
        if callable(self._frame):
            self._frame = self._bare = self._frame()
        return self._frame

    @frame.setter
    def frame(self, frame: Frame) -> None:
        self._frame, self._bare = frame, frame if self._bare is None else self._bare

    @property
    def bare(self) -> Frame:
        """The keys as they stood before anything was joined: what starts anew from them repeats nothing."""
        return (self._bare or self.frame).select(*self.keys)

    @property
    def unseen(self) -> bool:
        """Whether these are places that the facts speak of and nothing was read here yet."""
        return callable(self._frame)

    def all_of(self, table: Table, rows: int) -> bool:
        """Whether so many distinct keys, all that a fact has, are the very places that the facts speak of.

        Then what is known of them can stand for the places, and nothing needs to be looked up for each.
        """
        run = self.run
        if not callable(self._frame) or len(run.tables) > 1 or not set(self.keys) <= set(table.keys):
            return False
        if not run.period or table.one_period == run.period:
            return True
        return bool(collect(self._frame().select(nw.len().alias("count")))[0]["count"] == rows)

    def fresh(self, about: str) -> str:
        """A column name that is not taken."""
        self.run.names += 1
        return f"_{self.run.names}_{about}"

    def key(self, name: str, look: Look | None) -> str:
        """The column that holds a key; of a period the one that is looked at."""
        if look is None or self.base is None or name != look.name:
            return name
        if ("key", look) not in self.memo:
            column_ = self.fresh(look.kind)
            moved = shown(nw.col(self.base.name), self.base, look)
            self.frame = self.frame.with_columns(moved.cast(nw.Int64).alias(column_))
            self.memo["key", look] = column_
        return str(self.memo["key", look])

    def join(
        self,
        other: Frame,
        on: Sequence[str],
        look: Look | None,
        columns: Mapping[str, str],
    ) -> None:
        """The columns of another frame (old name → new name) joined on keys, nulls where it has no such row."""
        right = {name: self.fresh("on") for name in on}
        renamed = [nw.col(name).alias(new) for name, new in (*right.items(), *columns.items())]
        left = [self.key(name, look) for name in on]
        self.frame = self.frame.join(other.select(*renamed), how="left", left_on=left, right_on=list(right.values()))

    def keep(self, value: Value, about: str) -> Value:
        """The same value, held in columns of this frame."""
        kept, new = in_columns(value, lambda: self.fresh(about))
        if new:
            self.frame = self.frame.with_columns(*(expr.alias(name) for name, expr in new.items()))
        return kept

    def reached(self) -> Iterator[Expr[Any]]:
        """Every node that is read here or in another period, not those inside rows or read by hand."""
        return reached(self.run.tree, self.roots)


def reached(tree: RuleTree, roots: Sequence[Expr[Any]]) -> Iterator[Expr[Any]]:
    """Every node under some expressions, clauses followed, not those inside rows, over periods or read by hand."""
    from shnor_engine.reasoning.columns.registry import COMPILE

    seen: set[str] = set()

    def walk(expr: Expr[Any]) -> Iterator[Expr[Any]]:
        yield expr
        for name in _named(tree, expr):
            if name not in seen:
                seen.add(name)
                yield from walk(tree.clauses[name])
        if isinstance(expr, Periods):
            if expr.window.length is not None:
                yield from walk(expr.window.length)
        elif not isinstance(expr, nodes.Rows) and type(expr) in COMPILE:
            for child in children(expr):
                yield from walk(child)

    for root in roots:
        yield from walk(root)


# Nodes that write down what they hold several times: nested, they would grow by a power of their depth.
REPEATING = (nodes.Ratio, nodes.Extreme, nodes.Case, Round, Table_, Marginal)


def _repeats(expr: Expr[Any]) -> bool:
    return isinstance(expr, REPEATING) or (isinstance(expr, nodes.Arithmetic) and expr.op == "*")


def _named(tree: RuleTree, expr: Expr[Any]) -> tuple[str, ...]:
    """The clauses that a node reads by name."""
    match expr:
        case nodes.ClauseRef():
            return (expr.name,)
        case Before():
            return (expr.status,)
        case Status() | RunOf():
            return ("applies",) if "applies" in tree.clauses else ()
    return ()


@dataclass(frozen=True, eq=False)
class Scope:
    """A look at a ground, None where it is in its own periods; of `blank` facts nothing is known but that a row is.

    `beside` is another rule that is read at the same places; what it remembers is its own.
    """

    ground: Ground
    look: Look | None = None
    blank: frozenset[type[Fact]] = frozenset()
    beside: Run | None = None

    @property
    def run(self) -> Run:
        """What is common to all scopes of one rule."""
        return self.ground.run if self.beside is None else self.beside

    @property
    def memo(self) -> dict[Any, Any]:
        """What this rule has read here."""
        memo = self.ground.memo
        return memo if self.beside is None else memo.setdefault(("beside", self.beside.tree.digest), {})

    def reached(self) -> Iterator[Expr[Any]]:
        """Every node that this rule reads here or so many periods back."""
        return self.ground.reached() if self.beside is None else reached(self.beside.tree, self.beside.roots)

    def value(self, expr: Expr[Any]) -> Value:
        """What a node is worth here; raises `Uncompilable` where columns cannot hold it."""
        from shnor_engine.reasoning.columns.registry import COMPILE

        if (compile_ := COMPILE.get(type(expr))) is None:
            raise Uncompilable(f"{type(expr).__name__} is read row by row")
        if not _repeats(expr):
            return compile_(self, expr)
        self.ground.inside += 1
        try:
            value = compile_(self, expr)
        finally:
            self.ground.inside -= 1
        return self.ground.keep(value, "part") if self.ground.inside else value

    def clause(self, name: str) -> Value:
        """A named clause here, decided by hand where columns cannot hold it."""
        met = ("clause", name, self.look, self.blank)
        memo = self.memo
        if met not in memo:
            memo[met] = self._clause(name)
        return memo[met]  # type: ignore[no-any-return]

    def _clause(self, name: str) -> Value:
        from shnor_engine.reasoning.columns.by_hand import by_hand

        run = self.run
        try:
            value = self.value(run.tree.clauses[name])
        except Uncompilable as reason:
            if self.blank:
                raise
            run.reasons[run.prefix + name] = str(reason)
            return by_hand(self, name)
        return self.ground.keep(value, name) if run.uses[name] > 1 else value

    # --- periods ----------------------------------------------------------------------------------

    @property
    def here(self) -> bool:
        """Whether it is in the ground's own periods."""
        return self.look is None

    @property
    def looked(self) -> Look:
        """The periods that are looked at."""
        found = self.look or self.ground.base
        if found is None:
            raise Uncompilable("a period where there is none")
        return found

    @property
    def period(self) -> Key:
        """The key that is a period here, as this rule has it."""
        return self.run.tree.period_keys[self.looked.kind]

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys here: those of the ground, with the period that is looked at in place of its own."""
        base = self.ground.base
        if self.look is None or base is None or self.look.name == base.name:
            return self.ground.keys
        return tuple(self.look.name if name == base.name else name for name in self.ground.keys)

    def at(self, look: Look) -> Scope:
        """The same place, looked at in other periods."""
        return replace(self, look=None if look == self.ground.base else look)

    def earlier(self, steps: int) -> Scope:
        """The same place so many periods earlier; declared gaps of the rule's period are no periods."""
        looked = self.looked
        key = self.period
        return self.at(replace(looked, at=tuple(earlier_place(key, place, steps) for place in looked.at)))

    def around(self, kind: str) -> Scope:
        """The same place in the period of another kind in which its period ends."""
        looked = self.looked
        at = tuple(place_around(looked.kind, place, kind) for place in looked.at)
        return self.at(Look(self.run.tree.period_keys[kind].name, kind, at))

    @property
    def periods(self) -> tuple[int, int]:
        """The ordinals of the first and the last period that stand here."""
        return self.looked.span

    @property
    def spanned(self) -> tuple[int, int] | None:
        """The same, None where no period stands here."""
        return None if self.look is None and self.ground.base is None else self.periods

    @property
    def places_in_time(self) -> list[int]:
        """The ordinals of the periods that stand here, each once."""
        return self.looked.places

    @property
    def moment(self) -> nw.Expr:
        """The ordinal of the period here, as a column."""
        return nw.col(self.key(self.looked.name))

    def day(self, place: int) -> date:
        """The instant of a period by its ordinal."""
        key = self.period
        return key.day(period_at(key.period, place))

    def in_gap(self, fact: type[Fact], names: Sequence[str] | None = None) -> Bit:
        """Where the period here (if it is among the names) is a declared gap of a fact, which has no rows in it."""
        key = fact.period_key()
        if key is None or not key.gaps or key.name not in (self.keys if names is None else names):
            return False
        return among(self.moment, self.places_in_time, gaps_of(key)) if key.name in self.keys else False

    def key(self, name: str) -> str:
        """The column of a key here."""
        return self.ground.key(name, self.look)

    # --- what is joined ---------------------------------------------------------------------------

    def fields(self, table: Table) -> tuple[Mapping[str, str], Bit]:
        """The columns of a fact's fields at the keys here, and where there is a row that was reported."""
        memo, met = self.ground.memo, ("fields", table.fact, self.look)
        if met not in memo:
            table.settle()
            columns = {name_of(table.fact, name): self.ground.fresh(name) for name in table.fields}
            held = self.ground.fresh("held")
            marked = table.frame.with_columns(nw.lit(True).alias("_held"))
            self.ground.join(marked, table.keys, self.look, {**columns, "_held": held})
            memo[met] = columns, nw.col(held).fill_null(False)
        return memo[met]  # type: ignore[no-any-return]

    def closed(self, fact: type[Fact]) -> Bit:
        """Where the keys here are complete: what was not reported does not exist."""
        memo, met = self.ground.memo, ("closed", fact, self.look)
        if met not in memo:
            memo[met] = either(*(self.marked(*entry) for entry in self.run.closings[fact]), self.in_gap(fact))
        return memo[met]  # type: ignore[no-any-return]

    def marked(self, names: tuple[str, ...], frame: Frame | None) -> Bit:
        """Where one closing holds: a frame of the values of some keys, None for everywhere."""
        if frame is None:
            return True
        if not set(names) <= set(self.keys):
            return False
        if not names:
            return True
        mark = self.ground.fresh("closed")
        self.ground.join(frame.with_columns(nw.lit(True).alias("_closed")), names, self.look, {"_closed": mark})
        return nw.col(mark).fill_null(False)

    def places(self, *kept: nw.Expr) -> Frame:
        """The keys here under their own names, and what else of the ground's keys is asked for."""
        base, look = self.ground.base, self.look
        if base is None or look is None:
            return self.ground.bare.select(*self.ground.keys, *kept)
        moved = shown(nw.col(base.name), base, look).cast(nw.Int64).alias(look.name)
        names = [moved if name == base.name else nw.col(name) for name in self.ground.keys]
        return self.ground.bare.select(*names, *kept)


def filtered(frame: Frame, bit: Bit) -> Frame:
    """The rows where it holds."""
    if isinstance(bit, bool):
        return frame if bit else frame.head(0)
    return frame.filter(bit)
