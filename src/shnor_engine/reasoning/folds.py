"""Aggregates over rows: the value of a fold and whether it is present.

`unseen` stands for any number of rows that nobody reported and that may count; None where there can be none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import inf
from typing import Any

from shnor_engine.errors import FactError
from shnor_engine.reasoning.trace import Step
from shnor_engine.reasoning.values import ANY, ZERO, Kleene, Span, add, divide, k_and, k_not, k_or


@dataclass(slots=True)
class Read:
    """One row of an aggregate: whether it counts, what it brings, its step, and of a weighted mean its weight."""

    counted: Kleene
    item: Step | None
    step: Step
    weight: Step | None = None


def _count(rows: list[Read], unseen: Read | None) -> tuple[Span, Kleene]:
    low = sum(row.counted is True for row in rows)
    high = low + sum(row.counted is None for row in rows)
    return Span(low, high if unseen is None else inf), True


def _sum(rows: list[Read], unseen: Read | None) -> tuple[Span, Kleene]:
    total = ZERO
    for row in rows:
        if row.item is not None:
            if row.item.present is not True:
                return ANY, None
            total = add(total, row.item.value if row.counted else row.item.value.hull(ZERO))
    if unseen is not None and unseen.item is not None:
        if unseen.item.present is not True:
            return ANY, None
        bound = unseen.item.value
        total = Span(total.lo if bound.lo >= 0 else -inf, total.hi if bound.hi <= 0 else inf)
    return total, True


def _spans(rows: list[Read], unseen: Read | None) -> tuple[list[Span], list[Span]] | None:
    """What rows bring for sure, and what they may bring; None where one of them brings nothing that can be said."""
    every = [*rows, *([] if unseen is None else [unseen])]
    if any(row.item is not None and row.item.present is not True for row in every):
        return None
    sure = [row.item.value for row in rows if row.counted and row.item is not None]
    return sure, [row.item.value for row in every if row.item is not None]


def _smallest(rows: list[Read], unseen: Read | None) -> tuple[Span, Kleene]:
    if (found := _spans(rows, unseen)) is None:
        return ANY, None
    sure, spans = found
    if not spans:
        return ANY, False
    high = min(span.hi for span in sure) if sure else max(span.hi for span in spans)
    return Span(min(span.lo for span in spans), high), True if sure else None


def _largest(rows: list[Read], unseen: Read | None) -> tuple[Span, Kleene]:
    if (found := _spans(rows, unseen)) is None:
        return ANY, None
    sure, spans = found
    if not spans:
        return ANY, False
    low = max(span.lo for span in sure) if sure else min(span.lo for span in spans)
    return Span(low, max(span.hi for span in spans)), True if sure else None


def _mean(rows: list[Read], unseen: Read | None) -> tuple[Span, Kleene]:
    """Exact where every row counts for sure; else between the smallest and the largest that may count."""
    if (found := _spans(rows, unseen)) is None:
        return ANY, None
    sure, spans = found
    if not spans:
        return ANY, False
    if len(sure) == len(spans):
        count = Span(len(sure), len(sure))
        total = sure[0]
        for span in sure[1:]:
            total = add(total, span)
        return divide(total, count), True
    return Span(min(span.lo for span in spans), max(span.hi for span in spans)), True if sure else None


def _only(rows: list[Read], unseen: Read | None) -> tuple[Span, Kleene]:
    if (found := _spans(rows, unseen)) is None:
        return ANY, None
    sure, spans = found
    if not spans:
        return ANY, False
    if len(sure) > 1:
        raise FactError(f"only(…) met {len(sure)} rows; narrow it by where=, or take sum_, min_of or max_of")
    value = sure[0] if sure else spans[0]
    for span in spans:
        value = value.hull(span)
    return (value, True) if len(spans) == len(sure) else (value, None)


def _any(rows: list[Read], unseen: Read | None) -> tuple[Kleene, Kleene]:
    every = [*rows, *([] if unseen is None else [unseen])]
    value = k_or(k_and((row.counted, row.item.value)) for row in every if row.item is not None)
    return value, True if value is not None else None


def _all(rows: list[Read], unseen: Read | None) -> tuple[Kleene, Kleene]:
    every = [*rows, *([] if unseen is None else [unseen])]
    value = k_and(k_or((k_not(row.counted), row.item.value)) for row in every if row.item is not None)
    return value, True if value is not None else None


def _weighted(rows: list[Read], unseen: Read | None) -> tuple[Span, Kleene]:
    """The exact range of Σ weight x / Σ weight over the rows that are there, whatever unknown ones turn out to be."""
    every = [*rows, *([] if unseen is None else [unseen])]
    parts = [part for row in every if (part := _part(row, row is unseen)) is not None]
    if any(part is UNCERTAIN for part in parts):
        return ANY, None
    least = sum(weight.lo for _, weight in parts)
    if not any(weight.hi > 0 for _, weight in parts):
        return ANY, False
    low = -_highest([(Span(-value.hi, -value.lo), weight) for value, weight in parts])
    return Span(low, _highest(parts)), True if least > 0 else None


UNCERTAIN = (ANY, ANY)


def _part(row: Read, unseen: bool) -> tuple[Span, Span] | None:
    """What a row brings and weighs; None for a row that surely takes no part, UNCERTAIN where nothing can be said."""
    item, weight = row.item, row.weight
    if item is None or weight is None or item.present is False or weight.present is False:
        return None
    if item.present is None or weight.present is None:
        return UNCERTAIN
    if weight.value.hi < 0 or (weight.value.exact and weight.value.lo < 0):
        raise FactError(f"a weight of {weight.value.lo} is below zero; narrow it by max_(weight, 0)")
    if weight.value.lo < 0:
        return UNCERTAIN
    low = weight.value.lo if row.counted else 0
    return item.value, Span(low, inf if unseen and weight.value.hi > 0 else weight.value.hi)


def _highest(parts: list[tuple[Span, Span]]) -> Any:
    """The largest weighted mean: the best values weigh all they can, the others the least that they must.

    As a function of one weight the mean only rises or only falls, so it is largest where every weight is at an end,
    and then the heavy ones are the best few.
    """
    best = sorted((part for part in parts if part[1].hi > 0), key=lambda part: part[0].hi, reverse=True)
    if any(weight.hi == inf for _, weight in best) or any(abs(value.hi) == inf for value, _ in best):
        return max(value.hi for value, _ in best)
    means = []
    for heavy in range(1, len(best) + 1):
        weights = [weight.hi if place < heavy else weight.lo for place, (_, weight) in enumerate(best)]
        total = sum(weight * value.hi for weight, (value, _) in zip(weights, best, strict=True))
        means.append(Fraction(total) / Fraction(sum(weights)))
    return max(means)


FOLD: Mapping[str, Callable[[list[Read], Read | None], tuple[Any, Kleene]]] = {
    "count": _count,
    "sum": _sum,
    "mean": _mean,
    "weighted": _weighted,
    "only": _only,
    "any": _any,
    "all": _all,
    "min": _smallest,
    "max": _largest,
}
