"""The points-and-weights rating: points by cuts, redistributed weights, the penalty with its floor, the level."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.packs.methodologies.rating import Indicator, Rating, Roll, rating

from shnor_engine.law import percent
from shnor_engine.reasoning import Facts, Verdict

ON = date(2023, 12, 31)
KEYS = {"school": "s", "year": 2023}
PACK = rating()
FULL = {"exams": percent(80), "attendance": percent(90), "survey": percent(50)}


def judge(
    values: Mapping[str, Any],
    tested: int | None = 100,
    *,
    missing: tuple[str, ...] = (),
    closed: Any = True,
    year: int = 2023,
) -> Verdict:
    rows = [
        {
            "school": "s",
            "year": year,
            "indicator": code,
            "value": share,
            "measured": code not in missing,
            "events": [code],
        }
        for code, share in values.items()
    ]
    roll = [{"school": "s", "year": year, "enrolled": 100, "tested": tested, "events": ["roll"]}]
    spoken = closed if isinstance(closed, bool) else {Indicator: closed, Roll: True}
    facts = Facts.of({Indicator: rows, Roll: roll}, closed=spoken)
    verdict = PACK.decide({"school": "s", "year": year}, facts, on=ON)
    assert verdict.outcome != "failed", verdict.error
    return verdict


def total(verdict: Verdict) -> Any:
    return verdict.values["total"]


def test_the_total_is_the_weighted_mean_of_points_rounded_half_up_to_one_decimal() -> None:
    found = judge(FULL)
    assert total(found) == Fraction("4.8")
    assert (found.values["level"], found.outcome, PACK.decision(found)) == ("high", "not_met", "high")
    low = judge({"exams": percent(49), "attendance": percent(89), "survey": percent(33)})
    assert low.values["before"] == Fraction(7, 10)
    assert (total(low), low.values["level"], low.outcome) == (1, "low", "met")


def test_a_half_rounds_up() -> None:
    found = judge({"exams": percent(50), "attendance": percent(90), "survey": percent(50)}, missing=("attendance",))
    assert found.values["before"] == Fraction(3 * 80 + 4 * 20, 100)
    half = judge({"exams": percent(49), "attendance": percent(90), "survey": percent(50)}, missing=("survey",))
    assert (half.values["before"], total(half)) == (Fraction("1.75"), Fraction("1.8"))


@pytest.mark.parametrize(
    ("missing", "weights"),
    [
        ((), {"exams": 50, "attendance": 30, "survey": 20}),
        (("survey",), {"exams": 65, "attendance": 35}),
        (("attendance",), {"exams": 80, "survey": 20}),
        (("survey", "attendance"), {"exams": 100}),
    ],
)
def test_weights_of_missing_indicators_go_where_the_table_sends_them(
    missing: tuple[str, ...], weights: dict[str, int]
) -> None:
    points = {"exams": 5, "attendance": 5, "survey": 4}
    expected = Fraction(sum(points[code] * weight for code, weight in weights.items()), sum(weights.values()))
    assert judge(FULL, missing=missing).values["before"] == expected


def test_an_indicator_that_nobody_reported_is_missing_once_the_year_is_closed() -> None:
    two = {code: share for code, share in FULL.items() if code != "survey"}
    assert judge(two).values["before"] == 5
    open_ = judge(two, closed=[{"indicator": "exams"}])
    low, high = total(open_)
    assert low <= Fraction("4.8") <= high
    assert {total(judge(FULL)), total(judge(two))} <= {low, high} | {Fraction("4.8"), Fraction(5)}


@pytest.mark.parametrize(("tested", "fined"), [(95, 0), (94, 1), (None, (0, 1))])
def test_low_participation_costs_a_point_but_never_below_the_floor(tested: int | None, fined: Any) -> None:
    assert judge(FULL, tested).values["fined"] == fined
    poor = judge({"exams": percent(10), "attendance": percent(10), "survey": percent(10)}, tested)
    assert total(poor) == 1


def test_the_penalty_may_leave_the_level_open() -> None:
    found = judge(FULL, None)
    assert total(found) == (Fraction("3.8"), Fraction("4.8"))
    assert found.values["level"] == ("high", "middle")
    assert (found.outcome, PACK.decision(found)) == ("not_met", "undetermined")
    near = judge({"exams": percent(50), "attendance": percent(89), "survey": percent(50)}, None)
    assert (near.values["level"], near.outcome) == (("low", "middle"), "undetermined")
    asked = PACK.explain(near)
    assert [item.field for item in asked.missing] == ["tested"]


def test_without_exams_the_rating_does_not_apply() -> None:
    assert judge(FULL, missing=("exams",)).outcome == "not_applicable"
    assert judge({"survey": percent(50)}).outcome == "not_applicable"
    assert judge({"survey": percent(50)}, closed=False).outcome == "undetermined"


def test_before_2023_there_is_no_survey() -> None:
    found = judge(FULL, year=2022)
    assert found.values["before"] == 5
    assert (
        judge({code: FULL[code] for code in ("exams", "attendance")}, closed=False, year=2022).values["before"] == 5
    )


shares = st.one_of(st.none(), st.sampled_from([percent(49), percent(50), percent(80), percent(95)]))


@given(st.fixed_dictionaries(dict.fromkeys(FULL, shares)), st.sampled_from([90, 99, None]))
@settings(max_examples=40, deadline=None)
def test_the_total_of_every_completion_lies_in_the_interval(values: dict[str, Any], tested: int | None) -> None:
    found = total(judge(values, tested))
    low, high = found if isinstance(found, tuple) else (found, found)
    choices = [[share] if share is not None else [percent(1), percent(60), percent(99)] for share in values.values()]
    for full in product(*choices):
        for took in [tested] if tested is not None else [10, 100]:
            one = total(judge(dict(zip(values, full, strict=True)), took))
            assert low <= one <= high


def test_the_explanation_names_rows_of_the_file_clauses_and_events() -> None:
    found = PACK.explain(judge(FULL, 94), names={"exams": {"ru": "экзамены", "en": "exams"}})
    said = found.text("ru")
    assert "таблица, строка 2, Порядок рейтинга (пример), п. 5.2: не менее 2 и не более 4" in said
    assert "итог: middle" in said
    assert "экзамены: таблица, строка 3, Порядок рейтинга (пример), п. 2.1" in said
    assert "порог посещаемости – 90 %" in said
    assert set(found.events) == {"exams", "attendance", "survey", "roll"}


def test_the_pack_reads_as_a_methodology_and_its_tables_are_whole() -> None:
    said = PACK.describe(on=ON)
    assert "«survey» → «exams» × 75 %, «attendance» × 25 %" in said
    assert "с округлением до десятых (половина – от нуля)" in said
    assert not PACK.check(on=ON)
    assert {row.file.rpartition("/")[2] for row in Rating.tree.clauses["points"].rows} == {"rating_points.yaml"}  # type: ignore[attr-defined]
