"""The head: who approved, the title, and the programme in one sentence."""

from __future__ import annotations

from shnor_engine.events import ProgrammeAdopted, ReportApproved, ReportGenerated
from shnor_engine.events.russian_dates import say_when
from shnor_engine.reasoning.language import day_text
from shnor_engine.recommend.ground import when_of
from shnor_engine.report.claims import Claim
from shnor_engine.report.document import Approval, Paragraph
from shnor_engine.report.material import Material, capital

TITLE = "Аналитическая справка о школах с низкими образовательными результатами"
BLANK = "____________"
UNSIGNED = ("Утверждаю", f"{BLANK} (должность)", f"«__» {BLANK} 20__ г.")


def approval(material: Material) -> Approval:
    """Who approved the report of this very day, as a role, and when; blanks where the log knows of no approval.

    An approval is of one day and one content: a report of a later day has to be approved anew.
    """
    known = [row for row in material.told(ReportApproved) if row["on"] == material.decided.on]
    if not known:
        return Approval(UNSIGNED)
    report = known[-1]
    organisation = report["organisation"] and material.ground.name(report["organisation"])
    return signed(
        material.term(report["approver_role"], "role"), organisation, day_text(report["on"], "ru"), report["event_id"]
    )


def signed(role: str, organisation: str | None, day: str, event: str) -> Approval:
    """The block of a report that was approved."""
    return Approval(("Утверждаю", capital(role), *([organisation] if organisation else []), day), (event,))


def title(material: Material) -> tuple[str, tuple[str, ...]]:
    """The title of the report as the log holds it, with its event; else a plain one."""
    report = next((row for row in reversed(material.told(ReportGenerated)) if row["title"]), None)
    if material.period is not None:  # what was drawn up before was of a year
        return f"{TITLE}: {material.time('ru')}", ()
    return (TITLE, ()) if report is None else (report["title"], (report["event_id"],))


def opening(material: Material) -> tuple[Paragraph, ...]:
    """The programme with its years."""
    programme = material.last(ProgrammeAdopted)
    if programme is None:
        return ()
    period = when_of(programme, "period")
    years = f" ({say_when(period)})" if period else ""
    claim = Claim(
        "programme.title",
        f"{programme['title']}{years}.",
        f"The programme «{programme['title']}»{years}.",
        events=(programme["event_id"],),
    )
    return (Paragraph((claim,)),)
