"""Lists of rows that the law dates: which codes a key can have at each place, by period and region."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import narwhals.stable.v2 as nw

from shnor_engine.reasoning.columns.bits import Bit, both, either
from shnor_engine.reasoning.columns.epochs import epochs
from shnor_engine.reasoning.columns.scope import Scope
from shnor_engine.reasoning.columns.tables import codes_of_key
from shnor_engine.reasoning.columns.wholes import Uncompilable, Whole, literal, pick
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.fact import Fact, Key


def is_dated(fact: type[Fact], here: Sequence[str]) -> bool:
    """Whether the list of a key that is free here changes by date."""
    return bool(_dated(fact, here))


def _dated(fact: type[Fact], here: Sequence[str]) -> list[Key]:
    return [key for key in fact.grain if key.listed is not None and key.name not in here]


def fails(scope: Scope, fact: type[Fact]) -> Bit:
    """Where the law has no list."""
    return either(*(_lists(scope, key).fail for key in _dated(fact, scope.keys)))


def stands(scope: Scope, fact: type[Fact], outer: Sequence[str]) -> Bit:
    """Whether the codes of a row are on the lists in force; one that is not takes no part."""
    return both(*(_stands(scope, key) for key in _dated(fact, outer)))


def _stands(scope: Scope, key: Key) -> Bit:
    held = nw.col(scope.key(key.name))
    return either(*(both(epoch.where, held.is_in(list(epoch.values[0]))) for epoch in _lists(scope, key).every))


def codes_here(scope: Scope, key: Key) -> tuple[str, ...]:
    """Every code that a key can have at any of the places."""
    if key.listed is None:
        return codes_of_key(key)
    return tuple(sorted({code for epoch in _lists(scope, key).every for code in epoch.values[0]}))


def size(scope: Scope, free: Sequence[Key]) -> Whole:
    """How many rows the lists allow at each place."""
    own = prod(len(codes_of_key(key)) for key in free if key.listed is None)
    dated = [key for key in free if key.listed is not None]
    if not dated:
        return literal(own)
    law = epochs(scope, [_reference(key) for key in dated])
    found = literal(0)
    for epoch in law.every:
        found = pick(epoch.where, literal(own * prod(map(len, epoch.values))), found)
    return found


def _lists(scope: Scope, key: Key) -> Any:
    law = epochs(scope, [_reference(key)])
    if any(not epoch.values[0] for epoch in law.every):
        raise Uncompilable(f"the list of {key.name} is empty for a time")
    return law


def _reference(key: Key) -> nodes.ParamRef[Any]:
    assert key.listed is not None
    return nodes.ParamRef(key.listed.param, key.listed.instant, key.listed.day)
