"""The history of the district in a log of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from severskiy_history import REPORTED, history
from shnor_engine import Engine
from shnor_engine.report.document import Document
from shnor_engine.testing.fakes import FixedClock


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine.open(":memory:", clock=FixedClock(datetime(2025, 6, 1, tzinfo=UTC))) as one:
        one.append(history(), actor="methodologist", recorded_at=REPORTED)
        yield one


@pytest.fixture
def document(engine: Engine) -> Document:
    return engine.document(as_known=REPORTED)
