"""From what is there to what is used: select, probe, load, check and collect, each plugin under a guard of its own.

Nothing a plugin does here can reach another one or the host: an exception, `SystemExit`, a wrong return value or a
duplicate id ends in a state with a reason. Whether a plugin is used is all or nothing, and the order in which plugins
were installed is never looked at.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import pluggy

from shnor_engine.errors import PluginError
from shnor_engine.plugin.collect import CODE_LISTS, HOOKS, Brought, WrongContribution, gather, owned, unknown_hook
from shnor_engine.plugin.discovery import Found, in_folder, installed
from shnor_engine.plugin.probe import Probes
from shnor_engine.plugin.selection import Selection
from shnor_engine.plugin.surroundings import Surroundings, quiet
from shnor_engine.plugin.v1 import API_VERSION, GROUP, Hooks

State = Literal["loaded", "failed", "refused", "disabled", "missing"]
BUILT_IN = "built in"
CHANGES = "changes what belongs to the whole process"


@dataclass(frozen=True, slots=True)
class PluginState:
    """What became of one plugin.

    `loaded`; `failed` (it broke while it was loaded or listened to); `refused` (it is whole, but cannot be used:
    another interface version, a duplicate id); `disabled` (not wanted); `missing` (wanted, not there).
    """

    name: str
    distribution: str
    version: str
    state: State
    api_version: int | None = None
    brings: Mapping[str, int] | None = None
    load_ms: float | None = None
    error: str = ""

    @property
    def described(self) -> str:
        """«name (distribution version)», as errors call it."""
        origin = " ".join(part for part in (self.distribution, self.version) if part)
        return f"{self.name} ({origin})" if origin else self.name

    def to_json(self) -> dict[str, Any]:
        """`{"name", "distribution", "version", "api_version", "brings", "state", "load_ms", "error"}`."""
        return {
            "name": self.name,
            "distribution": self.distribution or None,
            "version": self.version or None,
            "api_version": self.api_version,
            "brings": dict(self.brings or {}),
            "state": self.state,
            "load_ms": None if self.load_ms is None else round(self.load_ms, 1),
            "error": self.error or None,
        }


@dataclass(frozen=True)
class Plugins:
    """Every plugin with its state, and what the loaded ones bring, by hook and id, in the order of the ids."""

    states: tuple[PluginState, ...] = ()
    things: Mapping[str, Mapping[str, Any]] | None = None
    codes: Mapping[str, Mapping[str, Any]] | None = None
    origins: Mapping[tuple[str, str], PluginState] | None = None

    def of(self, hook: str) -> list[Any]:
        """What the loaded plugins bring for a hook."""
        return list((self.things or {}).get(hook, {}).values())

    def origin(self, hook: str, item: str) -> PluginState | None:
        """The plugin that brings a thing, None for what is built in."""
        return (self.origins or {}).get((hook, item))

    @property
    def troubled(self) -> tuple[PluginState, ...]:
        """Plugins that are wanted and not used."""
        return tuple(state for state in self.states if state.state in ("failed", "refused", "missing"))


@dataclass(frozen=True, slots=True)
class _Loaded:
    found: Found
    state: PluginState
    brought: Brought | None = None


def load(
    *,
    discover: bool,
    select: Selection | None = None,
    given: Iterable[object] = (),
    folder: Path | None = None,
    built_in: Mapping[str, Iterable[str]] | None = None,
    codes: Mapping[str, Mapping[str, Any]] | None = None,
    probes: Probes | None = None,
    strict: bool = False,
) -> Plugins:
    """Find and load plugins; `discover` looks at installed distributions, `folder` at files, `given` are objects.

    `built_in` are the ids by hook, and `codes` the code lists, that the library has itself. With `strict` the first
    plugin that is wanted and cannot be used raises `PluginError`; without it the state says so and the others go on.
    """
    select = select or Selection()
    found = [*(installed() if discover else ()), *(in_folder(folder) if folder else ()), *map(_as_found, given)]
    wanted = [item for item in found if select.wants(item.name)]
    twice = {item.name for item in wanted if sum(other.name == item.name for other in wanted) > 1}
    probes = probes or Probes()
    loaded = [
        _one(item, twice, probes) if item in wanted else _Loaded(item, _said(item, "disabled")) for item in found
    ]
    brought = {hook for item in loaded if item.brought for hook, things in item.brought.things.items() if things}
    taken = {hook: frozenset((built_in or {}).get(hook, ())) for hook in brought}
    loaded = _refused(loaded, _id_clashes(loaded, taken) | _code_clashes(loaded, codes or {}))
    missing = [PluginState(name, "", "", "missing", error=_missing(name, found)) for name in _absent(select, found)]
    result = _joined(loaded, missing)
    if strict and result.troubled:
        first = result.troubled[0]
        raise PluginError(f"plugin {first.described}: {first.error}", first.name)
    return result


def _absent(select: Selection, found: list[Found]) -> tuple[str, ...]:
    return select.unknown(item.name for item in found)


def _missing(name: str, found: list[Found]) -> str:
    there = ", ".join(sorted({item.name for item in found})) or "none"
    return f"no plugin is called {name}; there are {there} (the name is that of the entry point, not of the package)"


def _as_found(plugin: object) -> Found:
    name = str(getattr(plugin, "name", "") or getattr(plugin, "__name__", type(plugin).__name__))
    return Found(name, "", "", "", lambda: plugin)


def _said(found: Found, state: State, **more: Any) -> PluginState:
    return PluginState(found.name, found.distribution, found.version, state, **more)


# --- one plugin -----------------------------------------------------------------------------------


def _one(found: Found, twice: set[str], probes: Probes) -> _Loaded:
    if found.name in twice:
        return _Loaded(found, _said(found, "refused", error=f"two plugins are called {found.name}; rename one"))
    if found.target and (why := probes.ask(found)):
        return _Loaded(found, _said(found, "refused", error=why))
    before, start = Surroundings(), time.perf_counter()
    plugin, error = _guarded(found.load)
    if changed := before.changed():
        return _Loaded(found, _said(found, "failed", error=f"{CHANGES} while it loads: {', '.join(changed)}"))
    state = _said(found, "loaded", load_ms=(time.perf_counter() - start) * 1000)
    if error:
        return _Loaded(found, replace(state, state="failed", error=f"does not load: {error}"))
    version = getattr(plugin, "api_version", None)
    if why := _unfit(version):
        known = version if isinstance(version, int) else None
        return _Loaded(found, replace(state, state="refused", error=why, api_version=known))
    state = replace(state, api_version=version)
    brought, error = _guarded(lambda: gather(_implementations(plugin)))
    if changed := before.changed():
        error = f"{CHANGES} in a hook: {', '.join(changed)}"
    if error:
        return _Loaded(found, replace(state, state="failed", error=error))
    assert isinstance(brought, Brought)
    return _Loaded(found, replace(state, brings=brought.counts()), brought)


def _unfit(version: object) -> str:
    if not isinstance(version, int) or isinstance(version, bool):
        return "says no api_version; write api_version = 1 beside its hooks"
    if version > API_VERSION:
        return f"needs plugin interface {version}, this library has {API_VERSION}; upgrade shnor-engine"
    return "" if version >= 1 else f"asks for plugin interface {version}, which never was; write api_version = 1"


def _guarded(call: Callable[[], object]) -> tuple[object, str]:
    """What a call gives, or the reason why it gave nothing; `SystemExit` is a reason like any other."""
    try:
        with quiet():
            return call(), ""
    except WrongContribution as error:
        return None, str(error)
    except (Exception, SystemExit) as error:
        return None, f"{type(error).__name__}: {error}"


def _implementations(plugin: object) -> dict[str, Callable[[], object]]:
    """The hooks that a plugin implements, checked against the specification."""
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(Hooks)
    manager.register(plugin)
    found = {}
    for caller in manager.get_hookcallers(plugin) or ():
        if caller.name not in HOOKS:
            raise WrongContribution(unknown_hook(caller.name))
        found[caller.name] = caller.get_hookimpls()[0].function
    return found


# --- all together ---------------------------------------------------------------------------------


def _id_clashes(loaded: list[_Loaded], built_in: Mapping[str, frozenset[str]]) -> dict[int, str]:
    """Why a plugin is refused, by its place: it brings an id of the library's own, or one that another brings too.

    Of two plugins with one id neither is used: which came first must not decide.
    """
    owners: dict[tuple[str, str], list[int]] = {}
    for place, item in enumerate(loaded):
        for hook, things in item.brought.things.items() if item.brought else ():
            for name in {owned(item_id) for item_id in things}:
                owners.setdefault((hook, name), []).append(place)
    clashes: dict[int, str] = {}
    for (hook, name), places in owners.items():
        own = name in built_in.get(hook, frozenset())
        for place in places if own or len(places) > 1 else ():
            others = [loaded[other].found.described() for other in places if other != place]
            said = ", ".join([*([BUILT_IN] if own else []), *others])
            clashes.setdefault(place, f"{hook}: {name} is also brought by {said}; rename it")
    return clashes


def _code_clashes(loaded: list[_Loaded], built_in: Mapping[str, Mapping[str, Any]]) -> dict[int, str]:
    """Why a plugin is refused, by its place: a code of its has another term elsewhere. Equal terms may be shared."""
    said: dict[tuple[str, str], list[tuple[int, Any]]] = {}
    for place, item in enumerate(loaded):
        for name, terms in item.brought.codes.items() if item.brought else ():
            for code, term in terms.items():
                said.setdefault((name, code), []).append((place, term))
    clashes: dict[int, str] = {}
    for (name, code), tellers in said.items():
        own = built_in.get(name, {}).get(code)
        for place, term in tellers:
            others = [loaded[other].found.described() for other, theirs in tellers if theirs != term]
            if own is not None and own != term:
                others.insert(0, BUILT_IN)
            if others:
                why = f"{CODE_LISTS}: {code} of {name} has another term in {', '.join(others)}; rename it"
                clashes.setdefault(place, why)
    return clashes


def _refused(loaded: list[_Loaded], clashes: Mapping[int, str]) -> list[_Loaded]:
    return [
        _Loaded(item.found, replace(item.state, state="refused", error=clashes[place])) if place in clashes else item
        for place, item in enumerate(loaded)
    ]


def _joined(loaded: list[_Loaded], missing: list[PluginState]) -> Plugins:
    things: dict[str, dict[str, Any]] = {}
    codes: dict[str, dict[str, Any]] = {}
    origins = {}
    for item in loaded:
        if item.brought is None:
            continue
        for hook, found in item.brought.things.items():
            things.setdefault(hook, {}).update(found)
            origins.update(dict.fromkeys(((hook, name) for name in found), item.state))
        for name, terms in item.brought.codes.items():
            codes.setdefault(name, {}).update(terms)
    ordered = {hook: dict(sorted(found.items())) for hook, found in sorted(things.items())}
    states = sorted([*(item.state for item in loaded), *missing], key=lambda state: (state.name, state.distribution))
    return Plugins(tuple(states), ordered, codes, origins)
