"""Killed writers, writers side by side, no room: what was acknowledged stands, nothing stands by half."""

from __future__ import annotations

import random
import sqlite3
import sys
import threading
import time
from itertools import groupby
from pathlib import Path

import pytest
from tests.log.writers import writers

from shnor_engine.errors import LogFull
from shnor_engine.events.base import Envelope, Stored
from shnor_engine.log import SqliteLog
from shnor_engine.testing.fakes import Noted

ROUNDS = 220

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="kill -9 and fork")


def assert_whole_batches(rows: list[Stored]) -> None:
    """Each batch is one call of one writer, all of it, in order."""
    for _, batch in groupby(rows, key=lambda row: row.batch):
        said = [row.event_id.split(":") for row in batch]
        name, call, _, count = said[0]
        assert said == [[name, call, str(n), count] for n in range(int(count))]


@posix_only
@pytest.mark.slow
def test_a_writer_killed_at_any_moment_loses_nothing_it_acknowledged(tmp_path: Path) -> None:
    path, moments = tmp_path / "log.db", random.Random(9)
    acknowledged, killed_at_work, patience = 0, 0, 1.0
    with SqliteLog.open(path) as log, writers() as fleet:
        for number in range(ROUNDS):
            before = log.head().position
            for beside in range(2):
                fleet.say("start", path, f"w{number}.{beside}", 10_000)
            time.sleep(moments.uniform(0.003, 0.03) * patience)
            fleet.say("kill")
            done = fleet.acknowledged()
            rows = list(log.read(after=before, effective=False))
            assert [row.position for row in rows] == list(range(before + 1, log.head().position + 1))
            assert_whole_batches(rows)
            stands = {row.event_id: row.position for row in rows}
            for name, call, first, last in done:
                count = last - first + 1
                assert [stands[f"{name}:{call}:{n}:{count}"] for n in range(count)] == list(range(first, last + 1))
            assert log.verify(since=before).ok
            acknowledged += len(done)
            killed_at_work += len({row.batch for row in rows}) > 0
            # a busy machine starts writers slower: wait longer after a round in which nothing was written
            patience = min(patience * 1.2, 8.0) if not done else max(patience / 1.05, 1.0)
        checked = log.verify()
    assert checked.ok
    assert acknowledged > ROUNDS
    assert killed_at_work > ROUNDS // 2


@posix_only
@pytest.mark.slow
def test_four_writers_at_once_leave_no_gap_and_a_live_reader_skips_nothing(tmp_path: Path) -> None:
    path, calls = tmp_path / "log.db", 120
    seen: list[Stored] = []
    ended = threading.Event()
    SqliteLog.open(path).close()

    def follow() -> None:
        with SqliteLog.open(path, readonly=True) as reader:
            while not ended.is_set() or len(seen) < reader.head().position:
                seen.extend(reader.subscribe(len(seen), timeout=0.05))

    live = threading.Thread(target=follow)
    live.start()
    with writers() as fleet:
        for number in range(4):
            fleet.say("start", path, f"w{number}", calls)
        fleet.say("join")
        done = fleet.acknowledged()
    ended.set()
    live.join(30)
    assert [row.position for row in seen] == list(range(1, len(seen) + 1))
    assert len(done) == 4 * calls
    assert_whole_batches(seen)
    for number in range(4):
        order = [int(row.event_id.split(":")[1]) for row in seen if row.subject == f"w{number}"]
        assert order == sorted(order)
        assert set(order) == set(range(calls))
    moments = [row.recorded_at for row in seen]
    assert moments == sorted(moments)
    with SqliteLog.open(path, readonly=True) as log:
        assert log.head().position == len(seen)
        assert log.verify().ok


def _append_for_ever(log: SqliteLog) -> None:
    while True:
        log.append([Noted(about="b", text="x" * 500)], actor="me")


def test_a_full_file_is_log_full_and_room_makes_it_work_again(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    with SqliteLog.open(path) as log:
        log.append([Noted(about="a")], actor="me")
        conn: sqlite3.Connection = log.database.conn
        pages = conn.execute("PRAGMA page_count").fetchone()[0]
        conn.execute(f"PRAGMA max_page_count = {pages + 3}")
        sent = [Envelope(event=Noted(about="b", text="x" * 4000), event_id=f"i{n}") for n in range(40)]
        for _ in range(3):
            with pytest.raises(LogFull, match="no room"):
                log.append(sent, actor="me")
            assert log.head().position == 1
            assert log.verify().ok
        with pytest.raises(LogFull):
            _append_for_ever(log)
        head = log.head().position
        conn.execute("PRAGMA max_page_count = 1000000")
        assert log.append(sent, actor="me").positions == tuple(range(head + 1, head + 41))
        assert log.verify().ok


@posix_only
def test_a_disk_without_room_at_the_commit_leaves_the_log_whole(tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk: the write of the WAL itself fails, not a statement."""
    import resource
    import signal

    from shnor_engine.errors import LogError, OutcomeUnknown

    path = tmp_path / "log.db"
    with SqliteLog.open(path) as log:
        log.append([Envelope(event=Noted(about="a"), event_id="i0")], actor="me")
        sent = [Envelope(event=Noted(about="b", text="x" * 800), event_id=f"i{n}") for n in range(1, 60)]
        limit, ignored = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        wal = path.with_name("log.db-wal").stat().st_size
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (wal + 9_000, limit[1]))
            with pytest.raises(LogError) as caught:
                log.append(sent, actor="me")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limit)
            signal.signal(signal.SIGXFSZ, ignored)
    assert isinstance(caught.value, OutcomeUnknown | LogFull)
    with SqliteLog.open(path) as again:
        assert again.head().position in (1, 60)
        assert again.append(sent, actor="me").positions == tuple(range(2, 61))
        assert again.verify().ok
