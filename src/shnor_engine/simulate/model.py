"""The model: latent difficulty of each school, support that moves it, and results drawn from it.

On the probit scale, so that effects in standard deviations of pupils subtract directly::

    eta = level + procedure_k + year_t + school_s + drift_st + shock_skt - support_st
    below ~ Binomial(participants, Phi(eta))

`school` is persistent, `drift` an autoregressive process in which regression to the mean lives, `shock` one cohort's.
Support fades and leaves with teachers; negative effects are kept. Each term is a pure function of its keys (see
`noise`), so a school's path does not depend on who else is simulated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from shnor_engine.simulate.noise import binomial, key_of, label, normal, uniform_pair
from shnor_engine.simulate.parameters import Lever, Parameters, Theta

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
SHARES_OF_EFFECT = (
    1.0,
    0.5,
    0.25,
)  # several supports at once: the largest effect whole, the next half, then quarters


@dataclass(frozen=True)
class World:
    """What is simulated: schools, procedures, the years; real cohorts by (school, procedure) where they are known.

    `first_year` is the year in which every latent process starts; it belongs to the identity of the paths. `shifts`
    are dated reforms: from a year on a procedure (or "" for all) is harder (+) or easier (−), in probits.
    """

    schools: tuple[str, ...]
    procedures: tuple[str, ...]
    first_year: int
    last_year: int
    cohorts: Mapping[tuple[str, str], int] = field(default_factory=dict)
    shifts: tuple[tuple[int, str, float], ...] = ()

    @property
    def years(self) -> range:
        """Every year, first to last."""
        return range(self.first_year, self.last_year + 1)


@dataclass(frozen=True)
class Support:
    """Hours of each lever by (school, year, lever), the supports that a scenario gives."""

    levers: tuple[Lever, ...]
    hours: Floats

    @classmethod
    def none(cls, world: World) -> Support:
        """No support at all."""
        return cls((), np.zeros((len(world.schools), len(world.years), 0)))


@dataclass(frozen=True)
class Draws:
    """Results by (path, school, year, procedure): participants, those below the minimum, and the true chance."""

    world: World
    paths: Whole
    years: tuple[int, ...]
    participants: Whole
    below: Whole
    chance: Floats


def simulate(
    world: World,
    parameters: Parameters,
    theta: Theta,
    *,
    seed: int,
    paths: Whole,
    support: Support | None = None,
    years: range | None = None,
) -> Draws:
    """Draw the results of every path; `theta` has one value of each parameter a path, in the order of `paths`.

    `years` keeps a part of the world's years; the latent processes run from the world's first year in any case.
    """
    kept = years if years is not None else world.years
    latent = _Latent(world, theta, seed=seed, paths=paths)
    size = latent.cohorts()
    helped = _Helped(world, parameters, theta, seed=seed, paths=paths, support=support or Support.none(world))
    eta_school = latent.school()
    drift, below, people, chances = None, [], [], []
    for year in world.years:
        drift = latent.drift(year, drift)
        effect, covered = helped.step(year)
        if year not in kept:
            continue
        eta = latent.eta(year, eta_school + drift)
        shock, sampled = latent.shocks(year)
        eta += theta["cohort_sd"][:, None, None] * shock - effect[:, :, None]
        chance = _chance(eta, covered, theta["covered"])
        counted = latent.participants(year, size)
        people.append(counted)
        chances.append(chance)
        below.append(binomial(sampled, counted, chance))
    stacked = (np.stack(item, axis=2) for item in (people, below))
    return Draws(world, paths, tuple(kept), *stacked, np.stack(chances, axis=2))


def _chance(eta: Floats, covered: Floats | None, share: Floats) -> Floats:
    """The chance to stay below the minimum; tutoring moves the covered share of pupils only."""
    whole: Floats = ndtr(eta)
    if covered is None:
        return whole
    part = share[:, None, None]
    mixed: Floats = (1 - part) * whole + part * ndtr(eta - covered[:, :, None])
    return mixed


class _Latent:
    """The terms of eta, each drawn at its own keys."""

    def __init__(self, world: World, theta: Theta, *, seed: int, paths: Whole) -> None:
        self.world, self.theta, self.seed = world, theta, seed
        pairs = [key_of(seed, school) for school in world.schools]
        first, second = (np.array([pair[place] for pair in pairs], dtype=np.uint64) for place in (0, 1))
        self.keys = first[None, :], second[None, :]
        self.path = paths[:, None]
        self.labels = np.array([label(name) for name in world.procedures], dtype=np.uint64)

    def school(self) -> Floats:
        """What stays with a school, by (path, school)."""
        return self.theta["school_sd"][:, None] * normal(self.keys, path=self.path, purpose="school")

    def drift(self, year: int, before: Floats | None) -> Floats:
        """The slow change, by (path, school); it starts in its long-run distribution."""
        fresh = self.theta["drift_sd"][:, None] * normal(self.keys, path=self.path, year=year, purpose="drift")
        if before is None:
            return fresh
        memory = self.theta["drift_memory"][:, None]
        return memory * before + np.sqrt(1 - memory**2) * fresh

    def eta(self, year: int, school: Floats) -> Floats:
        """Everything but the shock of the cohort and support, by (path, school, procedure)."""
        common, path = key_of(self.seed, "everybody"), self.path
        of_year = self.theta["year_sd"][:, None] * normal(common, path=path, year=year, purpose="year")
        of_procedure = self.theta["procedure_sd"][:, None] * normal(
            common, path=path, procedure=self.labels[None, :], purpose="procedure"
        )
        return (
            self.theta["level"][:, None, None]
            + of_year[:, :, None]
            + (of_procedure + self._shift(year))[:, None, :]
            + school[:, :, None]
        )

    def _shift(self, year: int) -> Floats:
        moved = np.zeros(len(self.world.procedures))
        for since, procedure, amount in self.world.shifts:
            if year >= since:
                moved += amount * np.array([procedure in ("", name) for name in self.world.procedures])
        return moved[None, :]

    def shocks(self, year: int) -> tuple[Floats, Floats]:
        """The shock of each cohort (normal) and the quantile at which its result is drawn."""
        keys = self.keys[0][:, :, None], self.keys[1][:, :, None]
        one, other = uniform_pair(
            keys, path=self.path[:, :, None], year=year, procedure=self.labels[None, None, :], purpose="result"
        )
        return ndtri(one), other

    def cohorts(self) -> Floats:
        """The log of a school's usual cohort, by (path, school)."""
        spread = self.theta["cohort_sigma"][:, None] * normal(self.keys, path=self.path, purpose="size")
        logs: Floats = np.log(self.theta["cohort_median"])[:, None] + spread
        return logs

    def participants(self, year: int, size: Floats) -> Whole:
        """Who takes part, by (path, school, procedure); a known cohort stays as it is."""
        keys = self.keys[0][:, :, None], self.keys[1][:, :, None]
        jitter = normal(
            keys, path=self.path[:, :, None], year=year, procedure=self.labels[None, None, :], purpose="people"
        )
        drawn = np.exp(size[:, :, None] + self.theta["cohort_jitter"][:, None, None] * jitter)
        people = np.maximum(np.rint(drawn), self.theta["cohort_floor"][:, None, None]).astype(np.int64)
        for place, school in enumerate(self.world.schools):
            for column, procedure in enumerate(self.world.procedures):
                known = self.world.cohorts.get((school, procedure))
                if known is not None:
                    people[:, place, column] = known
        return people


