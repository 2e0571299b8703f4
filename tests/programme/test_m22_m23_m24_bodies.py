"""M22–M24: the mentoring centre and its capacity, consultations by term, subject associations and who is absent."""

from __future__ import annotations

from datetime import date
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.programme.district import centre, codes, district, row, rows
from tests.programme.test_m06_m07_deficits import CHAIN, TOPIC, diagnosed

from shnor_engine import When
from shnor_engine.events import (
    AssociationMet,
    ConsultationHeld,
    Event,
    MentoringEnded,
    MentoringHeld,
    MentoringStarted,
    ResultRecorded,
)
from shnor_engine.projections.mentoring import places


def pair(name: str, first: int, last: int) -> MentoringStarted:
    """A pair from one month of 2024 to another, both inside."""
    return MentoringStarted(
        pair_id=name,
        body_id="d/mentors",
        mentor=f"mentor-{name}0",
        mentee=f"mentee-{name}0",
        school_id="d/3",
        period=When.month(2024, first, months=last - first + 1, kind="throughout"),
    )


def mentors(capacity: int | None) -> Event:
    return centre("d/mentors", "mentoring_centre", capacity=capacity)


def test_m22_pairs_over_capacity_wait_for_a_place_or_get_none() -> None:
    told = [mentors(1), pair("a", 1, 6), pair("b", 2, 9), pair("c", 3, 5)]
    with district(*told) as engine:
        found = {one["pair_id"]: (one["place"], one["place_from"]) for one in rows(engine, "mentoring")}
        flags = {
            one.text_en.split()[1]: one.weight
            for one in engine.findings(on=date(2024, 12, 1))
            if "pair" in one.text_en
        }
    assert found == {
        "a": ("held", date(2024, 1, 1)),
        "b": ("queued", date(2024, 7, 1)),
        "c": ("refused", None),
    }
    assert flags == {"b": "flagged", "c": "refused"}


def test_m22_a_pair_that_ends_early_frees_its_place() -> None:
    ended = MentoringEnded(pair_id="a", when=When.day(date(2024, 2, 14)))
    with district(mentors(1), pair("a", 1, 6), pair("b", 3, 9), ended) as engine:
        assert {one["place"] for one in rows(engine, "mentoring")} == {"held"}
        assert ("mentoring.over_capacity", "d/mentors") not in codes(engine)


def test_m22_without_a_known_capacity_everybody_has_a_place() -> None:
    with district(mentors(None), pair("a", 1, 6), pair("b", 1, 6)) as engine:
        assert {(one["place"], one["capacity"]) for one in rows(engine, "mentoring")} == {("held", None)}


def test_m22_the_order_in_which_pairs_are_told_changes_nothing() -> None:
    answers = set()
    for order in permutations([pair("a", 1, 6), pair("b", 1, 9), pair("c", 3, 8)]):
        with district(mentors(1), *order) as engine:
            answers.add(tuple((one["pair_id"], one["place"], one["place_from"]) for one in rows(engine, "mentoring")))
    assert len(answers) == 1


spans = st.lists(st.tuples(st.integers(1, 12), st.integers(1, 6)), max_size=8)


@settings(max_examples=200, deadline=None)
@given(spans, st.integers(1, 3))
def test_m22_never_more_pairs_have_a_place_than_there_are(some: list[tuple[int, int]], capacity: int) -> None:
    told = [
        {
            "pair_id": str(number),
            "period_start": When.month(2024, first).start,
            "until": When.month(2024, first, months=length).end,
            "capacity": capacity,
        }
        for number, (first, length) in enumerate(sorted(some))
    ]
    taken = [(one["place_from"], one["until"]) for one in places(told) if one["place_from"] is not None]
    for day, _ in taken:
        assert sum(start <= day < end for start, end in taken) <= capacity


def test_m22_sessions_and_hours_are_summed() -> None:
    met = [MentoringHeld(pair_id="a", when=When.month(2024, month), hours=1.5) for month in (2, 3)]
    with district(mentors(2), pair("a", 1, 6), *met) as engine:
        found = row(engine, "mentoring")
    assert (found["sessions"], found["hours"]) == (2, 3.0)


