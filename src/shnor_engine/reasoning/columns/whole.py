"""Rules that columns cannot hold at all: every place decided as `decide` does, the answer put into columns."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from shnor_engine.reasoning.columns.tables import Frame, big_frame, collect
from shnor_engine.reasoning.decide import json_value, plain_value
from shnor_engine.reasoning.evaluate_others import Decided, decided
from shnor_engine.reasoning.trace import Step
from shnor_engine.rules.periods import SCHOOL_YEAR, YEAR
from shnor_engine.rules.rule import RuleTree
from shnor_engine.rules.tree import kind_of

if TYPE_CHECKING:
    from shnor_engine.reasoning.columns.run import Run

Said = Mapping[str, list[Any]]


def why_whole(tree: RuleTree) -> str:
    """Why columns cannot hold a rule: its periods are no whole numbers in one row. Empty where they can."""
    kinds = sorted(tree.period_keys)
    if len(kinds) > 1:
        return f"it reads periods of several kinds ({', '.join(kinds)})"
    if strange := [kind for kind in kinds if kind not in (YEAR, SCHOOL_YEAR)]:
        return f"its periods are {strange[0]}s"
    if any(key.gaps for key in (*tree.per, *(key for fact in tree.facts for key in fact.grain))):
        return "its periods have gaps"
    return ""


def decided_places(run: Run, places: Frame, keys: tuple[str, ...]) -> tuple[Frame, dict[str, str]]:
    """A frame of keys, outcome, `in_force` and clauses, and how the columns of each clause are to be read."""
    rows = collect(places)
    found = [_decided(run, row) for row in rows]
    columns: dict[str, list[Any]] = {key: [row[key] for row in rows] for key in keys}
    columns["outcome"] = [item.outcome for item in found]
    columns["in_force"] = [item.in_force and item.measured for item in found]
    if run.outside.placed:
        columns["rule_read"] = [bool(item.steps) for item in found]
    shapes = {}
    for name in run.tree.outputs:
        shapes[name], write = _SHAPE.get(kind_of(run.tree.clauses[name]), ("json", _json))
        columns |= write(name, [_spoken(item, name) for item in found])
    return big_frame(run.seed, columns), shapes


def _decided(run: Run, row: Mapping[str, Any]) -> Decided:
    place = {key: row[key] for key in run.tree.keys}
    draw = tuple(row[key] for key in run.by)
    period = place[run.period] if run.period else None
    return decided(run.evaluation(draw, run.region_of(place[run.tree.keys[0]]), period), place)


def _spoken(item: Decided, name: str) -> Step | None:
    return item.steps.get(name)


def _truth(name: str, steps: list[Step | None]) -> Said:
    return {name: [None if step is None else plain_value(step) for step in steps]}


def _number(name: str, steps: list[Step | None]) -> Said:
    there = [step is not None and step.present is True for step in steps]
    plain = [
        plain_value(step) if step is not None and held else None for step, held in zip(steps, there, strict=True)
    ]
    pairs = [item if isinstance(item, tuple) else (item, item) for item in plain]
    ends = {f"{name}__{side}": [_text(pair[place]) for pair in pairs] for place, side in enumerate(("lo", "hi"))}
    return {**ends, f"{name}__there": there}


def _text(end: Any) -> str | None:
    return None if end is None else str(end)


def _codes(name: str, steps: list[Step | None]) -> Said:
    plain = [None if step is None else plain_value(step) for step in steps]
    one = [item if isinstance(item, str) else None for item in plain]
    several = ["|".join(item) if isinstance(item, tuple) else item for item in plain]
    return {name: one, f"{name}__possible": several}


def _json(name: str, steps: list[Step | None]) -> Said:
    plain = [None if step is None else json_value(plain_value(step)) for step in steps]
    return {name: [None if item is None else json.dumps(item, ensure_ascii=False) for item in plain]}


_SHAPE: Mapping[str, tuple[str, Callable[[str, list[Step | None]], Said]]] = {
    "truth": ("truth", _truth),
    "number": ("text", _number),
    "code": ("codes", _codes),
}
