"""Recommendations with a life: what is to be issued or has expired as events, and the register as people read it.

issued → accepted → implemented (with evidence) → verified; expired, withdrawn; opened again. Which step may follow
which stands in `projections.life`; here are the events that follow from facts and a day. Their ids are the same in
every run, so issuing twice stores once, and nothing is issued beside a recommendation of the same rule, school and
ground that has not come to its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from shnor_engine.assessment import order
from shnor_engine.errors import FieldProblem, InvalidEvent
from shnor_engine.events import Envelope, RecommendationExpired, RecommendationIssued, RecommendationReopened, When
from shnor_engine.events.base import field_problems, stable_id
from shnor_engine.events.russian_dates import say_when
from shnor_engine.projections.life import LIVE, MAY_FOLLOW, SAID, STEPS
from shnor_engine.recommend.advice import Advice, Recommendation
from shnor_engine.recommend.calendar import Calendar, Due
from shnor_engine.recommend.ground import Row, names_at, when_of

if TYPE_CHECKING:
    from shnor_engine.log.protocol import Appended
    from shnor_engine.tables import Snapshot

TYPES = tuple(sorted({RecommendationIssued.type, *(cls.type for cls in STEPS.values())}))
STATE_RU: Mapping[str, str] = {
    "issued": "выдана",
    "accepted": "принята к исполнению",
    "implemented": "исполнена, ждёт проверки",
    "verified": "исполнение подтверждено",
    "expired": "срок истёк",
    "withdrawn": "отозвана",
    "reopened": "открыта вновь",
}
STATE_EN: Mapping[str, str] = {state: state for state in STATE_RU}


@dataclass(frozen=True, slots=True)
class LifeStep:
    """One step of a life; `possible` False changed nothing. `said` is evidence, note or reason."""

    step: str
    when: When
    said: str | None
    by: str | None
    possible: bool
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One recommendation of the register: what, to whom, why, by when, and where it stands with every step so far."""

    id: str
    about: str
    name: str
    text: str
    rule: str | None
    topic: str | None
    measure: str | None
    basis: str | None
    finding_id: str | None
    due: date | None
    status: str
    open: bool
    overdue: bool
    round: int
    evidence: str | None
    evidence_by: date | None
    steps: tuple[LifeStep, ...]
    events: tuple[str, ...]

    @property
    def live(self) -> bool:
        """Whether it has not come to its end: nothing of the kind is issued beside it."""
        return self.status in LIVE

    @property
    def closed(self) -> bool:
        """Whether it was carried out with evidence that somebody accepted."""
        return self.status == "verified"

    @property
    def expired_once(self) -> bool:
        """Whether its day ever passed without evidence."""
        return any(step.step == "expired" and step.possible for step in self.steps)

    def to_json(self) -> dict[str, Any]:
        """A plain object with the fields of this class; dates as ISO text."""
        plain = {name: getattr(self, name) for name in self.__slots__ if name != "steps"}
        plain |= {"due": self.due and self.due.isoformat(), "events": list(self.events)}
        plain["evidence_by"] = self.evidence_by and self.evidence_by.isoformat()
        plain["steps"] = [
            {
                "step": step.step,
                "when": step.when.model_dump(mode="json"),
                "said": step.said,
                "by": step.by,
                "possible": step.possible,
                "events": list(step.events),
            }
            for step in self.steps
        ]
        return plain


@dataclass(frozen=True, slots=True)
class Register:
    """Every recommendation ever given, by school and then by the day it is due."""

    entries: tuple[Entry, ...]
    on: date
    position: int

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __getitem__(self, recommendation_id: str) -> Entry:
        """The entry of an id; raises `KeyError`."""
        for entry in self.entries:
            if entry.id == recommendation_id:
                return entry
        raise KeyError(recommendation_id)

    def matrix(self) -> dict[str, dict[str, dict[str, int]]]:
        """By topic and whom, how many stand where: the matrix of topics and schools."""
        found: dict[str, dict[str, dict[str, int]]] = {}
        for entry in self.entries:
            if entry.topic:
                cell = found.setdefault(entry.topic, {}).setdefault(entry.about, {})
                cell[entry.status] = cell.get(entry.status, 0) + 1
        return found

    def to_json(self) -> dict[str, Any]:
        """`{"on", "position", "recommendations": [...]}`."""
        return {
            "on": self.on.isoformat(),
            "position": self.position,
            "recommendations": [entry.to_json() for entry in self.entries],
        }

    def text(self, language: str = "ru") -> str:
        """One paragraph a recommendation: whom, what, where it stands and by when."""
        if not self.entries:
            return "Рекомендаций не выдано." if language == "ru" else "No recommendation was issued."
        return "\n".join(_paragraph(entry, language) for entry in self.entries)


