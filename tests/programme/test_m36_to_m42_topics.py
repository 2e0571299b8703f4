"""M36–M42: the seven topics of the audit, each through the whole life of its recommendation."""

from __future__ import annotations

from datetime import date

import pytest
from tests.programme.district import ON, audit, codes, district, finding

from shnor_engine import Engine, When
from shnor_engine.errors import InvalidEvent
from shnor_engine.events import FindingClosed, RecommendationVerified
from shnor_engine.recommend.lifecycle import Entry

# M-number, topic, and the id that the recommendation has in every run and on every machine.
TOPICS = [
    ("m36", "management_team", "00dc6acf-ac00-8cb5-a4ee-c9e4bea7d9cf"),
    ("m37", "teacher_context", "00dc6acf-ac00-88af-a89c-4c110067bbc7"),
    ("m38", "school_roadmap", "00dc6acf-ac00-8063-b0b0-56e484816a4c"),
    ("m39", "transition_plan", "00dc6acf-ac00-855b-b370-c173811ed9aa"),
    ("m40", "struggling_pupils_plans", "00dc6acf-ac00-8e93-96c0-40418b979aed"),
    ("m41", "internal_quality_system", "00dc6acf-ac00-8208-a614-b4d5f6bb7b84"),
    ("m42", "pastoral_staff", "00dc6acf-ac00-883f-99f7-de41e2f75bcc"),
]
EACH = pytest.mark.parametrize(("topic", "golden"), [one[1:] for one in TOPICS], ids=[one[0] for one in TOPICS])
DUE = date(2025, 3, 24)  # 90 days after 23.12.2024 is Sunday 23.03.2025


def issued(engine: Engine, topic: str, on: date = ON) -> Entry:
    """The recommendation on the finding of this topic, issued."""
    engine.issue(engine.recommend(on=on), actor="methodologist")
    (entry,) = [one for one in engine.recommendations(on=on) if one.finding_id == "f"]
    assert entry.topic == topic
    return entry


def status(engine: Engine, entry: Entry) -> str:
    return engine.recommendations(on=ON)[entry.id].status


@EACH
def test_an_open_finding_of_the_topic_is_answered_by_one_recommendation_with_a_steady_id(
    topic: str, golden: str
) -> None:
    with district(audit(topics=(topic,)), finding("f", topic=topic, audit_id="d/audit")) as engine:
        entry = issued(engine, topic)
        assert entry.id == golden
        assert (entry.about, entry.status, entry.due, entry.open) == ("d/3", "issued", DUE, True)
        (advice,) = [one for one in engine.recommend(on=ON) if one.finding_id == "f"]
        assert advice.measure is not None
        assert advice.measure.evidence_ru in entry.text
        found = {row["finding_id"]: row for row in engine.project("findings").collect().to_dicts()}
        assert set(advice.events) == set(found["f"]["events"])
        assert "тема" in advice.ground_ru
        assert topic in advice.ground_en


@EACH
def test_nothing_is_issued_again_while_one_is_open(topic: str, golden: str) -> None:
    with district(finding("f", topic=topic)) as engine:
        entry = issued(engine, topic)
        head = engine.log.head().position
        for later in (ON, date(2025, 2, 1)):
            again = engine.issue(engine.recommend(on=later), actor="methodologist")
            assert (again.new, again.appended) == ((), None)
            assert entry.id in again.standing
        assert engine.log.head().position == head


@EACH
def test_it_is_accepted_carried_out_with_evidence_and_verified(topic: str, golden: str) -> None:
    with district(finding("f", topic=topic)) as engine:
        entry = issued(engine, topic)
        engine.mark(entry.id, "accepted", actor="head", by="head", when=When.day(date(2025, 1, 10)))
        assert status(engine, entry) == "accepted"
        engine.mark(entry.id, "implemented", actor="head", said="приказ № 5", when=When.day(date(2025, 2, 3)))
        assert status(engine, entry) == "implemented"
        engine.mark(entry.id, "verified", actor="centre", by="methodologist", when=When.day(date(2025, 2, 7)))
        closed = engine.recommendations(on=ON)[entry.id]
        assert (closed.status, closed.closed, closed.open) == ("verified", True, False)
        assert (closed.evidence, closed.evidence_by) == ("приказ № 5", date(2025, 2, 3))
        assert [step.step for step in closed.steps] == ["accepted", "implemented", "verified"]


