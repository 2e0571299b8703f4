# ruff: noqa: D102 (the name of each test is its sentence)
"""The contract of a log as tests: a back end subclasses `LogContract`, says how a log is made, and runs pytest.

::

    class TestMyLog(LogContract):
        def open_log(self, place, **options):
            return MyLog.open(place / "log", **options)

`place` is a fresh folder; opening it a second time opens the same log. `options` are `clock`, `ids`, `registry`
and `zone`, keyword arguments that the back end takes as `SqliteLog.open` does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from shnor_engine.errors import (
    BadInput,
    ConditionFailed,
    CorrectionError,
    EventIdReused,
    InvalidEvent,
    PartialRepeat,
    RecordedBackwards,
    RequestIdReused,
    UnknownEventType,
)
from shnor_engine.events.base import Envelope, Event, Registry, Source, retract, supersede
from shnor_engine.log.protocol import Appended, Columns, Expect, Log
from shnor_engine.testing.fakes import Counted, FixedClock, Noted, SeededIds, sample_registry

MOSCOW_DAY = date(2024, 12, 23)


def entry(event_id: str, about: str = "a", value: int = 1, **said: Any) -> Envelope:
    """An entry with its id given."""
    return Envelope(event=Noted(about=about, value=value), event_id=event_id, **said)


def positions_of(part: Columns) -> list[int]:
    """The positions of facts that were fetched by columns, as numbers."""
    told = part.positions
    return list(told) if isinstance(told, range) else [int(text) for text in told.split(b"\n")]


class LogContract:
    """What every log does; each test is one sentence of the contract."""

    def open_log(self, place: Path, **options: Any) -> Log:
        """Open, or make, the log at `place`."""
        raise NotImplementedError

    @pytest.fixture
    def clock(self) -> FixedClock:
        return FixedClock(datetime(2025, 1, 10, 9, tzinfo=UTC))

    @pytest.fixture
    def log(self, tmp_path: Path, clock: FixedClock) -> Iterator[Log]:
        log = self.open_log(tmp_path, clock=clock, ids=SeededIds())
        yield log
        log.close()

    # --- positions and batches ---

    def test_an_empty_log_stands_at_nothing(self, log: Log) -> None:
        head = log.head()
        assert (head.position, head.batch, head.chain, head.recorded_at) == (0, 0, bytes(32), None)
        assert list(log.read()) == []
        assert log.batches() == []
        assert log.resolve(None) == 0
        assert log.verify().ok

    def test_positions_begin_at_one_and_have_no_gaps(self, log: Log) -> None:
        assert log.append([Noted(about="a"), Noted(about="b")], actor="me").positions == (1, 2)
        assert log.append([Noted(about="c")], actor="me").positions == (3,)
        assert [row.position for row in log.read()] == [1, 2, 3]
        assert [(b.batch, b.first, b.last) for b in log.batches()] == [(1, 1, 2), (2, 3, 3)]

    def test_an_empty_call_changes_nothing(self, log: Log) -> None:
        done = log.append([], actor="me")
        assert (done.positions, done.repeated, done.batch) == ((), 0, None)
        assert log.head().position == 0

    def test_a_row_is_read_as_it_was_written(self, log: Log) -> None:
        source = Source(type="note", number="7", date=date(2024, 12, 23), file="f.xlsx", cell="B2")
        event = Noted(about="имя/7", text='строка\nвторая «и» "третья" \t \u2028', value=-3)
        log.append([event], actor="редактор", source=source, causation="c1", correlation="c2")
        (row,) = log.read()
        assert row.event(sample_registry()) == event
        assert row.body == event.body()
        assert (row.type, row.version, row.subject, row.actor) == ("test.noted", 1, "имя/7", "редактор")
        assert (row.source, row.causation, row.correlation) == (source.text(), "c1", "c2")
        assert row.recorded_at == datetime(2025, 1, 10, 9, tzinfo=UTC)

    def test_what_an_entry_says_itself_goes_before_what_the_call_says(self, log: Log) -> None:
        own = Source(type="act")
        log.append([entry("i1", actor="other", source=own), entry("i2")], actor="me", source=Source(type="note"))
        assert [(r.actor, r.source) for r in log.read()] == [
            ("other", '{"type":"act"}'),
            ("me", '{"type":"note"}'),
        ]

    def test_a_failed_call_writes_nothing(self, log: Log) -> None:
        log.append([entry("i1")], actor="me")
        with pytest.raises(EventIdReused):
            log.append([entry("i2"), entry("i1", value=2)], actor="me")
        with pytest.raises(InvalidEvent):
            log.append([Noted(about="a"), Noted(about="")], actor="me")
        assert log.head().position == 1
        assert log.verify().ok

    def test_half_of_a_surrogate_pair_is_refused_wherever_it_stands(self, log: Log) -> None:
        half = "\ud800"
        for entry in (
            Envelope(event=Noted(about="a"), causation=half),
            Envelope(event=Noted(about="a"), correlation=half),
            Envelope(event=Noted(about="a"), event_id=half),
            retract("e", reason=half),
        ):
            with pytest.raises((InvalidEvent, CorrectionError)):
                log.append([Envelope(event=Noted(about="b"), event_id="b"), entry], actor="me")
        with pytest.raises(InvalidEvent, match="reason"):
            log.append([Envelope(event=Noted(about="e"), event_id="e"), retract("e", reason=half)], actor="me")
        assert log.head().position == 0

    def test_actor_and_subject_are_one_printable_line(self, log: Log) -> None:
        for actor, about in (("", "a"), ("me", "a\nb"), ("me\tyou", "a"), ("me", "")):
            with pytest.raises(InvalidEvent):
                log.append([Noted(about=about)], actor=actor)

    def test_only_registered_types_are_taken_when_a_registry_is_given(self, tmp_path: Path) -> None:
        log = self.open_log(tmp_path, registry=Registry((Noted,)))
        with pytest.raises(UnknownEventType):
            log.append([Counted(about="a")], actor="me")
        assert log.append([Noted(about="a")], actor="me").positions == (1,)
        log.close()

    def test_a_log_opened_again_is_the_same(self, tmp_path: Path, clock: FixedClock) -> None:
        log = self.open_log(tmp_path, clock=clock, ids=SeededIds())
        log.append([entry("i1"), entry("i2")], actor="me")
        log.supersede("i1", Noted(about="a", value=5), reason="typo", actor="me")
        before = (log.log_id, log.head(), list(log.read()), list(log.read(effective=False)))
        log.close()
        log = self.open_log(tmp_path, clock=clock, ids=SeededIds(2))
        assert (log.log_id, log.head(), list(log.read()), list(log.read(effective=False))) == before
        log.close()

    # --- idempotency ---

    def test_an_event_sent_twice_is_stored_once(self, log: Log) -> None:
        log.append([entry("i1"), entry("i2")], actor="me")
        again = log.append([entry("i2"), entry("i3"), entry("i1")], actor="someone else", causation="retry")
        assert (again.positions, again.repeated, again.batch) == ((2, 3, 1), 2, 2)
        whole = log.append([entry("i1"), entry("i3")], actor="me")
        assert (whole.positions, whole.repeated, whole.batch) == ((1, 3), 2, None)

    def test_the_same_id_twice_in_one_call_counts_once(self, log: Log) -> None:
        done = log.append([entry("i1"), entry("i2"), entry("i1")], actor="me")
        assert (done.positions, done.repeated, done.batch) == ((1, 2, 1), 1, 1)
        with pytest.raises(EventIdReused):
            log.append([entry("i3"), entry("i3", value=9)], actor="me")

    @pytest.mark.parametrize(
        "other",
        [
            entry("i1", value=2),
            entry("i1", about="b"),
            entry("i1", source=Source(type="act")),
            Envelope(event=Counted(about="a"), event_id="i1"),
            Envelope(event=Noted(about="a"), event_id="i1", corrects="i0", correction="supersede", reason="r"),
        ],
    )
    def test_other_content_under_a_stored_id_is_refused(self, log: Log, other: Envelope) -> None:
        log.append([entry("i0"), entry("i1")], actor="me")
        with pytest.raises(EventIdReused) as caught:
            log.append([other], actor="me")
        assert caught.value.position == 2

    def test_repeats_are_seen_before_conditions_and_before_the_clock(self, log: Log) -> None:
        log.append([entry("i1")], actor="me")
        log.append([entry("i2")], actor="me")
        again = log.append([entry("i1")], actor="me", expected=Expect.head(0), recorded_at=date(2020, 1, 1))
        assert again.positions == (1,)
        assert again.batch is None

    def test_with_a_condition_a_partly_stored_call_is_refused(self, log: Log) -> None:
        log.append([entry("i1")], actor="me")
        with pytest.raises(PartialRepeat) as caught:
            log.append([entry("i1"), entry("i2")], actor="me", expected=Expect.head(1))
        assert (caught.value.stored, caught.value.new) == (1, 1)

    def test_bodies_in_bulk_are_stored_as_their_events_are(self, tmp_path: Path) -> None:
        events = [Noted(about=about, value=value) for value, about in enumerate("abab")]
        leaves = []
        for name in ("one", "many"):
            (tmp_path / name).mkdir()
            log = self.open_log(
                tmp_path / name, clock=FixedClock(datetime(2025, 1, 10, 9, tzinfo=UTC)), ids=SeededIds()
            )
            if name == "one":
                answer = log.append(events, actor="me")
            else:
                subjects, bodies = [event.subject for event in events], [event.body() for event in events]
                answer = log.append_bodies(Noted, subjects, bodies, actor="me")
            assert answer == Appended(positions=(1, 2, 3, 4), repeated=0, batch=1)
            assert log.verify().ok
            leaves.append(list(log.read()))
            log.close()
        assert leaves[0] == leaves[1]

    @pytest.mark.parametrize("actor", ["it's", "'; DROP TABLE event; --", "{type} {0} ?1 :a %s", "«роль»"])
    @pytest.mark.parametrize("source", [None, Source(type="act", cell="'{1}'")])
    def test_what_the_rows_of_a_call_share_is_stored_as_it_was_said(
        self, log: Log, actor: str, source: Source | None
    ) -> None:
        """A back end may hand the same value over once for all rows; it is a value all the same."""
        log.append([Noted(about=about) for about in "abc"], actor=actor, source=source)
        log.append([Noted(about="a"), Counted(about="b")], actor=actor, source=source, causation=actor)
        log.append_bodies(Noted, ["x", "y"], [Noted(about=name).body() for name in "xy"], actor=actor, source=source)
        text = None if source is None else source.text()
        assert [(row.actor, row.source, row.causation) for row in log.read()] == [
            *[(actor, text, None)] * 3,
            *[(actor, text, actor)] * 2,
            *[(actor, text, None)] * 2,
        ]
        assert log.verify().ok

    def test_a_text_that_is_empty_is_not_one_that_was_left_out(self, log: Log) -> None:
        log.append([Noted(about=about) for about in "abc"], actor="me", causation="")
        log.append([entry("i1", correlation=""), entry("i2", reason="")], actor="me")
        found = [(row.causation, row.correlation, row.reason) for row in log.read()]
        assert found == [("", None, None)] * 3 + [(None, "", None), (None, None, "")]
        assert log.verify().ok

    @pytest.mark.parametrize("steps", [1, 1_500, 3_100])
    def test_columns_of_a_long_log_are_those_of_its_rows(self, log: Log, steps: int) -> None:
        """Runs of one kind, and what ends them: another kind, a correction, another actor, a source."""
        log.append([Noted(about=f"s{n % 7}", value=n) for n in range(steps)], actor="me")
        log.append([Counted(about="c", number=n) for n in range(3)], actor="me")
        log.append([Noted(about="t", value=n) for n in range(steps)], actor="you", source=Source(type="x"))
        log.retract(next(log.read(types=["test.noted"])).event_id, reason="x", actor="me")
        log.append([Noted(about="u", value=n) for n in range(steps)], actor="me")
        rows = [row for row in log.read(effective=False) if row.correction != "retract"]
        for types in (None, ["test.noted"], ["test.counted"]):
            told: dict[str, list[tuple[object, ...]]] = {"test.noted": [], "test.counted": []}
            for part in log.fetch_columns(types, chunk=2_000):
                texts = (part.event_ids, part.subjects, part.actors, part.sources, part.bodies)
                lines = [text.decode().split("\n") for text in texts]
                told[part.type] += zip(positions_of(part), *lines, strict=True)
            for event_type, found in told.items():
                assert found == [
                    (row.position, row.event_id, row.subject, row.actor, row.source or "", row.body)
                    for row in rows
                    if row.type == event_type and (types is None or event_type in types)
                ]

    def test_bodies_in_bulk_are_stored_once_under_their_ids(self, log: Log) -> None:
        ids, subjects, bodies = ["i1", "i2"], ["a", "b"], [Noted(about=about, value=1).body() for about in "ab"]
        log.append_bodies(Noted, subjects[:1], bodies[:1], actor="me", event_ids=ids[:1])
        again = log.append_bodies(Noted, subjects, bodies, actor="me", event_ids=ids)
        assert again == Appended(positions=(1, 2), repeated=1, batch=2)
        with pytest.raises(EventIdReused):
            log.append_bodies(Noted, ["a", "a"], bodies, actor="me", event_ids=["i3", "i3"])
        with pytest.raises(InvalidEvent):
            log.append_bodies(Noted, ["a\nb"], bodies[:1], actor="me")
        with pytest.raises(InvalidEvent):
            log.append_bodies(Noted, ["a"], ["{\n}"], actor="me")
        assert log.head().position == 2

    def test_a_request_id_gives_the_earlier_answer(self, log: Log) -> None:
        log.append([entry("i0")], actor="me")
        said: Sequence[Event | Envelope] = [Noted(about="a"), entry("i0"), entry("i1"), Noted(about="b"), entry("i1")]
        first = log.append(said, actor="me", request_id="r1")
        log.append([Noted(about="c")], actor="me")
        assert log.append(said, actor="me", request_id="r1", expected=Expect.head(0)) == first
        assert log.head().position == 5
        for changed in (said[:1], [*said, Noted(about="d")], [Noted(about="x"), *said[1:]], said[::-1]):
            with pytest.raises(RequestIdReused) as caught:
                log.append(changed, actor="me", request_id="r1")
            assert caught.value.batch == first.batch

    def test_under_a_request_id_what_stood_before_it_may_come_again_or_stay_away(self, log: Log) -> None:
        log.append([entry("a"), entry("b")], actor="me")
        first = log.append([entry("a"), entry("c")], actor="me", request_id="r")
        for said in ([entry("c")], [entry("b"), entry("c")]):
            again = log.append(said, actor="me", request_id="r")
            assert (again.positions[-1], again.batch) == (first.positions[-1], first.batch)
        log.append([entry("d")], actor="me")
        with pytest.raises(RequestIdReused):
            log.append([entry("c"), entry("d")], actor="me", request_id="r")

    def test_under_a_request_id_an_event_that_stands_twice_in_the_call_counts_once(self, log: Log) -> None:
        first = log.append([entry("a")], actor="me", request_id="r")
        again = log.append([entry("a"), entry("a")], actor="me", request_id="r")
        assert (again.positions, again.batch) == (first.positions * 2, first.batch)

    # --- conditions ---

    def test_the_head_can_be_expected(self, log: Log) -> None:
        log.append([Noted(about="a")], actor="me", expected=Expect.head(0))
        with pytest.raises(ConditionFailed) as caught:
            log.append([Noted(about="a")], actor="me", expected=Expect.head(0))
        assert caught.value.position == 1

    def test_the_last_row_of_a_subject_can_be_expected(self, log: Log) -> None:
        log.append([Noted(about="a"), Noted(about="b")], actor="me", expected=Expect.subject("a", last=0))
        log.append([Noted(about="b")], actor="me", expected=Expect.subject("a", last=1))
        with pytest.raises(ConditionFailed) as caught:
            log.append([Noted(about="b")], actor="me", expected=[Expect.head(3), Expect.subject("b", last=2)])
        assert caught.value.position == 3

    def test_that_nothing_changed_can_be_expected(self, log: Log) -> None:
        log.append([Noted(about="a"), Counted(about="b")], actor="me")
        holds = (
            Expect.unchanged(after=2),
            Expect.unchanged(types=["test.noted"], after=1),
            Expect.unchanged(subjects=["a", "c"], after=1),
            Expect.unchanged(types=["test.counted"], subjects=["a"], after=0),
        )
        log.append([Counted(about="z")], actor="me", expected=holds)
        for fails, at in ((Expect.unchanged(after=2), 3), (Expect.unchanged(types=["test.noted"], after=0), 1)):
            with pytest.raises(ConditionFailed) as caught:
                log.append([Noted(about="a")], actor="me", expected=fails)
            assert caught.value.position == at

    # --- corrections ---

    def test_a_superseding_event_stands_in_place_of_the_first(self, log: Log) -> None:
        log.append([entry("i1"), entry("i2", about="b")], actor="me")
        log.supersede("i1", Noted(about="a", value=7), reason="typo", actor="me", source=Source(type="act"))
        assert [(r.position, json.loads(r.body)["value"]) for r in log.read()] == [(2, 1), (3, 7)]
        assert [r.position for r in log.read(effective=False)] == [1, 2, 3]
        assert [r.position for r in log.read(as_known=2)] == [1, 2]
        assert log.standing() == {1: ((1, 3),), 3: ((3, None),)}

    def test_a_retraction_takes_back_and_carries_type_and_subject(self, log: Log) -> None:
        log.append([entry("i1")], actor="me")
        log.retract("i1", reason="not so", actor="me")
        assert list(log.read()) == []
        row = list(log.read(effective=False))[1]
        assert (row.type, row.subject, row.body, row.correction, row.corrects, row.reason) == (
            *("test.noted", "a", "{}", "retract", "i1", "not so"),
        )

    def test_a_correction_that_says_another_type_is_refused_with_both(self, log: Log) -> None:
        log.append([entry("i1")], actor="me")
        wrong = Envelope(event=None, corrects="i1", correction="retract", reason="x", type="test.counted")
        for bad in (wrong, supersede("i1", Counted(about="a"), reason="x")):
            with pytest.raises(CorrectionError, match=r"i1.*test\.noted.*test\.counted"):
                log.append([bad], actor="me")
        assert log.head().position == 1
        log.append([replace(wrong, type="test.noted")], actor="me")
        assert list(log.read()) == []

    def test_retracting_a_correction_undoes_it(self, log: Log) -> None:
        log.append([entry("i1")], actor="me")
        log.append([Envelope(event=None, event_id="r1", corrects="i1", correction="retract", reason="x")], actor="me")
        log.append([Envelope(event=None, event_id="r2", corrects="r1", correction="retract", reason="x")], actor="me")
        assert [r.position for r in log.read()] == [1]
        log.append([entry("s1", value=2, corrects="i1", correction="supersede", reason="y")], actor="me")
        log.append([entry("s2", value=3, corrects="s1", correction="supersede", reason="y")], actor="me")
        assert [r.position for r in log.read()] == [5]
        log.retract("s2", reason="z", actor="me")
        assert [r.position for r in log.read()] == [4]
        assert [[r.position for r in log.read(as_known=p)] for p in range(7)] == [[], [1], [], [1], [4], [5], [4]]
        assert log.standing(until=3) == {1: ((1, 2), (3, None))}

    def test_only_what_is_effective_can_be_corrected(self, log: Log) -> None:
        log.append([entry("i1")], actor="me")
        log.append([entry("s1", value=2, corrects="i1", correction="supersede", reason="y")], actor="me")
        with pytest.raises(CorrectionError) as caught:
            log.retract("i1", reason="x", actor="me")
        assert caught.value.current == "s1"
        with pytest.raises(CorrectionError):
            log.retract("nobody", reason="x", actor="me")
        assert log.head().position == 2

    def test_a_retraction_cannot_be_superseded(self, log: Log) -> None:
        log.append([entry("i1")], actor="me")
        log.append([Envelope(event=None, event_id="r1", corrects="i1", correction="retract", reason="x")], actor="me")
        with pytest.raises(CorrectionError):
            log.supersede("r1", Noted(about="a"), reason="x", actor="me")

    def test_what_was_corrected_otherwise_does_not_come_back(self, log: Log) -> None:
        def said(event_id: str, corrects: str) -> Envelope:
            return Envelope(event=None, event_id=event_id, corrects=corrects, correction="retract", reason="x")

        log.append([entry("i1"), said("r1", "i1"), said("r2", "r1")], actor="me")
        log.append([entry("s1", value=2, corrects="i1", correction="supersede", reason="y")], actor="me")
        with pytest.raises(CorrectionError) as caught:
            log.append([said("r3", "r2")], actor="me")
        assert caught.value.current == "s1"

    def test_type_and_subject_stay_the_same_in_a_correction(self, log: Log) -> None:
        log.append([entry("i1")], actor="me")
        for other in (Noted(about="b"), Counted(about="a")):
            with pytest.raises(CorrectionError, match="type and subject"):
                log.supersede("i1", other, reason="x", actor="me")

    def test_a_correction_may_name_an_event_of_the_same_call(self, log: Log) -> None:
        correcting = Envelope(
            event=Noted(about="a", value=2), event_id="i2", corrects="i1", correction="supersede", reason="x"
        )
        log.append([entry("i1"), correcting, retract("i2", reason="y")], actor="me")
        assert [row.position for row in log.read()] == [1]
        with pytest.raises(CorrectionError):
            log.append([retract("i9", reason="too early"), entry("i9")], actor="me")

    def test_a_correction_sent_twice_is_stored_once(self, log: Log) -> None:
        log.append([entry("i1")], actor="me")
        correcting = entry("s1", value=2, corrects="i1", correction="supersede", reason="x")
        assert log.append([correcting], actor="me").positions == (2,)
        assert log.append([correcting], actor="me").batch is None
        with pytest.raises(EventIdReused):
            log.append([entry("s1", value=2, corrects="i1", correction="supersede", reason="z")], actor="me")

    def test_a_correction_says_why(self, log: Log) -> None:
        log.append([entry("i1")], actor="me")
        with pytest.raises(InvalidEvent, match="reason"):
            log.append([supersede("i1", Noted(about="a"), reason=" ")], actor="me")

    # --- reading ---

    def test_reads_are_filtered_after_the_effective_view_is_made(self, log: Log) -> None:
        log.append([entry("i1"), Counted(about="a"), Noted(about="b"), Counted(about="b")], actor="me")
        log.supersede("i1", Noted(about="a", value=2), reason="x", actor="me")

        def at(**said: Any) -> list[int]:
            return [row.position for row in log.read(**said)]

        assert at(types=["test.counted"]) == [2, 4]
        assert at(subjects=["a"]) == [2, 5]
        assert at(subjects=["a"], until=4) == [2]
        assert at(subjects=["a"], as_known=4) == [1, 2]
        assert at(subjects=["a"], effective=False) == [1, 2, 5]
        assert at(types=["test.noted"], subjects=["b", "c"]) == [3]
        assert at(types=[]) == [] == at(subjects=[])
        assert at(after=2) == [3, 4, 5]
        assert at(after=2, until=3) == [3]

    def test_a_read_is_fixed_when_it_is_called(self, log: Log) -> None:
        log.append([entry("i1"), entry("i2")], actor="me")
        rows = log.read()
        assert next(rows).position == 1
        log.retract("i2", reason="x", actor="me")
        assert [row.position for row in rows] == [2]

    def test_columns_hold_the_rows_line_by_line(self, log: Log) -> None:
        log.append([Noted(about=f"s{n % 3}", text="a\nb") for n in range(25)], actor="me", source=Source(type="x"))
        log.append([Counted(about="щ", number=n) for n in range(5)], actor="you")
        log.append([retract(next(log.read()).event_id, reason="x")], actor="me")
        found = list(log.fetch_columns(chunk=10))
        rows = [row for row in log.read(effective=False) if row.correction != "retract"]
        assert [at for part in found for at in positions_of(part)] == [row.position for row in rows]
        for column, name in (
            ("event_ids", "event_id"),
            ("subjects", "subject"),
            ("actors", "actor"),
            ("bodies", "body"),
        ):
            lines = [line.decode() for part in found for line in getattr(part, column).split(b"\n")]
            assert lines == [getattr(row, name) for row in rows]
        assert [s.decode() for part in found for s in part.sources.split(b"\n")] == [row.source or "" for row in rows]
        assert [(part.type, part.count) for part in log.fetch_columns(["test.counted"], after=26)] == [
            ("test.counted", 4)
        ]

    # --- what was known when ---

    def test_a_position_inside_a_batch_means_the_batch_before(self, log: Log) -> None:
        log.append([Noted(about="a"), Noted(about="b")], actor="me")
        log.append([Noted(about="c"), Noted(about="d")], actor="me")
        assert [log.resolve(p) for p in (0, 1, 2, 3, 4, 99)] == [0, 0, 2, 2, 4, 4]
        with pytest.raises(ValueError, match="position"):
            log.resolve(-1)

    def test_an_instant_means_the_last_batch_not_after_it(self, log: Log, clock: FixedClock) -> None:
        start = clock.now
        for about in ("a", "b"):
            log.append([Noted(about=about)], actor="me")
            clock.move(minutes=10)
        minute = timedelta(minutes=1)
        asked = [start - minute, start, start + 9 * minute, start + 10 * minute, start + 500 * minute]
        assert [log.resolve(moment) for moment in asked] == [0, 1, 1, 2, 2]
        with pytest.raises(ValueError, match="time zone"):
            log.resolve(datetime(2025, 1, 10))

    def test_a_day_means_its_end_in_the_zone_of_the_log(self, log: Log, clock: FixedClock) -> None:
        for moment in (
            datetime(2025, 3, 1, 20, 59, 59, 999_999, tzinfo=UTC),  # 1 March in Moscow to its last microsecond
            datetime(2025, 3, 1, 21, tzinfo=UTC),  # the first instant of 2 March
            datetime(2025, 3, 5, 10, tzinfo=UTC),
        ):
            clock.now = moment
            log.append([Noted(about="a")], actor="me")
        days = [date(2025, 2, 28), date(2025, 3, 1), date(2025, 3, 2), date(2025, 3, 4), date(2025, 3, 5)]
        assert [log.resolve(day) for day in days] == [0, 1, 2, 2, 3]

    def test_what_is_not_yet_past_means_the_head(self, log: Log, clock: FixedClock) -> None:
        log.append([Noted(about="a")], actor="me", recorded_at=clock.now + timedelta(days=3))
        assert log.resolve(clock.now.date()) == 1
        assert log.resolve(clock.now - timedelta(seconds=1)) == 0

    def test_a_moment_at_either_end_of_the_calendar_is_a_moment(self, log: Log) -> None:
        log.append([Noted(about="a")], actor="me")
        west, east = timezone(-timedelta(hours=12)), timezone(timedelta(hours=12))
        ends = [date.max, datetime.max.replace(tzinfo=west), datetime.max.replace(tzinfo=UTC)]
        assert [log.resolve(end) for end in ends] == [1, 1, 1]
        starts = [date.min, datetime.min.replace(tzinfo=east), datetime.min.replace(tzinfo=UTC)]
        assert [log.resolve(start) for start in starts] == [0, 0, 0]

    def test_history_is_loaded_by_day_and_keeps_the_true_clock(self, log: Log, clock: FixedClock) -> None:
        log.append([Noted(about="a")], actor="me", recorded_at=date(2020, 9, 1))
        log.append([Noted(about="b")], actor="me", recorded_at=MOSCOW_DAY)
        log.append([Noted(about="c")], actor="me", recorded_at=MOSCOW_DAY)
        earlier = datetime(2024, 12, 23, 1, tzinfo=UTC)
        log.append([Noted(about="d")], actor="me", recorded_at=earlier)
        moments = [batch.recorded_at for batch in log.batches()]
        assert moments == sorted(set(moments))
        assert {m.date() for m in moments[1:]} == {MOSCOW_DAY}
        assert {batch.written_at for batch in log.batches()} == {clock.now}
        assert [log.resolve(d) for d in (date(2020, 8, 31), date(2020, 9, 1), MOSCOW_DAY)] == [0, 1, 4]

    def test_history_is_not_loaded_before_the_day_of_the_head(self, log: Log) -> None:
        log.append([Noted(about="a")], actor="me", recorded_at=MOSCOW_DAY)
        for before in (date(2024, 12, 22), datetime(2024, 12, 22, 20, 59, tzinfo=UTC)):
            with pytest.raises(RecordedBackwards):
                log.append([Noted(about="b")], actor="me", recorded_at=before)
        assert log.head().position == 1

    def test_recorded_at_moves_on_when_the_clock_stands_or_goes_back(self, log: Log, clock: FixedClock) -> None:
        log.append([Noted(about="a")], actor="me")
        log.append([Noted(about="a")], actor="me")
        clock.move(hours=-5)
        log.append([Noted(about="a")], actor="me")
        first, second, third = (batch.recorded_at for batch in log.batches())
        assert second - first == third - second == timedelta(microseconds=1)

    def test_an_answer_for_a_position_never_changes(self, log: Log) -> None:
        log.append([entry("i1"), entry("i2", about="b")], actor="me")
        at = log.head().position
        before = list(log.read(as_known=at))
        log.supersede("i1", Noted(about="a", value=9), reason="x", actor="me")
        log.retract("i2", reason="y", actor="me")
        assert list(log.read(as_known=at)) == before != list(log.read())

    @pytest.mark.parametrize("at", [-(10**30), 10**30, 2**63])
    @pytest.mark.parametrize(
        ("name", "ask"),
        [
            ("after", lambda log, at: list(log.read(after=at))),
            ("until", lambda log, at: list(log.read(until=at, effective=False))),
            ("after", lambda log, at: list(log.read(after=at, subjects=["a"]))),
            ("after", lambda log, at: log.batches(after=at)),
            ("until", lambda log, at: log.batches(until=at)),
            ("until", lambda log, at: log.standing(until=at)),
            ("after", lambda log, at: list(log.fetch_columns(after=at))),
            ("until", lambda log, at: list(log.fetch_columns(until=at))),
            ("after", lambda log, at: log.subscribe(at, timeout=0.0)),
            ("position", lambda log, at: log.wait(at, 0.0)),
            ("after", lambda log, at: list(log.export(after=at))),
            (
                "expected",
                lambda log, at: log.append([Noted(about="b")], actor="me", expected=Expect.unchanged(after=at)),
            ),
            ("expected", lambda log, at: log.append([Noted(about="b")], actor="me", expected=Expect.head(at))),
        ],
    )
    def test_a_position_that_no_log_can_hold_is_bad_input(
        self, log: Log, name: str, ask: Callable[[Log, int], object], at: int
    ) -> None:
        log.append([Noted(about="a")], actor="me")
        with pytest.raises(BadInput, match=f"^{name}: {at} is no position"):
            ask(log, at)
        assert log.head().position == 1

    def test_a_position_before_every_row_or_after_it_is_one(self, log: Log) -> None:
        log.append([Noted(about="a")], actor="me")
        last = 2**63 - 1
        assert [row.position for row in log.read(after=-5, until=last)] == [1]
        assert list(log.read(after=last)) == []
        assert list(log.subscribe(last, timeout=0.0)) == []
        assert sum(part.count for part in log.fetch_columns(after=-5, until=last)) == 1
        assert log.batches(after=last) == []
        assert log.resolve(10**30) == 1
        with pytest.raises(BadInput, match="as_known"):
            log.resolve(-(10**30))
        assert log.verify(since=10**30).ok
        assert log.verify(since=-(10**30)).events == 1

    # --- following ---

    def test_waiting_ends_when_the_position_is_there_or_time_is_up(self, log: Log) -> None:
        assert not log.wait(1, 0.0)
        log.append([Noted(about="a")], actor="me")
        assert log.wait(1, 0.0)
        assert not log.wait(2, 0.03)

    def test_a_subscriber_gets_every_raw_row_in_order(self, log: Log) -> None:
        log.append([entry("i1"), Counted(about="b")], actor="me")
        rows = log.subscribe(timeout=0.0)
        assert [next(rows).position, next(rows).position] == [1, 2]
        log.retract("i1", reason="x", actor="me")
        assert [row.position for row in rows] == [3]
        assert [row.position for row in log.subscribe(1, types=["test.counted"], timeout=0.0)] == [2]

    # --- the chain and the export ---

    def test_the_chain_depends_on_every_batch(self, log: Log) -> None:
        chains = {log.head().chain}
        for _ in range(3):
            log.append([Noted(about="a")], actor="me")
            chains.add(log.head().chain)
        assert len(chains) == 4
        checked = log.verify()
        assert checked.ok
        assert (checked.events, checked.batches, checked.position) == (3, 3, 3)
        assert checked.chain == log.head().chain
        assert log.verify(since=2).events == 1

    def test_an_export_holds_every_raw_row(self, log: Log) -> None:
        log.append([entry("i1")], actor="me", source=Source(type="note"))
        log.retract("i1", reason="x", actor="me")
        lines = [json.loads(line) for line in log.export()]
        assert [line["position"] for line in lines] == [1, 2]
        assert lines[0]["body"] == json.loads(Noted(about="a", value=1).body())
        assert lines[0]["source"] == {"type": "note"}
        assert lines[1]["corrects"] == "i1"
        assert lines[1]["correction"] == "retract"
        assert [json.loads(line)["position"] for line in log.export(after=1)] == [2]
