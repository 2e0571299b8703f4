"""What a finding is, and every code there is with how much it weighs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Severity = Literal["error", "warning", "note"]

# Every code has a heading in docs/reference/findings.md; a test compares.
CODES: Mapping[str, Severity] = {
    "unknown-field": "error",
    "unknown-clause": "error",
    "type-clash": "error",
    "unit-clash": "error",
    "clauses-in-circle": "error",
    "value-missing": "error",
    "looks-before-law": "warning",
    "versions-overlap": "error",
    "two-rules": "error",
    "exceptions-in-circle": "error",
    "never-decides": "warning",
    "decided-in-epoch": "warning",
    "row-shadowed": "warning",
    "row-missing": "warning",
    "otherwise-unreached": "warning",
    "rows-overlap": "error",
    "limit-idle": "warning",
    "code-dead": "warning",
    "review-due": "warning",
    "unreadable": "error",
    "not-said": "error",
    "nowhere-valid": "error",
    "example-wrong": "error",
    "example-missing": "warning",
    "by-hand": "note",
    "source-missing": "note",
    "translation-missing": "note",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One hole: its code, what is wrong and what to do, and where the author wrote it (empty: in no one place)."""

    code: str
    message: str
    where: str = ""
    ru: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.code}: {self.message}" if self.where else f"{self.code}: {self.message}"

    @property
    def severity(self) -> Severity:
        """`error`: the rule cannot decide rightly; `warning`: it can, hardly as meant; `note`: it lacks a word."""
        return CODES.get(self.code, "warning")

    def text(self, language: str = "ru") -> str:
        """What is wrong, in a language."""
        return self.ru if language == "ru" and self.ru else self.message

    def to_dict(self) -> dict[str, Any]:
        """`{"code", "severity", "text", "where"}`."""
        text = {"ru": self.text("ru"), "en": self.text("en")}
        return {"code": self.code, "severity": self.severity, "text": text, "where": self.where}
