"""A frame of facts to bodies: checked column by column, written column by column, no object per row.

What the model of an event says of its fields (types, bounds, patterns, closed values, `limits` between fields) is
read off the class and asked of whole columns. The bodies are the very texts that the events would have; a property
test holds that. Classes with checks of their own beyond `limits`, or with dicts, are appended one by one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types as at
import polars as pl
from pydantic import BaseModel
from pydantic.types import StringConstraints

from shnor_engine.errors import FieldProblem, InvalidEvent
from shnor_engine.events.base import (
    AtMost,
    CodeOf,
    Event,
    Limit,
    NotBoth,
    Ref,
    RefBy,
    Registers,
    Registry,
    SumIs,
    keep_limits,
)
from shnor_engine.tables.shape import Shape, column_name, shape_of

MANY = 20  # problems that are listed; how many there are is said in any case


@dataclass(frozen=True, slots=True)
class Encoded:
    """Events of one type as `Log.append_bodies` takes them.

    `refers` are the names that they refer to, by field and kind, `registers` those that they make known, by kind.
    """

    subjects: list[str]
    bodies: list[str]
    refers: Mapping[tuple[str, str], frozenset[str]]
    registers: Mapping[str, frozenset[str]]


def encode(cls: type[Event], frame: pl.DataFrame, registry: Registry) -> Encoded:
    """The bodies of the rows of a frame whose columns are those of the type's table, envelope left out.

    A column that is not there has the field's default. Raises `InvalidEvent` that names column, row and reason of the
    first problems and how many there are; `TypeError` for a class that cannot be checked by columns.
    """
    shape = _bulk_shape(cls)
    rows = _complete(cls, frame, shape)
    if found := _problems(rows, list(_checks(cls, registry))):
        more = [FieldProblem("(frame)", f"{len(found)} problems in all")] if len(found) > MANY else []
        raise InvalidEvent(cls.type, [*found[:MANY], *more])
    text = rows.select(pl.struct(*_fields(cls, shape)).struct.json_encode()).to_series()
    return Encoded(
        rows[column_name(cls.subject_field)].to_list(), text.to_list(), _refers(cls, rows), _registers(cls, rows)
    )


def _bulk_shape(cls: type[Event]) -> Shape:
    own = [item.func for item in cls.__pydantic_decorators__.model_validators.values()]
    if cls.__pydantic_decorators__.field_validators or any(getattr(f, "__func__", f) is not keep_limits for f in own):
        raise TypeError(f"{cls.__name__} has checks of its own that look at one event at a time; append the events")
    for name, field in cls.model_fields.items():
        if any(get_origin(part) is dict for part in _unions(field.annotation)):
            raise TypeError(f"{cls.__name__}.{name} is a dict, which has no column; append the events")
    return shape_of(cls)


def _complete(cls: type[Event], frame: pl.DataFrame, shape: Shape) -> pl.DataFrame:
    """The frame with every column of the shape, typed; columns that nobody knows and types that do not fit raise."""
    for name in frame.columns:
        if name not in shape.fields:
            near = get_close_matches(name, shape.fields, n=3)
            hint = f"did you mean {', '.join(near)}?" if near else f"it has {', '.join(shape.fields)}"
            raise InvalidEvent(cls.type, [FieldProblem(name, f"no such column; {hint}")])
    columns = []
    for name, kind in shape.fields.items():
        if name in frame.columns:
            columns.append(_cast(cls, frame[name], kind))
        else:
            columns.append(pl.Series(name, [_default(cls, name)], dtype=kind).new_from_index(0, frame.height))
    return pl.DataFrame(columns)


def _cast(cls: type[Event], column: pl.Series, kind: pl.DataType) -> pl.Series:
    if column.dtype == kind:
        return column
    if not _fits(column.dtype, kind):
        raise InvalidEvent(cls.type, [FieldProblem(column.name, f"the column is {column.dtype}, {kind} is needed")])
    return column.cast(kind)


def _fits(given: pl.DataType, kind: pl.DataType) -> bool:
    """Whether a column can be taken over without any value changing."""
    if isinstance(given, pl.List | pl.Array) and isinstance(kind, pl.List):
        return _fits(given.inner, kind.inner)  # type: ignore[arg-type]
    if given == kind or given == pl.Null:
        return True
    return (given.is_integer() and kind.is_numeric()) or (given == pl.Categorical and kind == pl.String)


def _default(cls: type[Event], column: str) -> Any:
    for name, field in cls.model_fields.items():
        if column == column_name(name) or column.startswith(f"{name}_"):
            if field.is_required():
                return None
            given = field.get_default(call_default_factory=True)
            return list(given) if isinstance(given, tuple | list) else given
    return None


# --- what a column must keep ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Check:
    column: str
    wrong: pl.Expr
    reason: str

    def problems(self, rows: pl.DataFrame) -> Iterator[FieldProblem]:
        bad = rows.select(self.wrong.fill_null(value=False)).to_series().arg_true()
        for row in bad:
            shown = rows[self.column][row]
            yield FieldProblem(self.column, f"{_said(shown)}: {self.reason}", f"row {row}")


def _problems(rows: pl.DataFrame, checks: list[_Check]) -> list[FieldProblem]:
    """Every problem; the rows are looked for only where a check found one at all."""
    asked = [check.wrong.fill_null(value=False).any().alias(str(n)) for n, check in enumerate(checks)]
    found = rows.lazy().select(asked).collect().row(0)
    return [problem for check, any_ in zip(checks, found, strict=True) if any_ for problem in check.problems(rows)]


def _said(value: object) -> str:
    shown = value.to_list() if isinstance(value, pl.Series) else value
    return "nothing" if shown is None else repr(shown)


def _checks(cls: type[Event], registry: Registry) -> Iterator[_Check]:
    for name, field in cls.model_fields.items():
        marks = [*field.metadata, *_marks(field.annotation)]
        if _model(field.annotation) is not None:
            yield from _model_checks(name, field.annotation, required=field.is_required())
            continue
        column = column_name(name)
        if NoneType not in _unions(field.annotation):
            yield _Check(column, pl.col(column).is_null(), "a value is needed")
        several = any(get_origin(part) in (tuple, list) for part in _unions(field.annotation))
        for wrong, reason in _wrongs(field.annotation, marks, registry):
            yield _Check(column, _each(column, wrong) if several else wrong(pl.col(column)), reason)
        yield from _length_checks(column, field.annotation)
    if cls.subject_field:
        subject = pl.col(column_name(cls.subject_field))
        yield _Check(
            column_name(cls.subject_field), subject.str.contains(r"[\p{Cc}\p{Cf}]"), "printable text is needed"
        )
    for limit in cls.limits:
        yield _limit(limit)


def _each(column: str, wrong: Any) -> pl.Expr:
    return pl.col(column).list.eval(wrong(pl.element()) | pl.element().is_null()).list.any()


def _wrongs(annotation: Any, marks: list[Any], registry: Registry) -> Iterator[tuple[Any, str]]:
    """What may be wrong with one value, as functions of its expression, with the reason."""
    for part in _unions(annotation):
        if get_origin(part) is Literal:
            closed = get_args(part)
            yield (lambda x, closed=closed: ~x.is_in(list(closed))), f"one of {', '.join(map(str, closed))} is needed"
    for mark in marks:
        match mark:
            case CodeOf():
                codes = list(registry.codes(mark.name))
                yield (lambda x, codes=codes: ~x.is_in(codes)), f"no code of the list {mark.name}"
            case at.Ge(ge=low):
                yield (lambda x, low=low: x < low), f"at least {low} is needed"
            case at.Gt(gt=low):
                yield (lambda x, low=low: x <= low), f"more than {low} is needed"
            case at.Le(le=high):
                yield (lambda x, high=high: x > high), f"at most {high} is needed"
            case at.Lt(lt=high):
                yield (lambda x, high=high: x >= high), f"less than {high} is needed"
            case at.MinLen(min_length=least):
                yield (lambda x, least=least: x.str.len_chars() < least), "text is needed"
            case StringConstraints():
                yield from _text_wrongs(mark)
    if any(part is float for part in _unions(annotation)):
        yield (lambda x: ~x.is_finite()), "a finite number is needed"


def _text_wrongs(mark: StringConstraints) -> Iterator[tuple[Any, str]]:
    if mark.min_length is not None:
        yield (lambda x, least=mark.min_length: x.str.len_chars() < least), "text is needed"
    if mark.max_length is not None:
        yield (lambda x, most=mark.max_length: x.str.len_chars() > most), f"at most {mark.max_length} signs"
    if mark.pattern is not None:
        pattern = mark.pattern if isinstance(mark.pattern, str) else mark.pattern.pattern
        # a dollar sign before a line feed at the end would match; pydantic's engine does not
        whole = re.sub(r"\$$", r"\\z", pattern)
        yield (lambda x, whole=whole: ~x.str.contains(whole)), f"does not match {pattern}"


def _length_checks(column: str, annotation: Any) -> Iterator[_Check]:
    for part in _unions(annotation):
        if get_origin(part) is tuple and Ellipsis not in get_args(part):
            length = len(get_args(part))
            yield _Check(column, pl.col(column).list.len() != length, f"{length} values are needed")


def _model_checks(name: str, annotation: Any, *, required: bool) -> Iterator[_Check]:
    """A flattened model (a `When`) is checked row by row where it is given: such columns hold few distinct values."""
    model = _model(annotation)
    assert model is not None
    parts = [column_name(f"{name}_{part}") for part in model.model_fields]
    given = ~pl.all_horizontal(pl.col(part).is_null() for part in parts)
    if required:
        yield _Check(parts[0], ~given, "a value is needed")

    def wrong(values: Mapping[str, Any]) -> bool:
        try:
            plain = dict(zip(model.model_fields, (values[part] for part in parts), strict=True))
            model.model_validate({key: value for key, value in plain.items() if value is not None})
        except ValueError:
            return True
        return False

    asked = pl.struct(*parts).map_batches(lambda column: _distinct(column, wrong), return_dtype=pl.Boolean())
    yield _Check(parts[0], given & asked, f"no possible {model.__name__}")


def _distinct(column: pl.Series, wrong: Any) -> pl.Series:
    """Ask once for each distinct value."""
    frame = column.to_frame("value")
    distinct = frame.unique()
    answers = distinct.with_columns(wrong=pl.Series([wrong(value) for value in distinct["value"].to_list()]))
    keys = column.struct.fields
    asked = frame.unnest("value").join(
        answers.unnest("value"), on=keys, how="left", nulls_equal=True, maintain_order="left"
    )
    return asked["wrong"]


def _limit(limit: Limit) -> _Check:
    match limit:
        case AtMost(low=low, high=high):
            return _Check(low, pl.col(low) > pl.col(high), f"more than {high}")
        case NotBoth(one=one, other=other, why=why):
            return _Check(one, pl.col(one).is_not_null() & pl.col(other).is_not_null(), f"{one} and {other}: {why}")
        case SumIs(parts=parts, whole=whole):
            return _Check(parts, pl.col(parts).list.sum() != pl.col(whole), f"does not add up to {whole}")


# --- reading annotations, writing fields ----------------------------------------------------------


def _unions(annotation: Any) -> list[Any]:
    """The alternatives of an annotation, marks taken off."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in (Union, UnionType):
        return [part for arg in get_args(annotation) for part in _unions(arg)]
    return [annotation]


