"""The trace of a decision: every node that was read, what it was worth, and what it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from shnor_engine.law.law import Valued
from shnor_engine.reasoning.facts import KeyValue
from shnor_engine.reasoning.values import Collected, Kleene, Span
from shnor_engine.rules.geometry import Cells
from shnor_engine.rules.tree import Expr

Context: TypeAlias = dict[str, KeyValue]


@dataclass(slots=True)
class Step:
    """One node at its keys: what it is worth, whether it is present, and the steps it rests on.

    `events` are those read here and not below. `terms` are thresholds and, of a choice, its possible values; `hit` is
    the row of a case or a table and `cells` those of a table, `valued` the law's answer, `conflict` the events that
    disagree, `open` says that rows may exist which nobody reported, `assumed` that an assumption was used, `row` that
    this is one row of an aggregate. `about` is what there is to tell beside: which rule answered, where a state comes
    from, what group was read.
    """

    expr: Expr[Any]
    keys: Context
    value: Any
    present: Kleene = True
    kids: tuple[Step, ...] = ()
    terms: tuple[Step, ...] = ()
    events: tuple[str, ...] = ()
    hit: int | None = None
    valued: Valued | None = None
    conflict: tuple[str, ...] = ()
    open: bool = False
    assumed: bool = False
    row: bool = False
    cells: tuple[Cells, ...] = ()
    about: Any = None

    @property
    def known(self) -> bool:
        """Whether one value is held."""
        if self.present is not True:
            return False
        if isinstance(self.value, Span | Collected):
            return self.value.exact
        return len(self.value) == 1 if isinstance(self.value, frozenset) else self.value is not None


def truth_step(
    expr: Expr[Any],
    keys: Context,
    value: Kleene,
    kids: tuple[Step, ...],
    terms: tuple[Step, ...] = (),
    events: tuple[str, ...] = (),
) -> Step:
    """The step of a truth: present where it is determined."""
    return Step(expr, keys, value, True if value is not None else None, kids, terms, events)


def joined(values: Sequence[Any]) -> Any:
    """One value for all that are possible: the hull of numbers, all codes, a truth only where all agree."""
    value = values[0]
    for other in values[1:]:
        if isinstance(value, Span | Collected):
            value = value.hull(other)
        elif isinstance(value, frozenset):
            value = None if other is None else value | other
        else:
            value = value if value is other else None
    return value


def chosen(expr: Expr[Any], keys: Context, asked: Sequence[Step], possible: Sequence[Step], hit: int | None) -> Step:
    """A choice with the values that its rows leave possible."""
    presents = {step.present for step in possible}
    present = presents.pop() if len(presents) == 1 else None
    value = joined([step.value for step in possible])
    return Step(expr, keys, value, present, tuple(asked), tuple(possible), hit=hit)
