"""What a log says beside the facts: decisions as they were recorded, placements by an authority, published lists."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from shnor_engine.assessment import SEPARATOR
from shnor_engine.deciding import decide_log
from shnor_engine.errors import FactError
from shnor_engine.events import DecisionMade
from shnor_engine.factual import Among
from shnor_engine.outsiders import Outsiders, keys_at
from shnor_engine.packs import Pack
from shnor_engine.reasoning.backtest import (
    AS_CORRECTED,
    AS_DECIDED,
    AS_PROPOSED,
    Backtest,
    Keys,
    Placed,
    Recorded,
    Run,
    backtest,
    keys_of,
)
from shnor_engine.reasoning.explanation import Pairs
from shnor_engine.rules.periods import YEAR

if TYPE_CHECKING:
    from shnor_engine.assessment import Decision
    from shnor_engine.tables import Snapshot


def as_decided(pack: Pack, snapshot: Snapshot, years: Sequence[int]) -> Run:
    """What was recorded of a pack: of each subject and period the decision recorded last.

    Raises `FactError` where nothing was recorded.
    """
    import polars as pl

    made = snapshot[DecisionMade].filter(
        (pl.col("pack") == pack.id)
        & pl.col("period").str.split(SEPARATOR).list.first().is_in([str(year) for year in years])
    )
    last = made.sort("position").group_by("about", "period", maintain_order=True).last().collect()
    if last.is_empty():
        raise FactError(
            f"no decision by {pack.id} is recorded for these years; engine.record(assessment) records them",
            ru=f"решений методики {pack.id} за эти годы в журнале не записано",
        )
    items = [
        Recorded(keys_at(pack, row["about"], row["period"]), row["outcome"], row["decision"], _values(row["values"]))
        for row in last.iter_rows(named=True)
    ]
    return Run.of(AS_DECIDED, items)


def decided_anew(
    pack: Pack,
    snapshot: Snapshot,
    years: Sequence[int],
    *,
    on: date,
    name: Pairs,
    among: Among | None = None,
    outside: Outsiders | None = None,
) -> Run:
    """A pack over what is known at a moment, every year decided on the same day; of a placed subject what it says.

    `outside` are the placements and published statuses that it goes on from, by default its own.
    """
    decisions: list[Decision] = []
    for year in years:
        decisions += decide_log(pack, snapshot, year=year, on=on, among=among, outside=outside).decisions
    said = [item.verdict.own or item.verdict for item in decisions]
    return Run.of(name, said, decisions={keys_of(verdict.keys): pack.decision(verdict) for verdict in said})


def compare(
    snapshot: Snapshot,
    *,
    pack: Pack,
    against: Pack | None,
    years: Sequence[int],
    on: date,
    decided: bool,
    positive: Collection[str] | None = None,
    among: Among | None = None,
) -> Backtest:
    """A pack on history beside another one, or beside itself; see `Engine.backtest`."""
    other = against or pack
    proposed = other.digest != pack.digest
    own = Outsiders.of(pack, snapshot, None, on=on, among=among)
    if decided:
        before = as_decided(pack, snapshot, years)
    else:
        before = decided_anew(pack, snapshot, years, on=on, name=AS_CORRECTED, among=among, outside=own)
    after = decided_anew(
        other,
        snapshot,
        years,
        on=on,
        name=AS_PROPOSED if proposed else AS_CORRECTED,
        among=among,
        outside=own.proposed(other) if proposed else own,
    )
    return backtest(
        before,
        after,
        placed=dict(placed(own, on)),
        published=dict(published(snapshot, pack, years)),
        positive=_on_a_list(pack, other) if positive is None else positive,
        names=names(snapshot),
    )


def _on_a_list(*packs: Pack) -> set[str]:
    """What is decided on those whom a list would hold: the state that a published list means, met, listed."""
    told = (pack.published.states.get(True) for pack in packs if pack.published is not None)
    return {"met", "listed", *(state for state in told if state is not None)}


def placed(outside: Outsiders, on: date) -> Iterator[tuple[Keys, Placed]]:
    """The placements that stand on a day, by the keys of the pack's rule."""
    for item in outside.placements:
        if item.day is None or item.day <= on:
            yield keys_of(item.keys), Placed(item.value, item.authority, item.ground)


def published(snapshot: Snapshot, pack: Pack, years: Sequence[int]) -> Iterator[tuple[Keys, bool | None]]:
    """Who was on the published list of a year, by the keys of the pack's rule; None where nobody knows.

    Nobody where the rule decides at more than a subject and a year: lists speak of no more.
    """
    import polars as pl

    from shnor_engine.projections import project

    who = [key.name for key in pack.tree.per if not key.period]
    if len(who) != 1 or pack.tree.period is None or pack.tree.period.period != YEAR:
        return
    rows = project(snapshot, "membership").filter(pl.col("year").is_in(list(years))).collect()
    for row in rows.iter_rows(named=True):
        yield keys_of({who[0]: row["school_id"], pack.tree.period.name: row["year"]}), row["listed"]


def names(snapshot: Snapshot) -> dict[str, str]:
    """How the schools are called."""
    from shnor_engine.deciding import schools_at

    return {one: str(row["name"]) for one, row in schools_at(snapshot).items()}


def _values(told: Any) -> dict[str, Any]:
    return json.loads(told) if isinstance(told, str) else dict(told or {})
