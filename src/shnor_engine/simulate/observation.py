"""Two models of how results are observed, side by side: pupils drawn each alone, and pupils who resemble each other.

The lists do not say which is true, so both are held against them in three ways: which of them looks real more often
(the nearest districts out of both tables together), whether new districts of each posterior do what the real one did,
and how well each would have foretold the lists that are known by now.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from shnor_engine.simulate.backtest import Futures, backtest
from shnor_engine.simulate.calibrate import Posterior, Table, calibrate, nearest, prior_table, table_of
from shnor_engine.simulate.history import Floats, History, statistics
from shnor_engine.simulate.judge import Judge
from shnor_engine.simulate.model import World
from shnor_engine.simulate.parameters import Parameters

Model = Literal["binomial", "beta_binomial"]
MODELS: tuple[Model, ...] = ("binomial", "beta_binomial")
ALIKE = "overdispersion"
FAR = 0.05  # in a tail of so much a real statistic is not what the model would do


@dataclass(frozen=True)
class Check:
    """A statistic of the real lists beside those of new districts of a posterior: their 90 % band, and the tail.

    `tail` is the chance of one as far out as the real one or farther, on its side, ties by half; 0.5 is the middle.
    """

    label: str
    real: float
    low: float
    high: float
    tail: float


@dataclass(frozen=True)
class Observed:
    """What speaks for a model: `near` of the nearest districts are its own; checks, and sums of back-test scores.

    `overlap` is what prior and posterior of the overdispersion have in common (None where there is none).
    """

    model: Model
    near: int
    checks: tuple[Check, ...]
    log_score: float
    crps: float
    overlap: float | None

    @property
    def strange(self) -> tuple[str, ...]:
        """The statistics in which the real district is not like those of the model."""
        return tuple(check.label for check in self.checks if check.tail < FAR)


def compare(
    world: World,
    parameters: Parameters,
    judge: Judge,
    history: History,
    *,
    seed: int,
    draws: int,
    keep: int,
    futures: Futures = (0,),
    workers: int = 2,
) -> tuple[Observed, ...]:
    """Both models against a history, with as many districts and the same chances each.

    In the Beta-binomial one the overdispersion is unknown, uniform over its range in the parameters.
    """
    tables = [
        prior_table(world, _of_model(parameters, model), judge, seed=seed, draws=draws, workers=workers)
        for model in MODELS
    ]
    near = nearest(tables, history, keep=2 * keep)
    return tuple(
        _observed(model, table, history, count, keep, futures)
        for model, table, count in zip(MODELS, tables, near, strict=True)
    )


def _of_model(parameters: Parameters, model: Model) -> Parameters:
    item = parameters.items[ALIKE]
    free = replace(item, kind="fixed", value=0.0) if model == "binomial" else replace(item, kind="prior")
    return replace(parameters, items={**parameters.items, ALIKE: free})


def _observed(model: Model, table: Table, history: History, near: int, keep: int, futures: Futures) -> Observed:
    posterior = calibrate(table, history, keep=keep)
    scores = [score for score in backtest(table, history, keep=keep, futures=futures) if score.method == "model"]
    return Observed(
        model,
        near,
        tuple(_checks(posterior)),
        sum(score.log_score for score in scores),
        sum(score.crps for score in scores),
        posterior.overlap().get(ALIKE),
    )


def _checks(posterior: Posterior) -> Iterator[Check]:
    history = posterior.history
    told, real = predictive(posterior), history.statistics()
    for label, came, row in zip(history.labels(), real, told.T, strict=True):
        low, high = np.quantile(row, (0.05, 0.95))
        under, over = ((row < came).mean(), (row > came).mean())
        same = (1 - under - over) / 2
        yield Check(label, float(came), float(low), float(high), float(min(under, over) + same))


def predictive(posterior: Posterior, *, each: int = 10) -> Floats:
    """Statistics of new districts with the parameters of a posterior, by district: nothing of them was looked at."""
    table = posterior.table
    theta = {name: np.repeat(row, each) for name, row in posterior.theta().items()}
    fresh = table.size + np.arange(each * len(posterior.paths))
    listed = table_of(table.world, table.parameters, table.judge, theta, seed=table.seed, paths=fresh)
    return statistics(listed.at(posterior.history.years))
