"""Where the width of a forecast comes from, and which parameters drive it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from shnor_engine.errors import MissingExtra
from shnor_engine.simulate.model import Floats
from shnor_engine.simulate.parameters import Parameter, Theta
from shnor_engine.simulate.paths import Plan, Policy, Task, run
from shnor_engine.simulate.scenario import Scenario


@dataclass(frozen=True)
class Split:
    """The variance of one figure in parts: which parameters are true, what becomes of schools, who sits down."""

    figure: str
    parameter: float
    process: float
    sampling: float

    @property
    def total(self) -> float:
        """The whole variance."""
        return self.parameter + self.process + self.sampling

    def shares(self) -> dict[str, float]:
        """The parts as shares of the whole."""
        whole = self.total or 1.0
        return {name: getattr(self, name) / whole for name in ("parameter", "process", "sampling")}


def split(
    task: Task,
    member: tuple[Scenario, Policy],
    *,
    futures: int = 6,
    pupils: int = 4,
    parameters: int = 100,
    workers: int = 2,
) -> tuple[Split, ...]:
    """The three parts for the list of each scenario year and for all school-years together.

    A nested design: `parameters` of the task's parameter values, `futures` of the schools under each, `pupils` draws
    of results in each future; the parts are the components of variance, none below zero. Paths are not conditioned on
    the last list here: it is the model that is taken apart, not one district's forecast.
    """
    count = min(parameters, len(task.paths))
    outer = np.repeat(np.arange(count), futures * pupils)
    middle = np.repeat(np.arange(count * futures), pupils)
    wide = replace(
        task,
        theta={name: row[outer] for name, row in task.theta.items()},
        paths=middle,
        sampled=np.arange(count * futures * pupils),
        real=None,
    )
    lists = run(wide, {"": member}, workers=workers)[""].since(task.start)
    sizes = np.count_nonzero(lists, axis=1).astype(np.float64)
    years = range(task.start, task.start + sizes.shape[1])
    figures = {**{str(year): sizes[:, n] for n, year in enumerate(years)}, "school-years": sizes.sum(axis=1)}
    return tuple(_components(name, values.reshape(count, futures, pupils)) for name, values in figures.items())


def _components(name: str, values: Floats) -> Split:
    """Components of variance of a nested design, by its mean squares."""
    _, futures, pupils = values.shape
    of_future, of_theta = values.mean(axis=2), values.mean(axis=(1, 2))
    sampling = float(values.var(axis=2, ddof=1).mean())
    process = float(of_future.var(axis=1, ddof=1).mean()) - sampling / pupils
    parameter = float(of_theta.var(ddof=1)) - max(process, 0.0) / futures - sampling / (futures * pupils)
    return Split(name, max(parameter, 0.0), max(process, 0.0), sampling)


STILL = ("schools", "procedures", "posts")  # they say what there is, and are moved by no screen


@dataclass(frozen=True)
class Driver:
    """How much a parameter moves a figure over its range (Morris): mean size of its steps, and their spread.

    A spread as large as the size says that the parameter works together with others. `low` and `high` are its range.
    """

    name: str
    size: float
    spread: float
    confidence: float
    low: float
    high: float


def drivers(
    task: Task,
    scenario: Scenario,
    *,
    trajectories: int = 8,
    paths: int = 24,
    workers: int = 2,
) -> tuple[Driver, ...]:
    """Parameters by how much they move the mean school-years of a scenario, the strongest first.

    Every parameter with a range is moved over that range, those that say what there is (`STILL`) aside, and the
    overdispersion where none is assumed: that is another law of observation (see `observation`). Chance is the same
    in each evaluation. Raises `MissingExtra` without SALib.
    """
    try:
        from SALib.analyze import morris as analyse
        from SALib.sample import morris as sample
    except ImportError:
        raise MissingExtra("sensitivity analysis", "sensitivity") from None

    items = [
        item
        for name, item in task.parameters.items.items()
        if item.low < item.high and name not in STILL and not _of_another_law(item)
    ]
    problem = {
        "num_vars": len(items),
        "names": [item.name for item in items],
        "bounds": [[item.low, item.high] for item in items],
    }
    settings = sample.sample(problem, trajectories, num_levels=4, seed=task.seed)
    outcome = _evaluate(task, scenario, problem["names"], settings, paths, workers)
    found = analyse.analyze(problem, settings, outcome, num_levels=4, seed=task.seed)
    said = [
        Driver(item.name, float(size), float(spread), float(sure), item.low, item.high)
        for item, size, spread, sure in zip(
            items, found["mu_star"], found["sigma"], found["mu_star_conf"], strict=True
        )
    ]
    return tuple(sorted(said, key=lambda driver: (-driver.size, driver.name)))


def _of_another_law(item: Parameter) -> bool:
    return item.name == "overdispersion" and item.kind == "fixed" and item.value == 0


@dataclass(frozen=True)
class Part:
    """The share of a figure's variance that a parameter makes (Sobol): alone, and with all it works together with.

    `alone_error` and `whole_error` are the half-widths of 95 % intervals by the bootstrap. The parameters are taken
    as uniform over their ranges, all others at their stated value.
    """

    name: str
    alone: float
    alone_error: float
    whole: float
    whole_error: float


def variance_parts(
    task: Task, scenario: Scenario, names: tuple[str, ...], *, base: int = 64, paths: int = 16, workers: int = 2
) -> tuple[Part, ...]:
    """Sobol indices of the mean school-years for a few parameters, those that a screen found to matter.

    `base` is a power of two; base · (parameters + 2) settings are evaluated. Raises `MissingExtra` without SALib.
    """
    try:
        from SALib.analyze import sobol as analyse
        from SALib.sample import sobol as sample
    except ImportError:
        raise MissingExtra("sensitivity analysis", "sensitivity") from None

    items = [task.parameters.items[name] for name in names]
    problem = {
        "num_vars": len(items),
        "names": list(names),
        "bounds": [[item.low, item.high] for item in items],
    }
    settings = sample.sample(problem, base, calc_second_order=False, seed=task.seed)
    outcome = _evaluate(task, scenario, names, settings, paths, workers)
    if not outcome.std():
        return tuple(Part(name, 0.0, 0.0, 0.0, 0.0) for name in names)
    found = analyse.analyze(problem, outcome, calc_second_order=False, seed=task.seed)
    rows = zip(names, found["S1"], found["S1_conf"], found["ST"], found["ST_conf"], strict=True)
    return tuple(Part(name, *(float(value) for value in values)) for name, *values in rows)


def _evaluate(task: Task, scenario: Scenario, names: object, settings: Floats, paths: int, workers: int) -> Floats:
    """Mean school-years at each setting, all settings on the same paths of chance."""
    rows = len(settings)
    theta: dict[str, Floats] = {
        name: np.full(rows * paths, item.value) for name, item in task.parameters.items.items()
    }
    for column, name in enumerate(names):  # type: ignore[arg-type, var-annotated]
        theta[name] = np.repeat(settings[:, column], paths)
    wide = replace(task, theta=theta, paths=np.tile(np.arange(paths), rows), real=None, sampled=None)
    member = (scenario, Plan.of(scenario, task.parameters, task.world.schools))
    sizes = np.count_nonzero(run(wide, {"": member}, workers=workers)[""].since(task.start), axis=1)
    found: Floats = sizes.sum(axis=1).reshape(rows, paths).mean(axis=1)
    return found


def worth_knowing(theta: Theta, figure: Floats, names: tuple[str, ...]) -> Mapping[str, float]:
    """By how much the standard deviation of a figure would shrink, were one parameter known (share, 0 to 1).

    `figure` by path, or by (path, future) where a path has several. It is explained by the parameter in a smooth way
    (a cubic of its rank); what is left is what would remain.
    """
    by_path = figure.reshape(len(figure), -1)
    means, whole = by_path.mean(axis=1), _variance(by_path)
    found = {}
    for name in names:
        row = theta[name]
        if whole == 0 or np.ptp(row) == 0:
            found[name] = 0.0
            continue
        rank = np.argsort(np.argsort(row)) / max(len(row) - 1, 1) - 0.5
        design = np.vander(rank, 4)
        fitted = design @ np.linalg.lstsq(design, means, rcond=None)[0]
        left = float(((means - fitted) ** 2).sum() / max(len(row) - 4, 1))
        explained = max(0.0, float(means.var(ddof=1)) - left)
        found[name] = 1 - float(np.sqrt(max(0.0, 1 - explained / whole)))
    return found


def _variance(by_path: Floats) -> float:
    """The variance of one future of a path that nobody has seen."""
    parted = parted_of("", by_path)
    return parted.between + (parted.within or 0.0)


# --- pasts and their futures ----------------------------------------------------------------------


@dataclass(frozen=True)
class Parted:
    """The variance of a figure between pasts and within them, and what its mean rests on.

    Between: parameters, and what the schools of the district are like on the day of the decision. Within: what
    becomes of them from then on, and who sits down; None where each past has one future, and all is `between`.
    """

    figure: str
    pasts: int
    futures: int
    mean: float
    between: float
    within: float | None

    @property
    def error(self) -> float:
        """The standard error of the mean over all futures."""
        of_pasts = self.between + (self.within or 0.0) * self.pasts / self.futures
        return float(np.sqrt(of_pasts / self.pasts))

    @property
    def effective(self) -> float:
        """How many independent futures would tell the mean as well: from `pasts` to `futures`."""
        whole = self.between + (self.within or 0.0)
        return whole / self.error**2 if self.error else float(self.futures)


def parted_of(figure: str, by_path: Floats) -> Parted:
    """A figure by (past, future) in its two parts; none is below zero."""
    pasts, each = by_path.shape
    means = by_path.mean(axis=1)
    spread = float(means.var(ddof=1)) if pasts > 1 else 0.0
    within = float(by_path.var(axis=1, ddof=1).mean()) if each > 1 else None
    between = max(spread - (within or 0.0) / each, 0.0)
    return Parted(figure, pasts, pasts * each, float(means.mean()), between, within)
