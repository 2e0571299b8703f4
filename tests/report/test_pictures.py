"""Pictures as text: no data is a state of its own, vague dates stay vague, colours are told apart in grey too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from severskiy_history import REPORTED
from shnor_engine import Engine
from shnor_engine.errors import MissingExtra
from shnor_engine.events import ActivityHeld, ActivityPlanned, RiskProfileAssessed, RoadmapAdopted, When
from shnor_engine.report.document import Document, Figure, Tree
from shnor_engine.report.pictures import schools_years, style
from shnor_engine.report.pictures.draw import drawn, svg, text
from shnor_engine.report.pictures.roadmap import KINDS
from shnor_engine.report.render.html import tree_html


def figure(document: Document, name: str) -> Figure:
    return next(one for one in document.figures() if one.id == name)


def values(spec: Any) -> Iterator[dict[str, Any]]:
    """Every row of data in a specification, at any depth."""
    if isinstance(spec, dict):
        if "values" in spec and "data" not in spec and isinstance(spec["values"], list):
            yield from (row for row in spec["values"] if isinstance(row, dict))
        for inner in spec.values():
            yield from values(inner)
    elif isinstance(spec, list):
        for inner in spec:
            yield from values(inner)


def test_no_data_is_a_state_of_its_own_with_a_sign(document: Document) -> None:
    cells = [row for row in values(figure(document, "schools_years").spec) if "state" in row]
    assert len(cells) == 15 * 5
    assert {row["state"] for row in cells if row["year"] == "2021"} == {"нет данных"}
    assert {row["sign"] for row in cells if row["state"] == "нет данных"} == {"?"}
    assert sum(row["state"] == "в перечне" for row in cells) == 21


def test_entries_and_exits_stand_under_the_years_and_a_gap_is_marked(document: Document) -> None:
    moves = [row for row in values(figure(document, "schools_years").spec) if "count" in row]
    said = [(row["year"], row["said"]) for row in moves]
    assert said == [
        *(("2022", "+5*"), ("2022", "–6*")),
        *(("2023", "+2"), ("2023", "–4")),
        *(("2024", "0"), ("2024", "–4")),
    ]


def test_of_too_many_schools_the_years_alone_are_drawn(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schools_years, "MOST", 5)
    spec = figure(engine.document(as_known=REPORTED), "schools_years").spec
    years = {row["year"]: row["said"] for row in values(spec) if row.get("said") and "up" not in row}
    assert years == {"2020": "8", "2021": "нет данных", "2022": "7", "2023": "5", "2024": "1"}


def test_a_month_is_drawn_as_a_span_of_which_the_day_is_not_known(document: Document) -> None:
    bars = [row for row in values(figure(document, "roadmap").spec) if "start" in row]
    kinds = [row["kind"] for row in bars]
    assert kinds.count(KINDS[0]) == 13
    assert kinds.count(KINDS[1]) == 3
    assert {row["end"] for row in bars if row["start"] == "2024-03-01"} == {"2024-04-01"}


def test_a_known_day_and_a_line_of_the_plan_look_otherwise(engine: Engine) -> None:
    engine.append(
        [
            RoadmapAdopted(roadmap_id="r", level="district", about="severskiy"),
            ActivityPlanned(line_id="l", roadmap_id="r", form="meeting", when=When.month(2024, 11)),
            ActivityHeld(activity_id="d", form="meeting", area="severskiy", when=When.day(REPORTED)),
        ],
        actor="x",
    )
    bars = [row for row in values(figure(engine.document(year=2024, on=REPORTED), "roadmap").spec) if "start" in row]
    assert {row["kind"] for row in bars} == set(KINDS)


def test_the_risk_profile_shows_what_is_named_and_scores_only_where_there_are_scores(engine: Engine) -> None:
    bare = [row for row in values(figure(engine.document(as_known=REPORTED), "risk_profile").spec) if "score" in row]
    assert {row["kind"] for row in bare} == {"названо по району, балл не указан"}
    engine.append(
        [
            RiskProfileAssessed(school_id=f"severskiy/{n}", year=2024, scores={"staff_shortage": n / 100})
            for n in (7, 8, 21)
        ],
        actor="x",
    )
    rows = [
        row for row in values(figure(engine.document(year=2024, on=REPORTED), "risk_profile").spec) if "score" in row
    ]
    (middle,) = [row for row in rows if row["kind"] == "медиана школ"]
    assert middle["score"] == pytest.approx(8)
    assert sorted(round(row["score"]) for row in rows if row["kind"] == "школа") == [7, 8, 21]


def grey(colour: str) -> float:
    """How light a colour is in grey print, 0 to 1."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_states_differ_in_grey_or_by_their_sign() -> None:
    for one, other in ((0, 1), (0, 2), (0, 3)):
        assert abs(grey(schools_years.FILL[one]) - grey(schools_years.FILL[other])) > 0.25
    assert len(set(schools_years.SIGN.values())) == len(schools_years.STATES)


def test_only_colours_that_colour_blind_readers_tell_apart_are_used(document: Document) -> None:
    safe = {
        style.BLACK,
        style.ORANGE,
        style.SKY,
        style.GREEN,
        style.YELLOW,
        style.BLUE,
        style.VERMILION,
        style.PURPLE,
    }
    neutral = {style.GREY, style.PALE, style.WHITE, "#333", "#555555", "#DDDDDD", "#EEEEEE"}
    import re

    for one in document.figures():
        assert set(re.findall(r"#[0-9A-Fa-f]{3,6}\b", text(one.spec))) <= safe | neutral


def test_a_picture_is_the_same_text_in_every_run_and_its_json_reads_back(document: Document, engine: Engine) -> None:
    again = engine.document(as_known=REPORTED)
    for one, other in zip(document.figures(), again.figures(), strict=True):
        assert text(one.spec) == text(other.spec)
        assert json.loads(text(one.spec)) == one.spec
        assert svg(one.spec) == svg(other.spec)


def test_drawn_pictures_hold_their_cyrillic_text(document: Document) -> None:
    drawn_text = svg(figure(document, "schools_years").spec)
    assert "МАОУ лицей пгт Афипского" in drawn_text
    assert "нет данных" in drawn_text
    assert drawn(figure(document, "roadmap").spec, "png").startswith(b"\x89PNG")
    assert drawn(figure(document, "roadmap").spec, "vl.json") == text(figure(document, "roadmap").spec).encode()


def test_without_the_extra_drawing_names_it(document: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "vl_convert", None)
    with pytest.raises(MissingExtra, match="report"):
        svg(figure(document, "roadmap").spec)


def test_a_tree_unfolds_and_a_leaf_is_a_line() -> None:
    said = tree_html(Tree("решение", (Tree("основание <1>", (Tree("факт"),)), Tree("право"))))
    assert said.count("<details>") == said.count("</details>") == 2
    assert "основание &lt;1&gt;" in said
    assert '<div class="leaf">право</div>' in said
