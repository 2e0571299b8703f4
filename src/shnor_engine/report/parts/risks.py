"""The risk profiles: what is said of the district, and of each listed school where anybody says it."""

from __future__ import annotations

from collections.abc import Iterator

from shnor_engine.events import FactorAssessed, RiskProfileAssessed
from shnor_engine.recommend.ground import Row
from shnor_engine.report.claims import Claim
from shnor_engine.report.document import Block, Bullets, Cell, Section, Table
from shnor_engine.report.material import Material, capital
from shnor_engine.report.pictures.risk_profile import risk_profile

NOT_SAID = "не указано"
LEVEL_RU = {"high": "высокая значимость", "medium": "средняя значимость", "low": "низкая значимость"}


def risks(material: Material) -> Section | None:
    """The factors named of the district, then school by school; what no source says of a school is «не указано»."""
    rows = [
        row for row in material.rows("risk_factors") if row["year"] is None or row["year"] <= material.advice.year
    ]
    district = [row for row in rows if row["scope"] == "district"]
    per_school = by_school(material, rows)
    listed = material.ground.listed
    if not (district or per_school):
        return None
    blocks: list[Block] = []
    if district:
        blocks.append(Bullets(tuple(_named(material, district))))
    if listed:
        cells = tuple(_school(material, school, per_school.get(school, [])) for school in listed)
        blocks.append(Table("risk_profiles", ("Школа перечня", "Рисковый профиль школы"), cells, (35, 65)))
    blocks += risk_profile(material, district, per_school)
    return Section("risks", "Рисковые профили", tuple(blocks))


def _named(material: Material, rows: list[Row]) -> Iterator[Claim]:
    for factor in sorted({row["factor"] for row in rows}, key=lambda one: material.ground.rank(one, "risk.factor")):
        mine = [row for row in rows if row["factor"] == factor]
        levels = {row["level"] for row in mine if row["level"]}
        level = LEVEL_RU[levels.pop()] if len(levels) == 1 else "значимость не указана"
        yield Claim(
            f"risk.{factor}",
            f"{capital(material.term(factor, 'risk.factor'))} (названо по району в целом; {level}).",
            f"{capital(material.term_en(factor, 'risk.factor'))} (said of the district as a whole).",
            events=tuple(sorted({event for row in mine for event in row["events"]})),
        )


def by_school(material: Material, rows: list[Row]) -> dict[str, list[tuple[str, float | None, str]]]:
    """For each school its factors with score and event: of assessments of one factor, and of questionnaires."""
    found: dict[str, list[tuple[str, float | None, str]]] = {}
    for row in rows:
        if row["scope"] == "school":
            found.setdefault(row["about"], []).append((row["factor"], row["score"], row["events"][0]))
    for row in material.told(RiskProfileAssessed):
        if row["year"] <= material.advice.year:
            found.setdefault(row["school_id"], []).extend(
                (factor, score, row["event_id"]) for factor, score in scores(row)
            )
    return found


def scores(row: Row) -> list[tuple[str, float]]:
    """The factors of a questionnaire with their scores."""
    import json

    told = row["scores"]
    pairs = json.loads(told) if isinstance(told, str) else told
    return sorted((str(factor), float(score)) for factor, score in dict(pairs or {}).items())


def _school(material: Material, school: str, factors: list[tuple[str, float | None, str]]) -> tuple[Cell, Cell]:
    name = Cell(material.ground.name(school), material.ground.list_events(school, [material.advice.year]))
    if not factors:
        return name, Cell(NOT_SAID, mark="unknown")
    said = [
        material.term(factor, "risk.factor") + ("" if score is None else f" ({score:.0%})".replace("%", " %"))
        for factor, score, _ in sorted(factors, key=lambda item: (-(item[1] or 0), item[0]))
    ]
    return name, Cell("; ".join(said), tuple(sorted({event for *_, event in factors})))


SEARCHED = (RiskProfileAssessed.type, FactorAssessed.type)
