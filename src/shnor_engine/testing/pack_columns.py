"""A case of a pack decided in columns: its rows as typed frames, and what comes out beside the reference meaning."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from shnor_engine.packs import Pack
from shnor_engine.reasoning import columns
from shnor_engine.reasoning.decide import Verdict, json_value
from shnor_engine.rules.fact import Fact, Field, Key
from shnor_engine.rules.periods import SCHOOL_YEAR, YEAR
from shnor_engine.testing.pack_facts import Case, Row

ENGINES = ("polars", "duckdb")
PLACES = 6  # digits after the point of a number that is not whole: frames hold decimals, no ratios

Told = tuple[str, dict[str, Any]]


def told(verdict: Verdict) -> Told:
    """Outcome and clauses of a verdict, as columns give them back."""
    return verdict.outcome, {} if verdict.outcome == "failed" else _plain(verdict.values)


def in_columns(pack: Pack, case: Case, engine: str, *, on: date) -> Told:
    """Outcome and clauses of a case as an engine (`polars` or `duckdb`) decides it in columns."""
    if engine not in ENGINES:
        raise AssertionError(f"no engine «{engine}»; columns are asked on {', '.join(ENGINES)}")
    frames = {fact: frame_of(fact, case.rows[fact.__name__], engine) for fact in pack.bindings}
    answer = columns(pack.rule, frames, pack.law, on=on, closed=case.closed, places=[dict(case.keys)])
    (row,) = answer.rows()
    return row["outcome"], _plain(row["values"])


def frame_of(fact: type[Fact], rows: list[Row], engine: str) -> Any:
    """The rows of a fact as a typed frame, so that a column in which nothing is known still has its type."""
    import polars as pl

    kinds = {key.name: _of_key(key) for key in fact.grain} | {
        name: _of_field(item) for name, item in fact.fields().items()
    }
    plain = [{name: _cell(row.get(name)) for name in kinds} for row in rows]
    made = pl.DataFrame(plain, schema=kinds, orient="row")
    if engine == "polars":
        return made.lazy()
    import duckdb

    return duckdb.from_arrow(made.to_arrow())


def _of_key(key: Key) -> Any:
    import polars as pl

    return pl.Int64 if key.period in (YEAR, SCHOOL_YEAR) else pl.String


def _of_field(field: Field[Any]) -> Any:
    import polars as pl

    kinds: dict[type, Any] = {bool: pl.Boolean, int: pl.Int64, str: pl.String, date: pl.Date}
    return kinds.get(field.of, pl.Decimal(18, PLACES))


def _cell(value: Any) -> Any:
    return Decimal(value.numerator) / Decimal(value.denominator) if isinstance(value, Fraction) else value


def _plain(values: Any) -> dict[str, Any]:
    return {name: json_value(value) for name, value in values.items()}
