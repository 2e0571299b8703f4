"""The model: latent difficulty of each school, support that moves it, and results drawn from it.

On the probit scale, so that effects in standard deviations of pupils subtract directly::

    eta = level + procedure_k + year_t + school_s + drift_st + shock_skt - support_st
    below ~ Binomial(participants, Phi(eta)), or Beta-binomial where pupils are alike (`overdispersion`)

`school` is persistent, `drift` an autoregressive process in which regression to the mean lives, `shock` one cohort's.
Support fades and leaves with teachers; negative effects are kept. Each term is a pure function of its keys (see
`noise`), so a school's path does not depend on who else is simulated, and scenarios share every chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from shnor_engine.simulate.noise import (
    Keys,
    beta_binomial,
    binomial,
    cell,
    futures_of,
    key_of,
    label,
    normal,
    uniform,
)
from shnor_engine.simulate.parameters import Lever, Parameters, Theta

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Bools = NDArray[np.bool_]
# several supports at once: the largest effect counts whole, the next by half, all others by a quarter
SHARES_OF_EFFECT = (1.0, 0.5, 0.25)


@dataclass(frozen=True)
class World:
    """What is simulated: schools, procedures, the years; real cohorts by (school, procedure) where they are known.

    `first_year` is the year in which every latent process starts; it belongs to the identity of the paths. `shifts`
    are dated reforms: from a year on a procedure (or "" for all) is harder (+) or easier (−), in probits. `hidden` is
    an adversarial assumption: from a year on this share of the weakest pupils stays away from the procedures.
    """

    schools: tuple[str, ...]
    procedures: tuple[str, ...]
    first_year: int
    last_year: int
    cohorts: Mapping[tuple[str, str], int] = field(default_factory=dict)
    shifts: tuple[tuple[int, str, float], ...] = ()
    hidden: tuple[int, float] | None = None

    @property
    def years(self) -> range:
        """Every year, first to last."""
        return range(self.first_year, self.last_year + 1)

    def known_cohorts(self) -> Whole | None:
        """Known participants by (school, procedure), −1 where unknown; None where none is known."""
        if not self.cohorts:
            return None
        wide = [[self.cohorts.get((school, name), -1) for name in self.procedures] for school in self.schools]
        return np.array(wide, dtype=np.int64).reshape(len(self.schools), len(self.procedures))


@dataclass(frozen=True)
class Support:
    """Hours of each lever by (school, year, lever) or (path, school, year, lever): what a scenario gives."""

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
    chance: Floats | None = None


@dataclass(frozen=True)
class Sitting:
    """One year before support: difficulty, the quantile at which each result falls, and who takes part."""

    year: int
    eta: Floats
    quantile: Floats
    participants: Whole


def simulate(
    world: World,
    parameters: Parameters,
    theta: Theta,
    *,
    seed: int,
    paths: Whole,
    support: Support | None = None,
    years: Iterable[int] | None = None,
) -> Draws:
    """Draw the results of every path; `theta` has one value of each parameter a path, in the order of `paths`.

    `years` keeps a part of the world's years; the latent processes run from the world's first year in any case.
    """
    given = support or Support.none(world)
    kept = tuple(world.years if years is None else years)
    future = Future(world, theta, seed=seed, paths=paths)
    helped = Helped(world, parameters, theta, seed=seed, paths=paths, levers=given.levers)
    people, below, chances = [], [], []
    for sitting in future:
        effect = helped.step(sitting.year, given.hours[..., sitting.year - world.first_year, :])
        if sitting.year not in kept:
            continue
        chance = chance_of(sitting.eta, effect, theta["covered"])
        people.append(sitting.participants)
        chances.append(chance)
        below.append(observed(sitting, chance, theta))
    stack = [np.stack(item, axis=2) for item in (people, below)]
    return Draws(world, paths, kept, stack[0], stack[1], np.stack(chances, axis=2))


@dataclass(frozen=True)
class Effect:
    """What support takes off the difficulty, by (path, school): of all pupils, and apart of those who are covered."""

    whole: Floats | None = None
    covered: Floats | None = None


def chance_of(eta: Floats, effect: Effect, share: Floats) -> Floats:
    """The chance to stay below the minimum; tutoring moves the covered share of pupils only."""
    if effect.whole is not None:
        eta = eta - effect.whole[:, :, None]
    everybody: Floats = ndtr(eta)
    if effect.covered is None:
        return everybody
    part = share[:, None, None]
    mixed: Floats = (1 - part) * everybody + part * ndtr(eta - effect.covered[:, :, None])
    return mixed


def observed(sitting: Sitting, chance: Floats, theta: Theta) -> Whole:
    """Who stays below the minimum, by (path, school, procedure), at the chances of a year."""
    alike = theta["overdispersion"]
    if not alike.any():
        return binomial(sitting.quantile, sitting.participants, chance)
    return beta_binomial(sitting.quantile, sitting.participants, chance, alike[:, None, None])


class Future:
    """The years of some paths before any support: iterate to get a `Sitting` a year, the same in every scenario.

    `sampled` gives other paths to the draw of results alone: with the same latent schools other pupils sit down.
    From the year `since` on each past goes on in several `numbers`, as many futures with chances of their own; what
    stays with a school or a procedure is that of the past (`origins`), and the years before are bit-identical.
    """

    def __init__(
        self,
        world: World,
        theta: Theta,
        *,
        seed: int,
        paths: Whole,
        sampled: Whole | None = None,
        origins: Whole | None = None,
        numbers: tuple[int, ...] = (0,),
        since: int | None = None,
    ) -> None:
        self.world, self.theta, self.seed = world, theta, seed
        self.keys = school_keys(seed, world.schools)
        self.paths, self.path = paths, paths[:, None]
        self.sampled, self.numbers, self.since = sampled, numbers, since
        self.origin = self.path if origins is None else origins[:, None]
        self.labels = np.array([label(name) for name in world.procedures], dtype=np.uint64)

    def __iter__(self) -> Iterator[Sitting]:
        return _Years(self)

    def spread(self) -> Future:
        """The same with every past in all its futures, side by side."""
        count = len(self.numbers)
        return Future(
            self.world,
            {name: np.repeat(row, count) for name, row in self.theta.items()},
            seed=self.seed,
            paths=futures_of(self.paths, self.numbers),
            sampled=None if self.sampled is None else futures_of(self.sampled, self.numbers),
            origins=np.repeat(self.origin[:, 0], count),
        )

    def of_school(self) -> Floats:
        """What stays with a school, by (path, school)."""
        return self.theta["school_sd"][:, None] * normal(self.keys, path=self.origin, purpose="school")

    def drift(self, year: int, before: Floats | None) -> Floats:
        """The slow change, by (path, school); it starts in its long-run distribution."""
        fresh = self.theta["drift_sd"][:, None] * normal(self.keys, path=self.path, year=year, purpose="drift")
        if before is None:
            return fresh
        memory = self.theta["drift_memory"][:, None]
        return memory * before + np.sqrt(1 - memory**2) * fresh

    def common(self, year: int) -> Floats:
        """Level, year and procedure: what is common to all schools, by (path, procedure)."""
        everybody, path = key_of(self.seed, "everybody"), self.path
        of_year = self.theta["year_sd"][:, None] * normal(everybody, path=path, year=year, purpose="year")
        of_procedure = self.theta["procedure_sd"][:, None] * normal(
            everybody, path=self.origin, procedure=self.labels[None, :], purpose="procedure"
        )
        return self.theta["level"][:, None] + of_year + of_procedure + self._shift(year)

    def _shift(self, year: int) -> Floats:
        moved = np.zeros(len(self.world.procedures))
        for since, procedure, amount in self.world.shifts:
            if year >= since:
                moved += amount * np.array([procedure in ("", name) for name in self.world.procedures])
        return moved[None, :]

    def size(self) -> Floats:
        """The log of a school's usual cohort, by (path, school)."""
        spread = self.theta["cohort_sigma"][:, None] * normal(self.keys, path=self.origin, purpose="size")
        logs: Floats = np.log(self.theta["cohort_median"])[:, None] + spread
        return logs

    def sitting(self, year: int, latent: Floats, size: Floats) -> Sitting:
        """One year of every path: shock of the cohort, size of the cohort and quantile of the result."""
        keys = self.keys[0][:, :, None], self.keys[1][:, :, None]
        procedure, path = self.labels[None, None, :], self.path[:, :, None]
        quantile, shock, jitter = cell(keys, path=path, year=year, procedure=procedure, purpose="result")
        if self.sampled is not None:
            again = self.sampled[:, None, None]
            quantile = uniform(keys, path=again, year=year, procedure=procedure, purpose="sampled again")
        eta = ndtri(shock)
        eta *= self.theta["cohort_sd"][:, None, None]
        eta += latent[:, :, None]
        eta += self.common(year)[:, None, :]
        return Sitting(year, eta, quantile, self._participants(size, jitter, year, eta))

    def _participants(self, size: Floats, jitter: Floats, year: int, eta: Floats) -> Whole:
        logs = ndtri(jitter)
        logs *= self.theta["cohort_jitter"][:, None, None]
        logs += size[:, :, None]
        drawn = np.rint(np.exp(logs, out=logs), out=logs)
        people: Whole = np.maximum(drawn, self.theta["cohort_floor"][:, None, None], out=logs).astype(np.int64)
        if (known := self.world.known_cohorts()) is not None:
            people = np.where(known >= 0, known, people)
        if self.world.hidden is not None and year >= self.world.hidden[0]:
            return _hide(people, eta, self.world.hidden[1])
        return people