def _marks(annotation: Any) -> list[Any]:
    """Every mark inside an annotation, also of the values of a tuple; those of a nested model stay with it."""
    if get_origin(annotation) is Annotated:
        inner, *marks = get_args(annotation)
        flat = [item for mark in marks for item in (mark.metadata if hasattr(mark, "metadata") else [mark])]
        return [*_marks(inner), *flat]
    if get_origin(annotation) in (Union, UnionType, tuple, list):
        return [mark for arg in get_args(annotation) if arg is not Ellipsis for mark in _marks(arg)]
    return []


def _model(annotation: Any) -> type[BaseModel] | None:
    return next((p for p in _unions(annotation) if isinstance(p, type) and issubclass(p, BaseModel)), None)


def _fields(cls: type[Event], shape: Shape) -> Iterator[pl.Expr]:
    """Each field as it stands in a body: in the order of the class, a flattened model as one object again."""
    for name, field in cls.model_fields.items():
        model = _model(field.annotation)
        if model is None:
            yield pl.col(column_name(name)).alias(name)
            continue
        parts = [(column_name(f"{name}_{part}"), part) for part in model.model_fields]
        defaults = {part: info.default for part, info in model.model_fields.items() if not info.is_required()}
        filled = [
            (pl.col(column).fill_null(pl.lit(defaults[part])) if part in defaults else pl.col(column)).alias(part)
            for column, part in parts
        ]
        given = ~pl.all_horizontal(pl.col(column).is_null() for column, _ in parts)
        yield pl.when(given).then(pl.struct(*filled)).alias(name)


