"""The methodologies that come with the library; here, and only here, the core speaks of the field.

What packs of other authors may share stands here: the facts of results and lists with the projections that fill
them, the labels of decisions, the words for procedures.
"""

from __future__ import annotations

from shnor_engine.packs.builtin.labels import DECISIONS
from shnor_engine.packs.builtin.monitoring import Membership, Monitoring, MunicipalMonitoring, municipal_monitoring
from shnor_engine.packs.builtin.procedures import words
from shnor_engine.packs.builtin.sittings import FINAL, MAIN, PERCENT_TEXTS, Sitting
from shnor_engine.packs.builtin.totals import KIND, TOTALS, YearTotals

__all__ = [
    "DECISIONS",
    "FINAL",
    "KIND",
    "MAIN",
    "PERCENT_TEXTS",
    "TOTALS",
    "Membership",
    "Monitoring",
    "MunicipalMonitoring",
    "Sitting",
    "YearTotals",
    "municipal_monitoring",
    "words",
]
