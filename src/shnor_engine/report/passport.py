"""The passport of one school on one page: why, how far, by what, how sure, what next, what changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from shnor_engine.assessment import Decision
from shnor_engine.events import ResultRecorded
from shnor_engine.events.russian_dates import say_when
from shnor_engine.projections.life import LIVE
from shnor_engine.reasoning.explanation import Reason
from shnor_engine.recommend.ground import when_of
from shnor_engine.report.annual import foot, sources
from shnor_engine.report.claims import Claim, ids
from shnor_engine.report.document import Block, Bullets, Cell, Document, Paragraph, Section, Table, Trees
from shnor_engine.report.list_history import UNKNOWN_RU
from shnor_engine.report.material import Material, capital, many
from shnor_engine.report.parts.advice import said
from shnor_engine.report.parts.certainty import certainty
from shnor_engine.report.parts.decisions import tree
from shnor_engine.report.parts.topics import STATUS_RU
from shnor_engine.report.pictures.schools_years import state

if TYPE_CHECKING:
    from shnor_engine.packs import Pack
    from shnor_engine.reasoning.way_out import WayOut

AT_THEIR_END = ("verified", "withdrawn")  # states in which nothing is left to be done
STATE_RU = {"listed": "в перечне", "off": "не в перечне", "unknown": UNKNOWN_RU, "conflict": "источники расходятся"}


def passport(material: Material, school: str) -> Document:
    """The page of one school; `material` holds the decision on it, and the lists of all."""
    decision = material.decided[school]
    parts = (_why, _how_far, _by_what, _how_sure, _next, _changed)
    sections = tuple(part(material, decision) for part in parts)
    row = next((row for row in material.rows("schools") if row["school_id"] == school), None)
    document = Document(
        kind="passport",
        title=f"Паспорт школы: {material.full_name(school)}",
        title_events=() if row is None else tuple(row["events"]),
        approval=None,
        opening=(),
        sections=sections,
        foot=foot(material),
        on=material.decided.on,
        position=material.snapshot.position,
        year=material.advice.year,
        period=material.period,
        pack={"id": decision.pack.id, "version": decision.pack.version, "digest": decision.pack.digest},
        law=material.decided.law,
    )
    return replace(document, sources=sources(material.snapshot, document.events()))


def _why(material: Material, decision: Decision) -> Section:
    """The years on the list, the status of the year and its reasons."""
    rows = material.ground.membership.get(decision.subject, {})
    years = [y.year for y in material.history.lists if y.year <= material.advice.year]
    states = {year: state(rows.get(year)) for year in years}
    cells = tuple(
        Cell(STATE_RU[states[year]], tuple(rows[year]["events"]) if year in rows else (), states[year])
        for year in years
    )
    time = decision.time
    head = f"Статус за {time['ru']}" if time["ru"] else "Статус"
    head_en = f"Status of {time['en']}" if time["en"] else "Status"
    status = Claim(
        "school.status",
        f"{head}: {decision.label('ru')}. {capital(decision.reason('ru'))}.",
        f"{head_en}: {decision.label('en')}. {capital(decision.reason('en'))}.",
        events=decision.events,
        refs=(f"pack {decision.pack.id} {decision.pack.version}",),
    )
    blocks: list[Block] = [Paragraph((status,))]
    if 2 <= len(years) <= 12:
        blocks.append(Table("school_years", tuple(map(str, years)), (cells,), (1,) * len(years)))
    blocks.append(Trees("explanation", "Объяснение до фактов", (tree(decision),)))
    return Section("why", "Почему", tuple(blocks))


def _how_far(material: Material, decision: Decision) -> Section:
    """The way out by each methodology; where none is a change, the margins of the clauses, or why there are none."""
    ways = tuple(_way(pack, way) for pack, way in material.ways)
    turned = any(way.changes for _, way in material.ways)
    margins = {r.text.ru: _margin(r) for r in _reasons(decision.explanation.because) if r.margin is not None}
    beside = () if turned else tuple(margins.values()) or (_no_margin(material, decision),)
    return Section("how_far", "Как далеко до выхода или возврата", (Bullets((*ways, *beside)),))


def _way(pack: Pack, way: WayOut) -> Claim:
    """How a decision turns, by which least change; where it cannot, why not."""
    ru, en = (_turned(way, language) for language in ("ru", "en"))
    events = ids(*(change.events for change in way.changes))
    return Claim(
        f"school.way_out.{way.kind}",
        f"{ru.rstrip('.')}.",
        f"{en.rstrip('.')}.",
        {"sufficient": "true_for_data_held", "not_found": "unverifiable"}.get(way.kind, "true"),  # type: ignore[arg-type]
        events=events,
        refs=(f"pack {pack.id} {pack.version} {pack.digest}", f"way out: {way.kind}"),
        lead=f"По методике {pack.id}.",
    )


def _turned(way: WayOut, language: str) -> str:
    """The way out in one line: the changes, or the reason why none turns it; the school is named at the head."""
    head, *lines = way.text(language).splitlines()
    said = head.split(": ", 1)[-1]
    if way.changes:
        said = " ".join([said, *(line.removeprefix("– ") for line in lines)])
    return capital(said.rstrip(":"))


def _has_results(material: Material, school: str) -> bool:
    import polars as pl

    mine = material.snapshot[ResultRecorded].filter(pl.col("school_id") == school)
    return not mine.head(1).collect().is_empty()


def _reasons(because: tuple[Reason, ...]) -> Iterator[Reason]:
    for reason in because:
        yield reason
        yield from _reasons(reason.because)


def _margin(reason: Reason) -> Claim:
    margin = reason.margin
    assert margin is not None
    way, way_en = ("больше", "more") if margin.up else ("меньше", "fewer")
    unit = f" {margin.unit}" if margin.unit else ""
    return Claim(
        f"school.margin.{reason.clause}",
        f"{capital(reason.text.ru)}: ответ изменится, если будет на {margin.units}{unit} {way}.",
        f"{capital(reason.text.en)}: the answer turns with {margin.units} {margin.unit_en or ''} {way_en}.",
        events=reason.events,
        refs=("margin of the clause, all else kept",),
    )


def _no_margin(material: Material, decision: Decision) -> Claim:
    held = _has_results(material, decision.subject)
    why = (
        ("правило решает по спискам, а не по числам", "the rule decides by lists and not by numbers")
        if held
        else ("результаты оценочных процедур не внесены", "no results of procedures are held")
    )
    return Claim(
        "school.margin.none",
        f"Расстояние не посчитать: {why[0]}.",
        f"The distance cannot be computed: {why[1]}.",
        "unverifiable",
        searched=(ResultRecorded.type,),
    )


def _by_what(material: Material, decision: Decision) -> Section:
    """What took place at the school or for it, with the dates as exact as they are told."""
    school, ground = decision.subject, material.ground
    rows = [row for row in ground.activities if school in row["hosts"] or school in row["participants"]]
    claims = []
    for row in rows:
        when = when_of(row)
        sure = row["host_certainty"] == "certain" or school in row["participants"]
        where = "" if sure else " (могло пройти на другой площадке)"
        claims.append(
            Claim(
                f"school.activity.{row['form']}",
                f"{capital(ground.term(row['form']))} – {say_when(when) if when else 'дата не указана'}{where}",
                f"{row['form']}, {row['when_start']}.",
                "true" if sure else "true_for_data_held",
                events=tuple(row["events"]),
            )
        )
    if not claims:
        claims.append(
            Claim(
                "school.activity.none",
                "Мероприятий, в которых названа школа, в журнале нет (это не значит, что их не было).",
                "The log holds no activity that names the school (which does not say that there was none).",
                searched=("activity.held",),
            )
        )
    return Section("by_what", "Что проводилось", (Bullets(tuple(claims)),))


def _how_sure(material: Material, decision: Decision) -> Section:
    """What the decision rests on, and what is not known."""
    why, events = decision.explanation, decision.events
    unknown = [y.year for y in material.history.lists if y.members is None]
    claims = [
        Claim(
            "school.events",
            f"Решение опирается на события журнала: {len(events)}.",
            f"The decision rests on {len(events)} events.",
            events=events,
            refs=(f"position {decision.position}",),
        )
    ]
    claims += certainty(material, decision.subject)
    claims += [
        Claim(
            "school.missing",
            f"Неизвестно: {item.text.ru}.",
            f"Not known: {item.text.en}.",
            "unverifiable",
            searched=(item.fact,),
        )
        for item in why.missing
    ]
    if unknown:
        said_years = ", ".join(map(str, unknown))
        claims.append(
            Claim(
                "school.unknown_years",
                f"Перечень неизвестен: {said_years} год.",
                f"The list is not known: {said_years}.",
                searched=("list.published",),
            )
        )
    return Section("how_sure", "Насколько надёжно", (Bullets(tuple(claims)),))


def _next(material: Material, decision: Decision) -> Section:
    """What follows from the facts and was not given yet, then what was given to the school or its district.

    What was carried out and verified, or withdrawn, is no next step.
    """
    home = next((r["municipality"] for r in material.rows("schools") if r["school_id"] == decision.subject), None)
    told = [row for row in material.rows("recommendations") if row["about"] in (decision.subject, home)]
    alive = {(row["rule"], row["about"], row["basis"]) for row in told if row["status"] in LIVE}
    given = [row for row in told if row["status"] not in AT_THEIR_END]
    mine = [
        said(item)
        for item in material.advice
        if item.subject == decision.subject and (item.rule, item.subject, item.basis or None) not in alive
    ]
    given.sort(key=lambda row: material.ground.rank(row["topic"] or "", "audit.topic"))
    for row in given:
        whom = "" if row["about"] == decision.subject else " (дана району, без указания школ)"
        due = f", срок {row['due']:%d.%m.%Y}" if row["due"] else ""
        status = STATUS_RU.get(str(row["status"]), str(row["status"]))
        mine.append(
            Claim(
                f"school.recommendation.{row['topic'] or 'none'}",
                capital(f"{row['text'] or material.term(row['topic'], 'audit.topic')}: {status}{due}{whom}."),
                f"{row['topic'] or 'recommendation'}: {row['status']}.",
                events=tuple(row["events"]),
                lead="Выдана." if row["rule"] else "Аудит.",
            )
        )
    if not mine:
        nothing = "Рекомендаций школе из имеющихся фактов не следует."
        mine = [Claim("school.next.none", nothing, "Nothing is recommended by the facts held.", refs=("all rules",))]
    return Section(
        "next",
        f"Что дальше ({many(len(mine), 'пункт', 'пункта', 'пунктов')})",
        (Bullets(tuple(mine), numbered=True),),
    )


def _changed(material: Material, decision: Decision) -> Section:
    """The status before: by the earlier position where one is given, else by the years of the lists."""
    before = material.earlier
    if before is not None:
        old = next((one for one in before.decided if one.subject == decision.subject), None)
        was = old.label("ru") if old else "не решалось"
        same = old is not None and old.decision == decision.decision
        claim = Claim(
            "school.changed",
            f"С записи {before.snapshot.position}: " + ("статус не изменился." if same else f"было «{was}»."),
            f"Since position {before.snapshot.position}: " + ("no change." if same else "the status changed."),
            events=ids(decision.events, old.events if old else ()),
            refs=(f"positions {before.snapshot.position}–{material.snapshot.position}",),
        )
        return Section("changed", "Что изменилось", (Paragraph((claim,)),))
    rows = material.ground.membership.get(decision.subject, {})
    known = [year for year in sorted(rows) if rows[year]["listed"] is not None]
    steps = [(a, b) for a, b in pairwise(known) if rows[a]["listed"] != rows[b]["listed"]]
    moves = "; ".join(
        f"{'вошла' if rows[b]['listed'] else 'вышла'} между перечнями {a} и {b} годов" for a, b in steps
    )
    claim = Claim(
        "school.moves",
        f"{capital(moves)}." if moves else "Между известными перечнями положение школы не менялось.",
        f"{len(steps)} changes between known lists.",
        events=ids(*(rows[year]["events"] for year in known)),
        searched=() if known else ("list.published",),
    )
    return Section("changed", "Что изменилось", (Paragraph((claim,)),))
