"""Law that becomes known after the day of the decision: four clocks, four answers, and none that is given changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from shnor_engine import Engine
from shnor_engine.assessment import Assessment
from shnor_engine.events import ResultRecorded, ResultsPublished, SchoolRegistered
from shnor_engine.events.base import Event
from shnor_engine.law import Clause, Dated, Law, Parameters, Share, Since, percent
from shnor_engine.packs import Binding, Decision, Pack
from shnor_engine.rules import Fact, Field, Key, Rule, any_, count, share

CODES = ("oge.mathematics", "oge.russian")
DECIDED, LATER = date(2024, 7, 1), date(2025, 3, 1)
LETTER = Since.on("2024-01-01", percent(20), known="2025-02-01", ref=Clause("п. 1", act="письмо 2025 года"))
SCHOOLS = ("d/1", "d/2", "d/3", "d/4")


class Exam(Fact, grain=("school", "year", Key("procedure", among=CODES)), ru="экзамены", en="exams"):
    sat = Field[int]("участников", en="participants", bounds=(0, 1000))
    below = Field[int]("ниже порога", en="below", bounds=(0, 1000))


def pack_of(*later: Since[Share], least: int = 1, pack_id: str = "t.clock") -> Pack:
    """A methodology whose threshold has these further entries; `least` low exams make a school listed."""

    class P(Parameters):
        low = Dated[Share](
            [Since.on("2020-01-01", percent(30), ref=Clause("п. 3", act="приказ")), *later],
            ru="низкий результат: не менее {value}",
            en="low: at least {value}",
        )

    class Low(Rule, per=("school", "year"), id=pack_id, in_force="2020-01-01", ru="Низкие результаты", en="Low"):
        low = share(Exam.below, of=Exam.sat) >= P.low
        lows = count(Exam, where=low)
        some = any_(low)
        verdict = lows >= least

    return Pack(
        id=pack_id,
        version="1.0",
        title={"ru": "Часы", "en": "Clocks"},
        jurisdiction="ru",
        rule=Low,
        law=Law.of(P),
        bindings={
            Exam: Binding(
                "sittings",
                {"school": "school_id", "sat": "participants", "below": "below_min"},
                closings="sittings_closed",
                whole=("oge.",),
            )
        },
        decisions={
            "met": Decision("в списке", "listed"),
            "not_met": Decision("вне списка", "not listed"),
            "undetermined": Decision("не определено", "undetermined"),
        },
        source=Clause("п. 3", act="приказ", confidence="default"),
        confidence="default",
    )


def result(school: str, subject: str, below: int) -> ResultRecorded:
    return ResultRecorded(
        school_id=school, year=2024, procedure_kind="oge", discipline=subject, participants=100, below_min=below
    )


START = datetime(2024, 6, 1, tzinfo=UTC)


def opened(*packs: Pack, path: str = ":memory:", start: datetime = START) -> Engine:
    """An engine whose clock goes on with every batch."""
    hours = iter(range(10_000))
    return Engine.open(path, packs=list(packs), clock=lambda: start + timedelta(hours=next(hours)))


def exam_of(engine: Engine, school: str, subject: str) -> str:
    """The event that now stands for an exam of a school."""
    rows = engine.log.read(types=["result.recorded"], subjects=[school])
    return next(row.event_id for row in rows if f'"{subject}"' in str(row.body))


def filled(engine: Engine) -> None:
    """One school in each case: low by both thresholds, by the new one only, to be corrected, low in both exams."""
    below = {"d/1": (40, 0), "d/2": (25, 0), "d/3": (29, 0), "d/4": (40, 40)}
    told: list[Event] = [
        SchoolRegistered(school_id=one, municipality="d", region="r", kind="secondary", name=f"СОШ № {one[2:]}")
        for one in SCHOOLS
    ]
    for one, parts in below.items():
        told += [result(one, subject, part) for subject, part in zip(("mathematics", "russian"), parts, strict=True)]
    told.append(ResultsPublished(area="d", year=2024, procedure_kind="oge"))
    engine.append(told, actor="x")


def listed(engine: Engine, on: date, **asked: Any) -> tuple[str, ...]:
    found = engine.assess(pack="t.clock", year=2024, on=on, **asked)
    return tuple(decision.subject for decision in found if decision.outcome == "met")


def after(engine: Engine, decided: Assessment, on: date, against: str | None = None) -> tuple[str, ...]:
    """Who is listed in the later run of a backtest from what was decided."""
    outcomes = {decision.subject: str(decision.outcome) for decision in decided}
    for flip in engine.backtest("t.clock", against, years=[2024], decided=True, on=on).flips:
        outcomes[str(dict(flip.keys)["school"])] = flip.after
    return tuple(school for school in SCHOOLS if outcomes[school] == "met")


# --- four answers -----------------------------------------------------------------------------------


def test_as_decided_as_corrected_as_proposed_and_by_law_known_later_are_four_answers() -> None:
    proposed = pack_of(LETTER, least=2, pack_id="t.proposed")
    with opened(pack_of(LETTER), proposed) as engine:
        filled(engine)
        decided = engine.assess(pack="t.clock", year=2024, on=DECIDED)
        engine.record(decided, actor="x")
        event = exam_of(engine, "d/3", "mathematics")
        engine.supersede(event, result("d/3", "mathematics", 30), reason="апелляция", actor="x")
        answers = {
            "as decided": tuple(d.subject for d in decided if d.outcome == "met"),
            "as corrected": after(engine, decided, DECIDED),
            "as proposed": after(engine, decided, DECIDED, "t.proposed"),
            "by law known later": after(engine, decided, LATER),
        }
        assert answers == {
            "as decided": ("d/1", "d/4"),
            "as corrected": ("d/1", "d/3", "d/4"),
            "as proposed": ("d/4",),
            "by law known later": ("d/1", "d/2", "d/3", "d/4"),
        }
        assert answers["as decided"] == listed(engine, DECIDED, as_known=decided.position)


def test_who_flips_by_a_law_known_later_flips_by_the_clause_that_reads_it() -> None:
    with opened(pack_of(LETTER)) as engine:
        filled(engine)
        engine.record(engine.assess(pack="t.clock", year=2024, on=DECIDED), actor="x")
        assert not engine.backtest("t.clock", years=[2024], decided=True, on=DECIDED).flips
        flips = engine.backtest("t.clock", years=[2024], decided=True, on=LATER).flips
        assert {dict(flip.keys)["school"] for flip in flips} == {"d/2", "d/3"}
        for flip in flips:
            assert (flip.before, flip.after) == ("not_met", "met")
            assert "lows" in {cause.clause for cause in flip.causes}
            assert not any(cause.rewritten for cause in flip.causes)


@pytest.mark.parametrize(
    ("on", "outcome", "said"),
    [
        (DECIDED, "not_met", "не менее 30 % (приказ, п. 3, действует с 01.01.2020)"),
        (date(2025, 1, 31), "not_met", "не менее 30 % (приказ, п. 3, действует с 01.01.2020)"),
        (
            date(2025, 2, 1),
            "met",
            "не менее 20 % (письмо 2025 года, п. 1, действует с 01.01.2024, известно с 01.02.2025)",
        ),
    ],
)
def test_an_explanation_names_the_value_that_was_known_and_since_when(on: date, outcome: str, said: str) -> None:
    with opened(pack_of(LETTER)) as engine:
        filled(engine)
        why = engine.explain("d/2", pack="t.clock", year=2024, on=on)
        assert why.outcome == outcome
        assert said in why.text("ru")


# --- what is given stays ------------------------------------------------------------------------------

entries = st.lists(
    st.builds(
        lambda day, share_, known: Since.on(day, percent(share_), known=known),
        st.dates(date(2020, 1, 1), date(2024, 12, 31)),
        st.integers(1, 99),
        st.dates(date(2024, 6, 1), date(2026, 12, 31)),
    ),
    max_size=4,
    unique_by=lambda entry: (entry.day, entry.known),
)
appends = st.lists(
    st.tuples(st.sampled_from(SCHOOLS), st.sampled_from(("mathematics", "russian")), st.integers(0, 100)), max_size=5
)


def told(engine: Engine, on: date, position: int | None = None) -> list[Any]:
    """Decisions and explanations; all but the digests of a law that has grown since."""
    found = []
    for decision in engine.assess(pack="t.clock", year=2024, on=on, as_known=position):
        why = engine.explain(decision.subject, pack="t.clock", year=2024, on=on, as_known=position).to_dict()
        found.append({name: item for name, item in why.items() if name not in ("law", "pack")})
        found.append(decision.to_json())
    return found


@given(entries, entries, appends, st.dates(date(2024, 7, 1), date(2026, 6, 30)))
@settings(max_examples=40, deadline=None, phases=(Phase.generate,))
def test_facts_and_law_that_come_later_change_no_answer_that_was_given(
    there: Sequence[Since[Share]], come: Sequence[Since[Share]], later: Sequence[tuple[str, str, int]], on: date
) -> None:
    """The same log opened again under a law with further entries, each known only after the day of the answer."""
    stand = {(entry.day, entry.known) for entry in there}
    new = [entry for entry in come if (entry.day, entry.known) not in stand]
    grown = [*there, *(entry for entry in new if entry.known is not None and entry.known > on)]
    with TemporaryDirectory() as folder:
        path = str(Path(folder) / "log.db")
        with opened(pack_of(*there), path=path) as engine:
            filled(engine)
            first, position = told(engine, on), engine.log.head().position
        with opened(pack_of(*grown), path=path, start=datetime(2030, 1, 1, tzinfo=UTC)) as engine:
            for school, subject, below in later:
                event = exam_of(engine, school, subject)
                engine.supersede(event, result(school, subject, below), reason="проверка", actor="x")
            assert told(engine, on, position) == first
