"""Condition 2 by its two readings: the same grade, or the same subject in any grade."""

from __future__ import annotations

from functools import partial
from random import Random
from typing import Any

import pytest
from tests.packs.test_agreement import FEDERAL, ON, THREE
from tests.packs.worlds import sittings
from tests.reasoning.worlds import World, agree

from shnor_engine import Engine
from shnor_engine.events import ResultRecorded, ResultsPublished, SchoolRegistered
from shnor_engine.packs import find_pack
from shnor_engine.packs.builtin.same_subject import OfSubject, Subject
from shnor_engine.packs.builtin.sittings import Sitting
from shnor_engine.reasoning import Facts

CODES = ("vpr.russian.4", "vpr.russian.5", "vpr.mathematics.5")
FORMS = ("b", "a-and-b", "a-or-b")


def by_subject(random: Random, lows: float) -> World:
    """A world of results, each under its subject, with a row for each subject that has one."""
    world = sittings(Sitting, CODES, random, years=(2022, 2023, 2024), lows=lows)
    rows = [{**row, "discipline": row["procedure"].rsplit(".", 1)[0]} for row in world.facts[Sitting]]
    subjects = sorted({(row["year"], row["discipline"]) for row in rows})
    one = [{"school": "s", "year": year, "discipline": subject, "procedures": 1} for year, subject in subjects]
    closed = {fact: [dict(row) for row in world.closed[Sitting]] for fact in (OfSubject, Subject)}
    return World({OfSubject: rows, Subject: one}, world.places, closed, world.region)


@pytest.mark.parametrize("form", FORMS)
def test_the_reading_by_subject_says_the_same_in_columns(form: str) -> None:
    make = partial(by_subject, lows=0.3 if form == "a-or-b" else 0.6)
    agree(find_pack(f"ru.shnor.{form}.any-grade").rule, make, FEDERAL, on=ON, outcomes=THREE)


@pytest.mark.parametrize("form", FORMS)
def test_whoever_meets_the_narrow_reading_meets_the_wide_one(form: str) -> None:
    narrow, wide = find_pack(f"ru.shnor.{form}"), find_pack(f"ru.shnor.{form}.any-grade")
    order = {"not_met": 0, "undetermined": 1, "met": 2}
    apart = 0
    for seed in range(150):
        world = by_subject(Random(seed), lows=0.5)
        plain = sittings(Sitting, CODES, Random(seed), years=(2022, 2023, 2024), lows=0.5)
        one = narrow.decide(world.places[-1], _facts(plain), on=ON).outcome
        other = wide.decide(world.places[-1], _facts(world), on=ON).outcome
        assert order[one] <= order[other], seed
        apart += one != other
    assert apart > 5


def _facts(world: World) -> Any:
    return Facts.of(world.facts, closed=world.closed)


@pytest.mark.parametrize("form", FORMS)
def test_each_reading_names_the_other(form: str) -> None:
    for pack_id in (f"ru.shnor.{form}", f"ru.shnor.{form}.any-grade"):
        said = find_pack(pack_id).describe(on=ON)
        assert "предмет в любом классе" in said
        assert ".any-grade" in said


def test_over_a_log_the_grade_decides_for_one_reading_and_not_for_the_other() -> None:
    def work(grade: int, year: int, below: int) -> ResultRecorded:
        return ResultRecorded(
            school_id="d/1",
            year=year,
            procedure_kind="vpr",
            discipline="russian",
            grade=grade,
            participants=20,
            below_min=below,
        )

    with Engine.open(":memory:") as engine:
        engine.append(
            [
                SchoolRegistered(school_id="d/1", municipality="d", region="r", kind="secondary", name="СОШ № 1"),
                *(work(*told) for told in ((5, 2024, 6), (5, 2023, 0), (4, 2023, 9), (4, 2024, 0))),
            ],
            actor="x",
        )
        asked: dict[str, Any] = {"year": 2024, "on": ON}
        assert engine.explain("d/1", pack="ru.shnor.b", **asked).outcome == "undetermined"
        why = engine.explain("d/1", pack="ru.shnor.b.any-grade", **asked)
        assert why.outcome == "met"
        assert "– ВПР, русский язык, 5 класс: " in why.text()
        assert len(why.events) == 3  # the two low ones, and the other grade of the subject's row this year
        kinds = ("vpr", "oge", "ege")
        engine.append(
            [ResultsPublished(area="d", year=year, procedure_kind=kind) for year in (2023, 2024) for kind in kinds],
            actor="x",
        )
        assert engine.explain("d/1", pack="ru.shnor.b", **asked).outcome == "not_met"
        rows = engine.log.read(types=["result.recorded"])
        low = next(row.event_id for row in rows if '"below_min":9' in str(row.body))
        engine.retract(low, reason="ошибка", actor="x")
        assert engine.explain("d/1", pack="ru.shnor.b.any-grade", **asked).outcome == "not_met"
