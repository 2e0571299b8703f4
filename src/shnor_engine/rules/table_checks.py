"""Proof of a table: no two rows overlap, every row can be hit, no values are left out – in every epoch and region."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import inf
from typing import Any

from shnor_engine.errors import NoValue
from shnor_engine.law.dated import Since
from shnor_engine.law.law import Law
from shnor_engine.rules import geometry as geo
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.tables import Among, Anything, Band, Table, TableRow, WhenAbsent, asks_absence, edges
from shnor_engine.rules.tree import Expr, kind_of
from shnor_engine.rules.values import Round

ValueOf = Callable[[Expr[Any]], Any]
When = tuple[str, str]
NO_CLAUSES: Mapping[str, Expr[Any]] = {}


@dataclass(frozen=True, slots=True)
class TableProblem:
    """One thing wrong with a table: `rows-overlap`, `row-missing` or `row-shadowed`, and the row's file and line."""

    code: str
    message: str
    where: str
    ru: str = ""


def problems(
    made: Table[Any],
    law: Law | None = None,
    region: str | None = None,
    clauses: Mapping[str, Expr[Any]] = NO_CLAUSES,
) -> list[TableProblem]:
    """Everything wrong with a table under a law (None: the country's values of its own parameters), each once."""
    own = law or Law({param.key: param for param in _params(made, clauses)})
    found: dict[tuple[str, str], TableProblem] = {}
    for day, known in _epochs(made, own, region, clauses):
        value_of = _reader(own, day, known, region, clauses)
        try:
            cells = [tuple(plain_cell(cell, value_of) for cell in item.cells) for item in made.rows]
        except NoValue:
            continue  # a gap in the law is found by its own check
        for item in _wrong(made, axes_of(made, clauses), cells, _when(day, region)):
            found.setdefault((item.code, item.where), item)
    return list(found.values())


def _when(day: date, region: str | None) -> When:
    """From which day on and in which region, in English and in Russian."""
    since = ("", "") if day == date.min else (f" from {day} on", f" с {day:%d.%m.%Y}")
    where = (f" in {region}", f", {region}") if region else ("", "")
    return since[0] + where[0], since[1] + where[1]


def plain_cell(cell: Expr[bool], value_of: ValueOf) -> geo.Cell:
    """A cell as a set of plain values, days as ordinals."""
    match cell:
        case Band():
            low = -inf if cell.low is None else as_number(value_of(cell.low))
            high = inf if cell.high is None else as_number(value_of(cell.high))
            return geo.Interval(low, cell.low_in, high, cell.high_in)
        case Among():
            return geo.OneOf(frozenset(one for item in cell.items for one in _spread(value_of(item))))
        case Anything():
            return geo.Whatever()
        case WhenAbsent():
            return geo.Nothing()
    raise TypeError(f"{type(cell).__name__} is no cell of a table")


def as_number(value: Any) -> Any:
    """A day as its ordinal, every other value as it is."""
    return value.toordinal() if isinstance(value, date) else value


