"""What was decided outside a rule, in columns: outcomes and states that an authority placed, states published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import narwhals.stable.v2 as nw

from shnor_engine.errors import FactError
from shnor_engine.reasoning.columns.bits import Bit, either
from shnor_engine.reasoning.columns.periods import is_text, place_of
from shnor_engine.reasoning.columns.scope import Scope
from shnor_engine.reasoning.columns.tables import big_frame
from shnor_engine.reasoning.outcome import OUTCOMES
from shnor_engine.reasoning.placements import Placement, Published
from shnor_engine.rules.fact import Key
from shnor_engine.rules.rule import RuleTree

if TYPE_CHECKING:
    from shnor_engine.reasoning.columns.run import Run

Told: TypeAlias = "dict[tuple[Any, ...], set[str]]"  # what was said of each place, by the values of the rule's keys


def outcomes(scope: Scope) -> dict[str, Bit]:
    """Where an authority placed each outcome, empty where nobody did; two that differ leave it undetermined."""
    run = scope.run
    told = _by_place(run.tree, run.outside.placed.values(), OUTCOMES)
    single = {place: values if len(values) == 1 else {"undetermined"} for place, values in told.items()}
    return _columns(scope, "outcomes", single)


def states(scope: Scope, allowed: tuple[str, ...], *, earlier: bool) -> dict[str, Bit]:
    """Where an authority placed each state, or where it was published: that counts for `earlier` periods only."""
    run = scope.run
    placed = _by_place(run.tree, run.outside.placed.values(), allowed)
    published = _by_place(run.tree, run.outside.published.values(), allowed) if earlier else {}
    return _columns(scope, ("states", earlier), {**published, **placed})


def refuse_strange(run: Run) -> None:
    """Raise `FactError` for a placement that is nothing the rule can say."""
    tree = run.tree
    known = {*OUTCOMES, *(state for status in tree.statuses.values() for state in status.states)}
    for items in run.outside.placed.values():
        for item in items:
            if item.rule == tree.id and item.value not in known:
                said = ", ".join([*OUTCOMES[:3], *sorted(known.difference(OUTCOMES))])
                raise FactError(f"placement «{item.value}» by {item.authority} is nothing {tree.id} can say: {said}")


def _by_place(
    tree: RuleTree, every: Iterable[tuple[Placement, ...] | tuple[Published, ...]], allowed: Iterable[str]
) -> Told:
    """The values of some kind that were said of the rule's places."""
    wanted, found = set(allowed), cast(Told, {})
    for items in every:
        for item in items:
            if item.rule == tree.id and item.value in wanted and set(item.keys) == set(tree.keys):
                place = tuple(_value(key, item.keys[key.name]) for key in tree.per)
                found.setdefault(place, set()).add(item.value)
    return found


def _value(key: Key, value: Any) -> Any:
    """The value of a key as the columns hold it."""
    return place_of(key, value) if is_text(key) else value


def _columns(scope: Scope, about: Any, told: Mapping[tuple[Any, ...], set[str]]) -> dict[str, Bit]:
    """A column for each value that occurs, joined by the keys here; remembered for each look back."""
    fitting = {place: values for place, values in told.items() if _fits(scope, place)}
    if not fitting:
        return {}
    memo, met = scope.memo, ("outside", about, scope.look)
    if met not in memo:
        every = sorted({value for values in fitting.values() for value in values})
        keys = {name: [place[at] for place in fitting] for at, name in enumerate(scope.run.tree.keys)}
        bits = {f"_said{at}": [value in values for values in fitting.values()] for at, value in enumerate(every)}
        names = {name: scope.ground.fresh("said") for name in bits}
        scope.ground.join(big_frame(scope.run.seed, {**keys, **bits}), scope.run.tree.keys, scope.look, names)
        memo[met] = dict(zip(every, names.values(), strict=True))
    return {value: nw.col(name).fill_null(False) for value, name in memo[met].items()}


def _fits(scope: Scope, place: tuple[Any, ...]) -> bool:
    """Whether the keys are of the kinds that the columns here hold; others name no place."""
    held = [scope.key(name) for name in scope.run.tree.keys]
    schema = scope.ground.frame.collect_schema()
    return all(isinstance(value, int) == schema[name].is_integer() for name, value in zip(held, place, strict=True))


def said(bits: Mapping[str, Bit]) -> Bit:
    """Where anything was said at all."""
    return either(*bits.values())
