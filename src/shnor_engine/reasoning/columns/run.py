"""What is common to one call: the rule, its law and day, tables, closings, regions, the places to decide about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from datetime import date
from functools import cached_property
from typing import Any

import narwhals.stable.v2 as nw

from shnor_engine.errors import FactError
from shnor_engine.law.law import Law
from shnor_engine.reasoning.columns.law import Zones, zones_of
from shnor_engine.reasoning.columns.periods import is_text, ordinals, place_of
from shnor_engine.reasoning.columns.scope import Ground
from shnor_engine.reasoning.columns.tables import Frame, Table, beside, big_frame, collect, lazy, null_keys, prepare
from shnor_engine.reasoning.columns.wholes import Uncompilable
from shnor_engine.reasoning.evaluate import Evaluation
from shnor_engine.reasoning.facts import EVENTS, Closing, Facts, KeyValue, check_key
from shnor_engine.reasoning.placements import Outside, Placement, Published
from shnor_engine.reasoning.reading import every_node
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.fact import Fact, Key
from shnor_engine.rules.others import Decision
from shnor_engine.rules.periods import KEY_SAMPLE, around, ordinal
from shnor_engine.rules.rule import RuleTree
from shnor_engine.rules.ruleset import RuleSet

Closings = Mapping[type[Fact], list[tuple[tuple[str, ...], "Frame | None"]]]


class Run:
    """One rule over frames and a law for one decision day."""

    def __init__(
        self,
        tree: RuleTree,
        facts: Mapping[type[Fact], Any],
        law: Law,
        *,
        on: date,
        closed: Any = False,
        regions: Any = None,
        as_known: date | None = None,
        by: Sequence[str] = (),
        names: Mapping[type[Fact], Mapping[str, str]] | None = None,
        rules: RuleSet | None = None,
        placements: Iterable[Placement] = (),
        published: Iterable[Published] = (),
    ) -> None:
        self.tree, self.law, self.on, self.as_known = tree, law, on, as_known or on
        self.top = tree
        self.by, self.rules = tuple(by), rules
        self.outside = Outside.of(placements, published, on=on)
        self.given, self.given_closed, self.given_names = facts, closed, names or {}
        self.names = 0
        self.reasons: dict[str, str] = {}
        self.prefix, self.roots = "", tuple(tree.clauses[name] for name in tree.outputs)
        self._beside: dict[str, Run] = {}
        if absent := [fact.__name__ for fact in tree.facts if fact not in facts]:
            raise FactError(
                f"rule {tree.id} reads {', '.join(absent)}; give a table for it, an empty one if there is none"
            )
        self.tables = {
            fact: prepare(fact, facts[fact], _fields_read(tree, fact), by=by, names=self.given_names.get(fact))
            for fact in tree.facts
        }
        self.seed = next(iter(self.tables.values())).frame if self.tables else lazy([{"_": 0}])
        engines = sorted({table.frame.implementation.name.lower() for table in self.tables.values()})
        if len(engines) > 1:
            raise FactError(f"the facts stand in {' and '.join(engines)}; bring them to one of them")
        self.closings = {fact: self._closings(fact) for fact in tree.facts}
        self._regions = _as_frame(regions, self.tree.keys[0])
        self.zones: Zones = zones_of(law, self._regions, self.tree.keys[0], self.seed)
        self.uses = _uses(tree)

    @property
    def period(self) -> str:
        """The key that is the rule's period; empty if there is none."""
        return self.tree.period.name if self.tree.period else ""

    def table(self, fact: type[Fact]) -> Table:
        """The prepared rows of a fact."""
        return self.tables[fact]

    def beside(self, tree: RuleTree) -> Run:
        """The same call about another rule: its facts, law and places are ours."""
        if tree.digest not in self._beside:
            other = copy(self)
            for name in ("_evaluations", "_firsts"):  # what was remembered of our own rule
                other.__dict__.pop(name, None)
            other.tree, other.uses, other.prefix = tree, _uses(tree), f"{tree.id}."
            other.roots = tuple(tree.clauses[name] for name in _asked(self.top, tree))
            self._beside[tree.digest] = other
        return self._beside[tree.digest]

    # --- the first period -------------------------------------------------------------------------

    def first_of(self, period: str) -> int | None:
        """The ordinal of the first period, by the name of its key, that any fact speaks of."""
        own = [self.tables[fact] for fact in self.tree.facts]
        spoken = [table.periods[0] for table in own if table.periods and period in table.fact.key_names()]
        return min(spoken, default=None)

    def firsts(self, period: str) -> tuple[Frame | None, int | None]:
        """The same for each draw, and of the facts that are the same in all of them; None where there are none."""
        own = [self.tables[fact] for fact in self.tree.facts]
        told = [table for table in own if table.periods and period in table.fact.key_names()]
        if any(table.by not in ((), self.by) for table in told):
            raise Uncompilable("facts that some of the keys of a draw name")
        shared = [table.periods[0] for table in told if table.by != self.by and table.periods]
        parts = [
            table.frame.select(*self.by, nw.col(period).alias("_first")) for table in told if table.by == self.by
        ]
        if not parts:
            return None, min(shared, default=None)
        firsts = nw.concat(parts, how="vertical").group_by(*self.by).agg(nw.col("_first").min())
        return firsts, min(shared, default=None)

    # --- closings ---------------------------------------------------------------------------------

    def _closings(self, fact: type[Fact]) -> list[tuple[tuple[str, ...], Frame | None]]:
        closed = self.given_closed.get(fact, False) if isinstance(self.given_closed, Mapping) else self.given_closed
        if closed is False:
            return []
        if closed is True:
            return [((), None)]
        keys = (*self.by, *fact.key_names())
        renamed = {column: name for name, column in self.given_names.get(fact, {}).items()}
        if not isinstance(closed, list | tuple):
            return [self._closed_frame(keys, fact, closed, renamed)]
        frames, rows = _parted(closed)
        told = self._closed_rows(fact, keys, rows, renamed) if rows else []
        return [*told, *(self._closed_frame(keys, fact, frame, renamed) for frame in frames)]

    def _closed_frame(
        self, keys: tuple[str, ...], fact: type[Fact], native: Any, renamed: Mapping[str, str]
    ) -> tuple[tuple[str, ...], Frame]:
        frame = lazy(native, "closed")
        columns = [name for name in frame.collect_schema() if name != EVENTS]
        back = {name: renamed.get(name, name) for name in columns}
        _only_keys(fact, keys, back.values())
        typed = [nw.col(name).alias(key) for name, key in back.items()]
        ordered = tuple(key for key in keys if key in back.values())
        return ordered, self._as_key_of(fact, beside(self.seed, frame.select(*typed)), ordered).unique()

    def _as_key_of(self, fact: type[Fact], frame: Frame, names: Sequence[str]) -> Frame:
        """Closed keys of the same kind as those of the fact's rows; raises `FactError` for others and for nulls."""
        frame = _as_keys(frame, names)
        nulls = collect(frame.select(nw.len().alias("rows"), *null_keys(names)))[0]
        for name in names:
            if nulls[f"null {name}"]:
                raise FactError(f"key {name} is null in {nulls[f'null {name}']} rows", "closed")
        frame = _in_ordinals(fact.period_key(), frame)
        same_keys(self.tables[fact], frame, names, "closed")
        own = self.tables[fact].frame.collect_schema()
        return frame.with_columns(*(nw.col(name).cast(own[name]) for name in names if name in own))

    def _closed_rows(
        self, fact: type[Fact], keys: tuple[str, ...], closed: Iterable[Any], renamed: Mapping[str, str]
    ) -> list[tuple[tuple[str, ...], Frame | None]]:
        found: dict[tuple[str, ...], dict[tuple[Any, ...], None]] = {}
        for item in closed:
            given = (
                dict(item.keys)
                if isinstance(item, Closing)
                else {renamed.get(name, name): value for name, value in item.items() if name != EVENTS}
            )
            _only_keys(fact, keys, given)
            names = tuple(key for key in keys if key in given)
            found.setdefault(names, {})[tuple(given[name] for name in names)] = None
        frames: list[tuple[tuple[str, ...], Frame | None]] = []
        for names, rows in found.items():
            values = {name: [row[place] for row in rows] for place, name in enumerate(names)}
            told = self._as_key_of(fact, big_frame(self.seed, values), names) if names else None
            frames.append((names, told))
        return frames

    # --- by hand ----------------------------------------------------------------------------------

    def narrowed(self, facts: Mapping[type[Fact], Any]) -> Run:
        """The same reading of other facts: for those who ask about a few subjects."""
        other = copy(self)
        other.given = facts
        for cached in ("_evaluations", "_facts", "_raw"):
            vars(other).pop(cached, None)
        return other

    def region_of(self, subject: Any) -> str | None:
        """The region of a place's first key."""
        return self._region_map.get(subject)

    @cached_property
    def _region_map(self) -> Mapping[Any, str]:
        if self._regions is None or isinstance(self._regions, Mapping):
            return self._regions or {}
        key = self.tree.keys[0]
        return {row[key]: row["region"] for row in collect(self._regions.select(key, "region"))}

    def evaluation(self, draw: tuple[Any, ...], region: str | None, period: KeyValue | None = None) -> Evaluation:
        """The reference reading of this rule for a draw and region (of the period that is decided), made once."""
        asked = draw, region, period
        if asked not in self._evaluations:
            self._evaluations[asked] = Evaluation(
                self.tree,
                self.facts(draw),
                self.law,
                on=self.on,
                region=region,
                as_known=self.as_known,
                rules=self.rules,
                outside=self.outside,
                period=period,
            )
        return self._evaluations[asked]

    @cached_property
    def _evaluations(self) -> dict[Any, Evaluation]:
        return {}

    @cached_property
    def _facts(self) -> dict[tuple[Any, ...], Facts]:
        return {}

    def facts(self, draw: tuple[Any, ...]) -> Facts:
        """The facts of one draw as `decide` takes them."""
        if draw not in self._facts:
            here = dict(zip(self.by, draw, strict=True))
            tables = {fact: self._records(fact, draw) for fact in self.tables}
            closed = {fact: self._spoken(fact, here) for fact in self.tables}
            self._facts[draw] = Facts.of(tables, closed=closed, columns=self.given_names)
        return self._facts[draw]

    def _records(self, fact: type[Fact], draw: tuple[Any, ...]) -> list[dict[str, Any]]:
        """The rows of a fact in one draw; those of a fact without draws stand in each."""
        if fact not in self._raw:
            native = self.given[fact]
            split = self._raw[fact] = {}
            for row in native if isinstance(native, list | tuple) else collect(lazy(native)):
                split.setdefault(tuple(row.get(name) for name in self.tables[fact].by), []).append(row)
        own = tuple(value for name, value in zip(self.by, draw, strict=True) if name in self.tables[fact].by)
        return self._raw[fact].get(own, [])

    @cached_property
    def _raw(self) -> dict[type[Fact], dict[tuple[Any, ...], list[dict[str, Any]]]]:
        return {}

    def _spoken(self, fact: type[Fact], here: Mapping[str, Any]) -> Any:
        closed = self.given_closed.get(fact, False) if isinstance(self.given_closed, Mapping) else self.given_closed
        if isinstance(closed, bool):
            return closed
        frames, rows = _parted(closed if isinstance(closed, list | tuple) else [closed])
        rows = [*rows, *(row for frame in frames for row in collect(lazy(frame)))]
        plain = [{**item.keys, EVENTS: item.events} if isinstance(item, Closing) else dict(item) for item in rows]
        return _of_draw(plain, here)


