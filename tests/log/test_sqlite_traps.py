"""What SQLite, its Python module and sqlite-utils let happen, and that the log does not."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from shnor_engine.errors import (
    EventIdReused,
    LogBusy,
    LogError,
    LogIsReadOnly,
    LogMoved,
    NotALog,
    OutcomeUnknown,
    SchemaChanged,
)
from shnor_engine.events.base import Envelope
from shnor_engine.log import Expect, SqliteLog, files, session
from shnor_engine.log.sql import rows
from shnor_engine.log.verify import verify_file
from shnor_engine.testing.fakes import FixedClock, Noted, SeededIds


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.db"


@pytest.fixture
def log(path: Path) -> Iterator[SqliteLog]:
    with SqliteLog.open(path) as log:
        log.append([Envelope(event=Noted(about="a"), event_id="i1"), Noted(about="b")], actor="me")
        yield log


def other(path: Path) -> sqlite3.Connection:
    """A connection of another program, with what it has by default."""
    conn = sqlite3.connect(path, isolation_level=None)
    conn.execute("PRAGMA recursive_triggers = OFF")
    return conn


# --- the file under an open log ------------------------------------------------------------------


def deleted(path: Path) -> None:
    path.unlink()


def moved(path: Path) -> None:
    path.rename(path.with_name("elsewhere.db"))


def replaced(path: Path) -> None:
    copy = path.with_name("copy.db")
    copy.write_bytes(path.read_bytes())
    copy.replace(path)


@pytest.mark.parametrize("end", ["", "-wal"])
@pytest.mark.parametrize("settled", [False, True])
@pytest.mark.parametrize("happens", [deleted, moved, replaced])
def test_nothing_is_acknowledged_into_a_file_that_nobody_will_find(
    log: SqliteLog, path: Path, happens: Callable[[Path], None], end: str, *, settled: bool
) -> None:
    before = [1, 2]
    if settled:
        unchanged_for_long(path.parent)
        before += log.append([Noted(about="found in a folder that nobody changes")], actor="me").positions
    happens(path.with_name(path.name + end))
    for _ in range(2):
        with pytest.raises(LogMoved, match=r"deleted or moved|replaced") as caught:
            log.append([Noted(about="lost")], actor="me")
        assert caught.value.path == f"{path}{end}"
    assert [json.loads(line)["position"] for line in log.export()] == before


def test_a_coarse_clock_of_a_file_system_is_given_more_time(monkeypatch: pytest.MonkeyPatch) -> None:
    second = 1_000_000_000
    monkeypatch.setattr(time, "time_ns", lambda: 100 * second)
    assert not files._settled(98 * second)
    assert files._settled(97 * second)
    assert not files._settled(100 * second - 9_999_999)
    assert files._settled(99 * second + 900_000_001)
    assert not files._settled(200 * second), "a time to come, the clock was set back"


def unchanged_for_long(folder: Path) -> None:
    day_ago = time.time_ns() - 86_400_000_000_000
    os.utime(folder, ns=(day_ago, day_ago))


def test_files_are_not_asked_for_again_while_their_folder_is_as_it_was(
    log: SqliteLog, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = files._identity
    monkeypatch.setattr(files, "_identity", lambda one: asked.append(one) or real(one))
    monkeypatch.setattr(files, "SETTLED_FINE", 3_600_000_000_000)
    log.append([Noted(about="just made: any change may bear the same time")], actor="me")
    log.append([Noted(about="so they are asked for again")], actor="me")
    unchanged_for_long(path.parent)
    log.append([Noted(about="the folder is settled")], actor="me")
    assert len(asked) == 6
    log.append([Noted(about="and so no file is asked for")], actor="me")
    assert len(asked) == 6
    path.with_name("another.txt").touch()
    log.append([Noted(about="something changed")], actor="me")
    assert len(asked) == 8


def test_what_a_link_names_is_watched_although_the_folder_of_the_link_does_not_change(tmp_path: Path) -> None:
    there, here = tmp_path / "there", tmp_path / "here"
    there.mkdir()
    here.mkdir()
    (here / "log.db").symlink_to(there / "log.db")
    with SqliteLog.open(here / "log.db") as log:
        unchanged_for_long(here)
        log.append([Noted(about="a")], actor="me")
        (there / "log.db").rename(there / "elsewhere.db")
        with pytest.raises(LogMoved):
            log.append([Noted(about="b")], actor="me")


def test_a_folder_that_was_moved_takes_its_log_with_it(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    with SqliteLog.open(folder / "log.db") as log:
        unchanged_for_long(folder)
        log.append([Noted(about="a")], actor="me")
        folder.rename(tmp_path / "elsewhere")
        with pytest.raises(LogMoved):
            log.append([Noted(about="b")], actor="me")


def test_a_log_made_anew_under_an_open_one_is_another(log: SqliteLog, path: Path) -> None:
    path.unlink()
    SqliteLog.open(path.with_name("new.db")).close()
    path.with_name("new.db").rename(path)
    with pytest.raises(LogMoved, match="replaced"):
        log.append([Noted(about="a")], actor="me")


def test_a_log_that_was_put_back_goes_on(log: SqliteLog, path: Path) -> None:
    aside = path.with_name("aside.db")
    path.rename(aside)
    with pytest.raises(LogMoved):
        log.append([Noted(about="c")], actor="me")
    aside.rename(path)
    assert log.append([Noted(about="c")], actor="me").positions == (3,)
    log.close()
    assert verify_file(path).ok


def test_a_log_is_watched_from_its_opening_on(path: Path) -> None:
    with SqliteLog.open(path) as log:
        path.unlink()
        with pytest.raises(LogMoved):
            log.append([Noted(about="a")], actor="me")


# --- append-only ---------------------------------------------------------------------------------

EVENT = "(position, batch, event_id, type, version, subject, actor, body, leaf)"


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE event SET body = '{}' WHERE position = 1",
        "DELETE FROM event WHERE position = 2",
        f"INSERT OR REPLACE INTO event {EVENT} VALUES (1, 1, 'i9', 't', 1, 's', 'x', '{{}}', x'00')",
        f"INSERT OR REPLACE INTO event {EVENT} VALUES (3, 1, 'i1', 't', 1, 's', 'x', '{{}}', x'00')",
        f"INSERT OR REPLACE INTO event {EVENT} VALUES (3, 2, 'i1', 't', 1, 's', 'x', '{{}}', x'00')",
        "REPLACE INTO event SELECT * FROM event WHERE position = 2",
        f"INSERT INTO event {EVENT} VALUES (7, 1, 'i9', 't', 1, 's', 'x', '{{}}', x'00')",
        f"INSERT INTO event {EVENT} VALUES (0, 1, 'i9', 't', 1, 's', 'x', '{{}}', x'00')",
        f"INSERT INTO event {EVENT} VALUES (NULL, 1, 'i9', 't', 1, 's', 'x', '{{}}', x'00')",
        f"INSERT INTO event {EVENT.replace('position, ', '')} VALUES (1, 'i9', 't', 1, 's', 'x', '{{}}', x'00')",
        "UPDATE log_batch SET recorded_at = '2020'",
        "DELETE FROM log_batch",
        "INSERT OR REPLACE INTO log_batch SELECT * FROM log_batch",
        "INSERT INTO log_batch SELECT batch + 2, last + 1, last + 1, '9999', '', NULL, digest, chain FROM log_batch",
        "INSERT INTO log_batch SELECT batch + 1, last + 2, last + 2, '9999', '', NULL, digest, chain FROM log_batch",
        "INSERT INTO log_batch SELECT batch + 1, last + 1, last + 1, '1999', '', NULL, digest, chain FROM log_batch",
        "UPDATE log_meta SET value = 'x'",
        "DELETE FROM log_meta",
        "INSERT OR REPLACE INTO log_meta VALUES ('log_id', 'x')",
    ],
)
def test_another_program_cannot_change_or_misplace_a_row(log: SqliteLog, path: Path, sql: str) -> None:
    before = list(log.export())
    conn = other(path)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        conn.execute(sql)
    conn.close()
    assert list(log.export()) == before
    assert log.verify().ok


@pytest.mark.parametrize("sql", ["UPDATE log_head SET position = 1", "DELETE FROM log_head"])
def test_the_head_is_what_the_last_whole_batch_says(log: SqliteLog, path: Path, sql: str) -> None:
    conn = other(path)
    with pytest.raises(sqlite3.OperationalError, match="it is a view"):
        conn.execute(sql)
    digest = conn.execute("SELECT digest FROM log_batch").fetchone()[0]
    conn.execute("INSERT INTO log_batch VALUES (2, 3, 4, '9999', '', NULL, ?, ?)", (digest, digest))
    assert log.head().position == 2
    with pytest.raises(sqlite3.IntegrityError, match="append-only: not the next batch"):
        conn.execute("INSERT INTO log_batch VALUES (3, 5, 5, '99999', '', NULL, ?, ?)", (digest, digest))
    conn.close()
    assert {(finding.code, finding.position) for finding in log.verify().findings} >= {("event-missing", 3)}


def test_texts_are_not_stored_as_numbers(log: SqliteLog, path: Path) -> None:
    conn = other(path)
    with pytest.raises(sqlite3.IntegrityError, match="TEXT"):
        conn.execute("INSERT INTO checkpoint VALUES ('x', 'not a number', x'00', NULL)".replace("'x'", "x'00'"))


def test_an_implicit_rowid_is_no_position(log: SqliteLog) -> None:
    log.append([Noted(about="c")], actor="me")
    names = [row[1] for row in log.database.execute("PRAGMA table_info(event)") if row[5]]
    assert names == ["position"]
    assert [row.position for row in log.read()] == [1, 2, 3]


# --- the tables as they were made ------------------------------------------------------------------


def test_transform_drops_triggers_and_the_next_opening_says_so(log: SqliteLog, path: Path) -> None:
    log.close()
    database = Database(path)
    database["event"].transform()
    database.close()
    with pytest.raises(SchemaChanged) as caught:
        SqliteLog.open(path)
    said = "; ".join(caught.value.findings)
    for name in ("event_refuses_update", "event_refuses_delete", "event_takes_next"):
        assert f"trigger {name} is missing" in said


@pytest.mark.parametrize(
    ("sql", "finding"),
    [
        ("DROP TRIGGER event_refuses_delete", "trigger event_refuses_delete is missing"),
        ("DROP INDEX event_corrections", "index event_corrections is missing"),
        ("DROP TABLE checkpoint", "table checkpoint is missing"),
        ("ALTER TABLE event ADD COLUMN more TEXT", "table event is not as it was made"),
        ("CREATE TRIGGER evil AFTER INSERT ON event BEGIN SELECT 1; END", "trigger evil on event is not ours"),
        ("CREATE UNIQUE INDEX odd ON event (subject)", "index odd on event is not ours"),
    ],
)
def test_a_changed_schema_is_named_at_opening(log: SqliteLog, path: Path, sql: str, finding: str) -> None:
    if "UNIQUE" not in sql:
        log.append([Noted(about="a")], actor="me")
    log.close()
    other(path).execute(sql)
    with pytest.raises(SchemaChanged, match=finding):
        SqliteLog.open(path)
    with pytest.raises(SchemaChanged, match=finding):
        SqliteLog.open(path, readonly=True)


def test_tables_and_plain_indexes_of_the_host_are_its_own_business(log: SqliteLog, path: Path) -> None:
    log.close()
    other(path).executescript("CREATE TABLE mine (x); CREATE INDEX mine_too ON event (type);")
    with SqliteLog.open(path) as again:
        assert again.append([Noted(about="a")], actor="me").positions == (3,)
        assert again.verify().ok


def test_a_file_that_is_no_log_is_refused(tmp_path: Path) -> None:
    text, database, missing = tmp_path / "a.txt", tmp_path / "b.db", tmp_path / "c.db"
    text.write_text("not a database at all, but longer than the header of one " * 20)
    other(database).execute("CREATE TABLE mine (x)")
    for path in (text, database):
        with pytest.raises(NotALog):
            SqliteLog.open(path)
    for options in ({"readonly": True}, {"create": False}):
        with pytest.raises(NotALog):
            SqliteLog.open(missing, **options)  # type: ignore[arg-type]
    assert not missing.exists()


def test_a_format_of_later_years_is_refused_not_misread(log: SqliteLog, path: Path) -> None:
    log.close()
    other(path).execute("PRAGMA user_version = 2")
    with pytest.raises(NotALog, match="format 2"):
        SqliteLog.open(path)


# --- locks ------------------------------------------------------------------------------------------


def test_a_deferred_begin_that_reads_first_does_not_wait(path: Path) -> None:
    """The trap itself: so an append begins IMMEDIATE, and inside a host's transaction locks before it reads."""
    SqliteLog.open(path).close()
    one, two = other(path), other(path)
    two.execute("PRAGMA busy_timeout = 5000")
    two.execute("BEGIN")
    two.execute("SELECT position FROM log_head").fetchone()
    SqliteLog.open(path).append([Noted(about="a")], actor="me")
    one.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    with pytest.raises(LogBusy):
        SqliteLog.open(two).append([Noted(about="b")], actor="me")
    assert time.monotonic() - began < 4


