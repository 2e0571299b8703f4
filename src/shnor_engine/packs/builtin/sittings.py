"""What the methodologies of low results read: how one school did in one assessment procedure of one year."""

from __future__ import annotations

from shnor_engine.packs.pack import Binding
from shnor_engine.rules import Fact, Field, Key, Said, Wording, titled

PROCEDURE = Key("procedure", ru="процедура", en="procedure")
MOST = 100_000  # bounds keep exact products within 64 bits; no school has so many pupils

# A procedure is `kind.discipline`, then the grade or the level where it has one: «oge.mathematics», «vpr.russian.5».
MAIN = Binding("sittings", {"school": "school_id"}, closings="sittings_closed", whole=("vpr.", "oge.", "ege."))
FINAL = Binding("sittings_final", {"school": "school_id"}, closings="sittings_closed", whole=("vpr.", "oge.", "ege."))


class Sitting(
    Fact,
    grain=("school", "year", PROCEDURE),
    ru="оценочные процедуры",
    ru_of="оценочных процедур",
    en="assessment procedures",
):
    """The participants of a school in a procedure, and those not above the upper bound of the mark «2».

    Where a source gives only a whole percent it stands in `below_percent` and the count is not known.
    """

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
    below_percent = Field[int](
        "не преодолели минимальный порог, целых процентов",
        en="below the minimum, whole percents",
        bounds=(0, 100),
        optional=True,
        unit="%",
        unit_en="%",
    )


# What the clauses of a whole percent are called in every methodology that reads one.
PERCENT_TEXTS = {
    "rounded": titled("в источнике только целый процент", "the source gives only a whole percent"),
    "least": titled("наименьшая доля, которая округляется до этого процента", "least share of that whole percent"),
    "most": titled("наибольшая доля, которая округляется до этого процента", "largest share of that whole percent"),
    "least_reaches": Said(
        ru=Wording(
            "{procedure}, {year} год: целый процент источника значит не менее {value}, порог {threshold} достигнут",
            "{procedure}, {year} год: целый процент источника может значить и {value}, что ниже порога {threshold}",
            title="низкий по целому проценту наверняка",
        ),
        en=Wording(
            "{procedure}, {year}: the whole percent of the source is at least {value}, {threshold} is reached",
            "{procedure}, {year}: the whole percent of the source may be {value}, which is below {threshold}",
            title="surely low by the whole percent",
        ),
    ),
    "most_reaches": Said(
        ru=Wording(
            "{procedure}, {year} год: целый процент источника может значить и {value}, порог {threshold} достигнут",
            "{procedure}, {year} год: целый процент источника – не более {value}, порог {threshold} не достигнут",
            title="низкий по целому проценту возможно",
        ),
        en=Wording(
            "{procedure}, {year}: the whole percent of the source may be {value}, {threshold} is reached then",
            "{procedure}, {year}: the whole percent of the source is at most {value}, {threshold} is not reached",
            title="possibly low by the whole percent",
        ),
    ),
}
