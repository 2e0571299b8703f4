"""What cannot be declared is refused where it is written: facts, fields, values of the law, tables, statuses."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from shnor_engine.errors import LawError, RuleSyntax
from shnor_engine.law import Brackets, Dated, Law, Override, Parameters, Since, percent
from shnor_engine.rules import Fact, Field, Key, Rule, from_, row, status, table


class Unit(Fact, grain=("school", "year")):
    points = Field[int]("баллы", bounds=(0, 10))


class P(Parameters):
    share = Dated[Fraction]({"2020-01-01": percent(30)}, region_may_override=True)
    fixed = Dated[int]({"2020-01-01": 3}, bounds=(1, 9))


def fact(grain: tuple[Any, ...] = ("school", "year"), **fields: Any) -> type[Fact]:
    return type(Fact)("Made", (Fact,), fields, grain=grain)


def rule(**given: Any) -> Any:
    return type(Rule)(
        "R", (Rule,), {"verdict": Unit.points >= 1}, **{"per": ("school", "year"), "id": "t.r", **given}
    )


FACTS: list[tuple[Callable[[], Any], str]] = [
    (lambda: fact(n=Field("n")), "Made.n: say the type: Field[int]"),
    (lambda: fact(n=Field[float]("n")), "Made.n: say the type: Field[int]"),
    (lambda: fact(n=Field[int]("n", bounds=(5, 1))), "Made.n: no value lies in the bounds 5..1"),
    (lambda: fact(n=Field[str]("n", actionable="up")), "Made.n: what is actionable is counted in whole units"),
    (lambda: fact(grain=("school", "year", "quarter")), "Made: two period keys (year, quarter)"),
    (lambda: fact(year=Field[int]("n")), "Made: year is a key of the grain and a field"),
    (lambda: fact(grain=("school", Key("year", gaps=("2020",)))), "key year: gap '2020' is no period of it"),
    (lambda: table(Unit.points, row(from_(1), gives="a"), hit="first"), "there is no hit policy 'first'"),  # type: ignore[call-overload]
    (lambda: status("in", "in", start="in", moves=[]), "a status names each state once"),
]
VALUES: list[tuple[Callable[[], Any], str]] = [
    (lambda: Dated[int]({"2020-02-30": 1}), "'2020-02-30' is no day"),
    (lambda: Dated[int]({"01.09.2020": 1}), "'01.09.2020' is no day"),
    (lambda: Dated[int]({"2020-01-01": 1}, review_by="2021"), "'2021' is no day"),
    (lambda: rule(in_force="2020-13-01"), "'2020-13-01' is no day"),
    (lambda: Dated[Any]({"2020-01-01": 0.3}), "0.3 is a float"),
    (lambda: Dated[Any]({"2020-01-01": 1, "2021-01-01": "a"}), "'a' is of another kind than 1"),
    (lambda: Dated[int]({}), "a parameter needs at least one value"),
    (
        lambda: Dated[int]([Since.on("2020-01-01", 1), Since.on("2020-01-01", 2)]),
        "two values from 2020-01-01 on, 1 and 2",
    ),
    (lambda: Dated[int]([Since.on("2020-01-01", 1, until="2020-01-01")]), "can not end on 2020-01-01"),
    (lambda: Override.of("ru.77", P.fixed, {"2020-01-01": 4}), "the law lets no region set it"),
    (lambda: Law.of(P, overrides=[Override.of("a", P.share, {"2020-01-01": percent(1)})] * 2), "in 2 overrides"),
    (lambda: Brackets.of({}), "a marginal scale needs at least one bracket"),
]


@pytest.mark.parametrize(("make", "problem"), [*FACTS, *VALUES], ids=[problem for _, problem in [*FACTS, *VALUES]])
def test_what_cannot_be_declared_is_refused_at_the_authors_line(make: Callable[[], Any], problem: str) -> None:
    with pytest.raises(LawError if (make, problem) in VALUES else RuleSyntax) as caught:
        make()
    assert problem in str(caught.value)
    assert caught.value.where in {f"{__file__}:{line}" for of in (make, fact, rule) for line in lines(of)}


def lines(of: Callable[..., Any]) -> range:
    """The lines on which a function is written."""
    source, first = inspect.getsourcelines(of)
    return range(first, first + len(source))


def test_a_letter_that_replaces_a_value_of_the_same_day_is_no_second_value() -> None:
    first, second = Since.on("2020-01-01", 1, known="2020-01-01"), Since.on("2020-01-01", 2, known="2020-01-08")
    assert [entry.value for entry in Dated[int]([second, first]).entries] == [1, 2]
