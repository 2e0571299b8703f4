"""The household benefit: members summed, an amount by age, a marginal scale, a formula that changes by date."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.packs.methodologies.benefit import Member, benefit

from shnor_engine.reasoning import Facts, Verdict

PACK = benefit()
ON = date(2025, 1, 1)
PARENT, TEEN, BABY = date(1985, 5, 1), date(2010, 1, 1), date(2022, 6, 1)


def judge(*members: tuple[Any, Any], month: str = "2024-12", closed: bool = True) -> Verdict:
    rows = [
        {
            "household": "h",
            "month": month,
            "member": f"m{place}",
            "born": born,
            "income": income,
            "events": [f"m{place}"],
        }
        for place, (born, income) in enumerate(members)
    ]
    verdict = PACK.decide({"household": "h", "month": month}, Facts.of({Member: rows}, closed=closed), on=ON)
    assert verdict.outcome != "failed", verdict.error
    return verdict


def due(*members: tuple[Any, Any], month: str = "2024-12") -> Any:
    return judge(*members, month=month).values["due"]


def test_the_formula_is_the_one_of_the_period() -> None:
    family = [(PARENT, 0), (TEEN, 0), (BABY, 0)]
    assert due(*family, month="2023-12") == 2400
    assert due(*family, month="2024-01") == 1800 + 1000


def test_each_month_reads_the_ages_of_its_own_last_day_and_the_values_in_force_on_it() -> None:
    turning = [(PARENT, 0), (date(2021, 6, 30), 0)]
    assert [due(*turning, month=month) for month in ("2024-05", "2024-06")] == [1800, 1000]
    assert [due((PARENT, 14_000), (BABY, 0), month=month) for month in ("2023-12", "2024-01")] == [400, 1400]


def test_income_is_summed_over_members_and_taken_by_the_scale_in_force() -> None:
    assert due((PARENT, 8000), (TEEN, 4500), (BABY, 0)) == 2800 - 100
    assert due((PARENT, 20_000), (TEEN, 4100), (BABY, 0)) == 2800 - 2400 - 40
    assert due((PARENT, 12_500), (TEEN, 0), (BABY, 0), month="2023-12") == 2400 - 500
    assert due((PARENT, Fraction("12000.03")), (BABY, 0)) == Fraction("1799.99")


def test_a_rich_household_gets_nothing_and_one_without_children_is_not_asked() -> None:
    rich = judge((PARENT, 40_000), (BABY, 0))
    assert (rich.values["due"], rich.outcome) == (0, "not_met")
    assert judge((PARENT, 0)).outcome == "not_applicable"
    assert judge((PARENT, 0), (BABY, 0)).outcome == "met"


@pytest.mark.parametrize(("born", "amount"), [(date(2021, 12, 31), 1000), (date(2022, 1, 1), 1800)])
def test_age_is_counted_on_the_last_day_of_the_period(born: date, amount: int) -> None:
    assert due((PARENT, 0), (born, 0)) == amount


def test_what_is_not_known_leaves_a_range_and_perhaps_the_outcome() -> None:
    unknown = judge((PARENT, None), (BABY, 0))
    assert unknown.values["due"] == (0, 1800)
    assert unknown.outcome == "undetermined"
    assert [item.field for item in PACK.explain(unknown).missing] == ["income"]
    about = judge((PARENT, 0), ((date(2021, 6, 1), date(2022, 6, 1)), 0))
    assert (about.values["due"], about.outcome) == ((1000, 1800), "met")
    assert judge((PARENT, 0), (BABY, 0), closed=False).outcome == "undetermined"


@given(
    st.integers(0, 50_000),
    st.integers(0, 50_000),
    st.integers(0, 50_000),
    st.lists(st.dates(date(2000, 1, 1), date(2024, 12, 31)), max_size=3),
)
@settings(max_examples=60, deadline=None)
def test_more_income_never_brings_more_and_an_interval_holds_it(
    income: int, more: int, other: int, born: list[date]
) -> None:
    children = [(day, 0) for day in born]
    low = due((PARENT, income + more), (PARENT, other), *children)
    high = due((PARENT, income), (PARENT, other), *children)
    assert 0 <= low <= high
    span = due((PARENT, None), (PARENT, other), *children)
    ends = span if isinstance(span, tuple) else (span, span)
    assert ends[0] <= low <= high <= ends[1]


def test_the_law_behind_it_is_shown_with_its_scale() -> None:
    found = PACK.explain(judge((PARENT, 13_000), (BABY, 0)))
    said = found.text("ru")
    scale = next(item for item in json.loads(found.to_json())["thresholds"] if item["key"] == "B.taken")
    assert scale["value"] == [[12_000, "1/5"], [24_000, "2/5"]]
    assert "шкала удержания – с 12000 – 20 %; с 24000 – 40 % (закон о пособии (пример), ст. 4" in said
    assert "условие: более 0 – выполнено" in said


def test_a_value_that_only_the_later_formula_reads_is_not_missing_before_it() -> None:
    assert {item.code for item in PACK.check(on=ON)} <= {"by-hand", "source-missing", "translation-missing"}
