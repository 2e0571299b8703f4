"""One run from end to end: calibrate a district to its lists, follow the scenarios, say what is not known.

A run is a pure function of its `Order`; the manifest holds the whole order with digests and versions, and `rerun`
gives the same bytes from it without the log.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from functools import cached_property
from hashlib import sha256
from importlib import metadata
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from shnor_engine.errors import FactError, PackError
from shnor_engine.law.canon import digest
from shnor_engine.packs import Pack
from shnor_engine.recommend.rules import RULES
from shnor_engine.simulate import parameters as parameter_file
from shnor_engine.simulate import scenario as scenario_file
from shnor_engine.simulate.advised import Advice, Advised, Adviser, Situation, remembered, told
from shnor_engine.simulate.backtest import Score, backtest
from shnor_engine.simulate.calibrate import Posterior, calibrate, match, of_real, prior_table, world_of
from shnor_engine.simulate.history import Bools, History
from shnor_engine.simulate.identify import Meter, Rollout, meter, rollout
from shnor_engine.simulate.judge import Judge, can_judge, procedures_of
from shnor_engine.simulate.luck import Reliability, Result, reliability
from shnor_engine.simulate.model import Whole, World
from shnor_engine.simulate.noise import MOST_FUTURES, futures_of
from shnor_engine.simulate.observation import Observed, compare
from shnor_engine.simulate.optimise import Answer, Limits, Option, optimise
from shnor_engine.simulate.parameters import Parameters, read_parameters
from shnor_engine.simulate.paths import Outcome, Plan, Policy, Task, run
from shnor_engine.simulate.scenario import Given, Scenario, Setting, read_scenarios
from shnor_engine.simulate.uncertainty import Driver, Part, Split, drivers, split, variance_parts, worth_knowing

if TYPE_CHECKING:
    from shnor_engine.simulate.frames import Frames

FORMAT = 1
KEPT = 100  # one district of so many is kept
LEAST_KEPT = 40
LEAST_DRAWN = 1000  # for a side question
FUTURES = 1000  # so many at least, so that a share steps by a tenth of a percent
MOST_DRIVERS = 5
LIBRARIES = ("shnor-engine", "numpy", "scipy", "polars")
Tell = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Order:
    """Everything that changes a byte of a run.

    `draws` are the districts drawn from the prior; one in a hundred is kept. `parameters` and `scenarios` are the
    texts of the files. `thorough` adds what a forecast does not know (meter, roll-out, parts of the width, choice of
    supports), `sensitivity` the drivers by Morris (extra `sensitivity`). `results` are those behind the last list,
    where the log has their numbers: they say whether a school was unlucky, and move no forecast; `posts` are the
    numbers of teachers that it has, for paths as events. `futures` are asked for at the least, so each kept district
    goes on in several; None: 1,000, and one each where the rules of recommendation are asked, which is slow.
    `caution`: how much the worst tenth counts in the choice of supports, in percent.
    """

    schools: tuple[str, ...]
    lists: tuple[tuple[int, tuple[str, ...]], ...]
    unknown: tuple[int, ...]
    names: tuple[tuple[str, str], ...]
    first: int
    last: int
    draws: int
    seed: int
    pack: str
    parameters: str
    scenarios: str
    parameters_name: str = "parameters.yaml"
    scenarios_name: str = "scenarios.yaml"
    thorough: bool = True
    sensitivity: bool = False
    position: int | None = None
    chain: str = ""
    results: tuple[Result, ...] = ()
    futures: int | None = None
    caution: int = 0
    posts: tuple[tuple[str, int], ...] = ()

    @property
    def history(self) -> History:
        """What the log told."""
        lists = {year: frozenset(members) for year, members in self.lists}
        return History(self.schools, lists, self.unknown, dict(self.names))

    def plain(self) -> dict[str, Any]:
        """As JSON holds it."""
        found: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return found


def order_of(
    history: History,
    *,
    pack: str,
    first: int,
    last: int,
    draws: int,
    seed: int,
    parameters: str | None = None,
    scenarios: str | None = None,
    parameters_name: str = "",
    scenarios_name: str = "",
    thorough: bool = True,
    sensitivity: bool | None = None,
    position: int | None = None,
    chain: str = "",
    results: tuple[Result, ...] = (),
    futures: int | None = None,
    caution: int = 0,
    posts: Mapping[str, int] | None = None,
) -> Order:
    """The order for a district; what is not given is that of the library. `sensitivity` None: if SALib is there."""
    return Order(
        history.schools,
        tuple((year, tuple(sorted(history.lists[year]))) for year in history.years),
        history.unknown,
        tuple(sorted((school, history.names.get(school, school)) for school in history.schools)),
        first,
        last,
        draws,
        seed,
        pack,
        parameter_file.BUILT_IN.read_text(encoding="utf-8") if parameters is None else parameters,
        scenario_file.BUILT_IN.read_text(encoding="utf-8") if scenarios is None else scenarios,
        parameters_name or "parameters.yaml",
        scenarios_name or "scenarios.yaml",
        thorough,
        find_spec("SALib") is not None if sensitivity is None else sensitivity,
        position,
        chain,
        tuple(sorted(results)),
        futures,
        caution,
        tuple(sorted((posts or {}).items())),
    )


@dataclass(frozen=True)
class Honesty:
    """What a forecast does not know, as far as it was asked for."""

    meter: Meter | None = None
    rollout: Rollout | None = None
    splits: tuple[Split, ...] = ()
    drivers: tuple[Driver, ...] = ()
    parts: tuple[Part, ...] = ()
    worth: Mapping[str, float] = field(default_factory=dict)
    observed: tuple[Observed, ...] = ()
    answer: Answer | None = None


@dataclass(frozen=True)
class Simulation:
    """What a run found. `lists` are by scenario, as (future, real school, year) over `years`, history included.

    The futures of one kept past stand side by side, `pasts` × `each`; `futures` are their paths, and the first one
    of each past has the path of the past itself.

    `frames` are tables for people and programs, `figures` Vega-Lite, `report()` the part of a report in Russian;
    `write(folder)` writes all of it, `manifest` is enough to do it again.
    """

    order: Order
    manifest: Mapping[str, Any]
    parameters: Parameters
    scenarios: tuple[Scenario, ...]
    posterior: Posterior
    task: Task = field(repr=False)
    policies: Mapping[str, Policy] = field(repr=False)
    years: tuple[int, ...]
    lists: Mapping[str, Bools] = field(repr=False)
    outcomes: Mapping[str, Outcome] = field(repr=False)
    scores: tuple[Score, ...]
    honesty: Honesty

    @property
    def run_id(self) -> str:
        """The identity of the run: a digest of everything that changes a byte of it."""
        return str(self.manifest["run_id"])

    @property
    def history(self) -> History:
        """What the log told, with the schools that it does not name."""
        return self.posterior.history

    @property
    def pasts(self) -> int:
        """How many districts were kept."""
        return len(self.task.paths)

    @property
    def each(self) -> int:
        """How many futures each of them has."""
        return len(self.task.futures)

    @cached_property
    def futures(self) -> Whole:
        """The path of each future."""
        return futures_of(self.task.paths, self.task.futures)

    @property
    def horizon(self) -> tuple[int, ...]:
        """The years that were asked for."""
        return tuple(range(self.order.first, self.order.last + 1))

    @cached_property
    def reliability(self) -> tuple[Reliability, ...]:
        """Not lucky, or low? Of every school that stands on the last list or stood on one before, in their order."""
        history = self.history
        ever = {school for members in history.lists.values() for school in members}
        asked = [school for school in history.schools if school in ever]
        return reliability(self.order.results, asked, year=history.years[-1])

    @cached_property
    def frames(self) -> Frames:
        """The tables of the run."""
        from shnor_engine.simulate.frames import Frames

        return Frames(self)

    @cached_property
    def figures(self) -> dict[str, dict[str, Any]]:
        """Pictures as Vega-Lite specifications, by name."""
        from shnor_engine.simulate.figures import figures

        return figures(self)

    def summary(self) -> dict[str, Any]:
        """The findings as plain values."""
        from shnor_engine.simulate.frames import summary_of

        return summary_of(self)

    def report(self) -> str:
        """The part of a report in Russian, as Markdown."""
        from shnor_engine.simulate.report import markdown

        return markdown(self)

    def files(self) -> dict[str, bytes]:
        """Every file of the run by its name: the same bytes for the same order."""
        from shnor_engine.simulate.write import files

        return files(self)

    def write(self, folder: Any) -> Any:
        """Write all files into a folder that is there as a whole or not at all; gives its path."""
        from shnor_engine.simulate.write import write

        return write(self, folder)


def carry_out(
    order: Order,
    packs: Mapping[str, Pack],
    *,
    workers: int = 2,
    tell: Tell | None = None,
    adviser: Callable[[Scenario], Adviser] | None = None,
) -> Simulation:
    """The simulation that an order asks for. Raises `BadInput` for a scenario that does not fit the district.

    `tell(what, done, whole)` hears how far the work is. `adviser` says whom a scenario with `policy: recommendations`
    asks; `FactError` where one is needed and none given.
    """
    return _Work(order, packs, workers, tell or (lambda *_: None), adviser).done()


def rerun(manifest: Mapping[str, Any], packs: Mapping[str, Pack], *, workers: int = 2) -> Simulation:
    """The run of a manifest again. Raises `PackError` where a pack is not the one that decided then."""
    said = {
        "futures": 0,
        "posts": (),
        **manifest["order"],
    }  # a manifest without them is of a run with one future each
    said["lists"] = tuple((year, tuple(members)) for year, members in said["lists"])
    said |= {name: tuple(tuple(row) for row in said[name]) for name in ("names", "results", "posts")}
    said |= {name: tuple(said[name]) for name in ("schools", "unknown")}
    for pack, then in manifest["packs"].items():
        if pack in packs and packs[pack].digest != then:
            raise PackError(f"pack {pack} has changed since the run: {packs[pack].digest[:12]}, then {then[:12]}")
    advice = manifest.get("advice", {})
    return carry_out(Order(**said), packs, workers=workers, adviser=lambda one: remembered(advice.get(one.name, {})))


class _Work:
    """The steps of a run, in order."""

    def __init__(
        self,
        order: Order,
        packs: Mapping[str, Pack],
        workers: int,
        tell: Tell,
        adviser: Callable[[Scenario], Adviser] | None,
    ) -> None:
        self.order, self.packs, self.workers, self.tell, self.adviser = order, packs, workers, tell, adviser
        self.parameters = read_parameters(order.parameters, name=order.parameters_name)
        told = order.history
        if not 0 <= order.caution <= 100:
            raise FactError(f"caution is a weight from 0 to 100 percent, not {order.caution}")
        if len(told.lists) < 2:
            raise FactError(
                f"the log knows {len(told.lists)} complete lists; calibration needs two or more (list.published)"
            )
        if not told.years[-1] < order.first <= order.last:
            raise FactError(f"simulate years after the last list ({told.years[-1]}), from first to last")
        self.history = told.padded(int(self.parameters["schools"]))
        self.judge = Judge(self._pack(order.pack), date(order.last, 12, 31))
        self.names = procedures_of(self.judge.pack, int(self.parameters["procedures"]), on=self.judge.on)
        setting = Setting(
            self.history.schools,
            self.history.listed,
            order.first,
            order.last,
            self.names,
            tuple(sorted(pack.id for pack in packs.values() if can_judge(pack, self.names))),
            tuple(rule.id for rule in RULES),
        )
        self.scenarios = self._with_none(
            read_scenarios(order.scenarios, self.parameters, setting, name=order.scenarios_name)
        )

    def _pack(self, name: str) -> Pack:
        if name not in self.packs:
            raise PackError(f"no pack {name}; there are {', '.join(sorted(self.packs))}")
        return self.packs[name]

    def _with_none(self, scenarios: tuple[Scenario, ...]) -> tuple[Scenario, ...]:
        """Every scenario is compared with no programme at all, so that one stands first."""
        none = Scenario("none", "Без программы", note="Никакой поддержки. С этим вариантом сравниваются остальные.")
        return scenarios if any(one.name == "none" for one in scenarios) else (none, *scenarios)

    def done(self) -> Simulation:
        order = self.order
        back = max(
            self.judge.back,
            *(Judge(self.packs[pack], self.judge.on).back for one in self.scenarios for _, pack in one.pack_changes),
            0,
        )
        world = world_of(self.history, self.names, back=back, last=self.history.years[-1])
        table = prior_table(
            world,
            self.parameters,
            self.judge,
            seed=order.seed,
            draws=order.draws,
            workers=self.workers,
            progress=lambda done, whole: self.tell("калибровка", done, whole),
        )
        posterior = calibrate(table, self.history, keep=self._kept())
        real = match(posterior)
        task = Task(
            replace(world, last_year=order.last),
            self.parameters,
            posterior.theta(),
            self.judge,
            order.seed,
            posterior.paths,
            order.first,
            real=real,
            packs=self.packs,
            futures=self._futures(),
            since=self.history.years[-1] + 1,
        )
        self.policies = {one.name: self._policy(one) for one in self.scenarios}
        outcomes = self._outcomes(task)
        there = np.repeat(real, len(task.futures), axis=0)
        lists = {name: of_real(outcome.listed, there) for name, outcome in outcomes.items()}
        years = next(iter(outcomes.values())).years
        return Simulation(
            order,
            self._manifest(),
            self.parameters,
            self.scenarios,
            posterior,
            task,
            self.policies,
            years,
            lists,
            outcomes,
            backtest(table, self.history, keep=len(posterior.paths), futures=task.futures),
            self._honesty(task, posterior, lists),
        )

    def _outcomes(self, task: Task) -> dict[str, Outcome]:
        members = {one.name: (one, self.policies[one.name]) for one in self.scenarios}
        return run(
            task,
            members,
            workers=self.workers,
            progress=lambda done, whole: self.tell("сценарии", done, whole),
        )

    def _policy(self, scenario: Scenario) -> Policy:
        """Who gives the support of a scenario: its plan, or the rules of recommendation."""
        if not scenario.advised:
            return Plan.of(scenario, self.parameters, self.history.schools)
        if self.adviser is None:
            raise FactError(f"scenario {scenario.name} asks the rules of recommendation, and they need the log")
        return Advised(self._counted(self.adviser(scenario)), self.parameters, self.history.schools, scenario.budget)

    def _counted(self, adviser: Adviser) -> Adviser:
        """The same adviser, told how often it was asked: the slowest part of a run, and never more than this."""
        done, most = 0, self._kept() * len(self._futures()) * (self.order.last - self.order.first) + 1

        def asked(situation: Situation) -> Advice:
            nonlocal done
            done += 1
            self.tell("рекомендации", done, max(most, done))
            return adviser(situation)

        return asked

    def _kept(self) -> int:
        """How many of the districts drawn are kept."""
        return min(max(LEAST_KEPT, self.order.draws // KEPT), self.order.draws)

    def _futures(self) -> tuple[int, ...]:
        """The futures of each kept district, by their numbers: enough for as many altogether as were asked for."""
        asked = self.order.futures
        if asked is None:
            asked = 0 if any(one.advised for one in self.scenarios) else FUTURES
        each = max(1, -(-asked // self._kept()))
        if each > MOST_FUTURES:
            raise FactError(
                f"{asked} futures of {self._kept()} kept districts are {each} each, and {MOST_FUTURES} is the most; "
                "draw more districts (draws)"
            )
        return tuple(range(each))

    # --- what is not known ------------------------------------------------------------------------

    def _honesty(self, task: Task, posterior: Posterior, lists: Mapping[str, Bools]) -> Honesty:
        if not self.order.thorough:
            return Honesty()
        helped = self._helped()
        none = next(one for one in self.scenarios if one.name == "none")
        self.tell("что неизвестно", 0, 4)
        free = replace(task, real=None, futures=(0,))
        parts = split(
            free, (none, Plan.of(none, self.parameters, task.world.schools)), parameters=60, workers=self.workers
        )
        self.tell("что неизвестно", 1, 4)
        answer = self._answer(task)
        self.tell("что неизвестно", 2, 4)
        wide = World(task.world.schools, task.world.procedures, self.order.first - 3, self.order.first + 4)
        meters = self._meter(posterior, helped)
        roll = rollout(
            wide,
            self.parameters,
            self.judge,
            helped,
            start=self.order.first,
            seed=self.order.seed,
            districts=(8, 16, 32, 64, 128, 256),
            pool=300,
            workers=self.workers,
        )
        self.tell("что неизвестно", 3, 4)
        moved: tuple[Driver, ...] = ()
        shared: tuple[Part, ...] = ()
        if self.order.sensitivity:
            late = replace(free, world=replace(task.world, first_year=self.order.first - 1 - self.judge.back))
            moved = drivers(late, helped, workers=self.workers)
            shared = variance_parts(
                late, helped, tuple(one.name for one in moved[:MOST_DRIVERS]), workers=self.workers
            )
        total = lists["none"][:, :, -len(range(self.order.first, self.order.last + 1)) :].sum(axis=(1, 2))
        by_past = total.reshape(len(task.paths), -1).astype(np.float64)
        worth = worth_knowing(posterior.theta(), by_past, self.parameters.unknown)
        observed = compare(
            posterior.table.world,
            self.parameters,
            self.judge,
            self.history,
            seed=self.order.seed,
            futures=task.futures,
            workers=self.workers,
            **self._fewer(),
        )
        self.tell("что неизвестно", 4, 4)
        return Honesty(meters, roll, parts, moved, shared, worth, observed, answer)

    def _helped(self) -> Scenario:
        """The scenario whose effect is asked about: the dearest of those that change nothing around."""
        none = next(one for one in self.scenarios if one.name == "none")
        fitting = [one for one in self.scenarios if one.given and one.surroundings == none.surroundings]
        return max(fitting, key=lambda one: sum(given.staff_hours for given in one.given), default=none)

    def _meter(self, posterior: Posterior, helped: Scenario) -> Meter:
        start = next(year for year in range(self.history.years[0] + 1, self.history.years[-1] + 1))
        return meter(
            self.history,
            posterior.table.world,
            self.parameters,
            self.judge,
            programme=helped,
            start=start,
            seed=self.order.seed + 1,
            workers=self.workers,
            **self._fewer(),
        )

    def _fewer(self) -> dict[str, int]:
        """Districts of a side question: a fifth of those of the run, and at least so many."""
        part = self.order.draws // 5
        return {"draws": max(LEAST_DRAWN, part), "keep": max(LEAST_KEPT, part // KEPT)}

    def _answer(self, task: Task) -> Answer:
        must = tuple(self.history.schools.index(school) for school in self.history.listed)
        options = default_options(self.order.first, self.order.last)
        budgets = [one.budget.staff_hours for one in self.scenarios if one.budget.staff_hours is not None]
        least = len(must) * min(option.staff_hours for option in options)
        hours = max(budgets[0] if budgets else DEFAULT_HOURS, least)
        limits = Limits(staff_hours=hours, places={"mentors": MENTORS}, must=must)
        alike = [tuple(row) for row in self.history.table().tolist()]
        return optimise(
            task,
            options,
            limits,
            self.history.schools,
            alike=alike,
            caution=self.order.caution / 100,
            gap=GAP,
            workers=self.workers,
        )

    # --- the manifest -----------------------------------------------------------------------------

    def _manifest(self) -> dict[str, Any]:
        order = self.order.plain()
        packs = {self.order.pack, *(pack for one in self.scenarios for _, pack in one.pack_changes)}
        identity = {
            "order_digest": digest(order),
            "model": model_digest(),
            "parameters": self.parameters.digest,
            "scenarios": {one.name: one.digest for one in self.scenarios},
            "packs": {pack: self.packs[pack].digest for pack in sorted(packs)},
        }
        advice = {name: told(policy) for name, policy in self.policies.items() if isinstance(policy, Advised)}
        if advice:
            identity["advice_digest"] = digest(advice)
        reader = "dense" if all(self.judge.dense(self.packs[pack]) for pack in packs) else "columns"
        return {
            "format": FORMAT,
            "run_id": digest(identity)[:16],
            "seed": self.order.seed,
            **identity,
            **({"advice": advice} if advice else {}),
            "order": order,
            "reader": reader,
            "python": platform.python_version(),
            "libraries": {name: _version(name) for name in LIBRARIES},
        }


DEFAULT_HOURS = 300.0
MENTORS = 5
GAP = 1e-4  # of the worth of a cautious choice; less is less than chance


def default_options(first: int, last: int) -> tuple[Option, ...]:
    """What a district may give to one school: a visit, a course, a mentor, or a mentor with a course."""

    def given(name: str, lever: str, hours: float, staff_hours: float) -> Given:
        return Given(name, (lever,), hours, staff_hours, None, "all", first, last)

    visit, course = given("visit", "coaching", 6, 24), given("course", "pd", 20, 8)
    mentor = given("mentor", "coaching", 60, 90)
    return (
        Option("visit", "методический десант", (visit,)),
        Option("course", "обучение педагогов, 20 часов", (course,)),
        Option("mentor", "наставник, 60 часов", (mentor,), venue="mentors"),
        Option("mentor_and_course", "наставник и обучение", (mentor, course), venue="mentors"),
    )


def model_digest() -> str:
    """SHA-256 over the text of the model, its noise and the reader of rules: another model, another run."""
    from pathlib import Path

    here = Path(__file__).parent
    names = ("noise.py", "model.py", "paths.py", "dense.py", "judge.py", "calibrate.py", "history.py")
    return sha256(b"\0".join((here / name).read_bytes() for name in names)).hexdigest()


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"
