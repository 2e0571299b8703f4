"""What cannot be, or should not be: refused or flagged, each with its code and its text in Russian and English."""

from __future__ import annotations

from datetime import date

import pytest
from tests.programme.district import LISTS, ON, centre, codes, district, held, programme, published, rows
from tests.programme.test_m06_m07_deficits import CHAIN, OTHER, P, trained
from tests.programme.test_m22_m23_m24_bodies import mentors, pair

from shnor_engine import When
from shnor_engine.errors import InvalidEvent
from shnor_engine.events import RecommendationImplemented, RecommendationIssued
from shnor_engine.recommend.checks import CHECKS, CODES, refused

EVIDENCE = RecommendationImplemented(recommendation_id="nobody", evidence="приказ", when=When.month(2024, 5))


def test_evidence_for_an_unknown_recommendation_is_refused_with_a_code() -> None:
    with district() as engine:
        with pytest.raises(InvalidEvent, match="unknown recommendation") as refusal:
            engine.append([EVIDENCE], actor="x")
        assert list(engine.log.read(types=["recommendation.implemented"])) == []
        with pytest.raises(InvalidEvent, match="unknown"):
            engine.mark("nobody", "implemented", actor="x", said="приказ")
    (said,) = refused(refusal.value)
    assert (said.code, said.weight) == ("recommendation.unknown", "refused")
    assert "такой рекомендации в журнале нет" in said.text_ru
    assert "no such recommendation" in said.text_en


def test_evidence_whose_recommendation_is_taken_back_hangs_in_the_air_and_is_flagged() -> None:
    issued = RecommendationIssued(recommendation_id="nobody", about="d/3", scope="school", text="…")
    with district(issued, EVIDENCE) as engine:
        assert ("recommendation.unknown", "nobody") not in codes(engine)
        (row,) = engine.log.read(types=["recommendation.issued"])
        engine.retract(row.event_id, reason="ошибка", actor="x")
        assert ("recommendation.unknown", "nobody") in codes(engine)


def test_other_refusals_have_no_code_of_the_programme() -> None:
    with district() as engine, pytest.raises(InvalidEvent) as refusal:
        engine.append([held("a", "meeting", When.month(2024, 1), participants=("d/99",))], actor="x")
    assert refused(refusal.value) == ()


def test_mentoring_over_capacity_is_queued_or_refused() -> None:
    with district(mentors(1), pair("a", 1, 6), pair("b", 2, 9), pair("c", 3, 5)) as engine:
        queued, none = engine.findings(on=ON).of("mentoring.over_capacity")
    assert (queued.weight, none.weight) == ("flagged", "refused")
    assert "в очереди до 01.07.2024" in queued.text_ru
    assert "места не будет" in none.text_ru


@pytest.mark.parametrize(
    ("when", "flagged"),
    [
        (When.month(2020, 12), True),
        (When.month(2021, 1), False),
        (When.month(2025, 1), True),
        (When.school_year(2021), False),
    ],
)
def test_an_activity_outside_every_programme_period_is_flagged(when: When, flagged: bool) -> None:
    with district(programme(), held("a", "meeting", when)) as engine:
        assert (("activity.outside_programme", "a") in codes(engine, on=date(2025, 3, 1))) is flagged


def test_where_no_programme_is_told_of_no_activity_lies_outside_one() -> None:
    with district(held("a", "meeting", When.month(2020, 1))) as engine:
        assert ("activity.outside_programme", "a") not in codes(engine)


def test_a_training_off_topic_is_flagged_and_closes_nothing() -> None:
    with district(*CHAIN[:2], trained(P, OTHER), CHAIN[3]) as engine:
        (said,) = engine.findings(on=ON).of("training.off_topic")
        assert rows(engine, "deficits")[0]["closed"] is False
    assert "обучение было на другую тему; не закрыт" in said.text_ru
    assert P not in said.text_ru + said.text_en


def test_two_lists_of_one_year_and_issuer_are_flagged_and_where_they_differ_membership_is_unknown() -> None:
    second = published(2024, (2, 3), part="b")
    with district(second) as engine:
        (said,) = engine.findings(on=ON).of("list.two_for_year")
        listed = {one["school_id"]: one["listed"] for one in rows(engine, "membership", year=2024)}
    assert "расходятся: СОШ № 2" in said.text_ru
    assert len(said.events) == 2
    assert listed == {"d/1": False, "d/2": None, "d/3": True, "d/4": False}


def test_two_equal_lists_are_flagged_and_nothing_is_unknown_and_two_issuers_are_no_matter() -> None:
    with district(published(2024, (3,), part="b")) as engine:
        (said,) = engine.findings(on=ON).of("list.two_for_year")
        assert "составы совпадают" in said.text_ru
        assert None not in {one["listed"] for one in rows(engine, "membership", year=2024)}
    with district(published(2024, (3,), part="b", issuer="regional")) as engine:
        assert engine.findings(on=ON).of("list.two_for_year") == ()


def test_every_code_is_named_once_and_every_finding_speaks_both_languages_and_names_stored_events() -> None:
    assert len(CODES) == len(set(CODES))
    told = [programme(), mentors(1), pair("a", 1, 6), pair("b", 2, 9), *CHAIN[:2], trained(P, OTHER), CHAIN[3]]
    with district(*told, held("x", "meeting", When.month(2020, 1))) as engine:
        stored = {row.event_id for row in engine.log.read()}
        found = engine.findings(on=ON)
        assert found.to_json()["position"] == engine.log.head().position
    assert len(found) > 8
    for item in found:
        assert item.code in CODES
        assert item.text_ru != item.text_en
        assert set(item.events) <= stored
        assert f"[{item.code}]" in found.text("ru")
    assert all(check.find.__doc__ for check in CHECKS)


def test_an_empty_log_and_a_log_without_lists_have_nothing_to_find() -> None:
    with district(lists={}) as engine:
        assert engine.findings(on=ON).text("ru") == "Замечаний нет."
        assert engine.findings(on=ON).text("en") == "Nothing found."
    assert 2024 in LISTS
    assert centre().kind == "methodical_centre"
