"""Parts of plugins in the report: in every format; one that breaks is named and breaks nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from tests.programme.district import ON, school

from shnor_engine import Engine
from shnor_engine.errors import PluginError, ReportError
from shnor_engine.plugin.parts import ReportPart
from shnor_engine.plugin.v1 import hookimpl
from shnor_engine.report import Claim
from shnor_engine.report.document import Bullets, Cell, Document, Figure, Paragraph, Section, Table
from shnor_engine.report.from_markdown import bare, blocks
from shnor_engine.report.render.formats import printed

BARS = {
    "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
    "data": {"values": [{"класс": "5", "учеников": 24, "url": "это слово, а не ссылка"}]},
    "mark": "bar",
    "encoding": {"x": {"field": "учеников", "type": "quantitative"}, "y": {"field": "класс", "type": "nominal"}},
}
Write = Callable[[Any, Any], Any]
TEXT = """Вводная **строка**
в две линии.

- раз
- **Два.** и ещё
  с продолжением

1. первый

| Год | Школ |
|-----|-----:|
| 2023 | 5 |
| 2024 | «а \\| б» |
"""


class Plugin:
    """A plugin with these parts, by name."""

    name, api_version = "parts", 1

    def __init__(self, **parts: Write) -> None:
        self.parts = [ReportPart(name=name, heading=f"Часть {name}", write=write) for name, write in parts.items()]

    @hookimpl
    def report_parts(self) -> list[ReportPart]:
        """The parts."""
        return self.parts


def documented(**parts: Write) -> Document:
    with Engine.open(":memory:", plugins=[Plugin(**parts)]) as engine:
        engine.append([school(1)], actor="x")
        return engine.document(year=2024, on=ON)


def section(document: Document, name: str) -> Section:
    (found,) = [one for one in document.sections if one.id == name]
    return found


def broken(write: Write) -> str:
    """The sentence in place of a part that breaks; the rest of the report is as without it."""
    document = documented(mine=write)
    (claim,) = [claim for claim in document.claims() if claim.id == "plugin.failed.mine"]
    others = [one for one in document.sections if one.id != "mine"]
    assert others == list(documented().sections)
    for to in ("md", "html", "docx", "xlsx", "json"):
        assert printed(document, to, pictures=False)
    return claim.ru


def test_markdown_becomes_paragraphs_lists_and_tables_on_the_word_of_the_plugin() -> None:
    paragraph, bullets, numbers, table = section(documented(mine=lambda e, m: TEXT), "mine").blocks
    assert isinstance(paragraph, Paragraph)
    assert [claim.ru for claim in paragraph.claims] == ["Вводная строка в две линии."]
    assert isinstance(bullets, Bullets)
    assert [(claim.lead, claim.ru) for claim in bullets.items] == [("", "раз"), ("Два.", "и ещё с продолжением")]
    assert {claim.verdict for claim in bullets.items} == {"unverifiable"}
    assert {claim.refs for claim in bullets.items} == {("plugin parts",)}
    assert isinstance(numbers, Bullets)
    assert numbers.numbered
    assert isinstance(table, Table)
    assert table.head == ("Год", "Школ")
    assert [[cell.text for cell in row] for row in table.rows] == [["2023", "5"], ["2024", "«а | б»"]]


@pytest.mark.parametrize("to", ["md", "html", "docx", "xlsx", "json"])
def test_a_part_stands_in_every_format_and_before_the_gaps(to: str) -> None:
    document = documented(mine=lambda e, m: TEXT)
    made = printed(document, to, pictures=False)
    if isinstance(made, bytes):
        with ZipFile(BytesIO(made)) as archive:
            made = " ".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml"))
    for said in ("Часть mine", "с продолжением", "2023"):
        assert said in made
    assert [one.id for one in document.sections][-2:] == ["mine", "gaps"]


def test_a_part_with_blocks_of_its_own_names_events_and_the_report_holds_where_they_were_read() -> None:
    def write(engine: Engine, moment: Any) -> list[Paragraph]:
        (event,) = [row.event_id for row in engine.log.read(types=["school.registered"])]
        return [Paragraph((Claim("mine.one", "Школа одна.", "One school.", events=(event,)),))]

    document = documented(mine=write)
    (claim,) = [claim for claim in document.claims() if claim.id == "mine.one"]
    assert claim.verdict == "true"
    assert document.sources[claim.events[0]]["type"] == "school.registered"


@pytest.mark.parametrize("nothing", ["", " \n\n", [], ()])
def test_a_part_with_nothing_to_say_is_left_out(nothing: Any) -> None:
    assert documented(mine=lambda e, m: nothing).digest == documented().digest


def leave(_: Any, __: Any) -> str:
    raise SystemExit(3)


CLAIM = Claim("x", "х", "x", refs=("x",))


@pytest.mark.parametrize(
    ("write", "said"),
    [
        (lambda e, m: 1 / 0, "«ZeroDivisionError: division by zero»"),
        (leave, "«SystemExit: 3»"),
        (lambda e, m: None, "TypeError: write() gave NoneType"),
        (lambda e, m: [3], "write() gave int among its blocks"),
        (lambda e, m: [Figure("F f", "t", "a", {})], "an id is made of"),
        (lambda e, m: [Figure("f", "t", "", {})], "needs a title, and alt"),
        (lambda e, m: [Figure("f", "t", "a", [])], "spec is the Vega-Lite object"),
        (lambda e, m: [Figure("f", "t", "a", {"width": {1}})], "not JSON serializable"),
        (lambda e, m: [Figure("f", "t", "a", {"layer": [{"data": {"url": "x.csv"}}]})], "names a url"),
        (lambda e, m: [Figure("f", "t", "a", BARS), Figure("f", "u", "b", BARS)], "two pictures of one id"),
        (lambda e, m: "Школы вышли благодаря поддержке.", "one thing caused another"),
        (lambda e, m: [Paragraph((Claim("y", "у", "y", events=("nobody",)),))], "the log does not hold: nobody"),
        (lambda e, m: [Table("t", ("а",), ((Cell("1"),),), (1,))], "1 columns"),
        (lambda e, m: [Table("t", ("а", "б"), ((Cell("1"),),), (1, 1))], "as many cells"),
        (lambda e, m: (_ for _ in ()).throw(OSError('из-за «x» "y" at 0x7f00')), "'x' 'y'»"),
    ],
)
def test_a_part_that_breaks_is_a_sentence_that_names_the_plugin(write: Write, said: str) -> None:
    text = broken(write)
    assert "модуль parts" in text
    assert said in text
    assert "0x" not in text


def test_a_part_that_asks_for_the_report_gets_it_without_parts_of_plugins() -> None:
    said = documented(mine=lambda e, m: ", ".join(one.id for one in e.document(year=2024, on=m.on).sections))
    (claim,) = [claim for claim in said.claims() if claim.id == "plugin.mine.1"]
    assert "gaps" in claim.ru
    assert "mine" not in claim.ru


def test_one_broken_part_leaves_the_others_and_strict_mode_raises() -> None:
    document = documented(bad=lambda e, m: 1 / 0, good=lambda e, m: "- хорошо")
    assert "- хорошо" in printed(document, "md")
    with Engine.open(":memory:", plugins=[Plugin(bad=lambda e, m: 1 / 0)], strict=True) as engine:
        engine.append([school(1)], actor="x")
        with pytest.raises(PluginError, match="plugin parts: its part of the report bad: division by zero"):
            engine.document(year=2024, on=ON)


def test_a_report_with_a_broken_part_is_not_approved_and_one_that_lost_a_part_is_not_the_approved_one(
    tmp_path: Path,
) -> None:
    path, said = tmp_path / "log.db", {"report_id": "r", "area": "d", "role": "head", "day": ON, "actor": "x"}
    with Engine.open(path, plugins=[Plugin(bad=lambda e, m: 1 / 0)]) as engine:
        engine.append([school(1)], actor="x")
        with pytest.raises(ReportError, match="brought by the plugin parts"):
            engine.approve(**said, year=2024)  # type: ignore[arg-type]
    with Engine.open(path, plugins=[Plugin(good=lambda e, m: "да")]) as engine:
        engine.approve(**said, year=2024)  # type: ignore[arg-type]
        assert "Часть good" in printed(engine.approved("r"), "md")
    with Engine.open(path) as engine, pytest.raises(ReportError, match="parts of plugins"):
        engine.approved("r")


def test_a_part_may_not_take_the_name_of_a_section_of_ours() -> None:
    with Engine.open(":memory:", plugins=[Plugin(lists=lambda e, m: "моё")]) as engine:
        (state,) = engine.plugins.states
        assert state.state == "refused"
        assert "report_parts: lists is also brought by built in" in state.error


def test_sheets_of_plugins_get_names_that_excel_takes_and_nobody_else_has() -> None:
    heading = "Показатели [весьма] длинного: названия/района?"
    parts = [ReportPart(name=f"p{n}", heading=heading, write=lambda e, m: TEXT) for n in range(2)]

    class Long(Plugin):
        @hookimpl
        def report_parts(self) -> list[ReportPart]:
            """Two parts with one heading."""
            return parts

    with Engine.open(":memory:", plugins=[Long()]) as engine:
        engine.append([school(1)], actor="x")
        book = engine.report(format="xlsx", year=2024, on=ON)
    with ZipFile(BytesIO(book)) as archive:
        names = re.findall(r'<sheet name="([^"]+)"', archive.read("xl/workbook.xml").decode())
    mine = [name for name in names if "весьма" in name]
    assert len(mine) == len(set(mine)) == 4
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names)


def test_what_is_no_markup_stays_as_it_is() -> None:
    assert bare("a_b_c 2*3*4 `код` [имя](https://x) __да__") == "a_b_c 2*3*4 код имя да"
    assert blocks("## Раздел\n\n+ а\n", "p", ("x",))[0].to_json()["claims"][0]["text"]["ru"] == "Раздел"
    assert json.dumps(documented(mine=lambda e, m: TEXT).to_json(), ensure_ascii=False).count("plugin.mine.1") == 1
    assert CLAIM.verdict == "true"
    assert date(2024, 12, 23) == ON


def test_a_picture_of_a_plugin_stands_where_ours_stand_and_one_that_cannot_be_drawn_is_a_sentence() -> None:
    odd = {"mark": {"type": "no such mark"}}
    document = documented(
        mine=lambda e, m: [Figure("bars", "Классы", "В 5 классе 24.", BARS), Figure("odd", "Иное", "Тут иное.", odd)]
    )
    assert [figure.id for figure in document.figures() if figure.whose] == ["mine.bars", "mine.odd"]
    page = printed(document, "html")
    assert isinstance(page, str)
    part = page.split('<section id="mine">')[1].split("</section>")[0]
    assert part.count("<svg") == 1
    assert "В 5 классе 24." in part
    assert "Рисунок «Иное» приносит модуль parts, и нарисовать его не удалось. Тут иное." in part
    made = printed(document, "docx")
    assert isinstance(made, bytes)
    with ZipFile(BytesIO(made)) as word:
        assert len([name for name in word.namelist() if name.startswith("word/media/")]) == 1
        assert "нарисовать его не удалось" in word.read("word/document.xml").decode()
    assert printed(document, "html") == page
    assert isinstance(printed(document, "xlsx"), bytes)


def test_what_a_plugin_does_to_its_picture_later_changes_no_report() -> None:
    spec = json.loads(json.dumps(BARS))
    document = documented(mine=lambda e, m: [Figure("bars", "Классы", "В 5 классе 24.", spec)])
    spec["mark"] = "point"
    (figure,) = [one for one in document.figures() if one.whose]
    assert figure.spec == BARS
    assert figure.to_json()["plugin"] == "parts"


def test_a_picture_of_ours_that_cannot_be_drawn_is_no_sentence_but_an_error() -> None:
    from shnor_engine.report.pictures.draw import attempt, svg

    odd = Figure("ours", "Наш", "Наш.", {"mark": {"type": "no such mark"}})
    with pytest.raises(ValueError, match="conversion failed"):
        attempt(odd, svg)
