"""The shapes of what a plugin may bring that have no home of their own: importers, measures, parts of a report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Importer:
    """A reader of files: `read(path)` gives proposed events and a list of problems, and appends nothing."""

    name: str
    title: str
    endings: tuple[str, ...]
    read: Callable[[Path], tuple[Sequence[Any], Sequence[Any]]]


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure that a recommendation may name: what is done, by which role, and what shows that it was done."""

    code: str
    ru: str
    en: str
    form: str = ""
    task: str = ""
    lever: str = ""
    dose_hours: float | None = None
    responsible: str = ""
    evidence_ru: str = ""
    evidence_en: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class ReportPart:
    """A part of the report under a heading of its own; `name` is what Word templates call it.

    `write(engine, moment)` gives Markdown (paragraphs, lists, tables), or blocks of `report.document` whose claims
    name their events. It reads no clock and appends nothing. An empty text or no blocks: the part is left out.
    """

    name: str
    heading: str
    write: Callable[[Any, Any], str | Iterable[Any]]


__all__ = ["Importer", "Measure", "ReportPart"]
