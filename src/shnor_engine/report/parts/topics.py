"""The topics on which audits gave recommendations, to whom, and how far they were carried out."""

from __future__ import annotations

from collections.abc import Iterator

from shnor_engine.recommend.ground import Row
from shnor_engine.report.claims import Claim, ids
from shnor_engine.report.document import Block, Bullets, Cell, Paragraph, Section, Table
from shnor_engine.report.material import Material, in_order

STATUS_RU = {
    "issued": "выдана",
    "accepted": "принята",
    "implemented": "выполнена",
    "verified": "проверена",
    "expired": "срок истёк",
    "withdrawn": "отозвана",
    "reopened": "открыта вновь",
}


def topics(material: Material) -> Section | None:
    """The topics in the order of their list, then schools by topics where recommendations name schools."""
    rows = material.rows("audit_topics")
    if not rows:
        return None
    blocks: list[Block] = [Bullets(tuple(_topics(material, rows)))]
    nobody = [row for row in rows if row["school_id"] is None]
    if nobody:
        blocks.append(Paragraph((_to_nobody(nobody),)))
    blocks += _matrix(material)
    return Section("topics", "Вопросы, по которым даны рекомендации аудита", tuple(blocks))


def _topics(material: Material, rows: list[Row]) -> Iterator[Claim]:
    named = {row["topic"] for row in rows if row["topic"]}
    for topic in sorted(named, key=lambda one: material.ground.rank(one, "audit.topic")):
        mine = [row for row in rows if row["topic"] == topic]
        yield Claim(
            f"topic.{topic}",
            material.term(topic, "audit.topic"),
            material.term_en(topic, "audit.topic"),
            events=ids(*(row["events"] for row in mine)),
        )


def _to_nobody(rows: list[Row]) -> Claim:
    return Claim(
        "topics.to_whom",
        "Каким школам какая рекомендация дана, источник не говорит.",
        "The source does not say which school got which recommendation.",
        "unverifiable",
        events=ids(*(row["events"] for row in rows)),
    )


def _matrix(material: Material) -> list[Block]:
    """Schools by topics with the status of each recommendation; nothing where none names a school."""
    rows = [row for row in material.rows("recommendations") if row["scope"] == "school" and row["topic"]]
    if not rows:
        return []
    codes = list(material.snapshot.registry.codes("audit.topic"))
    lines = tuple(
        (
            Cell(material.ground.name(school)),
            *(_status([row for row in rows if row["about"] == school and row["topic"] == topic]) for topic in codes),
        )
        for school in in_order({str(row["about"]) for row in rows})
    )
    head = ("Школа", *(str(number) for number in range(1, len(codes) + 1)))
    caption = "Рекомендации по школам; номера – вопросы списка выше: " + "; ".join(
        f"{number} – {material.term(code, 'audit.topic')}" for number, code in enumerate(codes, start=1)
    )
    return [Table("topics", head, lines, (23, *[11] * len(codes)), caption)]


def _status(rows: list[Row]) -> Cell:
    said = ", ".join(dict.fromkeys(STATUS_RU.get(str(row["status"]), str(row["status"])) for row in rows))
    return Cell(said or "–", ids(*(row["events"] for row in rows)))
