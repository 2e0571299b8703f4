"""What follows from the report on 23.12.2024: a status for each school, and the first recommendations."""

from __future__ import annotations

import pytest
from tests.severskiy.asked import ids, rows

from severskiy_history import REPORTED
from shnor_engine import Engine

AT = {"year": 2024, "on": REPORTED, "as_known": REPORTED}
STATUS = {
    "listed": ids(7),
    "watch": ids(6, 8, 21, 27),
    "sustained_exit": ids(2, 11, 12, 19, 23, 32, 36, 45, 59, "afipskiy"),
    "on_no_known_list": ids(43),
}


@pytest.mark.parametrize("status", STATUS)
def test_a_status_is_given_to_exactly_these_schools(engine: Engine, status: str) -> None:
    decided = engine.assess(**AT)
    assert sorted(one.subject for one in decided if one.decision == status) == STATUS[status]


def test_every_registered_school_has_one_decision_and_none_is_undetermined(engine: Engine) -> None:
    decided = list(engine.assess(**AT))
    assert sorted(one.subject for one in decided) == sorted(row["school_id"] for row in rows(engine, "schools"))
    assert {one.decision for one in decided} == set(STATUS)


def test_a_decision_names_the_list_it_rests_on(engine: Engine) -> None:
    (list_2024,) = [row["events"][0] for row in rows(engine, "lists", year=2024)]
    for one in engine.assess(**AT):
        assert list_2024 in one.events, one.subject


def test_of_school_43_it_is_not_said_that_it_was_never_listed(engine: Engine) -> None:
    said = engine.explain("МБОУ СОШ №43", **AT).text("ru")
    assert "перечень 2021 года неизвестен" in said
    assert "никогда" not in said


def test_the_explanation_names_the_cells_of_the_report(engine: Engine) -> None:
    said = engine.explain("СОШ № 6", **AT).text("ru")
    assert "report.txt, список, столбец 4" in said
    assert "report.txt, список, столбец 5" in said


def test_in_2021_nothing_can_be_decided_of_anybody_that_needs_the_list(engine: Engine) -> None:
    decided = {one.subject: one.decision for one in engine.assess(year=2021, on=REPORTED)}
    assert set(decided.values()) == {"undetermined"}


def test_m09_school_45_is_a_host_and_the_lyceum_is_one_to_be_checked(engine: Engine) -> None:
    hosts = {one.subject: one.kind for one in engine.recommend(**AT) if one.rule == "practice.host"}
    assert hosts == {"severskiy/45": "do", "severskiy/afipskiy": "check"}


def test_m09_no_school_that_left_in_2024_is_a_host_of_practice_yet(engine: Engine) -> None:
    assert not {one.subject for one in engine.recommend(**AT) if one.rule == "practice.host"} & set(STATUS["watch"])


def test_m05_of_the_plan_of_school_7_the_log_only_says_that_it_holds_no_evidence(engine: Engine) -> None:
    (missing,) = [one for one in engine.recommend(**AT) if one.rule == "plan.missing"]
    assert (missing.subject, missing.kind) == ("severskiy/7", "check")
    assert "это не значит, что её нет" in missing.ground_ru


def test_school_7_was_visited_after_its_listing_so_no_visit_is_asked_for(engine: Engine) -> None:
    assert [one for one in engine.recommend(**AT) if one.rule == "visit.missing"] == []
