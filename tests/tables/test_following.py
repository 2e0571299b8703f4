"""Tables follow the log: what grows by new events, corrections included, is what a fresh reader would build."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from shnor_engine.errors import UnknownEventType
from shnor_engine.events.base import Event, Registry, retract, supersede
from shnor_engine.log import SqliteLog
from shnor_engine.tables import Tables, spans, tables
from shnor_engine.testing.fakes import Counted, Noted, sample_registry
from shnor_engine.testing.strategies import Step, histories, play

TYPES = (Noted, Counted)
NAMED = {"about": st.sampled_from("abc")}


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "SEALED", 4)
    monkeypatch.setattr(spans, "FEW", 2)


def frames(of: Tables) -> list[pl.DataFrame]:
    return [of[cls].collect() for cls in TYPES]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=histories(TYPES, named=NAMED, max_size=12))
def test_tables_that_follow_are_those_of_a_fresh_reader_at_every_prefix(steps: list[Step]) -> None:
    with SqliteLog.open(":memory:") as log:
        following = Tables(log, sample_registry())
        for step in steps:
            play(log, step)
            for followed, fresh in zip(frames(following), frames(Tables(log, sample_registry())), strict=True):
                assert_frame_equal(followed, fresh)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=histories(TYPES, named=NAMED, max_size=12))
def test_what_was_known_at_a_position_never_changes_and_is_what_the_log_reads(steps: list[Step]) -> None:
    with SqliteLog.open(":memory:") as log:
        following, seen = Tables(log, sample_registry()), []
        for step in steps:
            play(log, step)
            snapshot = following.at()
            seen.append((snapshot, [snapshot[cls].collect() for cls in TYPES]))
        for snapshot, known in seen:
            later = [Tables(log, sample_registry()).at(snapshot.position)[cls].collect() for cls in TYPES]
            again = [following.at(snapshot.position)[cls].collect() for cls in TYPES]
            same = [snapshot[cls].collect() for cls in TYPES]
            for cls, *all_answers in zip(TYPES, known, later, again, same, strict=True):
                for answer in all_answers:
                    assert_frame_equal(answer, all_answers[0])
                read = log.read(types=[cls.type], as_known=snapshot.position)
                assert all_answers[0]["event_id"].to_list() == [row.event_id for row in read]


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=histories(TYPES, named=NAMED, max_size=12))
def test_each_row_stood_exactly_in_its_span(steps: list[Step]) -> None:
    with SqliteLog.open(":memory:") as log:
        ends = [log.head().position for step in steps if play(log, step)]
        for cls in TYPES:
            told = Tables(log, sample_registry())[cls].collect()
            for at in ends:
                until = pl.col("known_until")
                stood = told.filter((pl.col("known_from") <= at) & (until.is_null() | (until > at)))
                read = log.read(types=[cls.type], as_known=at)
                assert stood["event_id"].to_list() == [row.event_id for row in read]


def test_a_corrected_fact_keeps_the_id_it_first_had() -> None:
    with SqliteLog.open(":memory:") as log:
        follow = Tables(log, sample_registry())
        log.append([Noted(about="a", value=1)], actor="me")
        first = follow[Noted].collect().item(0, "event_id")
        log.supersede(first, Noted(about="a", value=2), reason="typo", actor="me")
        second = follow.at()[Noted].collect().item(0, "event_id")
        log.supersede(second, Noted(about="a", value=3), reason="typo", actor="me")
        row = follow.at()[Noted].collect().to_dicts()[0]
    assert row["value"] == 3
    assert row["origin_id"] == first != row["event_id"]


def test_a_fact_taken_back_and_restored_has_a_row_for_each_time_it_stood() -> None:
    with SqliteLog.open(":memory:") as log:
        log.append([Noted(about="a")], actor="me")
        follow = Tables(log, sample_registry())
        fact = follow[Noted].collect().item(0, "event_id")
        log.retract(fact, reason="wrong", actor="me")
        taken = list(log.read(effective=False))[-1].event_id
        log.retract(taken, reason="right after all", actor="me")
        told = follow[Noted].select("known_from", "known_until").collect().rows()
    assert told == [(1, 2), (3, None)]


def test_every_row_says_when_its_batch_was_recorded() -> None:
    with SqliteLog.open(":memory:") as log:
        for size in (1, 3, 2):
            log.append([Noted(about=str(n)) for n in range(size)], actor="me")
        told = Tables(log, sample_registry())[Noted].collect()
        stored = {row.position: row.recorded_at for row in log.read()}
    assert dict(told.select("position", "recorded_at").iter_rows()) == stored


def test_the_table_grows_by_new_chunks_and_leaves_the_old_ones_where_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with SqliteLog.open(":memory:") as log:
        log.append([Noted(about=str(n)) for n in range(8)], actor="me")
        follow = Tables(log, sample_registry())
        before = follow._chunks(Noted, 8)
        fetched: list[int] = []
        real = log.fetch_columns
        monkeypatch.setattr(
            log, "fetch_columns", lambda *a, **said: fetched.append(said["after"]) or real(*a, **said)
        )
        log.append([Noted(about="new")], actor="me")
        after = follow._chunks(Noted, 9)
    assert after[0] is before[0]
    assert fetched == [8]


def test_a_type_is_read_when_it_is_first_asked_for_and_types_asked_together_in_one_pass(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with SqliteLog.open(":memory:") as log:
        log.append([Noted(about="a"), Counted(about="b")], actor="me")
        follow, asked = Tables(log, sample_registry()), []
        real = log.fetch_columns
        monkeypatch.setattr(log, "fetch_columns", lambda types, **said: asked.append(types) or real(types, **said))
        follow[Noted].collect()
        follow.load([Noted, Counted])
        follow.load([Noted, Counted])
    assert asked == [["test.noted"], ["test.counted"]]


def test_what_a_host_rolled_back_is_not_remembered() -> None:
    conn = sqlite3.connect(":memory:", isolation_level=None)
    conn.execute("PRAGMA synchronous = FULL")
    with SqliteLog.open(conn) as log:
        follow = Tables(log, sample_registry())
        log.append([Noted(about="kept")], actor="me")
        conn.execute("BEGIN")
        log.append([Noted(about="undone")], actor="me")
        assert follow[Noted].collect()["about"].to_list() == ["kept", "undone"]
        conn.execute("ROLLBACK")
        assert follow[Noted].collect()["about"].to_list() == ["kept"]
        log.append([Noted(about="other")], actor="me")
        assert follow[Noted].collect()["about"].to_list() == ["kept", "other"]


def test_several_threads_read_one_set_of_tables_while_the_log_grows(tmp_path: Path) -> None:
    with SqliteLog.open(tmp_path / "log.db") as log:
        log.append([Noted(about="0")], actor="me")
        follow, wrong = Tables(log, sample_registry()), []

        def look() -> None:
            for _ in range(25):
                snapshot = follow.at()
                told = snapshot[Noted].collect()["position"].to_list()
                if told != list(range(1, snapshot.position + 1)):
                    wrong.append(told)

        readers = [threading.Thread(target=look) for _ in range(4)]
        for reader in readers:
            reader.start()
        for n in range(1, 40):
            log.append([Noted(about=str(n))], actor="me")
        for reader in readers:
            reader.join()
    assert wrong == []


def test_a_type_of_the_log_that_the_registry_does_not_know_is_left_out() -> None:
    with SqliteLog.open(":memory:") as log:
        log.append([Noted(about="a"), Counted(about="b")], actor="me")
        follow = Tables(log, Registry((Noted,)))
        follow.load()
        assert follow[Noted].collect().height == 1
        with pytest.raises(UnknownEventType, match=r"test\.counted"):
            follow["test.counted"]


def test_corrections_in_the_call_that_appends_the_fact_count_as_well() -> None:
    from shnor_engine.events.base import Envelope

    def said(event: Event, event_id: str) -> Envelope:
        return Envelope(event=event, event_id=event_id)

    with SqliteLog.open(":memory:") as log:
        entries = [said(Noted(about="a", value=1), "e1"), said(Noted(about="b"), "e2")]
        fixed = supersede("e1", Noted(about="a", value=2), reason="typo")
        log.append([*entries, fixed, retract("e2", reason="wrong")], actor="me")
        now = Tables(log, sample_registry()).at()[Noted].select("about", "value").collect().rows()
    assert now == [("a", 2)]


def test_a_body_that_cannot_be_read_leaves_the_tables_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    with SqliteLog.open(":memory:") as log:
        log.append([Noted(about="a"), Counted(about="b"), Noted(about="c")], actor="me")
        follow, real = Tables(log, sample_registry()), tables.rows_of

        def fails_on_counted(columns: Any, *rest: Any) -> pl.DataFrame:
            if columns.type == "test.counted":
                raise ValueError("unreadable")
            return real(columns, *rest)

        monkeypatch.setattr(tables, "rows_of", fails_on_counted)
        with pytest.raises(ValueError, match="unreadable"):
            follow.load()
        monkeypatch.setattr(tables, "rows_of", real)
        follow.load()
        assert [follow[cls].collect().height for cls in TYPES] == [2, 1]
