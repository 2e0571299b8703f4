"""Ryazan region: the lowest 15 % of schools by the exam.

43 schools were named. The source says neither how equal schools are told apart nor how the cut is rounded, nor what
exactly is ranked; each reading of the first two is a pack, and here the share below the minimum is ranked.
"""

from __future__ import annotations

from functools import cache

from shnor_engine.law import Clause, Dated, Law, Parameters, Share, percent
from shnor_engine.packs.builtin.low_results import DECISIONS
from shnor_engine.packs.builtin.totals import TOTALS, YearTotals
from shnor_engine.packs.pack import Decision, Pack
from shnor_engine.rules import Rule, Texts, cut, group, key_of, rank, share, titled

ACT = "анализ результатов ЕГЭ Рязанской области"
ACT_EN = "analysis of the exams of Ryazan region"
LOWEST = Clause(
    "перечень школ с низкими результатами",
    act=ACT,
    act_en=ACT_EN,
    point_en="list of schools with low results",
    link="https://rzn.info",
    confidence="stated",
)


class Ryazan(Parameters):
    """The value of the region."""

    part = Dated[Share](
        {"2018-01-01": percent(15)},
        ref=LOWEST,
        ru="в перечень входят {value} школ региона с самыми низкими результатами",
        en="the lowest {value} of the schools of the region are listed",
        bounds=(percent(1), percent(100)),
    )


REGION = group(YearTotals, by=("region", "kind", "year"), where=YearTotals.participants >= 1)


class LowestShare(
    Rule,
    per=("school", "region", "kind", "year"),
    id="ru.62.lowest",
    version="1.0",
    in_force="2020-01-01",
    ref=LOWEST,
    ru="Школа среди самых низких результатов ЕГЭ региона",
    en="The school is among the lowest of the region",
):
    """The cut is rounded up; of equal schools at the cut nobody knows who is meant."""

    failing = share(YearTotals.below_min, of=YearTotals.participants)
    place = rank(failing, among=REGION, ties="open", descending=True)
    edge = cut(Ryazan.part, of=REGION, rounding="ceil")
    applies = key_of(YearTotals, "kind").is_in("ege") & (YearTotals.participants >= 1)
    verdict = place <= edge

    texts = Texts(
        failing=titled("доля ниже минимального порога", "share below the minimum"),
        place=titled("место среди школ региона, первое – самая большая доля", "place in the region, the worst first"),
        edge=titled("сколько школ входит в перечень", "how many schools are listed"),
    )


class TiesIn(LowestShare, id="ru.62.lowest.ties-in", decides="ru.62.lowest.ties-in"):
    """Equal schools all take the first of their places: a tie lists more schools, never fewer."""

    place = rank(LowestShare.failing, among=REGION, ties="min", descending=True)


class RoundedDown(LowestShare, id="ru.62.lowest.floor", decides="ru.62.lowest.floor"):
    """The cut is rounded down."""

    edge = cut(Ryazan.part, of=REGION, rounding="floor")


class Rounded(LowestShare, id="ru.62.lowest.half-up", decides="ru.62.lowest.half-up"):
    """The cut is rounded to the nearest whole number, a half up."""

    edge = cut(Ryazan.part, of=REGION, rounding="half_up")


FORMS = (
    (LowestShare, "граница вверх, равные не различены", "cut rounded up, ties open"),
    (TiesIn, "граница вверх, равные входят все", "cut rounded up, ties all in"),
    (RoundedDown, "граница вниз, равные не различены", "cut rounded down, ties open"),
    (Rounded, "граница до ближайшего целого, равные не различены", "cut rounded half up, ties open"),
)


@cache
def ryazan() -> tuple[Pack, ...]:
    """The packs `ru.62.lowest…`: one for each reading."""
    return tuple(
        Pack(
            id=rule.tree.id,
            version="1.0",
            title={"ru": f"Рязанская область, низшие 15 %: {ru}", "en": f"Ryazan region, the lowest 15 %: {en}"},
            jurisdiction="ru.62",
            rule=rule,
            law=Law.of(Ryazan),
            bindings={YearTotals: TOTALS},
            decisions={**DECISIONS, "met": Decision("в перечне низших", "among the lowest")},
            source=LOWEST,
            confidence="stated",
            codes={"ege": {"ru": "ЕГЭ", "en": "unified state exam"}},
            remarks={
                "ru": (
                    "Источник не говорит, как округляется граница и что делать с равными школами: для каждого "
                    "прочтения есть своя методика (ru.62.lowest и с окончаниями .ties-in, .floor, .half-up).",
                    "Источник не говорит, по какому показателю составлен ряд; здесь – по доле ниже порога.",
                ),
                "en": (
                    "The source does not say how the cut is rounded nor what becomes of equal schools: each reading "
                    "is a pack (ru.62.lowest, and with the endings .ties-in, .floor, .half-up).",
                    "The source does not say what is ranked; here it is the share below the minimum.",
                ),
            },
        )
        for rule, ru, en in FORMS
    )
