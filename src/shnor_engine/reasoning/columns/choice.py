"""Choices in columns: `case` and `assume`."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw

from shnor_engine.reasoning.columns.bits import FALSE, UNKNOWN, Bit, Truth, both, choose, either, no
from shnor_engine.reasoning.columns.scope import Scope
from shnor_engine.reasoning.columns.values import Codes, CodeSet, Value
from shnor_engine.reasoning.columns.wholes import ANY, Span, Uncompilable, e_pick, outermost
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.tree import kind_of
from shnor_engine.rules.values import Absent


def case(scope: Scope, expr: nodes.Case[Any]) -> Value:
    """The value of the first row whose condition is true; where that is open, every value that is possible."""
    asked = [scope.value(condition) for condition, _ in expr.rows]
    values = [scope.value(value) for _, value in expr.rows]
    reached: Bit = True
    chances: list[Bit] = []
    fails: list[Bit] = []
    for condition, value in zip(asked, values, strict=True):
        chances.append(both(reached, condition.truth.maybe))
        fails += [both(reached, condition.fail), both(chances[-1], value.fail)]
        reached = both(reached, no(condition.truth.yes))
    values.append(scope.value(expr.otherwise) if expr.otherwise is not None else nothing(kind_of(expr)))
    chances.append(reached)
    fails.append(both(reached, values[-1].fail))
    sure = all(condition.truth.crisp for condition in asked)
    return chosen(values, chances, sure).failing(*fails)


def nothing(kind: str) -> Value:
    """A value that is known not to be."""
    empty: Any = {"number": ANY, "date": ANY, "truth": UNKNOWN, "code": Codes({}), "codes": CodeSet({})}[kind]
    return Value(empty, FALSE)


def absent(scope: Scope, expr: Absent[Any]) -> Value:
    """What is said not to be."""
    return nothing(kind_of(expr))


def chosen(values: list[Value], chances: list[Bit], sure: bool) -> Value:
    """What the possible ones of some values leave open; `sure`: nowhere is more than one of them possible."""
    return Value(
        _chosen(values, chances, sure),
        _same([value.present for value in values], chances, sure),
        loose=any(value.loose for value in values),
    )


def _chosen(values: list[Value], chances: list[Bit], sure: bool) -> Any:
    first = values[0].content
    if isinstance(first, Truth):
        return _same([value.truth for value in values], chances, sure)
    if isinstance(first, Span):
        return _span([value.span for value in values], chances, sure)
    if isinstance(first, CodeSet):
        return _sets([value.content for value in values], chances, sure)
    return _codes([value.codes for value in values], chances, sure)


def _same(truths: list[Truth], chances: list[Bit], sure: bool) -> Truth:
    """True where every possible row says true, false where every one says false."""
    pairs = list(zip(truths, chances, strict=True))
    if sure and all(truth.crisp for truth in truths):
        return Truth.of(either(*(both(chance, truth.yes) for truth, chance in pairs)))
    return Truth(
        both(*(either(no(chance), truth.yes) for truth, chance in pairs)),
        both(*(either(no(chance), truth.not_) for truth, chance in pairs)),
    )


def _span(spans: list[Span], chances: list[Bit], sure: bool) -> Span:
    if sure:
        lo = _last([span.lo for span in spans], chances)
        return Span(lo, lo if all(span.single for span in spans) else _last([span.hi for span in spans], chances))
    lo = outermost("min", [span.lo for span in spans], chances)
    return Span(lo, outermost("max", [span.hi for span in spans], chances))


def _last(ends: list[Any], chances: list[Bit]) -> Any:
    """The end of the one row that is possible."""
    found = ends[-1]
    for end, chance in zip(reversed(ends[:-1]), reversed(chances[:-1]), strict=True):
        found = e_pick(chance, end, found)
    return found


def _codes(items: list[Codes], chances: list[Bit], sure: bool) -> Codes:
    if any(item.text is not None for item in items):
        return _texts(items, chances, sure)
    none = either(*(both(chance, item.none) for item, chance in zip(items, chances, strict=True)))
    possible: dict[str, Bit] = {}
    for item, chance in zip(items, chances, strict=True):
        for code, bit in item.possible.items():
            possible[code] = either(possible.get(code, False), both(chance, bit))
    return Codes(possible, none, crisp=sure and all(item.crisp for item in items if item.possible))


def _sets(items: list[CodeSet], chances: list[Bit], sure: bool) -> CodeSet:
    """What every possible set surely holds, and what one of them may."""
    codes = dict.fromkeys(code for item in items for code in item.members)
    return CodeSet({code: _same([item.members.get(code, FALSE) for item in items], chances, sure) for code in codes})


def _texts(items: list[Codes], chances: list[Bit], sure: bool) -> Codes:
    """One text out of several, where nowhere more than one can be chosen."""
    if not sure or any(item.text is None and not item.crisp and item.possible for item in items):
        raise Uncompilable("a choice among codes that no list closes")
    found: nw.Expr = nw.lit("", dtype=nw.String)
    for item, chance in zip(reversed(items), reversed(chances), strict=True):
        found = choose(chance, item.one, found)
    none = either(*(both(chance, item.none) for item, chance in zip(items, chances, strict=True)))
    return Codes({}, none, found)


def assume(scope: Scope, expr: nodes.Assume[Any]) -> Value:
    """The value where it is known, else the assumption."""
    item, value = scope.value(expr.item), scope.value(expr.value)
    known = item.known
    chances: list[Bit] = [known, no(known)]
    content = item.content
    if isinstance(content, Span):
        content = _span([Span(content.lo, content.lo), value.span], chances, True)
    elif isinstance(content, Truth):
        content = _same([Truth.of(content.yes), value.truth], chances, True)
    elif isinstance(content, CodeSet):
        crisp = CodeSet({code: Truth.of(truth.yes) for code, truth in content.members.items()})
        content = _sets([crisp, value.content], chances, True)
    else:
        content = _codes([content, value.codes], chances, True)
        content = Codes(content.possible, content.none, crisp=value.codes.crisp)
    present = Truth(either(known, value.present.yes), both(no(known), value.present.not_))
    return Value(content, present, either(item.fail, both(no(known), value.fail)), value.loose)
