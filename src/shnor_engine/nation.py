"""Everybody at once: a methodology decided in columns, with explanations made only for those who are asked about."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from shnor_engine.assessment import Assessment, Decision, Framed, Told, frame_of, key_column, order, with_errors
from shnor_engine.errors import FactError
from shnor_engine.factual import looks_back, ranks, rows_of, with_beginning
from shnor_engine.packs import Pack
from shnor_engine.reasoning import Verdict
from shnor_engine.reasoning.columns import columns, compiles
from shnor_engine.reasoning.columns.tables import check_columns
from shnor_engine.reasoning.facts import Facts, KeyValue
from shnor_engine.rules.fact import Fact
from shnor_engine.rules.periods import ordinal
from shnor_engine.rules.rule import Rule, RuleTree

if TYPE_CHECKING:
    import polars as pl

    from shnor_engine.factual import Sheets
    from shnor_engine.reasoning.columns.result import Columns
    from shnor_engine.reasoning.language import Names as Words

Frames = Mapping[type[Fact], Any]
Names = Mapping[type[Fact], Mapping[str, str]]
Place = Mapping[str, KeyValue]
MOST = 1_024  # of so many subjects the rows are read together, at most
EXACT = 2**53  # whole numbers below are floats as they are


def in_columns(pack: Pack, frames: Frames) -> bool:
    """Whether a methodology stands in columns wholly, and its facts came as frames and not as rows."""
    return stands(pack) and not any(isinstance(frame, list | tuple) for frame in frames.values())


def stands(pack: Pack) -> bool:
    """Whether columns know every word of a methodology, and some fact names all of whom it decides about."""
    keyed = any(set(key_names(pack)) <= set(fact.key_names()) for fact in pack.tree.facts)
    return keyed and not _hindered(pack.rule)


@cache
def _hindered(rule: type[Rule] | RuleTree) -> bool:
    return bool(compiles(rule))


def key_names(pack: Pack) -> list[str]:
    """The keys of a place but for its period."""
    return [key.name for key in pack.tree.per if not key.period]


# --- decided ----------------------------------------------------------------------------------------


class InColumns(Framed):
    """Decisions as rows of a frame, in the order of the subjects' ids; `apart` were decided one at a time.

    A decision is made when it is taken out, its trace when somebody asks why; neither is kept, so that whoever walks
    through a nation holds one school at a time.
    """

    def __init__(
        self,
        pack: Pack,
        found: Columns,
        again: Callable[[Sequence[Place]], Ahead],
        *,
        apart: Iterable[Verdict] = (),
        position: int | None = None,
        names: Words | None = None,
    ) -> None:
        self._pack, self._found, self._position, self._names = pack, found, position, names or {}
        self._apart = list(apart)
        rows = _collected(found.frame)
        keys = [key.name for key in pack.tree.per]
        places = [*rows.select(keys).rows(), *(tuple(item.keys[key] for key in keys) for item in self._apart)]
        who = [keys.index(name) for name in key_names(pack)]
        self._slots = sorted(range(len(places)), key=lambda slot: [order(str(places[slot][n])) for n in who])
        self._rows = rows
        self._again = again([dict(zip(keys, places[slot], strict=True)) for slot in self._slots])

    def __len__(self) -> int:
        return len(self._slots)

    def _at(self, number: int) -> Decision:
        slot = self._slots[number]
        if slot >= self._rows.height:
            return Decision(self._apart[slot - self._rows.height], self._pack, self._position, self._names)
        row = self._rows.row(slot, named=True)
        keys = {name: row[name] for name in self._found.rule.keys}
        told = Told(self._found.rule, keys, row["outcome"], self._found.values(row), partial(self._again, number))
        return Decision(told, self._pack, self._position, self._names)

    def subjects(self) -> list[str]:
        """Whom the decisions are about, in their order."""
        return self.frame["subject"].to_list()

    def _framed(self) -> pl.DataFrame:
        import polars as pl

        made = pl.DataFrame(list(_columns_of(self._pack, self._found, self._rows)))
        if self._apart:
            apart = [Decision(verdict, self._pack, self._position, self._names) for verdict in self._apart]
            made = pl.concat([made, frame_of(self._pack.tree, apart).select(made.columns).cast(made.schema)])
        return with_errors(made[self._slots], self)


def _collected(native: Any) -> pl.DataFrame:
    import narwhals.stable.v2 as nw

    frame = nw.from_native(native)
    if frame.implementation.is_polars():
        return frame.to_native().collect(engine="streaming")  # type: ignore[no-any-return]
    return frame.collect("polars").to_native()  # type: ignore[no-any-return]


# --- as a frame -------------------------------------------------------------------------------------


def _columns_of(pack: Pack, found: Columns, rows: pl.DataFrame) -> Iterator[pl.Series]:
    """The columns of `Assessment.frame`, out of those of the answer."""
    import polars as pl

    tree = pack.tree
    yield rows[key_names(pack)[0]].cast(pl.String).alias("subject")
    taken = {"subject", *tree.keys, "outcome", "decision"}
    yield from (key_column(key, rows[key.name]) for key in tree.per)
    yield rows["outcome"]
    yield _decision_column(pack, rows)
    for clause, shape in found.shapes.items():
        yield from _clause_columns(found, rows, clause, shape, f"clause_{clause}" if clause in taken else clause)


def _decision_column(pack: Pack, rows: pl.DataFrame) -> pl.Series:
    """As `Pack.decision`, of every row."""
    import polars as pl

    if not pack.status_clause:
        return rows["outcome"].alias("decision")
    code, outcome = pl.col(pack.status_clause), pl.col("outcome")
    plain = outcome.is_in(["failed", "not_applicable"])
    chosen = pl.when(plain).then(outcome).otherwise(code.fill_null("undetermined"))
    return rows.select(chosen.alias("decision")).to_series()


def _clause_columns(found: Columns, rows: pl.DataFrame, clause: str, shape: str, name: str) -> Iterator[pl.Series]:
    import polars as pl

    if shape in ("truth", "code", "codes", "set", "sets"):
        yield rows[clause].alias(name)
        return
    if shape in ("day", "days"):
        held = (clause, clause) if shape == "day" else (f"{clause}__lo", f"{clause}__hi")
        yield from (rows[column].alias(f"{name}_{end}") for end, column in zip(("lo", "hi"), held, strict=True))
        return
    ends = (clause, clause) if shape == "number" else (f"{clause}__lo", f"{clause}__hi")
    for end, column in zip(("lo", "hi"), ends, strict=True):
        den = f"{column}__den" if f"{column}__den" in rows.columns else None
        if rows[column].dtype.is_integer() and (den is None or (_small(rows[column]) and _small(rows[den]))):
            value = pl.col(column).cast(pl.Float64)
            value = value if den is None else value / pl.col(den).cast(pl.Float64)
            yield rows.select(value.alias(f"{name}_{end}")).to_series()
        else:  # numbers that a float does not hold are divided as they are
            said = [_end(found.values(row).get(clause), end) for row in rows.iter_rows(named=True)]
            yield pl.Series(f"{name}_{end}", said, dtype=pl.Float64)


def _small(numbers: pl.Series) -> bool:
    widest = numbers.abs().max()
    return widest is None or int(widest) < EXACT  # type: ignore[arg-type]


def _end(value: Any, end: str) -> float | None:
    side = value[end == "hi"] if isinstance(value, tuple) else value
    return None if side is None else float(side)


# --- why --------------------------------------------------------------------------------------------


@dataclass
class Ahead:
    """Verdicts with their traces, made one at a time by the reference meaning.

    The rows of a few subjects are read together, of more the longer it goes on in order: one who is asked about
    costs one reading, a nation costs few. `whole` reads everybody at once, where one is decided by all.
    """

    places: Sequence[Place]
    who: str
    read: Callable[[list[Any] | None], Facts]
    decide: Callable[[Place, Facts], Verdict]
    whole: bool = False

    def __post_init__(self) -> None:
        self._held: tuple[int, int, Facts | None] = (0, 0, None)

    def __call__(self, number: int) -> Verdict:
        """The verdict on a place by its number."""
        return self.decide(self.places[number], self._facts(number))

    def _facts(self, number: int) -> Facts:
        first, end, facts = self._held
        if facts is None or not first <= number < end:
            first, end = self._next(number, first, end)
            asked = dict.fromkeys(place[self.who] for place in self.places[first:end])
            facts = self.read(None if self.whole else list(asked))
            self._held = first, end, facts
        return facts

    def _next(self, number: int, first: int, end: int) -> tuple[int, int]:
        if self.whole:
            return 0, len(self.places)
        many = min(MOST, 2 * (end - first)) if number == end and end else 1
        return number, number + many


# --- a log ------------------------------------------------------------------------------------------


def decided_in_columns(
    pack: Pack,
    sheets: Sheets,
    places: list[dict[str, KeyValue]],
    beside: list[dict[str, KeyValue]],
    *,
    on: date,
    regions: Mapping[KeyValue, str],
    read: Callable[[Collection[str] | None], Facts],
    verdicts: Callable[[Iterable[Place], Facts], Iterator[Verdict]],
    position: int,
    names: Words,
) -> Framed | None:
    """The decisions on places of a log, with those `beside` decided one at a time; None where columns cannot say it.

    `read` gives the facts of a few subjects with their events, `verdicts` the reference meaning of some places.
    """
    closed = {fact: sheets.closed.get(fact, False) for fact in pack.tree.facts}
    found = columns(pack.rule, sheets.rows, pack.law, on=on, closed=closed, places=places, regions=regions)
    if not _readable(found):
        return None
    who = key_names(pack)[0]

    def again(places: Sequence[Place]) -> Ahead:
        return Ahead(places, who, read, lambda place, facts: next(verdicts([place], facts)), whole=ranks(pack))

    apart = list(verdicts(beside, read([str(place[who]) for place in beside]))) if beside else []
    return InColumns(pack, found, again, apart=apart, position=position, names=names)


# --- frames of the caller's -------------------------------------------------------------------------


def decide_columns(
    pack: Pack, frames: Frames, names: Names, *, closed: Any, year: KeyValue | None, on: date
) -> Assessment | None:
    """The decisions of a pack on everybody that the frames speak of, in the order of the subjects' ids.

    None where some clause is of a kind that no column holds: then it is decided one at a time.
    """
    _check_keys(frames, names)
    period = year if year is not None else _last_period(pack, frames, names)
    places = list(places_in(pack, frames, names, period))
    found = columns(pack.rule, frames, pack.law, on=on, closed=closed, places=places, names=names)
    if not _readable(found):
        return None
    again = partial(_again, pack, frames, names, closed, on)
    return Assessment(InColumns(pack, found, again), pack, period, on, None)


def _check_keys(frames: Frames, names: Names) -> None:
    """Raise where a frame lacks a key: who is decided about is read before anything else is."""
    import narwhals.stable.v2 as nw

    for fact, frame in frames.items():
        columns_ = nw.from_native(frame).collect_schema().names()
        check_columns(fact, fact.key_names(), columns_, names.get(fact, {}))


def _readable(found: Columns) -> bool:
    """Whether every clause can be read back as what it is; what no column holds stands there as JSON."""
    return "json" not in found.shapes.values()


def _again(pack: Pack, frames: Frames, names: Names, closed: Any, on: date, places: Sequence[Place]) -> Ahead:
    """Decides one place by the reference meaning, on the rows of its subject alone where that is enough."""
    import narwhals.stable.v2 as nw

    who = key_names(pack)[0]

    def read(subjects: list[Any] | None) -> Facts:
        mine = dict(frames)
        for fact, frame in frames.items():
            if subjects is not None and who in fact.key_names():
                own = nw.from_native(frame).filter(nw.col(names.get(fact, {}).get(who, who)).is_in(subjects))
                mine[fact] = own.to_native()
                if looks_back(pack.tree):
                    mine[fact] = with_beginning(fact, mine[fact], frame, names.get(fact, {}))
        return Facts.of(mine, closed=closed, columns=names)

    def decide(place: Place, facts: Facts) -> Verdict:
        return pack.decide(place, facts, on=on)

    return Ahead(places, who, read, decide, whole=ranks(pack))


def places_in(pack: Pack, frames: Frames, names: Names, period: KeyValue | None) -> Iterator[dict[str, KeyValue]]:
    """Every place that some frame speaks of, in one period, each once."""
    import narwhals.stable.v2 as nw

    wanted = key_names(pack)
    seen: set[tuple[KeyValue, ...]] = set()
    for fact, frame in frames.items():
        if set(wanted) <= set(fact.key_names()):
            renamed = names.get(fact, {})
            columns_ = [nw.col(renamed.get(name, name)).alias(name) for name in wanted]
            rows = rows_of(nw.from_native(frame).select(columns_).unique())
            seen |= {tuple(row[name] for name in wanted) for row in rows}
    key = pack.tree.period
    timed: dict[str, KeyValue] = {} if key is None or period is None else {key.name: period}
    ordered = [name for name in pack.tree.keys if name in wanted or name in timed]
    for values in seen:
        keys = dict(zip(wanted, values, strict=True)) | timed
        yield {name: keys[name] for name in ordered}


def _last_period(pack: Pack, frames: Frames, names: Names) -> KeyValue | None:
    import narwhals.stable.v2 as nw

    if (period := pack.tree.period) is None:
        return None
    found: list[KeyValue] = []
    for fact, frame in frames.items():
        for key in fact.grain:
            if key.period == period.period:
                column = names.get(fact, {}).get(key.name, key.name)
                rows = rows_of(nw.from_native(frame).select(nw.col(column).max().alias("last")))
                found += [row["last"] for row in rows if row["last"] is not None]
    if not found:
        raise FactError(f"the frame names no {period.period}: say which to decide (year=…, period=…)")
    return max(found, key=lambda value: ordinal(period.period, value))
