"""The frame of the report: approval, programme, aim, what it says of the district as a whole."""

from __future__ import annotations

from datetime import date

import pytest
from tests.severskiy.asked import ids, one, rows, table

from severskiy_history import AREA, NEXT_PROGRAMME, PROGRAMME, REPORTED
from shnor_engine import Engine
from shnor_engine.events import (
    CategoryAssigned,
    FactorAssessed,
    ListPublished,
    MonitoringRecorded,
    ProgrammeAdopted,
    ProgrammeDrafted,
    ReportApproved,
    RoadmapAdopted,
    SchoolListed,
    TargetSet,
    When,
)

AT = {"year": 2024, "on": REPORTED, "as_known": REPORTED}


def test_m01_the_report_is_approved_by_a_role_on_23_december_2024(engine: Engine) -> None:
    (approved,) = table(engine, ReportApproved)
    assert (approved["approver_role"], approved["on"]) == ("centre_head", date(2024, 12, 23))
    assert approved["organisation"] == "severskiy/imc"


def test_m01_what_is_recorded_later_never_changes_the_approved_report(fresh: Engine) -> None:
    def answers() -> tuple[str, ...]:
        return (
            fresh.report(**AT),
            fresh.lists(as_known=REPORTED).text(),
            fresh.assess(**AT).text("ru"),
            fresh.recommend(**AT).text("ru"),
            fresh.explain("МБОУ СОШ № 7", **AT).text("ru"),
        )

    before, now = answers(), fresh.report(year=2024, on=REPORTED)
    late = [
        SchoolListed(school_id="severskiy/43", year=2021, issuer="municipal"),
        ListPublished(
            list_id="severskiy/2025",
            area=AREA,
            year=2025,
            issuer="municipal",
            complete="yes",
            members=tuple(ids(6, 7)),
        ),
    ]
    fresh.append(late, actor="methodologist", recorded_at=date(2025, 2, 1))
    members_2024 = one(fresh, "lists", year=2024)["events"][0]
    fresh.retract(members_2024, reason="проверка", actor="methodologist")
    assert answers() == before
    assert fresh.report(year=2024, on=REPORTED) != now


def test_m01_the_report_of_a_day_before_the_approval_knows_nothing(engine: Engine) -> None:
    assert engine.lists(as_known=date(2024, 12, 22)).lists == ()


def test_m02_both_categories_stand_in_the_programme_and_can_hold_at_once_on_one_school(fresh: Engine) -> None:
    (programme,) = table(fresh, ProgrammeAdopted)
    assert programme["categories"] == ["low_results", "adverse_conditions"]
    year = When.year(2024, kind="throughout")
    both = [
        CategoryAssigned(school_id="severskiy/7", category=category, when=year)
        for category in programme["categories"]
    ]
    fresh.append(both, actor="methodologist")
    held = [row["category"] for row in table(fresh, CategoryAssigned) if row["school_id"] == "severskiy/7"]
    assert held == ["low_results", "adverse_conditions"]


def test_m02_no_school_is_put_into_a_category_by_the_report(engine: Engine) -> None:
    assert table(engine, CategoryAssigned) == []


def test_m02_the_list_of_2020_is_a_baseline_before_the_period(engine: Engine) -> None:
    (programme,) = table(engine, ProgrammeAdopted)
    period = (programme["period_start"], programme["period_end"])
    assert period == (date(2021, 1, 1), date(2025, 1, 1))
    before = [row["year"] for row in rows(engine, "lists") if date(row["year"], 1, 1) < period[0]]
    assert before == [2020]


def test_m02_the_programme_has_five_tasks_in_their_order(engine: Engine) -> None:
    (programme,) = table(engine, ProgrammeAdopted)
    assert programme["tasks"] == [
        "addressed_support",
        "plans_and_growth",
        "diagnostics_and_training",
        "partnership",
        "spread_of_practice",
    ]


