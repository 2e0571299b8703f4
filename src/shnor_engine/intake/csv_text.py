"""CSV text → one sheet of texts: UTF-8 with or without a mark, else cp1251; «;», «,» or tab."""

from __future__ import annotations

import csv
import io
import re

from shnor_engine.intake.grid import Limits, Sheet, Value
from shnor_engine.intake.scan import Refused
from shnor_engine.intake.words import ERRORS

_SAID = re.compile(r"sep=(.)\r?\n")
SEPARATORS = ";\t,"


def read_text(data: bytes, name: str, limits: Limits) -> Sheet:
    """The sheet of a CSV file; everything in it is text, so «01611» stays what it is."""
    if b"\0" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refused("это не таблица: файл двоичный", "no table: the file is binary")
    text = _decoded(data)
    separator = _separator(text)
    said = _SAID.match(text)  # a line that some programs put first, and their spreadsheets do not show
    if said:
        separator, text = said[1], text[said.end() :]
    sheet, taken, texts = Sheet(name), 0, dict[str, str]()
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)):
            kept: list[Value | None] = [texts.setdefault(c, c) if c.strip() else None for c in cells]
            while kept and kept[-1] is None:
                kept.pop()
            taken += len(kept)
            if taken > limits.cells:
                raise Refused(f"больше {limits.cells} ячеек", f"more than {limits.cells} cells")
            for column, value in enumerate(kept):
                if isinstance(value, str) and value.strip().upper() in ERRORS:
                    sheet.errors[number, column], kept[column] = value.strip(), None
            if any(value is not None for value in kept):
                sheet.rows[number] = kept
    except csv.Error as error:
        raise Refused("таблица csv не читается: кавычки не парные", f"no CSV: {error}") from None
    return sheet


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _text(data, "utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _text(data, "cp1251")


def _text(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise Refused("кодировка не UTF-8 и не cp1251", "the text is neither UTF-8 nor cp1251") from None


def _separator(text: str) -> str:
    """The sign that stands most often outside quotes in the lines that have any; «;» where none does."""
    counts = dict.fromkeys(SEPARATORS, 0)
    for line in text.splitlines()[:50]:
        for inside, piece in enumerate(line.split('"')):
            if inside % 2 == 0:
                for sign in SEPARATORS:
                    # A comma between digits is a Russian decimal far oftener than a separator beside «;».
                    counts[sign] += piece.count(sign)
    if counts[";"]:
        return ";"
    return "\t" if counts["\t"] else "," if counts[","] else ";"
