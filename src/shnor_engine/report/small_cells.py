"""Counts of persons that may leave the house: small cells hidden, and those by which they could be worked out."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

LEAST = 5  # a cell of fewer persons is hidden [default]


def hidden(
    frame: pl.DataFrame, counts: Collection[str], *, least: int = LEAST, within: Collection[str] = ()
) -> pl.DataFrame:
    """The frame with null for every count from 1 to `least` − 1; 0 is no person and stays.

    `counts` are stages, each a part of the one before, so what is left over between two of them is a cell too: where
    a remainder is small, the later stage is hidden. `within` are the columns of a group whose totals are known:
    where one cell alone is hidden in a group, the least of the others is hidden with it, as the total would give it.
    """
    names = list(counts)
    shown = frame
    for place, name in enumerate(names):
        before = [pl.col(names[n]) - pl.col(name) for n in range(place)]
        small = pl.any_horizontal(_small(pl.col(name), least), *(_small(gap, least) for gap in before))
        shown = shown.with_columns(pl.when(~small).then(frame[name]).alias(f"_{name}"))
    shown = shown.with_columns(**{name: pl.col(f"_{name}") for name in names}).drop([f"_{name}" for name in names])
    return _completed(frame, shown, names, list(within)) if within else shown


def _small(count: pl.Expr, least: int) -> pl.Expr:
    return (count > 0) & (count < least)


def _completed(frame: pl.DataFrame, shown: pl.DataFrame, names: list[str], within: list[str]) -> pl.DataFrame:
    """Where one cell alone is hidden in a group, its least neighbour is hidden too."""
    for name in names:
        gone = pl.col(name).is_null() & pl.col("_raw").is_not_null()
        open_ = pl.col(name).is_not_null() & (pl.col("_raw") > 0)
        rank = pl.when(open_).then(pl.col("_raw")).rank("ordinal").over(within)
        alone = gone.sum().over(within) == 1
        shown = (
            shown.with_columns(frame[name].alias("_raw"))
            .with_columns(pl.when(~(alone & open_ & (rank == 1)).fill_null(False)).then(pl.col(name)).alias(name))
            .drop("_raw")
        )
    return shown
