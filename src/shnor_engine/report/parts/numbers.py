"""The figures of a report by name, so that two reports can be compared and a table of them be kept."""

from __future__ import annotations

from shnor_engine.report.attribution import base_rate
from shnor_engine.report.material import Material

NUMBER_RU = {
    "listed": "школ в перечне, год",
    "entered": "вошли, год",
    "left": "вышли, год",
    "ever_listed": "школ, побывавших в перечнях",
    "base_left": "выходов по всем переходам",
    "base_of": "из числа бывших в перечне",
    "activities_dated": "мероприятий с датой",
    "activities_spanning": "мероприятий в течение срока",
    "decision": "решений –",
    "recommendations": "рекомендаций из фактов",
    "issued": "рекомендаций аудита выдано",
    "open": "рекомендаций аудита открыто",
}


def number_name(material: Material, key: str) -> str:
    """How a figure is called in Russian; a decision by its label."""
    kind, _, what = key.partition(":")
    known = material.decided.pack.decisions
    said = known[what].label("ru") if kind == "decision" and what in known else what
    return f"{NUMBER_RU[kind]} {said}".strip()


def numbers(material: Material) -> dict[str, int | None]:
    """Each figure under its name; None where it is not known. Of several areas the steps of one year add up."""
    history, activities = material.history, material.ground.activities
    found: dict[str, int | None] = {
        f"listed:{y.year}": None if y.members is None else len(y.members) for y in history.lists
    }
    for step in history.flow:
        for name, schools in (("entered", step.entered), ("left", step.left)):
            found[f"{name}:{step.after}"] = (found.get(f"{name}:{step.after}") or 0) + len(schools)
    found["ever_listed"] = len({school for y in history.lists for school in y.members or ()})
    found["base_left"], found["base_of"] = base_rate(history.flow)
    found["activities_dated"] = sum(not row["continuous"] for row in activities)
    found["activities_spanning"] = sum(bool(row["continuous"]) for row in activities)
    for decision, count in material.decided.counts().items():
        found[f"decision:{decision}"] = count
    found["recommendations"] = len(material.advice)
    issued = material.rows("recommendations")
    found["issued"], found["open"] = len(issued), sum(bool(row["open"]) for row in issued)
    return found
