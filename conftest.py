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
