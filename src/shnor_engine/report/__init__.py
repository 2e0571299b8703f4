"""What people read: the history of the lists, the annual report and the school passport, in every format."""

from shnor_engine.report.annual import annual_report
from shnor_engine.report.attribution import Design
from shnor_engine.report.claims import Claim
from shnor_engine.report.document import Document
from shnor_engine.report.list_history import FlowStep, ListHistory, ListYear, list_history
from shnor_engine.report.material import Material
from shnor_engine.report.note import note

__all__ = [
    "Claim",
    "Design",
    "Document",
    "FlowStep",
    "ListHistory",
    "ListYear",
    "Material",
    "annual_report",
    "list_history",
    "note",
]
