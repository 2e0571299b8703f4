"""Meaning 2 for every node about values: whatever the unknown turns out to be, the answer lies in what was said."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reasoning.values_facts import LEVELS, Card, judge, rule_of

from shnor_engine.law import Brackets, Dated, Parameters
from shnor_engine.reasoning import explain
from shnor_engine.rules import (
    Expr,
    above,
    absent,
    anything,
    below,
    case,
    days_between,
    from_,
    is_known,
    is_present,
    marginal,
    max_,
    min_,
    on,
    percent,
    period,
    ratio,
    round_,
    row,
    table,
    up_to,
    years_between,
)

FIRST, LAST = date(2023, 11, 1), date(2025, 2, 1)


class P(Parameters):
    cut = Dated[int]({"2020-01-01": 2})
    day = Dated[date]({"2020-01-01": date(2024, 2, 29)})
    scale = Dated[Brackets]({"2020-01-01": Brackets.of({-2: percent(50), 1: -1, 3: 2})})


small = st.integers(-2, 4)
modes = st.sampled_from(["half_up", "half_even", "floor", "ceil"])
Exprs: TypeAlias = "st.SearchStrategy[Expr[Any]]"


def numbers_of(x: Exprs, t: Exprs, d: Exprs) -> Exprs:
    """Numbers out of numbers, truths and days; of `x - 0` no declaration says how far it reaches."""
    return st.one_of(
        x,
        st.builds(lambda a, p, m: round_(ratio(a, 3), p, m), x, st.integers(-1, 2), modes),
        st.builds(lambda a: marginal(a, P.scale), x),
        st.builds(lambda a, b: min_(a, b) - max_(b, 1), x, x),
        st.builds(lambda a, c: table(a - 0, row(below(c), gives=a + 1), row(from_(c), gives=Card.m)), x, small),
        st.builds(lambda a, b: table((a - 0, b), *grid(a)), x, t),
        st.builds(lambda a: years_between(a, period.end) + days_between(on, a), d),
        st.builds(lambda a, b: case((a, b), otherwise=absent), t, x),
    )


def days_of(x: Exprs, t: Exprs, d: Exprs) -> Exprs:
    """Days out of days."""
    return st.one_of(
        d,
        st.builds(lambda a: a + Card.m, d),
        st.builds(lambda a: a - Card.n * 40, d),
        st.builds(lambda a, b: case((b, a), otherwise=P.day), d, t),
        st.builds(lambda a: max_(a, P.day), d),
    )


def codes_of(x: Exprs, d: Exprs) -> Exprs:
    """Codes of a scale."""
    return st.one_of(
        st.just(Card.level),
        st.builds(lambda a: LEVELS.of(table(a - 0, row(below(0), gives="low"), row(from_(0), gives="high"))), x),
        st.builds(
            lambda a: LEVELS.of(table(a + 0, row(below(P.day), gives="low"), row(from_(P.day), gives="middle"))), d
        ),
    )


def truths_of(x: Exprs, t: Exprs, d: Exprs) -> Exprs:
    """Truths out of all of them."""
    return st.one_of(
        t,
        st.builds(lambda a, c: a >= c, x, small),
        st.builds(lambda a: a < P.day, d),
        st.builds(lambda a, limit: a >= limit, codes_of(x, d), st.sampled_from(LEVELS.codes)),
        st.builds(lambda a, one: collected(a).has(one), x, st.sampled_from("ab")),
        st.builds(lambda a: is_present(a), x),
        st.builds(lambda a, b: a & ~b, t, t),
    )


plain: Exprs = st.sampled_from([Card.n, Card.m])
flags: Exprs = st.just(Card.flag)
dates: Exprs = st.just(Card.day)
numbers, truths, days = plain, flags, dates
for _ in range(2):
    numbers, truths, days = (make(numbers, truths, days) for make in (numbers_of, truths_of, days_of))
codes = codes_of(numbers, days)


def grid(x: Any) -> list[Any]:
    return [
        row(below(1), True, gives=1),
        row(from_(1), True, gives=x),
        row(up_to(1), False, gives=absent),
        row(above(1), False, gives=P.cut),
        row(absent, anything, gives=-1),
    ]


def collected(x: Any) -> Any:
    return table(
        (x - 0, Card.code), row(below(P.cut), "a", gives="a"), row(above(0), anything, gives="b"), hit="collect"
    )


cells = st.fixed_dictionaries(
    {
        "n": st.one_of(st.none(), st.integers(-6, 6)),
        "m": st.one_of(st.none(), st.integers(0, 6)),
        "flag": st.sampled_from([True, False, None]),
        "code": st.sampled_from(["a", "b", "c", None]),
        "level": st.sampled_from([*LEVELS.codes, None]),
        "day": st.tuples(st.dates(FIRST, LAST), st.integers(0, 90)).map(
            lambda pair: (pair[0], pair[0] + timedelta(days=pair[1]))
        ),
    }
)
full = {
    "n": st.integers(-6, 6),
    "m": st.integers(0, 6),
    "flag": st.booleans(),
    "code": st.sampled_from("abc"),
    "level": st.sampled_from(LEVELS.codes),
}


def completed(given_: dict[str, Any], data: st.DataObject) -> dict[str, Any]:
    known = {
        name: data.draw(full[name]) if value is None else value for name, value in given_.items() if name != "day"
    }
    first, last = given_["day"]
    return {**known, "day": first + timedelta(days=data.draw(st.integers(0, (last - first).days)))}


def inside(one: Any, said: Any) -> bool:
    """Whether what came out lies in what was said before."""
    if isinstance(said, tuple) and isinstance(one, str):
        return one in said
    if isinstance(said, tuple):
        low, high = said
        return (low is None or low <= one) and (high is None or one <= high)
    return bool(said == one)


@given(st.one_of(numbers, days, codes), cells, st.data())
@settings(max_examples=200, deadline=None)
def test_the_value_of_every_completion_lies_in_what_is_said_of_the_unknown(
    expr: Expr[Any], given_: dict[str, Any], data: st.DataObject
) -> None:
    rule = rule_of(x=expr, there=is_present(expr), known=is_known(expr))
    before = judge(rule, given_, P)
    assert before.outcome != "failed", before.error
    for _ in range(3):
        after = judge(rule, completed(given_, data), P)
        assert after.outcome != "failed", after.error
        if before.values["there"] is not None:
            assert after.values["there"] is before.values["there"]
        if before.values["there"] is True:
            assert inside(after.values["x"], before.values["x"])
        if before.values["known"]:
            assert after.values["x"] == before.values["x"]


@given(truths, cells, st.data())
@settings(max_examples=200, deadline=None)
def test_a_truth_that_is_determined_holds_for_every_completion_and_can_be_explained(
    expr: Expr[Any], given_: dict[str, Any], data: st.DataObject
) -> None:
    class_ = rule_of(x=expr)
    before = judge(class_, given_, P)
    assert before.outcome != "failed", before.error
    found = explain(before, roots=("x",))
    assert found.text("ru")
    assert found.text("en")
    assert found.to_json()
    if before.values["x"] is None:
        return
    for _ in range(3):
        assert judge(class_, completed(given_, data), P).values["x"] is before.values["x"]
