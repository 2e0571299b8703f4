"""Tables of every shape: where the header stands, which column is which, which rows and columns tell nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.intake.conftest import DISTRICT
from tests.intake.workbooks import Rows, xlsx

from shnor_engine import Engine
from shnor_engine.errors import BadInput
from shnor_engine.events import FactorAssessed, ResultRecorded, catalogue
from shnor_engine.events.names import Names
from shnor_engine.intake.converters import Known
from shnor_engine.intake.grid import Grid, Sheet
from shnor_engine.intake.ledger import PROBLEM, SKIPPED, USED
from shnor_engine.intake.mapping import Table, read_mapping
from shnor_engine.intake.proposal import Proposal
from shnor_engine.intake.telling import tell

RESULTS = """
event: result.recorded
constants: {procedure_kind: ВПР, year: 2024}
columns: {Школа: school_id, Предмет: discipline, Участников: participants, Ниже порога: below_min}
"""
HEAD = ["Школа", "Предмет", "Участников", "Ниже порога"]


def mapping(text: str) -> Table:
    return read_mapping(text, catalogue(), name="описание.yaml")


def proposed(engine: Engine, path: Path, text: str, rows: Rows, merged: Any = ()) -> Proposal:
    return engine.propose(xlsx(path / "a.xlsx", {"Лист1": rows}, merged=merged), mapping=mapping(text))


def results(found: Proposal) -> list[tuple[str, str, int | None, int | None]]:
    events = [entry.event for entry in found.events]
    return [(e.school_id, e.discipline, e.participants, e.below_min) for e in events if isinstance(e, ResultRecorded)]


def test_a_mapping_is_five_lines_and_the_rest_is_read_off_the_event(engine: Engine, tmp_path: Path) -> None:
    found = proposed(engine, tmp_path, RESULTS, [HEAD, ["МБОУ «СОШ N 6»", "Математика", "113 чел.", "12"]])
    assert (found.ok, results(found)) == (True, [("demo/6", "mathematics", 113, 12)])


def test_what_surrounds_a_table_is_passed_over_by_name(engine: Engine, tmp_path: Path) -> None:
    rows = [
        ["Результаты ВПР"],
        [],
        ["№ п/п", *HEAD],
        [1, 2, 3, 4, 5],
        [1, "СОШ №6", "математика", 45, 12],
        ["№ п/п", *HEAD],
        [2, "СОШ №7", "математика", 30, 3],
        [None, "Итого", None, 75, 15],
        ["* без учёта пересдач"],
    ]
    found = proposed(engine, tmp_path, RESULTS, rows)
    assert not found.problems
    assert results(found) == [("demo/6", "mathematics", 45, 12), ("demo/7", "mathematics", 30, 3)]
    assert {(item.rule, item.cells) for item in found.skipped} == {
        ("над таблицей", 1),
        ("номер строки", 4),
        ("нумерация столбцов", 4),
        ("шапка повторена", 5),
        ("итоговая строка", 3),
        ("сноска", 1),
    }


def test_a_header_of_several_rows_is_read_from_top_to_bottom(engine: Engine, tmp_path: Path) -> None:
    text = RESULTS.replace("Участников:", "Русский язык / Участников:").replace("Предмет: discipline, ", "")
    text = text.replace("year: 2024", "year: 2024, discipline: русский язык").replace(
        "Ниже порога:", "Русский язык / Ниже порога:"
    )
    rows = [
        ["Школа", "Русский язык", None, "Математика", None],
        [None, "Участников", "Ниже порога", "Участников", "Ниже порога"],
        ["СОШ № 6", 45, 12, 40, 10],
    ]
    found = proposed(
        engine, tmp_path, f"header: 2\nignore: [Математика]\n{text}", rows, [(0, 1, 0, 2), (0, 3, 0, 4), (0, 0, 1, 0)]
    )
    assert not found.problems
    assert results(found) == [("demo/6", "russian", 45, 12)]
    ambiguous = proposed(engine, tmp_path, f"header: 2\n{RESULTS}", rows, [(0, 1, 0, 2), (0, 3, 0, 4), (0, 0, 1, 0)])
    assert "столбец «Участников» есть дважды: Лист1!B1, Лист1!D1" in ambiguous.problems[0].ru


UNPIVOT = """
event: result.recorded
header: 2
constants: {procedure_kind: ВПР, year: 2024}
columns: {Школа: school_id}
unpivot:
  into: discipline
  columns: {Участников: participants, Ниже порога: below_min}
