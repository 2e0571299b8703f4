"""Meaning 3: a value is held, absent or unknown; what closes a set; `is_present`, `is_known`, `assume`."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from tests.reasoning.methodology import ON

from shnor_engine.errors import FactError
from shnor_engine.law import Law
from shnor_engine.reasoning import Closing, Facts, Verdict, decide
from shnor_engine.rules import (
    Expr,
    Fact,
    Field,
    Key,
    Rule,
    all_,
    any_,
    assume,
    count,
    is_known,
    is_present,
    max_of,
    mean,
    min_of,
    only,
    sum_,
)

KEYS = {"school": "s", "year": 2024}


class Declared(Fact, grain=("school", "year", Key("kind", among=("a", "b", "c")))):
    n = Field[int]("n", bounds=(0, 5))


class Free(Fact, grain=("school", "year", "kind")):
    n = Field[int]("n", bounds=(0, 5))


class Flag(Fact, grain=("school", "year")):
    flag = Field[bool]("flag")
    m = Field[int]("m", bounds=(0, 5))


def rows(*pairs: tuple[str, int | None]) -> list[dict[str, Any]]:
    return [{**KEYS, "kind": kind, "n": n, "events": [kind]} for kind, n in pairs]


def value(fact: type[Fact], table: list[dict[str, Any]], expr: Expr[Any], closed: Any = False) -> Any:
    return values(fact, table, expr, closed).values["x"]


def values(fact: type[Fact], table: list[dict[str, Any]], expr: Expr[Any], closed: Any = False) -> Verdict:
    class Asked(Rule, per=("school", "year"), id="t.asked"):
        x = expr
        verdict = is_known(x)

    verdict = decide(Asked, KEYS, Facts.of({fact: table}, closed={fact: closed}), Law.of(), on=ON)
    assert verdict.outcome != "failed", verdict.error
    return verdict


def test_without_a_declared_universe_a_set_is_open_above_until_it_is_closed() -> None:
    assert value(Free, rows(("a", 1)), count(Free)) == (1, None)
    assert value(Free, rows(("a", 1)), count(Free), True) == 1
    assert value(Free, rows(("a", 1)), count(Free), [{"year": 2024, "events": ["closed"]}]) == 1
    assert value(Free, rows(("a", 1)), count(Free), [{"year": 2023}]) == (1, None)
    assert value(Free, rows(("a", 1)), count(Free), [{"year": 2024, "kind": "a"}]) == (1, None)


def test_in_a_declared_universe_an_unreported_row_is_unknown_until_its_keys_are_closed() -> None:
    assert value(Declared, rows(("a", 1)), count(Declared)) == (1, 3)
    assert value(Declared, rows(("a", 1)), count(Declared), [{"kind": "b"}]) == (1, 2)
    assert value(Declared, rows(("a", 1)), count(Declared), [{"kind": "b"}, {"kind": "c"}]) == 1


def test_sums_and_extremes_count_rows_that_may_exist() -> None:
    table = rows(("a", 2), ("b", None))
    assert value(Declared, table, sum_(Declared.n)) == (2, 12)
    assert value(Declared, table, sum_(Declared.n), True) == (2, 7)
    assert value(Declared, table, max_of(Declared.n), True) == (2, 5)
    assert value(Declared, table, min_of(Declared.n), True) == (0, 2)
    assert value(Free, rows(("a", 2)), sum_(Free.n)) == (2, None)
    assert value(Free, rows(("a", 2)), min_of(Free.n)) == (0, 2)


def test_the_mean_is_exact_where_every_row_is_and_a_range_elsewhere() -> None:
    assert value(Free, rows(("a", 1), ("b", 2)), mean(Free.n), True) == Fraction(3, 2)
    assert value(Free, rows(("a", 1), ("b", None)), mean(Free.n), True) == (Fraction(1, 2), 3)
    assert value(Free, rows(("a", 1), ("b", 2)), mean(Free.n)) == (0, 5)
    assert value(Free, [], is_present(mean(Free.n)), True) is False


def test_only_takes_the_one_row_and_refuses_several() -> None:
    assert value(Free, rows(("a", 4)), only(Free.n), True) == 4
    assert value(Free, rows(("a", 4), ("b", 1)), only(Free.n, where=Free.n >= 2), True) == 4
    assert value(Free, rows(("a", 4)), is_present(only(Free.n))) is None
    assert value(Free, [], is_present(only(Free.n)), True) is False

    class Several(Rule, per=("school", "year"), id="t.several"):
        verdict = only(Free.n) >= 1

    facts = Facts.of({Free: rows(("a", 4), ("b", 1))}, closed=True)
    verdict = decide(Several, KEYS, facts, Law.of(), on=ON)
    assert verdict.outcome == "failed"
    assert "met 2 rows; narrow it by where=" in verdict.error


def test_a_fact_that_was_not_given_at_all_is_refused_before_anything_is_decided() -> None:
    class Reads(Rule, per=("school", "year"), id="t.reads"):
        verdict = count(Free) >= 1

    with pytest.raises(FactError, match=r"rule t\.reads reads Free; give a table for it"):
        decide(Reads, KEYS, Facts.of({}), Law.of(), on=ON)
    with pytest.raises(FactError, match="decides per school, year; the keys given are school"):
        decide(Reads, {"school": "s"}, Facts.of({Free: []}), Law.of(), on=ON)


def test_truths_over_rows_that_may_exist() -> None:
    assert value(Free, rows(("a", 2)), any_(Free.n >= 2)) is True
    assert value(Free, rows(("a", 2)), any_(Free.n >= 3)) is None
    assert value(Free, rows(("a", 2)), any_(Free.n >= 3), True) is False
    assert value(Free, rows(("a", 2)), all_(Free.n >= 2)) is None
    assert value(Free, rows(("a", 2)), all_(Free.n >= 2), True) is True
    assert value(Free, rows(("a", 2)), all_(Free.n >= 3)) is False


def test_an_unreported_row_that_could_not_count_whatever_it_holds_leaves_nothing_open() -> None:
    assert value(Free, rows(("a", 2)), count(Free, where=Free.n >= 9)) == 0
    assert value(Free, rows(("a", 2)), any_(Free.n > 5)) is False
    assert value(Free, rows(("a", 2)), all_(Free.n <= 5)) is True
    assert value(Free, rows(("a", 2)), sum_(Free.n, where=Free.n > 5)) == 0


def test_over_no_row_the_sum_is_zero_and_the_extremes_are_absent() -> None:
    assert value(Free, [], sum_(Free.n), True) == 0
    assert value(Free, [], is_present(max_of(Free.n)), True) is False
    assert value(Free, [], max_of(Free.n) >= 0, True) is None
    assert value(Free, [], any_(Free.n >= 0), True) is False
    assert value(Free, [], all_(Free.n >= 9), True) is True


def test_a_truth_that_is_closed_away_is_false_and_a_number_absent() -> None:
    assert value(Flag, [], Flag.flag) is None
    assert value(Flag, [], Flag.flag, True) is False
    assert value(Flag, [], Flag.m >= 0, True) is None
    assert value(Flag, [], Flag.m >= 0) is None


def test_is_present_is_kleene_and_is_known_two_valued() -> None:
    held, unknown = [{**KEYS, "flag": True, "m": 3}], [{**KEYS, "flag": None, "m": None}]
    asked = [
        (held, False, True, True),
        (unknown, False, True, False),
        ([], False, None, False),
        ([], True, False, False),
    ]
    for table, closed, present, known in asked:
        assert value(Flag, table, is_present(Flag.m), closed) is present
        assert value(Flag, table, is_known(Flag.m), closed) is known
        assert value(Flag, table, is_known(Flag.flag), closed) is known


def test_an_assumption_stands_in_for_what_is_not_known_and_only_for_that() -> None:
    assert value(Flag, [{**KEYS, "flag": None, "m": 3}], assume(Flag.flag, False)) is False
    assert value(Flag, [{**KEYS, "flag": True, "m": 3}], assume(Flag.flag, False)) is True
    assert value(Flag, [], assume(Flag.m, 4) + 1) == 5


def test_a_row_outside_the_declared_universe_is_refused() -> None:
    with pytest.raises(FactError, match="key kind is 'z', not one of a, b, c"):
        Facts.of({Declared: rows(("z", 1))})


def test_closed_keys_must_be_keys_of_the_fact() -> None:
    with pytest.raises(FactError, match="closed keys month are no keys of Free"):
        Facts.of({Free: []}, closed={Free: [Closing({"month": 1})]})
