"""The house as promised: floors, quiet imports, honest names, no word of the field in the core."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

SRC = Path(__file__).parents[1] / "src" / "shnor_engine"
CORE = ("log", "tables", "law", "rules", "reasoning", "packs", "plugin")
FIELD_WORDS = re.compile(
    r"(?<!_)\b(school(?!_year)|pupil|teacher|exam|шнор|школ|учени|педагог|перечень|список|ИМЦ)\w*", re.IGNORECASE
)


def core_files() -> list[Path]:
    """Every module of the core, without the built-in methodologies, which speak of the field by their nature."""
    files = [path for room in CORE for path in sorted((SRC / room).rglob("*.py"))]
    files += [SRC / "events" / "base.py"]
    return [path for path in files if "builtin" not in path.parts]


def modules_after(statement: str) -> set[str]:
    """Names in `sys.modules` of a fresh interpreter after one statement."""
    code = f"{statement}\nimport sys\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("path", core_files(), ids=lambda path: str(path.relative_to(SRC)))
def test_the_core_holds_no_word_of_the_field(path: Path) -> None:
    found = [
        f"{path.name}:{number}: {match.group()}"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        for match in FIELD_WORDS.finditer(line.replace("school_year", ""))
    ]
    assert found == []


@pytest.mark.parametrize("heavy", ["sqlite_utils", "polars", "click", "pydantic", "sqlite3"])
def test_importing_the_package_loads_nothing_heavy(heavy: str) -> None:
    assert heavy not in modules_after("import shnor_engine")


@pytest.mark.parametrize("heavy", ["sqlite_utils", "polars", "pydantic", "sqlite3"])
def test_the_command_line_asks_for_help_without_loading_the_engine(heavy: str) -> None:
    assert heavy not in modules_after("import shnor_engine.cli")


@pytest.mark.parametrize("heavy", ["sqlite_utils", "polars", "click"])
def test_importing_the_events_loads_no_store_and_no_frames(heavy: str) -> None:
    assert heavy not in modules_after("import shnor_engine.events")


@pytest.mark.parametrize(
    "name", ["shnor_engine", "shnor_engine.errors", "shnor_engine.events", "shnor_engine.log", "shnor_engine.rules"]
)
def test_every_public_name_is_there_and_sorted(name: str) -> None:
    module = importlib.import_module(name)
    names = list(module.__all__)
    assert len(names) == len(set(names))
    for public in names:
        assert getattr(module, public) is not None


def test_every_error_stands_in_the_drawn_tree() -> None:
    errors = importlib.import_module("shnor_engine.errors")
    drawn = errors.__doc__ or ""
    for name in errors.__all__:
        if name != "FieldProblem":
            assert re.search(rf"\b{name}\b", drawn), f"{name} is missing in the tree of errors.py"


def test_no_module_but_log_and_faces_reads_a_clock_or_chance() -> None:
    pure = ("tables", "projections", "law", "rules", "reasoning", "packs", "recommend")
    banned = re.compile(r"datetime\.now|date\.today|time\.time\(|import random|os\.urandom|uuid4|datetime\.utcnow")
    for room in pure:
        for path in (SRC / room).rglob("*.py"):
            assert not banned.search(path.read_text(encoding="utf-8")), path
