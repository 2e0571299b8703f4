"""Chance by place: published vectors of the generator, the inverse of the binomial, independent neighbours."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import betabinom, binom, kstest

from shnor_engine.simulate.noise import TILE, beta_binomial, binomial, cell, key_of, label, normal, philox, uniform

ONES = 0xFFFFFFFF


@pytest.mark.parametrize(
    ("counter", "key", "expected"),
    [
        ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((ONES,) * 4, (ONES,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
    ids=["zeros", "ones", "digits of pi"],
)
def test_the_generator_gives_its_published_vectors(
    counter: tuple[int, ...], key: tuple[int, int], expected: tuple[int, ...]
) -> None:
    assert tuple(int(word) for word in philox(counter, key)) == expected


@pytest.mark.parametrize("shape", [(3, 5, 7), (2, TILE + 3, 2), (TILE * 2 + 1,), (1, 1)])
def test_a_broadcast_call_gives_what_each_place_gives_alone(shape: tuple[int, ...]) -> None:
    axes = [np.arange(size).reshape((1,) * n + (-1,) + (1,) * (len(shape) - n - 1)) for n, size in enumerate(shape)]
    axes += [np.zeros(1, dtype=int)] * (4 - len(axes))
    words = philox(tuple(axes[:4]), (7, 9))
    assert words[0].shape == shape
    chance = np.random.default_rng(1)
    for _ in range(5):
        at = tuple(int(chance.integers(size)) for size in shape)
        alone = philox((*at, *(0,) * (4 - len(shape))), (7, 9))
        assert [int(word[at]) for word in words] == [int(word) for word in alone]


def test_names_become_the_same_numbers_on_every_machine() -> None:
    assert label("result") == 0xE7044927
    assert key_of(20_241_223, "severskiy/7") == (1_250_563_851, 2_006_319_076)
    assert key_of(1, "a") != key_of(2, "a") != key_of(2, "b")
    assert key_of(-1, "a") != key_of(1, "a")


def test_numbers_of_different_places_are_uniform_and_independent() -> None:
    u, short, other = cell((1, 2), path=np.arange(200)[:, None], year=2024, procedure=np.arange(200), purpose="x")
    for numbers in (u, short, other):
        assert numbers.min() > 0
        assert numbers.max() < 1
        assert kstest(numbers.ravel(), "uniform").pvalue > 1e-4
    pairs = [(u, short), (u, other), (short, other), (u[1:], u[:-1]), (u[:, 1:], u[:, :-1])]
    for one, two in pairs:
        assert abs(np.corrcoef(one.ravel(), two.ravel())[0, 1]) < 0.025


def test_a_purpose_of_its_own_gives_numbers_of_its_own() -> None:
    same = {purpose: float(uniform((1, 2), path=3, year=4, purpose=purpose)) for purpose in ("a", "b", "c")}
    assert len(set(same.values())) == 3
    assert abs(float(normal((1, 2), path=np.arange(20_000), purpose="n").mean())) < 0.03


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(1e-12, 1 - 1e-12), st.integers(0, 400), st.one_of(st.floats(0, 1), st.sampled_from([0.0, 1.0]))
        ),
        min_size=1,
        max_size=30,
    )
)
def test_the_binomial_at_a_quantile_is_that_of_scipy(places: list[tuple[float, int, float]]) -> None:
    u, n, p = (np.array(column) for column in zip(*places, strict=True))
    ours, theirs = binomial(u, n, p), binom.ppf(u, n, p)
    at = binom.cdf(ours, n, p)
    below = np.where(ours > 0, binom.cdf(ours - 1, n, p), 0.0)
    near = np.minimum(np.abs(at - u), np.abs(below - u)) < 1e-9  # a tie of the last digit may fall to either side
    assert np.all((ours == theirs) | near)
    assert np.all((ours >= 0) & (ours <= n))


def test_a_first_term_that_keeps_few_digits_is_not_built_on() -> None:
    """(1 − p)ⁿ may be a number of one or two digits: sums of terms built on it end anywhere."""
    p = np.linspace(0.8, 0.99, 2000)
    n = np.rint(-320 * np.log(10) / np.log1p(-p)).astype(int)
    u = uniform((1, 9), path=np.arange(2000), purpose="tiny")
    assert np.array_equal(binomial(u, n, p), binom.ppf(u, n, p))


def test_the_binomial_has_its_distribution_over_keyed_numbers() -> None:
    u = uniform((5, 6), path=np.arange(50_000), purpose="b")
    drawn = np.bincount(binomial(u, 20, 0.3), minlength=21) / 50_000
    assert np.abs(drawn - binom.pmf(np.arange(21), 20, 0.3)).max() < 0.01


@settings(deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 120), st.floats(0, 1), st.floats(0, 1))
def test_more_chance_or_a_higher_quantile_never_gives_fewer(seed: int, n: int, one: float, other: float) -> None:
    low, high = sorted((one, other))
    u = np.sort(uniform((seed, 1), path=np.arange(50), purpose="m"))
    at_low, at_high = binomial(u, n, low), binomial(u, n, high)
    assert np.all(np.diff(at_low) >= 0)
    assert np.all(at_high >= at_low)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(st.floats(1e-9, 1 - 1e-9), st.integers(0, 200), st.floats(0.001, 0.999), st.floats(0.001, 0.6)),
        min_size=1,
        max_size=30,
    )
)
def test_the_beta_binomial_at_a_quantile_is_that_of_scipy(places: list[tuple[float, int, float, float]]) -> None:
    u, n, p, rho = (np.array(column) for column in zip(*places, strict=True))
    law = betabinom(n, p * (1 / rho - 1), (1 - p) * (1 / rho - 1))
    ours = beta_binomial(u, n, p, rho)
    at, below = law.cdf(ours), np.where(ours > 0, law.cdf(ours - 1), 0.0)
    assert np.all((below <= u + 1e-8) & (u <= at + 1e-8))
    assert np.all((ours >= 0) & (ours <= n))


def test_very_many_trials_that_resemble_each_other_are_those_of_scipy_too() -> None:
    chance = np.random.default_rng(2)
    n, p, rho = chance.integers(200, 3000, 300), chance.random(300), chance.choice([0.002, 0.05, 0.4], 300)
    u = np.concatenate([chance.random(280), chance.random(10) * 1e-4, 1 - chance.random(10) * 1e-6])
    law = betabinom(n, p * (1 / rho - 1), (1 - p) * (1 / rho - 1))
    ours = beta_binomial(u, n, p, rho)
    below = np.where(ours > 0, law.cdf(ours - 1), 0.0)
    assert np.all((below <= u + 1e-7) & (u <= law.cdf(ours) + 1e-7))
    again = np.concatenate([beta_binomial(u[m : m + 1], n[m : m + 1], p[m : m + 1], rho[m]) for m in range(300)])
    assert np.array_equal(again, ours)  # whatever stands beside


def test_trials_that_resemble_each_other_spread_wider_by_the_factor_of_the_formula() -> None:
    u = uniform((5, 7), path=np.arange(60_000), purpose="b")
    drawn = beta_binomial(u, 25, 0.3, 0.1)
    assert drawn.mean() == pytest.approx(7.5, abs=0.05)
    assert drawn.var() == pytest.approx(25 * 0.3 * 0.7 * (1 + 24 * 0.1), rel=0.03)


@settings(deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 120), st.floats(0, 1), st.floats(0, 1), st.floats(0, 0.5))
def test_alike_or_not_more_chance_never_gives_fewer_and_none_alike_is_the_binomial(
    seed: int, n: int, one: float, other: float, rho: float
) -> None:
    low, high = sorted((one, other))
    u = uniform((seed, 1), path=np.arange(50), purpose="m")
    assert np.all(beta_binomial(u, n, high, rho) >= beta_binomial(u, n, low, rho))
    assert np.array_equal(beta_binomial(u, n, low, 0.0), binomial(u, n, low))


def test_impossible_chances_are_refused() -> None:
    with pytest.raises(ValueError, match="correlation"):
        beta_binomial(np.array([0.5]), 3, 0.2, 1.0)
    with pytest.raises(ValueError, match="chance"):
        binomial(np.array([0.5]), 3, 1.2)
    with pytest.raises(ValueError, match="trials"):
        binomial(np.array([0.5]), -1, 0.2)
