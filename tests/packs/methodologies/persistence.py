"""Failing both compulsory exams in each of three years running: a study's criterion as an integrator writes it."""

from __future__ import annotations

from shnor_engine.law import Clause, Dated, Law, Parameters
from shnor_engine.packs import Binding, Decision, Pack
from shnor_engine.rules import (
    Fact,
    Field,
    Key,
    Rule,
    Said,
    Texts,
    Wording,
    all_,
    count,
    in_each,
    last_years,
    run,
)

SOURCE = Clause("критерий устойчивых неудач", act="исследование школ с низкими результатами", confidence="known")
COMPULSORY = ("mathematics", "russian")


class Exam(Fact, grain=("school", "year", Key("subject", among=COMPULSORY)), ru="экзамены", en="exams"):
    """The compulsory exams of a school in a year."""

    failed = Field[int](
        "не сдали", en="failed", bounds=(0, 500), unit="чел.", unit_en="persons", ask_ru="{subject}, {year}: не сдали"
    )


class Span(Parameters):
    years = Dated[int](
        {"2010-01-01": 3}, ref=SOURCE, ru="неудачи {value} года подряд", en="failures {value} years running"
    )


class Persistent(
    Rule,
    per=("school", "year"),
    id="t.persist3",
    version="1.0",
    ref=SOURCE,
    ru="Устойчивые неудачи на обязательных экзаменах",
    en="Persistent failures in compulsory exams",
):
    """Somebody failed each of the compulsory exams in each of the years."""

    both_failed = all_(Exam.failed > 0)
    running = run(both_failed, since=2010)
    applies = count(Exam) >= 2
    verdict = in_each(last_years(Span.years), both_failed)

    texts = Texts(
        both_failed=Said(
            ru=Wording(
                "в {year} году не сдали оба обязательных экзамена",
                "в {year} году не сдали не оба обязательных экзамена",
                "за {year} год сведения неполны",
                "не сдали оба обязательных экзамена в {years} годах",
                "не сдали не оба обязательных экзамена в {years} годах",
                "сведения неполны за {years} годы",
            ),
            en=Wording(
                "in {year} both compulsory exams were failed by some",
                "in {year} not both compulsory exams were failed",
                "of {year} not enough is known",
                "both compulsory exams were failed by some in {years}",
                "not both compulsory exams were failed in {years}",
                "not enough is known of {years}",
            ),
        )
    )


PACK = Pack(
    id="t.persist3",
    version="1.0",
    title={"ru": "Устойчивые неудачи", "en": "Persistent failures"},
    jurisdiction="ru",
    rule=Persistent,
    law=Law.of(Span),
    bindings={Exam: Binding("exams")},
    decisions={"met": Decision("устойчивые неудачи", "persistent failures")},
    source=SOURCE,
    confidence="known",
)
