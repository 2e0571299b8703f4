"""Projections of plugins under guard: answered whole or not at all, and what breaks is laid at the plugin's door."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import polars as pl

from shnor_engine.errors import PluginError
from shnor_engine.projections import Frames, Projection

if TYPE_CHECKING:
    from shnor_engine.events.base import Event, Registry


@dataclass(frozen=True, slots=True)
class View:
    """The tables for reading: nothing of the engine behind them can be reached or changed."""

    _frames: Frames

    @property
    def registry(self) -> Registry:
        """The registry of the tables."""
        return self._frames.registry

    def __getitem__(self, event_type: type[Event]) -> pl.LazyFrame:
        return self._frames[event_type]


def guarded(projection: Projection, plugin: str) -> Projection:
    """The same question, whose answer is collected here: an error raises `PluginError` that names the plugin.

    A lazy answer could break as late as in a decision, where nobody would know whose it was.
    """

    def build(frames: Frames) -> pl.LazyFrame:
        try:
            answer: Any = projection.build(View(frames))
            found = answer.collect() if isinstance(answer, pl.LazyFrame) else answer
        except (Exception, SystemExit) as error:
            raise _broke(projection, plugin, f"broke: {type(error).__name__}: {error}") from error
        if not isinstance(found, pl.DataFrame):
            raise _broke(projection, plugin, f"gave {type(found).__name__}, not a frame")
        if absent := [name for name in projection.keys if name not in found.columns]:
            raise _broke(projection, plugin, f"gave no column {', '.join(absent)}, which it names as its keys")
        return found.lazy()

    return replace(projection, build=build)


def _broke(projection: Projection, plugin: str, what: str) -> PluginError:
    return PluginError(f"plugin {plugin}: its projection {projection.name} {what}", plugin)
