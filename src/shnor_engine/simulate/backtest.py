"""How well the model would have foretold lists that are known by now, beside forecasts that need no model.

Each test calibrates to the lists up to a year and foretells the next one. Printed also when the model loses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import binom, poisson

from shnor_engine.simulate.calibrate import Table, calibrate, match, of_real
from shnor_engine.simulate.history import Floats, History

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


def backtest(table: Table, history: History, *, keep: int) -> tuple[Score, ...]:
    """The scores of every year that has at least two known lists before it."""
    found = []
    for until, year in zip(history.years[1:], history.years[2:], strict=False):
        real = np.array([school in history.lists[year] for school in history.schools])
        for method, (sizes, chances) in forecasts(table, history.until(until), year, keep=keep).items():
            found.append(_score(until, year, method, sizes, chances, real))
    return tuple(found)


def forecasts(table: Table, history: History, year: int, *, keep: int) -> dict[str, tuple[Floats, Floats]]:
    """By method: the chances of the sizes 0..N of the list of a year, and each school's chance to be on it."""
    count, last = len(history.schools), history.table()[:, -1]
    sizes = np.arange(count + 1)
    posterior = calibrate(table, history, keep=keep)
    there = of_real(table.at((year,))[posterior.paths], match(posterior))[:, :, 0]
    model = np.bincount(np.count_nonzero(there, axis=1), minlength=count + 1) / len(there)
    rate = history.table().mean()
    now = int(last.sum())
    return {
        "model": (_smoothed(model), there.mean(axis=0)),
        "same_list": (_smoothed((sizes == now).astype(float)), last.astype(float)),
        "base_rate": (_smoothed(binom.pmf(sizes, count, rate)), np.full(count, rate)),
        "last_size": (_smoothed(poisson.pmf(sizes, now)), np.full(count, now / count)),
    }


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
