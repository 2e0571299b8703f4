"""Tables: rows of cells over some inputs, and what the row that is hit gives.

A lookup, a set of bands and a decision table are all this node. `hit="unique"`: at most one row holds any values of
the inputs, which is proved when the table is made. `hit="collect"`: every row that holds adds its code to a set.

A cell is a literal or a parameter (this value), a tuple of codes (one of these), a band (`from_(10).below(20)`),
`anything`, or `absent`. An absent input leaves a table undetermined, unless some row asks for it by a cell `absent`:
then the other cells of that column do not hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any, ClassVar, Final, Literal, TypeAlias, TypeVar, get_args, overload

from shnor_engine.errors import RuleSyntax
from shnor_engine.law.clause import Clause
from shnor_engine.law.dated import Dated, DatedAt
from shnor_engine.law.source import refuse
from shnor_engine.rules.tree import (
    ClauseRef,
    CodeSet,
    CodesLike,
    Constant,
    DateLike,
    Expr,
    IntLike,
    Kind,
    NumLike,
    ParamRef,
    kind_of,
    lift,
    moved,
    off_the_list,
)
from shnor_engine.rules.values import AbsentValue, lift_beside

T = TypeVar("T")
Hit = Literal["unique", "collect"]


# --- cells ----------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Band(Expr[bool]):
    """Numbers or days between two ends, each stated to be inside or outside; None is an open end."""

    kind: ClassVar[Kind | None] = "truth"
    low: Expr[Any] | None
    low_in: bool
    high: Expr[Any] | None
    high_in: bool

    def up_to(self, high: NumLike | DateLike) -> Band:
        """The band up to this end, the end inside."""
        return self._closed(high, True)

    def below(self, high: NumLike | DateLike) -> Band:
        """The band up to this end, the end outside."""
        return self._closed(high, False)

    def _closed(self, high: Any, inside: bool) -> Band:
        if self.high is not None:
            raise refuse("this band has an upper end already", hint="from_(10).below(20)")
        return Band(self.low, self.low_in, _edge(high), inside)


@dataclass(frozen=True, eq=False)
class Among(Expr[bool]):
    """One of these values; a parameter that holds a tuple of codes stands for all of them."""

    kind: ClassVar[Kind | None] = "truth"
    items: tuple[Expr[Any], ...]


@dataclass(frozen=True, eq=False)
class Anything(Expr[bool]):
    """Every value, and none."""

    kind: ClassVar[Kind | None] = "truth"


@dataclass(frozen=True, eq=False)
class WhenAbsent(Expr[bool]):
    """No value: the input is known not to be."""

    kind: ClassVar[Kind | None] = "truth"


anything: Final = Anything()
"""A cell that every value fits, and none."""
CELLS = (Band, Among, Anything, WhenAbsent)
CellLike: TypeAlias = (
    "Band | Anything | AbsentValue | bool | str | int | Fraction | date | tuple[CodesLike, ...] | tuple[int, ...]"
    " | Dated[int] | Dated[Fraction] | Dated[str] | Dated[date] | Dated[tuple[str, ...]]"
    " | DatedAt[int] | DatedAt[Fraction] | DatedAt[str] | DatedAt[date] | DatedAt[tuple[str, ...]]"
)


def from_(low: NumLike | DateLike) -> Band:
    """Values from this one on, itself inside; `.below(x)` and `.up_to(x)` close the band."""
    return Band(_edge(low), True, None, False)


def above(low: NumLike | DateLike) -> Band:
    """Values above this one; `.below(x)` and `.up_to(x)` close the band."""
    return Band(_edge(low), False, None, False)


def up_to(high: NumLike | DateLike) -> Band:
    """Values up to this one, itself inside."""
    return Band(None, False, _edge(high), True)


def below(high: NumLike | DateLike) -> Band:
    """Values below this one."""
    return Band(None, False, _edge(high), False)


def _edge(value: Any) -> Expr[Any]:
    expr = lift(value)
    if not isinstance(expr, Constant | ParamRef | ClauseRef):
        raise refuse("a cell holds literals and parameters, so that the table can be proved", hint="from_(P.limit)")
    return expr


def _cell(value: Any) -> Expr[bool]:
    if isinstance(value, CELLS):
        return value
    if isinstance(value, AbsentValue):
        return WhenAbsent()
    items = value if isinstance(value, tuple) else (value,)
    return Among(tuple(_edge(item) for item in items))


# --- rows and tables ------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class TableRow(Expr[T]):
    """One row: a cell for each input, what it gives, and its clause."""

    cells: tuple[Expr[bool], ...]
    gives: Expr[T]
    ref: Clause | None = None

    def kind_within(self) -> Kind:
        """The kind of what it gives."""
        return kind_of(self.gives)


@dataclass(frozen=True, eq=False)
class Table(Expr[T]):
    """What the row that holds the inputs gives; with `collect` the codes of all rows that do."""

    inputs: tuple[Expr[Any], ...]
    rows: tuple[TableRow[Any], ...]
    otherwise: Expr[Any] | None
    hit: Hit

    def kind_within(self) -> Kind:
        """The kind of what its rows give, or a set of codes."""
        return "codes" if self.hit == "collect" else kind_of(self.rows[0])


@overload
def row(*cells: CellLike, gives: str | Expr[str] | Dated[str], ref: Clause | None = None) -> TableRow[str]: ...
@overload
def row(  # type: ignore[overload-overlap]
    *cells: CellLike, gives: bool | Expr[bool], ref: Clause | None = None
) -> TableRow[bool]: ...
@overload
def row(  # type: ignore[overload-overlap]
    *cells: CellLike, gives: IntLike, ref: Clause | None = None
) -> TableRow[int]: ...
@overload
def row(*cells: CellLike, gives: NumLike, ref: Clause | None = None) -> TableRow[Fraction]: ...
@overload
def row(*cells: CellLike, gives: DateLike, ref: Clause | None = None) -> TableRow[date]: ...
@overload
def row(*cells: CellLike, gives: AbsentValue, ref: Clause | None = None) -> TableRow[Any]: ...
def row(*cells: CellLike, gives: Any, ref: Clause | None = None) -> TableRow[Any]:
    """One row of a table: a cell for each input in their order, what the row gives, its place in the law."""
    return TableRow(tuple(_cell(cell) for cell in cells), gives, ref)


Input: TypeAlias = "Expr[Any] | Dated[Any] | DatedAt[Any]"
Inputs: TypeAlias = "Input | Sequence[Input]"


@overload
def table(inputs: Inputs, *rows: TableRow[str], hit: Literal["collect"]) -> Expr[CodeSet]: ...
@overload
def table(
    inputs: Inputs, *rows: TableRow[str], otherwise: str | Expr[str] | AbsentValue | None = None
) -> Expr[str]: ...
@overload
def table(  # type: ignore[overload-overlap]
    inputs: Inputs, *rows: TableRow[bool], otherwise: bool | Expr[bool] | AbsentValue | None = None
) -> Expr[bool]: ...
@overload
def table(  # type: ignore[overload-overlap]
    inputs: Inputs, *rows: TableRow[int], otherwise: IntLike | AbsentValue | None = None
) -> Expr[int]: ...
@overload
def table(
    inputs: Inputs, *rows: TableRow[int] | TableRow[Fraction], otherwise: NumLike | AbsentValue | None = None
) -> Expr[Fraction]: ...
@overload
def table(inputs: Inputs, *rows: TableRow[date], otherwise: DateLike | AbsentValue | None = None) -> Expr[date]: ...
def table(inputs: Inputs, *rows: TableRow[Any], otherwise: Any = None, hit: Hit = "unique") -> Any:
    """The value of the one row that holds the inputs (`hit="collect"`: the codes of all that do).

    `otherwise` is what it gives where no row does; `absent` says that nothing is meant to be there. Overlapping rows,
    a row that can never be hit and, without `otherwise`, values that no row holds are a `RuleSyntax` at the row's
    line; dated edges are tried for every stretch of days between two changes. What a region overrides is tried by
    `check`.
    """
    made = made_table(inputs, rows, otherwise, hit)
    from shnor_engine.rules.table_checks import problems

    for problem in problems(made):
        raise RuleSyntax(problem.message, problem.where)
    return made


def made_table(inputs: Inputs, rows: Sequence[TableRow[Any]], otherwise: Any, hit: Hit) -> Table[Any]:
    """The table with its rows brought to one kind, not yet proved."""
    read = tuple(lift(item) for item in ((inputs,) if isinstance(inputs, Expr | Dated | DatedAt) else inputs))
    if not rows:
        raise refuse("a table without rows decides nothing")
    if hit not in get_args(Hit):
        raise refuse(f"there is no hit policy {hit!r}", hint=", ".join(get_args(Hit)))
    if hit == "collect" and otherwise is not None:
        raise refuse("a collecting table gives an empty set where no row holds; take otherwise= away")
    rest = () if otherwise is None else (otherwise,)
    given = lift_beside((*(item.gives for item in rows), *rest))
    whole = tuple(moved(replace(item, gives=value), item) for item, value in zip(rows, given, strict=False))
    for item in whole:
        _fits(item, read)
    if hit == "collect" and kind_of(whole[0]) != "code":
        raise refuse(f"a collecting table collects codes, its rows give a {kind_of(whole[0])}")
    return Table(read, whole, given[-1] if rest else None, hit)


def _fits(item: TableRow[Any], inputs: tuple[Expr[Any], ...]) -> None:
    """Raise at the row where its cells do not fit the inputs in number or kind."""
    if len(item.cells) != len(inputs):
        raise RuleSyntax(f"this row has {len(item.cells)} cells for {len(inputs)} inputs", item.where)
    for place, (cell, read) in enumerate(zip(item.cells, inputs, strict=True), start=1):
        wanted = kind_of(read)
        for edge in edges(cell):
            kind = "code" if kind_of(edge) == "codes" else kind_of(edge)
            if kind != wanted or (isinstance(cell, Band) and wanted not in ("number", "date")):
                raise RuleSyntax(f"cell {place} speaks of a {kind}, its input is a {wanted}", item.where)
        if isinstance(cell, Among) and (strange := off_the_list(read, _literals(cell))):
            raise RuleSyntax(f"cell {place}: {strange}", item.where)


def _literals(cell: Among) -> tuple[str, ...]:
    return tuple(one.value for one in cell.items if isinstance(one, Constant) and isinstance(one.value, str))


def is_listing(made: Table[Any]) -> bool:
    """Whether a table is what `is_in` makes of codes that the law lists: nobody wrote its rows."""
    yes, no = made.rows[0].gives, made.otherwise
    return (
        len(made.rows) == len(made.inputs) == 1
        and made.rows[0].ref is None
        and isinstance(made.rows[0].cells[0], Among)
        and (isinstance(yes, Constant) and yes.value is True)
        and (isinstance(no, Constant) and no.value is False)
    )


def edges(cell: Expr[bool]) -> tuple[Expr[Any], ...]:
    """The literals and parameters of a cell."""
    if isinstance(cell, Among):
        return cell.items
    return tuple(edge for edge in (cell.low, cell.high) if edge is not None) if isinstance(cell, Band) else ()


def asks_absence(made: Table[Any], place: int) -> bool:
    """Whether some row of the table asks whether this input is absent."""
    return any(isinstance(item.cells[place], WhenAbsent) for item in made.rows)
