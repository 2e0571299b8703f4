"""Whoever changes a log behind its back is found, at the very place."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shnor_engine.errors import NotALog, SchemaChanged
from shnor_engine.events.base import Envelope, Source
from shnor_engine.log import SqliteLog, Verification, schema, subjects
from shnor_engine.log.verify import verify_file
from shnor_engine.testing.fakes import FixedClock, Noted, SeededIds

EVENTS = 120
Forge = Callable[[str], None]


def make(path: Path) -> None:
    """Thirty batches with corrections, sources and request ids, in one file without a WAL."""
    clock = FixedClock()
    with SqliteLog.open(path, clock=clock, ids=SeededIds()) as log:
        for n in range(30):
            clock.move(seconds=7)
            said = [Envelope(event=Noted(about=f"s{k}", text="текст" * k), event_id=f"e{n:03}-{k}") for k in range(3)]
            log.append(said, actor="me", source=Source(type="note", date=date(2024, 1, 1)), request_id=f"r{n}")
            log.supersede(f"e{n:03}-1", Noted(about="s1", value=n), reason="typo", actor="me")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("PRAGMA journal_mode = DELETE")
    other.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    make(tmp_path / "log.db")
    return tmp_path / "log.db"


@pytest.fixture
def forge(path: Path) -> Iterator[Forge]:
    """Change a table as somebody would who knows the triggers: drop them, change, put them back."""
    conn = sqlite3.connect(path, isolation_level=None)

    def change(sql: str) -> None:
        made = conn.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in made:
            conn.execute(f"DROP TRIGGER {name}")
        conn.executescript(sql)
        for _, text in made:
            conn.execute(text)

    yield change
    conn.close()


def places(checked: Verification) -> list[tuple[str, int | None]]:
    return [(finding.code, finding.position) for finding in checked.findings]


def test_an_honest_log_has_no_findings(path: Path) -> None:
    checked = verify_file(path)
    assert checked.ok
    assert (checked.events, checked.batches, checked.position) == (EVENTS, 60, EVENTS)
    assert verify_file(path, since=EVENTS).events == 0
    assert verify_file(path, since=58).events == EVENTS - 56


@pytest.mark.parametrize("column", [*schema.EVENT_COLUMNS.replace(" ", "").split(",")[1:]])
def test_a_change_in_any_column_of_an_event_is_found_at_its_position(path: Path, forge: Forge, column: str) -> None:
    if column in ("batch", "version"):
        forge(f"UPDATE event SET {column} = {column} + 1 WHERE position = 57")
    elif column == "leaf":
        forge("UPDATE event SET leaf = zeroblob(32) WHERE position = 57")
    else:
        forge(f"UPDATE event SET {column} = coalesce({column}, '') || ' ' WHERE position = 57")
    assert {position for _, position in places(verify_file(path))} == {57}


@pytest.mark.parametrize("column", ["recorded_at", "written_at", "request_id", "digest", "chain", "first", "last"])
def test_a_change_in_any_column_of_a_batch_is_found_at_the_batch(path: Path, forge: Forge, column: str) -> None:
    value = {"digest": "zeroblob(32)", "chain": "zeroblob(32)", "first": "first - 1", "last": "last + 1"}
    forge(f"UPDATE log_batch SET {column} = {value.get(column, f'substr({column}, 2)')} WHERE batch = 31")
    found = verify_file(path).findings
    assert found[0].batch == 31
    assert found[0].position == 61
    assert len(found) == 1


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("DELETE FROM event WHERE position = 57", ("event-missing", 57)),
        ("UPDATE event SET position = 500 WHERE position = 57", ("event-stray", 500)),
        ("DELETE FROM log_batch WHERE batch = 30", ("batch-changed", 60)),
        ("DELETE FROM log_batch WHERE batch = 60", ("event-stray", 120)),
        ("DROP VIEW log_head; CREATE VIEW log_head AS SELECT 7 AS position", ("view-changed", None)),
        ("DROP VIEW log_head", ("view-missing", None)),
        ("DELETE FROM event WHERE position = 120", ("event-missing", 120)),
        ("UPDATE event SET body = x'00' WHERE position = 3", None),
    ],
)
def test_what_is_missing_or_too_much_is_found(path: Path, forge: Forge, sql: str, found: Any) -> None:
    if found is None:
        with pytest.raises(sqlite3.IntegrityError):
            forge(sql)
        return
    forge(sql)
    assert found in places(verify_file(path))


def test_two_rows_that_changed_places_are_both_found(path: Path, forge: Forge) -> None:
    forge(
        "UPDATE event SET position = -5 WHERE position = 57; UPDATE event SET position = 57 WHERE position = 61;"
        "UPDATE event SET position = 61 WHERE position = -5;"
    )
    found = verify_file(path).findings
    assert {(f.code, f.position) for f in found} >= {("event-moved", 57), ("event-moved", 61)}


def test_every_bad_position_is_named_not_only_the_first(path: Path, forge: Forge) -> None:
    forge("UPDATE event SET body = '{}' WHERE position IN (5, 6, 77, 119)")
    assert [position for _, position in places(verify_file(path))] == [5, 6, 77, 119]
    assert [position for _, position in places(verify_file(path, since=80))] == [119]


def test_a_body_changed_with_its_leaf_is_found_by_the_digest(path: Path, forge: Forge) -> None:
    from shnor_engine.log.chain import LEAF_COLUMNS, leaf

    conn = sqlite3.connect(path)
    row = list(conn.execute(f"SELECT {', '.join(LEAF_COLUMNS)} FROM event WHERE position = 57").fetchone())
    conn.close()
    row[-1] = '{"forged":true}'
    forge(f"UPDATE event SET body = '{row[-1]}', leaf = x'{leaf(row).hex()}' WHERE position = 57")
    assert places(verify_file(path)) == [("batch-changed", 57)]


def test_doubles_are_found_when_the_unique_key_is_gone(path: Path) -> None:
    conn = sqlite3.connect(path, isolation_level=None)
    made = [
        sql
        for (sql,) in conn.execute("SELECT sql FROM sqlite_master WHERE tbl_name = 'event' AND sql LIKE '%TRIGGER%'")
    ]
    table = schema.SCHEMA["event"].replace(" UNIQUE", "").replace("TABLE event", "TABLE plain")
    conn.execute("PRAGMA legacy_alter_table = ON")
    conn.executescript(
        f"{table}; INSERT INTO plain SELECT * FROM event; DROP TABLE event; ALTER TABLE plain RENAME TO event;"
    )
    conn.execute("UPDATE event SET event_id = (SELECT event_id FROM event WHERE position = 3) WHERE position = 9")
    for sql in made:
        conn.execute(sql)
    conn.close()
    found = places(verify_file(path))
    assert ("event-double", 9) in found
    assert ("event-changed", 9) in found
    assert ("table-changed", None) in found
    other = sqlite3.connect(path)
    assert other.execute("SELECT count(*) - count(DISTINCT event_id) FROM event").fetchone() == (1,)


def test_a_changed_subject_index_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subjects, "SEGMENT", 4)
    path = tmp_path / "log.db"
    make(path)
    assert verify_file(path).ok
    conn = sqlite3.connect(path)
    conn.execute("DELETE FROM subject_index WHERE position = 6")
    conn.execute("INSERT INTO subject_index VALUES (1, 'nobody', 7)")
    conn.commit()
    conn.close()
    assert places(verify_file(path)) == [("index-changed", 6), ("index-changed", 7)]


def test_schema_changes_are_findings_and_not_errors(path: Path) -> None:
    conn = sqlite3.connect(path)
    conn.execute("DROP TRIGGER event_refuses_update")
    conn.execute("UPDATE event SET actor = 'x' WHERE position = 8")
    conn.commit()
    conn.close()
    assert places(verify_file(path)) == [("trigger-missing", None), ("event-changed", 8)]


def test_a_file_that_is_no_log_is_a_finding_a_missing_one_an_error(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"nothing of the kind" * 300)
    sqlite3.connect(tmp_path / "b").close()
    assert [f.code for f in verify_file(tmp_path / "a").findings] == ["unreadable"]
    assert [f.code for f in verify_file(tmp_path / "b").findings] == ["not-a-log"]
    with pytest.raises(NotALog):
        verify_file(tmp_path / "c")


def test_a_log_is_verified_while_others_write_and_by_its_own_handle(path: Path) -> None:
    with SqliteLog.open(path) as log, SqliteLog.open(path) as writer:
        writer.append([Noted(about="a")], actor="me")
        assert log.verify().position == EVENTS + 1
        assert log.verify(since=EVENTS).ok


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_flipped_bit_anywhere_in_event_or_batch_is_found_with_its_position(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Bytes of the file itself: records, their headers, cell pointers, links between pages."""
    original = tmp_path_factory.getbasetemp() / "original.db"
    if not original.exists():
        make(original)
    raw, pages = bytearray(original.read_bytes()), _pages_of(original)
    at = data.draw(st.sampled_from(pages)) + data.draw(st.integers(0, 4095))
    raw[at] ^= 1 << data.draw(st.integers(0, 7))
    damaged = original.with_name("damaged.db")
    damaged.write_bytes(raw)
    before, after = _rows(original), _rows(damaged)
    checked = verify_file(damaged)
    if after is not None and before == after:
        return  # free space, or a byte that only the index of the page uses and that changes no answer
    assert not checked.ok
    if after is not None:
        named = {finding.position for finding in checked.findings}
        gone = [{row[0]: row for row in set(before[table]) - set(after[table])} for table in ("event", "log_batch")]
        wrong = {*gone[0], *(row[1] for row in gone[1].values())}
        assert wrong <= named, checked.findings


