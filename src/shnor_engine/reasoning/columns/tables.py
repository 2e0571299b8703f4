"""Fact frames made ready: checked against the fact once, whole numbers in 64 bits, one row a grain.

A row that the fact does not allow is refused with fact, column and count before anything is decided. What the check
saw (nulls, the range of each number, the span of periods) lets the compiler leave out what cannot occur.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from math import lcm
from typing import Any, TypeAlias

import narwhals.stable.v2 as nw

from shnor_engine.errors import FactError
from shnor_engine.reasoning.columns import day_cells
from shnor_engine.reasoning.columns.periods import is_text, ordinals, strange
from shnor_engine.reasoning.columns.wholes import LEAST, MOST
from shnor_engine.reasoning.facts import check_key
from shnor_engine.reasoning.frames import frame_of, is_rows
from shnor_engine.rules.fact import Fact, Field, Key
from shnor_engine.rules.periods import KEY_SAMPLE, SCHOOL_YEAR, YEAR, ordinal

Frame: TypeAlias = "nw.LazyFrame[Any]"
INTEGERS = (nw.Int8, nw.Int16, nw.Int32, nw.Int64, nw.UInt8, nw.UInt16, nw.UInt32, nw.UInt64, nw.Int128, nw.UInt128)
WIDE = (nw.UInt64, nw.Int128, nw.UInt128)
KINDS = ("truth", "number", "code", "date")  # what a cell of a frame can hold
POLARS: Mapping[str, Any] = {"engine": "streaming"}
TEXTS = (nw.String, nw.Categorical, nw.Enum)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the check saw of a column: nulls, and of a number its range over the literal denominator `den`."""

    nulls: int = 0
    low: int = 0
    high: int = 0
    den: int = 1


@dataclass
class Table:
    """One fact's rows: a lazy frame with a column per key and `Fact__field` per field read; a period is its ordinal.

    Keys do not repeat once `settled`: whoever needs that calls `settle` or finds it out on the way. `grouped` are
    these rows added up by some of the keys: a shorter way to the values that those keys have. `one_period`
    names the period key if every row is of the same period.
    """

    fact: type[Fact]
    frame: Frame
    by: tuple[str, ...]
    rows: int
    fields: Mapping[str, Seen]
    periods: tuple[int, int] | None
    settled: bool = False
    grouped: Frame | None = None
    one_period: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys beside `by`, then the grain."""
        return (*self.by, *self.fact.key_names())

    def distinct(self, names: Sequence[str]) -> Frame:
        """The values that some keys have."""
        short = self.grouped is not None and set(names) <= set(self.grouped.collect_schema())
        frame = self.grouped if short and self.grouped is not None else self.frame
        return frame.select(*names).unique()

    def settle(self) -> None:
        """One row a grain, looked up where it is not known yet: two rows that differ leave the value unknown."""
        if self.settled:
            return
        kept = self.frame.select(*self.keys).unique()
        found = collect(kept.select(nw.len().alias("rows"), *null_keys(self.keys)))[0]
        self.refuse_null_keys(found)
        if found["rows"] != self.rows:
            self.merge()
        self.settled = True

    def refuse_null_keys(self, found: Mapping[str, Any]) -> None:
        """Raise where a key is null; `found` are the counts that `null_keys` asks for."""
        for name in self.keys:
            if found.get(f"null {name}"):
                count = collect(self.frame.select(*null_keys((name,))))[0][f"null {name}"]
                raise FactError(f"key {name} is null in {count} rows", self.fact.__name__)

    def merge(self) -> None:
        """Rows of one grain made one."""
        self.frame, self.fields = _merged(self.fact, self.frame, self.keys, list(self.fields), self.fields)
        self.settled = True


def codes_of_key(key: Key) -> tuple[str, ...]:
    """Every code that a key can have; empty where no list closes it."""
    among: Any = key.among  # a list of its own, or a parameter that holds one
    return among if isinstance(among, tuple) else tuple(getattr(key, "codes", ()))


def name_of(fact: type[Fact], field_name: str) -> str:
    """The column of a field in a prepared table."""
    return f"{fact.__name__}__{field_name}"


def lazy(native: Any, where: str = "") -> Frame:
    """Any frame that narwhals knows, lazily; row dicts become a Polars frame."""
    if is_rows(native):
        native = _polars(native)
    frame = frame_of(native, where)
    return frame.lazy() if isinstance(frame, nw.DataFrame) else frame


def beside(seed: Frame, frame: Frame) -> Frame:
    """A small frame on the engine of another one."""
    if frame.implementation is seed.implementation:
        return frame
    rows = collect(frame)
    return big_frame(seed, {name: [row[name] for row in rows] for name in frame.collect_schema()})


def _polars(rows: Sequence[Mapping[str, Any]]) -> Any:
    import polars as pl

    names = list(dict.fromkeys(name for row in rows for name in row))
    return pl.DataFrame({name: pl.Series(name, [row.get(name) for row in rows], strict=True) for name in names})


def one_row(frame: Frame) -> Frame:
    """A frame of one row and no meaning, on the engine of another: the seed of small literal frames."""
    return frame.select(nw.len().alias("_one"))


SEPARATORS = ("\x1e", "\x1f")


def big_frame(seed: Frame, columns: Mapping[str, Sequence[str | int | bool | None]]) -> Frame:
    """A frame of any size on the seed's engine: as such on Polars, elsewhere one text that the engine takes apart."""
    if seed.implementation.is_polars():
        import polars as pl

        kinds = {name: _kind(values) for name, values in columns.items()}
        series = [pl.Series(name, values, dtype=getattr(pl, kinds[name])) for name, values in columns.items()]
        return nw.from_native(pl.LazyFrame(series))
    lines = [SEPARATORS[1].join(map(_text, line)) for line in zip(*columns.values(), strict=True)]
    text = nw.lit(SEPARATORS[0].join(lines)).str.split(SEPARATORS[0]).alias("_line")
    frame = one_row(seed).select(text).explode("_line")
    if not lines:
        frame = frame.filter(nw.col("_line").is_null())
    frame = frame.with_columns(nw.col("_line").str.split(SEPARATORS[1]).alias("_parts"))
    return frame.select(
        *(
            _parsed(nw.col("_parts").list.get(place), _kind(values)).alias(name)
            for place, (name, values) in enumerate(columns.items())
        )
    )


