"""The roadmap by month: what took place as exactly as the source says, and what was planned beside it.

A moment inside a month is a hollow bar over the month, for nobody knows the day; what went on throughout a span is a
full bar; a known day is a point. What was planned and is not recorded as held is a dashed line.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from shnor_engine.recommend.ground import Row
from shnor_engine.report.document import Figure
from shnor_engine.report.material import Material, capital, event_ids
from shnor_engine.report.pictures.style import BLACK, BLUE, ORANGE, SKY, VERMILION, broken, picture

KINDS = ("в один из дней этого срока", "в течение всего срока", "известный день", "в плане, проведение не внесено")
LEGEND = dict(
    zip(
        KINDS,
        (
            "пустая пунктирная полоса – в один из дней этого срока, день неизвестен",
            "сплошная полоса – в течение всего срока",
            "точка – известный день",
            "тонкая полоса – в плане, проведение в журнал не внесено",
        ),
        strict=True,
    )
)
MONTHLY = 26  # months of which each has its label
MOST = 400  # bars; of more the picture is a wall


def roadmap(material: Material) -> list[Figure]:
    """Forms as rows, time across; a row for each form that took place or was planned."""
    bars = [*_held(material), *_planned(material)]
    if not bars or len(bars) > MOST:
        return []
    forms = sorted({bar["code"] for bar in bars}, key=lambda one: material.ground.rank(one, "activity.form"))
    values = [{**bar, "form": _label(material, bar["code"])} for bar in bars]
    first, last = min(bar["start"] for bar in bars), max(bar["end"] for bar in bars)
    ends = (date.fromisoformat(last) - timedelta(days=1)).year
    title = "Мероприятия по месяцам"
    sub = capital("; ".join(LEGEND[kind] for kind in kinds_of(bars)))
    spec = picture(title, sub, **_view([_label(material, one) for one in forms], values, first, last))
    alt = f"{title}, {first[:4]}–{ends}: " + "; ".join(material.term(one, "activity.form") for one in forms)
    return [Figure("roadmap", title, alt, spec, event_ids(material.ground.activities))]


def _held(material: Material) -> list[dict[str, Any]]:
    return [_bar(row, row["form"], KINDS[_kind(row)]) for row in material.ground.activities]


def _planned(material: Material) -> list[dict[str, Any]]:
    rows = [row for row in material.rows("roadmap") if not row["held"] and not row["cancelled"] and row["when_start"]]
    return [_bar(row, row["form"], KINDS[3]) for row in rows]


def _kind(row: Row) -> int:
    if row["when_kind"] == "throughout":
        return 1
    return 2 if row["when_end"] - row["when_start"] <= timedelta(days=1) else 0


def _bar(row: Row, form: str, kind: str) -> dict[str, Any]:
    return {"code": form, "start": _day(row["when_start"]), "end": _day(row["when_end"]), "kind": kind}


def _day(day: date) -> str:
    return day.isoformat()


def _label(material: Material, form: str) -> str:
    return "\n".join(broken(capital(material.term(form, "activity.form")), 30))


def _view(forms: list[str], values: list[dict[str, Any]], first: str, last: str) -> dict[str, Any]:
    months = (int(last[:4]) - int(first[:4])) * 12 + int(last[5:7]) - int(first[5:7])
    wide = max(420, min(26 * months, 760))
    y = {
        "field": "form",
        "type": "nominal",
        "sort": forms,
        "axis": {"title": None, "grid": True, "gridColor": "#DDDDDD", "labelExpr": "split(datum.label, '\\n')"},
    }
    x = {
        "field": "start",
        "type": "temporal",
        "scale": {"type": "utc", "domain": [first, last], "nice": "month"},
        "axis": {
            "title": None,
            "tickCount": {"interval": "month", "step": 1 if months <= MONTHLY else 6},
            "format": "%m.%y",
            "labelAngle": -90,
            "gridColor": "#EEEEEE",
            **(_inside(wide / months, last) if months <= MONTHLY else {}),
        },
    }
    return {
        "data": {"values": values, "format": {"parse": {"start": "utc:'%Y-%m-%d'", "end": "utc:'%Y-%m-%d'"}}},
        "width": wide,
        "height": {"step": 36},
        "encoding": {"y": y, "x": x, "x2": {"field": "end"}},
        "layer": [_layer(kind) for kind in kinds_of(values)],
    }


def _inside(month: float, last: str) -> dict[str, Any]:
    """Labels in the middle of their months, none after the last."""
    return {
        "labelOffset": month / 2,
        "labelExpr": f"datum.value < +utc({last[:4]}, {int(last[5:7]) - 1}) ? datum.label : ''",
    }


def _layer(kind: str) -> dict[str, Any]:
    place = KINDS.index(kind)
    look = (
        {"type": "bar", "height": 13, "fill": "#FFFFFF", "strokeWidth": 2, "strokeDash": [4, 2], "stroke": BLUE},
        {"type": "bar", "height": 13, "fill": SKY, "stroke": BLACK, "strokeWidth": 0.6},
        {"type": "point", "filled": True, "size": 110, "shape": "circle", "fill": VERMILION},
        {"type": "bar", "height": 5, "fill": ORANGE, "stroke": BLACK, "strokeWidth": 0.6},
    )[place]
    return {"transform": [{"filter": {"field": "kind", "equal": kind}}], "mark": look}


def kinds_of(values: Sequence[dict[str, Any]]) -> list[str]:
    """Which kinds of bar a picture holds, in the order of `KINDS`."""
    return [kind for kind in KINDS if any(value["kind"] == kind for value in values)]