def test_an_append_waits_for_the_writer_before_it(log: SqliteLog, path: Path) -> None:
    blocker = other(path)
    blocker.execute("BEGIN IMMEDIATE")
    done: list[Any] = []
    writer = threading.Thread(target=lambda: done.append(log.append([Noted(about="c")], actor="me")))
    writer.start()
    time.sleep(0.2)
    assert not done
    blocker.execute("COMMIT")
    writer.join(10)
    assert done[0].positions == (3,)


def test_a_lock_that_is_held_too_long_is_log_busy(
    log: SqliteLog, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "BUSY_TIMEOUT", 0.05)
    blocker = other(path)
    blocker.execute("BEGIN IMMEDIATE")
    with SqliteLog.open(path) as impatient, pytest.raises(LogBusy):
        impatient.append([Noted(about="c")], actor="me")
    blocker.execute("COMMIT")
    assert log.append([Noted(about="c")], actor="me").positions == (3,)


def test_a_condition_in_a_host_transaction_sees_the_lock(path: Path) -> None:
    conn = sqlite3.connect(path)
    log = SqliteLog.open(conn)
    conn.execute("BEGIN")  # deferred and nothing read yet: the append itself takes the lock
    assert log.append([Noted(about="a")], actor="me", expected=Expect.head(0)).positions == (1,)
    conn.commit()
    assert log.head().position == 1


