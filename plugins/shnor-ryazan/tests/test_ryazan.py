"""The methodologies of Ryazan region keep the contract of packs: each reading of the cut and of equal schools."""

from __future__ import annotations

from shnor_engine.testing.packs import PackContract
from shnor_ryazan.methodology import ryazan

OPEN, TIES_IN, FLOOR, HALF_UP = ryazan()


class TestTiesOpen(PackContract):
    pack = OPEN


class TestTiesIn(PackContract):
    pack = TIES_IN


class TestRoundedDown(PackContract):
    pack = FLOOR


class TestRounded(PackContract):
    pack = HALF_UP