def _kind(values: Sequence[Any]) -> str:
    sample = next((value for value in values if value is not None), None)
    return "Boolean" if isinstance(sample, bool) else "Int64" if isinstance(sample, int) else "String"


def _text(value: str | int | bool | None) -> str:
    return "" if value is None else str(int(value)) if isinstance(value, bool) else f"={value}"


def _parsed(part: nw.Expr, kind: str) -> nw.Expr:
    given = nw.when(part != "").then(part)
    if kind == "String":
        return given.str.slice(1)
    if kind == "Boolean":
        return given == "1"
    return given.str.slice(1).cast(nw.Int64)


def _typed(value: str | int) -> nw.Expr:
    return nw.lit(value, dtype=nw.String if isinstance(value, str) else nw.Int64)


def collect(frame: Frame) -> list[dict[str, Any]]:
    """The rows of a (small) frame as dicts."""
    return list(frame.collect(**(POLARS if frame.implementation.is_polars() else {})).rows(named=True))


# --- making ready ---------------------------------------------------------------------------------


def prepare(
    fact: type[Fact],
    native: Any,
    read: Sequence[str],
    *,
    by: Sequence[str] = (),
    names: Mapping[str, str] | None = None,
) -> Table:
    """The table of a fact with the fields that are read; raises `FactError` for a column or rows it does not allow.

    `by` are further key columns (a draw, a case); a frame without them speaks for all of their values.
    """
    renamed = names or {}
    dens: dict[str, int] = {}
    if is_rows(native):
        native, dens = _rows(fact, native, renamed)
    frame = lazy(native, fact.__name__)
    frame = _with_optional(fact, frame, renamed)
    schema = frame.collect_schema()
    further = tuple(name for name in by if name in schema)
    check_columns(fact, (*fact.key_names(), *fact.fields()), list(schema), renamed)
    keys = [_key_expr(nw.col(name), schema[name]).alias(name) for name in further]
    for key in fact.grain:
        column = renamed.get(key.name, key.name)
        _check_key_type(fact, key, column, schema[column])
        if isinstance(schema[column], WIDE):
            _refuse_wide(frame, column, fact.__name__)
        keys.append(_key_expr(nw.col(column), schema[column]).alias(key.name))
    cells = []
    read = [name for name in read if fact.fields()[name].kind in KINDS]
    for name in read:
        column = renamed.get(name, name)
        if fact.fields()[name].kind == "date":
            pair = day_cells.cells(fact, fact.fields()[name], column, frame)
            cells += [expr.alias(name_of(fact, part)) for part, expr in pair.items()]
            dens |= dict.fromkeys(pair, 1)
            continue
        if isinstance(schema[column], WIDE):
            _refuse_wide(frame, column, fact.__name__)
        expr, den = _cell(fact, fact.fields()[name], column, schema[column])
        dens[name] = den * dens.get(name, 1)
        cells.append(expr.alias(name_of(fact, name)))
    parts = [part for name in read for part in (name, day_cells.last_of(name)) if part in dens]
    return _checked(fact, frame.select(*keys, *cells), parts, further, dens)


