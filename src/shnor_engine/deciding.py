"""From a moment of the log, or from frames of the caller, to the decisions of a pack."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from shnor_engine.assessment import Assessment, Decision, Framed, order
from shnor_engine.errors import FactError
from shnor_engine.events import DecisionPlaced, ListPublished
from shnor_engine.factual import Among, Sheets, codes_in, facts_of, ranks, sheets_of
from shnor_engine.law.law import Law
from shnor_engine.nation import decide_columns, decided_in_columns, in_columns, places_in, stands
from shnor_engine.outsiders import Outsiders
from shnor_engine.packs import Pack
from shnor_engine.reasoning import Explanation, Facts, Verdict
from shnor_engine.reasoning.decide import decide_each
from shnor_engine.reasoning.facts import KeyValue
from shnor_engine.reasoning.frames import frame_of, is_rows, rows_in
from shnor_engine.reasoning.language import Names
from shnor_engine.rules.fact import Fact
from shnor_engine.rules.periods import YEAR, first_day, last_day, ordinal
from shnor_engine.sources import sources_of

if TYPE_CHECKING:
    from shnor_engine.reasoning.way_out import WayOut
    from shnor_engine.tables import Snapshot

Row = Mapping[str, Any]
SCHOOL = ("school_id", "municipality", "region", "name", "open_from", "closed_from")


FEW = 64  # so many are decided one at a time sooner than a frame is compiled


def decide_log(
    pack: Pack,
    snapshot: Snapshot,
    *,
    year: KeyValue,
    on: date,
    subjects: Sequence[str] | None = None,
    among: Among | None = None,
    few: int = FEW,
    outside: Outsiders | None = None,
) -> Assessment:
    """The decisions of a pack on what stood at a moment of the log: on everybody, or on `subjects` (ids) alone.

    `year` is the period decided on: of a methodology by months «2024-05». `outside` are other placements and
    published statuses than those that the log holds of this methodology.
    Of a few subjects only their rows are read, whatever the size of the log. More than `few` are decided in columns
    where the methodology stands in them; both ways say the same.
    """
    schools = schools_at(snapshot, subjects)
    present = (
        subjects if subjects is not None else [one for one, row in schools.items() if _works_in(row, pack, year)]
    )
    asked = Asked(pack, snapshot, year, on, subjects, among, schools, list(present), outside)
    decided = in_columns_of_log(asked) if len(present) > few and stands(pack) else None
    decisions = one_at_a_time(asked) if decided is None else decided
    return Assessment(decisions, pack, year, on, snapshot.position)


@dataclass(frozen=True)
class Asked:
    """One question to a log: by which methodology, at which moment, about whom; and the schools there were."""

    pack: Pack
    snapshot: Snapshot
    year: KeyValue
    on: date
    subjects: Sequence[str] | None
    among: Among | None
    schools: Mapping[str, Row]
    present: Sequence[str]
    instead: Outsiders | None = None

    def here(self, places: Iterable[dict[str, KeyValue]]) -> Iterator[dict[str, KeyValue]]:
        """The places that are asked about, among all that the facts speak of."""
        who, wanted = _who(self.pack), None if self.subjects is None else set(self.subjects)
        return (place for place in places if wanted is None or place[who] in wanted)

    @property
    def absent(self) -> Collection[str]:
        """Who is registered and does not work in the year."""
        return self.schools.keys() - set(self.present)

    @cached_property
    def regions(self) -> dict[KeyValue, str]:
        """The place whose law counts for each school."""
        return regions_of(self.pack, self.schools)

    @cached_property
    def outside(self) -> Outsiders:
        """What was decided outside the methodology."""
        if self.instead is not None:
            return self.instead
        return Outsiders.of(self.pack, self.snapshot, self.subjects, on=self.on, among=self.among)

    def verdicts(self, places: Iterable[Mapping[str, KeyValue]], facts: Facts) -> Iterator[Verdict]:
        """Each place by the reference meaning."""
        return decide_each(
            self.pack.rule,
            places,
            facts,
            self.pack.law,
            on=self.on,
            regions=self.regions,
            placements=self.outside.placements,
            published=self.outside.published,
        )


def one_at_a_time(asked: Asked) -> tuple[Decision, ...]:
    """The decisions by the reference meaning, each with its trace."""
    pack, snapshot = asked.pack, asked.snapshot
    facts = facts_of(pack, snapshot, asked.subjects, among=asked.among)
    names = names_of(pack, facts, asked.schools, snapshot)
    places = asked.here(_places(pack, facts, asked.present, asked.year, absent=asked.absent))
    return tuple(Decision(verdict, pack, snapshot.position, names) for verdict in asked.verdicts(places, facts))


def in_columns_of_log(asked: Asked) -> Framed | None:
    """The decisions in columns; who was placed, or has a published status, is decided beside them one at a time.

    None where some clause is of a kind that no column holds.
    """
    pack, snapshot = asked.pack, asked.snapshot
    told = asked.outside.subjects(_who(pack))
    if told and ranks(pack):
        return None
    sheets, who = sheets_of(pack, snapshot, asked.subjects, among=asked.among, events=False), _who(pack)
    spoken = places_in(pack, sheets.rows, {}, asked.year)
    places = list(asked.here(_with_present(pack, spoken, asked.present, asked.year, asked.absent)))
    return decided_in_columns(
        pack,
        sheets,
        [place for place in places if place[who] not in told],
        [place for place in places if place[who] in told],
        on=asked.on,
        regions=asked.regions,
        read=lambda some: facts_of(pack, snapshot, some, among=asked.among),
        verdicts=asked.verdicts,
        position=snapshot.position,
        names=names_of(pack, sheets, asked.schools, snapshot),
    )


def _with_present(
    pack: Pack,
    spoken: Iterable[dict[str, KeyValue]],
    present: Sequence[str],
    year: KeyValue,
    absent: Collection[str],
) -> Iterator[dict[str, KeyValue]]:
    """The places that the facts speak of but for the absent, and those who are present; each once."""
    names, who, period = [key.name for key in pack.tree.per if not key.period], _who(pack), pack.tree.period
    if len(names) > 1:
        yield from spoken
        return
    seen = set(present)
    yield from (place for place in spoken if place[who] not in seen and place[who] not in absent)
    when: dict[str, KeyValue] = {period.name: year} if period else {}
    for one in present:
        keys: dict[str, KeyValue] = {who: one, **when}
        yield {name: keys[name] for name in pack.tree.keys}


def way_out_of(
    pack: Pack,
    snapshot: Snapshot,
    subject: str,
    *,
    year: KeyValue,
    on: date,
    goal: str,
    since: KeyValue | None = None,
    keys: Mapping[str, KeyValue] | None = None,
    among: Among | None = None,
) -> WayOut:
    """The least change by which a pack would decide `goal` on a subject in a year.

    `keys` are the further keys of a methodology that decides at more; see `one_place`.
    """
    facts, schools = facts_of(pack, snapshot, [subject], among=among), schools_at(snapshot, [subject])
    found = (place for place in _places(pack, facts, [subject], year) if place[_who(pack)] == subject)
    outside = Outsiders.of(pack, snapshot, [subject], on=on, among=among)
    return pack.way_out(
        one_place(pack, list(found), subject, keys),
        facts,
        on=on,
        goal=goal,
        region=region_of(pack.law, schools.get(subject)),
        since=since,
        names=names_of(pack, facts, schools, snapshot),
        placements=outside.placements,
        published=outside.published,
    )


def one_decision(assessment: Assessment, subject: str, keys: Mapping[str, KeyValue] | None) -> Decision:
    """The decision on a subject at these further keys; see `one_place`."""
    places = [decision.said.keys for decision in assessment.decisions]
    return assessment.decisions[places.index(one_place(assessment.pack, places, subject, keys))]


def one_place(
    pack: Pack, places: Sequence[Mapping[str, KeyValue]], subject: str, keys: Mapping[str, KeyValue] | None
) -> Mapping[str, KeyValue]:
    """The place of a subject that the further keys single out, among those that the facts speak of.

    Raises `FactError` for a key that the methodology does not have, and where no place or several fit.
    """
    others = [key.name for key in pack.tree.per if not key.period and key.name != _who(pack)]
    given = dict(keys or {})
    if strange := sorted(given.keys() - set(others)):
        has = f"it has {', '.join(others)}" if others else "it has none beside the subject and the period"
        ru = f"у методики {pack.id} нет ключа {', '.join(strange)}; " + (
            f"есть {', '.join(others)}" if others else "ключей нет"
        )
        raise FactError(f"pack {pack.id} has no further key {', '.join(strange)}; {has}", ru=ru)
    fitting = [place for place in places if all(place[name] == value for name, value in given.items())]
    if len(fitting) == 1:
        return fitting[0]
    said = sorted(", ".join(f"{name}={place[name]}" for name in others) for place in fitting or places)
    listed = "; ".join(said) or "none"
    if not fitting:
        raise FactError(
            f"pack {pack.id} has nothing to decide on {subject} there; the facts speak of {listed}",
            ru=f"методике {pack.id} здесь нечего решать о {subject}; в фактах есть: {listed}",
        )
    raise FactError(
        f"pack {pack.id} decides on {subject} per {', '.join(others)} too; say which (keys=, --key): {listed}",
        ru=f"методика {pack.id} решает ещё и по {', '.join(others)}; скажите, о чём речь (--key): {listed}",
    )


def decide_frames(
    pack: Pack, given: Any, *, closed: Any, year: KeyValue | None, on: date, subjects: Collection[str] | None = None
) -> Assessment:
    """The decisions of a pack on frames of the caller's own; see `Engine.assess`.

    Everybody in a frame is decided in columns where all of the rule stands in them; explanations are made when they
    are asked for. Both ways say the same: a property of the readers.
    """
    frames = _by_fact(pack, given)
    if subjects is None and in_columns(pack, frames):
        names, all_closed = _columns(pack, frames), _closed(pack, closed)
        decided = decide_columns(pack, frames, names, closed=all_closed, year=year, on=on)
        if decided is not None:
            return decided
    facts = Facts.of(frames, closed=_closed(pack, closed), columns=_columns(pack, frames))
    period = year if year is not None else _last_period(pack, facts)
    places = [
        place
        for place in _places(pack, facts, (), period)
        if subjects is None or str(place[_who(pack)]) in set(subjects)
    ]
    decisions = tuple(Decision(pack.decide(place, facts, on=on), pack, None) for place in places)
    return Assessment(decisions, pack, period, on, None)


def explained(decision: Decision, snapshot: Snapshot, *, among: Among | None = None) -> Explanation:
    """The explanation of a decision with what stands behind each of its events: type, position, source."""
    from shnor_engine.projections import PROJECTIONS

    bound = decision.pack.bindings.values()
    named = (name for binding in bound for name in (binding.projection, binding.closings) if name)
    read = ((PROJECTIONS if among is None else among)[name].reads for name in named)
    classes = dict.fromkeys((*(cls for reads in read for cls in reads), DecisionPlaced, ListPublished))
    why = decision.explanation
    sources = sources_of(snapshot, why.events, classes)
    return replace(why, sources=sources)


def region_of(law: Law, row: Row | None) -> str | None:
    """The place whose law counts for a school: its municipality or its region where the law names it, else none."""
    known = {*law.regions, *(item.region for item in law.overrides)}
    places = (None, None) if row is None else (row["municipality"], row["region"])
    return next((place for place in places if place in known), None)


def regions_of(pack: Pack, schools: Mapping[str, Row]) -> dict[KeyValue, str]:
    """The region whose law counts for each school, where one does."""
    found = {one: region_of(pack.law, row) for one, row in schools.items()}
    return {one: region for one, region in found.items() if region is not None}


def schools_at(snapshot: Snapshot, only: Collection[str] | None = None) -> dict[str, Row]:
    """The registered schools by their ids, ascending: where each lies, how it is called, when it works."""
    from shnor_engine.projections import project

    rows = project(snapshot, "schools", only=only).select(*SCHOOL).collect().to_dicts()
    return {row["school_id"]: row for row in sorted(rows, key=lambda row: str(row["school_id"]))}


def names_of(pack: Pack, facts: Facts | Sheets, schools: Mapping[str, Row], snapshot: Snapshot) -> Names:
    """How the schools are called, and the assessment procedures that the facts speak of."""
    from shnor_engine.projections.sittings import procedure_name

    found: dict[str, str | Mapping[str, str]] = {}
    for code in codes_in(pack, facts):
        found[code] = procedure_name(code, snapshot.registry)
    return found | {one: str(row["name"]) for one, row in schools.items()}


# --- facts ----------------------------------------------------------------------------------------


def _by_fact(pack: Pack, given: Any) -> dict[type[Fact], Any]:
    """The caller's frames by the facts of the pack; a mapping names them by fact, by its name or its projection."""
    named = _named(pack, given, "facts")
    if lacking := [fact.__name__ for fact in pack.bindings if fact not in named]:
        raise FactError(f"pack {pack.id} reads {lacking[0]}; facts= holds {', '.join(map(str, given))}")
    return {fact: _table(table, fact.__name__) for fact, table in named.items()}


