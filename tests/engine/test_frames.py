"""Decisions on frames of the caller's own: any frame narwhals knows, nulls unknown, nothing read from the log."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from severskiy_history import REPORTED, history
from shnor_engine import Engine
from shnor_engine.errors import FactError

ROWS = [
    {"school": "a", "year": year, "listed": listed, "events": [f"list-{year}"]}
    for year, listed in ((2022, True), (2023, False), (2024, False))
] + [{"school": "b", "year": 2024, "listed": None, "events": []}]


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine.open(":memory:")


def decided(engine: Engine, facts: Any, **asked: Any) -> dict[str, str]:
    return {d.subject: d.decision for d in engine.assess(facts=facts, **asked)}


@pytest.mark.parametrize(
    "facts",
    [
        ROWS,
        pl.DataFrame(ROWS),
        pl.DataFrame(ROWS).lazy(),
        {"Membership": pl.DataFrame(ROWS)},
        {"membership": ROWS},
        pl.DataFrame(ROWS).rename({"school": "school_id"}),
    ],
    ids=["rows", "frame", "lazy", "by fact", "by projection", "columns of the projection"],
)
def test_every_form_of_the_same_facts_gives_the_same_decisions(engine: Engine, facts: Any) -> None:
    assert decided(engine, facts) == {"a": "sustained_exit", "b": "undetermined"}


def test_a_missing_row_is_unknown_unless_it_is_closed(engine: Engine) -> None:
    alone = [row for row in ROWS if row["school"] == "a" and row["year"] != 2023]
    assert decided(engine, alone, year=2024) == {"a": "undetermined"}
    assert decided(engine, alone, year=2024, closed=True) == {"a": "sustained_exit"}
    assert decided(engine, alone, year=2024, closed=[{"year": 2023, "events": ["e"]}]) == {"a": "sustained_exit"}


def test_the_answer_names_no_position_and_cannot_be_recorded(engine: Engine) -> None:
    found = engine.assess(facts=ROWS, on=date(2024, 12, 31))
    assert (found.position, found.period, found.to_json()["position"]) == (None, 2024, None)
    with pytest.raises(FactError, match="frame of your own"):
        engine.record(found, actor="x")
    assert engine.log.head().position == 0


def test_a_frame_of_the_logs_own_projection_gives_the_decisions_of_the_log(engine: Engine) -> None:
    with Engine.open(":memory:") as district:
        district.append(history(), actor="x", recorded_at=REPORTED)
        own = {d.subject: (d.decision, d.events) for d in district.assess(on=REPORTED)}
        frame = district.project("membership").collect()
    assert {d.subject: (d.decision, d.events) for d in engine.assess(facts=frame, on=REPORTED)} == own


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (pl.DataFrame({"school": ["a"], "year": [2024]}), "listed"),
        (pl.DataFrame({"school": ["a"], "year": [2024], "listed": ["yes"]}), "true or false"),
        ({"Sitting": ROWS}, "Membership"),
        ([], "year"),
    ],
    ids=["column missing", "wrong type", "another fact", "no rows"],
)
def test_facts_that_do_not_fit_say_what_is_wrong(engine: Engine, facts: Any, said: str) -> None:
    with pytest.raises(FactError, match=said):
        engine.assess(facts=facts)


def test_the_frame_of_an_assessment_has_a_column_for_each_clause(engine: Engine) -> None:
    frame = engine.assess(facts=ROWS).frame
    assert frame.select("subject", "outcome", "decision", "on_list", "status").rows() == [
        ("a", "not_met", "sustained_exit", False, "sustained_exit"),
        ("b", "undetermined", "undetermined", None, None),
    ]
