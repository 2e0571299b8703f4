"""The analytical note (справка) in Russian, as Markdown: one page from the log, each figure with its ground.

It is a function of a moment of the log: no clock, no order of arrival, so the same moment gives the same bytes.
What the log does not hold is said to be missing; nothing is said to be the result of anything else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from shnor_engine.assessment import Assessment, order
from shnor_engine.events import ProgrammeAdopted, ReportApproved, ReportGenerated
from shnor_engine.events.russian_dates import say_when
from shnor_engine.reasoning.language import day_text
from shnor_engine.recommend import Advice
from shnor_engine.recommend.advice import KIND_RU
from shnor_engine.recommend.ground import Ground, Row, when_of
from shnor_engine.report.gaps import gaps
from shnor_engine.report.list_history import UNKNOWN_RU, FlowStep, ListHistory, list_history, span

if TYPE_CHECKING:
    from shnor_engine.tables import Snapshot

TITLE = "Аналитическая справка о школах с низкими образовательными результатами"
BLANK = "____________"


@dataclass(frozen=True)
class Material:
    """What a note is written from."""

    ground: Ground
    history: ListHistory
    decided: Assessment
    advice: Advice

    @property
    def snapshot(self) -> Snapshot:
        """The tables of the moment."""
        return self.ground.snapshot


def note(snapshot: Snapshot, decided: Assessment, advice: Advice) -> str:
    """The note on the decisions of one moment."""
    ground = Ground(snapshot, advice.year, decided.on)
    material = Material(ground, list_history(snapshot), decided, advice)
    parts = (
        approval(material),
        title(material),
        lists(material),
        flow(material),
        decisions(material),
        activities(material),
        audit(material),
        recommendations(material),
        missing(material),
        foot(material),
    )
    return "\n\n".join(part for part in parts if part) + "\n"


# --- the head -------------------------------------------------------------------------------------


def approval(material: Material) -> str:
    """Who approved, as a role, and when; blanks where the log knows of no approval."""
    report = _last(material, ReportApproved)
    if report is None or report["on"] > material.decided.on:
        return f"Утверждаю  \n{BLANK} (должность)  \n«__» {BLANK} 20__ г."
    role = material.ground.term(report["approver_role"], "role")
    place = report["organisation"] and material.ground.name(report["organisation"])
    return "  \n".join(["Утверждаю", _capital(role), *([place] if place else []), day_text(report["on"], "ru")])


def title(material: Material) -> str:
    """The title of the report as the log holds it, else a plain one; then the programme."""
    report, programme = _last(material, ReportGenerated), _last(material, ProgrammeAdopted)
    head = (report and report["title"]) or TITLE
    lines = [f"# {head}"]
    if programme is not None:
        period = when_of(programme, "period")
        lines.append(programme["title"] + (f" ({say_when(period)})" if period else "") + ".")
    return "\n\n".join(lines)


# --- the lists ------------------------------------------------------------------------------------


def lists(material: Material) -> str:
    """The list of each year; a year that nobody knows says so."""
    history = material.history
    rows = [
        (
            str(y.year),
            UNKNOWN_RU if y.members is None else str(len(y.members)),
            UNKNOWN_RU if y.members is None else history.said(y.members) or "пусто",
        )
        for y in history.lists
    ]
    return "\n\n".join(
        ["## Перечень по годам", _table(("Год", "Школ", "Школы"), rows) if rows else "Перечней в журнале нет."]
        + ([trend(history)] if history.flow else [])
    )


def trend(history: ListHistory) -> str:
    """Whether the number falls, as far as the known lists tell; an unknown year cannot be checked."""
    sizes = [len(y.members) for y in history.lists if y.members is not None]
    unknown = [str(y.year) for y in history.lists if y.members is None]
    falls = all(later < earlier for earlier, later in pairwise(sizes))
    said = f"Утверждение «число школ постоянно снижается» по известным перечням ({len(sizes)}) "
    said += "верно" if falls else "неверно"
    return said + (f"; за {', '.join(unknown)} год проверить его нельзя: перечень неизвестен." if unknown else ".")


def flow(material: Material) -> str:
    """Stays, entries and exits between neighbouring known lists, with the shares of those who left."""
    history = material.history
    if not history.flow:
        return ""
    several = len({step.area for step in history.flow}) > 1
    rows = [
        (
            f"{step.area}: {span(step)}" if several else span(step),
            _counted(history, step.stayed),
            _counted(history, step.entered),
            _counted(history, step.left),
            _counted(history, step.re_entered),
        )
        for step in history.flow
    ]
    table = _table(("Между перечнями", "Остались", "Вошли", "Вышли", "Вошли повторно"), rows)
    shares = "; ".join(
        f"{span(step)}: {len(step.left)} из {len(step.left) + len(step.stayed)}" for step in history.flow
    )
    warning = (
        f"Доля вышедших из перечня: {shares}. Сравнить её со школами без поддержки не с чем, поэтому связь выхода "
        "с мероприятиями по этим данным не доказана."
    )
    return "\n\n".join(["## Движение", table, *_brackets(history.flow), warning])


def _brackets(steps: Sequence[FlowStep]) -> list[str]:
    gaps_in = [step for step in steps if step.unknown]
    if not gaps_in:
        return []
    said = "; ".join(f"{step.before}–{step.after}" for step in gaps_in)
    return [f"Вход и выход внутри промежутка {said} точнее не датируются: перечень промежуточного года неизвестен."]


def _counted(history: ListHistory, schools: tuple[str, ...]) -> str:
    return f"{len(schools)}: {history.said(schools)}" if schools else "0"


# --- decisions, work, recommendations -------------------------------------------------------------


def decisions(material: Material) -> str:
    """Every decision with its ground, the schools of one status together."""
    decided = material.decided
    rows = []
    for code in [*decided.pack.decisions, *sorted({d.decision for d in decided} - set(decided.pack.decisions))]:
        mine = sorted((d for d in decided if d.decision == code), key=lambda d: order(d.subject))
        rows += [(d.name, d.label("ru"), d.reason("ru")) for d in mine]
    head = f"## Решения за {decided.period} год на {day_text(decided.on, 'ru')}"
    method = f"Методика: {decided.pack.title['ru']} ({decided.pack.id}, версия {decided.pack.version})."
    return "\n\n".join([head, method, _table(("Школа", "Статус", "Основание"), rows)])


def activities(material: Material) -> str:
    """Table 1: what took place, by form and hosts; what only has a span is told apart from what has a date."""
    ground = material.ground
    groups: dict[tuple[str, str, tuple[str, ...], str], list[Row]] = {}
    for row in ground.activities:
        hosts = tuple(sorted(row["hosts"], key=order))
        groups.setdefault((row["direction"] or "", row["form"], hosts, row["host_certainty"]), []).append(row)
    if not groups:
        return ""
    rows = [
        (_direction(ground, direction), _capital(ground.term(form)), _hosts(ground, hosts, sure), _dates(groups[key]))
        for key in sorted(groups, key=lambda key: _place(ground, key))
        for direction, form, hosts, sure in [key]
    ]
    table = _table(("Направление", "Форма", "Место проведения", "Когда"), rows)
    return "\n\n".join(["## Таблица 1. Мероприятия", table, _counts(ground), *_too_late(material)])


def _too_late(material: Material) -> list[str]:
    """What took place after the procedures behind the list of the year: it cannot have caused that list."""
    ground, year = material.ground, material.advice.year
    late = {row["activity_id"] for row in ground.rows("plausibility") if row["list_year"] == year and row["too_late"]}
    rows = [row for row in ground.activities if row["activity_id"] in late]
    if not rows:
        return []
    said: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: ground.rank(row["form"], "activity.form")):
        said.setdefault(ground.term(row["form"]), []).append(row)
    forms = "; ".join(f"{form} ({_dates(some)})" for form, some in said.items())
    why = "прошло после оценочных процедур (по умолчанию март – июнь)"
    return [f"На перечень {year} года повлиять не могло, так как {why}: {forms}."]


def _place(ground: Ground, key: tuple[str, str, tuple[str, ...], str]) -> tuple[object, ...]:
    """Rows of the table in the order in which the lists of codes name directions and forms."""
    direction, form, *rest = key
    return ground.rank(direction, "activity.direction"), ground.rank(form, "activity.form"), *rest


def _counts(ground: Ground) -> str:
    dated: dict[str, int] = {}
    for row in ground.activities:
        if not row["continuous"]:
            dated[row["direction"] or ""] = dated.get(row["direction"] or "", 0) + 1
    some = "; ".join(f"{_direction(ground, code).lower()} – {number}" for code, number in sorted(dated.items()))
    whole = sum(row["continuous"] for row in ground.activities)
    parts = [f"Событий с датой: {some or 'нет'}", *([f"в течение срока, без даты: {whole}"] if whole else [])]
    return "; ".join(parts) + "."


def _direction(ground: Ground, direction: str) -> str:
    return _capital(ground.term(direction, "activity.direction")) if direction else "не указано"


def _hosts(ground: Ground, hosts: tuple[str, ...], certainty: str) -> str:
    said = ground.said(hosts) or "не указано"
    return f"одна из площадок: {said}" if certainty == "ambiguous" else said


def _dates(rows: Iterable[Row]) -> str:
    return ", ".join(dict.fromkeys(say_when(when) for row in rows if (when := when_of(row))))


def audit(material: Material) -> str:
    """The topics on which the audit gave recommendations, and to whom as far as it is said."""
    rows = material.ground.rows("audit_topics")
    if not rows:
        return ""
    ground = material.ground
    topics = sorted({row["topic"] for row in rows if row["topic"]}, key=lambda one: ground.rank(one, "audit.topic"))
    lines = [f"- {ground.term(topic, 'audit.topic')}" for topic in topics]
    if any(row["school_id"] is None for row in rows):
        lines.append("\nКаким школам какая рекомендация дана, источник не говорит.")
    return "\n\n".join(["## Вопросы, по которым даны рекомендации аудита", "\n".join(lines)])


def recommendations(material: Material) -> str:
    """What follows from the facts, each with its ground."""
    if not material.advice:
        return "## Рекомендации\n\nИз имеющихся фактов рекомендаций не следует."
    lines = [
        f"{number}. **{KIND_RU[item.kind]}.** "
        f"{f'{item.name}: {item.text_ru}' if item.subject else _capital(item.text_ru)}. "
        f"Основание: {item.ground_ru}."
        for number, item in enumerate(material.advice, start=1)
    ]
    return "\n\n".join(["## Рекомендации", "\n".join(lines)])


def missing(material: Material) -> str:
    """What the log does not hold."""
    found = gaps(material.ground, material.history)
    return "\n\n".join(["## Чего в журнале нет", "\n".join(f"- {gap}" for gap in found)]) if found else ""


def foot(material: Material) -> str:
    """The moment of the answer, so that it can be repeated."""
    decided = material.decided
    return (
        f"---\n\nСоставлено по журналу до записи {decided.position}, на {day_text(decided.on, 'ru')}. "
        f"Методика {decided.pack.id} {decided.pack.version}, отпечаток {decided.pack.digest}; "
        f"отпечаток права {decided.law}."
    )


# --- small words ----------------------------------------------------------------------------------


def _last(material: Material, cls: type[Any]) -> Row | None:
    """The last event of a type as known; None where there is none."""
    rows = material.snapshot[cls].sort("position").collect().to_dicts()
    return rows[-1] if rows else None


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
