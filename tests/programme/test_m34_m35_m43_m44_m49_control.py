"""M34, M35, M43, M44, M49: inspections, the register of findings, covered tasks, plausible times, the cycle."""

from __future__ import annotations

from datetime import date

import pytest
from tests.programme.district import audit, codes, district, finding, held, programme, row, rows

from severskiy_history import AREA, REPORTED, history
from shnor_engine import Engine, When
from shnor_engine.events import (
    Event,
    InspectionHeld,
    InspectionPlanned,
    MonitoringRecorded,
    RecommendationIssued,
    TargetSet,
)
from shnor_engine.projections.cycle import COMPONENTS, LINKS
from shnor_engine.report.scoring import cycle_scores


def inspected(when: When | None, *numbers: int, key: str = "i") -> InspectionHeld:
    schools = tuple(f"d/{number}" for number in numbers)
    return InspectionHeld(inspection_id=key, area="d", scope="администрация", when=when, schools=schools)


IN_2024 = date(2024, 12, 1)  # in force is the list of 2023: schools 2 and 3


@pytest.mark.parametrize(
    ("told", "covered"),
    [
        ([], {2: None, 3: None}),
        ([inspected(When.month(2024, 2), 2, 3)], {2: True, 3: True}),
        ([inspected(When.month(2024, 2), 2)], {2: True, 3: None}),
        ([inspected(When.month(2023, 2), 2, 3)], {2: False, 3: False}),
        ([inspected(When.month(2024, 2), 2), inspected(When.month(2022, 2), 3, key="old")], {2: True, 3: False}),
        ([inspected(When.month(2024, 2))], {2: None, 3: None}),
        ([inspected(None, 2)], {2: None, 3: None}),
        ([inspected(When.school_year(2024), 2)], {2: None, 3: None}),
    ],
)
def test_m34_each_school_of_the_list_in_force_is_inspected_within_the_year(
    told: list[Event], covered: dict[int, bool | None]
) -> None:
    with district(*told) as engine:
        found = {one["school_id"]: one["inspected"] for one in rows(engine, "inspection_coverage", in_force=2024)}
        flagged = {who for code, who in codes(engine, on=IN_2024) if code == "inspection.not_evidenced"}
    assert found == {f"d/{number}": answer for number, answer in covered.items()}
    assert flagged == {f"d/{number}" for number, answer in covered.items() if answer is not True}


def test_m34_the_list_in_force_is_that_of_the_day() -> None:
    with district(inspected(When.month(2024, 2), 2, 3)) as engine:
        in_2025 = {who for code, who in codes(engine, on=date(2025, 6, 1)) if code == "inspection.not_evidenced"}
    assert in_2025 == {"d/3"}  # the list of 2024 names school 3 alone, and 2024 is not 2025


def test_m34_planned_inspections_are_counted() -> None:
    plan = InspectionPlanned(inspection_id="i", school_id="d/3", scope="администрация", when=When.month(2024, 5))
    with district(plan) as engine:
        assert row(engine, "inspection_coverage", school_id="d/3", in_force=2024)["planned"] == 1


def test_m35_a_finding_without_a_topic_and_a_topic_without_a_finding_are_both_flagged() -> None:
    told = [
        audit(topics=("management_team", "pastoral_staff"), schools=("d/3",)),
        finding("f1", topic="management_team", audit_id="d/audit"),
        finding("f2", topic=None, audit_id="d/audit"),
    ]
    with district(*told) as engine:
        found = engine.findings(on=IN_2024)
        gaps = {(one["what"], one["topic"], one["finding_id"]) for one in rows(engine, "finding_gaps")}
    assert gaps == {("finding_without_topic", None, "f2"), ("topic_without_finding", "pastoral_staff", None)}
    (without_topic,), (without_finding,) = found.of("finding.without_topic"), found.of("topic.without_finding")
    assert "замечание f2" in without_topic.text_ru
    assert "штабом воспитательной работы" in without_finding.text_ru
    assert without_topic.events
    assert without_finding.events


