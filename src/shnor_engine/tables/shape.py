"""Which columns an event type has: its model's fields, by name and Polars type.

A field that is itself a model is flattened (`when` becomes `when_start`, `when_end`, …), a tuple or list of plain
values is a list column, a dict is its JSON text, and so is whatever has no column type of its own. A field that
is named like a column of the envelope stands as `body_<name>`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import polars as pl
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from shnor_engine.events.base import Event

ENVELOPE: Mapping[str, pl.DataType] = {
    "position": pl.Int64(),
    "event_id": pl.String(),
    "origin_id": pl.String(),
    "subject": pl.String(),
    "actor": pl.String(),
    "source": pl.String(),
    "recorded_at": pl.Datetime("us", "UTC"),
    "known_from": pl.Int64(),
    "known_until": pl.Int64(),
}
_PLAIN: Mapping[Any, pl.DataType] = {
    str: pl.String(),
    bool: pl.Boolean(),
    int: pl.Int64(),
    float: pl.Float64(),
    dt.date: pl.Date(),
}


@dataclass(frozen=True, slots=True)
class Shape:
    """How bodies of one type become columns: `wire` is what the JSON holds, `columns` make the fields out of it.

    `texts` are the fields of the wire that stay JSON text, cut out of the body.
    """

    wire: Mapping[str, pl.DataType]
    texts: frozenset[str]
    columns: tuple[pl.Expr, ...]
    fields: Mapping[str, pl.DataType]

    @property
    def schema(self) -> dict[str, pl.DataType]:
        """Every column of the type's table, the envelope's first."""
        return {**ENVELOPE, **self.fields}


@cache
def shape_of(cls: type[Event]) -> Shape:
    """The shape of an event type's table."""
    wire = {name: _data_type(field.annotation) for name, field in cls.model_fields.items()}
    found = [item for name, field in cls.model_fields.items() for item in _columns(name, field, wire[name])]
    texts = frozenset(name for name, field in cls.model_fields.items() if _is_text(field.annotation))
    return Shape(wire, texts, tuple(expr for _, expr, _ in found), {name: kind for name, _, kind in found})


def column_name(field: str) -> str:
    """The column of a field: its own name, unless the envelope has a column of that name."""
    return f"body_{field}" if field in ENVELOPE else field


def _columns(name: str, field: FieldInfo, wire: pl.DataType) -> Iterator[tuple[str, pl.Expr, pl.DataType]]:
    column = pl.col(name)
    if not isinstance(wire, pl.Struct):
        yield column_name(name), _or_default(column, field, wire).alias(column_name(name)), wire
        return
    for part in wire.fields:
        flat = column_name(f"{name}_{part.name}")
        yield flat, column.struct.field(part.name).alias(flat), part.dtype  # type: ignore[misc]


def _or_default(column: pl.Expr, field: FieldInfo, wire: pl.DataType) -> pl.Expr:
    """A body that was stored before its field was added has the field's default, as when it is read as an event."""
    default = None if field.is_required() else field.get_default(call_default_factory=True)
    if default is None or _optional(field.annotation):
        return column
    if isinstance(default, dict):
        return column if default else column.fill_null("{}")
    if isinstance(default, str | bool | int | float | dt.date):
        return column.fill_null(pl.lit(default, dtype=wire))
    if isinstance(default, tuple | list):
        return column.fill_null(pl.lit(pl.Series([list(default)], dtype=wire)))
    return column


def _data_type(annotation: Any) -> pl.DataType:
    plain = _bare(annotation)
    if isinstance(plain, type) and plain in _PLAIN:
        return _PLAIN[plain]
    origin, args = get_origin(plain), get_args(plain)
    if origin is Literal:
        return pl.Int64() if all(type(arg) is int for arg in args) else pl.String()
    if isinstance(plain, type) and issubclass(plain, BaseModel):
        return _struct(plain)
    if origin in (tuple, list, set, frozenset):
        inner = {_data_type(arg) for arg in args if arg is not Ellipsis}
        only = inner.pop() if len(inner) == 1 else None
        return pl.List(only) if only is not None and not only.is_nested() else pl.String()
    return pl.String()


def _is_text(annotation: Any) -> bool:
    """Whether a field has no column type of its own and stays JSON text."""
    plain = _bare(annotation)
    return _data_type(annotation) == pl.String and plain is not str and get_origin(plain) is not Literal


def _struct(model: type[BaseModel]) -> pl.DataType:
    parts = {name: _data_type(field.annotation) for name, field in model.model_fields.items()}
    return pl.Struct({name: pl.String() if part.is_nested() else part for name, part in parts.items()})


def _bare(annotation: Any) -> Any:
    """The annotation without its marks and without None."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in (Union, UnionType):
        rest = [arg for arg in get_args(annotation) if arg is not NoneType]
        return _bare(rest[0]) if len(rest) == 1 else annotation
    return annotation


def _optional(annotation: Any) -> bool:
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    return get_origin(annotation) in (Union, UnionType) and NoneType in get_args(annotation)
