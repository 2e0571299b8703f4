"""M21: roadmaps as plan against fact, school year by school year."""

from __future__ import annotations

from datetime import date

import pytest
from tests.programme.district import codes, district, held

from shnor_engine import When
from shnor_engine.events import ActivityCancelled, ActivityMoved, ActivityPlanned, Event, RoadmapAdopted

ROADMAP = RoadmapAdopted(roadmap_id="map", level="district", about="d", school_year=2024)
MARCH = When.month(2024, 3)
NOW = date(2024, 6, 1)


def planned(line: str = "l", when: When = MARCH) -> ActivityPlanned:
    return ActivityPlanned(line_id=line, roadmap_id="map", form="meeting", when=when)


def state(*told: Event, on: date = NOW) -> str:
    with district(ROADMAP, planned(), *told) as engine:
        (line,) = [one for one in engine.roadmap(on=on) if one.id == "l"]
        return line.state


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([], "overdue"),
        ([held("a", "meeting", When.day(date(2024, 3, 20)), line_id="l")], "held"),
        ([held("a", "meeting", When.day(date(2024, 2, 20)), line_id="l")], "held"),
        ([held("a", "meeting", When.day(date(2024, 4, 1)), line_id="l")], "late"),
        ([held("a", "meeting", When.quarter(2024, 2), line_id="l")], "late"),
        ([held("a", "meeting", When.quarter(2024, 1), line_id="l")], "held"),
        ([held("a", "meeting", When.year(2024), line_id="l")], "held_unclear"),
        ([ActivityCancelled(line_id="l", reason="карантин")], "cancelled"),
        ([ActivityMoved(line_id="l", when=When.month(2024, 5), reason="карантин")], "overdue"),
        ([ActivityMoved(line_id="l", when=When.month(2024, 9), reason="карантин")], "planned"),
    ],
)
def test_m21_a_line_is_held_late_overdue_cancelled_or_still_planned(told: list[Event], expected: str) -> None:
    assert state(*told) == expected


def test_m21_a_line_is_overdue_from_the_day_after_its_time() -> None:
    assert state(on=date(2024, 3, 31)) == "planned"
    assert state(on=date(2024, 4, 1)) == "overdue"
    with district(ROADMAP, planned()) as engine:
        assert ("roadmap.overdue", "l") not in codes(engine, on=date(2024, 3, 31))
        (flag,) = engine.findings(on=NOW).of("roadmap.overdue")
        assert flag.day == date(2024, 4, 1)


def test_m21_a_moved_line_is_counted_as_moved_and_stands_in_the_school_year_of_its_new_time() -> None:
    moved = ActivityMoved(line_id="l", when=When.month(2024, 10), reason="карантин")
    with district(ROADMAP, planned(), moved) as engine:
        counts = engine.roadmap(on=NOW).counts()
    assert set(counts) == {2025}
    assert (counts[2025]["planned"], counts[2025]["moved"]) == (1, 1)


def test_m21_what_follows_no_line_is_unplanned_and_noted_where_there_is_a_plan() -> None:
    loose = held("loose", "meeting", When.month(2024, 4))
    with district(loose) as engine:
        assert [line.state for line in engine.roadmap(on=NOW)] == ["unplanned"]
        assert ("activity.unplanned", "loose") not in codes(engine)
    with district(ROADMAP, planned(), loose) as engine:
        assert ("activity.unplanned", "loose") in codes(engine)
        assert {line.id: line.state for line in engine.roadmap(on=NOW)} == {"l": "overdue", "loose": "unplanned"}


def test_m21_every_activity_links_to_a_line_or_is_unplanned_and_the_counts_add_up() -> None:
    told = [
        planned("a", When.month(2023, 9)),
        planned("b", When.month(2024, 8)),
        planned("c", When.month(2024, 9)),
        held("1", "meeting", When.month(2023, 9), line_id="a"),
        held("2", "meeting", When.year(2024)),
    ]
    with district(ROADMAP, *told) as engine:
        found = engine.roadmap(on=date(2024, 12, 1))
        one_year = engine.roadmap(on=date(2024, 12, 1), school_year=2024)
    counts = found.counts()
    assert {year: sum(n for name, n in states.items() if name != "moved") for year, states in counts.items()} == {
        2024: 2,
        2025: 1,
        None: 1,
    }
    assert (counts[2024]["held"], counts[2024]["overdue"]) == (1, 1)
    assert [line.id for line in one_year] == ["a", "b"]
    assert "2023/24 учебный год: проведено в срок: 1, просрочено: 1" in found.text()
    assert "Учебный год по датам не виден" in found.text()
