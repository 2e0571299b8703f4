"""Simulated paths as ordinary events: the ordinary engine decides them alike, no rule sees where they come from."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests.simulate.methodology import PACK_A, PACK_A_AND_B

from severskiy_history import REPORTED, history
from shnor_engine import Engine
from shnor_engine.errors import FactError
from shnor_engine.events import ActivityHeld, ContextRecorded, ResultRecorded, StaffLeft, TrainingCompleted
from shnor_engine.events.base import Source
from shnor_engine.packs import builtin_packs
from shnor_engine.simulate.materialise import ORIGIN, area_of, events, fork, materialise
from shnor_engine.simulate.model import fidelity_of, leaving_of, school_keys
from shnor_engine.simulate.run import Simulation, rerun

YEARS = (2025, 2026, 2027)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine.open(":memory:", packs=[*builtin_packs(), PACK_A, PACK_A_AND_B]) as one:
        one.append(history(), actor="methodologist", recorded_at=REPORTED)
        yield one


@pytest.fixture(scope="module")
def simulated(engine: Engine) -> Simulation:
    return engine.simulate((2025, 2027), draws=1000, futures=40, seed=8, pack="t.a-and-b", thorough=False)


def facts(other: Engine) -> pl.DataFrame:
    """The facts of the pack out of the ordinary table of results."""
    table = other.at().snapshot[ResultRecorded]
    procedure = pl.concat_str("procedure_kind", "discipline", pl.col("grade").cast(pl.String), separator=".")
    rows = table.select(
        pl.col("school_id").alias("school"), "year", procedure.alias("procedure"), "participants", "below_min"
    )
    return rows.collect()


def test_a_fork_holds_the_log_and_leaves_it_alone(engine: Engine) -> None:
    head = engine.log.head()
    with fork(engine) as other:
        mine, theirs = (list(log.read(effective=False)) for log in (engine.log, other.log))
        assert [(row.event_id, row.body, row.source, row.position, row.recorded_at) for row in mine] == [
            (row.event_id, row.body, row.source, row.position, row.recorded_at) for row in theirs
        ]
        assert other.verify().ok
        other.retract(mine[-1].event_id, reason="a fork may err", actor="test")
    assert engine.log.head() == head


def test_a_fork_takes_corrections_along(engine: Engine) -> None:
    with fork(engine) as one:
        last = list(one.log.read())[-1]
        one.retract(last.event_id, reason="wrong", actor="test")
        with fork(one) as other:
            assert [row.event_id for row in other.log.read()] == [row.event_id for row in one.log.read()]


def test_a_fork_never_writes_into_a_file_that_is_there(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "there.db").touch()
    with pytest.raises(FactError, match="is there already"):
        fork(engine, tmp_path / "there.db")
    with fork(engine, tmp_path / "new.db") as other:
        assert other.lists().lists == engine.lists().lists


@pytest.mark.parametrize("scenario", ["none", "both"])
@pytest.mark.parametrize("number", [0, 17])
def test_the_ordinary_engine_decides_events_as_the_simulation_did(
    engine: Engine, simulated: Simulation, scenario: str, number: int
) -> None:
    path = int(simulated.posterior.paths[number])
    with materialise(simulated, scenario, path, engine) as other:
        told = facts(other)
        for year in YEARS:
            decided = other.assess(pack="t.a-and-b", facts=told, closed=True, year=year)
            listed = {one.subject for one in decided if one.outcome == "met"}
            there = simulated.lists[scenario][number, :, simulated.years.index(year)]
            assert listed == {simulated.history.schools[n] for n in np.flatnonzero(there)}
            assert listed == set(next(y.members or () for y in other.lists().lists if y.year == year))


def test_any_future_of_a_past_becomes_events_and_shares_the_years_before(engine: Engine) -> None:
    wide = engine.simulate((2025, 2027), draws=300, seed=8, futures=120, pack="t.a-and-b", thorough=False)
    assert wide.each == 3
    number = 3 * 7 + 2
    with materialise(wide, "both", int(wide.futures[number]), engine) as other:
        told = facts(other)
        for year in YEARS:
            decided = other.assess(pack="t.a-and-b", facts=told, closed=True, year=year)
            there = wide.lists["both"][number, :, wide.years.index(year)]
            assert {one.subject for one in decided if one.outcome == "met"} == {
                wide.history.schools[n] for n in np.flatnonzero(there)
            }
    mine, theirs = (
        [
            entry.event
            for entry in events(wide, "both", int(wide.futures[which]), area_of(engine))
            if isinstance(entry.event, ResultRecorded)
        ]
        for which in (number, number - 2)
    )
    assert [one for one in mine if one.year == 2024] == [one for one in theirs if one.year == 2024]
    assert [one for one in mine if one.year == 2025] != [one for one in theirs if one.year == 2025]


@pytest.mark.parametrize("pack", ["ru.shnor.a-and-b", "ru.shnor.c", "ru.shnor.a-and-b.any-grade"])
def test_a_federal_pack_decides_the_log_of_a_path_as_the_simulation_did_with_nothing_left_open(
    engine: Engine, pack: str
) -> None:
    """No facts are brought along: the pack reads results and closings from the log, as it does for real ones."""
    federal = engine.simulate((2025, 2027), draws=1000, futures=40, seed=8, pack=pack, thorough=False)
    number = int(np.argmax(federal.lists["both"][:, :, -3:].sum(axis=(1, 2))))
    with materialise(federal, "both", int(federal.posterior.paths[number]), engine) as other:
        for year in YEARS:
            decided = other.assess(pack=pack, year=year)
            outcomes = {one.subject: one.outcome for one in decided}
            assert set(outcomes) == set(federal.history.schools)
            assert set(outcomes.values()) <= {"met", "not_met"}
            there = federal.lists["both"][number, :, federal.years.index(year)]
            assert {school for school, said in outcomes.items() if said == "met"} == {
                federal.history.schools[n] for n in np.flatnonzero(there)
            }
    assert federal.lists["both"][number, :, -3:].any()


def test_every_event_says_that_it_is_simulated_and_of_which_run(engine: Engine, simulated: Simulation) -> None:
    before = engine.log.head().position
    with materialise(simulated, "targeted", int(simulated.posterior.paths[0]), engine) as other:
        rows = list(other.log.read(after=before))
        assert {row.correlation for row in rows} == {simulated.run_id}
        assert {Source.model_validate_json(row.source or "").type for row in rows} == {ORIGIN}
        assert {row.type for row in rows} == {
            "school.registered",
            "result.recorded",
            "results.published",
            "activity.held",
            "staff.left",
            "list.published",
        }
        assert not any(row.correlation == simulated.run_id for row in engine.log.read())


def test_activities_are_the_support_that_the_path_was_given(engine: Engine, simulated: Simulation) -> None:
    with materialise(simulated, "targeted", int(simulated.posterior.paths[3]), engine) as other:
        before = engine.log.head().position
        held = other.at().snapshot[ActivityHeld].filter(pl.col("position") > before).collect().to_dicts()
    for year in YEARS:
        mine = {row["hosts"][0] for row in held if row["when_start"].year == year}
        there = simulated.lists["targeted"][3, :, simulated.years.index(year - 1)]
        assert mine == {simulated.history.schools[n] for n in np.flatnonzero(there)}
    assert {row["hours"] for row in held} == {60.0}


def test_dose_and_turnover_are_people_without_names_in_the_shares_of_the_model(
    engine: Engine, simulated: Simulation
) -> None:
    """Over many paths as many leave, and as many are trained, as the model says; nobody leaves twice."""
    left, trained, schools = 0, 0, len(simulated.history.schools)
    shares = [], []  # type: ignore[var-annotated]
    for number in range(10):
        path = int(simulated.posterior.paths[number])
        told = [entry.event for entry in events(simulated, "prevention", path, area_of(engine))]
        gone = [event for event in told if isinstance(event, StaffLeft)]
        courses = [event for event in told if isinstance(event, TrainingCompleted)]
        assert len({event.person for event in gone}) == len(gone)
        assert all(re.fullmatch(r"sim-[0-9a-f]{16}", event.person) for event in (*gone, *courses))
        assert {event.hours for event in courses} == {20.0}
        assert {event.school_id for event in courses} == set(simulated.history.schools)
        since = {event.person: event.when.start.year for event in gone}
        assert all(event.issued_on.year < since.get(event.person, 9999) for event in courses)
        left, trained = left + len(gone), trained + len(courses)
        task = simulated.task.part(slice(number, number + 1))
        keys, at = school_keys(task.seed, task.world.schools), task.paths[:, None]
        shares[0].extend(leaving_of(task.theta, keys, at, year).mean() for year in YEARS)
        shares[1].append(fidelity_of(task.theta, keys, at).mean())
    posts = simulated.parameters["posts"] * schools * len(YEARS) * 10
    assert left / posts == pytest.approx(np.mean(shares[0]), abs=0.01)
    assert trained / posts == pytest.approx(np.mean(shares[1]), abs=0.01)


def test_a_school_has_the_teachers_that_the_log_holds_else_those_of_the_parameters(engine: Engine) -> None:
    """Everybody leaves and everybody is trained: so many people are there."""
    everybody = """format: 1
