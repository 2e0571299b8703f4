"""Aggregates over rows: the value of a fold and whether it is present.

`unseen` stands for any number of rows that nobody reported and that may count; None where there can be none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

from shnor_engine.errors import FactError
from shnor_engine.reasoning.trace import Step
from shnor_engine.reasoning.values import ANY, ZERO, Kleene, Span, add, divide, k_and, k_not, k_or


@dataclass(slots=True)
class Read:
    """One row of an aggregate: whether it counts, what it brings, and its step."""

    counted: Kleene
    item: Step | None
    step: Step


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


FOLD: Mapping[str, Callable[[list[Read], Read | None], tuple[Any, Kleene]]] = {
    "count": _count,
    "sum": _sum,
    "mean": _mean,
    "only": _only,
    "any": _any,
    "all": _all,
    "min": _smallest,
    "max": _largest,
}
