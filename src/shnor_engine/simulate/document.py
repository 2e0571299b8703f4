"""The report part as a document of the living report, and so as Word: one text, the same template machinery.

Every sentence rests on the run by its id, and the words of cause that a report refuses are refused here too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from shnor_engine.report.claims import Claim
from shnor_engine.report.document import Block as Printed
from shnor_engine.report.document import Bullets, Cell, Document, Figure, Paragraph, Section, Table
from shnor_engine.report.render.word_template import COLUMNS
from shnor_engine.simulate import blocks
from shnor_engine.simulate.report import parts

if TYPE_CHECKING:
    from shnor_engine.simulate.run import Simulation

KIND = "simulation"
OUTER = ("opening", "foot")  # parts that a document has places of its own for


def word(simulation: Simulation) -> bytes:
    """The report part as a Word file with its pictures, the same bytes for the same run.

    Raises `MissingExtra` without the extra `report`.
    """
    from shnor_engine.report.render.word import word as filled

    return filled(document(simulation))


def document(simulation: Simulation) -> Document:
    """The report part as a value, to be printed by any renderer of the living report."""
    said = dict(parts(simulation))
    title, *opening = said["opening"]
    assert isinstance(title, blocks.Heading)
    *_, foot = said["foot"]
    assert isinstance(foot, blocks.Text)
    order, pack = simulation.order, simulation.task.judge.pack
    maker = _Maker(simulation)
    return Document(
        kind=KIND,
        title=title.text,
        title_events=(),
        approval=None,
        opening=tuple(block for block in maker.blocks("opening", opening) if isinstance(block, Paragraph)),
        sections=tuple(maker.section(name, part) for name, part in said.items() if name not in OUTER),
        foot=maker.claim("foot", foot.text),
        on=date(simulation.history.years[-1], 12, 31),
        position=order.position or 0,
        year=order.first,
        pack={"id": pack.id, "version": pack.version, "digest": pack.digest},
        law=pack.digest,
    )


class _Maker:
    """Blocks of the part as blocks of a document, each sentence numbered within its section."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation, self.said = simulation, 0

    def section(self, name: str, part: Sequence[blocks.Block]) -> Section:
        """A section under its heading."""
        head, *rest = part
        assert isinstance(head, blocks.Heading)
        return Section(name, head.text, tuple(self.blocks(name, rest)))

    def claim(self, name: str, text: str) -> Claim:
        """A sentence that rests on the run."""
        self.said += 1
        return Claim(
            f"{KIND}.{name}.{self.said}", _held(text), "", "true_for_data_held", refs=(self.simulation.run_id,)
        )

    def blocks(self, name: str, part: Sequence[blocks.Block]) -> Iterator[Printed]:
        """The blocks of a part; a table too wide for a page in pieces that repeat its first column."""
        for number, block in enumerate(part):
            match block:
                case blocks.Text():
                    yield Paragraph((self.claim(name, block.text),))
                case blocks.Bullets():
                    yield Bullets(tuple(self.claim(name, item) for item in block.items))
                case blocks.Picture():
                    spec = self.simulation.figures[block.figure]
                    yield Figure(block.figure, block.caption.removesuffix("."), block.caption, spec)
                case blocks.Table():
                    yield from _tables(f"{name}.{number}", block)


def _tables(id: str, table: blocks.Table) -> Iterator[Table]:
    """The table, or where it has more columns than a page takes, pieces of about equal width."""
    columns, most = len(table.head) - 1, COLUMNS[-1] - 1
    pieces = -(-columns // most)
    step = -(-columns // pieces)
    for piece, start in enumerate(range(1, columns + 1, step)):
        chosen = (0, *range(start, min(start + step, columns + 1)))
        head = tuple(table.head[n] for n in chosen)
        rows = tuple(tuple(Cell(_held(row[n])) for n in chosen) for row in table.rows)
        yield Table(f"{id}.{piece}", head, rows, _widths(head, rows))


def _held(text: str) -> str:
    """The text with its percents and numbers of schools unbroken at the end of a line."""
    return re.sub(r"(?<=\d) (?=%)|(?<=№) (?=\d)", "\u00a0", text)


def _widths(head: Sequence[str], rows: Sequence[Sequence[Cell]]) -> tuple[int, ...]:
    """Shares of the page: as long as the cells, within bounds, and never narrower than the longest word."""
    found = []
    for n, title in enumerate(head):
        texts = [title, *(row[n].text for row in rows)]
        longest = max(len(word) for text in texts for word in text.split() or [""])
        usual = sum(len(row[n].text) for row in rows) / max(len(rows), 1)
        found.append(int(max(longest, 5, min(usual, 44))))
    return tuple(found)
