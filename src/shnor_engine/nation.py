"""Everybody at once: a methodology decided in columns, with explanations made only for those who are asked about."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache, partial
from typing import Any

from shnor_engine.assessment import Assessment, Decision, Told, order
from shnor_engine.errors import FactError
from shnor_engine.packs import Pack
from shnor_engine.reasoning import Verdict
from shnor_engine.reasoning.columns import columns, compiles
from shnor_engine.reasoning.facts import Facts, KeyValue
from shnor_engine.rules.fact import Fact
from shnor_engine.rules.rule import Rule

Frames = Mapping[type[Fact], Any]
Names = Mapping[type[Fact], Mapping[str, str]]


def in_columns(pack: Pack, frames: Frames) -> bool:
    """Whether a methodology stands in columns wholly, and its facts came as frames and not as rows."""
    as_frames = not any(isinstance(frame, list | tuple) for frame in frames.values())
    keyed = any(set(key_names(pack)) <= set(fact.key_names()) for fact in pack.tree.facts)
    return as_frames and keyed and not _hindered(pack.rule)


@cache
def _hindered(rule: type[Rule]) -> bool:
    return bool(compiles(rule))


def key_names(pack: Pack) -> list[str]:
    """The keys of a place but for its period."""
    return [key.name for key in pack.tree.per if not key.period]


def decide_columns(
    pack: Pack, frames: Frames, names: Names, *, closed: Any, year: int | None, on: date
) -> Assessment:
    """The decisions of a pack on everybody that the frames speak of, in the order of the subjects' ids."""
    period = year if year is not None else _last_period(pack, frames, names)
    places = sorted(_places(pack, frames, names, period), key=_in_order)
    found = columns(pack.rule, frames, pack.law, on=on, closed=closed, places=places, names=names)
    said = {tuple(row["keys"].values()): row for row in found.rows()}
    again = _decider(pack, frames, names, closed, on)
    decisions = []
    for place in places:
        keys = {key.name: place[key.name] for key in pack.tree.per}
        row = said[tuple(keys[name] for name in found.keys)]
        told = Told(pack.tree, keys, row["outcome"], row["values"], partial(again, keys))
        decisions.append(Decision(told, pack, None))
    return Assessment(tuple(decisions), pack, period, on, None)


def _in_order(place: Mapping[str, KeyValue]) -> list[tuple[str, int, str]]:
    return [order(str(value)) for value in place.values()]


def _decider(
    pack: Pack, frames: Frames, names: Names, closed: Any, on: date
) -> Callable[[Mapping[str, KeyValue]], Verdict]:
    """Decides one place by the reference meaning, on the rows of its subject alone."""
    import narwhals.stable.v2 as nw

    who = key_names(pack)[0]

    def again(keys: Mapping[str, KeyValue]) -> Verdict:
        mine = {}
        for fact, frame in frames.items():
            column = names.get(fact, {}).get(who, who)
            whole = nw.from_native(frame)
            own = whole.filter(nw.col(column) == keys[who]) if who in fact.key_names() else whole
            mine[fact] = own.to_native()
        return pack.decide(keys, Facts.of(mine, closed=closed, columns=names), on=on)

    return again


def _places(pack: Pack, frames: Frames, names: Names, period: int | None) -> Iterator[dict[str, KeyValue]]:
    """Every place that some frame speaks of, in one period."""
    import narwhals.stable.v2 as nw

    wanted = key_names(pack)
    seen: set[tuple[KeyValue, ...]] = set()
    for fact, frame in frames.items():
        if set(wanted) <= set(fact.key_names()):
            renamed = names.get(fact, {})
            columns_ = [nw.col(renamed.get(name, name)).alias(name) for name in wanted]
            rows = _rows(nw.from_native(frame).select(columns_).unique())
            seen |= {tuple(row[name] for name in wanted) for row in rows}
    for values in seen:
        keys = dict(zip(wanted, values, strict=True))
        yield keys | ({} if pack.tree.period is None or period is None else {pack.tree.period.name: period})


def _last_period(pack: Pack, frames: Frames, names: Names) -> int | None:
    import narwhals.stable.v2 as nw

    if pack.tree.period is None:
        return None
    found = []
    for fact, frame in frames.items():
        for key in fact.grain:
            if key.period:
                column = names.get(fact, {}).get(key.name, key.name)
                rows = _rows(nw.from_native(frame).select(nw.col(column).max().alias("last")))
                found += [row["last"] for row in rows if row["last"] is not None]
    if not found:
        raise FactError("the frame has no rows: say which year to decide (year=…)")
    return int(max(found))


def _rows(frame: Any) -> list[dict[str, Any]]:
    import narwhals.stable.v2 as nw

    whole = frame.collect() if isinstance(frame, nw.LazyFrame) else frame
    return list(whole.rows(named=True))
