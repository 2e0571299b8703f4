"""Simulation: scenarios of one district, calibration draws, a nation, and how time grows with draws and schools.

The rules are included everywhere: each year of each path is decided by the rule tree of a pack.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date

import numpy as np

from benchmarks.measure import Row, in_child, peak_memory_mb, seconds
from shnor_engine.packs import find_pack
from shnor_engine.simulate.calibrate import prior_table
from shnor_engine.simulate.judge import NAMES, Judge
from shnor_engine.simulate.model import World
from shnor_engine.simulate.parameters import read_parameters
from shnor_engine.simulate.paths import Plan, Task, run
from shnor_engine.simulate.scenario import Setting, built_in

PACK = find_pack("ru.shnor.a-and-b")
DISTRICT, NATION = 32, 40_000
Took = tuple[float, float]  # seconds of the clock, seconds of the processors
BARS = {"scenarios": 5.0, "calibration": 60.0, "nation": 120.0, "memory": 4096.0}


def rows(*, quick: bool) -> Iterator[Row]:
    part = 20 if quick else 1
    yield _row("1,000 district paths × 6 years × 3 scenarios", _scenarios(1000 // part), "scenarios", quick)
    yield _row("100,000 calibration draws × 32 × 6 × 6", _calibration(100_000 // part), "calibration", quick)
    took, memory = _nation(200 // part)
    yield _row("200 national paths × 40,000 × 6 × 6", took, "nation", quick)
    yield Row("the same, peak memory", memory, unit="MB", bar="" if quick else f"≤ {BARS['memory']:,.0f} MB")
    for draws in (1_000, 4_000, 16_000):
        took = _calibration(draws // part)
        yield Row(
            f"calibration, {draws // part:,} draws of 32 schools",
            took[0],
            unit="s",
            note=_rate(draws // part, 32, took),
        )
    for schools in (32, 320, 3_200, 32_000):
        paths = max(1, 32_000 // schools // part)
        took = _paths(schools, paths, 1)
        yield Row(f"{paths:,} paths of {schools:,} schools", took[0], unit="s", note=_rate(paths, schools, took))


def _row(name: str, took: Took, bar: str, quick: bool) -> Row:
    note = f"{took[1]:,.1f} s of processor time"  # on a shared machine the figure to judge by
    return Row(name, took[0], unit="s", bar="" if quick else f"≤ {BARS[bar]:g} s", note=note)


def _timed(work: Callable[[], object]) -> Took:
    """Seconds of the clock and of the processors."""
    before = time.process_time()
    took = seconds(work)
    return took, time.process_time() - before


def _rate(paths: int, schools: int, took: Took) -> str:
    return f"{1e9 * took[1] / (paths * schools * 36):,.0f} ns of processor time a result"


def _scenarios(paths: int) -> Took:
    return _paths(DISTRICT, paths, 3)


def _paths(schools: int, paths: int, scenarios: int) -> Took:
    """Six years of results and lists, the last five under scenarios."""
    parameters = read_parameters()
    names = tuple(f"s/{n}" for n in range(schools))
    world = World(names, NAMES[:6], 2024, 2030)
    task = Task(
        world,
        parameters,
        parameters.prior(1, paths),
        Judge(PACK, date(2030, 12, 31)),
        1,
        np.arange(paths),
        2025,
    )
    chosen = built_in(parameters, Setting(names, (), 2025, 2030))[:scenarios]
    members = {one.name: (one, Plan.of(one, parameters, names)) for one in chosen}
    return _timed(lambda: run(task, members))


def _calibration(draws: int) -> Took:
    parameters = read_parameters()
    world = World(tuple(f"place/{n}" for n in range(DISTRICT)), NAMES[:6], 2019, 2024)
    judge = Judge(PACK, date(2024, 12, 31))
    return _timed(lambda: prior_table(world, parameters, judge, seed=1, draws=draws))


def _nation(paths: int) -> tuple[Took, float]:
    """In a process of its own, so that its memory is its own."""
    took, memory = json.loads(in_child("benchmarks.simulate", str(paths))[-1])
    return took, memory


if __name__ == "__main__":
    parameters = read_parameters()
    names = tuple(f"s/{n}" for n in range(NATION))
    world = World(names, NAMES[:6], 2025, 2030)
    count = int(sys.argv[1])
    task = Task(
        world,
        parameters,
        parameters.prior(1, count),
        Judge(PACK, date(2030, 12, 31)),
        1,
        np.arange(count),
        2031,
    )
    none = built_in(parameters, Setting(names, (), 2025, 2030), ["none"])[0]
    took = _timed(lambda: run(task, {"none": (none, Plan.of(none, parameters, names))}))
    print(json.dumps([took, peak_memory_mb()]))
