"""From the log to the facts of a methodology: its projections, what closes them, and what lies on no list."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from shnor_engine.packs import Binding, Pack
from shnor_engine.reasoning.facts import Closing, Facts, KeyValue
from shnor_engine.rules.fact import Fact, Key
from shnor_engine.rules.ranking import Cut, Rank

if TYPE_CHECKING:
    import polars as pl

    from shnor_engine.projections.projection import Projection
    from shnor_engine.tables import Snapshot

Rows: TypeAlias = list[dict[str, Any]]
Among: TypeAlias = "Mapping[str, Projection]"


def facts_of(
    pack: Pack, snapshot: Snapshot, subjects: Collection[str] | None, *, among: Among | None = None
) -> Facts:
    """The facts of a pack as known at a moment; of a few subjects only their rows are read.

    `among` are the projections there are, those of plugins included. A methodology that ranks needs everybody: what
    is asked of one is decided by all.
    """
    if ranks(pack):
        subjects = None

    def ask(name: str) -> pl.LazyFrame:
        return asked(snapshot, name, subjects, among=among)

    frames = {fact: _listed(fact, binding, ask(binding.projection)) for fact, binding in pack.bindings.items()}
    closed = {
        fact: closings(fact, binding, frames[fact], ask(binding.closings).collect().to_dicts())
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


def asked(
    snapshot: Snapshot, name: str, subjects: Collection[str] | None, *, among: Among | None = None
) -> pl.LazyFrame:
    """The answer of a projection; of a few subjects where it is by subject, else the whole."""
    from shnor_engine.projections import PROJECTIONS, project
    from shnor_engine.projections.projection import find

    there = PROJECTIONS if among is None else among
    projection = find(there, name)
    return project(snapshot, projection, only=subjects if projection.by is not None else None)


def _listed(fact: type[Fact], binding: Binding, frame: pl.LazyFrame) -> pl.LazyFrame:
    """The rows whose codes are on the lists of the fact: what is on no list takes no part."""
    import polars as pl

    for key in fact.grain:
        if key.codes:
            frame = frame.filter(pl.col(binding.columns.get(key.name, key.name)).is_in(list(key.codes)))
    return frame
