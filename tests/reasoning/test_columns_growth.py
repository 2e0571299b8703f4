"""Long and deep numbers in columns: an expression is as large as the rule, and not a power of it."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import duckdb
import polars as pl
import pytest

from shnor_engine.law import Law
from shnor_engine.reasoning import Facts, decide
from shnor_engine.reasoning.columns import columns
from shnor_engine.rules import Expr, Fact, Field, Rule, case, max_, min_, ratio, round_, row, table


class Scored(Fact, grain=("school", "year")):
    a = Field[int]("а", bounds=(0, 12))
    b = Field[int]("б", bounds=(-6, 6))


LOOKUP = table(Scored.a, *(row(place, gives=place * 7 % 5) for place in range(13)))
NESTED = table(LOOKUP, *(row(place, gives=Fraction(place * 3 % 4, 2)) for place in range(5)), otherwise=0)
CASES = case(*((Scored.a >= 12 - place, place * 5 % 7) for place in range(12)), otherwise=3)
PRODUCT = Scored.b * Scored.b * Scored.b * Scored.b * Scored.b * Scored.b
ROUNDED = round_(ratio(max_(min_(round_(ratio(CASES * Scored.b, 3), 1, "half_up"), 4), Scored.b), 7), 1, "floor")


@pytest.mark.parametrize(
    "expr",
    [NESTED, CASES, PRODUCT, ROUNDED],
    ids=["a table of a long table", "a long case", "a deep product", "everything inside"],
)
def test_long_and_deep_numbers_grow_with_the_rule_and_not_by_a_power_of_it(expr: Expr[Any]) -> None:
    """Written down again at each step they would not be compiled before the tests are given up."""
    rule = type("R", (Rule,), {"x": expr, "verdict": expr >= 1}, per=("school", "year"), id="t.deep")
    rows = [{"school": f"{a}/{b}", "year": 2024, "a": a, "b": b} for a in (None, 0, 12) for b in (None, -6, 5)]
    facts, on = Facts.of({Scored: rows}, closed=True), date(2024, 12, 31)
    for frame in (pl.DataFrame(rows), duckdb.from_arrow(pl.DataFrame(rows).to_arrow())):
        found = columns(rule, {Scored: frame}, Law.of(), on=on, closed=True)
        assert found.by_hand == {}
        for line in found.rows():
            verdict = decide(rule, line["keys"], facts, Law.of(), on=on)
            assert (line["outcome"], line["values"]["x"]) == (verdict.outcome, verdict.values["x"])
