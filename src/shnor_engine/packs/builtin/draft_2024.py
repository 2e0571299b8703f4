"""The draft risk indicators of 2024: a graduate below the minimum in a compulsory exam, a failed diagnostic work.

A draft has no force: by it one may calculate, and no decision may be recorded.
"""

from __future__ import annotations

from functools import cache

from shnor_engine.law import Clause, Dated, Law, Parameters, Share, percent
from shnor_engine.packs.builtin.labels import DECISIONS
from shnor_engine.packs.builtin.procedures import words
from shnor_engine.packs.builtin.sittings import FINAL, Sitting
from shnor_engine.packs.pack import Decision, Pack
from shnor_engine.rules import Rule, Said, Texts, Wording, any_, key_of, share, titled

ACT = "проект индикаторов риска нарушения обязательных требований, 2024 год"
ACT_EN = "draft risk indicators of 2024"
LINK = "https://base.garant.ru/56991793"
GRADUATE = Clause(
    "индикатор: выпускники", act=ACT, act_en=ACT_EN, point_en="graduates", link=LINK, confidence="known"
)
DIAGNOSTIC = Clause(
    "индикатор: диагностическая работа",
    act=ACT,
    act_en=ACT_EN,
    point_en="diagnostic work",
    link=LINK,
    confidence="known",
)


class Draft(Parameters):
    """The values that the draft proposes."""

    compulsory = Dated[tuple[str, ...]](
        {
            "2018-01-01": (
                "ege.mathematics.base",
                "ege.mathematics.profile",
                "ege.russian",
                "oge.mathematics",
                "oge.russian",
            )
        },
        ref=GRADUATE,
        ru="обязательные экзамены",
        en="compulsory exams",
    )
    graduates = Dated[int](
        {"2018-01-01": 1},
        ref=GRADUATE,
        ru="выпускников ниже минимума по обязательному экзамену: не менее {value}",
        en="graduates below the minimum in a compulsory exam: at least {value}",
        unit="чел.",
        bounds=(1, 1000),
    )
    failing = Dated[Share](
        {"2018-01-01": percent(25)},
        ref=DIAGNOSTIC,
        ru="с диагностической работой не справились более {value}",
        en="more than {value} failed the diagnostic work",
        bounds=(percent(1), percent(100)),
    )


class RiskIndicators(
    Rule,
    per=("school", "year"),
    id="ru.draft-2024",
    version="0.1",
    in_force="2020-01-01",
    ref=GRADUATE,
    ru="Индикаторы риска по результатам обучения (проект)",
    en="Risk indicators of attainment (draft)",
):
    """Either of two indicators is enough."""

    compulsory = key_of(Sitting, "procedure").is_in(Draft.compulsory)
    graduates = any_(Sitting.below_min >= Draft.graduates, where=compulsory)
    diagnostic = key_of(Sitting, "procedure").is_in("diagnostic.all")
    failed_work = any_(share(Sitting.below_min, of=Sitting.participants) > Draft.failing, where=diagnostic)
    verdict = graduates | failed_work

    texts = Texts(
        compulsory=Said(
            ru=Wording(
                "{procedure} – обязательный экзамен",
                "{procedure} – не обязательный экзамен",
                title="обязательный экзамен",
            ),
            en=Wording(
                "{procedure} is a compulsory exam", "{procedure} is no compulsory exam", title="a compulsory exam"
            ),
        ),
        graduates=titled("индикатор «выпускники»", "indicator «graduates»"),
        diagnostic=titled("диагностическая работа", "the diagnostic work"),
        failed_work=titled("индикатор «диагностическая работа»", "indicator «diagnostic work»"),
    )


@cache
def draft_2024() -> Pack:
    """The pack `ru.draft-2024`."""
    return Pack(
        id="ru.draft-2024",
        version="0.1",
        title={"ru": "Индикаторы риска 2024 года (проект)", "en": "Risk indicators of 2024 (draft)"},
        jurisdiction="ru",
        rule=RiskIndicators,
        law=Law.of(Draft),
        bindings={Sitting: FINAL},
        decisions={
            **DECISIONS,
            "met": Decision("индикатор сработал", "indicator met", "есть признак риска", "there is a sign of risk"),
            "not_met": Decision("индикатор не сработал", "indicator not met"),
        },
        status="draft",
        source=GRADUATE,
        confidence="known",
        codes=words(Draft.compulsory.entries[0].value)
        | {"diagnostic.all": {"ru": "диагностическая работа", "en": "diagnostic work"}},
        remarks={
            "ru": (
                "Это проект: обязательной силы у него нет, срок вступления в силу не назван.",
                "Проект содержит и другие индикаторы; здесь записаны два, для которых в журнале есть сведения.",
            ),
            "en": (
                "This is a draft: it binds nobody and names no day on which it begins.",
                "The draft holds more indicators; here are the two for which the log has facts.",
            ),
        },
    )
