"""The criteria of studies keep the contract of packs."""

from __future__ import annotations

from shnor_engine.testing.packs import PackContract
from shnor_studies.persistent import persistent


class TestPersistent(PackContract):
    pack = persistent
    rising = {"Sitting.below_min": "met"}
