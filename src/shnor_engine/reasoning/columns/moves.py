"""What one period does to a state: where the moves lead from it, and what was said of it outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shnor_engine.reasoning.columns import outside
from shnor_engine.reasoning.columns.bits import Bit, both, either, no
from shnor_engine.reasoning.columns.values import Value
from shnor_engine.rules.status import Status


def after(
    expr: Status,
    old: Mapping[str, Bit],
    failed: Bit,
    conditions: Sequence[Value],
    applies: Value,
    told: Mapping[str, Bit],
) -> tuple[dict[str, Bit], Bit]:
    """Where each state is possible after a period, and where reckoning it fails, out of the same before it.

    What an authority placed or what was published (`told`) counts instead; several that differ are possible.
    """
    moved, fails = _moved(expr, old, conditions)
    asked, kept, own = no(applies.truth.not_), no(applies.truth.yes), no(outside.said(told))
    possible = {
        state: either(
            told.get(state, False),
            both(own, either(both(asked, moved[state]), both(kept, old.get(state, False)))),
        )
        for state in expr.states
    }
    return possible, both(own, either(failed, applies.fail, both(asked, fails)))


def _moved(expr: Status, old: Mapping[str, Bit], conditions: Sequence[Value]) -> tuple[dict[str, Bit], Bit]:
    """Where each state is possible after the moves, and where a condition that is asked fails."""
    possible: dict[str, list[Bit]] = {state: [] for state in expr.states}
    fails: list[Bit] = []
    for state in expr.states:
        reached: Bit = old.get(state, False)
        for (source, _, target), condition in zip(expr.moves, conditions, strict=True):
            if source == state:
                possible[target].append(both(reached, condition.truth.maybe))
                fails.append(both(reached, condition.fail))
                reached = both(reached, no(condition.truth.yes))
        possible[state].append(reached)
    return {state: either(*bits) for state, bits in possible.items()}, either(*fails)
