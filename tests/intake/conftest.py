"""A district of three schools in a log, and a table of results of theirs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from shnor_engine import Engine
from shnor_engine.events import BodyEstablished, SchoolRegistered


def school(number: int, kind: str = "secondary", name: str = "") -> SchoolRegistered:
    """A school of the district."""
    return SchoolRegistered(
        school_id=f"demo/{number}",
        municipality="demo",
        region="ru.demo",
        kind=kind,
        number=str(number),
        name=name or f"МБОУ СОШ № {number}",
    )


DISTRICT = (
    school(6),
    school(7),
    school(8, "basic", "МБОУ ООШ № 8"),
    BodyEstablished(body_id="demo/centre", kind="methodical_centre", municipality="demo", name="МКУ «ИМЦ»"),
)


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine.open(":memory:", clock=lambda: datetime(2024, 12, 23, 12, tzinfo=UTC)) as engine:
        engine.append(DISTRICT, actor="methodologist")
        yield engine
