"""The history of the district in a log, for every test that asks something of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from severskiy_history import REPORTED, Report, history
from shnor_engine import Engine
from shnor_engine.events import Envelope


@pytest.fixture(scope="session")
def report() -> Report:
    return Report()


@pytest.fixture(scope="session")
def told() -> list[Envelope]:
    return history()


@pytest.fixture(scope="session")
def engine(told: list[Envelope]) -> Iterator[Engine]:
    """The log as the report leaves it; tests that write make one of their own with `fresh`."""
    with Engine.open(":memory:") as one:
        one.append(told, actor="methodologist", recorded_at=REPORTED)
        yield one


@pytest.fixture
def fresh(told: list[Envelope]) -> Iterator[Engine]:
    """A log of the test's own with the same history."""
    with Engine.open(":memory:") as one:
        one.append(told, actor="methodologist", recorded_at=REPORTED)
        yield one
