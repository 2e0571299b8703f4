"""Activities, visits, roadmaps, audits, plans, coverage and the passport on constructed logs."""

from __future__ import annotations

from datetime import date

from tests.projections.constructed import district, listed, school, schools

from shnor_engine.events import (
    ActivityCancelled,
    ActivityHeld,
    ActivityMoved,
    ActivityPlanned,
    AuditPerformed,
    FindingRecorded,
    MeasureApplied,
    PlanAdopted,
    PlanDrafted,
    ProgrammeAdopted,
    RecommendationImplemented,
    RecommendationIssued,
    RecommendationReopened,
    RecommendationVerified,
    SchoolClosed,
    SchoolRenamed,
    When,
)

MARCH = When.month(2024, 3)


def held(one: str, form: str = "meeting", when: When = MARCH, **said: object) -> ActivityHeld:
    return ActivityHeld.model_validate({"activity_id": one, "form": form, "when": when, "area": "m"} | said)


def test_a_set_of_hosts_stays_a_set_and_pays_nobody_a_visit() -> None:
    ambiguous = held("a", "methodical_landing", hosts=("m/1", "m/2"), host_certainty="ambiguous")
    with district(*schools(["1", "2"]), ambiguous) as log:
        row = log.row("activities")
        visits = log.rows("visits")
    assert (row["hosts"], row["host_certainty"]) == (["m/1", "m/2"], "ambiguous")
    assert visits == []


def test_a_landing_visits_its_hosts_and_participants_each_once() -> None:
    landing = held("a", "methodical_landing", hosts=("m/1",), participants=("m/1", "m/2"))
    with district(*schools(["1", "2"]), landing, held("b", hosts=("m/1",))) as log:
        assert [(row["school_id"], row["what"]) for row in log.rows("visits")] == [
            ("m/1", "methodical_landing"),
            ("m/2", "methodical_landing"),
        ]


def test_tasks_come_from_the_source_or_from_the_form_and_the_row_says_which() -> None:
    with district(held("a"), held("b", tasks=("partnership",))) as log:
        said = {row["activity_id"]: (row["tasks_from"], row["tasks"]) for row in log.rows("activities")}
    assert said == {
        "a": ("form", ["addressed_support", "plans_and_growth"]),
        "b": ("source", ["partnership"]),
    }


def test_what_goes_on_throughout_a_year_is_continuous_and_no_dated_event() -> None:
    with district(held("a", when=When.year(2024, kind="throughout")), held("b", when=When.year(2024))) as log:
        said = {row["activity_id"]: row["continuous"] for row in log.rows("activities")}
    assert said == {"a": True, "b": False}


def test_a_year_without_any_record_is_null_and_a_recorded_year_without_a_task_is_a_gap() -> None:
    programme = ProgrammeAdopted(programme_id="p", title="П", area="m", period=When.year(2023, years=2))
    with district(programme, held("a", tasks=("partnership",))) as log:
        cells = {
            (row["year"], row["task"]): (row["activities"], row["evidence"]) for row in log.rows("task_coverage")
        }
    assert cells[2023, "partnership"] == (None, None)
    assert cells[2024, "partnership"] == (1, True)
    assert cells[2024, "addressed_support"] == (0, False)


def test_an_activity_on_an_unknown_day_of_two_years_counts_surely_in_neither() -> None:
    with district(held("a", when=When.school_year(2024), tasks=("partnership",))) as log:
        cells = log.rows("task_coverage", task="partnership")
    assert [(row["year"], row["activities"], row["maybe"], row["evidence"]) for row in cells] == [
        (2023, 0, 1, None),
        (2024, 0, 1, None),
    ]


def test_a_school_that_no_source_names_is_not_said_to_be_left_out() -> None:
    with district(*schools(["1", "2"]), listed(2024, "1"), held("a", participants=("m/1",))) as log:
        cells = log.rows("task_coverage_by_school", task="addressed_support")
    assert [(row["school_id"], row["evidence"]) for row in cells] == [("m/1", True), ("m/2", None)]


def test_a_declared_line_of_prevention_has_no_evidence_and_an_untold_line_is_null() -> None:
    declared = MeasureApplied(about="m", scope="district", line="climate", when=MARCH, declared=True)
    shown = MeasureApplied(about="m", scope="district", line="mastery", when=MARCH, evidence="протокол")
    with district(declared, shown) as log:
        said = {row["line"]: (row["declared"], row["evidence"]) for row in log.rows("prevention")}
    assert (said["climate"], said["mastery"]) == ((True, 0), (True, 1))
    assert said["individualisation"] == (False, None)


def test_a_line_of_the_roadmap_is_moved_cancelled_and_held() -> None:
    lines = [ActivityPlanned(line_id=f"l{n}", roadmap_id="r", form="meeting", when=MARCH) for n in range(1, 4)]
    later = When.month(2024, 5)
    moved = [ActivityMoved(line_id="l1", when=later, reason="карантин"), held("a", when=later, line_id="l1")]
    with district(*lines, *moved, ActivityCancelled(line_id="l2", reason="объединена")) as log:
        said = {row["line_id"]: row for row in log.rows("roadmap")}
    assert (said["l1"]["when_start"], said["l1"]["moves"], said["l1"]["held"]) == (date(2024, 5, 1), 1, ["a"])
    assert (said["l2"]["cancelled"], said["l3"]["cancelled"], said["l3"]["held"]) == (True, False, [])