def _pages_of(path: Path) -> list[int]:
    conn = sqlite3.connect(path)
    sql = "SELECT pgoffset FROM dbstat WHERE name IN ('event', 'log_batch')"
    found = [offset for (offset,) in conn.execute(sql)]
    conn.close()
    return found


def _rows(path: Path) -> Any:
    conn = sqlite3.connect(path)
    conn.text_factory = bytes
    try:
        return {
            table: conn.execute(f"SELECT * FROM {table} NOT INDEXED").fetchall() for table in ("event", "log_batch")
        }
    except sqlite3.Error:
        return None
    finally:
        conn.close()


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("UPDATE log_meta SET value = 'UTC' WHERE key = 'zone'", "meta-changed"),
        ("UPDATE log_meta SET value = '1999' WHERE key = 'created_at'", "meta-changed"),
        ("UPDATE log_meta SET value = '2' WHERE key = 'format'", "meta-changed"),
        ("UPDATE log_meta SET value = CAST(x'ff' AS TEXT) WHERE key = 'zone'", "meta-changed"),
        ("DELETE FROM log_meta WHERE key = 'zone'", "meta-missing"),
        ("DELETE FROM log_meta WHERE key = 'log_id'", "meta-missing"),
        ("INSERT INTO log_meta VALUES ('more', '1')", "meta-unknown"),
        ("PRAGMA user_version = 7", "meta-changed"),
    ],
)
def test_a_change_of_what_the_log_keeps_of_itself_is_found(path: Path, forge: Forge, sql: str, code: str) -> None:
    forge(sql)
    assert places(verify_file(path)) == [(code, None)]