def _hide(people: Whole, eta: Floats, share: float) -> Whole:
    """Fewer take part, and the weakest are missing: those left stay below the minimum less often (eta is changed)."""
    kept: Whole = np.maximum(people - np.rint(share * people).astype(np.int64), 1)
    away = 1 - kept / np.maximum(people, 1)
    low = ndtr(eta)
    eta[...] = ndtri(np.clip((low - away) / (1 - away), 1e-12, 1 - 1e-12))
    return kept


class _Years:
    """Goes through the years of a `Future` in order, carrying the drift."""

    def __init__(self, future: Future) -> None:
        self.future, self.years = future, iter(future.world.years)
        self.school, self.size = future.of_school(), future.size()
        self.carried: Floats | None = None

    def __iter__(self) -> _Years:
        return self

    def __next__(self) -> Sitting:
        year = next(self.years)
        if year == self.future.since and self.future.numbers != (0,):
            self._spread()
        self.carried = self.future.drift(year, self.carried)
        return self.future.sitting(year, self.school + self.carried, self.size)

    def _spread(self) -> None:
        count = len(self.future.numbers)
        self.future = self.future.spread()
        self.school, self.size = (np.repeat(side, count, axis=0) for side in (self.school, self.size))
        self.carried = None if self.carried is None else np.repeat(self.carried, count, axis=0)


