"""Which school gets which support: chosen by HiGHS under a budget, judged on fresh chance, beside simple ways.

A choice gives each school at most one option (a support or a bundle); every school that must be helped gets one. What
an option gains in a school is the mean of simulated school-years off the list; schools do not touch each other's
paths, so one run per option says it for all schools at once. What was chosen on one set of chances looks better there
than it is: the figures to believe are those on fresh seeds, and the difference is printed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from shnor_engine.errors import BadInput, FieldProblem
from shnor_engine.simulate.model import Floats
from shnor_engine.simulate.paths import Plan, Task, run
from shnor_engine.simulate.scenario import Given, Scenario

NOTHING = -1
TAIL = 0.1  # the worst part of the paths that caution looks at
Choice = NDArray[np.int64]


@dataclass(frozen=True)
class Option:
    """One way to help a school: supports with what they cost there in a year, and the venue whose places it takes."""

    name: str
    title: str
    given: tuple[Given, ...]
    venue: str = ""

    @property
    def staff_hours(self) -> float:
        """Staff hours of one school in one year."""
        return sum(one.staff_hours for one in self.given)

    @property
    def roubles(self) -> float:
        """Roubles of one school in one year; what has no price counts as free."""
        return sum(one.roubles or 0.0 for one in self.given)


@dataclass(frozen=True)
class Limits:
    """What one year may take: staff hours, roubles, places by venue; `must` are the schools that get something."""

    staff_hours: float | None = None
    roubles: float | None = None
    places: Mapping[str, int] | None = None
    must: tuple[int, ...] = ()

    def fits(self, choice: Choice, options: Sequence[Option]) -> bool:
        """Whether a choice keeps within everything."""
        taken = [options[one] for one in choice if one != NOTHING]
        return (
            (self.staff_hours is None or sum(one.staff_hours for one in taken) <= self.staff_hours + 1e-9)
            and (self.roubles is None or sum(one.roubles for one in taken) <= self.roubles + 1e-9)
            and all(sum(one.venue == venue for one in taken) <= most for venue, most in (self.places or {}).items())
            and all(choice[school] != NOTHING for school in self.must)
        )


def best(gain: Floats, options: Sequence[Option], limits: Limits) -> Choice:
    """The choice of the largest total gain by (school, option): the option of each school, −1 for none.

    Raises `BadInput` where nothing fits: the limits do not reach one support for each school that must get one.
    """
    schools, count = gain.shape
    rows = LinearConstraint(*_rows(schools, options, limits))
    return _solved(-gain.reshape(-1), [rows], schools, count, limits)


def best_with_caution(
    gains: Floats, options: Sequence[Option], limits: Limits, *, caution: float, share: float = TAIL, gap: float = 0.0
) -> Choice:
    """The choice of the largest (1 − caution) · mean + caution · tail of total gains by (path, school, option).

    The tail is the mean of the worst `share` of the paths (CVaR). After Rockafellar and Uryasev it is the largest
    η − Σ max(η − gain of path, 0) / (share · paths) over all η, so one more unknown and one a path keep the problem
    linear. `gap`: by how much of the optimum the choice may fall short of it.
    """
    paths, schools, count = gains.shape
    size, each = schools * count, gains.reshape(len(gains), -1)
    cost = np.concatenate([-(1 - caution) * each.mean(axis=0), [-caution], np.full(paths, caution / (share * paths))])
    matrix, low, high = _rows(schools, options, limits)
    # every path falls short by at least η − its gain
    short = sparse.hstack([sparse.csr_matrix(each), np.full((paths, 1), -1.0), sparse.eye(paths)])
    rows = [
        LinearConstraint(sparse.hstack([matrix, sparse.csr_matrix((len(low), 1 + paths))]), low, high),
        LinearConstraint(short, np.zeros(paths), np.full(paths, np.inf)),
    ]
    bounds = Bounds(
        np.concatenate([np.zeros(size), [-np.inf], np.zeros(paths)]),
        np.concatenate([np.ones(size), np.full(1 + paths, np.inf)]),
    )
    return _solved(cost, rows, schools, count, limits, bounds=bounds, gap=gap)


def _rows(schools: int, options: Sequence[Option], limits: Limits) -> tuple[Any, Floats, Floats]:
    """One option a school at the most, one at the least where it must be, and every bill within its limit."""
    count = len(options)
    rows = [sparse.kron(sparse.eye(schools), np.ones((1, count)))]
    low = [np.array([float(school in limits.must) for school in range(schools)])]
    high = [np.ones(schools)]
    for costs, most in _bills(options, limits):
        rows.append(sparse.csr_matrix(np.tile(costs, schools)))
        low.append(np.array([-np.inf]))
        high.append(np.array([most]))
    return sparse.vstack(rows, format="csr"), np.concatenate(low), np.concatenate(high)


def _solved(
    cost: Floats,
    rows: list[LinearConstraint],
    schools: int,
    count: int,
    limits: Limits,
    *,
    bounds: Bounds | None = None,
    gap: float = 0.0,
) -> Choice:
    """The choice of HiGHS; the first `schools` · `count` unknowns are yes or no, those after them any number."""
    size = schools * count
    found = milp(
        c=cost,
        integrality=np.concatenate([np.ones(size), np.zeros(len(cost) - size)]),
        bounds=bounds or Bounds(0, 1),
        constraints=rows,
        options={"mip_rel_gap": gap},
    )
    if found.x is None:
        reason = f"no choice gives each of {len(limits.must)} listed schools a support within {_said(limits)}"
        raise BadInput("budget", [FieldProblem("limits", reason)])
    taken = np.rint(found.x[:size]).reshape(schools, count) > 0
    return np.where(taken.any(axis=1), taken.argmax(axis=1), NOTHING)


def _bills(options: Sequence[Option], limits: Limits) -> Iterator[tuple[Floats, float]]:
    if limits.staff_hours is not None:
        yield np.array([one.staff_hours for one in options]), limits.staff_hours
    if limits.roubles is not None:
        yield np.array([one.roubles for one in options]), limits.roubles
    for venue, most in (limits.places or {}).items():
        yield np.array([float(one.venue == venue) for one in options]), float(most)


def _said(limits: Limits) -> str:
    parts = [
        f"{limits.staff_hours:g} staff hours" if limits.staff_hours is not None else "",
        f"{limits.roubles:g} roubles" if limits.roubles is not None else "",
        *(f"{most} places of {venue}" for venue, most in (limits.places or {}).items()),
    ]
    return ", ".join(part for part in parts if part) or "these limits"


def by_trying(gain: Floats, options: Sequence[Option], limits: Limits) -> Choice:
    """The same as `best` by trying every choice: for tests and for very small districts."""
    return _by_trying(lambda choice: value_of(choice, gain), len(gain), options, limits)


def with_caution_by_trying(
    gains: Floats, options: Sequence[Option], limits: Limits, *, caution: float, share: float = TAIL
) -> Choice:
    """The same as `best_with_caution` by trying every choice."""

    def worth(choice: Choice) -> float:
        return cautious(totals(choice, gains), caution, share=share)

    return _by_trying(worth, gains.shape[1], options, limits)


def _by_trying(worth: Callable[[Choice], float], schools: int, options: Sequence[Option], limits: Limits) -> Choice:
    champion, value = None, -np.inf
    for tried in product(range(NOTHING, len(options)), repeat=schools):
        choice = np.array(tried)
        if limits.fits(choice, options) and (found := worth(choice)) > value:
            champion, value = choice, found
    if champion is None:
        raise BadInput("budget", [FieldProblem("limits", f"no choice fits within {_said(limits)}")])
    return champion


def value_of(choice: Choice, gain: Floats) -> float:
    """What a choice gains in all."""
    schools = np.flatnonzero(choice != NOTHING)
    return float(gain[schools, choice[schools]].sum())


def totals(choice: Choice, gains: Floats) -> Floats:
    """The same in each path."""
    schools = np.flatnonzero(choice != NOTHING)
    found: Floats = gains[:, schools, choice[schools]].sum(axis=1)
    return found


def cautious(each: Floats, caution: float, *, share: float = TAIL) -> float:
    """What gains by path are worth to somebody who weighs their worst part by `caution`, their mean by the rest."""
    return (1 - caution) * float(each.mean()) + caution * tail_mean(each, share)


# --- simple ways ----------------------------------------------------------------------------------


def simple_ways(
    gain: Floats, chance: Floats, options: Sequence[Option], limits: Limits, *, seed: int
) -> dict[str, Choice]:
    """Choices that need no model: none, equal, listed only, greedy by the chance to be listed, random.

    `chance` is each school's chance to be listed. All but `none` keep within the limits and help first whoever must
    be helped; each school in turn gets the best option that the money still pays for (equal and random: the cheapest,
    any one).
    """
    schools = range(len(gain))
    must = [*limits.must, *(school for school in schools if school not in limits.must)]
    by_chance = sorted(must, key=lambda school: (school not in limits.must, -chance[school], school))
    cheapest = np.argsort([one.staff_hours for one in options], kind="stable")
    lots = np.random.Generator(np.random.Philox(seed))
    shuffled = [*limits.must, *lots.permutation(must[len(limits.must) :]).tolist()]
    mean_first = np.argsort(-gain.mean(axis=0), kind="stable")
    free = _Filling(options, limits, len(gain))
    return {
        "none": np.full(len(gain), NOTHING),
        "equal": free.fill(must, lambda: cheapest),
        "listed_only": free.fill(limits.must, lambda: mean_first),
        "greedy": free.fill(by_chance, lambda: mean_first),
        "random": free.fill(shuffled, lambda: lots.permutation(len(options))),
    }


@dataclass(frozen=True)
class _Filling:
    """Fills a choice school by school."""

    options: Sequence[Option]
    limits: Limits
    schools: int

    def fill(self, turn: Sequence[int], order: Callable[[], Choice]) -> Choice:
        """Schools in turn, each the first option of its order that leaves enough for those who must come after."""
        choice = np.full(self.schools, NOTHING)
        for school in turn:
            for option in order():
                choice[school] = option
                if _leaves_enough(choice, self.options, self.limits):
                    break
                choice[school] = NOTHING
        return choice


def _leaves_enough(choice: Choice, options: Sequence[Option], limits: Limits) -> bool:
    """Whether those who must still be helped can be, at the least: by the cheapest option each."""
    filled = choice.copy()
    cheapest = int(np.argmin([one.staff_hours for one in options]))
    for school in limits.must:
        if filled[school] == NOTHING:
            filled[school] = cheapest
    return limits.fits(filled, options)


# --- on simulated districts -----------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """The chosen supports by school, what they are worth on fresh chance, and how other ways do there.

    `expected` is what the choice promised on the chances it was made on, `fresh` what it gives on others; `ways` and
    `regret` are on the fresh ones. `interval` is the 90 % band of the fresh gain over paths, `tail` the mean of its
    worst tenth (CVaR): what is left of the choice where chance is against it. `caution` is the weight that the choice
    gave to that tail; `tail_expected` is what it promised there, `tails` what the other ways leave on fresh chance.
    """

    schools: tuple[str, ...]
    options: tuple[Option, ...]
    choice: Mapping[str, str]
    expected: float
    fresh: float
    interval: tuple[float, float]
    ways: Mapping[str, float]
    staff_hours: float
    roubles: float
    tail: float = 0.0
    caution: float = 0.0
    tail_expected: float = 0.0
    tails: Mapping[str, float] = field(default_factory=dict)

    @property
    def tail_optimism(self) -> float:
        """The same in the worst tenth."""
        return self.tail_expected - self.tail

    @property
    def optimism(self) -> float:
        """By how much the choice promised more than it gives."""
        return self.expected - self.fresh

    @property
    def regret(self) -> Mapping[str, float]:
        """By how much each way falls short of the best one known."""
        top = max(self.fresh, *self.ways.values())
        return {"optimum": top - self.fresh, **{name: top - value for name, value in self.ways.items()}}


def gains(task: Task, options: Sequence[Option], schools: tuple[str, ...], *, workers: int = 2) -> Floats:
    """School-years off the list by (path, real school, option), against nobody being helped.

    Each option is given to every school in every year of the horizon, whatever the list says: what is chosen is
    chosen now.
    """
    years = range(task.start, task.world.last_year + 1)
    members = {"": (NONE, Plan.of(NONE, task.parameters, schools))}
    for option in options:
        given = tuple(replace(one, to="all", first=years[0], last=years[-1]) for one in option.given)
        scenario = Scenario(option.name, option.title, given)
        members[option.name] = (scenario, Plan.of(scenario, task.parameters, schools))
    found = run(task, members, workers=workers)
    base = found[""].since(task.start).sum(axis=2)
    by_place = np.stack([base - found[option.name].since(task.start).sum(axis=2) for option in options], axis=2)
    return _by_school(by_place.astype(np.float64), task)


NONE = Scenario("none", "Без программы")


def _by_school(by_place: Floats, task: Task) -> Floats:
    if (real := task.spread().real) is None:
        return by_place
    found = np.empty_like(by_place)
    np.put_along_axis(found, np.repeat(real[:, :, None], by_place.shape[2], axis=2), by_place, axis=1)
    return found


def optimise(
    task: Task,
    options: Sequence[Option],
    limits: Limits,
    schools: tuple[str, ...],
    *,
    alike: Sequence[object] | None = None,
    caution: float = 0.0,
    gap: float = 0.0,
    workers: int = 2,
) -> Answer:
    """The best choice on the futures of one half of the pasts, judged on those of the other half.

    Nobody looked at the other half while choosing: neither at its chances nor at its parameters.
    Schools with equal entries in `alike` cannot be told apart by what is known of them, so each is expected to gain
    what they gain on average. With `caution` above 0 the worst tenth of the paths counts by that weight (see
    `best_with_caution`), and the choice by the mean alone stands among the other ways.
    """
    half = len(task.paths) // 2
    seen, fresh = (task.part(side) for side in (slice(0, half), slice(half, None)))
    promised, given = (gains(side, options, schools, workers=workers) for side in (seen, fresh))
    mean, real = (_pooled(side.mean(axis=0), alike) for side in (promised, given))
    # what a school gains in a path goes up and down around what is expected of all that are like it
    promised, given = promised - promised.mean(axis=0) + mean, given - given.mean(axis=0) + real
    chance = _pooled(_chances(seen, schools, workers)[:, None], alike)[:, 0]
    choice = best(mean, options, limits)
    ways = simple_ways(mean, chance, options, limits, seed=task.seed)
    if caution:
        ways["neutral"] = choice
        choice = best_with_caution(promised, options, limits, caution=caution, gap=gap)
    taken = [options[one] for one in choice if one != NOTHING]
    each = totals(choice, given)
    return Answer(
        schools,
        tuple(options),
        {schools[school]: options[choice[school]].name for school in np.flatnonzero(choice != NOTHING)},
        value_of(choice, mean),
        value_of(choice, real),
        (float(np.quantile(each, 0.05)), float(np.quantile(each, 0.95))),
        {name: value_of(way, real) for name, way in ways.items()},
        sum(one.staff_hours for one in taken),
        sum(one.roubles for one in taken),
        tail_mean(each),
        caution,
        tail_mean(totals(choice, promised)),
        {name: tail_mean(totals(way, given)) for name, way in ways.items()},
    )


def tail_mean(gain: Floats, share: float = TAIL) -> float:
    """The mean of the worst part of some gains: the conditional value at risk of what they fall short.

    Where the part is no whole number of them the last one counts by what is left, so that it is the very tail that
    `best_with_caution` makes large.
    """
    worst, count = np.sort(gain), share * len(gain)
    if count <= 1:
        return float(worst[0])
    whole = min(int(count), len(gain) - 1)
    return float((worst[:whole].sum() + (count - whole) * worst[whole]) / count)


def _pooled(values: Floats, alike: Sequence[object] | None) -> Floats:
    """By (school, …): the mean over the schools that are alike."""
    if alike is None:
        return values
    found = values.copy()
    for kind in set(alike):
        which = [n for n, each in enumerate(alike) if each == kind]
        found[which] = values[which].mean(axis=0)
    return found


def _chances(task: Task, schools: tuple[str, ...], workers: int) -> Floats:
    found = run(task, {"": (NONE, Plan.of(NONE, task.parameters, schools))}, workers=workers)[""]
    by_place = found.since(task.start).mean(axis=2, keepdims=True).astype(np.float64)
    chances: Floats = _by_school(by_place, task).mean(axis=(0, 2))
    return chances
