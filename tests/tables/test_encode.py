"""A frame becomes the very bodies that its events would have, and is refused where an event would be."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from shnor_engine import Engine
from shnor_engine.errors import InvalidEvent
from shnor_engine.events import (
    ActivityPlanned,
    ContextRecorded,
    Event,
    FactorAssessed,
    ListPublished,
    ResultRecorded,
    RiskProfileAssessed,
    SchoolRegistered,
    When,
    catalogue,
)
from shnor_engine.tables.encode import encode

REGISTRY = catalogue()

texts = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf"]), min_size=1, max_size=12).map(str.strip)
names = texts.filter(bool)
numbers = st.integers(-2, 40) | st.none()
shares = st.floats(-0.5, 1.5, allow_nan=False) | st.none()
whens = st.builds(When.month, st.integers(2000, 2030), st.integers(1, 12)) | st.builds(When.year, st.just(2024))

ROWS: dict[type[Event], dict[str, st.SearchStrategy[Any]]] = {
    ResultRecorded: {
        "school_id": names,
        "year": st.integers(1985, 2105),
        "procedure_kind": st.sampled_from(["vpr", "oge", "олимпиада"]),
        "discipline": st.just("russian"),
        "participants": numbers,
        "below_min": numbers,
        "below_percent": st.none() | st.integers(-1, 101),
        "level": st.sampled_from([None, "base", "other"]),
        "marks": st.none() | st.lists(st.integers(0, 3), min_size=4, max_size=4),
        "administered_on": st.none() | whens,
    },
    ContextRecorded: {"school_id": names, "as_of": st.dates(), "pupils": numbers, "special_needs": shares},
    ActivityPlanned: {
        "line_id": names,
        "roadmap_id": names,
        "form": st.sampled_from(["meeting", "audit", "пикник"]),
        "when": whens,
        "hosts": st.lists(names, max_size=3),
        "responsible": st.sampled_from([None, "methodologist"]),
    },
    FactorAssessed: {
        "about": names,
        "scope": st.sampled_from(["school", "district"]),
        "factor": st.just("staff_shortage"),
    },
}


def flat(cls: type[Event], rows: list[dict[str, Any]]) -> pl.DataFrame:
    """The rows as columns of the type's table."""
    columns: dict[str, list[Any]] = {}
    for row in rows:
        for name, value in row.items():
            if cls.model_fields[name].annotation in (When, When | None):
                for part in When.model_fields:
                    columns.setdefault(f"{name}_{part}", []).append(None if value is None else getattr(value, part))
            else:
                columns.setdefault(name, []).append(value)
    return pl.DataFrame(columns, strict=False)


def one_by_one(cls: type[Event], rows: list[dict[str, Any]]) -> list[str] | None:
    """The bodies of the events, None where one of them is impossible."""
    try:
        events = [cls.model_validate(row) for row in rows]
    except ValidationError:
        return None
    forms = {event.form for event in events if isinstance(event, ActivityPlanned)}
    kinds = {event.procedure_kind for event in events if isinstance(event, ResultRecorded)}
    return None if forms & {"пикник"} or kinds & {"олимпиада"} else [event.body() for event in events]


@pytest.mark.parametrize("cls", ROWS, ids=lambda cls: cls.__name__)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_frame_gives_the_bodies_of_its_events_or_is_refused_with_them(
    cls: type[Event], data: st.DataObject
) -> None:
    rows = data.draw(st.lists(st.fixed_dictionaries(ROWS[cls]), min_size=1, max_size=3))
    expected = one_by_one(cls, rows)
    if expected is None:
        with pytest.raises(InvalidEvent):
            encode(cls, flat(cls, rows), REGISTRY)
        return
    found = encode(cls, flat(cls, rows), REGISTRY)
    assert found.bodies == expected
    assert found.subjects == [cls.model_validate(row).subject for row in rows]


