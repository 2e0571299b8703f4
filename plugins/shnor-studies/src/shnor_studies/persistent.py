"""Failing both compulsory exams in each of three years running: the criterion of a study, about 1 % of schools."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from shnor_engine.law import Clause, Dated, Law, Parameters
from shnor_engine.packs import Decision, Pack, read_examples
from shnor_engine.packs.builtin import DECISIONS, MAIN, Sitting, words
from shnor_engine.rules import Rule, Said, Texts, Wording, any_, in_each, key_of, last_years

ACT = "исследование школ с низкими результатами"
ACT_EN = "a study of schools with low results"
STUDY = Clause(
    "критерий устойчивых неудач",
    act=ACT,
    act_en=ACT_EN,
    point_en="criterion of persistent failure",
    link="https://skladknig.com/book/razvitie-chelovecheskogo-kapitala/reading/50",
    confidence="stated",
)
MATHEMATICS = ("ege.mathematics.base", "ege.mathematics.profile")


class Persistence(Parameters):
    """How many years running."""

    years = Dated[int](
        {"2010-01-01": 3},
        ref=STUDY,
        ru="неудачи нужны {value} года подряд",
        en="failures are needed {value} years running",
        unit="years",
        bounds=(1, 10),
    )


def _said(ru: str, en: str) -> Said:
    return Said(
        ru=Wording(
            f"в {{year}} году {ru}",
            f"неверно, что в {{year}} году {ru}",
            f"за {{year}} год сведения неполны: {ru}",
            title=ru,
        ),
        en=Wording(
            f"in {{year}} {en}", f"not so: in {{year}} {en}", f"of {{year}} not enough is known: {en}", title=en
        ),
    )


class BothFailed(
    Rule,
    per=("school", "year"),
    id="ru.persistent-3",
    version="1.0",
    in_force="2012-01-01",
    ref=STUDY,
    ru="Устойчивые неудачи на обязательных экзаменах",
    en="Persistent failures in the compulsory exams",
):
    """Somebody was below the minimum in Russian and somebody in mathematics, in each of the years."""

    failed_russian = any_(Sitting.below_min > 0, where=key_of(Sitting, "procedure").is_in("ege.russian"))
    failed_mathematics = any_(Sitting.below_min > 0, where=key_of(Sitting, "procedure").is_in(*MATHEMATICS))
    failed_both = failed_russian & failed_mathematics
    verdict = in_each(last_years(Persistence.years), failed_both)

    texts = Texts(
        failed_russian=_said("ЕГЭ по русскому языку сдали не все", "not all passed Russian"),
        failed_mathematics=_said("ЕГЭ по математике сдали не все", "not all passed mathematics"),
    )


@cache
def persistent() -> Pack:
    """The pack `ru.persistent-3`."""
    return Pack(
        id="ru.persistent-3",
        version="1.0",
        title={"ru": "Устойчивые неудачи на обязательных экзаменах", "en": "Persistent failures"},
        jurisdiction="ru",
        rule=BothFailed,
        law=Law.of(Persistence),
        bindings={Sitting: MAIN},
        decisions={
            **DECISIONS,
            "met": Decision("устойчивые неудачи", "persistent failures"),
            "not_met": Decision("устойчивых неудач нет", "no persistent failures"),
        },
        source=STUDY,
        confidence="stated",
        codes=words(("ege.russian", *MATHEMATICS)),
        examples=read_examples(
            files(__package__).joinpath("persistent.yaml").read_text("utf-8"), name="persistent.yaml"
        ),
        remarks={
            "ru": (
                "За критерием не стоит акт: по нему исследователи отбирали школы, решений по нему не принимали.",
                "Источник не делит математику на уровни: здесь достаточно неудачи на любом из двух.",
            ),
            "en": (
                "No act stands behind the criterion: researchers chose schools by it, nobody decided by it.",
                "The source does not tell the levels of mathematics apart: failing either of them is enough.",
            ),
        },
    )
