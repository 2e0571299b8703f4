"""The fan and the sizes of the list as SVG text, for a report page that needs no network and no other program."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING

from shnor_engine.report.pictures.style import BLACK, BLUE, VERMILION
from shnor_engine.simulate.figures import bars, top_of

if TYPE_CHECKING:
    from shnor_engine.simulate.run import Simulation

PANEL, HIGH, LEFT, TOP, BOTTOM, GAP = 300, 190, 40, 34, 34, 16
LOW = 120  # the height of a panel of bars
COLUMNS = 3
INK, GRID, THIN = "#222", "#ddd", "#444"


def fan_svg(simulation: Simulation) -> str:
    """One panel a scenario: bands of 80 and 50 %, the median, a few whole paths, and the real lists as points."""
    return _grid(simulation, HIGH, lambda name: _fan(simulation, name))


def distribution_svg(simulation: Simulation) -> str:
    """One panel a scenario: the share of paths by the size of the list in the last year."""
    labels, shares = bars(simulation)
    top = max(max(each) for each in shares.values())
    return _grid(simulation, LOW, lambda name: _bars(labels, shares[name], top))


def _grid(simulation: Simulation, high: int, panel: Callable[[str], str]) -> str:
    count = len(simulation.scenarios)
    columns, rows = min(COLUMNS, count), -(-count // COLUMNS)
    step = high + TOP + BOTTOM
    panels = [
        f'<g transform="translate({(n % COLUMNS) * (PANEL + GAP)},{(n // COLUMNS) * step})">'
        f'<text x="{LEFT}" y="16" font-size="13" font-weight="bold" fill="{INK}">{escape(scenario.title)}</text>'
        f"{panel(scenario.name)}</g>"
        for n, scenario in enumerate(simulation.scenarios)
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {columns * (PANEL + GAP)} {rows * step}" role="img" '
        f'font-family="sans-serif" font-size="11">{"".join(panels)}</svg>'
    )


class _Scale:
    """Where a year and a size stand on a panel."""

    def __init__(self, simulation: Simulation) -> None:
        self.first, self.last = simulation.history.years[0], simulation.order.last
        self.top = top_of(simulation)

    def x(self, year: float) -> float:
        return LEFT + (PANEL - LEFT) * (year - self.first) / (self.last - self.first)

    def y(self, size: float) -> float:
        return TOP + HIGH * (1 - size / self.top)

    def points(self, pairs: list[tuple[float, float]]) -> str:
        return " ".join(f"{self.x(year):.1f},{self.y(size):.1f}" for year, size in pairs)


def _fan(simulation: Simulation, name: str) -> str:
    at = _Scale(simulation)
    bands = [row for row in simulation.frames.sizes.to_dicts() if row["scenario"] == name]
    now = (simulation.history.years[-1], float(simulation.history.sizes[-1]))
    parts = _axes(at)
    for low, high, opacity in (("q10", "q90", 0.20), ("q25", "q75", 0.32)):
        there = [now, *((row["year"], row[high]) for row in bands)]
        back = [*((row["year"], row[low]) for row in reversed(bands)), now]
        parts.append(f'<polygon points="{at.points(there + back)}" fill="{BLUE}" opacity="{opacity}"/>')
    for path in _paths(simulation, name):
        parts.append(_line([now, *path], at, f'stroke="{THIN}" stroke-width="0.7" opacity="0.55"'))
    middle = [now, *((row["year"], row["q50"]) for row in bands)]
    parts.append(_line(middle, at, f'stroke="{BLACK}" stroke-width="1.8" stroke-dasharray="4 3"'))
    return "".join([*parts, *_past(simulation, at)])


def _line(pairs: list[tuple[float, float]], at: _Scale, look: str) -> str:
    return f'<polyline points="{at.points(pairs)}" fill="none" {look}/>'


def _past(simulation: Simulation, at: _Scale) -> list[str]:
    """What was real as diamonds, and a question mark where there is no list."""
    history, parts = simulation.history, []
    for year in history.years:
        x, y = at.x(year), at.y(len(history.lists[year]))
        corners = f"{x:.1f},{y - 5:.1f} {x + 5:.1f},{y:.1f} {x:.1f},{y + 5:.1f} {x - 5:.1f},{y:.1f}"
        parts.append(f'<path d="M{corners.replace(" ", "L")}Z" fill="{VERMILION}" stroke="{BLACK}"/>')
    for year in history.unknown:
        if at.first <= year <= at.last:
            place = f'x="{at.x(year):.1f}" y="{TOP + HIGH - 3}"'
            parts.append(f'<text {place} text-anchor="middle" font-weight="bold" fill="{INK}">?</text>')
    return parts


def _paths(simulation: Simulation, name: str) -> list[list[tuple[float, float]]]:
    found: dict[int, list[tuple[float, float]]] = {}
    for row in simulation.frames.sample.to_dicts():
        if row["scenario"] == name:
            found.setdefault(row["path"], []).append((row["year"], row["size"]))
    return list(found.values())


def _axes(at: _Scale) -> list[str]:
    step = max(1, round(at.top / 5))
    parts = [part for size in range(0, at.top + 1, step) for part in _mark(at.y(size), str(size))]
    for year in range(at.first, at.last + 1, 2):
        parts.append(
            f'<text x="{at.x(year):.1f}" y="{TOP + HIGH + 16}" text-anchor="middle" fill="{INK}">{year}</text>'
        )
    return parts


def _mark(y: float, text: str) -> tuple[str, str]:
    """A line across and what stands beside it."""
    return (
        f'<line x1="{LEFT}" x2="{PANEL}" y1="{y:.1f}" y2="{y:.1f}" stroke="{GRID}"/>',
        f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end" fill="{INK}">{text}</text>',
    )


def _bars(labels: list[str], shares: list[float], top: float) -> str:
    wide, skip = (PANEL - LEFT) / len(labels), 1 if max(map(len, labels)) <= 3 else 2
    step = next(each for each in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0) if top / each <= 5)
    marks = [n * step for n in range(int(top / step) + 1)]
    parts = [part for share in marks for part in _mark(TOP + LOW * (1 - share / top), f"{100 * share:.0f} %")]
    for n, (label, share) in enumerate(zip(labels, shares, strict=True)):
        x, high = LEFT + n * wide, LOW * share / top
        place = f'x="{x + 1:.1f}" y="{TOP + LOW - high:.1f}" width="{wide - 2:.1f}" height="{high:.1f}"'
        parts.append(f'<rect {place} fill="{BLUE}"/>')
        if n % skip == 0 or n == len(labels) - 1:
            middle = f'x="{x + wide / 2:.1f}" y="{TOP + LOW + 14}" text-anchor="middle" font-size="10"'
            parts.append(f'<text {middle} fill="{INK}">{label}</text>')
    return "".join(parts)
