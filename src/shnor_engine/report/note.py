"""The annual report as Markdown, for whoever needs the text alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shnor_engine.assessment import Assessment
from shnor_engine.recommend import Advice
from shnor_engine.report.annual import annual_report
from shnor_engine.report.material import Material
from shnor_engine.report.render.markdown import markdown

if TYPE_CHECKING:
    from shnor_engine.tables import Snapshot


def note(snapshot: Snapshot, decided: Assessment, advice: Advice) -> str:
    """The note on the decisions of one moment."""
    return markdown(annual_report(Material(snapshot, decided, advice)))
