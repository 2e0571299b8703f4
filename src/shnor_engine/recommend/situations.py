"""What is known of a school that a measure may answer: open findings, risk factors, clauses of decisions, gaps."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from shnor_engine.events import DecisionMade, PartnershipAgreed
from shnor_engine.events.when import school_year_of
from shnor_engine.recommend.ground import Ground, Row
from shnor_engine.recommend.playbook import NONE

# What the inputs of the table are called where no list of codes says it.
CLAUSES = {
    "two_in_year": "низкие результаты в двух и более процедурах года",
    "same_in_both": "низкий результат одной и той же процедуры два года подряд",
    "always_low": "низкие результаты во всех годах наблюдения",
    "failed_both": "не сдавшие и русский язык, и математику",
}
GAPS = {
    "profile_missing": "рисковый профиль не указан",
    "no_consultation": "нет консультаций тьюторского пункта",
    "association_absent": "школы не было на заседаниях РМО",
    "not_inspected": "нет проверки администрации",
    "deficit_without_route": "дефицит без индивидуального маршрута",
    "no_partner": "нет школы-партнёра",
}
LOW_SHARE = (3, 10)  # a discipline is low from this share below the minimum on [default, as the federal methodology]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One thing known of a school, with what the table of measures reads of it; None where it does not apply.

    `open_` are inputs of which nobody knows the value. `ground` is the key of it, `ru` and `en` say it in words;
    `to_check` marks what only the silence of the log says.
    """

    school: str
    ground: str
    ru: str
    en: str
    events: tuple[str, ...]
    finding: str | None = None
    finding_id: str | None = None
    factor: str | None = None
    significance: str | None = None
    verification: str | None = None
    clause: str | None = None
    gap: str | None = None
    open_: tuple[str, ...] = ()
    to_check: bool = False

    def inputs(self) -> Mapping[str, str | None]:
        """The inputs of the table: a code, «none» where one does not apply, None where its value is not known."""
        names = ("finding", "factor", "significance", "verification", "clause", "gap")
        return {name: None if name in self.open_ else getattr(self, name) or NONE for name in names}

    def row(self) -> dict[str, Any]:
        """The row of the fact that the table reads."""
        return {"school": self.school, "ground": self.ground, **self.inputs(), "events": list(self.events)}


def situations(ground: Ground) -> Iterator[Known]:
    """Everything of the schools that a measure may answer, in a steady order."""
    for find in FINDERS:
        yield from find(ground)


# --- findings, factors, clauses -------------------------------------------------------------------


def open_findings(ground: Ground) -> Iterator[Known]:
    """Findings that nobody closed and that stand under a topic."""
    for row in ground.rows("findings"):
        if row["open"] and row["topic"]:
            topic = ground.term(row["topic"], "audit.topic")
            yield Known(
                school=row["school_id"],
                ground=f"finding:{row['finding_id']}",
                ru=f"открытое замечание «{row['text']}», тема: {topic}",
                en=f"an open finding on {row['topic']}: «{row['text']}»",
                events=tuple(row["events"]),
                finding=row["topic"],
                finding_id=row["finding_id"],
            )


def risk_factors(ground: Ground) -> Iterator[Known]:
    """The factors of each school's last profile up to the day; of unknown significance where nobody says it."""
    last: dict[tuple[str, str], Row] = {}
    for row in ground.rows("risk_profiles"):
        if row["year"] is None or row["year"] <= ground.on.year:
            last[row["school_id"], row["factor"]] = row
    for (school, factor), row in last.items():
        level = ground.playbook.factors.significance(row["level"], row["score"])
        ru = f"фактор риска «{ground.term(factor, 'risk.factor')}», значимость: {LEVELS_RU[level]}"
        if row["verification"]:
            ru += f", верификация: {VERIFIED_RU[row['verification']]}"
        yield Known(
            school=school,
            ground=f"factor:{factor}",
            ru=ru,
            en=f"risk factor {factor}, significance {level or 'not stated'}, {row['verification'] or 'not verified'}",
            events=tuple(row["events"]),
            factor=factor,
            significance=level,
            verification=row["verification"],
            open_=() if level else ("significance",),
        )