def test_m35_a_finding_under_a_topic_is_no_gap_and_is_answered() -> None:
    told = [audit(topics=("management_team",), schools=("d/3",))]
    with district(*told, finding("f1", topic="management_team", audit_id="d/audit")) as engine:
        assert rows(engine, "finding_gaps") == []
        assert "f1" in {item.finding_id for item in engine.recommend(on=IN_2024)}


@pytest.fixture(scope="module")
def seed() -> Engine:
    engine = Engine.open(":memory:")
    engine.append(history(), actor="methodologist", recorded_at=REPORTED)
    return engine


def test_m43_every_form_serves_a_task_and_years_without_records_are_no_gap(seed: Engine) -> None:
    forms = seed.registry.codes("activity.form")
    assert all(term.of for term in forms.values())
    empty = [one for one in rows(seed, "task_coverage", area=AREA) if one["year"] in (2021, 2022)]
    assert {(one["activities"], one["evidence"]) for one in empty} == {(None, None)}
    gaps = {one.text_ru[:4] for one in seed.findings(on=REPORTED).of("task.gap")}
    assert gaps <= {"2023", "2024"}


def test_m43_a_task_that_nothing_served_in_a_recorded_year_is_listed() -> None:
    with district(programme(), held("a", "consultation", When.month(2024, 3))) as engine:
        gaps = [one.text_en for one in engine.findings(on=IN_2024).of("task.gap")]
    assert any("spread_of_practice" in text for text in gaps)
    assert not any("addressed_support" in text for text in gaps)


def test_m44_what_came_after_the_procedures_is_noted_as_no_explanation_of_the_list(seed: Engine) -> None:
    late = seed.findings(on=REPORTED).of("activity.too_late")
    acts = {one["activity_id"]: one for one in rows(seed, "activities")}
    assert {acts[one.subject or ""]["when_start"].month for one in late} == {9, 10, 11}
    assert len(late) == 6
    assert all(one.weight == "note" for one in late)


def test_m49_the_self_check_says_which_of_the_eight_links_have_events_in_each_year(seed: Engine) -> None:
    assert len(LINKS) == 8
    cycle = rows(seed, "management_cycle", area=AREA)
    assert len(cycle) == len(COMPONENTS) * len({one["year"] for one in cycle})
    in_2024 = {one["component"]: one["evidence"] for one in cycle if one["year"] == 2024}
    assert {name for name, there in in_2024.items() if there} == {
        "aims",
        "monitoring",
        "analysis",
        "measures",
        "decisions",
        "effect",
    }
    gaps = {one.text_en for one in seed.findings(on=REPORTED).of("cycle.gap") if one.text_en.startswith("2024")}
    assert gaps == {
        f"2024: the link «{link}» of the management cycle has no event" for link in ("indicators", "recommendations")
    }


def test_m49_a_link_is_shown_by_the_events_that_make_it() -> None:
    told = [
        programme(2024, 1),
        TargetSet(programme_id="d/p2024", indicator="число школ", year=2024, target=1, direction="down"),
        MonitoringRecorded(monitoring_id="m", area="d", when=When.month(2024, 9)),
        RecommendationIssued(recommendation_id="r", about="d/3", scope="school", text="…", when=When.month(2024, 9)),
    ]
    with district(*told, lists={}) as engine:
        cycle = {one["component"]: one for one in rows(engine, "management_cycle", area="d", year=2024)}
        (score,) = cycle_scores(list(cycle.values()))
    shown = {name for name, one in cycle.items() if one["evidence"]}
    assert shown == {"aims", "indicators", "monitoring", "recommendations"}
    assert (score.points, score.of) == (4, 9)
    assert score.missing == ("data", "analysis", "measures", "decisions", "effect")


def test_m49_a_year_of_which_nothing_is_recorded_is_unknown_and_scores_nothing() -> None:
    told = [held("a", "meeting", When.month(2022, 3)), held("b", "meeting", When.month(2024, 3))]
    with district(*told, lists={}) as engine:
        cycle = rows(engine, "management_cycle", area="d")
    assert {one["evidence"] for one in cycle if one["year"] == 2023} == {None}
    assert [(score.year, score.points) for score in cycle_scores(cycle)] == [(2022, 1), (2023, None), (2024, 1)]
