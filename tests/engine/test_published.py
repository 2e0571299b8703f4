"""What was published is what the next year goes on from, right or wrong; a placement goes before it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from tests.engine.support import Support, pack

from shnor_engine import Engine
from shnor_engine.events import DecisionPlaced, ListPublished, ResultRecorded, ResultsPublished, SchoolRegistered

ON = date(2025, 2, 1)


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine.open(":memory:", packs=[pack(Support)]) as engine:
        told = [
            ResultRecorded(
                school_id="d/1",
                year=year,
                procedure_kind="oge",
                discipline="russian",
                participants=30,
                below_min=below,
            )
            for year, below in ((2022, 12), (2023, 7), (2024, 7))
        ]
        closings = [ResultsPublished(area="d", year=year, procedure_kind="oge") for year in (2022, 2023, 2024)]
        school = SchoolRegistered(school_id="d/1", municipality="d", region="r", kind="secondary", name="СОШ № 1")
        engine.append([school, *told, *closings], actor="x")
        yield engine


def listed(year: int, *members: str) -> ListPublished:
    return ListPublished(
        list_id=f"d/{year}", area="d", year=year, issuer="municipal", complete="yes", members=members
    )


def state(engine: Engine, year: int = 2024, **asked: Any) -> str:
    return engine.assess(pack="t.support", year=year, on=ON, **asked)["d/1"].decision


def test_without_a_list_the_computed_state_goes_on(engine: Engine) -> None:
    assert [state(engine, year) for year in (2022, 2023, 2024)] == ["supported"] * 3


def test_a_published_list_is_the_state_before(engine: Engine) -> None:
    before_it = engine.log.head().position
    engine.append([listed(2023)], actor="x")
    assert [state(engine, year) for year in (2023, 2024)] == ["supported", "free"]
    assert state(engine, as_known=before_it) == "supported"
    event = engine.log.head().position
    (row,) = engine.log.read(after=event - 1)
    assert row.event_id in engine.explain("d/1", pack="t.support", year=2024, on=ON).events


def test_a_placement_goes_before_a_published_list(engine: Engine) -> None:
    placed = DecisionPlaced(
        about="d/1", rule="t.support", period="2023", value="supported", authority="комиссия", ground="жалоба"
    )
    engine.append([listed(2023), placed], actor="x")
    assert state(engine) == "supported"
    why = engine.explain("d/1", pack="t.support", year=2023, on=ON)
    assert "комиссия (жалоба)" in why.text()


def test_a_placement_whose_term_has_run_out_stands_no_more(engine: Engine) -> None:
    placed = DecisionPlaced(
        about="d/1",
        rule="t.support",
        period="2024",
        value="free",
        authority="комиссия",
        ground="жалоба",
        until=date(2025, 1, 1),
    )
    engine.append([placed], actor="x")
    assert state(engine) == "supported"
    assert engine.assess(pack="t.support", year=2024, on=date(2024, 12, 1))["d/1"].decision == "free"