def _refuse_wide(frame: Frame, column: str, where: str) -> None:
    """Raise where a whole number does not fit into 64 bits: an engine would break or wrap on it."""
    found = collect(frame.select(nw.col(column).min().alias("low"), nw.col(column).max().alias("high")))[0]
    for end in found.values():
        if end is not None and not LEAST <= end <= MOST:
            raise FactError(f"{end} lies outside {LEAST}..{MOST}", f"{where}, column {column}")


def _with_optional(fact: type[Fact], frame: Frame, names: Mapping[str, str]) -> Frame:
    """The frame with a column for every field that it may lack: nobody knows what stands in it."""
    kinds: dict[str, Any] = {"truth": nw.Boolean, "number": nw.Int64, "code": nw.String, "date": nw.Date}
    schema = frame.collect_schema()
    lacking = {
        names.get(name, name): nw.lit(None, dtype=kinds[item.kind])
        for name, item in fact.fields().items()
        if item.optional and names.get(name, name) not in schema
    }
    return frame.with_columns(**lacking) if lacking else frame


def _rows(
    fact: type[Fact], rows: Sequence[Mapping[str, Any]], names: Mapping[str, str]
) -> tuple[Any, dict[str, int]]:
    """Row dicts as a frame, fractions as whole numbers over one denominator per field."""
    import polars as pl

    if not rows:
        kinds = {"truth": pl.Boolean, "number": pl.Int64, "code": pl.String, "date": pl.Date}
        keys = {names.get(key.name, key.name): pl.Int64 if _counted(key) else pl.String for key in fact.grain}
        fields = {names.get(name, name): kinds[item.kind] for name, item in fact.fields().items()}
        return pl.DataFrame(schema={**keys, **fields}), {}
    dens, changed = {}, [dict(row) for row in rows]
    for name, item in fact.fields().items():
        column = names.get(name, name)
        if item.kind == "date":
            day_cells.paired(changed, column)
        for number, row in enumerate(rows):
            if isinstance(value := row.get(column), Decimal) and not value.is_finite():
                raise FactError(f"{value} is no number", f"{fact.__name__}, row {number}, column {column}")
        fractions = [row[column] for row in rows if isinstance(row.get(column), Fraction)]
        if item.kind == "number" and fractions:
            dens[name] = lcm(*(value.denominator for value in fractions))
            for row in changed:
                if row.get(column) is not None:
                    row[column] = int(Fraction(row[column]) * dens[name])
    return _polars(changed), dens


def check_columns(fact: type[Fact], wanted: Iterable[str], columns: list[str], names: Mapping[str, str]) -> None:
    """Raise `FactError` for a key or field that no column holds."""
    for name in wanted:
        column = names.get(name, name)
        if column not in columns:
            near = get_close_matches(column, columns, n=3, cutoff=0.5)
            hint = f"did you mean {', '.join(near)}?" if near else f"it has {', '.join(columns) or 'none'}"
            raise FactError(f"column {column} is missing; {hint}", fact.__name__)


def _counted(key: Key) -> bool:
    """Whether a period is a whole number; a quarter and a month are text."""
    return key.period in (YEAR, SCHOOL_YEAR)


def _check_key_type(fact: type[Fact], key: Key, column: str, dtype: Any) -> None:
    allowed = INTEGERS if _counted(key) else TEXTS if key.period else (*INTEGERS, *TEXTS)
    if not isinstance(dtype, (*allowed, nw.Unknown)):
        wanted = "a year" if _counted(key) else f"a {key.period}" if key.period else "text or a whole number"
        raise FactError(f"key {key.name} is {dtype}, not {wanted}; cast it", f"{fact.__name__}, column {column}")


