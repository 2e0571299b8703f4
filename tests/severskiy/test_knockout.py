"""Take one event back, and exactly what rests on it changes: the answers rest on the log and on nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.severskiy.answers import Answers, answers
from tests.severskiy.asked import ids

from severskiy_history import REPORTED, history
from shnor_engine import Engine
from shnor_engine.events import Envelope, retract

HISTORY = history()
ALL_SCHOOLS = ids(2, 6, 7, 8, 11, 12, 19, 21, 23, 27, 32, 36, 43, 45, 59, "afipskiy")


def name_of(entry: Envelope) -> str:
    """«list.published severskiy/2020»: the type of an event, and its key."""
    event = entry.event
    assert event is not None
    last = event.key[1] if event.type in ("factor.assessed", "measure.applied") else event.key[0]
    return f"{event.type} {getattr(event, last)}"


EVENTS = {name_of(entry): str(entry.event_id) for entry in HISTORY}


@pytest.fixture(scope="module")
def before(engine: Engine) -> Answers:
    return answers(engine)


@contextmanager
def without(*names: str) -> Iterator[Engine]:
    """The log of the report with these events taken back."""
    with Engine.open(":memory:") as engine:
        engine.append(HISTORY, actor="methodologist", recorded_at=REPORTED)
        for name in names:
            engine.append([retract(EVENTS[name], reason="проверка")], actor="methodologist")
        yield engine


def changed(before: Answers, after: Answers) -> set[str]:
    """The names of the answers that say something else now; what is gone or new is among them."""
    return {name for name in {*before, *after} if before.says(name) != after.says(name)}


def test_every_event_has_a_name_of_its_own() -> None:
    assert len(EVENTS) == len(HISTORY)


# --- every event, every answer ---------------------------------------------------------------------


@pytest.mark.parametrize("name", EVENTS)
def test_without_an_event_some_answer_changes_and_every_answer_that_does_not_name_it_stays(
    before: Answers, name: str
) -> None:
    with without(name) as engine:
        after = answers(engine)
    found = changed(before, after)
    assert found
    assert [answer for answer in found & set(before) if EVENTS[name] not in before[answer].events] == []
    assert [answer for answer in after if EVENTS[name] in after[answer].events] == []


@pytest.mark.parametrize("year", [2020, 2024])
def test_taking_the_correction_back_restores_every_answer(before: Answers, year: int) -> None:
    with without(f"list.published severskiy/{year}") as engine:
        *_, last = engine.log.read(effective=False)
        engine.retract(last.event_id, reason="ошибка исправления", actor="methodologist")
        assert changed(before, answers(engine)) == set()


# --- one ground truth after the other --------------------------------------------------------------


@pytest.mark.parametrize("year", [2020, 2022, 2023, 2024])
def test_without_its_list_a_year_is_unknown_for_everybody(before: Answers, year: int) -> None:
    with without(f"list.published severskiy/{year}") as engine:
        after = answers(engine)
    assert f"list {year}" not in after
    for school in ALL_SCHOOLS:
        assert before.says(f"membership {school} {year}") is not None
        assert after.says(f"membership {school} {year}") is None
    others = [f"list {other}" for other in (2020, 2022, 2023, 2024) if other != year]
    assert changed(before, after).isdisjoint(others)


FLOWS = {
    2020: {"flow 2020-2022"},
    2022: {"flow 2020-2022", "flow 2022-2023", "flow 2020-2023"},
    2023: {"flow 2022-2023", "flow 2023-2024", "flow 2022-2024"},
    2024: {"flow 2023-2024"},
}


@pytest.mark.parametrize(("year", "steps"), FLOWS.items())
def test_without_a_list_the_steps_to_and_from_it_change_and_the_others_stay(
    before: Answers, year: int, steps: set[str]
) -> None:
    with without(f"list.published severskiy/{year}") as engine:
        found = changed(before, answers(engine))
    assert {answer for answer in found if answer.startswith("flow")} == steps


DECISIONS = {
    2020: dict.fromkeys(ids(2, 11, 12, 36, 45, "afipskiy"), "on_no_known_list"),
    2022: dict.fromkeys(ids(19, 23, 59), "on_no_known_list"),
    2023: {school: "undetermined" for school in ALL_SCHOOLS if school != "severskiy/7"},
    2024: dict.fromkeys(ALL_SCHOOLS, "undetermined"),
}


@pytest.mark.parametrize(("year", "decisions"), DECISIONS.items())
def test_without_a_list_exactly_these_decisions_change(before: Answers, year: int, decisions: dict[str, str]) -> None:
    with without(f"list.published severskiy/{year}") as engine:
        after = {one.subject: one.decision for one in engine.assess(year=2024, on=REPORTED)}
        found = changed(before, answers(engine))
    assert {answer for answer in found if answer.startswith("decision")} == {f"decision {one}" for one in decisions}
    assert {school: after[school] for school in decisions} == decisions


def test_without_the_landing_there_is_no_visit_no_coverage_and_a_visit_is_asked_for(before: Answers) -> None:
    with without("activity.held severskiy/table-1/2.1") as engine:
        found = changed(before, answers(engine))
    assert {answer for answer in found if answer.startswith("visit")} == {
        f"visit {school}" for school in ids(6, 7, 8, 21, 27)
    }
    assert {"advice landing.coverage None", "advice visit.missing severskiy/7", "form methodical_landing"} <= found
    assert not any(answer.startswith(("list", "flow", "decision", "membership")) for answer in found)


def test_without_the_list_of_2023_the_landing_is_measured_against_another_list(before: Answers) -> None:
    with without("list.published severskiy/2023") as engine:
        after = answers(engine)
    assert after.says("visit severskiy/21") == before.says("visit severskiy/21")
    assert after.says("advice landing.coverage None") != before.says("advice landing.coverage None")


SEMINARS = [f"activity.held severskiy/table-1/3.{n}" for n in (1, 2, 3)]
MEETINGS = [f"activity.held severskiy/table-1/4.{n}" for n in (1, 2)]


def test_without_the_seminars_the_lyceum_is_no_host_and_school_45_still_is(before: Answers) -> None:
    with without(*SEMINARS) as engine:
        after = answers(engine)
    assert before.says("advice practice.host severskiy/afipskiy") is not None
    assert after.says("advice practice.host severskiy/afipskiy") is None
    assert after.says("advice practice.host severskiy/45") == before.says("advice practice.host severskiy/45")


def test_without_the_meetings_school_45_is_a_host_only_to_be_checked() -> None:
    with without(*MEETINGS) as engine:
        hosts = {one.subject: one.kind for one in engine.recommend(year=2024, on=REPORTED)}
    assert hosts["severskiy/45"] == "check"


def test_without_the_internship_school_6_hosted_nothing_while_listed(before: Answers) -> None:
    with without("activity.held severskiy/table-1/5.1") as engine:
        found = changed(before, answers(engine))
    assert {answer for answer in found if answer.startswith("advice")} == {
        "advice practice.host_while_listed severskiy/6"
    }


ACTIVITIES = [name for name in EVENTS if name.startswith("activity.held")]


@pytest.mark.parametrize("name", ACTIVITIES)
def test_without_an_activity_its_form_and_one_count_of_table_1_change_and_no_other(
    before: Answers, name: str
) -> None:
    with without(name) as engine:
        found = changed(before, answers(engine))
    continuous = name.endswith(("/6.1", "/7.1", "/8.1"))
    counts = {answer for answer in found if answer.startswith("Table 1")}
    assert counts == {"Table 1, continuous" if continuous else "Table 1, dated"}
    assert len([answer for answer in found if answer.startswith("form")]) == 1
    assert not any(answer.startswith(("list", "flow", "stay", "decision", "topic")) for answer in found)


TOPICS = [name.removeprefix("recommendation.issued severskiy/audit/") for name in EVENTS if "/audit/" in name]


@pytest.mark.parametrize("topic", TOPICS)
def test_without_its_recommendation_only_that_topic_of_the_audit_changes(before: Answers, topic: str) -> None:
    with without(f"recommendation.issued severskiy/audit/{topic}") as engine:
        assert changed(before, answers(engine)) == {f"topic {topic}", f"recommended {topic}"}


def test_without_the_audit_its_topics_are_gone_and_the_recommendations_stay(before: Answers) -> None:
    with without("audit.performed severskiy/audit") as engine:
        assert changed(before, answers(engine)) == {f"topic {topic}" for topic in TOPICS}


SINGLE = {
    "inspection.held severskiy/inspections": "inspections",
    "factor.assessed pupils_at_risk": "risk profile pupils_at_risk",
    "factor.assessed no_internal_pd_system": "risk profile no_internal_pd_system",
    "measure.applied climate": "prevention climate",
    "roadmap.adopted severskiy/roadmap-district": "roadmap.adopted severskiy/roadmap-district",
    "roadmap.adopted severskiy/roadmap-school": "roadmap.adopted severskiy/roadmap-school",
    "programme.drafted severskiy/programme-2025-2030": "programme.drafted severskiy/programme-2025-2030",
    "programme.closed severskiy/programme-2021-2024": "programme.closed severskiy/programme-2021-2024",
    "report.approved severskiy/report-2024": "report.approved severskiy/report-2024",
    "programme.target_set severskiy/programme-2021-2024": (
        "target качество образовательных результатов обучающихся ШНОР"
    ),
}


@pytest.mark.parametrize(("event", "answer"), SINGLE.items())
def test_without_its_only_event_an_answer_is_gone_and_nothing_else_changes(
    before: Answers, event: str, answer: str
) -> None:
    with without(event) as engine:
        after = answers(engine)
    assert changed(before, after) == {answer}
    assert answer not in after


@pytest.mark.parametrize("school", ALL_SCHOOLS)
def test_without_its_registration_a_school_has_no_name_and_no_year_off_the_list(before: Answers, school: str) -> None:
    with without(f"school.registered {school}") as engine:
        after = answers(engine)
    assert f"school {school}" not in after
    for year in (2020, 2022, 2023, 2024):
        was = before.says(f"membership {school} {year}")
        assert after.says(f"membership {school} {year}") == (was if "True" in str(was) else None)
    others = [one for one in ALL_SCHOOLS if one != school]
    assert changed(before, after).isdisjoint(
        {*(f"decision {one}" for one in others), *(f"school {one}" for one in others), "list 2020", "list 2024"}
    )


def test_a_school_without_registration_that_the_list_names_is_still_decided() -> None:
    with without("school.registered severskiy/7") as engine:
        decided = {one.subject: one.decision for one in engine.assess(year=2024, on=REPORTED)}
    assert decided["severskiy/7"] == "listed"
