"""Two models of observation beside the real lists: which looks real more often, and whether either would do so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from shnor_engine.simulate.calibrate import NONE, Posterior, Table, nearest, prior_table
from shnor_engine.simulate.history import History
from shnor_engine.simulate.observation import MODELS, Check, Observed, compare, predictive
from shnor_engine.simulate.parameters import Parameters
from shnor_engine.simulate.paths import Plan, Task, run


def test_both_models_are_held_against_the_same_lists_in_three_ways(
    table: Table, district: History, parameters: Parameters
) -> None:
    found = compare(table.world, parameters, table.judge, district, seed=2, draws=1000, keep=40)
    assert tuple(one.model for one in found) == MODELS
    assert sum(one.near for one in found) == 80
    assert min(one.near for one in found) > 15  # sizes of lists do not choose between them
    assert [one.overlap is None for one in found] == [True, False]
    for one in found:
        assert [check.label for check in one.checks] == list(district.labels())
        assert all(0 <= check.tail <= 0.5 for check in one.checks)
        assert one.log_score < 0 < one.crps
    assert found == compare(table.world, parameters, table.judge, district, seed=2, draws=1000, keep=40)


def test_whoever_set_the_overdispersion_the_binomial_has_none(
    table: Table, district: History, parameters: Parameters
) -> None:
    fixed = parameters.with_values(overdispersion=0.1)
    one, other = (
        compare(table.world, each, table.judge, district, seed=2, draws=300, keep=20) for each in (parameters, fixed)
    )
    assert one == other


def test_a_real_statistic_far_out_is_called_strange() -> None:
    usual, rare = Check("a", 3, 1, 5, 0.4), Check("b", 9, 1, 5, 0.01)
    assert Observed("binomial", 1, (usual, rare), -1.0, 1.0, None).strange == ("b",)


def test_new_districts_of_a_posterior_are_none_of_those_that_were_kept(posterior: Posterior) -> None:
    told = predictive(posterior, each=5)
    assert told.shape == (300, len(posterior.history.labels()))
    assert len(np.unique(told[:, 3])) > 3  # the last list is not held to its real size
    assert told[:, 0].mean() == pytest.approx(posterior.table.at((2020,)).sum(axis=1).mean(), rel=0.6)


def test_the_nearest_districts_of_two_equal_tables_come_half_from_each(table: Table, district: History) -> None:
    assert nearest([table, table], district, keep=60) == (30, 30)


def test_districts_that_look_real_come_from_the_table_that_holds_the_truth(
    table: Table, district: History, parameters: Parameters
) -> None:
    hard = parameters.with_values(level=-0.5)
    items = {**hard.items, "level": replace(hard.items["level"], kind="fixed")}
    other = prior_table(table.world, replace(hard, items=items), table.judge, seed=6, draws=1000)
    few = replace(table, listed=table.listed[:1000], theta={name: row[:1000] for name, row in table.theta.items()})
    mine, theirs = nearest([few, other], district, keep=60)
    assert mine > 2 * theirs


def test_alike_pupils_reach_the_lists_of_a_run(parameters: Parameters, table: Table) -> None:
    theta = parameters.central(150)
    task = Task(table.world, parameters, theta, table.judge, 3, np.arange(150), 2025)
    member = {"": (NONE, Plan.of(NONE, parameters, table.world.schools))}
    spread = replace(task, theta={**theta, "overdispersion": np.full(150, 0.15)})
    sizes = [run(each, member)[""].sizes.mean() for each in (task, spread)]
    assert sizes[1] > 1.15 * sizes[0]  # wider results pass the threshold more often
