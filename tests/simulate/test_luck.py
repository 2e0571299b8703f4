"""Not lucky, or low? What stands beside a decision is held to the draws it speaks of."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shnor_engine.simulate.luck import Result, at_least, district_prior, least_failures, reliability, truly_low

SITTINGS = ("vpr.russian.5", "vpr.mathematics.5", "vpr.biology.6", "vpr.history.6")


def district(seed: int, schools: int = 400, people: int = 25) -> tuple[list[Result], np.ndarray, np.ndarray]:
    """Results, true shares and next year's results of schools whose shares come from one Beta distribution."""
    chance = np.random.default_rng(seed)
    shares = chance.beta(4, 12, (schools, len(SITTINGS)))
    below, later = chance.binomial(people, shares), chance.binomial(people, shares)
    rows = [
        (f"d/{n}", 2024, name, people, int(below[n, k])) for n in range(schools) for k, name in enumerate(SITTINGS)
    ]
    return rows, shares, later


def test_chances_are_as_often_right_as_they_say() -> None:
    """In ten groups by what was said, the truth and the next year come as often as that."""
    rows, shares, later = district(3, schools=4000)
    found = reliability(rows, [f"d/{n}" for n in range(4000)], year=2024)
    truth = (shares >= 0.3).sum(axis=1) >= 2
    again = (later >= least_failures(25)).sum(axis=1) >= 2
    for said, came in (([one.truly_low for one in found], truth), ([one.again for one in found], again)):
        order = np.argsort(said, kind="stable")
        for group in np.array_split(order, 10):
            assert came[group].mean() == pytest.approx(np.array(said, dtype=float)[group].mean(), abs=0.06)


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
    assert at_least(least, chances) == pytest.approx(total, abs=1e-12)


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