# --- the commit -------------------------------------------------------------------------------------


class Breaking(sqlite3.Connection):
    """A connection whose commit fails when it is told to, after or before the batch stands."""

    breaks = ""

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:  # type: ignore[override]
        if sql == "COMMIT" and self.breaks:
            if self.breaks == "after":
                super().execute(sql)
            raise sqlite3.OperationalError("disk I/O error")
        return super().execute(sql, *values)


@pytest.mark.parametrize("breaks", ["before", "after"])
def test_a_failed_commit_is_outcome_unknown_and_poisons_the_handle(path: Path, breaks: str) -> None:
    conn = sqlite3.connect(path, factory=Breaking, isolation_level=None)
    log = SqliteLog.open(conn)
    conn.breaks = breaks
    sent = [Envelope(event=Noted(about="a"), event_id="i1")]
    with pytest.raises(OutcomeUnknown, match="same ids"):
        log.append(sent, actor="me")
    conn.breaks = ""
    for used in (log.head, lambda: log.append(sent, actor="me"), lambda: list(log.read()), lambda: log.wait(1, 0)):
        with pytest.raises(OutcomeUnknown):
            used()
    conn.close()
    with SqliteLog.open(path) as again:
        assert again.append(sent, actor="me").positions == (1,)
        assert again.head().position == 1
        assert again.verify().ok


