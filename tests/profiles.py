"""Settings for every property: how long one case takes says how busy the machine is, not whether it is right.

`HYPOTHESIS_PROFILE` says where they run. At the `desk`, which is the default, properties look for new cases in every
run. At the door, `ci`, they try the same cases every time, so that a change is refused for what it does and not for
the luck of the day. At night, `nightly`, each rule is asked about twenty times as many worlds, new ones every night.
"""

from __future__ import annotations

import os

from hypothesis import settings

PROFILES = ("desk", "ci", "nightly")
PROFILE = os.environ.get("HYPOTHESIS_PROFILE") or "desk"
NIGHTLY = PROFILE == "nightly"


def load_profile() -> None:
    """The settings of the profile that was asked for; raises `ValueError` for one that does not exist."""
    if PROFILE not in PROFILES:
        raise ValueError(f"HYPOTHESIS_PROFILE={PROFILE}: no such setting; there are {', '.join(PROFILES)}")
    settings.register_profile("desk", deadline=None)
    settings.register_profile("ci", deadline=None, derandomize=True, database=None)
    settings.register_profile("nightly", deadline=None, database=None)
    settings.load_profile(PROFILE)
