"""Days as a frame holds them: a date, or a pair of dates between which a day lies; read as ordinals of the calendar.

A pair is two columns of a prepared table, the second under a name of its own (`last_of`); a plain date is one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any

import narwhals.stable.v2 as nw

from shnor_engine.errors import FactError
from shnor_engine.reasoning.columns.calendar import FIRST, LAST, ordinal_of
from shnor_engine.rules.fact import Fact, Field
from shnor_engine.rules.table_checks import as_number

SECOND = " last"  # no field has a space in its name


def last_of(name: str) -> str:
    """The name under which the later day of a pair is held."""
    return f"{name}{SECOND}"


def field_of(fact: type[Fact], name: str) -> Field[Any]:
    """The field of a name, also of the later day of a pair."""
    return fact.fields()[name.removesuffix(SECOND)]


def limits(field: Field[Any]) -> tuple[Fraction | None, Fraction | None]:
    """The bounds of a field of numbers or of days (as ordinals); None where it has none."""
    low, high = (None if end is None else Fraction(as_number(end)) for end in field.bounds)
    return low, high


def within(field: Field[Any]) -> tuple[int, int]:
    """The first and the last day that a field can hold: its bounds, else the ends of the calendar."""
    low, high = limits(field)
    return FIRST if low is None else int(low), LAST if high is None else int(high)


def paired(rows: Sequence[dict[str, Any]], column: str) -> None:
    """Rows with a pair in each cell of a column, if one of them holds a pair; changes them."""
    if not any(isinstance(row.get(column), tuple | list) for row in rows):
        return
    for row in rows:
        value = row.get(column)
        row[column] = [value, value] if isinstance(value, date) else None if value is None else list(value)


def cells(fact: type[Fact], field: Field[Any], column: str, frame: Any) -> dict[str, nw.Expr]:
    """The ordinals of a column by name, two of them for pairs; raises `FactError` for what is no day."""
    dtype = frame.collect_schema()[column]
    held = nw.col(column)
    if isinstance(dtype, nw.Date):
        return {field.name: ordinal_of(held)}
    if isinstance(dtype, nw.Unknown):
        return {field.name: ordinal_of(held.cast(nw.Date))}
    where = f"{fact.__name__}, column {column}"
    if not isinstance(dtype, nw.List | nw.Array) or not isinstance(dtype.inner, nw.Date | nw.Unknown):
        raise FactError(f"it is {dtype}, not a day or a pair of days", where)
    pairs = held.cast(nw.List(nw.Date))
    _refuse_no_pairs(frame, pairs, where)
    ends = [ordinal_of(pairs.list.get(place)) for place in (0, 1)]
    known = _says_something(field, *ends)
    return {field.name: nw.when(known).then(ends[0]), last_of(field.name): nw.when(known).then(ends[1])}


def _refuse_no_pairs(frame: Any, pairs: nw.Expr, where: str) -> None:
    """Raise where a list is no two days, before an engine is asked for the second of one."""
    found = frame.select(pairs.list.len().alias("length"), pairs.alias("pair"))
    strange = (nw.col("length") != 2).cast(nw.Int64).sum().alias("count")
    if not (count := _one(found.select(strange))["count"]):
        ends = [nw.col("pair").list.get(place).is_null() for place in (0, 1)]
        half = (~nw.col("pair").is_null() & (ends[0] | ends[1])).cast(nw.Int64).sum().alias("count")
        count = _one(found.select(half))["count"]
    if count:
        raise FactError(f"{count} rows hold no pair of days, the earlier first", where)


def _one(frame: Any) -> dict[str, Any]:
    return dict(frame.collect().rows(named=True)[0])


def _says_something(field: Field[Any], first: nw.Expr, last: nw.Expr) -> nw.Expr:
    """Where a pair says more than the bounds of its field do: the whole of them is what nobody knows."""
    low, high = limits(field)
    known = ~first.is_null()
    return known if low is None or high is None else known & ~((first == int(low)) & (last == int(high)))
