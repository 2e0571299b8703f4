"""Methodologies: what a pack is, and the ones that come with the library."""

from __future__ import annotations

from collections.abc import Iterable

from shnor_engine.errors import UnknownPack
from shnor_engine.packs.artefact import Artefact, build, load_artefact
from shnor_engine.packs.examples import Example, read_examples
from shnor_engine.packs.pack import Binding, Decision, Pack, PublishedAs

__all__ = [
    "Artefact",
    "Binding",
    "Decision",
    "Example",
    "Pack",
    "PublishedAs",
    "build",
    "builtin_packs",
    "find_pack",
    "load_artefact",
    "read_examples",
]


def builtin_packs() -> tuple[Pack, ...]:
    """The built-in methodologies."""
    from shnor_engine.packs.builtin.draft_2024 import draft_2024
    from shnor_engine.packs.builtin.fioko_2020 import fioko_2020
    from shnor_engine.packs.builtin.low_results import low_results
    from shnor_engine.packs.builtin.monitoring import municipal_monitoring

    return (municipal_monitoring(), *low_results(), fioko_2020(), draft_2024())


def find_pack(pack_id: str, packs: Iterable[Pack] | None = None) -> Pack:
    """The pack of that id among these (the built-in ones by default); raises `UnknownPack` naming the loaded ones."""
    loaded = tuple(builtin_packs() if packs is None else packs)
    for pack in loaded:
        if pack.id == pack_id:
            return pack
    raise UnknownPack(pack_id, [pack.id for pack in loaded])
