"""Where a table begins in a sheet, and which of its columns is which: headers are matched by text, not by place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from shnor_engine.intake.converters import Known, convert
from shnor_engine.intake.grid import Sheet, Value, column_of
from shnor_engine.intake.ledger import PROBLEM, USED, Ledger
from shnor_engine.intake.mapping import Column, Table, Unpivot
from shnor_engine.intake.problems import Unread
from shnor_engine.intake.words import plain, tidy

SEARCHED = 60  # rows in which a header is looked for
IGNORED, ABOVE, ROW_NUMBER = "столбец не нужен (ignore)", "над таблицей", "номер строки"


@dataclass(slots=True)
class Group:
    """Columns that share a value of the header, and the fields that it fills."""

    said: dict[str, Any]
    columns: list[tuple[int, Column]] = field(default_factory=list)


@dataclass(slots=True)
class Layout:
    """The columns of a table, its groups, its header row by row, and its first row of data."""

    columns: list[tuple[int, Column]]
    groups: list[Group]
    heads: list[list[str]]
    first: int


def lay_out(sheet: Sheet, table: Table, known: Known, ledger: Ledger) -> Layout | None:
    """The layout of a sheet; None where the header is not found, which is a problem of the sheet."""
    if not table.header_rows:
        return _by_letters(sheet, table)
    width = sheet.width()
    best: tuple[int, int, _Header] | None = None
    for row in sorted(sheet.rows)[:SEARCHED]:
        header = _Header(sheet, row, table.header_rows, width)
        score = header.score(table)
        if best is None or score > best[0]:
            best = score, row, header
    if best is None or best[0] == 0:
        names = ", ".join(f"«{column.header}»" for column in table.columns) or "из описания"
        ledger.sheet_problem(f"шапка не найдена: нет столбцов {names}", "the header of the table is not found")
        return None
    return _laid(best[1], best[2], table, known, ledger)


def _laid(row: int, header: _Header, table: Table, known: Known, ledger: Ledger) -> Layout | None:
    sheet, columns, missing = ledger.sheet, [], []
    for column in table.columns:
        found = header.find(column.header)
        if len(found) > 1:
            places = ", ".join(sheet.address(row, at) for at in found)
            ledger.sheet_problem(
                f"столбец «{column.header}» есть дважды: {places}; напишите шапку полностью через « / »",
                f"column «{column.header}» stands there twice: {places}",
            )
            return None
        if found:
            columns.append((found[0], column))
        elif not column.optional:
            near = get_close_matches(plain(column.header), header.words(), n=2, cutoff=0.5)
            missing.append(f"«{column.header}»" + (f" (похоже: {', '.join(near)})" if near else ""))
    if missing:
        ledger.sheet_problem(f"в шапке нет столбцов: {', '.join(missing)}", f"no such columns: {', '.join(missing)}")
        return None
    first = row + table.header_rows
    ledger.skip(ABOVE, (at for at in sheet.filled() if at[0] < row))
    taken = {at for at, _ in columns}
    _ignore(header, table, taken, ledger)
    groups = _groups(row, header, table.unpivot, known, ledger, taken) if table.unpivot is not None else []
    ledger.mark([(row + n, at) for n in range(table.header_rows) for at in taken], USED)
    return Layout(columns, groups, [header.row_words(n) for n in range(table.header_rows)], first)


def _by_letters(sheet: Sheet, table: Table) -> Layout:
    columns = [(column_of(column.header.upper()), column) for column in table.columns]
    return Layout(columns, [], [], min(sheet.rows, default=0))


def _ignore(header: _Header, table: Table, taken: set[int], ledger: Ledger) -> None:
    """Pass over the columns that the mapping does not want."""
    unwanted = {
        at for at in range(header.width) for name in table.ignore if at not in taken and header.matches(at, name)
    }
    if unwanted:
        ledger.skip(IGNORED, (at for at in ledger.sheet.filled() if at[1] in unwanted and at[0] >= header.row))
    free = [at for at in range(header.width) if at not in taken | unwanted]
    numbers = {at for at in free if _is_number_sign(header, at) or _counts_rows(header, at)}
    last = header.row + header.rows
    told = (at for at in ledger.sheet.filled() if at[1] in numbers and at[0] >= header.row)
    ledger.skip(ROW_NUMBER, (at for at in told if at[0] < last or _whole(ledger.sheet.value(*at)) is not None))
    header.unwanted = unwanted | numbers


def _is_number_sign(header: _Header, at: int) -> bool:
    """Whether a column is named «№» or «№ п/п»: its whole numbers count the rows."""
    texts = header.paths[at]
    return bool(texts) and all("№" in text and plain(text) in ("", "п п", "пп") for text in texts)


def _counts_rows(header: _Header, at: int) -> bool:
    """Whether a column without a name counts the rows: 1, 2, 3, … and nothing else."""
    rows = header.sheet.rows
    told = [rows[row][at] for row in sorted(rows) if row >= header.row + header.rows and at < len(rows[row])]
    numbers = [_whole(value) for value in told if value is not None]
    return not header.paths[at] and bool(numbers) and numbers == list(range(1, len(numbers) + 1))


def _whole(value: Value | None) -> int | None:
    if isinstance(value, str):
        return int(value.strip(" .")) if value.strip(" .").isdecimal() else None
    return value if isinstance(value, int) else None


def _groups(
    row: int, header: _Header, unpivot: Unpivot, known: Known, ledger: Ledger, taken: set[int]
) -> list[Group]:
    groups: dict[str, Group] = {}
    for at in range(header.width):
        head, lower = header.split(at, unpivot.row)
        if at in taken or at in header.unwanted or not head:
            continue
        column = next((c for c in unpivot.columns if not c.header or _fits(c.header, lower)), None)
        if column is None or not _wanted(unpivot, head):
            continue
        if plain(head) not in groups:
            try:
                groups[plain(head)] = Group(_meant(unpivot, head, known))
            except Unread as error:
                ledger.problem((row + unpivot.row - 1, at), error.ru, error.en)
                ledger.mark((where for where in ledger.sheet.filled() if where[1] == at and where[0] >= row), PROBLEM)
                continue
        groups[plain(head)].columns.append((at, column))
        taken.add(at)
    return list(groups.values())


def _wanted(unpivot: Unpivot, head: str) -> bool:
    if unpivot.meaning:
        return plain(head) in unpivot.meaning
    return any(_fits(pattern, head) for pattern in unpivot.headers)


def _meant(unpivot: Unpivot, head: str, known: Known) -> dict[str, Any]:
    """The fields that a header text fills."""
    said: Mapping[str, Any] = unpivot.meaning.get(plain(head), {})
    if unpivot.into is None:
        return dict(said)
    found = convert(head, unpivot.into.how, known)
    if len(found.values) != 1:
        raise Unread(f"«{head}»: нужно одно значение", f"«{head}»: one value is needed")
    return {unpivot.into.field: found.values[0], **said}


class _Header:
    """The header rows of a table: for each column the texts from top to bottom, those of merged cells once."""

    def __init__(self, sheet: Sheet, row: int, rows: int, width: int) -> None:
        self.sheet, self.row, self.width, self.rows = sheet, row, width, rows
        self.unwanted: set[int] = set()
        self.texts = [[self._text(row + n, at) for n in range(rows)] for at in range(width)]
        self.paths = [list(dict.fromkeys(filter(None, texts))) for texts in self.texts]

    def find(self, name: str) -> list[int]:
        """The columns of a name: by the whole path, else by the lowest text, else by any; a merged cell is one."""
        for fits in (self._whole, self._lowest, self._any):
            found = [at for at in range(self.width) if fits(at, name)]
            origins = {self.sheet.origin(self.row + self.rows - 1, at) for at in found}
            if found:
                return found[:1] if len(origins) == 1 else found
        return []

    def matches(self, at: int, name: str) -> bool:
        """Whether a name means this column, be there others or not."""
        return self._whole(at, name) or self._lowest(at, name) or self._any(at, name)

    def score(self, table: Table) -> int:
        """How many columns of the mapping the header has."""
        found = sum(bool(self.find(column.header)) for column in table.columns)
        unpivot = table.unpivot
        if unpivot is not None and (not table.columns or found):
            found += sum(
                bool(h) and _wanted(unpivot, h) for h, _ in (self.split(at, unpivot.row) for at in range(self.width))
            )
        return found

    def split(self, at: int, row: int) -> tuple[str, str]:
        """The text of one header row, and the texts of the others together."""
        if row > self.rows:
            return "", ""
        head = self.texts[at][row - 1]
        others = dict.fromkeys(
            text for n, text in enumerate(self.texts[at]) if n != row - 1 and text and text != head
        )
        return head, " ".join(others)

    def words(self) -> list[str]:
        """Every header text, as compared."""
        return [plain(text) for path in self.paths for text in path]

    def row_words(self, n: int) -> list[str]:
        """One header row as compared, to know it again further down."""
        return [plain(texts[n]) for texts in self.texts]

    def _whole(self, at: int, name: str) -> bool:
        parts = name.split(" / ")
        path = self.paths[at]
        if len(parts) > 1:
            return len(parts) == len(path) and all(map(_fits, parts, path))
        return bool(path) and _fits(name, " ".join(path))

    def _lowest(self, at: int, name: str) -> bool:
        return bool(self.paths[at]) and _fits(name, self.paths[at][-1])

    def _any(self, at: int, name: str) -> bool:
        return any(_fits(name, text) for text in self.paths[at])

    def _text(self, row: int, column: int) -> str:
        value = self.sheet.value(row, column)
        return "" if value is None else tidy(str(value))


def _fits(pattern: str, text: str) -> bool:
    return _pattern(pattern).fullmatch(plain(text)) is not None


@lru_cache(maxsize=1_000)
def _pattern(text: str) -> re.Pattern[str]:
    """A name as compared; `*` stands for anything."""
    return re.compile(".*".join(re.escape(plain(part)) for part in text.split("*")))


def fits(patterns: Iterable[str], text: str) -> bool:
    """Whether a text is one of the patterns."""
    return any(_fits(pattern, text) for pattern in patterns)
