"""Where an author of a methodology wrote what he wrote."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

OURS = ("shnor_engine.rules", "shnor_engine.law")
_READ: ContextVar[str] = ContextVar("read", default="")


def author_line() -> tuple[str, int]:
    """File and line of the nearest caller outside the rooms that authors write with.

    While a document is read it is the place in the document, and no line: see `read_at`.
    """
    if place := _READ.get():
        return place, 0
    frame = sys._getframe(1)
    while frame.f_back is not None and _is_between(frame.f_globals.get("__name__", "")):
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno


def _is_between(module: str) -> bool:
    """Whether a module stands between an author and what he calls; `Dated[int](…)` comes through `typing`."""
    return module == "typing" or module.startswith(OURS)


def place(file: str, line: int) -> str:
    """`file:line`, or the place alone where there is no line."""
    return f"{file}:{line}" if line else file


@contextmanager
def read_at(place: str) -> Iterator[None]:
    """What is made meanwhile stands at this place of a document («pack.json#/content/rules/0/form/clauses/low»)."""
    token = _READ.set(place)
    try:
        yield
    finally:
        _READ.reset(token)
