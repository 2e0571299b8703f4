"""From the log to the facts of a methodology: its projections, what closes them, and what lies on no list."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from shnor_engine.packs import Binding, Pack
from shnor_engine.reasoning.facts import DISAGREEING, EVENTS, Closing, Facts
from shnor_engine.reasoning.reading import every_node
from shnor_engine.rules.fact import Fact, Key
from shnor_engine.rules.over_time import Periods, Run
from shnor_engine.rules.ranking import Cut, Rank
from shnor_engine.rules.rule import RuleTree
from shnor_engine.rules.status import Status
from shnor_engine.rules.tree import AtLeast

if TYPE_CHECKING:
    import polars as pl

    from shnor_engine.projections.projection import Projection
    from shnor_engine.tables import Snapshot

Among: TypeAlias = "Mapping[str, Projection]"
NO_NAMES: Mapping[str, str] = {}
SOURCES = (EVENTS, DISAGREEING)


@dataclass(frozen=True, slots=True)
class Sheets:
    """The facts of a pack as frames: the rows of each fact, and what is complete, a frame for each set of keys.

    The columns are called as the keys and fields of the fact are, whatever the projection calls them.
    """

    rows: Mapping[type[Fact], pl.LazyFrame]
    closed: Mapping[type[Fact], list[pl.DataFrame | Closing]]


def sheets_of(
    pack: Pack,
    snapshot: Snapshot,
    subjects: Collection[str] | None,
    *,
    among: Among | None = None,
    events: bool = True,
) -> Sheets:
    """The facts of a pack as known at a moment; of a few subjects only their rows are read.

    `among` are the projections there are, those of plugins included. A methodology that ranks needs everybody: what
    is asked of one is decided by all; one that looks back to the beginning of the facts needs the row that begins
    them. Without `events` nothing is said of what stands behind a row, and the rows are in no order.
    """
    if ranks(pack):
        subjects = None

    def ask(name: str) -> pl.LazyFrame:
        return asked(snapshot, name, subjects, among=among)

    rows: dict[type[Fact], pl.LazyFrame] = {}
    closed: dict[type[Fact], list[pl.DataFrame | Closing]] = {}
    for fact, binding in pack.bindings.items():
        if subjects is not None and looks_back(pack.tree):
            # All have to be read to know where the facts begin; the rows of a few are among them.
            whole = asked(snapshot, binding.projection, None, among=among).collect().lazy()
            mine = _of_subjects(whole, _projection(binding.projection, among).by, subjects)
            own, every = (_listed(fact, _named(fact, binding, part)).collect() for part in (mine, whole))
            frame = with_beginning(fact, own, every).lazy()
        else:
            frame = _listed(fact, _named(fact, binding, ask(binding.projection)))
        rows[fact] = (frame if events else _bare(frame)).collect().lazy()
        if binding.closings:
            told = ask(binding.closings)
            told = told if events else told.drop("events").unique()
            closed[fact] = list(closings(fact, binding, rows[fact], told.collect()))
    return Sheets(rows, closed)


def facts_of(
    pack: Pack, snapshot: Snapshot, subjects: Collection[str] | None, *, among: Among | None = None
) -> Facts:
    """The same as the rows that a rule reads one by one, with the events behind them."""
    sheets = sheets_of(pack, snapshot, subjects, among=among)
    closed = {fact: [one for part in parts for one in _closed(part)] for fact, parts in sheets.closed.items()}
    return Facts.of(sheets.rows, closed=closed)


def _closed(part: pl.DataFrame | Closing) -> Iterator[Closing]:
    if isinstance(part, Closing):
        yield part
        return
    for row in part.iter_rows(named=True):
        events = tuple(row.pop("events", ()))
        yield Closing(row, events)


def closings(
    fact: type[Fact], binding: Binding, frame: pl.LazyFrame, told: pl.DataFrame
) -> Iterator[pl.DataFrame | Closing]:
    """What is complete: exact keys as they are, beginnings of codes as every code that the fact could mean by them.

    Where all the beginnings of `binding.whole` are closed, so is the whole set.
    """
    import polars as pl

    named = [(name, binding.columns.get(name, name)) for name in fact.key_names()]
    events = [pl.col("events")] if "events" in told.columns else []
    keys = told.select(*(pl.col(column).alias(name) for name, column in named if column in told.columns), *events)
    key = _coded(fact)
    if key is None:
        yield keys
        return
    code, rest = pl.col(key.name), [name for name in fact.key_names() if name in keys.columns and name != key.name]
    begins = code.str.ends_with(".")
    yield keys.filter(~begins)
    beginnings = keys.filter(begins)
    codes = _codes(key, frame)
    meant = [(said, one) for said in beginnings[key.name].unique() for one in codes if f"{one}.".startswith(said)]
    pairs = pl.DataFrame(meant, schema={key.name: pl.String, "_code": pl.String}, orient="row")
    yield beginnings.join(pairs, on=key.name).select(*rest, pl.col("_code").alias(key.name), *events)
    if binding.whole:
        yield from _whole(keys.filter(code.is_in(list(binding.whole))), key, rest, len(set(binding.whole)))


def _whole(parts: pl.DataFrame, key: Key, rest: list[str], wanted: int) -> Iterator[pl.DataFrame | Closing]:
    """Where every part that makes up the whole is closed: by the keys beside the code, or at all without any."""
    import polars as pl

    listed = "events" in parts.columns
    ids = [pl.col("events").list.explode(empty_as_null=False).unique().sort()] if listed else []
    count = pl.col(key.name).n_unique().alias("_parts")
    grouped = parts.group_by(rest or [pl.lit(0).alias("_all")]).agg(count, *ids)
    found = grouped.filter(pl.col("_parts") == wanted).drop("_parts", "_all", strict=False)
    if rest:
        yield found
    elif grouped["_parts"].to_list() == [wanted]:
        yield Closing({}, tuple(found["events"][0]) if listed else ())


def looks_back(tree: RuleTree) -> bool:
    """Whether a rule looks back to the first period that the facts speak of, and so to whoever begins them."""
    return any(
        (isinstance(node, AtLeast | Periods) and node.window.length is None and not node.window.inside)
        or (isinstance(node, Run | Status) and node.since is None)
        for node in every_node(tree)
    )


def with_beginning(fact: type[Fact], own: Any, whole: Any, names: Mapping[str, str] = NO_NAMES) -> Any:
    """The rows of a few subjects, and the first row of all in the first period that the fact speaks of.

    Any lazy or eager frames that narwhals knows; `names` are the columns of keys where the names differ.
    """
    import narwhals.stable.v2 as nw

    key = fact.period_key()
    if key is None:
        return own
    everything, mine = nw.from_native(whole), nw.from_native(own)
    columns = [names.get(name, name) for name in fact.key_names()]
    period = names.get(key.name, key.name)
    first = rows_of(everything.select(nw.col(period).min().alias("first")))[0]["first"]
    if first is None:
        return own
    here = rows_of(everything.filter(nw.col(period) == first).select(*columns).unique())
    chosen = min(here, key=lambda row: tuple(str(row[name]) for name in columns))
    is_it = nw.all_horizontal(*(nw.col(name) == chosen[name] for name in columns), ignore_nulls=False)
    return nw.concat([mine.filter(~is_it), everything.filter(is_it)], how="vertical").to_native()


def _of_subjects(frame: pl.LazyFrame, by: str | None, subjects: Collection[str]) -> pl.LazyFrame:
    """The rows of a few subjects; all where the answer is not by subject."""
    import polars as pl

    return frame if by is None else frame.filter(pl.col(by).is_in(list(subjects)))


def rows_of(frame: Any) -> list[dict[str, Any]]:
    """The rows of a narwhals frame, lazy or eager."""
    import narwhals.stable.v2 as nw

    whole = frame.collect() if isinstance(frame, nw.LazyFrame) else frame
    return list(whole.rows(named=True))


def _named(fact: type[Fact], binding: Binding, frame: pl.LazyFrame) -> pl.LazyFrame:
    """Keys, fields and sources, the columns called as the fact calls them; what the projection lacks stays out."""
    import polars as pl

    there = frame.collect_schema()
    names = {name: binding.columns.get(name, name) for name in (*fact.key_names(), *fact.fields())}
    own = [pl.col(column).alias(name) for name, column in names.items() if column in there]
    return frame.select(*own, *(column for column in SOURCES if column in there))


def _bare(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Keys and fields alone; equal rows are one fact, and to say so spares the order of the projection."""
    plain = frame.drop(SOURCES, strict=False)
    nested = any(kind.is_nested() for kind in plain.collect_schema().dtypes())
    return plain if nested else plain.unique(maintain_order=False)


