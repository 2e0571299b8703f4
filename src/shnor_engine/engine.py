"""`Engine`: one object that joins a log, the catalogue of events, packs and a clock.

It holds no state of its own beyond what can be rebuilt from the log, so two engines in one process do not
notice each other, and a second engine on the same file sees what the first one wrote.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shnor_engine.errors import FactError, UnknownSchool
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
    from shnor_engine.recommend import Advice
    from shnor_engine.report.list_history import FlowStep, ListHistory
    from shnor_engine.tables import Snapshot, Tables

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
        installed ones; of a broken one `engine.plugins.states` says why, with `strict` it raises `PluginError`.
        `packs` replaces all methodologies, `registry` all events. Raises `NotALog` for a file that is no log,
        `SchemaChanged` where somebody changed its tables.
        """
        from shnor_engine.log.sqlite import SqliteLog

        made = make_extension(plugins=plugins, discover=discover, strict=strict)
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
        return {item.pack.id: item.pack for item in self.pack_states if item.state in ("active", "draft")}

    @cached_property
    def pack_states(self) -> tuple[PackState, ...]:
        """Every methodology with its state, built in and of plugins, by id."""
        if self._packs is None:
            return self.extension.packs
        return states_of(self._packs, self.extension.projections)

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
        no position of this log.
        """
        if assessment.position is None:
            raise FactError("these decisions rest on a frame of your own; record what assess() says of the log")
        return self.log.append([_made(decision, assessment) for decision in assessment], actor=actor)

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

        `mapping` is a YAML file, or the name of one that comes with the library; `values` are its parameters, `day`
        is that of the document. Raises `BadInput` for a file or mapping that cannot be read at all; what is not
        understood in a cell stands in `Proposal.problems`.
        """
        from shnor_engine.intake.mapping import Table, find_mapping
        from shnor_engine.intake.spreadsheet import World, propose

        table = mapping if isinstance(mapping, Table) else find_mapping(mapping, self.registry)
        position = self.log.head().position
        world = World(
            registry=self.registry,
            names=self._names(position),
            ids=self._registered.known(),
            standing=lambda kind, about: self.log.read(types=[kind], subjects=about, as_known=position),
            position=position,
        )
        return propose(Path(path), table, world, values=values, day=day, limits=limits)

    def importer(self, *, mapping: str | Path, values: Mapping[str, Any] | None = None) -> Importer:
        """A mapping in the shape of a plugin's importer: `read(path)` gives entries to append and problems."""
        from shnor_engine.intake.files import ENDINGS
        from shnor_engine.intake.mapping import find_mapping
        from shnor_engine.plugin.parts import Importer

        table = find_mapping(mapping, self.registry)

        def read(path: Path) -> tuple[Sequence[Envelope], Sequence[Problem]]:
            found = self.propose(path, mapping=table, values=values)
            return found.entries, found.problems

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
        from shnor_engine.errors import BadInput, ConditionFailed, FieldProblem
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
        on: date | None = None,
        as_known: AsKnown | None = None,
        facts: Any = None,
        closed: Any = None,
        subjects: Collection[str] | None = None,
    ) -> Assessment:
        """Decide every subject, or only `subjects` (ids or any spelling), for one period.

        `year` is that of the last list known by default. `facts` brings frames of your own instead of the log's:
        one frame where the pack reads one fact, else a mapping by the name of the fact; a null is unknown, and so
        is a missing row unless `closed` (True, or a frame of closed keys) says that nothing is missing.
        """
        from shnor_engine.deciding import decide_frames

        chosen, moment = self._pack(pack), self.at(as_known, on=on)
        named = None if subjects is None else [self._whom(one, moment) for one in subjects]
        if facts is None:
            return self._decided(chosen, moment, year, named)
        return decide_frames(chosen, facts, closed=closed, year=year, on=moment.on, subjects=subjects)

    def explain(
        self,
        school: str,
        *,
        pack: str | None = None,
        year: int | None = None,
        on: date | None = None,
        as_known: AsKnown | None = None,
    ) -> Explanation:
        """Why one school is decided as it is, down to the events; `school` is an id or any spelling known by then.

        Raises `UnknownSchool` that lists near spellings.
        """
        from shnor_engine.deciding import explained

        chosen, moment = self._pack(pack), self.at(as_known, on=on)
        decided = self._decided(chosen, moment, year, [self._whom(school, moment)])
        return explained(decided.decisions[0], moment.snapshot)

    def recommend(
        self, *, year: int | None = None, on: date | None = None, as_known: AsKnown | None = None
    ) -> Advice:
        """What follows from the facts for the list of a year: whom, what, on which ground."""
        from shnor_engine.recommend import advise

        moment = self.at(as_known, on=on)
        return advise(moment.snapshot, year=self._year(year, moment), on=moment.on)

    def report(
        self,
        *,
        pack: str | None = None,
        year: int | None = None,
        on: date | None = None,
        as_known: AsKnown | None = None,
    ) -> str:
        """The analytical note (справка) in Russian, as Markdown; the same bytes for the same moment."""
        from shnor_engine.recommend import advise
        from shnor_engine.report.note import note

        moment = self.at(as_known, on=on)
        decided = self._decided(self._pack(pack), moment, year, None)
        advice = advise(moment.snapshot, year=self._year(year, moment), on=moment.on)
        return note(moment.snapshot, decided, advice)

    def verify(self, since: int = 0) -> Verification:
        """Recompute the hash chain after a position and give every finding."""
        return self.log.verify(since)

    # --- inside -----------------------------------------------------------------------------------

    def _decided(self, pack: Pack, moment: Moment, year: int | None, named: list[str] | None) -> Assessment:
        from shnor_engine.deciding import decide_log

        return decide_log(pack, moment.snapshot, year=self._year(year, moment), on=moment.on, subjects=named)

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

    def _whom(self, spelling: str, moment: Moment) -> str:
        """As `school`, and an id that only a list names: a school with its registration taken back is decided too."""
        from shnor_engine.projections import project

        try:
            return self.school(spelling, moment)
        except UnknownSchool:
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

        return find_pack(pack_id or DEFAULT_PACK, self.packs.values())

    def _year(self, year: int | None, moment: Moment) -> int:
        """The year asked for, else that of the last list known."""
        if year is not None:
            return year
        import polars as pl

        last = moment.snapshot[ListPublished].select(pl.col("year").max()).collect().item()
        if last is None:
            raise FactError(f"no list is known up to position {moment.position}: say which year to decide (--year)")
        return int(last)

    def _day(self, as_known: AsKnown | None) -> date:
        """The day that `as_known` names, else today, by the zone of the log."""
        if isinstance(as_known, datetime):
            return in_zone(as_known, self.zone).date()
        return as_known if isinstance(as_known, date) else self.clock().astimezone(self.zone).date()


def _made(decision: Decision, assessment: Assessment) -> Envelope:
    """A decision as an event, under an id that is the same for the same answer."""
    from shnor_engine.reasoning.decide import json_value

    pack, position = assessment.pack, assessment.position or 0
    period = "" if decision.period is None else str(decision.period)
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
