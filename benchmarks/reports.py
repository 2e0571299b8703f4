"""Reports: the whole annual report in every format, of a district and of a region, from a log on the disk."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from benchmarks.measure import Row, folder, seconds
from shnor_engine import Engine, Event, When
from shnor_engine.events import (
    ActivityHeld,
    AuditPerformed,
    BodyEstablished,
    ListPublished,
    ProgrammeAdopted,
    RecommendationIssued,
    ResultRecorded,
    SchoolRegistered,
)
from shnor_engine.report.render.formats import FORMATS, printed

YEARS = range(2020, 2025)
DAY = date(2024, 12, 23)
FORMS = ("working_group", "thematic_seminar", "meeting", "internship", "methodical_landing")
TOPICS = ("management_team", "teacher_context", "school_roadmap", "transition_plan")


def schools_of(districts: int, each: int) -> list[tuple[str, str]]:
    """Schools with their municipalities: so many districts of so many."""
    return [(f"d{d}/{n}", f"d{d}") for d in range(districts) for n in range(1, each + 1)]


def events(schools: list[tuple[str, str]], count: int, *, seed: int = 1) -> Iterator[Event]:
    """A log of five years: registrations, yearly lists, activities, recommendations, and results up to `count`."""
    chance = random.Random(seed)
    places = sorted({place for _, place in schools})
    told = 0
    for school, place in schools:
        number = school.rpartition("/")[2]
        name = f"МБОУ СОШ № {number} ({place})"
        yield SchoolRegistered(
            school_id=school, municipality=place, region="ru.r", kind="secondary", name=name, number=number
        )
    for place in places:
        yield BodyEstablished(body_id=f"{place}/centre", kind="methodical_centre", municipality=place, name="ИМЦ")
        title, period = "Программа повышения качества образования", When.year(2021, years=4)
        yield ProgrammeAdopted(programme_id=f"{place}/p", title=title, area=place, period=period)
        mine = [school for school, home in schools if home == place]
        for year in YEARS:
            members = tuple(sorted(chance.sample(mine, max(1, len(mine) // 5))))
            yield ListPublished(
                list_id=f"{place}/{year}", area=place, year=year, issuer="municipal", complete="yes", members=members
            )
            yield from _work(chance, place, year, members)
            told += 20
    for n in range(max(0, count - told - len(schools))):
        school, _ = schools[n % len(schools)]
        turn = n // len(schools)
        yield ResultRecorded(
            school_id=school,
            year=YEARS[turn % 5],
            procedure_kind="vpr",
            discipline=("russian", "mathematics", "physics", "biology")[turn // 5 % 4],
            grade=4 + turn // 20 % 8,
            participants=20 + chance.randrange(60),
            below_min=chance.randrange(20),
        )


def _work(chance: random.Random, place: str, year: int, members: tuple[str, ...]) -> Iterator[Event]:
    for n in range(12):
        form = FORMS[n % len(FORMS)]
        yield ActivityHeld(
            activity_id=f"{place}/{year}/{n}",
            form=form,
            area=place,
            direction="prevention",
            when=When.month(year, 1 + n),
            hosts=members if form == "methodical_landing" else (f"{place}/centre",),
            participants=members,
        )
    yield AuditPerformed(audit_id=f"{place}/{year}/a", area=place, topics=TOPICS, schools=members)
    for n, topic in enumerate(TOPICS):
        about = members[n % len(members)]
        yield RecommendationIssued(
            recommendation_id=f"{place}/{year}/{n}",
            about=about,
            scope="school",
            topic=topic,
            text="рекомендация аудита",
        )


def build(path: Path, districts: int, each: int, count: int) -> Engine:
    """A log at `path` with about `count` events."""
    engine = Engine.open(path, synchronous="NORMAL")
    engine.append(events(schools_of(districts, each), count), actor="bench", recorded_at=DAY)
    return engine


def report(path: Path, *, pictures: bool = True) -> None:
    """The report in every format, from an engine that has read nothing yet."""
    with Engine.open(path, readonly=True) as engine:
        document = engine.document(year=2024, on=DAY)
        for to in FORMATS:
            printed(document, to, pictures=pictures)


def rows(*, quick: bool) -> Iterator[Row]:
    """A district of 26 schools with 20,000 events; a region of 1,200 schools, without pictures of each school."""
    sizes = (("district, 26 schools", 1, 26, 20_000, 5), ("region, 1,200 schools", 40, 30, 60_000, 30))
    for name, districts, each, count, bar in sizes:
        scale = 10 if quick else 1
        with folder() as here:
            path = here / "report.db"
            engine = build(path, max(1, districts // scale), each, count // scale)
            told = engine.log.head().position
            engine.close()
            took = seconds(lambda path=path: report(path))  # type: ignore[misc]
        yield Row(f"{name}, {told:,} events: all formats", took, unit="s", bar=f"≤ {bar}", note=", ".join(FORMATS))
