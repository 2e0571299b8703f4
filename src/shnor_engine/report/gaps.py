"""What the log does not hold, said in words: unknown years, vague hosts, missing evidence."""

from __future__ import annotations

from collections.abc import Iterator

from shnor_engine.events import InspectionHeld, MeasureApplied, ResultRecorded, RiskProfileAssessed
from shnor_engine.recommend.ground import Ground
from shnor_engine.report.list_history import ListHistory


def gaps(ground: Ground, history: ListHistory) -> list[str]:
    """One sentence a gap, in a steady order."""
    return [gap for find in FINDERS for gap in find(ground, history)]


def unknown_lists(ground: Ground, history: ListHistory) -> Iterator[str]:
    """Years without a list, and lists that do not name everybody."""
    years = [str(y.year) for y in history.lists if y.members is None]
    if years:
        yield f"перечень: {', '.join(years)} год – нет данных; это не значит, что перечень был пуст"
    partial = [str(y.year) for y in history.lists if y.members is not None and y.complete != "yes"]
    if partial:
        yield f"полнота перечня не подтверждена: {', '.join(partial)} год"


def results(ground: Ground, history: ListHistory) -> Iterator[str]:
    """Without results nobody can say how far a school is from leaving the list."""
    if ground.snapshot[ResultRecorded].head(1).collect().is_empty():
        yield "результаты оценочных процедур не внесены: причины включения в перечень и расстояние до выхода не видны"


def risk_profiles(ground: Ground, history: ListHistory) -> Iterator[str]:
    """Schools on the list without a risk profile of their own."""
    assessed = ground.snapshot[RiskProfileAssessed].select("school_id").collect().to_series()
    without = [school for school in ground.listed if school not in set(assessed)]
    if without:
        yield f"рисковый профиль по школам не указан: {ground.said(without)}"


def vague_hosts(ground: Ground, history: ListHistory) -> Iterator[str]:
    """Activities of which the source does not say at which of several places they took place."""
    vague = [row for row in ground.activities if row["host_certainty"] == "ambiguous"]
    if vague:
        places = {host for row in vague for host in row["hosts"]}
        yield f"место и дата не сопоставлены у мероприятий ({len(vague)}): возможные площадки – {ground.said(places)}"


def unnamed_inspections(ground: Ground, history: ListHistory) -> Iterator[str]:
    """Inspections of which no source names the schools."""
    rows = ground.snapshot[InspectionHeld].collect().to_dicts()
    if any(not row["schools"] for row in rows):
        yield "проверки администраций школ проведены, но какие школы проверены и когда – не указано"


def declared_only(ground: Ground, history: ListHistory) -> Iterator[str]:
    """Lines of prevention that a report declares without evidence."""
    rows = ground.snapshot[MeasureApplied].collect().to_dicts()
    lines = {row["line"] for row in rows if row["declared"] and not row["evidence"]}
    declared = sorted(lines, key=lambda line: ground.rank(line, "prevention.line"))
    shown = {row["line"] for row in rows if row["evidence"]}
    if bare := [line for line in declared if line not in shown]:
        said = "; ".join(ground.term(line, "prevention.line") for line in bare)
        yield f"заявлено для всех школ, но событиями не подтверждено ({len(bare)}): {said}"


FINDERS = (unknown_lists, results, risk_profiles, vague_hosts, unnamed_inspections, declared_only)
