"""The checks of the programme: what was recorded and cannot be, what is late, what should be there and is not.

A check is a function from the facts of a moment to findings; `CHECKS` lists them with the codes that they may give.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from typing import TYPE_CHECKING

from shnor_engine.errors import InvalidEvent
from shnor_engine.events import ProgrammeAdopted, RecommendationIssued, When
from shnor_engine.events.russian_dates import say_when
from shnor_engine.events.when import school_year_of
from shnor_engine.projections.life import STEPS
from shnor_engine.projections.plans import DUE_DAYS
from shnor_engine.recommend.finding import Flag, Flags, Weight
from shnor_engine.recommend.ground import Ground, Row, when_of
from shnor_engine.recommend.lifecycle import STATE_RU, register
from shnor_engine.recommend.situations import LOW_SHARE, subject_gaps, unconsulted

if TYPE_CHECKING:
    from shnor_engine.recommend.playbook import Playbook
    from shnor_engine.tables import Snapshot

DAY = timedelta(days=1)
Found = Iterator[Flag]


# --- recommendations ------------------------------------------------------------------------------


def unknown_recommendation(ground: Ground) -> Found:
    """Steps of a recommendation that nobody issued, or whose issue was taken back."""
    issued = set(ground.snapshot[RecommendationIssued].select("recommendation_id").collect().to_series())
    for row in ground.rows("recommendation_steps"):
        if row["recommendation_id"] not in issued:
            yield flag(
                "recommendation.unknown",
                "flagged",
                row["recommendation_id"],
                f"шаг «{STATE_RU[row['step']]}» по рекомендации {row['recommendation_id']}, которой в журнале нет",
                f"step «{row['step']}» of recommendation {row['recommendation_id']}, which the log does not hold",
                row,
            )


def impossible_step(ground: Ground) -> Found:
    """Steps that cannot follow from where a recommendation stood: they changed nothing."""
    for entry in register(ground.snapshot, on=ground.on):
        state = "issued"
        for step in entry.steps:
            if step.possible:
                state = step.step
            elif step.when.start <= ground.on:
                yield Flag(
                    code="recommendation.impossible_step",
                    weight="flagged",
                    subject=entry.about,
                    text_ru=f"{entry.name}: шаг «{STATE_RU[step.step]}» не зачтён, рекомендация {entry.id} – "
                    f"«{STATE_RU[state]}»"
                    + (": без подтверждения рекомендация не закрывается" if step.step == "verified" else ""),
                    text_en=f"step «{step.step}» does not count: recommendation {entry.id} stands at «{state}»"
                    + (", and nothing is closed without evidence" if step.step == "verified" else ""),
                    events=step.events,
                    day=step.when.start,
                )


def overdue_recommendation(ground: Ground) -> Found:
    """Open recommendations whose due day has passed."""
    for entry in register(ground.snapshot, on=ground.on):
        if entry.overdue and entry.due is not None:
            yield Flag(
                code="recommendation.overdue",
                weight="flagged",
                subject=entry.about,
                text_ru=f"{entry.name}: срок рекомендации «{entry.text}» истёк {entry.due:%d.%m.%Y}",
                text_en=f"recommendation {entry.id} was due on {entry.due}",
                events=entry.events,
                day=entry.due + DAY,
            )


# --- lists, plans, support ------------------------------------------------------------------------


def two_lists(ground: Ground) -> Found:
    """Two lists of one area, year and issuer; where they differ, membership is unknown."""
    same: dict[tuple[str, int, str], list[Row]] = {}
    for row in ground.lists:
        same.setdefault((row["area"], row["year"], row["issuer"]), []).append(row)
    for (area, year, issuer), rows in same.items():
        if len(rows) > 1:
            differ = sorted({one for a, b in combinations(rows, 2) for one in set(a["members"]) ^ set(b["members"])})
            said = f"расходятся: {ground.said(differ)} – состав по ним неизвестен" if differ else "составы совпадают"
            yield Flag(
                code="list.two_for_year",
                weight="flagged",
                subject=area,
                text_ru=f"за {year} год опубликовано перечней одного издателя ({issuer}): {len(rows)}; {said}",
                text_en=f"{len(rows)} lists of {issuer} for {year}; they differ on {', '.join(differ) or 'nobody'}",
                events=tuple(sorted({event for row in rows for event in row["events"]})),
            )


def plan_overdue(ground: Ground) -> Found:
    """Listed schools without an adopted plan of transition so many days after the listing, from the right day on."""
    for row in _all_rows(ground, "plan_due"):
        adopted = row["plan_id"] is not None and row["when_start"] <= ground.on
        over = row["left_by"] is not None and row["left_by"] <= ground.year
        name = ground.name(row["school_id"])
        if not adopted and not over and ground.on > row["due_by"]:
            yield flag(
                "plan.overdue",
                "flagged",
                row["school_id"],
                f"{name}: в перечне с {row['first_seen']} года, утверждённой программы перехода в журнале нет; "
                f"срок ({DUE_DAYS} дней после включения) – {row['due_by']:%d.%m.%Y}",
                f"listed since {row['first_seen']}, no adopted plan of transition in the log; due {row['due_by']}",
                row,
                day=row["due_by"] + DAY,
            )
        elif adopted and row["reading"] == "late":
            yield flag(
                "plan.late",
                "flagged",
                row["school_id"],
                f"{name}: программа перехода утверждена позже срока {row['due_by']:%d.%m.%Y}",
                f"the plan of transition was adopted after {row['due_by']}",
                row,
                day=row["when_start"],
            )


def support_missing(ground: Ground) -> Found:
    """Listed schools without support that cites a factor or finding of their own."""
    rows = ground.rows("support")
    own = {row["school_id"] for row in rows if row["own_ground"]}
    for school in ground.listed:
        if school not in own:
            mine = [row for row in rows if row["school_id"] == school]
            why = "назначенная поддержка не ссылается на её собственный фактор" if mine else "поддержка не назначена"
            yield Flag(
                code="support.not_addressed",
                weight="flagged",
                subject=school,
                text_ru=f"{ground.name(school)}: школа в перечне {ground.year} года, {why} (по данным журнала)",
                text_en=f"listed in {ground.year} without support that cites a factor or finding of the school",
                events=(*ground.list_events(school, [ground.year]), *(e for row in mine for e in row["events"])),
            )


def profile_missing(ground: Ground) -> Found:
    """Listed schools of which no risk profile is told."""
    assessed = {row["school_id"] for row in ground.rows("risk_profiles")}
    for school in ground.listed:
        if school not in assessed:
            yield Flag(
                code="profile.missing",
                weight="flagged",
                subject=school,
                text_ru=f"{ground.name(school)}: рисковый профиль не указан",
                text_en="no risk profile is stated",
                events=ground.list_events(school, [ground.year]),
            )


def strange_factor(ground: Ground) -> Found:
    """Factors that were not on the list of the project in the year of the profile."""
    for row in ground.rows("risk_profiles"):
        known = ground.playbook.factors.in_force(row["year"]) if row["year"] else None
        if known and row["factor"] not in known:
            term = ground.term(row["factor"], "risk.factor")
            yield flag(
                "factor.not_in_force",
                "flagged",
                row["school_id"],
                f"{ground.name(row['school_id'])}: фактора «{term}» нет в перечне {row['year']} года",
                f"{row['factor']} is not on the list of factors of {row['year']}",
                row,
            )


# --- activities and roadmaps ----------------------------------------------------------------------


def outside_programme(ground: Ground) -> Found:
    """Activities that surely fell into no period of a programme of their area."""
    periods: dict[str, list[When]] = {}
    for told in ground.snapshot[ProgrammeAdopted].collect().to_dicts():
        if (period := when_of(told, "period")) is not None:
            periods.setdefault(told["area"], []).append(period)
    for row in ground.activities:
        when, theirs = when_of(row), periods.get(row["area"])
        if when is not None and theirs and all(when.overlaps(one) is False for one in theirs):
            yield flag(
                "activity.outside_programme",
                "flagged",
                row["activity_id"],
                f"{ground.term(row['form'])}, {say_when(when)}: вне периода какой-либо программы",
                f"{row['form']} of {row['when_start']} lies in no period of a programme",
                row,
                day=row["when_start"],
            )


def too_late(ground: Ground) -> Found:
    """Activities after the procedures behind a list of their year: they cannot explain it."""
    for row in ground.rows("plausibility"):
        if row["too_late"] and row["list_year"] == ground.year:
            act = next((one for one in ground.activities if one["activity_id"] == row["activity_id"]), None)
            if act is not None and act["when_start"].year == row["list_year"]:
                when = when_of(act)
                yield flag(
                    "activity.too_late",
                    "note",
                    row["activity_id"],
                    f"{ground.term(row['form'])}, {say_when(when) if when else ''}: после процедур, по которым "
                    f"составлен перечень {row['list_year']} года; объяснять его не может",
                    f"{row['form']} came after the procedures behind the list of {row['list_year']}",
                    row,
                )


def roadmap_overdue(ground: Ground) -> Found:
    """Lines of a roadmap that were due and are neither held nor cancelled."""
    for row in _all_rows(ground, "plan_fact"):
        if row["state"] == "open" and row["due"] < ground.on:
            yield flag(
                "roadmap.overdue",
                "flagged",
                row["line_id"],
                f"пункт {row['line_id']} ({ground.term(row['form'])}): срок {row['due']:%d.%m.%Y}, "
                "не проведён и не отменён",
                f"line {row['line_id']} ({row['form']}) was due on {row['due']}, neither held nor cancelled",
                row,
                day=row["due"] + DAY,
            )


def unplanned(ground: Ground) -> Found:
    """Activities that follow no line, where their area has planned lines at all."""
    rows = ground.rows("plan_fact")
    planning = {row["about"] for row in rows if row["state"] != "unplanned"}
    for row in rows:
        if row["state"] == "unplanned" and row["about"] in planning:
            yield flag(
                "activity.unplanned",
                "note",
                row["activity_id"],
                f"{ground.term(row['form'])} ({row['activity_id']}): проведено вне плана дорожной карты",
                f"{row['form']} ({row['activity_id']}) follows no line of a roadmap",
                row,
            )


def task_gap(ground: Ground) -> Found:
    """Tasks of the programme that nothing served in a year of which activities are recorded."""
    for row in ground.rows("task_coverage"):
        if row["evidence"] is False and row["year"] <= ground.on.year:
            yield flag(
                "task.gap",
                "flagged",
                row["area"],
                f"{row['year']} год: по задаче «{ground.term(row['task'], 'programme.task')}» мероприятий нет",
                f"{row['year']}: nothing serves the task {row['task']}",
                row,
            )


# --- results --------------------------------------------------------------------------------------


def fewer_and_better(ground: Ground) -> Found:
    """Procedures no longer low while so many fewer took part that the absent alone may explain it.

    Had all who are missing against the year before stayed below the minimum, the share would be no smaller than then.
    That is a question to ask and no proof: a year group may simply be smaller.
    """
    held = {(row["school_id"], row["procedure"], row["year"]): row for row in _told(ground)}
    last: dict[tuple[str, str], int] = {}
    for school, procedure, year in held:
        last[school, procedure] = max(year, last.get((school, procedure), 0))
    for (school, procedure), year in last.items():
        now, before = held[school, procedure, year], held.get((school, procedure, year - 1))
        if before is not None and _may_be_absence(now, before):
            yield flag(
                "results.fewer_and_better",
                "note",
                school,
                f"{ground.name(school)}, {procedure}: в {year - 1} году ниже минимума {before['below_min']} из "
                f"{before['participants']}, в {year} – {now['below_min']} из {now['participants']}; участников "
                "меньше настолько, что улучшение может объясняться тем, кто не участвовал. Проверить, почему",
                f"{procedure}: {before['below_min']} of {before['participants']} below the minimum in {year - 1}, "
                f"{now['below_min']} of {now['participants']} in {year}; so many fewer took part that the absent may "
                "explain it",
                {"events": [*before["events"], *now["events"]]},
            )


def _told(ground: Ground) -> list[Row]:
    """Results with both counts, up to the school year of the day."""
    return [
        row
        for row in ground.rows("sittings")
        if row["participants"] and row["below_min"] is not None and row["year"] <= school_year_of(ground.on)
    ]


def _may_be_absence(now: Row, before: Row) -> bool:
    part, whole = LOW_SHARE
    was_low = whole * before["below_min"] >= part * before["participants"]
    is_low = whole * now["below_min"] >= part * now["participants"]
    absent = before["participants"] - now["participants"]
    return was_low and not is_low and absent > 0 and now["below_min"] + absent >= before["below_min"]


# --- people and network ---------------------------------------------------------------------------


def off_topic(ground: Ground) -> Found:
    """Deficits that a route calls closed without a training on their topic: they stay open."""
    for row in ground.rows("deficits"):
        if row["claimed"]:
            trained = row["off_topic"] > 0
            code = "training.off_topic" if trained else "deficit.closed_untrained"
            why = "обучение было на другую тему" if trained else "обучения по теме в журнале нет"
            yield flag(
                code,
                "flagged",
                row["school_id"],
                f"{ground.name(row['school_id'])}: дефицит «{row['deficit']}» объявлен закрытым, но {why}; не закрыт",
                f"deficit «{row['deficit']}» is called closed without a training on its topic; it stays open",
                row,
            )


def both_listed(ground: Ground) -> Found:
    """Partnerships of a school with itself, of two schools on the list, of a partner that is not the stronger."""
    for row in ground.rows("partnerships"):
        pair = f"{ground.name(row['partner'] or '?')} – {ground.name(row['supported'] or '?')}"
        if row["with_itself"]:
            yield flag(
                "partnership.with_oneself",
                "flagged",
                row["partner"],
                f"{pair}: школа не может быть партнёром самой себе",
                f"{row['partner']}: a school is no partner of itself",
                row,
            )
        if row["both_listed"]:
            years = ", ".join(map(str, row["both_listed"]))
            yield flag(
                "partnership.both_listed",
                "flagged",
                row["supported"],
                f"{pair}: обе школы в действующем перечне ({years})",
                f"partnership of {row['partner']} and {row['supported']}: both on the list in force ({years})",
                row,
            )
        if row["stronger"] is False:
            yield flag(
                "partnership.not_stronger",
                "note",
                row["supported"],
                f"{pair}: результаты школы-партнёра по общим процедурам не выше",
                f"{row['partner']} has no better results than {row['supported']} in the procedures of both",
                row,
            )


def over_capacity(ground: Ground) -> Found:
    """Mentoring pairs beyond what their centre can carry: queued, or refused where no place comes free."""
    for row in _all_rows(ground, "mentoring"):
        if row["place"] == "held" or row["period_start"] > ground.on:
            continue
        queued = row["place"] == "queued"
        said = f"в очереди до {row['place_from']:%d.%m.%Y}" if queued else "места не будет до конца её срока"
        yield flag(
            "mentoring.over_capacity",
            "flagged" if queued else "refused",
            row["body_id"],
            f"{ground.name(row['body_id'])}: пара {row['pair_id']} сверх вместимости ({row['capacity']}), {said}",
            f"pair {row['pair_id']} is over the capacity of {row['capacity']}; "
            + (f"queued until {row['place_from']}" if queued else "no place comes free before it ends"),
            row,
            day=row["period_start"],
        )


def no_consultation(ground: Ground) -> Found:
    """Open deficits and no consultation in the last whole term."""
    for school, events in unconsulted(ground):
        yield Flag(
            code="consultation.none_in_term",
            weight="flagged",
            subject=school,
            text_ru=f"{ground.name(school)}: открытые дефициты есть, консультаций за прошлое полугодие нет",
            text_en="open deficits and no consultation in the last term",
            events=events,
        )


def absent_from_association(ground: Ground) -> Found:
    """Low in a discipline and never at its association."""
    for school, discipline, year, events in subject_gaps(ground):
        term = ground.term(discipline, "discipline")
        yield Flag(
            code="association.absent",
            weight="flagged",
            subject=school,
            text_ru=f"{ground.name(school)}: низкие результаты {year} года ({term}), на РМО школы не было",
            text_en=f"low results of {year} in {discipline}, and at no meeting of its association",
            events=events,
        )


# --- audit, inspection, prevention ----------------------------------------------------------------


def finding_gaps(ground: Ground) -> Found:
    """Findings without a topic, and audited topics without a finding; where there are several audits, of which."""
    rows = list(ground.rows("finding_gaps"))
    several = len({row["audit_id"] for row in rows}) > 1
    for row in rows:
        whom = row["school_id"]
        if row["what"] == "finding_without_topic":
            said = f"замечание «{row['text']}» не отнесено ни к одной теме", f"finding «{row['text']}» has no topic"
        else:
            topic = ground.term(row["topic"], "audit.topic")
            ru = f"аудит{' ' + row['audit_id'] if several else ''}: по теме «{topic}» замечаний не записано"
            said = ru, f"audit {row['audit_id']}: no finding on {row['topic']}"
        name = f"{ground.name(whom)}: " if whom else ""
        code = row["what"].replace("_", ".", 1)
        weight: Weight = "flagged" if code == "finding.without_topic" else "note"
        yield flag(code, weight, whom, f"{name}{said[0]}", said[1], row)


def not_inspected(ground: Ground) -> Found:
    """Schools of the list in force on the day of which no inspection in its year is told."""
    for row in ground.rows("inspection_coverage"):
        if row["in_force"] == ground.on.year and row["inspected"] is not True:
            maybe = "; какие школы проверены и когда, в источнике не указано" if row["maybe"] else ""
            yield flag(
                "inspection.not_evidenced",
                "flagged" if row["inspected"] is False else "note",
                row["school_id"],
                f"{ground.name(row['school_id'])}: в перечне {row['list_year']} года, проверка администрации в "
                f"{row['in_force']} году не подтверждена{maybe}",
                f"on the list of {row['list_year']}, no inspection in {row['in_force']} is evidenced",
                row,
            )


def declared_only(ground: Ground) -> Found:
    """Lines of prevention that are declared and not evidenced, or of which nothing is told."""
    for row in ground.rows("prevention_ledger"):
        if row["reading"] != "evidenced":
            term = ground.term(row["line"], "prevention.line")
            declared = row["reading"] == "declared_only"
            yield flag(
                "prevention.declared_only" if declared else "prevention.nothing_told",
                "flagged" if declared else "note",
                row["area"],
                f"«{term}»: " + ("заявлено, не подтверждено" if declared else "ничего не записано"),
                f"{row['line']}: " + ("declared, not evidenced" if declared else "nothing is recorded"),
                row,
            )


def cycle_gap(ground: Ground) -> Found:
    """Links of the management cycle without an event since its aims were set, in years in which others have some."""
    links: dict[tuple[str, int, str], list[Row]] = {}
    for row in ground.rows("management_cycle"):
        links.setdefault((row["area"], row["year"], row["link"]), []).append(row)
    begun: dict[str, int] = {}
    for (area, year, link), rows in links.items():
        if link == "aims" and rows[0]["evidence"]:
            begun.setdefault(area, year)
    for (area, year, link), rows in links.items():
        told_of = begun.get(area, year) <= year <= ground.on.year
        if told_of and all(row["evidence"] is False for row in rows):
            yield Flag(
                code="cycle.gap",
                weight="flagged",
                subject=area,
                text_ru=f"{year} год: звено управленческого цикла «{LINKS_RU[link]}» не подтверждено событиями",
                text_en=f"{year}: the link «{link}» of the management cycle has no event",
            )


LINKS_RU = {
    "aims": "цели",
    "indicators": "показатели",
    "monitoring": "мониторинг",
    "analysis": "анализ",
    "recommendations": "адресные рекомендации",
    "measures": "меры",
    "decisions": "управленческие решения",
    "effect": "анализ эффективности",
}


# --- the list of checks ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Check:
    """A check: the codes that it may give, and the function from facts to findings."""

    codes: tuple[str, ...]
    find: Callable[[Ground], Found]


CHECKS = (
    Check(("recommendation.unknown",), unknown_recommendation),
    Check(("recommendation.impossible_step",), impossible_step),
    Check(("recommendation.overdue",), overdue_recommendation),
    Check(("list.two_for_year",), two_lists),
    Check(("plan.overdue", "plan.late"), plan_overdue),
    Check(("support.not_addressed",), support_missing),
    Check(("profile.missing",), profile_missing),
    Check(("factor.not_in_force",), strange_factor),
    Check(("activity.outside_programme",), outside_programme),
    Check(("activity.too_late",), too_late),
    Check(("roadmap.overdue",), roadmap_overdue),
    Check(("activity.unplanned",), unplanned),
    Check(("task.gap",), task_gap),
    Check(("results.fewer_and_better",), fewer_and_better),
    Check(("training.off_topic", "deficit.closed_untrained"), off_topic),
    Check(("partnership.with_oneself", "partnership.both_listed", "partnership.not_stronger"), both_listed),
    Check(("mentoring.over_capacity",), over_capacity),
    Check(("consultation.none_in_term",), no_consultation),
    Check(("association.absent",), absent_from_association),
    Check(("finding.without_topic", "topic.without_finding"), finding_gaps),
    Check(("inspection.not_evidenced",), not_inspected),
    Check(("prevention.declared_only", "prevention.nothing_told"), declared_only),
    Check(("cycle.gap",), cycle_gap),
)
CODES = tuple(code for check in CHECKS for code in check.codes)
CODES_RU = {
    "recommendation.unknown": "подтверждение по рекомендации, которой нет",
    "recommendation.impossible_step": "шаг рекомендации, который не мог последовать",
    "recommendation.overdue": "рекомендация просрочена",
    "list.two_for_year": "два перечня одного года и одного издателя",
    "plan.overdue": "нет утверждённой программы перехода в срок",
    "plan.late": "программа перехода утверждена позже срока",
    "support.not_addressed": "нет поддержки по собственному фактору школы",
    "profile.missing": "рисковый профиль школы не указан",
    "factor.not_in_force": "фактор не из перечня факторов года",
    "activity.outside_programme": "мероприятие вне периода программы",
    "activity.too_late": "мероприятие позже процедур, по которым составлен перечень",
    "roadmap.overdue": "пункт дорожной карты не проведён в срок",
    "activity.unplanned": "мероприятие вне плана дорожной карты",
    "task.gap": "год без мероприятий по задаче программы",
    "results.fewer_and_better": "участников меньше, и процедура больше не низкая: проверить, кто не участвовал",
    "training.off_topic": "дефицит закрыт обучением не по теме",
    "deficit.closed_untrained": "дефицит закрыт без обучения",
    "partnership.with_oneself": "партнёрство школы с самой собой",
    "partnership.both_listed": "партнёрство двух школ перечня",
    "partnership.not_stronger": "результаты школы-партнёра не выше",
    "mentoring.over_capacity": "наставничество сверх вместимости центра",
    "consultation.none_in_term": "есть дефициты, нет консультаций за полугодие",
    "association.absent": "низкие результаты, школы не было на РМО",
    "finding.without_topic": "замечание без темы",
    "topic.without_finding": "тема аудита без замечаний",
    "inspection.not_evidenced": "проверка администрации не подтверждена",
    "prevention.declared_only": "линия профилактики заявлена, не подтверждена",
    "prevention.nothing_told": "о линии профилактики ничего не записано",
    "cycle.gap": "звено управленческого цикла без событий",
}
# What a log can hold and the programme cannot: bad input rather than bad work.
IMPOSSIBLE = (
    "recommendation.unknown",
    "partnership.with_oneself",
    "partnership.both_listed",
    "mentoring.over_capacity",
    "activity.outside_programme",
    "training.off_topic",
    "list.two_for_year",
)


def findings(snapshot: Snapshot, *, year: int, on: date, playbook: Playbook | None = None) -> Flags:
    """Every finding of a moment, check by check; `year` is that of the list to hold schools against."""
    ground = Ground(snapshot, year, on, playbook)
    return Flags(tuple(item for check in CHECKS for item in check.find(ground)), on, snapshot.position)


def refused(error: InvalidEvent) -> tuple[Flag, ...]:
    """What of a refused call the programme has a code for, in words of the field.

    For a host or a form: the log says no in the words of events, the methodologist reads these.
    """
    unknown = [item for item in error.problems if item.field == "recommendation_id" and "unknown" in item.reason]
    alone = [item for item in error.problems if "no partner of itself" in item.reason]
    steps = {cls.type for cls in STEPS.values()}
    found = []
    for item in unknown:
        if error.event_type in steps or any(step in item.where for step in steps):
            ru = "подтверждение не принято: такой рекомендации в журнале нет"
            found.append(_refusal("recommendation.unknown", ru, "the log holds no such recommendation", str(item)))
    for item in alone:
        ru = "партнёрство не принято: школа не может быть партнёром самой себе"
        found.append(_refusal("partnership.with_oneself", ru, "a school is no partner of itself", str(item)))
    return tuple(found)


def _refusal(code: str, ru: str, en: str, said: str) -> Flag:
    return Flag(code=code, weight="refused", subject=None, text_ru=f"{ru} ({said})", text_en=f"{en} ({said})")


def flag(
    code: str, weight: Weight, subject: str | None, ru: str, en: str, row: Row, *, day: date | None = None
) -> Flag:
    """A finding that rests on a row of a projection."""
    events = tuple(row["events"])
    return Flag(code=code, weight=weight, subject=subject, text_ru=ru, text_en=en, events=events, day=day)


def _all_rows(ground: Ground, name: str) -> list[Row]:
    """The rows of a projection that speaks of days to come as well."""
    from shnor_engine.projections import project

    rows: list[Row] = [*project(ground.snapshot, name).collect().to_dicts()]
    return rows
