"""What was decided outside a methodology, as the log tells it: placements by an authority, published statuses."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from shnor_engine.assessment import SEPARATOR
from shnor_engine.events import DecisionPlaced
from shnor_engine.factual import Among, asked
from shnor_engine.packs import Pack
from shnor_engine.reasoning import Placement, Published
from shnor_engine.reasoning.facts import KeyValue
from shnor_engine.rules.fact import Key

if TYPE_CHECKING:
    from shnor_engine.tables import Snapshot


@dataclass(frozen=True, slots=True)
class Outsiders:
    """Placements and published statuses that speak of one methodology, as known at a moment."""

    placements: tuple[Placement, ...] = ()
    published: tuple[Published, ...] = ()

    def proposed(self, pack: Pack) -> Outsiders:
        """What stands for another methodology that is tried in the place of this one.

        The placements stand, where its rule can say them; what was published is not what it would have published.
        """
        states = {state for clause in pack.tree.statuses.values() for state in clause.states}
        sayable = {*states, "met", "not_met", "not_applicable"}
        names = set(pack.tree.keys)
        moved = [replace(item, rule=pack.tree.id) for item in self.placements if set(item.keys) == names]
        return Outsiders(tuple(item for item in moved if item.value in sayable))

    def subjects(self, who: str) -> set[str]:
        """Whom they speak of, by the key that names them."""
        said = [item.keys for item in self.placements] + [item.keys for item in self.published]
        return {str(keys[who]) for keys in said}

    @classmethod
    def of(
        cls,
        pack: Pack,
        snapshot: Snapshot,
        subjects: Collection[str] | None,
        *,
        on: date,
        among: Among | None = None,
    ) -> Outsiders:
        """What stands on the day of the decision; a placement whose term has run out stands no more."""
        return cls(
            tuple(_placement(pack, row) for row in _placed(pack, snapshot, on)),
            tuple(_published(pack, snapshot, subjects, among)),
        )


def keys_at(pack: Pack, about: str, place: str) -> dict[str, KeyValue]:
    """The keys of a rule out of whom a record is about and where: the period, then further keys."""
    who, *others = sorted(pack.tree.per, key=lambda key: (key is not _who(pack), not key.period))
    said = place.split(SEPARATOR)
    found: dict[str, KeyValue] = {who.name: about}
    for key, value in zip(others, said, strict=False):
        found[key.name] = int(value) if key.period and value.isdecimal() else value
    return {key.name: found.get(key.name, "") for key in pack.tree.per}


def _who(pack: Pack) -> Key:
    return next(key for key in pack.tree.per if not key.period)


def _placed(pack: Pack, snapshot: Snapshot, on: date) -> list[dict[str, Any]]:
    import polars as pl

    mine = pl.col("rule").is_in([pack.id, pack.tree.id])
    standing = pl.col("until").is_null() | (pl.col("until") > on)
    return snapshot[DecisionPlaced].filter(mine & standing).sort("position").collect().to_dicts()


def _placement(pack: Pack, row: dict[str, Any]) -> Placement:
    return Placement(
        rule=pack.tree.id,
        keys=keys_at(pack, row["about"], row["period"]),
        value=row["value"],
        authority=row["authority"],
        ground=row["ground"],
        day=row["when_start"],
        events=(row["event_id"],),
    )


def _published(
    pack: Pack, snapshot: Snapshot, subjects: Collection[str] | None, among: Among | None
) -> Iterator[Published]:
    """The state that a published list means for each subject and period, where the methodology says which."""
    if pack.published is None:
        return
    told = pack.published
    rows = asked(snapshot, told.projection, subjects, among=among).collect()
    for row in rows.iter_rows(named=True):
        value = told.states.get(row[told.value])
        if value is not None:
            keys = {key.name: row[told.columns.get(key.name, key.name)] for key in pack.tree.per}
            yield Published(pack.tree.id, keys, value, tuple(row["events"]))
