"""Files → grids: xlsx, xls, ods and csv, told apart by what they hold, not by the ending of their names."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from shnor_engine.errors import BadInput, FieldProblem, MissingExtra
from shnor_engine.intake import ods, xls, xlsx
from shnor_engine.intake.csv_text import read_text
from shnor_engine.intake.grid import Grid, Limits, Sheet, Value
from shnor_engine.intake.scan import Marks, Refused
from shnor_engine.intake.words import ERRORS

ENDINGS = (".xlsx", ".xlsm", ".xls", ".ods", ".csv")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK"


def read_grid(path: Path, *, limits: Limits | None = None, name: str = "") -> Grid:
    """The sheets of a file. Raises `BadInput` for what is no table or is too big, `MissingExtra` without calamine."""
    limits, name = limits or Limits(), name or path.name
    try:
        size = path.stat().st_size
        if size > limits.file_bytes:
            raise Refused(
                f"файл больше {limits.file_bytes // 2**20} МБ; разделите его или удалите лишние листы и картинки",
                f"the file is larger than {limits.file_bytes // 2**20} MB; split it",
            )
        with path.open("rb") as file:
            digest = sha256()
            while part := file.read(2**20):
                digest.update(part)
            file.seek(0)
            sheets = _sheets(file, path, limits)
            if not any(sheet.rows or sheet.errors for sheet in sheets):
                raise Refused("в файле нет ни одной заполненной ячейки", "no cell of the file holds anything")
    except Refused as refused:
        raise BadInput(name, [FieldProblem("(file)", str(refused), name)]) from None
    return Grid(name, digest.hexdigest(), tuple(sheets))


def _sheets(file: BinaryIO, path: Path, limits: Limits) -> list[Sheet]:
    head = file.read(8)
    file.seek(0)
    if head.startswith(ZIP):
        return _zipped(file, path, limits)
    if head == OLE:
        return _workbook(path, xls.scan(file, limits), limits)
    if path.suffix.lower() in (*ENDINGS[:-1], ".xlsb"):
        raise Refused(
            f"это не книга {path.suffix.lower()}: содержимое другое; откройте файл и сохраните заново",
            f"no {path.suffix.lower()} workbook: its content is another; open and save it again",
        )
    return [read_text(file.read(), path.stem, limits)]


def _zipped(file: BinaryIO, path: Path, limits: Limits) -> list[Sheet]:
    try:
        with zipfile.ZipFile(file) as archive:
            unpacked = sum(info.file_size for info in archive.infolist())
            if unpacked > limits.unpacked_bytes:
                raise Refused(
                    f"в распакованном виде книга больше {limits.unpacked_bytes // 2**20} МБ",
                    f"unpacked the workbook is larger than {limits.unpacked_bytes // 2**20} MB",
                )
            names = set(archive.namelist())
            if "xl/workbook.xml" in names:
                marks = xlsx.scan(archive, limits)
            elif "content.xml" in names:
                marks = ods.scan(archive, limits)
            else:
                raise Refused("это не книга xlsx и не ods", "neither an xlsx nor an ods workbook")
    except (
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        OSError,
        EOFError,
        NotImplementedError,
        zlib.error,
    ) as e:
        raise Refused("книга повреждена и не читается", f"the workbook is damaged ({e})") from None
    return _workbook(path, marks, limits)


def _workbook(path: Path, marks: dict[str, Marks], limits: Limits) -> list[Sheet]:
    """The values as calamine reads them, with what the scan has seen beside them."""
    try:
        import python_calamine as calamine
    except ImportError:
        raise MissingExtra("reading a workbook", "intake") from None
    try:
        with calamine.load_workbook(path) as book:
            names = [item.name for item in book.sheets_metadata if "WorkSheet" in str(item.typ)]
            return [_sheet(book.get_sheet_by_name(name), marks.get(name, Marks()), limits) for name in names]
    except calamine.PasswordError:
        raise Refused("книга защищена паролем; снимите пароль", "the workbook is password-protected") from None
    except calamine.CalamineError as error:
        raise Refused("книга повреждена и не читается", f"the workbook is damaged ({error})") from None


def _sheet(found: Any, marks: Marks, limits: Limits) -> Sheet:
    sheet = Sheet(found.name, errors=dict(marks.errors))
    if found.start is not None:
        if found.total_width * found.total_height > limits.cells:
            raise _too_many(found.name, limits)
        _fill(sheet, found.iter_rows(), found.start[1], marks)
    last = max(sheet.rows, default=-1), sheet.width() - 1
    merged = [*(found.merged_cell_ranges or ()), *marks.merged]
    covered = 0
    for first, end in merged:
        end = min(end[0], last[0]), min(end[1], last[1])
        covered += max(0, end[0] - first[0] + 1) * max(0, end[1] - first[1] + 1)
        if covered > limits.cells:
            raise _too_many(found.name, limits)
        sheet.cover(tuple(first), end)
    return sheet


def _fill(sheet: Sheet, rows: Iterable[list[Any]], left: int, marks: Marks) -> None:
    """Keep the rows that hold something; one object for equal texts, whole numbers as such, errors apart."""
    texts: dict[str, str] = {}
    for row, values in enumerate(rows):  # the reader gives empty rows above, but not the empty columns on the left
        kept: list[Value | None] = [None] * left
        for value in values:
            if value.__class__ is str:
                value = texts.setdefault(value, value) if value and not value.isspace() else None
            elif value.__class__ is float and value.is_integer():
                value = int(value)
            kept.append(value)
        while kept and kept[-1] is None:
            kept.pop()
        if kept:
            sheet.rows[row] = kept
    for (row, column), shown in marks.shown.items():
        found = sheet.rows.get(row, [])
        number = found[column] if column < len(found) else None
        if isinstance(number, int | float):
            found[column] = shown(number)
    for row, found in sheet.rows.items():
        for column, value in enumerate(found):
            if isinstance(value, str) and value[0] in "#E" and value.strip().upper() in ERRORS:
                sheet.errors.setdefault((row, column), value.strip())
    for row, column in sheet.errors:
        found = sheet.rows.get(row, [])
        if column < len(found):
            found[column] = None


def _too_many(name: str, limits: Limits) -> Refused:
    return Refused(
        f"лист «{name}» занимает больше {limits.cells:,} ячеек; удалите лишние строки и столбцы".replace(",", " "),
        f"sheet «{name}» spans more than {limits.cells:,} cells",
    )
