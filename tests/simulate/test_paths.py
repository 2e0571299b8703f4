"""Scenarios over paths: policy follows the list, the budget holds, pieces do not change the answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pytest
from tests.simulate.methodology import PACK_A, PACK_A_AND_B

from shnor_engine.simulate import paths as paths_module
from shnor_engine.simulate.judge import Judge
from shnor_engine.simulate.model import World
from shnor_engine.simulate.parameters import Lever, Parameters
from shnor_engine.simulate.paths import Gifts, Outcome, Plan, Policy, Task, View, run
from shnor_engine.simulate.scenario import Budget, Given, Scenario, Setting, built_in

SCHOOLS = tuple(f"d/{n}" for n in range(10))
WORLD = World(SCHOOLS, ("a", "b", "c", "d"), 2023, 2028)
START = 2025


def task(parameters: Parameters, *, count: int = 60, **more: object) -> Task:
    judge = Judge(PACK_A_AND_B, date(2028, 12, 31))
    base = Task(WORLD, parameters, parameters.prior(3, count), judge, 3, np.arange(count), START)
    return replace(base, **more)  # type: ignore[arg-type]


def members(parameters: Parameters, *scenarios: Scenario) -> dict[str, tuple[Scenario, Policy]]:
    return {one.name: (one, Plan.of(one, parameters, SCHOOLS)) for one in scenarios}


def five(parameters: Parameters) -> dict[str, tuple[Scenario, Policy]]:
    return members(parameters, *built_in(parameters, Setting(SCHOOLS, (), START, 2028)))


def given(to: object, hours: float = 20, staff_hours: float = 10, first: int = START, last: int = 2028) -> Given:
    return Given("coaching", ("coaching",), hours, staff_hours, None, to, first, last)  # type: ignore[arg-type]


def same(one: Outcome, other: Outcome) -> bool:
    return np.array_equal(one.listed, other.listed) and np.array_equal(one.staff_hours, other.staff_hours)


def test_the_answer_does_not_depend_on_pieces_threads_or_the_scenarios_beside(
    parameters: Parameters, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = run(task(parameters), five(parameters), workers=1)
    monkeypatch.setattr(paths_module, "CELLS", 300)
    pieces = run(task(parameters), five(parameters), workers=2)
    alone = run(task(parameters), {"both": five(parameters)["both"]}, workers=2)
    assert all(same(whole[name], pieces[name]) for name in whole)
    assert same(alone["both"], whole["both"])


def test_the_years_before_the_scenarios_begin_are_the_same_in_all(parameters: Parameters) -> None:
    found = run(task(parameters), five(parameters))
    for outcome in found.values():
        assert outcome.years == (2024, 2025, 2026, 2027, 2028)
        assert np.array_equal(outcome.listed[:, :, 0], found["none"].listed[:, :, 0])


def test_support_on_the_listed_follows_the_list_of_the_year_before_in_each_path(parameters: Parameters) -> None:
    seen: list[View] = []

    @dataclass(frozen=True)
    class Watching:
        inner: Policy

        @property
        def levers(self) -> tuple[Lever, ...]:
            return self.inner.levers

        def give(self, view: View) -> Gifts:
            seen.append(view)
            return self.inner.give(view)

    scenario = Scenario("x", "x", (given("listed"),))
    watched = {"x": (scenario, Watching(Plan.of(scenario, parameters, SCHOOLS)))}
    found = run(task(parameters), watched, workers=1)["x"]
    assert [view.year for view in seen] == [2025, 2026, 2027, 2028]
    for view in seen:
        assert np.array_equal(view.listed, found.listed[:, :, found.years.index(view.year - 1)])
    expected = 10 * np.count_nonzero(found.listed[:, :, :-1], axis=1)
    assert np.array_equal(found.staff_hours[:, 2:], expected)


def test_a_policy_of_ones_own_drives_the_simulation(parameters: Parameters) -> None:
    strong = Lever("strong", 3.0, 0.0, "test", "test")

    @dataclass(frozen=True)
    class Rescue:
        levers: tuple[Lever, ...] = (strong,)

        def give(self, view: View) -> Gifts:
            hours = np.where(view.listed, 1000.0, 0.0)[:, :, None]
            nothing = np.zeros(len(view.paths))
            return Gifts(hours, nothing, nothing, nothing > 0)

    both = {"own": (Scenario("own", "own"), Rescue()), **members(parameters, Scenario("none", "none"))}
    found = run(task(parameters), both)
    again = found["own"].listed[:, :, 1:] & found["own"].listed[:, :, :-1]
    assert found["none"].listed[:, :, 1:].sum() > found["own"].listed[:, :, 1:].sum()
    assert again.sum() < 0.1 * found["own"].listed[:, :, :-1].sum()


def test_a_budget_is_kept_and_says_where_it_cut(parameters: Parameters) -> None:
    free = Scenario("free", "free", (given("listed"),))
    tight = replace(free, name="tight", budget=Budget(staff_hours=15))
    found = run(task(parameters), members(parameters, free, tight))
    assert found["free"].staff_hours.max() > 15
    assert found["tight"].staff_hours.max() <= 15 + 1e-9
    assert not found["free"].cut.any()
    asked = 10 * np.count_nonzero(found["tight"].listed[:, :, :-1], axis=1)
    assert np.array_equal(found["tight"].cut[:, 2:], asked > 15)


def test_supports_to_named_schools_reach_them_wherever_they_stand(parameters: Parameters) -> None:
    scenario = Scenario("x", "x", (given(("d/4",), hours=500),))
    plain = run(task(parameters), members(parameters, scenario, Scenario("none", "none")))
    changed = (plain["x"].listed != plain["none"].listed).any(axis=(0, 2))
    assert set(np.flatnonzero(changed)) <= {4}
    turned = np.tile(np.roll(np.arange(10), 1), (60, 1))  # the real school 4 stands at place 5
    moved = run(task(parameters, real=turned), members(parameters, scenario, Scenario("none", "none")))
    changed = (moved["x"].listed != moved["none"].listed).any(axis=(0, 2))
    assert set(np.flatnonzero(changed)) == {5}


def test_supports_begin_and_end_in_their_years(parameters: Parameters) -> None:
    scenario = Scenario("x", "x", (given("all", first=2026, last=2027),))
    found = run(task(parameters), members(parameters, scenario, Scenario("none", "none")))
    hours = found["x"].staff_hours[0]
    assert hours.tolist() == [0, 0, 0, 100, 100, 0]
    assert np.array_equal(found["x"].listed[:, :, 1], found["none"].listed[:, :, 1])


def test_what_helps_and_cannot_harm_raises_school_years_in_no_path(parameters: Parameters) -> None:
    kind = replace(parameters, levers={name: replace(lever, spread=0.0) for name, lever in parameters.levers.items()})
    scenarios = [
        one for one in built_in(kind, Setting(SCHOOLS, (), START, 2028)) if one.name in ("none", "prevention")
    ]
    found = run(task(kind, count=200), members(kind, *scenarios))
    better, base = (found[name].sizes.sum(axis=1) for name in ("prevention", "none"))
    assert np.all(better <= base)
    assert better.sum() < base.sum()


def test_paired_differences_are_ten_times_surer_than_those_of_two_seeds(parameters: Parameters) -> None:
    central = task(parameters, count=600, theta=parameters.central(600))
    found = run(central, five(parameters))
    strange = run(replace(central, seed=4), five(parameters))
    for name in ("planned", "prevention"):
        paired = (found["none"].sizes.sum(axis=1) - found[name].sizes.sum(axis=1)).var()
        apart = (found["none"].sizes.sum(axis=1) - strange[name].sizes.sum(axis=1)).var()
        assert apart >= 10 * paired, name


def test_the_sketch_of_scenarios_is_reproduced_without_a_programme(parameters: Parameters) -> None:
    schools = tuple(f"s/{n}" for n in range(32))
    world = World(schools, tuple("abcdef"), 2023, 2030)
    judge = Judge(PACK_A_AND_B, date(2030, 12, 31))
    one = Task(world, parameters, parameters.central(600), judge, 1, np.arange(600), START)
    none = Scenario("none", "none")
    found = run(one, {"none": (none, Plan.of(none, parameters, schools))})["none"]
    lists = found.since(START)
    stayed = (found.listed[:, :, 1:] & found.listed[:, :, :-1])[:, :, 1:].sum() / found.listed[:, :, 1:-1].sum()
    assert lists.sum(axis=1).mean() == pytest.approx(6.2, abs=0.4)
    assert lists.sum(axis=(1, 2)).mean() == pytest.approx(37.3, abs=2)
    assert 1 - stayed == pytest.approx(0.41, abs=0.03)
    assert (lists.sum(axis=1)[:, -1] <= 1).mean() == pytest.approx(0.03, abs=0.025)


def test_another_methodology_from_a_year_on_changes_lists_from_that_year_on(parameters: Parameters) -> None:
    none = Scenario("none", "none")
    later = Scenario("later", "later", pack_changes=((2027, "t.a"),))
    found = run(task(parameters, packs={"t.a": PACK_A}), members(parameters, none, later))
    before, after = (found[name].listed for name in ("none", "later"))
    assert np.array_equal(before[:, :, :3], after[:, :, :3])
    assert np.all(after[:, :, 3:] >= before[:, :, 3:])
    assert after[:, :, 3:].sum() > before[:, :, 3:].sum()


def test_parameters_of_a_scenario_hold_from_its_start_only(parameters: Parameters) -> None:
    other = Scenario("other", "other", parameters=(("level", -0.6),))
    found = run(task(parameters), members(parameters, Scenario("none", "none"), other))
    assert np.array_equal(found["other"].listed[:, :, 0], found["none"].listed[:, :, 0])
    assert found["other"].sizes[:, 1:].sum() > found["none"].sizes[:, 1:].sum()


def test_progress_is_told_from_nothing_to_all(parameters: Parameters, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths_module, "CELLS", 800)
    told: list[tuple[int, int]] = []
    run(task(parameters), five(parameters), progress=lambda done, whole: told.append((done, whole)))
    assert told[0] == (0, 60)
    assert told[-1] == (60, 60)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


# --- one past, several futures --------------------------------------------------------------------


def test_a_past_goes_on_in_several_futures_and_stays_bit_identical(parameters: Parameters) -> None:
    whole, plain = (run(task(parameters, futures=numbers), five(parameters)) for numbers in (range(4), (0,)))
    for name, outcome in whole.items():
        by_past = outcome.listed.reshape(60, 4, 10, 5)
        assert np.array_equal(by_past[:, 0], plain[name].listed)  # number 0 is the future that it had alone
        assert all(np.array_equal(by_past[:, n, :, :1], by_past[:, 0, :, :1]) for n in range(4))
        assert all(not np.array_equal(by_past[:, n, :, 1:], by_past[:, 0, :, 1:]) for n in range(1, 4))


def test_a_future_does_not_depend_on_the_futures_and_pieces_beside_it(
    parameters: Parameters, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = task(parameters, futures=(0, 1, 2, 5), real=np.tile(np.roll(np.arange(10), 1), (60, 1)))
    whole = run(wide, five(parameters))["both"]
    for which in (0, 7, 153):
        alone = run(wide.one(which), five(parameters))["both"]
        assert np.array_equal(alone.listed[0], whole.listed[which])
        assert np.array_equal(alone.staff_hours[0], whole.staff_hours[which])
    monkeypatch.setattr(paths_module, "CELLS", 500)
    assert same(run(wide, five(parameters), workers=2)["both"], whole)


def test_schools_stay_who_they_are_in_every_future_of_a_past(parameters: Parameters) -> None:
    """Were the futures of a past as strange to each other as those of two pasts, nothing would have been learned."""
    steady = {**parameters.central(80), "school_sd": np.full(80, 0.6), "drift_sd": np.full(80, 0.1)}
    one = task(parameters, count=80, theta=steady, futures=(0, 1))
    on = run(one, members(parameters, Scenario("none", "none")))["none"].listed.reshape(80, 2, 10, 5)[..., 1:].sum(-1)
    same_past = np.corrcoef(on[:, 0].ravel(), on[:, 1].ravel())[0, 1]
    others = np.corrcoef(on[:, 0].ravel(), np.roll(on[:, 1], 1, axis=0).ravel())[0, 1]
    assert same_past > 0.5 > 0.15 > others


def test_chance_may_part_before_the_scenarios_do(parameters: Parameters) -> None:
    early = run(task(parameters, futures=range(3), since=2024), five(parameters))
    lists = early["none"].listed.reshape(60, 3, 10, 5)
    assert not np.array_equal(lists[:, 1, :, 0], lists[:, 0, :, 0])
    assert all(np.array_equal(early[name].listed[:, :, 0], early["none"].listed[:, :, 0]) for name in early)


def test_parameters_of_a_scenario_hold_in_every_future(parameters: Parameters) -> None:
    hard, easy = (Scenario(name, name, parameters=(("level", at),)) for name, at in (("h", -0.6), ("e", -1.6)))
    found = run(task(parameters, futures=range(3)), members(parameters, hard, easy))
    sizes = [found[name].sizes[:, 1:].reshape(60, 3, 4).sum(axis=(0, 2)) for name in ("h", "e")]
    assert np.all(sizes[0] > sizes[1])


def test_futures_beyond_what_a_counter_can_tell_apart_are_refused(parameters: Parameters) -> None:
    for wrong in (task(parameters, futures=(0, 1024)), task(parameters, paths=np.arange(60) + 2**22, futures=(0, 1))):
        with pytest.raises(ValueError, match="1024 each"):
            run(wrong, five(parameters))
