"""What this plugin brings: the methodology of the region."""

from __future__ import annotations

from shnor_engine.packs import Pack
from shnor_engine.plugin.v1 import hookimpl
from shnor_novosibirsk.methodology import three_lists

api_version = 1


@hookimpl
def packs() -> list[Pack]:
    """The methodology of the region."""
    return [three_lists()]
