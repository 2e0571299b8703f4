"""Dated law: values with their unit, clause and dates, read by day, by what was known, and by region."""

from __future__ import annotations

from shnor_engine.law.brackets import Brackets
from shnor_engine.law.clause import Clause
from shnor_engine.law.dated import Dated, DatedAt, Parameters, Share, Since, percent
from shnor_engine.law.law import Law, Override, Valued

__all__ = [
    "Brackets",
    "Clause",
    "Dated",
    "DatedAt",
    "Law",
    "Override",
    "Parameters",
    "Share",
    "Since",
    "Valued",
    "percent",
]
