"""A report as a value: built once for a moment of the log, printed by any renderer, each with its evidence.

It holds no format: headings, paragraphs of claims, tables of cells with events, figures as Vega-Lite text. `to_json`
is the ledger that a machine can check; `digest` is what an approval signs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, TypeAlias

from shnor_engine.report.claims import Claim

SCHEMA = "shnor_engine.report/1"
MARKS = ("listed", "off", "unknown", "conflict")  # what a cell may be besides its text


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its text, the events behind it, and for a cell of a matrix what it is (`MARKS`).

    One that says that something is *not* there names in `searched` the event types that were looked for.
    """

    text: str
    events: tuple[str, ...] = ()
    mark: str = ""
    searched: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """`{"text", "events"}`, and `mark` and `searched` where there are any."""
        said: dict[str, Any] = {"text": self.text, "events": list(self.events)}
        more = {"mark": self.mark, "searched": list(self.searched)}
        return said | {name: value for name, value in more.items() if value}


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences, one after another."""

    claims: tuple[Claim, ...]

    def to_json(self) -> dict[str, Any]:
        """`{"kind": "paragraph", "claims"}`."""
        return {"kind": "paragraph", "claims": [claim.to_json() for claim in self.claims]}


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of claims; `numbered` where their order is for reference."""

    items: tuple[Claim, ...]
    numbered: bool = False

    def to_json(self) -> dict[str, Any]:
        """`{"kind": "bullets", "numbered", "claims"}`."""
        return {"kind": "bullets", "numbered": self.numbered, "claims": [claim.to_json() for claim in self.items]}


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `widths` are the shares of its columns. A cell without events of its own rests on those of its row.

    One that is `aside` is for workbooks and programs: texts show the same as a picture. `grouped`: equal neighbours
    in the first column are one group.
    """

    id: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    widths: tuple[int, ...]
    caption: str = ""
    aside: bool = False
    grouped: bool = False

    def to_json(self) -> dict[str, Any]:
        """`{"kind": "table", "id", "head", "rows"}`."""
        rows = [[cell.to_json() for cell in row] for row in self.rows]
        return {"kind": "table", "id": self.id, "caption": self.caption, "head": list(self.head), "rows": rows}


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture as Vega-Lite; `alt` says in words what it shows, `events` are behind it.

    `whose` names the plugin that brings it: where it cannot be drawn a sentence stands in its place.
    """

    id: str
    title: str
    alt: str
    spec: Mapping[str, Any] = field(hash=False)
    events: tuple[str, ...] = ()
    whose: str = ""

    @property
    def instead(self) -> str:
        """What is said in place of a picture that cannot be drawn."""
        return f"Рисунок «{self.title}» приносит модуль {self.whose}, и нарисовать его не удалось. {self.alt}"

    def to_json(self) -> dict[str, Any]:
        """`{"kind": "figure", "id", "title", "alt", "spec"}`."""
        return {
            "kind": "figure",
            "id": self.id,
            "title": self.title,
            "alt": self.alt,
            "events": list(self.events),
            "spec": dict(self.spec),
            **({"plugin": self.whose} if self.whose else {}),
        }


@dataclass(frozen=True, slots=True)
class Tree:
    """A decision down to its facts, to be unfolded: `lines` are the label of this node, `kids` what it rests on."""

    label: str
    kids: tuple[Tree, ...] = ()
    events: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """`{"label", "events", "kids"}`."""
        return {"label": self.label, "events": list(self.events), "kids": [kid.to_json() for kid in self.kids]}


@dataclass(frozen=True, slots=True)
class Trees:
    """Explanations to unfold; only HTML and JSON print them, the table beside them says the same in short."""

    id: str
    title: str
    items: tuple[Tree, ...]

    def to_json(self) -> dict[str, Any]:
        """`{"kind": "trees", "id", "title", "items"}`."""
        return {"kind": "trees", "id": self.id, "title": self.title, "items": [tree.to_json() for tree in self.items]}


