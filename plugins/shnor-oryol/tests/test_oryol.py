"""The methodology of Oryol region keeps the contract of packs."""

from __future__ import annotations

from shnor_engine.testing.packs import PackContract
from shnor_oryol.methodology import oryol


class TestOryol(PackContract):
    pack = oryol
    rising = {"Sitting.below_min": "met"}
