"""A document as a Word file (docxtpl): filled into a template that a methodologist edits in Word."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any

from shnor_engine.errors import MissingExtra, ReportError
from shnor_engine.report.document import Block, Bullets, Document, Figure, Paragraph, Section, Table
from shnor_engine.report.render.word_template import COLUMNS, TEMPLATES
from shnor_engine.report.render.zipped import dated

MM = 25.4 / 96 / 2  # a dot of a picture that is drawn in twice its size, 96 dots an inch
HIGHEST_MM = 115
WIDTH_MM = {"report": 160, "passport": 150, "simulation": 165}
UNDRAWN = object()  # in place of the image of a picture that cannot be drawn


def word(document: Document, *, template: Path | None = None, pictures: bool = True) -> bytes:
    """The Word file as bytes, the same for the same document and template.

    Raises `MissingExtra`, and `ReportError` for a template that cannot be filled in (`shnor report lint` says why).
    """
    kind = document.kind if document.kind in WIDTH_MM else "report"
    filled = opened(template or TEMPLATES / f"{kind}.docx")
    context = context_of(document, lambda figure: _image(filled, figure, WIDTH_MM[kind]) if pictures else None)
    render(filled, context, template)
    _widths(filled, document)
    _numbering(filled)
    _properties(filled, document)
    out = BytesIO()
    filled.save(out)
    return dated(out.getvalue(), document.on)


def opened(template: Path) -> Any:
    """The template, open for filling in; raises `MissingExtra`, `ReportError` for a file that is none."""
    try:
        from docxtpl import DocxTemplate
    except ImportError as error:
        raise MissingExtra("a Word report", "report") from error
    try:
        filled = DocxTemplate(str(template))
        filled.init_docx()
    except Exception as error:  # python-docx raises whatever its zip and XML readers raise
        raise ReportError(
            f"{template}: this is no Word template (.docx): {error}", ru="это не шаблон Word (.docx)"
        ) from error
    return filled


def render(filled: Any, context: dict[str, Any], template: Path | None) -> None:
    """Fill a template in; everything is escaped, an unknown name is an error."""
    from jinja2 import Environment, StrictUndefined, TemplateError

    try:
        filled.render(context, Environment(undefined=StrictUndefined, autoescape=True))
    except TemplateError as error:
        raise ReportError(
            f"{template or 'the template'}: {error}; shnor report lint says where",
            ru="шаблон с ошибкой; где она, скажет `shnor report lint`",
        ) from error


def context_of(document: Document, image: Any) -> dict[str, Any]:
    """What a template may name: `title`, `approval`, `opening`, `sections`, `part` by section id, `foot`, `on`, …"""
    number = count(1)
    sections = [_section(section, image, number) for section in document.sections]
    return {
        "title": document.title,
        "approval": list(document.approval.lines) if document.approval else [],
        "opening": [" ".join(claim.text for claim in paragraph.claims) for paragraph in document.opening],
        "sections": sections,
        "part": {section["id"]: section for section in sections},
        "foot": document.foot.text,
        "year": document.year,
        "on": document.on.strftime("%d.%m.%Y"),
        "position": document.position,
        "numbers": dict(document.numbers),
    }


def _section(section: Section, image: Any, number: Iterator[int]) -> dict[str, Any]:
    blocks = [said for block in section.blocks if (said := _block(block, image, number)) is not None]
    return {"id": section.id, "title": section.title, "blocks": blocks}


def _block(block: Block, image: Any, number: Iterator[int]) -> dict[str, Any] | None:
    if isinstance(block, Paragraph):
        return {"kind": "text", "text": " ".join(claim.text for claim in block.claims), "caption": ""}
    if isinstance(block, Bullets):
        items = [{"lead": f"{claim.lead} " if claim.lead else "", "text": claim.text} for claim in block.items]
        return {"kind": "numbers" if block.numbered else "bullets", "entries": items, "caption": ""}
    if isinstance(block, Table) and printed(block):
        rows = [[cell.text for cell in row] for row in block.rows]
        head = list(block.head)
        return {"kind": "table", "columns": len(head), "head": head, "rows": rows, "caption": block.caption}
    if isinstance(block, Figure) and (drawn := image(block)) is not None:
        if drawn is UNDRAWN:
            return {"kind": "text", "text": block.instead, "caption": ""}
        return {"kind": "figure", "image": drawn, "caption": f"Рисунок {next(number)}. {block.title}"}
    return None


def printed(table: Table) -> bool:
    """Whether a table stands in the text: one that is aside is for the workbook."""
    return not table.aside and len(table.head) in COLUMNS


def _image(filled: Any, figure: Figure, most: int) -> Any:
    from docx.shared import Mm
    from docxtpl import InlineImage

    from shnor_engine.report.pictures.draw import attempt, png

    drawn = attempt(figure, png)
    if drawn is None:
        return UNDRAWN
    wide, high = (int.from_bytes(drawn[at : at + 4], "big") * MM for at in (16, 20))  # of the header of a PNG
    return InlineImage(filled, BytesIO(drawn), width=Mm(wide * min(1, most / wide, HIGHEST_MM / high)))


def _widths(filled: Any, document: Document) -> None:
    """The columns of our tables as wide as the document says, where the template left their number alone."""
    from docx.shared import Emu

    page = filled.docx.sections[0]
    room = page.page_width - page.left_margin - page.right_margin
    shown = [table for table in document.tables() if printed(table)]
    if len(shown) != len(filled.docx.tables):
        return
    for table, made in zip(shown, filled.docx.tables, strict=True):
        shares = [Emu(room * width // sum(table.widths)) for width in table.widths]
        for column, share in zip(made._tbl.tblGrid.gridCol_lst, shares, strict=False):
            column.w = share
        for row in made._tbl.tr_lst:
            for cell, share in zip(row.tc_lst, shares, strict=False):
                cell.width = share
        if table.grouped:
            _group(table, made)


def _group(table: Table, made: Any) -> None:
    """Equal neighbours in the first column as one tall cell."""
    from docx.oxml.ns import qn

    before = None
    for row, printed_row in zip(table.rows, made._tbl.tr_lst[1:], strict=False):
        cell = printed_row.tc_lst[0]
        again = row[0].text == before
        cell.vMerge = "continue" if again else "restart"
        if again:
            for run in cell.findall(f".//{qn('w:r')}"):
                run.getparent().remove(run)
        before = row[0].text


def _numbering(filled: Any) -> None:
    """Each numbered list counts from one: a list of its own for each run of paragraphs in that style."""
    from copy import deepcopy

    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    style = next((one for one in filled.docx.styles if one.name == "List Number"), None)
    found = None if style is None else style.element.find(f".//{qn('w:numId')}")
    if found is None or style is None:
        return
    numbering = filled.docx.part.numbering_part.element
    model = next(one for one in numbering.findall(qn("w:num")) if one.get(qn("w:numId")) == found.get(qn("w:val")))
    before: Any = None
    current = ""
    for paragraph in filled.docx.paragraphs:
        if paragraph.style.name != style.name:
            before = None
            continue
        if before is None:
            current = str(1 + max(int(one.get(qn("w:numId"))) for one in numbering.findall(qn("w:num"))))
            num = deepcopy(model)
            num.set(qn("w:numId"), current)
            override, start = OxmlElement("w:lvlOverride"), OxmlElement("w:startOverride")
            override.set(qn("w:ilvl"), "0")
            start.set(qn("w:val"), "1")
            override.append(start)
            num.append(override)
            numbering.append(num)
        before = paragraph
        properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
        properties.get_or_add_ilvl().val, properties.get_or_add_numId().val = 0, int(current)


def _properties(filled: Any, document: Document) -> None:
    """Title and dates of the file: the day of the report, never that of the machine."""
    made = datetime(document.on.year, document.on.month, document.on.day, tzinfo=UTC)
    properties = filled.docx.core_properties
    properties.title, properties.subject = document.title[:255], f"запись журнала {document.position}"
    properties.created = properties.modified = made
    properties.author = properties.last_modified_by = "shnor_engine"
    properties.revision = 1
