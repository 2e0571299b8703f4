"""A log decided in columns says what one school at a time says, to the byte: decisions, reasons, events."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tests.profiles import NIGHTLY

from shnor_engine import Engine
from shnor_engine.assessment import Assessment, Framed
from shnor_engine.deciding import decide_log, explained
from shnor_engine.engine import _made
from shnor_engine.events import (
    DecisionPlaced,
    ListPublished,
    ResultRecorded,
    ResultsPublished,
    SchoolClosed,
    SchoolRegistered,
)
from shnor_engine.events.base import Event, retract, supersede
from shnor_engine.events.when import When
from shnor_engine.law import Clause, Law, percent
from shnor_engine.law.law import Override
from shnor_engine.packs import Decision, Pack, builtin_packs, find_pack
from shnor_engine.packs.builtin.low_results import Federal, LowInYear, Reliable, Small
from shnor_engine.packs.builtin.monitoring import Membership
from shnor_engine.rules import Rule, in_each, opaque, years_so_far
from shnor_oryol import plugin as oryol
from shnor_ryazan import plugin as ryazan

ON = date(2024, 12, 20)
WORLDS = 420 if NIGHTLY else 3  # of 24 schools each: 10,000 decisions a pack at night
KINDS = (("oge", "russian", None), ("oge", "mathematics", None), ("vpr", "russian", 5), ("ege", "physics", None))
AREAS = ("d", "e", "f")
PACKS = (
    "ru.shnor.a",
    "ru.shnor.b",
    "ru.shnor.a-or-b.min",
    "ru.shnor.a.final",
    "ru.shnor.c",
    "ru.municipal.monitoring",
)


def schools(random: Random, many: int) -> list[Event]:
    return [
        SchoolRegistered(
            school_id=f"{area}/{number}",
            municipality=area,
            region="r" if area != "f" else "q",
            kind="secondary",
            name=f"СОШ № {number}",
            open_from=date(2024, 9, 1) if random.random() < 0.05 else None,
        )
        for number in range(1, many + 1)
        for area in (AREAS[number % 3],)
    ]


def results(random: Random, told: Sequence[Event]) -> Iterator[Event]:
    """Gaps, whole percents, nobody, re-sits and results that disagree."""
    for school in told:
        for year in (2022, 2023, 2024):
            for kind, discipline, grade in KINDS:
                for _ in range(random.choice((0, 1, 1, 1, 1, 2))):
                    sat = random.choice((None, 0, 8, 10, 27, 37, 40))
                    cells: dict[str, Any] = {"participants": sat, "below_min": None}
                    if sat is not None and random.random() < 0.8:
                        cells["below_min"] = random.choice((0, sat // 4, -(-3 * sat // 10), sat))
                    elif random.random() < 0.5:
                        cells["below_percent"] = random.choice((0, 29, 30, 31, 100))
                    yield ResultRecorded(
                        school_id=school.subject,
                        year=year,
                        procedure_kind=kind,
                        discipline=discipline,
                        grade=grade,
                        sitting=random.choice(("main", "main", "main", "reserve")),
                        **cells,
                    )


def closed(random: Random) -> Iterator[Event]:
    for area in ("r", "q", "d", "e"):
        for year in (2022, 2023, 2024):
            for kind in ("oge", "ege", "vpr"):
                if random.random() < 0.6:
                    discipline = random.choice((None, None, "russian"))
                    yield ResultsPublished(area=area, year=year, procedure_kind=kind, discipline=discipline)


def lists(random: Random, told: Sequence[Event]) -> Iterator[Event]:
    for area in ("d", "e", "r"):
        for year in random.sample(range(2020, 2025), 3):
            yield ListPublished(
                list_id=f"{area}/{year}",
                area=area,
                year=year,
                issuer=random.choice(("municipal", "regional")),
                complete=random.choice(("yes", "yes", "no", "unknown")),
                members=tuple(school.subject for school in told if random.random() < 0.2),
            )


def placed(random: Random, told: Sequence[Event], rule: str) -> Iterator[Event]:
    for school in random.sample(list(told), 2):
        yield DecisionPlaced(
            about=school.subject,
            rule=rule,
            period=random.choice(("2024", "2023")),
            value="not_met",
            authority="комиссия",
            ground="протокол № 3",
            when=When.day(date(2024, 11, 1)),
        )


@contextmanager
def district(seed: int, many: int = 24, *, rule: str = "") -> Iterator[tuple[Engine, Random]]:
    random, hours = Random(seed), iter(range(100_000))
    with Engine.open(
        ":memory:", clock=lambda: datetime(2024, 10, 1, tzinfo=UTC) + timedelta(hours=next(hours))
    ) as made:
        told = schools(random, many)
        made.append(told, actor="x")
        rest = [*results(random, told), *closed(random), *lists(random, told)]
        random.shuffle(rest)
        made.append([*rest, *(placed(random, told, rule) if rule else ())], actor="x")
        shut = SchoolClosed(school_id=told[3].subject, effective=When.day(date(2023, 8, 1)))
        made.append([shut, retract(next(made.log.read(subjects=[told[5].subject])).event_id, reason="x")], actor="x")
        yield made, random


def decided(
    engine: Engine, pack: Pack, *, few: int, subjects: Sequence[str] | None = None, year: int = 2024
) -> Assessment:
    return decide_log(pack, engine.at(on=ON).snapshot, year=year, on=ON, subjects=subjects, few=few)


def everything(assessment: Assessment) -> list[Any]:
    """All that is said and all that would be recorded of every subject."""
    return [
        (
            one.subject,
            one.outcome,
            one.values,
            one.to_json(),
            one.explanation.to_json(),
            one.explanation.text("ru"),
            _made(one, assessment),
        )
        for one in assessment
    ]


(ORYOL,) = oryol.packs()
STRICT = Override.of(
    "e", Federal.low_share, {"2018-01-01": percent(40)}, ref=Clause("п. 1", act="x", confidence="default")
)
REGIONAL = replace(
    find_pack("ru.shnor.a"), id="test.regional", law=Law.of(Federal, Reliable, Small, overrides=[STRICT])
)


RANKED = {pack.id: pack for pack in ryazan.packs()}["ru.62.lowest"]
FINAL = {pack.id: pack for pack in builtin_packs() if NIGHTLY and pack.id.endswith(".final")}
ALL = {
    **{pack: find_pack(pack) for pack in PACKS},
    **FINAL,
    "regional law": REGIONAL,
    "ranks": RANKED,
    "each procedure": ORYOL,
}


@pytest.mark.parametrize("pack", ALL.values(), ids=ALL)
def test_a_log_in_columns_says_what_one_at_a_time_says(pack: Pack) -> None:
    seen: Counter[str] = Counter()

    @settings(max_examples=WORLDS, deadline=None, database=None, phases=(Phase.generate,))  # a seed does not shrink
    @given(st.integers(0, 2**40), st.booleans())
    def holds(seed: int, placements: bool) -> None:
        with district(seed, rule=pack.id if placements else "") as (engine, _):
            one, all_ = decided(engine, pack, few=10_000), decided(engine, pack, few=0)
            assert isinstance(all_.decisions, Framed) is not (pack is RANKED and placements)
            assert not isinstance(one.decisions, Framed)
            assert everything(all_) == everything(one)
            assert all_.frame.equals(one.frame)
            assert all_.frame.schema == one.frame.schema
            assert all_.counts() == one.counts()
            seen.update(item.decision for item in one)

    holds()
    assert len(seen) > 1, seen


@pytest.mark.parametrize("pack", ALL.values(), ids=ALL)
def test_one_school_alone_is_decided_as_among_all(pack: Pack) -> None:
    for seed in range(2):
        with district(seed) as (engine, random):
            all_ = decided(engine, pack, few=0)
            for one in random.sample([item.subject for item in all_], 8):
                alone = decided(engine, pack, few=10_000, subjects=[one])[one]
                assert alone.to_json() == all_[one].to_json()
                assert alone.explanation.to_json() == all_[one].explanation.to_json()
                snapshot = engine.at(on=ON).snapshot
                assert explained(alone, snapshot).to_json() == explained(all_[one], snapshot).to_json()


class Never(
    Rule, per=("school", "year"), id="test.never", version="1.0", in_force="2015-01-01", ref=Clause("п. 1", act="x")
):
    """On none of the lists since there are any."""

    verdict = in_each(years_so_far(), ~Membership.listed)


def test_a_window_from_the_beginning_begins_for_one_school_where_it_begins_for_all() -> None:
    with Engine.open(":memory:") as engine:
        pair = [
            SchoolRegistered(school_id=one, municipality=one[0], region="r", kind="secondary", name=f"СОШ {one}")
            for one in ("d/1", "e/1")
        ]
        early = ListPublished(list_id="d/2019", area="d", year=2019, issuer="municipal", complete="yes", members=())
        late = ListPublished(list_id="r/2024", area="r", year=2024, issuer="regional", complete="yes", members=())
        engine.append([*pair, early, late], actor="x")
        pack = replace(
            find_pack("ru.municipal.monitoring"),
            id="test.never",
            rule=Never,
            status_clause="",
            decisions={code: Decision(code, code) for code in ("met", "not_met")},
            examples=(),
        )
        both = decided(engine, pack, few=10_000)
        (alone,) = decided(engine, pack, few=10_000, subjects=["e/1"])
        assert both["e/1"].decision == "undetermined"
        assert both["e/1"].decision == alone.decision == decided(engine, pack, few=0)["e/1"].decision
        assert both["e/1"].explanation.to_json() == alone.explanation.to_json()


# --- the object face --------------------------------------------------------------------------------


def test_decisions_are_a_sequence_and_are_made_when_taken_out() -> None:
    with district(1) as (engine, _):
        found = decided(engine, find_pack("ru.shnor.a"), few=0)
        decisions = found.decisions
        assert len(found) == len(list(found)) == found.frame.height
        assert [one.subject for one in decisions[1:4]] == [decisions[n].subject for n in (1, 2, 3)]
        assert decisions[-1] == decisions[len(found) - 1]
        assert decisions[0] is not decisions[0]
        with pytest.raises(IndexError):
            decisions[len(found)]
        with pytest.raises(KeyError):
            found["nobody"]


def test_rows_are_read_once_for_one_who_is_asked_about_and_few_times_for_a_nation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from shnor_engine import deciding

    asked: list[int] = []
    real = deciding.facts_of

    def counted(pack: Pack, snapshot: Any, subjects: Any, **more: Any) -> Any:
        asked.append(len(subjects))
        return real(pack, snapshot, subjects, **more)

    monkeypatch.setattr(deciding, "facts_of", counted)
    with district(2) as (engine, _):
        found = decided(engine, find_pack("ru.shnor.a"), few=0)
        assert found.counts()
        assert asked == []
        assert found[found.decisions[5].subject].explanation
        assert asked == [1]
        asked.clear()
        assert all(one.explanation for one in found)
        assert asked == [1, 2, 4, 8, len(found) - 15]


def test_many_schools_are_decided_in_columns_and_few_one_at_a_time() -> None:
    with district(3, many=90) as (engine, _):
        asked: dict[str, Any] = {"pack": "ru.shnor.a", "year": 2024, "on": ON}
        assert isinstance(engine.assess(**asked).decisions, Framed)
        assert not isinstance(engine.assess(**asked, subjects=["d/3", "e/4"]).decisions, Framed)


class Doubled(LowInYear, id="t.doubled"):
    """A methodology with a function that nobody can look into."""

    verdict = opaque(
        lambda low: low * 2 > 3,
        name="doubled",
        version="1",
        reads={"low": LowInYear.low_procedures},
        kind="truth",
    )


def test_what_no_column_holds_is_decided_one_at_a_time_however_many_there_are() -> None:
    with district(3, many=90) as (engine, _):
        assert isinstance(decided(engine, find_pack("ru.shnor.a"), few=0).decisions, Framed)
        assert not isinstance(
            decided(engine, replace(find_pack("ru.shnor.a"), rule=Doubled), few=0).decisions, Framed
        )


def test_what_is_recorded_is_the_same_whichever_way_it_was_decided() -> None:
    with district(4) as (engine, _):
        pack = find_pack("ru.shnor.a")
        first = engine.record(decided(engine, pack, few=0), actor="x")
        again = engine.record(
            decide_log(pack, engine.at(first.positions[0] - 1, on=ON).snapshot, year=2024, on=ON, few=10_000),
            actor="x",
        )
        assert (len(again.positions), again.batch) == (len(first.positions), None)


# --- a correction -----------------------------------------------------------------------------------


@pytest.mark.parametrize("pack", ["ru.shnor.a", "ru.shnor.a-or-b.min"])
def test_a_correction_changes_nothing_that_is_said_of_another_school(pack: str) -> None:
    with district(5) as (engine, random):
        before = decided(engine, find_pack(pack), few=0)
        told = list(engine.log.read(types=["result.recorded"]))
        chosen = random.choice([row for row in told if row.event(engine.registry).year == 2024])
        event = chosen.event(engine.registry).model_copy(update={"participants": 40, "below_min": 40})
        engine.append([supersede(chosen.event_id, event, reason="сверка")], actor="x")
        after = decided(engine, find_pack(pack), few=0)
        for one in before:
            if one.subject != chosen.subject:
                mine, now = one.to_json(), after[one.subject].to_json()
                assert mine == now
        (alone,) = decided(engine, find_pack(pack), few=0, subjects=[chosen.subject])
        assert alone.to_json() == after[chosen.subject].to_json()


def test_a_correction_re_decides_the_rank_group_and_nobody_else() -> None:
    with district(6) as (engine, _):
        before = decided(engine, RANKED, few=0)
        here = next(row for row in engine.log.read(types=["result.recorded"], subjects=["d/3"]))
        area = {one.subject: one.said.keys["region"] for one in before}
        engine.append([retract(here.event_id, reason="сверка")], actor="x")
        after = decided(engine, RANKED, few=0)
        assert {one.subject for one in after} == {one.subject for one in before}
        pairs = [(one, two) for one, two in zip(before, after, strict=True) if area[one.subject] != area["d/3"]]
        assert len(pairs) > 3
        for one, two in pairs:
            assert (two.place, two.to_json()) == (one.place, one.to_json())


def test_importing_the_engine_loads_no_columns() -> None:
    code = "import sys, shnor_engine.engine; print([n for n in ('polars', 'narwhals') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
