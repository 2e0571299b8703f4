"""The note: every figure from the log, the unknown said as unknown, the same bytes for the same moment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from severskiy_history import REPORTED, history
from shnor_engine import Engine, retract
from shnor_engine.events import SchoolListed
from shnor_engine.testing.fakes import FixedClock


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine.open(":memory:", clock=FixedClock(datetime(2025, 6, 1, tzinfo=UTC))) as one:
        one.append(history(), actor="methodologist", recorded_at=REPORTED)
        yield one


@pytest.fixture
def note(engine: Engine) -> str:
    return engine.report(as_known=REPORTED)


def table(note: str, title: str) -> list[list[str]]:
    """The rows of the table under a title."""
    part = note.split(f"## {title}", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in part.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def without(engine: Engine, event_type: str, subject: str = "") -> None:
    for row in list(engine.log.read(types=[event_type])):
        if subject in ("", row.subject):
            engine.append([retract(row.event_id, reason="проверка")], actor="x")


def test_the_same_moment_gives_the_same_bytes_whatever_the_clock_says_and_what_came_later(note: str) -> None:
    with Engine.open(":memory:", clock=FixedClock(datetime(2030, 1, 1, tzinfo=UTC))) as later:
        later.append(history(), actor="somebody", recorded_at=REPORTED)
        later.append([SchoolListed(school_id="severskiy/6", year=2024, issuer="regional")], actor="x")
        assert later.report(as_known=REPORTED) == note
        assert later.report() != note


def test_the_head_names_a_role_and_a_day_and_no_person(note: str) -> None:
    head = note.split("# ", 1)[0]
    assert "Утверждаю" in head
    assert "23.12.2024" in head
    assert not re.search(r"[А-Я][а-я]+ [А-Я]\.\s?[А-Я]\.", note)


def test_before_its_approval_the_head_is_blank(engine: Engine) -> None:
    head = engine.report(as_known=REPORTED, on=date(2024, 12, 22)).split("# ", 1)[0]
    assert "23.12.2024" not in head
    assert "____" in head


def test_the_unknown_year_is_said_to_be_unknown(note: str) -> None:
    rows = {row[0]: row[1] for row in table(note, "Перечень по годам")}
    assert rows == {"2020": "8", "2021": "нет данных", "2022": "7", "2023": "5", "2024": "1"}
    assert "за 2021 год проверить его нельзя" in note


def test_the_flow_counts_stays_entries_and_exits_and_claims_no_effect(note: str) -> None:
    counted = [[cell.split(":")[0] for cell in row[1:]] for row in table(note, "Движение")]
    assert counted == [["2", "5", "6", "0"], ["3", "2", "4", "0"], ["1", "0", "4", "0"]]
    assert "6 из 8" in note
    assert "не доказана" in note
    assert "благодаря" not in note
    assert "в результате" not in note.lower()


def test_every_decision_stands_there_with_its_ground(engine: Engine, note: str) -> None:
    rows = table(note, "Решения за 2024 год на 23.12.2024")
    decided = engine.assess(as_known=REPORTED)
    assert sorted(map(tuple, rows)) == sorted((d.name, d.label("ru"), d.reason("ru")) for d in decided)


def test_table_1_keeps_every_form_and_vague_hosts_vague(note: str) -> None:
    rows = table(note, "Таблица 1. Мероприятия")
    assert len({row[1] for row in rows}) == 12
    (seminar,) = [row for row in rows if row[1] == "Тематический семинар"]
    assert seminar[2].startswith("одна из площадок")
    assert seminar[3] == "апрель 2023 г., февраль 2024 г., апрель 2024 г."


def test_the_seven_topics_of_the_audit_stand_in_their_order(note: str) -> None:
    part = note.split("## Вопросы", 1)[1].split("## ", 1)[0]
    assert len(re.findall(r"^- ", part, re.MULTILINE)) == 7
    assert "источник не говорит" in part


def test_recommendations_stand_there_with_their_grounds(engine: Engine, note: str) -> None:
    for item in engine.recommend(as_known=REPORTED):
        assert item.ground_ru in note
    assert len(re.findall(r"^\d+\. \*\*", note, re.MULTILINE)) == len(engine.recommend(as_known=REPORTED))


def test_the_foot_names_position_and_law(engine: Engine, note: str) -> None:
    foot = note.rsplit("---", 1)[1]
    decided = engine.assess(as_known=REPORTED)
    assert f"до записи {decided.position}" in foot
    assert decided.law in foot
    assert decided.pack.digest in foot


def test_a_retracted_list_leaves_its_year_without_figures(engine: Engine) -> None:
    without(engine, "list.published", "severskiy/2023")
    note = engine.report(year=2024)
    assert {row[0]: row[1] for row in table(note, "Перечень по годам")}["2023"] == "нет данных"
    assert "2021, 2023" in note


def test_without_activities_there_is_no_table_of_them(engine: Engine) -> None:
    without(engine, "activity.held")
    assert "Таблица 1" not in engine.report()


def test_what_the_log_does_not_hold_is_listed(engine: Engine, note: str) -> None:
    gaps = note.split("## Чего в журнале нет", 1)[1]
    for said in ("2021", "результаты оценочных процедур", "рисковый профиль", "не сопоставлены", "проверки", "(6)"):
        assert said in gaps
    without(engine, "measure.applied")
    assert "заявлено для всех школ" not in engine.report()


def test_a_log_with_a_registered_school_only_still_gives_a_note() -> None:
    with Engine.open(":memory:") as engine:
        engine.append(
            [entry for entry in history() if entry.event and entry.event.type == "school.registered"], actor="x"
        )
        said = engine.report(year=2024, on=REPORTED)
    assert "Перечней в журнале нет" in said
    assert "не определено" in said


def test_several_areas_are_called_by_their_names_where_somebody_said_them() -> None:
    from shnor_engine.events import AreaNamed, ListPublished, SchoolRegistered

    def told(area: str) -> list[SchoolRegistered | ListPublished]:
        school = SchoolRegistered(
            school_id=f"{area}/1", municipality=area, region="ru.23", kind="secondary", name=f"СОШ {area}"
        )
        lists = [
            ListPublished(
                list_id=f"{area}/{year}", area=area, year=year, issuer="municipal", complete="yes", members=members
            )
            for year, members in ((2023, (f"{area}/1",)), (2024, ()))
        ]
        return [school, *lists]

    with Engine.open(":memory:") as engine:
        engine.append([*told("abinskiy"), *told("other")], actor="methodologist")
        engine.append([AreaNamed(area="abinskiy", name="Абинский район")], actor="methodologist")
        said, lists = engine.report(), engine.lists().text()
        periods = {value.period for value in engine.indicators()["I2"].values}
    assert "Абинский район: 2023 → 2024" in said
    assert "Абинский район: 2023 → 2024" in lists
    assert "other: 2023 → 2024" in lists
    assert periods == {"Абинский район 2023→2024", "other 2023→2024"}
