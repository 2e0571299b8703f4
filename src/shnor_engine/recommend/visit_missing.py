"""A listed school that nobody is known to have visited since it came onto the list."""

from __future__ import annotations

from collections.abc import Iterator

from shnor_engine.events.when import When
from shnor_engine.recommend.advice import Recommendation
from shnor_engine.recommend.ground import Ground, Row, when_of

ID = "visit.missing"
RU = "Школа в перечне без выезда со времени включения"
EN = "A listed school without a visit since its listing"


def speak(ground: Ground) -> Iterator[Recommendation]:
    """One recommendation to check for each school on the year's list without a visit that is surely later."""
    for school in ground.listed:
        since = ground.listed_since(school)
        visits = ground.visits.get(school, [])
        later = [after(row, since) for row in visits]
        if True in later:
            continue
        unclear = [row for row, answer in zip(visits, later, strict=True) if answer is None]
        yield _recommend(ground, school, since, unclear)


def after(row: Row, since: int) -> bool | None:
    """Whether a visit came after the list of a year was out; None where either day is too vague to say."""
    visited = when_of(row)
    return None if visited is None else When.year(since).before(visited)


def _recommend(ground: Ground, school: str, since: int, unclear: list[Row]) -> Recommendation:
    if unclear:
        why = (
            f"школа в перечне с {since} года; выезды есть, но по датам неясно, были ли они после включения",
            f"listed since {since}; there are visits, but their dates do not tell whether they came after it",
        )
    else:
        why = (
            f"школа в перечне с {since} года; сведений о выезде, проверке или аудите в этой школе с тех пор нет "
            "(это не значит, что их не было)",
            f"listed since {since}; the log holds no evidence of a visit, inspection or audit naming the school "
            "since then (which does not say that there was none)",
        )
    events = [*ground.list_events(school, [since, ground.year]), *(e for row in unclear for e in row["events"])]
    text = (
        "был ли выезд в школу после включения в перечень; если нет – запланировать",
        "was the school visited after it was listed? If not, plan a visit",
    )
    return ground.recommendation(ID, "check", school, key=since, text=text, ground=why, events=events)
