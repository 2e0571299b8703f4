"""Small worlds of sittings for the built-in methodologies: gaps, nobody sat, whole percents, closings, regions."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.reasoning.worlds import World

from shnor_engine.packs.builtin import Membership, YearTotals
from shnor_engine.rules import Fact
from shnor_fictional.methodology import Reading

REGIONS = (None, "r/strict")
PARTICIPANTS = (0, 1, 8, 9, 10, 11, 27, 30, 37, 44, 47, 100)


def sittings(
    fact: type[Fact],
    codes: tuple[str, ...],
    random: Random,
    *,
    years: tuple[int, ...],
    each: bool = False,
    lows: float = 0.35,
    deep: float = 0.3,
    skip: float = 0.25,
) -> World:
    """One school over some years; `each` decides every procedure of its own.

    `lows` says how often a result is low, `deep` how many of these by far, `skip` how often a procedure was not sat.
    """
    rows: list[dict[str, Any]] = []
    closed: list[dict[str, Any]] = []
    gap, styles = random.choice((0.0, 0.0, 0.2)), random.choice(("counts", "counts", "percents", "mixed"))
    for year in years:
        for code in codes:
            if random.random() < skip:
                continue
            rows.append(
                {"school": "s", "year": year, "procedure": code, **_cells(fact, random, gap, styles, lows, deep)}
            )
        if random.random() < 0.85:
            closed.append({"school": "s", "year": year})
    places = [{"school": "s", "year": year} for year in years[-2:]]
    if each:
        places = [{**place, "procedure": code} for place in places for code in codes]
    return World({fact: rows}, places, {fact: closed}, random.choice(REGIONS))


def _cells(fact: type[Fact], random: Random, gap: float, styles: str, lows: float, deep: float) -> dict[str, Any]:
    """Participants and those below, near the threshold more often than not; or a whole percent instead."""
    sat = random.choice(PARTICIPANTS)
    near = min(sat, -(-3 * sat // 10) + random.choice((0, 1)))
    low = random.randint(sat // 2, sat) if random.random() < deep else near
    below = low if random.random() < lows else random.randint(0, sat // 4)
    cells: dict[str, Any] = {"participants": sat, "below_min": below}
    if "below_percent" in fact.fields():
        cells["below_percent"] = None
        if sat and (styles == "percents" or (styles == "mixed" and random.random() < 0.5)):
            cells |= {"below_min": None, "below_percent": (200 * below + sat) // (2 * sat)}
            if random.random() < 0.3:
                cells["participants"] = None
    return {name: None if random.random() < gap else value for name, value in cells.items()}


# --- totals of a year, alone and in a group --------------------------------------------------------


def year_totals(random: Random, *, years: tuple[int, ...]) -> World:
    """One school's year totals by kind: nobody sat, results that stand apart from no threshold, gaps, closings."""
    lows, highs = random.choice(((0.9, 0.1), (0.1, 0.9), (0.5, 0.3), (0.05, 0.1)))
    gap = random.choice((0.0, 0.0, 0.15))
    rows, closed = [], []
    for year in years:
        for kind in ("oge", "ege"):
            if random.random() < 0.9:
                rows.append({**_place("s", kind, year), **_totals(random, gap, lows, highs)})
        if random.random() < 0.9:
            closed.append({"school": "s", "year": year})
    places = [{"school": "s", "year": year} for year in years[-2:]]
    return World({YearTotals: rows}, places, {YearTotals: closed}, random.choice(REGIONS))


