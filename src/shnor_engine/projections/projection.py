"""What a projection is: a named pure function from the tables to a lazy frame, and how one is asked for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Protocol

import polars as pl

from shnor_engine.events.base import Event, Registry

Reads = Mapping[type[Event], tuple[str, ...]]
ALL: tuple[str, ...] = ("*",)  # every row of the table may matter to every subject


class Frames(Protocol):
    """The tables that a projection reads; a `Snapshot` is one."""

    @property
    def registry(self) -> Registry:
        """The registry, for its lists of codes."""

    def __getitem__(self, event_type: type[Event]) -> pl.LazyFrame:
        """What stands of one event type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """A named question to the tables.

    `reads` names for every event type the columns that hold the subject's key (in a list column: among others), or
    `ALL`. Where `by` names a column of the answer, that subject's rows follow from its rows of the tables alone:
    `f(rows of S) = f(all rows) restricted to S`. `keys` are the columns that tell the answer's rows apart.
    """

    name: str
    reads: Reads
    keys: tuple[str, ...]
    build: Callable[[Frames], pl.LazyFrame]
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Restricted:
    """The tables of a few subjects: the rows that name one of them, and of a table read as `ALL` every row."""

    frames: Frames
    reads: Reads
    subjects: tuple[str, ...]

    @property
    def registry(self) -> Registry:
        """The registry of the tables."""
        return self.frames.registry

    def __getitem__(self, event_type: type[Event]) -> pl.LazyFrame:
        frame, columns = self.frames[event_type], self.reads[event_type]
        if columns == ALL:
            return frame
        schema = frame.collect_schema()
        return frame.filter(pl.any_horizontal(self._names(column, schema[column]) for column in columns))

    def _names(self, column: str, kind: pl.DataType) -> pl.Expr:
        wanted = list(self.subjects)
        if isinstance(kind, pl.List):
            return pl.col(column).list.eval(pl.element().is_in(wanted)).list.any()
        return pl.col(column).is_in(wanted)


def ask(projection: Projection, frames: Frames, *, only: Collection[str] | None = None) -> pl.LazyFrame:
    """The answer of a projection; with `only`, of these subjects, out of their rows alone.

    Raises `ValueError` for `only` where the projection is not by subject.
    """
    if only is None:
        return projection.build(frames)
    if projection.by is None:
        raise ValueError(f"projection {projection.name} is not by subject: ask for the whole and filter it")
    wanted = Restricted(frames, projection.reads, tuple(only))
    return projection.build(wanted).filter(pl.col(projection.by).is_in(list(only)))


def find(projections: Mapping[str, Projection], name: str) -> Projection:
    """The projection of a name; raises `KeyError` that lists near names."""
    if name in projections:
        return projections[name]
    near = get_close_matches(name, projections, n=3) or sorted(projections)
    raise KeyError(f"there is no projection {name!r}; there is {', '.join(near)}")