LEVELS_RU = {"high": "высокая", "medium": "средняя", "low": "низкая", None: "не указана"}
VERIFIED_RU = {"accepted": "подтверждён", "disputed": "оспорен"}


def decided_clauses(ground: Ground) -> Iterator[Known]:
    """The clauses that hold in the last recorded decision of each pack about a school and the year."""
    rows = ground.snapshot[DecisionMade].sort("position").collect().to_dicts()
    last = {(row["about"], row["pack"]): row for row in rows if row["period"] == str(ground.year)}
    for (school, pack), row in last.items():
        for clause, value in json.loads(row["values"] or "{}").items():
            if value is True:
                said = CLAUSES.get(clause, clause)
                yield Known(
                    school=school,
                    ground=f"clause:{pack}:{clause}",
                    ru=f"в решении по методике {pack} за {ground.year} год сработал пункт «{said}»",
                    en=f"the decision of {pack} for {ground.year} holds the clause «{clause}»",
                    events=(row["event_id"],),
                    clause=clause,
                )


# --- gaps -----------------------------------------------------------------------------------------


def profile_missing(ground: Ground) -> Iterator[Known]:
    """Listed schools of which no risk profile is told."""
    assessed = {row["school_id"] for row in ground.rows("risk_profiles")}
    for school in ground.listed:
        if school not in assessed:
            yield _gap(
                ground,
                school,
                "profile_missing",
                "школа в перечне, рискового профиля школы в журнале нет (это не значит, что его нет)",
                "a listed school without a risk profile in the log (which does not say that there is none)",
                ground.list_events(school, [ground.year]),
            )


def no_consultation(ground: Ground) -> Iterator[Known]:
    """Schools that had open deficits in the last whole term and not one consultation in it."""
    for school, events in unconsulted(ground):
        yield _gap(
            ground,
            school,
            "no_consultation",
            "есть открытые профессиональные дефициты, а консультаций тьюторского пункта за полугодие в журнале нет",
            "open professional deficits, and no consultation of the tutor point in the last term in the log",
            events,
        )


