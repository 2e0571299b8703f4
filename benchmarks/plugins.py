"""What installed plugins cost who does not use them: twenty there and none wanted, against none there at all."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.measure import Row, folder

MANY = 20
SRC = Path(__file__).parents[1] / "src"
CODE = """
from pathlib import Path
Path({mark!r}).touch()
from shnor_engine.plugin.v1 import hookimpl
api_version = 1
@hookimpl
def code_lists():
    return {{"activity.form": {{"bench_{number}": "form"}}}}
"""


def rows(*, quick: bool) -> Iterator[Row]:
    """Medians of cold starts, the two sides alternating; the third row loads all twenty, for comparison."""
    rounds = 5 if quick else 21
    with folder() as place:
        site, mark = place / "site", place / "imported"
        install(site, mark)
        listed = ("plugins",)
        none, off = race(listed, rounds, place, [{}, {"PYTHONPATH": str(site), "SHNOR_PLUGINS": "none"}])
        assert not mark.exists(), "a plugin that nobody wants was imported"
        yield Row(
            f"shnor plugins, {MANY} plugins installed and none wanted (baseline: none installed)",
            off * 1000,
            none * 1000,
            unit="ms",
            bar="≤ 10 ms more",
            note=f"{(off - none) * 1000:+.1f} ms",
        )
        bare, there = race(("--version",), rounds, place, [{}, {"PYTHONPATH": str(site)}])
        assert not mark.exists(), "--version imported a plugin"
        yield Row(
            f"shnor --version, {MANY} plugins installed and wanted (baseline: none installed)",
            there * 1000,
            bare * 1000,
            unit="ms",
            bar="≤ 10 ms more",
            note=f"{(there - bare) * 1000:+.1f} ms; none is imported",
        )
        start(listed, {"PYTHONPATH": str(site)}, place)  # the first load is probed in a child process, once
        none, loaded = race(listed, rounds, place, [{}, {"PYTHONPATH": str(site)}])
        yield Row(
            f"shnor plugins, {MANY} plugins loaded (baseline: none installed)",
            loaded * 1000,
            none * 1000,
            unit="ms",
            note=f"{(loaded - none) / MANY * 1000:.1f} ms a plugin",
        )


def install(site: Path, mark: Path) -> None:
    """Twenty distributions of one module each, as an installer leaves them."""
    site.mkdir()
    for number in range(MANY):
        code = CODE.format(mark=str(mark), number=number)
        (site / f"bench_plugin_{number}.py").write_text(code, encoding="utf-8")
        info = site / f"bench_plugin_{number}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: bench-plugin-{number}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[shnor_engine]\nbench{number} = bench_plugin_{number}\n")


def race(arguments: tuple[str, ...], rounds: int, place: Path, sides: list[Mapping[str, str]]) -> tuple[float, ...]:
    """Median seconds of each side, taken in turns so that a busy machine is busy for all of them."""
    found: list[list[float]] = [[] for _ in sides]
    for _ in range(rounds):
        for side, environ in enumerate(sides):
            found[side].append(start(arguments, environ, place))
    return tuple(statistics.median(times) for times in found)


def start(arguments: tuple[str, ...], more: Mapping[str, str], place: Path) -> float:
    """Seconds of one command line from a fresh interpreter."""
    path = os.pathsep.join(part for part in (str(SRC), more.get("PYTHONPATH", "")) if part)
    environ = {**os.environ, "XDG_CACHE_HOME": str(place / "cache"), **more, "PYTHONPATH": path}
    begun = time.perf_counter()
    command = [sys.executable, "-m", "shnor_engine.cli", *arguments]
    subprocess.run(command, env=environ, check=True, capture_output=True, cwd=place)
    return time.perf_counter() - begun
