"""A document as a workbook (XlsxWriter): a sheet for each table, the matrix of the lists, the claims, the figures.

Every cell is written as what it is; text is never read as a formula.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO
from math import ceil
from typing import Any

from shnor_engine.errors import MissingExtra
from shnor_engine.report.claims import VERDICT_RU, Claim
from shnor_engine.report.document import Bullets, Cell, Document, Paragraph, Table
from shnor_engine.report.render.html import spans
from shnor_engine.report.render.zipped import dated
from shnor_engine.report.template_lint import SECTIONS

SHEETS = {
    "lists": "Перечни",
    "matrix": "Школы по годам",
    "flow": "Движение",
    "decisions": "Решения",
    "table_1": "Мероприятия",
    "risk_profiles": "Рисковые профили",
    "topics": "Вопросы аудита",
    "prevention": "Профилактика",
    "indicators": "Показатели",
    "indicator_values": "Значения показателей",
    "findings": "Проверки",
    "all_findings": "Замечания",
    "task_coverage": "Задачи по годам",
    "management_cycle": "Управленческий цикл",
    "changed_decisions": "Изменились решения",
    "changed_numbers": "Изменились числа",
}
LINE, MOST_LINES = 13.5, 30  # points a line; Excel knows no row over 409 points
PASSPORT = ("why", "how_far", "by_what", "how_sure", "next", "changed")  # the sections of a school's passport
FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
LONGEST_NAME = 31
LONGEST = 32_767  # characters that a cell can hold
FILLS = {
    "●": {"bg_color": "#0072B2", "font_color": "#FFFFFF", "bold": True},
    "?": {"bg_color": "#E4E4E4", "font_color": "#555555", "bold": True},
    "±": {"bg_color": "#F0E442", "bold": True},
}
LEGEND = "● – в перечне; пусто – не в перечне; ? – нет данных; ± – источники расходятся"


def excel(document: Document) -> bytes:
    """The workbook as bytes, the same for the same document. Raises `MissingExtra`."""
    try:
        import xlsxwriter
    except ImportError as error:
        raise MissingExtra("an Excel report", "report") from error
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    made = datetime(document.on.year, document.on.month, document.on.day)
    book.set_properties({"title": document.title, "created": made, "comments": document.foot.ru})
    _fill(book, document)
    book.close()
    return dated(out.getvalue(), document.on)


def _fill(book: Any, document: Document) -> None:
    sheets = Sheets(book)
    sheets.summary(document)
    for section in document.sections:
        for table in section.blocks:
            if isinstance(table, Table):
                name = SHEETS.get(table.id, table.id if section.id in SECTIONS else section.title)
                sheets.table(name, table.head, _texts(table), table.widths)
        if section.id not in (*SECTIONS, *PASSPORT):
            sheets.bullets(section.title, section.blocks)
    sheets.bullets("Рекомендации", [block for s in document.sections if s.id == "advice" for block in s.blocks])
    sheets.bullets("Пробелы", [block for s in document.sections if s.id == "gaps" for block in s.blocks])
    sheets.claims(document)


def _claims(block: Any) -> tuple[Claim, ...]:
    if isinstance(block, Paragraph):
        return block.claims
    return block.items if isinstance(block, Bullets) else ()


def _texts(table: Table) -> list[list[Cell]]:
    return [list(row) for row in table.rows]


class Sheets:
    """Writes sheets into one workbook with one look."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.widths: dict[str, Sequence[float]] = {}
        base = {"font_name": "Liberation Sans", "font_size": 10, "valign": "top", "text_wrap": True, "border": 1}
        base["border_color"] = "#9A9A9A"
        self.head = book.add_format({**base, "bold": True, "bg_color": "#F2F2F2"})
        self.body = book.add_format(base)
        self.number = book.add_format({**base, "align": "center"})
        self.middle = book.add_format({**base, "align": "center"})
        self.unknown = book.add_format({**base, "italic": True, "bg_color": "#E4E4E4"})
        self.plain = book.add_format(
            {"font_name": "Liberation Sans", "font_size": 10, "text_wrap": True, "valign": "top"}
        )
        self.title = book.add_format(
            {"font_name": "Liberation Sans", "font_size": 13, "bold": True, "text_wrap": True}
        )
        self.fills = {sign: book.add_format(look) for sign, look in FILLS.items()}

    def summary(self, document: Document) -> None:
        """Title, moment and the figures by name."""
        sheet = self._sheet("Сводка", (60, 20))
        sheet.merge_range(0, 0, 0, 1, document.title, self.title)
        sheet.set_row(0, 84)
        sheet.merge_range(1, 0, 1, 1, document.foot.ru, self.plain)
        sheet.set_row(1, 66)
        rows = [(document.number_names.get(key, key), value) for key, value in document.numbers.items()]
        self._rows(sheet, 3, ("Показатель", "Значение"), rows)

    def table(self, name: str, head: Sequence[str], rows: list[list[Cell]], widths: Sequence[int]) -> None:
        """A table of the report; a matrix of states gets its colours by the signs in it."""
        sheet = self._sheet(name, [max(8, width * 1.3) for width in widths])
        self._rows(sheet, 0, head, rows)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, max(len(rows), 1), len(head) - 1)
        sheet.repeat_rows(0)
        if rows and any(cell.mark in ("listed", "off") for cell in rows[0]):
            self._colour(sheet, len(rows), len(head))

    def bullets(self, name: str, blocks: Iterable[Any]) -> None:
        """The sentences of a section, one a row."""
        claims = [claim for block in blocks for claim in _claims(block)]
        if claims:
            sheet = self._sheet(name, (24, 110))
            self._rows(sheet, 0, ("Вид", "Текст"), [(claim.lead.rstrip("."), claim.text) for claim in claims])
            sheet.freeze_panes(1, 0)

    def claims(self, document: Document) -> None:
        """Every sentence with its verdict and the positions of the log behind it."""
        numbers = {event: said["position"] for event, said in document.sources.items()}
        rows = [
            (
                claim.ru,
                VERDICT_RU[claim.verdict],
                spans(numbers[event] for event in claim.events if event in numbers),
                "; ".join([*claim.searched, *claim.refs]),
            )
            for claim in document.claims()
        ]
        sheet = self._sheet("Утверждения", (90, 24, 30, 40))
        self._rows(sheet, 0, ("Утверждение", "Проверка", "Записи журнала", "Искали, опирались"), rows)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(rows), 3)

    def _sheet(self, wanted: str, widths: Sequence[float]) -> Any:
        name = self._free(wanted)
        sheet = self.book.add_worksheet(name)
        self.widths[name] = widths
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L&A&R&P из &N")
        return sheet

    def _free(self, wanted: str) -> str:
        """A name that Excel takes and no sheet has: 31 characters, none of []:*?/\\, no apostrophe at an end."""
        bare = FORBIDDEN.sub(" ", wanted).strip("' ")[:LONGEST_NAME].rstrip("' ") or "Лист"
        name, number = bare, 1
        while name.lower() in {one.lower() for one in self.widths}:
            number += 1
            name = f"{bare[: LONGEST_NAME - 4]} {number}"
        return name

    def _rows(self, sheet: Any, first: int, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        for column, text in enumerate(head):
            sheet.write_string(first, column, text, self.head)
        for place, row in enumerate(rows, start=first + 1):
            sheet.set_row(
                place, LINE * min(MOST_LINES, max(map(self._lines, row, self.widths[sheet.name]), default=1))
            )
            for column, value in enumerate(row):
                self._write(sheet, place, column, value)

    def _lines(self, value: Any, width: float) -> int:
        """How many lines a text needs in a column; no reader of the file works that out for us."""
        said = value.text if isinstance(value, Cell) else str(value)
        return max(1, ceil(len(said) / width))

    def _write(self, sheet: Any, row: int, column: int, value: Any) -> None:
        said = value.text if isinstance(value, Cell) else value
        mark = value.mark if isinstance(value, Cell) else ""
        if said is None:
            sheet.write_string(row, column, "нет данных", self.unknown)
        elif isinstance(said, int) or (said.isascii() and said.isdecimal() and len(said) < 10):
            sheet.write_number(row, column, int(said), self.number)
        elif len(said) < 2 and mark:
            sheet.write_string(row, column, said, self.middle)
        else:
            look = self.unknown if mark == "unknown" else self.body
            sheet.write_string(row, column, said[:LONGEST], look)

    def _colour(self, sheet: Any, rows: int, columns: int) -> None:
        for sign, look in self.fills.items():
            rule = {"type": "cell", "criteria": "==", "value": f'"{sign}"', "format": look}
            sheet.conditional_format(1, 1, rows, columns - 1, rule)
        sheet.write_string(rows + 2, 0, LEGEND, self.plain)
