"""Days, tables, scales and weights as prose: every word is read off the tree."""

from __future__ import annotations

from datetime import date

import pytest
from tests.reasoning.values_facts import ON, Card
from tests.rules.every_value import EveryValue, V

from shnor_engine.law import Brackets, Clause, Dated, Law, Parameters
from shnor_engine.reasoning import describe
from shnor_engine.rules import (
    Rule,
    Scale,
    above,
    anything,
    below,
    from_,
    marginal,
    percent,
    period,
    round_,
    row,
    table,
    years_between,
)

LEVELS = Scale("poor", "good")


class D(Parameters):
    cut = Dated[int]({"2020-01-01": 3}, ref=Clause("п. 1"), ru="порог", en="the cut", unit="чел.")
    start = Dated[date]({"2020-01-01": date(2020, 9, 1)}, ref=Clause("п. 2"), ru="начало", en="the start")
    scale = Dated[Brackets](
        {"2020-01-01": Brackets.of({0: percent("2.5"), 4: percent(10)})}, ref=Clause("п. 3"), ru="шкала", en="scale"
    )


class Said(Rule, per=("school", "year"), id="t.said", version="1", in_force="2020-01-01", ref=Clause("приказ")):
    age = years_between(Card.day, period.end)
    level = LEVELS.of(
        table(
            (Card.m, Card.flag),
            row(below(D.cut), anything, gives="poor", ref=Clause("п. 4.1")),
            row(from_(D.cut).up_to(6), True, gives="good"),
            otherwise="poor",
        )
    )
    tags = table(Card.day, row(above(D.start), gives="new"), row(below(D.start), gives="old"), hit="collect")
    taken = round_(marginal(Card.m, D.scale), 2, "half_even")
    verdict = (level >= "good") & tags.has("new") & (taken > 0)


RUSSIAN = """\
t.said, версия 1. Действует с 01.01.2020. Основание: приказ.

Правила
1. Для сведения: полных лет (от: день; до: последний день периода).
2. По таблице (второе; признак): 1) менее 3, любое значение – «слабый» (п. 4.1); \
2) не менее 3 и не более 6, да – «good»; в остальных случаях – «слабый» (шкала: «слабый» < «good»).
3. Все подходящие строки таблицы (день): 1) позже 01.09.2020 – «new»; 2) ранее 01.09.2020 – «old».
4. (по шкале (с 0 – 2,5 %; с 4 – 10 %) от «второе») с округлением до сотых (половина – к чётному).
5. Условия выполнены, если: (п. 2 не ниже «good» и среди кодов п. 3: «new») и п. 4 – более 0.

Значения
– порог – 3 (п. 1, действует с 01.01.2020).
– шкала – с 0 – 2,5 %; с 4 – 10 % (п. 3, действует с 01.01.2020).
– начало – 01.09.2020 (п. 2, действует с 01.01.2020)."""


def test_a_methodology_of_days_and_tables_reads_as_one() -> None:
    assert describe(Said, Law.of(D), on=ON, codes={"poor": "слабый"}) == RUSSIAN


def test_and_in_english() -> None:
    said = describe(Said, Law.of(D), on=ON, language="en")
    assert "1. For information: full years (day to the last day of the period)." in said
    assert "1) less than 3, any value – «poor» (п. 4.1); 2) at least 3 and at most 6, yes – «good»" in said
    assert "3. All rows that hold of the table (day): 1) after 2020-09-01 – «new»" in said
    assert (
        "(by the scale (from 0 – 2.5%; from 4 – 10%) of «second») rounded to hundredths (a half to the even)" in said
    )
    assert "(point 2 at least «good» and among the codes point 3: «new») and point 4 more than 0" in said


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_node_about_values_has_a_phrase(language: str) -> None:
    said = describe(EveryValue, Law.of(V), on=ON, language=language)
    assert "object at" not in said
    assert "None" not in said
    assert "условие" not in said
    assert said.count("\n") >= len(EveryValue.tree.clauses)
