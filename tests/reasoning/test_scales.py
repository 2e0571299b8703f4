"""Ordered codes: places on a scale, unknown codes, fields and computed codes, keys as codes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.reasoning.values_facts import KEYS, LEVELS, ON, Card, judge, rule_of, value

from shnor_engine.errors import RuleSyntax
from shnor_engine.law import Dated, Law, Parameters
from shnor_engine.reasoning import Facts, decide, explain
from shnor_engine.rules import Fact, Field, Key, Rule, Scale, absent, case, count, is_present, key_of, sum_, table
from shnor_engine.rules import row as table_row

ORDER = LEVELS.codes
OPS: dict[str, Any] = {
    ">=": lambda a, b: a >= b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    "<": lambda a, b: a < b,
}


class Wanted(Parameters):
    level = Dated[str]({"2020-01-01": "middle"})


@given(st.sampled_from(ORDER), st.sampled_from(ORDER), st.sampled_from(list(OPS)))
def test_codes_of_a_scale_compare_by_their_places(own: str, limit: str, op: str) -> None:
    asked = OPS[op](Card.level, limit)
    assert value(asked, level=own) is OPS[op](ORDER.index(own), ORDER.index(limit))
    seen = {OPS[op](ORDER.index(code), ORDER.index(limit)) for code in ORDER}
    assert value(asked, level=None) is (seen.pop() if len(seen) == 1 else None)


def test_a_computed_code_stands_on_the_scale_that_it_is_put_on() -> None:
    level = LEVELS.of(case((Card.m > 3, "high"), (Card.m > 1, "middle"), otherwise="low"))
    assert value(level >= "middle", m=2) is True
    assert value(level >= Wanted.level, Wanted, m=1) is False
    assert value(level.between("low", "middle"), m=6) is False
    assert value(level < Card.level, m=0, level="middle") is True
    assert value(level) == ("high", "low", "middle")


def test_an_absent_code_is_undetermined_on_a_scale() -> None:
    level = LEVELS.of(case((Card.m > 3, "high"), otherwise=absent))
    assert value(level >= "low", m=1) is None
    assert value(is_present(level), m=1) is False
    assert value(level, m=1) is None
    assert value(level) == ("high",)


def test_a_code_that_is_not_on_the_scale_is_refused_or_fails() -> None:
    with pytest.raises(RuleSyntax, match="«top» is not on the scale low < middle < high"):
        Card.level >= "top"  # noqa: B015
    with pytest.raises(RuleSyntax, match="codes have no order of their own"):
        Card.code >= "a"  # noqa: B015
    with pytest.raises(RuleSyntax, match="two scales"):
        Card.level >= Scale("a", "b").of(Card.code)  # noqa: B015
    with pytest.raises(RuleSyntax, match="two different codes"):
        Scale("one")
    verdict = judge(rule_of(x=Scale("a", "b").of(Card.code)), {"code": "c"})
    assert "«c» is not on the scale a < b" in verdict.error


def test_a_place_on_a_scale_is_explained() -> None:
    class Good(Rule, per=("school", "year"), id="t.good"):
        verdict = Card.level >= "middle"

    found = explain(judge(Good, {"level": "low"}))
    assert "уровень: low; условие: не ниже «middle» – не выполнено" in found.text("ru")
    assert "level: low; condition: at least «middle» – not met" in found.text("en")


def test_a_code_is_looked_up_in_a_list_of_the_law() -> None:
    class Codes(Parameters):
        special = Dated[tuple[str, ...]]({"2020-01-01": ("a",), "2024-01-01": ("a", "b")}, ru="особые", en="special")
        one = Dated[str]({"2020-01-01": "c"})

    asked = Card.code.is_in(Codes.special)
    assert [value(asked, Codes, code=code) for code in ("a", "b", "c", None)] == [True, True, False, None]
    assert value(Card.code.is_in(Codes.special.on("2021-01-01")), Codes, code="b") is False
    assert value(Card.code.is_in(Codes.special, "c"), Codes, code=None) is True
    assert value(Card.code.is_(Codes.one), Codes, code="c") is True
    assert value(~Card.code.is_(Codes.one), Codes, code="a") is True
    assert value(Card.free.is_in(Codes.special), Codes) is None
    said = explain(judge(rule_of(x=asked), {"code": "b"}, Codes), roots=("x",)).text("ru")
    assert "код: b; условие: «a» или «b» – выполнено" in said
    assert "особые – a; b" in said


# --- keys -------------------------------------------------------------------------------------------


class Lists(Parameters):
    kinds = Dated[tuple[str, ...]]({"2020-01-01": ("a", "b"), "2024-01-01": ("a", "b", "c")}, ru="виды", en="kinds")


class Part(Fact, grain=("school", "year", Key("kind", among=Lists.kinds)), ru="части", en="parts"):
    n = Field[int]("n", bounds=(0, 5))


class Parts(Rule, per=("school", "year"), id="t.parts"):
    worth = table(key_of(Part, "kind"), table_row("a", gives=10), otherwise=1)
    total = sum_(Part.n * worth)
    many = count(Part)
    verdict = many >= 2


def parts(year: int, *cells: tuple[str, int | None], closed: Any = False, when: int | None = None) -> dict[str, Any]:
    rows = [{"school": "s", "year": when or year, "kind": kind, "n": n, "events": [kind]} for kind, n in cells]
    facts = Facts.of({Part: rows}, closed=closed if isinstance(closed, bool) else {Part: closed})
    verdict = decide(Parts, {"school": "s", "year": year}, facts, Law.of(Lists), on=ON)
    assert verdict.outcome != "failed", verdict.error
    return verdict.values


def test_a_key_is_read_as_a_code_of_its_row() -> None:
    assert parts(2023, ("a", 2), ("b", 3))["total"] == 23
    with pytest.raises(RuleSyntax, match="Part has no key «kin»"):
        key_of(Part, "kin")
    with pytest.raises(RuleSyntax, match="is a period, not a code"):
        key_of(Part, "year")


def test_the_list_in_force_at_the_instant_is_the_universe() -> None:
    assert parts(2023, ("a", 2))["many"] == (1, 2)
    assert parts(2024, ("a", 2))["many"] == (1, 3)
    assert parts(2024, ("a", 2))["total"] == (20, 30)
    assert parts(2024, ("a", 2), closed=[{"kind": "b"}])["many"] == (1, 2)
    assert parts(2024, ("a", 2), closed=True)["many"] == 1


def test_a_row_whose_code_is_not_on_the_list_in_force_takes_no_part() -> None:
    assert parts(2023, ("a", 2), ("b", 1), ("c", 4)) == {"total": 21, "many": 2, "verdict": True}
    assert parts(2024, ("a", 2), ("b", 1), ("c", 4))["many"] == 3


def test_a_code_that_no_list_ever_held_is_refused() -> None:
    with pytest.raises(ValueError, match="key kind is 'z', not one of a, b, c"):
        parts(2024, ("z", 1))


def test_the_list_belongs_to_the_law_of_the_rule_and_to_its_explanation() -> None:
    assert [param.key for param in Parts.tree.parameters] == ["Lists.kinds"]
    rows = [{**KEYS, "kind": "a", "n": 2}]
    verdict = decide(Parts, KEYS, Facts.of({Part: rows}, closed=True), Law.of(Lists), on=ON)
    assert "виды – a; b; c" in explain(verdict).text("ru")


def test_codes_of_an_unreported_row_are_any_of_the_list() -> None:
    class Free(Fact, grain=("school", "year", "kind")):
        n = Field[int]("n", bounds=(0, 5))

    class Open(Rule, per=("school", "year"), id="t.open"):
        worth = table(key_of(Free, "kind"), table_row("a", gives=10), otherwise=1)
        total = sum_(worth)
        verdict = total >= 0

    facts = Facts.of({Free: [{**KEYS, "kind": "a", "n": 0}]})
    values = decide(Open, KEYS, facts, Law.of(), on=ON).values
    assert values == {"total": (10, None), "verdict": True}
