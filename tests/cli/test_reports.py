"""Reports from the command line: formats, folders, templates, pictures, approvals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Shnor

from shnor_engine.report.render.word_template import TEMPLATES

AT = ("--as-known", "2024-12-23")


def test_report_alone_is_report_write(shnor: Any, district: Path) -> None:
    short, long = shnor("report", district, *AT), shnor("report", "write", district, *AT)
    assert short.code == 0
    assert short.out == long.out
    assert short.out.startswith("Утверждаю")
    assert shnor("report", "--format", "json", district, *AT).json["digest"].startswith("sha256:")


def test_all_formats_go_into_one_folder(shnor: Any, district: Path, tmp_path: Path) -> None:
    formats = [part for one in ("md", "html", "docx", "xlsx", "json") for part in ("--format", one)]
    ran = shnor("report", district, *AT, *formats, "-o", tmp_path / "out")
    assert ran.code == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        *("spravka.docx", "spravka.html", "spravka.json", "spravka.md", "spravka.xlsx")
    ]


def test_the_ending_of_the_file_names_the_format(shnor: Any, district: Path, tmp_path: Path) -> None:
    assert shnor("report", district, *AT, "-o", tmp_path / "a.docx").code == 0
    assert (tmp_path / "a.docx").read_bytes().startswith(b"PK")


def test_word_needs_a_place_to_go(shnor: Any, district: Path) -> None:
    ran = shnor("report", district, "--format", "docx")
    assert ran.code == 2
    assert "-o" in ran.err


def test_since_adds_what_changed(shnor: Any, district: Path) -> None:
    assert "Что изменилось с записи 65" in shnor("report", district, *AT, "--since", "65").out


def test_lint_finds_nothing_in_ours_and_something_in_a_broken_one(shnor: Any, tmp_path: Path) -> None:
    assert shnor("report", "lint", TEMPLATES / "report.docx").code == 0
    (tmp_path / "x.docx").write_text("x", encoding="utf-8")
    ran = shnor("report", "lint", tmp_path / "x.docx", "--json")
    assert ran.code == 1
    assert ran.json["problems"][0]["code"] == "not_word"


def test_a_passport_is_one_school_by_any_spelling(shnor: Any, district: Path, tmp_path: Path) -> None:
    assert "Паспорт школы: МБОУ СОШ № 7" in shnor("passport", district, "СОШ № 7", *AT).out
    assert shnor("passport", district, "severskiy/7", *AT, "-o", tmp_path / "p.html").code == 0
    assert shnor("passport", district, "СОШ № 777", *AT).code == 1


@pytest.mark.parametrize("to", ["svg", "png", "vl.json"])
def test_pictures_are_files_by_name(shnor: Any, district: Path, tmp_path: Path, to: str) -> None:
    assert shnor("pictures", district, *AT, "--format", to, "-o", tmp_path / "p").code == 0
    assert sorted(path.name for path in (tmp_path / "p").iterdir()) == [
        f"{name}.{to}" for name in ("risk_profile", "roadmap", "schools_years")
    ]


def test_pictures_as_json_are_vega_lite(shnor: Any, district: Path) -> None:
    assert set(shnor("pictures", district, *AT, "--json").json["pictures"]) == {
        *("risk_profile", "roadmap", "schools_years")
    }


def test_approve_then_show(shnor: Any, district: Path) -> None:
    asked = ("--area", "severskiy", "--day", "2024-12-23", *AT)
    done = shnor("approve", district, "severskiy/mine", *asked, "--json").json
    assert (done["revision"], done["position"]) == (1, 65)
    shown = shnor("approve", district, "severskiy/mine", "--show", "--format", "json")
    assert json.loads(shown.out)["digest"] == done["digest"]
    assert shnor("approve", district, "severskiy/mine").code == 2
    assert shnor("approve", district, "severskiy/other", "--show").code == 1


def test_the_report_and_the_passport_are_read_in_english_beside_the_russian(shnor: Shnor, district: Path) -> None:
    english, russian = (shnor("report", district, "--lang", lang).out for lang in ("en", "ru"))
    titles = [line for line in english.splitlines() if line.startswith("## ")]
    assert len(titles) == len([line for line in russian.splitlines() if line.startswith("## ")])
    assert all(title.isascii() for title in titles)
    assert "On the list of 2020: 8; of 2024: 1." in english
    assert "## Перечень по годам" in russian
    page = shnor("passport", district, "СОШ № 7", "--lang", "en").out
    assert page.startswith("# Passport of the school: ")
    assert all(line.isascii() for line in page.splitlines() if line.startswith("## "))


def test_a_format_that_is_written_in_russian_alone_says_which_is_not(
    shnor: Shnor, district: Path, tmp_path: Path
) -> None:
    said = shnor("report", district, "--lang", "en", "-o", tmp_path / "a.docx")
    assert (said.code, "in English there is md" in said.err) == (1, True)
    assert not (tmp_path / "a.docx").exists()
