"""Small expressions that the projections share."""

from __future__ import annotations

import polars as pl

from shnor_engine.events.when import SCHOOL_YEAR_STARTS

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


def entries(frame: pl.LazyFrame, column: str, *, key: str, value: str) -> pl.LazyFrame:
    """A row per entry of a column of flat JSON objects: its key, and its value as the text that stands there."""
    pair = pl.col("_pair")
    return (
        frame.with_columns(pl.col(column).str.extract_all(ENTRY).alias("_pair"))
        .explode("_pair", empty_as_null=False)
        .drop_nulls("_pair")
        .with_columns(
            pair.str.extract(ENTRY, 1).str.json_decode(pl.String()).alias(key),
            pair.str.extract(ENTRY, 2).str.strip_chars('"').alias(value),
        )
        .drop("_pair")
    )


ENTRY = r'("(?:[^"\\]|\\.)*")\s*:\s*("(?:[^"\\]|\\.)*"|-?[0-9.eE+-]+)'  # values are numbers or codes


def school_year(day: pl.Expr) -> pl.Expr:
    """The school year of a day, by the year it ends."""
    return day.dt.year().cast(pl.Int64) + (day.dt.month() >= SCHOOL_YEAR_STARTS).cast(pl.Int64)


def only_school_year(field: str = "when") -> pl.Expr:
    """The school year in which a moment or span surely lies; null where it may lie in, or touches, several."""
    first, last = school_year(pl.col(f"{field}_start")), school_year(pl.col(f"{field}_end").dt.offset_by("-1d"))
    return pl.when(first == last).then(first)
