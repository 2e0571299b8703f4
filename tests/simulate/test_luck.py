"""Not lucky, or low? What stands beside a decision is held to the draws it speaks of."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shnor_engine.simulate.luck import (
    Result,
    at_least,
    bands,
    district_prior,
    least_failures,
    reliability,
    spread_of,
    truly_low,
    undisputed,
)

SITTINGS = ("vpr.russian.5", "vpr.mathematics.5", "vpr.biology.6", "vpr.history.6")


def district(
    seed: int, schools: int = 400, people: int = 25, alike: float = 0.0
) -> tuple[list[Result], np.ndarray, np.ndarray]:
    """Results, true shares and next year's results; `alike` is the part of the variance that lies between schools."""
    chance = np.random.default_rng(seed)
    mean, variance = 0.25, 0.25 * 0.75 / 17
    middle = np.full((schools, 1), mean)
    if alike:
        weight = mean * (1 - mean) / (alike * variance) - 1
        middle = chance.beta(mean * weight, (1 - mean) * weight, (schools, 1))
    within = (mean * (1 - mean) - alike * variance) / (variance * (1 - alike)) - 1
    shares = chance.beta(middle * within, (1 - middle) * within, (schools, len(SITTINGS)))
    below, later = chance.binomial(people, shares), chance.binomial(people, shares)
    rows = [
        (f"d/{n}", 2024, name, people, int(below[n, k])) for n in range(schools) for k, name in enumerate(SITTINGS)
    ]
    return rows, shares, later


@pytest.mark.parametrize("alike", [0.0, 0.9])
def test_chances_are_as_often_right_as_they_say(alike: float) -> None:
    """In ten groups by what was said, the truth and the next year come as often as that."""
    rows, shares, later = district(3, schools=1500, alike=alike)
    found = reliability(rows, [f"d/{n}" for n in range(1500)], year=2024)
    truth = (shares >= 0.3).sum(axis=1) >= 2
    again = (later >= least_failures(25)).sum(axis=1) >= 2
    for said, came in (([one.truly_low for one in found], truth), ([one.again for one in found], again)):
        order = np.argsort(said, kind="stable")
        for group in np.array_split(order, 10):
            assert came[group].mean() == pytest.approx(np.array(said, dtype=float)[group].mean(), abs=0.07)


@pytest.mark.parametrize("alike", [0.0, 0.8])
def test_a_band_holds_the_true_share_as_often_as_it_says(alike: float) -> None:
    inside = []
    for seed in range(4, 8):
        rows, shares, _ = district(seed, schools=300, alike=alike)
        for n in range(25):
            found = bands(rows, f"d/{n}", year=2024)
            inside += [low <= shares[n, SITTINGS.index(name)] <= high for name, (low, high) in found.items()]
    assert len(inside) == 400
    assert np.mean(inside) == pytest.approx(0.9, abs=0.045)
    assert bands(rows, "nowhere", year=2024) == {}


def test_results_that_sources_tell_differently_or_not_at_all_are_no_results() -> None:
    def row(procedure: str, people: int | None, below: int | None) -> dict[str, object]:
        return {"school_id": "d", "year": 1, "procedure": procedure, "participants": people, "below_min": below}

    told = [row("b", 20, 3), row("a", 9, 2), row("b", 20, 3), row("c", 9, 1), row("c", 9, 2), row("e", 9, None)]
    assert undisputed(told) == (("d", 1, "a", 9, 2), ("d", 1, "b", 20, 3))


def test_an_unlucky_small_school_and_a_low_large_one_are_told_apart() -> None:
    rows, _, _ = district(5)
    rows += [("small", 2024, name, 10, 4) for name in SITTINGS[:2]]
    rows += [("large", 2024, name, 90, 36) for name in SITTINGS[:2]]
    small, large = reliability(rows, ["small", "large"], year=2024)
    assert all(one.low for one in (*small.sat, *large.sat))
    assert small.truly_low is not None
    assert large.truly_low is not None
    assert small.truly_low < 0.5 < 0.9 < large.truly_low
    assert "vpr.mathematics.5: 4 из 10" in small.text()
    assert "В следующем" not in small.text()
    assert "в следующем году" in small.text()


def test_without_results_it_says_that_it_cannot_be_told_and_why() -> None:
    rows, _, _ = district(5, schools=5)
    (gone,) = reliability(rows, ["nowhere"], year=2024)
    (other,) = reliability(rows, ["d/1"], year=2023)
    for one in (gone, other):
        assert (one.truly_low, one.again, one.sat) == (None, None, ())
        assert "сказать нельзя" in one.text()
        assert "result.recorded" in one.text()
        assert one.to_json()["truly_low"] is None


def test_nobody_took_part_is_no_result() -> None:
    (one,) = reliability([("d/1", 2024, "vpr.russian.5", 0, 0)], ["d/1"], year=2024)
    assert one.truly_low is None


def test_one_procedure_alone_makes_no_school_low() -> None:
    (one,) = reliability([("d/1", 2024, "vpr.russian.5", 50, 45)], ["d/1"], year=2024)
    assert (one.truly_low, one.again) == (0, 0)
    assert one.sat[0].truly_low > 0.99


@given(st.lists(st.floats(0, 1), max_size=7), st.integers(0, 8))
def test_at_least_so_many_agrees_with_trying_every_case(chances: list[float], least: int) -> None:
    total = 0.0
    for case in range(2 ** len(chances)):
        happened = [bool(case >> n & 1) for n in range(len(chances))]
        if sum(happened) >= least:
            total += float(np.prod([p if there else 1 - p for p, there in zip(chances, happened, strict=True)]))
    assert float(at_least(least, [np.array(p) for p in chances])) == pytest.approx(total, abs=1e-12)


@pytest.mark.parametrize("alike", [0.1, 0.5, 0.8])
def test_the_spread_of_a_district_is_that_from_which_its_results_were_drawn(alike: float) -> None:
    rows, _, _ = district(8, schools=6000, people=40, alike=alike)
    found = spread_of(rows)
    variance = 0.25 * 0.75 / 17
    assert found.mean == pytest.approx(0.25, abs=0.01)
    assert found.mean * (1 - found.mean) / (found.schools + 1) == pytest.approx(alike * variance, rel=0.15)


def test_what_a_school_does_elsewhere_speaks_for_a_procedure_where_procedures_are_alike() -> None:
    """The same 5 of 12 in a school that is low elsewhere too is less likely to be luck."""
    rows, _, _ = district(6, alike=0.8)
    rows += [("low", 2024, SITTINGS[0], 12, 5), *(("low", 2024, name, 40, 20) for name in SITTINGS[1:])]
    rows += [("high", 2024, SITTINGS[0], 12, 5), *(("high", 2024, name, 40, 4) for name in SITTINGS[1:])]
    low, high = (
        next(sat for sat in one.sat if sat.procedure == SITTINGS[0])
        for one in reliability(rows, ["low", "high"], year=2024)
    )
    assert low.truly_low > 0.7 > 0.4 > high.truly_low


@given(st.integers(1, 200), st.data())
def test_chances_lie_between_nothing_and_all_and_rise_with_failures(people: int, data: st.DataObject) -> None:
    below = data.draw(st.integers(0, people - 1))
    prior = district_prior([], [])
    one, other = (truly_low(n, people, prior=prior) for n in (below, below + 1))
    assert 0 <= one <= other <= 1
    rows = [("d/1", 2024, name, people, below) for name in SITTINGS]
    (told,) = reliability(rows, ["d/1"], year=2024, share=Fraction(1, 2))
    assert told.again is not None
    assert 0 <= told.again <= 1