scenarios:
  - name: all
    supports: [{lever: pd, hours: 20, schools: all}]
    parameters: {fidelity: 1.0, fidelity_sd: 0, turnover: 0, posts: 7}
"""
    with fork(engine) as one:
        for day, teachers in ((date(2022, 1, 1), 90), (date(2024, 1, 1), 33), (date(2025, 1, 1), None)):
            told = ContextRecorded(school_id="severskiy/7", as_of=day, teachers=teachers, pupils=400)
            one.append([told], actor="methodologist")
        options = {"draws": 300, "seed": 8, "futures": 40, "thorough": False}
        found = one.simulate((2025, 2025), pack="t.a-and-b", scenarios=everybody, **options)  # type: ignore[arg-type]
        assert dict(found.order.posts) == {"severskiy/7": 33}
        path = int(found.posterior.paths[0])
        told = [entry.event for entry in events(found, "all", path, area_of(one))]
        trained = Counter(event.school_id for event in told if isinstance(event, TrainingCompleted))
        assert trained == {school: 33 if school == "severskiy/7" else 7 for school in found.history.schools}
        assert not [event for event in told if isinstance(event, StaffLeft)]
        plain = engine.simulate((2025, 2025), pack="t.a-and-b", scenarios=everybody, **options)  # type: ignore[arg-type]
        assert all(np.array_equal(plain.lists[name], found.lists[name]) for name in found.lists)  # no figure moves
        again = rerun(json.loads(json.dumps(found.manifest)), one.packs)
        assert [entry.event for entry in events(again, "all", path, area_of(one))] == told


def test_without_a_training_nobody_is_trained_and_teachers_leave_all_the_same(
    engine: Engine, simulated: Simulation
) -> None:
    path = int(simulated.posterior.paths[2])
    none, both = (
        [entry.event for entry in events(simulated, name, path, area_of(engine))] for name in ("none", "both")
    )
    assert not [event for event in none if isinstance(event, TrainingCompleted)]
    assert [event for event in none if isinstance(event, StaffLeft)] == [
        event for event in both if isinstance(event, StaffLeft)
    ]


def test_the_same_path_gives_the_same_events_under_the_same_ids(engine: Engine, simulated: Simulation) -> None:
    path = int(simulated.posterior.paths[1])
    one, other = (list(events(simulated, "both", path, area_of(engine))) for _ in range(2))
    assert [(e.event_id, e.event) for e in one] == [(e.event_id, e.event) for e in other]
    assert len({e.event_id for e in one}) == len(one)


def test_a_path_that_was_not_kept_is_refused(engine: Engine, simulated: Simulation) -> None:
    gone = next(n for n in range(1000) if n not in set(simulated.posterior.paths.tolist()))
    with pytest.raises(FactError, match=f"path {gone} of scenario none was not kept"):
        materialise(simulated, "none", gone, engine)


def test_rules_cannot_read_where_an_event_comes_from(engine: Engine, simulated: Simulation) -> None:
    """No fact of any pack has a field of the envelope, and real and simulated events decide alike."""
    envelope = {"source", "origin", "actor", "correlation", "causation", "recorded_at", "position", "run_id"}
    for pack in [*builtin_packs(), PACK_A_AND_B]:
        for fact, binding in pack.bindings.items():
            assert not envelope & {*fact.fields(), *fact.key_names(), *binding.columns.values()}
    path = int(simulated.posterior.paths[0])
    told = [entry.event for entry in events(simulated, "none", path, area_of(engine))]
    with materialise(simulated, "none", path, engine) as marked, fork(engine) as plain:
        plain.append([event for event in told if event is not None], actor="methodologist")
        for year in YEARS:
            one, other = (
                each.assess(pack="t.a-and-b", facts=facts(each), closed=True, year=year) for each in (marked, plain)
            )
            assert [(d.subject, d.outcome) for d in one] == [(d.subject, d.outcome) for d in other]
            mine, theirs = (each.assess(year=year) for each in (marked, plain))
            assert [(d.subject, d.decision) for d in mine] == [(d.subject, d.decision) for d in theirs]
