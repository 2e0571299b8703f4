"""The loader reads cells and invents nothing: the same ids in every run, sources and errors that name cells."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from severskiy_history import AREA, DATA, Report, UnreadableCell, history
from shnor_engine import Engine
from shnor_engine.errors import UnreadableDate
from shnor_engine.events import Envelope, Event


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the data that a test may spoil."""
    return Path(shutil.copytree(DATA, tmp_path / "severskiy"))


def spoil(folder: Path, file: str, old: str, new: str) -> Report:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return Report(folder)


def events(told: list[Envelope], kind: str) -> list[Event]:
    return [entry.event for entry in told if entry.event is not None and entry.event.type == kind]


def test_the_history_holds_so_many_events_of_each_type_and_no_others(told: list[Envelope]) -> None:
    assert Counter(entry.event.type for entry in told if entry.event) == {
        "school.registered": 16,
        "body.established": 4,
        "programme.adopted": 1,
        "programme.target_set": 1,
        "list.published": 4,
        "factor.assessed": 2,
        "roadmap.adopted": 2,
        "inspection.held": 1,
        "audit.performed": 1,
        "recommendation.issued": 7,
        "activity.held": 16,
        "measure.applied": 6,
        "programme.closed": 1,
        "programme.drafted": 1,
        "report.generated": 1,
        "report.approved": 1,
    }


def test_ids_are_the_same_in_every_run_and_ascend(told: list[Envelope]) -> None:
    ids = [entry.event_id for entry in told]
    assert ids == [entry.event_id for entry in history()]
    assert len(set(ids)) == len(ids)
    assert ids == sorted(str(one) for one in ids)


def test_loading_the_report_twice_stores_it_once(fresh: Engine, told: list[Envelope]) -> None:
    again = fresh.append(told, actor="methodologist")
    assert (again.batch, again.repeated) == (None, len(told))
    assert fresh.log.head().position == len(told)


def test_every_event_names_a_place_that_is_printed(told: list[Envelope], report: Report) -> None:
    cells = [cell.place for table in (report.lists, report.table_1) for cell in table.values()]
    places = [*cells, *report.prose, *(f"список, столбец {column}" for _, column in report.lists)]
    for entry in told:
        source = entry.source
        assert source is not None
        assert (source.type, source.date, source.file) == ("note", date(2024, 12, 23), "report.txt")
        for part in str(source.cell).split("; "):
            assert any(re.match(one_of(part), place) for place in places), part


def one_of(part: str) -> str:
    """A pattern for the places that «строка 1, столбцы 2–4» or «задачи 1–5» stands for."""
    for plural, single in (("столбцы 2–4", "столбец 2"), ("задачи 1–5", "задача 5"), ("вопросы 1–7", "вопрос 7")):
        part = part.replace(plural, single)
    return part.replace("строки 1–5", "строка 5")


def test_nothing_is_filled_in_that_the_report_does_not_say(told: list[Envelope]) -> None:
    bodies = [entry.event for entry in told if entry.event is not None]
    assert {event.year for event in bodies if event.type == "list.published"} == {2020, 2022, 2023, 2024}  # type: ignore[attr-defined]
    for event in bodies:
        said = event.model_dump()
        for number in ("attendees", "hours", "capacity", "score", "target", "baseline", "due", "priority"):
            assert said.get(number) is None, (event.type, number)
        for guess in ("line_id", "finding_id", "school_year", "open_from", "rural", "branch_of"):
            assert said.get(guess) is None, (event.type, guess)


def test_no_profile_recommendation_or_inspection_is_laid_at_the_door_of_one_school(told: list[Envelope]) -> None:
    for kind in ("factor.assessed", "recommendation.issued", "measure.applied"):
        assert {(event.about, event.scope) for event in events(told, kind)} == {(AREA, "district")}  # type: ignore[attr-defined]
    for kind in ("inspection.held", "audit.performed"):
        assert [event.schools for event in events(told, kind)] == [()]  # type: ignore[attr-defined]


def test_m25_an_unknown_form_raises_and_names_the_cell(copied: Path) -> None:
    report = spoil(copied, "table_1.csv", "Методический десант", "Методический форсаж")
    with pytest.raises(UnreadableCell, match=r"таблица 1, строка 2, столбец 2.*«Методический форсаж»"):
        history(report)


def test_m25_an_unknown_form_among_several_of_one_cell_raises(copied: Path) -> None:
    report = spoil(copied, "table_1.csv", "Аудит Мониторинг Отчет", "Аудит Смотр Отчет")
    with pytest.raises(UnreadableCell, match="таблица 1, строка 9, столбец 2"):
        history(report)


@pytest.mark.parametrize(
    ("file", "old", "new", "place"),
    [
        ("lists.csv", "МБОУ СОШ № 59", "МБОУ СОШ № 95", "список, строка 7, столбец 3"),
        ("lists.csv", "МБОУ ООШ № 12", "МБОУ СОШ № 12", "список, строка 4, столбец 2"),
        ("table_1.csv", "МБОУ ООШ №8 ", "МБОУ ООШ №88 ", "таблица 1, строка 2, столбец 3"),
        ("prose.toml", "МБОУ СОШ №7 станицы Ставропольской", "МБОУ СОШ №7 станицы Азовской", "вывод, школа"),
    ],
)
def test_m17_an_unknown_spelling_raises_and_never_makes_a_school(
    copied: Path, file: str, old: str, new: str, place: str
) -> None:
    report = spoil(copied, file, old, new)
    with pytest.raises((UnreadableCell, ValueError), match=f"{place}|nowhere prints"):
        history(report)


def test_a_date_that_cannot_be_read_raises(copied: Path) -> None:
    report = spoil(copied, "table_1.csv", "Март 2024г. Октябрь 2024г.", "Марть 2024г. Октябрь 2024г.")
    with pytest.raises(UnreadableDate, match="Марть"):
        history(report)


def test_m20_an_unknown_risk_profile_raises(copied: Path) -> None:
    report = spoil(copied, "prose.toml", "Высокая доля обучающихся", "Низкая доля обучающихся")
    with pytest.raises(UnreadableCell, match="рисковый профиль 1"):
        history(report)
