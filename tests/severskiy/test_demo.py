"""The demonstration as a reader sees it: what it prints, what it writes, the same in every run."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import severskiy_2020_2024 as demo
from severskiy_history import REPORTED
from shnor_engine import Engine

AT = {"year": 2024, "on": REPORTED, "as_known": REPORTED}


@pytest.fixture
def printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    demo.main(tmp_path / "out")
    return capsys.readouterr().out


def test_the_demonstration_prints_lists_decisions_one_explanation_and_recommendations(printed: str) -> None:
    heads = ["Перечень ШНОР", "Решения на 23.12.2024", "Одно объяснение полностью", "Рекомендации"]
    places = [printed.index(head) for head in heads]
    assert places == sorted(places)
    assert "2021    –  нет данных" in printed
    assert "справка от 23.12.2024, report.txt, список, столбец 5" in printed


def test_it_leaves_a_log_that_verifies_and_answers_the_same(tmp_path: Path) -> None:
    demo.main(tmp_path)
    with Engine.open(tmp_path / "severskiy.db", readonly=True) as engine:
        assert engine.verify().ok
        assert engine.report(**AT) == (tmp_path / "spravka.md").read_text(encoding="utf-8")


def test_the_note_has_the_same_bytes_in_every_run(tmp_path: Path) -> None:
    demo.main(tmp_path / "a")
    demo.main(tmp_path / "b")
    demo.main(tmp_path / "b")
    assert (tmp_path / "a" / "spravka.md").read_bytes() == (tmp_path / "b" / "spravka.md").read_bytes()


def test_what_is_printed_names_no_internal_id_of_a_school(printed: str) -> None:
    assert "severskiy/" not in printed


def test_progress_goes_to_standard_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    demo.main(tmp_path)
    shown = capsys.readouterr()
    assert "Журнал" in shown.err
    assert "Журнал " not in shown.out


def test_it_writes_word_excel_a_page_pictures_and_a_passport(tmp_path: Path) -> None:
    demo.main(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} >= {
        *(f"spravka.{form}" for form in ("md", "json", "docx", "xlsx", "html")),
        *("passport.docx", "passport.html"),
        *(f"{name}.{form}" for name in ("schools_years", "risk_profile", "roadmap") for form in ("svg", "png")),
    }


def test_without_the_extra_it_goes_without_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for module in ("docxtpl", "xlsxwriter", "vl_convert"):
        monkeypatch.setitem(sys.modules, module, None)
    demo.main(tmp_path)
    assert (tmp_path / "spravka.md").exists()
    assert not (tmp_path / "spravka.docx").exists()
    assert "[report]" in capsys.readouterr().err
