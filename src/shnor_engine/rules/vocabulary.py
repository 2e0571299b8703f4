"""The words of an author beside the operators: `share`, `count`, `in_each`, `case` and the others."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any, TypeVar, overload

from shnor_engine.law.dated import Dated, DatedAt
from shnor_engine.law.source import refuse
from shnor_engine.rules.fact import Fact
from shnor_engine.rules.others import Decision, facts_at
from shnor_engine.rules.over_time import Over, folded, folding, whole_length
from shnor_engine.rules.tree import (
    And,
    Assume,
    AtLeast,
    Case,
    DateLike,
    Expr,
    Extreme,
    FieldRef,
    IntLike,
    IsKnown,
    IsPresent,
    KeyRef,
    Not,
    Num,
    NumLike,
    Or,
    Previous,
    Ratio,
    Rows,
    Window,
    children,
    day,
    kind_of,
    lift,
    number,
    truth,
)
from shnor_engine.rules.values import AbsentValue, lift_beside
from shnor_engine.rules.weights import Reweight

T = TypeVar("T")
N = TypeVar("N", int, Fraction)
D = TypeVar("D", int, Fraction, date)


# --- values ---------------------------------------------------------------------------------------


def param(limit: Dated[T] | DatedAt[T]) -> Expr[T]:
    """A parameter as an expression of its own, so that something can be added to it: `param(P.limit) + 1`.

    Beside an expression it needs no word: `x >= P.limit`, `x + P.a`.
    """
    if not isinstance(limit, Dated | DatedAt):
        raise refuse(f"{limit!r} is no parameter", hint="param(P.limit)")
    return lift(limit)


def share(part: Expr[int], *, of: Expr[int] | int) -> Expr[Fraction]:
    """The part of a whole, exact, between 0 and 1; undetermined where the whole is zero."""
    return Ratio(number(part), _some(of), True)


def ratio(part: NumLike, whole: NumLike) -> Expr[Fraction]:
    """One number by another, exact; undetermined where the second is zero."""
    return Ratio(number(part), _some(whole), False)


def _some(whole: Any) -> Expr[Any]:
    if isinstance(whole, int | Fraction) and whole == 0:
        raise refuse("a part of nothing is undetermined whatever the facts are", hint="ratio(part, whole)")
    return number(whole)


@overload
def min_(*items: IntLike) -> Expr[int]: ...  # type: ignore[overload-overlap]
@overload
def min_(*items: NumLike) -> Expr[Fraction]: ...
@overload
def min_(*items: DateLike) -> Expr[date]: ...
def min_(*items: Any) -> Any:
    """The smallest of several numbers, the earliest of several days; absent if one of them is."""
    return Extreme("min", _ordered(*items))


@overload
def max_(*items: IntLike) -> Expr[int]: ...  # type: ignore[overload-overlap]
@overload
def max_(*items: NumLike) -> Expr[Fraction]: ...
@overload
def max_(*items: DateLike) -> Expr[date]: ...
def max_(*items: Any) -> Any:
    """The largest of several numbers, the latest of several days; absent if one of them is."""
    return Extreme("max", _ordered(*items))


def _ordered(*items: Any) -> tuple[Expr[Any], ...]:
    """Numbers, or days where the first is one."""
    of = day if kind_of(lift(items[0])) == "date" else number
    return tuple(of(item) for item in items)


# --- truth ----------------------------------------------------------------------------------------


def all_of(*items: Expr[bool]) -> Expr[bool]:
    """Whether all of these hold."""
    return And(tuple(truth(item) for item in items))


def any_of(*items: Expr[bool]) -> Expr[bool]:
    """Whether at least one of these holds."""
    return Or(tuple(truth(item) for item in items))


def not_(item: Expr[bool]) -> Expr[bool]:
    """The contrary."""
    return Not(truth(item))


def is_present(item: Expr[Any]) -> Expr[bool]:
    """Whether the value exists: true, false, or undetermined while nobody reported it and nothing closed the set."""
    return IsPresent(lift(item))


def is_known(item: Expr[Any]) -> Expr[bool]:
    """Whether a value is held; never undetermined, so «on no known list» can be said where «never» cannot."""
    return IsKnown(lift(item))


def assume(item: Expr[T], value: T) -> Expr[T]:
    """The value where it is known, else this assumption; the explanation says that it was made."""
    read, instead = lift(item), lift(value)
    if kind_of(read) != kind_of(instead):
        raise refuse(f"a {kind_of(read)} is assumed to be a {kind_of(instead)}; give one kind")
    return Assume(read, instead)


@overload
def case(  # type: ignore[overload-overlap]
    *rows: tuple[Expr[bool], str | AbsentValue], otherwise: str | AbsentValue | None = None
) -> Expr[str]: ...
@overload
def case(  # type: ignore[overload-overlap]
    *rows: tuple[Expr[bool], Expr[bool] | bool | AbsentValue],
    otherwise: Expr[bool] | bool | AbsentValue | None = None,
) -> Expr[bool]: ...
@overload
def case(  # type: ignore[overload-overlap]
    *rows: tuple[Expr[bool], IntLike | AbsentValue], otherwise: IntLike | AbsentValue | None = None
) -> Expr[int]: ...
@overload
def case(  # type: ignore[overload-overlap]
    *rows: tuple[Expr[bool], NumLike | AbsentValue], otherwise: NumLike | AbsentValue | None = None
) -> Expr[Fraction]: ...
@overload
def case(
    *rows: tuple[Expr[bool], DateLike | AbsentValue], otherwise: DateLike | AbsentValue | None = None
) -> Expr[date]: ...
def case(*rows: tuple[Expr[bool], Any], otherwise: Any = None) -> Any:
    """The value of the first row whose condition is true; without `otherwise` nothing else is left: absent."""
    if not rows:
        raise refuse("a case without rows decides nothing")
    if not all(isinstance(one, tuple) for one in rows):  # whatever the types say: one who does not check them
        raise refuse("a row of a case is a condition and a value in brackets", hint="case((a >= b, 1), otherwise=2)")
    conditions = [truth(condition) for condition, _ in rows]
    rest = () if otherwise is None else (otherwise,)
    values = lift_beside((*(value for _, value in rows), *rest))
    return Case(tuple(zip(conditions, values, strict=False)), values[len(rows)] if rest else None)


# --- rows -----------------------------------------------------------------------------------------


def count(fact: type[Fact] | Expr[bool], *, where: Expr[bool] | None = None) -> Expr[int]:
    """How many rows of a finer fact there are (where a condition holds); of `over(MONTH, p)` in how many p holds."""
    if isinstance(fact, Expr):
        return _counted(fact, where)
    return Rows("count", fact, None, _where(where))


def _counted(periods: Expr[bool], where: Expr[bool] | None) -> Expr[int]:
    found = folded("count", periods, where)
    if found is None:
        raise refuse("count takes a fact or over(…)", hint="count(Fact, where=p) or count(over(MONTH, p))")
    return found


def sum_(item: Expr[N], *, where: Expr[bool] | None = None) -> Expr[N]:
    """The sum over the rows of a finer fact; 0 over none."""
    return _fold("sum", item, where)


def mean(
    item: Expr[int] | Expr[Fraction], *, weight: NumLike | None = None, where: Expr[bool] | None = None
) -> Expr[Fraction]:
    """The exact mean over the rows of a finer fact; absent over none.

    With `weight` the weighted mean over what is present: a row whose number or weight is absent takes no part and its
    weight is in no sum. A weight below zero makes the rule fail; weights that add up to zero leave the mean absent.
    """
    if weight is None:
        return _fold("mean", item, where)
    if isinstance(item, Over):
        raise refuse("periods have no weights", hint="mean(over(MONTH, x)), or a ratio of two sums over periods")
    heavy = number(weight)
    return Rows("weighted", _fact_of(item, where, heavy), number(item), _where(where), heavy)


def only(item: Expr[D], *, where: Expr[bool] | None = None) -> Expr[D]:
    """The number or day of the one row there is; absent over none; the rule fails where there surely are several."""
    return _fold("only", item, where)


def min_of(item: Expr[D], *, where: Expr[bool] | None = None) -> Expr[D]:
    """The smallest number or the earliest day over the rows; absent over none."""
    return _fold("min", item, where)


def max_of(item: Expr[D], *, where: Expr[bool] | None = None) -> Expr[D]:
    """The largest number or the latest day over the rows; absent over none."""
    return _fold("max", item, where)


def any_(item: Expr[bool], *, where: Expr[bool] | None = None) -> Expr[bool]:
    """Whether some row holds this (among those where a condition holds)."""
    return _fold("any", item, where)


def all_(item: Expr[bool], *, where: Expr[bool] | None = None) -> Expr[bool]:
    """Whether every row holds this (among those where a condition holds); true over none."""
    return _fold("all", item, where)


def _fold(how: Any, item: Expr[Any], where: Expr[bool] | None) -> Expr[Any]:
    """An aggregate over rows, or over periods where the author wrote `over(…)`."""
    if isinstance(item, type):
        raise refuse(f"{how} over the rows of {item.__name__} of what?", hint=f"{item.__name__}.field, or count(…)")
    if (periods := folded(how, item, where)) is not None:
        return periods
    return Rows(how, _fact_of(item, where), folding(how, item), _where(where))


def _where(where: Expr[bool] | None) -> Expr[bool] | None:
    return None if where is None else truth(where)


def _fact_of(*read: Expr[Any] | None) -> type[Fact]:
    """The finest fact that an expression, its condition and weight read; the rows that an aggregate runs over.

    Coarser ones are read where the aggregate stands, so their keys need not be among those of the rows.
    """
    facts: set[type[Fact]] = {fact for expr in read if expr is not None for fact in _facts(expr)}
    most = max((len(fact.key_names()) for fact in facts), default=0)
    finest = [fact for fact in facts if len(fact.key_names()) == most]
    if len(finest) != 1:
        names = ", ".join(sorted(fact.__name__ for fact in facts)) or "no fact"
        raise refuse(f"rows of which fact? this reads {names}", hint="one fact in the rows of an aggregate")
    return finest[0]


def _facts(expr: Expr[Any]) -> set[type[Fact]]:
    if isinstance(expr, FieldRef | KeyRef):
        return {expr.fact}
    if isinstance(expr, Rows):
        return set()
    if isinstance(expr, Decision):
        return set(facts_at(expr.rule, expr))
    own = {expr.fact} if isinstance(expr, Reweight) else set()
    return own | {fact for child in children(expr) for fact in _facts(child)}


# --- time -----------------------------------------------------------------------------------------


def last_years(length: IntLike) -> Window:
    """The year of the clause and those before it, `length` in all."""
    return Window(whole_length(length))


def years_so_far() -> Window:
    """Every year from the first one that the facts speak of up to the year of the clause."""
    return Window(None)


def earlier_years() -> Window:
    """Every year from the first one that the facts speak of up to the year before."""
    return Window(None, back=1)


def previous(item: Expr[T], steps: int = 1) -> Expr[T]:
    """The same expression `steps` periods earlier; all other keys stay."""
    if steps < 1:
        raise refuse(f"previous(…, {steps}) looks at no earlier period", hint="previous(x, 1)")
    return Previous(lift(item), steps)


def in_each(window: Window, item: Expr[bool]) -> Expr[bool]:
    """Whether this holds in every period of the window."""
    return AtLeast(None, _window(window), truth(item))


def at_least(least: IntLike, item: Expr[bool], *, of: Window) -> Expr[bool]:
    """Whether this holds in at least so many periods of the window."""
    return AtLeast(number(least), _window(of), truth(item))


def _window(window: Window) -> Window:
    if not isinstance(window, Window):
        raise refuse(f"{window!r} is no window", hint="last_years(2)")
    return window


__all__ = [
    "Num",
    "all_",
    "all_of",
    "any_",
    "any_of",
    "assume",
    "at_least",
    "case",
    "count",
    "earlier_years",
    "in_each",
    "is_known",
    "is_present",
    "last_years",
    "max_",
    "max_of",
    "mean",
    "min_",
    "min_of",
    "not_",
    "only",
    "previous",
    "ratio",
    "share",
    "sum_",
    "years_so_far",
]