@dataclass(frozen=True, slots=True)
class Issued:
    """What a call issued: new ids, ids opened again, those not issued because they or their like are not at an end.

    `notes` say in Russian where a due day rests on a calendar that is not known. `appended` is None where nothing
    was to be written.
    """

    new: tuple[str, ...]
    reopened: tuple[str, ...]
    standing: tuple[str, ...]
    notes: tuple[str, ...]
    appended: Appended | None = None


# --- the register ---------------------------------------------------------------------------------


def register(snapshot: Snapshot, *, on: date) -> Register:
    """The register as known at a moment; overdue is said of the day `on`."""
    from shnor_engine.projections import project

    names = names_at(snapshot)
    steps: dict[str, list[LifeStep]] = {}
    for row in project(snapshot, "recommendation_steps").collect().to_dicts():
        steps.setdefault(row["recommendation_id"], []).append(_step(row))
    rows = project(snapshot, "recommendations").collect().to_dicts()
    entries = [_entry(row, names, tuple(steps.get(row["recommendation_id"], ())), on) for row in rows]
    entries.sort(key=lambda entry: (order(entry.about), entry.due or date.max, entry.id))
    return Register(tuple(entries), on, snapshot.position)


def _entry(row: Row, names: Mapping[str, str], steps: tuple[LifeStep, ...], on: date) -> Entry:
    due = row["due"]
    same = ("about", "rule", "topic", "measure", "basis", "finding_id", "status", "open", "round", "evidence")
    return Entry(
        id=row["recommendation_id"],
        name=names.get(row["about"], row["about"]),
        text=row["text"] or "",
        due=due,
        overdue=bool(row["open"] and due is not None and due < on),
        evidence_by=row["evidence_by"],
        steps=steps,
        events=tuple(row["events"]),
        **{name: row[name] for name in same},
    )


def _step(row: Row) -> LifeStep:
    when = when_of(row)
    assert when is not None  # every step of a life is dated
    return LifeStep(row["step"], when, row["said"], row["by"], row["possible"], tuple(row["events"]))


def _paragraph(entry: Entry, language: str) -> str:
    state = (STATE_RU if language == "ru" else STATE_EN)[entry.status]
    until, late, shown = (
        ("срок", "просрочена", "подтверждение") if language == "ru" else ("due", "overdue", "evidence")
    )
    parts = [state]
    if entry.due is not None:
        day = f"{entry.due:%d.%m.%Y}" if language == "ru" else entry.due.isoformat()
        parts.append(f"{until} {day}" + (f", {late}" if entry.overdue else ""))
    if entry.evidence:
        parts.append(f"{shown}: {entry.evidence}")
    lines = [f"{entry.name}: {entry.text}", f"    [{entry.id}] {'; '.join(parts)}"]
    if language == "ru":
        impossible = [f"{STATE_RU[one.step]} ({say_when(one.when)})" for one in entry.steps if not one.possible]
        lines += [f"    не зачтено: {said}" for said in impossible]
    return "\n".join(lines)


# --- what follows from facts and a day ------------------------------------------------------------


NEEDS_SAID = {  # what a step cannot be told without
    "implemented": "чем подтверждено исполнение? what is the evidence?",
    "withdrawn": "почему отозвана? why is it withdrawn?",
    "reopened": "почему открыта снова? why is it opened again?",
}


