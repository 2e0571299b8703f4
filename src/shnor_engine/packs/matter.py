"""What stands around the rules of a methodology when it is read: its decisions, its source, its open questions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shnor_engine.law.clause import Clause
from shnor_engine.reasoning.language import day_text, pick

if TYPE_CHECKING:
    from shnor_engine.packs.pack import Pack

CONFIDENCE = {
    "stated": ("прочитано в источнике", "read in the source"),
    "known": ("известно, по тексту не сверено", "held to be so, not checked against the text"),
    "default": ("принято составителем методики", "chosen by the author"),
}


def matter(pack: Pack, language: str) -> list[str]:
    """The lines after the rules and the values of a described methodology."""
    return [*_decisions(pack, language), *_source(pack, language), *_remarks(pack, language)]


def _decisions(pack: Pack, language: str) -> Iterator[str]:
    if not pack.decisions:
        return
    yield ""
    yield pick(("Решения", "Decisions"), language)
    for item in pack.decisions.values():
        means = item.means(language)
        yield f"– {item.label(language)}{f': {means}' if means else ''}."


def _source(pack: Pack, language: str) -> Iterator[str]:
    if pack.source is None:
        return
    sure = pick(CONFIDENCE.get(pack.confidence, (pack.confidence, pack.confidence)), language)
    yield ""
    yield f"{pick(('Источник', 'Source'), language)}: {_cited(pack.source, language)} ({sure})."
    if reason := pack.why_no_list(language):
        yield f"{reason[:1].upper()}{reason[1:]}."


def _cited(clause: Clause, language: str) -> str:
    published = clause.published and day_text(clause.published, language)
    parts = [
        clause.cite(language),
        published and pick((f"опубликовано {published}", f"published {published}"), language),
    ]
    quoted = f" – «{clause.quote}»" if clause.quote else ""
    return ", ".join(part for part in (*parts, clause.link) if part) + quoted


def _remarks(pack: Pack, language: str) -> Iterator[str]:
    said = pack.remarks.get(language, ())
    if said:
        yield ""
        yield pick(("Что источник оставляет открытым", "What the source leaves open"), language)
    for remark in said:
        yield f"– {remark}"
