"""What intake has to say of a cell: a problem that a person must settle, or a note that one should know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


class Unread(Exception):  # it never leaves this room: it becomes a Problem with its cell
    """A value that is not understood, and why, in both languages."""

    def __init__(self, ru: str, en: str) -> None:
        super().__init__(ru)
        self.ru, self.en = ru, en


@dataclass(frozen=True, slots=True)
class Problem:
    """Where something is not understood (file, sheet, cell or range), what stands there, and why."""

    file: str
    sheet: str
    cell: str
    value: str
    ru: str
    en: str

    def __str__(self) -> str:
        where = f"{self.file}, {self.sheet}!{self.cell}" if self.cell else f"{self.file}, {self.sheet}"
        return f"{where}: {self.ru}"

    def to_json(self) -> dict[str, Any]:
        """The problem with the names of its parts."""
        return {name: getattr(self, name) for name in ("file", "sheet", "cell", "value", "ru", "en")}


@dataclass(frozen=True, slots=True)
class Note:
    """Something understood that one should know, for example that a value is hidden by the source."""

    cell: str
    ru: str
    en: str

    def to_json(self) -> dict[str, Any]:
        """The note with the names of its parts."""
        return {"cell": self.cell, "ru": self.ru, "en": self.en}


@dataclass(frozen=True, slots=True)
class Skipped:
    """Cells that a named rule passes over: how many, and the rectangle around them."""

    rule: str
    sheet: str
    cells: int
    around: str

    def to_json(self) -> dict[str, Any]:
        """The rule with what it passed over."""
        return {"rule": self.rule, "sheet": self.sheet, "cells": self.cells, "around": self.around}
