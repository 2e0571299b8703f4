"""The risk profile of the district: what is named as a whole, and the scores of schools with their median."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from shnor_engine.recommend.ground import Row
from shnor_engine.report.document import Figure
from shnor_engine.report.material import Material, capital
from shnor_engine.report.pictures.style import BLACK, BLUE, VERMILION, broken, picture

NAMED, SCHOOL, MIDDLE = "названо по району, балл не указан", "школа", "медиана школ"
Scored = tuple[str, float | None, str]


def risk_profile(
    material: Material, district: Sequence[Row], per_school: Mapping[str, Sequence[Scored]]
) -> list[Figure]:
    """Factors as rows, the worst on top; a factor that is only named of the district has a sign and no score."""
    points = _points(district, per_school)
    if not points:
        return []
    factors = _ordered(material, points)
    scored = any(point["kind"] == SCHOOL for point in points)
    values = [point | {"factor": _label(material, point["factor"])} for point in points]
    title = "Рисковый профиль района"
    sub = "Баллы по школам и их медиана" if scored else "Баллов по школам нет: показано, какие риски названы"
    events = {event for row in district for event in row["events"]}
    events |= {event for some in per_school.values() for *_, event in some}
    alt = f"{title}: " + "; ".join(material.term(factor, "risk.factor") for factor in factors)
    spec = picture(title, sub, **_view([_label(material, one) for one in factors], values, scored=scored))
    return [Figure("risk_profile", title, alt, spec, tuple(sorted(events)))]


def _points(district: Sequence[Row], per_school: Mapping[str, Sequence[Scored]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"factor": factor, "score": score * 100, "kind": SCHOOL}
        for _, factors in sorted(per_school.items())
        for factor, score, _ in factors
        if score is not None
    ]
    for factor in sorted({point["factor"] for point in found}):
        scores = [point["score"] for point in found if point["factor"] == factor and point["kind"] == SCHOOL]
        found.append({"factor": factor, "score": median(scores), "kind": MIDDLE})
    return found + [
        {"factor": factor, "score": 0, "kind": NAMED} for factor in sorted({r["factor"] for r in district})
    ]


def _ordered(material: Material, points: Sequence[Mapping[str, Any]]) -> list[str]:
    middle = {point["factor"]: point["score"] for point in points if point["kind"] == MIDDLE}
    return sorted(
        {point["factor"] for point in points},
        key=lambda one: (-middle.get(one, -1), material.ground.rank(one, "risk.factor")),
    )


def _label(material: Material, factor: str) -> str:
    return "\n".join(broken(capital(material.term(factor, "risk.factor")), 44))


def _view(factors: list[str], values: list[dict[str, Any]], *, scored: bool) -> dict[str, Any]:
    kinds = [kind for kind in (NAMED, SCHOOL, MIDDLE) if any(value["kind"] == kind for value in values)]
    shapes = {NAMED: "diamond", SCHOOL: "circle", MIDDLE: "stroke"}
    colours = {NAMED: VERMILION, SCHOOL: BLUE, MIDDLE: BLACK}
    axis = (
        {"title": "балл риска, %", "grid": True}
        if scored
        else {"title": None, "labels": False, "ticks": False, "grid": False, "domain": False}
    )
    return {
        "data": {"values": values},
        "width": 420 if scored else 60,
        "height": {"step": 44},
        "mark": {"type": "point", "filled": True, "size": 150, "opacity": 0.85, "strokeWidth": 2},
        "encoding": {
            "y": {
                "field": "factor",
                "type": "nominal",
                "sort": factors,
                "axis": {
                    "title": None,
                    "grid": True,
                    "gridColor": "#DDDDDD",
                    "labelExpr": "split(datum.label, '\\n')",
                },
            },
            "x": {
                "field": "score",
                "type": "quantitative",
                "scale": {"domain": [0, 100] if scored else [-1, 1]},
                "axis": axis,
            },
            **{
                channel: {
                    "field": "kind",
                    "type": "nominal",
                    "scale": {"domain": kinds, "range": [given[kind] for kind in kinds]},
                    "legend": {"title": None, "orient": "bottom"},
                }
                for channel, given in (("shape", shapes), ("color", colours))
            },
        },
    }