def test_m03_the_aim_reads_unmeasurable_and_never_met(engine: Engine) -> None:
    aim = one(engine, "targets", programme_id=PROGRAMME)
    assert (aim["target"], aim["baseline"], aim["measured"]) == (None, None, None)
    assert aim["reading"] == "unmeasurable"


@pytest.mark.parametrize(("measured", "reading"), [(3.4, "missed"), (3.5, "met"), (None, "unmeasurable")])
def test_m03_with_a_number_and_a_measurement_the_target_can_be_read(
    fresh: Engine, measured: float | None, reading: str
) -> None:
    target = TargetSet(programme_id=PROGRAMME, indicator="средняя отметка", year=2024, target=3.5)
    indicators = {} if measured is None else {"средняя отметка": measured}
    month = When.month(2024, 9)
    monitoring = MonitoringRecorded(monitoring_id="m-2024", area=AREA, when=month, indicators=indicators)
    fresh.append([target, monitoring], actor="methodologist")
    assert one(fresh, "targets", indicator="средняя отметка")["reading"] == reading
    aim = one(fresh, "targets", indicator="качество образовательных результатов обучающихся ШНОР")
    assert aim["reading"] == "unmeasurable"


def test_m10_six_lines_of_prevention_are_declared_and_none_is_evidenced(engine: Engine) -> None:
    lines = rows(engine, "prevention", about=AREA)
    assert {line["line"] for line in lines} == set(engine.registry.codes("prevention.line"))
    assert len(lines) == 6
    assert {(line["declared"], line["evidence"]) for line in lines} == {(True, 0)}


def test_m20_two_risk_profiles_are_found_in_the_district_and_none_is_stated_of_a_school(engine: Engine) -> None:
    found = table(engine, FactorAssessed)
    assert {row["factor"] for row in found} == {"pupils_at_risk", "no_internal_pd_system"}
    assert {(row["about"], row["scope"], row["level"], row["year"]) for row in found} == {
        (AREA, "district", None, None)
    }
    assert {row["about"] for row in rows(engine, "risk_factors")} == {AREA}
    assert "рисковый профиль по школам не указан: МБОУ СОШ № 7" in engine.report(**AT)


def test_m21_roadmaps_stand_at_both_levels_without_a_year_that_nobody_named(engine: Engine) -> None:
    found = {row["level"]: row for row in table(engine, RoadmapAdopted)}
    assert set(found) == {"district", "school"}
    assert {(row["about"], row["school_year"], row["when_start"]) for row in found.values()} == {(AREA, None, None)}


def test_m21_an_academic_year_is_from_september_to_august() -> None:
    assert When.month(2024, 8).school_years() == (2024,)
    assert When.month(2024, 9).school_years() == (2025,)


def test_m21_every_activity_of_the_report_is_unplanned_for_no_plan_line_is_printed(engine: Engine) -> None:
    assert {row["line_id"] for row in rows(engine, "activities")} == {None}
    assert rows(engine, "roadmap") == []


def test_m22_to_m24_centre_tutor_point_and_associations_exist_and_nothing_is_said_of_their_work(
    engine: Engine,
) -> None:
    bodies = {row["kind"]: row for row in rows(engine, "bodies")}
    assert set(bodies) == {"methodical_centre", "mentoring_centre", "tutor_point", "subject_association"}
    assert {(row["capacity"], row["discipline"]) for row in bodies.values()} == {(None, None)}
    for kind in ("mentoring.pair_started", "consultation.held", "subject_association.meeting_held"):
        assert engine.tables[kind].collect().is_empty()


def test_m45_the_conclusion_names_one_school_and_the_next_programme_is_only_drafted(engine: Engine) -> None:
    (drafted,) = table(engine, ProgrammeDrafted)
    assert drafted["programme_id"] == NEXT_PROGRAMME
    assert (drafted["period_start"], drafted["period_end"]) == (date(2025, 1, 1), date(2031, 1, 1))
    assert drafted["focus"] == ["severskiy/7"]
    assert len(drafted["reasons"]) == 2
    assert NEXT_PROGRAMME not in {row["programme_id"] for row in table(engine, ProgrammeAdopted)}
