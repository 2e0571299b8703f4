"""Facts and shortcuts that the tests of values, days, tables and weights share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from shnor_engine.law import Law, Parameters
from shnor_engine.reasoning import Facts, Verdict, decide
from shnor_engine.rules import Expr, Fact, Field, Rule, Scale, Share, is_known

ON = date(2024, 12, 31)
KEYS = {"school": "s", "year": 2024}
LEVELS = Scale("low", "middle", "high")


class Card(Fact, grain=("school", "year"), ru="карточка", en="card"):
    n = Field[int]("число", en="number", bounds=(-6, 6))
    m = Field[int]("второе", en="second", bounds=(0, 6), unit="чел.", unit_en="persons")
    part = Field[Share]("доля", en="share")
    code = Field[str]("код", en="code", among=("a", "b", "c"))
    free = Field[str]("любой код", en="free code")
    level = Field[str]("уровень", en="level", among=LEVELS)
    flag = Field[bool]("признак", en="flag")
    day = Field[date]("день", en="day", bounds=(date(1990, 1, 1), date(2035, 1, 1)))
    end = Field[date]("конец", en="end")


def card(**cells: Any) -> dict[str, Any]:
    return {**KEYS, **dict.fromkeys(Card.fields()), "events": ["card"], **cells}


def rule_of(**clauses: Expr[Any]) -> type[Rule]:
    first = next(iter(clauses.values()))
    made = type("Asked", (Rule,), {**clauses, "verdict": is_known(first)}, per=("school", "year"), id="t.asked")
    assert issubclass(made, Rule)
    return made


def judge(
    rule: type[Rule],
    cells: Mapping[str, Any],
    *parameters: type[Parameters],
    closed: bool = False,
    on: date = ON,
    **more: Any,
) -> Verdict:
    facts = Facts.of({Card: [card(**cells)]}, closed=closed)
    law = more.pop("law", None) or Law.of(*parameters)
    return decide(rule, {**KEYS, **more.pop("keys", {})}, facts, law, on=on, **more)


def value(expr: Expr[Any], *parameters: type[Parameters], **cells: Any) -> Any:
    """What an expression is worth on one card."""
    verdict = judge(rule_of(x=expr), cells, *parameters)
    assert verdict.outcome != "failed", verdict.error
    return verdict.values["x"]
