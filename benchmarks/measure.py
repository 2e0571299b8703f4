"""Timing that holds on a noisy machine: alternate the two sides, take medians, print ratios."""

from __future__ import annotations

import gc
import os
import platform
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path
from typing import TypeAlias


@dataclass(frozen=True)
class Row:
    """One line of a result table; `ratio` is ours to the baseline (rates: higher is better), `bar` what we hold."""

    name: str
    ours: float
    baseline: float | None = None
    unit: str = "events/s"
    bar: str = ""
    note: str = ""
    extra: dict[str, float] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        return self.ours / self.baseline if self.baseline else None

    def line(self) -> str:
        base = f"{self.baseline:,.4g}" if self.baseline else "–"
        ratio = f"{self.ratio:.2f}" if self.ratio else "–"
        return f"| {self.name} | {self.ours:,.4g} {self.unit} | {base} | {ratio} | {self.bar} | {self.note} |"

    def as_json(self) -> dict[str, object]:
        return asdict(self) | {"ratio": self.ratio}


@contextmanager
def folder() -> Iterator[Path]:
    """A fresh folder on the disk of the checkout (not in memory), removed afterwards."""
    path = Path(tempfile.mkdtemp(prefix="bench-", dir=os.environ.get("BENCH_DIR")))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def seconds(run: Callable[[], object]) -> float:
    """Seconds of one call, with what was made before kept out of the collector's way."""
    gc.collect()
    gc.freeze()
    start = time.perf_counter()
    run()
    took = time.perf_counter() - start
    gc.unfreeze()
    return took


def alternate(sides: dict[str, Callable[[], float]], *, rounds: int = 3) -> dict[str, float]:
    """The median seconds of each side, run in turn A B A B … so that drift of the machine meets both."""
    taken: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, side in sides.items():
            taken[name].append(side())
    return {name: statistics.median(values) for name, values in taken.items()}


Taken: TypeAlias = tuple[float, float]  # seconds by the clock, seconds of the processors


def taken(run: Callable[[], object]) -> Taken:
    """Seconds of one call by the clock and of the processors; on a shared machine judge by the second."""
    before = time.process_time()
    took = seconds(run)
    return took, time.process_time() - before


def in_turn(sides: dict[str, Callable[[], object]], *, rounds: int = 3) -> dict[str, Taken]:
    """The median clock and processor seconds of each side, run in turn A B A B …"""
    found: dict[str, list[Taken]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, side in sides.items():
            found[name].append(taken(side))
    return {name: middle(values) for name, values in found.items()}


def middle(found: list[Taken]) -> Taken:
    """The median of each of the two."""
    return statistics.median(clock for clock, _ in found), statistics.median(work for _, work in found)


def cold(code: str, *, rounds: int = 11) -> float:
    """Median seconds of a fresh interpreter that runs `code`."""
    return statistics.median(
        seconds(lambda: subprocess.run([sys.executable, "-c", code], check=True, capture_output=True))
        for _ in range(rounds)
    )


def peak_memory_mb() -> float:
    """Peak resident memory of this program in MB.

    Linux hands what the parent held down to a child's `ru_maxrss`, so there the program's own mark is read.
    """
    status = Path("/proc/self/status")
    if status.exists():
        marks = (line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM:"))
        return int(next(marks).split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def in_child(module: str, *arguments: str) -> list[str]:
    """The printed lines of `python -m module …` in a process of its own, for memory that is not ours."""
    done = subprocess.run([sys.executable, "-m", module, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.splitlines()


def machine() -> str:
    """One line on what this was measured with."""
    names = ("pydantic", "polars", "sqlite-utils", "eventsourcing")
    versions = ", ".join(f"{name} {_version(name)}" for name in names)
    return (
        f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}; Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, {versions}"
    )


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"
