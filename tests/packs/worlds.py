"""Small worlds of sittings for the built-in methodologies: gaps, nobody sat, whole percents, closings, regions."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.reasoning.worlds import World

from shnor_engine.rules import Fact

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