"""


def test_procedures_as_columns_give_an_event_each(engine: Engine, tmp_path: Path) -> None:
    rows = [
        ["Школа", "Русский язык", None, "Математика", None],
        [None, "Участников", "Ниже порога", "Участников", "Ниже порога"],
        ["СОШ № 6", 45, 12, "–", None],
        ["СОШ № 7", 30, "*", "*", "*"],
    ]
    found = proposed(engine, tmp_path, UNPIVOT, rows, [(0, 1, 0, 2), (0, 3, 0, 4), (0, 0, 1, 0)])
    assert not found.problems
    assert results(found) == [
        ("demo/6", "russian", 45, 12),
        ("demo/7", "russian", 30, None),
        ("demo/7", "mathematics", None, None),
    ], "a dash says nothing, a hidden value says that there is one"
    assert [entry.source.cell for entry in found.events if entry.source] == [
        "Лист1!A3:C3",
        "Лист1!A4:C4",
        "Лист1!A4:E4",
    ]


def test_a_header_that_is_no_code_is_a_problem_of_its_own_and_the_rest_is_read(
    engine: Engine, tmp_path: Path
) -> None:
    rows = [
        ["Школа", "Русский язык", "Пение"],
        [None, "Участников", "Участников"],
        ["СОШ № 6", 45, 40],
    ]
    found = proposed(engine, tmp_path, UNPIVOT, rows)
    assert results(found) == [("demo/6", "russian", 45, None)]
    assert [(p.cell, p.value) for p in found.problems] == [("C1", "Пение")]


def test_a_field_of_pairs_is_filled_from_headers_and_cells(engine: Engine, tmp_path: Path) -> None:
    rows = [
        ["№ п/п", "Школа", "Дефицит педагогических кадров", "Низкая учебная мотивация"],
        [1, "СОШ № 6", "51,2%", "н/д"],
        [2, "СОШ № 7", 12.5, "40"],
    ]
    path = xlsx(tmp_path / "профили.xlsx", {"Лист1": rows})
    found = engine.propose(path, mapping="risk_profile", values={"year": 2024})
    assert found.ok
    assert [e.event.scores for e in found.events] == [  # type: ignore[union-attr]
        {"staff_shortage": 0.512},
        {"staff_shortage": 0.125, "low_motivation": 0.4},
    ]
    engine.accept(found, actor="methodologist")
    rows[1][2], rows[2][3] = "н/д", "45"
    again = engine.propose(xlsx(path, {"Лист1": rows}), mapping="risk_profile", values={"year": 2024})
    assert again.ok
    ((change,),) = (correction.changes for correction in again.corrections)
    assert change.new == {"staff_shortage": 0.125, "low_motivation": 0.45}


def test_headers_may_mean_several_fields(engine: Engine, tmp_path: Path) -> None:
    text = """
    event: result.recorded
    constants: {year: 2024}
    columns: {Школа: school_id}
    unpivot:
      field: participants
      headers:
        ВПР РЯ: {procedure_kind: vpr, discipline: russian}
        ОГЭ МА: {procedure_kind: oge, discipline: mathematics}
    """
    found = proposed(engine, tmp_path, text, [["Школа", "ВПР РЯ", "ОГЭ МА"], ["СОШ № 6", 45, 40]])
    told = [(e.procedure_kind, e.discipline, e.participants) for e in (x.event for x in found.events)]  # type: ignore[union-attr]
    assert (found.ok, told) == (True, [("vpr", "russian", 45), ("oge", "mathematics", 40)])


def test_marks_2_3_4_5_are_four_columns_of_one_field(engine: Engine, tmp_path: Path) -> None:
    text = RESULTS.replace("Ниже порога: below_min", "'2': marks.1, '3': marks.2, '4': marks.3, '5': marks.4")
    head = ["Школа", "Предмет", "Участников", "2", "3", "4", "5"]
    rows = [head, ["СОШ № 6", "история", 10, 1, 4, 3, 2], ["СОШ № 7", "история", 10, 1, "*", 3, 2]]
    found = proposed(engine, tmp_path, text, rows)
    assert found.ok
    assert [e.event.marks for e in found.events] == [(1, 4, 3, 2), None]  # type: ignore[union-attr]
    wrong = proposed(engine, tmp_path, text, [head, ["СОШ № 6", "история", 10, 1, 4, 3, 9]])
    assert wrong.problems[0].ru == "сумма «2», «3», «4», «5» не равна «Участников»"


def test_percents_are_read_as_they_show_and_a_bare_share_is_not_guessed(engine: Engine, tmp_path: Path) -> None:
    text = RESULTS.replace("Ниже порога: below_min", "Ниже порога: below_percent")
    rows = [HEAD, ["СОШ №6", "математика", 45, "51,2%"], ["СОШ №7", "математика", 45, (0.76, "0%")]]
    found = proposed(engine, tmp_path, text, rows)
    assert [e.event.below_percent for e in found.events] == [51, 76]  # type: ignore[union-attr]
    assert [note.ru for note in found.notes] == ["51.2% записано целым процентом: 51"]
    bare = proposed(engine, tmp_path, text, [HEAD, ["СОШ №6", "математика", 45, 0.512]])
    assert "доля или" in bare.problems[0].ru


def test_a_number_merged_over_rows_is_nobodys(engine: Engine, tmp_path: Path) -> None:
    rows = [HEAD, ["СОШ №6", "математика", 45, 12], ["СОШ №7", "математика", None, 3]]
    found = proposed(engine, tmp_path, RESULTS, rows, [(1, 2, 2, 2)])
    assert found.events == ()
    assert "число в объединённой ячейке" in found.problems[0].ru


def test_a_number_merged_over_procedures_is_nobodys(engine: Engine, tmp_path: Path) -> None:
    text = UNPIVOT.replace("header: 2", "").replace(
        "columns: {Участников: participants, Ниже порога: below_min}", "field: participants"
    )
    rows = [["Школа", "Русский язык", "Математика", "Физика"], ["СОШ № 6", 45, None, 40]]
    found = proposed(engine, tmp_path, text, rows, [(1, 1, 1, 2)])
    assert found.events == ()
    assert {p.cell for p in found.problems} == {"B2"}


def test_a_school_merged_over_rows_is_gathered_once(engine: Engine, tmp_path: Path) -> None:
    rows = [["2022 год", "2023 год"], ["СОШ № 6", "СОШ № 6"], [None, "СОШ № 7"]]
    path = xlsx(tmp_path / "a.xlsx", {"Лист1": rows}, merged=[(1, 0, 2, 0)])
    found = engine.propose(path, mapping="list_by_years", values={"area": "demo", "complete": "yes"})
    assert found.ok
    assert [e.event.members for e in found.events] == [("demo/6",), ("demo/6", "demo/7")]  # type: ignore[union-attr]


def test_a_word_merged_over_rows_belongs_to_each(engine: Engine, tmp_path: Path) -> None:
    rows = [HEAD, ["СОШ №6", "математика", 45, 12], [None, "физика", 40, 3]]
    found = proposed(engine, tmp_path, RESULTS, rows, [(1, 0, 2, 0)])
    assert results(found) == [("demo/6", "mathematics", 45, 12), ("demo/6", "physics", 40, 3)]


def test_fill_down_serves_files_that_cannot_merge(engine: Engine, tmp_path: Path) -> None:
    text = RESULTS.replace("Школа: school_id", "Школа: {field: school_id, fill: down}")
    path = tmp_path / "a.csv"
    path.write_text(
        "Школа;Предмет;Участников;Ниже порога\nСОШ №6;математика;45;12\n;физика;40;3\n", encoding="cp1251"
    )
    found = engine.propose(path, mapping=mapping(text))
    assert results(found) == [("demo/6", "mathematics", 45, 12), ("demo/6", "physics", 40, 3)]


def test_a_table_without_a_header_is_read_by_letters(engine: Engine, tmp_path: Path) -> None:
    text = """
    event: result.recorded
    header: 0
    constants: {procedure_kind: ВПР, year: 2024}
    columns: {A: school_id, C: discipline, D: participants}
    """
    found = proposed(engine, tmp_path, text, [["СОШ №6", None, "математика", 45], ["СОШ №7", "слово", "физика", 30]])
    assert results(found) == [("demo/6", "mathematics", 45, None), ("demo/7", "physics", 30, None)]
    assert [(p.cell, p.value) for p in found.problems] == [("B2", "слово")]


def test_an_error_cell_holds_its_row_back_and_no_other(engine: Engine, tmp_path: Path) -> None:
    rows = [HEAD, ["СОШ №6", "математика", ("=1/0", "#DIV/0!"), 12], ["СОШ №7", "математика", 30, 3]]
    found = proposed(engine, tmp_path, RESULTS, rows)
    assert results(found) == [("demo/7", "mathematics", 30, 3)]
    assert [(p.cell, p.ru) for p in found.problems] == [("C2", "ошибка в ячейке: #DIV/0!")]


def test_a_column_that_nobody_names_is_reported_unless_it_is_ignored(engine: Engine, tmp_path: Path) -> None:
    rows = [[*HEAD, "Телефон"], ["СОШ №6", "математика", 45, 12, "2-12-34"]]
    found = proposed(engine, tmp_path, RESULTS, rows)
    assert [(p.cell, p.value) for p in found.problems] == [("E1:E2", "Телефон")]
    assert proposed(engine, tmp_path, f"ignore: [Телефон]\n{RESULTS}", rows).ok


def test_other_sheets_are_named(engine: Engine, tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", {"Итоги": [HEAD, ["СОШ №6", "математика", 45, 12]], "Справка": [["слово"]]})
    found = engine.propose(path, mapping=mapping(f"sheet: итоги\n{RESULTS}"))
    assert (found.ok, [(s.rule, s.sheet) for s in found.skipped]) == (
        True,
        [("лист не назван в описании", "Справка")],
    )
    missing = engine.propose(path, mapping=mapping(f"sheet: Свод\n{RESULTS}"))
    assert "нет листа «Свод»; есть «Итоги», «Справка»" in missing.problems[0].ru
    both = engine.propose(path, mapping=mapping(RESULTS))
    assert [(p.sheet, p.ru[:16]) for p in both.problems] == [("Справка", "шапка не найдена")]


def test_a_missing_column_is_named_with_near_ones(engine: Engine, tmp_path: Path) -> None:
    found = proposed(engine, tmp_path, RESULTS, [["Школа", "Предмет", "Участник", "Ниже порога"], ["СОШ №6"]])
    assert found.problems[0].ru == "в шапке нет столбцов: «Участников» (похоже: участник)"


def test_districtwide_codes_come_from_russian_words(engine: Engine, tmp_path: Path) -> None:
    text = """
    event: factor.assessed
    constants: {scope: school}
    columns: {Школа: {field: about, as: school}, Фактор: factor, Значимость: {field: level, words: {высокая: high}}}
    """
    rows = [["Школа", "Фактор", "Значимость"], ["СОШ №6", "Дефицит  педагогических кадров", "Высокая"]]
    found = proposed(engine, tmp_path, text, rows)
    assert found.ok
    assert found.events[0].event == FactorAssessed(
        about="demo/6", scope="school", factor="staff_shortage", level="high"
    )
    wrong = proposed(engine, tmp_path, text, [rows[0], ["СОШ №6", "Дефицит кадров", "средняя"]])
    assert [p.cell for p in wrong.problems] == ["B2", "C2"]


def test_a_school_nobody_registered_is_named_with_near_ones(engine: Engine, tmp_path: Path) -> None:
    found = proposed(
        engine, tmp_path, RESULTS, [HEAD, ["ООШ № 6", "математика", 45, 12], ["ИМЦ", "математика", 1, 1]]
    )
    assert "такой школы или организации в журнале нет; похоже на МБОУ СОШ № 6" in found.problems[0].ru
    found = proposed(engine, tmp_path, RESULTS, [HEAD, ["МКУ «ИМЦ»", "математика", 45, 12]])
    assert "здесь нужна школа" in found.problems[0].ru


TABLE = st.dictionaries(
    st.tuples(st.sampled_from([6, 7, 8]), st.sampled_from(["математика", "физика", "история"])),
    st.tuples(st.none() | st.integers(0, 90), st.none() | st.integers(0, 90)).filter(
        lambda pair: pair[0] is None or pair[1] is None or pair[1] <= pair[0]
    ),
    min_size=1,
)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=TABLE, second=TABLE)
def test_after_two_files_the_log_says_what_they_say_and_the_last_word_stands(
    first: dict[Any, Any], second: dict[Any, Any], tmp_path: Path
) -> None:
    path, expected = tmp_path / "a.csv", {}
    with Engine.open(":memory:") as engine:
        engine.append(DISTRICT, actor="methodologist")
        for told in (first, second, second):
            lines = [
                f"№ {n};{word};{a if a is not None else 'н/д'};{b if b is not None else '–'}"
                for (n, word), (a, b) in told.items()
            ]
            path.write_text("\n".join([";".join(HEAD), *lines]), encoding="utf-8")
            found = engine.propose(path, mapping=mapping(RESULTS))
            clash = {key: _both(expected.get(key, (None, None)), pair) for key, pair in told.items()}
            impossible = [key for key, (a, b) in clash.items() if a is not None and b is not None and b > a]
            assert len(found.problems) == len(impossible), "what cannot both be true is a problem"
            engine.accept(found, actor="methodologist", partial=True)
            expected |= {key: pair for key, pair in clash.items() if key not in impossible}
        words = {"mathematics": "математика", "physics": "физика", "history": "история"}
        stands = [row.event(engine.registry) for row in engine.log.read(types=["result.recorded"])]
    assert (found.events, found.corrections) == ((), ())
    assert len(stands) == len(expected)
    for event in stands:
        assert isinstance(event, ResultRecorded)
        key = int(event.school_id.removeprefix("demo/")), words[event.discipline]
        assert (event.participants, event.below_min) == expected[key]


def _both(old: tuple[Any, Any], new: tuple[Any, Any]) -> tuple[Any, Any]:
    """What stands once a file has been accepted: unknown takes nothing away."""
    a, b = (was if now is None else now for was, now in zip(old, new, strict=True))
    return a, b


# --- nothing is lost, nothing is invented ---------------------------------------------------------

CELLS = st.one_of(
    st.none(),
    st.sampled_from(
        [
            *(
                "СОШ №6",
                "СОШ № 7",
                "МБОУ ООШ N 8",
                "школа",
                "математика",
                "Русский язык",
                "пение",
                "Итого",
                "* сноска",
            ),
            *("н/д", "–", "*", "45", "51,2%", "113 чел.", "1 234", "Школа", "Предмет", "Участников", "Ниже порога"),
        ]
    ),
    st.integers(-3, 200),
    st.floats(0, 1),
    st.booleans(),
)
GRIDS = st.lists(st.lists(CELLS, min_size=1, max_size=6), min_size=1, max_size=8)
MERGES = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 4), st.integers(0, 2), st.integers(0, 2)), max_size=2)
ERRORS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 6)), max_size=3)
TABLES = [mapping(RESULTS), mapping(f"header: 1\n{UNPIVOT.replace('header: 2', '')}"), mapping(UNPIVOT)]
KNOWN = Known(Names.from_events(DISTRICT), catalogue())


def _sheet(rows: list[list[Any]], merges: Any, errors: Any) -> Sheet:
    sheet = Sheet("Лист1", {n: row for n, row in enumerate(rows) if any(cell is not None for cell in row)})
    for top, left, down, right in merges:
        sheet.cover((top, left), (top + down, left + right))
        for at in [at for at, origin in sheet.origins.items() if origin == (top, left)]:
            if len(sheet.rows.get(at[0], [])) > at[1]:
                sheet.rows[at[0]][at[1]] = None
    sheet.origins = {at: to for at, to in sheet.origins.items() if to not in sheet.origins}
    for row, column in errors:
        if sheet.value(row, column) is None and (row, column) not in sheet.origins:
            sheet.errors[row, column] = "#DIV/0!"
    return sheet


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=GRIDS, merges=MERGES, errors=ERRORS, header=st.booleans(), table=st.sampled_from(TABLES))
def test_every_cell_is_used_or_passed_over_by_a_rule_or_part_of_a_problem(
    rows: list[list[Any]], merges: Any, errors: Any, header: bool, table: Table
) -> None:
    sheet = _sheet([list(HEAD), *rows] if header else rows, merges, errors)
    reading = tell(Grid("a.xlsx", "0" * 64, (sheet,)), table, KNOWN)
    (ledger,) = reading.ledgers
    states = [ledger.state(*at) for at in sheet.filled()]
    assert all(state in (USED, SKIPPED, PROBLEM) for state in states)
    assert (PROBLEM in states) == bool(ledger.problems), "a cell is part of a problem where there is one, else not"
    assert sum(item.cells for item in ledger.skipped()) == states.count(SKIPPED)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=GRIDS, merges=MERGES, errors=ERRORS, table=st.sampled_from(TABLES))
def test_no_number_is_told_that_does_not_stand_in_its_row(
    rows: list[list[Any]], merges: Any, errors: Any, table: Table
) -> None:
    sheet = _sheet([list(HEAD), *rows], merges, errors)
    reading = tell(Grid("a.xlsx", "0" * 64, (sheet,)), table, KNOWN)
    for told in reading.told:
        for name in ("participants", "below_min"):
            value = told.said.get(name)
            if value is not None:
                stands = sheet.value(*told.places[name])
                assert stands == value or str(value) in str(stands).replace(" ", "")


# --- mistakes in a mapping ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("event: result.recordet\ncolumns: {}", 1, "near: result.recorded"),
        ("event: result.recorded\ncolumns:\n  Школа: school", 3, "has no field «school»; near: school_id"),
        (f"{RESULTS}colums: {{}}", 5, "unknown key; near: columns"),
        (RESULTS.replace("year: 2024", "year: $year"), 3, "no parameter year"),
        (RESULTS.replace(", year: 2024", ""), 4, "needs year, and nothing fills it"),
        (RESULTS.replace("participants", "{field: participants, as: hole}"), 4, "no such converter; near: whole"),
        (RESULTS.replace("participants", "marks.5"), 4, "marks has no place 5"),
        ("event: risk_profile.assessed\ncolumns: {Школа: school_id, Год: year, Баллы: scores}", 2, "holds pairs"),
        (
            RESULTS.replace("Ниже порога: below_min", "Ниже порога: participants"),
            4,
            "participants is filled from two",
        ),
        (RESULTS.replace("year: 2024", "year: 2024, discipline: история"), 4, "discipline is filled from two places"),
        (f"header: 0\n{RESULTS}", 5, "named by its letter"),
        ("- a\n- b", 1, "a mapping with event and columns is needed"),
        ("event: result.recorded\n  columns: x", 2, "no YAML"),
    ],
)
def test_a_mistake_in_a_mapping_is_named_with_its_line(text: str, line: int, reason: str) -> None:
    with pytest.raises(BadInput) as found:
        mapping(text)
    assert any(reason in p.reason and p.where.endswith(f":{line}") for p in found.value.problems), (
        found.value.problems
    )


def test_parameters_are_asked_for(engine: Engine, tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", {"Лист1": [["x"]]})
    with pytest.raises(BadInput, match="--set procedure="):
        engine.propose(path, mapping="school_results", values={"year": 2024})
    with pytest.raises(BadInput, match="no such parameter"):
        engine.propose(path, mapping="school_results", values={"year": 1, "procedure": "ВПР", "yaer": 2024})
    with pytest.raises(BadInput, match="«ВПРР» нет в списке"):
        engine.propose(path, mapping="school_results", values={"year": 2024, "procedure": "ВПРР"})
    with pytest.raises(BadInput, match="no such file or mapping; there is school_results"):
        engine.propose(path, mapping="school_result")
