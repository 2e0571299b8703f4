"""Meaning 2: truth is Kleene, a number is a closed interval of exact rationals."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import product
from math import inf
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reasoning.methodology import ON, judge, years

from shnor_engine.law import Law, percent
from shnor_engine.reasoning import Facts, decide
from shnor_engine.reasoning.values import Span, add, compare, divide, k_and, k_not, k_or, multiply, subtract
from shnor_engine.rules import (
    Expr,
    Fact,
    Field,
    Rule,
    all_,
    any_,
    at_least,
    case,
    count,
    in_each,
    is_known,
    is_present,
    last_years,
    max_,
    max_of,
    mean,
    min_,
    min_of,
    previous,
    ratio,
    share,
    sum_,
    years_so_far,
)

kleene = st.sampled_from([True, False, None])
REFINED = {True: {True}, False: {False}, None: {True, False}}


@given(st.lists(kleene, max_size=4))
def test_and_or_hold_for_every_completion_of_the_unknown(items: list[bool | None]) -> None:
    worlds = list(product(*(REFINED[item] for item in items)))
    for found, of in ((k_and(items), all), (k_or(items), any)):
        seen = {of(world) for world in worlds}
        assert seen == ({found} if found is not None else {True, False})


@given(kleene, kleene)
def test_de_morgan_and_commutation_hold_for_three_values(a: bool | None, b: bool | None) -> None:
    assert k_not(k_and((a, b))) is k_or((k_not(a), k_not(b)))
    assert k_and((a, b)) is k_and((b, a))
    assert k_or((a, k_and((a, b)))) is a


whole = st.integers(-6, 6)


@st.composite
def spans(draw: st.DrawFn) -> Span:
    low = draw(whole)
    return Span(low, low + draw(st.integers(0, 3)))


@given(spans(), spans())
def test_arithmetic_of_intervals_is_exactly_the_range_of_the_numbers(a: Span, b: Span) -> None:
    pairs = list(product(range(int(a.lo), int(a.hi) + 1), range(int(b.lo), int(b.hi) + 1)))
    for of, one in (
        (add, lambda x, y: x + y),
        (subtract, lambda x, y: x - y),
        (multiply, lambda x, y: x * y),
    ):
        values = [one(x, y) for x, y in pairs]
        assert of(a, b) == (min(values), max(values))
    if b.lo > 0:
        values = [Fraction(x, y) for x, y in pairs]
        assert divide(a, b) == (min(values), max(values))


@given(st.sampled_from([">=", ">", "<=", "<", "="]), spans(), spans())
def test_a_comparison_of_intervals_is_determined_when_all_choices_agree(op: str, a: Span, b: Span) -> None:
    ops = {
        ">=": lambda x, y: x >= y,
        ">": lambda x, y: x > y,
        "<=": lambda x, y: x <= y,
        "<": lambda x, y: x < y,
        "=": lambda x, y: x == y,
    }
    seen = {ops[op](x, y) for x in range(int(a.lo), int(a.hi) + 1) for y in range(int(b.lo), int(b.hi) + 1)}
    assert compare(op, a, b) is (seen.pop() if len(seen) == 1 else None)


def test_open_ends_stay_open_without_a_float_in_between() -> None:
    assert add(Span(0, inf), Span(1, 2)) == (1, inf)
    assert multiply(Span(0, inf), Span(0, 0)) == (0, 0)
    assert divide(Span(3, inf), Span(2, 2)) == (Fraction(3, 2), inf)


# --- random small rules over partly unknown facts ---------------------------------------------------

MOST = 3
KINDS = ("a", "b")


class Small(Fact, grain=("school", "year", "kind")):
    """Rows of two kinds a year."""

    n = Field[int]("n", bounds=(0, MOST))
    k = Field[int]("k", bounds=(0, MOST))


class Flag(Fact, grain=("school", "year")):
    """One truth and one number a year."""

    flag = Field[bool]("flag")
    m = Field[int]("m", bounds=(0, MOST))


row_truths = st.deferred(
    lambda: st.one_of(
        st.builds(lambda c: Small.n >= c, st.integers(0, MOST)),
        st.builds(lambda c: Small.n + Small.k > c, st.integers(0, 2 * MOST)),
        st.builds(lambda c: ratio(Small.n, Small.k) <= c, st.integers(0, 2)),
        st.builds(lambda a, b: a & b, row_truths, row_truths),
        st.builds(lambda a: ~a, row_truths),
    )
)
numbers: st.SearchStrategy[Expr[int]] = st.one_of(
    st.builds(lambda: Flag.m),
    st.builds(lambda w: count(Small, where=w), row_truths),
    st.builds(lambda w: sum_(Small.n, where=w), row_truths),
    st.builds(lambda w: min_of(Small.k, where=w), row_truths),
    st.builds(lambda w: max_of(Small.k, where=w), row_truths),
    st.builds(lambda w: mean(Small.k + 1, where=w), row_truths),
    st.builds(lambda: min_(Flag.m, 2) * 2 - 1),
    st.builds(lambda: max_(Flag.m, count(Small))),
    st.builds(lambda w: case((w, 1), (Flag.flag, 2), otherwise=3), st.builds(lambda: Flag.m >= 2)),
)
truths: st.SearchStrategy[Expr[bool]] = st.deferred(
    lambda: st.one_of(
        st.builds(lambda: Flag.flag),
        st.builds(lambda x, c: x >= c, numbers, st.integers(0, 4)),
        st.builds(lambda x, c: x < c, numbers, st.integers(0, 4)),
        st.builds(lambda w: any_(w), row_truths),
        st.builds(lambda w: all_(w), row_truths),
        st.builds(lambda x: is_present(x), numbers),
        st.builds(lambda a, b: a & b, truths, truths),
        st.builds(lambda a, b: a | b, truths, truths),
        st.builds(lambda a: ~a, truths),
        st.builds(lambda a: previous(a), truths),
        st.builds(lambda a: in_each(last_years(2), a), truths),
        st.builds(lambda k, a: at_least(k, a, of=years_so_far()), st.integers(1, 2), truths),
    )
)
cell = st.one_of(st.none(), st.integers(0, MOST))
facts_tables = st.fixed_dictionaries(
    {
        **{(year, kind): st.tuples(cell, cell) for year in (2023, 2024) for kind in KINDS},
        **{(year, ""): st.tuples(kleene, cell) for year in (2023, 2024)},
    }
)


def tables(values: Mapping[tuple[int, str], tuple[Any, Any]], *, closed: bool = True) -> Facts:
    small = [
        {"school": "s", "year": year, "kind": kind, "n": n, "k": k} for (year, kind), (n, k) in values.items() if kind
    ]
    flags = [{"school": "s", "year": year, "flag": a, "m": b} for (year, kind), (a, b) in values.items() if not kind]
    return Facts.of({Small: small, Flag: flags}, closed=closed)


def rule_of(expr: Expr[bool]) -> type[Rule]:
    class Any_(Rule, per=("school", "year"), id="t.any"):
        verdict = expr

    return Any_


def truth_of(
    rule: type[Rule], values: Mapping[tuple[int, str], tuple[Any, Any]], *, closed: bool = True
) -> bool | None:
    verdict = decide(rule, {"school": "s", "year": 2024}, tables(values, closed=closed), Law.of(), on=ON)
    assert verdict.outcome != "failed", verdict.error
    value = verdict.values["verdict"]
    assert value is None or isinstance(value, bool)
    return value


@given(truths, facts_tables, st.data())
@settings(max_examples=300, deadline=None)
def test_what_is_determined_holds_for_every_completion(
    expr: Expr[bool], values: dict[tuple[int, str], tuple[Any, Any]], data: st.DataObject
) -> None:
    rule = rule_of(expr)
    found = truth_of(rule, values)
    if found is None:
        return
    for _ in range(4):
        full = {
            place: tuple(
                data.draw(st.booleans() if not place[1] and n == 0 else st.integers(0, MOST)) if v is None else v
                for n, v in enumerate(pair)
            )
            for place, pair in values.items()
        }
        assert truth_of(rule, full) is found


extra_rows = st.lists(
    st.tuples(st.sampled_from([2023, 2024]), st.sampled_from("cd"), st.integers(0, MOST), st.integers(0, MOST)),
    max_size=3,
    unique_by=lambda row: row[:2],
)


@given(truths, facts_tables, st.data())
@settings(max_examples=300, deadline=None)
def test_what_is_determined_in_an_open_set_holds_whatever_rows_come(
    expr: Expr[bool], values: dict[tuple[int, str], tuple[Any, Any]], data: st.DataObject
) -> None:
    rule = rule_of(expr)
    found = truth_of(rule, values, closed=False)
    if found is None:
        return
    for _ in range(4):
        more = {row[:2]: row[2:] for row in data.draw(extra_rows)}
        assert truth_of(rule, {**values, **more}, closed=data.draw(st.booleans())) is found


@given(st.integers(0, MOST), st.sampled_from([">=", ">", "<=", "<"]))
def test_a_comparison_of_one_unknown_field_is_open_only_if_completions_differ(limit: int, op: str) -> None:
    made = {
        ">=": Flag.m >= limit,
        ">": Flag.m > limit,
        "<=": Flag.m <= limit,
        "<": Flag.m < limit,
    }[op]
    rule = rule_of(made)
    empty = {(2024, ""): (None, None)}
    seen = {truth_of(rule, {(2024, ""): (None, value)}) for value in range(MOST + 1)}
    assert truth_of(rule, empty) is (seen.pop() if len(seen) == 1 else None)


def test_a_count_over_rows_that_are_partly_unknown_is_a_range() -> None:
    class Counting(Rule, per=("school", "year"), id="t.range"):
        n = count(Small, where=Small.n >= 2)
        total = sum_(Small.n)
        verdict = n >= 1

    facts = tables({(2024, "a"): (2, 0), (2024, "b"): (None, 0)})
    values = decide(Counting, {"school": "s", "year": 2024}, facts, Law.of(), on=ON).values
    assert values == {"n": (1, 2), "total": (2, 2 + MOST), "verdict": True}


def test_a_case_that_is_open_gives_every_code_that_is_possible() -> None:
    class Coded(Rule, per=("school", "year"), id="t.coded"):
        level = case((Flag.m >= 3, "high"), (Flag.flag, "middle"), otherwise="low")
        verdict = level.is_in("high", "middle")

    def values(flag: bool | None, m: int | None) -> dict[str, Any]:
        facts = tables({(2024, ""): (flag, m)})
        return decide(Coded, {"school": "s", "year": 2024}, facts, Law.of(), on=ON).values

    assert values(True, None) == {"level": ("high", "middle"), "verdict": True}
    assert values(None, 1) == {"level": ("low", "middle"), "verdict": None}
    assert values(False, 3) == {"level": "high", "verdict": True}


# --- whole percents ---------------------------------------------------------------------------------


class Percents(Fact, grain=("school", "year")):
    below = Field[Fraction]("ниже, %", whole_percent=True)


@pytest.mark.parametrize(("given_percent", "outcome"), [(29, "not_met"), (30, "undetermined"), (31, "met")])
def test_a_whole_percent_is_an_interval_of_half_a_percent_each_way(given_percent: int, outcome: str) -> None:
    class Low(Rule, per=("school", "year"), id="t.percent"):
        verdict = Percents.below >= percent(30)

    facts = Facts.of({Percents: [{"school": "s", "year": 2024, "below": given_percent}]})
    verdict = decide(Low, {"school": "s", "year": 2024}, facts, Law.of(), on=ON)
    assert verdict.outcome == outcome


def test_thirty_whole_percent_reaches_from_twenty_nine_and_a_half_to_thirty_and_a_half() -> None:
    class Low(Rule, per=("school", "year"), id="t.percent.ends"):
        below = Percents.below
        verdict = below >= percent("29.5")

    facts = Facts.of({Percents: [{"school": "s", "year": 2024, "below": 30}]})
    values = decide(Low, {"school": "s", "year": 2024}, facts, Law.of(), on=ON).values
    assert values == {"below": (percent("29.5"), percent("30.5")), "verdict": True}


def test_is_known_is_never_open() -> None:
    rule = rule_of(is_known(Flag.flag))
    assert truth_of(rule, {(2024, ""): (None, 1)}) is False
    assert truth_of(rule, {(2024, ""): (False, 1)}) is True


def test_a_share_whose_whole_is_zero_is_undetermined() -> None:
    class Low(Rule, per=("school", "year"), id="t.zero"):
        verdict = share(Flag.m, of=Flag.m) >= 0

    facts = tables({(2024, ""): (None, 0)})
    assert decide(Low, {"school": "s", "year": 2024}, facts, Law.of(), on=ON).outcome == "undetermined"


def test_no_participants_is_no_result_and_not_a_low_one() -> None:
    assert judge(years([(0, 0), (20, 6), (20, 6)])).outcome == "met"
    assert judge(years([(0, 0)])).outcome == "not_applicable"