def ranked_totals(random: Random, *, size: int = 8, lowest: float = 0.5) -> World:
    """The schools of a region with many equal shares, unknown numbers, some that nobody sat in and broken ones."""
    gap, broken = random.choice((0.0,) * 7 + (0.1,)), 0.03 if random.random() < 0.05 else 0.0
    kinds, rows = ("ege", "oge"), []
    for number in range(random.randint(2 if random.random() < 0.1 else size - 1, size)):
        for kind in kinds:
            if random.random() < 0.9:
                cells = _totals(random, gap, lowest, 0.2)
                if random.random() < broken:
                    cells = {"participants": 3, "below_min": 4, "high": 0}
                rows.append({**_place(f"s{number}", kind, 2024), **cells})
    if rows and random.random() < 0.1:  # the same again, or another event that disagrees
        rows.append({**random.choice(rows), "below_min": random.choice((None, 0, 1))})
    places = [
        {name: _place(f"s{number}", kind, 2024)[name] for name in ("school", "region", "kind", "year")}
        for number in range(size)
        for kind in (kinds if random.random() < 0.1 else ("ege",))
    ]
    closed = random.choice(
        ([{}], [{}], [{}], [{"region": "r", "year": 2024}], [{"region": "r"}], [{"kind": "oge"}], [])
    )
    return World({YearTotals: rows}, places, {YearTotals: [dict(row) for row in closed]}, random.choice(REGIONS))


def _place(school: str, kind: str, year: int) -> dict[str, Any]:
    return {"school": school, "region": "r", "kind": kind, "year": year}


def _totals(random: Random, gap: float, lows: float, highs: float) -> dict[str, Any]:
    sat = random.choice((0, 10, 20, 27, 37, 44, 61, 73, 88))
    below = random.randint(-(-3 * sat // 10), sat) if random.random() < lows else random.randint(0, sat // 4)
    high = random.randint(-(-7 * sat // 10), sat) if random.random() < highs else random.randint(0, sat // 2)
    cells = {"participants": sat, "below_min": below, "high": high}
    return {name: None if random.random() < gap else value for name, value in cells.items()}


def memberships(random: Random, *, region: str | None) -> World:
    """One school's lists of some years: unknown ones, years without a row, whole histories and the last years."""
    kinds = random.choice(((True, False), (False,), (True, False, None), (False, False, None)))
    first = random.choice((2019, 2020, 2022))
    rows = [
        {"school": "s", "year": year, "listed": random.choice(kinds)}
        for year in range(first, 2025)
        if random.random() < 0.9
    ]
    closed: list[dict[str, Any]] = [{}] if random.random() < 0.25 else []
    places = [{"school": "s", "year": year} for year in (2019, 2023, 2024)]
    return World({Membership: rows}, places, {Membership: closed}, region)


def readings(random: Random, *, regions: tuple[str | None, ...], years: tuple[int, ...]) -> World:
    """The schools of an invented municipality over some years: few readers or enough, libraries of all kinds."""
    gap, few = random.choice((0.0, 0.0, 0.1)), random.choice((0.2, 0.6, 0.9))
    rows: list[dict[str, Any]] = []
    for number in range(random.randint(2, 4)):
        for year in years:
            if random.random() < 0.9:
                place = {"school": f"s{number}", "municipality": "m", "year": year}
                rows.append({**place, **_reading(random, gap, few)})
    if rows and random.random() < 0.1:
        rows.append({**random.choice(rows), "readers": random.choice((None, 0))})
    places = [
        {"school": f"s{number}", "municipality": "m", "year": year} for number in range(4) for year in years[-2:]
    ]
    told = ([{"municipality": "m"}], [{"year": years[-1]}], [])
    closed = random.choice(told) if random.random() < 0.2 else [{}]
    return World({Reading: rows}, places, {Reading: [dict(row) for row in closed]}, random.choice(regions))


def _reading(random: Random, gap: float, few: float) -> dict[str, Any]:
    pupils = random.choice((0, 10, 20, 20, 33, 47))
    readers = random.randint(0, pupils // 2) if random.random() < few else random.randint(pupils // 2, pupils)
    if random.random() < 0.01:
        readers = pupils + 1
    hours = random.choice((5, 10, 15, 19, 20, 30))
    cells = {"pupils": pupils, "readers": readers, "hours": hours, "place": random.choice(("own", "shared"))}
    return {name: None if random.random() < gap else value for name, value in cells.items()}
