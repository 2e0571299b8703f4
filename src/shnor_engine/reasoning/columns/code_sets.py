"""Sets of codes in columns: what a collecting table gives, what a parameter lists, whether a set holds a code.

A set is a Kleene truth for each code that can be in it: surely there, surely not, or perhaps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import narwhals.stable.v2 as nw

from shnor_engine.reasoning.columns.bits import FALSE, Bit, Truth, as_expr, both, either, no
from shnor_engine.reasoning.columns.epochs import epochs
from shnor_engine.reasoning.columns.scope import Scope
from shnor_engine.reasoning.columns.values import CodeSet, Value, said
from shnor_engine.reasoning.columns.wholes import Uncompilable
from shnor_engine.rules import tree as nodes

BETWEEN = "|"


def has(scope: Scope, expr: nodes.Has) -> Value:
    """Whether a set holds a code, undetermined where the set is not there."""
    item = scope.value(expr.item)
    assert isinstance(item.content, CodeSet)
    return said(item.content.members.get(expr.code, FALSE).where(item.present.yes), item.fail)


def listed(scope: Scope, expr: nodes.ParamRef[Any]) -> Value:
    """The codes that the law lists at its instant."""
    law = epochs(scope, [expr])
    every = sorted({code for epoch in law.every for code in epoch.values[0]})
    members = {
        code: Truth.of(either(*(epoch.where for epoch in law.every if code in epoch.values[0]))) for code in every
    }
    return Value(code_set(members), fail=law.fail)


def collected(holds: Sequence[Truth], values: Sequence[Value], *fails: Bit) -> Value:
    """The codes of all rows that hold; one that gives nothing adds none, one that gives any code leaves all open."""
    sure: dict[str, Bit] = {}
    may: dict[str, Bit] = {}
    unsaid: list[Bit] = []
    for held, value in zip(holds, values, strict=True):
        codes = value.codes
        if codes.text is not None:
            raise Uncompilable("a set of codes that no list closes")
        given = both(held.maybe, no(value.present.not_))
        unsaid.append(both(given, codes.none))
        alone = both(held.yes, value.known)
        for code, bit in codes.possible.items():
            sure[code] = either(sure.get(code, False), both(alone, bit))
            may[code] = either(may.get(code, False), both(given, no(codes.none), bit))
    told = no(either(*unsaid))
    crisp = all(held.crisp for held in holds) and all(_is_one(value) for value in values)
    members = {code: Truth.of(bit) if crisp else Truth(bit, no(may[code])) for code, bit in sure.items()}
    read = [both(held.maybe, value.fail) for held, value in zip(holds, values, strict=True)]
    return Value(code_set(members), Truth(told, False, told is True), either(*fails, *read))


def _is_one(value: Value) -> bool:
    """Whether a row surely gives one code, or surely nothing."""
    codes = value.codes
    return codes.none is False and codes.crisp and (value.present.crisp or not codes.possible)


def code_set(members: Mapping[str, Truth]) -> CodeSet:
    """A set of these; raises `Uncompilable` for a code that the answer could not write."""
    if strange := [code for code in members if BETWEEN in code]:
        raise Uncompilable(f"the code «{strange[0]}», which holds the sign that stands between codes")
    return CodeSet(members)


# --- in the answer --------------------------------------------------------------------------------


def write(name: str, item: CodeSet, there: Bit) -> tuple[dict[str, nw.Expr], str]:
    """The columns of a clause that is a set, and how they are to be read."""
    surely = _text(item, lambda truth: truth.yes)
    if item.known is True:
        return {name: _where(there, surely)}, "set"
    return {
        name: _where(both(there, item.known), surely),
        f"{name}__surely": _where(there, surely),
        f"{name}__possibly": _where(there, _text(item, lambda truth: truth.maybe)),
    }, "sets"


def _text(item: CodeSet, bit: Callable[[Truth], Bit]) -> nw.Expr:
    """The codes in order, each with a | before it, so that no code at all is told from nothing said."""
    found: nw.Expr = nw.lit("", dtype=nw.String)
    for code, truth in sorted(item.members.items()):
        part = nw.when(as_expr(bit(truth))).then(nw.lit(f"{BETWEEN}{code}")).otherwise(nw.lit("", dtype=nw.String))
        found = nw.concat_str([found, part])
    return found


def _where(bit: Bit, expr: nw.Expr) -> nw.Expr:
    return expr if bit is True else nw.when(as_expr(bit)).then(expr)


def read(row: Mapping[str, Any], name: str) -> Any:
    """A set out of a row of the answer, as `Verdict.values` has it."""
    if row[name] is not None or row.get(f"{name}__surely") is None:
        return _codes(row[name])
    return {"surely": _codes(row[f"{name}__surely"]), "possibly": _codes(row[f"{name}__possibly"])}


def _codes(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else tuple(text.split(BETWEEN)[1:])
