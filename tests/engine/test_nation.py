"""Frames of the caller's are decided in columns, and say what one school at a time says, explanations included."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

import duckdb
import polars as pl
import pytest

from shnor_engine import Engine
from shnor_engine.nation import in_columns
from shnor_engine.packs import find_pack
from shnor_engine.packs.builtin.sittings import Sitting
from shnor_engine.reasoning import Facts

ON = date(2025, 12, 20)
CODES = ("oge.mathematics", "oge.russian", "vpr.russian.5")


def rows(seed: int, schools: int = 60) -> list[dict[str, Any]]:
    random = Random(seed)
    return [
        {
            "school": f"d/{school}",
            "year": year,
            "procedure": code,
            "participants": sat,
            "below_min": random.choice((None, random.randint(0, sat))),
        }
        for school in range(1, schools + 1)
        for year in (2023, 2024)
        for code in CODES
        if (sat := random.randint(0, 40)) and random.random() < 0.8
    ]


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine.open(":memory:")


@pytest.mark.parametrize("pack", ["ru.shnor.a", "ru.shnor.b", "ru.shnor.a-or-b.min"])
@pytest.mark.parametrize("closed", [True, False])
def test_a_frame_and_the_same_rows_give_the_same_assessment(engine: Engine, pack: str, closed: bool) -> None:
    told = rows(7)
    frame = pl.DataFrame(told, schema_overrides={"participants": pl.Int64, "below_min": pl.Int64})
    assert in_columns(find_pack(pack), {Sitting: frame})
    one = engine.assess(pack=pack, facts=told, closed=closed, on=ON)
    all_ = engine.assess(pack=pack, facts=frame, closed=closed, on=ON)
    assert [(d.subject, d.outcome, d.values) for d in all_] == [(d.subject, d.outcome, d.values) for d in one]
    assert all_.frame.equals(one.frame)
    assert all_["d/7"].explanation.text() == one["d/7"].explanation.text()


def test_a_frame_of_duckdb_is_decided_where_it_lies(engine: Engine) -> None:
    frame = pl.DataFrame(rows(11), schema_overrides={"participants": pl.Int64, "below_min": pl.Int64})
    here = engine.assess(pack="ru.shnor.a", facts=frame, closed=True, on=ON)
    there = engine.assess(pack="ru.shnor.a", facts=duckdb.from_arrow(frame.to_arrow()), closed=True, on=ON)
    assert there.frame.equals(here.frame)


def test_an_optional_column_may_be_missing_and_another_may_not(engine: Engine) -> None:
    told = [{"school": "a", "year": 2024, "procedure": "oge.russian", "participants": 10, "below_min": 3}]
    facts = Facts.of({Sitting: told})
    (row,) = facts.rows(Sitting)
    assert row.cells["below_percent"].lo == 0
    with pytest.raises(ValueError, match="below_min is missing"):
        Facts.of({Sitting: [{"school": "a", "year": 2024, "procedure": "oge.russian", "participants": 10}]})
