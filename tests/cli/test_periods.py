"""`--period`: a methodology of a plugin that decides by months, from the shell."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Shnor
from tests.engine import months

from shnor_engine import Engine


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
