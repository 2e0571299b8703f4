"""Low results by the federal criterion: 30 % below the minimum, in two procedures of a year, in one of two years.

The wording is that of an inspection act of 2025. It settles neither how its two clauses are joined, nor which grade
«one and the same procedure» means, nor the procedures of a year, nor a least number of participants, nor whether the
first or the final result counts. Each hole has a pack for each of its readings; `SAYS` tells them apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from shnor_engine.law import Clause, Dated, Law, Parameters, Share, percent
from shnor_engine.packs.builtin.examples import of_low_results
from shnor_engine.packs.builtin.labels import DECISIONS
from shnor_engine.packs.builtin.sittings import FINAL, MAIN, PERCENT_TEXTS, Sitting
from shnor_engine.packs.pack import Binding, Pack
from shnor_engine.rules import (
    Fact,
    Rule,
    Said,
    Texts,
    Wording,
    any_,
    case,
    count,
    is_known,
    is_present,
    previous,
    ratio,
    share,
    titled,
)

ACT = "федеральный критерий низких образовательных результатов (по акту проверки 2025 года)"
ACT_EN = "federal criterion of low results (after an inspection act of 2025)"
TWO = Clause(
    "условие 1",
    act=ACT,
    act_en=ACT_EN,
    point_en="condition 1",
    quote="не менее 30 % участников не преодолели минимальный порог в двух и более оценочных процедурах",
    link="https://news.mail.ru/society/69272865",
    confidence="stated",
)
TWICE = Clause(
    "условие 2",
    act=ACT,
    act_en=ACT_EN,
    point_en="condition 2",
    quote="в одной и той же процедуре в обоих годах",
    link="https://news.mail.ru/society/69272865",
    confidence="stated",
)
SMALL = Clause(
    "наименьшее число участников",
    act="порядок, принятый в библиотеке по умолчанию",
    act_en="an order assumed by the library",
    point_en="least number of participants",
    confidence="default",
)


class Federal(Parameters):
    """The values of the criterion. They are dated from 2018 because the year before the first one is looked at."""

    low_share = Dated[Share](
        {"2018-01-01": percent(30)},
        ref=TWO,
        ru="результат низкий, если минимальный порог (верхнюю границу отметки «2») не преодолели не менее {value} "
        "участников",
        en="a result is low when at least {value} of the participants are below the minimum (not above the upper "
        "bound of the mark «2»)",
        bounds=(percent(1), percent(100)),
        region_may_override=True,
    )
    min_procedures = Dated[int](
        {"2018-01-01": 2},
        ref=TWO,
        ru="низкие результаты нужны не менее чем в {value} процедурах",
        en="low results are needed in at least {value} procedures",
        unit="procedures",
        bounds=(1, 50),
    )


class Small(Parameters):
    """From how many participants on a result is taken into account, and from how many on it is called reliable."""

    min_participants = Dated[int](
        {"2018-01-01": 10},
        ref=SMALL,
        ru="результат учитывается, если участников не менее {value}",
        en="a result is taken into account from {value} participants on",
        unit="чел.",
        bounds=(1, 1000),
        region_may_override=True,
    )


class Reliable(Parameters):
    """From how many participants on a low result is called reliable."""

    reliable_from = Dated[int](
        {"2018-01-01": 11},
        ref=SMALL,
        ru="результат при числе участников менее {value} отмечается как ненадёжный",
        en="a result with fewer than {value} participants is marked as unreliable",
        unit="чел.",
        bounds=(1, 1000),
    )


class LowInYear(
    Rule,
    per=("school", "year"),
    id="ru.shnor.a",
    version="1.0",
    in_force="2020-01-01",
    ref=TWO,
    ru="Низкие образовательные результаты: две и более процедуры в году",
    en="Low results: two or more procedures in the year",
):
    """Condition 1: low results in two or more procedures of the year.

    A whole percent stands for every share that rounds to it, so one near the threshold leaves the result open.
    """

    rounded = is_known(Sitting.below_percent)
    least = ratio(Sitting.below_percent * 2 - 1, 200)
    most = ratio(Sitting.below_percent * 2 + 1, 200)
    least_reaches = least >= Federal.low_share
    most_reaches = most >= Federal.low_share
    reaches = share(Sitting.below_min, of=Sitting.participants) >= Federal.low_share
    low = case((rounded & least_reaches, True), (rounded & ~most_reaches, False), otherwise=reaches)
    low_procedures = count(Sitting, where=low)
    two_in_year = low_procedures >= Federal.min_procedures
    unreliable = any_(low & (Sitting.participants < Reliable.reliable_from))
    verdict = two_in_year

    texts = Texts(
        **PERCENT_TEXTS,
        reaches=titled("низкий по числу участников", "low by the number of participants"),
        low=titled("низкий результат процедуры", "low result of a procedure"),
        low_procedures=titled("число процедур с низким результатом", "number of procedures with a low result"),
        two_in_year=titled("условие 1", "condition 1"),
        unreliable=Said(
            ru=Wording(
                "среди низких результатов есть результат при малом числе участников: он мог сложиться случайно",
                "среди низких результатов нет результатов при малом числе участников",
                "неизвестно, есть ли среди низких результатов результаты при малом числе участников",
                title="примечание о малом числе участников",
            ),
            en=Wording(
                "among the low results is one of few participants: it may be due to chance",
                "none of the low results is one of few participants",
                "it is not known whether one of the low results is one of few participants",
                title="note on few participants",
            ),
        ),
    )


class SameInBothYears(
    LowInYear,
    id="ru.shnor.b",
    ref=TWICE,
    decides="ru.shnor.b",
    ru="Низкие образовательные результаты: одна и та же процедура в обоих годах",
    en="Low results: one and the same procedure in both years",
):
    """Condition 2: a low result in the same procedure, of the same grade, in the year and in the one before it."""

    sat = is_present(Sitting.participants)
    again = LowInYear.low & previous(sat & LowInYear.low)
    same_in_both = any_(again)
    verdict = same_in_both

    texts = Texts(
        sat=titled("в процедуре участвовали", "the procedure was sat"),
        again=titled("низкий результат процедуры два года подряд", "low result of a procedure two years running"),
        same_in_both=titled("условие 2", "condition 2"),
    )


class Both(
    SameInBothYears,
    id="ru.shnor.a-and-b",
    ref=TWO,
    decides="ru.shnor.a-and-b",
    ru="Низкие образовательные результаты: условия 1 и 2 вместе",
    en="Low results: conditions 1 and 2 together",
):
    """The reading «and» of the two conditions."""

    verdict = LowInYear.two_in_year & SameInBothYears.same_in_both


class Either(
    SameInBothYears,
    id="ru.shnor.a-or-b",
    ref=TWO,
    decides="ru.shnor.a-or-b",
    ru="Низкие образовательные результаты: условие 1 или условие 2",
    en="Low results: condition 1 or condition 2",
):
    """The reading «or» of the two conditions."""

    verdict = LowInYear.two_in_year | SameInBothYears.same_in_both


class _Counted(LowInYear, id="ru.shnor.a.min", decides="ru.shnor.a.min"):
    """Only results of at least so many participants count; a school without one is not decided on."""

    counted = Sitting.participants >= Small.min_participants
    low = counted & case(
        (LowInYear.rounded & LowInYear.least_reaches, True),
        (LowInYear.rounded & ~LowInYear.most_reaches, False),
        otherwise=LowInYear.reaches,
    )
    applies = any_(counted)

    texts = Texts(counted=titled("результат учитывается", "the result is taken into account"))


class _SameCounted(_Counted, SameInBothYears, id="ru.shnor.b.min", decides="ru.shnor.b.min"):
    """Condition 2 over results of at least so many participants."""

    texts = SameInBothYears.texts


class _BothCounted(_Counted, Both, id="ru.shnor.a-and-b.min", decides="ru.shnor.a-and-b.min"):
    """Both conditions over results of at least so many participants."""

    texts = SameInBothYears.texts


class _EitherCounted(_Counted, Either, id="ru.shnor.a-or-b.min", decides="ru.shnor.a-or-b.min"):
    """One of the conditions over results of at least so many participants."""

    texts = SameInBothYears.texts


FORMS: Mapping[str, tuple[type[Rule], str, str]] = {
    "a": (LowInYear, "вариант А: две и более процедуры в году", "variant A: two or more procedures in a year"),
    "b": (SameInBothYears, "вариант Б: одна процедура в обоих годах", "variant B: one procedure in both years"),
    "a-and-b": (Both, "варианты А и Б вместе", "variants A and B together"),
    "a-or-b": (Either, "вариант А или Б", "variant A or B"),
    "a.min": (_Counted, "вариант А с наименьшим числом участников", "variant A with a least number of participants"),
    "b.min": (
        _SameCounted,
        "вариант Б с наименьшим числом участников",
        "variant B with a least number of participants",
    ),
    "a-and-b.min": (
        _BothCounted,
        "варианты А и Б вместе с наименьшим числом участников",
        "variants A and B together with a least number of participants",
    ),
    "a-or-b.min": (
        _EitherCounted,
        "вариант А или Б с наименьшим числом участников",
        "variant A or B with a least number of participants",
    ),
}
SAYS = (
    "Источник не говорит, нужны ли оба условия или достаточно одного: для каждого прочтения есть своя методика "
    "(ru.shnor.a, ru.shnor.b, ru.shnor.a-and-b, ru.shnor.a-or-b).",
    "Источник не говорит, что значит «одна и та же процедура» в условии 2: та же процедура в том же классе или тот "
    "же предмет в любом классе. Прочтение «в том же классе» – в методиках ru.shnor.b, ru.shnor.a-and-b и "
    "ru.shnor.a-or-b, прочтение «в любом классе» – в методиках с окончанием «.any-grade».",
    "Источник не называет наименьшее число участников: здесь учитываются все результаты, а в методиках с окончанием "
    "«.min» – только результаты с достаточным числом участников.",
    "Источник не говорит, берётся ли первый результат или окончательный: здесь – результат основного периода, в "
    "методиках с окончанием «.final» – результат после пересдач.",
    "Источник не называет процедуры года: учитываются все, о которых есть сведения. Процедура – это её вид (ВПР, "
    "ОГЭ, ЕГЭ), предмет и класс или уровень.",
)
SAYS_EN = (
    "The source does not say whether both conditions are needed or one is enough: each reading has a pack "
    "(ru.shnor.a, ru.shnor.b, ru.shnor.a-and-b, ru.shnor.a-or-b).",
    "The source does not say what «one and the same procedure» of condition 2 means: the same grade, or the same "
    "subject in any grade. The same grade is read in the packs ru.shnor.b, ru.shnor.a-and-b and ru.shnor.a-or-b, any "
    "grade in the packs that end in «.any-grade».",
    "The source names no least number of participants: here every result counts, in the packs that end in «.min» "
    "only results of enough participants.",
    "The source does not say whether the first or the final result counts: here the main period does, in the packs "
    "that end in «.final» the result after the re-sits.",
    "The source does not name the procedures of a year: all that are reported count. A procedure is its kind (ВПР, "
    "ОГЭ, ЕГЭ), its subject, and its grade or level.",
)


@cache
def low_results() -> tuple[Pack, ...]:
    """Every pack of the criterion: each rule on the results of the main period, then on the final ones."""
    return tuple(
        packed(f"{name}{ending}", rule, title, {Sitting: binding})
        for ending, binding in (("", MAIN), (".final", FINAL))
        for name, (rule, *title) in FORMS.items()
        if not (ending and name.endswith(".min"))
    )


def packed(name: str, rule: type[Rule], title: Sequence[str], bindings: Mapping[type[Fact], Binding]) -> Pack:
    """A pack of the criterion in one of its readings: what is said of the source is the same in all."""
    final = name.endswith(".final")
    ru, en = (", окончательные результаты", ", final results") if final else ("", "")
    return Pack(
        id=f"ru.shnor.{name}",
        version="1.0",
        title={"ru": f"ШНОР, {title[0]}{ru}", "en": f"Low results, {title[1]}{en}"},
        jurisdiction="ru",
        rule=rule,
        law=Law.of(Federal, Reliable, Small),
        bindings=bindings,
        decisions=DECISIONS,
        source=rule.tree.ref,
        confidence="stated",
        notes=("unreliable",),
        remarks={"ru": SAYS, "en": SAYS_EN},
        examples=of_low_results(name.removesuffix(".final")),
    )
