"""A document as Markdown: the text alone, byte for byte the same for the same document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from shnor_engine.report.claims import Claim
from shnor_engine.report.document import Block, Bullets, Document, Paragraph, Section, Table


def markdown(document: Document) -> str:
    """The whole text; pictures and trees are left to the formats that can show them."""
    parts = (
        *([_lines(document.approval.lines)] if document.approval else ()),
        f"# {document.title}",
        *(_paragraph(one) for one in document.opening),
        *(_section(section) for section in document.sections),
        f"---\n\n{document.foot.text}",
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _lines(lines: Sequence[str]) -> str:
    return "  \n".join(lines)


def _section(section: Section) -> str:
    blocks = (text for block in section.blocks if (text := _block(block)))
    return "\n\n".join([f"## {section.title}", *blocks])


def _block(block: Block) -> str:
    if isinstance(block, Paragraph):
        return _paragraph(block)
    if isinstance(block, Bullets):
        return _bullets(block)
    if isinstance(block, Table) and not block.aside:
        table = _table(block.head, ([cell.text for cell in row] for row in block.rows))
        return f"{table}\n\n{block.caption}" if block.caption else table
    return ""


def _paragraph(paragraph: Paragraph) -> str:
    return " ".join(_sentence(claim) for claim in paragraph.claims)


def _sentence(claim: Claim) -> str:
    return f"**{claim.lead}** {claim.text}" if claim.lead else claim.text


def _bullets(bullets: Bullets) -> str:
    marks = (f"{n}." if bullets.numbered else "-" for n in range(1, len(bullets.items) + 1))
    return "\n".join(f"{mark} {_sentence(claim)}" for mark, claim in zip(marks, bullets.items, strict=True))


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