def _refers(cls: type[Event], rows: pl.DataFrame) -> dict[tuple[str, str], frozenset[str]]:
    """What the rows refer to: the names by field and kind."""
    found: dict[tuple[str, str], frozenset[str]] = {}
    for name, mark in _field_marks(cls):
        column = column_name(name)
        if isinstance(mark, Ref):
            found[name, mark.kind] = _names(rows[column])
        elif isinstance(mark, RefBy):
            for value, kind in mark.kinds:
                found[name, kind] = _names(rows.filter(pl.col(column_name(mark.field)) == value)[column])
    return {key: names for key, names in found.items() if names}


def _registers(cls: type[Event], rows: pl.DataFrame) -> dict[str, frozenset[str]]:
    marks = [(column_name(name), mark) for name, mark in _field_marks(cls)]
    return {mark.kind: _names(rows[column]) for column, mark in marks if isinstance(mark, Registers)}


def _field_marks(cls: type[Event]) -> Iterator[tuple[str, Any]]:
    for name, field in cls.model_fields.items():
        yield from ((name, mark) for mark in [*field.metadata, *_marks(field.annotation)])


def _names(column: pl.Series) -> frozenset[str]:
    values = column.explode() if column.dtype.is_nested() else column
    return frozenset(values.drop_nulls().unique().to_list())
