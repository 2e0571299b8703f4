"""What can be done with a rule: decide, columns, explain, describe, check. One module, one verb."""

from __future__ import annotations

from shnor_engine.reasoning.check import Finding, check
from shnor_engine.reasoning.columns import columns, compiles
from shnor_engine.reasoning.decide import OUTCOMES, Outcome, Verdict, decide, decide_each
from shnor_engine.reasoning.describe import describe
from shnor_engine.reasoning.explain import explain
from shnor_engine.reasoning.explanation import Explanation, Missing, PackCard, Pairs, Reason, Threshold
from shnor_engine.reasoning.facts import Closing, Facts
from shnor_engine.reasoning.margin import Margin

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
    "Reason",
    "Threshold",
    "Verdict",
    "check",
    "columns",
    "compiles",
    "decide",
    "decide_each",
    "describe",
    "explain",
]
