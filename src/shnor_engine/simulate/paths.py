"""Many futures under several scenarios: the same chance in each, lists decided by the pack, policy following them.

A scenario gives support in a year to whom it finds on the list of the year before, so lists feed back. What differs
between two scenarios in one path is what the scenarios change, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from shnor_engine.packs import Pack
from shnor_engine.simulate.judge import Judge
from shnor_engine.simulate.model import (
    Bools,
    Draws,
    Floats,
    Future,
    Helped,
    Sitting,
    Whole,
    World,
    chance_of,
    observed,
)
from shnor_engine.simulate.noise import futures_of
from shnor_engine.simulate.parameters import Lever, Parameters, Theta
from shnor_engine.simulate.scenario import Given, Scenario, To

NOTHING = np.empty((0, 0, 0))
CELLS = 1 << 19  # results of one year that a thread works on at a time
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class View:
    """What a policy may look at before it gives support for `year`: nothing but what a district would know.

    `listed` is the list of the year before by (path, school); schools are those of the world, and `real` says which
    of the real schools stands there in each path (None: they are the same).
    """

    year: int
    paths: Whole
    schools: tuple[str, ...]
    listed: Bools
    real: NDArray[np.int64] | None = None


@dataclass(frozen=True)
class Gifts:
    """Hours by (path, school, lever), what they cost by path, and whether the budget cut them."""

    hours: Floats
    staff_hours: Floats
    roubles: Floats
    cut: Bools


class Policy(Protocol):
    """Gives support year by year. Rules of recommendation drive it where `give` asks them; see `advised`."""

    @property
    def levers(self) -> tuple[Lever, ...]:
        """The levers whose hours `give` returns, in this order."""

    def give(self, view: View) -> Gifts:
        """The support of a year."""


@dataclass(frozen=True)
class Plan:
    """The policy of a scenario: its supports, cut evenly among listed schools where the year's budget ends."""

    scenario: Scenario
    levers: tuple[Lever, ...]
    schools: tuple[str, ...]

    @classmethod
    def of(cls, scenario: Scenario, parameters: Parameters, schools: tuple[str, ...]) -> Plan:
        """The plan of a scenario for the real schools of a district."""
        return cls(scenario, tuple(parameters.levers[name] for name in scenario.levers), schools)

    def give(self, view: View) -> Gifts:
        """The support of a year by the list of the year before."""
        hours = np.zeros((*view.listed.shape, len(self.levers)))
        fixed, asked = self._bills(view)
        share = self.share(view)
        for given in self._now(view.year):
            given_hours = given.hours * self.whom(given.to, view)
            if given.to == "listed":
                given_hours = given_hours * share[:, None]
            for name in given.levers:
                hours[:, :, self.scenario.levers.index(name)] += given_hours
        cost = fixed + share * asked
        return Gifts(hours, cost[0], cost[1], share < 1)

    def share(self, view: View) -> Floats:
        """By path: the part of what the listed schools are due that the year's budget leaves."""
        fixed, asked = self._bills(view)
        share = np.ones(fixed.shape[1])
        for row, limit in enumerate((self.scenario.budget.staff_hours, self.scenario.budget.roubles)):
            if limit is not None:
                left = np.maximum(limit - fixed[row], 0.0)
                share = np.minimum(share, np.divide(left, asked[row], out=np.ones_like(left), where=asked[row] > 0))
        return share

    def _now(self, year: int) -> list[Given]:
        return [given for given in self.scenario.given if given.in_year(year)]

    def _bills(self, view: View) -> tuple[Floats, Floats]:
        """Staff hours and roubles by path: of what is given in any case, and of what the list asks for."""
        fixed, asked = np.zeros((2, len(view.paths))), np.zeros((2, len(view.paths)))
        for given in self._now(view.year):
            price = np.array([given.staff_hours, given.roubles or 0.0])[:, None]
            bill = asked if given.to == "listed" else fixed
            bill += price * np.count_nonzero(self.whom(given.to, view), axis=1)
        return fixed, asked

    def whom(self, to: To, view: View) -> Bools:
        """Who is meant, by (path, school)."""
        if to == "listed":
            return view.listed
        if to == "all":
            return np.ones(view.listed.shape, dtype=bool)
        named = np.array([school in to for school in self.schools])
        if view.real is None:
            return np.broadcast_to(named, view.listed.shape)
        chosen: Bools = named[view.real]
        return chosen


