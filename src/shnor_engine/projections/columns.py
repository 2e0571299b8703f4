"""Small expressions that the projections share."""

from __future__ import annotations

import polars as pl

TEXTS = pl.List(pl.String())
NO_TEXTS = pl.lit(pl.Series([[]], dtype=TEXTS))


def agreed(name: str) -> pl.Expr:
    """In a group: the one value that is given; null where none is, or where sources disagree."""
    told = pl.col(name).drop_nulls()
    return pl.when(told.n_unique() == 1).then(told.first()).alias(name)


def event_list(name: str = "event_id") -> pl.Expr:
    """In a group: the ids of the events, each once, ascending."""
    return pl.col(name).drop_nulls().unique().sort().alias("events")


def gathered(name: str = "events") -> pl.Expr:
    """In a group: the ids of lists of events, each once, ascending."""
    return pl.col(name).list.explode(empty_as_null=False).drop_nulls().unique().sort().alias("events")


def one_list(*names: str) -> pl.Expr:
    """The ids of several lists of a row, each once, ascending; a list that is not there counts as empty."""
    given = [pl.col(name).fill_null(NO_TEXTS) for name in names]
    return pl.concat_list(given).list.unique().list.sort().alias("events")


def single(name: str = "event_id") -> pl.Expr:
    """The list of the one event of a row."""
    return pl.concat_list(pl.col(name)).alias("events")


def when_columns(field: str = "when") -> list[str]:
    """The four columns of a moment."""
    return [f"{field}_{part}" for part in ("start", "end", "precision", "kind")]


def empty(name: str) -> pl.Expr:
    """A list column in which nothing stands for no list: an outer join gives null where it found nobody."""
    return pl.col(name).fill_null(NO_TEXTS)
