"""Why places failed: decided again one by one, so that a reason costs nothing until somebody asks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from shnor_engine.reasoning.columns.tables import Frame, big_frame, collect, lazy
from shnor_engine.reasoning.evaluate_others import decided
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.others import Decision
from shnor_engine.rules.over_time import Periods
from shnor_engine.rules.over_time import Run as RunOf
from shnor_engine.rules.ranking import Cut, Rank
from shnor_engine.rules.rule import RuleTree
from shnor_engine.rules.status import Before, Status

if TYPE_CHECKING:
    from shnor_engine.reasoning.columns.run import Run

WIDE = (Decision, Rank, Cut, RunOf, Status, Before)


def with_errors(run: Run, frame: Frame, keys: Sequence[str]) -> Frame:
    """The answer with a column `error`: the reason where the rule failed, null elsewhere."""
    failed = collect(frame.filter(nw.col("outcome") == "failed").select(*keys))
    if not failed:
        return frame.with_columns(nw.lit(None, dtype=nw.String).alias("error"))
    columns = {f"_{key}": [row[key] for row in failed] for key in keys} | {"error": errors_at(run, failed)}
    return frame.join(
        big_frame(run.seed, columns), how="left", left_on=list(keys), right_on=[f"_{key}" for key in keys]
    )


def errors_at(run: Run, places: Sequence[Mapping[str, Any]]) -> list[str]:
    """What `decide` says went wrong at each of these places."""
    reading = _of_subjects(run, {place[run.tree.keys[0]] for place in places})
    found = []
    for place in places:
        keys = {key: place[key] for key in run.tree.keys}
        draw = tuple(place[key] for key in run.by)
        period = keys[run.period] if run.period else None
        region = run.region_of(keys[run.tree.keys[0]])
        found.append(decided(reading.evaluation(draw, region, period), keys).error)
    return found


def _of_subjects(run: Run, subjects: set[Any]) -> Run:
    """The same run over the rows of these subjects, where a decision rests on no other rows."""
    name = run.tree.keys[0]
    if _looks_wide(run.tree) or any(name not in fact.key_names() for fact in run.tree.facts):
        return run
    return run.narrowed({fact: _rows_of(run, fact, name, subjects) for fact in run.tree.facts})


def _rows_of(run: Run, fact: Any, name: str, subjects: set[Any]) -> Any:
    given, column = run.given[fact], run.given_names.get(fact, {}).get(name, name)
    if isinstance(given, list | tuple):
        return [row for row in given if row[column] in subjects]
    return collect(lazy(given).filter(nw.col(column).is_in(sorted(subjects))))


def _looks_wide(tree: RuleTree) -> bool:
    """Whether a place rests on more than the rows of its subject: a group, or the first period of all facts."""
    return any(
        isinstance(node, WIDE)
        or (isinstance(node, nodes.AtLeast | Periods) and node.window.length is None and not node.window.inside)
        for node in tree.nodes()
    )
