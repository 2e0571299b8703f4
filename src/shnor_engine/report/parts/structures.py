"""What the district has set up: roadmaps, bodies of the programme, inspections and the audit of documents."""

from __future__ import annotations

from collections.abc import Iterator

from shnor_engine.events import AuditPerformed, InspectionHeld, RoadmapAdopted
from shnor_engine.recommend.ground import Row
from shnor_engine.report.claims import Claim, ids
from shnor_engine.report.document import Bullets, Section
from shnor_engine.report.material import Material, capital, dates

LEVEL = {
    "district": ("Дорожная карта района", "of the district"),
    "school": ("Дорожные карты школ", "of the schools"),
}


def structures(material: Material) -> Section | None:
    """One claim for each: what is there, and what the source does not say of it."""
    claims = (*_roadmaps(material), *_bodies(material), *_inspections(material), *_audits(material))
    return Section("structures", "Дорожные карты, структуры, проверки", (Bullets(claims),)) if claims else None


def _roadmaps(material: Material) -> Iterator[Claim]:
    for row in material.told(RoadmapAdopted):
        year, level = row["school_year"], LEVEL[row["level"]]
        span = f"на {year - 1}/{year % 100:02} учебный год" if year else "учебный год не указан"
        title = f"в источнике – «{row['title']}»" if row["title"] else "без названия"
        yield Claim(
            f"roadmap.{row['level']}",
            f"{level[0]}: {title} ({span}).",
            f"Roadmap {level[1]}: {title} ({f'{year - 1}/{year % 100:02}' if year else 'school year not said'}).",
            events=(row["event_id"],),
        )


def _bodies(material: Material) -> Iterator[Claim]:
    rows = sorted(material.rows("bodies"), key=lambda row: material.ground.rank(row["kind"], "body.kind"))
    for row in rows:
        if row["kind"] == "methodical_centre":
            continue  # the author of the report, not a thing that the programme set up
        room = f"; вместимость {row['capacity']}" if row["capacity"] is not None else ""
        room_en = f"; capacity {row['capacity']}" if row["capacity"] is not None else ""
        yield Claim(
            f"body.{row['kind']}",
            f"Действует: {row['name']}{room}.",
            f"In place: {material.term_en(row['kind'], 'body.kind')}{room_en}.",
            events=tuple(row["events"]),
        )


def _inspections(material: Material) -> Iterator[Claim]:
    for row in material.told(InspectionHeld):
        schools, when = material.ground.said(row["schools"]), dates([row])
        yield Claim(
            "inspection.held",
            f"{capital(row['scope'] or 'проверка проведена')} (школы: {schools or 'не указаны'}; "
            f"{when or 'дата не указана'}).",
            f"An inspection was held (schools: {schools or 'not said'}; {when or 'date not said'}).",
            events=(row["event_id"],),
        )


def _audits(material: Material) -> Iterator[Claim]:
    audits: dict[str, list[Row]] = {}
    for row in material.told(AuditPerformed):
        audits.setdefault(row["audit_id"], []).append(row)
    for audit, rows in sorted(audits.items()):
        documents = "; ".join(f"«{one}»" for row in rows for one in row["documents"] or ())
        schools = material.ground.said({one for row in rows for one in row["schools"] or ()})
        topics = {one for row in rows for one in row["topics"] or ()}
        where = f"школы: {schools or 'не указаны'}; {dates(rows) or 'дата не указана'}"
        yield Claim(
            f"audit.{audit}",
            f"Проведён аудит (предмет: {documents or 'не указан'}; {where}); вопросов, по которым даны рекомендации: "
            f"{len(topics)}.",
            f"An audit was held ({len(topics)} topics).",
            events=ids([row["event_id"] for row in rows]),
        )
