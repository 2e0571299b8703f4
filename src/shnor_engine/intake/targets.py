"""What a field of an event needs: which converter reads a cell for it, and whether it holds several values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types as at
from pydantic.fields import FieldInfo

from shnor_engine.events.base import CodeOf, Event, Ref, RefBy, Registers
from shnor_engine.events.fields import Share, Year
from shnor_engine.events.when import When


@dataclass(frozen=True, slots=True)
class Needs:
    """`converter` by its name in a mapping, `of` the list of codes or the closed values it takes."""

    converter: str
    of: Any = None
    many: bool = False
    places: int = 0  # of a field with a fixed number of values (marks 2, 3, 4, 5)


@cache
def needs(cls: type[Event], field: str) -> Needs | None:
    """What the field needs; None for a field of pairs (see `pair_needs`)."""
    info = cls.model_fields[field]
    annotation, marks = _alternatives(info)
    if get_origin(annotation) is dict:
        return None
    if get_origin(annotation) is tuple:
        inside = get_args(annotation)
        inner = _one(*_opened(inside[0]))
        if Ellipsis in inside:
            return Needs(inner.converter, inner.of, many=True)
        return Needs(inner.converter, inner.of, places=len(inside))
    return _one(annotation, marks)


@cache
def pair_needs(cls: type[Event], field: str) -> tuple[Needs, Needs] | None:
    """What the keys and the values of a field of pairs need; None for any other field."""
    annotation, _ = _alternatives(cls.model_fields[field])
    if get_origin(annotation) is not dict:
        return None
    key, value = (_one(*_opened(part)) for part in get_args(annotation))
    return key, value


def _one(annotation: Any, marks: list[Any]) -> Needs:
    for mark in marks:
        match mark:
            case CodeOf(name=name):
                return Needs("code", name)
            case Ref(kind="school"):
                return Needs("school")
            case Ref(kind="body"):
                return Needs("body")
            case Ref(kind="place"):
                return Needs("place")
            case RefBy() | Registers() | Ref():
                return Needs("text")
    if get_origin(annotation) is Literal:
        return Needs("choice", get_args(annotation))
    if annotation is int:
        bounds = {(type(m), getattr(m, "ge", getattr(m, "le", None))) for m in marks}
        if bounds and bounds == _bounds(Year):
            return Needs("year")
        return Needs("percent_whole" if (at.Le, 100) in bounds and (at.Ge, 0) in bounds else "whole")
    if annotation is float:
        bounds = {(type(m), getattr(m, "ge", getattr(m, "le", None))) for m in marks}
        return Needs("share" if bounds and bounds == _bounds(Share) else "number")
    plain = {bool: "yes_no", dt.date: "date", When: "when"}
    return Needs(plain.get(annotation, "text"))


def _bounds(alias: Any) -> set[tuple[type, Any]]:
    return {(type(m), getattr(m, "ge", getattr(m, "le", None))) for m in _opened(alias)[1]}


def _alternatives(info: FieldInfo) -> tuple[Any, list[Any]]:
    annotation, marks = _opened(info.annotation)
    return annotation, [*info.metadata, *marks]


def _opened(annotation: Any) -> tuple[Any, list[Any]]:
    """The annotation without marks and without None, and the marks."""
    if get_origin(annotation) is Annotated:
        inner, *marks = get_args(annotation)
        opened, more = _opened(inner)
        return opened, [*_flat(marks), *more]
    if get_origin(annotation) in (Union, UnionType):
        given = [part for part in get_args(annotation) if part is not NoneType]
        return _opened(given[0])
    return annotation, []


def _flat(marks: list[Any]) -> Iterator[Any]:
    for mark in marks:
        yield from mark.metadata if hasattr(mark, "metadata") else (mark,)
