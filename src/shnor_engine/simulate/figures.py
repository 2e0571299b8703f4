"""Pictures of a run as Vega-Lite specifications: plain dicts with their data inside, to be shown by any page.

Never a single line: a forecast is bands, with a few whole paths beside them, because a path jumps and a band not.
Colours are those of the other reports; nothing is told by colour alone, for a report is printed in grey.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from shnor_engine.report.pictures.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    YELLOW,
    broken,
    picture,
)
from shnor_engine.simulate.words import percent

if TYPE_CHECKING:
    from shnor_engine.simulate.run import Simulation
    from shnor_engine.simulate.scenario import Scenario

Spec = dict[str, Any]
WIDTH, HEIGHT, COLUMNS = 205, 180, 3
LOOKS = (BLUE, ORANGE, GREEN, PURPLE, VERMILION, SKY, YELLOW, BLACK)
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right", "triangle-left")
MOST_BARS = 14  # of one panel; longer lists share a bar
TAIL = 0.05  # what the last bar of a distribution may hold of the paths
ROWS = 6  # listed schools that each have a block of their own
MOST_ROWS = 30  # of more the picture is a wall; the table has them all
PERCENT = "format(100 * datum.value, '.0f') + ' %'"
THOUSANDS = "replace(format(datum.value, ',.0f'), /,/g, ' ')"
DARK, DARK_FROM = "#08519c", 0.72  # white figures are read on it from there on, black ones before


def figures(simulation: Simulation) -> dict[str, Spec]:
    """The fan of the list, its distribution in the last year, exits of the listed schools, and the cost."""
    return {
        "fan": fan(simulation),
        "distribution": distribution(simulation),
        "exits": exits(simulation),
        "budget": budget(simulation),
    }


def top_of(simulation: Simulation) -> int:
    """The longest list that a fan has to show: of its bands, its whole paths and what was real."""
    frames = simulation.frames
    sizes = (*frames.sizes["q90"].to_list(), *frames.sample["size"].to_list(), *simulation.history.sizes)
    return 1 + int(max(sizes))


def fan(simulation: Simulation) -> Spec:
    """The size of the list by scenario: bands 10–90 and 25–75 %, the median, sample paths, and what was real."""
    unknown = "; «?» – перечня этого года нет" if simulation.history.unknown else ""
    return picture(
        "Размер перечня: что было и чего ждать",
        "Светлая полоса – в ней 80 % расчётов, тёмная – 50 %; пунктир – середина; тонкие линии – несколько "
        f"расчётов целиком, от самых лёгких до самых тяжёлых; ромбы – настоящие перечни{unknown}",
        **_grid([_panel(simulation, one, first=n % COLUMNS == 0) for n, one in enumerate(simulation.scenarios)]),
    )


def _grid(panels: Sequence[Spec]) -> Spec:
    """Panels in rows of three."""
    rows = [panels[n : n + COLUMNS] for n in range(0, len(panels), COLUMNS)]
    return {"vconcat": [{"hconcat": list(row), "spacing": 14} for row in rows], "spacing": 18}


def _heading(text: str) -> Spec:
    return {"text": broken(text, 30), "fontSize": 12.5, "anchor": "start", "offset": 8}


def _panel(simulation: Simulation, scenario: Scenario, *, first: bool) -> Spec:
    frames, history = simulation.frames, simulation.history
    bands = [row for row in frames.sizes.to_dicts() if row["scenario"] == scenario.name]
    past = [{"year": year, "size": len(members)} for year, members in sorted(history.lists.items())]
    now = {"year": past[-1]["year"], "size": past[-1]["size"]}
    start = {"year": now["year"], **{key: now["size"] for key in bands[0] if key.startswith(("q", "mean"))}}
    paths = [row for row in frames.sample.to_dicts() if row["scenario"] == scenario.name]
    paths += [{"path": path, **now} for path in dict.fromkeys(row["path"] for row in paths)]
    span = [history.years[0], simulation.order.last]
    years = list(range(span[0], span[1] + 1, 2))
    x = {
        "field": "year",
        "type": "quantitative",
        "scale": {"domain": span, "nice": False},
        "axis": {"title": None, "format": "d", "values": years, "grid": False, "labelFlush": False},
    }
    scale = {"domain": [0, top_of(simulation)], "nice": False}

    def y(field: str) -> Spec:
        axis = {"title": "школ" if first else None, "format": "d", "tickMinStep": 1, "gridColor": "#E0E0E0"}
        return {"field": field, "type": "quantitative", "scale": scale, "axis": axis}

    def layer(values: list[Spec], mark: Spec, field: str, **more: Spec) -> Spec:
        return {"data": {"values": values}, "mark": mark, "encoding": {"x": x, "y": y(field), **more}}

    def area(low: str, high: str, opacity: float) -> Spec:
        return layer([start, *bands], {"type": "area", "color": BLUE, "opacity": opacity}, low, y2={"field": high})

    thin = {"type": "line", "color": "#444444", "opacity": 0.55, "strokeWidth": 0.8}
    middle = {"type": "line", "color": BLACK, "strokeDash": [4, 3], "strokeWidth": 1.8}
    real = {"type": "point", "shape": "diamond", "filled": True, "fill": VERMILION, "stroke": BLACK, "size": 75}
    unknown = [{"year": year, "size": 0, "said": "?"} for year in history.unknown if span[0] <= year <= span[1]]
    asked = {"type": "text", "baseline": "bottom", "dy": -2, "fontSize": 13, "fontWeight": "bold"}
    return {
        "title": _heading(scenario.title),
        "width": WIDTH,
        "height": HEIGHT,
        "layer": [
            area("q10", "q90", 0.20),
            area("q25", "q75", 0.32),
            layer(paths, thin, "size", detail={"field": "path", "type": "nominal"}),
            layer([start, *bands], middle, "q50"),
            layer(past, {**real, "strokeWidth": 0.8, "opacity": 1}, "size"),
            *([layer(unknown, asked, "size", text={"field": "said"})] if unknown else []),
        ],
    }


def bars(simulation: Simulation) -> tuple[list[str], dict[str, list[float]]]:
    """Labels of the sizes in the last year and, by scenario, the share of paths of each; the last is «and more»."""
    shares: dict[str, list[float]] = {}
    for row in simulation.frames.distribution.to_dicts():
        if row["year"] == simulation.order.last:
            shares.setdefault(row["scenario"], []).append(row["share"])
    whole = len(next(iter(shares.values())))
    cut = next(n for n in range(whole) if n == whole - 1 or all(sum(each[n:]) <= TAIL for each in shares.values()))
    step = -(-(cut + 1) // MOST_BARS)
    starts = list(range(0, cut, step)) or [0]
    labels = [str(n) if step == 1 else f"{n}–{n + step - 1}" for n in starts[:-1]] + [f"{starts[-1]}+"]
    grouped = {
        name: [sum(each[n : n + step]) for n in starts[:-1]] + [sum(each[starts[-1] :])]
        for name, each in shares.items()
    }
    return labels, grouped


def distribution(simulation: Simulation) -> Spec:
    """The share of paths by the size of the list in the last year, by scenario."""
    labels, shares = bars(simulation)
    top = max(max(each) for each in shares.values())
    panels = [
        _bars(one, labels, shares[one.name], top, first=n % COLUMNS == 0)
        for n, one in enumerate(simulation.scenarios)
    ]
    return picture(
        f"Размер перечня в {simulation.order.last} году",
        "Столбец – доля расчётов, в которых в перечне столько школ; последний – столько и больше",
        **_grid(panels),
    )


def _bars(scenario: Scenario, labels: list[str], shares: list[float], top: float, *, first: bool) -> Spec:
    values = [{"size": label, "share": share} for label, share in zip(labels, shares, strict=True)]
    axis = {"title": "доля расчётов" if first else None, "labelExpr": PERCENT, "gridColor": "#E0E0E0", "tickCount": 4}
    wide = max(map(len, labels)) > 3
    x = {"title": "школ в перечне", "labelAngle": -60 if wide else 0, "labelFontSize": 10, "labelOverlap": "greedy"}
    return {
        "title": _heading(scenario.title),
        "data": {"values": values},
        "width": WIDTH,
        "height": 120,
        "mark": {"type": "bar", "color": BLUE},
        "encoding": {
            "x": {"field": "size", "type": "ordinal", "sort": labels, "axis": x},
            "y": {"field": "share", "type": "quantitative", "scale": {"domain": [0, top]}, "axis": axis},
        },
    }


def exits(simulation: Simulation) -> Spec:
    """The chance of each school of the last list to be off it, by year and scenario.

    A few schools have a block each, of scenarios by years; more of them are rows, with scenarios side by side in the
    first and in the last year.
    """
    schools = simulation.history.listed[:MOST_ROWS]
    few, left = len(schools) <= ROWS, len(simulation.history.listed) - len(schools)
    panels = _by_school(simulation, schools) if few else _by_year(simulation, schools)
    more = f"; здесь {len(schools)} школ, ещё {left} – в таблице exits.csv" if left else ""
    return picture(
        f"Школы перечня {simulation.history.years[-1]} года: вероятность быть вне перечня",
        f"Доля расчётов по годам и вариантам, это не обещание{more}",
        **{"vconcat" if few else "hconcat": panels, "spacing": 14},
    )


def _by_school(simulation: Simulation, schools: Sequence[str]) -> list[Spec]:
    titles, rows = {one.name: one.title for one in simulation.scenarios}, simulation.frames.exits.to_dicts()
    return [
        _cells(
            simulation.history.names.get(school, school),
            [_cell(titles[row["scenario"]], row["year"], row["off"]) for row in rows if row["school"] == school],
            list(titles.values()),
        )
        for school in schools
    ]


def _by_year(simulation: Simulation, schools: Sequence[str]) -> list[Spec]:
    titles = {one.name: "|".join(broken(one.title, 12)) for one in simulation.scenarios}
    names = {school: simulation.history.names.get(school, school) for school in schools}
    rows = [row for row in simulation.frames.exits.to_dicts() if row["school"] in names]
    first, last = simulation.order.first, simulation.order.last
    return [
        _cells(
            f"{year} год",
            [_cell(names[row["school"]], titles[row["scenario"]], row["off"]) for row in rows if row["year"] == year],
            list(names.values()),
            columns=list(titles.values()),
            named=year == first,
        )
        for year in dict.fromkeys((first, last))
    ]


def _cell(line: str, column: object, chance: float) -> Spec:
    return {"line": line, "column": column, "chance": chance, "said": percent(chance)}


def _cells(
    title: str, values: list[Spec], lines: list[str], *, columns: list[str] | None = None, named: bool = True
) -> Spec:
    """A block of shaded cells, each with its figure; `columns` in their order where they are no years."""
    bare = {"title": None, "domain": False, "ticks": False}
    head = {**bare, "labelAngle": 0, "orient": "top", "labelPadding": 5}
    if columns is not None:
        lines_above = max(name.count("|") for name in columns)
        head |= {"labelExpr": "split(datum.label, '|')", "labelFontSize": 10, "labelPadding": 5 + 12 * lines_above}
    place = {
        "x": {"field": "column", "type": "ordinal", "axis": head, **({"sort": columns} if columns else {})},
        "y": {
            "field": "line",
            "type": "nominal",
            "sort": lines,
            "axis": {**bare, "labels": named, "labelLimit": 260},
        },
    }
    scale = {"domain": [0, 1], "range": ["#FFFFFF", DARK], "interpolate": "rgb"}
    shade = {"field": "chance", "type": "quantitative", "scale": scale, "legend": None}
    light = {"condition": {"test": f"datum.chance > {DARK_FROM}", "value": "white"}, "value": BLACK}
    return {
        "title": _heading(title),
        "data": {"values": values},
        "width": {"step": 72 if columns else 56},
        "height": {"step": 24},
        "encoding": place,
        "layer": [
            {"mark": {"type": "rect", "stroke": GREY, "strokeWidth": 0.7}, "encoding": {"color": shade}},
            {"mark": {"type": "text", "fontSize": 12}, "encoding": {"text": {"field": "said"}, "color": light}},
        ],
    }


def budget(simulation: Simulation) -> Spec:
    """Staff hours a year by scenario: the mean, and the band of 80 %."""
    priced = [one for one in simulation.scenarios if one.helps]
    titles = {one.name: one.title for one in priced}
    rows = [
        {
            "scenario": titles[row["scenario"]],
            "year": row["year"],
            **{k: row[f"hours_{k}"] for k in ("mean", "q10", "q90")},
        }
        for row in simulation.frames.budget.to_dicts()
        if row["scenario"] in titles
    ]
    order = list(titles.values())
    x = {"field": "year", "type": "ordinal", "axis": {"title": None, "labelAngle": 0}}
    kind = {"field": "scenario", "type": "nominal", "sort": order}
    legend = {"title": None, "orient": "bottom", "columns": 2, "symbolSize": 90}
    colour = {**kind, "scale": _scale(order, LOOKS), "legend": legend}
    shape = {**kind, "scale": _scale(order, SHAPES), "legend": legend}
    axis = {"title": "человеко-часов в год", "gridColor": "#E0E0E0", "labelExpr": THOUSANDS}
    hours = {"type": "quantitative", "axis": axis}
    at = {"x": x, "xOffset": kind, "color": colour}
    return picture(
        "Сколько часов работы специалистов нужно",
        "Знак – в среднем, черта – 80 % расчётов; чем длиннее перечень, тем дороже",
        data={"values": rows},
        width=620,
        height=220,
        layer=[
            {
                "mark": {"type": "rule", "strokeWidth": 2},
                "encoding": {**at, "y": {"field": "q10", **hours}, "y2": {"field": "q90"}},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 80, "opacity": 1, "stroke": BLACK},
                "encoding": {**at, "y": {"field": "mean", **hours}, "shape": shape},
            },
        ],
    )


def _scale(order: Sequence[str], looks: Sequence[str]) -> Spec:
    return {"domain": list(order), "range": [looks[n % len(looks)] for n in range(len(order))]}