@dataclass(frozen=True)
class Task:
    """What is to be run: a world, its parameters path by path, who decides, and from which year scenarios differ.

    `real[path, place]` is the real school that stands at a place of the world in a path, where lists were matched;
    `packs` are those that a scenario may change to, by their ids. Each path goes on from the year `since` (None: from
    `start`) in so many `futures`, by their numbers; number 0 is the path's own. What is found is by future, those of
    one past side by side (`spread`).
    """

    world: World
    parameters: Parameters
    theta: Theta
    judge: Judge
    seed: int
    paths: Whole
    start: int
    real: NDArray[np.int64] | None = None
    sampled: Whole | None = None
    packs: Mapping[str, Pack] = field(default_factory=dict)
    futures: tuple[int, ...] = (0,)
    since: int | None = None
    origins: Whole | None = None

    @property
    def parting(self) -> int:
        """The first year that is not common to the futures of one past."""
        said = self.start if self.since is None else min(self.since, self.start)
        return max(said, self.world.first_year)

    def judged(self, scenario: Scenario) -> Judge:
        """Who decides in a scenario: another pack from the year on in which it says so."""
        changes = tuple((year, self.packs[pack]) for year, pack in scenario.pack_changes)
        return replace(self.judge, changes=changes) if changes else self.judge

    def part(self, which: slice) -> Task:
        """The same for some of the paths."""
        return self._with(lambda row: row[which])

    def one(self, which: int) -> Task:
        """The same for one of its futures alone, by its place in what is found."""
        past, number = divmod(which, len(self.futures))
        return replace(self.part(slice(past, past + 1)), futures=(self.futures[number],))

    def spread(self) -> Task:
        """The same with every future as a path of its own, as it stands from the parting on."""
        if self.futures == (0,):
            return self
        each = self._with(lambda row: np.repeat(row, len(self.futures), axis=0))
        return replace(
            each,
            paths=futures_of(self.paths, self.futures),
            sampled=None if self.sampled is None else futures_of(self.sampled, self.futures),
            origins=each.paths if self.origins is None else each.origins,
            futures=(0,),
        )

    def _with(self, pick: Callable[[NDArray[Any]], NDArray[Any]]) -> Task:
        """The same with something done to every row that is by path."""

        def picked(row: NDArray[Any] | None) -> NDArray[Any] | None:
            return None if row is None else pick(row)

        return replace(
            self,
            theta={name: pick(row) for name, row in self.theta.items()},
            paths=pick(self.paths),
            real=picked(self.real),
            sampled=picked(self.sampled),
            origins=picked(self.origins),
        )


@dataclass
class Outcome:
    """What became of each path under one scenario, by (path, school, year): lists, cost; `share` below the minimum.

    `years` are all that were decided, the history before the scenarios included. `draws` are kept only when asked.
    """

    years: tuple[int, ...]
    listed: Bools
    staff_hours: Floats
    roubles: Floats
    cut: Bools
    share: NDArray[np.float32] | None = None
    draws: Draws | None = None
    open: int = 0

    @property
    def sizes(self) -> Whole:
        """The size of the list, by (path, year)."""
        found: Whole = np.count_nonzero(self.listed, axis=1)
        return found

    def since(self, year: int) -> Bools:
        """The lists from a year on."""
        return self.listed[:, :, self.years.index(year) :]


