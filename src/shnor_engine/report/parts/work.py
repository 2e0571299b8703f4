"""Table 1: what took place, by form and hosts, and what of it came too late to bear on the list of the year."""

from __future__ import annotations

from shnor_engine.assessment import order
from shnor_engine.recommend.ground import Ground, Row
from shnor_engine.report.claims import Claim
from shnor_engine.report.document import Block, Cell, Paragraph, Section, Table
from shnor_engine.report.material import Material, capital, dates, event_ids
from shnor_engine.report.pictures.roadmap import roadmap

Group = tuple[str, str, tuple[str, ...], str]


def activities(material: Material) -> Section | None:
    """What took place; what only has a span is told apart from what has a date."""
    ground = material.ground
    groups: dict[Group, list[Row]] = {}
    for row in ground.activities:
        hosts = tuple(sorted(row["hosts"], key=order))
        groups.setdefault((row["direction"] or "", row["form"], hosts, row["host_certainty"]), []).append(row)
    if not groups:
        return None
    rows = tuple(_row(ground, key, groups[key]) for key in sorted(groups, key=lambda key: _place(ground, key)))
    head = ("Направление", "Форма", "Место проведения", "Когда")
    blocks: list[Block] = [
        Table("table_1", head, rows, (26, 22, 30, 22), grouped=True),
        Paragraph((_counts(ground),)),
    ]
    blocks += [Paragraph((claim,)) for claim in _too_late(material)]
    blocks += roadmap(material)
    return Section("work", "Таблица 1. Мероприятия", tuple(blocks))


def _row(ground: Ground, key: Group, rows: list[Row]) -> tuple[Cell, ...]:
    direction, form, hosts, sure = key
    events = event_ids(rows)
    said = (_direction(ground, direction), capital(ground.term(form)), _hosts(ground, hosts, sure), dates(rows))
    return tuple(Cell(text, events) for text in said)


def _too_late(material: Material) -> list[Claim]:
    """What took place after the procedures behind the list of the year: it cannot have caused that list."""
    ground, year = material.ground, material.advice.year
    late = {
        row["activity_id"] for row in material.rows("plausibility") if row["list_year"] == year and row["too_late"]
    }
    rows = [row for row in ground.activities if row["activity_id"] in late]
    if not rows:
        return []
    said: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: ground.rank(row["form"], "activity.form")):
        said.setdefault(ground.term(row["form"]), []).append(row)
    forms = "; ".join(f"{form} ({dates(some)})" for form, some in said.items())
    why = "прошло после оценочных процедур (по умолчанию март – июнь)"
    return [
        Claim(
            "work.too_late",
            f"На перечень {year} года повлиять не могло, так как {why}: {forms}.",
            f"{len(rows)} activities came after the procedures of {year} (by default March – June) and cannot have "
            "caused its list.",
            events=event_ids(rows),
            refs=("default: procedures are held from March to June",),
        )
    ]


def _place(ground: Ground, key: Group) -> tuple[object, ...]:
    """Rows of the table in the order in which the lists of codes name directions and forms."""
    direction, form, *rest = key
    return ground.rank(direction, "activity.direction"), ground.rank(form, "activity.form"), *rest


def _counts(ground: Ground) -> Claim:
    dated: dict[str, int] = {}
    for row in ground.activities:
        if not row["continuous"]:
            dated[row["direction"] or ""] = dated.get(row["direction"] or "", 0) + 1
    some = "; ".join(f"{_direction(ground, code).lower()} – {number}" for code, number in sorted(dated.items()))
    whole = sum(row["continuous"] for row in ground.activities)
    parts = [f"Событий с датой: {some or 'нет'}", *([f"в течение срока, без даты: {whole}"] if whole else [])]
    return Claim(
        "work.counts",
        "; ".join(parts) + ".",
        f"Dated activities: {sum(dated.values())}; throughout a span, without a date: {whole}.",
        events=event_ids(ground.activities),
    )


def _direction(ground: Ground, direction: str) -> str:
    return capital(ground.term(direction, "activity.direction")) if direction else "не указано"


def _hosts(ground: Ground, hosts: tuple[str, ...], certainty: str) -> str:
    said = ground.said(hosts) or "не указано"
    return f"одна из площадок: {said}" if certainty == "ambiguous" else said
