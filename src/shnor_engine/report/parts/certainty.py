"""How sure a low result is: for each procedure the 90 % band of its true share, and the chance that it is low.

A small cohort has bad luck too. What is said here is what `explain` says beside a decision, by the same function: the
prior is the spread of the same year's results in the log, between schools and within one. It needs the extra `sim`,
and without it the page says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from shnor_engine.events import ResultRecorded
from shnor_engine.recommend.ground import Row
from shnor_engine.recommend.situations import LOW_SHARE
from shnor_engine.report.claims import Claim, ids
from shnor_engine.report.material import Material, many

SHOWN = 6  # procedures on a page, the lowest first
REFS = (
    "binomial counts, Beta priors of schools and of their procedures by the results of the year",
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
    if material.luck is None:
        return [_no_extra(year, mine)]
    return _claims(material, material.luck, school, year, mine)


def _claims(material: Material, luck: Any, school: str, year: int, mine: Sequence[Row]) -> list[Claim]:
    results = luck.undisputed(row for row in material.rows("sittings") if row["year"] == year)
    (found,) = luck.reliability(results, [school], year=year, share=Fraction(*LOW_SHARE))
    bands = luck.bands(results, school, year=year)
    told = sorted(found.sat, key=lambda sat: (-sat.truly_low, sat.procedure))
    said = "; ".join(_procedure(material, sat, bands[sat.procedure]) for sat in told[:SHOWN])
    rest = f"; и ещё {len(told) - SHOWN}" if len(told) > SHOWN else ""
    known = {sat.procedure for sat in told}
    apart = sorted({row["procedure"] for row in mine} - known)
    events = ids(*(row["events"] for row in mine if row["procedure"] in known))
    if not told:
        return [_disputed(material, year, apart, mine)]
    claims = [
        Claim(
            "school.bands",
            f"Доля ниже минимума по результатам {year} года (в скобках – полоса 90 % для истинной доли и "
            f"вероятность, что она не меньше 30 %): {said}{rest}.",
            f"Share below the minimum in {year}, with the 90 % band and the chance that the result is truly low: "
            + "; ".join(f"{sat.procedure} {_percent(sat.truly_low)}" for sat in told[:SHOWN])
            + ".",
            "true_for_data_held",
            events=events,
            refs=REFS,
        ),
        _together(year, found.truly_low, len(told), events),
    ]
    return [*claims, _disputed(material, year, apart, mine)] if apart else claims


def _together(year: int, together: float, number: int, events: tuple[str, ...]) -> Claim:
    """The chance that two or more procedures are truly low, by what procedures of one school have in common."""
    chance = _percent(together)
    return Claim(
        "school.chance",
        f"Вероятность, что низких процедур в {year} году на деле две и больше: {chance} (насколько процедуры одной "
        "школы похожи, взято из результатов всех школ за год; "
        f"{many(number, 'процедура', 'процедуры', 'процедур')} с числами).",
        f"Chance that two or more procedures of {year} are truly low: {chance} (how alike procedures of one school "
        "are is taken from the results of all schools).",
        "true_for_data_held",
        events=events,
        refs=REFS,
    )


def _disputed(material: Material, year: int, apart: Sequence[str], mine: Sequence[Row]) -> Claim:
    """Which procedures are left out, for their sources give different numbers."""
    names = "; ".join(procedure_name(material, name) for name in apart)
    return Claim(
        "school.bands.disputed",
        f"Не учтены процедуры {year} года, о которых источники дают разные числа: {names}.",
        f"Left out are procedures of {year} of which sources give different numbers: {', '.join(apart)}.",
        "unverifiable",
        events=ids(*(row["events"] for row in mine if row["procedure"] in apart)),
    )


def _procedure(material: Material, sat: Any, band: tuple[float, float]) -> str:
    low, high = band
    return (
        f"{procedure_name(material, sat.procedure)} – {sat.below_min} из {sat.participants} "
        f"({round(low * 100)}–{_percent(high)}, {_percent(sat.truly_low)})"
    )


def procedure_name(material: Material, procedure: str) -> str:
    """«ВПР, математика, 5 класс» of `vpr.mathematics.5`."""
    kind, discipline, *rest = procedure.split(".")
    said = [material.term(kind, "procedure.kind"), material.term(discipline, "discipline")]
    return ", ".join([*said, *(f"{part} класс" if part.isdecimal() else LEVEL_RU.get(part, part) for part in rest)])


LEVEL_RU = {"base": "базовый уровень", "profile": "профильный уровень"}


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
