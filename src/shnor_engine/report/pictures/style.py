"""One look for all pictures: the colours of Okabe and Ito, which colour-blind readers tell apart; grey print.

No state is told by colour alone: each has a sign as well, for a report is printed in grey.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
GREY, PALE, WHITE = "#8A8A8A", "#E4E4E4", "#FFFFFF"
FONT = "Liberation Sans, Arial, sans-serif"
SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
CONFIG: Mapping[str, Any] = {
    "font": FONT,
    "background": WHITE,
    "view": {"stroke": None},
    "axis": {"labelFontSize": 12, "titleFontSize": 12, "labelColor": BLACK, "titleColor": BLACK, "labelLimit": 320},
    "legend": {"labelFontSize": 12, "titleFontSize": 12, "labelLimit": 320},
    "title": {
        "fontSize": 14,
        "anchor": "start",
        "fontWeight": "bold",
        "subtitleFontSize": 12,
        "subtitleColor": "#333",
    },
    "text": {"fontSize": 12},
}


def picture(title: str, subtitle: str = "", **rest: Any) -> dict[str, Any]:
    """A whole specification: schema, look and title around its views; a long second line is broken."""
    head: dict[str, Any] = {"text": broken(title)}
    if subtitle:
        head["subtitle"] = broken(subtitle)
    return {"$schema": SCHEMA, "config": dict(CONFIG), "title": head, **rest}


def broken(text: str, width: int = 90) -> list[str]:
    """The text in lines of at most so many signs, broken between words."""
    lines: list[str] = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
