"""The core is general: a methodology of another country needs nothing but public names and no change anywhere."""

from __future__ import annotations

import ast
import json
from datetime import date
from importlib import import_module
from pathlib import Path

import pytest
from tests.foreign.grades import ComponentScored, Plugin, ReportClosed, grades

from shnor_engine import Engine
from shnor_engine.errors import UnknownSchool
from shnor_engine.packs import build
from shnor_engine.testing.packs import PackContract

HERE = Path(__file__).parent
# What the documents name to authors: docs/reference/plugins.md, rules.md and packs.md.
PUBLIC = {
    "shnor_engine",
    "shnor_engine.errors",
    "shnor_engine.events",
    "shnor_engine.law",
    "shnor_engine.packs",
    "shnor_engine.plugin.parts",
    "shnor_engine.plugin.v1",
    "shnor_engine.projections",
    "shnor_engine.rules",
    "shnor_engine.testing.packs",
}
ON = date(2024, 12, 31)


class TestGrades(PackContract):
    pack = grades


def test_it_imports_nothing_of_the_library_but_public_names() -> None:
    tree = ast.parse((HERE / "grades.py").read_text("utf-8"))
    used: dict[str, list[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("shnor_engine"):
            used.setdefault(node.module or "", []).extend(item.name for item in node.names)
        assert not (isinstance(node, ast.Import) and any("shnor_engine" in item.name for item in node.names))
    assert set(used) <= PUBLIC
    for module, names in used.items():
        assert set(names) <= set(import_module(module).__all__), module


SCORES = {
    "north": {"reading": 70, "mathematics": 66, "science": 60},
    "south": {"reading": 50, "mathematics": 38},
    "east": {"reading": 20, "mathematics": 30, "graduation": 35},
}


def told(campus: str, *, tested: int = 98, closed: bool = True) -> list[object]:
    scores = [
        ComponentScored(campus=campus, year=2024, component=name, earned=earned, enrolled=100, tested=tested)
        for name, earned in SCORES[campus].items()
    ]
    return [*scores, *([ReportClosed(campus=campus, year=2024)] if closed else [])]


def decided(*events: object) -> dict[str, tuple[str, str]]:
    with Engine.open(":memory:", plugins=[Plugin()], strict=True) as engine:
        engine.append(events, actor="state")  # type: ignore[arg-type]
        return {one.subject: (one.outcome, one.decision) for one in engine.assess(pack="us.grades", year=2024, on=ON)}


def test_from_events_to_grades_and_their_explanation() -> None:
    events = [*told("north"), *told("south"), *told("east")]
    assert decided(*events) == {"north": ("met", "A"), "south": ("met", "C"), "east": ("not_met", "F")}
    with Engine.open(":memory:", plugins=[Plugin()]) as engine:
        engine.append(events, actor="state")  # type: ignore[arg-type]
        (north,) = [one for one in engine.assess(pack="us.grades", year=2024, on=ON) if one.subject == "north"]
    said = json.loads(north.explanation.to_json())
    assert said["values"]["percent_of_points"] == 65
    assert "64" in north.explanation.text("en")


@pytest.mark.parametrize(
    ("more", "wanted"),
    [({"tested": 94}, ("not_applicable", "not_applicable")), ({"closed": False}, ("undetermined", "undetermined"))],
)
def test_too_few_tested_gives_no_grade_and_an_open_report_leaves_it_open(
    more: dict[str, object], wanted: tuple[str, str]
) -> None:
    assert decided(*told("north", **more))["north"] == wanted  # type: ignore[arg-type]


def test_it_travels_as_a_document_to_where_none_of_its_python_is() -> None:
    file = build(grades()).text()

    class Facts(Plugin):
        """Only its events and projections, without the methodology."""

        def packs(self) -> list[object]:
            return []

    events = [*told("north"), *told("south")]
    with Engine.open(":memory:", plugins=[Facts()], artefacts=[file]) as engine:
        engine.append(events, actor="state")  # type: ignore[arg-type]
        theirs = engine.assess(pack="us.grades", year=2024, on=ON).to_json()
    with Engine.open(":memory:", plugins=[Plugin()]) as engine:
        engine.append(events, actor="state")  # type: ignore[arg-type]
        ours = engine.assess(pack="us.grades", year=2024, on=ON).to_json()
    for one, two in zip(theirs["decisions"], ours["decisions"], strict=True):
        assert json.dumps(one | {"events": []}) == json.dumps(two | {"events": []})  # ids are new in every log


def test_whom_it_decides_on_is_explained_though_no_register_knows_it() -> None:
    scored = [ComponentScored(campus="c/1", year=2024, component="reading", earned=70, enrolled=100, tested=99)]
    with Engine.open(":memory:", plugins=[Plugin()]) as engine:
        engine.append([*scored, ReportClosed(campus="c/1", year=2024)], actor="clerk")
        why = engine.explain("c/1", pack="us.grades", year=2024, on=date(2024, 12, 31))
        assert (why.outcome, why.decision) == ("met", "A")
        with pytest.raises(UnknownSchool, match="c/2"):
            engine.explain("c/2", pack="us.grades", year=2024, on=date(2024, 12, 31))