def test_a_topic_without_a_finding_and_a_finding_without_a_topic_both_show() -> None:
    audit = AuditPerformed(audit_id="u", area="m", topics=("management_team", "teacher_context"), schools=("m/1",))
    found = [
        FindingRecorded(finding_id="f1", school_id="m/1", text="нет", topic="management_team", audit_id="u"),
        FindingRecorded(finding_id="f2", school_id="m/1", text="нет", audit_id="u"),
    ]
    with district(*schools(["1"]), audit, *found) as log:
        topics = {row["topic"]: row["findings"] for row in log.rows("audit_topics")}
        loose = [row["finding_id"] for row in log.rows("findings") if row["topic"] is None]
    assert topics == {"management_team": ["f1"], "teacher_context": []}
    assert loose == ["f2"]


def test_an_audit_that_names_no_school_says_so_and_not_all() -> None:
    audit = AuditPerformed(audit_id="u", area="m", topics=("management_team",))
    advice = RecommendationIssued(
        recommendation_id="r", about="m", scope="district", text="т", topic="management_team"
    )
    with district(*schools(["1", "2"]), audit, advice) as log:
        row = log.row("audit_topics")
    assert (row["school_id"], row["area"], row["recommended_by"]) == (None, "m", ["r"])


def test_a_recommendation_stands_where_its_last_dated_step_left_it_in_whatever_order_it_was_told() -> None:
    issued = RecommendationIssued(
        recommendation_id="r", about="m/1", scope="school", text="т", due=date(2024, 6, 1), when=MARCH
    )
    done = RecommendationImplemented(recommendation_id="r", evidence="приказ", when=When.month(2024, 4))
    verified = RecommendationVerified(recommendation_id="r", by="curator", when=When.month(2024, 5))
    again = RecommendationReopened(
        recommendation_id="r", reason="не работает", when=When.month(2024, 9), due=date(2024, 12, 1)
    )
    with district(*schools(["1"]), issued) as log:
        assert (log.row("recommendations")["status"], log.row("recommendations")["open"]) == ("issued", True)
        log.tell(verified, done)
        row = log.row("recommendations")
        assert (row["status"], row["open"], row["evidence"]) == ("verified", False, "приказ")
        log.tell(again)
        row = log.row("recommendations")
        assert (row["status"], row["open"], row["due"]) == ("reopened", True, date(2024, 12, 1))


def test_a_plan_that_was_only_drafted_is_not_adopted() -> None:
    draft = PlanDrafted(plan_id="p", school_id="m/1", kind="transition_programme", when=MARCH)
    adopted = PlanAdopted(plan_id="p", school_id="m/1", kind="transition_programme", when=When.month(2024, 4))
    with district(*schools(["1"]), draft) as log:
        assert (log.row("plans")["adopted"], log.row("plans")["when_start"]) == (False, None)
        log.tell(adopted)
        assert (log.row("plans")["adopted"], log.row("plans")["when_start"]) == (True, date(2024, 4, 1))


def test_the_last_name_stands_and_every_spelling_keeps_its_day() -> None:
    renamed = SchoolRenamed(school_id="m/1", name="МБОУ лицей № 1", effective=When.month(2023, 9))
    closed = SchoolClosed(school_id="m/1", effective=When.month(2024, 7))
    with district(school("1", aliases=("СОШ 1",)), renamed, closed) as log:
        row = log.row("schools")
        said = {one["spelling"]: one["from"] for one in log.rows("spellings")}
    assert (row["name"], row["closed_from"], row["closed_by"]) == (
        "МБОУ лицей № 1",
        date(2024, 7, 1),
        date(2024, 8, 1),
    )
    assert said == {"МБОУ СОШ № 1": None, "СОШ 1": None, "МБОУ лицей № 1": date(2023, 9, 1)}


def test_the_passport_holds_what_is_known_of_one_school_and_says_empty_where_nothing_is() -> None:
    advice = RecommendationIssued(recommendation_id="r", about="m", scope="district", text="т")
    landing = held("a", "methodical_landing", hosts=("m/1",))
    lists = [listed(2020), listed(2022, "1"), listed(2023, "1")]
    with district(*schools(["1", "2"]), *lists, landing, held("b", hosts=("m/2",)), advice) as log:
        one, two = log.rows("passport")
    assert (one["listed_years"], one["off_years"], one["unknown_years"]) == ([2022, 2023], [2020], [2021])
    assert (one["listed_since"], two["listed_since"]) == (2022, None)
    assert [visit["visit_id"] for visit in one["visits"]] == ["a"]
    assert (one["hosted"], [row["activity_id"] for row in two["hosted"]]) == ([], ["b"])
    assert (one["plans"], one["recommendations"]) == ([], [])
    assert [row["recommendation_id"] for row in one["area_recommendations"]] == ["r"]
