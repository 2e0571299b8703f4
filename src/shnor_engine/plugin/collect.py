"""What plugins bring, kind by kind: called once under guard, checked at the border, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from typing import Any

from shnor_engine.plugin.v1 import Hooks

VERSION = "@"
MOST = 10_000  # things of one hook; an iterator that goes on is not waited for


@dataclass(frozen=True, slots=True)
class Kind:
    """One hook: what each thing it returns must be («module:Class», looked up when asked), and what its id is."""

    hook: str
    of: str
    id: Callable[[Any], str]
    a_class: bool = False


def versioned(item_id: str, version: str) -> str:
    """The id of one version of a thing: a plugin may bring several versions of one methodology."""
    return f"{item_id}{VERSION}{version}"


def owned(item_id: str) -> str:
    """What no two plugins may bring: the id of a thing without its version."""
    return item_id.partition(VERSION)[0]


def _name(item: Any) -> str:
    return str(item.name)


KINDS: tuple[Kind, ...] = (
    Kind("event_types", "shnor_engine.events.base:Event", lambda item: str(item.type), a_class=True),
    Kind("packs", "shnor_engine.packs:Pack", lambda item: versioned(item.id, item.version)),
    Kind("projections", "shnor_engine.projections:Projection", _name),
    Kind("importers", "shnor_engine.plugin.parts:Importer", _name),
    Kind("measures", "shnor_engine.plugin.parts:Measure", lambda item: str(item.code)),
    Kind("report_parts", "shnor_engine.plugin.parts:ReportPart", _name),
    Kind("commands", "click:Command", _name),
)
CODE_LISTS = "code_lists"
HOOKS = tuple(name for name in vars(Hooks) if not name.startswith("_"))


class WrongContribution(Exception):
    """What a plugin brings is not what its hook says; the text is for the state of the plugin."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What one plugin brings: things by hook and id, and codes by list."""

    things: Mapping[str, Mapping[str, Any]]
    codes: Mapping[str, Mapping[str, Any]]

    def counts(self) -> dict[str, int]:
        """How much it brings of each kind, of those it brings at all."""
        counted = {hook: len(items) for hook, items in self.things.items() if items}
        return counted | ({CODE_LISTS: sum(map(len, self.codes.values()))} if self.codes else {})


def gather(implementations: Mapping[str, Callable[[], object]]) -> Brought:
    """What the hooks of one plugin return, checked; raises `WrongContribution`, or whatever a hook raises."""
    things = {kind.hook: _things(kind, implementations[kind.hook]) for kind in KINDS if kind.hook in implementations}
    codes = _codes(implementations[CODE_LISTS]()) if CODE_LISTS in implementations else {}
    return Brought(things, codes)


def unknown_hook(name: str) -> str:
    """The sentence for a hook that is not there."""
    near = get_close_matches(name, HOOKS, n=2, cutoff=0.5)
    hint = f"did you mean {', '.join(near)}?" if near else f"there are {', '.join(HOOKS)}"
    return f"implements the hook «{name}», which is not in version 1; {hint}"


def _things(kind: Kind, call: Callable[[], object]) -> dict[str, Any]:
    returned = call()
    if returned is None or isinstance(returned, str | Mapping) or not isinstance(returned, Iterable):
        raise WrongContribution(f"{kind.hook}() gave {_said(returned)}; a list of {kind.of} is needed")
    wanted = _class(kind.of)
    found: dict[str, Any] = {}
    for item in returned:
        fits = isinstance(item, type) and issubclass(item, wanted) if kind.a_class else isinstance(item, wanted)
        if not fits:
            raise WrongContribution(f"{kind.hook}() gave {_said(item)} among its things; each must be {kind.of}")
        if kind.id(item) in found:
            raise WrongContribution(f"{kind.hook}() gave {kind.id(item)} twice")
        if len(found) >= MOST:
            raise WrongContribution(f"{kind.hook}() gave more than {MOST} things; does it ever end?")
        found[kind.id(item)] = item
    return found


def _codes(returned: object) -> dict[str, dict[str, Any]]:
    if not isinstance(returned, Mapping) or not all(isinstance(terms, Mapping) for terms in returned.values()):
        raise WrongContribution(f"{CODE_LISTS}() gave {_said(returned)}; list name → code → term is needed")
    return {str(name): {str(code): term for code, term in terms.items()} for name, terms in returned.items()}


def _class(path: str) -> type:
    module, name = path.split(":")
    return getattr(import_module(module), name)  # type: ignore[no-any-return]


def _said(value: object) -> str:
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) <= 60 else text[:57] + '…'}"
