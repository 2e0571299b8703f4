"""The conclusion: who is still on the list, what may be said of the work, and the programme that comes next."""

from __future__ import annotations

from collections.abc import Iterator

from shnor_engine.events import ProgrammeClosed, ProgrammeDrafted
from shnor_engine.events.russian_dates import say_when
from shnor_engine.recommend.ground import Row, when_of
from shnor_engine.report.attribution import base_rate, causal_words
from shnor_engine.report.claims import Claim, ids
from shnor_engine.report.document import Paragraph, Section
from shnor_engine.report.material import Material, many


def conclusion(material: Material) -> Section | None:
    """What is left on the list; a cause that a source claims is said to be unverifiable, not repeated."""
    known = material.latest_members()
    if known is None:
        return None
    claims = [_left(material, known), *_claimed(material)]
    return Section("conclusion", "Вывод", (Paragraph(tuple(claims)),))


def _left(material: Material, known: tuple[int, tuple[str, ...], tuple[str, ...]]) -> Claim:
    year, members, events = known
    names = ", ".join(material.full_name(school) for school in members)
    said = f"{many(len(members), 'школа', 'школы', 'школ')}: {names}" if members else "школ нет"
    return Claim(
        "conclusion.left",
        f"В перечне {year} года – {said}.",
        f"On the list of {year}: {len(members)} ({names or 'nobody'}).",
        events=events,
    )


def _claimed(material: Material) -> Iterator[Claim]:
    """What the programme's end says of its own success: kept as a statement of the source that cannot be checked."""
    closed = material.last(ProgrammeClosed)
    if closed is None:
        return
    left, of = base_rate(material.history.flow)
    end, causal = when_of(closed), causal_words(closed["conclusion"] or "")
    when = say_when(end) if end else "дата не указана"
    rate = f"Базовая доля выхода по известным переходам – {left} из {of}."
    ru = f"Программа завершена ({when}). {_fall(material)[0]}{rate}"
    en = f"The programme has ended. {_fall(material)[1]}Base rate of leaving over the known steps: {left} of {of}."
    if causal:
        ru += " Источник называет это итогом работы по Программе; проверить это по данным журнала нельзя."
        en += " The source calls it the outcome of the programme; by this log that cannot be checked."
    events = ids([closed["event_id"]], *(step.events for step in material.history.flow))
    yield Claim("conclusion.attribution", ru, en, "unverifiable", events=events)


def _fall(material: Material) -> tuple[str, str]:
    """That the number fell while the programme ran, where it did: a coincidence in time, and no more."""
    sizes = [len(y.members) for y in material.history.lists if y.members is not None]
    if len(sizes) < 2 or sizes[-1] >= sizes[0]:
        return "", ""
    return (
        "Сокращение перечня совпало с ней по времени; это не доказывает связи. ",
        "The list grew shorter at the same time, which does not show a link. ",
    )


def next_programme(material: Material) -> Section | None:
    """What is being drawn up: title, years, what for, and for which schools first of all."""
    rows = material.told(ProgrammeDrafted)
    if not rows:
        return None
    return Section("next", "Следующая программа", (Paragraph(tuple(_draft(material, row) for row in rows)),))


def _draft(material: Material, row: Row) -> Claim:
    period = when_of(row, "period")
    years = f" ({say_when(period)})" if period else ""
    reasons = "".join(_joined(reason) for reason in row["reasons"]).removeprefix(",").strip()
    focus = ", ".join(material.full_name(school) for school in row["focus"])
    said = [f"Разрабатывается «{row['title']}»{years}"]
    said += [f"цель: «{reasons[:1].lower()}{reasons[1:]}»"] if reasons else []
    said += [f"в первую очередь для: {focus}"] if focus else []
    return Claim(
        "programme.next",
        "; ".join(said) + ".",
        f"Being drawn up: «{row['title']}»{years}; first of all for {focus or 'no school named'}.",
        events=(row["event_id"],),
    )


def _joined(reason: str) -> str:
    """An aim after the one before it, as a source prints them: «… и …», else after a comma."""
    return f" {reason}" if reason.startswith("и ") else f", {reason}"
