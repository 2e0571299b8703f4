"""Pairs at a mentoring centre: who has a place, who waits for one and until when, the same in every run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

import polars as pl

from shnor_engine.events.people import MentoringEnded, MentoringHeld, MentoringStarted
from shnor_engine.events.schools import BodyEstablished
from shnor_engine.projections.columns import agreed, event_list, one_list
from shnor_engine.projections.projection import ALL, Frames, Projection

Row = Mapping[str, Any]
PERIOD = ["period_start", "period_end"]


def mentoring(frames: Frames) -> pl.LazyFrame:
    """One row per pair: its span as far as it is known, sessions, hours, and whether its centre has a place for it.

    Places are given in the order in which pairs begin, of one day in the order of their ids. `place` is `held`,
    `queued` (over capacity: from `place_from` on there is a place) or `refused` (none comes free before the pair
    ends); `capacity` null is a centre of which nobody said how many pairs it can carry, and everybody has a place.
    """
    pair = "pair_id"
    told = (
        frames[MentoringStarted]
        .group_by(pair)
        .agg(*map(agreed, ("body_id", "mentor", "mentee", "school_id", *PERIOD)), event_list())
        .drop_nulls(["body_id", *PERIOD])
    )
    ended = (
        frames[MentoringEnded]
        .group_by(pair)
        .agg(pl.col("when_end").min().alias("ended_by"), pl.col("event_id").unique().sort().alias("ended_in"))
    )
    held = (
        frames[MentoringHeld]
        .group_by(pair)
        .agg(
            pl.len().cast(pl.Int64).alias("sessions"),
            pl.when(pl.col("hours").is_not_null().any()).then(pl.col("hours").sum()).alias("hours"),
            pl.col("event_id").unique().sort().alias("held_in"),
        )
    )
    centres = frames[BodyEstablished].group_by("body_id").agg(agreed("capacity"))
    return (
        told.join(ended, on=pair, how="left")
        .join(held, on=pair, how="left")
        .join(centres, on="body_id", how="left")
        .select(
            pair,
            "body_id",
            "mentor",
            "mentee",
            "school_id",
            *PERIOD,
            pl.min_horizontal("period_end", "ended_by").alias("until"),
            pl.col("ended_by").is_not_null().alias("ended"),
            pl.col("sessions").fill_null(0),
            "hours",
            "capacity",
            one_list("events", "ended_in", "held_in"),
        )
        .map_batches(
            _placed, schema=SCHEMA, predicate_pushdown=False, projection_pushdown=False, slice_pushdown=False
        )
        .sort(pair)
    )


SCHEMA: Mapping[str, Any] = {
    "pair_id": pl.String(),
    "body_id": pl.String(),
    "mentor": pl.String(),
    "mentee": pl.String(),
    "school_id": pl.String(),
    "period_start": pl.Date(),
    "period_end": pl.Date(),
    "until": pl.Date(),
    "ended": pl.Boolean(),
    "sessions": pl.Int64(),
    "hours": pl.Float64(),
    "capacity": pl.Int64(),
    "place": pl.String(),
    "place_from": pl.Date(),
    "events": pl.List(pl.String()),
}


def _placed(pairs: pl.DataFrame) -> pl.DataFrame:
    rows = pairs.sort("body_id", "period_start", "pair_id").to_dicts()
    return pl.DataFrame([row for _, of in groupby(rows, key=_body) for row in places(list(of))], schema=SCHEMA)


def _body(row: Row) -> str:
    return str(row["body_id"])


def places(pairs: Sequence[Row]) -> Iterator[dict[str, Any]]:
    """The pairs of one centre in the order of their beginning, each with its place.

    Whoever waits takes a place before anybody who begins later: the queue is first come, first served.
    """
    taken: list[tuple[date, date]] = []  # from when until when a place is taken
    for row in pairs:
        begins, ends = row["period_start"], max(row["until"], row["period_start"])
        at = begins if row["capacity"] is None else _free(taken, int(row["capacity"]), begins, ends)
        if at is not None:
            taken.append((at, ends))
        place = "refused" if at is None else "held" if at == begins else "queued"
        yield {**row, "place": place, "place_from": at}


def _free(taken: Iterable[tuple[date, date]], capacity: int, begins: date, ends: date) -> date | None:
    """The first day on which fewer places are taken than there are, from then to the end of the pair."""
    spans = list(taken)
    for day in sorted({begins, *(until for _, until in spans if begins < until < ends)}):
        if _busiest(spans, day, ends) < capacity:
            return day
    return None


def _busiest(spans: Sequence[tuple[date, date]], begins: date, ends: date) -> int:
    """How many places are taken at once at most, between two days."""
    starts = [begins, *(start for start, _ in spans if begins < start < ends)]
    return max(sum(start <= day < until for start, until in spans) for day in starts)


MENTORING = Projection(
    name="mentoring",
    reads={BodyEstablished: ("body_id",), MentoringStarted: ALL, MentoringHeld: ALL, MentoringEnded: ALL},
    keys=("pair_id",),
    by="body_id",
    build=mentoring,
)
