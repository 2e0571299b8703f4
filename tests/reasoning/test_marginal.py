"""Marginal scales: each bracket's rate of the part inside it; dated scales, intervals, what is refused."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.reasoning.values_facts import Card, judge, rule_of, value

from shnor_engine.errors import LawError, RuleSyntax
from shnor_engine.law import Dated, Law, Override, Parameters
from shnor_engine.reasoning.evaluate_weights import taken
from shnor_engine.reasoning.values import Span
from shnor_engine.rules import Brackets, brackets, marginal, percent

STEPS = Brackets.of({0: percent(10), 2: percent(20), 4: 0})


class Scales(Parameters):
    steps = Dated[Brackets](
        {"2020-01-01": Brackets.of({0: percent(10)}), "2024-01-01": STEPS}, region_may_override=True
    )
    rate = Dated[Fraction]({"2020-01-01": percent(50)})
    limit = Dated[int]({"2020-01-01": 3})


@pytest.mark.parametrize(
    ("number", "expected"), [(-1, 0), (0, 0), (1, "0.1"), (2, "0.2"), (3, "0.4"), (4, "0.6"), (6, "0.6")]
)
def test_each_part_is_taken_at_the_rate_of_its_bracket(number: int, expected: Any) -> None:
    assert value(marginal(Card.n, STEPS), n=number) == Fraction(expected)


def test_the_scale_is_the_one_in_force_at_the_end_of_the_period() -> None:
    assert value(marginal(Card.m, Scales.steps), Scales, m=4) == Fraction("0.6")
    assert value(marginal(Card.m, Scales.steps.on("2023-06-01")), Scales, m=4) == Fraction("0.4")
    law = Law.of(Scales, overrides=[Override.of("r", Scales.steps, {"2024-01-01": Brackets.of({1: 1})})])
    rule = rule_of(x=marginal(Card.m, Scales.steps))
    assert judge(rule, {"m": 4}, law=law, region="r").values["x"] == 3


def test_brackets_may_hold_parameters() -> None:
    expr = marginal(Card.m, brackets((0, percent(10)), (Scales.limit, Scales.rate)))
    assert value(expr, Scales, m=5) == Fraction("0.3") + 1


numbers = st.integers(-10, 10)
scales = st.dictionaries(numbers, st.integers(-3, 3), min_size=1, max_size=4).map(Brackets.of)


@given(scales, numbers, numbers, st.fractions(0, 1))
def test_every_number_of_an_interval_is_taken_inside_the_interval_and_its_ends_are_reached(
    scale: Brackets, a: int, b: int, part: Fraction
) -> None:
    low, high = sorted((a, b))
    found = taken(Span(low, high), scale)
    inside = low + part * (high - low)
    one = taken(Span(inside, inside), scale)
    assert one.exact
    assert found.lo <= one.lo <= found.hi
    reached = [taken(Span(number, number), scale).lo for number in range(low, high + 1)]
    assert found == (min(reached), max(reached))


def test_an_open_end_stays_open_unless_the_last_rate_is_nothing() -> None:
    inf = float("inf")
    assert taken(Span(0, inf), STEPS) == (0, Fraction("0.6"))
    assert taken(Span(3, inf), Brackets.of({0: 1})) == (3, inf)
    assert taken(Span(-inf, inf), Brackets.of({0: -1})) == (-inf, 0)


def test_a_scale_is_exact_and_not_empty() -> None:
    with pytest.raises(LawError, match="at least one bracket"):
        Brackets.of({})
    with pytest.raises(LawError, match="is not exact"):
        Brackets.of({0: 0.1})  # type: ignore[dict-item]
    with pytest.raises(RuleSyntax, match="a literal or a parameter"):
        brackets((Card.m, percent(10)))
    with pytest.raises(RuleSyntax, match="a scale is needed here, this is a number"):
        marginal(Card.m, Scales.limit)  # type: ignore[arg-type]


def test_two_brackets_that_meet_by_their_parameters_fail() -> None:
    rule = rule_of(x=marginal(Card.m, brackets((3, 1), (Scales.limit, 2))))
    assert "two brackets" in judge(rule, {"m": 1}, Scales).error
