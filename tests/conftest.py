"""Settings for every property: how long one case takes says how busy the machine is, not whether it is right.

At a desk properties look for new cases in every run. With `HYPOTHESIS_PROFILE=ci` they try the same cases every
time, so that a change is refused for what it does and not for the luck of the day.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("plain", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("HYPOTHESIS_PROFILE") == "ci" else "plain")
