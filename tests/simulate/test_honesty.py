"""What a forecast does not know: parts of its width, its drivers, whether an effect is identified, which words."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest

from shnor_engine.errors import MissingExtra, ReportError
from shnor_engine.simulate.calibrate import Table
from shnor_engine.simulate.history import History
from shnor_engine.simulate.identify import Meter, check_wording, effect_words, meter, rollout
from shnor_engine.simulate.judge import Judge
from shnor_engine.simulate.model import World
from shnor_engine.simulate.parameters import Parameters
from shnor_engine.simulate.paths import Plan, Task
from shnor_engine.simulate.scenario import Scenario, Setting, built_in
from shnor_engine.simulate.uncertainty import drivers, parted_of, split, variance_parts, worth_knowing
from shnor_engine.simulate.words import percent

WORLD = World(tuple(f"d/{n}" for n in range(12)), tuple("abcd"), 2023, 2027)
NONE = Scenario("none", "none")


def task(parameters: Parameters, judge: Judge, theta: str, count: int = 60) -> Task:
    values = {"prior": parameters.prior(2, count), "central": parameters.central(count)}[theta]
    return Task(WORLD, parameters, values, judge, 2, np.arange(count), 2025)


def plan(parameters: Parameters, name: str) -> tuple[Scenario, Plan]:
    setting = Setting(WORLD.schools, (), 2025, 2027)
    scenario = next(iter(built_in(parameters, setting, [name])))
    return scenario, Plan.of(scenario, parameters, WORLD.schools)


def test_where_parameters_are_known_no_width_comes_from_them(parameters: Parameters, judge: Judge) -> None:
    known, open_ = (
        split(task(parameters, judge, theta), plan(parameters, "none"))[-1] for theta in ("central", "prior")
    )
    assert known.figure == open_.figure == "school-years"
    assert known.shares()["parameter"] < 0.1
    assert open_.shares()["parameter"] > 0.3
    assert sum(open_.shares().values()) == pytest.approx(1)
    assert open_.sampling > 0 < open_.process


def test_large_cohorts_take_the_part_of_sampling_away(parameters: Parameters, judge: Judge) -> None:
    small = task(parameters, judge, "central")
    large = replace(small, theta={**small.theta, "cohort_median": np.full(60, 2000.0)})
    parts = [split(one, plan(parameters, "none"))[-1].shares()["sampling"] for one in (small, large)]
    assert parts[1] < parts[0] / 3


def test_the_level_drives_the_list_and_what_changes_nothing_comes_last(parameters: Parameters, judge: Judge) -> None:
    found = drivers(task(parameters, judge, "central"), plan(parameters, "none")[0], trajectories=4, paths=12)
    assert found[0].name == "level"
    unused = {
        driver.name: driver.size for driver in found if driver.name in ("effect_scale", "half_dose", "fidelity")
    }
    assert set(unused.values()) == {0.0}
    assert [driver.size for driver in found] == sorted((driver.size for driver in found), reverse=True)


def test_overdispersion_is_a_driver_where_it_is_assumed_and_another_law_where_not(
    parameters: Parameters, judge: Judge
) -> None:
    for value in (0.0, 0.05):
        one = task(parameters.with_values(overdispersion=value), judge, "central", count=8)
        found = drivers(one, plan(parameters, "none")[0], trajectories=2, paths=4)
        assert ("overdispersion" in {driver.name for driver in found}) is (value > 0)


def test_parts_of_the_variance_are_those_of_the_strongest_drivers_and_add_up_to_no_more_than_all(
    parameters: Parameters, judge: Judge
) -> None:
    scenario, _ = plan(parameters, "none")
    names = ("level", "school_sd", "half_dose")
    found = {part.name: part for part in variance_parts(task(parameters, judge, "central"), scenario, names, base=64)}
    level, idle = found["level"], found["half_dose"]
    assert level.alone > 0.5
    assert level.whole + level.whole_error >= level.alone - level.alone_error
    assert (idle.alone, idle.whole) == (0, 0)  # nobody is supported, so hours move nothing
    assert sum(part.alone for part in found.values()) <= 1 + sum(part.alone_error for part in found.values())


def test_where_nothing_moves_no_part_is_more_than_nothing(parameters: Parameters, judge: Judge) -> None:
    scenario, _ = plan(parameters, "none")
    (part,) = variance_parts(task(parameters, judge, "central"), scenario, ("half_dose",), base=4)
    assert (part.alone, part.whole) == (0, 0)


def test_without_its_extra_sensitivity_says_which_one(
    parameters: Parameters, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "SALib.sample", None)
    with pytest.raises(MissingExtra, match=r"shnor-engine\[sensitivity\]"):
        drivers(task(parameters, judge, "central"), NONE)


def test_what_narrows_a_figure_is_what_it_depends_on() -> None:
    chance = np.random.default_rng(3)
    theta = {name: chance.random(500) for name in ("a", "b")}
    found = worth_knowing(theta, 10 * theta["a"] + chance.normal(0, 0.5, 500), ("a", "b"))
    assert found["a"] > 0.7
    assert found["b"] < 0.05


def test_what_narrows_a_figure_does_so_whatever_its_futures_hide() -> None:
    """Futures add width that no parameter explains: the same one narrows less, and noise narrows nothing."""
    chance = np.random.default_rng(4)
    theta = {name: chance.random(400) for name in ("a", "b")}
    means = 10 * theta["a"] + chance.normal(0, 0.5, 400)
    alone = worth_knowing(theta, means, ("a", "b"))
    wide = worth_knowing(theta, means[:, None] + chance.normal(0, 3, (400, 25)), ("a", "b"))
    assert alone["a"] > 0.7
    assert wide["a"] == pytest.approx(1 - np.sqrt((9 + 0.25) / (9 + 0.25 + 100 / 12)), abs=0.05)
    assert wide["b"] < 0.05


def test_a_figure_falls_into_what_lies_between_pasts_and_within_them() -> None:
    chance = np.random.default_rng(5)
    values = chance.normal(0, 2, (3000, 1)) + chance.normal(0, 3, (3000, 8))
    parted = parted_of("x", values)
    assert parted.between == pytest.approx(4, rel=0.1)
    assert parted.within == pytest.approx(9, rel=0.05)
    assert parted.effective == pytest.approx(13 / ((4 + 9 / 8) / 3000), rel=0.05)
    assert (parted.pasts, parted.futures) == (3000, 24000)


def test_the_error_of_a_mean_is_that_of_many_repetitions() -> None:
    chance = np.random.default_rng(6)
    runs = [parted_of("x", chance.normal(0, 1, (40, 1)) + chance.normal(0, 2, (40, 25))) for _ in range(400)]
    assert np.std([one.mean for one in runs]) == pytest.approx(np.mean([one.error for one in runs]), rel=0.12)


def test_where_pasts_are_alike_every_future_counts_and_where_futures_are_none_but_the_pasts() -> None:
    same = np.random.default_rng(7).normal(0, 1, (40, 25))
    assert parted_of("x", same - same.mean(axis=1, keepdims=True)).effective == pytest.approx(1000)
    assert parted_of("x", np.repeat(np.arange(40.0)[:, None], 25, axis=1)).effective == pytest.approx(40)
    alone = parted_of("x", np.arange(40.0)[:, None])
    assert (alone.within, alone.effective) == (None, pytest.approx(40))


def test_the_effect_of_the_programme_is_not_identified_by_the_lists_of_the_district(
    district: History, table: Table, parameters: Parameters
) -> None:
    programme = plan(parameters, "planned")[0]
    found = meter(
        district, table.world, parameters, table.judge, programme=programme, start=2022, seed=4, draws=1500, keep=60
    )
    assert not found.identified
    assert found.overlap > 0.8
    assert found.lists_overlap > 0.8
    assert found.power < 0.3
    assert "Эффект программы по этим данным не определить." in found.text()
    assert f"в {percent(found.fall)} районов" in found.text()


def test_a_meter_says_so_where_an_effect_can_be_told() -> None:
    assert Meter(0.3, 0.2, 0.95, 0.01, 1000).text().startswith("Эффект программы по этим данным различим.")


def test_a_rollout_finds_a_strong_effect_with_few_districts_and_no_effect_seldom(
    parameters: Parameters, judge: Judge
) -> None:
    world = replace(WORLD, first_year=2022, last_year=2028)
    scenario = plan(parameters, "prevention")[0]
    strong = replace(
        parameters,
        levers={name: replace(lever, mean=0.8, spread=0.0) for name, lever in parameters.levers.items()},
    )
    weak = replace(
        parameters,
        levers={name: replace(lever, mean=0.0, spread=0.0) for name, lever in parameters.levers.items()},
    )
    found, idle = (
        rollout(world, one, judge, scenario, start=2025, seed=1, districts=(8, 24), pool=60, trials=120)
        for one in (strong, weak)
    )
    assert found.effect < 0
    assert found.power[24] > 0.8
    assert found.needed in (8, 24)
    assert f"Достаточно {found.needed} районов" in found.text()
    assert idle.needed is None
    assert "Не хватает и 24 районов" in idle.text()
    assert max(found.false_alarms.values()) < 0.15
    assert idle.power[24] < 0.15


def test_words_of_cause_are_refused_without_a_design() -> None:
    assert effect_words(None) == "разница сценариев в модели"
    assert effect_words("staggered_rollout") == "эффект"
    with pytest.raises(ReportError, match="no design 'hope' identifies an effect; there are staggered_rollout"):
        effect_words("hope")
    check_wording("Перечень сократился; одновременно шла программа.")
    with pytest.raises(ReportError, match="«благодаря»"):
        check_wording("Перечень сократился благодаря программе.")
    check_wording("Перечень сократился благодаря программе.", "matched_districts")
