"""M04 and M05: support that answers a school's own deficits; plans of transition, late from the right day on."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.programme.district import codes, district, factor, finding, held, published, row, rows, school

from shnor_engine import When
from shnor_engine.events import Event, PlanAdopted, RiskProfileAssessed, RiskProfileVerified, SupportAssigned

DAY = timedelta(days=1)


def support(ground: str = "РПШ", code: str | None = None, number: int = 3) -> SupportAssigned:
    return SupportAssigned(
        school_id=f"d/{number}", form="consultation", ground=ground, when=When.month(2024, 2), factor=code
    )


@pytest.mark.parametrize(
    ("told", "own"),
    [
        ([], False),
        ([support()], False),
        ([support(code="pupils_at_risk")], False),
        ([support(code="pupils_at_risk"), factor(2, "pupils_at_risk")], False),
        ([support(code="pupils_at_risk"), factor(3, "pupils_at_risk")], True),
        ([support(ground="f"), finding("f", 3)], True),
        ([support(ground="f"), finding("f", 2)], False),
    ],
)
def test_m04_support_is_addressed_where_it_cites_a_factor_or_finding_of_the_school_itself(
    told: list[Event], own: bool
) -> None:
    with district(*told) as engine:
        assert (("support.not_addressed", "d/3") in codes(engine)) is not own
        assert any(one["own_ground"] for one in rows(engine, "support")) is own


def test_m04_a_disputed_factor_is_no_ground() -> None:
    profile = RiskProfileAssessed(school_id="d/3", year=2024, scores={"pupils_at_risk": 0.8, "low_equipment": 0.1})
    verified = RiskProfileVerified(
        school_id="d/3", year=2024, accepted=("low_equipment",), disputed=("pupils_at_risk",)
    )
    with district(profile, support(code="pupils_at_risk")) as engine:
        assert row(engine, "support")["own_ground"]
        engine.append([verified], actor="x")
        assert not row(engine, "support")["own_ground"]


def test_m04_the_ledger_counts_what_was_given_of_the_form_since_it_was_assigned() -> None:
    acts = [
        held("early", "consultation", When.month(2024, 1), participants=("d/3",), hours=1),
        held("a", "consultation", When.month(2024, 3), participants=("d/3",), hours=1.5),
        held("b", "consultation", When.month(2024, 4), participants=("d/3", "d/2"), hours=2),
        held("other", "meeting", When.month(2024, 4), participants=("d/3",), hours=9),
    ]
    with district(support(), *acts) as engine:
        told = row(engine, "support", school_id="d/3")
        assert (told["given"], told["hours"]) == (2, 3.5)


LISTED_ON = date(2024, 11, 1)
DUE = date(2024, 12, 31)  # 60 days later


def listed_on(day: When) -> Event:
    return published(2024, (3,), when=day)


BEFORE = {2023: (2,)}


def plan(when: When, kind: str = "transition_programme") -> PlanAdopted:
    return PlanAdopted(plan_id="p", school_id="d/3", kind=kind, when=when)


def test_m05_a_listed_school_without_a_plan_is_flagged_on_the_right_day_and_not_a_day_earlier() -> None:
    with district(listed_on(When.day(LISTED_ON)), lists=BEFORE) as engine:
        assert ("plan.overdue", "d/3") not in codes(engine, on=DUE)
        assert ("plan.overdue", "d/3") in codes(engine, on=DUE + DAY)
        (flag,) = engine.findings(on=DUE + DAY).of("plan.overdue")
        assert (flag.day, flag.weight) == (DUE + DAY, "flagged")
        assert "31.12.2024" in flag.text_ru
        assert flag.events


def test_m05_where_only_the_month_of_the_list_is_known_the_latest_day_counts() -> None:
    with district(listed_on(When.month(2024, 11)), lists=BEFORE) as engine:
        told = row(engine, "plan_due", school_id="d/3")
        assert (told["due_from"], told["due_by"]) == (DUE, date(2025, 1, 29))
        assert ("plan.overdue", "d/3") not in codes(engine, on=date(2025, 1, 29))
        assert ("plan.overdue", "d/3") in codes(engine, on=date(2025, 1, 30))


@pytest.mark.parametrize(
    ("adopted", "reading"),
    [
        (When.day(DUE), "in_time"),
        (When.day(date(2025, 1, 15)), "unclear"),
        (When.day(date(2025, 1, 30)), "late"),
        (When.month(2024, 3), "in_time"),
    ],
)
def test_m05_an_adopted_plan_answers_and_its_day_is_read_honestly(adopted: When, reading: str) -> None:
    with district(listed_on(When.month(2024, 11)), plan(adopted), lists=BEFORE) as engine:
        assert row(engine, "plan_due", school_id="d/3")["reading"] == reading
        found = codes(engine, on=date(2025, 6, 1))
        assert ("plan.overdue", "d/3") not in found
        assert (("plan.late", "d/3") in found) is (reading == "late")


def test_m05_a_plan_of_another_kind_or_of_an_earlier_stay_answers_nothing() -> None:
    for other in (plan(When.month(2024, 12), "teacher_growth_programme"), plan(When.month(2020, 5))):
        with district(listed_on(When.day(LISTED_ON)), other, lists=BEFORE) as engine:
            assert ("plan.overdue", "d/3") in codes(engine, on=DUE + DAY)


def test_m05_a_school_that_left_the_list_owes_no_plan_any_more() -> None:
    with district(lists={2022: (3,), 2023: ()}) as engine:
        assert ("plan.overdue", "d/3") not in codes(engine, on=date(2024, 6, 1))
    assert school(3).school_id == "d/3"
