"""Where a rule or a value stands in the law."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Clause:
    """A place in an act: `point` («п. 3.1»), the act's name, the quoted words, a link, the day of publication.

    `confidence` says how sure the source is: `stated` (read in the act), `known` (held to be so, not re-read) or
    `default` (chosen by the author of the pack).
    """

    point: str
    act: str = ""
    act_en: str = ""
    point_en: str = ""
    quote: str = ""
    link: str = ""
    published: date | None = None
    confidence: str = "known"

    def cite(self, language: str = "ru") -> str:
        """The reference as one reads it aloud: the act, then the point."""
        russian = language == "ru"
        act = self.act if russian else self.act_en or self.act
        point = self.point if russian else self.point_en or self.point
        return ", ".join(part for part in (act, point) if part)