def _key_expr(expr: nw.Expr, dtype: Any) -> nw.Expr:
    if isinstance(dtype, INTEGERS):
        return expr.cast(nw.Int64)
    return expr if isinstance(dtype, nw.String) else expr.cast(nw.String)


def _cell(fact: type[Fact], field_: Field[Any], column: str, dtype: Any) -> tuple[nw.Expr, int]:
    """The column as reasoning holds it, and the literal denominator of its whole numbers."""
    expr = nw.col(column)
    if field_.kind == "truth" and isinstance(dtype, nw.Boolean | nw.Unknown):
        return expr.cast(nw.Boolean), 1
    if field_.kind == "code" and isinstance(dtype, (*TEXTS, nw.Unknown)):
        return expr.cast(nw.String), 1
    if field_.kind == "number":
        if isinstance(dtype, (*INTEGERS, nw.Unknown)):
            return expr.cast(nw.Int64), 1
        if isinstance(dtype, nw.Decimal):
            scale = 10 ** (dtype.scale or 0)
            return (expr * scale).cast(nw.Int64), scale
    wanted = {"truth": "true or false", "code": "text", "number": "a whole or exact number"}[field_.kind]
    hint = (
        "; a float is not exact: give part and whole, or a Decimal (pandas: convert_dtypes())"
        if dtype.is_float()
        else ""
    )
    raise FactError(f"it is {dtype}, not {wanted}{hint}", f"{fact.__name__}, column {column}")


def _checked(
    fact: type[Fact], frame: Frame, read: Sequence[str], by: tuple[str, ...], dens: Mapping[str, int]
) -> Table:
    timed = fact.period_key()
    asked = [nw.len().alias("rows")]
    if timed is not None:
        asked += _asked_of_period(timed)
    for name in read:
        asked += _asked(fact, name, dens[name])
    for key in fact.grain:
        if listed := codes_of_key(key):
            strange = ~nw.col(key.name).is_in(list(listed))
            asked.append(strange.cast(nw.Int64).sum().alias(f"strange {key.name}"))
    found = collect(frame.select(*asked))[0]
    if timed is not None:
        _refuse_periods(fact, timed, found)
    _refuse(fact, frame, read, dens, found)
    fields = {
        name: Seen(
            found[f"null {name}"] or 0, found.get(f"low {name}") or 0, found.get(f"high {name}") or 0, dens[name]
        )
        for name in read
    }
    periods = None if timed is None or not found["rows"] else _spanned(timed, found)
    one = ""
    if timed is not None:
        one = timed.name if periods and periods[0] == periods[1] and not found[f"null {timed.name}"] else ""
        frame = frame.with_columns(ordinals(timed)) if is_text(timed) else frame
    return Table(fact, frame, by, found["rows"], fields, periods, settled=not found["rows"], one_period=one)


def _spanned(key: Key, found: Mapping[str, Any]) -> tuple[int, int] | None:
    """The ordinals of the first and the last period; text sorts as time does."""
    ends = found["first"], found["last"]
    return None if None in ends else (ordinal(key.period, ends[0]), ordinal(key.period, ends[1]))


def _asked_of_period(key: Key) -> list[nw.Expr]:
    held = nw.col(key.name)
    asked = [held.min().alias("first"), held.max().alias("last"), *null_keys((key.name,))]
    if is_text(key):
        asked.append(strange(key).cast(nw.Int64).sum().alias("strange periods"))
    if key.gaps:
        asked.append(held.is_in(list(key.gaps)).cast(nw.Int64).sum().alias("in gaps"))
    return asked


def _refuse_periods(fact: type[Fact], key: Key, found: Mapping[str, Any]) -> None:
    """Raise where text is no period, or where a row stands in a declared gap."""
    if count := found.get("strange periods"):
        raise FactError(
            f"key {key.name}: {count} rows are not a {key.period} like {KEY_SAMPLE[key.period]}", fact.__name__
        )
    for end in (found["first"], found["last"]) if _counted(key) else ():
        if end is not None:
            check_key(key, end, fact.__name__)
    if count := found.get("in gaps"):
        raise FactError(
            f"key {key.name}: {count} rows lie in a period declared as a gap: nothing is measured in it",
            fact.__name__,
        )


def null_keys(keys: Sequence[str]) -> list[nw.Expr]:
    """How many rows hold no value of each key."""
    return [nw.col(name).is_null().cast(nw.Int64).sum().alias(f"null {name}") for name in keys]