Block: TypeAlias = Paragraph | Bullets | Table | Figure | Trees


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report under its heading; `id` is what templates call it."""

    id: str
    title: str
    blocks: tuple[Block, ...]

    def to_json(self) -> dict[str, Any]:
        """`{"id", "title", "blocks"}`."""
        return {"id": self.id, "title": self.title, "blocks": [block.to_json() for block in self.blocks]}


@dataclass(frozen=True, slots=True)
class Approval:
    """The block at the head: who approved, as a role, and when; blanks where nobody did."""

    lines: tuple[str, ...]
    events: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """`{"lines", "events"}`."""
        return {"lines": list(self.lines), "events": list(self.events)}


@dataclass(frozen=True)
class Document:
    """A whole report of one moment. `numbers` are its figures by name, to compare with an earlier one.

    `sources` says of each event id named in it the position, the type and where it was read.
    """

    kind: str
    title: str
    title_events: tuple[str, ...]
    approval: Approval | None
    opening: tuple[Paragraph, ...]
    sections: tuple[Section, ...]
    foot: Claim
    on: date
    position: int
    year: int
    pack: Mapping[str, str]
    law: str
    numbers: Mapping[str, int | None] = field(default_factory=dict)
    number_names: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)
    period: int | str | None = None  # the month or quarter that it is of; None: of the year

    def claims(self) -> Iterator[Claim]:
        """Every sentence, in the order of reading."""
        for paragraph in self.opening:
            yield from paragraph.claims
        for block in self.blocks():
            if isinstance(block, Paragraph):
                yield from block.claims
            elif isinstance(block, Bullets):
                yield from block.items
        yield self.foot

    def blocks(self) -> Iterator[Block]:
        """Every block of every section, in the order of reading."""
        for section in self.sections:
            yield from section.blocks

    def figures(self) -> Iterator[Figure]:
        """The pictures."""
        return (block for block in self.blocks() if isinstance(block, Figure))

    def tables(self) -> Iterator[Table]:
        """The tables."""
        return (block for block in self.blocks() if isinstance(block, Table))

    def events(self) -> set[str]:
        """The ids of all events that anything in it rests on."""
        found = {*self.title_events, *(self.approval.events if self.approval else ()), *self.foot.events}
        for paragraph in self.opening:
            found.update(events_of(paragraph))
        for block in self.blocks():
            found.update(events_of(block))
        return found

    def without_pictures(self) -> Document:
        """The same without its figures."""
        sections = (
            replace(s, blocks=tuple(block for block in s.blocks if not isinstance(block, Figure)))
            for s in self.sections
        )
        return replace(self, sections=tuple(section for section in sections if section.blocks))

    @cached_property
    def digest(self) -> str:
        """`sha256:…` of everything said; the approval block and the drawing of the pictures left out."""
        said = self._said(spec=False)
        text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return "sha256:" + hashlib.sha256(text.encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """The ledger: every sentence and cell with its evidence, and what each event is."""
        approval = None if self.approval is None else self.approval.to_json()
        ledger = {
            "digest": self.digest,
            "approval": approval,
            "events": {k: dict(v) for k, v in self.sources.items()},
        }
        return self._said(spec=True) | ledger

    def _said(self, *, spec: bool) -> dict[str, Any]:
        sections = [section.to_json() for section in self.sections]
        if not spec:
            for section in sections:
                section["blocks"] = [{k: v for k, v in block.items() if k != "spec"} for block in section["blocks"]]
        return {
            "schema": SCHEMA,
            "kind": self.kind,
            "on": self.on.isoformat(),
            "position": self.position,
            "year": self.year,
            **({} if self.period is None else {"period": self.period}),
            "pack": dict(self.pack),
            "law": self.law,
            "title": {"text": self.title, "events": list(self.title_events)},
            "opening": [paragraph.to_json() for paragraph in self.opening],
            "sections": sections,
            "foot": self.foot.to_json(),
            "numbers": dict(self.numbers),
        }


def events_of(block: Block) -> Iterator[str]:
    """The ids of the events that a block rests on."""
    if isinstance(block, Paragraph | Bullets):
        for claim in block.claims if isinstance(block, Paragraph) else block.items:
            yield from claim.events
    elif isinstance(block, Table):
        for row in block.rows:
            for cell in row:
                yield from cell.events
    elif isinstance(block, Figure):
        yield from block.events
    elif isinstance(block, Trees):
        for tree in block.items:
            yield from _tree_events(tree)


def _tree_events(tree: Tree) -> Iterator[str]:
    yield from tree.events
    for kid in tree.kids:
        yield from _tree_events(kid)
