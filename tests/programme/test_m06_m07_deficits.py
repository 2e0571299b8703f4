"""M06 and M07: diagnostics, route, training, closed – and no count of fewer than five persons leaves the house."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from io import BytesIO
from zipfile import ZipFile

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.programme.district import ON, codes, district, row, rows

from shnor_engine import When
from shnor_engine.events import DiagnosticsHeld, Event, RouteCompleted, RouteIssued, TrainingCompleted
from shnor_engine.projections.deficits import STAGES
from shnor_engine.report.render.excel import sheet
from shnor_engine.report.small_cells import hidden

TOPIC, OTHER = "оценивание", "работа с текстом"


def diagnosed(person: str, *topics: str, number: int = 3, when: When | None = None) -> DiagnosticsHeld:
    return DiagnosticsHeld(
        person=person,
        school_id=f"d/{number}",
        role="teacher",
        instrument="тест",
        when=when or When.month(2024, 1),
        deficits=dict.fromkeys(topics, "high"),
    )


def route(person: str, *topics: str) -> RouteIssued:
    return RouteIssued(
        route_id=f"r-{person}", person=person, school_id="d/3", deficits=topics, when=When.month(2024, 2)
    )


def trained(person: str, *topics: str, day: date = date(2024, 4, 1)) -> TrainingCompleted:
    return TrainingCompleted(
        person=person,
        school_id="d/3",
        role="teacher",
        programme=f"курс {'+'.join(topics)}",
        provider="ИРО",
        hours=16,
        issued_on=day,
        topics=topics,
    )


def ended(person: str, *closed: str, when: When | None = None) -> RouteCompleted:
    return RouteCompleted(
        route_id=f"r-{person}", person=person, closed=closed, when=when or When.month(2024, 5), evidence="диагностика"
    )


P = "person-1"
CHAIN: list[Event] = [diagnosed(P, TOPIC), route(P, TOPIC), trained(P, TOPIC), ended(P, TOPIC)]


@pytest.mark.parametrize(
    ("told", "stages"),
    [
        (CHAIN[:1], (True, False, False, False)),
        (CHAIN[:2], (True, True, False, False)),
        (CHAIN[:3], (True, True, True, False)),
        (CHAIN, (True, True, True, True)),
        ([CHAIN[0], CHAIN[2]], (True, False, False, False)),
        ([*CHAIN[:2], trained(P, OTHER), CHAIN[3]], (True, True, False, False)),
        ([*CHAIN[:2], trained(P, TOPIC, day=date(2023, 4, 1)), CHAIN[3]], (True, True, False, False)),
        ([*CHAIN, diagnosed(P, TOPIC, when=When.month(2024, 9))], (True, True, True, False)),
    ],
)
def test_m07_each_link_of_the_chain_needs_the_one_before(told: list[Event], stages: tuple[bool, ...]) -> None:
    with district(*told) as engine:
        found = row(engine, "deficits", person=P)
        assert (True, found["routed"], found["trained"], found["closed"]) == stages


def test_m07_a_training_off_topic_closes_nothing_and_is_flagged() -> None:
    with district(*CHAIN[:2], trained(P, OTHER), CHAIN[3]) as engine:
        assert ("training.off_topic", "d/3") in codes(engine)
        engine.append([trained(P, TOPIC)], actor="x")
        assert ("training.off_topic", "d/3") not in codes(engine)
        assert row(engine, "deficits", person=P)["closed"]


def test_m07_a_deficit_called_closed_without_any_training_is_flagged_apart() -> None:
    with district(*CHAIN[:2], CHAIN[3]) as engine:
        found = codes(engine)
    assert ("deficit.closed_untrained", "d/3") in found
    assert ("training.off_topic", "d/3") not in found


people = st.lists(
    st.tuples(st.integers(1, 8), st.sampled_from([2, 3]), st.sampled_from([TOPIC, OTHER]), st.integers(0, 3)),
    max_size=12,
    unique_by=lambda one: one[0],
)


@settings(max_examples=20, deadline=None)
@given(people)
def test_m07_the_totals_of_the_funnel_are_the_raw_counts(some: list[tuple[int, int, str, int]]) -> None:
    told: list[Event] = []
    raw = Counter[str]()
    for number, school, topic, far in some:
        person = f"person-{number}"
        chain = [diagnosed(person, topic, number=school), route(person, topic), trained(person, topic)]
        told += [*chain, ended(person, topic)][: far + 1]
        raw.update(STAGES[: far + 1])
    with district(*told) as engine:
        funnel = rows(engine, "deficit_funnel")
    for stage in STAGES:
        assert sum(one[stage] for one in funnel) == raw[stage]


def test_m06_only_counts_are_in_the_funnel() -> None:
    with district(*CHAIN) as engine:
        (found,) = rows(engine, "deficit_funnel")
    assert set(found) == {"school_id", "deficit", "role", *STAGES, "events"}
    assert (found["diagnosed"], found["closed"]) == (1, 1)


def test_m06_an_export_hides_cells_below_five_persons_and_what_would_give_them_away() -> None:
    raw = pl.DataFrame(
        {"school": ["a", "b", "c"], "diagnosed": [12, 4, 20], "routed": [10, 3, 14], "closed": [0, 1, 14]}
    )
    shown = hidden(raw, ("diagnosed", "routed", "closed"))
    assert shown["diagnosed"].to_list() == [12, None, 20]
    assert shown["routed"].to_list() == [None, None, 14]  # 12 − 10 would say that 2 have no route
    assert shown["closed"].to_list() == [0, None, 14]


def test_m06_where_the_total_is_known_one_hidden_cell_takes_its_least_neighbour_with_it() -> None:
    raw = pl.DataFrame({"area": ["m", "m", "m"], "school": ["a", "b", "c"], "diagnosed": [12, 4, 20]})
    assert hidden(raw, ("diagnosed",), within=("area",))["diagnosed"].to_list() == [None, None, 20]


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=6))
def test_m06_no_cell_and_no_difference_of_one_to_four_persons_is_ever_shown(pairs: list[tuple[int, int]]) -> None:
    raw = pl.DataFrame({"a": [max(one) for one in pairs], "b": [min(one) for one in pairs]})
    shown = hidden(raw, ("a", "b"))
    for a, b in shown.iter_rows():
        assert a is None or not 0 < a < 5
        assert b is None or not 0 < b < 5
        assert a is None or b is None or not 0 < a - b < 5


# --- the table that leaves the house --------------------------------------------------------------


def people(count: int, *, number: int = 3, far: int = 4) -> list[Event]:
    """So many persons of a school who came so far."""
    told: list[Event] = []
    for n in range(count):
        one = f"token-{number}-{n}"
        whole = [diagnosed(one, TOPIC, number=number), route(one, TOPIC), trained(one, TOPIC), ended(one, TOPIC)]
        told += whole[:far]
    return told


def test_m07_the_funnel_is_a_table_of_counts_without_persons_by_any_columns() -> None:
    with district(*people(6), *people(7, number=2, far=1), *people(3, number=1)) as engine:
        by_school = engine.funnel(on=ON)
        by_deficit = engine.funnel(by=("deficit",), on=ON)
        everybody = engine.funnel(by=(), on=ON)
    assert [(step.keys[0], step.counts) for step in by_school] == [
        ("d/1", (None, None, None, None)),
        ("d/2", (7, 0, 0, 0)),
        ("d/3", (6, 6, 6, 6)),
    ]
    assert [step.counts for step in by_deficit] == [(16, 9, 9, 9)] == [step.counts for step in everybody]
    for made in (by_school.text(), by_school.csv(), json.dumps(by_school.to_json())):
        assert "token" not in made
    assert by_school.csv().splitlines()[0] == "Школа;Дефицит;Выявлен;На маршруте (ИОМ);Обучение по теме;Закрыт"
    assert "СОШ № 1;оценивание;*;*;*;*" in by_school.csv()


def test_m07_a_funnel_without_diagnoses_says_so_and_a_strange_column_is_refused() -> None:
    with district() as engine:
        assert engine.funnel(on=ON).text() == "Диагностик профессиональных дефицитов в журнале нет."
        with pytest.raises(ValueError, match="no column person; there are school, deficit, role"):
            engine.funnel(by=("person",), on=ON)  # type: ignore[arg-type]


def test_m07_the_workbook_of_the_funnel_is_the_same_in_every_run() -> None:
    with district(*people(6)) as engine:
        table = engine.funnel(on=ON).table()
    one = sheet(table, on=ON, title="Путь дефицитов")
    assert one == sheet(table, on=ON, title="Путь дефицитов")
    with ZipFile(BytesIO(one)) as archive:
        strings = archive.read("xl/sharedStrings.xml").decode()
    assert "На маршруте (ИОМ)" in strings
    assert "скрыто" in strings
