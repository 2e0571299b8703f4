"""The engine: one object over a log that answers the same for the same moment, and says when it cannot."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from severskiy_history import REPORTED, history
from shnor_engine import Engine, Envelope, Source, retract
from shnor_engine.errors import (
    ConditionFailed,
    FactError,
    InvalidEvent,
    LogIsReadOnly,
    NotALog,
    UnknownPack,
    UnknownSchool,
)
from shnor_engine.events import ListPublished, SchoolClosed, SchoolListed, SchoolRegistered, When
from shnor_engine.log.protocol import Expect
from shnor_engine.testing.fakes import FixedClock

DAY = date(2025, 6, 1)
NOW = datetime(2025, 6, 1, 9, tzinfo=UTC)


def school(number: int, **fields: object) -> SchoolRegistered:
    said = {"municipality": "demo", "region": "ru.demo", "kind": "secondary", "number": str(number)}
    return SchoolRegistered(school_id=f"demo/{number}", name=f"МБОУ СОШ № {number}", **{**said, **fields})


def published(year: int, *members: int, complete: str = "yes", area: str = "demo") -> ListPublished:
    return ListPublished(
        list_id=f"{area}/{year}",
        area=area,
        year=year,
        issuer="municipal",
        complete=complete,
        members=tuple(f"demo/{number}" for number in members),
    )


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine.open(":memory:", clock=FixedClock(NOW)) as one:
        yield one


@pytest.fixture
def district() -> Iterator[Engine]:
    with Engine.open(":memory:", clock=FixedClock(NOW)) as one:
        one.append(history(), actor="methodologist", recorded_at=REPORTED)
        yield one


def said(engine: Engine, year: int = 2024, **asked: object) -> dict[str, str]:
    return {d.subject: d.decision for d in engine.assess(year=year, **asked)}


# --- appending ------------------------------------------------------------------------------------


def test_a_list_that_names_nobody_registered_is_refused_and_nothing_is_written(engine: Engine) -> None:
    with pytest.raises(InvalidEvent, match=r"demo/1.*school\.registered"):
        engine.append([published(2024, 1)], actor="x")
    assert engine.log.head().position == 0


def test_the_registration_may_come_in_the_same_call_after_the_list(engine: Engine) -> None:
    assert engine.append([published(2024, 1), school(1)], actor="x").positions == (1, 2)


def test_a_registration_that_was_taken_back_counts_no_more(engine: Engine) -> None:
    engine.append([school(1), school(2)], actor="x")
    gone = next(engine.log.read()).event_id
    engine.append([published(2023, 1)], actor="x")
    engine.retract(gone, reason="введено по ошибке", actor="x")
    with pytest.raises(InvalidEvent, match="demo/1"):
        engine.append([published(2024, 1)], actor="x")
    engine.append([published(2024, 2)], actor="x")


def test_a_registration_by_another_engine_on_the_same_file_is_seen(tmp_path: Path) -> None:
    with Engine.open(tmp_path / "a.db") as one, Engine.open(tmp_path / "a.db") as other:
        with pytest.raises(InvalidEvent):
            one.append([published(2024, 1)], actor="x")
        other.append([school(1)], actor="x")
        one.append([published(2024, 1)], actor="x")
        assert said(other) == {"demo/1": "listed"}


def test_what_came_after_a_roll_back_is_seen_though_its_ids_are_the_same() -> None:
    """Loaded again under the same ids and on the same day, by somebody else: only the chain tells the two apart."""
    host = sqlite3.connect(":memory:", isolation_level=None)
    one, other = Engine.open(host), Engine.open(host)

    def load(engine: Engine, number: int) -> None:
        said = [Envelope(event=school(n), event_id=f"e{at}") for at, n in enumerate((number, 9))]
        engine.append(said, actor="x", recorded_at=REPORTED)

    host.execute("BEGIN")
    load(one, 1)
    with pytest.raises(InvalidEvent):
        one.append([published(2024, 2)], actor="x")
    host.execute("ROLLBACK")
    load(other, 2)
    with pytest.raises(InvalidEvent, match="demo/1"):
        one.append([published(2024, 1)], actor="x")
    one.append([published(2024, 2)], actor="x")


def test_what_a_host_rolled_back_is_not_registered() -> None:
    host = sqlite3.connect(":memory:", isolation_level=None)
    engine = Engine.open(host)
    engine.append([school(9)], actor="x")
    host.execute("BEGIN")
    engine.append([school(1)], actor="x")
    engine.append([published(2024, 1)], actor="x")
    assert said(engine)["demo/1"] == "listed"
    host.execute("ROLLBACK")
    engine.append([school(2)], actor="x")
    with pytest.raises(InvalidEvent, match="demo/1"):
        engine.append([published(2024, 1)], actor="x")
    assert said(engine) == {"demo/2": "undetermined", "demo/9": "undetermined"}


def test_conditions_and_retries_are_those_of_the_log(engine: Engine) -> None:
    first = engine.append([school(1)], actor="x", request_id="r")
    assert engine.append([school(1)], actor="x", expected=Expect.head(1)).positions == (2,)
    with pytest.raises(ConditionFailed):
        engine.append([school(2)], actor="x", expected=Expect.head(1))
    assert first.positions == (1,)


def test_a_reader_cannot_append_and_a_missing_file_is_no_log(tmp_path: Path) -> None:
    with pytest.raises(NotALog):
        Engine.open(tmp_path / "none.db", create=False)
    Engine.open(tmp_path / "a.db").close()
    with Engine.open(tmp_path / "a.db", readonly=True) as reader, pytest.raises(LogIsReadOnly):
        reader.append([school(1)], actor="x")


# --- the moment of an answer ----------------------------------------------------------------------


def test_an_answer_names_its_period_day_position_and_law(district: Engine) -> None:
    found = district.assess().to_json()
    assert (found["period"], found["on"], found["position"]) == (2024, "2025-06-01", district.log.head().position)
    assert found["law"] == district.packs["ru.municipal.monitoring"].law.digest


def test_the_day_is_that_of_as_known_where_it_names_one(district: Engine) -> None:
    assert district.assess(as_known=REPORTED).on == REPORTED
    assert district.assess(as_known=datetime(2024, 12, 31, 22, tzinfo=UTC)).on == date(2025, 1, 1)  # in Moscow
    assert district.assess(as_known=3, year=2024).on == DAY
    assert district.assess(as_known=REPORTED, on=DAY).on == DAY


def test_what_was_answered_never_changes_by_what_is_told_later(district: Engine) -> None:
    before = district.assess(as_known=REPORTED).to_json()
    note = district.report(as_known=REPORTED)
    district.append([SchoolListed(school_id="severskiy/6", year=2024, issuer="regional")], actor="x")
    assert district.assess(as_known=REPORTED).to_json() == before
    assert district.report(as_known=REPORTED) == note
    assert district.assess(subjects=["severskiy/6"])["severskiy/6"].decision == "undetermined"


def test_before_the_first_list_there_is_no_year_to_decide(engine: Engine) -> None:
    with pytest.raises(FactError, match="--year"):
        engine.assess()
    assert list(engine.assess(year=2024)) == []
    assert engine.lists().to_json() == {"position": 0, "lists": [], "flow": []}


def test_a_future_year_is_undetermined_until_its_list_is_known(district: Engine) -> None:
    assert set(said(district, 2025).values()) == {"undetermined"}


def test_a_closed_school_is_decided_up_to_the_year_in_which_it_closed(engine: Engine) -> None:
    engine.append([school(1), school(2), published(2023, 1), published(2024), published(2025)], actor="x")
    engine.append([SchoolClosed(school_id="demo/1", effective=When.day(date(2024, 7, 1)))], actor="x")
    assert sorted(said(engine, 2024)) == ["demo/1", "demo/2"]
    assert sorted(said(engine, 2025)) == ["demo/2"]


# --- who is meant ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spelling", ["severskiy/7", "МБОУ СОШ №7", "СОШ № 7", "школа 7", "МБОУ СОШ №7 станицы Ставропольской"]
)
def test_a_school_is_asked_for_by_any_spelling(district: Engine, spelling: str) -> None:
    assert district.explain(spelling).keys["school"] == "severskiy/7"


def test_an_unknown_spelling_lists_near_ones_and_a_body_is_no_school(district: Engine) -> None:
    with pytest.raises(UnknownSchool, match="МБОУ СОШ № 7"):
        district.explain("СОШ № 77")
    with pytest.raises(UnknownSchool, match="body"):
        district.explain("severskiy/imc")


def test_a_school_is_not_known_before_it_was_registered(district: Engine) -> None:
    with pytest.raises(UnknownSchool):
        district.explain("severskiy/7", as_known=date(2024, 12, 22), year=2024)


def test_an_unknown_pack_names_the_loaded_ones(district: Engine) -> None:
    with pytest.raises(UnknownPack, match=r"ru\.municipal\.monitoring"):
        district.assess(pack="ru.none")


# --- one among many -------------------------------------------------------------------------------


def test_asked_of_a_few_the_answers_are_those_given_of_all(district: Engine) -> None:
    everybody = district.assess()
    for decision in everybody:
        (alone,) = district.assess(subjects=[decision.subject])
        assert alone.to_json() == decision.to_json()
        assert district.explain(decision.subject).events == decision.events


def test_an_explanation_says_what_stands_behind_each_event(district: Engine) -> None:
    why = district.explain("severskiy/7")
    assert set(why.sources) == set(why.events)
    assert all("list.published" in said for said in why.sources.values())


# --- recorded decisions ---------------------------------------------------------------------------


def test_recording_twice_stores_once_and_changes_no_decision(district: Engine) -> None:
    decided = district.assess()
    assert district.record(decided, actor="methodologist").repeated == 0
    again = district.record(district.assess(as_known=decided.position, on=decided.on), actor="other")
    assert (again.batch, again.repeated) == (None, len(decided))
    assert said(district) == {d.subject: d.decision for d in decided}
    stored = list(district.log.read(types=["decision.made"]))
    assert len({row.event_id for row in stored}) == len(decided) == 16
    event = stored[0].event(district.registry)
    assert (event.position, event.on, event.law) == (decided.position, decided.on, decided.law)


def test_another_day_position_or_subject_is_another_recorded_decision(district: Engine) -> None:
    first = district.assess()
    district.record(first, actor="x")
    for other in (district.assess(), district.assess(as_known=first.position, on=date(2025, 6, 2))):
        assert district.record(other, actor="x").repeated == 0


# --- corrections ----------------------------------------------------------------------------------


def test_a_retracted_list_makes_its_year_unknown_and_a_restored_one_known_again(district: Engine) -> None:
    before = said(district)
    (event,) = [row for row in district.log.read(types=["list.published"]) if row.subject == "severskiy/2023"]
    district.append([retract(event.event_id, reason="ошибка")], actor="x")
    (taken,) = [row.event_id for row in district.log.read(effective=False) if row.correction == "retract"]
    assert [y.members for y in district.lists().lists if y.year == 2023] == [None]
    assert {one: code for one, code in said(district).items() if code != "undetermined"} == {"severskiy/7": "listed"}
    district.retract(taken, reason="ошибки не было", actor="x")
    assert said(district) == before


def test_a_superseded_list_is_the_one_that_counts(district: Engine) -> None:
    (row,) = [row for row in district.log.read(types=["list.published"]) if row.subject == "severskiy/2024"]
    event = row.event(district.registry)
    assert isinstance(event, ListPublished)
    better = event.model_copy(update={"members": ("severskiy/7", "severskiy/6")})
    district.supersede(row.event_id, better, reason="опечатка", actor="x")
    assert said(district)["severskiy/6"] == "listed"
    assert said(district, as_known=REPORTED)["severskiy/6"] == "watch"


# --- the rest -------------------------------------------------------------------------------------


def test_a_partial_list_leaves_the_others_unknown(engine: Engine) -> None:
    engine.append([school(1), school(2), published(2024, 1, complete="no")], actor="x")
    assert said(engine) == {"demo/1": "listed", "demo/2": "undetermined"}
    assert engine.lists().to_json()["lists"] == [{"year": 2024, "members": ["demo/1"], "complete": "no"}]


def test_sources_that_disagree_leave_a_school_undetermined_and_the_list_open(engine: Engine) -> None:
    engine.append([school(1), published(2024)], actor="x")
    engine.append([SchoolListed(school_id="demo/1", year=2024, issuer="regional")], actor="x")
    assert said(engine) == {"demo/1": "undetermined"}
    assert engine.lists().lists[0].complete == "unknown"


def test_an_explanation_says_that_two_lists_contradict_each_other_and_names_both(engine: Engine) -> None:
    engine.append([school(1), school(2), published(2024, 1)], actor="x", source=Source(type="order", number="8"))
    other = published(2024, 2).model_copy(update={"list_id": "demo/2024-second"})
    engine.append([other], actor="x", source=Source(type="order", number="9"))
    told = engine.explain("demo/1", year=2024)
    (missing,) = (item for item in told.missing if dict(item.keys)["year"] == 2024)
    lists = [row.event_id for row in engine.log.read(types=["list.published"])]
    assert sorted(missing.conflict) == sorted(lists)
    assert "– перечень 2024 года неизвестен: источники противоречат друг другу" in told.text("ru")
    for number in (8, 9):
        assert f"; приказ № {number}»" in told.text("ru").split("Решение на")[0]
    assert "the 2024 list is not known: the sources contradict each other" in told.text("en")
    assert "перечень 2024 года неизвестен: источники противоречат друг другу" in told.reason("ru")


def test_a_list_that_is_only_missing_is_not_said_to_be_contradicted(engine: Engine) -> None:
    engine.append([school(1), school(2), published(2022, 1), published(2024, 1)], actor="x")
    engine.append([SchoolListed(school_id="demo/2", year=2024, issuer="regional")], actor="x")
    said = engine.explain("demo/2", year=2024).text("ru")
    assert "перечень 2024 года неизвестен: источники противоречат" in said
    assert "2023" not in said.split("противоречат")[0].split("Почему")[1]


def test_a_year_whose_lists_disagree_about_everybody_is_not_called_empty(engine: Engine) -> None:
    engine.append([school(1), published(2023), published(2024)], actor="x")
    engine.append([SchoolListed(school_id="demo/1", year=2024, issuer="regional")], actor="x")
    empty, open_ = engine.lists().text().splitlines()[1:3]
    assert "перечень пуст" in empty
    assert "пуст" not in open_
    assert "источники расходятся" in open_


def test_a_listed_school_whose_registration_was_taken_back_is_decided_and_explained(engine: Engine) -> None:
    engine.append([school(1), school(2), published(2024, 1, 2)], actor="x")
    (row,) = (row for row in engine.log.read(types=["school.registered"]) if row.subject == "demo/1")
    engine.retract(row.event_id, reason="не та школа", actor="x")
    decided = engine.assess()["demo/1"]
    assert engine.assess(subjects=["demo/1"])["demo/1"].decision == decided.decision
    assert engine.explain("demo/1").reason("ru") == decided.reason("ru")
    with pytest.raises(UnknownSchool):
        engine.explain("demo/3")


@pytest.mark.parametrize("thing", [1, "school.registered", {"type": "school.registered"}])
def test_what_is_no_event_is_refused_as_the_wrong_type(engine: Engine, thing: object) -> None:
    with pytest.raises(TypeError, match="an Event with a type or an Envelope is required"):
        engine.append([school(1), thing], actor="x")  # type: ignore[list-item]
    assert engine.log.head().position == 0


def test_a_year_is_complete_only_where_every_area_has_its_list(engine: Engine) -> None:
    engine.append([school(1), school(2, municipality="other")], actor="x")
    engine.append([published(2023, 1), published(2023, area="other"), published(2024, 1)], actor="x")
    assert [(y.year, y.complete) for y in engine.lists().lists] == [(2023, "yes"), (2024, "unknown")]
    assert said(engine)["demo/2"] == "undetermined"


def test_the_passport_of_a_school_holds_what_the_log_knows_of_it(district: Engine) -> None:
    page = district.passport("СОШ № 7")
    assert (page["school_id"], page["listed_years"], page["unknown_years"]) == (
        "severskiy/7",
        [2022, 2023, 2024],
        [2021],
    )


def test_the_flow_brackets_what_happened_in_an_unknown_year(district: Engine) -> None:
    first, second, third = district.flow()
    assert (first.before, first.after, first.unknown) == (2020, 2022, (2021,))
    assert [(len(s.stayed), len(s.entered), len(s.left)) for s in (first, second, third)] == [
        (2, 5, 6),
        (3, 2, 4),
        (1, 0, 4),
    ]
    assert district.flow(as_known=date(2024, 12, 22)) == ()


def test_two_engines_in_one_process_do_not_notice_each_other(engine: Engine, district: Engine) -> None:
    engine.append([school(1), published(2024, 1)], actor="x")
    assert list(said(engine)) == ["demo/1"]
    assert "demo/1" not in said(district)


def test_verify_gives_every_finding(tmp_path: Path) -> None:
    with Engine.open(tmp_path / "a.db") as engine:
        engine.append([school(1)], actor="x")
        assert engine.verify().to_json()["ok"]
        raw = sqlite3.connect(tmp_path / "a.db")
        raw.executescript("DROP TRIGGER " + _trigger(raw) + "; UPDATE event SET body = '{}'")
        raw.close()
        found = engine.verify()
        assert not found.ok
        assert {item.position for item in found.findings} >= {None, 1}
        assert str(len(found.findings)) in found.summary()


def _trigger(raw: sqlite3.Connection) -> str:
    names = [name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
    (found,) = [name for name in names if "event" in name and "update" in name.lower()]
    return str(found)