@EACH
def test_it_is_never_closed_without_evidence(topic: str, golden: str) -> None:
    with district(finding("f", topic=topic)) as engine:
        entry = issued(engine, topic)
        with pytest.raises(InvalidEvent, match="cannot follow"):
            engine.mark(entry.id, "verified", actor="centre", by="methodologist")
        with pytest.raises(InvalidEvent, match="evidence"):
            engine.mark(entry.id, "implemented", actor="head")
        by_hand = RecommendationVerified(
            recommendation_id=entry.id, by="methodologist", when=When.day(date(2024, 12, 23))
        )
        engine.append([by_hand], actor="somebody")
        stands = engine.recommendations(on=ON)[entry.id]
        assert (stands.status, stands.closed) == ("issued", False)
        assert ("recommendation.impossible_step", "d/3") in codes(engine)


@EACH
def test_it_expires_when_its_working_day_has_passed_and_not_before(topic: str, golden: str) -> None:
    with district(finding("f", topic=topic)) as engine:
        entry = issued(engine, topic)
        assert entry.id not in engine.expire(on=DUE, actor="clock")
        assert not engine.recommendations(on=DUE)[entry.id].overdue
        late = date(2025, 3, 25)
        assert engine.recommendations(on=late)[entry.id].overdue
        assert entry.id in engine.expire(on=date(2025, 6, 1), actor="clock")
        stands = engine.recommendations(on=late)[entry.id]
        assert (stands.status, stands.open) == ("expired", False)
        assert stands.steps[0].when == When.day(late)
        assert engine.expire(on=date(2025, 6, 1), actor="clock") == ()
        with pytest.raises(InvalidEvent, match="reopened"):
            engine.mark(entry.id, "implemented", actor="head", said="приказ № 9")


@EACH
def test_it_is_opened_again_with_a_new_day_while_its_ground_stands(topic: str, golden: str) -> None:
    with district(finding("f", topic=topic)) as engine:
        entry = issued(engine, topic)
        engine.expire(on=date(2025, 4, 1), actor="clock")
        left = engine.issue(engine.recommend(on=date(2025, 4, 1)), actor="methodologist")
        assert entry.id in left.standing
        again = engine.issue(engine.recommend(on=date(2025, 4, 1)), actor="methodologist", reopen=True)
        assert entry.id in again.reopened
        open_ = engine.recommendations(on=date(2025, 4, 1))[entry.id]
        assert (open_.status, open_.open, open_.round) == ("reopened", True, 1)
        assert open_.due == date(2025, 6, 30)
        assert open_.evidence is None
        closed = FindingClosed(finding_id="f", school_id="d/3", when=When.day(date(2025, 4, 2)), evidence="акт")
        engine.append([closed], actor="x")
        assert "f" not in {one.finding_id for one in engine.recommend(on=date(2025, 4, 3))}


@EACH
def test_a_replay_gives_the_same_ids_and_the_same_life(topic: str, golden: str) -> None:
    def life() -> list[tuple[str, str]]:
        with district(finding("f", topic=topic)) as engine:
            entry = issued(engine, topic)
            engine.mark(entry.id, "accepted", actor="head", when=When.day(date(2025, 1, 10)))
            engine.expire(on=date(2025, 6, 1), actor="clock")
            engine.issue(engine.recommend(on=date(2025, 6, 2)), actor="methodologist", reopen=True)
            told = engine.log.read(
                types=["recommendation.issued", "recommendation.expired", "recommendation.reopened"]
            )
            return [(row.event_id, row.subject) for row in told]

    assert life() == life()
