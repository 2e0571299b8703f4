"""The fan of the list as SVG text, so that a report page needs neither a network nor another program."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shnor_engine.simulate.run import Simulation

PANEL, HIGH, LEFT, TOP, BOTTOM, GAP = 300, 190, 34, 34, 34, 16
COLUMNS = 3
BLUE, GREY, RED, INK = "#2b6cb0", "#8a8f98", "#c0392b", "#333"


def fan_svg(simulation: Simulation) -> str:
    """One panel a scenario: bands of 80 and 50 %, the median, a few whole paths, and the real lists as points."""
    count = len(simulation.scenarios)
    columns, rows = min(COLUMNS, count), -(-count // COLUMNS)
    wide, high = columns * (PANEL + GAP), rows * (HIGH + TOP + BOTTOM)
    panels = [
        f'<g transform="translate({(n % COLUMNS) * (PANEL + GAP)},{(n // COLUMNS) * (HIGH + TOP + BOTTOM)})">'
        f"{_panel(simulation, scenario.name, scenario.title)}</g>"
        for n, scenario in enumerate(simulation.scenarios)
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" role="img" '
        f'font-family="sans-serif" font-size="11">{"".join(panels)}</svg>'
    )


class _Scale:
    """Where a year and a size stand on a panel."""

    def __init__(self, simulation: Simulation) -> None:
        self.first, self.last = simulation.history.years[0], simulation.order.last
        self.top: float = 1 + max(*simulation.frames.sizes["q90"].to_list(), *simulation.history.sizes)

    def x(self, year: float) -> float:
        return LEFT + (PANEL - LEFT) * (year - self.first) / (self.last - self.first)

    def y(self, size: float) -> float:
        return TOP + HIGH * (1 - min(size, self.top) / self.top)

    def points(self, pairs: list[tuple[float, float]]) -> str:
        return " ".join(f"{self.x(year):.1f},{self.y(size):.1f}" for year, size in pairs)


def _panel(simulation: Simulation, name: str, title: str) -> str:
    at = _Scale(simulation)
    bands = [row for row in simulation.frames.sizes.to_dicts() if row["scenario"] == name]
    last_year = simulation.history.years[-1]
    now = float(simulation.history.sizes[-1])
    parts = [f'<text x="{LEFT}" y="16" font-size="13" font-weight="bold" fill="{INK}">{escape(title)}</text>']
    parts += _axes(at)
    for low, high, opacity in (("q10", "q90", 0.18), ("q25", "q75", 0.30)):
        there = [(last_year, now), *((row["year"], row[high]) for row in bands)]
        back = [*((row["year"], row[low]) for row in reversed(bands)), (last_year, now)]
        parts.append(f'<polygon points="{at.points(there + back)}" fill="{BLUE}" opacity="{opacity}"/>')
    for path in _paths(simulation, name):
        parts.append(
            f'<polyline points="{at.points(path)}" fill="none" stroke="{GREY}" stroke-width="0.7" opacity="0.6"/>'
        )
    middle = [(last_year, now), *((row["year"], row["q50"]) for row in bands)]
    parts.append(
        f'<polyline points="{at.points(middle)}" fill="none" stroke="{BLUE}" stroke-width="1.5" '
        'stroke-dasharray="4 3"/>'
    )
    for year in simulation.history.years:
        size = len(simulation.history.lists[year])
        parts.append(f'<circle cx="{at.x(year):.1f}" cy="{at.y(size):.1f}" r="3.5" fill="{RED}"/>')
    return "".join(parts)


def _paths(simulation: Simulation, name: str) -> list[list[tuple[float, float]]]:
    found: dict[int, list[tuple[float, float]]] = {}
    for row in simulation.frames.sample.to_dicts():
        if row["scenario"] == name:
            found.setdefault(row["path"], []).append((row["year"], row["size"]))
    return list(found.values())


def _axes(at: _Scale) -> list[str]:
    parts: list[Any] = []
    step = max(1, round(at.top / 5))
    for size in range(0, int(at.top) + 1, step):
        y = at.y(size)
        parts.append(f'<line x1="{LEFT}" x2="{PANEL}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end" fill="{INK}">{size}</text>')
    for year in range(at.first, at.last + 1, 2):
        parts.append(
            f'<text x="{at.x(year):.1f}" y="{TOP + HIGH + 16}" text-anchor="middle" fill="{INK}">{year}</text>'
        )
    return parts
