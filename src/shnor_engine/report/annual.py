"""The annual report (аналитическая справка) as a document: its parts in their order, built once for a moment.

A pure function of the material: no clock, no order of arrival, so the same moment gives the same document.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from shnor_engine.reasoning.language import day_text
from shnor_engine.report.claims import Claim
from shnor_engine.report.document import Document, Section
from shnor_engine.report.material import Material
from shnor_engine.report.parts import head
from shnor_engine.report.parts.advice import recommendations
from shnor_engine.report.parts.aims import aims
from shnor_engine.report.parts.changes import changes
from shnor_engine.report.parts.conclusion import conclusion, next_programme
from shnor_engine.report.parts.control import control
from shnor_engine.report.parts.decisions import decisions
from shnor_engine.report.parts.gaps import missing
from shnor_engine.report.parts.indicators import indicators
from shnor_engine.report.parts.lists import flow, lists
from shnor_engine.report.parts.numbers import number_name, numbers
from shnor_engine.report.parts.of_period import of_period
from shnor_engine.report.parts.prevention import prevention
from shnor_engine.report.parts.risks import risks
from shnor_engine.report.parts.structures import structures
from shnor_engine.report.parts.topics import topics
from shnor_engine.report.parts.work import activities

if TYPE_CHECKING:
    from shnor_engine.tables import Snapshot

Part = Callable[[Material], Section | None]

# In the order of reading; whatever has nothing to say is left out.
PARTS: tuple[Part, ...] = (
    changes,
    of_period,
    aims,
    lists,
    flow,
    risks,
    structures,
    activities,
    topics,
    prevention,
    indicators,
    control,
    decisions,
    conclusion,
    next_programme,
    recommendations,
    missing,
)


def annual_report(material: Material, *, parts: tuple[Part, ...] = PARTS, more: tuple[Section, ...] = ()) -> Document:
    """The report on the decisions of one moment; `more` are the sections of plugins, which stand before the gaps."""
    decided = material.decided
    title, title_events = head.title(material)
    document = Document(
        kind="annual",
        title=title,
        title_events=title_events,
        approval=head.approval(material),
        opening=head.opening(material),
        sections=_joined([section for part in parts if (section := part(material)) is not None], more),
        foot=foot(material),
        on=decided.on,
        position=material.snapshot.position,
        year=material.advice.year,
        period=material.period,
        pack={"id": decided.pack.id, "version": decided.pack.version, "digest": decided.pack.digest},
        law=decided.law,
        numbers=(found := numbers(material)),
        number_names={key: number_name(material, key) for key in found},
    )
    return replace(document, sources=sources(material.snapshot, document.events()))


def _joined(own: list[Section], more: tuple[Section, ...]) -> tuple[Section, ...]:
    """Our sections and those of plugins; what the log does not hold is said last."""
    last = [section for section in own if section.id == "gaps"]
    return (*(section for section in own if section.id != "gaps"), *more, *last)


def foot(material: Material) -> Claim:
    """The moment of the answer, so that it can be repeated."""
    decided = material.decided
    return Claim(
        "foot",
        f"Составлено по журналу до записи {decided.position}, на {day_text(decided.on, 'ru')}. "
        f"Методика {decided.pack.id} {decided.pack.version}, отпечаток {decided.pack.digest}; "
        f"отпечаток права {decided.law}.",
        f"Made from the log up to position {decided.position}, on {decided.on}. Methodology {decided.pack.id} "
        f"{decided.pack.version}, digest {decided.pack.digest}; law {decided.law}.",
        refs=(f"position {decided.position}", f"pack {decided.pack.digest}", f"law {decided.law}"),
    )


def sources(snapshot: Snapshot, events: Collection[str]) -> dict[str, Mapping[str, Any]]:
    """For each of these events its position, its type and where it was read, in the order of positions."""
    import polars as pl

    wanted = pl.LazyFrame({"event_id": sorted(events)}, schema={"event_id": pl.String()})
    classes = list(snapshot.registry)
    snapshot.load(classes)
    frames = [
        snapshot[cls]
        .select("event_id", "position", "source", pl.lit(cls.type).alias("type"))
        .join(wanted, on="event_id")
        for cls in classes
    ]
    rows = pl.concat(frames).sort("position").collect().iter_rows(named=True) if frames else ()
    return {
        row["event_id"]: {"position": row["position"], "type": row["type"], "source": row["source"]} for row in rows
    }
