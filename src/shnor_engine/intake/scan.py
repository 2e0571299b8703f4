"""What a workbook says beside its values: error cells, merged ranges, numbers shown as something else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from shnor_engine.intake.grid import At

Shown = Callable[[int | float], str]


class Refused(Exception):  # it never leaves this room: `read_grid` makes it a BadInput with the file's name
    """A file that is not read, and why, in both languages."""

    def __init__(self, ru: str, en: str) -> None:
        super().__init__(f"{ru} ({en})")


@dataclass(slots=True)
class Marks:
    """Of one sheet: errors by cell, merged ranges that the reader of values does not give, and how numbers show."""

    errors: dict[At, str] = field(default_factory=dict)
    merged: list[tuple[At, At]] = field(default_factory=list)
    shown: dict[At, Shown] = field(default_factory=dict)


def as_percent(number: int | float) -> str:
    """What a cell in percent format says: 0.512 is «51.2%»."""
    said = (Decimal(repr(number)) * 100).normalize()
    return f"{said:f}%"


def as_code(digits: int) -> Shown:
    """What a cell in a format of zeros says: 1611 under 00000 is «01611»."""
    return lambda number: f"{number:0{digits}d}" if isinstance(number, int) else str(number)
