"""What this plugin brings: criteria that studies used, which no authority has set."""

from __future__ import annotations

from shnor_engine.packs import Pack
from shnor_engine.plugin.v1 import hookimpl
from shnor_studies.persistent import persistent

api_version = 1


@hookimpl
def packs() -> list[Pack]:
    """The criteria of studies."""
    return [persistent()]
