"""The state machine of a log on SQLite, and the corrections against their definition."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shnor_engine.errors import CorrectionError
from shnor_engine.log import Log, SqliteLog
from shnor_engine.log.corrections import Correction, Standing
from shnor_engine.testing.log_machine import LogMachine
from shnor_engine.testing.model_log import ModelLog, ModelRow, stands


class FileMachine(LogMachine):
    def open_log(self, place: Path, **options: Any) -> Log:
        # The disk's own promise is tested elsewhere; here thousands of commits only need their order.
        return SqliteLog.open(place / "log.db", synchronous="NORMAL", **options)


TestFileMachine = FileMachine.TestCase
TestFileMachine.settings = settings(
    max_examples=150, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.booleans()), max_size=14))
def test_what_stands_is_what_no_correction_in_force_names(said: list[tuple[int, bool]]) -> None:
    rows, fold, model = [ModelRow(str(n), "t", "s", "{}") for n in range(3)], Standing(), ModelLog()
    for target, replaces in said:
        if target >= len(rows):
            continue
        kind = "supersede" if replaces else "retract"
        row = ModelRow(str(len(rows)), "t", "s", "{}", corrects=str(target), correction=kind)
        try:
            model._refuse([*rows, row], len(rows))
            refused = False
        except CorrectionError:
            refused = True
        correction = Correction(len(rows) + 1, row.event_id, kind, row.corrects or "", target + 1)
        before = (fold.intervals(), fold.hidden(len(rows)))
        try:
            fold.apply(correction)
            assert not refused
        except CorrectionError:
            assert refused
            assert (fold.intervals(), fold.hidden(len(rows))) == before
            continue
        rows.append(row)
        now = len(rows)
        standing = {
            at for at, one in enumerate(rows, 1) if one.correction != "retract" and stands(rows, one.event_id)
        }
        hidden = fold.hidden(now)
        facts = {at for at, one in enumerate(rows, 1) if one.correction != "retract"}
        assert facts - hidden == standing
        assert {at for at, spans in fold.intervals().items() if spans[-1][1] is None} <= standing
