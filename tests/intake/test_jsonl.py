"""JSON lines in: every bad line is named with file, line, field and reason, and then nothing comes out."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shnor_engine.errors import BadInput, InvalidEvent
from shnor_engine.events import Envelope, Event, Registry, ResultRecorded, SchoolRegistered, Source, catalogue
from shnor_engine.events.checks import Known, check
from shnor_engine.intake.jsonl import at_lines, read_jsonl, read_numbered
from shnor_engine.log.sqlite import SqliteLog

REGISTRY = catalogue()
BODY = {"school_id": "s/7", "year": 2024, "procedure_kind": "oge", "discipline": "russian", "participants": 10}


def line(**other: Any) -> str:
    return json.dumps({"type": "result.recorded", "body": BODY} | other, ensure_ascii=False)


def complaints(*lines: str) -> list[tuple[str, str, str]]:
    with pytest.raises(BadInput) as caught:
        read_jsonl(lines, REGISTRY, name="in.jsonl")
    return [(problem.where, problem.field, problem.reason) for problem in caught.value.problems]


def test_a_line_becomes_an_entry_with_all_that_is_said_about_it() -> None:
    said = {"event_id": "e-1", "actor": "methodologist", "causation": "c", "correlation": "k"}
    (entry,) = read_jsonl([line(**said, source={"type": "act", "number": "5"})], REGISTRY, name="in.jsonl")
    assert entry == Envelope(event=ResultRecorded.model_validate(BODY), source=Source(type="act", number="5"), **said)


def test_empty_lines_are_passed_over_and_still_counted() -> None:
    read = read_numbered(["", line(), "  \n", line()], REGISTRY, name="in.jsonl")
    assert (len(read.entries), read.lines) == (2, [2, 4])
    assert complaints("", "{")[0][0] == "in.jsonl:2"


@pytest.mark.parametrize(
    ("text", "field", "reason"),
    [
        ("{", "column 2", "not JSON"),
        ("[1]", "(line)", "one JSON object"),
        ("{}", "type", "a text is required"),
        (json.dumps({"type": "result.recorded"}), "body", "an object"),
        (json.dumps({"type": "result.recorder", "body": {}}), "type", "did you mean result.recorded"),
        (line(extra=1), "extra", "unknown key"),
        (line(version="1"), "version", "a whole number"),
        (line(version=9), "type", "version 9"),
        (line(version=True), "version", "a whole number"),
        (line(actor=5), "actor", "a text is required"),
        (line(actor="a\nb"), "actor", "on one line"),
        (line(event_id=""), "event_id", "on one line"),
        (json.dumps(json.loads(line(causation="\ud800"))), "causation", "surrogate"),
        (json.dumps(json.loads(line(correlation="\udfff"))), "correlation", "surrogate"),
        (line(corrects="e", correction="retract"), "reason", "needs a reason"),
        (line(corrects="e", correction="retract", reason=" "), "reason", "needs a reason"),
        (line()[:-1] + ', "type": "result.published"}', "type", "stands twice"),
        (line().replace('"year": 2024', '"year": 2024, "year": 2023'), "year", "stands twice"),
        ('{"type": "result.recorded", "body": ' + "[" * 200_000 + "]" * 200_000 + "}", "(line)", "nested too deep"),
        (line().replace("2024", "9" * 5_000), "(line)", "thousands of digits"),
        (line().replace("2024", "NaN"), "year", "finite number"),
        (line(source={"kind": "act"}), "source.type", "required"),
        (line(correction="undo", corrects="e"), "correction", "supersede or retract"),
        (line(corrects="e"), "corrects", "go together"),
        (line(body=BODY | {"below_min": 11}), "(event)", "more than participants"),
        (line(body=BODY | {"year": "soon"}), "year", "integer"),
        (line(body=BODY | {"pupil": "x"}), "pupil", "not permitted"),
    ],
)
def test_a_malformed_line_is_named_with_file_line_field_and_reason(text: str, field: str, reason: str) -> None:
    found = complaints(line(), text)
    assert ("in.jsonl:2", field) in [(where, name) for where, name, _ in found]
    assert reason in " ".join(why for _, _, why in found)


def test_every_bad_line_is_named_at_once_and_the_good_ones_are_not_given_out() -> None:
    found = complaints(line(), "{", line(), line(body={}))
    assert [where for where, _, _ in found] == ["in.jsonl:2"] + ["in.jsonl:4"] * 4
    assert {name for where, name, _ in found if where.endswith("4")} == BODY.keys() - {"participants"}


def test_the_message_has_one_line_a_problem() -> None:
    with pytest.raises(BadInput) as caught:
        read_jsonl(["{", line(extra=1)], REGISTRY, name="in.jsonl")
    assert [text.split(": ")[0] for text in str(caught.value).splitlines()] == ["in.jsonl:1", "in.jsonl:2"]


def test_an_old_body_is_lifted() -> None:
    class Measured(Event, type="depth.measured", version=2, subject="well"):
        well: str

    registry = Registry([Measured])
    registry.upcaster("depth.measured", version=1)(lambda body: {"well": body["w"]})
    text = json.dumps({"type": "depth.measured", "version": 1, "body": {"w": "a"}})
    (entry,) = read_jsonl([text], registry, name="in.jsonl")
    assert entry.event == Measured(well="a")


def test_an_old_body_that_cannot_be_lifted_is_named_by_its_line() -> None:
    class Measured(Event, type="depth.measured", version=2, subject="well"):
        well: str

    registry = Registry([Measured])
    registry.upcaster("depth.measured", version=1)(lambda body: {"well": body["w"]})
    text = json.dumps({"type": "depth.measured", "version": 1, "body": {}})
    with pytest.raises(BadInput, match=r"in.jsonl:1: .*version 1 could not be lifted to 2: KeyError: 'w'"):
        read_jsonl([text], registry, name="in.jsonl")


def test_what_a_log_exports_another_log_takes_in_with_its_corrections() -> None:
    one, other = (SqliteLog.open(":memory:", registry=REGISTRY) for _ in range(2))
    one.append([ResultRecorded.model_validate(BODY), ResultRecorded.model_validate(BODY | {"year": 2023})], actor="a")
    first, second = (row.event_id for row in one.read())
    one.supersede(first, ResultRecorded.model_validate(BODY | {"participants": 11}), reason="пересчёт", actor="b")
    one.retract(second, reason="не та школа", actor="b")
    other.append(read_jsonl(one.export(), REGISTRY, name="export"), actor="importer")
    assert [(r.event_id, r.body, r.actor) for r in other.read()] == [
        (r.event_id, r.body, r.actor) for r in one.read()
    ]


@given(st.text(max_size=60) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.dictionaries(st.sampled_from(["type", "body", "version", "source", "x"]), inner, max_size=4),
).map(json.dumps))  # fmt: skip
def test_no_text_brings_anything_but_entries_or_bad_input(text: str) -> None:
    with suppress(BadInput):
        read = read_numbered([text], REGISTRY, name="in.jsonl")
        assert len(read.entries) == len(read.lines) == bool(text.strip())


def test_what_the_whole_call_gets_wrong_is_said_by_file_and_line() -> None:
    read = read_numbered(["", line(), "", line(body=BODY | {"school_id": "s/8"})], REGISTRY, name="in.jsonl")
    known = Known([SchoolRegistered(school_id="s/7", municipality="s", region="r", kind="basic", name="n")])
    with pytest.raises(InvalidEvent) as caught:
        check(read.entries, REGISTRY, known)
    (problem,) = at_lines(caught.value, read).problems
    assert (problem.where, problem.field) == ("in.jsonl:4", "school_id")


def test_a_file_in_another_encoding_is_named_where_it_ceases_to_be_readable(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes("\n".join([line(), line(reason="перечень")]).encode("cp1251"))
    with path.open(encoding="utf-8") as file, pytest.raises(BadInput, match="UTF-8"):
        read_jsonl(file, REGISTRY, name="in.jsonl")


def test_a_byte_order_mark_is_no_part_of_the_first_line() -> None:
    assert len(read_jsonl(["\ufeff" + line()], REGISTRY, name="in.jsonl")) == 1