def same_keys(table: Table, frame: Frame, names: Iterable[str], where: str) -> None:
    """Raise where keys are of another type than in the rows of a fact: they could only never meet."""
    own, given = table.frame.collect_schema(), frame.collect_schema()
    for name in names if table.rows else ():
        if name in own and own[name] != given[name]:
            raise FactError(
                f"key {name} is {given[name]}, in the rows of {table.fact.__name__} it is {own[name]}", where
            )


def _parted(closed: Iterable[Any]) -> tuple[list[Any], list[Any]]:
    """The frames among closed keys, and those that are given one by one."""
    given = list(closed)
    rows = [item for item in given if isinstance(item, Closing | Mapping)]
    return [item for item in given if not isinstance(item, Closing | Mapping)], rows


def _of_draw(rows: Iterable[Mapping[str, Any]], here: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of one draw, or of all, without the columns that name it."""
    return [
        {name: value for name, value in row.items() if name not in here}
        for row in rows
        if all(row.get(name, value) == value for name, value in here.items())
    ]


def _only_keys(fact: type[Fact], keys: Sequence[str], given: Iterable[str]) -> None:
    if strange := [name for name in given if name not in keys]:
        raise FactError(f"closed keys {', '.join(strange)} are no keys of {fact.__name__}", "closed")


def _in_ordinals(key: Key | None, frame: Frame) -> Frame:
    """Keys with the ordinal of a period that is text; null for what is no such period."""
    schema = frame.collect_schema()
    if key is None or not is_text(key) or key.name not in schema:
        return frame
    if schema[key.name] != nw.String:
        frame = frame.with_columns(nw.col(key.name).cast(nw.String))
    return frame.with_columns(ordinals(key))


def _as_keys(frame: Frame, names: Sequence[str]) -> Frame:
    schema = frame.collect_schema()
    whole = [nw.col(name).cast(nw.Int64) for name in names if schema[name].is_integer()]
    return frame.with_columns(*whole) if whole else frame


def _as_frame(regions: Any, key: str) -> Any:
    if regions is None or isinstance(regions, Mapping):
        return regions
    return _as_keys(lazy(regions), (key,))


def _fields_read(tree: RuleTree, fact: type[Fact]) -> tuple[str, ...]:
    """The fields that a clause reads, in the fact's order."""
    read = {node.field for node in every_node(tree) if isinstance(node, nodes.FieldRef) and node.fact is fact}
    return tuple(name for name in fact.fields() if name in read)


def _asked(tree: RuleTree, other: RuleTree) -> dict[str, None]:
    """The clauses of another rule that a rule may ask for, beside those that make its outcome."""
    asked = [node.clause for node in every_node(tree) if isinstance(node, Decision)]
    return dict.fromkeys((*other.outputs, *(name for name in asked if name in other.clauses)))


def _uses(tree: RuleTree) -> Counter[str]:
    """How often each clause is read; an output is read once more."""
    found = Counter(node.name for node in tree.nodes() if isinstance(node, nodes.ClauseRef))
    found.update(tree.outputs)
    return found


# --- places ---------------------------------------------------------------------------------------


def places_of(run: Run, places: Any) -> Ground:
    """The places to decide about: those given, or every subject in every period that the facts speak of."""
    keys = (*run.by, *run.tree.keys)
    roots = [run.tree.clauses[name] for name in run.tree.outputs]
    if places is None:
        subjects, timed = _speaking(run)
        spans = [table.periods for table in timed if table.periods]
        periods = (min(low for low, _ in spans), max(high for _, high in spans)) if spans else _now(run)
        return Ground(run, lambda: _spoken(run, subjects, timed), keys, periods, roots)
    frame = _given_places(run, places, keys)
    return Ground(run, frame, keys, _periods(run, frame), roots)


def _given_places(run: Run, places: Any, keys: Sequence[str]) -> Frame:
    if isinstance(places, list | tuple):
        rows = list(places)
        names = [key for key in keys if not rows or key in rows[0]]
        frame = big_frame(run.seed, {name: [_place(run, name, row[name]) for row in rows] for name in names})
        if not rows:
            frame = frame.with_columns(*(nw.col(name).cast(nw.Int64) for name in names if _is_whole(run, name)))
    else:
        frame = beside(run.seed, lazy(places, "places"))
        names = [key for key in keys if key in frame.collect_schema()]
    if missing := [key for key in run.tree.keys if key not in names]:
        raise FactError(
            f"rule {run.tree.id} decides per {', '.join(run.tree.keys)}; places lack {', '.join(missing)}"
        )
    found = _as_keys(frame.select(*names), names).unique()
    if not isinstance(places, list | tuple):  # rows were read one by one
        found = _in_ordinals(run.tree.period, found)
    for table in run.tables.values():
        same_keys(table, found, [name for name in names if name in run.tree.keys], "places")
    if lacking := [name for name in run.by if name not in names]:
        draws = _distinct([t for t in run.tables.values() if set(lacking) <= set(t.by)], lacking)
        found = found.join(draws, how="cross")
    return found.select(*keys)


def _is_whole(run: Run, name: str) -> bool:
    """Whether a key of a place is a whole number in the facts."""
    schemas = [table.frame.collect_schema() for table in run.tables.values()]
    return any(name in schema and schema[name].is_integer() for schema in schemas)


def _place(run: Run, name: str, value: Any) -> Any:
    """The value of a key as columns hold it; raises `FactError` for what is no period."""
    period = run.tree.period
    if period is None or name != period.name or not is_text(period):
        return value
    return place_of(period, check_key(period, value, "places"))


def _speaking(run: Run) -> tuple[list[Table], list[Table]]:
    """The tables that name every subject, and those that name periods; refuses facts that name none."""
    still = [name for name in run.tree.keys if name != run.period]
    subjects = [table for table in run.tables.values() if {*still, *run.by} <= set(table.keys)]
    timed = [table for table in run.tables.values() if {run.period, *run.by} <= set(table.keys)]
    if not subjects:
        raise FactError(f"no fact of {run.tree.id} has all of {', '.join((*run.by, *still))}; give places=")
    if run.period and not timed:
        raise FactError(f"no fact of {run.tree.id} has a {run.period}; give places=")
    return subjects, timed if run.period else []


def _spoken(run: Run, named: Sequence[Table], timed: Sequence[Table]) -> Frame:
    """Every subject in every period that the facts speak of."""
    still = [name for name in run.tree.keys if name != run.period]
    subjects = _distinct(named, [*run.by, *still])
    if not run.period:
        return subjects
    periods = _distinct(timed, [*run.by, run.period])
    if run.by:
        frame = subjects.join(periods, how="inner", left_on=list(run.by), right_on=list(run.by))
    else:
        frame = subjects.join(periods, how="cross")
    return frame.select(*run.by, *run.tree.keys)


def _distinct(tables: Sequence[Table], names: Sequence[str]) -> Frame:
    parts = [table.distinct(names) for table in tables]
    return parts[0] if len(parts) == 1 else nw.concat(parts, how="vertical").unique()


def _periods(run: Run, frame: Frame) -> tuple[int, int] | None:
    if (period := run.tree.period) is None:
        return None
    held = nw.col(period.name)
    nulls = held.is_null().cast(nw.Int64).sum().alias("nulls")
    found = collect(frame.select(held.min().alias("low"), held.max().alias("high"), nulls))[0]
    if is_text(period) and found["nulls"]:
        raise FactError(
            f"key {period.name}: {found['nulls']} places are not a {period.period} like {KEY_SAMPLE[period.period]}",
            "places",
        )
    for end in () if is_text(period) else (found["low"], found["high"]):
        if end is not None:
            check_key(period, end, "places")
    return _now(run) if found["low"] is None else (found["low"], found["high"])


def _now(run: Run) -> tuple[int, int] | None:
    """The period of the decision day, where nothing else says which."""
    if (period := run.tree.period) is None:
        return None
    place = ordinal(period.period, around(period.period, run.on))
    return place, place
