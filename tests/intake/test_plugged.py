"""The importer of a plugin: used by its name, put beside the log like a mapping, and named where it breaks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.programme.district import district, school

from shnor_engine import Engine, retract
from shnor_engine.errors import BadInput, FieldProblem, PluginError
from shnor_engine.events import Event, ResultRecorded, SchoolRegistered
from shnor_engine.events.base import Envelope, supersede
from shnor_engine.intake.grid import Limits
from shnor_engine.intake.problems import Problem
from shnor_engine.plugin.parts import Importer
from shnor_engine.plugin.v1 import hookimpl

Read = Callable[[Path], Any]


class Plugin:
    """A plugin with one importer."""

    name, api_version = "files", 1

    def __init__(self, read: Read, name: str = "ours") -> None:
        self.importer = Importer(name=name, title="таблица", endings=(".csv",), read=read)

    @hookimpl
    def importers(self) -> list[Importer]:
        """The importer."""
        return [self.importer]


def result(number: int, below: int | None, **more: Any) -> ResultRecorded:
    said: dict[str, Any] = {"participants": 20} | ({} if below is None else {"below_min": below}) | more
    return ResultRecorded(school_id=f"d/{number}", year=2024, procedure_kind="vpr", discipline="history", **said)


def counts(path: Path) -> tuple[list[Event], list[FieldProblem]]:
    """`school;below` a line; what is no number is a problem."""
    events: list[Event] = []
    problems = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split(), start=1):
        one, below = line.split(";")
        if below.isdecimal():
            events.append(result(int(one), int(below)))
        else:
            problems.append(FieldProblem("ниже", f"«{below}» – не число", f"{path.name}:{number}"))
    return events, problems


def opened(read: Read = counts, **more: str) -> Engine:
    engine = Engine.open(":memory:", plugins=[Plugin(read, **more)])
    engine.append([school(n) for n in range(1, 4)], actor="x")
    return engine


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "2024.csv"
    path.write_text("1;4 2;6\n", encoding="utf-8")
    return path


def test_what_an_importer_reads_is_proposed_and_the_same_file_twice_changes_nothing(file: Path) -> None:
    with opened() as engine:
        first = engine.propose(file, mapping="ours", day=date(2024, 6, 1))
        assert [entry.event.subject for entry in first.events if entry.event] == ["d/1", "d/2"]
        assert first.mapping == "ours"
        assert {entry.source.file for entry in first.events if entry.source} == {"2024.csv"}
        assert first.events == engine.propose(file, mapping="ours", day=date(2024, 6, 1)).events
        assert engine.accept(first, actor="x").positions
        again = engine.propose(file, mapping="ours")
        assert (again.entries, len(again.unchanged), again.ok) == ((), 2, True)
        assert engine.accept(first, actor="x").batch is None


def test_a_corrected_file_proposes_a_correction_with_old_and_new(file: Path) -> None:
    with opened() as engine:
        engine.accept(engine.propose(file, mapping="ours"), actor="x")
        file.write_text("1;5 2;6\n", encoding="utf-8")
        proposal = engine.propose(file, mapping="ours")
        (one,) = proposal.corrections
        assert [(c.field, c.old, c.new) for c in one.changes] == [("below_min", 4, 5)]
        engine.accept(proposal, actor="x")
        rows = engine.project("sittings").collect().sort("school_id").to_dicts()
        assert [row["below_min"] for row in rows] == [5, 6]


def test_what_an_importer_does_not_say_is_kept(file: Path) -> None:
    with opened(lambda path: ([result(1, None)], [])) as engine:
        engine.append([result(1, 7)], actor="x")
        assert engine.propose(file, mapping="ours").entries == ()


def test_problems_of_an_importer_stand_with_their_place_and_stop_the_rest_unless_asked(file: Path) -> None:
    file.write_text("1;4 2;много\n", encoding="utf-8")
    with opened() as engine:
        proposal = engine.propose(file, mapping="ours")
        (problem,) = proposal.problems
        assert (problem.cell, problem.ru) == ("2024.csv:2", "«много» – не число")
        with pytest.raises(BadInput):
            engine.accept(proposal, actor="x")
        assert len(engine.accept(proposal, actor="x", partial=True).positions) == 1


def test_an_unknown_school_is_a_problem_and_one_that_the_file_registers_is_not(file: Path) -> None:
    told = [result(9, 3), result(8, 3), school(8)]
    with opened(lambda path: (told, [])) as engine:
        proposal = engine.propose(file, mapping="ours")
        assert [item.ru for item in proposal.problems] == ["в журнале не зарегистрировано: school_id = d/9"]
        assert {type(entry.event) for entry in proposal.events} == {ResultRecorded, SchoolRegistered}
        engine.accept(proposal, actor="x", partial=True)


def test_told_twice_counts_once_and_told_in_two_ways_is_a_problem(file: Path) -> None:
    told = [result(1, 3), result(1, 3), result(2, 3), result(2, 4), result(2, 5)]
    with opened(lambda path: (told, [])) as engine:
        proposal = engine.propose(file, mapping="ours")
        assert [entry.event.subject for entry in proposal.events if entry.event] == ["d/1"]
        assert [item.cells for item in proposal.skipped] == [1]
        assert len(proposal.problems) == 1
        assert "сказано по-разному" in proposal.problems[0].ru


def test_what_the_log_holds_several_times_is_not_guessed_at(file: Path) -> None:
    with opened() as engine:
        engine.append([result(1, 7), result(1, 8)], actor="x")
        (problem,) = engine.propose(file, mapping="ours").problems
        assert "несколько событий (позиции 4, 5)" in problem.ru


def test_what_becomes_impossible_beside_the_log_is_a_problem(file: Path) -> None:
    with opened(lambda path: ([result(1, None, participants=3)], [])) as engine:
        engine.append([result(1, 7)], actor="x")
        (problem,) = engine.propose(file, mapping="ours").problems
        assert "не сходится с тем, что в журнале" in problem.ru


def test_envelopes_and_problems_of_every_shape_are_taken(file: Path) -> None:
    said = [Problem("f", "s", "A1", "v", "ру", "en"), "просто текст"]
    with opened(lambda path: ([Envelope(event=result(1, 2))], said)) as engine:
        proposal = engine.propose(file, mapping="ours")
    assert [item.ru for item in proposal.problems] == ["ру", "просто текст"]
    assert len(proposal.events) == 1


def leave(_: Path) -> Any:
    raise SystemExit(1)


@pytest.mark.parametrize(
    ("read", "said"),
    [
        (lambda path: 1 / 0, "broke on 2024.csv: ZeroDivisionError"),
        (leave, "SystemExit"),
        (lambda path: None, "TypeError"),
        (lambda path: ([3], []), "gave int 3; events are needed"),
        (lambda path: ([supersede("x", result(1, 1), reason="r")], []), "gave a correction"),
        (lambda path: ([retract("x", reason="r")], []), "gave a correction"),
    ],
)
def test_an_importer_that_breaks_is_named_with_its_plugin_and_nothing_is_appended(
    file: Path, read: Read, said: str
) -> None:
    with opened(read) as engine:
        with pytest.raises(PluginError, match="plugin files: its importer ours") as broken:
            engine.propose(file, mapping="ours")
        assert said in str(broken.value)
        assert broken.value.plugin == "files"
        assert engine.log.head().position == 3


def test_another_ending_a_size_and_parameters_are_refused(file: Path) -> None:
    with opened() as engine:
        other = file.with_suffix(".xlsx")
        other.write_bytes(b"")
        with pytest.raises(BadInput, match=r"ours читает файлы \.csv"):
            engine.propose(other, mapping="ours")
        with pytest.raises(BadInput, match="файл больше"):
            engine.propose(file, mapping="ours", limits=Limits(file_bytes=1))
        with pytest.raises(BadInput, match="takes no parameters"):
            engine.propose(file, mapping="ours", values={"year": "2024"})
        with pytest.raises(BadInput, match="ours"):
            engine.propose(file, mapping="our")


def test_an_importer_may_not_be_called_like_a_mapping_of_the_library(file: Path) -> None:
    with Engine.open(":memory:", plugins=[Plugin(counts, "school_results")]) as engine:
        (state,) = engine.plugins.states
    assert state.state == "refused"
    assert "importers: school_results is also brought by built in" in state.error


def test_the_importer_of_an_engine_reads_beside_the_log(file: Path) -> None:
    with opened() as engine:
        importer = engine.importer(mapping="ours")
        entries, problems = importer.read(file)
        assert (importer.name, importer.endings, len(entries), list(problems)) == ("ours", (".csv",), 2, [])
        engine.append(list(entries), actor="x")
        assert importer.read(file) == ((), ())


def test_a_district_without_plugins_knows_no_importers(file: Path) -> None:
    with district() as engine, pytest.raises(BadInput, match="no such file or mapping"):
        engine.propose(file, mapping="ours")
