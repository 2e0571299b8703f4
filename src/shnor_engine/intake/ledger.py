"""What became of every cell of a sheet: used, passed over by a named rule, or part of a problem. None is lost."""

from __future__ import annotations

from collections.abc import Iterable

from shnor_engine.intake.grid import At, Sheet, a1, letters
from shnor_engine.intake.problems import Problem, Skipped
from shnor_engine.intake.words import tidy

USED, SKIPPED, PROBLEM = 1, 2, 3
SHOWN = 60  # signs of a cell that a message repeats


class Ledger:
    """The account of one sheet of a file."""

    def __init__(self, file: str, sheet: Sheet) -> None:
        self.file, self.sheet = file, sheet
        self._width = sheet.width()
        self._marks: dict[int, bytearray] = {}
        self._rules: dict[str, list[At]] = {}  # the corners of what a rule passed over, and how many cells
        self._counts: dict[str, int] = {}
        self.problems: list[Problem] = []

    def mark(self, cells: Iterable[At], state: int = USED) -> None:
        """Note what became of cells; of a covered cell, of its origin. A problem stays one."""
        for row, column in cells:
            if self.sheet.origins:
                row, column = self.sheet.origin(row, column)
            marks = self._marks.get(row)
            if marks is None:
                marks = self._marks[row] = bytearray(self._width)
            if column < self._width and marks[column] != PROBLEM:
                marks[column] = state

    def state(self, row: int, column: int) -> int:
        """What became of a cell; 0 while nothing has."""
        marks = self._marks.get(row)
        return marks[column] if marks is not None and column < len(marks) else 0

    def skip(self, rule: str, cells: Iterable[At]) -> None:
        """Cells that hold something and that a rule passes over."""
        told = [at for at in cells if self.state(*self.sheet.origin(*at)) == 0]
        if not told:
            return
        self.mark(told, SKIPPED)
        self._counts[rule] = self._counts.get(rule, 0) + len(told)
        rows, columns = zip(*told, *self._rules.get(rule, ()), strict=True)
        self._rules[rule] = [(min(rows), min(columns)), (max(rows), max(columns))]

    def skipped_again(self, rule: str, cells: Iterable[At], kept: Iterable[At]) -> None:
        """Cells that were used and turn out to say nothing new; those that the first telling shares stay used."""
        again = [at for at in cells if at not in set(kept)]
        for row, column in again:
            row, column = self.sheet.origin(row, column)
            if self.state(row, column) == USED:
                self._marks[row][column] = 0
        self.skip(rule, again)

    def problem(self, at: At, ru: str, en: str, *, to: At | None = None) -> None:
        """A problem of a cell, or of the range up to `to`."""
        row, column = self.sheet.origin(*at)
        self.mark([(row, column)], PROBLEM)
        where = a1(row, column) if to is None or to == at else f"{a1(*at)}:{a1(*to)}"
        self.problems.append(Problem(self.file, self.sheet.name, where, self._shown(row, column), ru, en))

    def sheet_problem(self, ru: str, en: str) -> None:
        """A problem of the sheet as a whole: then none of its cells is used."""
        self.mark(self.sheet.filled(), PROBLEM)
        self.problems.append(Problem(self.file, self.sheet.name, "", "", ru, en))

    def close(self) -> None:
        """Report every cell of which nothing became, one problem a column."""
        left: dict[int, list[int]] = {}
        errors: list[At] = []
        for row, column in self.sheet.filled():
            if self.state(row, column) == 0:
                if (row, column) in self.sheet.errors:
                    errors.append((row, column))
                else:
                    left.setdefault(column, []).append(row)
        for at in errors:
            said = self.sheet.errors[at]
            self.problem(at, f"ошибка в ячейке: {said}", f"error cell: {said}")
        for column, rows in left.items():
            self.mark([(row, column) for row in rows], PROBLEM)
            told = (
                f"столбец {letters(column)}: {len(rows)} яч. не разобрано; назовите столбец в описании или в ignore"
            )
            said = f"column {letters(column)}: {len(rows)} cells are not read; name the column or ignore it"
            self.problem((rows[0], column), told, said, to=(rows[-1], column))

    def skipped(self) -> list[Skipped]:
        """What each rule passed over."""
        return [
            Skipped(rule, self.sheet.name, count, self.sheet.span(self._rules[rule]))
            for rule, count in self._counts.items()
        ]

    def _shown(self, row: int, column: int) -> str:
        value = self.sheet.errors.get((row, column)) or self.sheet.value(row, column)
        text = "" if value is None else tidy(str(value))
        return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
