"""Calibration by approximate Bayesian computation: paths drawn from the prior are kept where their lists look real.

No likelihood is written down: a path is a whole simulated district, its lists are decided by the pack, and what is
compared are sizes, stays, entries and the number of distinct schools of the *known* years. A year without a list is
simulated and not compared. The forecast continues the kept paths themselves, so it starts where the district stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from shnor_engine.simulate.history import Bools, Floats, History, statistics
from shnor_engine.simulate.judge import Judge
from shnor_engine.simulate.model import Whole, World
from shnor_engine.simulate.noise import key_of, uniform
from shnor_engine.simulate.parameters import Parameters, Theta
from shnor_engine.simulate.paths import Plan, Policy, Progress, Task, run
from shnor_engine.simulate.scenario import Scenario

NONE = Scenario("none", "Без программы")
ENOUGH = 2  # times as many paths as are kept must have the last size, else the nearest sizes count too
BINS = 10


@dataclass(frozen=True)
class Table:
    """Districts drawn from the prior, each with its parameters and its lists in every year that history spans."""

    world: World
    parameters: Parameters
    judge: Judge
    seed: int
    theta: Theta
    years: tuple[int, ...]
    listed: Bools

    @property
    def size(self) -> int:
        """How many districts there are."""
        return len(self.listed)

    def at(self, years: tuple[int, ...]) -> Bools:
        """The lists of some years, by (path, school, year)."""
        return self.listed[:, :, [self.years.index(year) for year in years]]


@dataclass(frozen=True)
class Posterior:
    """The paths of a table that look like a history: `paths` by nearness, with their distance."""

    table: Table
    history: History
    paths: Whole
    distance: Floats

    @property
    def acceptance(self) -> float:
        """The share of the table that was kept."""
        return len(self.paths) / self.table.size

    @property
    def exact(self) -> float:
        """The share of kept paths whose last list has exactly the real size."""
        kept = self.table.at(self.history.years[-1:])[self.paths, :, 0]
        return float((np.count_nonzero(kept, axis=1) == self.history.sizes[-1]).mean())

    def theta(self) -> Theta:
        """The parameters of the kept paths."""
        return {name: row[self.paths] for name, row in self.table.theta.items()}

    def quantiles(self, at: tuple[float, ...] = (0.05, 0.25, 0.5, 0.75, 0.95)) -> dict[str, list[float]]:
        """Quantiles of each unknown parameter after calibration."""
        return {
            name: np.quantile(self.table.theta[name][self.paths], at).tolist()
            for name in self.table.parameters.unknown
        }

    def overlap(self) -> dict[str, float]:
        """How much of prior and posterior is common, by parameter: near 1 means that the lists taught nothing."""
        theta, items = self.table.theta, self.table.parameters.items
        return {
            name: overlap(theta[name], theta[name][self.paths], low=items[name].low, high=items[name].high)
            for name in self.table.parameters.unknown
        }


def prior_table(
    world: World,
    parameters: Parameters,
    judge: Judge,
    *,
    seed: int,
    draws: int,
    policy: tuple[Scenario, Policy] | None = None,
    start: int | None = None,
    workers: int = 2,
    progress: Progress | None = None,
) -> Table:
    """Districts from the prior through the years of a world; without a policy nobody is supported."""
    theta = parameters.prior(seed, draws)
    return table_of(
        world,
        parameters,
        judge,
        theta,
        seed=seed,
        paths=np.arange(draws),
        policy=policy,
        start=start,
        workers=workers,
        progress=progress,
    )


def table_of(
    world: World,
    parameters: Parameters,
    judge: Judge,
    theta: Theta,
    *,
    seed: int,
    paths: Whole,
    policy: tuple[Scenario, Policy] | None = None,
    start: int | None = None,
    workers: int = 2,
    progress: Progress | None = None,
) -> Table:
    """The same for parameters that are given, by path."""
    chosen = policy or (NONE, Plan.of(NONE, parameters, world.schools))
    task = Task(world, parameters, theta, judge, seed, paths, start or world.last_year + 1)
    found = run(task, {"": chosen}, workers=workers, progress=progress)[""]
    return Table(world, parameters, judge, seed, theta, found.years, found.listed)


def world_of(history: History, procedures: tuple[str, ...], *, back: int, last: int) -> World:
    """A district of exchangeable places, one for each school, that starts early enough for the first list."""
    places = tuple(f"place/{n}" for n in range(len(history.schools)))
    return World(places, procedures, history.years[0] - back, last)


def calibrate(table: Table, history: History, *, keep: int) -> Posterior:
    """The `keep` districts of a table whose lists are nearest to a history.

    Each statistic counts in units of its spread in the table. The forecast starts at the last list, so its size has
    to be the real one where the table has enough such districts, else as near to it as is needed to have enough.
    """
    told = statistics(table.at(history.years))
    distance = _distance(told, history.statistics(), len(history.years), keep)
    kept = np.argsort(distance, kind="stable")[:keep]
    return Posterior(table, history, kept, distance[kept])


def nearest(tables: Sequence[Table], history: History, *, keep: int) -> tuple[int, ...]:
    """Of the `keep` districts nearest to a history, out of several tables of one size together, how many of each."""
    told = np.concatenate([statistics(table.at(history.years)) for table in tables])
    distance = _distance(told, history.statistics(), len(history.years), keep)
    of_table = np.repeat(np.arange(len(tables)), [table.size for table in tables])
    counts = np.bincount(of_table[np.argsort(distance, kind="stable")[:keep]], minlength=len(tables))
    return tuple(counts.tolist())


def _distance(told: Floats, real: Floats, years: int, keep: int) -> Floats:
    """How far each district is; infinite where its last list is longer or shorter than is to be borne."""
    off = np.abs(told[:, years - 1] - real[years - 1])
    borne = np.partition(off, min(ENOUGH * keep, len(off)) - 1)[min(ENOUGH * keep, len(off)) - 1]
    spread = np.maximum(told.std(axis=0), 0.5)
    found: Floats = (np.abs(told - real) / spread).sum(axis=1)
    return np.where(off <= borne, found, np.inf)


def overlap(one: Floats, other: Floats, *, low: float, high: float, bins: int = BINS) -> float:
    """The common area of two histograms over a range, in units of what the same distribution would give.

    A few values never fill a histogram evenly, so even a sample of `one` itself has less than all in common with it;
    1 means: no farther apart than such a sample.
    """
    lots = np.random.Generator(np.random.Philox(0))
    whole = _shares(one, low, high, bins)
    same = [
        np.minimum(whole, _shares(lots.choice(one, min(len(other), len(one))), low, high, bins)).sum()
        for _ in range(30)
    ]
    return min(1.0, float(np.minimum(whole, _shares(other, low, high, bins)).sum() / np.mean(same)))


def _shares(values: Floats, low: float, high: float, bins: int) -> Floats:
    found: Floats = np.histogram(values, bins=bins, range=(low, high))[0] / len(values)
    return found


def match(posterior: Posterior) -> NDArray[np.int64]:
    """Which real school stands at which place of each kept path, by (path, place).

    Places are exchangeable, so a path may name them as it likes: the assignment that differs least from the real
    lists, the last list before all others, so that whoever is listed now is listed in every path whose last list is
    long enough. Ties are broken by keyed chance, which treats schools with the same history alike.
    """
    history, table = posterior.history, posterior.table
    real, said = history.table(), table.at(history.years)[posterior.paths]
    weight = np.ones(len(history.years))
    weight[-1] = 1000.0
    places = np.arange(len(history.schools))
    found = np.empty(said.shape[:2], dtype=np.int64)
    for number, path in enumerate(posterior.paths):
        cost = (said[number][:, None, :] != real[None, :, :]) @ weight
        lots = uniform(
            key_of(table.seed, "match"),
            path=path,
            year=places[:, None],
            procedure=places[None, :],
            purpose="tie",
        )
        found[number] = linear_sum_assignment(cost + 1e-4 * lots)[1]
    return found


def of_real(listed: Bools, real: NDArray[np.int64]) -> Bools:
    """Lists by place turned into lists by real school, by (path, school, year)."""
    found = np.empty_like(listed)
    np.put_along_axis(found, real[:, :, None], listed, axis=1)
    return found


def coverage(
    table: Table, history: History, *, tests: int = 200, keep: int = 500, level: float = 0.9
) -> dict[str, float]:
    """How often the interval holds the truth, by parameter, over districts of the table calibrated by all others.

    The lists of a test district in the known years of `history` play the real ones; its parameters are the truth.
    """
    told = statistics(table.at(history.years))
    chosen = np.linspace(0, table.size - 1, tests).astype(int)
    inside = dict.fromkeys(table.parameters.unknown, 0)
    edges = ((1 - level) / 2, (1 + level) / 2)
    for truth in chosen:
        distance = _distance(told, told[truth], len(history.years), keep)
        distance[truth] = np.inf
        kept = np.argpartition(distance, keep)[:keep]
        for name in inside:
            low, high = np.quantile(table.theta[name][kept], edges)
            inside[name] += bool(low <= table.theta[name][truth] <= high)
    return {name: count / tests for name, count in inside.items()}


def summary(posterior: Posterior) -> Mapping[str, object]:
    """What calibration found, as plain values."""
    told = statistics(posterior.table.at(posterior.history.years)[posterior.paths])
    return {
        "draws": posterior.table.size,
        "kept": len(posterior.paths),
        "acceptance": posterior.acceptance,
        "last_size_exact": posterior.exact,
        "statistics": {
            label: {"real": float(real), "low": float(low), "median": float(middle), "high": float(high)}
            for label, real, low, middle, high in zip(
                posterior.history.labels(),
                posterior.history.statistics(),
                *np.quantile(told, (0.05, 0.5, 0.95), axis=0),
                strict=True,
            )
        },
        "quantiles": posterior.quantiles(),
        "overlap": posterior.overlap(),
    }
