"""Every feature of a plugin, used once: the packs keep the contract, and the region works from event to decision."""

from __future__ import annotations

import json
import re
from datetime import date
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from click.testing import CliRunner

from shnor_engine import Engine
from shnor_engine.errors import ArtefactError, InvalidEvent
from shnor_engine.events import ActivityPlanned, DecisionPlaced, Event, RoadmapAdopted, SchoolRegistered, When
from shnor_engine.packs import build
from shnor_engine.plugin.v1 import Hooks
from shnor_engine.testing.packs import PackContract
from shnor_fictional import plugin
from shnor_fictional.events import CountingEnded, ReadingCounted
from shnor_fictional.methodology import care, lamps

ON = date(2024, 12, 31)
OLDER, NEWER, HILLS = care()


class TestCare(PackContract):
    pack = NEWER
    older = OLDER


class TestCareInTheHills(PackContract):
    pack = HILLS


class TestLamps(PackContract):
    pack = lamps
    calls_functions = True


def school(number: int, municipality: str = "lakes/shore") -> SchoolRegistered:
    return SchoolRegistered(
        school_id=f"lakes/{number}",
        municipality=municipality,
        region="ru.lakes",
        kind="secondary",
        name=f"Школа № {number}",
    )


ENDED = [CountingEnded(area="lakes/shore", year=year) for year in range(2020, 2025)]
COUNTS = """school;year;pupils;readers;hours;place
lakes/1;2023;100;20;20;own
lakes/1;2024;100;30;20;own
lakes/2;2023;100;90;20;own
lakes/2;2024;100;80;20;own
lakes/3;2024;50;;5;shared
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """The region's log: three schools, and the counts of a table."""
    table, path = tmp_path / "counts.csv", tmp_path / "lakes.db"
    table.write_text(COUNTS, encoding="utf-8")
    events, problems = plugin.read_counts(table)
    assert problems == []
    with Engine.open(path, plugins=[plugin]) as engine:
        engine.append([school(1), school(2), school(3, "lakes/hills"), *events, *ENDED], actor="lakes")
    return path


def decided(log: Path, pack: str = "ru.lakes.care", *more: Event) -> dict[str, str]:
    with Engine.open(log, plugins=[plugin]) as engine:
        if more:
            engine.append(more, actor="lakes")
        return {one.subject: one.decision for one in engine.assess(pack=pack, year=2024, on=ON)}


def test_there_is_something_for_every_hook() -> None:
    hooks = [name for name in vars(Hooks) if not name.startswith("_")]
    assert all(len(list(getattr(plugin, hook)())) > 0 for hook in hooks)
    with Engine.open(":memory:", plugins=[plugin]) as engine:
        (state,) = engine.plugins.states
        assert (state.state, set(state.brings or ())) == ("loaded", set(hooks))


def test_from_a_table_to_decisions_by_the_newest_version(log: Path) -> None:
    with Engine.open(log, plugins=[plugin]) as engine:
        states = {(item.pack.id, item.pack.version): item.state for item in engine.pack_states if item.origin}
    assert states == {
        ("ru.lakes.care", "1.0"): "superseded",
        ("ru.lakes.care", "1.1"): "active",
        ("ru.lakes.care.hills", "1.0"): "active",
        ("ru.lakes.lamps", "0.1"): "draft",
    }
    assert decided(log)["lakes/1"] == "care"


def test_an_authority_may_place_a_school(log: Path) -> None:
    assert decided(log)["lakes/1"] == "care"
    placed = DecisionPlaced(
        about="lakes/1",
        rule="ru.lakes.care",
        period="2024 · lakes/shore",
        value="calm",
        authority="совет",
        ground="решение № 1",
    )
    assert decided(log, "ru.lakes.care", placed)["lakes/1"] == "calm"


def test_an_impossible_count_and_an_unknown_code_are_refused() -> None:
    with pytest.raises(ValueError, match="readers 5 are more than pupils 4"):
        ReadingCounted(school_id="lakes/1", year=2024, pupils=4, readers=5)
    with Engine.open(":memory:", plugins=[plugin]) as engine:
        told = ReadingCounted(school_id="lakes/1", year=2024, pupils=4, place="moon")
        with pytest.raises(InvalidEvent, match="moon"):
            engine.append([school(1), told], actor="lakes")
        line = ActivityPlanned(line_id="l/1", roadmap_id="l", form="lakes_reading_evening", when=When.month(2024, 3))
        plan = RoadmapAdopted(roadmap_id="l", level="district", about="lakes/shore", school_year=2024)
        assert engine.append([school(1), plan, line], actor="lakes").positions


def test_a_bad_row_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    path = tmp_path / "counts.csv"
    path.write_text(COUNTS.replace("lakes/1;2024;100;30", "lakes/1;2024;100;300"), encoding="utf-8")
    events, problems = plugin.read_counts(path)
    assert (len(events), [str(item).split(": ")[0] for item in problems]) == (4, ["counts.csv:3"])


def test_the_part_of_the_report_and_the_command_say_the_same(log: Path) -> None:
    (part,) = plugin.report_parts()
    with Engine.open(log, plugins=[plugin]) as engine:
        assert part.write(engine, engine.at()) == "- 2023: читающих 110 из 200\n- 2024: читающих 110 из 200\n"
    ran = CliRunner().invoke(plugin.readers, [str(log), "--json"])
    assert json.loads(ran.output)["years"][1] == {"year": 2024, "pupils": 200, "readers": 110}
    assert CliRunner().invoke(plugin.readers, [str(log)]).output.splitlines()[0] == "2023: 110 из 200"


@pytest.mark.parametrize("to", ["md", "html", "docx", "xlsx"])
def test_the_part_of_the_report_stands_in_every_format(log: Path, to: str) -> None:
    with Engine.open(log, plugins=[plugin]) as engine:
        made = engine.report(format=to, year=2024, pictures=False)
    said = made if isinstance(made, str) else "".join(_texts(made))
    assert "Чтение по годам" in said
    assert "2024: читающих 110 из 200" in said


def test_where_nobody_counted_there_is_no_part() -> None:
    with Engine.open(":memory:", plugins=[plugin]) as engine:
        engine.append([school(1)], actor="lakes")
        assert "Чтение по годам" not in engine.report(year=2024)


def _texts(office: bytes) -> list[str]:
    """The words of a Word file or workbook."""
    with ZipFile(BytesIO(office)) as archive:
        ends = ("document.xml", "sharedStrings.xml", "workbook.xml")
        parts = [name for name in archive.namelist() if name.endswith(ends)]
        return [re.sub(r"<(?!sheet )[^>]+>", "", archive.read(name).decode()) for name in parts]


def test_a_pack_of_words_can_be_a_document_and_one_with_a_function_cannot() -> None:
    assert build(NEWER).digest
    with pytest.raises(ArtefactError, match="clause «lamps» calls the function lamps"):
        build(lamps())
