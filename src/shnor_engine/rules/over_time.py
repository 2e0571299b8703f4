"""Time beyond the window: runs, the finer periods of a period, the coarser one around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeVar

from shnor_engine.law.source import refuse
from shnor_engine.rules.periods import PERIOD_KINDS, KeyValue
from shnor_engine.rules.tree import And, Expr, IntLike, Kind, Window, day, kind_of, lift, number, truth

T = TypeVar("T")
Gaps = Literal["skip", "break"]


@dataclass(frozen=True, eq=False)
class Run(Expr[int]):
    """How many periods on end, up to this one, a truth has held.

    Periods in which the rule does not apply are left out (`skip`) or end the run (`break`); a declared gap of the
    period's key likewise. Without `since` the run may reach back beyond the first period that the facts speak of.
    """

    kind: ClassVar[Kind | None] = "number"
    item: Expr[bool]
    gaps: Gaps
    since: KeyValue | None = None


@dataclass(frozen=True, eq=False)
class Within(Expr[T]):
    """The same expression in the period of a coarser kind around this one."""

    period: str
    item: Expr[T]

    def kind_within(self) -> Kind:
        """The kind of what it holds."""
        return kind_of(self.item)


@dataclass(frozen=True, eq=False)
class Over(Expr[T]):
    """An expression once a period: only half a thought, until `sum_`, `any_` or another aggregate takes it up."""

    window: Window
    item: Expr[T]

    def kind_within(self) -> Kind:
        """The kind of what it holds."""
        return kind_of(self.item)


@dataclass(frozen=True, eq=False)
class Periods(Expr[T]):
    """An aggregate over periods: those of another kind that end in this one, or those of a window."""

    how: Literal["count", "sum", "mean", "only", "any", "all", "min", "max"]
    window: Window
    item: Expr[Any] | None
    filter: Expr[bool] | None

    def kind_within(self) -> Kind:
        """A truth of any and all, a day where the aggregate looks for one, else a number."""
        if self.how in ("min", "max", "only") and self.item is not None:
            return kind_of(self.item)
        return "truth" if self.how in ("any", "all") else "number"


# --- the author's words ---------------------------------------------------------------------------


def run(item: Expr[bool], gaps: Gaps = "skip", *, since: KeyValue | None = None) -> Expr[int]:
    """How many periods on end, up to this one, this has held; an interval while some of them are undetermined.

    `gaps` says what a period does in which the rule does not apply: it is left out ("skip") or ends the run
    ("break"). `since` is the first period that can belong to a run; without it nobody knows how long a run lasted
    that reaches back to the first period the facts speak of.
    """
    if gaps not in ("skip", "break"):
        raise refuse(f"gaps={gaps!r} is neither skip nor break", hint='run(p, gaps="skip")')
    return Run(truth(item), gaps, since)


def over(period: str | Window, item: Expr[T]) -> Expr[T]:
    """An expression once a period, to be taken up by an aggregate: `sum_(over(MONTH, x))`.

    `period` is a kind – its periods that end in the period of the clause, the months of a year – or a window.
    """
    window = period if isinstance(period, Window) else Window(None, inside=_kind(period))
    return Over(window, lift(item))


def within(period: str, item: Expr[T]) -> Expr[T]:
    """The expression in the coarser period around the one of the clause: the quarter or year of a month."""
    return Within(_kind(period), lift(item))


def last(length: IntLike, period: str) -> Window:
    """The period of a kind in which the clause stands and those before it, `length` in all: `last(3, MONTH)`.

    Of a finer kind than the clause's own it begins with the last one that ends in the period of the clause.
    """
    return Window(whole_length(length), kind=_kind(period))


def whole_length(length: IntLike) -> Expr[Any]:
    """How many periods a window holds: one or more, or a number of the law."""
    if isinstance(length, int) and length < 1:
        raise refuse(f"a window of {length} periods holds none", hint="last_years(2)")
    return number(length)


def so_far(period: str) -> Window:
    """Every period of a kind from the first one that the facts speak of up to the one of the clause."""
    return Window(None, kind=_kind(period))


def earlier(period: str) -> Window:
    """Every period of a kind from the first one that the facts speak of up to the one before."""
    return Window(None, back=1, kind=_kind(period))


def folded(how: Any, item: Expr[Any], where: Expr[bool] | None) -> Expr[Any] | None:
    """The aggregate over periods that an author means by `sum_(over(…))`; None where the item is no `over(…)`."""
    if not isinstance(item, Over):
        return None
    filter_ = where
    if isinstance(where, Over):
        filter_ = where.item
    if how == "count":
        counted = truth(item.item) if filter_ is None else And((truth(item.item), truth(filter_)))
        return Periods("count", item.window, None, counted)
    return Periods(how, item.window, folding(how, item.item), None if filter_ is None else truth(filter_))


def folding(how: str, item: Any) -> Expr[Any]:
    """What an aggregate takes: truths, numbers, or days where it looks for the first, the last or the only one."""
    lifted = lift(item)
    if how in ("any", "all"):
        return truth(lifted)
    return day(lifted) if how in ("min", "max", "only") and kind_of(lifted) == "date" else number(lifted)


def _kind(period: object) -> str:
    if period not in PERIOD_KINDS:
        raise refuse(f"{period!r} is no kind of period", hint="YEAR, SCHOOL_YEAR, QUARTER or MONTH")
    return str(period)