def _asked(fact: type[Fact], name: str, den: int) -> list[nw.Expr]:
    cell = nw.col(name_of(fact, name))
    field_ = day_cells.field_of(fact, name)
    asked = [cell.is_null().cast(nw.Int64).sum().alias(f"null {name}")]
    if field_.kind in ("number", "date"):
        asked += [cell.min().alias(f"low {name}"), cell.max().alias(f"high {name}")]
        if name != field_.name:
            reversed_ = nw.col(name_of(fact, field_.name)) > cell
            asked.append(reversed_.cast(nw.Int64).sum().alias(f"strange {name}"))
        if field_.of is int and den != 1:
            asked.append((cell % den != 0).cast(nw.Int64).sum().alias(f"strange {name}"))
    elif field_.kind == "code" and field_.among:
        asked.append((~cell.is_in(list(field_.among))).cast(nw.Int64).sum().alias(f"strange {name}"))
    return asked


def allowed(field_: Field[Any]) -> tuple[Fraction | None, Fraction | None]:
    """The least and the largest number that a source may give for a field."""
    if field_.kind == "date":
        return day_cells.limits(field_)
    low, high = (None if end is None else Fraction(end) for end in field_.limits)
    if field_.whole_percent:
        half = Fraction(1, 2)
        return None if low is None else low * 100 - half, None if high is None else high * 100 + half
    return low, high


def _refuse(
    fact: type[Fact],
    frame: Frame,
    read: Sequence[str],
    dens: Mapping[str, int],
    found: Mapping[str, Any],
) -> None:
    for key in fact.grain:
        if count := found.get(f"strange {key.name}"):
            raise FactError(
                f"key {key.name}: {count} rows are not one of {', '.join(codes_of_key(key))}", fact.__name__
            )
    for name in read:
        field_ = day_cells.field_of(fact, name)
        where = f"{fact.__name__}, column {field_.name}"
        if count := found.get(f"strange {name}"):
            what = {"number": "hold no whole number", "date": "hold no pair of days, the earlier first"}
            raise FactError(f"{count} rows {what.get(field_.kind, _none_of(field_))}", where)
        if field_.kind in ("number", "date") and found[f"low {name}"] is not None:
            _refuse_outside(fact, frame, name, dens[name], found, where)


def _none_of(field_: Field[Any]) -> str:
    return f"hold none of {', '.join(field_.among)}"


def _refuse_outside(
    fact: type[Fact], frame: Frame, name: str, den: int, found: Mapping[str, Any], where: str
) -> None:
    field_ = day_cells.field_of(fact, name)
    low, high = allowed(field_)
    least = LEAST if low is None else -((-low * den).__floor__())
    most = MOST if high is None else (high * den).__floor__()
    if least <= found[f"low {name}"] and found[f"high {name}"] <= most:
        return
    cell = nw.col(name_of(fact, name))
    outside = ((cell < least) | (cell > most)).cast(nw.Int64).sum()
    count = collect(frame.select(outside.alias("count")))[0]["count"]
    bounds = field_.bounds if field_.kind == "date" else (low, high)
    said = ["" if end is None else str(end) for end in bounds]
    raise FactError(f"{count} rows lie outside {said[0]}..{said[1]}", where)


def _merged(
    fact: type[Fact], frame: Frame, keys: tuple[str, ...], read: Sequence[str], fields: Mapping[str, Seen]
) -> tuple[Frame, dict[str, Seen]]:
    """One row a grain: equal values are one value, different ones nobody knows."""
    truths = [name_of(fact, name) for name in read if day_cells.field_of(fact, name).kind == "truth"]
    columns = [name_of(fact, name) for name in read]
    whole = frame.with_columns(*(nw.col(name).cast(nw.Int64).alias(name) for name in truths)) if truths else frame
    ends = [getattr(nw.col(name), end)().alias(f"{end} {name}") for name in columns for end in ("min", "max")]
    grouped = whole.group_by(*keys).agg(*ends) if ends else whole.select(*keys).unique()
    cells = []
    for name in columns:
        one = nw.when(nw.col(f"min {name}") == nw.col(f"max {name}")).then(nw.col(f"min {name}"))
        cells.append((one == 1 if name in truths else one).alias(name))
    merged = grouped.select(*keys, *cells)
    unknown = {name: Seen(1, seen.low, seen.high, seen.den) for name, seen in fields.items()}
    return merged, unknown
