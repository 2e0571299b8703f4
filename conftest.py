"""What all tests share: the settings of properties, and documentation that runs.

Every Python block of README.md and docs/ is a test, in a folder of its own.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.profiles import load_profile

load_profile()

try:
    from sybil import Sybil
    from sybil.parsers.markdown import PythonCodeBlockParser, SkipParser
except ImportError:  # the suite itself runs without the tool that reads the pages
    pass
else:
    pytest_collect_file = Sybil(
        parsers=[PythonCodeBlockParser(), SkipParser()], patterns=["*.md"], fixtures=["clean_folder"]
    ).pytest()


@pytest.fixture(scope="module")
def clean_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A page runs in an empty folder, so that its files and logs are its own."""
    before, folder = Path.cwd(), tmp_path_factory.mktemp("page")
    os.chdir(folder)
    yield folder
    os.chdir(before)


@pytest.fixture(scope="session", autouse=True)
def no_look_for_strings_that_name_columns() -> None:
    """Half of the time of a wide plan on DuckDB: its client compares every expression with every column, in Python.

    It does so to warn of a string that is also the name of a column (duckdb 2.0); ours come from narwhals, as what
    they are.
    """
    try:
        from duckdb import _relation
    except ImportError:  # no DuckDB, or another version of it
        return
    if hasattr(_relation, "_warn_on_literal_names"):
        _relation._warn_on_literal_names = lambda value, columns: None
