"""A small district of its own for each test: schools, lists and a centre, and whatever the test tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from shnor_engine import Engine, When
from shnor_engine.events import (
    ActivityHeld,
    AuditPerformed,
    BodyEstablished,
    Event,
    FactorAssessed,
    FindingRecorded,
    ListPublished,
    ProgrammeAdopted,
    SchoolRegistered,
)
from shnor_engine.testing.fakes import FixedClock

AREA, REGION = "d", "r"
ON = date(2024, 12, 23)
LISTS: Mapping[int, Sequence[int]] = {2021: (1, 2), 2022: (2,), 2023: (2, 3), 2024: (3,)}
Row = Mapping[str, Any]


@contextmanager
def district(*events: Event, lists: Mapping[int, Sequence[int]] = LISTS) -> Iterator[Engine]:
    """An engine on a district of four schools with these lists, a centre and these events."""
    with Engine.open(":memory:", clock=FixedClock()) as engine:
        engine.append([*map(school, range(1, 5)), centre(), *(published(*item) for item in lists.items())], actor="x")
        if events:
            engine.append(events, actor="x")
        yield engine


def rows(engine: Engine, projection: str, **wanted: object) -> list[Row]:
    found = engine.project(projection).collect().to_dicts()
    return [row for row in found if all(row[name] == value for name, value in wanted.items())]


def row(engine: Engine, projection: str, **wanted: object) -> Row:
    (only,) = rows(engine, projection, **wanted)
    return only


def codes(engine: Engine, *, on: date = ON, **more: Any) -> set[tuple[str, str | None]]:
    """The codes of the findings with whom they concern."""
    return {(item.code, item.subject) for item in engine.findings(on=on, **more)}


def school(number: int) -> SchoolRegistered:
    return SchoolRegistered(
        school_id=f"d/{number}", municipality=AREA, region=REGION, kind="secondary", name=f"СОШ № {number}"
    )


def centre(body: str = "d/centre", kind: str = "methodical_centre", **more: Any) -> BodyEstablished:
    return BodyEstablished(body_id=body, kind=kind, municipality=AREA, name=f"ИМЦ {body}", **more)


def published(year: int, members: Sequence[int], *, part: str = "", **more: Any) -> ListPublished:
    given: dict[str, Any] = {"issuer": "municipal", "complete": "yes"} | more
    ids = tuple(f"d/{number}" for number in members)
    return ListPublished(list_id=f"d/{year}{part}", area=AREA, year=year, members=ids, **given)


def programme(first: int = 2021, years: int = 4, **more: Any) -> ProgrammeAdopted:
    period = When.year(first, years=years, kind="throughout")
    return ProgrammeAdopted(programme_id=f"d/p{first}", title="Программа", area=AREA, period=period, **more)


def held(key: str, form: str, when: When, **more: Any) -> ActivityHeld:
    return ActivityHeld(activity_id=key, form=form, when=when, area=AREA, **more)


def factor(number: int, code: str, level: str | None = "high", year: int = 2024) -> FactorAssessed:
    return FactorAssessed.model_validate(
        {"about": f"d/{number}", "scope": "school", "factor": code, "year": year, "level": level}
    )


def audit(key: str = "d/audit", **more: Any) -> AuditPerformed:
    return AuditPerformed(audit_id=key, area=AREA, **more)


def finding(key: str, number: int = 3, topic: str | None = None, **more: Any) -> FindingRecorded:
    return FindingRecorded(finding_id=key, school_id=f"d/{number}", text=f"замечание {key}", topic=topic, **more)
