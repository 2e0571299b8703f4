"""Every answer that the report gives, each with the events that it says it rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.severskiy.asked import Answer, Row, rows

from severskiy_history import REPORTED
from shnor_engine import Engine
from shnor_engine.events import (
    Event,
    ProgrammeAdopted,
    ProgrammeClosed,
    ProgrammeDrafted,
    ReportApproved,
    ReportGenerated,
    RoadmapAdopted,
)

AT = {"year": 2024, "on": REPORTED}


class Answers(dict[str, Answer]):
    """All answers by name; an answer that is gone is not there."""

    def says(self, name: str) -> object:
        """The value of an answer; None where there is none, and where the answer is that nobody knows."""
        return self[name].value if name in self else None


def answers(engine: Engine) -> Answers:
    """Every answer that can be had from a log."""
    return Answers((name, answer) for give in GIVERS for name, answer in give(engine))


Given = Iterator[tuple[str, Answer]]


def lists(engine: Engine) -> Given:
    for row in rows(engine, "lists"):
        yield f"list {row['year']}", Answer.of([row], "members", "complete")
    for row in rows(engine, "membership"):
        known = Answer.of([row], "listed")
        unknown = row["listed"] is None
        yield f"membership {row['school_id']} {row['year']}", Answer(None if unknown else known.value, known.events)
    for row in rows(engine, "flow"):
        yield f"flow {row['from_year']}-{row['to_year']}", Answer.of([row])
    for row in rows(engine, "spells"):
        yield f"stay {row['school_id']} from {row['first_seen']}", Answer.of([row])


def places(engine: Engine) -> Given:
    for row in rows(engine, "schools"):
        yield f"school {row['school_id']}", Answer.of([row])
    for row in rows(engine, "bodies"):
        yield f"body {row['body_id']}", Answer.of([row])
    for row in rows(engine, "spellings"):
        yield f"spelling {row['spelling']}", Answer.of([row], "id")


def work(engine: Engine) -> Given:
    held = rows(engine, "activities")
    for form in sorted({row["form"] for row in held}):
        yield f"form {form}", Answer.of([row for row in held if row["form"] == form])
    dated = [row for row in held if not row["continuous"]]
    yield "Table 1, dated", Answer.of(dated, "activity_id")
    yield "Table 1, continuous", Answer.of([row for row in held if row["continuous"]], "activity_id")
    for row in rows(engine, "visits"):
        yield f"visit {row['school_id']}", Answer.of([row])
    for row in rows(engine, "plausibility"):
        yield f"in time {row['activity_id']} {row['list_year']}", Answer.of([row])


def checks(engine: Engine) -> Given:
    for row in rows(engine, "audit_topics"):
        yield f"topic {row['topic']}", Answer.of([row])
    for row in rows(engine, "recommendations"):
        yield f"recommended {row['topic']}", Answer.of([row])
    for row in rows(engine, "inspections"):
        yield "inspections", Answer.of([row])
    for row in rows(engine, "risk_factors"):
        yield f"risk profile {row['factor']}", Answer.of([row])
    for row in rows(engine, "prevention"):
        if row["declared"]:
            yield f"prevention {row['line']}", Answer.of([row])
    for row in rows(engine, "targets"):
        yield f"target {row['indicator']}", Answer.of([row])


def frame(engine: Engine) -> Given:
    for cls in (ProgrammeAdopted, ProgrammeClosed, ProgrammeDrafted, ReportGenerated, ReportApproved, RoadmapAdopted):
        for row in told(engine, cls):
            yield f"{cls.type} {row['subject']}", Answer.of([row], *cls.model_fields)


def told(engine: Engine, cls: type[Event]) -> list[Row]:
    """What stands of a type, with its event as the one behind it."""
    found = engine.tables.at()[cls].collect().to_dicts()
    return [{**row, "events": [row["event_id"]]} for row in found]


def decisions(engine: Engine) -> Given:
    for one in engine.assess(**AT):
        yield f"decision {one.subject}", Answer((one.decision, one.outcome), frozenset(one.events))
    for advice in engine.recommend(**AT):
        yield (
            f"advice {advice.rule} {advice.subject}",
            Answer((advice.kind, advice.text_ru), frozenset(advice.events)),
        )


GIVERS: tuple[Callable[[Engine], Given], ...] = (lists, places, work, checks, frame, decisions)
