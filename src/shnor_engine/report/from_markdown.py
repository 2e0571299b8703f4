"""Markdown, as far as a report needs it, as blocks of a document: paragraphs, lists, tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import count, groupby

from shnor_engine.report.claims import Claim
from shnor_engine.report.document import Block, Bullets, Cell, Paragraph, Table

BULLET = re.compile(r"^\s*[-*+]\s+")
NUMBER = re.compile(r"^\s*\d+[.)]\s+")
RULE = re.compile(r"^[|:\-\s]+$")
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$")
LEAD = re.compile(r"^\*\*(.+?)\*\*\s+(?=\S)")
MARKUP = re.compile(r"(\*\*|__|`)(.+?)\1|(?<!\w)[*_]([^*_]+)[*_](?!\w)")
LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")


def blocks(text: str, name: str, refs: tuple[str, ...]) -> tuple[Block, ...]:
    """The blocks of a text: each sentence a claim `name.1`, `name.2`, … on the ground `refs`.

    Bold words in front of a sentence are its lead; other markup inside a sentence is left out, its words stay.
    """
    number = count(1)

    def claim(said: str) -> Claim:
        lead = found.group(1) if (found := LEAD.match(said)) else ""
        words = bare(said[found.end() :] if found else said)
        return Claim(f"{name}.{next(number)}", words, words, "unverifiable", refs=refs, lead=bare(lead))

    tables = count(1)
    return tuple(
        block
        for kind, lines in _runs(text)
        for block in _blocks(kind, lines, claim, lambda: f"{name}.table.{next(tables)}")
    )


def bare(text: str) -> str:
    """The words without emphasis, code marks and addresses of links."""
    return MARKUP.sub(lambda found: found.group(2) or found.group(3), LINK.sub(r"\1", text)).strip()


def _runs(text: str) -> Iterator[tuple[str, list[str]]]:
    """Neighbouring lines of one kind; a blank line ends a run, a line that goes on from a list item belongs to it."""
    lines: list[tuple[str, str]] = []
    for line in text.splitlines():
        kind = _kind(line)
        goes_on = kind == "text" and line[:1].isspace() and lines and lines[-1][0] in ("bullet", "number")
        if goes_on:
            lines[-1] = (lines[-1][0], f"{lines[-1][1]} {line.strip()}")
        else:
            lines.append((kind, line))
    for kind, run in groupby(lines, key=lambda item: item[0]):
        if kind != "blank":
            yield kind, [line for _, line in run]


def _kind(line: str) -> str:
    if not line.strip():
        return "blank"
    if line.lstrip().startswith("|"):
        return "table"
    if HEADING.match(line):
        return "heading"
    return "bullet" if BULLET.match(line) else "number" if NUMBER.match(line) else "text"


def _blocks(
    kind: str, lines: Sequence[str], claim: Callable[[str], Claim], table_id: Callable[[], str]
) -> Iterator[Block]:
    if kind == "table":
        yield _table(lines, table_id())
    elif kind in ("bullet", "number"):
        mark = BULLET if kind == "bullet" else NUMBER
        yield Bullets(tuple(claim(mark.sub("", line).strip()) for line in lines), numbered=kind == "number")
    elif kind == "heading":
        for line in lines:
            yield Paragraph((claim(HEADING.sub(r"\1", line)),))
    else:
        yield Paragraph((claim(" ".join(line.strip() for line in lines)),))


def _table(lines: Sequence[str], name: str) -> Table:
    rows = [_cells(line) for line in lines if not RULE.match(line)]
    wide = max(map(len, rows), default=0)
    whole = [(*row, *[""] * (wide - len(row))) for row in rows]
    cells = tuple(tuple(Cell(text) for text in row) for row in whole[1:])
    return Table(name, whole[0] if whole else (), cells, (1,) * wide)


def _cells(line: str) -> list[str]:
    inner = re.sub(r"^\||(?<!\\)\|$", "", line.strip())
    return [bare(cell.replace("\\|", "|")) for cell in re.split(r"(?<!\\)\|", inner)]
