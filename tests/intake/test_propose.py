"""From a file to the log: what is new, what is the same, what is told otherwise, and what is not understood."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.intake.workbooks import printed_activities, printed_lists, xlsx

from severskiy_history import REPORTED, history
from shnor_engine import Engine
from shnor_engine.errors import BadInput, ConditionFailed
from shnor_engine.events import ListPublished, ResultRecorded, When
from shnor_engine.intake.mapping import read_mapping
from shnor_engine.intake.proposal import Proposal

HEAD = ["Школа", "Предмет", "Количество участников", "Не преодолели порог"]
ROWS = [HEAD, ["СОШ №6", "математика", 45, 12], ["СОШ №7", "Русский язык", 30, 0]]
GIVEN = {"year": 2024, "procedure": "ВПР"}


def proposed(engine: Engine, path: Path, rows: Any, **said: Any) -> Proposal:
    return engine.propose(xlsx(path / "ВПР.xlsx", {"Лист1": rows}), mapping="school_results", values=GIVEN, **said)


def test_a_table_becomes_events_with_their_cells(engine: Engine, tmp_path: Path) -> None:
    found = proposed(engine, tmp_path, ROWS)
    assert found.ok
    first, second = (entry.event for entry in found.events)
    assert first == ResultRecorded(
        school_id="demo/6", year=2024, procedure_kind="vpr", discipline="mathematics", participants=45, below_min=12
    )
    assert isinstance(second, ResultRecorded)
    assert second.below_min == 0, "a zero that stands there is a zero"
    source = found.events[0].source
    assert source is not None
    assert (source.file, source.cell, source.digest) == ("ВПР.xlsx", "Лист1!A2:D2", found.digest)


def test_the_same_file_twice_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    engine.accept(proposed(engine, tmp_path, ROWS), actor="methodologist")
    head = engine.log.head().position
    again = proposed(engine, tmp_path, ROWS)
    assert (again.events, again.corrections, len(again.unchanged)) == ((), (), 2)
    engine.accept(again, actor="methodologist")
    assert engine.log.head().position == head


def test_ids_are_the_same_in_every_run_and_an_accepted_proposal_is_stored_once(
    engine: Engine, tmp_path: Path
) -> None:
    one, other = proposed(engine, tmp_path, ROWS), proposed(engine, tmp_path, ROWS)
    assert [e.event_id for e in one.events] == [e.event_id for e in other.events]
    engine.accept(one, actor="methodologist")
    assert engine.accept(other, actor="methodologist").repeated == 2


def test_a_corrected_file_proposes_corrections_with_the_old_value_beside_the_new(
    engine: Engine, tmp_path: Path
) -> None:
    engine.accept(proposed(engine, tmp_path, ROWS), actor="methodologist")
    found = proposed(engine, tmp_path, [HEAD, ["СОШ №6", "математика", 45, 13], ROWS[2]])
    (correction,) = found.corrections
    assert [(c.field, c.old, c.new) for c in correction.changes] == [("below_min", 12, 13)]
    assert (found.events, len(found.unchanged)) == ((), 1)
    engine.accept(found, actor="methodologist")
    standing = [row.event(engine.registry) for row in engine.log.read(types=["result.recorded"])]
    assert sorted(event.below_min for event in standing if isinstance(event, ResultRecorded)) == [0, 13]


def test_going_back_and_forth_between_two_files_is_a_chain_of_corrections(engine: Engine, tmp_path: Path) -> None:
    other = [HEAD, ["СОШ №6", "математика", 45, 13], ROWS[2]]
    for rows, value in ((ROWS, 12), (other, 13), (ROWS, 12), (other, 13)):
        engine.accept(proposed(engine, tmp_path, rows), actor="methodologist")
        (first, _) = sorted(
            (row.event(engine.registry) for row in engine.log.read(types=["result.recorded"])),
            key=lambda e: e.subject,
        )
        assert isinstance(first, ResultRecorded)
        assert first.below_min == value


def test_what_a_file_does_not_tell_is_kept_in_a_correction(engine: Engine, tmp_path: Path) -> None:
    told = ResultRecorded(
        school_id="demo/6",
        year=2024,
        procedure_kind="vpr",
        discipline="mathematics",
        participants=45,
        controlled=True,
    )
    engine.append([told], actor="methodologist")
    (correction,) = proposed(engine, tmp_path, ROWS).corrections
    (entry,) = correction.entries
    assert entry.event == told.model_copy(update={"below_min": 12})


def test_unknown_in_the_file_takes_nothing_from_the_log_and_is_noted(engine: Engine, tmp_path: Path) -> None:
    engine.accept(proposed(engine, tmp_path, ROWS), actor="methodologist")
    found = proposed(engine, tmp_path, [HEAD, ["СОШ №6", "математика", "н/д", 12], ROWS[2]])
    assert (found.corrections, len(found.unchanged)) == ((), 2)
    assert "в файле неизвестно, в журнале 45" in found.notes[0].ru


@pytest.mark.parametrize("word", ["н/д", "–", "-", "*", "нет данных", "", "н/д ", "H/Д"])
def test_unknown_is_never_zero(engine: Engine, tmp_path: Path, word: str) -> None:
    found = proposed(engine, tmp_path, [HEAD, ["СОШ №6", "математика", 45, word]])
    assert found.ok
    (event,) = (entry.event for entry in found.events)
    assert isinstance(event, ResultRecorded)
    assert (event.participants, event.below_min) == (45, None)
    assert bool(found.notes) == (word == "*"), "a hidden value is noted"


def test_bad_input_is_refused_whole_unless_the_rest_is_wanted(engine: Engine, tmp_path: Path) -> None:
    found = proposed(engine, tmp_path, [*ROWS, ["СОШ №99", "математика", 10, 1]])
    assert not found.ok
    head = engine.log.head().position
    with pytest.raises(BadInput, match="СОШ №99"):
        engine.accept(found, actor="methodologist")
    assert engine.log.head().position == head
    assert len(engine.accept(found, actor="methodologist", partial=True).positions) == 2


def test_a_proposal_is_stale_once_the_same_schools_were_written_about(engine: Engine, tmp_path: Path) -> None:
    found = proposed(engine, tmp_path, ROWS)
    other = ResultRecorded(
        school_id="demo/6", year=2024, procedure_kind="vpr", discipline="mathematics", participants=44
    )
    engine.append([other], actor="methodologist")
    with pytest.raises(ConditionFailed, match="when it was read"):
        engine.accept(found, actor="methodologist")


def test_a_repeated_row_counts_once_and_one_that_says_otherwise_is_a_problem(engine: Engine, tmp_path: Path) -> None:
    again = proposed(engine, tmp_path, [*ROWS, ROWS[1]])
    assert (again.ok, len(again.events)) == (True, 2)
    assert [(s.rule, s.cells) for s in again.skipped] == [("строка повторена", 4)]
    other = proposed(engine, tmp_path, [*ROWS, ["СОШ №6", "математика", 45, 13]])
    assert len(other.events) == 1, "neither of two contradicting rows is believed"
    assert "сказано иначе: Лист1!A2:D2" in other.problems[0].ru


def test_what_the_log_holds_twice_is_not_corrected_blindly(engine: Engine, tmp_path: Path) -> None:
    for below in (11, 14):
        event = ResultRecorded(
            school_id="demo/6", year=2024, procedure_kind="vpr", discipline="mathematics", below_min=below
        )
        engine.append([event], actor="methodologist")
    found = proposed(engine, tmp_path, ROWS)
    assert (len(found.events), found.corrections) == (1, ())
    assert "несколько событий" in found.problems[0].ru


def test_impossible_numbers_are_named_with_their_cell(engine: Engine, tmp_path: Path) -> None:
    found = proposed(engine, tmp_path, [HEAD, ["СОШ №6", "математика", 10, 12], ["СОШ №7", "математика", -1, None]])
    assert [(p.cell, p.ru) for p in found.problems] == [
        ("D2", "12 («Не преодолели порог») больше, чем 10 («Количество участников»)"),
        ("C3", "-1: не меньше 0 («Количество участников»)"),
    ]


# --- the report of Seversky district --------------------------------------------------------------


@pytest.fixture(scope="module")
def severskiy() -> Engine:
    engine = Engine.open(":memory:")
    engine.append(history(), actor="methodologist", recorded_at=REPORTED)
    return engine


def test_the_printed_lists_say_what_the_history_says(severskiy: Engine, tmp_path: Path) -> None:
    path = xlsx(tmp_path / "перечень.xlsx", {"Перечень": printed_lists()}, merged=[(0, 1, 0, 4)])
    given = {"area": "severskiy", "complete": "yes"}
    found = severskiy.propose(path, mapping="list_by_years", values=given)
    assert found.ok
    assert (found.events, found.corrections, len(found.unchanged)) == ((), (), 4)


def test_the_printed_activities_say_what_the_history_says(severskiy: Engine, tmp_path: Path) -> None:
    rows, merged = printed_activities()
    path = xlsx(tmp_path / "таблица 1.xlsx", {"Таблица 1": rows}, merged=merged)
    found = severskiy.propose(path, mapping="activities", values={"area": "severskiy", "year": 2024})
    assert found.ok
    assert (found.events, found.corrections, len(found.unchanged)) == ((), (), 16)


def test_a_year_without_data_is_no_empty_list(engine: Engine, tmp_path: Path) -> None:
    rows = [["2021 год", "2022 год"], ["нет данных", "СОШ № 6"], [None, "СОШ № 7"]]
    path = xlsx(tmp_path / "перечень.xlsx", {"Перечень": rows})
    found = engine.propose(path, mapping="list_by_years", values={"area": "demo", "complete": "unknown"})
    (event,) = (entry.event for entry in found.events)
    assert isinstance(event, ListPublished)
    assert (event.year, event.members) == (2022, ("demo/6", "demo/7"))
    assert [(s.rule, s.cells) for s in found.skipped] == [("данных нет", 1)]


def test_several_hosts_may_be_told_apart(engine: Engine, tmp_path: Path) -> None:
    text = """
    event: activity.held
    constants: {area: demo}
    columns: {Форма: form, Место: {field: hosts, several: events}, Дата: when}
    compose: {activity_id: "{area}/{form}/{hosts}/{when}"}
    """
    path = xlsx(tmp_path / "план.xlsx", {"План": [["Форма", "Место", "Дата"], ["аудит", "№6; №7", "март 2024"]]})
    found = engine.propose(path, mapping=read_mapping(text, engine.registry, name="план.yaml"))
    assert found.ok
    told = [entry.event for entry in found.events]
    assert [event.hosts for event in told] == [("demo/6",), ("demo/7",)]  # type: ignore[union-attr]
    assert told[0].activity_id == "demo/audit/demo/6/2024-03-01"  # type: ignore[union-attr]


def test_several_hosts_and_dates_in_a_cell_stay_unpaired(engine: Engine, tmp_path: Path) -> None:
    head = ["Направления", "Формы", "Место", "Дата"]
    rows = [head, ["Реализация профилактических мероприятий", "Совещание", "СОШ №6 МБОУ СОШ №7", "март, май 2024г."]]
    path = xlsx(tmp_path / "план.xlsx", {"План": rows})
    found = engine.propose(path, mapping="activities", values={"area": "demo", "year": 2024})
    assert "дата не читается" in found.problems[0].ru, "whose March it is nobody says"
    rows[1][3] = "Март 2024г. Май 2024г."
    found = engine.propose(xlsx(path, {"План": rows}), mapping="activities", values={"area": "demo", "year": 2024})
    assert found.ok
    told = [entry.event for entry in found.events]
    assert [event.when for event in told] == [When.month(2024, 3), When.month(2024, 5)]  # type: ignore[union-attr]
    assert {event.host_certainty for event in told} == {"ambiguous"}  # type: ignore[union-attr]
