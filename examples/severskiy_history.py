"""The report on Seversky district of 23.12.2024 as events: every fact that it prints, and nothing else.

`data/severskiy/` holds the report (`report.txt`), its two tables cell by cell (`lists.csv`, `table_1.csv`), its
prose fragment by fragment (`prose.toml`), what its printed words mean (`codes.toml`) and who is who (`places.toml`).
Here the cells are read, never typed again; a cell that cannot be read is an error that names it.

    engine.append(history(), actor="methodologist", recorded_at=REPORTED)
"""

from __future__ import annotations

import csv
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from shnor_engine.errors import AmbiguousSchool, UnknownSchool
from shnor_engine.events import (
    ActivityHeld,
    AuditPerformed,
    BodyEstablished,
    Envelope,
    Event,
    FactorAssessed,
    InspectionHeld,
    ListPublished,
    MeasureApplied,
    ProgrammeAdopted,
    ProgrammeClosed,
    ProgrammeDrafted,
    RecommendationIssued,
    ReportApproved,
    ReportGenerated,
    RoadmapAdopted,
    SchoolRegistered,
    Source,
    TargetSet,
    When,
    stable_id,
)
from shnor_engine.events.names import Names
from shnor_engine.events.russian_dates import read_when

DATA = Path(__file__).parent / "data" / "severskiy"
REPORTED = date(2024, 12, 23)  # the day of approval: nothing in the report was known to us earlier
AREA, REGION = "severskiy", "ru.23"

YEAR_OF_SPANS = 2024  # «В течение года» names no year; a report of December 2024 speaks of its own [default]
COMPLETE = "yes"  # the printed lists name everybody on them; the report does not say so [default]
ISSUER = "municipal"  # who drew the lists up is not printed; the municipality prints them [default]

PROGRAMME = "severskiy/programme-2021-2024"
NEXT_PROGRAMME = "severskiy/programme-2025-2030"
REPORT = "severskiy/report-2024"


class UnreadableCell(ValueError):
    """A cell holds something that we do not know; the message gives the cell."""

    def __init__(self, cell: Cell, problem: str) -> None:
        super().__init__(f"report.txt, {cell.place}: {problem}: «{cell.text}»")
        self.cell = cell


@dataclass(frozen=True, slots=True)
class Cell:
    """A printed piece of the report: where it stands and what it says; of a broken cell, all its lines."""

    place: str
    text: str

    @property
    def words(self) -> str:
        """The text without the comma, colon or full stop that closes it."""
        return self.text.strip(" ,;:.")


Told = tuple[Event, str]  # an event, and the place of the report that tells it


# --- the report as cells --------------------------------------------------------------------------


class Report:
    """The transcribed report: `prose` by place, `lists` and `table_1` by row and column, `codes` by printed word."""

    def __init__(self, folder: Path = DATA) -> None:
        self.folder = folder
        self.prose = {f["place"]: Cell(f["place"], f["text"]) for f in self._toml("prose.toml")["fragment"]}
        self.lists = self._table("lists.csv", "список")
        self.table_1 = self._table("table_1.csv", "таблица 1")
        self.codes: Mapping[str, Mapping[str, str]] = self._toml("codes.toml")
        self.places = self._toml("places.toml")

    @cached_property
    def names(self) -> Names:
        """Every spelling of the report, with the school or body that it means."""
        return Names.from_events(event for event, _ in places(self))

    def numbered(self, word: str) -> list[Cell]:
        """The fragments «word 1», «word 2», … in their order."""
        return [cell for place, cell in self.prose.items() if re.fullmatch(rf"{word} \d+", place)]

    def code(self, kind: str, cell: Cell) -> str:
        """The code that a cell means as a whole."""
        found = self.codes[kind].get(cell.words, self.codes[kind].get(cell.text))
        if found is None:
            raise UnreadableCell(cell, f"not among the {kind} of codes.toml")
        return found

    def codes_in(self, kind: str, cell: Cell) -> list[str]:
        """The codes of a cell in which several are printed one after another."""
        known = sorted(self.codes[kind], key=len, reverse=True)
        pattern = "|".join(re.escape(printed) for printed in known)
        if not re.fullmatch(rf"(?:(?:{pattern})(?:\s+|$))+", cell.text):
            raise UnreadableCell(cell, f"not among the {kind} of codes.toml")
        return [self.codes[kind][printed] for printed in re.findall(pattern, cell.text)]

    def who(self, cell: Cell) -> tuple[str, ...]:
        """The schools and bodies of a cell; a new one begins at its legal form."""
        return tuple(self._place(part, cell) for part in re.split(r"\s+(?=МБОУ|МАОУ|МКУ)", cell.words))

    def _place(self, spelling: str, cell: Cell) -> str:
        try:
            return self.names.resolve(spelling)
        except (UnknownSchool, AmbiguousSchool) as error:
            raise UnreadableCell(cell, str(error)) from error

    def _table(self, file: str, name: str) -> dict[tuple[str, int], Cell]:
        cells: dict[tuple[str, int], Cell] = {}
        for row in csv.DictReader((self.folder / file).open(encoding="utf-8", newline="")):
            at = row["row"], int(row["column"])
            place = f"{name}, строка {at[0]}, столбец {at[1]}"
            text = f"{cells[at].text} {row['text']}" if at in cells else row["text"]
            cells[at] = Cell(place, text)
        return cells

    def _toml(self, file: str) -> dict[str, Any]:
        return tomllib.loads((self.folder / file).read_text(encoding="utf-8"))


