"""Marginal scales: each bracket's rate is taken of the part that lies inside it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar, TypeAlias

from shnor_engine.law.brackets import Brackets
from shnor_engine.law.dated import Dated, DatedAt
from shnor_engine.law.source import refuse
from shnor_engine.rules.tree import ClauseRef, Constant, Expr, Kind, NumLike, ParamRef, kind_of, lift, number

BracketsLike: TypeAlias = "Brackets | Dated[Brackets] | DatedAt[Brackets] | Bracketed"


@dataclass(frozen=True, eq=False)
class Bracketed(Expr[Brackets]):
    """Brackets written in the rule: where each begins and its rate, each a literal or a parameter."""

    kind: ClassVar[Kind | None] = "brackets"
    rows: tuple[tuple[Expr[Any], Expr[Any]], ...]


@dataclass(frozen=True, eq=False)
class Marginal(Expr[Fraction]):
    """The sum over the brackets of rate times the part of the number that lies inside."""

    kind: ClassVar[Kind | None] = "number"
    item: Expr[Any]
    scale: Expr[Any]


def brackets(*rows: tuple[NumLike, NumLike]) -> Bracketed:
    """A marginal scale out of literals and parameters: `brackets((0, P.basic), (P.limit, percent(20)))`."""
    if not rows:
        raise refuse("a marginal scale needs at least one bracket", hint="brackets((0, percent(10)))")
    lifted = tuple((number(start), number(rate)) for start, rate in rows)
    for item in (part for row in lifted for part in row):
        if not isinstance(item, Constant | ParamRef | ClauseRef):
            raise refuse("a bracket begins at a literal or a parameter, and its rate is one")
    return Bracketed(lifted)


def marginal(item: NumLike, scale: BracketsLike) -> Expr[Fraction]:
    """What a scale takes of a number: of each part inside a bracket that bracket's rate; nothing below the first.

    `scale` is `Brackets.of({0: percent(10), 1000: percent(20)})`, a parameter whose value is one, or `brackets(…)`.
    """
    if isinstance(scale, Brackets):
        scale = brackets(*scale.rows)
    lifted = lift(scale)
    if kind_of(lifted) != "brackets":
        raise refuse(f"a scale is needed here, this is a {kind_of(lifted)}", hint="Brackets.of({0: percent(10)})")
    return Marginal(number(item), lifted)
