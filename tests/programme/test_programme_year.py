"""The example of one school year as a reader sees it."""

from __future__ import annotations

from pathlib import Path

import pytest

import programme_year as example
from shnor_engine import Engine


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("year") / "заречный.db"
    example.main(path)
    return path


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> str:
    example.main()
    return capsys.readouterr().out


def test_it_tells_the_year_in_nine_steps_in_russian(printed: str) -> None:
    assert [f"=== {n}. " in printed for n in range(1, 10)] == [True] * 9
    for said in (
        "[plan.overdue] МБОУ СОШ № 12",
        "срок (60 дней после включения) – 30.01.2024",
        "организовать дополнительные занятия малыми группами",
        "строка таблицы мер: профиль 1;",
        "исполнение подтверждено; срок 06.05.2024; подтверждение: приказ № 5 от 11.03.2024",
        "срок истёк; срок 06.05.2024",
        "тематический семинар – проведено с опозданием",
        "объявлен закрытым, но обучение было на другую тему; не закрыт",
        "МБОУ СОШ № 12  под наблюдением",
        "МБОУ СОШ № 14  в перечне",
        "I10. Закрытые профессиональные дефициты",
        "всего: 5 из 6",
    ):
        assert said in printed, said
    assert "при повторе 0" in printed


def test_nothing_of_it_names_a_person_or_an_internal_id_of_a_school(printed: str) -> None:
    assert "teacher-0" not in printed
    assert "zarechny/12" not in printed


def test_it_prints_the_same_in_every_run(printed: str, capsys: pytest.CaptureFixture[str]) -> None:
    example.main()
    assert capsys.readouterr().out == printed


def test_the_log_that_it_leaves_verifies_and_knows_only_what_was_known_then(log: Path) -> None:
    with Engine.open(log, readonly=True) as engine:
        assert engine.verify().ok
        from datetime import date

        february, june = date(2024, 2, 5), date(2024, 6, 10)
        assert {entry.status for entry in engine.recommendations(as_known=february)} == {"issued"}
        then = engine.recommendations(as_known=june)
        assert {entry.status for entry in then} == {"verified", "expired", "issued"} - {"issued"}
        assert engine.recommendations(as_known=june).to_json() == then.to_json()