# --- the facts, topic by topic --------------------------------------------------------------------


def places(report: Report) -> Iterator[Told]:
    """The schools and bodies that the report names, each with all spellings it prints."""
    for school in report.places["school"]:
        printed = school["spellings"]
        kind = next(code for word, code in report.codes["kinds"].items() if word in printed[0])
        number = re.search(r"№ ?(\d+)", printed[0])
        name = school.get("name", printed[0])
        yield (
            SchoolRegistered(
                school_id=school["id"],
                municipality=AREA,
                region=REGION,
                kind=kind,
                name=name,
                number=number and number[1],
                locality=school.get("locality"),
                aliases=tuple(spelling for spelling in printed if spelling != name),
            ),
            "; ".join(dict.fromkeys(first_place(report, spelling) for spelling in printed)),
        )
    for body in report.places["body"]:
        printed = body["spellings"]
        name = body.get("name", printed[0])
        others = tuple(spelling for spelling in printed if spelling != name)
        yield (
            BodyEstablished(body_id=body["id"], kind=body["kind"], municipality=AREA, name=name, aliases=others),
            "; ".join(dict.fromkeys(first_place(report, spelling) for spelling in printed)),
        )


def first_place(report: Report, spelling: str) -> str:
    """Where the report prints a spelling first: in the lists, in Table 1, in the prose."""
    for cells in (report.lists, report.table_1, report.prose):
        for cell in cells.values():
            if re.search(rf"{re.escape(spelling)}(?!\d)", cell.text):
                return cell.place
    raise ValueError(f"places.toml: the report nowhere prints «{spelling}»")


def programme(report: Report) -> Iterator[Told]:
    """The programme of 2021–2024: for whom, what for, with which tasks; its aim as a target without a number."""
    prose = report.prose
    period = moment(prose["заголовок, строка 6"])
    yield (
        ProgrammeAdopted(
            programme_id=PROGRAMME,
            title=tail(prose["программа"], "Программа"),
            area=AREA,
            period=period,
            categories=categories(report, prose["программа"]),
            tasks=tuple(report.code("tasks", cell) for cell in report.numbered("задача")),
            aim=prose["цель"].words,
        ),
        "заголовок; цель; программа; задачи 1–5",
    )
    (indicator,) = (code for printed, code in report.codes["indicators"].items() if printed in prose["цель"].text)
    yield TargetSet(programme_id=PROGRAMME, indicator=indicator, year=period.years()[-1]), "цель; заголовок, строка 6"


def lists(report: Report) -> Iterator[Told]:
    """The printed lists, one an event. There is no column for 2021, so nothing is said of it."""
    heads = {column: cell for (row, column), cell in report.lists.items() if row == "head"}
    for column, head in heads.items():
        (year,) = moment(head).years()
        cells = [c for (row, col), c in report.lists.items() if col == column and row not in ("title", "head")]
        event = ListPublished(
            list_id=f"{AREA}/{year}",
            area=AREA,
            year=year,
            issuer=ISSUER,
            complete=COMPLETE,
            members=tuple(school for cell in cells for school in report.who(cell)),
            basis=report.prose["заголовок, строка 1"].text,
        )
        yield event, f"список, столбец {column}"


def structures(report: Report) -> Iterator[Told]:
    """What the prose says of the district: risk profiles, roadmaps, checks, the audit and its topics."""
    prose = report.prose
    for cell in report.numbered("рисковый профиль"):
        factor = report.code("factors", cell)
        yield (
            FactorAssessed(
                about=AREA, scope="district", factor=factor, source=prose["рисковые профили, начало"].words
            ),
            cell.place,
        )
    for level, place in (("district", "дорожная карта района"), ("school", "дорожные карты школ")):
        yield (
            RoadmapAdopted(
                roadmap_id=f"{AREA}/roadmap-{level}", level=level, about=AREA, title=tail(prose[place], "Дорожн")
            ),
            place,
        )
    inspections = prose["проверки"]
    yield (
        InspectionHeld(inspection_id=f"{AREA}/inspections", area=AREA, scope=inspections.words),
        inspections.place,
    )
    audited = prose["аудит"].words.removeprefix("Проведен аудит ")
    topics = {report.code("topics", cell): cell for cell in report.numbered("вопрос")}
    yield (
        AuditPerformed(audit_id=f"{AREA}/audit", area=AREA, topics=tuple(topics), documents=(audited,)),
        "аудит; вопросы 1–7",
    )
    for topic, cell in topics.items():
        yield (
            RecommendationIssued(
                recommendation_id=f"{AREA}/audit/{topic}",
                about=AREA,
                scope="district",
                topic=topic,
                text=cell.words,
                basis=prose["аудит"].words,
            ),
            f"рекомендации, начало; {cell.place}",
        )


