"""What events name is held against the log and the whole call, in any order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from contextlib import suppress
from typing import Annotated

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shnor_engine.errors import CorrectionError, InvalidEvent
from shnor_engine.events import (
    ActivityHeld,
    AssociationMet,
    BodyEstablished,
    Envelope,
    Event,
    FactorAssessed,
    FindingClosed,
    FindingRecorded,
    ListPublished,
    PlanAdopted,
    PlanDrafted,
    Ref,
    Registers,
    Registry,
    ResultRecorded,
    RiskProfileAssessed,
    RoadmapAdopted,
    SchoolRegistered,
    SchoolRenamed,
    Stored,
    When,
    catalogue,
    event_types,
    retract,
    supersede,
)
from shnor_engine.events.checks import ALSO, Known, _plan, check, dangling, known_from, registering, registrations
from shnor_engine.log.sqlite import SqliteLog

REGISTRY = catalogue()


def school(number: int) -> SchoolRegistered:
    return SchoolRegistered(
        school_id=f"severskiy/{number}",
        municipality="severskiy",
        region="ru.23",
        kind="secondary",
        name=f"МБОУ СОШ № {number}",
    )


CENTRE = BodyEstablished(body_id="severskiy/imc", kind="methodical_centre", municipality="severskiy", name="ИМЦ")


def published(*numbers: int, area: str = "severskiy") -> ListPublished:
    return ListPublished(
        list_id=f"{area}/2024",
        area=area,
        year=2024,
        issuer="municipal",
        complete="yes",
        members=tuple(f"severskiy/{number}" for number in numbers),
    )


def held(*hosts: str, form: str = "meeting") -> ActivityHeld:
    return ActivityHeld(activity_id="a", form=form, when=When.month(2024, 3), area="severskiy", hosts=hosts)


def problems(entries: Sequence[Event | Envelope], known: Known | None = None) -> list[tuple[str, str, str]]:
    with pytest.raises(InvalidEvent) as caught:
        check(entries, REGISTRY, known or Known())
    return [(problem.where, problem.field, problem.reason) for problem in caught.value.problems]


def test_a_listed_school_nobody_registered_is_named_with_the_registration_that_is_missing() -> None:
    (found,) = problems([school(7), published(7, 70)])
    where, field, reason = found
    assert (where, field) == ("event 2 (list.published)", "members")
    assert "unknown school «severskiy/70»" in reason
    assert "school.registered" in reason
    assert "near: severskiy/7" in reason


@given(st.permutations([school(7), school(8), CENTRE, published(7, 8), held("severskiy/imc", "severskiy/8")]))
def test_within_one_call_the_order_does_not_matter(events: list[Event]) -> None:
    check(events, REGISTRY, Known())


def test_what_the_log_registered_counts() -> None:
    check([published(7)], REGISTRY, Known([school(7)]))


def test_a_place_is_a_school_or_a_body() -> None:
    known = Known([school(7), CENTRE])
    check([held("severskiy/7", "severskiy/imc")], REGISTRY, known)
    ((_, field, reason),) = problems([held("severskiy/impc")], known)
    assert field == "hosts"
    assert "school or body" in reason
    assert "body.established or school.registered" in reason


def test_an_area_is_one_that_a_registration_names() -> None:
    ((_, field, reason),) = problems([published(7, area="seversky")], Known([school(7)]))
    assert field == "area"
    assert "near: severskiy" in reason


def test_whom_a_statement_is_about_follows_from_its_scope() -> None:
    known = Known([school(7)])
    check([FactorAssessed(about="severskiy", scope="district", factor="low_motivation")], REGISTRY, known)
    check([FactorAssessed(about="severskiy/7", scope="school", factor="low_motivation")], REGISTRY, known)
    for about, scope in (("severskiy/7", "district"), ("severskiy", "school")):
        event = FactorAssessed.model_validate({"about": about, "scope": scope, "factor": "low_motivation"})
        assert problems([event], known)[0][1] == "about"


def test_roadmaps_of_schools_that_nobody_names_are_about_their_area() -> None:
    known = Known([school(7)])
    check([RoadmapAdopted(roadmap_id="r", level="school", about="severskiy")], REGISTRY, known)
    assert problems([RoadmapAdopted(roadmap_id="r", level="school", about="severski")], known)
    assert problems([RoadmapAdopted(roadmap_id="r", level="district", about="severskiy/7")], known)


def test_keys_of_a_dict_are_looked_up_too() -> None:
    known = Known([school(7), CENTRE])
    met = AssociationMet(
        body_id="severskiy/imc", discipline="russian", when=When.month(2024, 3), attendees={"severskiy/9": 2}
    )
    assert [field for _, field, _ in problems([met], known)] == ["attendees"]
    profile = RiskProfileAssessed(school_id="severskiy/7", year=2024, scores={"low_motivatoin": 0.5})
    ((_, field, reason),) = problems([profile], known)
    assert field == "scores"
    assert "near: low_motivation" in reason


def test_a_code_outside_its_list_gets_near_codes() -> None:
    ((_, field, reason),) = problems([held(form="metting")], Known([school(7)]))
    assert field == "form"
    assert "list activity.form: «metting»; near: meeting" in reason


def test_a_code_that_a_plugin_adds_is_a_code() -> None:
    registry = catalogue()
    registry.add_codes("activity.form", {"metting": "опечатка"})
    check([held(form="metting")], registry, Known([school(7)]))


def test_a_list_of_codes_that_nobody_filled_is_not_closed() -> None:
    check([held(form="anything")], Registry(event_types()), Known([school(7)]))


def test_every_problem_of_a_call_is_listed_with_its_event() -> None:
    found = problems([school(7), published(8), held("nobody", form="picnic")])
    assert [(where.split()[1], field) for where, field, _ in found] == [
        ("2", "members"),
        ("3", "hosts"),
        ("3", "form"),
    ]


def test_a_call_with_very_many_problems_says_that_it_stopped() -> None:
    found = problems([published(n) for n in range(500)], Known([school(1000)]))
    assert len(found) < 110
    assert "stopped" in found[-1][2]


def test_an_envelope_is_looked_into_and_a_retraction_names_nothing() -> None:
    known = Known([school(7)])
    check([retract("x", reason="r"), supersede("y", published(7), reason="r")], REGISTRY, known)
    assert problems([supersede("y", published(8), reason="r")], known)


def test_a_finding_must_be_recorded_before_it_is_closed() -> None:
    closed = FindingClosed(finding_id="f", school_id="severskiy/7", when=When.month(2024, 3), evidence="приказ")
    recorded = FindingRecorded(finding_id="f", school_id="severskiy/7", text="нет плана")
    known = Known([school(7)])
    assert [field for _, field, _ in problems([closed], known)] == ["finding_id"]
    check([closed, recorded], REGISTRY, known)


# --- following a log ------------------------------------------------------------------------------


def opened() -> SqliteLog:
    return SqliteLog.open(":memory:", registry=REGISTRY)


def raw(log: SqliteLog, after: int = 0) -> list[Stored]:
    return list(log.read(types=registering(REGISTRY), after=after, effective=False))


def ids_of(log: SqliteLog) -> list[str]:
    return [row.event_id for row in log.read(effective=False)]


def test_known_follows_a_log_from_head_to_head() -> None:
    log = opened()
    log.append([school(7)], actor="a")
    known = known_from(raw(log), REGISTRY)
    log.append([school(8), published(7)], actor="a")
    known.extend(raw(log, known.position), REGISTRY, upto=log.head().position)
    assert set(known.ids("school")) == {"severskiy/7", "severskiy/8"}
    assert set(known.ids("area")) == {"severskiy", "ru.23"}
    assert known.position == 3


def test_a_registration_taken_back_is_unknown_until_it_is_restored() -> None:
    log = opened()
    log.append([school(7), school(8)], actor="a")
    log.retract(ids_of(log)[1], reason="ошибка", actor="a")
    assert set(known_from(raw(log), REGISTRY).ids("school")) == {"severskiy/7"}
    log.retract(ids_of(log)[2], reason="не ошибка", actor="a")
    assert set(known_from(raw(log), REGISTRY).ids("school")) == {"severskiy/7", "severskiy/8"}


def test_an_id_is_known_while_one_of_its_registrations_stands() -> None:
    log, when = opened(), When.month(2024, 3)
    drafted = PlanDrafted(plan_id="p", school_id="s", kind="anti_risk_programme", when=when)
    adopted = PlanAdopted(plan_id="p", school_id="s", kind="anti_risk_programme", when=when)
    log.append([drafted, adopted], actor="a")
    one, two = ids_of(log)
    log.retract(one, reason="ошибка", actor="a")
    assert set(known_from(raw(log), REGISTRY).ids("plan")) == {"p"}
    log.retract(two, reason="ошибка", actor="a")
    assert set(known_from(raw(log), REGISTRY).ids("plan")) == set()


def test_a_correction_of_a_registration_replaces_what_it_registered() -> None:
    log, moved = opened(), school(7).model_copy(update={"municipality": "abinsk"})
    log.append([school(7)], actor="a")
    log.supersede(ids_of(log)[0], moved, reason="район", actor="a")
    assert set(known_from(raw(log), REGISTRY).ids("area")) == {"abinsk", "ru.23"}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.integers(0, 8)), max_size=14), st.integers(1, 5))
def test_what_is_known_is_what_the_effective_rows_register(steps: list[tuple[int, bool, int]], chunk: int) -> None:
    log = opened()
    for number, corrects, target in steps:
        rows = list(log.read(effective=False))
        standing = {row.event_id: row for row in log.read()} | {
            r.event_id: r for r in rows if r.correction == "retract"
        }
        if corrects and standing:
            row = list(standing.values())[target % len(standing)]
            changed = school(number).model_copy(update={"school_id": row.subject, "region": f"ru.{target}"})
            entry = retract if target % 2 or row.correction == "retract" else None
            try_to_correct(
                log, retract(row.event_id, reason="r") if entry else supersede(row.event_id, changed, reason="r")
            )
        else:
            log.append([school(number)], actor="a")
    known, rows = Known(), list(log.read(effective=False))
    for start in range(0, len(rows), chunk):
        known.extend(rows[start : start + chunk], REGISTRY)
    effective = Known(row.event(REGISTRY) for row in log.read())
    for kind in ("school", "area", "place"):
        assert set(known.ids(kind)) == set(effective.ids(kind))


def try_to_correct(log: SqliteLog, entry: Envelope) -> None:
    """Append a correction where the log allows it."""
    with suppress(CorrectionError):
        log.append([entry], actor="a")


def test_the_doctor_names_what_refers_to_a_registration_taken_back() -> None:
    log = opened()
    log.append([school(7), school(8), published(7, 8)], actor="a")
    assert dangling(log.read(), REGISTRY) == []
    log.retract(ids_of(log)[1], reason="такой школы нет", actor="a")
    (found,) = dangling(log.read(), REGISTRY)
    assert (found.where, found.field) == ("position 3 (list.published)", "members")
    assert "severskiy/8" in found.reason


def test_old_bodies_register_through_their_upcaster() -> None:
    class Dug(Event, type="well.dug", version=2, subject="well"):
        well: Annotated[str, Registers("well")]

    registry = Registry([Dug])
    registry.upcaster("well.dug", version=1)(lambda body: {"well": body["name"]})
    row = Stored(
        position=1,
        batch=1,
        recorded_at=dt.datetime(2024, 1, 1, tzinfo=dt.UTC),
        event_id="e",
        type="well.dug",
        version=1,
        subject="a",
        actor="a",
        source=None,
        causation=None,
        correlation=None,
        corrects=None,
        correction=None,
        reason=None,
        body='{"name":"a"}',
    )
    assert set(known_from([row], registry).ids("well")) == {"a"}


def test_every_reference_of_the_catalogue_has_an_event_that_registers_its_kind() -> None:
    registered = {kind for cls in event_types() for _, kind in _plan(cls).registers}
    registered |= {joint for kind in registered for joint in ALSO.get(kind, ())}
    for cls in event_types():
        plan = _plan(cls)
        wanted = {kind for _, kind in plan.one} | {kind for _, kind, _ in plan.several}
        wanted |= {kind for _, _, kinds in plan.by for kind in kinds.values()}
        assert wanted <= registered, cls.__name__


def test_marks_are_found_wherever_they_stand_in_a_type() -> None:
    Well = Annotated[str, Ref("well")]

    class Seen(Event, type="seen", subject="one"):
        one: Well
        maybe: Well | None = None
        many: tuple[Well, ...] = ()
        keys: dict[Well, int] = {}
        values: dict[str, Well] = {}

    Seen.model_rebuild(_types_namespace={"Well": Well})
    event = Seen(one="1", maybe="2", many=("3", "4"), keys={"5": 0}, values={"x": "6"})
    with pytest.raises(InvalidEvent) as caught:
        check([event], Registry([Seen]), Known())
    named = [problem.reason.split("«")[1][0] for problem in caught.value.problems]
    assert sorted(named) == list("123456")


def test_what_an_event_registers_is_said_by_its_marks() -> None:
    assert registrations(school(7)) == (("school", "severskiy/7"), ("area", "severskiy"), ("area", "ru.23"))
    assert registrations(SchoolRenamed(school_id="s", name="n", effective=When.year(2024))) == ()
    assert "result.recorded" not in registering(REGISTRY)
    assert ResultRecorded.type in REGISTRY
