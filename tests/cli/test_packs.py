"""`shnor packs`: a pack as a file decides like the pack, versions stand side by side, a new plugin is begun."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.cli.conftest import Shnor

from shnor_engine.packs import build, builtin_packs

AT = ("--year", "2024", "--on", "2024-12-23")


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """The monitoring as a file, one version later."""
    path = tmp_path / "newer.json"
    build(replace(builtin_packs()[0], version="1.1")).write(path)
    return path


def test_a_pack_built_into_a_file_decides_byte_by_byte_as_the_pack(
    shnor: Shnor, district: Path, tmp_path: Path
) -> None:
    file = tmp_path / "a.json"
    built = shnor("packs", "build", "ru.municipal.monitoring", "-o", file, "--json").json
    assert built["digest"] == json.loads(file.read_text("utf-8"))["digest"]
    ours = shnor("assess", district, *AT, "--json")
    theirs = shnor("--plugins", "none", "--pack-file", file, "assess", district, *AT, "--json")
    assert (theirs.code, theirs.out) == (0, ours.out)
    assert shnor("packs", "describe", file).out == shnor("packs", "describe", "ru.municipal.monitoring").out


def test_the_newer_version_of_a_file_stands_and_the_older_one_can_still_be_named(shnor: Shnor, newer: Path) -> None:
    listed = shnor("--pack-file", newer, "packs", "list", "--json").json["packs"]
    mine = [(item["version"], item["status"], item["why"]) for item in listed if "monitoring" in item["id"]]
    assert mine == [("1.0", "superseded", "version 1.1 stands"), ("1.1", "active", None)]
    for name, version in (("", "1.1"), ("@1.0", "1.0"), ("@1.1", "1.1")):
        found = shnor("--pack-file", newer, "packs", "describe", f"ru.municipal.monitoring{name}", "--json").json
        assert found["version"] == version
    said = shnor("packs", "diff", "ru.municipal.monitoring", newer, "--json")
    assert said.code == 0


def test_a_file_that_was_changed_is_refused_in_one_line(shnor: Shnor, newer: Path) -> None:
    newer.write_text(newer.read_text("utf-8").replace('"1.1"', '"1.2"'), encoding="utf-8")
    told = shnor("--pack-file", newer, "packs", "list")
    assert (told.code, told.out) == (1, "")
    assert told.err == (
        f"Error: {newer}: the digest does not fit: the document was changed after it was built "
        "· файл методики негоден; соберите его заново (`shnor packs build`)\n"
    )


def test_the_sheet_names_what_a_pack_needs_down_to_the_events(shnor: Shnor) -> None:
    sheet = shnor("packs", "describe", "ru.municipal.monitoring", "--manifest", "--json").json
    assert sheet["schema"] == "shnor_engine.manifest/1"
    assert "list.published" in sheet["events"]["membership"]
    assert "Источники:" in shnor("packs", "describe", "ru.municipal.monitoring", "--manifest").out


def test_every_pack_at_hand_is_checked_where_none_is_named(shnor: Shnor) -> None:
    told = shnor("--plugins", "none", "packs", "check", "--on", "2025-12-01", "--json")
    assert told.code == 0
    assert {item["id"] for item in told.json["packs"]} == {pack.id for pack in builtin_packs()}
    assert shnor("packs", "check", "ru.nowhere").code == 1


HOLED = """
from dataclasses import replace
from shnor_engine.packs import builtin_packs
from shnor_engine.plugin.v1 import hookimpl
api_version = 1

@hookimpl
def packs():
    return [replace(builtin_packs()[0], id="ru.test.holed", jurisdiction="")]