@lru_cache(maxsize=8)
def school_keys(seed: int, schools: tuple[str, ...]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """The keys of schools as two rows, kept because a nation's take longer to hash than a year to draw."""
    pairs = np.array([key_of(seed, school) for school in schools], dtype=np.uint64).reshape(len(schools), 2)
    return pairs[None, :, 0], pairs[None, :, 1]


def fidelity_of(theta: Theta, keys: Keys, path: Whole) -> Floats:
    """How faithfully each school carries supports out, by (path, school)."""
    faithful = normal(keys, path=path, purpose="fidelity")
    drawn = theta["fidelity"][:, None] + theta["fidelity_sd"][:, None] * faithful
    return np.clip(drawn, 0, 1)


def leaving_of(theta: Theta, keys: Keys, path: Whole, year: int) -> Floats:
    """The share of a school's teachers that leaves in a year, by (path, school)."""
    left = normal(keys, path=path, year=year, purpose="turnover")
    return np.clip(theta["turnover"][:, None] * np.exp(0.5 * left - 0.125), 0, 1)


class Helped:
    """The effect of support, carried from year to year: it fades, and part of it leaves with teachers."""

    def __init__(
        self,
        world: World,
        parameters: Parameters,
        theta: Theta,
        *,
        seed: int,
        paths: Whole,
        levers: tuple[Lever, ...],
    ) -> None:
        self.theta, self.levers = theta, levers
        self.path = paths[:, None]
        self.keys: Keys = school_keys(seed, world.schools)
        self.carried = np.zeros((len(paths), len(world.schools), len(levers)))
        if levers:
            self._draw()

    def _draw(self) -> None:
        """Each school's own effect of each lever, and how faithfully it carries supports out."""
        scale = self.theta["effect_scale"][:, None]
        effects = [
            scale * (lever.mean + lever.spread * normal(self.keys, path=self.path, purpose=f"effect of {lever.name}"))
            for lever in self.levers
        ]
        self.effects = np.stack(effects, axis=2)
        self.fidelity = fidelity_of(self.theta, self.keys, self.path)

    def step(self, year: int, hours: Floats) -> Effect:
        """The effect of a year; `hours` by (school, lever) or (path, school, lever) are those given before it."""
        if not self.levers or not (self.carried.any() or hours.any()):
            return Effect()
        self.carried = self._kept(year) * self.carried + self._new(hours)
        covered = np.array([lever.covered for lever in self.levers])
        parts = [self.carried[:, :, mask].sum(axis=2) if mask.any() else None for mask in (~covered, covered)]
        return Effect(*parts)

    def _kept(self, year: int) -> Floats:
        """What is left of last year's effect, by (path, school, lever)."""
        leaving = leaving_of(self.theta, self.keys, self.path, year)
        stays = 1 - self.theta["turnover_loss"][:, None] * leaving
        fades = [
            self.theta["fade_kept"][:, None] if lever.fade_kept is None else np.full((1, 1), lever.fade_kept)
            for lever in self.levers
        ]
        return np.stack([stays * fade for fade in fades], axis=2)

    def _new(self, hours: Floats) -> Floats:
        """This year's effect: concave in hours, the largest whole and the others by half and quarter."""
        wide = hours if hours.ndim == 3 else hours[None, :, :]
        dose = wide / (wide + self.theta["half_dose"][:, None, None])
        gained = self.effects * dose * self.fidelity[:, :, None]
        order = np.argsort(-np.abs(gained), axis=2, kind="stable")
        ranks = np.argsort(order, axis=2, kind="stable")
        weights = np.array([SHARES_OF_EFFECT[min(n, len(SHARES_OF_EFFECT) - 1)] for n in range(gained.shape[2])])
        combined: Floats = gained * weights[ranks]
        return combined
