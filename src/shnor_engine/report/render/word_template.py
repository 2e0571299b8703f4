"""Makes the Word templates that are shipped, with python-docx: `python -m shnor_engine.report.render.word_template`.

A methodologist edits them in Word: fonts, margins, fixed words, the order of things. What stands in double braces is
filled in; a paragraph with `{%p …%}` and a table row with `{%tr …%}` disappear and say what is repeated.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from shnor_engine.report.render.zipped import dated

TEMPLATES = Path(__file__).parents[1] / "templates"
MADE = date(2024, 1, 1)  # of the templates themselves; a report has its own day
COLUMNS = range(2, 13)  # tables of so many columns can be filled in
FONT = "Times New Roman"
SIZES = {"report": 12, "passport": 10, "simulation": 11}  # points of the text, by kind of document


def make(kind: str) -> bytes:
    """The template of a kind (`SIZES`), the same bytes in every run."""
    import docx

    document = docx.Document()
    _look(document, SIZES[kind], small=kind != "report")
    if kind == "report":
        _approval(document)
    _line(document, "{{ title }}", style="Title")
    _loop(document, "p in opening", lambda: _line(document, "{{ p }}", style="Body Text"))
    _loop(document, "section in sections", lambda: _section(document))
    _line(document, "{{ foot }}", style="Caption")
    out = BytesIO()
    document.save(out)
    return dated(out.getvalue(), MADE)


def _look(document: Any, size: int, *, small: bool) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt, RGBColor

    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin, page.right_margin = (Cm(2), Cm(1.5)) if small else (Cm(3), Cm(1.5))
    page.top_margin = page.bottom_margin = Cm(1.5 if small else 2)
    for name, points, bold in (("Normal", size, False), ("Body Text", size, False), ("Title", size + 2, True),
                               ("Heading 1", size + 1, True), ("List Bullet", size, False),
                               ("List Number", size, False), ("Caption", size - 2, False)):  # fmt: skip
        style = document.styles[name]
        style.font.name, style.font.size, style.font.bold = FONT, Pt(points), bold
        style.font.color.rgb, style.font.italic = RGBColor(0, 0, 0), False
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
            fonts.set(qn(script), FONT)
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(theme), None)
        style.paragraph_format.space_after = Pt(3 if small else 6)
    document.styles["Title"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    border = document.styles["Title"].element.find(f".//{qn('w:pBdr')}")
    if border is not None:
        border.getparent().remove(border)
    document.styles["Heading 1"].paragraph_format.space_before = Pt(6 if small else 12)
    document.styles["Heading 1"].paragraph_format.keep_with_next = True
    document.styles["Body Text"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    properties = document.core_properties
    properties.created = properties.modified = datetime(MADE.year, MADE.month, MADE.day, tzinfo=UTC)
    properties.author, properties.title, properties.comments = "shnor_engine", "", ""
    properties.language = "ru-RU"


def _approval(document: Any) -> None:
    from docx.shared import Cm

    def line(text: str) -> None:
        _line(document, text).paragraph_format.left_indent = Cm(9)

    _loop(document, "line in approval[:-1]", lambda: line("{{ line }}"))
    line("____________ (подпись)")
    line("{{ approval[-1] }}")


def _section(document: Any) -> None:
    _line(document, "{{ section.title }}", style="Heading 1")
    _loop(document, "block in section.blocks", lambda: _block(document))


def _block(document: Any) -> None:
    """One branch for each kind of block; a table has a branch for each number of columns."""
    _when(document, "block.kind == 'text'", lambda: _line(document, "{{ block.text }}", style="Body Text"))
    for kind, style in (("bullets", "List Bullet"), ("numbers", "List Number")):
        _when(document, f"block.kind == '{kind}'", lambda style=style: _items(document, style))
    _when(document, "block.kind == 'figure'", lambda: _figure(document))
    for columns in COLUMNS:
        _when(
            document, f"block.kind == 'table' and block.columns == {columns}", lambda n=columns: _table(document, n)
        )
    _when(document, "block.kind == 'table'", lambda: _gap(document))
    _when(document, "block.caption", lambda: _line(document, "{{ block.caption }}", style="Caption"))


def _gap(document: Any) -> None:
    """A little room under a table."""
    from docx.shared import Pt

    paragraph = _line(document, "")
    paragraph.paragraph_format.space_after = Pt(0)
    paragraph.paragraph_format.line_spacing = Pt(7)


def _items(document: Any, style: str) -> None:
    def item() -> None:
        paragraph = document.add_paragraph(style=style)
        paragraph.add_run("{{ item.lead }}").bold = True
        paragraph.add_run("{{ item.text }}")

    _loop(document, "item in block.entries", item)


def _figure(document: Any) -> None:
    paragraph = _line(document, "{{ block.image }}")
    paragraph.paragraph_format.keep_with_next = True


def _table(document: Any, columns: int) -> None:
    from docx.enum.table import WD_TABLE_ALIGNMENT

    table = document.add_table(rows=4, cols=columns, style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    head, start, body, end = table.rows
    for n in range(columns):
        _cell(head.cells[n], f"{{{{ block.head[{n}] }}}}", bold=True)
        _cell(body.cells[n], f"{{{{ row[{n}] }}}}")
    _cell(start.cells[0], "{%tr for row in block.rows %}")
    _cell(end.cells[0], "{%tr endfor %}")
    _repeat(head)
    for row in table.rows:
        _whole(row)


def _cell(cell: Any, text: str, *, bold: bool = False) -> None:
    from docx.shared import Pt

    run = cell.paragraphs[0].add_run(text)
    run.bold, run.font.size = bold, Pt(10)
    cell.paragraphs[0].paragraph_format.space_after = Pt(0)


def _repeat(row: Any) -> None:
    """The head of a table again on each page."""
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _whole(row: Any) -> None:
    """A row is not broken over two pages."""
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _line(document: Any, text: str, style: str = "Normal") -> Any:
    return document.add_paragraph(text, style=style)


def _loop(document: Any, what: str, inner: Any) -> None:
    _line(document, f"{{%p for {what} %}}")
    inner()
    _line(document, "{%p endfor %}")


def _when(document: Any, what: str, inner: Any) -> None:
    _line(document, f"{{%p if {what} %}}")
    inner()
    _line(document, "{%p endif %}")


def main() -> None:
    """Write the templates where the package keeps them."""
    TEMPLATES.mkdir(exist_ok=True)
    for kind in SIZES:
        (TEMPLATES / f"{kind}.docx").write_bytes(make(kind))


if __name__ == "__main__":
    main()
