"""The trace of a decision: every node that was read, what it was worth, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from shnor_engine.law.law import Valued
from shnor_engine.reasoning.facts import KeyValue
from shnor_engine.reasoning.values import Kleene, Span
from shnor_engine.rules.tree import Expr

Context: TypeAlias = dict[str, KeyValue]


@dataclass(slots=True)
class Step:
    """One node at its keys: what it is worth, whether it is present, and the steps it rests on.

    `events` are those read here and not below. `terms` are thresholds and, of a case, its possible values; `hit` is
    the row of a case, `valued` the law's answer, `conflict` the events that disagree, `open` says that rows may exist
    which nobody reported, `assumed` that an assumption was used, `row` that this is one row of an aggregate. `about`
    is what there is to tell beside: which rule answered, where a state comes from, what group was read.
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
    about: Any = None

    @property
    def known(self) -> bool:
        """Whether one value is held."""
        if self.present is not True:
            return False
        if isinstance(self.value, Span):
            return self.value.exact
        return len(self.value) == 1 if isinstance(self.value, frozenset) else self.value is not None
