"""Plugins on the command line: listed, chosen by name, their commands at hand, broken ones named and passed by."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.plugin.conftest import HEAD, Install

from shnor_engine.cli import run

COMMAND = (
    HEAD
    + "import click\n"
    + "@click.command('greet')\ndef greet():\n    click.echo('hello from a plugin')\n"
    + "@hookimpl\ndef commands():\n    return [greet]\n"
)
BROKEN = "raise ValueError('no law here')\n"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("SHNOR_PLUGINS", raising=False)


def test_a_plugin_is_listed_with_what_it_brings(install: Install, capsys: pytest.CaptureFixture[str]) -> None:
    install("greeter", COMMAND, version="2.1")
    assert run(["plugins", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["plugins"]
    assert {key: found[key] for key in ("name", "distribution", "version", "state", "brings", "error")} == {
        "name": "greeter",
        "distribution": "dist-greeter",
        "version": "2.1",
        "state": "loaded",
        "brings": {"commands": 1},
        "error": None,
    }


def test_a_command_of_a_plugin_runs_and_stands_in_the_help(
    install: Install, capsys: pytest.CaptureFixture[str]
) -> None:
    install("greeter", COMMAND)
    assert run(["greet"]) == 0
    assert capsys.readouterr().out == "hello from a plugin\n"
    assert run(["--help"]) == 0
    assert "greet" in capsys.readouterr().out
    assert run(["--plugins", "none", "greet"]) == 2


def test_a_broken_plugin_costs_a_warning_and_no_command(
    install: Install, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    install("broken", BROKEN)
    log = tmp_path / "a.db"
    assert run(["init", str(log)]) == 0
    capsys.readouterr()
    for arguments in (["lists", str(log), "--json"], ["packs", "list", "--json"], ["plugins", "--json"]):
        assert run(arguments) == 0
        told = capsys.readouterr()
        json.loads(told.out)
        assert "Плагин broken (dist-broken 1.0) не используется: does not load: ValueError: no law here" in told.err
    assert run(["plugins", "check"]) == 1
    assert run(["--strict", "lists", str(log)]) == 1


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["doctor"], ["plugins"]])
def test_what_helps_in_need_works_with_any_plugin_broken(install: Install, arguments: list[str]) -> None:
    install("broken", BROKEN)
    install("dies", "import os\nos._exit(9)\n")
    assert run(arguments) == 0


def test_the_version_is_told_without_importing_any_plugin(install: Install, tmp_path: Path) -> None:
    mark = tmp_path / "imported"
    install("loud", f"from pathlib import Path\nPath({str(mark)!r}).touch()\n")
    assert run(["--version"]) == 0
    assert not mark.exists()


def test_the_environment_chooses_where_no_option_is_given(
    install: Install, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    install("greeter", COMMAND)
    monkeypatch.setenv("SHNOR_PLUGINS", "none")
    assert run(["greet"]) == 2
    assert run(["--plugins", "greeter", "greet"]) == 0


def test_a_folder_of_files_brings_plugins_without_installation(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "greeter.py").write_text(COMMAND, encoding="utf-8")
    assert run(["--plugins-dir", str(folder), "greet"]) == 0
    assert capsys.readouterr().out == "hello from a plugin\n"