def activities(report: Report) -> Iterator[Told]:
    """Table 1: one event a date, or a form where a row prints several forms; a pairing is never guessed."""
    direction = ""
    for row in sorted({row for row, _ in report.table_1} - {"head"}, key=int):
        if (row, 1) in report.table_1:
            direction = report.code("directions", report.table_1[row, 1])
        form_cell, host_cell, date_cell = (report.table_1[row, column] for column in (2, 3, 4))
        hosts = report.who(host_cell)
        moments = read_when(date_cell.text, year=YEAR_OF_SPANS)
        forms = report.codes_in("forms", form_cell)
        held = [(form, moment) for form in forms for moment in moments]
        for n, (form, moment) in enumerate(held, start=1):
            event = ActivityHeld(
                activity_id=f"{AREA}/table-1/{row}.{n}",
                form=form,
                when=moment,
                area=AREA,
                direction=direction,
                hosts=hosts,
                host_certainty="ambiguous" if len(hosts) > 1 and len(moments) > 1 else "certain",
                participants=hosts if form == "methodical_landing" else (),
            )
            yield event, f"таблица 1, строка {row}, столбцы 2–4"


def prevention(report: Report) -> Iterator[Told]:
    """Six lines that the report declares for all schools, without a date and without evidence."""
    for cell in report.numbered("линия профилактики"):
        line = report.code("lines", cell)
        yield MeasureApplied(about=AREA, scope="district", line=line, declared=True), cell.place


def conclusion(report: Report) -> Iterator[Told]:
    """How the programme ends, the next one, and the report itself."""
    prose = report.prose
    last = moment(prose["заголовок, строка 6"]).years()[-1]
    text = " ".join(prose[place].text for place in ("вывод, основание", "вывод", "вывод, школа"))
    yield (
        ProgrammeClosed(programme_id=PROGRAMME, when=When.year(last), conclusion=text),
        "заголовок, строка 6; вывод",
    )
    yield (
        ProgrammeDrafted(
            programme_id=NEXT_PROGRAMME,
            title=tail(prose["новая программа"], "Программа"),
            area=AREA,
            period=moment(prose["новая программа, срок"]),
            categories=categories(report, prose["новая программа"]),
            reasons=tuple(prose[f"новая программа, цель {n}"].words for n in (1, 2)),
            focus=report.who(prose["новая программа, школа"]),
        ),
        "новая программа",
    )
    lines = [cell.text for place, cell in prose.items() if place.startswith("заголовок, строка")]
    yield ReportGenerated(report_id=REPORT, area=AREA, title=" ".join(lines)), "заголовок"
    yield approval(report), "гриф, строки 1–5"


def approval(report: Report) -> ReportApproved:
    """Who approved the report, as a role, and when."""
    prose = report.prose
    approver = Cell("гриф, строка 2", " ".join(prose[f"гриф, строка {n}"].text for n in (2, 3)))
    _, _, organisation = approver.text.partition(" ")
    day_cell = prose["гриф, строка 5"]
    day = moment(day_cell)
    if day.precision != "day":
        raise UnreadableCell(day_cell, "not a day")
    return ReportApproved(
        report_id=REPORT,
        approver_role=report.code("roles", approver),
        on=day.start,
        organisation=report.names.resolve(organisation),
    )


# --- small readers --------------------------------------------------------------------------------


def moment(cell: Cell) -> When:
    """The one moment or span of a cell."""
    (when,) = read_when(cell.words)
    return when


def categories(report: Report, cell: Cell) -> tuple[str, ...]:
    """The categories of schools whom a programme is for."""
    return tuple(code for printed, code in report.codes["categories"].items() if printed in cell.text)


def tail(cell: Cell, word: str) -> str:
    """The words of a sentence from the one that begins like this: the title inside it."""
    return cell.words[cell.words.index(word) :]


# --- the whole ------------------------------------------------------------------------------------


def told(report: Report) -> Iterator[Told]:
    """Every fact of the report with its place, in the order in which the log gets them."""
    for topic in (places, programme, lists, structures, activities, prevention, conclusion):
        yield from topic(report)


def history(report: Report | None = None) -> list[Envelope]:
    """The report as entries to append: the same ids in every run, each with the cell that it was read from."""
    return list(_envelopes(told(report or Report())))


def _envelopes(facts: Iterable[Told]) -> Iterator[Envelope]:
    for ordinal, (event, place) in enumerate(facts):
        key = event.model_dump(mode="json", include=set(event.key))
        yield Envelope(
            event=event,
            event_id=stable_id(REPORTED, ordinal, event.type, json.dumps(key, ensure_ascii=False, sort_keys=True)),
            source=Source(type="note", date=REPORTED, file="report.txt", cell=place),
        )
