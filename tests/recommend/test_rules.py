"""First recommendations: each rule on a small district of its own, where every fact can be taken away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import pytest

from severskiy_history import REPORTED, history
from shnor_engine import Advice, Engine, Event, Recommendation, When
from shnor_engine.events import (
    ActivityHeld,
    AuditPerformed,
    BodyEstablished,
    InspectionHeld,
    ListPublished,
    PlanAdopted,
    SchoolDelisted,
    SchoolRegistered,
)
from shnor_engine.recommend import RULES

ON = date(2024, 12, 23)
LISTS: dict[int, Sequence[int]] = {2021: (1, 2), 2022: (2,), 2023: (2, 3), 2024: (3,)}


def advice(*events: Event, lists: dict[int, Sequence[int]] = LISTS, on: date = ON, year: int = 2024) -> Advice:
    """The advice on a district of four schools with these lists, after these events."""
    with Engine.open(":memory:") as engine:
        engine.append([*map(school, range(1, 5)), *(published(*item) for item in lists.items())], actor="x")
        engine.append([centre(), *events], actor="x")
        return engine.recommend(year=year, on=on)


def of(found: Advice, rule: str) -> list[Recommendation]:
    return [item for item in found if item.rule == rule]


def kinds(found: Advice, rule: str) -> dict[str | None, str]:
    return {item.subject: item.kind for item in of(found, rule)}


def school(number: int) -> SchoolRegistered:
    return SchoolRegistered(
        school_id=f"d/{number}", municipality="d", region="r", kind="secondary", name=f"СОШ № {number}"
    )


def centre() -> BodyEstablished:
    return BodyEstablished(body_id="d/centre", kind="methodical_centre", municipality="d", name="ИМЦ")


def published(year: int, members: Sequence[int]) -> ListPublished:
    return ListPublished(
        list_id=f"d/{year}",
        area="d",
        year=year,
        issuer="municipal",
        complete="yes",
        members=tuple(f"d/{number}" for number in members),
    )


def held(form: str, when: When, *hosts: str, sure: str = "certain", **more: object) -> ActivityHeld:
    key = f"{form}-{when.start}-{'-'.join(hosts)}"
    return ActivityHeld.model_validate(
        {"activity_id": key, "form": form, "when": when, "area": "d", "hosts": hosts, "host_certainty": sure, **more}
    )


# --- plan.missing ---------------------------------------------------------------------------------


def plan(kind: str = "transition_programme", *, year: int = 2024) -> PlanAdopted:
    return PlanAdopted(plan_id="p", school_id="d/3", kind=kind, when=When.month(year, 2))


def test_a_listed_school_without_a_plan_is_to_be_checked_and_no_other() -> None:
    assert kinds(advice(), "plan.missing") == {"d/3": "check"}
    (item,) = of(advice(), "plan.missing")
    assert "нет (это не значит" in item.ground_ru
    assert item.events


def test_an_adopted_plan_of_transition_answers_it_and_another_kind_does_not() -> None:
    assert kinds(advice(plan()), "plan.missing") == {}
    assert kinds(advice(plan("teacher_growth_programme")), "plan.missing") == {"d/3": "check"}


def test_a_plan_adopted_after_the_day_of_the_question_is_not_seen() -> None:
    later = plan(year=2025)
    assert kinds(advice(later), "plan.missing") == {"d/3": "check"}
    assert kinds(advice(later, on=date(2025, 2, 1)), "plan.missing") == {}


# --- visit.missing --------------------------------------------------------------------------------


def test_a_listed_school_that_nobody_visited_is_to_be_checked() -> None:
    assert kinds(advice(), "visit.missing") == {"d/3": "check"}


@pytest.mark.parametrize(
    "visit",
    [
        held("methodical_landing", When.month(2024, 2), "d/3"),
        InspectionHeld(inspection_id="i", area="d", scope="план", when=When.month(2024, 2), schools=("d/3",)),
        AuditPerformed(audit_id="a", area="d", when=When.month(2024, 2), schools=("d/3",)),
    ],
    ids=["landing", "inspection", "audit"],
)
def test_a_visit_that_names_the_school_after_its_listing_answers_it(visit: Event) -> None:
    assert kinds(advice(visit), "visit.missing") == {}


def test_a_visit_before_the_listing_is_none_and_one_in_its_year_leaves_it_unclear() -> None:
    (before,) = of(advice(held("methodical_landing", When.month(2022, 5), "d/3")), "visit.missing")
    (same,) = of(advice(held("methodical_landing", When.month(2023, 5), "d/3")), "visit.missing")
    assert "неясно" not in before.ground_ru
    assert "неясно" in same.ground_ru
    assert before.kind == same.kind == "check"


def test_an_inspection_that_names_no_school_is_no_visit() -> None:
    everywhere = InspectionHeld(inspection_id="i", area="d", scope="план", when=When.month(2024, 2))
    assert kinds(advice(everywhere), "visit.missing") == {"d/3": "check"}


# --- landing.coverage -----------------------------------------------------------------------------


def test_a_landing_is_held_against_the_list_of_the_year_before() -> None:
    found = of(advice(held("methodical_landing", When.month(2024, 3), "d/2", "d/3")), "landing.coverage")
    assert [(item.subject, item.kind) for item in found] == [(None, "note")]
    assert "посещено 2 из 2" in found[0].text_ru


def test_each_school_that_a_landing_left_out_is_named() -> None:
    landing = held("methodical_landing", When.month(2024, 3), "d/3", participants=("d/3",))
    assert kinds(advice(landing), "landing.coverage") == {None: "note", "d/2": "do"}


def test_a_landing_kept_as_one_event_a_school_is_one_tour() -> None:
    tour = [held("methodical_landing", When.month(2024, 3), f"d/{number}") for number in (2, 3)]
    assert "посещено 2 из 2" in of(advice(*tour), "landing.coverage")[0].text_ru


def test_a_landing_in_one_district_owes_nothing_to_the_schools_of_another() -> None:
    other = SchoolRegistered(school_id="e/9", municipality="e", region="r", kind="secondary", name="СОШ № 9")
    their_list = ListPublished(
        list_id="e/2023", area="e", year=2023, issuer="municipal", complete="yes", members=("e/9",)
    )
    landing = held("methodical_landing", When.month(2024, 3), "d/2", "d/3")
    assert kinds(advice(other, their_list, landing), "landing.coverage") == {None: "note"}


def test_against_a_list_that_is_not_known_of_everybody_nothing_is_said_of_coverage() -> None:
    without_2023 = {year: members for year, members in LISTS.items() if year != 2023}
    partial = ListPublished(list_id="d/+", area="d", year=2023, issuer="regional", complete="no", members=("d/3",))
    landing = held("methodical_landing", When.month(2024, 3), "d/2", "d/3")
    assert of(advice(partial, landing, lists=without_2023), "landing.coverage") == []


def test_where_sources_disagree_about_the_list_nothing_is_said_of_coverage() -> None:
    landing = held("methodical_landing", When.month(2024, 3), "d/2", "d/3")
    denied = SchoolDelisted(school_id="d/2", year=2023, issuer="regional")
    assert of(advice(denied, landing), "landing.coverage") == []


def test_without_a_known_list_of_the_year_before_nothing_is_said_of_coverage() -> None:
    landing = held("methodical_landing", When.month(2024, 3), "d/3")
    assert of(advice(landing, lists={2021: (1,), 2022: (2,), 2024: (3,)}), "landing.coverage") == []


# --- practice.host --------------------------------------------------------------------------------


def test_a_school_off_for_two_lists_that_hosts_is_recommended() -> None:
    found = advice(held("thematic_seminar", When.month(2024, 4), "d/1"))
    assert kinds(found, "practice.host") == {"d/1": "do"}


def test_where_the_source_names_several_hosts_each_is_first_to_be_checked() -> None:
    vague = held("thematic_seminar", When.month(2024, 4), "d/1", "d/4", sure="ambiguous")
    (item,) = of(advice(vague), "practice.host")
    assert (item.subject, item.kind) == ("d/1", "check")
    assert "СОШ № 4" in item.ground_ru


@pytest.mark.parametrize(
    ("number", "why"), [(2, "off for one list only"), (3, "on the list"), (4, "never on a list")], ids=str
)
def test_who_has_not_left_for_good_is_no_host_of_practice(number: int, why: str) -> None:
    assert kinds(advice(held("thematic_seminar", When.month(2024, 4), f"d/{number}")), "practice.host") == {}


def test_an_unknown_list_among_the_last_two_leaves_a_host_unsaid() -> None:
    seminar = held("thematic_seminar", When.month(2024, 4), "d/1")
    assert kinds(advice(seminar, lists={2021: (1,), 2022: (2,), 2024: (3,)}), "practice.host") == {}


def test_being_visited_or_hosting_while_still_listed_makes_no_host() -> None:
    visited = held("methodical_landing", When.month(2024, 4), "d/1")
    early = held("thematic_seminar", When.month(2021, 4), "d/1")
    assert kinds(advice(visited, early), "practice.host") == {}


# --- practice.host_while_listed -------------------------------------------------------------------


def test_a_host_on_the_list_in_force_is_noted() -> None:
    found = advice(held("internship", When.month(2024, 4), "d/2"), held("internship", When.month(2024, 4), "d/1"))
    assert kinds(found, "practice.host_while_listed") == {"d/2": "note"}


def test_a_host_that_is_not_sure_is_not_accused() -> None:
    vague = held("internship", When.month(2024, 4), "d/2", "d/4", sure="ambiguous")
    assert kinds(advice(vague), "practice.host_while_listed") == {}


# --- all of them ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def district() -> Iterator[Engine]:
    with Engine.open(":memory:") as engine:
        engine.append(history(), actor="methodologist", recorded_at=REPORTED)
        yield engine


def test_ids_are_the_same_in_every_run_and_each_once(district: Engine) -> None:
    ids = [item.id for item in district.recommend(on=ON)]
    with Engine.open(":memory:") as other:
        other.append(reversed(history()), actor="somebody", recorded_at=date(2025, 1, 9))
        assert sorted(item.id for item in other.recommend(on=ON)) == sorted(ids)
    assert len(ids) == len(set(ids))


def test_asked_on_another_day_the_same_ground_has_the_same_id(district: Engine) -> None:
    later = {item.id for item in district.recommend(on=date(2025, 3, 1))}
    assert {item.id for item in district.recommend(on=ON)} == later


def test_every_recommendation_names_rule_ground_and_stored_events_in_both_languages(district: Engine) -> None:
    stored = {row.event_id for row in district.log.read()}
    rules = {rule.id for rule in RULES}
    for item in district.recommend(on=ON):
        assert item.rule in rules
        assert item.events
        assert set(item.events) <= stored
        assert all((item.text_ru, item.text_en, item.ground_ru, item.ground_en))


def test_school_6_is_flagged_as_a_host_on_the_2023_list_and_the_landing_went_everywhere(district: Engine) -> None:
    found = district.recommend(on=ON)
    assert kinds(found, "practice.host_while_listed") == {"severskiy/6": "note"}
    assert [item.subject for item in of(found, "landing.coverage")] == [None]


def test_the_json_form_holds_the_moment_and_every_field(district: Engine) -> None:
    found = district.recommend(on=ON).to_json()
    assert (found["year"], found["on"], found["position"]) == (2024, "2024-12-23", district.log.head().position)
    keys = {"id", "rule", "kind", "subject", "name", "text", "ground", "events"}
    keys |= {"basis", "measure", "topic", "finding_id", "factor"}
    assert {frozenset(item) for item in found["recommendations"]} == {frozenset(keys)}


def test_without_grounds_there_is_no_advice() -> None:
    found = advice(lists={2023: (), 2024: ()})
    assert (len(found), found.text("ru")) == (0, "Рекомендаций нет.")
