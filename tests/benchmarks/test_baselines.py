"""What the benchmarks compare with does the same work: equal rows, equal facts, in at most 40 lines each."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.baselines import bare_sqlite, peer_eventsourcing
from benchmarks.facts import result_fields, results
from benchmarks.measure import peak_memory_mb

from shnor_engine.events import ResultRecorded, catalogue
from shnor_engine.log import SqliteLog
from shnor_engine.tables import Tables

BASELINES = sorted(Path(bare_sqlite.__file__).parent.glob("[a-z]*.py"))
ROOT = Path(bare_sqlite.__file__).parents[2]


@pytest.mark.parametrize("path", BASELINES, ids=lambda path: path.stem)
def test_a_baseline_has_at_most_forty_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 40


def test_the_bare_baseline_writes_the_very_rows_of_the_log(tmp_path: Path) -> None:
    with SqliteLog.open(tmp_path / "log.db") as log:
        log.append(results(50, schools=5), actor="import")
    ready = bare_sqlite.rows_of(tmp_path / "log.db")
    db = bare_sqlite.open_bare(tmp_path / "bare.db")
    bare_sqlite.append(db, ready, size=7)
    db.close()
    assert len(ready) == 50
    assert bare_sqlite.rows_of(tmp_path / "bare.db") == ready


def test_the_peer_holds_the_facts_that_our_tables_hold(tmp_path: Path) -> None:
    names = ("year", "procedure_kind", "discipline", "participants", "below_min")
    rows = [{name: fields[name] for name in names} for fields in result_fields(30)]
    app = peer_eventsourcing.application(tmp_path / "peer.db")
    peer_eventsourcing.append(app, [("s/1", rows)], size=4)
    theirs = app.repository.get(peer_eventsourcing.School.create_id("s/1")).results
    app.close()
    with SqliteLog.open(":memory:") as log:
        log.append([ResultRecorded(school_id="s/1", **row) for row in rows], actor="import")
        ours = Tables(log, catalogue()).at()[ResultRecorded].select(names).collect().rows()
    assert theirs == {row[:3]: row[3:] for row in ours}


def test_the_memory_of_a_program_is_not_that_of_the_process_which_started_it() -> None:
    held = bytearray(200 * 2**20)
    held[::4096] = b"x" * len(held[::4096])
    code = "from benchmarks.measure import peak_memory_mb; print(peak_memory_mb())"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    assert 0 < float(done.stdout) < 200 < peak_memory_mb()
