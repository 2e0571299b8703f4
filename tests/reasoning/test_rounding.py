"""Meaning 4: rounding happens only where the law says so, with its digits and mode in the tree."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import inf
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.reasoning.values_facts import Card, value

from shnor_engine.errors import RuleSyntax
from shnor_engine.reasoning.evaluate_values import rounded
from shnor_engine.rules import ratio, round_
from shnor_engine.rules.values import Mode

MODES: dict[Mode, str] = {
    "half_up": ROUND_HALF_UP,
    "half_even": ROUND_HALF_EVEN,
    "floor": ROUND_FLOOR,
    "ceil": ROUND_CEILING,
}
modes = st.sampled_from(list(MODES))
numbers = st.fractions(-1000, 1000, max_denominator=400)


@given(st.decimals(-1000, 1000, places=4), st.integers(-2, 3), modes)
def test_rounding_is_that_of_decimal_arithmetic(number: Decimal, places: int, mode: Mode) -> None:
    expected = number.quantize(Decimal(1).scaleb(-places), MODES[mode])
    assert rounded(Fraction(number), places, mode) == Fraction(expected)


@given(numbers, numbers, st.integers(-2, 3), modes)
def test_a_larger_number_never_rounds_to_a_smaller_one(a: Fraction, b: Fraction, places: int, mode: Mode) -> None:
    low, high = sorted((a, b))
    assert rounded(low, places, mode) <= rounded(high, places, mode)
    assert rounded(rounded(low, places, mode), places, mode) == rounded(low, places, mode)


@pytest.mark.parametrize(
    ("number", "mode", "expected"),
    [
        ("2.5", "half_up", 3),
        ("-2.5", "half_up", -3),
        ("2.5", "half_even", 2),
        ("3.5", "half_even", 4),
        ("-2.5", "floor", -3),
        ("-2.5", "ceil", -2),
    ],
)
def test_a_half_goes_where_the_mode_says(number: str, mode: Mode, expected: int) -> None:
    assert rounded(Fraction(number), 0, mode) == expected


def test_places_may_be_negative_and_an_open_end_stays_open() -> None:
    assert rounded(Fraction(1250), -2, "half_up") == 1300
    assert rounded(Fraction(1250), -2, "half_even") == 1200
    assert rounded(inf, 1, "floor") == inf


@given(st.integers(0, 6), st.integers(1, 6), st.integers(0, 2), modes)
def test_an_interval_rounds_to_an_interval_that_holds_every_rounded_number(
    n: int, m: int, places: int, mode: Mode
) -> None:
    expr = round_(ratio(Card.n, m), places, mode)
    low, high = value(expr, n=None)
    assert low <= value(expr, n=n) <= high


def test_twenty_nine_and_a_half_percent_is_thirty_only_where_the_law_rounds() -> None:
    exact = ratio(59, 200 + Card.m)
    assert value(exact >= Fraction(3, 10), m=0) is False
    assert value(round_(exact, 2, "half_up") >= Fraction(3, 10), m=0) is True
    assert value(round_(exact, 2, "half_even") >= Fraction(3, 10), m=0) is True
    assert value(round_(exact, 2, "floor") >= Fraction(3, 10), m=0) is False


@pytest.mark.parametrize(("places", "mode"), [(1.5, "floor"), (True, "floor"), (1, "up")])
def test_a_rounding_without_digits_or_with_an_unknown_mode_is_refused(places: Any, mode: Any) -> None:
    with pytest.raises(RuleSyntax, match=r"no number of places|there is no rounding"):
        round_(Card.n, places, mode)
