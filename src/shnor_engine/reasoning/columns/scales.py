"""Ordered codes in columns: a code read as a place on a scale, and two of them compared."""

from __future__ import annotations

from collections.abc import Iterable

from shnor_engine.reasoning.columns.bits import Bit, both, either, no
from shnor_engine.reasoning.columns.scope import Scope
from shnor_engine.reasoning.columns.values import Codes, Value, said
from shnor_engine.reasoning.columns.wholes import End, Span, Whole, compare, exactly, literal, pick
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.scales import Scaled


def scaled(scope: Scope, expr: Scaled) -> Value:
    """The code where it is on the scale; it fails for one that is not."""
    item = scope.value(expr.item)
    possible = _possible(item.codes, expr.scale)
    crisp = (item.codes.crisp or item.codes.text is not None) and item.codes.none is False
    fail = both(item.present.yes, _off(item.codes, expr.scale))
    return Value(Codes(possible, crisp=crisp), item.present, either(item.fail, fail), item.loose)


def on_scale(scope: Scope, expr: nodes.OnScale) -> Value:
    """Whether one code stands below, at or above another."""
    left, right = scope.value(expr.left), scope.value(expr.right)
    there = both(left.present.yes, right.present.yes)
    spans = [_places(item.codes, expr.scale) for item in (left, right)]
    strange = either(*(_off(item.codes, expr.scale) for item in (left, right)))
    return said(compare(expr.op, *spans).where(there), left.fail, right.fail, both(there, strange))


def _possible(codes: Codes, scale: tuple[str, ...]) -> dict[str, Bit]:
    """Where each code of the scale is possible; where nothing can be said, all of them are."""
    if codes.text is not None:
        return {code: either(codes.none, codes.text == code) for code in scale}
    return {code: either(codes.none, codes.possible.get(code, False)) for code in scale}


def _off(codes: Codes, scale: tuple[str, ...]) -> Bit:
    """Where a code is possible that is not on the scale."""
    if codes.text is not None:
        return both(no(codes.none), no(codes.text.is_in(list(scale))))
    return both(no(codes.none), either(*(bit for code, bit in codes.possible.items() if code not in scale)))


def _places(codes: Codes, scale: tuple[str, ...]) -> Span:
    """From the lowest to the highest place that is possible."""
    bits = list(enumerate(_possible(codes, scale).values()))
    low = End(_first(reversed(bits)))
    if (codes.crisp or codes.text is not None) and codes.none is False:
        return exactly(low)
    return Span(low, End(_first(bits)))


def _first(bits: Iterable[tuple[int, Bit]]) -> Whole:
    """The last of the places whose bit holds."""
    found = literal(0)
    for place, bit in bits:
        found = pick(bit, literal(place), found)
    return found
