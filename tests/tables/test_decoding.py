"""Columns decoded in bulk say what the typed events say, row by row, for every event of the catalogue."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shnor_engine.events import When, catalogue, event_types
from shnor_engine.events.base import Event, Registry
from shnor_engine.log import Columns, SqliteLog
from shnor_engine.tables import ENVELOPE, Tables, shape_of
from shnor_engine.tables.decode import rows_of
from shnor_engine.tables.shape import column_name
from shnor_engine.testing.strategies import events_of

CATALOGUE = catalogue()
BATCHES = pl.DataFrame(
    {"last": [1000], "recorded_at": [datetime(2024, 1, 1, tzinfo=UTC)]},
    schema={"last": pl.Int64(), "recorded_at": pl.Datetime("us", "UTC")},
)


def columns_of(events: list[Event], *, version: int | None = None, bodies: list[str] | None = None) -> Columns:
    """The events as the log hands them over."""
    count, cls = len(events), type(events[0])
    return Columns(
        type=cls.type,
        version=version or cls.version,
        count=count,
        positions="\n".join(str(n) for n in range(1, count + 1)).encode(),
        event_ids="\n".join(f"e{n}" for n in range(1, count + 1)).encode(),
        subjects="\n".join(event.subject for event in events).encode(),
        actors="\n".join(["me"] * count).encode(),
        sources="\n".join([""] * count).encode(),
        bodies="\n".join(bodies or [event.body() for event in events]).encode(),
    )


def said(event: Event) -> dict[str, object]:
    """What the columns of a typed event must hold."""
    row: dict[str, object] = {}
    for name in type(event).model_fields:
        value, moments = getattr(event, name), [f"{name}_{part}" for part in When.model_fields]
        if isinstance(value, When):
            row |= dict(zip(moments, dict(value).values(), strict=True))
        elif column_name(name) in shape_of(type(event)).fields:
            row[column_name(name)] = list(value) if isinstance(value, tuple) else value
        else:
            row |= dict.fromkeys(moments)
    return row


def decoded(row: dict[str, object], event: Event) -> dict[str, object]:
    """A decoded row without its envelope, JSON text read back."""
    dicts = {column_name(name) for name in type(event).model_fields if isinstance(getattr(event, name), dict)}
    fields = {name: value for name, value in row.items() if name not in ENVELOPE}
    return {name: json.loads(str(value)) if name in dicts else value for name, value in fields.items()}


@pytest.mark.parametrize("cls", event_types(), ids=lambda cls: cls.type)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_columns_say_what_the_typed_events_say(cls: type[Event], data: st.DataObject) -> None:
    events = data.draw(st.lists(events_of(cls, registry=CATALOGUE), min_size=1, max_size=6))
    frame = rows_of(columns_of(list(events)), cls, CATALOGUE, BATCHES)
    assert frame.schema == pl.Schema(shape_of(cls).schema)
    for row, event in zip(frame.to_dicts(), events, strict=True):
        assert decoded(row, event) == said(event)


@pytest.mark.parametrize("cls", event_types(), ids=lambda cls: cls.type)
def test_a_type_that_nobody_appended_has_an_empty_table_with_every_column(cls: type[Event]) -> None:
    with SqliteLog.open(":memory:", registry=CATALOGUE) as log:
        assert Tables(log, CATALOGUE)[cls].collect().schema == pl.Schema(shape_of(cls).schema)


class Depth(Event, type="test.depth", subject="well", version=3):
    """A well was measured; version 1 had feet, version 2 no unit, `tags` came later without a new version."""

    well: str
    metres: float
    unit: str = "m"
    tags: tuple[str, ...] = ("none",)
    note: str | None = None


def old_and_new() -> Registry:
    registry = Registry((Depth,))
    registry.upcaster("test.depth", version=1)(lambda body: {"well": body["well"], "metres": body["feet"] * 0.25})
    registry.upcaster("test.depth", version=2)(lambda body: {**body, "unit": "m"})
    return registry


def test_bodies_of_old_versions_are_lifted_to_the_newest_columns() -> None:
    event = Depth(well="a", metres=2.0)
    columns = columns_of([event, event], version=1, bodies=['{"well":"a","feet":8}', '{"well":"b","feet":4}'])
    frame = rows_of(columns, Depth, old_and_new(), BATCHES)
    assert frame["metres"].to_list() == [2.0, 1.0]
    assert frame["unit"].to_list() == ["m", "m"]
    assert frame["tags"].to_list() == [["none"], ["none"]]


def test_a_body_stored_before_its_field_was_added_has_the_default_of_the_field() -> None:
    event = Depth(well="a", metres=2.0)
    bodies = ['{"well":"a","metres":2.0}', '{"well":"a","metres":2.0,"unit":"ft","tags":[],"note":"n"}']
    frame = rows_of(columns_of([event, event], bodies=bodies), Depth, old_and_new(), BATCHES)
    assert frame["unit"].to_list() == ["m", "ft"]
    assert frame["tags"].to_list() == [["none"], []]
    assert frame["note"].to_list() == [None, "n"]


def test_a_field_named_like_a_column_of_the_envelope_stands_beside_it() -> None:
    class Placed(Event, type="test.placed", subject="who"):
        who: str
        position: int
        source: str | None = None

    registry = Registry((Placed,))
    with SqliteLog.open(":memory:", registry=registry) as log:
        log.append([Placed(who="a", position=7, source="x")], actor="me")
        row = Tables(log, registry)[Placed].collect().to_dicts()[0]
    assert (row["position"], row["body_position"], row["source"], row["body_source"]) == (1, 7, None, "x")


def test_a_body_that_does_not_fit_its_columns_is_an_error_and_no_null() -> None:
    event = Depth(well="a", metres=2.0)
    columns = columns_of([event], bodies=['{"well":"a","metres":"deep"}'])
    with pytest.raises(pl.exceptions.ComputeError, match="deep"):
        rows_of(columns, Depth, old_and_new(), BATCHES)
