"""Figures and the Word part: nothing clipped, nothing lost, read without colour, the same bytes each time."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from typing import Any
from zipfile import ZipFile

import pytest

from severskiy_history import REPORTED, history
from shnor_engine import Engine
from shnor_engine.events import ListPublished, SchoolRegistered
from shnor_engine.report.pictures.style import BLUE, ORANGE
from shnor_engine.simulate import write
from shnor_engine.simulate.blocks import Table
from shnor_engine.simulate.document import _tables, document, word
from shnor_engine.simulate.figures import ROWS, bars, budget, distribution, exits, fan, top_of
from shnor_engine.simulate.pictures import distribution_svg, fan_svg
from shnor_engine.simulate.report import parts
from shnor_engine.simulate.run import Simulation


@pytest.fixture(scope="module")
def run() -> Iterator[Simulation]:
    with Engine.open(":memory:") as engine:
        engine.append(history(), actor="methodologist", recorded_at=REPORTED)
        yield engine.simulate((2025, 2030), draws=2000, futures=40, seed=4, thorough=False)


@pytest.fixture(scope="module")
def crowded() -> Iterator[Simulation]:
    """A district of 60 schools with 15 and more on each list."""
    schools = [f"d/{n}" for n in range(1, 61)]
    with Engine.open(":memory:") as engine:
        engine.append(
            [
                SchoolRegistered(
                    school_id=s, municipality="d", region="ru.23", kind="secondary", name=f"СОШ № {s[2:]}"
                )
                for s in schools
            ],
            actor="methodologist",
        )
        for year, first in ((2022, 0), (2023, 9), (2024, 20)):
            event = ListPublished(
                list_id=f"l{year}",
                area="d",
                year=year,
                issuer="municipal",
                complete="yes",
                members=tuple(schools[first : first + 15]),
            )
            engine.append([event], actor="methodologist")
        yield engine.simulate((2025, 2026), draws=1000, futures=40, seed=4, thorough=False)


def panels(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return [panel for row in spec["vconcat"] for panel in row["hconcat"]]


def values(spec: Any) -> Iterator[dict[str, Any]]:
    """Every row of data at every depth of a specification."""
    if isinstance(spec, dict):
        yield from spec.get("data", {}).get("values", ())
        for item in spec.values():
            yield from values(item)
    elif isinstance(spec, list):
        for item in spec:
            yield from values(item)


def test_no_path_and_no_band_leaves_the_panel_of_a_fan(run: Simulation, crowded: Simulation) -> None:
    for one in (run, crowded):
        top = top_of(one)
        assert all(row.get(name, 0) < top for row in values(fan(one)) for name in ("size", "q90", "q75"))
        for panel in panels(fan(one)):
            assert all(layer["encoding"]["y"]["scale"]["domain"] == [0, top] for layer in panel["layer"])
        heights = [float(y) for y in re.findall(r"[\d.]+,([\d.]+)", fan_svg(one))]
        assert min(heights) >= 0


def test_sample_paths_are_whole_begin_at_the_last_list_and_span_light_and_heavy(run: Simulation) -> None:
    rows = run.frames.sample.filter(run.frames.sample["scenario"] == "none").to_dicts()
    totals = [
        sum(row["size"] for row in rows if row["path"] == path) for path in dict.fromkeys(r["path"] for r in rows)
    ]
    assert totals == sorted(totals)
    every = sorted(run.frames.future("none").sum(axis=(1, 2)).tolist())
    assert totals[0] <= every[len(every) // 8]
    assert totals[-1] >= every[-len(every) // 8]
    paths = panels(fan(run))[0]["layer"][2]["data"]["values"]
    assert {row["year"] for row in paths} == {2024, *run.horizon}


def test_a_year_without_a_list_has_a_question_mark_in_both_drawings(run: Simulation) -> None:
    for panel in panels(fan(run)):
        assert [row["year"] for row in panel["layer"][-1]["data"]["values"]] == [2021]
    assert fan_svg(run).count(">?</text>") == len(run.scenarios)


def test_bars_of_a_distribution_hold_every_path_and_the_last_says_and_more(
    run: Simulation, crowded: Simulation
) -> None:
    for one in (run, crowded):
        labels, shares = bars(one)
        assert len(labels) <= 15
        assert labels[-1].endswith("+")
        assert all(sum(each) == pytest.approx(1, abs=1e-4) for each in shares.values())
        assert len(panels(distribution(one))) == len(one.scenarios)
        assert distribution_svg(one).count("<rect") == len(labels) * len(one.scenarios)


def test_a_long_list_makes_no_picture_longer_than_a_page(run: Simulation, crowded: Simulation) -> None:
    assert len(run.history.listed) <= ROWS < len(crowded.history.listed)
    assert [panel["title"]["text"] for panel in exits(run)["vconcat"]] == [["МБОУ СОШ № 7"]]
    first, last = exits(crowded)["hconcat"]
    assert (first["title"]["text"], last["title"]["text"]) == (["2025 год"], ["2026 год"])
    assert len({row["line"] for row in first["data"]["values"]}) == 15
    text = crowded.report()
    assert text.count("Если ничего не делать") == 0
    assert "Снова в перечне 2025 года, если ничего не делать" in text


def test_cells_say_in_figures_what_the_table_says(run: Simulation) -> None:
    table = run.report().split("## Школы перечня 2024 года")[1].split("## ")[0]
    row = next(line for line in table.splitlines() if line.startswith("| Без программы"))
    drawn = [one["said"] for one in values(exits(run)) if one["line"] == "Без программы"]
    assert row.strip("| ").split(" | ")[1:7] == drawn


def test_no_scenario_is_told_by_colour_alone(run: Simulation) -> None:
    rule, point = budget(run)["layer"]
    colours, shapes = (point["encoding"][name]["scale"]["range"] for name in ("color", "shape"))
    assert len(set(shapes)) == len(set(colours)) == len(run.scenarios) - 1
    assert colours[:2] == [BLUE, ORANGE]
    assert rule["encoding"]["color"] == point["encoding"]["color"]


def test_a_page_draws_no_picture_that_a_table_beside_it_holds(run: Simulation) -> None:
    page = run.files()["report.html"].decode()
    assert page.count("<svg") == 2
    assert run.report().count("*Рисунок (figures/") == 4


def test_the_word_part_holds_every_sentence_and_table_of_the_text_and_all_pictures(run: Simulation) -> None:
    import docx

    read = docx.Document(BytesIO(word(run)))
    said = "\n".join(paragraph.text for paragraph in read.paragraphs).replace("\u00a0", " ")
    tables = [
        [[cell.text.replace("\u00a0", " ") for cell in row.cells] for row in table.rows] for table in read.tables
    ]
    asked = [block for _, part in parts(run) for block in part]
    for block in asked:
        if isinstance(block, Table):
            assert [list(block.head), *map(list, block.rows)] in tables
        elif hasattr(block, "text"):
            assert block.text in said or block.text == "Как повторить"
        elif hasattr(block, "items"):
            assert all(item in said for item in block.items)
    assert len(read.inline_shapes) == len(run.figures)
    assert "Рисунок 4. Часы специалистов по годам" in said


def test_the_word_part_is_the_same_bytes_each_time_and_names_no_clock(run: Simulation) -> None:
    made = word(run)
    assert made == word(run) == run.files()["report.docx"]
    with ZipFile(BytesIO(made)) as archive:
        assert {entry.date_time[:3] for entry in archive.infolist()} == {(2024, 12, 31)}
        assert b"2024-12-31" in archive.read("docProps/core.xml")


def test_a_table_wider_than_a_page_comes_in_pieces_that_repeat_their_first_column() -> None:
    head = ("Вариант", *map(str, range(2025, 2045)))
    pieces = list(_tables("t", Table(head, (tuple(f"{n}" for n in range(21)),))))
    assert [piece.head[0] for piece in pieces] == ["Вариант", "Вариант"]
    assert sum((piece.head[1:] for piece in pieces), ()) == head[1:]
    assert all(len(piece.head) <= 12 and len(piece.widths) == len(piece.head) for piece in pieces)
    assert {piece.id for piece in pieces} == {"t.0", "t.1"}


def test_each_claim_of_the_document_rests_on_the_run(run: Simulation) -> None:
    claims = list(document(run).claims())
    assert {claim.refs for claim in claims} == {(run.run_id,)}
    assert len({claim.id for claim in claims}) == len(claims)
    assert all(one < other for one, other in pairwise(int(claim.id.rsplit(".", 1)[1]) for claim in claims[:-1]))


def test_without_the_extra_every_other_file_is_the_same(run: Simulation, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = run.files()
    monkeypatch.setattr(write, "can_word", lambda: False)
    assert run.files() == {name: data for name, data in whole.items() if name != "report.docx"}


def test_a_report_with_results_and_one_without_say_what_can_be_told_of_luck(run: Simulation) -> None:
    assert run.report().count("по этому журналу сказать нельзя") == 1
    results = tuple(
        (f"severskiy/{n}", 2024, f"vpr.russian.{g}", 20, 9 if n == 7 else 3) for n in (2, 6, 7) for g in (5, 6)
    )
    told = replace(run, order=replace(run.order, results=results))
    text = told.report()
    assert "сказать нельзя: в нём нет числа" not in text
    assert re.search(r"МБОУ СОШ № 7: .+ По 2 результатам 2024 года .+ vpr\.russian\.5: 9 из 20 – \d+ %", text)
    assert "| МБОУ СОШ № 2 | 2020 | менее 0,1 % |" in text or re.search(
        r"\| МБОУ СОШ № 2 \| 2020 \| [\d,]+ % \|", text
    )
    assert "| МБОУ ООШ № 8 | 2020, 2022, 2023 | данных нет |" in text
    found = {row["school"]: row for row in json.loads(json.dumps(told.summary()))["reliability"]}
    assert found["severskiy/7"]["truly_low"] > 0.5 > found["severskiy/2"]["truly_low"]
    assert found["severskiy/8"]["truly_low"] is None
