"""Reports from the command line: formats, folders, templates, pictures, approvals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

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
