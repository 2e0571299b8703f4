"""What one year can tell: the table of noise, the closed form of an exit, and luck against lowness."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from tests.simulate.methodology import PACK_A, PACK_A_AND_B

from shnor_engine.simulate.judge import decide_paths
from shnor_engine.simulate.model import Draws, World
from shnor_engine.simulate.reliability import (
    district_prior,
    least_failures,
    listed_by_chance,
    needed_shift,
    noise_table,
    truly_low,
    truly_low_each,
)

# percent, A / A and B, by participants and by the true share 0.15, 0.20, 0.25, 0.30, 0.35
TABLE = {
    8: "12.5/2.7 35/14 63/39 83/68 95/88",
    12: "9.9/1.8 36/15 68/46 90/79 98/95",
    20: "5.7/0.8 33/13 74/54 95/89 99.6/99.1",
    40: "0.2/0.0 9.1/1.6 55/31 94/86 99.8/99.6",
    80: "0/0 0.7/0.0 30/11 93/84 100/99.9",
}


def rounded_as(printed: str, value: float) -> str:
    """As the table was made: to a tenth of a percent, halves up, and from there to whole percents."""
    tenth = Decimal(repr(100 * value)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return str(tenth if "." in printed else tenth.quantize(Decimal(1), ROUND_HALF_UP))


@pytest.mark.parametrize("size", TABLE)
def test_the_table_of_noise_is_that_of_the_published_sketch(size: int) -> None:
    for printed, (share, chance) in zip(TABLE[size].split(), noise_table()[size].items(), strict=True):
        a, both = printed.split("/")
        assert (rounded_as(a, chance.a), rounded_as(both, chance.a_and_b)) == (a, both), (size, share)


@pytest.mark.parametrize(("size", "share"), [(12, 0.2), (20, 0.25), (40, 0.3)])
def test_the_closed_form_is_what_the_packs_decide_on_draws(size: int, share: float) -> None:
    chance = np.random.default_rng(11)
    below = chance.binomial(size, share, (4000, 5, 2, 6))
    world = World(tuple("abcde"), tuple("123456"), 2023, 2024)
    drawn = Draws(world, np.arange(4000), (2023, 2024), np.full_like(below, size), below)
    expected = listed_by_chance(size, share)
    for pack, value in ((PACK_A, expected.a), (PACK_A_AND_B, expected.a_and_b)):
        assert decide_paths(drawn, pack).year(2024).mean() == pytest.approx(value, abs=0.012)


@pytest.mark.parametrize(("share", "needed"), [(0.35, 0.14), (0.40, 0.27), (0.45, 0.40), (0.50, 0.52)])
def test_what_it_takes_to_come_below_the_threshold(share: float, needed: float) -> None:
    assert round(needed_shift(share), 2) == needed
    assert needed_shift(0.3) == 0


@pytest.mark.parametrize(("people", "least"), [(10, 3), (11, 4), (8, 3), (12, 4), (20, 6), (1, 1), (0, 0)])
def test_the_fewest_failures_are_exact(people: int, least: int) -> None:
    assert least_failures(people) == least
    assert 10 * least >= 3 * people
    assert people == 0 or 10 * (least - 1) < 3 * people


def test_more_failures_and_a_worse_district_make_low_more_likely() -> None:
    chances = [truly_low(below, 12) for below in range(13)]
    assert chances == sorted(chances)
    assert chances[0] < 0.02
    assert chances[-1] > 0.99
    assert truly_low(4, 12, prior=(3, 17)) < truly_low(4, 12, prior=(6, 14)) < truly_low(4, 12, prior=(8, 12))


def test_an_impossible_result_is_refused() -> None:
    with pytest.raises(ValueError, match="13"):
        truly_low(13, 12)


def test_the_prior_of_a_district_is_that_from_which_its_results_were_drawn() -> None:
    chance = np.random.default_rng(4)
    people = chance.integers(10, 80, 3000)
    below = chance.binomial(people, chance.beta(3, 12, 3000))
    one, other = district_prior(below.tolist(), people.tolist())
    assert one / (one + other) == pytest.approx(0.2, abs=0.01)
    assert one + other == pytest.approx(15, rel=0.2)
    assert district_prior([1, 2], [10, 10]) == (1.0, 1.0)
    assert district_prior([0, 0, 0], [10, 10, 10]) == (1.0, 1.0)


def test_beside_each_result_stands_the_chance_that_the_school_is_truly_low() -> None:
    rows = [{"school": f"s{n}", "participants": 20, "below_min": n % 4 + 1} for n in range(12)]
    rows += [
        {"school": "low", "participants": 60, "below_min": 40},
        {"school": "tiny", "participants": 6, "below_min": 2},
    ]
    rows += [{"school": "unknown", "participants": None, "below_min": None}]
    found = {row["school"]: row["truly_low"] for row in truly_low_each(rows)}
    assert found["unknown"] is None
    assert found["low"] > 0.95 > 0.5 > found["s0"]
    assert found["s0"] < found["tiny"] < found["low"]
