"""A limit that is a sum of values of the law: explained by each of them, held to one unit, the same in columns."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from shnor_engine.errors import RuleSyntax
from shnor_engine.law import Clause, Dated, Law, Override, Parameters
from shnor_engine.reasoning import Facts, check, columns, decide, describe, explain, way_out
from shnor_engine.rules import Fact, Field, Rule, param

ON = date(2024, 12, 31)
FIRST, SECOND = Clause("1", act="приказ"), Clause("2", act="приказ")


class P(Parameters):
    least = Dated[int](
        {"2020-01-01": 5, "2023-01-01": 7}, ref=FIRST, ru="минимум", en="least", unit="чел.", region_may_override=True
    )
    more = Dated[int]({"2020-01-01": 2}, ref=SECOND, ru="запас", en="reserve", unit="чел.")
    hours = Dated[int]({"2020-01-01": 2}, ref=SECOND, ru="часы", en="hours", unit="ч")


class Seen(Fact, grain=("school", "year"), ru="школы", en="schools"):
    n = Field[int]("участников", en="participants", bounds=(0, 100), unit="чел.", actionable="up")


class Enough(Rule, per=("school", "year"), id="t.sums", ref=FIRST, in_force="2020-01-01"):
    limit = param(P.least) + P.more + 1
    verdict = Seen.n >= limit


class Mixed(Enough, id="t.mixed"):
    limit = param(P.least) + P.hours


REGION = Override.of("ru.77", P.least, {"2023-01-01": 20}, ref=Clause("3", act="указ"))
LAW = Law.of(P, overrides=[REGION], regions={"ru.77": ""})
KEYS = {"school": "7", "year": 2024}


def decided(n: int, year: int = 2024, region: str | None = None):  # type: ignore[no-untyped-def]
    facts = Facts.of({Seen: [{"school": "7", "year": year, "n": n}]})
    return decide(Enough, {"school": "7", "year": year}, facts, LAW, on=ON, region=region)


def test_a_sum_of_the_law_turns_with_each_of_its_values() -> None:
    turns = {(2022, None): 8, (2024, None): 10, (2024, "ru.77"): 23}
    for (year, region), limit in turns.items():
        assert decided(limit - 1, year, region).outcome == "not_met"
        assert decided(limit, year, region).outcome == "met"


def test_an_explanation_names_each_value_of_the_sum_with_its_source() -> None:
    told = explain(decided(9, region="ru.77"))
    assert "не менее 23 – не выполнено" in told.text("ru")
    assert "минимум – 20 (указ, 3" in told.text("ru")
    assert "запас – 2 (приказ, 2" in told.text("ru")
    assert "7 + 2 + 1" in describe(Enough, LAW, on=ON)


def test_what_is_lacking_is_counted_to_the_sum() -> None:
    facts = Facts.of({Seen: [{**KEYS, "n": 7}]})
    found = way_out(Enough, KEYS, facts, LAW, on=ON, goal="met")
    assert [(change.before, change.after) for change in found.changes] == [(7, 10)]


def test_a_sum_of_two_units_is_found() -> None:
    assert "unit-clash" in [item.code for item in check(Mixed, LAW, on=ON)]
    assert "unit-clash" not in [item.code for item in check(Enough, LAW, on=ON)]


def test_columns_decide_by_the_sum_as_the_reading_by_hand_does() -> None:
    rows = [(n, year) for n in range(24) for year in (2021, 2022, 2023, 2024)]
    frame = pl.DataFrame(
        {"school": [f"{n:02}" for n, _ in rows], "year": [y for _, y in rows], "n": [n for n, _ in rows]}
    )
    found = columns(Enough, {Seen: frame}, LAW, on=ON).frame.collect().sort("school", "year")
    by_hand = [decided(int(school), year) for school, year in zip(found["school"], found["year"], strict=True)]
    assert found["outcome"].to_list() == [verdict.outcome for verdict in by_hand]
    assert found["limit"].to_list() == [verdict.values["limit"] for verdict in by_hand]


def test_what_is_no_parameter_is_refused() -> None:
    with pytest.raises(RuleSyntax, match=r"5 is no parameter; write: param\(P.limit\)"):
        param(5)  # type: ignore[type-var]
