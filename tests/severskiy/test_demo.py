"""The demonstration as a reader sees it: what it prints, what it writes, the same in every run."""

from __future__ import annotations

import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import pytest

import severskiy_2020_2024 as demo
from severskiy_history import REPORTED
from shnor_engine import Engine

AT = {"year": 2024, "on": REPORTED, "as_known": REPORTED}


class Ran(NamedTuple):
    """What one run left, and what it said on both streams."""

    folder: Path
    out: str
    err: str


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    folder, out, err = tmp_path_factory.mktemp("demo") / "out", StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        demo.main(folder)
    return Ran(folder, out.getvalue(), err.getvalue())


def test_the_demonstration_prints_lists_decisions_one_explanation_and_recommendations(ran: Ran) -> None:
    heads = ["Перечень ШНОР", "Решения на 23.12.2024", "Одно объяснение полностью", "Рекомендации"]
    places = [ran.out.index(head) for head in heads]
    assert places == sorted(places)
    assert "2021    –  нет данных" in ran.out
    assert "справка от 23.12.2024, report.txt, список, столбец 5" in ran.out


def test_it_leaves_a_log_that_verifies_and_answers_the_same(ran: Ran) -> None:
    with Engine.open(ran.folder / "severskiy.db", readonly=True) as engine:
        assert engine.verify().ok
        assert engine.report(**AT) == (ran.folder / "spravka.md").read_text(encoding="utf-8")


def test_the_note_has_the_same_bytes_in_every_run(ran: Ran, tmp_path: Path) -> None:
    demo.main(tmp_path)
    demo.main(tmp_path)
    assert (ran.folder / "spravka.md").read_bytes() == (tmp_path / "spravka.md").read_bytes()


def test_what_is_printed_names_no_internal_id_of_a_school(ran: Ran) -> None:
    assert "severskiy/" not in ran.out


def test_progress_goes_to_standard_error(ran: Ran) -> None:
    assert "Журнал" in ran.err
    assert "Журнал " not in ran.out


def test_it_writes_word_excel_a_page_pictures_and_a_passport(ran: Ran) -> None:
    assert {path.name for path in ran.folder.iterdir()} >= {
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
