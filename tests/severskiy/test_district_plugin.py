"""The plugin of the district on its own history: it decides as the default, and reads the words of the report."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from pathlib import Path

from severskiy_history import DATA, REPORTED, history
from shnor_engine import Engine
from shnor_krasnodar import plugin
from shnor_krasnodar.roadmap import HEAD, read_roadmap
from shnor_krasnodar.vocabulary import BODIES, DIRECTIONS, FORMS

ON = date(2024, 12, 23)


def test_the_district_decides_on_its_history_as_the_default_does_and_names_its_own_source() -> None:
    with Engine.open(":memory:", plugins=[plugin]) as engine:
        engine.append(history(), actor="methodologist", recorded_at=REPORTED)
        for year in (2022, 2023, 2024):
            ours = engine.assess(pack="ru.23.severskiy.monitoring", year=year, on=ON)
            default = engine.assess(year=year, on=ON)
            assert {one.subject: one.decision for one in ours} == {one.subject: one.decision for one in default}
        told = json.loads(engine.explain("СОШ № 6", pack="ru.23.severskiy.monitoring", year=2024, on=ON).to_json())
        assert told["thresholds"][0]["clause"]["act"] == "порядок мониторинга Северского района"
        assert told["thresholds"][0]["chain"] == ["severskiy"]


def test_the_district_words_are_those_of_its_report() -> None:
    printed = tomllib.loads((DATA / "codes.toml").read_text("utf-8"))
    assert printed["forms"] == FORMS
    assert printed["directions"] == DIRECTIONS
    places = tomllib.loads((DATA / "places.toml").read_text("utf-8"))
    assert [(one["id"], one["kind"]) for one in places["body"]] == [(body, kind) for body, kind, *_ in BODIES]


def test_what_its_table_says_can_be_appended_to_its_log(tmp_path: Path) -> None:
    path = tmp_path / "2025.csv"
    path.write_text(f"{';'.join(HEAD)}\n;Стажировка;МБОУ СОШ №6;Апрель 2025г.\n", encoding="utf-8")
    events, problems = read_roadmap(path)
    with Engine.open(":memory:", plugins=[plugin]) as engine:
        engine.append(history(), actor="methodologist", recorded_at=REPORTED)
        before = engine.log.head().position
        assert engine.append(events, actor="methodologist").positions == (before + 1,)
    assert problems == []
