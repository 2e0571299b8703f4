"""What this plugin brings: the methodologies of the region."""

from __future__ import annotations

from shnor_engine.packs import Pack
from shnor_engine.plugin.v1 import hookimpl
from shnor_ryazan.methodology import ryazan

api_version = 1


@hookimpl
def packs() -> list[Pack]:
    """The methodologies of the region."""
    return list(ryazan())
