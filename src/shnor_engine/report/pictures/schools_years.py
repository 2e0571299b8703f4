"""Schools by years: on the list, off it, no data, or disputed; under it who came and who left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shnor_engine.recommend.ground import Row
from shnor_engine.report.document import MARKS, Figure
from shnor_engine.report.list_history import FlowStep
from shnor_engine.report.material import Material, event_ids, in_order, many
from shnor_engine.report.pictures.style import BLACK, BLUE, GREY, ORANGE, PALE, SKY, WHITE, YELLOW, picture

STATES = ("в перечне", "не в перечне", "нет данных", "источники расходятся")
FILL = (BLUE, WHITE, PALE, YELLOW)
SIGN = {"в перечне": "●", "не в перечне": "", "нет данных": "?", "источники расходятся": "±"}
SIGN_COLOUR = (WHITE, BLACK, "#555555", BLACK)
MOST = 60  # rows that fit a page; of more schools the picture shows the years alone
STEP_X, STEP_Y = 92, 22


def schools_years(material: Material) -> list[Figure]:
    """The picture of everybody who ever was on a list; of too many schools how many there were in each year."""
    history = material.history
    ever = in_order({school for year in history.lists for school in year.members or ()})
    if not ever:
        return []
    years = [year.year for year in history.lists]
    span = str(years[0]) if len(years) == 1 else f"{years[0]}–{years[-1]}"
    title = f"Перечень по годам, {span}"
    unknown = ", ".join(str(y.year) for y in history.lists if y.members is None)
    schools = many(len(ever), "школа", "школы", "школ")
    alt = f"{schools} по годам {span}" + (f"; за {unknown} год данных нет" if unknown else "")
    events = event_ids([{"events": y.events} for y in history.lists])
    if len(ever) > MOST:
        return [Figure("schools_years", title, alt, _years_only(material, title, years), events)]
    top = _matrix(_cells(material, ever, years), [material.ground.name(one) for one in ever], years)
    under = [_moves(history.flow, years)] if len(years) > 1 else []  # one list has nothing beside it to move from
    spec = picture(title, "Закрашено и ● – школа в перечне; «?» – перечень года неизвестен", vconcat=[top, *under])
    return [Figure("schools_years", title, alt, spec, events)]


def _cells(material: Material, schools: Sequence[str], years: Sequence[int]) -> list[dict[str, Any]]:
    """A cell a school and year; what no list and no order says is «нет данных»."""
    rows = {(row["school_id"], row["year"]): row for row in material.rows("membership")}
    found = []
    for school in schools:
        for year in years:
            row = rows.get((school, year))
            said = STATES[MARKS.index(state(row))]
            found.append(
                {"school": material.ground.name(school), "year": str(year), "state": said, "sign": SIGN[said]}
            )
    return found


def state(row: Row | None) -> str:
    """What a row of the membership is (`MARKS`); no row at all is no data."""
    if row is None or (row["listed"] is None and not row["conflict"]):
        return "unknown"
    return "conflict" if row["conflict"] else "listed" if row["listed"] else "off"


def _matrix(cells: list[dict[str, Any]], names: list[str], years: Sequence[int]) -> dict[str, Any]:
    x = {
        "field": "year",
        "type": "ordinal",
        "axis": {"orient": "top", "labelAngle": 0, "title": None, "domain": False},
    }
    y = {
        "field": "school",
        "type": "nominal",
        "sort": names,
        "axis": {"title": None, "domain": False, "ticks": False},
    }
    scale = {"domain": list(STATES), "range": list(FILL)}
    used = [state for state in STATES if any(cell["state"] == state for cell in cells)]
    return {
        "data": {"values": cells},
        "width": STEP_X * len(years),
        "height": STEP_Y * len(names),
        "encoding": {"x": x, "y": y},
        "layer": [
            {
                "mark": {"type": "rect", "stroke": GREY, "strokeWidth": 1},
                "encoding": {
                    "color": {
                        "field": "state",
                        "type": "nominal",
                        "scale": scale,
                        "legend": {
                            "title": None,
                            "orient": "bottom",
                            "values": used,
                            "symbolType": "square",
                            "symbolStrokeColor": GREY,
                            "symbolStrokeWidth": 1,
                            "columns": 4,
                        },
                    }
                },
            },
            {
                "mark": {"type": "text", "fontSize": 13, "fontWeight": "bold"},
                "encoding": {
                    "text": {"field": "sign"},
                    "color": {
                        "field": "state",
                        "type": "nominal",
                        "scale": {"domain": list(STATES), "range": list(SIGN_COLOUR)},
                        "legend": None,
                    },
                },
            },
        ],
        "resolve": {"scale": {"color": "independent"}},
    }


def _moves(steps: Sequence[FlowStep], years: Sequence[int]) -> dict[str, Any]:
    """Entries up and exits down under the year in which they are first known."""
    values: list[dict[str, Any]] = []
    for year in years:
        mine = [step for step in steps if step.after == year]
        span = any(step.unknown for step in mine)
        for word, sign, count in (
            ("вошли", 1, sum(len(step.entered) for step in mine)),
            ("вышли", -1, sum(len(step.left) for step in mine)),
        ):
            if not mine:
                continue
            said = f"{('+' if sign > 0 else '–') if count else ''}{count}{'*' if span else ''}"
            values.append({"year": str(year), "what": word, "count": sign * count, "said": said, "up": sign})
    x = {"field": "year", "type": "ordinal", "axis": None, "scale": {"domain": [str(year) for year in years]}}
    scale = {"domain": ["вошли", "вышли"], "range": [ORANGE, SKY]}
    most = max([1, *(abs(one["count"]) for one in values)])
    y = {"field": "count", "type": "quantitative", "axis": None, "scale": {"domain": [-most * 1.4, most * 1.4]}}
    legend = {"title": None, "orient": "bottom", "symbolType": "square"}
    note = "Движение к году (* – между перечнями есть неизвестный год)"
    return {
        "title": {"text": note, "fontSize": 12, "fontWeight": "normal", "offset": 8},
        "data": {"values": values},
        "width": STEP_X * len(years),
        "height": 110,
        "encoding": {"x": x, "y": y},
        "layer": [
            {
                "mark": {"type": "rule", "color": GREY},
                "encoding": {"y": {"datum": 0}, "x": {"value": 0}, "x2": {"value": "width"}},
            },
            {
                "mark": {"type": "bar", "size": 34, "stroke": BLACK, "strokeWidth": 0.6},
                "encoding": {"color": {"field": "what", "type": "nominal", "scale": scale, "legend": legend}},
            },
            *(
                {
                    "transform": [{"filter": f"datum.up == {up}"}],
                    "mark": {"type": "text", "baseline": base, "dy": shift, "fontSize": 12},
                    "encoding": {"text": {"field": "said"}},
                }
                for up, base, shift in ((1, "bottom", -3), (-1, "top", 4))
            ),
        ],
    }


def _years_only(material: Material, title: str, years: Sequence[int]) -> dict[str, Any]:
    """How many stood on the list of each year; a year without a list has a sign and no bar."""
    values = [
        {
            "year": str(y.year),
            "count": 0 if y.members is None else len(y.members),
            "said": "нет данных" if y.members is None else str(len(y.members)),
        }
        for y in material.history.lists
    ]
    x = {"field": "year", "type": "ordinal", "axis": {"title": None, "labelAngle": 0}}
    top = {
        "data": {"values": values},
        "width": STEP_X * len(years),
        "height": 200,
        "encoding": {"x": x, "y": {"field": "count", "type": "quantitative", "axis": {"title": "школ в перечне"}}},
        "layer": [
            {"mark": {"type": "bar", "color": BLUE, "size": 34}},
            {"mark": {"type": "text", "dy": -8}, "encoding": {"text": {"field": "said"}}},
        ],
    }
    return picture(
        title,
        "Школ больше, чем помещается строками: показано число по годам",
        vconcat=[top, _moves(material.history.flow, years)],
    )
