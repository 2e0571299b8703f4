"""How codes that the law lists, choices and earlier periods read in a methodology and in an explanation."""

from __future__ import annotations

from datetime import date
from typing import Any

from shnor_engine.law import Clause, Dated, Law, Parameters
from shnor_engine.reasoning import Facts, decide, describe, explain
from shnor_engine.rules import Expr, Fact, Field, Rule, case, count, previous

ON = date(2024, 12, 31)
REF = Clause("1", act="приказ")


class P(Parameters):
    sorts = Dated[tuple[str, ...]](
        {"2020-01-01": ("a",), "2023-01-01": ("a", "b")}, ref=REF, ru="виды", en="sorts counted"
    )
    one = Dated[str]({"2020-01-01": "c"}, ref=REF, ru="главный вид", en="the main sort")


class Unit(Fact, grain=("unit", "year"), ru="подсчёты", en="counts"):
    n = Field[int]("баллов", en="points", bounds=(0, 100))
    sort = Field[str]("вид", en="sort")


class Row(Fact, grain=("unit", "year", "who"), ru="строки", en="rows", ru_of="строк"):
    sort = Field[str]("вид", en="sort")


LAW = Law.of(P)
KEYS = {"unit": "u", "year": 2024}


def told(clause: Expr[bool], language: str = "ru") -> tuple[str, str]:
    """The point of the methodology, and the first reason of a decision."""
    rule = type(Rule)("R", (Rule,), {"verdict": clause}, per=("unit", "year"), id="t.words", in_force="2020-01-01")
    units = [{"unit": "u", "year": 2023, "n": 40, "sort": "a"}, {**KEYS, "n": 55, "sort": "b"}]
    rows: dict[Any, Any] = {Unit: units, Row: [{**KEYS, "who": who, "sort": sort} for who, sort in ("1a", "2x")]}
    facts = Facts.of({fact: rows[fact] for fact in rule.tree.facts}, closed=True)
    said = explain(decide(rule, KEYS, facts, LAW, on=ON)).text(language).splitlines()
    point = next(line for line in describe(rule, LAW, on=ON, language=language).splitlines() if line[:2] == "1.")
    return point, "\n".join(line for line in said if line.lstrip().startswith("–"))


def test_codes_that_the_law_lists_read_as_one_of_them_and_not_as_a_table() -> None:
    point, reason = told(Unit.sort.is_in(P.sorts))
    assert point == "1. Условия выполнены, если вид – одно из: a; b."
    assert reason == "– вид: b; условие: «a» или «b» – выполнено."
    point, reason = told(Unit.sort.is_(P.one))
    assert point == "1. Условия выполнены, если вид – c."
    assert reason == "– вид: b; условие: «c» – не выполнено."
    point, reason = told(Unit.sort.is_in(P.sorts), "en")
    assert point == "1. The conditions are met if sort – one of: a; b."
    assert "sort: b; condition: «a» or «b» – met" in reason


def test_rows_that_are_counted_by_such_codes_read_so_too() -> None:
    point, reason = told(count(Row, where=Row.sort.is_in(P.sorts)) >= 1)
    assert "для которых вид – одно из: a; b, – не менее 1." in point
    assert "таблиц" not in point + reason


def test_a_choice_inside_a_condition_stands_in_brackets() -> None:
    point, _ = told(case((Unit.n >= 80, "hi"), otherwise="lo").is_("hi"))
    assert point == "1. Условия выполнены, если (если баллов – не менее 80, то «hi»; иначе «lo») – «hi»."


def test_what_is_taken_of_an_earlier_period_says_so_inside_a_sum() -> None:
    _, reason = told(Unit.n - previous(Unit.n) >= 10)
    assert reason.startswith("– баллов − баллов (периодом ранее): 15; условие: не менее 10 – выполнено")
