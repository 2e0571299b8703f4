"""Settings for every property: how long one case takes says how busy the machine is, not whether it is right."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("plain", deadline=None)
settings.load_profile("plain")
