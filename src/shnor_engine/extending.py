"""What plugins add to an engine: event types and codes, methodologies, projections; and what became of each pack.

Built-in methodologies come through the same door as those of plugins: each gets a state here, and only an active one
decides. A pack that cannot decide is never left out in silence: its state says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from shnor_engine.events import catalogue
from shnor_engine.events.base import Registry
from shnor_engine.plugin.loading import Plugins, PluginState, load
from shnor_engine.plugin.selection import Selection

if TYPE_CHECKING:
    from shnor_engine.packs import Pack
    from shnor_engine.plugin.probe import Probes
    from shnor_engine.projections import Projection

State = Literal["active", "draft", "refused", "superseded", "disabled"]


@dataclass(frozen=True, slots=True)
class PackState:
    """One methodology and whether it decides: `draft` decides and may sign nothing, `refused` says why."""

    pack: Pack
    state: State
    origin: PluginState | None = None
    why: str = ""

    def to_json(self) -> dict[str, Any]:
        """`{"id", "version", "digest", "status", "title", "plugin", "why"}`."""
        plugin = None if self.origin is None else self.origin.described
        return {**self.pack.to_json(), "status": self.state, "plugin": plugin, "why": self.why or None}


@dataclass(frozen=True)
class Extension:
    """The registry, methodologies and projections that an engine works with, plugins included."""

    plugins: Plugins

    @cached_property
    def registry(self) -> Registry:
        """The catalogue of events with the types and codes of plugins."""
        registry = catalogue()
        for cls in self.plugins.of("event_types"):
            registry.register(cls)
        for name, terms in (self.plugins.codes or {}).items():
            registry.add_codes(name, terms)
        return registry

    @cached_property
    def projections(self) -> Mapping[str, Projection]:
        """Every projection by its name, built-in ones first."""
        from shnor_engine.projections import PROJECTIONS

        return {**PROJECTIONS, **{item.name: item for item in self.plugins.of("projections")}}

    @cached_property
    def packs(self) -> tuple[PackState, ...]:
        """Every methodology with its state, by id."""
        from shnor_engine.packs import builtin_packs

        found = [*builtin_packs(), *self.plugins.of("packs")]
        return states_of(found, self.projections, self.plugins)


def states_of(
    packs: Iterable[Pack], projections: Mapping[str, Any], plugins: Plugins | None = None
) -> tuple[PackState, ...]:
    """The state of each pack: refused where a fact is bound to a projection that is not there."""
    found = []
    for pack in packs:
        origin = None if plugins is None else plugins.origin("packs", pack.id)
        bound = {name for item in pack.bindings.values() for name in (item.projection, item.closings) if name}
        absent = sorted(bound - set(projections))
        if absent:
            why = f"reads the projections {', '.join(absent)}, which nobody brings"
            found.append(PackState(pack, "refused", origin, why))
        else:
            found.append(PackState(pack, pack.status, origin))
    return tuple(sorted(found, key=lambda state: state.pack.id))


def extension(
    *,
    plugins: Plugins | Sequence[object] = (),
    discover: bool = False,
    select: Selection | str | None = None,
    folder: Path | None = None,
    probes: Probes | None = None,
    strict: bool = False,
) -> Extension:
    """The extension that these plugins make; see `plugin.loading.load` for what becomes of a broken one."""
    if isinstance(plugins, Plugins):
        return Extension(plugins)
    if not (plugins or discover or folder):
        return Extension(Plugins())
    chosen = select if isinstance(select, Selection) else Selection.of(select)
    return Extension(
        load(
            discover=discover,
            select=chosen,
            given=plugins,
            folder=folder,
            built_in=_BuiltIn(),
            codes=_codes(),
            probes=probes,
            strict=strict,
        )
    )


class _BuiltIn(Mapping[str, Iterable[str]]):
    """The ids that the library has itself, each kind made only when it is asked for: most plugins bring one."""

    _HOOKS = ("event_types", "packs", "projections")

    def __getitem__(self, hook: str) -> Iterable[str]:
        match hook:
            case "event_types":
                return [cls.type for cls in catalogue()]
            case "packs":
                from shnor_engine.packs import builtin_packs

                return [pack.id for pack in builtin_packs()]
            case "projections":
                from shnor_engine.projections import PROJECTIONS

                return list(PROJECTIONS)
        raise KeyError(hook)

    def __iter__(self) -> Any:
        return iter(self._HOOKS)

    def __len__(self) -> int:
        return len(self._HOOKS)


def _codes() -> Mapping[str, Mapping[str, Any]]:
    from shnor_engine.events.vocabulary import CODE_LISTS

    return CODE_LISTS