def run(
    task: Task,
    policies: Mapping[str, tuple[Scenario, Policy]],
    *,
    keep_draws: bool = False,
    keep_share: bool = False,
    workers: int = 2,
    progress: Progress | None = None,
) -> dict[str, Outcome]:
    """Every scenario over every path, in pieces by threads; the answer does not depend on how it was cut."""
    size = max(1, CELLS // (len(task.world.schools) * len(task.world.procedures) * len(task.futures)))
    pieces = [slice(start, start + size) for start in range(0, len(task.paths), size)]
    done = 0

    def work(piece: slice) -> dict[str, Outcome]:
        return _run_piece(task.part(piece), policies, keep_draws=keep_draws, keep_share=keep_share)

    found: list[dict[str, Outcome]] = []
    if progress is not None:
        progress(0, len(task.paths))
    for piece, part in zip(pieces, _in_threads(work, pieces, workers), strict=True):
        found.append(part)
        done += len(task.paths[piece])
        if progress is not None:
            progress(done, len(task.paths))
    return {name: _joined([part[name] for part in found]) for name in policies}


def _in_threads(
    work: Callable[[slice], dict[str, Outcome]], pieces: Sequence[slice], workers: int
) -> Iterator[dict[str, Outcome]]:
    if workers < 2 or len(pieces) < 2:
        yield from map(work, pieces)
        return
    with ThreadPoolExecutor(workers) as pool:
        try:
            yield from pool.map(work, pieces)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _run_piece(
    task: Task, policies: Mapping[str, tuple[Scenario, Policy]], *, keep_draws: bool, keep_share: bool
) -> dict[str, Outcome]:
    """Scenarios that agree on what changes around them go through the years together, on the same draws."""
    groups: dict[object, list[str]] = {}
    for name, (scenario, _) in policies.items():
        groups.setdefault(scenario.surroundings, []).append(name)
    found: dict[str, Outcome] = {}
    every = tuple(scenario for scenario, _ in policies.values())
    for names in groups.values():
        members = {name: policies[name] for name in names}
        found |= _Group(task, members, keep_draws, keep_share, every).run()
    return {name: found[name] for name in policies}


@dataclass
class _Group:
    """Scenarios over the same draws, year by year."""

    task: Task
    members: Mapping[str, tuple[Scenario, Policy]]
    keep_draws: bool
    keep_share: bool
    every: tuple[Scenario, ...]
    branches: dict[str, _Branch] = field(default_factory=dict)

    def __post_init__(self) -> None:
        task, scenario = self.task, next(iter(self.members.values()))[0]
        self.world = replace(
            task.world, shifts=(*task.world.shifts, *scenario.shifts), hidden=scenario.hidden or task.world.hidden
        )
        self.changed = scenario.parameters
        self.theta = self._theta()
        self.judge = task.judged(scenario)
        self.back = max(task.judged(each).back for each in self.every)

    def _theta(self) -> Theta:
        """The parameters by path, with those that the scenario changes."""
        count = len(self.task.paths)
        return {**self.task.theta, **{name: np.full(count, value) for name, value in self.changed}}

    def run(self) -> dict[str, Outcome]:
        past, parting = _Branch(self, None), self.task.parting
        for sitting in self._sittings():
            if sitting.year == parting:
                self._part(past)
            if sitting.year >= self.task.start and not self.branches:
                self._branch(past)
            for branch in self.branches.values() or (past,):
                branch.step(sitting)
        if not self.branches:
            if not parting <= self.world.last_year:
                self._part(past)
            self._branch(past)
        return {name: branch.outcome() for name, branch in self.branches.items()}

    def _branch(self, past: _Branch) -> None:
        self.branches = {name: past.fork(policy) for name, (_, policy) in self.members.items()}

    def _part(self, past: _Branch) -> None:
        """From here on every past is there once for each of its futures."""
        past.repeat(len(self.task.futures))
        self.task = self.task.spread()
        self.theta = self._theta()

    def _sittings(self) -> Iterator[Sitting]:
        # values of a scenario hold from its start; the history before stays as it was
        start, after = self.task.start, self._future(self.theta)
        if not self.changed:
            return iter(after)
        before = self._future(self.task.theta)
        return (two if two.year >= start else one for one, two in zip(before, after, strict=True))

    def _future(self, theta: Theta) -> Future:
        task = self.task
        return Future(
            self.world,
            theta,
            seed=task.seed,
            paths=task.paths,
            sampled=task.sampled,
            origins=task.origins,
            numbers=task.futures,
            since=task.parting,
        )


class _Branch:
    """One scenario on its way through the years: what was drawn, who was listed, what was given."""

    def __init__(self, group: _Group, policy: Policy | None) -> None:
        self.group, self.policy = group, policy
        task, world = group.task, group.world
        self.rows: list[tuple[Whole, Whole]] = []
        self.lists: list[Bools] = []
        self.shares: list[NDArray[np.float32]] = []
        self.gifts: list[Gifts] = []
        self.open = 0
        levers = policy.levers if policy is not None else ()
        self.helped = Helped(world, task.parameters, group.theta, seed=task.seed, paths=task.paths, levers=levers)

    def fork(self, policy: Policy) -> _Branch:
        """The same past under a policy of its own."""
        other = _Branch(self.group, policy)
        other.rows, other.lists, other.shares = list(self.rows), list(self.lists), list(self.shares)
        other.gifts, other.open = list(self.gifts), self.open
        return other

    def repeat(self, count: int) -> None:
        """Everything so far once for each future; nobody was supported yet."""
        if count == 1:
            return

        def wide(row: NDArray[Any]) -> NDArray[Any]:
            return np.repeat(row, count, axis=0)

        self.rows = [(wide(people), wide(below)) for people, below in self.rows]
        self.lists, self.shares = list(map(wide, self.lists)), list(map(wide, self.shares))
        self.gifts = [Gifts(NOTHING, wide(one.staff_hours), wide(one.roubles), wide(one.cut)) for one in self.gifts]
        self.open *= count

    def step(self, sitting: Sitting) -> None:
        """One year: support by the list of the year before, results, and the list of this year."""
        group, back = self.group, self.group.back
        gifts = self._give(sitting.year)
        effect = self.helped.step(sitting.year, gifts.hours)
        chance = chance_of(sitting.eta, effect, group.theta["covered"])
        below = observed(sitting, chance, group.theta)
        self.rows.append((sitting.participants, below))
        self.gifts.append(replace(gifts, hours=NOTHING))
        if group.keep_share:
            share = below.sum(axis=2) / np.maximum(sitting.participants.sum(axis=2), 1)
            self.shares.append(share.astype(np.float32))
        if len(self.rows) > back:
            self._decide(sitting.year, back)
            if not group.keep_draws:
                del self.rows[0]  # the rule looks no further back

    def _decide(self, year: int, back: int) -> None:
        window = self.rows[-back - 1 :]
        people, below = (np.stack(side, axis=2) for side in zip(*window, strict=True))
        years = tuple(range(year - back, year + 1))
        truth = self.group.judge.year(Draws(self.group.world, self.group.task.paths, years, people, below), year)
        self.lists.append(np.asarray(truth.yes))
        self.open += int(np.count_nonzero(~(truth.yes | truth.no)))

    def _give(self, year: int) -> Gifts:
        task = self.group.task
        shape = (len(task.paths), len(self.group.world.schools))
        nothing = np.zeros(shape[0])
        if self.policy is None or not self.policy.levers:
            return Gifts(np.zeros((*shape, 0)), nothing, nothing, nothing > 0)
        listed = self.lists[-1] if self.lists else np.zeros(shape, dtype=bool)
        return self.policy.give(View(year, task.paths, self.group.world.schools, listed, task.real))

    def outcome(self) -> Outcome:
        world, task = self.group.world, self.group.task
        decided = tuple(world.years)[len(world.years) - len(self.lists) :]
        draws = None
        if self.group.keep_draws:
            people, below = (np.stack(side, axis=2) for side in zip(*self.rows, strict=True))
            draws = Draws(world, task.paths, tuple(world.years), people, below)
        hours, roubles, cut = (
            np.stack([getattr(gift, name) for gift in self.gifts], axis=1)
            for name in ("staff_hours", "roubles", "cut")
        )
        share = np.stack(self.shares, axis=2) if self.shares else None
        return Outcome(decided, np.stack(self.lists, axis=2), hours, roubles, cut, share, draws, self.open)


def _joined(parts: list[Outcome]) -> Outcome:
    first = parts[0]
    if len(parts) == 1:
        return first
    arrays = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in ("listed", "staff_hours", "roubles", "cut")
    }
    share = None if first.share is None else np.concatenate([part.share for part in parts if part.share is not None])
    kept = [part.draws for part in parts if part.draws is not None]
    draws = None
    if kept:
        draws = Draws(
            kept[0].world,
            np.concatenate([one.paths for one in kept]),
            kept[0].years,
            np.concatenate([one.participants for one in kept]),
            np.concatenate([one.below for one in kept]),
        )
    return Outcome(first.years, **arrays, share=share, draws=draws, open=sum(part.open for part in parts))