def test_synchronous_is_full_on_the_very_handle_that_commits(path: Path) -> None:
    seen: list[int] = []

    class Watching(sqlite3.Connection):
        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:  # type: ignore[override]
            if sql == "COMMIT":
                seen.append(super().execute("PRAGMA synchronous").fetchone()[0])
            return super().execute(sql, *values)

    original = sqlite3.connect
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(session.sqlite3, "connect", lambda *a, **k: original(*a, **k, factory=Watching))
        for level, number in (("FULL", 2), ("NORMAL", 1), ("EXTRA", 3)):
            with SqliteLog.open(path, synchronous=level) as log:  # type: ignore[arg-type]
                seen.clear()
                log.append([Noted(about="a")], actor="me")
                worker = threading.Thread(target=lambda one=log: one.append([Noted(about="b")], actor="me"))
                worker.start()
                worker.join()
                assert seen == [number, number]
                assert rows(log.database.conn, "PRAGMA journal_mode") == [("wal",)]
        with SqliteLog.open(path) as log:
            assert rows(log.database.conn, "PRAGMA synchronous") == [(2,)]


# --- a host's connection ------------------------------------------------------------------------------


def test_inside_a_host_transaction_an_append_is_a_savepoint(path: Path) -> None:
    conn = sqlite3.connect(path)
    log = SqliteLog.open(conn)
    log.append([Envelope(event=Noted(about="a"), event_id="i1")], actor="me")
    conn.execute("CREATE TABLE mine (x)")
    conn.execute("INSERT INTO mine VALUES (1)")  # the module begins a transaction
    assert conn.in_transaction
    log.append([Noted(about="b")], actor="me")
    log.supersede("i1", Noted(about="a", value=2), reason="x", actor="me")
    with pytest.raises(EventIdReused):
        log.append([Noted(about="c"), Envelope(event=Noted(about="z"), event_id="i1")], actor="me")
    assert conn.in_transaction
    assert [row.position for row in log.read()] == [2, 3]
    conn.rollback()
    assert [row.position for row in log.read()] == [1]
    assert log.append([Noted(about="b")], actor="me").positions == (2,)
    conn.execute("INSERT INTO mine VALUES (2)")
    log.retract("i1", reason="x", actor="me")
    conn.commit()
    assert [row.position for row in log.read()] == [2]
    assert conn.execute("SELECT x FROM mine").fetchall() == [(2,)]
    assert log.verify().ok


