"""Lists, membership, stays and flow on constructed logs: unknown is never false, and a gap only brackets."""

from __future__ import annotations

import pytest
from tests.projections.constructed import district, listed, school, schools

from shnor_engine.events import ListPublished, SchoolDelisted, SchoolListed, SchoolRegistered

NAMES = ("1", "2", "3")


def test_a_complete_list_says_no_of_everybody_else_of_its_area_and_of_nobody_elsewhere() -> None:
    with district(*schools(NAMES), school("9", area="n"), listed(2020, "1")) as log:
        said = {row["school_id"]: row["listed"] for row in log.rows("membership")}
    assert said == {"m/1": True, "m/2": False, "m/3": False}


@pytest.mark.parametrize("complete", ["no", "unknown"])
def test_a_list_that_is_not_complete_says_yes_of_its_members_and_nothing_of_others(complete: str) -> None:
    with district(*schools(NAMES), listed(2020, "1", complete=complete)) as log:
        said = {row["school_id"]: row["listed"] for row in log.rows("membership")}
    assert said == {"m/1": True, "m/2": None, "m/3": None}


def test_a_year_without_a_list_is_unknown_and_has_no_events() -> None:
    with district(*schools(NAMES), listed(2020, "1"), listed(2022, "1")) as log:
        row = log.row("membership", school_id="m/1", year=2021)
    assert (row["listed"], row["conflict"], row["events"], row["disagreeing"]) == (None, False, [], [])


def test_sources_that_disagree_leave_the_year_unknown_and_are_both_named() -> None:
    federal = listed(2020, "1", issuer="federal")
    with district(*schools(NAMES), listed(2020, "2"), federal) as log:
        row = log.row("membership", school_id="m/1", year=2020)
        apart = {one["issuer"]: one["listed"] for one in log.rows("membership_by_issuer", school_id="m/1")}
        lists = set(log.tables.at()[ListPublished].collect()["event_id"])
    assert (row["listed"], row["conflict"], set(row["disagreeing"])) == (None, True, lists)
    assert lists <= set(row["events"])
    assert apart == {"municipal": False, "federal": True}


def test_an_order_about_one_school_counts_as_a_list_does() -> None:
    orders = [
        SchoolListed(school_id="m/1", year=2021, issuer="municipal"),
        SchoolDelisted(school_id="m/2", year=2021, issuer="municipal"),
    ]
    with district(*schools(NAMES), *orders) as log:
        said = {(row["school_id"], row["listed"]) for row in log.rows("membership")}
    assert said == {("m/1", True), ("m/2", False)}


def test_the_list_of_a_region_counts_in_its_municipalities() -> None:
    with district(*schools(NAMES), listed(2020, "1", area="r", of="m")) as log:
        said = {row["school_id"]: row["listed"] for row in log.rows("membership")}
    assert said == {"m/1": True, "m/2": False, "m/3": False}


def test_no_rests_on_the_registration_as_well_and_yes_does_not() -> None:
    with district(*schools(NAMES), listed(2020, "1")) as log:
        log.take_back(SchoolRegistered, school_id="m/1")
        log.take_back(SchoolRegistered, school_id="m/2")
        said = {row["school_id"]: row["listed"] for row in log.rows("membership")}
    assert said == {"m/1": True, "m/3": False}


def test_a_retracted_list_makes_the_year_unknown_and_leaves_the_others_alone() -> None:
    with district(*schools(NAMES), *(listed(year, "1") for year in (2020, 2021, 2022))) as log:
        log.take_back(ListPublished, year=2021)
        said = {row["year"]: row["listed"] for row in log.rows("membership", school_id="m/1")}
        steps = [(row["from_year"], row["to_year"], row["unknown_years"]) for row in log.rows("flow")]
    assert said == {2020: True, 2021: None, 2022: True}
    assert steps == [(2020, 2022, [2021])]


def test_the_flow_tells_who_stayed_came_left_and_came_back() -> None:
    lists = [listed(2020, "1", "2"), listed(2021, "2"), listed(2022, "1", "2", "3")]
    with district(*schools(NAMES), *lists) as log:
        first, second = log.rows("flow")
    assert (first["stayed"], first["entered"], first["left"]) == (["m/2"], [], ["m/1"])
    assert (second["stayed"], second["entered"], second["left"]) == (["m/2"], ["m/1", "m/3"], [])
    assert second["re_entered"] == ["m/1"]


def test_who_is_missing_in_a_list_that_is_not_complete_neither_left_nor_stayed() -> None:
    with district(*schools(NAMES), listed(2020, "1", "2"), listed(2021, "2", complete="no")) as log:
        (step,) = log.rows("flow")
    assert (step["stayed"], step["left"], step["unclear"]) == (["m/2"], [], ["m/1"])


def test_flows_of_two_areas_do_not_mix() -> None:
    other = [school("9", area="n"), listed(2020, "9", area="n"), listed(2021, area="n")]
    with district(*schools(NAMES), listed(2020, "1"), listed(2022, "1"), *other) as log:
        steps = {row["area"]: (row["to_year"], row["stayed"], row["left"]) for row in log.rows("flow")}
    assert steps == {"m": (2022, ["m/1"], []), "n": (2021, [], ["n/9"])}


def test_an_entry_and_an_exit_inside_a_gap_are_only_bracketed() -> None:
    lists = [listed(2020), listed(2022, "1"), listed(2024)]
    with district(*schools(NAMES), *lists) as log:
        stay = log.row("spells")
    assert (stay["entered_after"], stay["entered_by"]) == (2020, 2022)
    assert (stay["left_after"], stay["left_by"]) == (2022, 2024)
    assert (stay["on_years"], stay["gaps"]) == ([2022], [])


def test_a_stay_across_a_gap_is_on_at_both_ends_and_not_on_in_between() -> None:
    with district(*schools(NAMES), listed(2020, "1"), listed(2022, "1"), listed(2023)) as log:
        stay = log.row("spells")
    assert (stay["first_seen"], stay["last_seen"], stay["on_years"]) == (2020, 2022, [2020, 2022])
    assert stay["gaps"] == [2021]
    assert (stay["entered_after"], stay["left_by"]) == (None, 2023)


def test_who_is_still_on_the_last_list_has_not_left() -> None:
    with district(*schools(NAMES), listed(2020), listed(2021, "1")) as log:
        stay = log.row("spells")
    assert (stay["left_after"], stay["left_by"]) == (None, None)


def test_who_comes_back_has_a_second_stay() -> None:
    with district(*schools(NAMES), listed(2020, "1"), listed(2021), listed(2022, "1")) as log:
        stays = [(row["on_years"], row["re_entry"]) for row in log.rows("spells")]
    assert stays == [([2020], False), ([2022], True)]
