"""A run as tables: sizes of the list, chances of schools, differences between scenarios, cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from shnor_engine.simulate.calibrate import summary
from shnor_engine.simulate.history import Bools
from shnor_engine.simulate.uncertainty import Parted, parted_of

if TYPE_CHECKING:
    import polars as pl

    from shnor_engine.simulate.run import Simulation

AT = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)
BANDS = tuple(f"q{round(100 * at):02d}" for at in AT)
SAMPLES = 8
DIGITS = 6  # figures are compared across machines to 1e-9; six places are more than anybody reads


class Frames:
    """The tables of a run, each made when it is first asked for."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation

    @property
    def all(self) -> dict[str, pl.DataFrame]:
        """Every table by its name."""
        names = (
            "sizes",
            "distribution",
            "sample",
            "schools",
            "exits",
            "reliability",
            "differences",
            "by_school",
            "budget",
            "scores",
            "precision",
        )
        return {name: getattr(self, name) for name in names}

    def future(self, scenario: str) -> Bools:
        """The lists of the years asked for, by (path, school, year)."""
        return self.simulation.lists[scenario][:, :, -len(self.simulation.horizon) :]

    @cached_property
    def sizes(self) -> pl.DataFrame:
        """scenario, year: mean and quantiles of the size of the list."""
        return _frame(
            {"scenario": scenario.name, "year": year, **_spread(sizes)}
            for scenario in self.simulation.scenarios
            for year, sizes in zip(self.simulation.horizon, self._sizes(scenario.name).T, strict=True)
        )

    @cached_property
    def distribution(self) -> pl.DataFrame:
        """scenario, year, size: the share of paths with that size, up to the longest list of the run."""
        return _frame(
            {"scenario": scenario.name, "year": year, "size": size, "share": _round(count / len(sizes))}
            for scenario in self.simulation.scenarios
            for year, sizes in zip(self.simulation.horizon, self._sizes(scenario.name).T, strict=True)
            for size, count in enumerate(np.bincount(sizes, minlength=self._most + 1))
        )

    @cached_property
    def sample(self) -> pl.DataFrame:
        """scenario, path, year: the size of the list in a few whole paths, the same paths in every scenario.

        They stand at equal steps between the lightest and the heaviest without a programme: neither picked for their
        looks nor all from one end.
        """
        paths = self.simulation.futures
        order = np.lexsort((paths, self._sizes("none").sum(axis=1)))
        count = min(SAMPLES, len(paths))
        chosen = [int(order[(2 * n + 1) * len(paths) // (2 * count)]) for n in range(count)]
        return _frame(
            {"scenario": scenario.name, "path": int(paths[which]), "year": year, "size": int(size)}
            for scenario in self.simulation.scenarios
            for which in chosen
            for year, size in zip(self.simulation.horizon, self._sizes(scenario.name)[which], strict=True)
        )

    @cached_property
    def schools(self) -> pl.DataFrame:
        """scenario, school, year: the chance to be listed, of the schools that the log names."""
        return _frame(
            {"scenario": scenario.name, "school": school, "year": year, "chance": _round(chance)}
            for scenario in self.simulation.scenarios
            for school, row in zip(self._named, self._chances(scenario.name), strict=False)
            for year, chance in zip(self.simulation.horizon, row, strict=True)
        )

    @cached_property
    def exits(self) -> pl.DataFrame:
        """scenario, school of the last list, year: chance to be off in it, and off for two lists running by then."""
        return _frame(self._exits())

    def _exits(self) -> Iterator[dict[str, Any]]:
        history, horizon = self.simulation.history, self.simulation.horizon
        for scenario in self.simulation.scenarios:
            lists = self.future(scenario.name)
            for school in history.listed:
                off = ~lists[:, history.schools.index(school), :]
                twice = np.zeros(off.shape, dtype=bool)
                twice[:, 1:] = off[:, 1:] & off[:, :-1]
                lasting = np.logical_or.accumulate(twice, axis=1)
                for n, year in enumerate(horizon):
                    yield {
                        "scenario": scenario.name,
                        "school": school,
                        "year": year,
                        "off": _round(off[:, n].mean()),
                        "off_two_lists": _round(lasting[:, n].mean()) if n else None,
                    }

    @cached_property
    def reliability(self) -> pl.DataFrame:
        """school, procedure: results behind the last list, how likely they are truly low; empty without results."""
        import polars as pl

        rows = [
            {"school": one.school, "year": one.year, **asdict(sat), "school_truly_low": one.truly_low}
            for one in self.simulation.reliability
            for sat in one.sat
        ]
        kinds = {"school": pl.String, "year": pl.Int64, "procedure": pl.String, "participants": pl.Int64}
        kinds |= {"below_min": pl.Int64, "low": pl.Boolean}
        kinds |= dict.fromkeys(("truly_low", "low_again", "school_truly_low"), pl.Float64)
        return pl.DataFrame(rows, schema=kinds).with_columns(pl.col(pl.Float64).round(DIGITS))

    @cached_property
    def differences(self) -> pl.DataFrame:
        """scenario: school-years less than without a programme, path by path: mean, band, share with fewer."""
        return _frame(
            {
                "scenario": scenario.name,
                "school_years": _round(self._sizes(scenario.name).sum(axis=1).mean()),
                **_spread(saved),
                "fewer": _round((saved > 0).mean()),
                "same": _round((saved == 0).mean()),
                "more": _round((saved < 0).mean()),
                "leave_in_a_year": _round(self._leaving(scenario.name)),
            }
            for scenario in self.simulation.scenarios
            for saved in [self._sizes("none").sum(axis=1) - self._sizes(scenario.name).sum(axis=1)]
        )

    @cached_property
    def by_school(self) -> pl.DataFrame:
        """scenario, school: years on the list less than without a programme, in the same path."""
        none = self.future("none").sum(axis=2)
        return _frame(
            {"scenario": scenario.name, "school": school, **_spread(saved)}
            for scenario in self.simulation.scenarios
            if scenario.name != "none"
            for school, saved in zip(self._named, (none - self.future(scenario.name).sum(axis=2)).T, strict=False)
        )

    @cached_property
    def budget(self) -> pl.DataFrame:
        """scenario, year: staff hours and roubles, and the share of paths in which the budget cut supports."""
        rows = []
        for scenario in self.simulation.scenarios:
            outcome, years = self.simulation.outcomes[scenario.name], len(self.simulation.horizon)
            priced = any(given.roubles is not None for given in scenario.given)
            priced |= scenario.advised and scenario.budget.rouble_per_hour is not None
            for n, year in enumerate(self.simulation.horizon):
                hours, roubles, cut = (
                    side[:, n - years] for side in (outcome.staff_hours, outcome.roubles, outcome.cut)
                )
                spread = {f"hours_{name}": value for name, value in _spread(hours).items()}
                money = _round(roubles.mean()) if priced else None
                rows.append(
                    {"scenario": scenario.name, "year": year, **spread, "roubles": money, "cut": _round(cut.mean())}
                )
        return _frame(rows)

    @cached_property
    def scores(self) -> pl.DataFrame:
        """until, year, method: how well each known list would have been foretold."""
        return _frame(
            {name: _round(value) if isinstance(value, float) else value for name, value in score.to_json().items()}
            for score in self.simulation.scores
        )

    @cached_property
    def precision(self) -> pl.DataFrame:
        """scenario, figure (list of a year, school-years): variance between and within pasts, error of the mean.

        `effective` is how many independent futures would tell the mean as well; `within` is null where each past has
        one future.
        """
        return _frame(
            {
                "scenario": scenario.name,
                "figure": one.figure,
                "pasts": one.pasts,
                "futures": one.futures,
                "mean": _round(one.mean),
                "between": _round(one.between),
                "within": None if one.within is None else _round(one.within),
                "error": _round(one.error),
                "effective": _round(one.effective),
            }
            for scenario in self.simulation.scenarios
            for one in self.parted(scenario.name)
        )

    def parted(self, scenario: str) -> list[Parted]:
        """The size of each list, and at last the school-years, of a scenario in their two parts."""
        sizes = self._sizes(scenario)
        figures = {str(year): sizes[:, n] for n, year in enumerate(self.simulation.horizon)}
        figures["school-years"] = sizes.sum(axis=1)
        return [self.in_parts(name, values) for name, values in figures.items()]

    def in_parts(self, figure: str, values: Any) -> Parted:
        """A figure by future in its two parts."""
        return parted_of(figure, np.asarray(values, dtype=np.float64).reshape(self.simulation.pasts, -1))

    @cached_property
    def _named(self) -> tuple[str, ...]:
        return self.simulation.order.schools

    def _sizes(self, scenario: str) -> Any:
        return np.count_nonzero(self.future(scenario), axis=1)

    @cached_property
    def _most(self) -> int:
        return max(int(self._sizes(one.name).max()) for one in self.simulation.scenarios)

    def _chances(self, scenario: str) -> Any:
        return self.future(scenario).mean(axis=0)

    def _leaving(self, scenario: str) -> float:
        """The share of listed schools that are off the next year."""
        lists = self.future(scenario)
        before = lists[:, :, :-1].sum()
        return float(1 - (lists[:, :, 1:] & lists[:, :, :-1]).sum() / before) if before else float("nan")


def _spread(values: Any) -> dict[str, float]:
    quantiles = np.quantile(values, AT)
    return {"mean": _round(np.mean(values)), **{name: _round(q) for name, q in zip(BANDS, quantiles, strict=True)}}


def _round(value: Any) -> float:
    return round(float(value), DIGITS)


def _frame(rows: Any) -> pl.DataFrame:
    import polars as pl

    return pl.DataFrame(list(rows), infer_schema_length=None)


def summary_of(simulation: Simulation) -> dict[str, Any]:
    """The findings of a run as plain values."""
    frames, honesty = simulation.frames, simulation.honesty
    return {
        "run_id": simulation.run_id,
        "years": [simulation.order.first, simulation.order.last],
        "scenarios": {one.name: one.title for one in simulation.scenarios},
        "list_now": list(simulation.history.listed),
        "calibration": _rounded(summary(simulation.posterior)),
        "pasts": simulation.pasts,
        "futures": len(simulation.futures),
        "precision": frames.precision.to_dicts(),
        "sizes": frames.sizes.to_dicts(),
        "differences": frames.differences.to_dicts(),
        "exits": frames.exits.to_dicts(),
        "reliability": [one.to_json() for one in simulation.reliability],
        "budget": frames.budget.to_dicts(),
        "backtest": frames.scores.to_dicts(),
        "meter": _rounded(vars(honesty.meter)) | {"identified": honesty.meter.identified} if honesty.meter else None,
        "rollout": _rounded({**vars(honesty.rollout), "needed": honesty.rollout.needed}) if honesty.rollout else None,
        "width": [{"figure": part.figure, **_rounded(part.shares())} for part in honesty.splits],
        "drivers": [_rounded(vars(driver)) for driver in honesty.drivers],
        "variance_parts": [_rounded(vars(part)) for part in honesty.parts],
        "worth_knowing": _rounded(honesty.worth),
        "observation": [
            _rounded({**vars(one), "checks": [vars(check) for check in one.checks]}) for one in honesty.observed
        ],
        "choice": _answer(simulation),
    }


def _answer(simulation: Simulation) -> dict[str, Any] | None:
    answer = simulation.honesty.answer
    if answer is None:
        return None
    said = {"choice": dict(answer.choice), "staff_hours": answer.staff_hours, "interval": list(answer.interval)}
    numbers = {
        name: getattr(answer, name)
        for name in ("expected", "fresh", "optimism", "caution", "tail", "tail_expected", "tail_optimism")
    }
    others = {"ways": answer.ways, "regret": answer.regret, "tails": answer.tails}
    found: dict[str, Any] = _rounded({**said, **numbers, **others})
    return found


def _rounded(value: Any) -> Any:
    """Floats to six places, keys as text, at every depth."""
    if isinstance(value, float):
        return _round(value)
    if isinstance(value, dict) or hasattr(value, "items"):
        return {str(key): _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return value
