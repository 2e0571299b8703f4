"""Oryol region: a school and one exam, at least half of the participants below the minimum.

The report lists cases of exactly 50 %, so the sign is «not less than».
"""

from __future__ import annotations

from functools import cache

from shnor_engine.law import Clause, Dated, Law, Parameters, Share, percent
from shnor_engine.packs.builtin.low_results import DECISIONS
from shnor_engine.packs.builtin.procedures import words
from shnor_engine.packs.builtin.sittings import MAIN, PERCENT_TEXTS, Sitting
from shnor_engine.packs.pack import Decision, Pack
from shnor_engine.rules import Rule, Said, Texts, Wording, case, is_known, key_of, ratio, share, titled

ACT = "анализ результатов ЕГЭ Орловской области"
ACT_EN = "analysis of the exams of Oryol region"
HALF = Clause(
    "перечень организаций с низкими результатами по предметам",
    act=ACT,
    act_en=ACT_EN,
    point_en="list of organisations with low results by subject",
    link="https://orelgrad.ru/2025/10/06",
    confidence="stated",
)


class Oryol(Parameters):
    """The value of the region, and the exams that it looks at."""

    low_share = Dated[Share](
        {"2018-01-01": percent(50)},
        ref=HALF,
        ru="результат низкий, если минимальный порог не преодолели не менее {value} участников",
        en="a result is low when at least {value} of the participants are below the minimum",
        bounds=(percent(1), percent(100)),
    )
    exams = Dated[tuple[str, ...]](
        {
            "2018-01-01": (
                "ege.biology",
                "ege.chemistry",
                "ege.foreign_language",
                "ege.geography",
                "ege.history",
                "ege.informatics",
                "ege.literature",
                "ege.mathematics.base",
                "ege.mathematics.profile",
                "ege.physics",
                "ege.russian",
                "ege.social_studies",
            )
        },
        ref=HALF,
        ru="экзамены, по которым решают",
        en="exams on which one decides",
    )


class HalfBelow(
    Rule,
    per=("school", "year", "procedure"),
    id="ru.57.subject",
    version="1.0",
    in_force="2020-01-01",
    ref=HALF,
    ru="Низкие результаты ЕГЭ по предмету",
    en="Low results in one exam",
):
    """Decided for each school and exam."""

    exam = key_of(Sitting, "procedure").is_in(Oryol.exams)
    rounded = is_known(Sitting.below_percent)
    least = ratio(Sitting.below_percent * 2 - 1, 200)
    most = ratio(Sitting.below_percent * 2 + 1, 200)
    least_reaches = least >= Oryol.low_share
    most_reaches = most >= Oryol.low_share
    reaches = share(Sitting.below_min, of=Sitting.participants) >= Oryol.low_share
    applies = exam
    verdict = case((rounded & least_reaches, True), (rounded & ~most_reaches, False), otherwise=reaches)

    texts = Texts(
        **PERCENT_TEXTS,
        reaches=titled("низкий по числу участников", "low by the number of participants"),
        exam=Said(
            ru=Wording(
                "{procedure} – экзамен из тех, по которым решают",
                "{procedure} – не экзамен из тех, по которым решают",
                title="экзамен из тех, по которым решают",
            ),
            en=Wording(
                "{procedure} is one of the exams decided on",
                "{procedure} is none of the exams decided on",
                title="one of the exams decided on",
            ),
        ),
    )


@cache
def oryol() -> Pack:
    """The pack `ru.57.subject`."""
    return Pack(
        id="ru.57.subject",
        version="1.0",
        title={"ru": "Орловская область: половина ниже минимума", "en": "Oryol region: half below the minimum"},
        jurisdiction="ru.57",
        rule=HalfBelow,
        law=Law.of(Oryol),
        bindings={Sitting: MAIN},
        decisions={
            **DECISIONS,
            "met": Decision("низкие результаты по предмету", "low results in the subject"),
            "not_met": Decision("критерию не отвечает", "criterion not met"),
        },
        source=HALF,
        confidence="stated",
        codes=words(Oryol.exams.entries[0].value),
        remarks={
            "ru": ("Источник не называет наименьшее число участников: учитываются все результаты.",),
            "en": ("The source names no least number of participants: every result counts.",),
        },
    )
