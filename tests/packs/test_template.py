"""A plugin as `shnor packs new` writes it: installed away from this checkout it is found, and its tests pass."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from shnor_engine.errors import PackError
from shnor_engine.packs.template import render, write

SRC = Path(__file__).parents[2] / "src"


def run(*arguments: object, cwd: Path, path: Path) -> subprocess.CompletedProcess[str]:
    """A fresh interpreter that sees this checkout and what was installed, and nothing of the tests."""
    environ = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join((str(SRC), str(path))),
        "XDG_CACHE_HOME": str(cwd / "cache"),
    }
    environ.pop("SHNOR_PLUGINS", None)
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, env=environ, capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_new_plugin_is_installed_found_and_keeps_the_contract(tmp_path: Path, language: str) -> None:
    folder, site = tmp_path / "mine", tmp_path / "site"
    write(render("north-coast", language=language), folder)
    install = ("-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--target", site, ".")
    installed = run(*install, cwd=folder, path=site)
    assert installed.returncode == 0, installed.stderr
    tests = ("-m", "pytest", "-q", "-p", "no:cacheprovider", *_plugin())
    assert run(*tests, "--shnor-update", cwd=folder, path=site).returncode == 0
    again = run(*tests, cwd=folder, path=site)
    assert again.returncode == 0, again.stdout
    listed = run("-m", "shnor_engine.cli", "plugins", cwd=folder, path=site).stdout
    assert re.search(r"north-coast +shnor-north-coast +1\.0 +работает +методики: 1", listed), listed
    pack = "ru.north-coast.low_results"
    checked = run("-m", "shnor_engine.cli", "--strict", "packs", "check", pack, cwd=folder, path=site)
    assert (checked.returncode, checked.stdout) == (0, "Пробелов не найдено.\n")


def _plugin() -> tuple[str, ...]:
    """The test kit's side of pytest, for an installation made before the entry point came."""
    from importlib.metadata import entry_points

    module = "shnor_engine.testing.pytest_plugin"
    return () if any(item.value == module for item in entry_points(group="pytest11")) else ("-p", module)


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_texts_are_python_that_our_own_tools_would_leave_as_it_is(tmp_path: Path, language: str) -> None:
    write(render("oryol", language=language), tmp_path / "mine")
    mine, long = tmp_path / "mine", ("--line-length", "118")
    for arguments in (("format", "--check", *long), ("check", "--isolated", "--select", "E,F,I,UP,B,SIM", *long)):
        done = run("-m", "ruff", *arguments, ".", cwd=mine, path=tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr


def test_both_languages_bring_the_same_files_with_the_same_names_in_them() -> None:
    russian, english = (render("oryol", language=language) for language in ("ru", "en"))
    assert set(russian) == set(english)
    code = "src/shnor_oryol/methodology.py"
    names = [re.findall(r"^class (\w+)|^    (\w+) = ", text[code], re.MULTILINE) for text in (russian, english)]
    assert names[0] == names[1]


def test_the_template_stands_among_the_plugins_and_travels_with_the_library() -> None:
    shown = SRC.parent / "plugins" / "template"
    assert shown.resolve() == SRC / "shnor_engine" / "packs" / "skeleton"
    texts = [path for path in shown.glob("*/**/*") if path.is_file()]
    assert {path.suffix for path in texts} == {".txt"}
    assert len(texts) == len(render("oryol", language="ru")) + len(render("oryol", language="en"))


def test_an_archive_of_the_sources_holds_the_template_twice_so_that_a_wheel_made_of_it_has_it(tmp_path: Path) -> None:
    done = run("-m", "hatchling", "build", "-t", "sdist", "-d", tmp_path, cwd=SRC.parent, path=tmp_path)
    assert done.returncode == 0, done.stderr
    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as held:
        names = [name.partition("/")[2] for name in held.getnames()]
    for root in ("plugins/template", "src/shnor_engine/packs/skeleton"):
        for language in ("ru", "en"):
            inside = [name for name in names if name.startswith(f"{root}/{language}/")]
            assert len(inside) == len(render("oryol", language=language)), root


@pytest.mark.parametrize("name", ["", "Oryol", "орёл", "two words", "-x", "a--b", "../up", "1st"])
def test_a_name_that_no_package_can_have_is_refused(name: str) -> None:
    with pytest.raises(PackError, match="cannot be the name of a package"):
        render(name)
