"""Condition 2 of the federal criterion by its other reading: the same subject, in whatever grade it was sat.

«One and the same procedure» may mean the check work in Russian of grade 5 twice, or check works in Russian at all:
last year in grade 4, this year in grade 5. The source does not say which; `low_results` holds the first reading.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from shnor_engine.packs.builtin.low_results import TWICE, TWO, Federal, LowInYear, Reliable, packed
from shnor_engine.packs.builtin.sittings import MAIN, PROCEDURE, Sitting
from shnor_engine.packs.pack import Binding, Pack
from shnor_engine.rules import (
    Fact,
    Field,
    Key,
    Rule,
    Texts,
    any_,
    case,
    count,
    is_known,
    previous,
    ratio,
    share,
    titled,
)

SUBJECT = Key("discipline", ru="предмет", en="subject")


class Subject(Fact, grain=("school", "year", SUBJECT), ru="предметы", ru_of="предметов", en="subjects"):
    """A subject of one kind of procedure («ВПР, русский язык») in which the school has a result, in any grade."""

    procedures = Field[int]("процедур", en="procedures", bounds=(0, 1000))


class OfSubject(
    Sitting,
    grain=("school", "year", SUBJECT, PROCEDURE),
    ru="оценочные процедуры",
    ru_of="оценочных процедур",
    en="assessment procedures",
):
    """A sitting under its subject."""


BINDINGS = {
    OfSubject: MAIN,
    Subject: Binding("disciplines", MAIN.columns, closings="disciplines_closed", whole=MAIN.whole),
}


class SameSubject(
    LowInYear,
    id="ru.shnor.b.any-grade",
    ref=TWICE,
    decides="ru.shnor.b.any-grade",
    ru="Низкие образовательные результаты: один и тот же предмет в обоих годах, в любом классе",
    en="Low results: one and the same subject in both years, in any grade",
):
    """Condition 2: low results in the same kind and subject in the year and in the one before it, in any grade."""

    rounded = is_known(OfSubject.below_percent)
    least = ratio(OfSubject.below_percent * 2 - 1, 200)
    most = ratio(OfSubject.below_percent * 2 + 1, 200)
    least_reaches = least >= Federal.low_share
    most_reaches = most >= Federal.low_share
    reaches = share(OfSubject.below_min, of=OfSubject.participants) >= Federal.low_share
    low = case((rounded & least_reaches, True), (rounded & ~most_reaches, False), otherwise=reaches)
    low_procedures = count(OfSubject, where=low)
    unreliable = any_(low & (OfSubject.participants < Reliable.reliable_from))
    low_subjects = count(Subject, where=any_(low) & previous(any_(low)))
    same_in_both = low_subjects >= 1
    verdict = same_in_both

    texts = Texts(
        low_subjects=titled(
            "число предметов с низким результатом в каком-либо классе два года подряд",
            "number of subjects with a low result in some grade two years running",
        ),
        same_in_both=titled("условие 2", "condition 2"),
    )


class BothSubject(
    SameSubject,
    id="ru.shnor.a-and-b.any-grade",
    ref=TWO,
    decides="ru.shnor.a-and-b.any-grade",
    ru="Низкие образовательные результаты: условия 1 и 2 вместе, предмет в любом классе",
    en="Low results: conditions 1 and 2 together, the subject in any grade",
):
    """The reading «and» of the two conditions."""

    verdict = LowInYear.two_in_year & SameSubject.same_in_both


class EitherSubject(
    SameSubject,
    id="ru.shnor.a-or-b.any-grade",
    ref=TWO,
    decides="ru.shnor.a-or-b.any-grade",
    ru="Низкие образовательные результаты: условие 1 или условие 2, предмет в любом классе",
    en="Low results: condition 1 or condition 2, the subject in any grade",
):
    """The reading «or» of the two conditions."""

    verdict = LowInYear.two_in_year | SameSubject.same_in_both


FORMS: Mapping[str, tuple[type[Rule], str, str]] = {
    "b.any-grade": (
        SameSubject,
        "вариант Б: один предмет в обоих годах, в любом классе",
        "variant B: one subject in both years, in any grade",
    ),
    "a-and-b.any-grade": (
        BothSubject,
        "варианты А и Б вместе, предмет в любом классе",
        "variants A and B together, the subject in any grade",
    ),
    "a-or-b.any-grade": (
        EitherSubject,
        "вариант А или Б, предмет в любом классе",
        "variant A or B, the subject in any grade",
    ),
}


@cache
def same_subject() -> tuple[Pack, ...]:
    """The packs of that reading, on the results of the main period."""
    return tuple(packed(name, rule, title, BINDINGS) for name, (rule, *title) in FORMS.items())
