"""Where a clause stands in columns: a frame with one row per place, looked at so many periods back.

A `Ground` is a frame that only grows: what a node needs (fields of another fact, aggregates, closings, the region) is
joined once and remembered. A `Scope` is a look at it: `back` periods earlier, or inside rows that nobody reported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from shnor_engine.reasoning.columns.bits import Bit, either
from shnor_engine.reasoning.columns.tables import Frame, Table, collect, name_of
from shnor_engine.reasoning.columns.values import Value, in_columns
from shnor_engine.reasoning.columns.wholes import Uncompilable
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.fact import Fact
from shnor_engine.rules.rule import RuleTree
from shnor_engine.rules.status import Before, Status
from shnor_engine.rules.tree import Expr, children

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
        self.roots, self.own, self.held, self.sure = tuple(roots), own, held, sure
        self.memo: dict[Any, Any] = {}
        self._origin = frame

    @property
    def frame(self) -> Frame:
        """The frame as it is now; the one of derived places is made when it is first needed."""
        if callable(self._frame):
            self._frame = self._frame()
        return self._frame

    @frame.setter
    def frame(self, frame: Frame) -> None:
        self._frame = frame

    @property
    def origin(self) -> Frame:
        """The places before anything was joined to them."""
        return self._origin() if callable(self._origin) else self._origin

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

    def key(self, name: str, back: int) -> str:
        """The column that holds a key so many periods back."""
        if not back or name != self.run.period:
            return name
        if ("key", back) not in self.memo:
            column_ = self.fresh(f"back{back}")
            self.frame = self.frame.with_columns((nw.col(name) - back).alias(column_))
            self.memo["key", back] = column_
        return str(self.memo["key", back])

    def join(
        self,
        other: Frame,
        on: Sequence[str],
        back: int,
        columns: Mapping[str, str],
    ) -> None:
        """The columns of another frame (old name → new name) joined on keys, nulls where it has no such row."""
        right = {name: self.fresh("on") for name in on}
        renamed = [nw.col(name).alias(new) for name, new in (*right.items(), *columns.items())]
        left = [self.key(name, back) for name in on]
        self.frame = self.frame.join(other.select(*renamed), how="left", left_on=left, right_on=list(right.values()))

    def keep(self, value: Value, about: str) -> Value:
        """The same value, held in columns of this frame."""
        kept, new = in_columns(value, lambda: self.fresh(about))
        if new:
            self.frame = self.frame.with_columns(*(expr.alias(name) for name, expr in new.items()))
        return kept

    def reached(self) -> Iterator[Expr[Any]]:
        """Every node that is read here or so many periods back, not those inside rows or read by hand."""
        return reached(self.run.tree, self.roots)


def reached(tree: RuleTree, roots: Sequence[Expr[Any]]) -> Iterator[Expr[Any]]:
    """Every node under some expressions, clauses followed, not those inside rows or read by hand."""
    from shnor_engine.reasoning.columns.registry import COMPILE

    seen: set[str] = set()

    def walk(expr: Expr[Any]) -> Iterator[Expr[Any]]:
        yield expr
        for name in _named(tree, expr):
            if name not in seen:
                seen.add(name)
                yield from walk(tree.clauses[name])
        if not isinstance(expr, nodes.Rows) and type(expr) in COMPILE:
            for child in children(expr):
                yield from walk(child)

    for root in roots:
        yield from walk(root)


def _named(tree: RuleTree, expr: Expr[Any]) -> tuple[str, ...]:
    """The clauses that a node reads by name."""
    match expr:
        case nodes.ClauseRef():
            return (expr.name,)
        case Before():
            return (expr.status,)
        case Status():
            return ("applies",) if "applies" in tree.clauses else ()
    return ()


@dataclass(frozen=True, eq=False)
class Scope:
    """A look at a ground: `back` periods earlier; `blank` facts are read as rows of which nothing is known.

    `beside` is another rule that is read at the same places; what it remembers is its own.
    """

    ground: Ground
    back: int = 0
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
        return compile_(self, expr)

    def clause(self, name: str) -> Value:
        """A named clause here, decided by hand where columns cannot hold it."""
        met = ("clause", name, self.back, self.blank)
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

    def earlier(self, steps: int) -> Scope:
        """The same place so many periods earlier."""
        return replace(self, back=self.back + steps)

    @property
    def periods(self) -> tuple[int, int]:
        """The first and the last period that stand here."""
        if self.ground.periods is None:
            raise Uncompilable("a period where there is none")
        low, high = self.ground.periods
        return low - self.back, high - self.back

    def key(self, name: str) -> str:
        """The column of a key here."""
        return self.ground.key(name, self.back)

    # --- what is joined ---------------------------------------------------------------------------

    def fields(self, table: Table) -> tuple[Mapping[str, str], Bit]:
        """The columns of a fact's fields at the keys here, and where there is a row that was reported."""
        memo, met = self.ground.memo, ("fields", table.fact, self.back)
        if met not in memo:
            table.settle()
            columns = {name_of(table.fact, name): self.ground.fresh(name) for name in table.fields}
            held = self.ground.fresh("held")
            marked = table.frame.with_columns(nw.lit(True).alias("_held"))
            self.ground.join(marked, table.keys, self.back, {**columns, "_held": held})
            memo[met] = columns, nw.col(held).fill_null(False)
        return memo[met]  # type: ignore[no-any-return]

    def closed(self, fact: type[Fact]) -> Bit:
        """Where the keys here are complete: what was not reported does not exist."""
        memo, met = self.ground.memo, ("closed", fact, self.back)
        if met not in memo:
            memo[met] = either(*(self.marked(*entry) for entry in self.run.closings[fact]))
        return memo[met]  # type: ignore[no-any-return]

    def marked(self, names: tuple[str, ...], frame: Frame | None) -> Bit:
        """Where one closing holds: a frame of the values of some keys, None for everywhere."""
        if frame is None:
            return True
        if not set(names) <= set(self.ground.keys):
            return False
        if not names:
            return True
        mark = self.ground.fresh("closed")
        self.ground.join(frame.with_columns(nw.lit(True).alias("_closed")), names, self.back, {"_closed": mark})
        return nw.col(mark).fill_null(False)

    def places(self) -> Frame:
        """The keys here, so many periods back, under their own names."""
        names = {name: self.key(name) for name in self.ground.keys}
        return self.ground.frame.select(*(nw.col(held).alias(name) for name, held in names.items()))


def filtered(frame: Frame, bit: Bit) -> Frame:
    """The rows where it holds."""
    if isinstance(bit, bool):
        return frame if bit else frame.head(0)
    return frame.filter(bit)
