"""How sure a low result is: for each procedure the 90 % band of its true share, and the chance that it is low.

A small cohort has bad luck too. The band is that of a Beta distribution whose prior is the spread of the same year's
results in the log; it needs the extra `sim`, and without it the page says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shnor_engine.errors import MissingExtra
from shnor_engine.events import ResultRecorded
from shnor_engine.recommend.ground import Row
from shnor_engine.recommend.situations import LOW_SHARE
from shnor_engine.report.claims import Claim, ids
from shnor_engine.report.material import Material, many

TWO = 2  # low procedures of one year by which a school is low [as the federal methodology]
SHOWN = 6  # procedures on a page, the lowest first
REFS = (
    "binomial counts, Beta prior of the results of the year",
    f"low from {LOW_SHARE[0]}/{LOW_SHARE[1]} below the minimum on",
)


def certainty(material: Material, school: str) -> list[Claim]:
    """The claims on the last year of which counts of the school are held, up to the year of the report."""
    rows = [row for row in material.rows("sittings") if _counted(row) and row["year"] <= material.advice.year]
    years = {row["year"] for row in rows if row["school_id"] == school}
    if not years:
        return [_no_results()]
    year = max(years)
    mine = [row for row in rows if (row["school_id"], row["year"]) == (school, year)]
    try:
        return _claims(material, year, mine, [row for row in rows if row["year"] == year])
    except MissingExtra:
        return [_no_extra(year, mine)]


def _claims(material: Material, year: int, mine: Sequence[Row], everybody: Sequence[Row]) -> list[Claim]:
    luck = _luck()
    prior = luck.district_prior([row["below_min"] for row in everybody], [row["participants"] for row in everybody])
    told = [(row, _low(luck, row, prior)) for row in mine]
    told.sort(key=lambda item: (-item[1], item[0]["procedure"]))
    said = "; ".join(_procedure(material, luck, row, chance, prior) for row, chance in told[:SHOWN])
    rest = f"; и ещё {len(told) - SHOWN}" if len(told) > SHOWN else ""
    events = ids(*(row["events"] for row in mine))
    bands = Claim(
        "school.bands",
        f"Доля ниже минимума по результатам {year} года (в скобках – полоса 90 % для истинной доли и вероятность, "
        f"что она не меньше 30 %): {said}{rest}.",
        f"Share below the minimum in {year}, with the 90 % band and the chance that the result is truly low: "
        + "; ".join(f"{row['procedure']} {_percent(chance)}" for row, chance in told[:SHOWN])
        + ".",
        "true_for_data_held",
        events=events,
        refs=REFS,
    )
    return [bands, _together(year, luck.at_least(TWO, [chance for _, chance in told]), len(told), events)]


def _together(year: int, together: float, number: int, events: tuple[str, ...]) -> Claim:
    """The chance that two or more procedures are truly low, as if they were independent."""
    chance = _percent(together)
    return Claim(
        "school.chance",
        f"Вероятность, что низких процедур в {year} году на деле две и больше: {chance} (процедуры приняты "
        f"независимыми; {many(number, 'процедура', 'процедуры', 'процедур')} с числами).",
        f"Chance that two or more procedures of {year} are truly low: {chance} (taken as independent).",
        "true_for_data_held",
        events=events,
        refs=(*REFS, "procedures taken as independent"),
    )


def _procedure(material: Material, luck: Any, row: Row, chance: float, prior: tuple[float, float]) -> str:
    low, high = luck.band(row["below_min"], row["participants"], prior=prior)
    return (
        f"{procedure_name(material, row['procedure'])} – {row['below_min']} из {row['participants']} "
        f"({round(low * 100)}–{_percent(high)}, {_percent(chance)})"
    )


def procedure_name(material: Material, procedure: str) -> str:
    """«ВПР, математика, 5 класс» of `vpr.mathematics.5`."""
    kind, discipline, *rest = procedure.split(".")
    said = [material.term(kind, "procedure.kind"), material.term(discipline, "discipline")]
    return ", ".join([*said, *(f"{part} класс" if part.isdecimal() else LEVEL_RU.get(part, part) for part in rest)])


LEVEL_RU = {"base": "базовый уровень", "profile": "профильный уровень"}


def _low(luck: Any, row: Row, prior: tuple[float, float]) -> float:
    share = LOW_SHARE[0] / LOW_SHARE[1]
    return float(luck.truly_low(row["below_min"], row["participants"], prior=prior, share=share))


def _luck() -> Any:
    try:
        from shnor_engine.simulate import luck
    except ImportError as error:
        raise MissingExtra("the band of a result", "sim") from error
    return luck


def _counted(row: Row) -> bool:
    return bool(row["participants"]) and row["below_min"] is not None and row["below_min"] <= row["participants"]


def _percent(share: float) -> str:
    """Whole percents; what is all but certain is not called certain."""
    whole = round(share * 100)
    return "менее 1 %" if whole < 1 else "более 99 %" if whole > 99 else f"{whole} %"


def _no_results() -> Claim:
    return Claim(
        "school.forecast",
        "Вероятность и полоса 90 % не считаются: результатов процедур этой школы с числом участников в журнале нет.",
        "No chance and no 90 % band: the log holds no results of this school with counts.",
        "unverifiable",
        searched=(ResultRecorded.type,),
    )


def _no_extra(year: int, rows: Sequence[Row]) -> Claim:
    return Claim(
        "school.bands.no_extra",
        f"Вероятность и полоса 90 % по результатам {year} года здесь не посчитаны: не установлено дополнение sim "
        "(pip install 'shnor-engine[sim]').",
        f"The chance and the 90 % band of the results of {year} are not computed: the extra sim is not installed.",
        "unverifiable",
        events=ids(*(row["events"] for row in rows)),
        refs=("extra sim",),
    )
