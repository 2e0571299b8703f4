"""A simulated path as ordinary events in a fork of the log, for the ordinary engine to judge.

Every event says where it comes from (`source.type` = "simulation", the run as correlation), and no rule can see it:
facts hold what projections give them, and those read fields of events, never the source. The fork is another log; the
district's own is only read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self, TypeVar

import numpy as np

from shnor_engine.errors import FactError
from shnor_engine.events import ActivityHeld, ListPublished, ResultRecorded, ResultsPublished, SchoolRegistered
from shnor_engine.events.base import Clock, Envelope, Registry, Source, Stored, stable_id
from shnor_engine.events.vocabulary import FORMS
from shnor_engine.events.when import When
from shnor_engine.log.moments import DEFAULT_ZONE
from shnor_engine.simulate.advised import Advised
from shnor_engine.simulate.judge import fact_of
from shnor_engine.simulate.paths import Outcome, Plan, Policy, View, run
from shnor_engine.simulate.scenario import Scenario
from shnor_engine.simulate.staff import Gift, Staff

if TYPE_CHECKING:
    import polars as pl

    from shnor_engine.log.protocol import Log
    from shnor_engine.packs import Pack
    from shnor_engine.simulate.run import Simulation

ORIGIN = "simulation"
ACTOR = "simulation"


@dataclass(frozen=True)
class Area:
    """Where simulated schools that the log does not name are registered, and whose lists are published."""

    municipality: str
    region: str


class Host(Protocol):
    """What is asked of an engine here; `Engine` is one."""

    log: Log
    registry: Registry

    @property
    def packs(self) -> Mapping[str, Pack]:
        """The methodologies at hand."""

    @classmethod
    def open(cls, target: str | Path, *, registry: Registry, packs: Sequence[Pack], clock: Clock, zone: str) -> Self:
        """An engine on a log."""

    def append(
        self, events: Iterable[Envelope], *, actor: str, source: Source | None = ..., correlation: str | None = ...
    ) -> object:
        """Store events."""

    def project(self, name: str) -> pl.LazyFrame:
        """A named query over the log."""


H = TypeVar("H", bound=Host)


def fork(host: H, target: str | Path = ":memory:", *, now: datetime | None = None, until: int | None = None) -> H:
    """An engine on a new log with what stands in this one up to a position: ids, batches, corrections and all.

    Raises `FactError` where the target is there already: a fork never writes into a log.
    """
    if str(target) != ":memory:" and Path(target).exists():
        raise FactError(f"{target} is there already; a fork makes a new log")
    known = now or datetime.now(UTC)
    other = type(host).open(
        target,
        registry=host.registry,
        packs=list(host.packs.values()),
        clock=lambda: known,
        zone=getattr(host.log, "zone_name", DEFAULT_ZONE),
    )
    for _, batch in groupby(host.log.read(effective=False, until=until), key=lambda row: row.batch):
        rows = list(batch)
        entries = [_again(row, host.registry) for row in rows]
        other.log.append(entries, actor=ACTOR, recorded_at=rows[0].recorded_at)
    return other


def _again(row: Stored, registry: Registry) -> Envelope:
    """A stored row as an entry of another log."""
    return Envelope(
        event=None if row.correction == "retract" else row.event(registry),
        event_id=row.event_id,
        actor=row.actor,
        source=None if row.source is None else Source.model_validate_json(row.source),
        causation=row.causation,
        correlation=row.correlation,
        corrects=row.corrects,
        correction=row.correction,
        reason=row.reason,
    )


def materialise(simulation: Simulation, scenario: str, path: int, engine: H, *, target: str | Path = ":memory:") -> H:
    """A fork of the log with one kept path of a scenario as events: support, trainings, leavers, results and lists.

    `path` is one of `simulation.futures`; those of `simulation.posterior.paths` are among them. Raises `FactError`
    for a path or a scenario that was not kept.
    """
    now = datetime(simulation.order.last + 1, 1, 1, tzinfo=UTC)
    other = fork(engine, target, now=now)
    other.append(
        list(events(simulation, scenario, path, area_of(engine))),
        actor=ACTOR,
        correlation=simulation.run_id,
        source=Source(type=ORIGIN, number=simulation.run_id, digest=simulation.manifest["order_digest"]),
    )
    return other


def area_of(engine: Host) -> Area:
    """The municipality and region of the schools of a log; raises `FactError` where there are several."""
    rows = engine.project("schools").select("municipality", "region").unique().collect().rows()
    if len(rows) != 1:
        raise FactError(f"a path becomes events of one municipality; the log has {len(rows)}")
    return Area(*rows[0])


def events(simulation: Simulation, scenario: str, path: int, area: Area) -> Iterator[Envelope]:
    """The events of one kept path in the years of the forecast, in time order, under ids that never change.

    The year before the first is told as well, as far as the rule looks back: results are what it decides on.
    """
    chosen = next((one for one in simulation.scenarios if one.name == scenario), None)
    places = np.flatnonzero(simulation.futures == path)
    if chosen is None or not len(places):
        raise FactError(f"path {path} of scenario {scenario} was not kept; there are {len(simulation.futures)}")
    which = int(places[0])
    one = _drawn(simulation, chosen, which)
    yield from _registered(simulation, area)
    first = simulation.order.first - simulation.task.judge.back
    given = _gifts(simulation, chosen, which, one)
    staff = Staff(simulation, chosen, which, _real(simulation, which))
    for year in range(first, simulation.order.last + 1):
        if year >= simulation.order.first:
            yield from _activities(simulation, given[year], year, area)
            yield from _staff(simulation, staff, given[year], year)
        yield from _results(simulation, one, which, year)
        yield from _closed(simulation, year, area)
        if year >= simulation.order.first:
            yield _list(simulation, one, which, year, area)


def _drawn(simulation: Simulation, scenario: Scenario, which: int) -> Outcome:
    """The path again, with its results: only lists are kept for all of them."""
    task = simulation.task.one(which)
    policy = _policy(simulation, scenario)
    return run(task, {scenario.name: (scenario, policy)}, keep_draws=True, workers=1)[scenario.name]


def _policy(simulation: Simulation, scenario: Scenario) -> Policy:
    """The policy of a scenario as it was before the first year."""
    policy = simulation.policies[scenario.name]
    return policy.again() if isinstance(policy, Advised) else policy


def _real(simulation: Simulation, which: int) -> list[str]:
    """The real school at each place of a path."""
    assert simulation.task.real is not None
    return [simulation.history.schools[n] for n in simulation.task.real[which // simulation.each]]


def _registered(simulation: Simulation, area: Area) -> Iterator[Envelope]:
    for number, school in enumerate(simulation.history.schools):
        if school not in simulation.order.schools:
            event = SchoolRegistered(
                school_id=school,
                municipality=area.municipality,
                region=area.region,
                kind="secondary",
                name=simulation.history.names[school],
            )
            yield _entry(simulation, event, simulation.order.first, number, school)


def _results(simulation: Simulation, one: Outcome, which: int, year: int) -> Iterator[Envelope]:
    draws = one.draws
    assert draws is not None
    at = draws.years.index(year)
    schools = _real(simulation, which)
    for place in np.argsort(schools, kind="stable"):
        for column, name in enumerate(draws.world.procedures):
            kind, subject, *detail = name.split(".")
            event = ResultRecorded(
                school_id=schools[place],
                year=year,
                procedure_kind=kind,
                discipline=subject,
                grade=int(detail[0]) if detail and detail[0].isdigit() else None,
                level=detail[0] if detail and not detail[0].isdigit() else None,
                participants=int(draws.participants[0, place, at, column]),
                below_min=int(draws.below[0, place, at, column]),
            )
            yield _entry(simulation, event, year, 1_000_000 + int(place) * 100 + column, schools[place], name)


def _closed(simulation: Simulation, year: int, area: Area) -> Iterator[Envelope]:
    """All results of the year are out, of every kind that the pack asks about: whoever has none took no part."""
    binding = simulation.task.judge.pack.bindings[fact_of(simulation.task.judge.pack)]
    kinds = dict.fromkeys(name.split(".")[0] for name in (*simulation.task.world.procedures, *binding.whole))
    for number, kind in enumerate(kinds):
        event = ResultsPublished(area=area.municipality, year=year, procedure_kind=kind)
        yield _entry(simulation, event, year, 1_900_000 + number, kind)


def _gifts(
    simulation: Simulation, scenario: Scenario, which: int, one: Outcome
) -> Mapping[int, list[tuple[str, str, float]]]:
    """For each year who gets which form for how many hours, in this path."""
    policy = _policy(simulation, scenario)
    found: dict[int, list[tuple[str, str, float]]] = {}
    for year in simulation.horizon:
        listed = one.listed[:, :, one.years.index(year - 1)]
        task = simulation.task.one(which).spread()
        view = View(year, task.paths, task.world.schools, listed, task.real)
        found[year] = _advised(policy, view) if isinstance(policy, Advised) else _planned(simulation, scenario, view)
    return found


def _planned(simulation: Simulation, scenario: Scenario, view: View) -> list[tuple[str, str, float]]:
    """What a plan gives in a year of one path: school, form or lever, hours."""
    plan = Plan.of(scenario, simulation.parameters, simulation.history.schools)
    share = plan.share(view)[0]
    schools = view.schools if view.real is None else [simulation.history.schools[n] for n in view.real[0]]
    return [
        (school, given.name, given.hours * (share if given.to == "listed" else 1.0))
        for given in scenario.given
        if given.in_year(view.year)
        for school, there in zip(schools, plan.whom(given.to, view)[0], strict=True)
        if there
    ]


def _advised(policy: Advised, view: View) -> list[tuple[str, str, float]]:
    """The same of a policy that follows the rules of recommendation."""
    given = [(school, policy.form(form)) for school, forms in policy.gifts(view)[0] for form in forms]
    share = float(policy.share(np.array([sum(form.cost for _, form in given)], dtype=np.float64))[0])
    return [(school, form.form, form.dose * share) for school, form in given]


def _activities(
    simulation: Simulation, given: Iterable[tuple[str, str, float]], year: int, area: Area
) -> Iterator[Envelope]:
    for number, (school, form, hours) in enumerate(sorted(given)):
        if form not in FORMS:
            form = "consultation"  # a lever without a form of its own: hours of somebody with the school
        event = ActivityHeld(
            activity_id=f"{simulation.run_id}/{year}/{number}",
            form=form,
            when=When.year(year),
            area=area.municipality,
            hosts=(school,),
            hours=round(hours, 2),
        )
        yield _entry(simulation, event, year, number, school, form, number)


def _staff(
    simulation: Simulation, staff: Staff, given: Iterable[tuple[str, str, float]], year: int
) -> Iterator[Envelope]:
    """Who left and who completed a training: turnover and dose of the year as people without names."""
    gifts = [Gift(school, name, _levers(simulation, name), hours) for school, name, hours in sorted(given)]
    for number, event in enumerate(staff.year(year, gifts)):
        yield _entry(simulation, event, year, 500_000 + number, event.person, number)


def _levers(simulation: Simulation, name: str) -> tuple[str, ...]:
    """The levers that a form moves; a lever moves itself."""
    found = simulation.parameters.forms.get(name)
    return (name,) if found is None else found.levers


def _list(simulation: Simulation, one: Outcome, which: int, year: int, area: Area) -> Envelope:
    schools = _real(simulation, which)
    there = one.listed[0, :, one.years.index(year)]
    event = ListPublished(
        list_id=f"{simulation.run_id}/{year}",
        area=area.municipality,
        year=year,
        issuer="municipal",
        complete="yes",
        members=tuple(sorted(school for school, on in zip(schools, there, strict=True) if on)),
        basis="моделирование",
        pack=simulation.task.judge.pack.id,
    )
    return _entry(simulation, event, year, 2_000_000, year)


def _entry(simulation: Simulation, event: object, year: int, ordinal: int, *parts: object) -> Envelope:
    kind = type(event).type  # type: ignore[attr-defined]
    key = stable_id(date(year, 12, 31), ordinal, simulation.run_id, kind, *parts)
    return Envelope(event=event, event_id=key)  # type: ignore[arg-type]
