"""Whether a methodical landing went to every school of the list that was in force."""

from __future__ import annotations

from collections.abc import Iterator

from shnor_engine.events.russian_dates import say_when
from shnor_engine.events.when import When
from shnor_engine.recommend.advice import Recommendation
from shnor_engine.recommend.ground import Ground, Row, when_of

ID = "landing.coverage"
RU = "Методический десант: все ли школы действующего перечня посещены"
EN = "Methodical landing: was every school of the list in force visited"
FORM = "methodical_landing"


def speak(ground: Ground) -> Iterator[Recommendation]:
    """A note for each landing, and one recommendation for each school of the list in force that it left out.

    Nothing is said where no complete list of the area is known for that year, or where sources disagree about it.
    """
    for when, area, rows in _landings(ground):
        year = ground.list_in_force(when)
        if year is None or not ground.whole_list(area, year):
            continue
        members = [school for school in ground.in_area(area) if ground.on_list(school, year)]
        visited = {school for row in rows for school in (*row["participants"], *row["hosts"])}
        missed = [school for school in members if school not in visited]
        yield _note(ground, when, rows, year, members, missed)
        for school in missed:
            yield _missed(ground, when, rows, year, school)


def _landings(ground: Ground) -> list[tuple[When, str, list[Row]]]:
    """Landings of one time and area are one tour, whether the source keeps them as one event or one a school."""
    found: dict[tuple[object, object, str], list[Row]] = {}
    for row in ground.activities:
        if row["form"] == FORM:
            found.setdefault((row["when_start"], row["when_end"], row["area"]), []).append(row)
    tours = ((when_of(rows[0]), area, rows) for (_, _, area), rows in found.items())
    return [(when, area, rows) for when, area, rows in tours if when is not None]


def _note(
    ground: Ground, when: When, rows: list[Row], year: int, members: list[str], missed: list[str]
) -> Recommendation:
    reached = len(members) - len(missed)
    lists = [event for school in members for event in ground.list_events(school, [year])]
    return ground.recommendation(
        ID,
        "note",
        None,
        key=("tour", rows[0]["area"], when.start, when.end),
        text=(
            f"методический десант ({say_when(when)}): посещено {reached} из {len(members)} школ перечня {year} года",
            f"methodical landing ({when.start:%Y-%m}): visited {reached} of {len(members)} schools of {year}",
        ),
        ground=(
            f"действовавший перечень – {year} года: {ground.said(members) or 'пуст'}",
            f"the list in force was that of {year}: {ground.said(members) or 'empty'}",
        ),
        events=[*(event for row in rows for event in row["events"]), *lists],
    )


def _missed(ground: Ground, when: When, rows: list[Row], year: int, school: str) -> Recommendation:
    return ground.recommendation(
        ID,
        "do",
        school,
        key=("missed", when.start, when.end),
        text=("включить в следующий методический десант", "include in the next methodical landing"),
        ground=(
            f"школа в перечне {year} года, а в десанте ({say_when(when)}) не названа",
            f"the school is on the {year} list, but the landing of {when.start:%Y-%m} does not name it",
        ),
        events=[*(event for row in rows for event in row["events"]), *ground.list_events(school, [year])],
    )
