"""The model: paths are keyed by their places, scenarios share every chance, support that helps never harms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.simulate.methodology import PACK_A_AND_B

from shnor_engine.simulate.judge import decide_paths
from shnor_engine.simulate.model import Draws, Future, Support, World, simulate
from shnor_engine.simulate.parameters import Lever, Parameters, Theta, read_parameters

PARAMETERS = read_parameters()
SCHOOLS = tuple(f"district/{n}" for n in range(12))
PROCEDURES = ("russian", "mathematics", "physics")
WORLD = World(SCHOOLS, PROCEDURES, 2023, 2027)
PATHS = np.arange(40)


def drawn(world: World = WORLD, *, seed: int = 7, paths: np.ndarray = PATHS, **more: object) -> Draws:
    return simulate(world, PARAMETERS, PARAMETERS.prior(seed, 40), seed=seed, paths=paths, **more)  # type: ignore[arg-type]


def at(draws: Draws, school: str, procedure: str) -> np.ndarray:
    place = draws.world.schools.index(school), draws.world.procedures.index(procedure)
    return np.stack([side[:, place[0], :, place[1]] for side in (draws.participants, draws.below)])


def lever(mean: float, spread: float = 0.0, **more: object) -> Lever:
    return Lever("help", mean, spread, "test", "test", **more)  # type: ignore[arg-type]


def helped(levers: tuple[Lever, ...], hours: float, world: World = WORLD) -> Support:
    return Support(levers, np.full((len(world.schools), len(world.years), len(levers)), hours))


@settings(max_examples=12, deadline=None)
@given(order=st.permutations(SCHOOLS), size=st.integers(1, 12), more=st.integers(0, 3))
def test_who_else_is_simulated_changes_no_bit_of_a_schools_path(order: list[str], size: int, more: int) -> None:
    whole = drawn()
    others = replace(WORLD, schools=(*order[:size], *(f"new/{n}" for n in range(more))))
    part = drawn(others)
    for school in order[:size]:
        for procedure in PROCEDURES:
            assert np.array_equal(at(part, school, procedure), at(whole, school, procedure))


def test_procedures_and_later_years_change_no_bit_either() -> None:
    whole = drawn()
    fewer = drawn(replace(WORLD, procedures=("physics", "russian")))
    longer = drawn(replace(WORLD, last_year=2030))
    for school in SCHOOLS:
        assert np.array_equal(at(fewer, school, "physics"), at(whole, school, "physics"))
        assert np.array_equal(at(longer, school, "physics")[:, :, :5], at(whole, school, "physics"))


def test_a_path_does_not_depend_on_the_paths_beside_it() -> None:
    whole, theta = drawn(), PARAMETERS.prior(7, 40)
    some = np.array([31, 4, 17])
    alone = simulate(WORLD, PARAMETERS, {name: row[some] for name, row in theta.items()}, seed=7, paths=some)
    assert np.array_equal(alone.below, whole.below[some])
    assert np.array_equal(alone.participants, whole.participants[some])


def test_another_seed_gives_another_world_and_the_same_seed_the_same() -> None:
    assert np.array_equal(drawn().below, drawn().below)
    assert not np.array_equal(drawn().below, drawn(seed=8).below)


def test_results_are_possible() -> None:
    draws = drawn()
    assert draws.participants.min() >= PARAMETERS["cohort_floor"]
    assert np.all((draws.below >= 0) & (draws.below <= draws.participants))
    assert draws.chance is not None
    assert np.all((draws.chance > 0) & (draws.chance < 1))


def test_known_cohorts_stand_as_they_are() -> None:
    known = {(SCHOOLS[3], "russian"): 17, (SCHOOLS[5], "physics"): 80}
    draws = drawn(replace(WORLD, cohorts=known))
    for (school, procedure), people in known.items():
        assert np.all(at(draws, school, procedure)[0] == people)
    assert np.array_equal(at(draws, SCHOOLS[0], "russian"), at(drawn(), SCHOOLS[0], "russian"))


def test_a_reform_moves_its_procedure_from_its_year_on() -> None:
    before, after = drawn(), drawn(replace(WORLD, shifts=((2025, "russian", 0.5),)))
    assert before.chance is not None
    assert after.chance is not None
    moved = (after.chance - before.chance) > 0
    assert np.all(moved[:, :, 2:, 0])
    assert not moved[:, :, :2, :].any()
    assert not moved[:, :, :, 1:].any()
    assert np.all(after.below >= before.below)


def test_effects_enter_as_the_formula_says() -> None:
    theta = {
        **PARAMETERS.central(40),
        "fidelity_sd": np.zeros(40),
        "turnover": np.zeros(40),
        "fade_kept": np.full(40, 0.5),
    }
    one = simulate(WORLD, PARAMETERS, theta, seed=1, paths=PATHS)
    given = helped((lever(0.2),), 20.0)
    other = simulate(WORLD, PARAMETERS, theta, seed=1, paths=PATHS, support=given)
    from scipy.special import ndtri

    assert one.chance is not None
    assert other.chance is not None
    gone = ndtri(one.chance) - ndtri(other.chance)
    yearly = 0.2 * 20 / (20 + PARAMETERS["half_dose"]) * PARAMETERS["fidelity"]
    expected = [yearly * sum(0.5**age for age in range(years)) for years in range(1, 6)]
    assert np.allclose(gone.mean(axis=(0, 1, 3)), expected, atol=1e-6)
    assert np.allclose(gone, np.array(expected)[None, None, :, None], atol=1e-6)


def test_several_supports_count_whole_by_half_and_by_a_quarter() -> None:
    theta = {
        **PARAMETERS.central(2),
        "fidelity_sd": np.zeros(2),
        "fidelity": np.ones(2),
        "half_dose": np.full(2, 1e-9),
    }
    world = World(("s",), ("p",), 2024, 2024)
    levers = tuple(replace(lever(mean), name=f"lever {mean}") for mean in (0.1, 0.4, 0.2, 0.05))
    base = simulate(world, PARAMETERS, theta, seed=1, paths=np.arange(2))
    moved = simulate(world, PARAMETERS, theta, seed=1, paths=np.arange(2), support=helped(levers, 8.0, world))
    from scipy.special import ndtri

    assert base.chance is not None
    assert moved.chance is not None
    gone = ndtri(base.chance) - ndtri(moved.chance)
    assert np.allclose(gone, 0.4 + 0.2 / 2 + 0.1 / 4 + 0.05 / 4, atol=1e-6)


def test_tutoring_moves_the_share_that_it_reaches_and_no_more() -> None:
    nobody = {**PARAMETERS.central(40), "covered": np.zeros(40)}
    given = helped((lever(0.5, covered=True),), 40.0)
    without, with_ = (
        simulate(WORLD, PARAMETERS, nobody, seed=1, paths=PATHS, support=each) for each in (None, given)
    )
    assert np.array_equal(without.below, with_.below)
    some = simulate(WORLD, PARAMETERS, PARAMETERS.central(40), seed=1, paths=PATHS, support=given)
    assert some.below.sum() < without.below.sum()


@pytest.mark.parametrize("spread", [0.0, 0.1])
def test_negative_effects_are_kept(spread: float) -> None:
    draws, base = drawn(support=helped((lever(-0.1, spread),), 30.0)), drawn()
    assert draws.chance is not None
    assert base.chance is not None
    assert (draws.chance > base.chance).any()


def school_years(draws: Draws) -> np.ndarray:
    return decide_paths(draws, PACK_A_AND_B).sizes.sum(axis=1)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), mean=st.floats(0, 0.6), hours=st.floats(0, 80), covered=st.booleans())
def test_support_that_cannot_harm_raises_school_years_in_no_path(
    seed: int, mean: float, hours: float, covered: bool
) -> None:
    theta: Theta = PARAMETERS.prior(seed, 40)
    base, better = (
        simulate(WORLD, PARAMETERS, theta, seed=seed, paths=PATHS, support=given)
        for given in (None, helped((lever(mean, covered=covered),), hours))
    )
    assert np.all(better.below <= base.below)
    assert np.all(school_years(better) <= school_years(base))


def test_shared_chance_makes_differences_ten_times_surer_than_seeds_of_their_own() -> None:
    theta = PARAMETERS.central(400)
    paths, given = np.arange(400), helped((lever(0.1, 0.05),), 20.0)
    base, better = (simulate(WORLD, PARAMETERS, theta, seed=1, paths=paths, support=each) for each in (None, given))
    strange = simulate(WORLD, PARAMETERS, theta, seed=2, paths=paths, support=given)
    paired = (school_years(base) - school_years(better)).var()
    apart = (school_years(base) - school_years(strange)).var()
    assert apart / paired >= 10


def test_a_draw_of_other_pupils_keeps_schools_and_changes_results() -> None:
    theta = PARAMETERS.central(40)
    one, other = (
        list(Future(WORLD, theta, seed=1, paths=PATHS, sampled=sampled)) for sampled in (None, PATHS + 1000)
    )
    for first, second in zip(one, other, strict=True):
        assert np.array_equal(first.eta, second.eta)
        assert np.array_equal(first.participants, second.participants)
        assert not np.array_equal(first.quantile, second.quantile)


def test_where_weak_pupils_stay_away_fewer_take_part_and_fewer_fail() -> None:
    base, gamed = drawn(), drawn(replace(WORLD, hidden=(2025, 0.1)))
    assert np.array_equal(base.below[:, :, :2], gamed.below[:, :, :2])
    assert np.all(gamed.participants[:, :, 2:] <= base.participants[:, :, 2:])
    assert gamed.participants[:, :, 2:].sum() < base.participants[:, :, 2:].sum()
    assert gamed.below[:, :, 2:].mean() < base.below[:, :, 2:].mean()


def test_the_prior_of_a_path_does_not_depend_on_how_many_there_are(parameters: Parameters) -> None:
    few, many = parameters.prior(3, 5), parameters.prior(3, 50)
    for name in parameters.unknown:
        item = parameters.items[name]
        assert np.array_equal(few[name], many[name][:5])
        assert np.all((item.low <= many[name]) & (many[name] <= item.high))


def test_pupils_who_resemble_each_other_spread_results_wider_at_the_same_chances() -> None:
    theta = PARAMETERS.central(40)
    one = simulate(WORLD, PARAMETERS, theta, seed=2, paths=PATHS)
    other = simulate(WORLD, PARAMETERS, {**theta, "overdispersion": np.full(40, 0.2)}, seed=2, paths=PATHS)
    assert one.chance is not None
    assert np.array_equal(one.chance, other.chance)  # type: ignore[arg-type]
    assert np.array_equal(one.participants, other.participants)
    wide = [np.square(each.below - each.participants * one.chance).sum() for each in (one, other)]
    expected = one.participants * one.chance * (1 - one.chance)
    assert wide[0] / expected.sum() == pytest.approx(1, abs=0.1)
    assert wide[1] / (expected * (1 + 0.2 * (one.participants - 1))).sum() == pytest.approx(1, abs=0.1)
