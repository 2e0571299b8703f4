"""The life of a recommendation: which step may follow which, and what each told step made of it.

A step that cannot follow from where a recommendation stands changes nothing and is kept as `possible` false: so
nothing is ever closed without evidence, whatever somebody wrote into the log.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType
from typing import Any

import polars as pl

from shnor_engine.events.audit import (
    RecommendationAccepted,
    RecommendationExpired,
    RecommendationImplemented,
    RecommendationReopened,
    RecommendationVerified,
    RecommendationWithdrawn,
)
from shnor_engine.events.base import Event
from shnor_engine.projections.columns import single, when_columns
from shnor_engine.projections.projection import ALL, Frames, Projection, Reads

STEPS: Mapping[str, type[Event]] = MappingProxyType(
    {
        "accepted": RecommendationAccepted,
        "implemented": RecommendationImplemented,
        "verified": RecommendationVerified,
        "expired": RecommendationExpired,
        "withdrawn": RecommendationWithdrawn,
        "reopened": RecommendationReopened,
    }
)
# Where it stands -> what may come next. Whoever brings evidence after the due date has it opened again first.
MAY_FOLLOW: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "issued": ("accepted", "implemented", "expired", "withdrawn"),
        "accepted": ("implemented", "expired", "withdrawn"),
        "implemented": ("verified", "reopened", "withdrawn"),
        "verified": ("reopened",),
        "expired": ("reopened",),
        "withdrawn": ("reopened",),
        "reopened": ("accepted", "implemented", "expired", "withdrawn"),
    }
)
OPEN = ("issued", "accepted", "reopened")  # still to be carried out
LIVE = (*OPEN, "implemented")  # not at its end: nothing of the kind is issued beside it
SAID = {"implemented": "evidence", "verified": "note", "withdrawn": "reason", "reopened": "reason"}
LIFE: Reads = dict.fromkeys(STEPS.values(), ALL)
Row = Mapping[str, Any]


def recommendation_steps(frames: Frames) -> pl.LazyFrame:
    """One row per step of each recommendation after it was issued, in the order of its life.

    Steps dated alike come in the order in which one can follow another, else in that of the log. `state` is where
    it stands after the step; `said` the evidence, note or reason; `round` counts how often it was opened again.
    """
    told = pl.concat([_told(frames[cls], step) for step, cls in STEPS.items()])
    return told.map_batches(
        _in_order, schema=SCHEMA, predicate_pushdown=False, projection_pushdown=False, slice_pushdown=False
    )


def _told(frame: pl.LazyFrame, step: str) -> pl.LazyFrame:
    nothing = pl.lit(None, pl.String)
    return frame.select(
        "recommendation_id",
        pl.lit(step).alias("step"),
        *when_columns(),
        (pl.col(SAID[step]) if step in SAID else nothing).alias("said"),
        (pl.col("by") if step in ("accepted", "verified") else nothing).alias("by"),
        (pl.col("due") if step == "reopened" else pl.lit(None, pl.Date)).alias("due"),
        "position",
        single(),
    )


SCHEMA: Mapping[str, Any] = {
    "recommendation_id": pl.String(),
    "number": pl.Int64(),
    "step": pl.String(),
    "when_start": pl.Date(),
    "when_end": pl.Date(),
    "when_precision": pl.String(),
    "when_kind": pl.String(),
    "said": pl.String(),
    "by": pl.String(),
    "due": pl.Date(),
    "possible": pl.Boolean(),
    "state": pl.String(),
    "round": pl.Int64(),
    "events": pl.List(pl.String()),
}


def _in_order(told: pl.DataFrame) -> pl.DataFrame:
    rows = told.sort("recommendation_id", "when_start", "when_end", "position").to_dicts()
    lives = groupby(rows, key=lambda row: row["recommendation_id"])
    found = [row for _, steps in lives for row in life(list(steps))]
    return pl.DataFrame(found, schema=SCHEMA)


def life(steps: Sequence[Row]) -> Iterator[dict[str, Any]]:
    """The steps of one recommendation in the order of its life; given by date, and of a date by position."""
    state, number, rounds = "issued", 0, 0
    for _, alike in groupby(steps, key=lambda row: (row["when_start"], row["when_end"])):
        waiting = list(alike)
        while waiting:
            fits = next((row for row in waiting if row["step"] in MAY_FOLLOW[state]), None)
            row = fits or waiting[0]
            waiting.remove(row)
            number += 1
            state = row["step"] if fits else state
            rounds += row["step"] == "reopened" and fits is not None
            kept = {name: row[name] for name in SCHEMA if name in row}
            yield {**kept, "number": number, "possible": fits is not None, "state": state, "round": rounds}


RECOMMENDATION_STEPS = Projection(
    name="recommendation_steps",
    reads=dict.fromkeys(STEPS.values(), ("recommendation_id",)),
    keys=("recommendation_id", "number"),
    by="recommendation_id",
    build=recommendation_steps,
)
