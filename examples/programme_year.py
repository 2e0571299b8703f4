"""One school year of a fictional district: listing, audit, recommendations, roadmap, trainings, results, exit or not.

python examples/programme_year.py [LOG]

Заречный район does not exist. Three schools, two of them on the list of 2023; one of them does what it was
recommended and is off the next list, the other does not. That the one came before the other is all that the log says.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from shnor_engine import Engine, When
from shnor_engine.events import (
    ActivityHeld,
    ActivityPlanned,
    AuditPerformed,
    BodyEstablished,
    DiagnosticsHeld,
    Event,
    FindingClosed,
    FindingRecorded,
    ListPublished,
    PlanAdopted,
    ProgrammeAdopted,
    ResultRecorded,
    RiskProfileAssessed,
    RiskProfileVerified,
    RoadmapAdopted,
    RouteCompleted,
    RouteIssued,
    SchoolRegistered,
    SupportAssigned,
    TrainingCompleted,
)

AREA = "zarechny"
TEAM, PLANS = "management_team", "struggling_pupils_plans"
DEFICIT = "критериальное оценивание"
LANDING, SEMINAR = f"{AREA}/2024/1", f"{AREA}/2024/2"


def school(number: int) -> str:
    return f"{AREA}/{number}"


def published(year: int, *numbers: int) -> ListPublished:
    members = tuple(school(number) for number in numbers)
    return ListPublished(
        list_id=f"{AREA}/{year}",
        area=AREA,
        year=year,
        issuer="municipal",
        complete="yes",
        members=members,
        when=When.day(date(year, 12, 1)),
    )


def registration() -> Iterable[Event]:
    for number in (3, 12, 14):
        yield SchoolRegistered(
            school_id=school(number),
            municipality=AREA,
            region="ru.demo",
            kind="secondary",
            name=f"МБОУ СОШ № {number}",
        )
    yield BodyEstablished(
        body_id=f"{AREA}/imc", kind="methodical_centre", municipality=AREA, name="МКУ ИМЦ Заречного района"
    )
    yield BodyEstablished(
        body_id=f"{AREA}/tutor", kind="tutor_point", municipality=AREA, name="Тьюторский консультационный пункт"
    )
    yield ProgrammeAdopted(
        programme_id=f"{AREA}/programme",
        title="Программа поддержки школ на 2023–2025 годы",
        area=AREA,
        period=When.year(2023, years=3, kind="throughout"),
        categories=("low_results",),
        aim="выход школ из перечня",
    )
    yield published(2022, 14)


def roadmap() -> Iterable[Event]:
    yield RoadmapAdopted(
        roadmap_id=f"{AREA}/roadmap", level="district", about=AREA, school_year=2024, when=When.month(2023, 12)
    )
    planned = ((LANDING, "methodical_landing", 3), (SEMINAR, "thematic_seminar", 4))
    for line, form, month in planned:
        yield ActivityPlanned(
            line_id=line,
            roadmap_id=f"{AREA}/roadmap",
            form=form,
            when=When.month(2024, month),
            responsible="methodologist",
        )


def audit() -> Iterable[Event]:
    yield AuditPerformed(
        audit_id=f"{AREA}/audit",
        area=AREA,
        topics=(TEAM, PLANS),
        schools=(school(12), school(14)),
        by=f"{AREA}/imc",
        when=When.month(2024, 1),
    )
    for number, topic, text in (
        (12, TEAM, "нет приказа об управленческой команде"),
        (12, PLANS, "планы работы со слабоуспевающими не утверждены"),
        (14, TEAM, "состав команды не обновлялся три года"),
    ):
        yield FindingRecorded(
            finding_id=f"{AREA}/{number}/{topic}",
            school_id=school(number),
            text=text,
            topic=topic,
            audit_id=f"{AREA}/audit",
            when=When.month(2024, 1),
        )
    for number, score in ((12, 0.7), (14, 0.5)):
        yield RiskProfileAssessed(school_id=school(number), year=2024, scores={"pupils_at_risk": score})
    yield RiskProfileVerified(
        school_id=school(12), year=2024, accepted=("pupils_at_risk",), chosen=("pupils_at_risk",)
    )


def spring() -> Iterable[Event]:
    """What was done; the seminar took place too late, the plan of school 14 was never adopted."""
    yield SupportAssigned(
        school_id=school(12),
        form="methodical_landing",
        ground="РПШ 2024",
        factor="pupils_at_risk",
        task="addressed_support",
        when=When.month(2024, 2),
    )
    yield PlanAdopted(
        plan_id=f"{AREA}/12/plan", school_id=school(12), kind="transition_programme", when=When.day(date(2024, 1, 25))
    )
    yield ActivityHeld(
        activity_id=f"{AREA}/landing",
        form="methodical_landing",
        when=When.day(date(2024, 3, 14)),
        area=AREA,
        hosts=(school(12), school(14)),
        participants=(school(12), school(14)),
        line_id=LANDING,
    )
    yield ActivityHeld(
        activity_id=f"{AREA}/seminar",
        form="thematic_seminar",
        when=When.day(date(2024, 5, 16)),
        area=AREA,
        hosts=(school(3),),
        participants=(school(12),),
        line_id=SEMINAR,
        topic=DEFICIT,
    )
    for number in range(6):
        person = f"teacher-{number:02}"
        yield DiagnosticsHeld(
            person=person,
            school_id=school(12),
            role="teacher",
            instrument="диагностика ИМЦ",
            when=When.month(2024, 2),
            deficits={DEFICIT: "high"},
        )
        yield RouteIssued(
            route_id=f"route-{number}",
            person=person,
            school_id=school(12),
            deficits=(DEFICIT,),
            when=When.month(2024, 2),
        )
        yield TrainingCompleted(
            person=person,
            school_id=school(12),
            role="teacher",
            programme="Оценивание на уроке" if number < 5 else "Охрана труда",
            provider="институт развития образования",
            hours=18,
            issued_on=date(2024, 4, 20),
            topics=(DEFICIT,) if number < 5 else ("охрана труда",),
        )
        yield RouteCompleted(
            route_id=f"route-{number}",
            person=person,
            closed=(DEFICIT,),
            when=When.month(2024, 5),
            evidence="протокол",
        )


def results() -> Iterable[Event]:
    for number, russian, mathematics in ((12, 4, 8), (14, 12, 14)):
        for discipline, below in (("russian", russian), ("mathematics", mathematics)):
            yield ResultRecorded(
                school_id=school(number),
                year=2024,
                procedure_kind="vpr",
                discipline=discipline,
                grade=6,
                participants=40,
                below_min=below,
            )


def heading(text: str) -> None:
    print(f"\n=== {text}\n")


def tell(engine: Engine, events: Iterable[Event], day: date) -> None:
    engine.append(list(events), actor="methodologist", recorded_at=day)


def carry_out(engine: Engine, number: int, topic: str, evidence: str) -> None:
    """A school accepts a recommendation, carries it out, and the centre verifies it; its finding is closed."""
    today, verified = date(2024, 4, 1), When.day(date(2024, 3, 18))
    entry = next(e for e in engine.recommendations(on=today) if (e.about, e.topic) == (school(number), topic))
    for step, by, said, when in (
        ("accepted", "head", None, When.day(date(2024, 2, 12))),
        ("implemented", None, evidence, When.day(date(2024, 3, 11))),
        ("verified", "methodologist", None, verified),
    ):
        engine.mark(entry.id, step, actor=by or "head", by=by, said=said, when=when, recorded_at=today)
    if entry.finding_id is not None:
        closed = FindingClosed(
            finding_id=entry.finding_id, school_id=school(number), when=verified, evidence=evidence
        )
        tell(engine, [closed], today)


def main(log: Path | str = ":memory:") -> None:
    with Engine.open(log) as engine:
        tell(engine, registration(), date(2023, 9, 1))
        tell(engine, [published(2023, 12, 14)], date(2023, 12, 1))
        tell(engine, roadmap(), date(2023, 12, 20))
        heading("1. Декабрь 2023: перечень и статусы")
        print(engine.assess(year=2023, on=date(2023, 12, 20)).text())

        tell(engine, audit(), date(2024, 2, 1))
        february = date(2024, 2, 5)
        heading("2. Февраль 2024: что нашли аудит и проверки")
        flags = engine.findings(on=february)
        for code in ("plan.overdue", "support.not_addressed"):
            print("\n".join(f"[{flag.code}] {flag.text()}" for flag in flags.of(code)))

        advice = engine.recommend(on=february)
        issued = engine.issue(advice, actor="methodologist", recorded_at=february)
        again = engine.issue(engine.recommend(on=february), actor="methodologist", recorded_at=february)
        heading(f"3. Рекомендации: выдано {len(issued.new)}, при повторе {len(again.new)}")
        print(advice.text())

        tell(engine, spring(), date(2024, 4, 1))
        carry_out(engine, 12, TEAM, "приказ № 5 от 11.03.2024")
        carry_out(engine, 12, PLANS, "планы утверждены 11.03.2024")
        carry_out(engine, 12, "transition_plan", "программа перехода утверждена 25.01.2024")
        june = date(2024, 6, 10)
        tell(engine, results(), june)
        expired = engine.expire(on=june, actor="methodologist", recorded_at=june)
        heading(f"4. Июнь 2024: реестр рекомендаций (истёк срок у {len(expired)})")
        print(engine.recommendations(on=june).text())

        heading("5. Дорожная карта: план и факт")
        print(engine.roadmap(on=june).text())

        heading("6. Обучение: дефицит закрывает только обучение по его теме")
        print("\n".join(flag.text() for flag in engine.findings(on=june).of("training.off_topic")))

        tell(engine, [published(2024, 14)], date(2024, 12, 2))
        december = date(2024, 12, 20)
        heading("7. Декабрь 2024: кто вышел, а кто нет")
        print(engine.assess(year=2024, on=december).text())

        advice = engine.recommend(on=december)
        reopened = engine.issue(advice, actor="methodologist", reopen=True, recorded_at=december)
        heading(f"8. Основание сохранилось: открыто вновь {len(reopened.reopened)}, выдано {len(reopened.new)}")
        for entry in engine.recommendations(on=december):
            if entry.id in (*reopened.reopened, *reopened.new):
                print(f"{entry.name}: {entry.text} – срок {entry.due:%d.%m.%Y}")

        heading("9. Показатели программы")
        print(engine.indicators(on=december).text())


if __name__ == "__main__":
    main(*sys.argv[1:2])