def _named(pack: Pack, given: Any, argument: str) -> dict[type[Fact], Any]:
    """What an argument holds for each fact of the pack; one alone is for its only fact."""
    facts = list(pack.bindings)
    if not isinstance(given, Mapping):
        if len(facts) > 1:
            names = ", ".join(fact.__name__ for fact in facts)
            raise FactError(f"pack {pack.id} reads {names}: give {argument}={{name: frame}} with a frame for each")
        return {facts[0]: given}
    found = {}
    for fact, binding in pack.bindings.items():
        called: tuple[Any, ...] = (fact, fact.__name__, binding.projection)
        if (key := next((name for name in called if name in given), None)) is not None:
            found[fact] = given[key]
    return found


def _table(given: Any, where: str) -> Any:
    """Row dicts, or a frame that is asked by columns; anything else is a `FactError`."""
    return rows_in(given, where) if is_rows(given) else frame_of(given, where).to_native()


def _columns(pack: Pack, frames: Mapping[type[Fact], Any]) -> dict[type[Fact], Mapping[str, str]]:
    """The names of the fact itself where the frame has them, else those of the projection that fills it."""
    found: dict[type[Fact], Mapping[str, str]] = {}
    for fact, frame in frames.items():
        present = _column_names(frame)
        renamed = pack.bindings[fact].columns
        found[fact] = {name: column for name, column in renamed.items() if name not in present and column in present}
    return found


