"""The support status over the rating: own history, years without rating, placements, the rating as a decision."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.packs.methodologies.rating import Indicator, Rating, Roll, Support, support

from shnor_engine.law import percent
from shnor_engine.reasoning import Facts, Placement, Verdict
from shnor_engine.rules import RuleSet

PACK = support()
ON = date(2027, 2, 1)
NAMES = {code: {"ru": item.ru, "en": item.en} for code, item in PACK.decisions.items()}
LOW, MIDDLE, GOOD, NONE = 10, 55, 80, None
"""Per cent in the exams: the low level; the middle one below the exit bar; above it; no rating at all."""


def facts(exams: dict[int, Any], *, unknown: int = 0) -> Facts:
    rows = [
        {
            "school": "s",
            "year": year,
            "indicator": "exams",
            "value": None if share is None or year == unknown else percent(share),
            "measured": share is not None,
            "events": [f"exams-{year}"],
        }
        for year, share in exams.items()
    ]
    roll = [
        {"school": "s", "year": year, "enrolled": 100, "tested": 100, "events": [f"roll-{year}"]} for year in exams
    ]
    return Facts.of({Indicator: rows, Roll: roll}, closed=True)


def judge(exams: dict[int, Any], year: int, *, unknown: int = 0, placements: Any = ()) -> Verdict:
    keys, own = {"school": "s", "year": year}, facts(exams, unknown=unknown)
    verdict = PACK.decide(keys, own, on=ON, rules=RuleSet.of(Rating, Support), placements=placements)
    assert verdict.outcome != "failed", verdict.error
    return verdict


def states(exams: dict[int, Any], **more: Any) -> list[Any]:
    return [judge(exams, year, **more).values["state"] for year in exams]


def test_the_total_and_the_level_are_those_that_the_rating_decides() -> None:
    for share in (LOW, MIDDLE, GOOD):
        read = judge({2022: share}, 2022).values
        keys = {"school": "s", "year": 2022}
        rated = PACK.decide(keys, facts({2022: share}), on=ON).values
        assert (read["total"], read["weak"]) == (rated["total"], rated["weak"])
    assert [judge({2022: share}, 2022).values["weak"] for share in (LOW, MIDDLE, GOOD)] == [True, False, False]


def test_a_school_enters_at_the_low_level_and_leaves_after_two_good_rated_years() -> None:
    assert states({2022: GOOD, 2023: LOW, 2024: GOOD, 2025: GOOD}) == ["free", "supported", "supported", "free"]
    assert states({2022: LOW, 2023: GOOD, 2024: LOW, 2025: GOOD}) == ["supported"] * 4


def test_a_year_without_rating_neither_helps_nor_hurts() -> None:
    exams = {2022: LOW, 2023: GOOD, 2024: NONE, 2025: GOOD}
    assert states(exams) == ["supported", "supported", "supported", "free"]
    assert judge(exams, 2024).outcome == "not_applicable"


def test_a_commission_places_a_school_and_the_years_after_go_on_from_there() -> None:
    placed = Placement(
        "test.rating.support",
        {"school": "s", "year": 2023},
        "supported",
        "комиссия",
        "протокол 4",
        events=("placed",),
    )
    exams = {2022: GOOD, 2023: GOOD, 2024: MIDDLE}
    assert states(exams) == ["free", "free", "free"]
    assert states(exams, placements=[placed]) == ["free", "supported", "supported"]
    told = PACK.explain(judge(exams, 2023, placements=[placed]), names=NAMES)
    assert "установлено решением: комиссия (протокол 4)" in told.text("ru")
    assert "само правило дало бы: «без сопровождения»" in told.text("ru")
    assert "placed" in told.events


def test_an_unknown_rating_leaves_the_state_open_until_something_settles_it() -> None:
    exams = {2022: GOOD, 2023: LOW, 2024: LOW}
    assert judge(exams, 2023, unknown=2023).values["state"] == ("free", "supported")
    assert judge(exams, 2023, unknown=2023).outcome == "undetermined"
    assert judge(exams, 2024, unknown=2023).values["state"] == "supported"


def test_the_explanation_leads_from_the_state_to_the_events_of_the_exams() -> None:
    found = PACK.explain(judge({2022: GOOD, 2023: LOW}, 2023))
    assert {"exams-2023", "roll-2023"} <= set(found.events)


def test_the_pack_has_no_hole_and_stands_in_columns_wholly() -> None:
    assert not PACK.check(on=ON)
    assert PACK.describe(on=ON).count("test.rating") >= 2
