"""What of a rule columns cannot hold, before any fact is there: compiled over blank frames and declared bounds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import narwhals.stable.v2 as nw

from shnor_engine.law.law import Law
from shnor_engine.reasoning.columns.day_cells import within
from shnor_engine.reasoning.columns.registry import COMPILE
from shnor_engine.reasoning.columns.result import answer
from shnor_engine.reasoning.columns.run import Run
from shnor_engine.reasoning.columns.scope import Ground
from shnor_engine.reasoning.columns.tables import Seen
from shnor_engine.rules.fact import Field, Key
from shnor_engine.rules.periods import around, ordinal
from shnor_engine.rules.rule import RuleTree
from shnor_engine.rules.tree import walk

ROWS = 10_000_000
YEARS = 12
WIDEST = 2**31


def compiles(tree: RuleTree, law: Law | None = None, *, on: date | None = None) -> list[str]:
    """Why clauses are decided by hand, one line a clause; none where all of the rule stands in columns.

    Without a law and a day only the kinds of nodes are looked at, with them also whether every number fits.
    """
    found = _unknown_nodes(tree) if law is None or on is None else reasons(tree, law, on=on)
    return [f"clause «{name}»: {reason}" for name, reason in found.items()]


def reasons(tree: RuleTree, law: Law, *, on: date) -> Mapping[str, str]:
    """The clauses that are decided by hand under a law, with the reason."""
    run = Run(tree, {fact: [] for fact in tree.facts}, law, on=on)
    first = date(min(max(tree.in_force.year, on.year - YEARS), on.year), 1, 1)
    for table in run.tables.values():
        fields = table.fact.fields()
        table.rows, table.settled = ROWS, True
        table.fields = {name: _widest(fields[name]) for name in table.fields}
        table.periods = _spanned(table.fact.period_key(), first, on)
    roots = [tree.clauses[name] for name in tree.outputs]
    nowhere = run.seed.select(**_blanks(run)).head(0)
    answer(Ground(run, nowhere, run.tree.keys, _spanned(tree.period, first, on), roots))
    return run.reasons


def _spanned(key: Key | None, first: date, on: date) -> tuple[int, int] | None:
    """The periods from that of one day to that of another."""
    if key is None:
        return None
    low, high = (ordinal(key.period, around(key.period, day)) for day in (first, on))
    return low, high


def _blanks(run: Run) -> dict[str, Any]:
    return {key.name: nw.lit(None, dtype=nw.Int64 if key.period else nw.String) for key in run.tree.per}


def _widest(field: Field[Any]) -> Seen:
    """What the check would see of a source that uses all of the bounds."""
    if field.kind == "date":
        return Seen(1, *within(field))
    if field.kind != "number":
        return Seen(1)
    scale = 100 if field.whole_percent else 1
    low, high = (None if end is None else int(end * scale) for end in field.limits)
    return Seen(1, -WIDEST if low is None else low, WIDEST if high is None else high)


def _unknown_nodes(tree: RuleTree) -> dict[str, str]:
    found = {
        name: {type(node).__name__ for node in walk(clause) if type(node) not in COMPILE}
        for name, clause in tree.clauses.items()
    }
    return {name: f"{', '.join(sorted(kinds))} is read row by row" for name, kinds in found.items() if kinds}
