"""Novosibirsk region: three lists over a window of three years – stably low, stably high, at risk.

The order names the lists and the years. What makes a year low or high it does not say, so these numbers are defaults
of the author, and every one of them is marked so.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from shnor_engine.law import Clause, Dated, Law, Parameters, Share, percent
from shnor_engine.packs import Decision, Pack, read_examples
from shnor_engine.packs.builtin import TOTALS, YearTotals
from shnor_engine.rules import (
    Rule,
    Said,
    Texts,
    Wording,
    at_least,
    case,
    in_each,
    key_of,
    last_years,
    share,
    sum_,
    titled,
)

ACT = "приказ Министерства образования Новосибирской области от 24.01.2020 № 183"
ACT_EN = "order 183 of 24.01.2020 of Novosibirsk region"


def _list(number: int) -> Clause:
    return Clause(
        f"перечень {number}",
        act=ACT,
        act_en=ACT_EN,
        point_en=f"list {number}",
        link="https://gcrodost14.nios.ru",
        confidence="default",
    )


class Lists(Parameters):
    """What makes a year low or high is not said by the order: these are defaults."""

    low = Dated[Share](
        {"2012-01-01": percent(30)},
        ref=_list(1),
        ru="год низкий, если ниже минимального порога не менее {value} участий",
        en="a year is low when at least {value} of the participations are below the minimum",
        bounds=(percent(1), percent(100)),
    )
    high = Dated[Share](
        {"2012-01-01": percent(70)},
        ref=_list(2),
        ru="год высокий, если отметок «4» и «5» не менее {value}",
        en="a year is high when at least {value} of the marks are «4» or «5»",
        bounds=(percent(1), percent(100)),
    )
    window = Dated[int](
        {"2012-01-01": 3},
        ref=_list(1),
        ru="окно, лет: {value}",
        en="window, years: {value}",
        unit="years",
        bounds=(1, 10),
    )


def _year(kind_ru: str, kind_en: str, what_ru: str, what_en: str) -> Said:
    """The sentence for a year that is low, or high: its number beside the bound."""
    ru, en = (
        f"{{year}} год: {what_ru} – {{part}} из {{whole}} ({{value}})",
        f"{{year}}: {{part}} of {{whole}} {what_en}",
    )
    return Said(
        ru=Wording(
            f"{ru}, не менее {{threshold}}",
            f"{ru}, менее {{threshold}}",
            f"{{year}} год: неизвестно, {what_ru} – не менее {{threshold}} или нет",
            title=f"{kind_ru} год",
        ),
        en=Wording(
            f"{en} ({{value}}), at least {{threshold}}",
            f"{en} ({{value}}), less than {{threshold}}",
            f"{{year}}: not known whether at least {{threshold}} {what_en}",
            title=f"a {kind_en} year",
        ),
    )


class ThreeLists(
    Rule,
    per=("school", "year"),
    id="ru.54.three-lists",
    version="1.0",
    in_force="2014-01-01",
    ref=_list(1),
    ru="Школа стоит в одном из трёх перечней",
    en="The school stands on one of three lists",
):
    """Low in each year of the window, high in each, or low in some of them."""

    exam = key_of(YearTotals, "kind").is_in("oge")
    sat = sum_(YearTotals.participants, where=exam)
    low = share(sum_(YearTotals.below_min, where=exam), of=sat) >= Lists.low
    high = share(sum_(YearTotals.high, where=exam), of=sat) >= Lists.high
    always_low = in_each(last_years(Lists.window), low)
    always_high = in_each(last_years(Lists.window), high)
    once_low = at_least(1, low, of=last_years(Lists.window))
    listed = case((always_low, "low"), (always_high, "high"), (once_low, "risk"), otherwise="none")
    verdict = listed.is_in("low", "high", "risk")

    texts = Texts(
        exam=titled("ОГЭ", "the basic state exam"),
        sat=titled("участий", "participations"),
        low=_year("низкий", "low", "ниже минимального порога", "below the minimum"),
        high=_year("высокий", "high", "отметок «4» и «5»", "with a mark «4» or «5»"),
        always_low=titled("низкий в каждом году окна", "low in each year of the window"),
        always_high=titled("высокий в каждом году окна", "high in each year of the window"),
        once_low=titled("низкий хотя бы в одном году окна", "low in at least one year of the window"),
        listed=titled("перечень", "the list"),
    )


@cache
def three_lists() -> Pack:
    """The pack `ru.54.three-lists`."""
    return Pack(
        id="ru.54.three-lists",
        version="1.0",
        title={
            "ru": "Новосибирская область: три перечня за три года",
            "en": "Novosibirsk region: three lists over three years",
        },
        jurisdiction="ru.54",
        rule=ThreeLists,
        law=Law.of(Lists),
        bindings={YearTotals: TOTALS},
        decisions={
            "low": Decision("стабильно низкие результаты", "stably low"),
            "high": Decision("стабильно высокие результаты", "stably high"),
            "risk": Decision("группа риска", "at risk"),
            "none": Decision("вне перечней", "on no list"),
            "undetermined": Decision("не определено", "undetermined", "решить нельзя: не хватает сведений", "open"),
        },
        status_clause="listed",
        source=_list(1),
        confidence="default",
        examples=read_examples(files(__package__).joinpath("examples.yaml").read_text("utf-8"), name="examples.yaml"),
        codes={"oge": {"ru": "ОГЭ", "en": "basic state exam"}},
        remarks={
            "ru": ("Приказ называет перечни и годы, но не границы: границы здесь приняты составителем методики.",),
            "en": ("The order names the lists and the years, not the bounds: they are chosen by the author.",),
        },
    )
