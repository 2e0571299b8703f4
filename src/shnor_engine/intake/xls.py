"""Looks through an xls file (an OLE container of BIFF records) for what the reader of values loses.

That is: errors, and how numbers show (percents, codes with leading zeros).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from shnor_engine.intake.grid import Limits
from shnor_engine.intake.scan import Marks, Refused, Shown, as_code, as_percent

FREE, END = 0xFFFFFFFF, 0xFFFFFFFE
CODES = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
BOUNDSHEET, FILEPASS, FORMULA, BOOLERR, BOF, EOF = 0x85, 0x2F, 0x06, 0x205, 0x809, 0x0A
FORMAT, STYLE, NUMBER, RK, MULRK = 0x41E, 0xE0, 0x203, 0x27E, 0xBD
BIFF8 = 0x600
PERCENTS = {9: "0%", 10: "0.00%"}  # formats that every file knows without saying them


def scan(file: BinaryIO, limits: Limits) -> dict[str, Marks]:
    """The error cells of every sheet by its name; raises `Refused` for a locked or damaged file."""
    try:
        streams = _Container(file.read(limits.file_bytes))
        if "EncryptedPackage" in streams.entries:
            raise Refused("книга защищена паролем; снимите пароль", "the workbook is password-protected")
        book = streams.read("Workbook" if "Workbook" in streams.entries else "Book")
        return _marks(book)
    except (struct.error, KeyError, IndexError, UnicodeDecodeError) as error:
        raise Refused("книга повреждена и не читается", f"the workbook is damaged ({error!r})") from None


def _marks(book: bytes) -> dict[str, Marks]:
    found: dict[str, Marks] = {}
    shown = _formats(book)
    for kind, body in _records(book, 0):
        if kind == FILEPASS:
            raise Refused("книга защищена паролем; снимите пароль", "the workbook is password-protected")
        if kind == BOUNDSHEET:
            offset, _, _, length, wide = struct.unpack_from("<IBBBB", body)
            name = body[8 : 8 + length * (2 if wide & 1 else 1)].decode("utf-16-le" if wide & 1 else "latin-1")
            found[name] = _sheet(book, offset, shown)
    return found


def _formats(book: bytes) -> Mapping[int, Shown]:
    """The styles, by number, under which a number is not shown as it is stored: percent, and codes of zeros."""
    codes, styles, version = dict(PERCENTS), list[int](), 0
    for kind, body in _records(book, 0):
        if kind == FILEPASS:
            return {}  # what follows is locked; the caller says so
        if kind == BOF:
            (version,) = struct.unpack_from("<H", body)
        elif kind == FORMAT:
            (number,) = struct.unpack_from("<H", body)
            codes[number] = _text(body[2:], wide=version >= BIFF8)
        elif kind == STYLE:
            styles.append(struct.unpack_from("<HH", body)[1])
    found: dict[int, Shown] = {}
    for place, number in enumerate(styles):
        code = codes.get(number, "")
        if "%" in code:
            found[place] = as_percent
        elif re.fullmatch(r"0{2,}", code):
            found[place] = as_code(len(code))
    return found


def _text(body: bytes, *, wide: bool) -> str:
    """The text of a record: of BIFF8 with a length of two bytes and a flag for two bytes a character."""
    if not wide:
        return body[1 : 1 + body[0]].decode("latin-1")
    length, flags = struct.unpack_from("<HB", body)
    return body[3 : 3 + length * (2 if flags & 1 else 1)].decode("utf-16-le" if flags & 1 else "latin-1")


def _sheet(book: bytes, offset: int, formats: Mapping[int, Shown]) -> Marks:
    marks = Marks()
    for kind, body in _records(book, offset):
        if kind == BOOLERR and body[7]:
            row, column, _, code = struct.unpack_from("<HHHB", body)
            marks.errors[row, column] = CODES.get(code, "#?")
        elif kind == FORMULA and body[6] == 2 and body[12:14] == b"\xff\xff":
            row, column = struct.unpack_from("<HH", body)
            marks.errors[row, column] = CODES.get(body[8], "#?")
        elif formats and kind in (NUMBER, RK, FORMULA, MULRK):
            marks.shown |= {at: formats[style] for at, style in _numbers(kind, body) if style in formats}
    return marks


def _numbers(kind: int, body: bytes) -> Iterator[tuple[tuple[int, int], int]]:
    """The cells of a record with a number, each with its style; one record may hold a run of a row."""
    row, first = struct.unpack_from("<HH", body)
    if kind != MULRK:
        yield (row, first), struct.unpack_from("<H", body, 4)[0]
        return
    for place, at in enumerate(range(4, len(body) - 2, 6)):
        yield (row, first + place), struct.unpack_from("<H", body, at)[0]


def _records(book: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """The records of one substream, from its beginning to its end mark; charts inside are passed over."""
    depth = 0
    while at + 4 <= len(book):
        kind, length = struct.unpack_from("<HH", book, at)
        body = book[at + 4 : at + 4 + length]
        depth += (kind == BOF) - (kind == EOF)
        if kind == EOF and depth <= 0:
            return
        if depth <= 1:
            yield kind, body
        at += 4 + length


class _Container:
    """An OLE container: the streams by name. Its chains are followed no further than the file is long."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        (shift,) = struct.unpack_from("<H", data, 30)
        self.size = 1 << shift
        first_directory, _, self.small_limit, first_small, _ = struct.unpack_from("<IIIII", data, 48)
        table = [n for n in struct.unpack_from("<109I", data, 76) if n != FREE]
        more, _ = struct.unpack_from("<II", data, 68)
        while more < END and len(table) * self.size < len(data):
            numbers = struct.unpack_from(f"<{self.size // 4}I", data, 512 + more * self.size)
            table += [n for n in numbers[:-1] if n != FREE]
            more = numbers[-1]
        self.next = [n for sector in table for n in struct.unpack(f"<{self.size // 4}I", self._sector(sector))]
        small = b"".join(self._chain(first_small))
        self.small_next = struct.unpack(f"<{len(small) // 4}I", small)
        self.entries: dict[str, tuple[int, int]] = {}
        self._root = b""
        directory = b"".join(self._chain(first_directory))
        for at in range(0, len(directory), 128):
            length, kind = struct.unpack_from("<HB", directory, at + 64)
            start, size = struct.unpack_from("<II", directory, at + 116)
            if kind == 5:
                self._root = b"".join(self._chain(start))
            elif kind == 2:
                self.entries[directory[at : at + max(length - 2, 0)].decode("utf-16-le")] = (start, size)

    def read(self, name: str) -> bytes:
        start, size = self.entries[name]
        if size >= self.small_limit:
            return b"".join(self._chain(start))[:size]
        parts: list[bytes] = []
        while start < END and len(parts) <= len(self.small_next):
            parts.append(self._root[start * 64 : start * 64 + 64])
            start = self.small_next[start]
        return b"".join(parts)[:size]

    def _chain(self, sector: int) -> Iterator[bytes]:
        for _ in range(len(self.next) + 1):
            if sector >= END:
                return
            yield self._sector(sector)
            sector = self.next[sector]

    def _sector(self, number: int) -> bytes:
        at = 512 if self.size == 512 else self.size
        return self.data[at + number * self.size : at + (number + 1) * self.size]
