"""How well the model would have foretold lists that are known by now, beside forecasts that need no model.

Each test calibrates to the lists up to a year and foretells the next one. Printed also when the model loses.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.stats import binom, poisson

from shnor_engine.simulate.calibrate import NONE, Posterior, Table, calibrate, match, of_real
from shnor_engine.simulate.history import Bools, Floats, History
from shnor_engine.simulate.paths import Plan, Task, run

Futures = tuple[int, ...]
SMOOTH = 0.05  # this part of every forecast of a size is spread over all sizes: a sure forecast may fail, not crash

METHODS = {
    "model": "модель",
    "same_list": "тот же перечень",
    "base_rate": "средняя частота",
    "last_size": "прежний размер",
}


@dataclass(frozen=True)
class Score:
    """One forecast against what came: chance of the real size (log score), CRPS of the size, Brier per school.

    A log score is better when higher, the others when lower.
    """

    until: int
    year: int
    method: str
    log_score: float
    crps: float
    brier: float
    mean_size: float
    real_size: int

    def to_json(self) -> dict[str, Any]:
        """A plain object with the fields of this class."""
        return dict(vars(self))


def backtest(table: Table, history: History, *, keep: int, futures: Futures = (0,)) -> tuple[Score, ...]:
    """The scores of every year that has at least two known lists before it; each kept district has some `futures`."""
    found = []
    for until, year in zip(history.years[1:], history.years[2:], strict=False):
        real = np.array([school in history.lists[year] for school in history.schools])
        for method, (sizes, chances) in forecasts(
            table, history.until(until), year, keep=keep, futures=futures
        ).items():
            found.append(_score(until, year, method, sizes, chances, real))
    return tuple(found)


def forecasts(
    table: Table, history: History, year: int, *, keep: int, futures: Futures = (0,)
) -> dict[str, tuple[Floats, Floats]]:
    """By method: the chances of the sizes 0..N of the list of a year, and each school's chance to be on it."""
    count, last = len(history.schools), history.table()[:, -1]
    sizes = np.arange(count + 1)
    posterior = calibrate(table, history, keep=keep)
    there = _foretold(posterior, year, futures)
    model = np.bincount(np.count_nonzero(there, axis=1), minlength=count + 1) / len(there)
    rate = history.table().mean()
    now = int(last.sum())
    return {
        "model": (_smoothed(model), there.mean(axis=0)),
        "same_list": (_smoothed((sizes == now).astype(float)), last.astype(float)),
        "base_rate": (_smoothed(binom.pmf(sizes, count, rate)), np.full(count, rate)),
        "last_size": (_smoothed(poisson.pmf(sizes, now)), np.full(count, now / count)),
    }


def _foretold(posterior: Posterior, year: int, futures: Futures) -> Bools:
    """Who is on the list of a year, by (future, real school): chance parts after the last known list."""
    table, real = posterior.table, match(posterior)
    since = posterior.history.years[-1] + 1
    if futures == (0,):
        listed = table.at((year,))[posterior.paths]
    else:
        world = replace(table.world, last_year=year)
        task = Task(world, table.parameters, posterior.theta(), table.judge, table.seed, posterior.paths, since)
        member = {"": (NONE, Plan.of(NONE, table.parameters, world.schools))}
        listed = run(replace(task, futures=futures), member)[""].since(year)
    return of_real(listed, np.repeat(real, len(futures), axis=0))[:, :, 0]


def _smoothed(chances: Floats) -> Floats:
    found: Floats = (1 - SMOOTH) * chances / chances.sum() + SMOOTH / len(chances)
    return found


def _score(until: int, year: int, method: str, sizes: Floats, chances: Floats, real: Any) -> Score:
    came = int(real.sum())
    steps = (np.arange(len(sizes)) >= came).astype(float)
    return Score(
        until,
        year,
        method,
        log_score=float(np.log(sizes[came])),
        crps=float(((np.cumsum(sizes) - steps) ** 2).sum()),
        brier=float(((chances - real) ** 2).mean()),
        mean_size=float((sizes * np.arange(len(sizes))).sum()),
        real_size=came,
    )