"""


@pytest.fixture
def holed(tmp_path: Path) -> Path:
    folder = tmp_path / "plugins"
    folder.mkdir()
    (folder / "holed.py").write_text(HOLED, encoding="utf-8")
    return folder


def test_a_pack_with_a_hole_is_named_and_decides_nothing_and_others_go_on(
    shnor: Shnor, district: Path, holed: Path
) -> None:
    known = {item["id"]: item for item in shnor("--plugins-dir", holed, "packs", "list", "--json").json["packs"]}
    assert known["ru.test.holed"]["status"] == "refused"
    assert known["ru.test.holed"]["plugin"].startswith("holed (")
    asked = shnor("--plugins-dir", holed, "assess", district, "--pack", "ru.test.holed", *AT)
    assert (asked.code, asked.out) == (1, "")
    assert "pack ru.test.holed 1.0 is refused: nowhere-valid" in asked.err
    assert shnor("--plugins-dir", holed, "assess", district, *AT).out == shnor("assess", district, *AT).out
    assert shnor("--plugins-dir", holed, "packs", "check", "ru.test.holed").code == 1
    strict = shnor("--strict", "--plugins-dir", holed, "assess", district, *AT)
    assert (strict.code, strict.out) == (1, "")


def test_one_methodology_is_switched_off_on_the_command_line(
    shnor: Shnor, district: Path, newer: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    off = ("--without-pack", "ru.municipal.monitoring@1.1", "--pack-file", newer)
    listed = {
        item["version"]: item["status"]
        for item in shnor(*off, "packs", "list", "--json").json["packs"]
        if item["id"] == "ru.municipal.monitoring"
    }
    assert listed == {"1.0": "active", "1.1": "disabled"}
    assert "отключена" in shnor(*off, "packs", "list").out
    assert shnor(*off, "assess", district, *AT, "--json").out == shnor("assess", district, *AT, "--json").out
    monkeypatch.setenv("SHNOR_WITHOUT_PACKS", "ru.shnor.a, ru.municipal.monitoring")
    asked = shnor("assess", district, *AT)
    assert (asked.code, asked.out) == (1, "")
    assert "pack ru.municipal.monitoring 1.0 is disabled" in asked.err
    assert "ru.municipal.monitoring" not in [item["id"] for item in shnor("packs", "check", "--json").json["packs"]]
    told = shnor("--without-pack", "ru.typo", "packs", "list")
    assert (told.code, told.err) == (0, "Методики ru.typo здесь нет: отключать нечего.\n")
    assert shnor("--strict", "--without-pack", "ru.typo", "packs", "list").code == 1


def test_the_list_of_plugins_names_a_methodology_that_is_switched_off(shnor: Shnor, tmp_path: Path) -> None:
    folder = tmp_path / "plugins"
    folder.mkdir()
    (folder / "sound.py").write_text(HOLED.replace(', jurisdiction=""', ""), encoding="utf-8")
    off = ("--plugins-dir", folder, "--without-pack", "ru.test.holed", "plugins")
    assert "методики: 1, отключена ru.test.holed@1.0" in shnor(*off).out
    (found,) = [item for item in shnor(*off, "--json").json["plugins"] if item["name"] == "sound"]
    assert (found["state"], found["disabled_packs"]) == ("loaded", ["ru.test.holed@1.0"])


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_new_plugin_is_written_whole_and_nothing_is_written_over(
    shnor: Shnor, tmp_path: Path, language: str
) -> None:
    told = shnor("packs", "new", "north-coast", "-o", tmp_path / "mine", "--lang", language, "--json")
    assert told.json["files"] == [
        "README.md",
        "pyproject.toml",
        "src/shnor_north_coast/__init__.py",
        "src/shnor_north_coast/examples.yaml",
        "src/shnor_north_coast/methodology.py",
        "src/shnor_north_coast/plugin.py",
        "tests/test_methodology.py",
    ]
    readme = (tmp_path / "mine" / "README.md").read_text("utf-8")
    assert ("Методика" in readme) == (language == "ru")
    again = shnor("packs", "new", "north-coast", "-o", tmp_path / "mine")
    assert (again.code, again.err.count("is not empty")) == (1, 1)
    assert shnor("packs", "new", "Север", "-o", tmp_path / "other").code == 1
