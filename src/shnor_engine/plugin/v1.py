"""The interface for authors of plugins, version 1. What stands here stays; what comes later is version 2.

A plugin is a module, or any object, named by an entry point of the group `shnor_engine`. It says for which version it
was written and implements the hooks that it needs; each takes no argument and returns what it brings::

    from shnor_engine.plugin.v1 import hookimpl

    api_version = 1

    @hookimpl
    def packs():
        return [my_pack()]

Every hook returns a list (or any iterable) of the things named in its docstring. What comes back is checked at the
border; a wrong thing refuses the plugin's contribution and names the plugin, and no other plugin notices.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    import click

    from shnor_engine.events.base import Event
    from shnor_engine.packs import Pack
    from shnor_engine.plugin.parts import Importer, Measure, ReportPart
    from shnor_engine.projections import Projection

API_VERSION = 1
GROUP = "shnor_engine"

hookimpl = pluggy.HookimplMarker(GROUP)
hookspec = pluggy.HookspecMarker(GROUP)


class Hooks:
    """The hooks; a plugin implements any of them."""

    @hookspec
    def event_types(self) -> Iterable[type[Event]]:
        """Event classes to add to the catalogue; the type name must be new."""
        raise TypeError("a specification, to be implemented by plugins")

    @hookspec
    def code_lists(self) -> Mapping[str, Mapping[str, Any]]:
        """Codes to add to closed lists: list name → code → term. No code that is there may get another term."""
        raise TypeError("a specification, to be implemented by plugins")

    @hookspec
    def packs(self) -> Iterable[Pack]:
        """Methodologies; the id must be new. Of several versions of one id the highest decides."""
        raise TypeError("a specification, to be implemented by plugins")

    @hookspec
    def projections(self) -> Iterable[Projection]:
        """`projections.Projection` values: named queries over tables that a fact may be bound to; the name is new."""
        raise TypeError("a specification, to be implemented by plugins")

    @hookspec
    def importers(self) -> Iterable[Importer]:
        """`plugin.parts.Importer` values: readers of files that propose events and list problems."""
        raise TypeError("a specification, to be implemented by plugins")

    @hookspec
    def measures(self) -> Iterable[Measure]:
        """`plugin.parts.Measure` values: what a recommendation may name."""
        raise TypeError("a specification, to be implemented by plugins")

    @hookspec
    def report_parts(self) -> Iterable[ReportPart]:
        """`plugin.parts.ReportPart` values: parts of the report, each with a heading of its own."""
        raise TypeError("a specification, to be implemented by plugins")

    @hookspec
    def commands(self) -> Iterable[click.Command]:
        """Commands for the command line; the name must be new."""
        raise TypeError("a specification, to be implemented by plugins")


__all__ = ["API_VERSION", "GROUP", "Hooks", "hookimpl", "hookspec"]
