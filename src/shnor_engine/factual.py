"""From the log to the facts of a methodology: its projections, what closes them, and what lies on no list."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from shnor_engine.packs import Binding, Pack
from shnor_engine.reasoning.facts import Closing, Facts, KeyValue
from shnor_engine.rules.fact import Fact, Key
from shnor_engine.rules.ranking import Cut, Rank

if TYPE_CHECKING:
    import polars as pl

    from shnor_engine.tables import Snapshot

Rows = list[dict[str, Any]]


def facts_of(pack: Pack, snapshot: Snapshot, subjects: Collection[str] | None) -> Facts:
    """The facts of a pack as known at a moment; of a few subjects only their rows are read.

    A methodology that ranks needs everybody: what is asked of one is decided by all.
    """
    if ranks(pack):
        subjects = None
    frames = {fact: _frame(snapshot, fact, binding, subjects) for fact, binding in pack.bindings.items()}
    closed = {
        fact: closings(fact, binding, frames[fact], _rows(snapshot, binding.closings, subjects))
        for fact, binding in pack.bindings.items()
        if binding.closings
    }
    return Facts.of(frames, closed=closed, columns=pack.columns())


def closings(fact: type[Fact], binding: Binding, frame: pl.LazyFrame, told: Rows) -> list[Closing]:
    """What is complete: exact keys as they are, beginnings of codes as every code that the fact could mean by them.

    Where all the beginnings of `binding.whole` are closed, so is the whole set.
    """
    key = _coded(fact)
    if key is None:
        return [
            Closing({name: row[column] for name, column in _columns(fact, binding)}, _events(row)) for row in told
        ]
    codes = _codes(key, frame, binding)
    found: list[Closing] = []
    by_rest: dict[tuple[KeyValue, ...], dict[str, tuple[str, ...]]] = {}
    column = binding.columns.get(key.name, key.name)
    given = told[0] if told else {}
    rest = [(name, source) for name, source in _columns(fact, binding) if name != key.name and source in given]
    for row in told:
        keys = {name: row[source] for name, source in rest}
        said = by_rest.setdefault(tuple(keys.values()), {})
        said[row[column]] = (*said.get(row[column], ()), *_events(row))
        found += [Closing({**keys, key.name: code}, _events(row)) for code in _meant(row[column], codes)]
    names = [name for name, _ in rest]
    found += [
        Closing(dict(zip(names, values, strict=True)), tuple(event for part in binding.whole for event in said[part]))
        for values, said in by_rest.items()
        if binding.whole and set(binding.whole) <= said.keys()
    ]
    return found


def ranks(pack: Pack) -> bool:
    """Whether a methodology compares subjects with each other."""
    return any(isinstance(node, Rank | Cut) for node in pack.tree.nodes())


def codes_in(pack: Pack, facts: Facts) -> Iterator[str]:
    """Every code that the facts speak of or that is on a list of theirs: what has to be called by a name."""
    for fact in pack.bindings:
        if (key := _coded(fact)) is not None:
            yield from key.codes
            yield from map(str, facts.subjects(fact, key.name))


def _coded(fact: type[Fact]) -> Key | None:
    """The key under the subject: of a procedure, a part, a member; None where a row is the subject's own."""
    under = [key for key in fact.grain if not key.period][1:]
    return under[-1] if under else None


def _meant(code: str, codes: Iterable[str]) -> Iterator[str]:
    """The codes that a closing speaks of."""
    if code.endswith("."):
        yield from (one for one in codes if f"{one}.".startswith(code))
    else:
        yield code


def _codes(key: Key, frame: pl.LazyFrame, binding: Binding) -> list[str]:
    """Every code that is on the list of the key, or that somebody reported."""
    reported = frame.select(binding.columns.get(key.name, key.name)).unique().collect().to_series().to_list()
    return sorted({*key.codes, *reported})


def _columns(fact: type[Fact], binding: Binding) -> list[tuple[str, str]]:
    return [(name, binding.columns.get(name, name)) for name in fact.key_names()]


def _events(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(row["events"])


def _frame(snapshot: Snapshot, fact: type[Fact], binding: Binding, subjects: Collection[str] | None) -> pl.LazyFrame:
    """The rows of a projection whose codes are on the lists of the fact: what is on no list takes no part."""
    import polars as pl

    from shnor_engine.projections import project

    frame = project(snapshot, binding.projection, only=subjects)
    for key in fact.grain:
        if key.codes:
            frame = frame.filter(pl.col(binding.columns.get(key.name, key.name)).is_in(list(key.codes)))
    return frame


def _rows(snapshot: Snapshot, projection: str, subjects: Collection[str] | None) -> Rows:
    from shnor_engine.projections import PROJECTIONS, project

    only = subjects if PROJECTIONS[projection].by is not None else None
    return project(snapshot, projection, only=only).collect().to_dicts()
