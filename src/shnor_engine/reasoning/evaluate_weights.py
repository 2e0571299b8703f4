"""Marginal scales, and weights given away by what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import TYPE_CHECKING

from shnor_engine.errors import RuleError
from shnor_engine.law.brackets import Brackets
from shnor_engine.reasoning.evaluate_values import UNSEEN, Reader
from shnor_engine.reasoning.trace import Context, Step
from shnor_engine.reasoning.values import ANY, ZERO, Exact, Kleene, Span, add, k_and, k_not, multiply
from shnor_engine.rules.marginals import Bracketed, Marginal
from shnor_engine.rules.weights import Reweight, Send

if TYPE_CHECKING:
    from shnor_engine.reasoning.evaluate import Evaluation


# --- marginal scales ------------------------------------------------------------------------------


def _bracketed(of: Evaluation, expr: Bracketed, keys: Context) -> Step:
    kids = tuple(of.step(part, keys) for row in expr.rows for part in row)
    ends = [kid.value.lo for kid in kids]
    rows = tuple(sorted(zip(ends[::2], ends[1::2], strict=True)))
    if len({start for start, _ in rows}) < len(rows):
        raise RuleError("two brackets of a marginal scale begin at one number", expr.where)
    return Step(expr, keys, Brackets(rows), True, (), kids)


def _marginal(of: Evaluation, expr: Marginal, keys: Context) -> Step:
    item, scale = of.step(expr.item, keys), of.step(expr.scale, keys)
    return Step(expr, keys, taken(item.value, scale.value), item.present, (item,), (scale,))


def taken(span: Span, scale: Brackets) -> Span:
    """What the scale takes of every number of the interval: it bends only where a bracket begins."""
    bends = [start for start, _ in scale.rows if span.lo < start < span.hi]
    values = [_taken(number, scale) for number in (span.lo, *bends, span.hi)]
    return Span(min(values), max(values))


def _taken(number: Exact, scale: Brackets) -> Exact:
    total: Exact = 0
    uppers = [*(start for start, _ in scale.rows[1:]), inf]
    for (start, rate), upper in zip(scale.rows, uppers, strict=True):
        if number > start and rate != 0:
            total += (min(number, upper) - start) * rate
    return total


# --- weights --------------------------------------------------------------------------------------


def _reweight(of: Evaluation, expr: Reweight, keys: Context) -> Step:
    """The row's own weight and what missing rows beside it give; each is read at its own code."""
    own = str(keys[expr.key])
    codes = that_matter(own, expr.moves)
    beside = {code: _beside(of, expr, keys, code, own) for code in codes}
    read = [step for pair in beside.values() for step in pair]
    parts = [of.step(part, keys) for item in expr.moves if item.source in codes for _, part in item.targets]
    terms = tuple(step for step in parts if step.valued is not None)
    if any(weight.present is not True for weight, _ in beside.values()):
        return Step(expr, keys, ANY, None, tuple(read), terms)
    if own == UNSEEN:
        return Step(expr, keys, Span(0, inf), None, tuple(read), terms)
    weights = {code: weight.value for code, (weight, _) in beside.items()}
    missing = {code: k_not(present.value) for code, (_, present) in beside.items()}
    value = _moved(of, expr, keys, weights, missing)[own]
    return Step(expr, keys, value, True, tuple(read), terms)


def that_matter(own: str, moves: tuple[Send, ...]) -> list[str]:
    """The row's code and those from which weight can reach it, the last row of the table asked first."""
    found = [own]
    for item in reversed(moves):
        if item.source not in found and any(code in found for code, _ in item.targets):
            found.append(item.source)
    return found


def _beside(of: Evaluation, expr: Reweight, keys: Context, code: str, own: str) -> tuple[Step, Step]:
    """Weight and presence of the row with this code; a row that is surely not there is missing."""
    place = {**keys, expr.key: code}
    weight, present = of.step(expr.weight, place), of.step(expr.present, place)
    if code == own:
        return weight, present
    exists: Kleene = True
    if of.facts.row(expr.fact, tuple(place[name] for name in expr.fact.key_names())) is None:
        exists = None if of.facts.closing(expr.fact, place) is None else False
    value = k_and((exists, present.value))
    return weight, Step(expr.present, place, value, present.present, (present,))


def _moved(
    of: Evaluation, expr: Reweight, keys: Context, weights: Mapping[str, Span], missing: Mapping[str, Kleene]
) -> dict[str, Span]:
    """The weights after every row of the table was applied once, in order."""
    found = dict(weights)
    for item in expr.moves:
        if item.source not in found or missing[item.source] is False:
            continue
        surely, amount = missing[item.source] is True, found[item.source]
        found[item.source] = ZERO if surely else amount.hull(ZERO)
        for code, part in item.targets:
            if code in found:
                given = multiply(amount, of.step(part, keys).value)
                found[code] = add(found[code], given if surely else given.hull(ZERO))
    return found


def _move(of: Evaluation, expr: Send, keys: Context) -> Step:
    raise RuleError("a row of a table of weights is read by reweight(…) only", expr.where)


WEIGHTS: Mapping[type, Reader] = {
    Bracketed: _bracketed,
    Marginal: _marginal,
    Reweight: _reweight,
    Send: _move,
}