def test_outside_a_transaction_we_begin_and_commit(path: Path) -> None:
    conn = sqlite3.connect(path)
    log = SqliteLog.open(conn)
    log.append([Noted(about="a")], actor="me")
    assert not conn.in_transaction
    with SqliteLog.open(path, readonly=True) as reader:
        assert reader.head().position == 1
    log.close()
    assert conn.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.parametrize(
    "pragma", ["synchronous = OFF", "synchronous = NORMAL", "ignore_check_constraints = ON", "query_only = ON"]
)
def test_the_pragmas_of_a_host_are_checked_and_not_set(path: Path, pragma: str) -> None:
    SqliteLog.open(path).close()
    conn = sqlite3.connect(path)
    conn.execute(f"PRAGMA {pragma}")
    with pytest.raises(LogError, match="PRAGMA"):
        SqliteLog.open(conn)
    name, _, value = pragma.partition(" = ")
    assert rows(conn, f"PRAGMA {name}")[0][0] == {"OFF": 0, "NORMAL": 1, "ON": 1}[value]
    if value == "NORMAL":
        assert SqliteLog.open(conn, synchronous="NORMAL").head().position == 0


# --- the handle -----------------------------------------------------------------------------------------


def test_a_reader_cannot_write(log: SqliteLog, path: Path) -> None:
    with SqliteLog.open(path, readonly=True) as reader:
        assert len(list(reader.read())) == 2
        with pytest.raises(LogIsReadOnly):
            reader.append([Noted(about="c")], actor="me")
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            reader.database.conn.execute("CREATE TABLE x (y)")


