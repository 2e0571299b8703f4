"""The fact ledger of the Seversky report: every number, name, date, form, place and topic that it prints.

The facts are read from the transcription (`data/severskiy/`), cell by cell and fragment by fragment, not from the
log: so it can be checked that the report generated from the log says all of them again, in words of its own.

    for fact in ledger(): print(fact.place, fact.section, fact.words)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from severskiy_history import Cell, Report, moment
from shnor_engine.events.russian_dates import read_when, say_when
from shnor_engine.events.vocabulary import CODE_LISTS

YEAR_OF_SPANS = 2024


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: where it is printed, what kind it is, and the words that must stand together in a section.

    `together` is the unit that has to hold all of them: a row of a table, a sentence, or the section.
    """

    place: str
    kind: str
    section: str
    words: tuple[str, ...]
    together: str = "sentence"


# Fragments that say nothing of their own: they introduce what follows, or say again what another one says.
NO_FACT = {
    "гриф, строка 4": "a name, which this copy holds as a role",
    "задачи, начало": "introduces the tasks",
    "рекомендации, начало": "introduces the topics",
    "таблица 1, упоминание": "names Table 1, which stands there",
    "профилактика, начало": "introduces the lines of prevention",
    "вывод, основание": "a claim of cause: the generated report says that it cannot be checked",
    "новая программа, цель 1": "stands in the fact «новая программа»",
    "новая программа, цель 2": "stands in the fact «новая программа»",
    "новая программа, школа": "stands in the fact «новая программа»",
    "новая программа, срок": "stands in the fact «новая программа»",
}


def ledger(report: Report | None = None) -> list[Fact]:
    """Every fact, in the order of the report."""
    found = report or Report()
    return [fact for part in (head, lists, table_1, prose) for fact in part(found)]


def said(kind: str, code: str) -> str:
    """The words of the library for a code."""
    return CODE_LISTS[kind][code].ru


def name(report: Report, one: str) -> str:
    """How the library calls a school or body."""
    for group in ("school", "body"):
        for place in report.places[group]:
            if place["id"] == one:
                return str(place.get("name", place["spellings"][0]))
    raise KeyError(one)


def head(report: Report) -> Iterator[Fact]:
    """Approver as a role, organisation, day; the title with its area and years."""
    prose_ = report.prose
    yield Fact("гриф, строка 1", "approval", "approval", ("Утверждаю",), "section")
    approver = Cell("гриф, строка 2", " ".join(prose_[f"гриф, строка {n}"].text for n in (2, 3)))
    yield Fact("гриф, строка 2", "role", "approval", (said("role", report.code("roles", approver)),), "section")
    yield Fact("гриф, строка 3", "organisation", "approval", (approver.text.partition(" ")[2],), "section")
    day = moment(prose_["гриф, строка 5"]).start
    yield Fact("гриф, строка 5", "date", "approval", (f"{day:%d.%m.%Y}",), "section")
    for n in range(1, 7):
        cell = prose_[f"заголовок, строка {n}"]
        yield Fact(cell.place, "title", "title", (cell.text,))


def lists(report: Report) -> Iterator[Fact]:
    """Each school of each year; the sizes; that there is no list for a year between."""
    heads = {column: moment(cell).years()[0] for (row, column), cell in report.lists.items() if row == "head"}
    for (row, column), cell in report.lists.items():
        if row in ("title", "head") or column not in heads:
            continue
        (school,) = report.who(cell)
        yield Fact(cell.place, "member", "lists", (str(heads[column]), name(report, school)), "row")
    for column, year in heads.items():
        size = sum(1 for row, col in report.lists if col == column and row not in ("title", "head"))
        yield Fact(f"список, столбец {column}", "size", "lists", (str(year), str(size)), "row")
    for year in set(range(min(heads.values()), max(heads.values()) + 1)) - set(heads.values()):
        yield Fact("список, строка head", "no data", "lists", (str(year), "нет данных"), "row")


def table_1(report: Report) -> Iterator[Fact]:
    """Each form with its direction, each of its places and each of its dates."""
    direction = ""
    for row in sorted({row for row, _ in report.table_1} - {"head"}, key=int):
        if (row, 1) in report.table_1:
            direction = said("activity.direction", report.code("directions", report.table_1[row, 1]))
        form_cell, host_cell, date_cell = (report.table_1[row, column] for column in (2, 3, 4))
        for form in report.codes_in("forms", form_cell):
            words = said("activity.form", form)
            yield Fact(form_cell.place, "form", "work", (direction, words), "row")
            for host in report.who(host_cell):
                yield Fact(host_cell.place, "place", "work", (words, name(report, host)), "row")
            for when in read_when(date_cell.text, year=YEAR_OF_SPANS):
                yield Fact(date_cell.place, "date", "work", (words, say_when(when)), "row")


def prose(report: Report) -> Iterator[Fact]:
    """Aim, tasks, claims, profiles, structures, topics, lines of prevention, conclusion, and what comes next."""
    fragments = report.prose
    yield Fact("цель", "aim", "aims", (fragments["цель"].words,))
    title = fragments["программа"].words
    yield Fact("программа", "programme", "opening", (title[title.index("Программа") :], "2021", "2024"))
    for place, kind, codes, section in (
        ("задача", "tasks", "programme.task", "aims"),
        ("рисковый профиль", "factors", "risk.factor", "risks"),
        ("вопрос", "topics", "audit.topic", "topics"),
        ("линия профилактики", "lines", "prevention.line", "prevention"),
    ):
        for cell in report.numbered(place):
            yield Fact(cell.place, kind, section, (said(codes, report.code(kind, cell)),), "row")
    yield Fact("утверждение 1", "claim", "lists", ("число школ постоянно снижается",))
    yield Fact("утверждение 2", "number", "lists", ("2020", "8 школ", "2024", "1 школа"))
    yield Fact("список, подпись, строка 1", "caption", "lists", ("Перечень",), "section")
    yield Fact("список, подпись, строка 2", "area", "title", ("Северский район",))
    yield Fact("рисковые профили, начало", "profile", "risks", ("Рисковый профиль", "не указано"), "section")
    yield Fact(
        "дорожная карта района", "roadmap", "structures", ("Дорожная карта по профилактике учебной неуспешности",)
    )
    yield Fact("дорожные карты школ", "roadmap", "structures", ("разрабатываемых на каждый учебный год",))
    for place, one in (
        ("наставнический центр", "severskiy/mentoring-centre"),
        ("тьюторский пункт", "severskiy/tutor-point"),
        ("методические объединения", "severskiy/subject-associations"),
    ):
        yield Fact(place, "body", "structures", (name(report, one),))
    yield Fact("таблица 1, подпись", "caption", "work", ("Таблица 1",), "section")
    yield Fact("проверки", "inspection", "structures", (fragments["проверки"].words,))
    yield Fact("аудит", "audit", "structures", ("аудит", "учебной документации"))
    yield Fact("вывод", "number", "conclusion", ("2024", "1 школа"))
    (school,) = report.who(fragments["вывод, школа"])
    yield Fact("вывод, школа", "place", "conclusion", (name(report, school), "станица Ставропольская"))
    draft = fragments["новая программа"].words
    aims = [fragments[f"новая программа, цель {n}"].words for n in (1, 2)]
    words = (draft[draft.index("Программа") :], "2025", "2030", name(report, school), *(aim[2:] for aim in aims))
    yield Fact("новая программа", "programme", "next", words)