def test_the_id_of_a_log_is_bound_to_its_zone_and_its_first_moment(path: Path, forge: Forge) -> None:
    """Another id that fits another zone breaks every link of the chain."""
    other = schema.new_meta("UTC", "2025-01-10T09:00:00.000000+00:00")
    forge("DELETE FROM log_meta")
    for key, value in other.items():
        forge(f"INSERT INTO log_meta VALUES ('{key}', '{value}')")
    assert {code for code, _ in places(verify_file(path))} == {"batch-changed"}


@pytest.mark.parametrize("sql", ["DELETE FROM log_meta WHERE key = 'zone'", "DROP VIEW log_head"])
def test_a_log_without_its_zone_or_head_is_not_opened(path: Path, forge: Forge, sql: str) -> None:
    forge(sql)
    with pytest.raises(SchemaChanged, match="missing"):
        SqliteLog.open(path)


def test_a_row_of_the_index_in_another_segment_is_found(
    path: Path, forge: Forge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subjects, "SEGMENT", 16)
    with SqliteLog.open(path) as log:
        log.append([Noted(about="more")], actor="me")
    forge(
        "INSERT INTO subject_index SELECT (position - 1) / 16, subject, position FROM event WHERE position <= 112;"
        "UPDATE subject_index SET segment = 99 WHERE position = 57"
    )
    assert ("index-changed", 57) in places(verify_file(path))


def test_from_past_the_last_position_there_is_nothing_to_check(path: Path) -> None:
    assert verify_file(path, since=10**30).events == 0
