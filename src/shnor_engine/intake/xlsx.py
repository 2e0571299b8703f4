"""Looks through an xlsx file before its values are read: how far it reaches, its error cells, how numbers show.

The text of a sheet is read in parts, so a sheet of any size costs the memory of one part. A cell far out makes the
reader of values hold everything up to it: the reach is known here, before that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO
from xml.etree import ElementTree as ET
from zipfile import ZipFile

from shnor_engine.intake.grid import Limits, column_of
from shnor_engine.intake.scan import Marks, Refused, Shown, as_code, as_percent

PART = 2**20
_REACH = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"(?:[^>]*[^/>])?>')
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*[^/>])>(.*?)</(?:\w+:)?c>", re.DOTALL)
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^>]*>([^<]+)<")
_ATTRIBUTE = re.compile(rb'\b([rst])="([^"]*)"')
_ADDRESS = re.compile(r"([A-Z]{1,3})(\d{1,7})$")
_FORMULA = re.compile(rb"<(?:\w+:)?f\b")
FORMULA_WITHOUT_VALUE = "формула без вычисленного значения"


def scan(archive: ZipFile, limits: Limits) -> dict[str, Marks]:
    """The marks of every worksheet by its name; raises `Refused` for a sheet that reaches too far."""
    formats = _formats(archive)
    found: dict[str, Marks] = {}
    for name, part in _sheets(archive):
        with archive.open(part) as file:
            found[name] = _marks(file, name, formats, limits)
    return found


def _sheets(archive: ZipFile) -> Iterator[tuple[str, str]]:
    targets = {item.get("Id"): item.get("Target", "") for item in _parse(archive, "xl/_rels/workbook.xml.rels")}
    for item in _parse(archive, "xl/workbook.xml").iter():
        if item.tag.endswith("}sheet"):
            key = next((value for name, value in item.attrib.items() if name.endswith("}id")), "")
            target = targets.get(key, "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if "worksheets/" in part and part in archive.namelist():
                yield item.get("name", ""), part


def _parse(archive: ZipFile, part: str) -> ET.Element:
    text = archive.read(part)
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise Refused("в книге есть объявления DTD", "the workbook declares a DTD")
    try:
        return ET.fromstring(text)
    except ET.ParseError as error:
        raise ValueError(f"{part}: {error}") from None


def _formats(archive: ZipFile) -> dict[str, Shown]:
    """The styles, by number, under which a number is not shown as it is stored: percent, and codes of zeros."""
    if "xl/styles.xml" not in archive.namelist():
        return {}
    styles = _parse(archive, "xl/styles.xml")
    codes = {"9": "0%", "10": "0.00%"}
    cells = None
    for item in styles.iter():
        if item.tag.endswith("}numFmt"):
            codes[item.get("numFmtId", "")] = item.get("formatCode", "")
        elif item.tag.endswith("}cellXfs"):
            cells = item
    found: dict[str, Shown] = {}
    for number, style in enumerate(cells if cells is not None else ()):
        code = codes.get(style.get("numFmtId", ""), "")
        if "%" in code:
            found[str(number)] = as_percent
        elif re.fullmatch(r"0{2,}", code):
            found[str(number)] = as_code(len(code))
    return found


def _marks(file: IO[bytes], name: str, formats: dict[str, Shown], limits: Limits) -> Marks:
    marks, styles = Marks(), {key.encode(): shown for key, shown in formats.items()}
    last_row = last_column = -1
    for text in _parts(file):
        found = _REACH.findall(text)
        last_row = max([last_row, *(int(number) - 1 for number in {number for _, number in found})])
        last_column = max([last_column, *(column_of(name.decode()) for name in {name for name, _ in found})])
        if styles or b't="e"' in text or _FORMULA.search(text):
            for cell in _CELL.finditer(text):
                _mark(cell, marks, styles)
    if (last_row + 1) * (last_column + 1) > limits.cells:
        where = f"{last_row + 1} × {last_column + 1}"
        raise Refused(
            f"лист «{name}» занимает {where} ячеек; удалите лишние строки и столбцы",
            f"sheet «{name}» spans {where} cells",
        )
    return marks


def _mark(cell: re.Match[bytes], marks: Marks, styles: dict[bytes, Shown]) -> None:
    said, inside = dict(_ATTRIBUTE.findall(cell[1])), cell[2]
    address = _ADDRESS.match(said.get(b"r", b"").decode("ascii", "replace"))
    if address is None:
        return
    at = int(address[2]) - 1, column_of(address[1])
    if said.get(b"t") == b"e":
        value = _VALUE.search(inside)
        marks.errors[at] = value[1].decode("utf-8", "replace") if value else "#?"
    elif b"f" in inside and _FORMULA.search(inside) and not _VALUE.search(inside):
        marks.errors[at] = FORMULA_WITHOUT_VALUE
    elif (shown := styles.get(said.get(b"s", b""))) is not None:
        marks.shown[at] = shown


def _parts(file: IO[bytes]) -> Iterator[bytes]:
    """The text of a sheet part by part; it is cut where a row ends, so no cell is cut in two."""
    rest = b""
    while part := file.read(PART):
        text = rest + part
        cut = text.rfind(b"row>") + 4
        if cut < 4:
            if len(text) > 64 * PART:
                raise Refused("в книге строка больше 64 МБ", "a row of the workbook is larger than 64 MB")
            rest = text
            continue
        rest = text[cut:]
        yield text[:cut]
    yield rest
