"""What the log does not hold, said in words: unknown years, vague hosts, missing evidence."""

from __future__ import annotations

from collections.abc import Iterator

from shnor_engine.events import (
    FactorAssessed,
    InspectionHeld,
    ListPublished,
    MeasureApplied,
    ResultRecorded,
    RiskProfileAssessed,
)
from shnor_engine.report.claims import Claim, ids
from shnor_engine.report.document import Bullets, Section
from shnor_engine.report.material import Material


def missing(material: Material) -> Section | None:
    """One sentence a gap, in a steady order."""
    found = gaps(material)
    return Section("gaps", "Чего в журнале нет", (Bullets(tuple(found)),)) if found else None


def gaps(material: Material) -> list[Claim]:
    """Every gap as a claim that names what was searched for."""
    return [gap for find in FINDERS for gap in find(material)]


def unknown_lists(material: Material) -> Iterator[Claim]:
    """Years without a list, and lists that do not name everybody."""
    history = material.history
    years = ", ".join(str(y.year) for y in history.lists if y.members is None)
    if years:
        yield Claim(
            "gap.lists",
            f"перечень: {years} год – нет данных; это не значит, что перечень был пуст",
            f"lists: {years} – no data, which does not say that the list was empty",
            searched=(ListPublished.type,),
        )
    partial = [y for y in history.lists if y.members is not None and y.complete != "yes"]
    if partial:
        said = ", ".join(str(y.year) for y in partial)
        yield Claim(
            "gap.complete",
            f"полнота перечня не подтверждена: {said} год",
            f"nobody says that the list is complete: {said}",
            events=ids(*(y.events for y in partial)),
        )


def results(material: Material) -> Iterator[Claim]:
    """Without results nobody can say how far a school is from leaving the list."""
    if material.snapshot[ResultRecorded].head(1).collect().is_empty():
        yield Claim(
            "gap.results",
            "результаты оценочных процедур не внесены: причины включения в перечень и расстояние до выхода не видны",
            "no results of procedures are held: why schools were listed and how far from it they are is not seen",
            searched=(ResultRecorded.type,),
        )


def risk_profiles(material: Material) -> Iterator[Claim]:
    """Schools on the list without a risk profile of their own."""
    assessed = set(material.snapshot[RiskProfileAssessed].select("school_id").collect().to_series())
    without = [school for school in material.ground.listed if school not in assessed]
    if without:
        yield Claim(
            "gap.risk_profiles",
            f"рисковый профиль по школам не указан: {material.ground.said(without)}",
            f"no risk profile of: {material.ground.said(without)}",
            searched=(RiskProfileAssessed.type, FactorAssessed.type),
        )


def vague_hosts(material: Material) -> Iterator[Claim]:
    """Activities of which the source does not say at which of several places they took place."""
    vague = [row for row in material.ground.activities if row["host_certainty"] == "ambiguous"]
    if vague:
        places = material.ground.said({host for row in vague for host in row["hosts"]})
        yield Claim(
            "gap.hosts",
            f"место и дата не сопоставлены у мероприятий ({len(vague)}): возможные площадки – {places}",
            f"place and date are not paired in {len(vague)} activities: possible hosts – {places}",
            events=ids(*(row["events"] for row in vague)),
        )


def unnamed_inspections(material: Material) -> Iterator[Claim]:
    """Inspections of which no source names the schools."""
    bare = [row for row in material.told(InspectionHeld) if not row["schools"]]
    if bare:
        yield Claim(
            "gap.inspections",
            "проверки администраций школ проведены, но какие школы проверены и когда – не указано",
            "inspections were held, but of which schools and when is not said",
            events=ids([row["event_id"] for row in bare]),
        )


def declared_only(material: Material) -> Iterator[Claim]:
    """Lines of prevention that a report declares without evidence."""
    rows = material.told(MeasureApplied)
    lines = {row["line"] for row in rows if row["declared"] and not row["evidence"]}
    declared = sorted(lines, key=lambda line: material.ground.rank(line, "prevention.line"))
    shown = {row["line"] for row in rows if row["evidence"]}
    if bare := [line for line in declared if line not in shown]:
        said = "; ".join(material.term(line, "prevention.line") for line in bare)
        yield Claim(
            "gap.prevention",
            f"заявлено для всех школ, но событиями не подтверждено ({len(bare)}): {said}",
            f"declared for all schools without evidence ({len(bare)})",
            events=ids([row["event_id"] for row in rows if row["line"] in bare]),
        )


FINDERS = (unknown_lists, results, risk_profiles, vague_hosts, unnamed_inspections, declared_only)
