"""The methodology of 2020: two or more low results over the two years before a list, in procedures of a closed list.

Its text was not found; what is written here is held to be so by those who worked by it. The list of procedures is
less sure than the rest. A region's own list is a matter of `Law`, not of another rule.
"""

from __future__ import annotations

from functools import cache

from shnor_engine.law import Clause, Dated, Law, Parameters, Share, percent
from shnor_engine.packs.builtin.labels import DECISIONS
from shnor_engine.packs.builtin.procedures import words
from shnor_engine.packs.builtin.sittings import MAIN, MOST
from shnor_engine.packs.pack import Pack
from shnor_engine.rules import Fact, Field, Key, Rule, Texts, count, previous, share, titled

ACT = "методика выявления школ с низкими результатами 2020 года"
ACT_EN = "methodology of low results of 2020"
CRITERION = Clause("критерий", act=ACT, act_en=ACT_EN, point_en="criterion", confidence="known")
LIST = Clause("перечень процедур", act=ACT, act_en=ACT_EN, point_en="list of procedures", confidence="default")


class Fioko(Parameters):
    """The values of 2020. They are dated from 2018 because two years are looked at."""

    low_share = Dated[Share](
        {"2018-01-01": percent(30)},
        ref=CRITERION,
        ru="результат низкий, если минимальный порог не преодолели не менее {value} участников",
        en="a result is low when at least {value} of the participants are below the minimum",
        bounds=(percent(1), percent(100)),
        region_may_override=True,
    )
    min_results = Dated[int](
        {"2018-01-01": 2},
        ref=CRITERION,
        ru="низких результатов за два года нужно не менее {value}",
        en="at least {value} low results over two years are needed",
        unit="results",
        bounds=(1, 50),
    )
    procedures = Dated[tuple[str, ...]](
        {
            "2018-01-01": (
                "ege.mathematics.base",
                "ege.mathematics.profile",
                "ege.russian",
                "oge.mathematics",
                "oge.russian",
                "vpr.mathematics.5",
                "vpr.mathematics.6",
                "vpr.russian.5",
                "vpr.russian.6",
            )
        },
        ref=LIST,
        ru="процедуры, результаты которых учитываются",
        en="procedures whose results count",
    )


class ListedSitting(
    Fact,
    grain=("school", "year", Key("procedure", among=Fioko.procedures, ru="процедура", en="procedure")),
    ru="процедуры перечня",
    ru_of="процедур перечня",
    en="procedures of the list",
):
    """A procedure of the closed list: one of which nothing is reported stays unknown until its results are out."""

    participants = Field[int](
        "участников",
        en="participants",
        bounds=(0, MOST),
        unit="чел.",
        unit_en="persons",
        ask_ru="число участников: {procedure}, {year} год",
        ask_en="the number of participants: {procedure}, {year}",
    )
    below_min = Field[int](
        "не преодолели минимальный порог",
        en="below the minimum",
        bounds=(0, MOST),
        unit="чел.",
        unit_en="persons",
        actionable="down",
        ask_ru="сколько не преодолели минимальный порог: {procedure}, {year} год",
        ask_en="how many were below the minimum: {procedure}, {year}",
    )


class LowOverTwoYears(
    Rule,
    per=("school", "year"),
    id="ru.shnor.c",
    version="1.0",
    in_force="2020-01-01",
    ref=CRITERION,
    ru="Низкие образовательные результаты: два и более низких результата за два года",
    en="Low results: two or more over two years",
):
    """Low results of the year and of the year before are counted together."""

    low = share(ListedSitting.below_min, of=ListedSitting.participants) >= Fioko.low_share
    in_year = count(ListedSitting, where=low)
    in_both_years = in_year + previous(in_year)
    verdict = in_both_years >= Fioko.min_results

    texts = Texts(
        low=titled("низкий результат процедуры", "low result of a procedure"),
        in_year=titled("число низких результатов года", "number of low results of a year"),
        in_both_years=titled("число низких результатов двух лет", "number of low results of two years"),
    )


@cache
def fioko_2020() -> Pack:
    """The pack `ru.shnor.c`."""
    return Pack(
        id="ru.shnor.c",
        version="1.0",
        title={"ru": "ШНОР, методика 2020 года", "en": "Low results, methodology of 2020"},
        jurisdiction="ru",
        rule=LowOverTwoYears,
        law=Law.of(Fioko),
        bindings={ListedSitting: MAIN},
        decisions=DECISIONS,
        source=CRITERION,
        confidence="known",
        codes=words(Fioko.procedures.entries[0].value),
        remarks={
            "ru": (
                "Текст методики 2020 года не найден: порог, число результатов и перечень процедур записаны со слов.",
                "Перечень процедур надёжно не подтверждён; с изменением перечня меняется и решение.",
            ),
            "en": (
                "The text of 2020 was not found: the threshold, the number of results and the list are from memory.",
                "The list of procedures is not confirmed; another list may give another decision.",
            ),
        },
    )