def to_issue(
    advice: Advice, standing: Register, *, calendar: Calendar, reopen: bool = False
) -> tuple[list[Envelope], Issued]:
    """The events by which advice is issued, in its order, and what they are.

    Notes are not issued. Of a rule, school and ground one recommendation lives at a time; one that has ended is
    left alone, or opened again with a new due day where `reopen` says so and its ground stands.
    """
    known = {entry.id: entry for entry in standing}
    alive = {(entry.rule, entry.about, entry.basis) for entry in standing if entry.live}
    due = calendar.due(advice.on)
    entries: list[Envelope] = []
    new, again, held = [], [], []
    for item in advice:
        if item.kind == "note" or item.subject is None:
            continue
        entry, like = known.get(item.id), (item.rule, item.subject, item.basis or None)
        if entry is None and like not in alive:
            entries.append(_issued(item, advice.on, due))
            alive.add(like)
            new.append(item.id)
        elif reopen and entry is not None and entry.status in ("expired", "verified") and like not in alive:
            entries.append(_reopened(entry, item, advice.on, due))
            alive.add(like)
            again.append(item.id)
        else:
            held.append(item.id)
    notes = (due.note_ru,) if due.note_ru and entries else ()
    return entries, Issued(tuple(new), tuple(again), tuple(held), notes)


def _issued(item: Recommendation, on: date, due: Due) -> Envelope:
    event = RecommendationIssued(
        recommendation_id=item.id,
        about=item.subject or "",
        scope="school",
        text=item.text_ru,
        topic=item.topic,
        basis=item.basis or None,
        finding_id=item.finding_id,
        factor=item.factor,
        measure=(item.measure.form or None) if item.measure else None,
        rule=item.rule,
        priority="high" if item.kind == "do" else "medium",
        due=due.day,
        when=When.day(on),
    )
    return Envelope(event=event, event_id=stable_id(on, 0, RecommendationIssued.type, item.id))


def _reopened(entry: Entry, item: Recommendation, on: date, due: Due) -> Envelope:
    reason = f"основание сохраняется: {item.ground_ru}"
    event = RecommendationReopened(recommendation_id=entry.id, reason=reason, when=When.day(on), due=due.day)
    return Envelope(event=event, event_id=stable_id(on, 1, event.type, entry.id, entry.round))


def to_expire(standing: Iterable[Entry], *, on: date) -> list[Envelope]:
    """An event for each open recommendation whose due day has passed on a day, dated the day after it was due."""
    found = []
    for entry in standing:
        if entry.open and entry.due is not None and entry.due < on:
            day = entry.due + timedelta(days=1)
            event = RecommendationExpired(recommendation_id=entry.id, when=When.day(day))
            found.append(Envelope(event=event, event_id=stable_id(day, 0, event.type, entry.id, entry.round)))
    return found


def _lacking(step: str, said: str | None, by: str | None) -> FieldProblem | None:
    """What a step cannot be told without, with the option that tells it."""
    if step in NEEDS_SAID and not said:
        return FieldProblem(SAID[step], f"{NEEDS_SAID[step]}; give it as --said TEXT (said=)")
    if step == "verified" and not by:
        return FieldProblem("by", "кто проверил (роль)? who verified it, as a role? give it as --by ROLE (by=)")
    return None


def step_of(
    standing: Register,
    recommendation_id: str,
    step: str,
    *,
    when: When,
    said: str | None = None,
    by: str | None = None,
    due: date | None = None,
) -> Envelope:
    """The event of one step of a life.

    Raises `InvalidEvent` where the register holds no such recommendation, or the step cannot follow from where it
    stands; whatever else writes to the log is not stopped, but `possible` is false then.
    """
    cls = STEPS[step]
    entry = next((one for one in standing if one.id == recommendation_id), None)
    if entry is None:
        near = ", ".join(get_close_matches(recommendation_id, [one.id for one in standing], n=3))
        hint = f"; near: {near}" if near else "; the ids stand in the register (shnor recommendations)"
        raise InvalidEvent(cls.type, [FieldProblem("recommendation_id", f"unknown: «{recommendation_id}»{hint}")])
    if step not in MAY_FOLLOW[entry.status]:
        may = ", ".join(MAY_FOLLOW[entry.status])
        why = f"«{step}» cannot follow «{entry.status}» ({STATE_RU[entry.status]}); what may: {may}"
        raise InvalidEvent(cls.type, [FieldProblem("recommendation_id", why)])
    if lacking := _lacking(step, said, by):
        raise InvalidEvent(cls.type, [lacking])
    fields: dict[str, Any] = {"recommendation_id": recommendation_id, "when": when, SAID.get(step, ""): said}
    fields |= {"by": by} if step in ("accepted", "verified") else {}
    fields |= {"due": due} if step == "reopened" else {}
    fields.pop("", None)
    try:
        event = cls.model_validate(fields)
    except ValidationError as error:
        raise InvalidEvent(cls.type, field_problems(error)) from None
    return Envelope(event=event)
