"""Rows of a sheet → what they tell: the fields of events, with the cells that say them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import product
from typing import Any

from shnor_engine.events.when import When
from shnor_engine.intake.converters import How, Known, Said, convert
from shnor_engine.intake.grid import At, Grid, Sheet, Value
from shnor_engine.intake.layout import Group, Layout, fits, lay_out
from shnor_engine.intake.ledger import PROBLEM, Ledger
from shnor_engine.intake.mapping import Column, Table
from shnor_engine.intake.problems import Note, Problem, Skipped, Unread
from shnor_engine.intake.words import is_hidden, plain, says_unknown, tidy

OTHER_SHEET, SUBTOTAL, FOOTNOTE = "лист не назван в описании", "итоговая строка", "сноска"
HEADER_AGAIN, NUMBERING, NO_DATA = "шапка повторена", "нумерация столбцов", "данных нет"
_TOTAL = re.compile(r"(?:итого|всего|в среднем|среднее значение|среднее по)\b")
_NUMBERS = frozenset({"whole", "number", "percent", "percent_whole", "share"})
_CACHED = 200_000


@dataclass(slots=True)
class Told:
    """What a row, or one of its groups, tells: values by field (None: unknown), and where they stand."""

    said: dict[str, Any]
    places: dict[str, At]
    cells: list[At]
    sheet: Sheet
    ledger: Ledger


@dataclass(slots=True)
class _Cells:
    """What some columns of a row say: by field, in which cells, and whether one is not understood."""

    said: dict[str, Said] = field(default_factory=dict)
    cells: list[At] = field(default_factory=list)
    places: dict[str, At] = field(default_factory=dict)
    bad: bool = False


_EMPTY = Said((None,))


@dataclass(slots=True)
class Reading:
    """Everything that a file tells under a mapping, and the account of its sheets."""

    told: list[Told] = field(default_factory=list)
    ledgers: list[Ledger] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def problems(self) -> list[Problem]:
        """The problems of all sheets."""
        return [problem for ledger in self.ledgers for problem in ledger.problems]

    def skipped(self) -> list[Skipped]:
        """What rules passed over in all sheets."""
        return [item for ledger in self.ledgers for item in ledger.skipped()]


def tell(grid: Grid, table: Table, known: Known) -> Reading:
    """What the sheets of a file tell; `table` has its parameters given."""
    reading = Reading()
    constants = {name: _constant(table, name, value, known) for name, value in table.constants.items()}
    wanted = _wanted(grid, table)
    for sheet in grid.sheets:
        ledger = Ledger(grid.name, sheet)
        reading.ledgers.append(ledger)
        if sheet.name not in wanted:
            ledger.skip(OTHER_SHEET, sheet.filled())
        elif layout := lay_out(sheet, table, known, ledger):
            _Rows(sheet, table, layout, known, ledger, reading, constants).read()
    for name in table.sheets:
        if name != "*" and not any(_same(sheet.name, name) for sheet in grid.sheets):
            there = ", ".join(f"«{sheet.name}»" for sheet in grid.sheets)
            reading.ledgers[0].sheet_problem(f"нет листа «{name}»; есть {there}", f"no sheet «{name}»")
    return reading


def _wanted(grid: Grid, table: Table) -> set[str]:
    """The sheets to read: those named; with none named, every sheet that holds something."""
    if not table.sheets or "*" in table.sheets:
        return {sheet.name for sheet in grid.sheets if sheet.rows}
    return {sheet.name for sheet in grid.sheets if any(_same(sheet.name, name) for name in table.sheets)}


def _same(one: str, other: str) -> bool:
    return plain(one) == plain(other)


def _constant(table: Table, name: str, value: Any, known: Known) -> Any:
    how = table.hows[name]
    if value is None:
        return None
    values = [value] if not isinstance(value, list) else value
    found = [one for part in values for one in convert(part, how, known).values]
    return tuple(found) if how.many else found[0]


class _Rows:
    """Reads the rows of one sheet."""

    def __init__(
        self,
        sheet: Sheet,
        table: Table,
        layout: Layout,
        known: Known,
        ledger: Ledger,
        reading: Reading,
        constants: Mapping[str, Any],
    ) -> None:
        self.sheet, self.table, self.layout, self.known = sheet, table, layout, known
        self.ledger, self.reading, self.constants = ledger, reading, constants
        self._seen: dict[tuple[int, type, Value], Said | Unread] = {}
        self._above: dict[int, At] = {}
        self._gathered: dict[Any, Told] = {}
        self._errors: dict[int, list[At]] = {}
        for at in sheet.errors:
            self._errors.setdefault(at[0], []).append(at)
        self._ordinal = 0
        self._mapped = {at for columns in (layout.columns, *(g.columns for g in layout.groups)) for at, _ in columns}
        self._say = (
            {}
            if table.unpaired is None
            else {name: _constant(table, name, value, known) for name, value in table.unpaired.say.items()}
        )

    def read(self) -> None:
        """Tell every row; what is gathered over rows is told at the end."""
        for row in sorted(self.sheet.rows.keys() | self._errors.keys()):
            if row < self.layout.first:
                continue
            if rule := self._skipped(row):
                self.ledger.skip(rule, self._filled(row))
            else:
                self._row(row)
        for told in self._gathered.values():
            values = told.said[self.table.gather]
            if twice := {value for value in values if values.count(value) > 1}:
                names = ", ".join(sorted(map(str, twice)))
                self.ledger.problem(told.cells[0], f"названо дважды: {names}", f"named twice: {names}")
                self.ledger.mark(told.cells, PROBLEM)
                continue
            told.said[self.table.gather] = tuple(values)
            self.reading.told.append(told)
        self.ledger.close()

    # --- rows that tell nothing

    def _filled(self, row: int) -> list[At]:
        values = self.sheet.rows.get(row, [])
        filled = [(row, column) for column, value in enumerate(values) if value is not None]
        return [*filled, *self._errors.get(row, ())]

    def _skipped(self, row: int) -> str:
        """The rule that passes over a row, or nothing."""
        values = self.sheet.rows.get(row, [])
        filled = [value for value in values if value is not None]
        if not filled:
            return ""
        first = next((tidy(value) for value in filled if isinstance(value, str)), "")
        if first:
            word = plain(first)
            if _TOTAL.match(word):
                return SUBTOTAL
            for name, pattern in self.table.skip.items():
                if fits((pattern,), first):
                    return name
            if len(filled) == 1 and ((re.match(r"\*+\s*\S", first) and not is_hidden(first)) or _footnote(word)):
                return FOOTNOTE
        if first and any(plain(first) in head and self._is_head(values, head) for head in self.layout.heads):
            return HEADER_AGAIN
        if row == self.layout.first and len(filled) > 2 and _counts_up(filled):
            return NUMBERING
        return ""

    def _is_head(self, values: list[Value | None], head: list[str]) -> bool:
        said = [plain(value) if isinstance(value, str) else "" for value in values]
        told = [word for word in head if word]
        return len(told) > 1 and [word for word in said if word] == told

    # --- rows that tell something

    def _row(self, row: int) -> None:
        base = self._cells(row, self.layout.columns)
        if self.layout.columns and not base.cells:
            return  # nothing names whom the rest is about: what stands there is reported at the end
        self._ordinal += 1
        groups = [(group, self._cells(row, group.columns)) for group in self.layout.groups]
        told = [(group, cells) for group, cells in groups if self._says_something(cells)]
        if base.bad or any(cells.bad for _, cells in told):
            self.ledger.mark([*base.cells, *(at for _, cells in told for at in cells.cells)], PROBLEM)
            return
        self.ledger.mark(base.cells)
        if self.table.unpivot is not None and self.table.unpivot.pairs:
            told = [_paired(self.table.unpivot.pairs, told)] if told else []
        number = 0
        for group, cells in told if self.layout.groups or self.table.gather else [(Group({}), _Cells())]:
            self.ledger.mark(cells.cells)
            head = {name: Said((value,)) for name, value in group.said.items()}
            for said in self._spread({**base.said, **head, **cells.said}):
                number += 1
                self._tell(said, [*base.cells, *cells.cells], number, {**base.places, **cells.places})

    def _says_something(self, cells: _Cells) -> bool:
        """Whether a group says anything: a hidden value does (there is one), an empty cell or a dash does not."""
        if cells.bad:
            return True
        known = any(value is not None for found in cells.said.values() for value in found.values)
        hidden = any(is_hidden(str(self.sheet.value(*at))) for at in cells.cells)
        if known or (hidden and not self.table.gather):
            return True
        self.ledger.skip(NO_DATA, cells.cells)
        return False

    def _cells(self, row: int, columns: list[tuple[int, Column]]) -> _Cells:
        """What the columns of a row say; cells that are not understood are problems of their own."""
        found = _Cells()
        fixed: dict[str, dict[int, Any]] = {}
        for at, column in columns:
            try:
                said, where = self._cell(row, at, column)
            except Unread as error:
                self.ledger.problem((row, at), error.ru, error.en)
                found.bad = True
                continue
            if where is not None:
                found.cells.append(where)
                found.places[column.field] = where
            if column.place:
                fixed.setdefault(column.field, {})[column.place] = said.values[0]
            else:
                found.said[column.field] = said
        for name, places in fixed.items():
            whole = None not in places.values()
            found.said[name] = Said((tuple(places[n] for n in sorted(places)) if whole else None,))
        return found

    def _cell(self, row: int, at: int, column: Column) -> tuple[Said, At | None]:
        """What one cell says, and where that stands; None for an empty one."""
        if (row, at) in self.sheet.errors:
            said = self.sheet.errors[row, at]
            raise Unread(f"ошибка в ячейке: {said}", f"error cell: {said}")
        value, where = self._raw(row, at)
        if column.field == self.table.gather and where[0] != row:
            return _EMPTY, None  # it was gathered in the row in which it stands
        if value is None and column.fill and at in self._above:
            where = self._above[at]
            value, where = self._raw(*where)
        if value is None:
            return _EMPTY, None
        self._above[at] = where
        if self.sheet.origins:
            self._whole_cell(row, at, where, column.how)
        return self._converted(value, column, where), where

    def _raw(self, row: int, column: int) -> tuple[Value | None, At]:
        where = self.sheet.origin(row, column) if self.sheet.origins else (row, column)
        values = self.sheet.rows.get(where[0])
        return (values[where[1]] if values is not None and where[1] < len(values) else None), where

    def _whole_cell(self, row: int, column: int, where: At, how: How) -> None:
        """A number of a merged cell belongs to its rows or columns together, and nobody says how to part it."""
        if how.converter not in _NUMBERS:
            return
        beside = self.sheet.origins.get((row, column + 1)) == where and column + 1 in self._mapped
        if where != (row, column) or beside or self.sheet.origins.get((row + 1, column)) == where:
            raise Unread(
                "число в объединённой ячейке: к какой строке и какому столбцу оно относится?",
                "a number in a merged cell: which row and column is it of?",
            )

    def _converted(self, value: Value, column: Column, where: At) -> Said:
        key = (id(column), value.__class__, value)
        found = self._seen.get(key)
        if found is None:
            if len(self._seen) > _CACHED:
                self._seen.clear()
            try:
                found = self._read(value, column)
            except Unread as error:
                found = error
            self._seen[key] = found
        if isinstance(found, Unread):
            raise found
        if found.note is not None:
            self.reading.notes.append(Note(self.sheet.address(*where), *found.note))
        return found

    def _read(self, value: Value, column: Column) -> Said:
        how = column.how
        if isinstance(value, str) and plain(value) not in how.words and says_unknown(value):
            return Said((None,), ("значение скрыто источником", "hidden by the source") if is_hidden(value) else None)
        found = convert(value, how, self.known)
        if self.table.gather == column.field:
            return found
        if how.many:
            values = tuple((one,) for one in found.values) if column.several else (found.values,)
            return replace(found, values=values)
        if len(found.values) > 1 and not column.several:
            raise Unread(
                "несколько значений в ячейке; если это разные события, укажите several: events",
                "several values in one cell; say several: events if these are different events",
            )
        return found

    def _spread(self, said: dict[str, Said]) -> Iterator[dict[str, Any]]:
        """Every event of a row: one for each combination of its several values."""
        gather = self.table.gather
        names = [name for name in said if name != gather]
        extra = self._unpaired(said)
        single = {**self.constants, **extra}
        for values in product(*(said[name].values for name in names)):
            told = {**single, **dict(zip(names, values, strict=True))}
            if gather:
                told[gather] = said[gather].values
            yield told

    def _unpaired(self, said: dict[str, Said]) -> Mapping[str, Any]:
        if self.table.unpaired is None:
            return {}
        several = 0
        for name in self.table.unpaired.fields:
            values = said[name].values if name in said else ()
            inside = values[0] if len(values) == 1 and isinstance(values[0], tuple) else values
            several += len(inside) > 1
        return self._say if several > 1 else {}

    def _tell(self, said: dict[str, Any], cells: list[At], number: int, places: dict[str, At]) -> None:
        gather = self.table.gather
        if gather:
            values = [value for value in said.pop(gather) if value is not None]
            if not values:
                return
        for name, template in self.table.compose.items():
            try:
                said[name] = _composed(template, said, self._ordinal, number)
            except Unread as error:
                self.ledger.problem(cells[0], error.ru, error.en)
                self.ledger.mark(cells, PROBLEM)
                return
        if not gather:
            self.reading.told.append(Told(said, places, cells, self.sheet, self.ledger))
            return
        key = tuple(sorted((name, str(value)) for name, value in said.items()))
        told = self._gathered.get(key)
        if told is None:
            told = self._gathered[key] = Told({**said, gather: []}, places, [], self.sheet, self.ledger)
        told.said[gather] += values
        told.cells += cells


def _paired(name: str, told: list[tuple[Group, _Cells]]) -> tuple[Group, _Cells]:
    """All groups as one: the value of each header is the key to what the cell below says."""
    found = _Cells()
    pairs: dict[Any, Any] = {}
    for group, cells in told:
        found.cells += cells.cells
        value = cells.said[name].values[0]
        if value is not None:
            pairs[group.said[name]] = value
    found.said[name] = Said((pairs or None,))
    return Group({}), found


def _footnote(word: str) -> bool:
    return word.startswith(("примечание", "источник", "сноска"))


def _counts_up(filled: list[Value]) -> bool:
    """Whether the cells are 1, 2, 3, …: the row under a header that numbers the columns."""
    numbers = [
        int(v) if isinstance(v, int) or (isinstance(v, str) and v.strip().isdecimal()) else None for v in filled
    ]
    return numbers == list(range(1, len(filled) + 1))


def _composed(template: str, said: Mapping[str, Any], row: int, number: int) -> str:
    values = {name: _written(value) for name, value in said.items()} | {"row": str(row), "n": str(number)}

    def put(found: re.Match[str]) -> str:
        value = values.get(found[1])
        if value is None:
            raise Unread(f"нет значения для {{{found[1]}}} в «{template}»", f"no value for {{{found[1]}}}")
        return value

    return re.sub(r"\{(\w+)\}", put, template)


def _written(value: Any) -> str | None:
    if isinstance(value, When):
        return value.start.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return "+".join(map(str, value))
    return None if value is None else str(value)