def _spread(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (as_number(value),)


# --- epochs ---------------------------------------------------------------------------------------


def _params(made: Table[Any], clauses: Mapping[str, Expr[Any]]) -> list[Any]:
    found = (_resolved(edge, clauses) for item in made.rows for cell in item.cells for edge in edges(cell))
    return list({edge.param.key: edge.param for edge in found if isinstance(edge, nodes.ParamRef)}.values())


def _epochs(
    made: Table[Any], law: Law, region: str | None, clauses: Mapping[str, Expr[Any]]
) -> Iterator[tuple[date, date | None]]:
    """A day in every stretch on which no edge changes, as known at every moment at which one became known."""
    entries: list[Since[Any]] = []
    for param in _params(made, clauses):
        entries += law.parameters[param.key].entries if param.key in law.parameters else param.entries
        entries += [entry for own in law.overrides if own.param == param.key for entry in own.entries]
    days = sorted({day for entry in entries for day in (entry.day, entry.until) if day is not None}) or [date.min]
    for known in (None, *sorted({entry.known for entry in entries if entry.known is not None})):
        yield from ((day, known) for day in days)


def _reader(law: Law, day: date, known: date | None, region: str | None, clauses: Mapping[str, Expr[Any]]) -> ValueOf:
    def read(edge: Expr[Any]) -> Any:
        expr = _resolved(edge, clauses)
        if isinstance(expr, nodes.ParamRef):
            return law.value(expr.param, at=expr.day or day, as_known=known, region=region).value
        return expr.value if isinstance(expr, nodes.Constant) else None

    return read


def _resolved(expr: Expr[Any], clauses: Mapping[str, Expr[Any]]) -> Expr[Any]:
    while isinstance(expr, nodes.ClauseRef):
        expr = clauses[expr.name]
    return expr


# --- axes -----------------------------------------------------------------------------------------


def axes_of(made: Table[Any], clauses: Mapping[str, Expr[Any]]) -> list[geo.Axis]:
    """What each input of a table can be by its declaration."""
    return [axis_of(item, clauses, asks_absence(made, place)) for place, item in enumerate(made.inputs)]


def axis_of(expr: Expr[Any], clauses: Mapping[str, Expr[Any]], absent: bool) -> geo.Axis:
    """What an input can be by its declaration."""
    kind = kind_of(expr)
    if kind == "truth":
        return geo.Axis("set", codes=(True, False), absent=absent)
    if kind == "code":
        codes = closed_codes(expr, clauses)
        return geo.Axis("set", codes=codes or (), others=codes is None, absent=absent)
    low, high = reach(expr, clauses)
    return geo.Axis("number", low, high, kind == "date" or is_whole(expr, clauses), absent=absent)


def closed_codes(expr: Expr[Any], clauses: Mapping[str, Expr[Any]]) -> tuple[str, ...] | None:
    """Every code that the expression can have; None where no closed list says."""
    match expr:
        case nodes.Constant():
            return (expr.value,)
        case nodes.ClauseRef():
            return closed_codes(clauses[expr.name], clauses) if expr.name in clauses else None
        case nodes.FieldRef():
            return expr.fact.fields()[expr.field].among or None
        case nodes.KeyRef():
            return next(key.codes for key in expr.fact.grain if key.name == expr.key) or None
        case nodes.Case():
            parts = [value for _, value in expr.rows] + ([expr.otherwise] if expr.otherwise is not None else [])
            found = [closed_codes(part, clauses) for part in parts]
            return None if None in found else tuple({code: None for codes in found for code in codes or ()})
        case Table():
            parts = [row.gives for row in expr.rows] + ([expr.otherwise] if expr.otherwise is not None else [])
            found = [closed_codes(part, clauses) for part in parts]
            return None if None in found else tuple({code: None for codes in found for code in codes or ()})
    return getattr(expr, "scale", None)


def reach(expr: Expr[Any], clauses: Mapping[str, Expr[Any]]) -> tuple[Any, Any]:
    """Between which numbers an input lies by its declaration."""
    match expr:
        case nodes.FieldRef():
            low, high = expr.fact.fields()[expr.field].bounds
            return (-inf if low is None else as_number(low), inf if high is None else as_number(high))
        case nodes.ClauseRef() if expr.name in clauses:
            return reach(clauses[expr.name], clauses)
        case nodes.Ratio() if expr.part_of:
            return 0, 1
        case nodes.Ratio() if all(reach(side, clauses)[0] >= 0 for side in (expr.part, expr.whole)):
            return 0, inf
        case nodes.Rows(how="count"):
            return 0, inf
        case nodes.Rows(how="mean" | "weighted" | "min" | "max" | "only") if expr.item is not None:
            return reach(expr.item, clauses)
    return -inf, inf


def is_whole(expr: Expr[Any], clauses: Mapping[str, Expr[Any]]) -> bool:
    """Whether an input is surely a whole number."""
    match expr:
        case nodes.FieldRef():
            return expr.fact.fields()[expr.field].of is int
        case nodes.Constant():
            return isinstance(expr.value, int)
        case nodes.ClauseRef():
            return expr.name in clauses and is_whole(clauses[expr.name], clauses)
        case nodes.Rows():
            return expr.how == "count" or (
                expr.how in ("sum", "min", "max", "only") and expr.item is not None and is_whole(expr.item, clauses)
            )
        case nodes.Arithmetic():
            return is_whole(expr.left, clauses) and is_whole(expr.right, clauses)
        case Round():
            return expr.places <= 0
    return type(expr).__name__ == "Between"


# --- what can be wrong ----------------------------------------------------------------------------


def _wrong(made: Table[Any], axes: list[geo.Axis], cells: list[geo.Cells], when: When) -> Iterator[TableProblem]:
    for number, (item, own) in enumerate(zip(made.rows, cells, strict=True), start=1):
        if not geo.ever(axes, own):
            yield TableProblem(
                "row-shadowed",
                f"row {number} can never be hit{when[0]}; mend or remove it",
                item.where,
                f"строка {number} никогда не выбирается{when[1]}; исправьте или уберите её",
            )
        elif made.hit == "collect":
            yield from _adds_nothing(made, axes, cells, number, when)
        else:
            yield from _overlaps(made, axes, cells, number, when)
    if made.hit == "unique" and made.otherwise is None and (left := geo.gap(axes, cells)) is not None:
        en, ru = point_text(made, left), point_text(made, left, "ru")
        yield TableProblem(
            "row-missing",
            f"no row of this table holds {en}{when[0]}; add a row, or otherwise=… (otherwise=absent: none is meant)",
            made.where,
            f"ни одна строка не берёт {ru}{when[1]}; добавьте строку или otherwise=… (absent: так и задумано)",
        )


def _overlaps(
    made: Table[Any], axes: list[geo.Axis], cells: list[geo.Cells], number: int, when: When
) -> Iterator[TableProblem]:
    for earlier in range(1, number):
        if (common := geo.meet(axes, cells[earlier - 1], cells[number - 1])) is not None:
            en, ru = point_text(made, common), point_text(made, common, "ru")
            yield TableProblem(
                "rows-overlap",
                f"rows {earlier} and {number} both hold {en}{when[0]}; in a unique table one row may",
                made.rows[number - 1].where,
                f"строки {earlier} и {number} обе берут {ru}{when[1]}; в таблице unique это может лишь одна",
            )


def _adds_nothing(
    made: Table[Any], axes: list[geo.Axis], cells: list[geo.Cells], number: int, when: When
) -> Iterator[TableProblem]:
    """A row all of whose values other rows hold that give the same code."""
    own = made.rows[number - 1]
    same = [
        tuple(row)
        for place, (item, row) in enumerate(zip(made.rows, cells, strict=True), start=1)
        if place != number and _code(item) is not None and _code(item) == _code(own)
    ]
    if same and geo.gap(axes, same, cells[number - 1]) is None:
        yield TableProblem(
            "row-shadowed",
            f"row {number} adds nothing to the rows beside it{when[0]}",
            own.where,
            f"строка {number} ничего не добавляет к остальным{when[1]}",
        )


def _code(item: TableRow[Any]) -> str | None:
    return item.gives.value if isinstance(item.gives, nodes.Constant) else None


def point_text(made: Table[Any], point: tuple[Any, ...], language: str = "en") -> str:
    """Values of the inputs as an author reads them."""
    pairs = zip(made.inputs, point, strict=True)
    return ", ".join(f"{name(read, language)} = {_value(read, value, language)}" for read, value in pairs)


def name(expr: Expr[Any], language: str = "en") -> str:
    """What an author calls an input."""
    match expr:
        case nodes.FieldRef():
            return f"{expr.fact.__name__}.{expr.field}"
        case nodes.ClauseRef():
            return expr.name
        case nodes.KeyRef():
            return expr.key
        case nodes.Ratio():
            return f"{name(expr.part, language)} / {name(expr.whole, language)}"
        case nodes.Rows():
            of = expr.fact.__name__ if expr.item is None else name(expr.item, language)
            return f"{expr.how}({of})" if language == "ru" else f"{expr.how} of {of}"
    return "вход" if language == "ru" else "the input"


def _value(expr: Expr[Any], value: Any, language: str) -> str:
    if value in (geo.ABSENT, geo.OTHER):
        en, ru = ("absent", "нет значения") if value == geo.ABSENT else ("any other code", "любой другой код")
        return ru if language == "ru" else en
    if kind_of(expr) == "date":
        return date.fromordinal(int(value)).isoformat()
    return str(Fraction(value)) if isinstance(value, Fraction) else str(value)
