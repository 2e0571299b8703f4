"""What was published is what the next year goes on from, right or wrong; a placement goes before it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from shnor_engine import Engine
from shnor_engine.events import DecisionPlaced, ListPublished, ResultRecorded, ResultsPublished, SchoolRegistered
from shnor_engine.law import Clause, Law
from shnor_engine.packs import Binding, Decision, Pack, PublishedAs
from shnor_engine.rules import Fact, Field, Key, Rule, before, case, move, status, sum_

ON = date(2025, 2, 1)
CODES = ("oge.mathematics", "oge.russian")


class Exam(Fact, grain=("school", "year", Key("procedure", among=CODES)), ru="экзамены", en="exams"):
    below = Field[int]("ниже порога", en="below", bounds=(0, 100))


class Support(Rule, per=("school", "year"), id="t.support", in_force="2022-01-01", ru="Поддержка", en="Support"):
    """In from ten below the threshold, out under five: in between a school stays what it was."""

    below = sum_(Exam.below)
    bar = case((before("state").is_("free"), 10), otherwise=5)
    state = status(
        "free",
        "supported",
        start="free",
        moves=[move("free", "supported", when=below >= 10), move("supported", "free", when=below < 5)],
        since=2022,
    )
    verdict = state.is_("supported")


PACK = Pack(
    id="t.support",
    version="1.0",
    title={"ru": "Поддержка", "en": "Support"},
    jurisdiction="ru",
    rule=Support,
    law=Law.of(),
    bindings={
        Exam: Binding(
            "sittings",
            {"school": "school_id", "below": "below_min"},
            closings="sittings_closed",
            whole=("oge.",),
        )
    },
    decisions={
        "free": Decision("без поддержки", "free"),
        "supported": Decision("на поддержке", "supported"),
        "undetermined": Decision("не определено", "undetermined"),
    },
    status_clause="state",
    source=Clause("п. 1", act="порядок поддержки", confidence="default"),
    confidence="default",
    published=PublishedAs("membership", "listed", {True: "supported", False: "free"}, {"school": "school_id"}),
)


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine.open(":memory:", packs=[PACK]) as engine:
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
