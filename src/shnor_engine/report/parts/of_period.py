"""What took place in the month or quarter that a report is of; a report of a year has no such part."""

from __future__ import annotations

from datetime import timedelta

from shnor_engine.events.russian_dates import say_when
from shnor_engine.events.when import When
from shnor_engine.recommend.ground import Row, when_of
from shnor_engine.report.claims import Claim
from shnor_engine.report.document import Bullets, Section
from shnor_engine.report.material import Material, capital
from shnor_engine.rules.periods import first_day, last_day

HELD = "activity.held"


def of_period(material: Material) -> Section | None:
    """The activities surely inside the period, then those whose imprecise date leaves it open."""
    if material.period is None:
        return None
    first = first_day(material.kind, material.period)
    after = last_day(material.kind, material.period) + timedelta(days=1)
    dated = [(row, when) for row in material.rows("activities") if (when := when_of(row)) is not None]
    held = [
        _held(material, row, when, sure=first <= when.start and when.end <= after)
        for row, when in dated
        if when.start < after and when.end > first
    ]
    claims = tuple(sorted(held, key=lambda claim: claim.verdict != "true"))  # what is sure comes first
    return Section("period", f"Что проведено: {material.time('ru')}", (Bullets(claims or (_nothing(material),)),))


def _held(material: Material, row: Row, when: When, *, sure: bool) -> Claim:
    note = "" if sure else " (дата названа неточно: могло пройти и вне этого периода)"
    note_en = "" if sure else " (the date is imprecise: it may lie outside this period)"
    form = row["form"]
    said = say_when(when) if note else say_when(when).rstrip(".")  # «14 мая 2024 г.» ends the sentence itself
    return Claim(
        f"period.{form}",
        f"{capital(material.ground.term(form))} – {said}{note}.",
        f"{material.term_en(form, 'activity.form')}, {when.start}{note_en}.",
        "true" if sure else "true_for_data_held",
        events=tuple(row["events"]),
    )


def _nothing(material: Material) -> Claim:
    return Claim(
        "period.none",
        "Мероприятий за этот период в журнале нет (это не значит, что их не было).",
        "The log holds no activity of this period (which does not say that there was none).",
        searched=(HELD,),
    )
