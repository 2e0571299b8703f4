"""One text, two readings: what `columns` says of many places at once is what `decide` says of each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from random import Random
from typing import Any

import pytest
from tests.reasoning.methodology import LowResults, P, Sitting, Strictly
from tests.reasoning.worlds import World, agree

from shnor_engine.law import Clause, Law, Override, percent
from shnor_engine.packs.builtin.monitoring import Membership, Monitoring, MunicipalMonitoring
from shnor_engine.rules import (
    Rule,
    any_,
    count,
    previous,
)

ON = date(2024, 12, 31)
YEARS = (2022, 2023, 2024)
TRAPS = ((27, 8), (37, 11), (44, 13), (47, 14), (10, 3), (20, 6), (27, 9), (37, 12))
REGIONS = (None, "r1", "r1.m", "r2", "elsewhere")
LAW = Law.of(
    P,
    overrides=[
        Override.of("r1", P.low_share, {"2023-01-01": percent(25)}, ref=Clause("1")),
        Override.of("r1.m", P.low_share, {"2024-01-01": percent("29.5")}, ref=Clause("2")),
    ],
    regions={"r1": "", "r1.m": "r1", "r2": ""},
)


def chance(random: Random, one_in: int) -> bool:
    return random.randrange(one_in) == 0


def pair(random: Random, style: str) -> tuple[int | None, int | None]:
    """Participants and those below, by the style of a world."""
    if style == "gaps" and chance(random, 2):
        return random.choice(((None, 3), (20, None), (None, None)))
    if style == "small":
        return random.choice(((9, 9), (0, 0), (8, 1)))
    if style == "high":
        return random.choice(((20, 1), (30, 2), (10, 2), (40, 3)))
    if style == "broken" and chance(random, 3):
        return (10, 11)
    if style == "low":
        return random.choice(((10, 4), (20, 6), (12, 9), (40, 20)))
    return random.choice(TRAPS)


def sittings(random: Random, style: str, years: Sequence[int] = YEARS, most: int = 4) -> list[dict[str, Any]]:
    rows = []
    for year in years:
        for number in range(random.randint(1 if style in ("low", "high") else 0, most)):
            whole, below = pair(random, style)
            rows.append(
                {"school": "s", "year": year, "procedure": f"p{number}", "participants": whole, "below_min": below}
            )
    if rows and chance(random, 4):  # the same again, or another event that disagrees
        again = dict(random.choice(rows))
        if chance(random, 2):
            again["below_min"] = random.choice((None, 0, 5))
        rows.append(again)
    return rows


STYLES = ("gaps", "small", "high", "high", "broken", "low", "low", "mixed")


def school(random: Random) -> World:
    style = random.choice(STYLES)
    closed = random.choice(([{}], [{}], [{}], [], [{"year": 2024}], [{"school": "s", "year": 2023}, {"year": 2024}]))
    region = "elsewhere" if chance(random, 12) else random.choice(REGIONS[:4])
    return World(
        {Sitting: sittings(random, style)},
        [{"school": "s", "year": year} for year in (2023, 2024)],
        {Sitting: [dict(row) for row in closed]},
        region,
    )


ALL = ("met", "not_met", "not_applicable", "undetermined", "failed")


@pytest.mark.parametrize("rule", [LowResults, Strictly])
def test_the_methodology_of_two_low_years(rule: type[Rule]) -> None:
    agree(rule, school, LAW, on=ON, outcomes=ALL)


# --- municipal monitoring -------------------------------------------------------------------------


def membership(random: Random) -> World:
    kinds = random.choice(((True, False), (False,), (True, False, None), (False, False, None)))
    first = random.choice((2019, 2020, 2022))
    rows = [
        {"school": "s", "year": year, "listed": random.choice(kinds)}
        for year in range(first, 2025)
        if not chance(random, 8)
    ]
    closed = [{}] if chance(random, 4) else []
    places = [{"school": "s", "year": year} for year in (2019, 2023, 2024)]
    return World({Membership: rows}, places, {Membership: closed}, random.choice((None, "r")))


def test_municipal_monitoring() -> None:
    law = Law.of(
        Monitoring, overrides=[Override.of("r", Monitoring.clean_years, {"2023-01-01": 3})], regions={"r": ""}
    )
    agree(MunicipalMonitoring, membership, law, on=ON, outcomes=("met", "not_met", "not_applicable", "undetermined"))


# --- the same procedure in two years --------------------------------------------------------------


class SameTwice(LowResults, id="t.same"):
    lowly = LowResults.counted & LowResults.low
    again = any_(lowly & previous(lowly))
    applies = count(Sitting, where=LowResults.counted) >= 1
    verdict = again | (count(Sitting, where=lowly) >= 3)


def test_the_same_procedure_low_in_both_years() -> None:
    agree(SameTwice, school, LAW, on=ON, outcomes=ALL)
