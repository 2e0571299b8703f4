"""What stands behind an event, in words: its type, its position, and where it was read."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from shnor_engine.reasoning.language import day_text

if TYPE_CHECKING:
    from shnor_engine.tables import Snapshot


def sources_of(snapshot: Snapshot, events: Collection[str], classes: Iterable[Any]) -> dict[str, str]:
    """For each of these events, in Russian: its type, its position, and where it was read."""
    import polars as pl

    found = {}
    for cls in classes:
        mine = snapshot[cls].filter(pl.col("event_id").is_in(list(events)))
        for row in mine.select("event_id", "position", "source").collect().iter_rows(named=True):
            said = [f"{cls.type}, запись {row['position']}", _source(row["source"])]
            found[row["event_id"]] = "; ".join(part for part in said if part)
    return found


SOURCE_RU = {"note": "справка", "order": "приказ", "act": "акт", "letter": "письмо", "protocol": "протокол"}


def _source(text: str | None) -> str:
    """«справка от 23.12.2024, report.txt, список, столбец 4»."""
    if not text:
        return ""
    said = json.loads(text)
    kind = SOURCE_RU.get(said["type"], said["type"])
    number, day = said.get("number"), said.get("date")
    document = " ".join(
        filter(None, (kind, number and f"№ {number}", day and f"от {day_text(date.fromisoformat(day), 'ru')}"))
    )
    return ", ".join(filter(None, (document, said.get("file"), said.get("cell"))))