def consulted(when: When, sessions: int = 1) -> ConsultationHeld:
    return ConsultationHeld(school_id="d/3", body_id="d/tutor", when=when, sessions=sessions)


TUTOR = centre("d/tutor", "tutor_point")
AFTER = date(2024, 10, 1)  # the last whole term is January to August 2024


@pytest.mark.parametrize(
    ("told", "flagged"),
    [
        ([], False),
        ([diagnosed("person-1", TOPIC)], True),
        ([diagnosed("person-1", TOPIC), consulted(When.month(2024, 3))], False),
        ([diagnosed("person-1", TOPIC), consulted(When.year(2024))], False),
        ([diagnosed("person-1", TOPIC), consulted(When.month(2023, 11))], True),
        ([diagnosed("person-1", TOPIC, when=When.month(2024, 9))], False),
        (CHAIN, True),
    ],
)
def test_m23_a_school_with_an_open_deficit_and_no_consultation_in_a_term_is_recommended_one(
    told: list[Event], flagged: bool
) -> None:
    with district(TUTOR, *told) as engine:
        assert (("consultation.none_in_term", "d/3") in codes(engine, on=AFTER)) is flagged
        advised = {item.measure.code for item in engine.recommend(on=AFTER) if item.measure}
    assert ("tutor_point" in advised) is flagged


def test_m23_demand_and_coverage_stand_term_by_term() -> None:
    told = [diagnosed("person-1", TOPIC, when=When.month(2023, 10)), consulted(When.month(2024, 3), 2)]
    with district(TUTOR, *told) as engine:
        terms = [
            (one["school_year"], one["term"], one["demand"], one["sessions"], one["covered"])
            for one in rows(engine, "consultations", school_id="d/3")
        ]
    assert terms == [(2024, 1, 1, 0, False), (2024, 2, 1, 2, True)]


def low(discipline: str, below: int, number: int = 3) -> ResultRecorded:
    return ResultRecorded(
        school_id=f"d/{number}",
        year=2024,
        procedure_kind="oge",
        discipline=discipline,
        participants=10,
        below_min=below,
    )


def met(when: When, **attendees: int) -> AssociationMet:
    came = {f"d/{name.removeprefix('s')}": number for name, number in attendees.items()}
    return AssociationMet(body_id="d/rmo", discipline="mathematics", when=when, attendees=came)


RMO = centre("d/rmo", "subject_association")


@pytest.mark.parametrize(
    ("told", "gap"),
    [
        ([low("mathematics", 3), met(When.month(2024, 3), s1=2)], True),
        ([low("mathematics", 2), met(When.month(2024, 3), s1=2)], False),
        ([low("russian", 3), met(When.month(2024, 3), s1=2)], False),
        ([low("mathematics", 3), met(When.month(2024, 3), s1=2, s3=1)], False),
        ([low("mathematics", 3), met(When.month(2024, 3), s1=2), met(When.month(2024, 11), s3=1)], False),
        ([low("mathematics", 3), met(When.month(2024, 3))], False),
        ([low("mathematics", 3), met(When.month(2024, 3), s1=2, s3=0)], True),
        ([low("mathematics", 3)], False),
    ],
)
def test_m24_low_in_a_subject_and_absent_from_its_association_is_a_gap(told: list[Event], gap: bool) -> None:
    with district(RMO, *told) as engine:
        assert (("association.absent", "d/3") in codes(engine)) is gap
        advised = [item for item in engine.recommend(year=2024, on=AFTER) if "association_absent" in item.basis]
    assert bool(advised) is gap


def test_m24_attendance_counts_meetings_presence_absence_and_what_nobody_counted() -> None:
    told = [met(When.month(2024, 2), s3=2), met(When.month(2024, 3), s1=1), met(When.month(2024, 4))]
    with district(RMO, *told) as engine:
        found = row(engine, "association_attendance", school_id="d/3")
    assert (found["meetings"], found["attended"], found["absent"], found["uncounted"]) == (3, 1, 1, 1)
