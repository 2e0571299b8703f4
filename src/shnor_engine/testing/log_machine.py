"""A log against the plain list: any interleaving of appends, repeats, conditions, corrections and reopening.

A back end says how its log is opened in a subclass and hands the machine to its test runner::

    class MyMachine(LogMachine):
        def open_log(self, place, **options):
            return MyLog.open(place / "log", **options)

    TestMyMachine = MyMachine.TestCase
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from shnor_engine.errors import LogError
from shnor_engine.events.base import Envelope, Event
from shnor_engine.log.protocol import Appended, Expect, Log
from shnor_engine.testing.fakes import Counted, FixedClock, Noted, SeededIds
from shnor_engine.testing.model_log import ModelLog

SUBJECTS = ("a", "b", "c")
events: st.SearchStrategy[Event] = st.one_of(
    st.builds(Noted, about=st.sampled_from(SUBJECTS), value=st.integers(0, 2)),
    st.builds(Counted, about=st.sampled_from(SUBJECTS), number=st.integers(0, 1)),
)
# Few ids, so that calls repeat each other in whole and in part.
ids = st.integers(0, 12).map(lambda n: f"id-{n:02d}")
facts = st.builds(lambda event, event_id: Envelope(event=event, event_id=event_id), events, ids)


class LogMachine(RuleBasedStateMachine):
    """The rules; every step must give the model's answer or the model's error, and leave the same rows."""

    def open_log(self, place: Path, **options: Any) -> Log:
        """Open, or make, the log at `place`."""
        raise NotImplementedError

    @initialize()
    def start(self) -> None:
        """Begin with an empty log and an empty list."""
        self.place = Path(tempfile.mkdtemp(prefix="log-machine-"))
        self.clock = FixedClock()
        self.model = ModelLog()
        self.given: list[list[Envelope]] = []
        self.answers: dict[int, list[int]] = {}
        self.log = self._open()

    def _open(self) -> Log:
        return self.open_log(self.place, clock=self.clock, ids=SeededIds())

    @rule(entries=st.lists(facts, max_size=4))
    def append_facts(self, entries: list[Envelope]) -> None:
        """Facts, some of which are stored already or stand twice in the call."""
        self._both(entries)

    @rule(entries=st.lists(facts, min_size=1, max_size=3), data=st.data())
    def append_on_condition(self, entries: list[Envelope], data: st.DataObject) -> None:
        """With a condition that holds or just does not."""
        self._both(entries, expected=data.draw(self._conditions()))

    @rule(entries=st.lists(facts, min_size=1, max_size=2), request=st.sampled_from(["r1", "r2"]))
    def append_as_request(self, entries: list[Envelope], request: str) -> None:
        """Under a request id, new or used."""
        self._both(entries, request_id=request)

    @precondition(lambda self: self.model.rows)
    @rule(data=st.data(), count=st.integers(1, 3))
    def correct(self, data: st.DataObject, count: int) -> None:
        """Corrections of any rows, also of corrections and of rows of the same call, allowed or not."""
        entries: list[Envelope] = []
        for _ in range(count):
            known = [row.event_id for row in self.model.rows] + [str(entry.event_id) for entry in entries]
            entries.append(self._correction(data, data.draw(st.sampled_from(known))))
        self._both(entries)

    @precondition(lambda self: self.given)
    @rule(data=st.data())
    def send_again(self, data: st.DataObject) -> None:
        """A call that was made before, word by word."""
        self._both(data.draw(st.sampled_from(self.given)))

    @rule(seconds=st.integers(-5, 5))
    def time_passes(self, seconds: int) -> None:
        """The clock moves, or goes back."""
        self.clock.move(seconds=seconds)

    @rule()
    def reopen(self) -> None:
        """Close the handle and open the log again."""
        self.log.close()
        self.log = self._open()

    @rule(data=st.data())
    def read_as_known(self, data: st.DataObject) -> None:
        """The view at a position is the model's, and the same as every time before."""
        asked = data.draw(st.integers(0, len(self.model.rows)))
        at = self.log.resolve(asked)
        assert at == self.model.known(asked)
        seen = [row.position for row in self.log.read(as_known=asked)]
        assert seen == self.model.effective(as_known=asked)
        assert self.answers.setdefault(at, seen) == seen
        about, kind = data.draw(st.sampled_from(SUBJECTS)), data.draw(st.sampled_from(["test.noted", "test.counted"]))
        found = [row.position for row in self.log.read(as_known=asked, subjects=[about], types=[kind])]
        assert found == self.model.effective(as_known=asked, subjects=[about], types=[kind])

    @invariant()
    def the_rows_are_the_same(self) -> None:
        """Raw rows, head, the view that stands and its intervals agree with the list."""
        rows = list(self.log.read(effective=False))
        assert [(r.event_id, r.type, r.subject, r.body, r.corrects, r.correction, r.reason) for r in rows] == [
            (r.event_id, r.type, r.subject, r.body, r.corrects, r.correction, r.reason) for r in self.model.rows
        ]
        head = len(self.model.rows)
        assert self.log.head().position == head
        effective = self.model.effective(as_known=head)
        assert [row.position for row in self.log.read()] == effective
        assert self._by_intervals(head) == effective

    def teardown(self) -> None:
        """The chain holds at the end of every run."""
        if hasattr(self, "log"):
            checked = self.log.verify()
            assert checked.ok, checked.findings
            self.log.close()
            shutil.rmtree(self.place)

    def _by_intervals(self, head: int) -> list[int]:
        spans = self.log.standing()
        return [
            at
            for at, row in enumerate(self.model.rows, start=1)
            if row.correction != "retract"
            and any(a <= head and (b is None or head < b) for a, b in spans.get(at, ((at, None),)))
        ]

    def _correction(self, data: st.DataObject, corrects: str) -> Envelope:
        event_id, why = f"c-{data.draw(st.integers(0, 40)):02d}", "because"
        if data.draw(st.booleans()):
            return Envelope(event=None, event_id=event_id, correction="retract", corrects=corrects, reason=why)
        named = next((row for row in self.model.rows if row.event_id == corrects), None)
        subject = named.subject if named is not None else SUBJECTS[0]
        kind = Counted if named is not None and named.type == Counted.type else Noted
        new = kind(about=subject)
        return Envelope(event=new, event_id=event_id, correction="supersede", corrects=corrects, reason=why)

    def _conditions(self) -> st.SearchStrategy[Expect]:
        head, subject = len(self.model.rows), st.sampled_from(SUBJECTS)
        return st.one_of(
            st.builds(Expect.head, st.integers(max(0, head - 1), head)),
            subject.flatmap(
                lambda name: st.sampled_from([self.model.last_of(name), 0]).map(
                    lambda last: Expect.subject(name, last=last)
                )
            ),
            st.builds(
                lambda after, subjects, types: Expect.unchanged(after=after, subjects=subjects, types=types),
                st.integers(0, head),
                st.none() | st.lists(subject, max_size=2),
                st.none() | st.lists(st.sampled_from([Noted.type, Counted.type]), max_size=2),
            ),
        )

    def _both(self, entries: list[Envelope], **terms: Any) -> None:
        expected, wrong = _try(lambda: self.model.append(entries, **terms))
        done, error = _try(lambda: self.log.append(entries, actor="machine", **terms))
        assert type(error) is type(wrong), f"the log said {error!r}, the model {wrong!r}"
        assert done == expected
        if wrong is None:
            self.given.append(entries)


def _try(call: Any) -> tuple[Appended | None, LogError | None]:
    try:
        return call(), None
    except LogError as error:
        return None, error
