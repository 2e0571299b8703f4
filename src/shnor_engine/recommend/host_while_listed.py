"""A school that taught others while it stood on the list itself: not wrong, but to be looked at."""

from __future__ import annotations

from collections.abc import Iterator

from shnor_engine.events.russian_dates import say_when
from shnor_engine.recommend.advice import Recommendation
from shnor_engine.recommend.ground import Ground, Row, when_of
from shnor_engine.recommend.practice_host import HOSTING

ID = "practice.host_while_listed"
RU = "Площадка мероприятия, которая сама была в перечне"
EN = "A host that was on the list itself"


def speak(ground: Ground) -> Iterator[Recommendation]:
    """A note for each activity and certain host that was on the list in force at that time."""
    for row in ground.activities:
        found = when_of(row)
        if row["form"] not in HOSTING or row["host_certainty"] != "certain" or found is None:
            continue
        listed = ground.list_in_force(found)
        for school in row["hosts"]:
            if listed is not None and ground.on_list(school, listed):
                yield _note(ground, row, school, listed)


def _note(ground: Ground, row: Row, school: str, listed: int) -> Recommendation:
    when = when_of(row)
    said = "" if when is None else say_when(when)
    return ground.recommendation(
        ID,
        "note",
        school,
        key=row["activity_id"],
        text=(
            "проводила мероприятие для других, сама находясь в перечне; выбор площадки стоит пояснить",
            "hosted an activity for others while on the list itself; the choice of host should be explained",
        ),
        ground=(
            f"{ground.term(row['form'])}, {said}; в это время действовал перечень {listed} года, школа в нём есть",
            f"{row['form']}, {row['when_start']:%Y-%m}; in force was the list of {listed}, with the school on it",
        ),
        events=[*row["events"], *ground.list_events(school, [listed])],
    )
