"""`--period`: a methodology of a plugin that decides by months, from the shell."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.cli.conftest import Shnor
from tests.engine import months

from shnor_engine import Engine
from shnor_engine.events import ActivityHeld, ListPublished, When


def test_the_command_line_takes_a_period(shnor: Shnor, tmp_path: Path) -> None:
    folder, log = tmp_path / "plugins", tmp_path / "months.db"
    folder.mkdir()
    (folder / "months.py").write_text(Path(months.__file__).read_text("utf-8"), encoding="utf-8")
    with Engine.open(log, plugins=[months]) as engine:
        engine.append(months.told(), actor="test")
    at = ("--plugins-dir", folder)
    asked = ("--pack", "test.months", "--period", "2024-05", "--on", "2024-06-30")
    found = shnor(*at, "assess", log, *asked, "--json").json
    assert [item["outcome"] for item in found["decisions"]] == ["met", "not_met"]
    assert "май 2024 года" in shnor(*at, "explain", log, "m/1", *asked).out
    assert shnor(*at, "way-out", log, "m/1", *asked).code == 0
    wrong = shnor(*at, "assess", log, "--pack", "test.months", "--year", "2024")
    assert (wrong.code, "decides by month" in wrong.err) == (1, True)


@pytest.fixture
def by_months(tmp_path: Path) -> tuple[tuple[object, ...], Path]:
    """The options that load the methodology by months, and a log of its facts with two activities and a list."""
    folder, log = tmp_path / "plugins", tmp_path / "месяцы.db"
    folder.mkdir()
    (folder / "months.py").write_text(Path(months.__file__).read_text("utf-8"), encoding="utf-8")
    held = [
        ActivityHeld(activity_id="a1", form="meeting", area="m", when=When.day(date(2024, 5, 14)), hosts=("m/1",)),
        ActivityHeld(activity_id="a2", form="methodical_landing", area="m", when=When.year(2024), hosts=("m/1",)),
        ActivityHeld(activity_id="a3", form="working_group", area="m", when=When.month(2024, 4), hosts=("m/2",)),
    ]
    listed = ListPublished(list_id="l", area="m", year=2024, issuer="municipal", complete="yes", members=("m/1",))
    with Engine.open(log, plugins=[months]) as engine:
        engine.append([*months.told(), *held, listed], actor="test")
    return ("--plugins-dir", folder), log


MAY = ("--pack", "test.months", "--period", "2024-05", "--on", "2024-06-30")


def test_the_report_of_a_month_has_its_decisions_and_what_took_place_in_it(
    shnor: Shnor, by_months: tuple[tuple[object, ...], Path], tmp_path: Path
) -> None:
    at, log = by_months
    said = shnor(*at, "report", log, *MAY).out
    assert "низкими образовательными результатами: май 2024 года\n" in said
    assert "## Решения за май 2024 года на 30.06.2024" in said
    part = said.split("## Что проведено: май 2024 года")[1].split("\n## ")[0]
    assert "14.05.2024" in part or "14 мая" in part
    assert ".." not in part
    assert "дата названа неточно" in part  # the landing «в течение года» may lie outside
    assert len(part.strip().splitlines()) == 2  # that of April is left out
    assert shnor(*at, "report", log, *MAY, "-o", tmp_path / "a.docx").code == 0
    assert (tmp_path / "a.docx").stat().st_size > 0
    ledger = shnor(*at, "report", log, *MAY, "--format", "json").json
    assert (ledger["period"], ledger["year"]) == ("2024-05", 2024)


def test_the_passport_and_the_pictures_know_months_too(
    shnor: Shnor, by_months: tuple[tuple[object, ...], Path], tmp_path: Path
) -> None:
    at, log = by_months
    assert "Статус за май 2024 года: много." in shnor(*at, "passport", log, "m/1", *MAY).out
    assert shnor(*at, "pictures", log, *MAY, "--json").json["pictures"]


@pytest.mark.parametrize("command", [("report",), ("passport", "m/1"), ("pictures",)])
def test_a_period_of_another_kind_is_refused_with_what_to_do(
    shnor: Shnor, by_months: tuple[tuple[object, ...], Path], command: tuple[str, ...]
) -> None:
    at, log = by_months
    name, *rest = command
    by_years = shnor(*at, name, log, *rest, "--period", "2024-Q2")
    assert (by_years.code, "decides by year" in by_years.err, "--pack" in by_years.err) == (1, True, True)
    bare = shnor(*at, name, log, *rest, "--pack", "test.months")
    assert (bare.code, "2024-03" in bare.err, "--period" in bare.err) == (1, True, True)
    both = shnor(*at, name, log, *rest, *MAY, "--year", "2024")
    assert (both.code, "both given" in both.err) == (1, True)


def test_a_report_of_a_month_is_not_approved_and_the_reason_is_named(
    shnor: Shnor, by_months: tuple[tuple[object, ...], Path]
) -> None:
    at, log = by_months
    said = shnor(*at, "approve", log, "r", "--area", "m", "--day", "2024-06-30", "--pack", "test.months")
    assert (said.code, "only the report of a year is approved" in said.err) == (1, True)
