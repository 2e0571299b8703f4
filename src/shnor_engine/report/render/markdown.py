"""A document as Markdown: the text alone, byte for byte the same for the same document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from shnor_engine.report.claims import Claim
from shnor_engine.report.document import Block, Bullets, Document, Paragraph, Section, Table
from shnor_engine.report.english import Language, document_title, section_title


def markdown(document: Document, *, language: Language = "ru") -> str:
    """The whole text; pictures and trees are left to the formats that can show them.

    In English the titles and sentences; tables stay in Russian.
    """
    parts = (
        *([_lines(document.approval.lines)] if document.approval else ()),
        f"# {document_title(document, language)}",
        *(_paragraph(one, language) for one in document.opening),
        *(_section(section, language) for section in document.sections),
        f"---\n\n{document.foot.in_(language)}",
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _lines(lines: Sequence[str]) -> str:
    return "  \n".join(lines)


def _section(section: Section, language: Language) -> str:
    blocks = (text for block in section.blocks if (text := _block(block, language)))
    return "\n\n".join([f"## {section_title(section, language)}", *blocks])


def _block(block: Block, language: Language) -> str:
    if isinstance(block, Paragraph):
        return _paragraph(block, language)
    if isinstance(block, Bullets):
        return _bullets(block, language)
    if isinstance(block, Table) and not block.aside:
        table = _table(block.head, ([cell.text for cell in row] for row in block.rows))
        return f"{table}\n\n{block.caption}" if block.caption else table
    return ""


def _paragraph(paragraph: Paragraph, language: Language) -> str:
    return " ".join(_sentence(claim, language) for claim in paragraph.claims)


def _sentence(claim: Claim, language: Language) -> str:
    said = claim.in_(language)
    return f"**{claim.lead}** {said}" if claim.lead and language == "ru" else said


def _bullets(bullets: Bullets, language: Language) -> str:
    marks = (f"{n}." if bullets.numbered else "-" for n in range(1, len(bullets.items) + 1))
    return "\n".join(f"{mark} {_sentence(claim, language)}" for mark, claim in zip(marks, bullets.items, strict=True))


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
