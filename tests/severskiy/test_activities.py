"""Table 1, the checks and the audit: what took place, where, when, and what stays vague (M25–M36, M43, M44)."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from tests.severskiy.asked import Row, ids, one, rows, table

from severskiy_history import AREA, REPORTED
from shnor_engine import Engine
from shnor_engine.errors import InvalidEvent
from shnor_engine.events import ActivityHeld, InspectionHeld, When

DIRECTIONS = {
    "prevention": {
        "working_group": 2,
        "methodical_landing": 1,
        "thematic_seminar": 3,
        "meeting": 2,
        "internship": 1,
        "consultation": 1,
        "route_design": 1,
        "contest": 1,
    },
    "evaluation": {"audit": 1, "monitoring": 1, "report": 1, "control_interview": 1},
}


def months(found: list[Row]) -> list[str]:
    """When each took place, as year and month; the precision has to be a month."""
    assert {row["when_precision"] for row in found} == {"month"}
    return sorted(f"{row['when_start']:%Y-%m}" for row in found)


def test_m25_two_directions_with_8_and_4_forms_load(engine: Engine) -> None:
    for direction, forms in DIRECTIONS.items():
        found = rows(engine, "activities", direction=direction)
        assert Counter(row["form"] for row in found) == forms
    assert [len(forms) for forms in DIRECTIONS.values()] == [8, 4]


def test_m25_a_form_that_no_list_of_codes_holds_is_refused(fresh: Engine) -> None:
    unknown = ActivityHeld(activity_id="x", form="forsage", when=When.month(2024, 3), area=AREA)
    with pytest.raises(InvalidEvent, match=r"activity\.form"):
        fresh.append([unknown], actor="methodologist")


def test_m26_the_working_group_met_twice_at_school_43_which_was_on_no_list(engine: Engine) -> None:
    found = rows(engine, "activities", form="working_group")
    assert months(found) == ["2023-12", "2024-11"]
    assert [row["hosts"] for row in found] == [["severskiy/43"]] * 2
    assert not any(row["listed"] for row in rows(engine, "membership", school_id="severskiy/43"))


def test_m27_the_landing_went_to_exactly_the_list_of_2023(engine: Engine) -> None:
    landing = one(engine, "activities", form="methodical_landing")
    assert months([landing]) == ["2024-03"]
    assert sorted(landing["hosts"]) == sorted(landing["participants"]) == ids(6, 7, 8, 21, 27)
    assert sorted(landing["hosts"]) == sorted(one(engine, "lists", year=2023)["members"])
    assert sorted(landing["hosts"]) != sorted(one(engine, "lists", year=2024)["members"])


def test_m27_each_visited_school_has_one_visit(engine: Engine) -> None:
    found = rows(engine, "visits")
    assert sorted(row["school_id"] for row in found) == ids(6, 7, 8, 21, 27)


def test_m27_the_coverage_of_the_landing_is_5_of_5(engine: Engine) -> None:
    (note,) = [item for item in engine.recommend(year=2024, on=REPORTED) if item.rule == "landing.coverage"]
    assert note.kind == "note"
    assert "5 из 5 школ перечня 2023 года" in note.text_ru


def test_m28_three_seminars_at_one_of_two_hosts_and_no_pairing(engine: Engine) -> None:
    found = rows(engine, "activities", form="thematic_seminar")
    assert months(found) == ["2023-04", "2024-02", "2024-04"]
    assert {tuple(sorted(row["hosts"])) for row in found} == {tuple(ids(45, "afipskiy"))}
    assert {row["host_certainty"] for row in found} == {"ambiguous"}


def test_m28_only_the_seminars_are_ambiguous(engine: Engine) -> None:
    vague = {row["form"] for row in rows(engine, "activities", host_certainty="ambiguous")}
    assert vague == {"thematic_seminar"}


def test_m29_two_meetings_at_school_45(engine: Engine) -> None:
    found = rows(engine, "activities", form="meeting")
    assert months(found) == ["2024-03", "2024-10"]
    assert [row["hosts"] for row in found] == [["severskiy/45"]] * 2


def test_m30_one_internship_at_school_6_while_it_was_on_the_list_of_2023(engine: Engine) -> None:
    internship = one(engine, "activities", form="internship")
    assert (months([internship]), internship["hosts"]) == (["2024-04"], ["severskiy/6"])
    notes = [item for item in engine.recommend(year=2024, on=REPORTED) if item.rule == "practice.host_while_listed"]
    assert [item.subject for item in notes] == ["severskiy/6"]
    assert "2023" in notes[0].ground_ru


def test_m31_three_lines_went_on_throughout_2024_and_have_no_date(engine: Engine) -> None:
    found = rows(engine, "activities", continuous=True)
    assert {row["form"] for row in found} == {"consultation", "route_design", "contest"}
    assert {(row["when_start"], row["when_end"], row["when_precision"]) for row in found} == {
        (date(2024, 1, 1), date(2025, 1, 1), "year")
    }
    assert {tuple(row["hosts"]) for row in found} == {("severskiy/imc",)}


def test_m32_four_evaluations_in_september_2024_at_the_centre(engine: Engine) -> None:
    found = rows(engine, "activities", direction="evaluation")
    assert {row["form"] for row in found} == set(DIRECTIONS["evaluation"])
    assert months(found) == ["2024-09"] * 4
    assert {tuple(row["hosts"]) for row in found} == {("severskiy/imc",)}


def test_m32_13_dated_occurrences_by_school_or_9_as_one_tour_and_3_continuous_and_4_evaluations(
    engine: Engine,
) -> None:
    dated = rows(engine, "activities", direction="prevention", continuous=False)
    tours = len(dated)
    by_school = sum(len(row["participants"]) if row["form"] == "methodical_landing" else 1 for row in dated)
    assert (by_school, tours) == (13, 9)
    assert len(rows(engine, "activities", continuous=True)) == 3
    assert len(rows(engine, "activities", direction="evaluation")) == 4


def test_m33_no_day_is_invented(engine: Engine) -> None:
    found = rows(engine, "activities")
    assert {row["when_precision"] for row in found} == {"month", "year"}
    for row in found:
        assert row["when_start"].day == 1
        assert row["when_end"].day == 1
    shown = engine.report(year=2024, on=REPORTED)
    table_1 = shown[shown.index("Таблица 1") : shown.index("## ", shown.index("Таблица 1") + 1)]
    assert "март 2024 г." in table_1
    assert not any(f"{day} марта" in table_1 for day in range(1, 32))


def test_m33_months_are_ordered_overlap_and_fall_into_school_years() -> None:
    march, april = When.month(2024, 3), When.month(2024, 4)
    assert march.before(april) is True
    assert march.overlaps(april) is False
    assert When.month(2024, 3).overlaps(march) is None
    assert [When.month(2023, 12).school_years(), When.month(2024, 11).school_years()] == [(2024,), (2025,)]


def test_m34_inspections_were_held_of_schools_that_nobody_named(engine: Engine) -> None:
    (held,) = rows(engine, "inspections")
    assert (held["held"], held["school_id"], held["when_start"]) == (True, None, None)
    assert table(engine, InspectionHeld)[0]["schools"] == []
    assert all(row["what"] != "inspection" for row in rows(engine, "visits"))
    assert "какие школы проверены и когда – не указано" in engine.report(year=2024, on=REPORTED)


TOPICS = [
    "management_team",
    "teacher_context",
    "school_roadmap",
    "transition_plan",
    "struggling_pupils_plans",
    "internal_quality_system",
    "pastoral_staff",
]


def test_m35_the_audit_has_seven_topics_and_no_finding_is_recorded(engine: Engine) -> None:
    found = rows(engine, "audit_topics")
    assert sorted(row["topic"] for row in found) == sorted(TOPICS)
    assert {row["school_id"] for row in found} == {None}
    assert [row["findings"] for row in found] == [[]] * 7
    assert rows(engine, "findings") == []


@pytest.mark.parametrize("topic", TOPICS)
def test_m36_each_topic_has_one_recommendation_to_the_district_and_none_to_a_school(
    engine: Engine, topic: str
) -> None:
    given = one(engine, "recommendations", topic=topic)
    assert (given["about"], given["scope"], given["status"]) == (AREA, "district", "issued")
    assert (given["due"], given["evidence"]) == (None, None)
    assert one(engine, "audit_topics", topic=topic)["recommended_by"] == [given["recommendation_id"]]


def test_m43_every_form_serves_at_least_one_task(engine: Engine) -> None:
    assert all(row["tasks"] for row in rows(engine, "activities"))
    assert {row["tasks_from"] for row in rows(engine, "activities")} == {"form"}


@pytest.mark.parametrize("year", [2021, 2022])
def test_m43_2021_and_2022_show_no_evidence_and_not_zero_work(engine: Engine, year: int) -> None:
    cells = rows(engine, "task_coverage", area=AREA, year=year)
    assert len(cells) == 5
    assert {(cell["activities"], cell["evidence"]) for cell in cells} == {(None, None)}


def test_m43_in_2024_every_task_has_an_activity_and_in_2023_partnership_has_none(engine: Engine) -> None:
    in_2024 = {row["task"]: row["activities"] for row in rows(engine, "task_coverage", year=2024)}
    assert in_2024 == {
        "addressed_support": 6,
        "plans_and_growth": 6,
        "diagnostics_and_training": 4,
        "partnership": 1,
        "spread_of_practice": 5,
    }
    in_2023 = {row["task"]: row["evidence"] for row in rows(engine, "task_coverage", year=2023)}
    assert [task for task, evidence in in_2023.items() if not evidence] == ["partnership"]


def test_m44_what_took_place_after_the_procedures_cannot_have_caused_the_list_of_2024(engine: Engine) -> None:
    late = rows(engine, "plausibility", list_year=2024, too_late=True)
    when = {row["activity_id"]: f"{row['when_start']:%Y-%m}" for row in rows(engine, "activities")}
    assert Counter(when[row["activity_id"]] for row in late) == {"2024-09": 4, "2024-10": 1, "2024-11": 1}
    in_time = rows(engine, "plausibility", list_year=2024, too_late=False)
    assert len(in_time) == 10


def test_m44_nothing_in_the_report_can_have_caused_the_lists_of_2020_and_2022(engine: Engine) -> None:
    for year in (2020, 2022):
        assert {row["too_late"] for row in rows(engine, "plausibility", list_year=year)} == {True}


def test_m44_a_date_that_reaches_over_the_procedures_leaves_it_open(fresh: Engine) -> None:
    vague = ActivityHeld(activity_id="vague", form="meeting", when=When.year(2024), area=AREA)
    fresh.append([vague], actor="methodologist")
    assert one(fresh, "plausibility", activity_id="vague", list_year=2024)["too_late"] is None


def test_m44_the_note_says_what_came_too_late_for_the_list_and_names_no_other_activity(engine: Engine) -> None:
    (said,) = [
        line
        for line in engine.report(year=2024, on=REPORTED).splitlines()
        if line.startswith("На перечень 2024 года повлиять не могло")
    ]
    for late in ("ноябрь 2024 г.", "октябрь 2024 г.", "сентябрь 2024 г."):
        assert late in said
    for early in ("март 2024", "апрель", "февраль", "декабрь", "десант", "в течение"):
        assert early not in said
