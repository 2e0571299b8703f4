"""Every format says the same, the same bytes in every run, and nothing of the clock or the machine."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from severskiy_history import REPORTED, history
from shnor_engine import Engine
from shnor_engine.errors import MissingExtra, ReportError
from shnor_engine.report.document import Document
from shnor_engine.report.render.excel import excel
from shnor_engine.report.render.formats import FORMATS, printed
from shnor_engine.report.render.html import html, spans
from shnor_engine.report.render.word import word
from shnor_engine.report.render.word_template import TEMPLATES, make
from shnor_engine.testing.fakes import FixedClock

OF_EXTRA = {"docx": "docxtpl", "xlsx": "xlsxwriter", "html": "vl_convert"}


def again(year: int) -> Document:
    """The same document from another engine, on another day of the clock."""
    with Engine.open(":memory:", clock=FixedClock(datetime(year, 7, 1, tzinfo=UTC))) as one:
        one.append(history(), actor="somebody", recorded_at=REPORTED)
        return one.document(as_known=REPORTED)


class Texts(HTMLParser):
    """The text of a page, and every tag that was opened and not closed."""

    VOID = {"meta", "br", "img", "link"}

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def cells(data: bytes, kind: str) -> str:
    """All words of an office file."""
    with ZipFile(BytesIO(data)) as archive:
        parts = [name for name in archive.namelist() if re.search(kind, name)]
        assert parts
        texts = [archive.read(name).decode() for name in parts]
    return " ".join(re.sub(r"<[^>]+>", "", re.sub(r"</w:p>|</t>", " ", text)) for text in texts)


@pytest.mark.parametrize("to", FORMATS)
def test_two_runs_give_the_same_bytes_whatever_the_clock_says(document: Document, to: str) -> None:
    assert printed(document, to) == printed(again(2031), to)


@pytest.mark.parametrize("to", FORMATS)
def test_every_format_says_every_sentence(document: Document, to: str) -> None:
    made = printed(document, to)
    if to == "docx":
        said = cells(made, r"word/document\.xml")  # type: ignore[arg-type]
    elif to == "xlsx":
        said = cells(made, r"xl/sharedStrings\.xml")  # type: ignore[arg-type]
    elif to == "html":
        reader = Texts()
        reader.feed(made)  # type: ignore[arg-type]
        said = " ".join(reader.said)
    else:
        said = str(made)
    bare = re.sub(r"\s+", "", said.replace("\\", "").replace("&lt;", "<").replace("&amp;", "&"))
    for claim in document.claims():
        assert re.sub(r"\s+", "", claim.ru) in bare, claim.id


@pytest.mark.parametrize(("to", "part"), [("docx", "docProps/core.xml"), ("xlsx", "docProps/core.xml")])
def test_an_office_file_carries_the_day_of_the_report(document: Document, to: str, part: str) -> None:
    data = printed(document, to, pictures=False)
    assert isinstance(data, bytes)
    with ZipFile(BytesIO(data)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(2024, 12, 23, 0, 0, 0)}
        properties = archive.read(part).decode()
    assert set(re.findall(r"\d{4}-\d\d-\d\dT", properties)) == {"2024-12-23T"}


def test_a_page_is_whole_and_fetches_nothing(document: Document) -> None:
    page = html(document, pictures=False)
    reader = Texts()
    reader.feed(page)
    assert reader.open == []
    assert not re.search(r"<script|<link|src=|https?://", page)


def test_pictures_on_a_page_share_no_ids_and_fetch_nothing(document: Document) -> None:
    page = html(document)
    found = re.findall(r'\bid="([^"]+)"', page)
    assert len(found) == len(set(found))
    assert page.count("<svg") == len(list(document.figures())) == 3
    assert not re.search(r'(?:src|href)="https?:', page)


def test_what_an_event_says_is_never_markup(document: Document) -> None:
    page = html(replace(document, title='<script>alert("x")</script> & Ко'), pictures=False)
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_a_page_shows_verdicts_and_unfolds_each_decision(document: Document) -> None:
    page = html(document, pictures=False)
    assert 'data-claim="lists.falls" data-verdict="true_for_data_held"' in page
    assert "верно для имеющихся данных" in page
    assert page.count("<details>") > len(document.sections)
    assert "Школа есть в перечне 2024 года" in page


def test_angle_brackets_and_ampersands_reach_word_as_they_are(document: Document) -> None:
    data = word(replace(document, title="«А & Б» <7>"), pictures=False)
    assert "«А &amp; Б» &lt;7&gt;" in cells(data, r"word/document\.xml")


def test_a_text_that_looks_like_a_formula_stays_a_text(document: Document) -> None:
    claim = replace(document.foot, ru="=1+1")
    with ZipFile(BytesIO(excel(replace(document, foot=claim)))) as archive:
        sheets = [archive.read(name).decode() for name in archive.namelist() if "worksheets/sheet" in name]
        strings = archive.read("xl/sharedStrings.xml").decode()
    assert not any("<f>" in sheet for sheet in sheets)
    assert "=1+1" in strings


def test_the_workbook_has_a_sheet_for_each_question_and_colours_the_matrix(document: Document) -> None:
    with ZipFile(BytesIO(excel(document))) as archive:
        book = archive.read("xl/workbook.xml").decode()
        coloured = [name for name in archive.namelist() if b"conditionalFormatting" in archive.read(name)]
    names = re.findall(r'<sheet name="([^"]+)"', book)
    assert {"Сводка", "Перечни", "Школы по годам", "Движение", "Решения", "Мероприятия"} <= set(names)
    assert {"Рекомендации", "Пробелы", "Утверждения"} <= set(names)
    assert len(coloured) == 1


@pytest.mark.parametrize("kind", ["report", "passport", "simulation"])
def test_the_shipped_template_is_what_its_script_makes(kind: str) -> None:
    assert (TEMPLATES / f"{kind}.docx").read_bytes() == make(kind)


def test_a_template_of_ones_own_is_filled_in(document: Document, tmp_path: Path) -> None:
    import docx

    own = docx.Document()
    own.add_paragraph("Справка за {{ year }} год: {{ part.conclusion.blocks[0].text }}")
    own.save(str(tmp_path / "own.docx"))
    said = cells(word(document, template=tmp_path / "own.docx"), r"word/document\.xml")
    assert "Справка за 2024 год: В перечне 2024 года – 1 школа" in said


def test_a_template_that_cannot_be_filled_in_says_where_to_look(document: Document, tmp_path: Path) -> None:
    import docx

    own = docx.Document()
    own.add_paragraph("{{ part.conclusions.title }}")
    own.save(str(tmp_path / "own.docx"))
    with pytest.raises(ReportError, match="shnor report lint"):
        word(document, template=tmp_path / "own.docx")
    (tmp_path / "text.docx").write_text("не Word", encoding="utf-8")
    with pytest.raises(ReportError, match=r"text\.docx"):
        word(document, template=tmp_path / "text.docx")


@pytest.mark.parametrize("to", OF_EXTRA)
def test_a_missing_extra_is_named(document: Document, to: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, OF_EXTRA[to], None)
    with pytest.raises(MissingExtra, match=r"shnor-engine\[report\]"):
        printed(document, to)


@pytest.mark.parametrize("to", ["md", "json"])
def test_text_needs_no_extra(document: Document, to: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in OF_EXTRA.values():
        monkeypatch.setitem(__import__("sys").modules, module, None)
    assert printed(document, to)
    assert html(document, pictures=False)


def test_an_unknown_format_lists_those_there_are(engine: Engine) -> None:
    with pytest.raises(ReportError, match="md, html, json, docx, xlsx"):
        engine.report(format="pdf")


def test_by_default_the_engine_gives_markdown(engine: Engine, document: Document) -> None:
    assert engine.report(as_known=REPORTED) == printed(document, "md")
    assert json.loads(engine.report(as_known=REPORTED, format="json"))["digest"] == document.digest


def test_positions_are_said_in_runs() -> None:
    assert spans([7, 3, 4, 5, 12]) == "3–5, 7, 12"
    assert spans([]) == ""
