"""Calibration on the district's own lists: what is compared, what is kept, and who stands where in a kept path."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from shnor_engine.simulate.backtest import METHODS, backtest, forecasts
from shnor_engine.simulate.calibrate import Posterior, Table, coverage, match, of_real, overlap, summary
from shnor_engine.simulate.history import History, statistics
from shnor_engine.simulate.paths import Plan, Task, run
from shnor_engine.simulate.scenario import Scenario


def test_the_history_is_that_of_the_log(district: History) -> None:
    assert district.years == (2020, 2022, 2023, 2024)
    assert (district.sizes, district.unknown, district.listed) == ((8, 7, 5, 1), (2021,), ("severskiy/7",))
    assert dict(zip(district.labels(), district.statistics(), strict=True)) == {
        "размер перечня 2020": 8,
        "размер перечня 2022": 7,
        "размер перечня 2023": 5,
        "размер перечня 2024": 1,
        "остались 2020→2022": 2,
        "остались 2022→2023": 3,
        "остались 2023→2024": 1,
        "вошли 2020→2022": 5,
        "вошли 2022→2023": 2,
        "вошли 2023→2024": 0,
        "разных школ всего": 15,
    }


def test_schools_that_the_log_does_not_name_fill_the_district(district: History) -> None:
    assert len(district.schools) == 32
    unnamed = [school for school in district.schools if school.startswith("unnamed/")]
    assert len(unnamed) == 16
    assert district.names[unnamed[0]] == "прочая школа 17"


def test_a_list_that_is_not_complete_makes_its_year_unknown() -> None:
    from shnor_engine.report.list_history import ListHistory, ListYear

    told = ListHistory(
        (ListYear(2020, ("a",), "yes"), ListYear(2021, ("b",), "no"), ListYear(2022, (), "yes")), (), {}, 9
    )
    found = History.of(told, ("a", "b"))
    assert (found.years, found.sizes, found.unknown, found.listed) == ((2020, 2022), (1, 0), (2021,), ())


def test_the_past_is_what_was_known_then(district: History) -> None:
    then = district.until(2022)
    assert (then.years, then.unknown, then.sizes) == ((2020, 2022), (2021,), (8, 7))


def test_the_unknown_year_is_simulated_and_not_compared(table: Table, district: History) -> None:
    assert 2021 in table.years
    told = statistics(table.at(district.years))
    changed = table.listed.copy()
    changed[:, :, table.years.index(2021)] ^= True
    assert np.array_equal(statistics(replace(table, listed=changed).at(district.years)), told)


def test_kept_districts_are_the_nearest_and_end_where_the_real_one_ends(posterior: Posterior, table: Table) -> None:
    assert len(posterior.paths) == 60
    assert posterior.acceptance == 60 / 3000
    assert posterior.exact == 1.0
    told = statistics(table.at(posterior.history.years))
    real, spread = posterior.history.statistics(), told.std(axis=0)
    far = (np.abs(told - real) / spread).sum(axis=1)
    ends = told[:, 3] == real[3]
    others = ends.copy()
    others[posterior.paths] = False
    assert far[posterior.paths].max() <= far[others].min() + 1e-9
    assert np.all(np.diff(posterior.distance) >= 0)


def test_lists_teach_the_level_and_little_else(posterior: Posterior) -> None:
    found = posterior.overlap()
    assert set(found) == set(posterior.table.parameters.unknown)
    assert min(found, key=lambda name: found[name]) == "level"
    for name, (low, *_, high) in posterior.quantiles().items():
        item = posterior.table.parameters.items[name]
        assert item.low <= low <= high <= item.high


def test_equal_draws_overlap_whole_and_foreign_ones_not_at_all() -> None:
    row = np.linspace(0, 1, 101)
    assert overlap(row, row, low=0, high=1) == pytest.approx(1)
    assert overlap(row / 2, 0.5 + row / 2, low=0, high=1, bins=2) < 0.02


def test_each_kept_path_names_every_school_once_and_ends_with_the_real_list(posterior: Posterior) -> None:
    real = match(posterior)
    assert np.array_equal(np.sort(real, axis=1), np.tile(np.arange(32), (60, 1)))
    lists = of_real(posterior.table.at(posterior.history.years)[posterior.paths], real)
    seven = posterior.history.schools.index("severskiy/7")
    assert lists[:, seven, -1].all()
    assert np.array_equal(lists[:, :, -1].sum(axis=1), np.ones(60))
    assert np.array_equal(match(posterior), real)


def test_schools_of_one_history_are_treated_alike(posterior: Posterior) -> None:
    """Sixteen schools were never listed: none of them gets the likely ones of the simulated places."""
    lists = of_real(posterior.table.listed[posterior.paths], match(posterior))
    never = [n for n, row in enumerate(posterior.history.table()) if not row.any()]
    latent = lists[:, never, posterior.table.years.index(2021)].mean(axis=0)
    assert latent.max() - latent.min() < 0.25


def test_the_forecast_continues_the_kept_paths_bit_by_bit(posterior: Posterior) -> None:
    table = posterior.table
    none = Scenario("none", "none")
    longer = replace(table.world, last_year=2027)
    task = Task(longer, table.parameters, posterior.theta(), table.judge, table.seed, posterior.paths, 2025)
    found = run(task, {"": (none, Plan.of(none, table.parameters, longer.schools))})[""]
    assert np.array_equal(found.listed[:, :, :5], table.listed[posterior.paths])


def test_the_rebound_is_foretold(posterior: Posterior) -> None:
    """One school in 2024 is a low point: without a programme more are to be expected."""
    table, none = posterior.table, Scenario("none", "none")
    task = Task(
        replace(table.world, last_year=2026),
        table.parameters,
        posterior.theta(),
        table.judge,
        table.seed,
        posterior.paths,
        2025,
    )
    sizes = run(task, {"": (none, Plan.of(none, table.parameters, table.world.schools))})[""].sizes
    assert np.all(sizes[:, 4] == 1)
    assert 1.2 < sizes[:, 5].mean() < sizes[:, 6].mean()


def test_the_summary_stands_beside_the_real_lists(posterior: Posterior) -> None:
    found = summary(posterior)
    assert (found["draws"], found["kept"]) == (3000, 60)
    sizes = found["statistics"]["размер перечня 2024"]  # type: ignore[index]
    assert sizes["real"] == 1
    assert sizes["low"] <= sizes["median"] <= sizes["high"]


def test_intervals_of_districts_with_known_truth_hold_it_about_as_often_as_they_say(
    table: Table, district: History
) -> None:
    """A rough look, on a small table; the stored run has the full one."""
    for name, share in coverage(table, district, tests=100, keep=100).items():
        assert 0.78 <= share <= 0.99, name


# --- the back-test --------------------------------------------------------------------------------


def test_every_known_list_with_two_before_it_is_foretold_by_every_method(table: Table, district: History) -> None:
    scores = backtest(table, district, keep=60)
    assert [(s.until, s.year, s.method) for s in scores] == [
        (until, year, method) for until, year in ((2022, 2023), (2023, 2024)) for method in METHODS
    ]
    assert [s.real_size for s in scores] == [5] * 4 + [1] * 4
    for score in scores:
        assert score.log_score < 0 <= score.crps
        assert 0 <= score.brier <= 1


def test_a_forecast_sees_nothing_of_the_year_that_it_foretells(table: Table, district: History) -> None:
    other = replace(district, lists={**district.lists, 2024: frozenset(district.schools[:20])})
    one, two = (forecasts(table, history.until(2023), 2024, keep=60) for history in (district, other))
    for method in METHODS:
        assert all(np.array_equal(a, b) for a, b in zip(one[method], two[method], strict=True))


def test_scores_are_those_of_their_definitions(table: Table, district: History) -> None:
    sizes, chances = forecasts(table, district.until(2023), 2024, keep=60)["same_list"]
    assert sizes.sum() == pytest.approx(1)
    assert sizes[5] == pytest.approx(0.95 + 0.05 / 33)
    same = next(s for s in backtest(table, district, keep=60) if (s.year, s.method) == (2024, "same_list"))
    assert same.log_score == pytest.approx(np.log(0.05 / 33))
    assert same.brier == pytest.approx(4 / 32)
    assert chances.sum() == 5


def test_the_back_test_with_several_futures_agrees_with_one_up_to_chance(table: Table, district: History) -> None:
    one, many = (forecasts(table, district.until(2023), 2024, keep=60, futures=range(n)) for n in (1, 12))  # type: ignore[arg-type]
    mean = [float(sizes @ np.arange(33)) for sizes, _ in (one["model"], many["model"])]
    assert mean[1] == pytest.approx(mean[0], abs=1.2)
    assert not np.array_equal(one["model"][1], many["model"][1])
    for method in ("same_list", "base_rate", "last_size"):
        assert np.array_equal(one[method][0], many[method][0])
