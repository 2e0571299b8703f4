"""What plugins add to an engine: event types and codes, methodologies, projections; and what became of each pack.

Built-in methodologies come through the same door as those of plugins: each gets a state here, and only an active one
decides. A pack that cannot decide is never left out in silence: its state says why.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from shnor_engine.errors import PackError, UnknownPack
from shnor_engine.events import catalogue
from shnor_engine.events.base import Registry
from shnor_engine.plugin.loading import Plugins, PluginState, load
from shnor_engine.plugin.selection import Selection

if TYPE_CHECKING:
    from shnor_engine.packs import Pack
    from shnor_engine.plugin.probe import Probes
    from shnor_engine.projections import Projection
    from shnor_engine.reasoning.findings.finding import Finding

State = Literal["active", "draft", "refused", "disabled", "superseded"]


@dataclass(frozen=True, slots=True)
class PackState:
    """One methodology and whether it decides.

    `draft` decides and may sign nothing, `superseded` is an older version of one that decides, `refused` says why:
    an error among its `findings`, or something that it reads and nobody brings. `disabled` is one that is not wanted:
    nobody has looked through it.
    """

    pack: Pack
    state: State
    origin: PluginState | None = None
    why: str = ""
    findings: tuple[Finding, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """`{"id", "version", "digest", "status", "title", "plugin", "why", "findings"}`."""
        plugin = None if self.origin is None else self.origin.described
        found = [item.to_dict() for item in self.findings]
        return {
            **self.pack.to_json(),
            "status": self.state,
            "plugin": plugin,
            "why": self.why or None,
            "findings": found,
        }


@dataclass(frozen=True)
class Extension:
    """The registry, methodologies and projections that an engine works with, plugins and artefacts included."""

    plugins: Plugins
    artefacts: tuple[Pack, ...] = ()
    strict: bool = False
    without: frozenset[str] = frozenset()
    _states: dict[date, tuple[PackState, ...]] = field(default_factory=dict, compare=False, repr=False)

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

        return {**PROJECTIONS, **{item.name: self._guarded(item) for item in self.plugins.of("projections")}}

    def _guarded(self, projection: Projection) -> Projection:
        """A projection of a plugin that answers whole, or says whose it is and what broke."""
        from shnor_engine.guarding import guarded

        origin = self.plugins.origin("projections", projection.name)
        return guarded(projection, origin.described if origin else projection.name)

    @cached_property
    def _packs(self) -> tuple[Pack, ...]:
        """The methodologies of plugins, each with whose it is: a rule that breaks says so in its decisions."""
        found = []
        for name, pack in (self.plugins.things or {}).get("packs", {}).items():
            origin = self.plugins.origin("packs", name)
            found.append(pack if origin is None else _of(pack, origin))
        return tuple(found)

    def disabled_packs(self, plugin: PluginState) -> tuple[str, ...]:
        """The methodologies of a plugin that are not wanted, as `id@version`."""
        mine = (self.plugins.things or {}).get("packs", {}).items()
        if not (mine and self.without):
            return ()  # and nothing of rules or law is imported

        from shnor_engine.packs.standing import denied

        return tuple(
            name for name, pack in mine if denied(pack, self.without) and self.plugins.origin("packs", name) == plugin
        )

    def states(self, *, on: date) -> tuple[PackState, ...]:
        """Every methodology with its state on a day, by id and version; in strict mode a refused one raises.

        The built-in ones are looked through by the tests of this library, those of others here.
        """
        from shnor_engine.packs import builtin_packs

        if on not in self._states:
            others = (*self._packs, *self.artefacts)
            every = (*builtin_packs(), *others)
            found = states_of(every, self.projections, self.plugins, on=on, looked=others, without=self.without)
            self._refuse(found if self.strict else ())
            self._states[on] = found
        return self._states[on]

    def _refuse(self, states: Iterable[PackState]) -> None:
        """What strict mode does not stand: a pack that is refused, and a name among those not wanted that is none."""
        found = list(states)
        for item in found:
            if item.state == "refused":
                whose = f" of plugin {item.origin.described}" if item.origin is not None else ""
                raise PackError(f"pack {item.pack.id} {item.pack.version}{whose} is refused: {item.why}")
        if found and (strange := not_there(found, self.without)):
            raise UnknownPack(strange[0], [item.pack.id for item in found])


def not_there(states: Iterable[PackState], without: Collection[str]) -> tuple[str, ...]:
    """Names among those not wanted that no pack at hand has, ascending: mistyped, or not installed here."""
    names = {name for item in states for name in (item.pack.id, f"{item.pack.id}@{item.pack.version}")}
    return tuple(sorted(set(without) - names))


def states_of(
    packs: Iterable[Pack],
    projections: Mapping[str, Any],
    plugins: Plugins | None = None,
    *,
    on: date,
    looked: Iterable[Pack] | None = None,
    without: Collection[str] = (),
) -> tuple[PackState, ...]:
    """The state of each pack on a day; `looked` are those to look through for holes (None: all of them), `without`
    those not wanted, by id or `id@version`."""
    from shnor_engine.packs.standing import denied, standing, version_order

    found = list(packs)
    through = {id(pack) for pack in (found if looked is None else looked) if not denied(pack, without)}
    findings = [_findings(pack, on) if id(pack) in through else () for pack in found]
    holes = [_hole(pack, projections, seen) for pack, seen in zip(found, findings, strict=True)]
    states = [
        PackState(pack, state, _origin(plugins, pack), why, seen)
        for pack, (state, why), seen in zip(found, standing(found, holes, without), findings, strict=True)
    ]
    return tuple(sorted(states, key=lambda item: (item.pack.id, version_order(item.pack.version))))


def _findings(pack: Pack, on: date) -> tuple[Finding, ...]:
    """What is wrong with a pack; a look that breaks on it is a finding itself, so that one pack hides no other."""
    from shnor_engine.reasoning.findings.finding import Finding

    try:
        return pack.manifest(on=on, costs=False).findings
    except Exception as error:
        return (Finding("unreadable", f"cannot be looked through: {type(error).__name__}: {error}"),)


def _hole(pack: Pack, projections: Mapping[str, Any], findings: Iterable[Finding]) -> str:
    """Why a pack cannot decide; empty where it can."""
    bound = pack.bindings.values()
    read = {name for item in bound for name in (item.projection, item.closings) if name}
    read |= {pack.published.projection} if pack.published is not None else set()
    if absent := sorted(read - set(projections)):
        return f"reads the projections {', '.join(absent)}, which nobody brings"
    errors = [f"{item.code}: {item.message}" for item in findings if item.severity == "error"]
    return "; ".join(errors)


def _of(pack: Pack, origin: PluginState) -> Pack:
    """The pack as brought by a plugin; a copy that looks at nothing in it, for it may break whoever does."""
    brought = copy(pack)
    object.__setattr__(brought, "origin", origin.described)
    return brought


def _origin(plugins: Plugins | None, pack: Pack) -> PluginState | None:
    from shnor_engine.plugin.collect import versioned

    found = None if plugins is None else plugins.origin("packs", versioned(pack.id, pack.version))
    return found if found is not None and pack.origin == found.described else None


def extension(
    *,
    plugins: Plugins | Sequence[object] = (),
    discover: bool = False,
    select: Selection | str | None = None,
    folder: Path | None = None,
    probes: Probes | None = None,
    artefacts: Iterable[Path | str | Pack] = (),
    strict: bool = False,
    without_packs: Iterable[str] = (),
) -> Extension:
    """The extension that these plugins make; see `plugin.loading.load` for what becomes of a broken one.

    `artefacts` are packs as documents (`packs.artefact`), by their files: nobody's Python runs for them.
    `without_packs` are methodologies that shall not decide, by id or `id@version`.
    """
    loaded = Plugins()
    if isinstance(plugins, Plugins):
        loaded = plugins
    elif plugins or discover or folder:
        loaded = load(
            discover=discover,
            select=select if isinstance(select, Selection) else Selection.of(select),
            given=plugins,
            folder=folder,
            built_in=_BuiltIn(),
            codes=_codes(),
            probes=probes,
            strict=strict,
        )
    return Extension(loaded, tuple(map(_artefact, artefacts)), strict, frozenset(without_packs))


def _artefact(source: Path | str | Pack) -> Pack:
    from shnor_engine.packs import Pack, load_artefact

    return source if isinstance(source, Pack) else load_artefact(source)


class _BuiltIn(Mapping[str, Iterable[str]]):
    """The ids that the library has itself, each kind made only when it is asked for: most plugins bring one."""

    _HOOKS = ("event_types", "packs", "projections", "report_parts", "importers")

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
            case "report_parts":
                from shnor_engine.sections import SECTIONS

                return SECTIONS
            case "importers":
                from shnor_engine.intake.mapping import builtin_mappings

                return builtin_mappings()
        raise KeyError(hook)

    def __iter__(self) -> Any:
        return iter(self._HOOKS)

    def __len__(self) -> int:
        return len(self._HOOKS)


def _codes() -> Mapping[str, Mapping[str, Any]]:
    from shnor_engine.events.vocabulary import CODE_LISTS

    return CODE_LISTS
