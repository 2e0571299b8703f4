"""A monthly benefit: members summed, a formula that changes on a day, months of a year, other rules by version."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.packs.methodologies.household import (
    PACK,
    RULES,
    Benefit,
    BenefitByScale,
    Member,
    Poor,
    Register,
    YearTotal,
)

from shnor_engine.reasoning import Facts, Verdict, decide
from shnor_engine.rules import Rule

ON = date(2025, 1, 31)
House = list[tuple[int | None, bool]]


def judge(
    rule: type[Rule], months: dict[str, House], period: Any, *, closed: bool = True, resident: Any = True
) -> Verdict:
    rows = [
        {"household": "h", "member": f"m{place}", "month": month, "income": n, "child": child}
        for month, members in months.items()
        for place, (n, child) in enumerate(members)
    ]
    register = [{"household": "h", "year": year, "resident": resident} for year in (2023, 2024)]
    facts = Facts.of({Member: rows, Register: register}, closed=closed)
    keys = {"household": "h", "year" if isinstance(period, int) else "month": period}
    return decide(rule, keys, facts, PACK.law, on=ON, rules=RULES)


POOR: House = [(8_000, False), (0, False), (0, True)]


def amount(members: list[tuple[int, bool]], month: str) -> Fraction:
    """The benefit by the words of the law."""
    minimum = (12_000 if month >= "2024-01" else 10_000) * len(members)
    short = Fraction(max(minimum - sum(n for n, _ in members), 0))
    if month >= "2024-07" and short > Fraction(minimum, 2):
        short = Fraction(minimum, 2) + (short - Fraction(minimum, 2)) / 2
    return short + 3_000 * sum(child for _, child in members)


def test_the_incomes_of_members_are_summed_and_the_minimum_is_of_the_month() -> None:
    assert judge(Benefit, {"2023-12": POOR}, "2023-12").values["amount"] == 30_000 - 8_000 + 3_000
    assert judge(Benefit, {"2024-01": POOR}, "2024-01").values["amount"] == 36_000 - 8_000 + 3_000


@given(
    st.lists(st.tuples(st.integers(0, 30_000), st.booleans()), min_size=1, max_size=4),
    st.sampled_from(["2023-12", "2024-01", "2024-06", "2024-07", "2024-12"]),
)
@settings(max_examples=80, deadline=None)
def test_the_version_in_force_in_the_month_gives_the_amount(members: list[tuple[int, bool]], month: str) -> None:
    rule = RULES.deciding("t.benefit", day=date(int(month[:4]), int(month[5:]), 28))
    assert rule is (BenefitByScale if month >= "2024-07" else Benefit).tree
    verdict = judge(rule, {month: list(members)}, month)  # type: ignore[arg-type]
    assert verdict.values["amount"] == amount(members, month)
    assert verdict.outcome == ("met" if amount(members, month) > 0 else "not_met")


def test_the_months_of_a_year_are_each_decided_by_the_version_of_their_month() -> None:
    months = {f"2024-{month:02}": POOR for month in (5, 6, 7, 8)}
    values = judge(YearTotal, months, 2024).values
    known = [(8_000, False), (0, False), (0, True)]
    assert values["total"] == sum(amount(known, month) for month in months)
    assert values["paid_months"] == 4


def test_three_months_on_end_are_read_across_the_change_of_the_formula() -> None:
    months = {f"2024-{month:02}": POOR for month in (5, 6, 7)}
    assert judge(Poor, months, "2024-07").outcome == "met"
    assert judge(Poor, months, "2024-07").values["grew"] is False
    assert judge(Poor, {**months, "2024-06": [(90_000, False)]}, "2024-07").outcome == "not_met"
    known = [(8_000, False), (0, False), (0, True)]
    mean = sum(amount(known, month) for month in months) / 3
    assert judge(Poor, months, "2024-07").values["year_mean"] == mean


def test_an_income_that_is_not_known_gives_an_interval_and_is_asked_for() -> None:
    verdict = judge(Benefit, {"2024-01": [(None, False), (0, False)]}, "2024-01")
    assert verdict.values["amount"] == (0, 24_000)
    assert verdict.outcome == "undetermined"
    sure = judge(Benefit, {"2024-01": [(None, False), (0, True)]}, "2024-01")
    assert sure.outcome == "met"  # a child is paid for whatever the income is


def test_who_does_not_live_here_or_has_no_members_is_not_judged() -> None:
    assert judge(Benefit, {"2024-01": POOR}, "2024-01", resident=False).outcome == "not_applicable"
    assert judge(Benefit, {"2024-01": POOR}, "2024-02").outcome == "not_applicable"
    assert judge(Benefit, {"2024-01": POOR}, "2024-01", resident=None).outcome == "undetermined"
    assert judge(Benefit, {"2022-12": POOR}, "2022-12").in_force is False


def test_while_the_members_of_a_month_are_not_closed_the_amount_is_open() -> None:
    grown_up: House = [(8_000, False), (0, False)]
    assert judge(Benefit, {"2024-01": grown_up}, "2024-01", closed=False).outcome == "undetermined"
    assert judge(Benefit, {"2024-01": grown_up}, "2024-01").outcome == "met"


def test_the_explanation_names_the_month_in_words() -> None:
    verdict = judge(BenefitByScale, {"2024-07": POOR}, "2024-07")
    assert PACK.explain(verdict).text("ru").startswith("h, июль 2024 года: пособие назначено.")
    assert PACK.explain(verdict).text("en").startswith("h, July 2024: granted.")
