"""Workbooks made on the spot: what a test says stands in the cells, and nothing else."""

from __future__ import annotations

import csv
import datetime as dt
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import xlsxwriter

SEVERSKIY = Path(__file__).parents[2] / "examples" / "data" / "severskiy"
Rows = Sequence[Sequence[Any]]


def xlsx(path: Path, sheets: Mapping[str, Rows], *, merged: Iterable[tuple[int, int, int, int]] = ()) -> Path:
    """A workbook; a cell may be a value, («=formula», cached value) or (number, format)."""
    book = xlsxwriter.Workbook(str(path), {"in_memory": True})
    book.set_properties({"created": dt.datetime(2024, 12, 23)})
    day = book.add_format({"num_format": "dd.mm.yyyy"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                if isinstance(value, tuple) and str(value[0]).startswith("="):
                    sheet.write_formula(r, c, value[0], None, value[1])
                elif isinstance(value, tuple):
                    sheet.write_number(r, c, value[0], book.add_format({"num_format": value[1]}))
                elif isinstance(value, dt.date):
                    sheet.write_datetime(r, c, value, day)
                elif isinstance(value, str):
                    sheet.write_string(r, c, value)
                elif value is not None:
                    sheet.write(r, c, value)
        for top, left, bottom, right in merged:
            value = rows[top][left] if left < len(rows[top]) else ""
            sheet.merge_range(top, left, bottom, right, value)
    book.close()
    return path


def ods(path: Path, sheets: Mapping[str, Rows], *, rows_xml: str = "") -> Path:
    """A minimal OpenDocument workbook; a cell may be a value or the XML of a cell (it begins with «<»)."""
    tables = "".join(
        f"<table:table table:name={quoteattr(name)}>{''.join(map(_ods_row, rows))}{rows_xml}</table:table>"
        for name, rows in sheets.items()
    )
    spaces = " ".join(
        f'xmlns:{key}="{value}"'
        for key, value in {
            "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
            "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
            "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
            "calcext": "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0",
        }.items()
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} office:version="1.2">'
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>'
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", content)
    return path


def _ods_row(row: Sequence[Any]) -> str:
    return f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>"


def _ods_cell(value: Any) -> str:
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, str) and value.startswith("<"):
        return value
    if isinstance(value, int | float):
        return (
            f'<table:table-cell office:value-type="float" office:value="{value}"><text:p>{value}</text:p>'
            "</table:table-cell>"
        )
    return f'<table:table-cell office:value-type="string"><text:p>{escape(str(value))}</text:p></table:table-cell>'


def printed_lists() -> list[list[str | None]]:
    """The list table of the report of Seversky district, cell by cell."""
    return _printed("lists.csv", 5)


def printed_activities() -> tuple[list[list[str | None]], list[tuple[int, int, int, int]]]:
    """Table 1 of the report, cell by cell, with its merged first column."""
    return _printed("table_1.csv", 4), [(1, 0, 8, 0)]


def _printed(name: str, width: int) -> list[list[str | None]]:
    rows: dict[str, list[str | None]] = {}
    with (SEVERSKIY / name).open(encoding="utf-8", newline="") as file:
        for item in csv.DictReader(file):
            cells = rows.setdefault(item["row"], [None] * width)
            at = int(item["column"]) - 1
            cells[at] = f"{cells[at]} {item['text']}" if cells[at] else item["text"]
    return list(rows.values())