def unconsulted(ground: Ground) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Schools with demand and surely no consultation in the last whole term, with the events of the demand."""
    starts, ends = last_term(ground.on)
    told = {row["school_id"]: row for row in ground.rows("consultations") if row["term_start"] == starts}
    demand: dict[str, set[str]] = {}
    for row in ground.rows("deficits"):
        if row["found_from"] < ends and (row["closed_from"] is None or row["closed_from"] >= starts):
            demand.setdefault(row["school_id"], set()).update(row["events"])
    for school, events in sorted(demand.items()):
        used = told.get(school)
        if used is None or (used["sessions"] == 0 and used["maybe"] == 0):
            yield school, tuple(sorted(events))


def last_term(on: date) -> tuple[date, date]:
    """The last term that was over on a day: September to December, or January to August."""
    if on.month >= 9:
        return date(on.year, 1, 1), date(on.year, 9, 1)
    return date(on.year - 1, 9, 1), date(on.year, 1, 1)


def association_absent(ground: Ground) -> Iterator[Known]:
    """Schools low in a discipline whose association met and counted others, and never them."""
    for school, discipline, year, events in subject_gaps(ground):
        term = ground.term(discipline, "discipline")
        yield _gap(
            ground,
            school,
            "association_absent",
            f"низкие результаты {year} года по предмету «{term}», а на заседаниях РМО по нему школы не было",
            f"low results of {year} in {discipline}, and absent from every meeting of its association",
            events,
            part=discipline,
            to_check=False,
        )


def subject_gaps(ground: Ground) -> Iterator[tuple[str, str, int, tuple[str, ...]]]:
    """School, discipline, school year of the low result, events: low in a discipline and absent from its association.

    Meetings of the year of the result and of the year after it count.
    """
    attendance: dict[tuple[str, str, int], Row] = {
        (row["school_id"], row["discipline"], row["school_year"]): row
        for row in ground.rows("association_attendance")
        if row["school_year"] is not None
    }
    for (school, discipline), (year, event) in low_disciplines(ground).items():
        met = [row for n in (year, year + 1) if (row := attendance.get((school, discipline, n)))]
        if any(row["absent"] for row in met) and not any(row["attended"] for row in met):
            yield school, discipline, year, tuple(sorted({event, *(e for row in met for e in row["events"])}))


def low_disciplines(ground: Ground) -> dict[tuple[str, str], tuple[int, str]]:
    """By school and discipline the last school year with a low result up to the day, and its event."""
    from shnor_engine.events import ResultRecorded

    part, whole = LOW_SHARE
    found: dict[tuple[str, str], tuple[int, str]] = {}
    rows = ground.snapshot[ResultRecorded].drop_nulls(["participants", "below_min"]).sort("year", "position")
    for row in rows.collect().to_dicts():
        low = row["participants"] > 0 and whole * row["below_min"] >= part * row["participants"]
        if low and row["year"] <= school_year_of(ground.on):
            found[row["school_id"], row["discipline"]] = row["year"], row["event_id"]
    return found


def not_inspected(ground: Ground) -> Iterator[Known]:
    """Schools of the list in force of which inspections are told elsewhere and none can have been here this year."""
    for row in ground.rows("inspection_coverage"):
        if row["in_force"] == ground.on.year and row["inspected"] is False and not row["planned"]:
            yield _gap(
                ground,
                row["school_id"],
                "not_inspected",
                f"школа действующего перечня {row['list_year']} года, проверки администрации в {row['in_force']} "
                "году в журнале нет и не запланировано",
                f"on the list in force of {row['list_year']}, no inspection in {row['in_force']} told or planned",
                tuple(row["events"]),
            )


def deficit_without_route(ground: Ground) -> Iterator[Known]:
    """Schools with persons whose deficits no route names; how many is not said, cells may be small."""
    found: dict[str, set[str]] = {}
    for row in ground.rows("deficits"):
        if not row["routed"] and row["found_from"] <= ground.on:
            found.setdefault(row["school_id"], set()).update(row["events"])
    for school, events in sorted(found.items()):
        yield _gap(
            ground,
            school,
            "deficit_without_route",
            "выявлены профессиональные дефициты, на которые не выдан индивидуальный маршрут (ИОМ)",
            "professional deficits were found that no individual route answers",
            tuple(sorted(events)),
            to_check=False,
        )


def no_partner(ground: Ground) -> Iterator[Known]:
    """Listed schools that nobody partners, where the log keeps partnerships at all."""
    if ground.snapshot[PartnershipAgreed].head(1).collect().is_empty():
        return
    helped = {
        row["supported"] for row in ground.rows("partnerships") if row["period_end"] and ground.on < row["period_end"]
    }
    for school in ground.listed:
        if school not in helped:
            yield _gap(
                ground,
                school,
                "no_partner",
                "школа в перечне, действующего партнёрства в журнале нет",
                "a listed school without a partnership in force in the log",
                ground.list_events(school, [ground.year]),
            )


def _gap(
    ground: Ground,
    school: str,
    gap: str,
    ru: str,
    en: str,
    events: tuple[str, ...],
    *,
    part: str = "",
    to_check: bool = True,
) -> Known:
    key = f"gap:{gap}:{part}" if part else f"gap:{gap}"
    return Known(school=school, ground=key, ru=ru, en=en, events=events, gap=gap, to_check=to_check)


FINDERS: tuple[Callable[[Ground], Iterator[Known]], ...] = (
    open_findings,
    risk_factors,
    decided_clauses,
    profile_missing,
    no_consultation,
    association_absent,
    not_inspected,
    deficit_without_route,
    no_partner,
)
