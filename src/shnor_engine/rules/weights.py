"""Weights of what is missing, given to what is present by a declared table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

from shnor_engine.law.clause import Clause
from shnor_engine.law.dated import Dated, DatedAt
from shnor_engine.law.source import refuse
from shnor_engine.rules.fact import Fact
from shnor_engine.rules.tree import Expr, Kind, NumLike, number, truth


@dataclass(frozen=True, eq=False)
class Send(Expr[Fraction]):
    """Where the weight of one row goes when it is missing: codes of the key, each with its part of the weight."""

    kind: ClassVar[Kind | None] = "number"
    source: str
    targets: tuple[tuple[str, Expr[Any]], ...]
    ref: Clause | None


@dataclass(frozen=True, eq=False)
class Reweight(Expr[Fraction]):
    """The weight of a row after the weights of missing rows beside it went where the table sends them."""

    kind: ClassVar[Kind | None] = "number"
    fact: type[Fact]
    key: str
    weight: Expr[Any]
    present: Expr[bool]
    moves: tuple[Send, ...]


def send(
    source: str,
    *,
    to: Mapping[str, int | Fraction | Dated[Fraction] | DatedAt[Fraction] | Expr[Fraction]],
    ref: Clause | None = None,
) -> Send:
    """One row of a table of weights: `send("survey", to={"tests": percent(60), "attendance": percent(40)})`."""
    if not to or source in to:
        raise refuse(f"the weight of «{source}» must go to other rows than itself", hint='send("a", to={"b": 1})')
    return Send(source, tuple((code, number(part)) for code, part in to.items()), ref)


def reweight(
    weight: NumLike, *, present: Expr[bool], key: tuple[type[Fact], str], to: Sequence[Send]
) -> Expr[Fraction]:
    """The weight of a row, with the weights of missing rows beside it added by a declared table.

    `key` names the fact and the key whose codes the table speaks of. The rows of the table are applied once, in their
    order: where the source is missing, its whole weight – its own and what it was given by then – leaves it, and each
    target gets its part. So what falls on a missing row later in the table moves on, and what falls on one whose turn
    is past stays there and is lost to a sum over the present ones. A row that nobody reported and that something
    closes is missing. Use it as a weight: `mean(points, weight=reweight(…), where=present)`.
    """
    fact, name = key
    if name not in fact.key_names():
        raise refuse(f"{fact.__name__} has no key «{name}»", hint=f"one of {', '.join(fact.key_names())}")
    codes = next(item for item in fact.grain if item.name == name).codes
    sources = [item.source for item in to]
    if not to or len(set(sources)) != len(sources):
        raise refuse("a table of weights needs one row for each code that may be missing, each once")
    named = {*sources, *(code for item in to for code, _ in item.targets)}
    if codes and (strange := sorted(named - set(codes))):
        raise refuse(f"{', '.join(strange)} is none of {', '.join(codes)}")
    return Reweight(fact, name, number(weight), truth(present), tuple(to))
