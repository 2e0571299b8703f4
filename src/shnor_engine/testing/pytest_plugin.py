"""The pytest side of the test kit, named by an entry point: one option, and nothing is imported until it is asked."""

from __future__ import annotations

from typing import Any

OPTION = "--shnor-update"


def pytest_addoption(parser: Any) -> None:
    """`--shnor-update` writes the texts that are kept beside the tests anew, to be read and committed."""
    group = parser.getgroup("shnor", "shnor-engine: contracts of methodologies")
    group.addoption(OPTION, action="store_true", default=False, help="write the kept texts of packs anew")
