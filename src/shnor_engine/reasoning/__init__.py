"""What can be done with a rule: decide, explain, describe, check. One module, one verb."""

from __future__ import annotations

from shnor_engine.reasoning.check import Finding, check
from shnor_engine.reasoning.decide import OUTCOMES, Outcome, Verdict, decide, decide_each
from shnor_engine.reasoning.describe import describe
from shnor_engine.reasoning.explain import explain
from shnor_engine.reasoning.explanation import Explanation, Missing, PackCard, Pairs, Reason, Threshold
from shnor_engine.reasoning.facts import Closing, Facts
from shnor_engine.reasoning.margin import Margin
from shnor_engine.reasoning.placements import Placement, Published

__all__ = [
    "OUTCOMES",
    "Closing",
    "Explanation",
    "Facts",
    "Finding",
    "Margin",
    "Missing",
    "Outcome",
    "PackCard",
    "Pairs",
    "Placement",
    "Published",
    "Reason",
    "Threshold",
    "Verdict",
    "check",
    "decide",
    "decide_each",
    "describe",
    "explain",
]
