"""The optimiser: equals trying everything, keeps every limit, and is judged on chance that it has not seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.simulate.methodology import PACK_A_AND_B

from shnor_engine.errors import BadInput
from shnor_engine.simulate.judge import Judge
from shnor_engine.simulate.model import World
from shnor_engine.simulate.optimise import (
    Limits,
    Option,
    best,
    best_with_caution,
    by_trying,
    cautious,
    gains,
    optimise,
    simple_ways,
    tail_mean,
    totals,
    value_of,
    with_caution_by_trying,
)
from shnor_engine.simulate.parameters import Parameters
from shnor_engine.simulate.paths import Task
from shnor_engine.simulate.scenario import Given


def option(name: str, hours: float, staff_hours: float, lever: str = "coaching", venue: str = "") -> Option:
    return Option(name, name, (Given(name, (lever,), hours, staff_hours, None, "all", 2025, 2030),), venue)


FOUR = (
    option("visit", 6, 5),
    option("mentor", 60, 20, venue="centre"),
    option("seminar", 16, 3, "pd"),
    option("training", 40, 12, "pd", venue="centre"),
)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    hours=st.one_of(st.none(), st.integers(6, 90)),
    places=st.one_of(st.none(), st.integers(0, 4)),
    must=st.sets(st.integers(0, 5), max_size=3),
)
def test_it_equals_trying_every_choice_of_six_schools_and_four_supports(
    seed: int, hours: int | None, places: int | None, must: set[int]
) -> None:
    gain = np.random.default_rng(seed).normal(0.2, 0.5, (6, 4)).round(3)
    limits = Limits(hours, None, None if places is None else {"centre": places}, tuple(sorted(must)))
    try:
        expected = by_trying(gain, FOUR, limits)
    except BadInput:
        with pytest.raises(BadInput):
            best(gain, FOUR, limits)
        return
    found = best(gain, FOUR, limits)
    assert limits.fits(found, FOUR)
    assert value_of(found, gain) == pytest.approx(value_of(expected, gain), abs=1e-6)


@settings(max_examples=8, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    caution=st.sampled_from([0.2, 0.7, 1.0]),
    share=st.sampled_from([0.1, 0.25, 0.3, 1.0]),
    hours=st.one_of(st.none(), st.integers(6, 60)),
    must=st.sets(st.integers(0, 5), max_size=2),
)
def test_with_caution_it_equals_trying_every_choice_too(
    seed: int, caution: float, share: float, hours: int | None, must: set[int]
) -> None:
    gains = np.random.default_rng(seed).normal(0.2, 0.6, (10, 6, 4)).round(3)
    limits = Limits(hours, None, {"centre": 2}, tuple(sorted(must)))
    expected = with_caution_by_trying(gains, FOUR, limits, caution=caution, share=share)
    found = best_with_caution(gains, FOUR, limits, caution=caution, share=share)
    assert limits.fits(found, FOUR)
    worth = [cautious(totals(choice, gains), caution, share=share) for choice in (found, expected)]
    assert worth[0] == pytest.approx(worth[1], abs=1e-6)


def test_without_caution_or_with_the_whole_as_the_tail_it_is_the_best_on_average() -> None:
    gains = np.random.default_rng(3).normal(0.2, 0.6, (30, 6, 4))
    limits = Limits(staff_hours=40)
    mean = value_of(best(gains.mean(axis=0), FOUR, limits), gains.mean(axis=0))
    for how in ({"caution": 0.0}, {"caution": 1.0, "share": 1.0}):
        choice = best_with_caution(gains, FOUR, limits, **how)  # type: ignore[arg-type]
        assert value_of(choice, gains.mean(axis=0)) == pytest.approx(mean)


def test_caution_gives_up_mean_for_the_tail() -> None:
    """One support helps a little always, another much or not at all: which is better depends on who asks."""
    gains = np.zeros((20, 1, 4))
    gains[:, 0, 2] = 0.3
    gains[::2, 0, 1] = 1.0
    assert best(gains.mean(axis=0), FOUR, Limits()).tolist() == [1]
    assert best_with_caution(gains, FOUR, Limits(), caution=1.0).tolist() == [2]
    assert best_with_caution(gains, FOUR, Limits(), caution=0.1).tolist() == [1]


def test_a_budget_too_small_is_refused_with_caution_as_without() -> None:
    with pytest.raises(BadInput, match="no choice gives each of 3 listed schools a support within 8 staff hours"):
        best_with_caution(np.ones((4, 5, 4)), FOUR, Limits(staff_hours=8, must=(0, 1, 2)), caution=0.5)


def test_a_support_that_harms_is_given_only_where_one_is_due() -> None:
    gain = np.full((3, 4), -0.1)
    gain[:, 2] = -0.02
    assert best(gain, FOUR, Limits(must=(1,))).tolist() == [-1, 2, -1]


def test_a_budget_below_one_support_for_each_listed_school_is_refused_with_its_numbers() -> None:
    with pytest.raises(BadInput, match="no choice gives each of 3 listed schools a support within 8 staff hours"):
        best(np.ones((5, 4)), FOUR, Limits(staff_hours=8, must=(0, 1, 2)))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000), hours=st.integers(9, 80))
def test_simple_ways_keep_every_limit_and_are_never_better_than_the_optimum(seed: int, hours: int) -> None:
    chance = np.random.default_rng(seed)
    gain = chance.normal(0.3, 0.3, (8, 4))
    limits = Limits(staff_hours=hours, places={"centre": 2}, must=(1, 5))
    optimum = value_of(best(gain, FOUR, limits), gain)
    ways = simple_ways(gain, chance.random(8), FOUR, limits, seed=seed)
    assert list(ways) == ["none", "equal", "listed_only", "greedy", "random"]
    for name, way in ways.items():
        assert name == "none" or limits.fits(way, FOUR), name
        assert name == "none" or value_of(way, gain) <= optimum + 1e-9, name
    assert set(np.flatnonzero(ways["listed_only"] != -1)) == {1, 5}


@pytest.fixture(scope="module")
def task(parameters: Parameters) -> Task:
    schools = tuple(f"d/{n}" for n in range(8))
    world = World(schools, tuple("abcd"), 2023, 2028)
    judge = Judge(PACK_A_AND_B, date(2028, 12, 31))
    return Task(world, parameters, parameters.central(400), judge, 9, np.arange(400), 2025)


def test_what_an_option_gains_in_a_school_does_not_depend_on_the_others(task: Task) -> None:
    whole = gains(task, FOUR[:2], task.world.schools)
    fewer = replace(task, world=replace(task.world, schools=task.world.schools[:3]))
    assert np.array_equal(gains(fewer, FOUR[:2], fewer.world.schools), whole[:, :3])


def test_gains_follow_the_real_schools_through_the_places(task: Task) -> None:
    turned = np.tile(np.roll(np.arange(8), 3), (400, 1))
    moved = gains(replace(task, real=turned), FOUR[:1], task.world.schools)
    assert np.array_equal(moved, np.roll(gains(task, FOUR[:1], task.world.schools), -3, axis=1))


def test_a_choice_is_judged_on_fresh_chance_beside_simple_ways(task: Task) -> None:
    limits = Limits(staff_hours=70, places={"centre": 3}, must=(2, 6))
    answer = optimise(task, FOUR, limits, task.world.schools)
    assert {"d/2", "d/6"} <= set(answer.choice)
    assert answer.staff_hours <= 70
    assert answer.optimism == answer.expected - answer.fresh
    assert answer.interval[0] <= answer.fresh <= answer.interval[1]
    assert answer.ways["none"] == 0
    assert min(answer.regret.values()) == 0
    assert answer.fresh > answer.ways["none"]
    assert optimise(task, FOUR, limits, task.world.schools) == answer


def test_a_cautious_choice_is_judged_on_fresh_chance_beside_the_one_by_the_mean(task: Task) -> None:
    limits = Limits(staff_hours=70, places={"centre": 3}, must=(2, 6))
    plain, careful = (optimise(task, FOUR, limits, task.world.schools, caution=c) for c in (0.0, 0.8))
    assert "neutral" not in plain.ways
    assert careful.ways["neutral"] == plain.fresh
    assert careful.tails["neutral"] == plain.tail
    assert careful.tail_expected >= plain.tail_expected
    assert careful.expected <= plain.expected + 1e-9
    assert careful.tail_optimism == careful.tail_expected - careful.tail
    assert careful.tails["none"] == 0
    assert careful == optimise(task, FOUR, limits, task.world.schools, caution=0.8)


def test_the_futures_of_one_past_are_all_looked_at_or_all_fresh(task: Task) -> None:
    """Chance is fresh only where the past is: futures of one past share its schools."""
    few = replace(task, paths=task.paths[:40], theta={name: row[:40] for name, row in task.theta.items()})
    wide = replace(few, futures=tuple(range(5)))
    limits = Limits(staff_hours=70, must=(2,))
    answer = optimise(wide, FOUR, limits, task.world.schools)
    mine, other = (gains(wide.part(half), FOUR, task.world.schools) for half in (slice(0, 20), slice(20, 40)))
    choice = best(mine.mean(axis=0), FOUR, limits)
    assert mine.shape == (100, 8, 4)
    assert answer.expected == pytest.approx(value_of(choice, mine.mean(axis=0)))
    assert answer.fresh == pytest.approx(value_of(choice, other.mean(axis=0)))


def test_the_tail_counts_the_last_one_by_what_is_left_of_the_part() -> None:
    assert tail_mean(np.arange(10.0), share=0.25) == pytest.approx((0 + 1 + 0.5 * 2) / 2.5)


def test_the_tail_is_the_mean_of_the_worst_tenth() -> None:
    assert tail_mean(np.arange(20.0)) == 0.5
    assert tail_mean(np.array([3.0])) == 3
    assert tail_mean(np.arange(10.0), share=1.0) == 4.5


def test_on_average_a_choice_promises_more_than_it_gives(task: Task, parameters: Parameters) -> None:
    gaps = []
    for seed in range(6):
        few = replace(task, seed=seed, theta=parameters.central(60), paths=np.arange(60))
        gaps.append(optimise(few, FOUR, Limits(staff_hours=40), task.world.schools).optimism)
    assert np.mean(gaps) > 0
