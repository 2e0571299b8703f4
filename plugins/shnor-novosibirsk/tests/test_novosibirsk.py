"""The methodology of Novosibirsk region keeps the contract of packs."""

from __future__ import annotations

from shnor_engine.testing.packs import PackContract
from shnor_novosibirsk.methodology import three_lists


class TestThreeLists(PackContract):
    pack = three_lists
