"""What is absent, rounded numbers, keys as codes, places on a scale, sets of codes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import ceil, floor, inf
from typing import TYPE_CHECKING, Any, TypeAlias

from shnor_engine.errors import RuleError
from shnor_engine.reasoning.trace import Context, Step, truth_step
from shnor_engine.reasoning.values import Exact, Kleene, Span, compare, nothing
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.scales import Scaled
from shnor_engine.rules.tree import kind_of
from shnor_engine.rules.values import Absent, Round

if TYPE_CHECKING:
    from shnor_engine.reasoning.evaluate import Evaluation

UNSEEN = "\0"  # the code of a row that nobody reported and that may exist
Reader: TypeAlias = "Callable[[Evaluation, Any, Context], Step]"


def _absent(of: Evaluation, expr: Absent[Any], keys: Context) -> Step:
    return Step(expr, keys, nothing(kind_of(expr)), False)


def _round(of: Evaluation, expr: Round[Any], keys: Context) -> Step:
    item = of.step(expr.item, keys)
    ends = [rounded(end, expr.places, expr.mode) for end in item.value]
    return Step(expr, keys, Span(*ends), item.present, (item,))


def rounded(value: Exact, places: int, mode: str) -> Exact:
    """The number rounded to places after the point; an open end stays open. It rises with the number in any mode."""
    if isinstance(value, float):
        return value
    unit = Fraction(10) ** -places
    whole = _ROUND[mode](Fraction(value) / unit)
    return int(whole * unit) if places <= 0 else whole * unit


_ROUND: Mapping[str, Callable[[Fraction], int]] = {
    "half_up": lambda value: floor(value + Fraction(1, 2)) if value >= 0 else -floor(-value + Fraction(1, 2)),
    "half_even": round,
    "floor": floor,
    "ceil": ceil,
}


def _key(of: Evaluation, expr: nodes.KeyRef[Any], keys: Context) -> Step:
    value = keys[expr.key]
    if kind_of(expr) == "number":
        return Step(expr, keys, Span(int(value), int(value)))
    if value == UNSEEN:
        codes = next(key.codes for key in expr.fact.grain if key.name == expr.key)
        return Step(expr, keys, frozenset(codes) or None)
    return Step(expr, keys, frozenset((str(value),)))


def _scaled(of: Evaluation, expr: Scaled, keys: Context) -> Step:
    item = of.step(expr.item, keys)
    if item.value is None:
        return Step(expr, keys, frozenset(expr.scale), item.present, (item,))
    if item.present is True and not item.value <= frozenset(expr.scale):
        strange = ", ".join(sorted(item.value - frozenset(expr.scale)))
        raise RuleError(f"«{strange}» is not on the scale {' < '.join(expr.scale)}", expr.where)
    return Step(expr, keys, item.value, item.present, (item,))


def _on_scale(of: Evaluation, expr: nodes.OnScale, keys: Context) -> Step:
    left, right = of.step(expr.left, keys), of.step(expr.right, keys)
    value: Kleene = None
    if left.present is True and right.present is True:
        value = compare(expr.op, *(_places(step.value, expr) for step in (left, right)))
    return truth_step(expr, keys, value, (left, right))


def _places(codes: frozenset[str] | None, expr: nodes.OnScale) -> Span:
    """From the lowest to the highest place on the scale that is possible."""
    if codes is None:
        return Span(0, len(expr.scale) - 1)
    if strange := sorted(codes - frozenset(expr.scale)):
        raise RuleError(f"«{', '.join(strange)}» is not on the scale {' < '.join(expr.scale)}", expr.where)
    places: list[int] = [expr.scale.index(code) for code in codes]
    return Span(min(places, default=-inf), max(places, default=inf))


def _has(of: Evaluation, expr: nodes.Has, keys: Context) -> Step:
    item = of.step(expr.item, keys)
    value: Kleene = None
    if item.present is True:
        value = True if expr.code in item.value.sure else None if expr.code in item.value.may else False
    return truth_step(expr, keys, value, (item,))


VALUES: Mapping[type, Reader] = {
    Absent: _absent,
    Round: _round,
    nodes.KeyRef: _key,
    Scaled: _scaled,
    nodes.OnScale: _on_scale,
    nodes.Has: _has,
}
