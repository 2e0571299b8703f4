"""Windows over periods: `previous`, `in_each`, `at_least`, all years so far."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.reasoning.methodology import ON

from shnor_engine.law import Dated, Law, Parameters
from shnor_engine.reasoning import Facts, decide
from shnor_engine.reasoning.values import Span, compare, k_and
from shnor_engine.rules import (
    Expr,
    Fact,
    Field,
    Rule,
    at_least,
    earlier_years,
    in_each,
    last_years,
    previous,
    years_so_far,
)


class Flag(Fact, grain=("school", "year")):
    flag = Field[bool]("flag")


class W(Parameters):
    width = Dated[int]({"2000-01-01": 2, "2024-01-01": 3})


def truth(expr: Expr[bool], flags: dict[int, bool | None], year: int = 2024) -> Any:
    class Asked(Rule, per=("school", "year"), id="t.asked"):
        verdict = expr

    facts = Facts.of({Flag: [{"school": "s", "year": year, "flag": flag} for year, flag in flags.items()]})
    return decide(Asked, {"school": "s", "year": year}, facts, Law.of(W), on=ON).values["verdict"]


flags = st.fixed_dictionaries({year: st.sampled_from([True, False, None]) for year in range(2020, 2025)})


@given(flags, st.integers(1, 5))
def test_in_each_is_the_and_of_the_years(values: dict[int, bool | None], width: int) -> None:
    expected = k_and(values[2024 - back] for back in range(width))
    assert truth(in_each(last_years(width), Flag.flag), values) is expected


@given(flags, st.integers(1, 4))
def test_at_least_counts_years_that_hold_and_that_may_hold(values: dict[int, bool | None], least: int) -> None:
    sure = sum(value is True for value in values.values())
    may = sure + sum(value is None for value in values.values())
    expected = compare(">=", Span(sure, may), Span(least, least))
    assert truth(at_least(least, Flag.flag, of=last_years(5)), values) is expected
    assert truth(at_least(least, Flag.flag, of=years_so_far()), values) is expected


def test_earlier_years_leave_out_the_year_itself() -> None:
    assert truth(at_least(1, Flag.flag, of=earlier_years()), {2023: False, 2024: True}) is False
    assert truth(at_least(1, Flag.flag, of=earlier_years()), {2023: True, 2024: False}) is True
    assert truth(at_least(1, Flag.flag, of=earlier_years()), {2024: True}) is False


def test_previous_looks_back_by_so_many_periods() -> None:
    values = {2022: True, 2023: False, 2024: False}
    assert truth(previous(Flag.flag), values) is False
    assert truth(previous(Flag.flag, 2), values) is True
    assert truth(previous(previous(Flag.flag)), values) is True


def test_a_year_that_nobody_reported_is_unknown() -> None:
    assert truth(previous(Flag.flag), {2024: True}) is None
    assert truth(in_each(last_years(2), ~Flag.flag), {2024: False}) is None
    assert truth(in_each(last_years(2), ~Flag.flag), {2024: True}) is False


def test_the_width_of_a_window_may_be_a_dated_parameter() -> None:
    values = {2021: True, 2022: False, 2023: True, 2024: True}
    assert truth(in_each(last_years(W.width), Flag.flag), values) is False
    assert truth(in_each(last_years(W.width), Flag.flag), {**values, 2022: True}) is True
    assert truth(in_each(last_years(W.width), Flag.flag), {**values, 2022: True}, 2022) is True
