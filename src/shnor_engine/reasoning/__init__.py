"""What can be done with a rule: decide, explain, describe, check, compare, find the way out. One module, one verb."""

from __future__ import annotations

from shnor_engine.reasoning.backtest import Backtest, Placed, Recorded, Run, backtest
from shnor_engine.reasoning.check import Finding, check, check_together
from shnor_engine.reasoning.columns import columns, compiles
from shnor_engine.reasoning.decide import OUTCOMES, Outcome, Verdict, decide, decide_each
from shnor_engine.reasoning.describe import describe
from shnor_engine.reasoning.diff import Diff, Version, diff
from shnor_engine.reasoning.explain import explain
from shnor_engine.reasoning.explanation import Explanation, Missing, PackCard, Pairs, Reason, Threshold
from shnor_engine.reasoning.facts import Closing, Facts
from shnor_engine.reasoning.levers import Lever
from shnor_engine.reasoning.margin import Margin
from shnor_engine.reasoning.needs import Needs, needs
from shnor_engine.reasoning.placements import Placement, Published
from shnor_engine.reasoning.way_out import Change, Turn, WayOut, way_out

__all__ = [
    "OUTCOMES",
    "Backtest",
    "Change",
    "Closing",
    "Diff",
    "Explanation",
    "Facts",
    "Finding",
    "Lever",
    "Margin",
    "Missing",
    "Needs",
    "Outcome",
    "PackCard",
    "Pairs",
    "Placed",
    "Placement",
    "Published",
    "Reason",
    "Recorded",
    "Run",
    "Threshold",
    "Turn",
    "Verdict",
    "Version",
    "WayOut",
    "backtest",
    "check",
    "check_together",
    "columns",
    "compiles",
    "decide",
    "decide_each",
    "describe",
    "diff",
    "explain",
    "needs",
    "way_out",
]
