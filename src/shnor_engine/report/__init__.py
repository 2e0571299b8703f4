"""What people read: the history of the lists, and the analytical note as Markdown."""

from shnor_engine.report.list_history import FlowStep, ListHistory, ListYear, list_history
from shnor_engine.report.note import note

__all__ = ["FlowStep", "ListHistory", "ListYear", "list_history", "note"]
