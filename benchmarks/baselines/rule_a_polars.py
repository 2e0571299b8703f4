"""Rule A as an analyst would write it in Polars, with gaps, broken rows and open years told apart."""

import polars as pl

MOST = 5000


def rule_a(facts: pl.LazyFrame, regions: pl.LazyFrame, shares: pl.LazyFrame, closed: list[int]) -> pl.LazyFrame:
    """`shares` gives per region and year the threshold as `num`/`den`; `closed` the years that are complete."""
    whole, part = pl.col("participants"), pl.col("below_min")
    least, most, few, many = whole.fill_null(0), whole.fill_null(MOST), part.fill_null(0), part.fill_null(MOST)
    num, den, there = pl.col("num"), pl.col("den"), least > 0
    counted, countable = least >= 10, most >= 10
    low, high = there & (few * den >= num * most), there & (pl.min_horizontal(many, least) * den < num * least)
    rows = facts.join(regions, on="school", how="left").join(shares, on=["region", "year"], how="left")
    groups = rows.group_by("school", "year").agg(
        sure=(counted & low).sum(),
        may=(countable & ~high).sum(),
        held=counted.sum(),
        holdable=countable.sum(),
        broken=(there & (few > most)).sum(),
    )
    places = facts.select("school").unique().join(facts.select("year").unique(), how="cross")
    found = places.join(groups, on=["school", "year"], how="left").fill_null(0)
    open_ = ~pl.col("year").is_in(closed)
    verdict = pl.when(pl.col("sure") >= 2).then(True).when((pl.col("may") < 2) & ~open_).then(False)
    applies = pl.when(pl.col("held") >= 1).then(True).when((pl.col("holdable") < 1) & ~open_).then(False)
    broken = pl.col("broken") > 0
    outcome = (
        pl.when(broken).then(pl.lit("failed"))
        .when(pl.col("applies").not_()).then(pl.lit("not_applicable"))
        .when(pl.col("applies") & pl.col("verdict")).then(pl.lit("met"))
        .when(pl.col("applies") & pl.col("verdict").not_()).then(pl.lit("not_met"))
        .otherwise(pl.lit("undetermined"))
    )  # fmt: skip
    decided = found.with_columns(verdict=pl.when(~broken).then(verdict), applies=pl.when(~broken).then(applies))
    return decided.select("school", "year", "verdict", "applies", outcome=outcome)
