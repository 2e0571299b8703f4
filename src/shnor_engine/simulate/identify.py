"""What the data can tell of the programme's effect, and which roll-out could tell more.

Two lists that shrink prove nothing where lists shrink by themselves. The meter asks two questions: how much of prior
and posterior of the effect is common, and how often lists as good as the real ones come without any programme. Words
of cause are refused until a design is declared that could carry them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy.stats import t

from shnor_engine.errors import ReportError
from shnor_engine.simulate.calibrate import calibrate, overlap, prior_table
from shnor_engine.simulate.history import Floats, History
from shnor_engine.simulate.judge import Judge
from shnor_engine.simulate.model import World
from shnor_engine.simulate.parameters import Parameters
from shnor_engine.simulate.paths import Plan, Task, run
from shnor_engine.simulate.scenario import Given, Scenario
from shnor_engine.simulate.words import percent

Design = Literal["staggered_rollout", "threshold", "matched_districts"]
DESIGNS: dict[str, str] = {
    "staggered_rollout": "поэтапное включение районов",
    "threshold": "сравнение школ у порога",
    "matched_districts": "сопоставленные районы",
}
TAUGHT_NOTHING = 0.8  # from this overlap of prior and posterior on the data say nothing of the effect
ENOUGH_POWER = 0.8
BEFORE = 2  # years looked at before the first wave
EFFECT = "effect_scale"


@dataclass(frozen=True)
class Meter:
    """How far a history identifies the effect of a programme.

    `overlap`: common part of prior and posterior of the effect. `lists_overlap`: common part of what lists do under
    the programme and without it. `power`: how often such a history would show an effect of the default size at an
    error of 5 %. `fall`: the chance of a fall of the list as large as the real one without any programme.
    """

    overlap: float
    lists_overlap: float
    power: float
    fall: float
    draws: int

    @property
    def identified(self) -> bool:
        """Whether the data tell anything of the effect."""
        return self.overlap < TAUGHT_NOTHING and self.power >= ENOUGH_POWER

    def text(self) -> str:
        """The verdict in Russian."""
        verdict = (
            "Эффект программы по этим данным различим."
            if self.identified
            else "Эффект программы по этим данным не определить."
        )
        return (
            f"{verdict} Распределение эффекта после сравнения с перечнями совпадает с исходным на "
            f"{percent(self.overlap)}; перечни с программой и без неё совпадают на {percent(self.lists_overlap)}; "
            f"такая история показала бы эффект принятого размера в {percent(self.power)} случаев. Столь же большое "
            f"сокращение перечня случается и без всякой программы: в {percent(self.fall)} районов."
        )


def meter(
    history: History,
    world: World,
    parameters: Parameters,
    judge: Judge,
    *,
    programme: Scenario,
    start: int,
    seed: int,
    draws: int,
    keep: int,
    workers: int = 2,
) -> Meter:
    """What the real lists tell of a programme that ran from `start` on, its effect unknown from 0 to threefold."""
    items = {**parameters.items, EFFECT: replace(parameters.items[EFFECT], kind="prior")}
    open_effect = replace(parameters, items=items)
    over = replace(programme, given=_during(programme.given, start, world.last_year))
    member = (over, Plan.of(over, parameters, world.schools))
    more = {"seed": seed, "draws": draws, "workers": workers}
    helped = prior_table(world, open_effect, judge, policy=member, start=start, **more)  # type: ignore[arg-type]
    kept = calibrate(helped, history, keep=keep).paths
    effect, item = helped.theta[EFFECT], items[EFFECT]
    common = overlap(effect, effect[kept], low=item.low, high=item.high)
    return Meter(common, *_lists_apart(history, world, parameters, judge, member, start, more), draws)


def _lists_apart(
    history: History,
    world: World,
    parameters: Parameters,
    judge: Judge,
    member: tuple[Scenario, Plan],
    start: int,
    more: dict[str, int],
) -> tuple[float, float, float]:
    """Lists under the programme against lists without it: common part, power to tell, chance of the fall."""
    falls = []
    for seed, policy in ((more["seed"], None), (more["seed"] + 1, member)):
        table = prior_table(
            world,
            parameters,
            judge,
            seed=seed,
            draws=more["draws"],
            policy=policy,
            start=start,
            workers=more["workers"],
        )
        sizes = np.count_nonzero(table.at(history.years), axis=1)
        falls.append((sizes[:, 0] - sizes[:, 1:].mean(axis=1)).astype(np.float64))
    without, with_ = falls
    low, high = float(min(map(np.min, falls))), float(max(map(np.max, falls))) + 1e-9
    sizes = history.sizes
    real = sizes[0] - float(np.mean(sizes[1:]))
    power = float((with_ > np.quantile(without, 0.95)).mean())
    return overlap(without, with_, low=low, high=high, bins=20), power, float((without >= real).mean())


def _during(given: Sequence[Given], first: int, last: int) -> tuple[Given, ...]:
    return tuple(replace(one, first=first, last=last) for one in given)


# --- a roll-out that could tell -------------------------------------------------------------------


@dataclass(frozen=True)
class Rollout:
    """How sure a staggered roll-out over so many districts would find the effect: `power` by number of districts.

    `needed` is the least number tried that finds it four times out of five, None where none of them does. `effect` is
    what the model puts in: the mean change of the share below the minimum.
    """

    power: dict[int, float]
    false_alarms: dict[int, float]
    waves: int
    effect: float

    @property
    def needed(self) -> int | None:
        """The least number of districts tried that is enough."""
        return next((count for count, power in self.power.items() if power >= ENOUGH_POWER), None)

    def text(self) -> str:
        """The design in Russian."""
        tried = ", ".join(f"{count} – {percent(power)}" for count, power in self.power.items())
        enough = (
            f"Достаточно {self.needed} районов"
            if self.needed is not None
            else f"Не хватает и {max(self.power)} районов"
        )
        return (
            f"{enough}: программу начинают по очереди, за {self.waves} года, очередь – по жребию, результаты "
            "процедур собирают во всех районах каждый год. Вероятность заметить эффект принятого размера по числу "
            f"районов: {tried}."
        )


def rollout(
    world: World,
    parameters: Parameters,
    judge: Judge,
    programme: Scenario,
    *,
    start: int,
    seed: int,
    districts: Sequence[int] = (4, 8, 16, 32, 64, 128),
    waves: int = 3,
    pool: int = 240,
    trials: int = 400,
    workers: int = 2,
) -> Rollout:
    """The power of a roll-out in `waves` years by lot, by the number of districts.

    A district is a path; it is simulated with the programme from each wave on, and without. What is compared is the
    mean share below the minimum of a district and year, freed of district and of year, which tells more than lists
    do. Errors come from the districts themselves, as whole rows.
    """
    task = Task(world, parameters, parameters.prior(seed, pool), judge, seed, np.arange(pool), start)
    members = {}
    for wave in range(waves + 1):  # the last one: not within the years looked at
        begun = start + wave if wave < waves else world.last_year + 1
        scenario = replace(
            programme, name=str(wave), given=_during(programme.given, begun, max(begun, world.last_year))
        )
        members[str(wave)] = (scenario, Plan.of(scenario, parameters, world.schools))
    found = run(task, members, keep_share=True, workers=workers)
    outcomes = np.stack([_district_means(found[str(wave)].share, world, start) for wave in range(waves + 1)])
    lots = np.random.Generator(np.random.Philox(seed))
    power, alarms = {}, {}
    for count in districts:
        if count <= waves:
            continue
        hits = [_one_trial(outcomes, count, waves, lots) for _ in range(trials)]
        power[count], alarms[count] = (float(np.mean(side)) for side in zip(*hits, strict=True))
    years = outcomes.shape[2]
    effect = float((outcomes[0] - outcomes[waves])[:, years - waves :].mean())
    return Rollout(power, alarms, waves, effect)


def _district_means(share: object, world: World, start: int) -> Floats:
    """The mean share of a district by (path, year), from two years before the roll-out on."""
    assert isinstance(share, np.ndarray)
    means: Floats = share.mean(axis=1, dtype=np.float64)
    return means[:, max(0, start - BEFORE - world.first_year) :]


def _one_trial(outcomes: Floats, count: int, waves: int, lots: np.random.Generator) -> tuple[bool, bool]:
    """Whether one roll-out finds the effect, and whether the same one finds an effect that is not there."""
    chosen = lots.choice(outcomes.shape[1], count, replace=False)
    wave = lots.permutation(np.arange(count) % waves)
    before = BEFORE
    treated = np.arange(outcomes.shape[2])[None, :] >= before + wave[:, None]
    # after the last wave everybody is treated: those years compare nobody
    span = slice(0, before + waves - 1)
    real, idle = (outcomes[wave, chosen], outcomes[waves, chosen])
    return _finds(real[:, span], treated[:, span]), _finds(idle[:, span], treated[:, span])


def _finds(outcome: Floats, treated: np.ndarray) -> bool:
    """Two-way differences, error by district; one-sided at 5 %."""
    x, y = (_freed(side.astype(np.float64)) for side in (treated, outcome))
    whole = float((x * x).sum())
    slope = float((x * y).sum()) / whole
    rows = (x * (y - slope * x)).sum(axis=1)
    count = len(rows)
    error = float(np.sqrt((rows**2).sum() * count / (count - 1))) / whole
    return slope / error < t.ppf(0.05, count - 1) if error > 0 else False


def _freed(values: Floats) -> Floats:
    free: Floats = values - values.mean(axis=1, keepdims=True) - values.mean(axis=0, keepdims=True) + values.mean()
    return free


# --- words ----------------------------------------------------------------------------------------


def effect_words(design: str | None) -> str:
    """The word for a difference between scenarios; «эффект» only with a design that identifies it.

    Raises `ReportError` for a design that nobody knows.
    """
    if design is None:
        return "разница сценариев в модели"
    if design not in DESIGNS:
        raise ReportError(f"no design {design!r} identifies an effect; there are {', '.join(DESIGNS)}")
    return "эффект"


CAUSAL = ("привел", "привёл", "благодаря", "вследствие", "в результате программы", "эффект программы составил")


def check_wording(text: str, design: str | None = None) -> None:
    """Refuse a text that claims a cause without a design; raises `ReportError` that quotes the words."""
    if design is not None:
        effect_words(design)
        return
    found = [word for word in CAUSAL if word in text.lower()]
    if found:
        raise ReportError(
            f"the text claims a cause («{'», «'.join(found)}»), but no design identifies one; declare a design "
            f"({', '.join(DESIGNS)}) or write what was observed"
        )
