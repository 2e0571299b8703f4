"""Looks through an ods file before its values are read: how far it reaches, merged and error cells, percents."""

from __future__ import annotations

from xml.etree import ElementTree as ET
from zipfile import ZipFile

from shnor_engine.intake.grid import At, Limits
from shnor_engine.intake.scan import Marks, Refused, as_percent

TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
EXTRA = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"


def scan(archive: ZipFile, limits: Limits) -> dict[str, Marks]:
    """The marks of every sheet by its name; raises `Refused` for a sheet that reaches too far or a locked file."""
    if b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise Refused("книга защищена паролем; снимите пароль", "the workbook is password-protected")
    found: dict[str, Marks] = {}
    sheet = _Sheet("", limits)
    row: ET.Element | None = None
    with archive.open("content.xml") as file:
        try:
            for happened, item in ET.iterparse(file, ("start", "end")):
                if happened == "start" and item.tag == f"{TABLE}table":
                    sheet = _Sheet(item.get(f"{TABLE}name", ""), limits)
                    found[sheet.name] = sheet.marks
                elif happened == "start" and item.tag == f"{TABLE}table-row":
                    row = item
                elif happened == "end" and row is not None and item is row:
                    sheet.row(row)
                    row.clear()
                    row = None
        except ET.ParseError as error:
            raise ValueError(str(error)) from None
    return found


class _Sheet:
    """One sheet while it is gone through; `at` is the next row."""

    def __init__(self, name: str, limits: Limits) -> None:
        self.name, self.limits, self.marks = name, limits, Marks()
        self.at = self.width = 0

    def row(self, item: ET.Element) -> None:
        times, column, told = int(item.get(f"{TABLE}number-rows-repeated", "1")), 0, False
        for cell in item:
            if not cell.tag.endswith(("}table-cell", "}covered-table-cell")):
                continue
            repeated = int(cell.get(f"{TABLE}number-columns-repeated", "1"))
            if len(cell) or cell.get(f"{OFFICE}value-type"):
                told = True
                self.width = max(self.width, column + repeated)
                self._bound((self.at + times) * self.width)
                self._cell(cell, (self.at, column), repeated, times)
            column += repeated
        self.at += times
        if told:
            self._bound(self.at * self.width)

    def _cell(self, cell: ET.Element, at: At, repeated: int, times: int) -> None:
        down = int(cell.get(f"{TABLE}number-rows-spanned", "1"))
        right = int(cell.get(f"{TABLE}number-columns-spanned", "1"))
        if down > 1 or right > 1:
            self.marks.merged.append((at, (at[0] + down - 1, at[1] + right - 1)))
        error = cell.get(f"{EXTRA}value-type") == "error"
        if not error and cell.get(f"{OFFICE}value-type") != "percentage":
            return
        places = [(at[0] + n, at[1] + m) for n in range(times) for m in range(repeated)]
        if error:
            said = "".join(cell.itertext()).strip() or "#?"
            self.marks.errors |= dict.fromkeys(places, said)
        else:
            self.marks.shown |= dict.fromkeys(places, as_percent)

    def _bound(self, cells: int) -> None:
        if cells > self.limits.cells:
            raise Refused(
                f"лист «{self.name}» занимает больше {self.limits.cells} ячеек",
                f"sheet «{self.name}» spans more than {self.limits.cells} cells",
            )