class _Helped:
    """The effect of support, carried from year to year: it fades, and part of it leaves with teachers."""

    def __init__(
        self, world: World, parameters: Parameters, theta: Theta, *, seed: int, paths: Whole, support: Support
    ) -> None:
        self.world, self.theta, self.support, self.seed = world, theta, support, seed
        self.paths, self.parameters = paths, parameters
        shape = (len(paths), len(world.schools))
        self.carried = np.zeros((*shape, len(support.levers)))
        self.nothing = np.zeros(shape)
        if support.levers:
            self._draw()

    def _draw(self) -> None:
        """Each school's own effect of each lever, and how faithfully it carries supports out."""
        pairs = [key_of(self.seed, school) for school in self.world.schools]
        first, second = (np.array([pair[place] for pair in pairs], dtype=np.uint64) for place in (0, 1))
        self.keys = first[None, :], second[None, :]
        path = self.paths[:, None]
        effects = [
            lever.mean + lever.spread * normal(self.keys, path=path, purpose=f"effect of {lever.name}")
            for lever in self.support.levers
        ]
        self.effects = np.stack(effects, axis=2)
        faithful = normal(self.keys, path=path, purpose="fidelity")
        drawn = self.theta["fidelity"][:, None] + self.theta["fidelity_sd"][:, None] * faithful
        self.fidelity = np.clip(drawn, 0, 1)

    def step(self, year: int) -> tuple[Floats, Floats | None]:
        """The effect on all pupils and, apart, on the covered ones (None: there is none), this year's included."""
        levers = self.support.levers
        if not levers:
            return self.nothing, None
        self.carried = self._kept(year) * self.carried + self._new(year)
        whole = np.array([not lever.covered for lever in levers])
        covered = self.carried[:, :, ~whole].sum(axis=2) if not whole.all() else None
        return self.carried[:, :, whole].sum(axis=2), covered

    def _kept(self, year: int) -> Floats:
        """What is left of last year's effect, by (path, school, lever)."""
        left = normal(self.keys, path=self.paths[:, None], year=year, purpose="turnover")
        leaving = np.clip(self.theta["turnover"][:, None] * np.exp(0.5 * left - 0.125), 0, 1)
        stays = 1 - self.theta["turnover_loss"][:, None] * leaving
        fades = [
            self.theta["fade_kept"][:, None] if lever.fade_kept is None else np.full((1, 1), lever.fade_kept)
            for lever in self.support.levers
        ]
        return np.stack([stays * fade for fade in fades], axis=2)

    def _new(self, year: int) -> Floats:
        """This year's effect: concave in hours, the largest whole and the others in halves."""
        hours = self.support.hours[:, year - self.world.first_year, :]
        dose = hours[None, :, :] / (hours[None, :, :] + self.theta["half_dose"][:, None, None])
        gained = self.effects * dose * self.fidelity[:, :, None]
        order = np.argsort(-np.abs(gained), axis=2, kind="stable")
        ranks = np.argsort(order, axis=2, kind="stable")
        weights = np.array([SHARES_OF_EFFECT[min(n, len(SHARES_OF_EFFECT) - 1)] for n in range(gained.shape[2])])
        combined: Floats = gained * weights[ranks]
        return combined