def unwritable(path: Path) -> None:
    """Keep SQLite from its files beside the log, as a folder does that cannot be written; root may write anywhere."""
    path.with_name(f"{path.name}-shm").symlink_to(path.with_name("no such folder") / "shm")


def test_a_log_in_a_folder_that_cannot_be_written_is_read_and_verified(path: Path) -> None:
    with SqliteLog.open(path) as log:
        log.append([Noted(about="a"), Noted(about="b")], actor="me")
    unwritable(path)
    with SqliteLog.open(path, readonly=True) as reader:
        assert [row.subject for row in reader.read()] == ["a", "b"]
        assert reader.verify().ok
    assert verify_file(path).ok


def test_what_a_writer_left_beside_a_log_is_never_passed_over(path: Path, tmp_path: Path) -> None:
    """The file alone would give an earlier answer than was acknowledged."""
    copy = tmp_path / "copy.db"
    with SqliteLog.open(path) as log:
        log.append([Noted(about="a")], actor="me")
        for ending in ("", "-wal"):
            copy.with_name(copy.name + ending).write_bytes(path.with_name(path.name + ending).read_bytes())
    unwritable(copy)
    with pytest.raises(LogIsReadOnly, match=r"copy\.db-wal.*copy both files"):
        SqliteLog.open(copy, readonly=True)


def test_each_thread_has_a_connection_of_its_own(log: SqliteLog) -> None:
    found: list[Any] = []

    def work(name: str) -> None:
        for _ in range(20):
            log.append([Noted(about=name)], actor="me")
        found.append((log.database.conn, len(list(log.read(subjects=[name])))))

    threads = [threading.Thread(target=work, args=(f"t{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(conn) for conn, _ in found} | {id(log.database.conn)}) == 5
    assert [count for _, count in found] == [20] * 4
    assert log.head().position == 82
    assert log.verify().ok


def test_a_closed_handle_says_so(path: Path) -> None:
    log = SqliteLog.open(path)
    log.close()
    with pytest.raises(LogError, match="closed"):
        log.head()


def test_an_id_maker_that_repeats_itself_is_no_repeat_of_a_call(path: Path) -> None:
    clock = FixedClock()
    for expected in (True, False):
        with SqliteLog.open(path, clock=clock, ids=SeededIds(1)) as log:
            if expected:
                log.append([Noted(about="a")], actor="me")
            else:
                with pytest.raises(EventIdReused):
                    log.append([Noted(about="b")], actor="me")
                assert log.head().position == 1


def test_without_time_zone_data_moscow_is_taken_as_utc_plus_3(monkeypatch: pytest.MonkeyPatch) -> None:
    from zoneinfo import ZoneInfoNotFoundError

    from shnor_engine.log import moments

    def missing(name: str) -> None:
        raise ZoneInfoNotFoundError(name)

    monkeypatch.setattr(moments, "ZoneInfo", missing)
    with pytest.warns(RuntimeWarning, match=r"UTC\+3"):
        assert str(moments.zone_of("Europe/Moscow")) == "Europe/Moscow"
    with pytest.raises(LogError, match="tzdata"):
        moments.zone_of("Asia/Tokyo")


def test_a_log_keeps_the_zone_it_was_made_with(path: Path) -> None:
    SqliteLog.open(path, zone="Asia/Kamchatka").close()
    with SqliteLog.open(path) as log:
        assert log.zone_name == "Asia/Kamchatka"


def test_another_programs_database_is_refused_and_not_changed_not_even_its_journal_mode(tmp_path: Path) -> None:
    path = tmp_path / "foreign.db"
    with other(path) as conn:
        conn.execute("CREATE TABLE theirs (x)")
    conn.close()
    before = path.read_bytes()
    with pytest.raises(NotALog):
        SqliteLog.open(path)
    assert path.read_bytes() == before
