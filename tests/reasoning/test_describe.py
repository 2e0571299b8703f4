"""The methodology as prose: numbered points, values with sources; everything is read off the tree."""

from __future__ import annotations

from datetime import date

import pytest
from tests.reasoning.methodology import ON, LowResults, P, Strictly
from tests.rules.test_tree import Everything

from shnor_engine.law import Law
from shnor_engine.packs import builtin_packs
from shnor_engine.reasoning import describe
from shnor_engine.rules import Fact, Field, Rule, Said, Texts, Wording

MONITORING = """\
Муниципальный мониторинг перечня ШНОР (ru.municipal.monitoring, версия 1.0). Действует с 01.01.2020. \
Основание: порядок мониторинга, принятый в библиотеке по умолчанию, п. 1.

Правила
1. Школа в перечне.
2. В каждом из последних 2 лет: не выполнен п. 1.
3. Известно, выполнен ли п. 1, и выполнен п. 1.
4. Хотя бы в одном году с начала наблюдений: выполнен п. 3.
5. Если выполнен п. 1, то «в перечне»; если не выполнен п. 2, то «под наблюдением»; \
если выполнен п. 4, то «устойчиво вышла»; иначе «ни в одном известном перечне».
6. Условия выполнены, если п. 5 – «в перечне» или «под наблюдением».

Значения
– сопровождение заканчивается, когда школы нет в перечнях за 2 года подряд \
(порядок мониторинга, принятый в библиотеке по умолчанию, п. 2, действует с 01.01.2020, \
регион может установить своё)."""


def test_the_monitoring_reads_as_a_methodology() -> None:
    said = builtin_packs()[0].describe(on=date(2024, 12, 23))
    assert said.startswith(MONITORING)
    assert "– под наблюдением: школа остаётся на сопровождении" in said
    assert said.endswith("п. 1 (принято составителем методики).")


def test_a_share_rule_reads_with_its_values() -> None:
    said = describe(LowResults, Law.of(P), on=ON)
    assert "2. Доля «ниже минимума из числа участников» – не менее 30 %." in said
    assert "3. Число записей «процедуры», для которых выполнены п. 1 и п. 2, – не менее 2." in said
    assert "4. Правило применяется, если в каждом из последних 2 лет: " in said
    assert "– P.low_share – 30 % (3.1, действует с 01.01.2020, регион может установить своё)." in said


def test_an_exception_differs_in_the_one_point_that_it_says_anew() -> None:
    one, other = (describe(rule, Law.of(P), on=ON).splitlines()[1:] for rule in (LowResults, Strictly))
    differing = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    assert [b for _, b in differing] == ["2. Доля «ниже минимума из числа участников» – более 30 %."]


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_node_has_a_phrase(language: str) -> None:
    said = describe(Everything, Law.of(P), on=ON, language=language)
    assert "object at" not in said
    assert "None" not in said
    assert said.count("\n") >= len(Everything.tree.clauses)


def test_a_value_that_does_not_stand_on_the_day_is_said_to_be_missing() -> None:
    assert "P.low_share: значения на этот день нет." in describe(LowResults, Law.of(P), on=date(2019, 1, 1))


class Small(Fact, grain=("school", "year")):
    n = Field[int]("участников", en="participants")


class Aside(Rule, per=("school", "year"), id="t.aside"):
    texts = Texts(
        few=Said(Wording("мало", "не мало", title="мало участников"), Wording("few", "not few", title="few"))
    )
    least = Small.n >= 3
    few = Small.n < 11
    very = few & (Small.n < 4)
    applies = Small.n >= 1
    verdict = ~least


def test_a_point_on_which_no_decision_rests_says_so() -> None:
    points = describe(Aside, Law.of(), on=ON).splitlines()
    assert "1. Участников – не менее 3." in points
    assert "2. Мало участников (для сведения): участников – менее 11." in points
    assert "3. Для сведения: выполнен п. 2 и участников – менее 4." in points
    assert "2. Few (for information): participants less than 11." in describe(Aside, Law.of(), on=ON, language="en")
    decides = describe(Aside, Law.of(), on=ON, decides="very")
    assert "для сведения" not in decides.lower()


def test_a_rule_that_says_no_day_names_no_first_day_of_time() -> None:
    assert describe(Aside, Law.of(), on=ON).startswith("t.aside, версия 1. День вступления в силу не указан.")
    assert "The day from which it is in force is not said." in describe(Aside, Law.of(), on=ON, language="en")


def test_condition_one_is_for_information_where_only_condition_two_decides() -> None:
    pack = next(pack for pack in builtin_packs() if pack.id == "ru.shnor.b")
    text = pack.describe(on=ON)
    assert "9. Условие 1 (для сведения): " in text
    assert "13. Условие 2: " in text
