"""Approved reports: what was signed, as events, and the proof that it is still the same.

An approval stores no text. It stores the digest of the document and the moment that it was drawn up for; drawn up
again for that moment the document has that digest, whatever was told later.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from shnor_engine.errors import ReportError
from shnor_engine.events import ReportApproved, ReportGenerated
from shnor_engine.events.base import Envelope, stable_id
from shnor_engine.reasoning.language import day_text
from shnor_engine.report.document import Document
from shnor_engine.report.material import capital
from shnor_engine.report.parts.head import signed

if TYPE_CHECKING:
    from shnor_engine.tables import Snapshot

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Approved:
    """One approved revision: which report, of which moment, with which digest, by which role, on which day."""

    report_id: str
    revision: int
    position: int
    digest: str
    year: int
    on: date
    pack: str
    role: str
    organisation: str | None
    day: date
    event: str


def register(snapshot: Snapshot, report_id: str | None = None) -> list[Approved]:
    """Every approved revision that can be drawn up again, oldest first; of one report, or of all."""
    generated = {(row["report_id"], row["revision"]): row for row in _rows(snapshot, ReportGenerated)}
    found = []
    for row in _rows(snapshot, ReportApproved):
        made = generated.get((row["report_id"], row["revision"]))
        if made is None or made["digest"] is None or made["on"] is None or report_id not in (None, row["report_id"]):
            continue
        moment = {name: made[name] for name in ("digest", "year", "on", "pack")}
        found.append(
            Approved(
                row["report_id"],
                row["revision"],
                made["body_position"],  # the place that the report speaks of; `position` is its own
                **moment,
                role=row["approver_role"],
                organisation=row["organisation"],
                day=row["on"],
                event=row["event_id"],
            )
        )
    return found


def entries(
    snapshot: Snapshot,
    document: Document,
    *,
    report_id: str,
    area: str,
    role: str,
    organisation: str | None,
    day: date,
) -> list[Envelope]:
    """The two events of an approval, under ids that are the same for the same report, content and day.

    What is approved already gives the same entries again; other content of the same report is its next revision.
    """
    if day < document.on:
        raise ReportError(
            f"a report of {document.on} cannot be approved on {day}: that is before its day",
            ru=f"отчёт за {document.on} нельзя утвердить {day}: это раньше его дня",
        )
    known = [row for row in _rows(snapshot, ReportGenerated) if row["report_id"] == report_id]
    same = [row["revision"] for row in known if row["digest"] == document.digest]
    revision = same[0] if same else 1 + max((row["revision"] for row in known), default=0)
    made = ReportGenerated(
        report_id=report_id,
        area=area,
        title=document.title,
        revision=revision,
        position=document.position,
        digest=document.digest,
        year=document.year,
        on=document.on,
        pack=document.pack["id"],
    )
    approved = ReportApproved(
        report_id=report_id, approver_role=role, on=day, organisation=organisation, revision=revision
    )
    key = (report_id, revision, document.digest)
    return [
        Envelope(event=made, event_id=stable_id(document.on, 0, "report.generated", *key)),
        Envelope(event=approved, event_id=stable_id(day, 1, "report.approved", *key, role, day)),
    ]


def reissued(
    approved: Approved, again: Document, term: Callable[[str, str], str], name: Callable[[str], str]
) -> Document:
    """The approved document, drawn up again, with its approval block; raises `ReportError` where it differs."""
    if again.digest != approved.digest:
        raise ReportError(
            f"{approved.report_id}, revision {approved.revision}: drawn up again for position {approved.position} it "
            f"has the digest {again.digest}, not {approved.digest} as approved: the methodology {approved.pack}, "
            "the wording of this library or the parts of plugins are not those it was approved with",
            ru="составленный заново, отчёт отличается от утверждённого: сменились методика, слова или плагины",
        )
    place = approved.organisation and name(approved.organisation)
    block = signed(capital(term(approved.role, "role")), place, day_text(approved.day, "ru"), approved.event)
    return replace(again, approval=block)


def _rows(snapshot: Snapshot, cls: type[Any]) -> list[Row]:
    return list(snapshot[cls].sort("position").collect().to_dicts())