def test_a_problem_names_column_row_value_and_reason() -> None:
    good = {"school_id": "a/1", "year": 2024, "procedure_kind": "vpr", "discipline": "russian", "participants": 9}
    frame = pl.DataFrame([good | {"below_min": 3}, good | {"below_min": 12}])
    with pytest.raises(InvalidEvent) as caught:
        encode(ResultRecorded, frame, REGISTRY)
    assert str(caught.value) == "result.recorded: row 1: below_min: 12: more than participants"


def test_a_thousand_problems_are_counted_and_a_few_shown() -> None:
    good = {"school_id": "a/1", "year": 1850, "procedure_kind": "vpr", "discipline": "russian"}
    with pytest.raises(InvalidEvent) as caught:
        encode(ResultRecorded, pl.DataFrame([good] * 1000), REGISTRY)
    assert len(caught.value.problems) == 21
    assert caught.value.problems[-1].reason == "1000 problems in all"


def test_an_unknown_column_is_refused_with_near_names() -> None:
    with pytest.raises(InvalidEvent, match="participant: no such column; did you mean participants"):
        encode(ResultRecorded, pl.DataFrame({"participant": [1]}), REGISTRY)


def test_a_column_of_another_type_is_refused() -> None:
    frame = pl.DataFrame({"school_id": ["a"], "as_of": [dt.date(2024, 1, 1)], "pupils": ["много"]})
    with pytest.raises(InvalidEvent, match="pupils: the column is String, Int64 is needed"):
        encode(ContextRecorded, frame, REGISTRY)


@pytest.mark.parametrize("cls", [ListPublished, RiskProfileAssessed])
def test_a_class_that_cannot_be_checked_by_columns_says_so(cls: type[Event]) -> None:
    with pytest.raises(TypeError, match="append the events"):
        encode(cls, pl.DataFrame(), REGISTRY)


def test_what_the_rows_refer_to_is_given_by_field_and_kind() -> None:
    frame = pl.DataFrame({"about": ["a/1", "a"], "scope": ["school", "district"], "factor": ["staff_shortage"] * 2})
    assert encode(FactorAssessed, frame, REGISTRY).refers == {
        ("about", "school"): frozenset({"a/1"}),
        ("about", "area"): frozenset({"a"}),
    }
    results = pl.DataFrame(
        {"school_id": ["a/1", "a/1", "a/2"], "year": [2024] * 3, "procedure_kind": "oge", "discipline": "russian"}
    )
    assert encode(ResultRecorded, results, REGISTRY).refers == {("school_id", "school"): frozenset({"a/1", "a/2"})}


def test_an_engine_takes_a_frame_as_it_takes_the_events() -> None:
    school = SchoolRegistered(school_id="a/1", municipality="a", region="ru.a", kind="secondary", name="СОШ № 1")
    rows = [
        {"school_id": "a/1", "year": year, "procedure_kind": "oge", "discipline": "russian", "participants": 20}
        for year in (2022, 2023)
    ]
    logs = []
    for by_columns in (False, True):
        with Engine.open(":memory:") as engine:
            engine.append([school], actor="me")
            if by_columns:
                engine.append_table(ResultRecorded, pl.DataFrame(rows), actor="me")
            else:
                engine.append([ResultRecorded(**row) for row in rows], actor="me")
            logs.append([(row.position, row.type, row.subject, row.body) for row in engine.log.read()])
            assert engine.verify().ok
    assert logs[0] == logs[1]


def test_a_frame_that_names_an_unregistered_school_is_refused_and_nothing_is_stored() -> None:
    frame = pl.DataFrame({"school_id": ["a/9"], "year": [2024], "procedure_kind": ["oge"], "discipline": ["russian"]})
    with Engine.open(":memory:") as engine:
        with pytest.raises(InvalidEvent, match=r"unknown school «a/9»; missing: school\.registered"):
            engine.append_table(ResultRecorded, frame, actor="me")
        assert engine.log.head().position == 0
