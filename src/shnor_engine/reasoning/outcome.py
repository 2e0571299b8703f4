"""The five outcomes of a rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from shnor_engine.reasoning.values import Kleene

Outcome = Literal["met", "not_met", "not_applicable", "undetermined", "failed"]
OUTCOMES: tuple[Outcome, ...] = ("met", "not_met", "not_applicable", "undetermined", "failed")
OF_TRUTH: Mapping[Kleene, Outcome] = {True: "met", False: "not_met", None: "undetermined"}
