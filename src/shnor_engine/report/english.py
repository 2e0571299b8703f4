"""The English of a report beside the Russian: titles of its sections, and words around its sentences.

Sentences carry their English themselves (`Claim.en`). What the log says in Russian stays as it was said: names, the
title of the programme, cells of tables and their heads.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from shnor_engine.report.document import Document, Section
from shnor_engine.report.parts.head import TITLE

Language = Literal["ru", "en"]

TITLES: Mapping[str, str] = {
    "changes": "What changed",
    "period": "Held in this period",
    "aims": "Aim and tasks of the programme",
    "lists": "The lists by year",
    "flow": "Entries and exits",
    "risks": "Risk profiles",
    "structures": "Roadmaps, structures, inspections",
    "work": "Table 1. Activities",
    "topics": "Topics of the audit's recommendations",
    "prevention": "Prevention in all schools",
    "indicators": "Indicators of the programme",
    "control": "Checks of the data and of the programme",
    "decisions": "Decisions",
    "conclusion": "Conclusion",
    "next": "What next",
    "advice": "Recommendations that follow from the facts",
    "gaps": "What the log does not hold",
    "why": "Why",
    "how_far": "How far from leaving or coming back",
    "by_what": "What was done",
    "how_sure": "How sure",
    "changed": "What changed",
}
TITLE_EN = "Analytical note on schools with low educational results"
PASSPORT_RU, PASSPORT_EN = "Паспорт школы", "Passport of the school"


def section_title(section: Section, language: Language) -> str:
    """The heading of a section; that of a plugin's part as the plugin gives it."""
    return TITLES.get(section.id, section.title) if language == "en" else section.title


def document_title(document: Document, language: Language) -> str:
    """The title; one that the log holds stands as it was given."""
    if language == "ru":
        return document.title
    if document.kind == "passport":
        return document.title.replace(PASSPORT_RU, PASSPORT_EN, 1)
    if not document.title.startswith(TITLE):
        return document.title
    return TITLE_EN if document.period is None else f"{TITLE_EN}: {document.period}"
