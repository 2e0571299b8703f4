"""Pictures of a run as Vega-Lite specifications: plain dicts with their data inside, to be shown by any page.

Never a single line: a forecast is bands, with a few whole paths beside them, because a path jumps and a band not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shnor_engine.simulate.run import Simulation
    from shnor_engine.simulate.scenario import Scenario

Spec = dict[str, Any]
SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
BLUE, GREY, RED = "#2b6cb0", "#8a8f98", "#c0392b"
WIDTH, HEIGHT, COLUMNS = 230, 190, 3


def figures(simulation: Simulation) -> dict[str, Spec]:
    """The fan of the list, its distribution in the last year, exits of the listed schools, and the cost."""
    return {
        "fan": fan(simulation),
        "distribution": distribution(simulation),
        "exits": exits(simulation),
        "budget": budget(simulation),
    }


def fan(simulation: Simulation) -> Spec:
    """The size of the list by scenario: bands 10–90 and 25–75 %, the median, sample paths, and what was real."""
    top = 1 + max(*simulation.frames.sizes["q90"].to_list(), *simulation.history.sizes)
    return _whole(
        "Размер перечня: что было и чего ждать",
        "Полосы: в них лежат 50 и 80 % расчётов; тонкие линии – отдельные расчёты; точки – настоящие перечни",
        {
            "vconcat": [
                {"hconcat": [_panel(simulation, one.name, one.title, top) for one in row]}
                for row in _in_rows(simulation.scenarios)
            ]
        },
    )


def _in_rows(scenarios: Sequence[Scenario]) -> list[Sequence[Scenario]]:
    return [scenarios[n : n + COLUMNS] for n in range(0, len(scenarios), COLUMNS)]


def _panel(simulation: Simulation, name: str, title: str, top: float) -> Spec:
    frames = simulation.frames
    bands = [row for row in frames.sizes.to_dicts() if row["scenario"] == name]
    paths = [row for row in frames.sample.to_dicts() if row["scenario"] == name]
    past = [{"year": year, "size": len(members)} for year, members in sorted(simulation.history.lists.items())]
    start = {"year": past[-1]["year"], **{key: past[-1]["size"] for key in bands[0] if key.startswith(("q", "mean"))}}
    x = {
        "field": "year",
        "type": "quantitative",
        "title": None,
        "axis": {"format": "d", "values": _years(simulation), "labelAngle": -60},
    }

    def y(field: str) -> Spec:
        return {"field": field, "type": "quantitative", "title": "школ", "scale": {"domain": [0, top]}}

    def area(low: str, high: str, opacity: float) -> Spec:
        mark = {"type": "area", "color": BLUE, "opacity": opacity}
        return {
            "data": {"values": [start, *bands]},
            "mark": mark,
            "encoding": {"x": x, "y": y(low), "y2": {"field": high}},
        }

    return {
        "title": {"text": title, "fontSize": 12},
        "width": WIDTH,
        "height": HEIGHT,
        "layer": [
            area("q10", "q90", 0.18),
            area("q25", "q75", 0.30),
            {
                "data": {"values": paths},
                "mark": {"type": "line", "color": GREY, "opacity": 0.45, "strokeWidth": 0.8, "clip": True},
                "encoding": {"x": x, "y": y("size"), "detail": {"field": "path", "type": "nominal"}},
            },
            {
                "data": {"values": [start, *bands]},
                "mark": {"type": "line", "color": BLUE, "strokeDash": [4, 3], "strokeWidth": 1.4},
                "encoding": {"x": x, "y": y("q50")},
            },
            {
                "data": {"values": past},
                "mark": {"type": "point", "filled": True, "color": RED, "size": 45, "opacity": 1},
                "encoding": {"x": x, "y": y("size")},
            },
        ],
    }


def _years(simulation: Simulation) -> list[int]:
    return list(range(simulation.history.years[0], simulation.order.last + 1))


def distribution(simulation: Simulation) -> Spec:
    """The share of paths by the size of the list in the last year, by scenario."""
    titles = {one.name: one.title for one in simulation.scenarios}
    last = simulation.order.last
    rows = [
        {"вариант": titles[row["scenario"]], "size": row["size"], "share": row["share"]}
        for row in simulation.frames.distribution.to_dicts()
        if row["year"] == last
    ]
    return _whole(
        f"Размер перечня в {last} году",
        "Доля расчётов, в которых перечень имеет такой размер",
        {
            "data": {"values": rows},
            "mark": {"type": "bar", "color": BLUE},
            "width": WIDTH,
            "height": 120,
            "encoding": {
                "x": {"field": "size", "type": "ordinal", "title": "школ в перечне", "axis": {"labelAngle": 0}},
                "y": {"field": "share", "type": "quantitative", "title": "доля", "axis": {"format": "%"}},
                "facet": {
                    "field": "вариант",
                    "type": "nominal",
                    "columns": COLUMNS,
                    "title": None,
                    "sort": list(titles.values()),
                },
            },
        },
    )


def exits(simulation: Simulation) -> Spec:
    """The chance of each school of the last list to be off it, by year and scenario."""
    titles = {one.name: one.title for one in simulation.scenarios}
    names = simulation.history.names
    rows = [
        {
            "вариант": titles[row["scenario"]],
            "школа": names.get(row["school"], row["school"]),
            "year": row["year"],
            "chance": row["off"],
        }
        for row in simulation.frames.exits.to_dicts()
    ]
    return _whole(
        f"Школы перечня {simulation.history.years[-1]} года: вероятность быть вне перечня",
        "По годам и вариантам; это доля расчётов, а не обещание",
        {
            "data": {"values": rows},
            "mark": {"type": "rect"},
            "height": {"step": 26},
            "width": {"step": 52},
            "encoding": {
                "x": {"field": "year", "type": "ordinal", "title": None, "axis": {"labelAngle": 0, "orient": "top"}},
                "y": {"field": "вариант", "type": "nominal", "title": None, "sort": list(titles.values())},
                "row": {"field": "школа", "type": "nominal", "title": None},
                "color": {
                    "field": "chance",
                    "type": "quantitative",
                    "title": "вероятность",
                    "scale": {"domain": [0, 1], "scheme": "blues"},
                    "legend": {"format": "%"},
                },
            },
        },
        texts=("chance", ".0%"),
    )


def budget(simulation: Simulation) -> Spec:
    """Staff hours a year by scenario: the mean, and the band of 80 %."""
    titles = {one.name: one.title for one in simulation.scenarios if one.given}
    rows = [
        {
            "вариант": titles[row["scenario"]],
            "year": row["year"],
            **{k: row[f"hours_{k}"] for k in ("mean", "q10", "q90")},
        }
        for row in simulation.frames.budget.to_dicts()
        if row["scenario"] in titles
    ]
    x = {"field": "year", "type": "ordinal", "title": None, "axis": {"labelAngle": 0}}
    colour = {"field": "вариант", "type": "nominal", "title": None, "sort": list(titles.values())}
    hours = {"type": "quantitative", "title": "человеко-часов в год"}
    return _whole(
        "Сколько часов работы специалистов нужно",
        "Точка – в среднем, черта – 80 % расчётов; чем длиннее перечень, тем дороже",
        {
            "data": {"values": rows},
            "width": 460,
            "height": 200,
            "layer": [
                {
                    "mark": {"type": "rule"},
                    "encoding": {
                        "x": x,
                        "xOffset": colour,
                        "y": {"field": "q10", **hours},
                        "y2": {"field": "q90"},
                        "color": colour,
                    },
                },
                {
                    "mark": {"type": "point", "filled": True, "size": 45},
                    "encoding": {"x": x, "xOffset": colour, "y": {"field": "mean", **hours}, "color": colour},
                },
            ],
        },
    )


def _whole(title: str, subtitle: str, spec: Spec, *, texts: tuple[str, str] | None = None) -> Spec:
    """The specification with its heading; `texts` writes a field into each cell."""
    if texts is not None:
        field, pattern = texts
        encoding = spec.pop("encoding")
        row = encoding.pop("row")
        size = {key: spec.pop(key) for key in ("width", "height")}
        mark = {"type": "text", "fontSize": 11}
        light = {"condition": {"test": f"datum.{field} > 0.6", "value": "white"}, "value": "#222"}
        label = {"field": field, "type": "quantitative", "format": pattern}
        place = {axis: encoding[axis] for axis in ("x", "y")}
        layers = [
            {"mark": spec.pop("mark"), "encoding": encoding},
            {"mark": mark, "encoding": {**place, "text": label, "color": light}},
        ]
        spec = {**spec, "facet": {"row": row}, "spec": {**size, "layer": layers}}
    heading = {"text": title, "subtitle": subtitle, "anchor": "start", "fontSize": 15, "subtitleFontSize": 11}
    return {"$schema": SCHEMA, "title": heading, "background": "white", **spec}
