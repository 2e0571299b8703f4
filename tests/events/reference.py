"""The part of docs/reference/events.md that follows from the classes; run this file to write it anew."""

from __future__ import annotations

import datetime as dt
import inspect
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from shnor_engine.events import CodeOf, Event, Ref, RefBy, Registers, When
from shnor_engine.events.catalogue import TOPICS, event_types
from shnor_engine.events.checks import WHAT
from shnor_engine.events.fields import Token
from shnor_engine.events.vocabulary import CODE_LISTS

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "events.md"
BEGIN, END = "<!-- from the classes -->\n", "<!-- end of the classes -->\n"
PLAIN = {str: "text", int: "whole number", float: "number", bool: "yes or no", dt.date: "date", When: "`When`"}


def generated() -> str:
    """Every event and every list of codes, as the page shows them."""
    return "\n".join([*(_topic(topic) for topic in TOPICS), _codes()])


def _topic(topic: Any) -> str:
    title = inspect.getdoc(topic) or ""
    events = [_event(cls) for cls in event_types() if cls.__module__ == topic.__name__]
    return "\n".join(
        [f"### {topic.__name__.rsplit('.', 1)[1].capitalize()}\n", f"{title.splitlines()[0]}\n", *events]
    )


def _event(cls: type[Event]) -> str:
    rows = [
        f"| `{name}` | {_kind(field.annotation, tuple(field.metadata))} | {_needed(field)} |"
        for name, field in cls.model_fields.items()
    ]
    return "\n".join(
        [
            f"#### `{cls.type}`\n",
            f"`{cls.__name__}`, version {cls.version}, about `{cls.subject_field}`, found again by "
            f"{', '.join(f'`{name}`' for name in cls.key)}.\n",
            f"{inspect.getdoc(cls)}\n",
            "| Field | Holds | Given |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def _needed(field: FieldInfo) -> str:
    if field.is_required():
        return "always"
    default = field.default
    return "may be missing" if default in (None, (), {}) and default is not False else f"else `{default}`"


def _kind(annotation: Any, marks: tuple[Any, ...]) -> str:
    for mark in marks:
        match mark:
            case Ref():
                return f"id of a {WHAT.get(mark.kind, mark.kind)}"
            case RefBy():
                return f"id, of what `{mark.field}` says"
            case Registers():
                return f"id of the {mark.kind}, made known here"
            case CodeOf():
                return f"code of [{mark.name}](#{mark.name.replace('.', '')})"
    if marks and marks[-1] in get_args(Token):
        return "token of a person"
    origin, inside = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _kind(inside[0], inside[1:])
    if origin in (Union, UnionType):
        return _kind(next(item for item in inside if item is not NoneType), marks)
    if origin is Literal:
        return " or ".join(f"`{item}`" for item in inside)
    if origin is tuple:
        return f"list: {_kind(inside[0], ())}" + ("" if inside[-1] is ... else f", {len(inside)} of them")
    if origin is dict:
        return f"{_kind(inside[0], ())} → {_kind(inside[1], ())}"
    return PLAIN.get(annotation, "any JSON value") + _bounds(marks)


def _bounds(marks: tuple[Any, ...]) -> str:
    flat = [item for mark in marks for item in getattr(mark, "metadata", [mark])]
    said = [
        f"{sign} {value}"
        for sign, name in ((">", "gt"), ("≥", "ge"), ("≤", "le"))
        for value in [getattr(item, name, None) for item in flat]
        if value is not None
    ]
    return f" {' and '.join(said)}" if said else ""


def _codes() -> str:
    lines = ["### Lists of codes\n"]
    for name, terms in sorted(CODE_LISTS.items()):
        lines += [f"#### {name}\n", "| Code | Russian | English |", "|---|---|---|"]
        lines += [f"| `{code}` | {term.ru} | {term.en} |" for code, term in terms.items()] + [""]
    return "\n".join(lines)


if __name__ == "__main__":
    text = PAGE.read_text(encoding="utf-8")
    head, tail = text.split(BEGIN)[0], text.split(END)[1]
    PAGE.write_text(f"{head}{BEGIN}\n{generated()}\n{END}{tail}", encoding="utf-8")