def _column_names(frame: Any) -> set[str]:
    if is_rows(frame):
        return {str(name) for row in frame for name in row}
    import narwhals.stable.v2 as nw

    return set(nw.from_native(frame).collect_schema().names())


def _closed(pack: Pack, closed: Any) -> Any:
    """What is complete, as `Facts.of` takes it; one frame of closed keys is for the only fact of the pack.

    A mapping may leave out a fact of which nothing is closed; a name in it that is none of the pack's is refused.
    """
    if closed is None or isinstance(closed, bool):
        return bool(closed)
    found = _named(pack, closed, "closed")
    if isinstance(closed, Mapping) and len(found) < len(closed):
        names = ", ".join(fact.__name__ for fact in pack.bindings)
        raise FactError(f"closed= holds {', '.join(map(str, closed))}; pack {pack.id} reads {names}")
    return {
        fact: one if isinstance(one, bool | list | tuple) else _table(one, "closed") for fact, one in found.items()
    }


# --- whom and when --------------------------------------------------------------------------------


def _who(pack: Pack) -> str:
    return next(key.name for key in pack.tree.per if not key.period)


def spoken_of(pack: Pack, subject: str, snapshot: Snapshot, among: Among) -> bool:
    """Whether facts of a methodology that is not about schools speak of a subject: no register knows it."""
    who = _who(pack)
    if who == "school":
        return False
    facts = facts_of(pack, snapshot, [subject], among=among)
    return any(facts.matching(fact, {who: subject}) for fact in pack.bindings if who in fact.key_names())


