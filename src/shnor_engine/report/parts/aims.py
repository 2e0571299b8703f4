"""What the programme is for: whom, its aim and whether it can be measured, its tasks."""

from __future__ import annotations

from collections.abc import Iterator

from shnor_engine.events import MonitoringRecorded, ProgrammeAdopted, ResultRecorded
from shnor_engine.recommend.ground import Row
from shnor_engine.report.claims import Claim, ids
from shnor_engine.report.document import Block, Bullets, Paragraph, Section
from shnor_engine.report.material import Material, capital

READ_RU = {"met": "достигнут", "missed": "не достигнут", "unmeasurable": "измерить нельзя"}


def aims(material: Material) -> Section | None:
    """The aim and the tasks of the programme in force."""
    programme = material.last(ProgrammeAdopted)
    if programme is None:
        return None
    blocks: list[Block] = [Paragraph(tuple(_aim(material, programme)))]
    if programme["tasks"]:
        blocks.append(Bullets(tuple(_tasks(material, programme)), numbered=True))
    return Section("aims", "Цель и задачи программы", tuple(blocks))


def _aim(material: Material, programme: Row) -> Iterator[Claim]:
    own = (programme["event_id"],)
    if aim := programme["aim"]:
        ru = f"{aim} принята Программа." if aim.startswith("В целях ") else f"Цель: {aim}."
        yield Claim("programme.aim", ru, f"Aim (as printed): «{aim}».", events=own)
    if programme["categories"]:
        ru = ", ".join(material.term(code, "school.category") for code in programme["categories"])
        en = ", ".join(material.term_en(code, "school.category") for code in programme["categories"])
        yield Claim("programme.categories", f"Для кого: {ru}.", f"For whom: {en}.", events=own)
    yield from (_target(row) for row in material.rows("targets") if row["programme_id"] == programme["programme_id"])


def _target(row: Row) -> Claim:
    """Whether a target was reached; without a number or a measurement nobody can say."""
    reading, year = row["reading"], row["year"]
    if reading == "unmeasurable":
        why = "числового значения цели нет" if row["target"] is None else "измерений нет"
        why_en = "the aim has no number" if row["target"] is None else "nothing was measured"
        return Claim(
            "target.unmeasurable",
            f"Показатель «{row['indicator']}» к {year} году: измерить нельзя ({why}).",
            f"Indicator «{row['indicator']}» by {year}: unmeasurable ({why_en}).",
            "unverifiable",
            events=tuple(row["events"]),
            searched=(MonitoringRecorded.type, ResultRecorded.type),
        )
    return Claim(
        f"target.{reading}",
        f"Показатель «{row['indicator']}» к {year} году: {READ_RU[reading]} (цель {row['target']:g}, "
        f"факт {row['measured']:g}).",
        f"Indicator «{row['indicator']}» by {year}: {reading} (target {row['target']:g}, "
        f"measured {row['measured']:g}).",
        events=tuple(row["events"]),
    )


def _tasks(material: Material, programme: Row) -> Iterator[Claim]:
    """Each task with what is recorded of it in the years of the report; nothing recorded is no «nothing done»."""
    cells = [row for row in material.rows("task_coverage") if row["area"] == programme["area"]]
    known = [row for row in cells if row["evidence"] and row["year"] <= material.advice.year]
    for task in programme["tasks"]:
        mine = [row for row in known if row["task"] == task]
        years = ", ".join(f"{row['year']} – {row['activities']}" for row in mine)
        said = f"мероприятий в журнале: {years}" if years else "мероприятий в журнале нет"
        said_en = f"activities on record: {years}" if years else "no activities on record"
        yield Claim(
            f"task.{task}",
            f"{capital(material.term(task, 'programme.task'))} ({said}).",
            f"{capital(material.term_en(task, 'programme.task'))} ({said_en}).",
            events=ids([programme["event_id"]], *(row["events"] for row in mine)),
            searched=() if mine else ("activity.held",),
        )
