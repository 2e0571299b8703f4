"""Meaning 9: a rule that breaks fails for itself, with its reason, and changes nothing of any other decision."""

from __future__ import annotations

from datetime import date

import duckdb
import narwhals.stable.v2 as nw
import polars as pl
import pytest
from tests.reasoning.methodology import LowResults, P, Sitting, judge, years

from shnor_engine.law import Law
from shnor_engine.reasoning import Facts, decide, explain
from shnor_engine.reasoning.columns import columns
from shnor_engine.reasoning.columns.tables import collect
from shnor_engine.rules import Rule, in_each, last_years, max_of, opaque


def test_a_rule_whose_law_has_a_gap_fails_for_itself_and_names_the_gap() -> None:
    class Early(LowResults, id="t.early", in_force="2010-01-01"):
        verdict = in_each(last_years(1), LowResults.low_year)

    verdict = judge(years([(10, 3)], of=(2018, 2019)), Early, year=2019)
    assert verdict.outcome == "failed"
    assert "has no value on 2019-12-31" in verdict.error


def test_a_part_that_exceeds_its_whole_fails_with_place_and_line() -> None:
    verdict = judge(years([(10, 11), (10, 3)]))
    assert verdict.outcome == "failed"
    assert "part 11 exceeds whole 10" in verdict.error
    assert "procedure p0" in verdict.error


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_columns_say_why_a_place_failed_in_the_words_of_the_verdict(engine: str) -> None:
    """An arithmetic error, a gap of the law, and an opaque function that raises; null where nothing failed."""

    class Early(LowResults, id="t.early", in_force="2010-01-01"):
        verdict = in_each(last_years(1), LowResults.low_year)

    def curve(n: int) -> int:
        return 10 // (n - 4)

    class Curved(Rule, per=("school", "year"), id="t.curved"):
        most = max_of(Sitting.below_min)
        value = opaque(curve, name="curve", version="1", reads={"n": most}, kind="number")
        verdict = value >= 1

    table = [*years([(10, 11), (10, 3)]), *years([(10, 4)], of=(2019,)), *years([(9, 1)], of=(2018,))]
    table += [{**row, "school": "other"} for row in years([(10, 3), (20, 6)])]
    frame = pl.LazyFrame([{name: row[name] for name in row if name != "events"} for row in table])
    given = frame if engine == "polars" else duckdb.from_arrow(frame.collect().to_arrow())
    facts = Facts.of({Sitting: table}, closed=True)
    for rule in (LowResults, Early, Curved):
        answer = columns(rule, {Sitting: given}, Law.of(P), on=date(2024, 12, 31), closed=True)
        rows = collect(nw.from_native(answer.with_errors()))
        assert {row["error"] is None for row in rows} == {True, False}
        for row in rows:
            keys = {key: row[key] for key in ("school", "year")}
            verdict = decide(rule, keys, facts, Law.of(P), on=date(2024, 12, 31))
            assert (row["outcome"], row["error"]) == (verdict.outcome, verdict.error or None)
        assert answer.errors() == {(row["school"], row["year"]): row["error"] for row in rows if row["error"]}


def test_where_nothing_failed_the_column_of_errors_is_null() -> None:
    frame = pl.LazyFrame([{k: v for k, v in row.items() if k != "events"} for row in years([(10, 3), (20, 6)])])
    answer = columns(LowResults, {Sitting: frame}, Law.of(P), on=date(2024, 12, 31), closed=True)
    found = answer.with_errors().collect()
    assert (found["error"].dtype, found["error"].null_count(), len(found)) == (pl.String, len(found), 2)
    assert answer.errors() == {}


def test_one_failing_subject_leaves_the_others_as_they_are() -> None:
    other = [{**row, "school": "other"} for row in years([(10, 3), (20, 6)])]
    facts = Facts.of({Sitting: [*years([(10, 11)]), *other]}, closed=True)
    alone = Facts.of({Sitting: other}, closed=True)
    keys, on = {"school": "other", "year": 2024}, date(2024, 12, 31)
    assert (
        decide(LowResults, keys, facts, Law.of(P), on=on).to_json()
        == decide(LowResults, keys, alone, Law.of(P), on=on).to_json()
    )


def test_a_failed_rule_is_never_read_as_a_no() -> None:
    failed = judge(years([(10, 11), (10, 3)]))
    assert failed.outcome == "failed"
    assert failed.values == {}
    assert "правило не сработало" in explain(failed).text("ru")
    assert failed.to_json()["error"] == failed.error