def _places(
    pack: Pack, facts: Facts, present: Iterable[str], year: KeyValue | None, *, absent: Collection[str] = ()
) -> Iterator[dict[str, KeyValue]]:
    """Every place to decide in one period: those who are present, and whom the facts speak of but for the absent.

    A listed school whose registration was taken back is still decided: it must not drop out of sight.
    """
    names = [key.name for key in pack.tree.per if not key.period]
    found = {tuple(row[name] for name in names) for row in _keyed(pack, facts, names)}
    if len(names) == 1:
        found = {(one,) for one in present} | {keys for keys in found if keys[0] not in absent}
    period = pack.tree.period
    for values in sorted(found, key=lambda values: tuple(order(str(value)) for value in values)):
        keys = dict(zip(names, values, strict=True))
        yield {key.name: keys[key.name] if key is not period or year is None else year for key in pack.tree.per}


def _keyed(pack: Pack, facts: Facts, names: Sequence[str]) -> Iterator[dict[str, KeyValue]]:
    for fact in pack.tree.facts:
        if set(names) <= set(fact.key_names()):
            for row in facts.rows(fact):
                yield dict(zip(fact.key_names(), row.keys, strict=True))


def _last_period(pack: Pack, facts: Facts) -> KeyValue | None:
    if (period := pack.tree.period) is None:
        return None
    found = [value for fact in pack.tree.facts for value in _periods(fact, facts, period.period)]
    if not found:
        raise FactError(f"the frame names no {period.period}: say which to decide (year=…, period=…)")
    return max(found, key=lambda value: ordinal(period.period, value))


def _periods(fact: type[Fact], facts: Facts, kind: str) -> Iterator[KeyValue]:
    for key in fact.grain:
        if key.period == kind:
            yield from facts.subjects(fact, key.name)


def _works_in(row: Row, pack: Pack, period: KeyValue) -> bool:
    """Whether a school is open on some day of a period, as far as anybody knows."""
    opened, closed = row["open_from"], row["closed_from"]
    kind = YEAR if pack.tree.period is None else pack.tree.period.period
    return (opened is None or opened <= last_day(kind, period)) and (
        closed is None or closed > first_day(kind, period)
    )


# --- what stands behind an event ------------------------------------------------------------------
