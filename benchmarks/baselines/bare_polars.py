"""Low results of one year in bare Polars, the least there is to do: one threshold, no gap, no region, no check."""

import polars as pl


def bare(facts: pl.LazyFrame) -> pl.LazyFrame:
    """How many schools are low, and how many are not."""
    whole, part = pl.col("participants"), pl.col("below_min")
    low = (whole >= 10) & (part * 1000 >= whole * 325)
    return facts.group_by("school").agg(low.sum()).select(pl.col("participants") >= 2).group_by("participants").len()
