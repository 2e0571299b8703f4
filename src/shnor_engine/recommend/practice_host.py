"""A school that left the list for good and hosts others: a bearer of practice that works."""

from __future__ import annotations

from collections.abc import Iterator

from shnor_engine.events.russian_dates import say_when
from shnor_engine.recommend.advice import Recommendation
from shnor_engine.recommend.ground import Ground, Row, when_of

ID = "practice.host"
RU = "Площадка для распространения практики: школа, устойчиво вышедшая из перечня"
EN = "A host for the spread of practice: a school that left the list for good"
OFF_FOR = 2  # lists running: the indicator «sustained exit» of the programme, a default
HOSTING = frozenset({"thematic_seminar", "meeting", "internship", "contest"})  # others come to the host to learn


def speak(ground: Ground) -> Iterator[Recommendation]:
    """One recommendation a school; to be checked first where no source says surely that it was the host."""
    for school, years in ground.membership.items():
        on = [year for year in years if ground.on_list(school, year)]
        if not on or not off_for_good(ground, school, on[-1]):
            continue
        hosted = [row for row in hosted_by(ground, school) if row["when_start"].year > on[-1]]
        if hosted:
            yield _recommend(ground, school, on[-1], hosted)


def off_for_good(ground: Ground, school: str, last: int) -> bool:
    """Whether a school is known to be off each of the last lists; an unknown list among them leaves it open."""
    off = range(ground.year - OFF_FOR + 1, ground.year + 1)
    return last < off[0] and all(ground.on_list(school, year) is False for year in off)


def hosted_by(ground: Ground, school: str) -> list[Row]:
    """What took place, or may have taken place, at a school for others to learn from."""
    return [row for row in ground.activities if row["form"] in HOSTING and school in row["hosts"]]


def _recommend(ground: Ground, school: str, last: int, hosted: list[Row]) -> Recommendation:
    sure = [row for row in hosted if row["host_certainty"] == "certain"]
    rivals = {one for row in hosted if row not in sure for one in row["hosts"]} - {school}
    when = ", ".join(dict.fromkeys(say_when(found) for row in hosted if (found := when_of(row))))
    ru = f"последний раз в перечне {last} года, в двух последних перечнях её нет; мероприятия на базе школы: {when}"
    en = f"last on the {last} list and off the last two; activities at the school: {len(hosted)}"
    if rivals:
        ru += f"; часть из них могла пройти не здесь, а на другой площадке ({ground.said(rivals)})"
        en += f"; some of them may have taken place elsewhere ({ground.said(rivals)})"
    off = range(ground.year - OFF_FOR + 1, ground.year + 1)
    return ground.recommendation(
        ID,
        "do" if sure else "check",
        school,
        key=last,
        text=(
            "привлекать как площадку распространения практики: школа вышла из перечня и не вернулась"
            + ("" if sure else "; сначала уточнить, какие мероприятия прошли именно здесь"),
            "use as a host for the spread of practice: the school left the list and stayed off"
            + ("" if sure else "; first make sure which activities took place here"),
        ),
        ground=(ru, en),
        events=[*ground.list_events(school, [last, *off]), *(event for row in hosted for event in row["events"])],
    )
