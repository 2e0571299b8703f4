"""A document as one HTML file: no script, nothing from a network, fit for print; each sentence shows its evidence.

A small writer of our own rather than a template: everything passes through `text`, so nothing is left unescaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from shnor_engine.report.claims import VERDICT_RU, Claim
from shnor_engine.report.document import (
    Block,
    Bullets,
    Cell,
    Document,
    Figure,
    Paragraph,
    Section,
    Table,
    Tree,
    Trees,
)

CSS = """
:root { --ink: #1a1a1a; --line: #9a9a9a; --pale: #f2f2f2; --link: #0072b2; }
* { box-sizing: border-box; }
body { font: 16px/1.5 "Liberation Serif", "Times New Roman", serif; color: var(--ink); max-width: 60rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; text-align: center; line-height: 1.3; }
h2 { font-size: 1.15rem; margin: 2rem 0 .6rem; break-after: avoid; }
.approval { margin: 0 0 2rem auto; width: max-content; max-width: 24rem; }
table { border-collapse: collapse; width: 100%; margin: .6rem 0; font-size: .92rem; }
th, td { border: 1px solid var(--line); padding: .25rem .5rem; text-align: left; vertical-align: top; }
th { background: var(--pale); } tr { break-inside: avoid; }
td.unknown { background: #e4e4e4; font-style: italic; } td.conflict { background: #f0e442; }
figure { margin: 1rem 0; break-inside: avoid; } figure svg { max-width: 100%; height: auto; }
figcaption { font-size: .9rem; }
.verdict { font-size: .8rem; border: 1px solid var(--line); border-radius: .6rem; padding: 0 .4rem;
  white-space: nowrap; }
.note { color: #444; }
details { margin: .15rem 0 .15rem 1rem; } details details { margin-left: 1.2rem; }
summary { cursor: pointer; } .events { font: .78rem/1.4 monospace; color: #555; overflow-wrap: anywhere; }
.leaf { margin-left: 2.2rem; } .foot { border-top: 1px solid var(--line); margin-top: 2rem; font-size: .85rem;
  overflow-wrap: anywhere; }
.wide { overflow-x: auto; }
@media print { body { margin: 0; max-width: none; font-size: 11pt; } .ledger { display: none; }
  .wide { overflow: visible; }
  @page { margin: 2cm 1.5cm 2cm 2.5cm; } }
"""


def html(document: Document, *, pictures: bool = True) -> str:
    """The whole page; with `pictures` drawn into it as SVG. Raises `MissingExtra` where they cannot be drawn."""
    drawn = _drawn(document) if pictures else {}
    numbers = {event: said["position"] for event, said in document.sources.items()}
    body = [
        *([_approval(document.approval.lines)] if document.approval else ()),
        f"<h1>{text(document.title)}</h1>",
        *(_paragraph(one) for one in document.opening),
        *(_section(section, drawn) for section in document.sections),
        _ledger(document, numbers),
        f'<p class="foot">{text(document.foot.text)}</p>',
    ]
    return (
        '<!DOCTYPE html>\n<html lang="ru">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{text(document.title)}</title>\n<style>{CSS}</style>\n</head>\n<body>\n"
        + "\n".join(body)
        + "\n</body>\n</html>\n"
    )


def text(said: str) -> str:
    """The text with everything escaped that HTML would read as markup."""
    return escape(said, quote=True)


def _drawn(document: Document) -> Mapping[str, str]:
    from shnor_engine.report.pictures.draw import attempt, svg

    made = {figure.id: attempt(figure, svg) for figure in document.figures()}
    return {name: "" if drawn is None else _own_ids(drawn, name) for name, drawn in made.items()}


def _own_ids(drawn: str, name: str) -> str:
    """The picture with ids of its own, so that several stand on one page."""
    return re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{name}-", drawn)


def _approval(lines: Sequence[str]) -> str:
    return '<p class="approval">' + "<br>\n".join(text(line) for line in lines) + "</p>"


def _section(section: Section, drawn: Mapping[str, str]) -> str:
    blocks = "\n".join(_block(block, drawn) for block in section.blocks)
    return f'<section id="{text(section.id)}">\n<h2>{text(section.title)}</h2>\n{blocks}\n</section>'


def _block(block: Block, drawn: Mapping[str, str]) -> str:
    if isinstance(block, Paragraph):
        return _paragraph(block)
    if isinstance(block, Bullets):
        tag = "ol" if block.numbered else "ul"
        return f"<{tag}>\n" + "\n".join(f"<li>{_sentence(claim)}</li>" for claim in block.items) + f"\n</{tag}>"
    if isinstance(block, Table):
        return "" if block.aside else _table(block)
    if isinstance(block, Figure):
        return _figure(block, drawn)
    return _trees(block)


def _paragraph(paragraph: Paragraph) -> str:
    return "<p>" + " ".join(_sentence(claim) for claim in paragraph.claims) + "</p>"


def _sentence(claim: Claim) -> str:
    lead = f"<b>{text(claim.lead)}</b> " if claim.lead else ""
    note = f' <span class="note">{text(claim.note_ru)}</span>' if claim.note_ru else ""
    mark = "" if claim.verdict == "true" else f' <span class="verdict">{text(VERDICT_RU[claim.verdict])}</span>'
    facts = f'data-claim="{text(claim.id)}" data-verdict="{claim.verdict}"'
    return f"<span {facts}>{lead}{text(claim.ru)}{note}{mark}</span>"


def _table(table: Table) -> str:
    head = "".join(
        f'<th style="width:{width}%">{text(name)}</th>' for name, width in zip(table.head, table.widths, strict=True)
    )
    rows = "\n".join("<tr>" + "".join(map(_cell, row)) + "</tr>" for row in table.rows)
    caption = f'<p class="note">{text(table.caption)}</p>' if table.caption else ""
    return (
        f'<div class="wide"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody></table></div>{caption}'
    )


def _cell(cell: Cell) -> str:
    mark = f' class="{text(cell.mark)}"' if cell.mark else ""
    return f"<td{mark}>{text(cell.text)}</td>"


def _figure(figure: Figure, drawn: Mapping[str, str]) -> str:
    if figure.id not in drawn:
        return ""
    if not drawn[figure.id]:
        return f'<p class="note">{text(figure.instead)}</p>'
    label = f'role="img" aria-label="{text(figure.alt)}"'
    return f"<figure {label}>\n{drawn[figure.id]}\n<figcaption>{text(figure.alt)}</figcaption>\n</figure>"


def _trees(trees: Trees) -> str:
    inner = "\n".join(tree_html(tree) for tree in trees.items)
    return f"<details><summary><b>{text(trees.title)}</b> ({len(trees.items)})</summary>\n{inner}\n</details>"


def tree_html(tree: Tree) -> str:
    """A tree to be folded and unfolded without any script; a leaf is a line."""
    if not tree.kids:
        return f'<div class="leaf">{text(tree.label)}</div>'
    inner = "\n".join(map(tree_html, tree.kids))
    return f"<details><summary>{text(tree.label)}</summary>\n{inner}\n</details>"


def _ledger(document: Document, numbers: Mapping[str, Any]) -> str:
    """Every sentence with its verdict and what it rests on: positions of the log, or what was searched for."""
    rows = "\n".join(
        f"<tr><td>{text(claim.ru)}</td><td>{text(VERDICT_RU[claim.verdict])}</td>"
        f'<td class="events">{text(_ground(claim, numbers))}</td></tr>'
        for claim in document.claims()
    )
    return (
        '<details class="ledger"><summary><b>Реестр утверждений</b> (на чём основано каждое)</summary>\n'
        f"<table><thead><tr><th>Утверждение</th><th>Проверка</th><th>Основание</th></tr></thead>\n<tbody>\n{rows}\n"
        "</tbody></table>\n</details>"
    )


def _ground(claim: Claim, numbers: Mapping[str, Any]) -> str:
    parts = []
    if claim.events:
        parts.append("записи " + spans(numbers[event] for event in claim.events if event in numbers))
    if claim.searched:
        parts.append("искали и не нашли: " + ", ".join(claim.searched))
    return "; ".join([*parts, *claim.refs])


def spans(numbers: Iterable[int]) -> str:
    """Numbers in runs: «3–7, 12»."""
    found: list[list[int]] = []
    for number in sorted(numbers):
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in found)
