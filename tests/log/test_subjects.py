"""Reading by subject finds the same rows however much of the log is in segments."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shnor_engine.errors import ConditionFailed
from shnor_engine.log import Expect, SqliteLog, subjects
from shnor_engine.testing.fakes import Noted

SUBJECTS = "abcde"


@pytest.fixture(autouse=True)
def small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subjects, "SEGMENT", 4)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    batches=st.lists(st.text(SUBJECTS, min_size=1, max_size=11), max_size=8),
    asked=st.sets(st.sampled_from([*SUBJECTS, "nobody"])),
    after=st.integers(0, 30),
    until=st.integers(0, 50),
)
def test_a_read_by_subject_is_the_filter_of_a_whole_read(
    batches: list[str], asked: set[str], after: int, until: int
) -> None:
    with SqliteLog.open(":memory:") as log:
        said = ""
        for batch in batches:
            log.append([Noted(about=about) for about in batch], actor="me")
            said += batch
            found = [row.position for row in log.read(subjects=asked, after=after, until=until)]
            assert found == [at for at, about in enumerate(said, 1) if about in asked and after < at <= until]
            for about in SUBJECTS:
                last = said.rfind(about) + 1
                with pytest.raises(ConditionFailed) as caught:
                    log.append([Noted(about="a")], actor="me", expected=Expect.subject(about, last=last + 1))
                assert caught.value.position == last
        assert log.verify().ok


def test_a_reader_follows_what_another_handle_writes(tmp_path: Path) -> None:
    with SqliteLog.open(tmp_path / "log.db") as writer, SqliteLog.open(tmp_path / "log.db", readonly=True) as reader:
        for n in range(1, 20):
            writer.append([Noted(about=SUBJECTS[n % 2])], actor="me")
            found = [row.position for row in reader.read(subjects=["a"])]
            assert found == [at for at in range(1, n + 1) if at % 2 == 0]


def test_many_subjects_are_read_by_one_scan() -> None:
    with SqliteLog.open(":memory:") as log:
        log.append([Noted(about=f"s{n}") for n in range(300)], actor="me")
        asked = [f"s{n}" for n in range(0, 300, 1)][: subjects.SEGMENT + 250]
        assert [row.subject for row in log.read(subjects=asked)] == asked
