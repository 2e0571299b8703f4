"""Runs of the command line, in this process, with what it wrote to each stream."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from severskiy_history import REPORTED, history
from shnor_engine import Engine
from shnor_engine.cli import run


@dataclass(frozen=True)
class Ran:
    """The exit code of a run and its two streams."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Shnor = Callable[..., Ran]


@pytest.fixture
def shnor(capsys: pytest.CaptureFixture[str]) -> Shnor:
    def call(*arguments: object) -> Ran:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        found = capsys.readouterr()
        return Ran(code, found.out, found.err)

    return call


@pytest.fixture(scope="session")
def _district(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("журнал") / "район.db"
    with Engine.open(path) as engine:
        engine.append(history(), actor="methodologist", recorded_at=REPORTED)
    return path


@pytest.fixture
def district(_district: Path, tmp_path: Path) -> Path:
    """A log of the test's own with the history of the district; its path is Cyrillic."""
    path = tmp_path / "журнал района.db"
    path.write_bytes(_district.read_bytes())
    return path


@pytest.fixture
def lines() -> list[str]:
    """The history of the district as JSON lines."""
    return [
        json.dumps(
            {
                "type": entry.event.type,
                "event_id": entry.event_id,
                "source": json.loads(entry.source.text()),
                "body": json.loads(entry.event.body()),
            },
            ensure_ascii=False,
        )
        for entry in history()
        if entry.event is not None and entry.source is not None
    ]
