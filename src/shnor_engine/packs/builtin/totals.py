"""How a school did in all procedures of a kind in a year: what regional methodologies compare."""

from __future__ import annotations

from shnor_engine.packs.builtin.sittings import MOST
from shnor_engine.packs.pack import Binding
from shnor_engine.rules import Fact, Field, Key

KIND = Key("kind", ru="вид процедуры", en="kind of procedure")
REGION = Key("region", ru="регион", en="region")
TOTALS = Binding("year_totals", {"school": "school_id"}, closings="year_totals_closed")


class YearTotals(Fact, grain=("school", REGION, KIND, "year"), ru="итоги года", en="results of a year"):
    """Participations in the procedures of a kind (ЕГЭ, ОГЭ, ВПР) in the main period, added up."""

    participants = Field[int](
        "участий", en="participations", bounds=(0, MOST), ask_ru="число участий: {kind}, {year} год"
    )
    below_min = Field[int](
        "ниже минимального порога",
        en="below the minimum",
        bounds=(0, MOST),
        actionable="down",
        ask_ru="сколько ниже минимального порога: {kind}, {year} год",
    )
    high = Field[int](
        "отметок «4» и «5»", en="marks «4» and «5»", bounds=(0, MOST), ask_ru="отметки по видам: {kind}, {year} год"
    )
