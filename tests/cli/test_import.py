"""`shnor import`: what it shows, what it appends and when it refuses."""

from __future__ import annotations

import builtins
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Shnor
from tests.intake.workbooks import xlsx

from shnor_engine import Engine
from shnor_engine.plugin.parts import Importer

HEAD = ["Школа", "Предмет", "Количество участников", "Не преодолели порог"]
GOOD = [HEAD, ["СОШ №6", "математика", 45, 12], ["МБОУ СОШ №7", "математика", 30, "н/д"]]
BAD = [*GOOD, ["СОШ № 99", "математика", 12, 3]]
SAID = ("--mapping", "school_results", "--set", "year=2024", "--set", "procedure=ВПР")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return xlsx(tmp_path / "ВПР 2024.xlsx", {"Итоги": GOOD})


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    return xlsx(tmp_path / "ВПР с опечаткой.xlsx", {"Итоги": BAD})


def events(shnor: Shnor, log: Path) -> int:
    return len(shnor("events", log, "--type", "result.recorded", "--json").json["events"])


def test_nothing_is_appended_before_it_is_accepted(shnor: Shnor, district: Path, file: Path) -> None:
    for more in ((), ("--dry-run",)):
        ran = shnor("import", district, file, *SAID, *more)
        assert ran.code == 0
        assert "новых событий 2, поправок 0, без изменений 0, непонятных мест 0" in ran.out
        assert "добавить: --accept" in ran.err
    assert events(shnor, district) == 0


def test_what_is_accepted_is_stored_once(shnor: Shnor, district: Path, file: Path) -> None:
    first = shnor("import", district, file, *SAID, "--accept", "--actor", "methodologist", "--json")
    assert (first.code, len(first.json["accepted"]["positions"])) == (0, 2)
    again = shnor("import", district, file, *SAID, "--accept", "--json")
    assert (again.code, again.json["unchanged"], again.json["accepted"]["positions"]) == (0, 2, [])
    assert events(shnor, district) == 2


def test_a_file_with_a_mistake_is_refused_whole_and_the_place_is_shown(
    shnor: Shnor, district: Path, bad: Path
) -> None:
    ran = shnor("import", district, bad, *SAID, "--accept")
    assert ran.code == 1
    assert "Непонятные места" in ran.out
    assert "A4" in ran.out
    assert "такой школы или организации в журнале нет" in ran.out
    assert "В журнал ничего не добавлено" in ran.err
    assert events(shnor, district) == 0


def test_the_rest_of_a_file_is_taken_where_that_is_asked_for(shnor: Shnor, district: Path, bad: Path) -> None:
    ran = shnor("import", district, bad, *SAID, "--accept-partial", "--json")
    assert (ran.code, ran.json["ok"], len(ran.json["problems"])) == (0, False, 1)
    assert events(shnor, district) == 2


def test_a_correction_shows_the_old_value_beside_the_new(shnor: Shnor, district: Path, file: Path) -> None:
    shnor("import", district, file, *SAID, "--accept")
    rows: list[list[Any]] = [HEAD, ["СОШ №6", "математика", 45, 13], GOOD[2]]
    ran = shnor("import", district, xlsx(file, {"Итоги": rows}), *SAID)
    (line,) = (line for line in ran.out.splitlines() if "below_min" in line)
    assert line.split()[-2:] == ["12", "13"]
    change = shnor("import", district, file, *SAID, "--json").json["corrections"][0]["changes"]
    assert change == [{"field": "below_min", "old": 12, "new": 13}]


def test_a_wrong_call_is_a_usage_error(shnor: Shnor, district: Path, file: Path) -> None:
    assert shnor("import", district, file).code == 2
    assert shnor("import", district, file, *SAID, "--accept", "--dry-run").code == 2
    assert shnor("import", district, file, "--mapping", "school_results", "--set", "year").code == 2
    missing = shnor("import", district, file, "--mapping", "school_results", "--set", "year=2024")
    assert (missing.code, "--set procedure=" in missing.err) == (1, True)


def test_a_file_that_is_no_table_is_one_line(shnor: Shnor, district: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"hello")
    ran = shnor("import", district, path, *SAID)
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert "это не книга .xlsx" in ran.err


@pytest.mark.parametrize("missing", ["python_calamine", "yaml"])
def test_a_missing_package_is_named_by_its_extra(
    shnor: Shnor, district: Path, file: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name == missing:
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    ran = shnor("import", district, file, *SAID)
    assert (ran.code, "shnor-engine[intake]" in ran.err) == (1, True)


def test_a_mapping_is_an_importer_like_that_of_a_plugin(district: Path, file: Path, bad: Path) -> None:
    with Engine.open(district) as engine:
        importer = engine.importer(mapping="school_results", values={"year": 2024, "procedure": "ВПР"})
        assert isinstance(importer, Importer)
        assert ".xlsx" in importer.endings
        entries, problems = importer.read(file)
        assert (len(entries), problems) == (2, ())
        assert len(importer.read(bad)[1]) == 1
        assert len(engine.append(entries, actor="methodologist").positions) == 2


def test_a_district_begins_with_its_register_and_its_lists(shnor: Shnor, tmp_path: Path) -> None:
    log = tmp_path / "район.db"
    shnor("init", log)
    register = xlsx(
        tmp_path / "школы.xlsx",
        {"Реестр": [["Наименование", "Номер", "Вид"], ["МБОУ СОШ № 3", 3, "СОШ"], ["МБОУ ООШ № 5", 5, "ООШ"]]},
    )
    given = ("--set", "municipality=abinskiy", "--set", "region=ru.23")
    assert shnor("import", log, register, "-m", "schools", *given, "--accept").code == 0
    again = shnor("import", log, register, "-m", "schools", *given, "--json").json
    assert (again["events"], again["unchanged"]) == ([], 2)
    lists = xlsx(
        tmp_path / "перечень.xlsx",
        {"Лист1": [["Перечень 2023 г.", "Перечень 2024 г."], ["СОШ № 3", "ООШ № 5"], ["ООШ №5", None]]},
    )
    asked = ("import", log, lists, "-m", "list_by_years", "--set", "area=abinskiy", "--set", "complete=yes")
    assert shnor(*asked, "--accept").code == 0
    found = shnor("lists", log, "--json").json["lists"]
    assert {one["year"]: one["members"] for one in found} == {
        2023: ["abinskiy/3", "abinskiy/5"],
        2024: ["abinskiy/5"],
    }


@pytest.mark.parametrize("header", ["Перечень", "Перечень 2022 и 2023", "20 школ, 2022", "половина 2022 уч. года"])
def test_a_list_whose_columns_name_no_one_year_is_a_problem_and_no_crash(
    shnor: Shnor, district: Path, tmp_path: Path, header: str
) -> None:
    file = xlsx(tmp_path / "перечень.xlsx", {"Лист1": [[header, "что-то 20"], ["СОШ № 6", "СОШ № 7"]]})
    found = shnor("import", district, file, "-m", "list_by_years", "--set", "area=severskiy", "--set", "complete=yes")
    assert found.code == 1, found.out
    assert "Bug" not in found.err
    assert "непонятных мест 0" not in found.out


def test_a_name_of_no_mapping_is_answered_with_those_that_there_are(
    shnor: Shnor, district: Path, tmp_path: Path
) -> None:
    file = xlsx(tmp_path / "a.xlsx", {"Лист1": [["а"], ["б"]]})
    said = shnor("import", district, file, "-m", "перечень").err
    assert all(name in said for name in ("schools", "list_by_years", "school_results", "activities", "risk_profile"))
