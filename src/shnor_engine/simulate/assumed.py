"""The methodology that a simulation assumes where no pack that decides on results is installed.

A reading of the practice of the 2020s: at least 30 % of the participants below the minimum in two or more procedures
of the year, and in one and the same procedure two years running. A draft: it signs nothing.
"""

from __future__ import annotations

from functools import cache

from shnor_engine.law import Clause, Dated, Law, Parameters, Share, percent
from shnor_engine.packs import Binding, Decision, Pack
from shnor_engine.rules import Fact, Field, Rule, count, previous, share

PREFERRED = "ru.shnor.a-and-b"
ACT = "практика отнесения школ к ШНОР 2020-х годов (чтение «А и Б»), принята в библиотеке для расчётов"
ACT_EN = "practice of the 2020s (reading A and B), assumed by the library for simulations"
REF = Clause("п. 1", act=ACT, act_en=ACT_EN, point_en="clause 1", confidence="default")


class Procedure(Fact, grain=("school", "year", "procedure"), ru="процедуры", en="procedures"):
    """One assessment procedure of a school year."""

    participants = Field[int]("участников", en="participants", bounds=(0, 100_000))
    below_min = Field[int]("ниже минимума", en="below the minimum", bounds=(0, 100_000))


class Assumed(Parameters):
    """What the practice sets."""

    low_share = Dated[Share]({"2000-01-01": percent(30)}, ref=REF)
    least = Dated[int]({"2000-01-01": 2}, ref=REF)


class TwoLowAndRepeat(
    Rule,
    per=("school", "year"),
    id="assumed.two-low-and-repeat",
    version="1.0",
    in_force="2000-01-01",
    ref=REF,
    ru="Школа с низкими результатами",
    en="A school with low results",
):
    """Two or more low procedures in the year, one of them low in the year before as well."""

    low = share(Procedure.below_min, of=Procedure.participants) >= Assumed.low_share
    two_low = count(Procedure, where=low) >= Assumed.least
    repeated = count(Procedure, where=low & previous(low)) >= 1
    verdict = two_low & repeated


@cache
def assumed_pack() -> Pack:
    """The pack `assumed.two-low-and-repeat`."""
    return Pack(
        id="assumed.two-low-and-repeat",
        version="1.0",
        title={"ru": "Две низкие процедуры и повтор", "en": "Two low procedures and a repeat"},
        jurisdiction="ru",
        rule=TwoLowAndRepeat,
        law=Law.of(Assumed),
        bindings={Procedure: Binding("procedures", {"school": "school_id"})},
        decisions={
            "met": Decision("в перечне", "listed"),
            "not_met": Decision("не в перечне", "not listed"),
            "undetermined": Decision("не определено", "undetermined"),
        },
        status="draft",
        source=REF,
        confidence="default",
    )
