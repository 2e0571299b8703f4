"""`Engine`: one object that joins a log, the catalogue of events, packs and a clock.

It holds no state of its own beyond what can be rebuilt from the log, so two engines in one process do not
notice each other, and a second engine on the same file sees what the first one wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypedDict, TypeVar, Unpack, overload

from shnor_engine.errors import BadInput, ConditionFailed, FactError, FieldProblem, PackError, UnknownSchool
from shnor_engine.events import (
    BodyEstablished,
    DecisionMade,
    ListPublished,
    SchoolClosed,
    SchoolRegistered,
    SchoolRenamed,
    SchoolReorganised,
    SchoolSpelled,
)
from shnor_engine.events.base import (
    Clock,
    Envelope,
    Event,
    IdMaker,
    Registry,
    Source,
    retract,
    stable_id,
    supersede,
    system_clock,
    uuid7_ids,
)
from shnor_engine.events.when import When
from shnor_engine.extending import Extension, PackState, states_of
from shnor_engine.extending import extension as make_extension
from shnor_engine.known import Registered
from shnor_engine.log.moments import DEFAULT_ZONE, in_zone, zone_of

if TYPE_CHECKING:
    import sqlite3

    import polars as pl

    from shnor_engine.assessment import Assessment, Decision
    from shnor_engine.events.names import Names
    from shnor_engine.intake.grid import Limits
    from shnor_engine.intake.mapping import Table
    from shnor_engine.intake.problems import Problem
    from shnor_engine.intake.proposal import Proposal
    from shnor_engine.log.protocol import Appended, AsKnown, Expect, Log, Verification
    from shnor_engine.log.session import Synchronous
    from shnor_engine.packs import Pack
    from shnor_engine.plugin.loading import Plugins
    from shnor_engine.plugin.parts import Importer
    from shnor_engine.reasoning import Explanation
    from shnor_engine.reasoning.backtest import Backtest
    from shnor_engine.reasoning.way_out import WayOut
    from shnor_engine.recommend import Advice
    from shnor_engine.recommend.calendar import Calendar
    from shnor_engine.recommend.finding import Flags
    from shnor_engine.recommend.lifecycle import Issued, Register
    from shnor_engine.recommend.playbook import Playbook
    from shnor_engine.report.approvals import Approved
    from shnor_engine.report.attribution import Design
    from shnor_engine.report.document import Document
    from shnor_engine.report.funnel import Funnel
    from shnor_engine.report.indicators import Forecast, Indicators
    from shnor_engine.report.list_history import FlowStep, ListHistory
    from shnor_engine.report.material import Material
    from shnor_engine.report.roadmap import Roadmap
    from shnor_engine.simulate.luck import Reliability
    from shnor_engine.simulate.run import Simulation
    from shnor_engine.tables import Snapshot, Tables

T = TypeVar("T")
TRIES = 3  # how often a plan is made anew where another writer was faster


class DocumentOptions(TypedDict, total=False):
    """For which moment a report is drawn up; see `Engine.document`."""

    pack: str | None
    year: int | None
    period: int | str | None
    on: date | None
    as_known: AsKnown | None
    since: AsKnown | None
    design: Design | None
    forecast: Forecast | None


class ReportOptions(DocumentOptions, total=False):
    """The same, and how it is printed; see `Engine.report`."""

    template: Path | None
    pictures: bool


DEFAULT_PACK = "ru.municipal.monitoring"
NAMING = tuple(
    cls.type
    for cls in (SchoolRegistered, SchoolRenamed, SchoolSpelled, SchoolClosed, SchoolReorganised, BodyEstablished)
)


@dataclass(frozen=True)
class Moment:
    """What every answer names: the day of the decision, and the log as it was known up to `position`."""

    on: date
    position: int
    snapshot: Snapshot


class Engine:
    """A log and everything that can be asked of it.

    Every question takes `as_known` (a position, a day or an instant; None: now) and, where something is decided,
    `on` (the day of the decision; None: the day of `as_known`, else today by the engine's clock).
    Readers may share one engine between threads where the log allows it; writers take turns at the log.
    """

    def __init__(
        self,
        log: Log,
        *,
        registry: Registry | None = None,
        packs: Sequence[Pack] | None = None,
        extension: Extension | None = None,
        clock: Clock = system_clock,
    ) -> None:
        self.log = log
        self.extension = extension or make_extension()
        self.registry = registry or self.extension.registry
        self.clock = clock
        self._packs = packs
        self._registered = Registered(log, self.registry)

    @classmethod
    def open(
        cls,
        target: str | Path | sqlite3.Connection,
        *,
        registry: Registry | None = None,
        packs: Sequence[Pack] | None = None,
        plugins: Plugins | Sequence[object] = (),
        discover: bool = False,
        select: str | None = None,
        without_packs: Sequence[str] = (),
        artefacts: Sequence[Path | str | Pack] = (),
        strict: bool = False,
        clock: Clock = system_clock,
        ids: IdMaker = uuid7_ids,
        zone: str = DEFAULT_ZONE,
        readonly: bool = False,
        create: bool = True,
        synchronous: Synchronous = "FULL",
    ) -> Engine:
        """An engine on a SQLite file, on ":memory:", or on a connection of the host's own.

        A new file is made unless `create` is False. `zone` names the zone in which a day ends, kept in a new log.
        `plugins` are modules or objects with hooks, or what `plugin.loading.load` gave; `discover` looks for
        installed ones, of which `select` says by name which are wanted («a,b», «-a», «none»), before anything is
        loaded; of a broken one `engine.plugins.states` says why, with `strict` it raises `PluginError`.
        `without_packs` are methodologies that shall not decide, by id or `id@version`: they are `disabled`.
        `artefacts` are packs as JSON files, for which no Python runs; of one id the highest version decides.
        `packs` replaces all methodologies, `registry` all events. Raises `NotALog` for a file that is no log,
        `SchemaChanged` where somebody changed its tables.
        """
        from shnor_engine.log.sqlite import SqliteLog

        made = make_extension(
            plugins=plugins,
            discover=discover,
            select=select,
            artefacts=artefacts,
            strict=strict,
            without_packs=without_packs,
        )
        registry = registry or made.registry
        log = SqliteLog.open(
            target,
            clock=clock,
            ids=ids,
            registry=registry,
            zone=zone,
            readonly=readonly,
            create=create,
            synchronous=synchronous,
        )
        return cls(log, registry=registry, packs=packs, extension=made, clock=clock)

    def close(self) -> None:
        """Release the log; a host's own connection stays open."""
        self.log.close()

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @cached_property
    def packs(self) -> Mapping[str, Pack]:
        """The methodologies that decide, by their ids; `pack_states` also names those that do not, and why."""
        deciding = [item for state in ("draft", "active") for item in self.pack_states if item.state == state]
        return {item.pack.id: item.pack for item in deciding}

    @cached_property
    def pack_states(self) -> tuple[PackState, ...]:
        """Every methodology with its state today: built in, of plugins, of artefacts, by id and version."""
        if self._packs is None:
            return self.extension.states(on=self._day(None))
        known, without = self.extension.projections, self.extension.without
        return states_of(self._packs, known, on=self._day(None), without=without)

    @property
    def plugins(self) -> Plugins:
        """What became of each plugin, and what the loaded ones bring."""
        return self.extension.plugins

    @cached_property
    def tables(self) -> Tables:
        """A typed columnar table for every type of event; followed from head to head, never rebuilt."""
        from shnor_engine.tables import Tables

        return Tables(self.log, self.registry)

    @property
    def zone(self) -> tzinfo:
        """The zone in which a day of this log ends."""
        return zone_of(getattr(self.log, "zone_name", DEFAULT_ZONE))

    # --- writing ----------------------------------------------------------------------------------

    def append(
        self,
        events: Iterable[Event | Envelope],
        *,
        actor: str,
        source: Source | None = None,
        causation: str | None = None,
        correlation: str | None = None,
        expected: Expect | Sequence[Expect] | None = None,
        request_id: str | None = None,
        recorded_at: date | datetime | None = None,
    ) -> Appended:
        """Store events, all or none, and give their positions.

        Raises `UnknownSchool` or `InvalidEvent` when an event names something that neither the log nor this call
        registers; the message says which registration is missing. Everything else is said by the log (`LogError`).
        """
        entries = list(events)
        self._registered.check(entries)
        return self.log.append(
            entries,
            actor=actor,
            source=source,
            causation=causation,
            correlation=correlation,
            expected=expected,
            request_id=request_id,
            recorded_at=recorded_at,
        )

    def append_table(
        self,
        cls: type[Event],
        frame: Any,
        *,
        actor: str,
        event_ids: Sequence[str] | None = None,
        source: Source | None = None,
        request_id: str | None = None,
        recorded_at: date | datetime | None = None,
    ) -> Appended:
        """Store a whole frame of events of one type, checked and written by columns: the fast way for large imports.

        The columns are those of the type's table (`engine.tables[cls]`, the envelope's left out); one that is not
        there has the field's default. Takes any eager frame that narwhals knows. Raises `InvalidEvent` that names
        column, row and reason, `TypeError` for a class that can only be checked one event at a time.
        """
        import narwhals.stable.v2 as nw

        from shnor_engine.tables.encode import encode

        told = encode(cls, nw.from_native(frame, eager_only=True).to_polars(), self.registry)
        self._registered.check_names(cls.type, told.refers, told.registers)
        return self.log.append_bodies(
            cls,
            told.subjects,
            told.bodies,
            actor=actor,
            event_ids=event_ids,
            source=source,
            request_id=request_id,
            recorded_at=recorded_at,
        )

    def supersede(
        self, event_id: str, new: Event, *, reason: str, actor: str, source: Source | None = None
    ) -> Appended:
        """Replace what an event says; type and subject stay. Raises `CorrectionError`."""
        return self.append([supersede(event_id, new, reason=reason, source=source)], actor=actor)

    def retract(self, event_id: str, *, reason: str, actor: str, source: Source | None = None) -> Appended:
        """Take an event back; retracting the retraction restores it. Raises `CorrectionError`."""
        return self.append([retract(event_id, reason=reason, source=source)], actor=actor)

    def record(self, assessment: Assessment, *, actor: str) -> Appended:
        """Append the decisions as `decision.made`, under ids that are the same for the same answer.

        Recording twice stores once. Raises `FactError` for decisions on a frame of the caller's own: they rest on
        no position of this log; `PackError` for a methodology that is a draft.
        """
        if reason := assessment.pack.why_no_list("en"):
            raise PackError(f"{reason}; record by a pack that is active")
        if assessment.position is None:
            raise FactError("these decisions rest on a frame of your own; record what assess() says of the log")
        return self.log.append([_made(decision, assessment) for decision in assessment], actor=actor)

    def issue(
        self,
        advice: Advice,
        *,
        actor: str,
        reopen: bool = False,
        calendar: Calendar | None = None,
        recorded_at: date | datetime | None = None,
    ) -> Issued:
        """Give recommendations: each becomes `recommendation.issued` with an id of its own and a due working day.

        Nothing is issued beside one of the same rule, school and ground that is not at its end, so a second call
        stores nothing. `reopen` opens those again that expired or were verified and whose ground still stands.
        """
        from shnor_engine.recommend.calendar import Calendar
        from shnor_engine.recommend.lifecycle import to_issue

        days = calendar or Calendar.load()

        def plan(standing: Register) -> tuple[list[Envelope], Issued]:
            return to_issue(advice, standing, calendar=days, reopen=reopen)

        issued, appended = self._follow_up(plan, on=advice.on, actor=actor, recorded_at=recorded_at)
        return replace(issued, appended=appended)

    def expire(
        self, *, on: date | None = None, actor: str, recorded_at: date | datetime | None = None
    ) -> tuple[str, ...]:
        """Mark as expired what was due before a day and has no evidence; the ids of those recommendations.

        The event is dated the day after the due day and has the same id in every run.
        """
        from shnor_engine.recommend.lifecycle import to_expire

        def plan(standing: Register) -> tuple[list[Envelope], None]:
            return to_expire(standing, on=standing.on), None

        _, appended = self._follow_up(plan, on=on or self._day(None), actor=actor, recorded_at=recorded_at)
        if appended is None:
            return ()
        first = min(appended.positions) - 1
        rows = self.log.read(types=["recommendation.expired"], after=first, until=max(appended.positions))
        return tuple(row.subject for row in rows)

    def mark(
        self,
        recommendation_id: str,
        step: str,
        *,
        actor: str,
        when: When | None = None,
        said: str | None = None,
        by: str | None = None,
        due: date | None = None,
        recorded_at: date | datetime | None = None,
    ) -> Appended:
        """Record one step of a recommendation: accepted, implemented, verified, withdrawn, reopened or expired.

        `said` is the evidence, note or reason, `by` the role that acts, `due` the new day of one that is opened
        again. Raises `InvalidEvent` where the step cannot follow from where the recommendation stands.
        """
        from shnor_engine.recommend.lifecycle import step_of

        def plan(standing: Register) -> tuple[list[Envelope], None]:
            day = when or When.day(standing.on)
            return [step_of(standing, recommendation_id, step, when=day, said=said, by=by, due=due)], None

        _, appended = self._follow_up(plan, on=self._day(None), actor=actor, recorded_at=recorded_at)
        assert appended is not None  # a plan of one event appends it
        return appended

    # --- files from outside -----------------------------------------------------------------------

    def propose(
        self,
        path: str | Path,
        *,
        mapping: str | Path | Table,
        values: Mapping[str, Any] | None = None,
        day: date | None = None,
        limits: Limits | None = None,
    ) -> Proposal:
        """What a spreadsheet (xlsx, xls, ods, csv) proposes beside what the log holds; nothing is appended.

        `mapping` is a YAML file, the name of one that comes with the library, or that of a plugin's importer;
        `values` are the parameters of a mapping, `day` is that of the document. Raises `BadInput` for a file or
        mapping that cannot be read at all, `PluginError` where an importer breaks; what is not understood in a cell
        stands in `Proposal.problems`.
        """
        from shnor_engine.intake.mapping import Table, find_mapping
        from shnor_engine.intake.plugged import propose_by
        from shnor_engine.intake.spreadsheet import World, propose

        importer = self._importers.get(mapping) if isinstance(mapping, str) else None
        if importer is None:
            known = tuple(self._importers)
            table = mapping if isinstance(mapping, Table) else find_mapping(mapping, self.registry, importers=known)
        elif values:
            ru = f"у {mapping} нет параметров (--set)"
            told = FieldProblem("(mapping)", f"the importer {mapping} takes no parameters", str(mapping), ru)
            raise BadInput(str(mapping), [told])
        position = self.log.head().position
        world = World(
            registry=self.registry,
            names=self._names(position),
            ids=self._registered.known(),
            standing=lambda kind, about: self.log.read(types=[kind], subjects=about, as_known=position),
            position=position,
        )
        if importer is not None:
            origin = self.plugins.origin("importers", importer.name)
            whose = origin.described if origin else importer.name
            return propose_by(importer, whose, Path(path), world, day=day, limits=limits)
        return propose(Path(path), table, world, values=values, day=day, limits=limits)

    def importer(self, *, mapping: str | Path, values: Mapping[str, Any] | None = None) -> Importer:
        """A mapping, or a plugin's importer beside the log: `read(path)` gives entries to append and problems."""
        from shnor_engine.intake.files import ENDINGS
        from shnor_engine.intake.mapping import find_mapping
        from shnor_engine.plugin.parts import Importer

        plugged = self._importers.get(mapping) if isinstance(mapping, str) else None
        table = None if plugged else find_mapping(mapping, self.registry, importers=tuple(self._importers))

        def read(path: Path) -> tuple[Sequence[Envelope], Sequence[Problem]]:
            found = self.propose(path, mapping=table or mapping, values=values)
            return found.entries, found.problems

        if plugged is not None:
            return Importer(plugged.name, plugged.title, plugged.endings, read)
        assert table is not None  # no importer of that name: it is a mapping
        return Importer(table.name, table.title, ENDINGS, read)

    def accept(
        self,
        proposal: Proposal,
        *,
        actor: str,
        partial: bool = False,
        recorded_at: date | datetime | None = None,
    ) -> Appended:
        """Append what a file proposes, all or none; accepting twice stores once.

        Raises `BadInput` where something was not understood, unless `partial` takes the rest; `ConditionFailed`
        where the same subjects were written about since the proposal was made: then propose again.
        """
        from shnor_engine.log.protocol import Expect

        if proposal.problems and not partial:
            told = [FieldProblem(f"{p.sheet}!{p.cell}", f"{p.ru} ({p.en})", p.file) for p in proposal.problems]
            raise BadInput(proposal.file, told)
        types = sorted({entry.event.type for entry in proposal.entries if entry.event is not None})
        subjects = sorted({entry.event.subject for entry in proposal.entries if entry.event is not None})
        unchanged = Expect.unchanged(types=types, subjects=subjects, after=proposal.position)
        try:
            expected = unchanged if types else None
            return self.append(proposal.entries, actor=actor, expected=expected, recorded_at=recorded_at)
        except ConditionFailed as error:  # it would name every subject of the file
            what = f"nothing more about the {len(subjects)} subjects of {proposal.file} than when it was read"
            raise ConditionFailed(what, error.position) from None

    # --- asking -----------------------------------------------------------------------------------

    def at(self, as_known: AsKnown | None = None, *, on: date | None = None) -> Moment:
        """The moment that an answer names: its day, its position, and the tables as they stood there."""
        snapshot = self.tables.at(as_known)
        return Moment(on or self._day(as_known), snapshot.position, snapshot)

    def project(self, name: str, *, as_known: AsKnown | None = None) -> pl.LazyFrame:
        """A named query over the log as it was known: schools, membership, activities, …"""
        from shnor_engine.projections import project

        return project(self.tables.at(as_known), name, among=self.extension.projections)

    def lists(self, *, as_known: AsKnown | None = None) -> ListHistory:
        """Who was on the list in which year, None for a year that nobody knows, and the flow between lists."""
        from shnor_engine.report.list_history import list_history

        return list_history(self.tables.at(as_known))

    def flow(self, *, as_known: AsKnown | None = None) -> tuple[FlowStep, ...]:
        """Stays, entries and exits between neighbouring known lists, with the unknown years between them."""
        return self.lists(as_known=as_known).flow

    def passport(self, school: str, *, as_known: AsKnown | None = None) -> dict[str, Any]:
        """What the log knows of one school, by the columns of the projection `passport`."""

        from shnor_engine.projections import project

        moment = self.at(as_known)
        frame = project(moment.snapshot, "passport", only=[self.school(school, moment)])
        return frame.collect().to_dicts()[0]

    def assess(
        self,
        *,
        pack: str | None = None,
        year: int | None = None,
        period: int | str | None = None,
        on: date | None = None,
        as_known: AsKnown | None = None,
        facts: Any = None,
        closed: Any = None,
        subjects: Collection[str] | None = None,
    ) -> Assessment:
        """Decide every subject, or only `subjects` (ids or any spelling), for one period.

        `year` is that of the last list known by default; `period` names one of another kind for a methodology that
        decides by it: «2024-05», «2024-Q2». `facts` brings frames of your own instead of the log's:
        one frame where the pack reads one fact, else a mapping by the name of the fact; a null is unknown, and so
        is a missing row unless `closed` (True, or a frame of closed keys) says that nothing is missing. `subjects`
        are then ids as they stand in the frame.
        """
        from shnor_engine.deciding import decide_frames

        chosen, moment = self._pack(pack), self.at(as_known, on=on)
        if facts is None:
            named = None if subjects is None else [self._whom(one, moment, chosen) for one in subjects]
            return self._decided(chosen, moment, year, named, period)
        asked = None if year is None and period is None else self._period(chosen, year, period, moment)
        return decide_frames(chosen, facts, closed=closed, year=asked, on=moment.on, subjects=subjects)

    def explain(
        self,
        school: str,
        *,
        pack: str | None = None,
        year: int | None = None,
        period: int | str | None = None,
        on: date | None = None,
        as_known: AsKnown | None = None,
        keys: Mapping[str, str | int] | None = None,
    ) -> Explanation:
        """Why one school is decided as it is, down to the events; `school` is an id or any spelling known by then.

        `period` is as in `assess`; `keys` are the further keys of a methodology that decides at more than school and
        period: `keys={"procedure": "ege.physics"}`. Raises `UnknownSchool` that lists near spellings, `FactError`
        where the keys single out no decision, with those that there are.
        """
        from shnor_engine.deciding import explained, one_decision

        chosen, moment = self._pack(pack), self.at(as_known, on=on)
        whom = self._whom(school, moment, chosen)
        decided = self._decided(chosen, moment, year, [whom], period)
        return explained(one_decision(decided, whom, keys), moment.snapshot, among=self.extension.projections)

    def way_out(
        self,
        school: str,
        *,
        pack: str | None = None,
        year: int | None = None,
        period: int | str | None = None,
        goal: str | None = None,
        on: date | None = None,
        as_known: AsKnown | None = None,
        since: int | str | None = None,
        keys: Mapping[str, str | int] | None = None,
    ) -> WayOut:
        """The least change of facts, in whole units, by which a school would be decided otherwise.

        `goal` is one of the pack's decisions or an outcome (default: `not_met`). Only facts of the periods from
        `since` on may change, by default those of the one decided on. `period` and `keys` are as in `explain`. Raises
        `UnknownSchool`, `FactError` where the keys single out no decision, `RuleError` for a goal that the pack
        cannot give.
        """
        from shnor_engine.deciding import way_out_of

        chosen, moment = self._pack(pack), self.at(as_known, on=on)
        return way_out_of(
            chosen,
            moment.snapshot,
            self._whom(school, moment, chosen),
            year=self._period(chosen, year, period, moment),
            on=moment.on,
            goal=goal or "not_met",
            since=since,
            keys=keys,
            among=self.extension.projections,
        )

    def backtest(
        self,
        pack: str | None = None,
        against: str | None = None,
        *,
        years: Sequence[int],
        decided: bool = False,
        positive: Collection[str] | None = None,
        on: date | None = None,
        as_known: AsKnown | None = None,
    ) -> Backtest:
        """What changes on history from one methodology to another: who flips, in which year, by which clause.

        `decided` starts from the decisions of `pack` as they were recorded, else it is decided anew on what is known
        now. `against` is the methodology proposed; without it the same one, over corrected facts. Placements stand in
        both runs; what is proposed goes on from its own states and not from those that were published. Published
        lists are compared with each run: `positive` are the decisions on those whom a list would hold (by default
        the state that a published list means to the methodology, met and listed).
        """
        from shnor_engine.history import compare

        moment = self.at(as_known, on=on)
        other = None if against is None else self._pack(against)
        return compare(
            moment.snapshot,
            pack=self._pack(pack),
            against=other,
            years=list(years),
            on=moment.on,
            decided=decided,
            positive=positive,
            among=self.extension.projections,
        )

    def recommend(
        self,
        *,
        year: int | None = None,
        on: date | None = None,
        as_known: AsKnown | None = None,
        playbook: Playbook | None = None,
    ) -> Advice:
        """What follows from the facts for the list of a year: whom, what, on which ground.

        `playbook` brings measures and the table that joins them to facts; None is the built-in one.
        """
        from shnor_engine.recommend import advise

        moment = self.at(as_known, on=on)
        chosen = playbook or self._playbook()
        return advise(moment.snapshot, year=self._year(year, moment), on=moment.on, playbook=chosen)

    def recommendations(self, *, as_known: AsKnown | None = None, on: date | None = None) -> Register:
        """The register: every recommendation given, where it stands in its life, whether it is overdue on a day."""
        from shnor_engine.recommend.lifecycle import register

        moment = self.at(as_known, on=on)
        return register(moment.snapshot, on=moment.on)

    def findings(
        self,
        *,
        as_known: AsKnown | None = None,
        on: date | None = None,
        year: int | None = None,
        playbook: Playbook | None = None,
    ) -> Flags:
        """What the checks of the programme find: late, missing, impossible or at odds, each with code and events.

        Schools are held against the list of `year`; by default the last one known, 0 where there is none.
        """
        from shnor_engine.recommend.checks import findings

        moment = self.at(as_known, on=on)
        held = self._year(year, moment) if year or self._has_list(moment) else 0
        return findings(moment.snapshot, year=held, on=moment.on, playbook=playbook or self._playbook())

    def roadmap(
        self, *, school_year: int | None = None, as_known: AsKnown | None = None, on: date | None = None
    ) -> Roadmap:
        """Plan against fact: each line of the roadmaps with what became of it on a day, and what followed no plan.

        `school_year` is the year in which it ends: 2024 is 2023/24.
        """
        from shnor_engine.report.roadmap import roadmap

        moment = self.at(as_known, on=on)
        return roadmap(moment.snapshot, on=moment.on, school_year=school_year)

    def indicators(
        self,
        *,
        as_known: AsKnown | None = None,
        on: date | None = None,
        forecast: Forecast | None = None,
    ) -> Indicators:
        """The indicators I1–I12, each with formula, source and values; unmeasurable is a state, never a zero.

        `forecast` says what a run of the simulation expects of the next list (`report.forecast.next_list`), or for
        each school the probability to be on it and its band.
        """
        from shnor_engine.report.indicators import indicators

        moment = self.at(as_known, on=on)
        return indicators(moment.snapshot, on=moment.on, forecast=forecast)

    def funnel(
        self,
        *,
        by: Sequence[Literal["school", "deficit", "role"]] = ("school", "deficit"),
        least: int = 5,
        as_known: AsKnown | None = None,
        on: date | None = None,
    ) -> Funnel:
        """Deficits found, on a route, trained on the topic, closed: counts without persons, small ones hidden.

        Counts below `least` and what gives one away inside the table are None. Raises `ValueError` for a column other
        than school, deficit and role.
        """
        from shnor_engine.report.funnel import funnel

        moment = self.at(as_known, on=on)
        return funnel(moment.snapshot, on=moment.on, by=by, least=least)

    @overload
    def report(self, *, format: Literal["md", "html", "json"] = "md", **said: Unpack[ReportOptions]) -> str: ...
    @overload
    def report(self, *, format: Literal["docx", "xlsx"], **said: Unpack[ReportOptions]) -> bytes: ...
    @overload
    def report(self, *, format: str, **said: Unpack[ReportOptions]) -> str | bytes: ...

    def report(
        self,
        *,
        format: str = "md",
        template: Path | None = None,
        pictures: bool = True,
        **moment: Unpack[DocumentOptions],
    ) -> str | bytes:
        """The annual report (справка) in Russian; the same bytes for the same moment.

        `format` is md, html, json (text), docx or xlsx (bytes); `template` a Word file to fill in instead of ours.
        Raises `MissingExtra` where a format, or a picture in it, needs the extra `report`.
        """
        from shnor_engine.report.render.formats import printed

        return printed(self.document(**moment), format, template=template, pictures=pictures)

    def document(
        self,
        *,
        pack: str | None = None,
        year: int | None = None,
        period: int | str | None = None,
        on: date | None = None,
        as_known: AsKnown | None = None,
        since: AsKnown | None = None,
        design: Design | None = None,
        forecast: Forecast | None = None,
    ) -> Document:
        """The annual report as a value: sentences with verdict and events, tables, figures, and its digest.

        `period` makes it the report of a month or quarter, by a methodology that decides by these («2024-05»,
        «2024-Q2»): its decisions and what took place in it; lists and recommendations are those of its year.
        `since` adds what changed after an earlier moment of the log. `design` says how an effect was told from
        chance; without one nothing is said to be the effect of anything. `forecast` gives for each school the
        probability to be on the next list and its band, from a simulation, for the indicator I12.
        The parts that plugins bring stand before the gaps; of one that breaks a sentence names the plugin.
        """
        from dataclasses import replace

        from shnor_engine.report.annual import annual_report
        from shnor_engine.report.parts.plugged import plugged

        chosen, moment = self._pack(pack), self.at(as_known, on=on)
        material = replace(self._material(chosen, moment, year, design, period=period), forecast=forecast)
        if since is not None:
            material = self._compared(material, since, period=period)
        more = plugged(self.plugins, self, moment, strict=self.extension.strict)
        return annual_report(material, more=more)

    def school_document(
        self,
        school: str,
        *,
        pack: str | None = None,
        year: int | None = None,
        period: int | str | None = None,
        on: date | None = None,
        as_known: AsKnown | None = None,
        since: AsKnown | None = None,
    ) -> Document:
        """The passport of one school as a value, to be printed in any format (`report.render.formats.printed`).

        How far is the way out by `pack`; where that decides by nothing that can be changed, by the federal criterion
        on results too.

        `school` is an id or any spelling known by then. Raises `UnknownSchool` that lists near spellings.
        """
        from dataclasses import replace

        from shnor_engine.deciding import way_out_of
        from shnor_engine.report.passport import passport
        from shnor_engine.report.ways import ways

        chosen, moment = self._pack(pack), self.at(as_known, on=on)
        one = self.school(school, moment)
        material = self._material(chosen, moment, year, None, only=one, period=period)
        if since is not None:
            material = self._compared(material, since, only=one, period=period)
        year_asked, among = material.advice.year, self.extension.projections

        def turn(asked: Pack) -> WayOut:
            when = period if period is not None and asked is chosen else year_asked
            return way_out_of(asked, moment.snapshot, one, year=when, on=moment.on, goal="not_met", among=among)

        turned = ways(material, one, self.packs, turn)
        return passport(replace(material, ways=tuple(turned), luck=_luck()), one)

    def approve(
        self,
        report_id: str,
        *,
        area: str,
        role: str,
        day: date,
        actor: str,
        organisation: str | None = None,
        pack: str | None = None,
        year: int | None = None,
        as_known: AsKnown | None = None,
    ) -> Approved:
        """Approve the report of a moment: its digest and position become events, with the role and the day.

        Approving the same content again stores nothing; other content under the same id is its next revision.
        Raises `ReportError` where a plugin's part of it could not be written, and for a methodology that decides by
        months or quarters: what is approved is kept with its year alone.
        """
        from shnor_engine.errors import ReportError
        from shnor_engine.report.approvals import entries, register
        from shnor_engine.report.parts.plugged import failures
        from shnor_engine.rules.periods import MONTH, QUARTER

        chosen = self._pack(pack)
        if (key := chosen.tree.period) is not None and key.period in (MONTH, QUARTER):
            raise ReportError(
                f"pack {chosen.id} decides by {key.period}, and only the report of a year is approved: "
                "write this one (shnor report LOG --period …), and approve one by a methodology of years",
                ru="утверждается только отчёт за год, а эта методика решает по месяцам или кварталам",
            )
        document = self.document(pack=pack, year=year, on=day, as_known=as_known)
        if broken := failures(document):
            raise ReportError(
                f"a report with a part that could not be written is not approved: {broken[0].en}",
                ru=f"отчёт, часть которого не составилась, не утверждается: {broken[0].ru}",
            )
        now = self.tables.at()
        new = entries(now, document, report_id=report_id, area=area, role=role, organisation=organisation, day=day)
        self.append(new, actor=actor)
        mine = register(self.tables.at(), report_id)
        return next(one for one in reversed(mine) if one.digest == document.digest)

    def approved(self, report_id: str, *, revision: int | None = None) -> Document:
        """An approved report, drawn up again for its moment and proved by its digest; the last revision by default.

        Raises `ReportError` where there is none, or where it does not come out as it was approved.
        """
        from shnor_engine.errors import ReportError
        from shnor_engine.recommend.ground import Ground
        from shnor_engine.report.approvals import register, reissued

        snapshot = self.tables.at()
        known = [one for one in register(snapshot, report_id) if revision in (None, one.revision)]
        if not known:
            raise ReportError(
                f"no approved report {report_id}{f', revision {revision}' if revision else ''}",
                ru=f"утверждённого отчёта {report_id}{f', редакция {revision}' if revision else ''} в журнале нет",
            )
        found = known[-1]
        again = self.document(pack=found.pack, year=found.year, on=found.on, as_known=found.position)
        ground = Ground(snapshot, found.year, found.on)
        return reissued(found, again, ground.term, ground.name)

    def simulate(
        self,
        years: tuple[int, int],
        *,
        scenarios: str | Path | None = None,
        pack: str | None = None,
        parameters: str | Path | None = None,
        draws: int = 20_000,
        seed: int = 1,
        futures: int | None = None,
        caution: int = 0,
        thorough: bool = True,
        sensitivity: bool | None = None,
        as_known: AsKnown | None = None,
        workers: int = 2,
        tell: Callable[[str, int, int], None] | None = None,
    ) -> Simulation:
        """What may become of the district's list from the first to the last of `years`, judged by a pack's own rule.

        `draws` districts are drawn and one in a hundred, the most like the real lists, is kept. Each goes on in
        several futures, at least `futures` together (1,000; one each where a scenario asks the rules of
        recommendation). `caution` is the weight of the worst tenth, in percent, when supports are chosen.
        `scenarios` and `parameters` are YAML files (or their texts) in place of the library's. Needs the extra `sim`.
        Raises `BadInput` with file and line for a scenario that does not fit the district.
        """
        from shnor_engine.simulate.ask import ask

        return ask(
            self.at(as_known).snapshot,
            self.lists(as_known=as_known),
            self.packs,
            years=years,
            host=self,
            scenarios=scenarios,
            pack=pack,
            parameters=parameters,
            draws=draws,
            seed=seed,
            futures=futures,
            caution=caution,
            thorough=thorough,
            sensitivity=sensitivity,
            workers=workers,
            tell=tell,
        )

    def reliability(
        self, *, schools: Sequence[str] | None = None, year: int | None = None, as_known: AsKnown | None = None
    ) -> tuple[Reliability, ...]:
        """Not lucky, or low? How likely schools are truly low by the results of a year, and low again in the next.

        Stands beside a decision and decides nothing. Without `schools`, of whoever stands or stood on a list. Where
        the log has no counts of the year it says that it cannot be told. Needs the extra `sim`.
        """
        from shnor_engine.simulate.ask import reliability_of

        moment = self.at(as_known)
        asked = None if schools is None else [self._whom(school, moment) for school in schools]
        return reliability_of(moment.snapshot, self.lists(as_known=as_known), asked, self._year(year, moment))

    def verify(self, since: int = 0) -> Verification:
        """Recompute the hash chain after a position and give every finding."""
        return self.log.verify(since)

    # --- inside -----------------------------------------------------------------------------------

    def _follow_up(
        self,
        plan: Callable[[Register], tuple[list[Envelope], T]],
        *,
        on: date,
        actor: str,
        recorded_at: date | datetime | None,
    ) -> tuple[T, Appended | None]:
        """Append what follows from the register; planned anew where another writer touched a life meanwhile."""
        from shnor_engine.log.protocol import Expect
        from shnor_engine.recommend.lifecycle import TYPES

        for attempt in range(TRIES):
            standing = self.recommendations(on=on)
            entries, said = plan(standing)
            if not entries:
                return said, None
            unchanged = Expect.unchanged(after=standing.position, types=TYPES)
            try:
                return said, self.append(entries, actor=actor, expected=unchanged, recorded_at=recorded_at)
            except ConditionFailed:
                if attempt == TRIES - 1:
                    raise
        raise AssertionError("the last attempt has returned or raised")

    def _decided(
        self,
        pack: Pack,
        moment: Moment,
        year: int | None,
        named: list[str] | None,
        period: int | str | None = None,
    ) -> Assessment:
        from shnor_engine.deciding import decide_log

        return decide_log(
            pack,
            moment.snapshot,
            year=self._period(pack, year, period, moment),
            on=moment.on,
            subjects=named,
            among=self.extension.projections,
        )

    def _material(
        self,
        pack: Pack,
        moment: Moment,
        year: int | None,
        design: Design | None,
        *,
        only: str | None = None,
        period: int | str | None = None,
    ) -> Material:
        """What a report of a moment is written from; of one school, the decision on it alone."""
        from shnor_engine.recommend import advise
        from shnor_engine.report.material import Material

        decided = self._decided(pack, moment, year, None if only is None else [only], period)
        playbook = self._playbook()
        listed = year if period is None else _year_of(pack, period)
        advice = advise(moment.snapshot, year=self._year(listed, moment), on=moment.on, playbook=playbook)
        return Material(moment.snapshot, decided, advice, design, playbook=playbook)

    def _compared(
        self, now: Material, since: AsKnown, *, only: str | None = None, period: int | str | None = None
    ) -> Material:
        """The material with what stood at an earlier moment beside it: the same report as it was then."""
        then, year = self.at(since, on=now.decided.on), now.advice.year if period is None else None
        before = self._material(now.decided.pack, then, year, now.design, only=only, period=period)
        return replace(now, earlier=before)

    def school(self, spelling: str, moment: Moment) -> str:
        """The id of the school that a spelling means as known at a moment.

        Raises `UnknownSchool` that lists near spellings, `AmbiguousSchool` where several fit.
        """
        import polars as pl

        registered = moment.snapshot[SchoolRegistered].select("school_id")
        if not registered.filter(pl.col("school_id") == spelling).collect().is_empty():
            return spelling
        found = self._names(moment.position).resolve(spelling, on=moment.on)
        if registered.filter(pl.col("school_id") == found).collect().is_empty():
            raise UnknownSchool(spelling, missing=f"{found} is a body, not a school; name a school")
        return found

    def _whom(self, spelling: str, moment: Moment, pack: Pack | None = None) -> str:
        """As `school`, and an id that only a list names: a school with its registration taken back is decided too.

        Whom a methodology of something else than schools decides on is in no register: it is known by the facts.
        """
        from shnor_engine.deciding import spoken_of
        from shnor_engine.projections import project

        try:
            return self.school(spelling, moment)
        except UnknownSchool:
            if pack is not None and spoken_of(pack, spelling, moment.snapshot, self.extension.projections):
                return spelling
            if project(moment.snapshot, "membership", only=[spelling]).collect().is_empty():
                raise
            return spelling

    def _names(self, position: int) -> Names:
        """Every spelling of a school or body that is known at a position."""
        from shnor_engine.events.names import Names

        told = self.log.read(types=NAMING, as_known=position)
        return Names.from_events(row.event(self.registry) for row in told)

    def _pack(self, pack_id: str | None) -> Pack:
        from shnor_engine.packs import find_pack

        wanted = pack_id or DEFAULT_PACK
        if wanted not in self.packs:
            for item in self.pack_states:
                if item.pack.id == wanted:
                    raise PackError(f"pack {wanted} {item.pack.version} is {item.state}: {item.why}")
        return find_pack(wanted, self.packs.values())

    def _period(self, pack: Pack, year: int | None, period: int | str | None, moment: Moment) -> int | str:
        """The period asked for, of the kind that the methodology decides by; by years that of the last list known."""
        from shnor_engine.rules.periods import KEY_SAMPLE, MONTH, QUARTER, SCHOOL_YEAR, YEAR, is_period

        kind = YEAR if pack.tree.period is None else pack.tree.period.period
        if year is not None and period is not None:
            raise FactError(
                "year= and period= are both given; one names the period", ru="дайте одно из двух: --year или --period"
            )
        asked = year if period is None else period
        if asked is None and kind in (YEAR, SCHOOL_YEAR):
            return self._year(None, moment)
        if asked is None or not is_period(kind, asked):
            said = "say which" if asked is None else f"{asked} is none; write it"
            how = f"as {KEY_SAMPLE[kind]} (period=, --period)"
            other = ", or choose a methodology that decides by such periods (--pack)" if kind == YEAR else ""
            kind_ru = {
                YEAR: "по годам",
                MONTH: "по месяцам",
                QUARTER: "по кварталам",
                SCHOOL_YEAR: "по учебным годам",
            }
            ru = f"методика {pack.id} решает {kind_ru[kind]}; напишите период так: {KEY_SAMPLE[kind]}"
            raise FactError(f"pack {pack.id} decides by {kind}: {said} {how}{other}", ru=ru)
        return asked

    def _year(self, year: int | None, moment: Moment) -> int:
        """The year asked for, else that of the last list known."""
        if year is not None:
            return year
        import polars as pl

        last = moment.snapshot[ListPublished].select(pl.col("year").max()).collect().item()
        if last is None:
            raise FactError(
                f"no list is known up to position {moment.position}: publish one (shnor import LOG FILE --mapping "
                "list_by_years), or say which year to decide (--year)",
                ru="в журнале нет ни одного перечня: внесите его (shnor import) или назовите год (--year)",
            )
        return int(last)

    @property
    def _importers(self) -> Mapping[str, Importer]:
        """The importers that plugins bring, by their names."""
        return {item.name: item for item in self.plugins.of("importers")}

    def _playbook(self) -> Playbook:
        """The built-in playbook, with the measures that plugins bring."""
        from shnor_engine.recommend.playbook import Playbook

        return Playbook.load(more=self.plugins.of("measures"))

    def _has_list(self, moment: Moment) -> bool:
        return not moment.snapshot[ListPublished].head(1).collect().is_empty()

    def _day(self, as_known: AsKnown | None) -> date:
        """The day that `as_known` names, else today, by the zone of the log."""
        if isinstance(as_known, datetime):
            return in_zone(as_known, self.zone).date()
        return as_known if isinstance(as_known, date) else self.clock().astimezone(self.zone).date()


def _year_of(pack: Pack, period: int | str) -> int:
    """The year whose lists belong to a period: that in which it ends."""
    from shnor_engine.rules.periods import last_day

    key = pack.tree.period
    return period if isinstance(period, int) or key is None else last_day(key.period, period).year  # type: ignore[return-value]


def _luck() -> Any:
    """The module of chances, None without the extra `sim`."""
    try:
        from shnor_engine.simulate import luck
    except ImportError:
        return None
    return luck


def _made(decision: Decision, assessment: Assessment) -> Envelope:
    """A decision as an event, under an id that is the same for the same answer."""
    from shnor_engine.reasoning.decide import json_value

    pack, position = assessment.pack, assessment.position or 0
    period = decision.place
    event = DecisionMade(
        about=decision.subject,
        pack=pack.id,
        pack_version=pack.version,
        digest=pack.digest,
        law=assessment.law,
        rule=pack.tree.id,
        period=period,
        on=assessment.on,
        position=position,
        outcome=decision.outcome,
        decision=decision.decision,
        values={name: json_value(value) for name, value in decision.values.items()},
        events=decision.events,
        missing=tuple(item.text.ru for item in decision.explanation.missing),
    )
    same = ("decision.made", decision.subject, pack.id, pack.digest, assessment.law, period, position)
    return Envelope(event=event, event_id=stable_id(assessment.on, 0, *same))
