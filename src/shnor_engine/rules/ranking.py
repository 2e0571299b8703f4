"""A place within a group, and the cut of a share of the group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar, Literal

from shnor_engine.law.dated import Dated, DatedAt
from shnor_engine.law.source import refuse
from shnor_engine.rules.fact import Fact
from shnor_engine.rules.tree import Expr, Kind, Num, number, truth

Ties = Literal["min", "max", "open"]
Rounding = Literal["ceil", "floor", "half_up", "half_even"]
TIES = ("min", "max", "open")
ROUNDINGS = ("ceil", "floor", "half_up", "half_even")


@dataclass(frozen=True, eq=False)
class Rank(Expr[int]):
    """The place of a number among those of the group, the first being the smallest (or the largest).

    Of equal numbers each takes the first of their places (`min`), the last (`max`), or nobody says (`open`: an
    interval). A member whose number is absent takes no place.
    """

    kind: ClassVar[Kind | None] = "number"
    item: Expr[Any]
    fact: type[Fact]
    by: tuple[str, ...]
    filter: Expr[bool] | None
    ties: Ties
    descending: bool


@dataclass(frozen=True, eq=False)
class Cut(Expr[int]):
    """A share of the size of a group, rounded to whole members."""

    kind: ClassVar[Kind | None] = "number"
    share: Expr[Any]
    fact: type[Fact]
    by: tuple[str, ...]
    filter: Expr[bool] | None
    rounding: Rounding


@dataclass(frozen=True, slots=True)
class Group:
    """The members that a subject is compared with: rows of a fact with equal keys `by` (where a condition holds)."""

    fact: type[Fact]
    by: tuple[str, ...]
    where: Expr[bool] | None


# --- the author's words ---------------------------------------------------------------------------


def group(fact: type[Fact], *, by: Sequence[str], where: Expr[bool] | None = None) -> Group:
    """The rows of a fact that share these keys: `group(Unit, by=("region", "year"))`.

    A member whose condition is undetermined is one perhaps. A set that nothing closed has no known size.
    """
    if strange := [key for key in by if key not in fact.key_names()]:
        raise refuse(f"{fact.__name__} has no key {', '.join(strange)}; it has {', '.join(fact.key_names())}")
    period = fact.period_key()
    if period is not None and period.name not in by:
        raise refuse(
            f"a group of {fact.__name__} must share the {period.name}", hint=f'by=("{period.name}", …) among the keys'
        )
    return Group(fact, tuple(by), None if where is None else truth(where))


def rank(item: Num, *, among: Group, ties: Ties, descending: bool = False) -> Expr[int]:
    """The place of this number in the group, 1 for the smallest (`descending`: the largest).

    An interval while numbers or members are not known: from 1 + those surely before to those possibly before.
    `ties` is a matter of the methodology: equal numbers take the first of their places ("min"), the last ("max"), or
    the text leaves it open ("open").
    """
    if ties not in TIES:
        raise refuse(f"ties={ties!r} is none of {', '.join(TIES)}", hint='rank(x, among=…, ties="min")')
    return Rank(number(item), among.fact, among.by, among.where, ties, descending)


def cut(
    share: Expr[Fraction] | Dated[Fraction] | DatedAt[Fraction] | Fraction, *, of: Group, rounding: Rounding
) -> Expr[int]:
    """So many members as a share of the group makes: `rank(x, …) <= cut(P.lowest, of=g, rounding="ceil")`."""
    if rounding not in ROUNDINGS:
        raise refuse(f"rounding={rounding!r} is none of {', '.join(ROUNDINGS)}", hint='cut(…, rounding="ceil")')
    return Cut(number(share), of.fact, of.by, of.where, rounding)
