"""Decide a nation at once: the same tree compiled to columns, equal to `decide` for every place on every engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from shnor_engine.law.law import Law
from shnor_engine.reasoning.placements import Placement, Published
from shnor_engine.rules.fact import Fact
from shnor_engine.rules.rule import Rule, RuleTree
from shnor_engine.rules.ruleset import RuleSet

__all__ = ["columns", "compiles"]


def columns(
    rule: type[Rule] | RuleTree,
    facts: Mapping[type[Fact], Any],
    law: Law,
    *,
    on: date,
    closed: Any = False,
    places: Any = None,
    regions: Any = None,
    as_known: date | None = None,
    by: Sequence[str] = (),
    names: Mapping[type[Fact], Mapping[str, str]] | None = None,
    rules: RuleSet | None = None,
    placements: Iterable[Placement] = (),
    published: Iterable[Published] = (),
) -> Any:
    """A rule decided at every place: a `Columns` whose lazy frame has a row per place.

    `facts` are frames of one engine (Polars, DuckDB, whatever narwhals carries lazily) or row dicts. `places` are the
    keys to decide about, a frame or dicts; without them every subject in every period that the facts speak of.
    `regions` gives the region of a place's first key: a mapping, or a frame with that key and `region`. `closed` is
    as in `Facts.of`, or a list that holds frames too, one for each set of keys; `names` is as its `columns`. `by`
    names further key columns that split the facts into worlds of their own, a draw or a case; what lacks them speaks
    for every world. `rules`, `placements` and `published` are as in `decide`. Raises `FactError` that names fact,
    column and count for rows that a fact does not allow, before anything is decided.
    """
    from shnor_engine.reasoning.columns.result import answer
    from shnor_engine.reasoning.columns.run import Run, places_of

    tree = rule if isinstance(rule, RuleTree) else rule.tree
    run = Run(
        tree,
        facts,
        law,
        on=on,
        as_known=as_known,
        closed=closed,
        regions=regions,
        by=by,
        names=names,
        rules=rules,
        placements=placements,
        published=published,
    )
    return answer(places_of(run, places))


def compiles(rule: type[Rule] | RuleTree, law: Law | None = None, *, on: date | None = None) -> list[str]:
    """Why clauses are decided place by place instead of in columns, one line a clause; see `columns.dry`."""
    from shnor_engine.reasoning.columns import dry

    return dry.compiles(rule if isinstance(rule, RuleTree) else rule.tree, law, on=on)