def ranks(pack: Pack) -> bool:
    """Whether a methodology compares subjects with each other."""
    return any(isinstance(node, Rank | Cut) for node in pack.tree.nodes())


def codes_in(pack: Pack, facts: Facts | Sheets) -> Iterator[str]:
    """Every code that the facts speak of or that is on a list of theirs: what has to be called by a name."""
    for fact in pack.bindings:
        if (key := _coded(fact)) is None:
            continue
        yield from key.codes
        if isinstance(facts, Sheets):
            yield from _codes(key, facts.rows[fact])
        else:
            yield from map(str, facts.subjects(fact, key.name))


def _coded(fact: type[Fact]) -> Key | None:
    """The key under the subject: of a procedure, a part, a member; None where a row is the subject's own."""
    under = [key for key in fact.grain if not key.period][1:]
    return under[-1] if under else None


def _codes(key: Key, frame: pl.LazyFrame) -> list[str]:
    """Every code that is on the list of the key, or that somebody reported."""
    reported = frame.select(key.name).unique().collect().to_series().to_list()
    return sorted({*key.codes, *map(str, reported)})


def asked(
    snapshot: Snapshot, name: str, subjects: Collection[str] | None, *, among: Among | None = None
) -> pl.LazyFrame:
    """The answer of a projection; of a few subjects where it is by subject, else the whole."""
    from shnor_engine.projections import project

    projection = _projection(name, among)
    return project(snapshot, projection, only=subjects if projection.by is not None else None)


def _projection(name: str, among: Among | None) -> Projection:
    from shnor_engine.projections import PROJECTIONS
    from shnor_engine.projections.projection import find

    return find(PROJECTIONS if among is None else among, name)


def _listed(fact: type[Fact], frame: pl.LazyFrame) -> pl.LazyFrame:
    """The rows whose codes are on the lists of the fact: what is on no list takes no part."""
    import polars as pl

    for key in fact.grain:
        if key.codes:
            frame = frame.filter(pl.col(key.name).is_in(list(key.codes)))
    return frame
