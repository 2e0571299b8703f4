"""The registry by type and version, the steps between versions, ids, and the exported JSON Schema."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shnor_engine.errors import InvalidEvent, UnknownEventType, UpcastError
from shnor_engine.events import Event, Registry, When, catalogue, event_types, stable_id
from shnor_engine.events.base import uuid7_ids


class Measured(Event, type="depth.measured", version=3, subject="well", key=("well",)):
    well: str
    metres: float
    unit: str


def registry_of_three_versions() -> Registry:
    registry = Registry([Measured])

    @registry.upcaster("depth.measured", version=1)
    def _name_the_well(body: dict[str, Any]) -> dict[str, Any]:
        return {"well": body["w"], "metres": body["metres"]}

    @registry.upcaster("depth.measured", version=2)
    def _say_the_unit(body: dict[str, Any]) -> dict[str, Any]:
        return body | {"unit": "m"}

    return registry


@pytest.mark.parametrize(
    ("version", "body"),
    [
        (1, '{"w":"a","metres":2.5}'),
        (2, '{"well":"a","metres":2.5}'),
        (3, '{"well":"a","metres":2.5,"unit":"m"}'),
    ],
)
def test_a_body_of_any_version_is_lifted_step_by_step_to_the_newest(version: int, body: str) -> None:
    event = registry_of_three_versions().decode("depth.measured", version, body)
    assert event == Measured(well="a", metres=2.5, unit="m")


def test_a_missing_step_is_named() -> None:
    registry = Registry([Measured])
    registry.upcaster("depth.measured", version=1)(lambda body: body)
    with pytest.raises(UpcastError, match="from version 2 to 3"):
        registry.upcast("depth.measured", 1, {"w": "a"})


def test_lifting_leaves_the_stored_body_as_it_was() -> None:
    stored = {"w": "a", "metres": 1.0}
    registry_of_three_versions().upcast("depth.measured", 1, stored)
    assert stored == {"w": "a", "metres": 1.0}


@pytest.mark.parametrize("version", [0, 4])
def test_a_version_that_never_was_is_unknown(version: int) -> None:
    with pytest.raises(UnknownEventType, match=f"version {version}"):
        registry_of_three_versions().decode("depth.measured", version, "{}")


def test_an_unknown_type_gets_near_ones() -> None:
    with pytest.raises(UnknownEventType, match="did you mean") as caught:
        catalogue()["list.publishd"]
    assert caught.value.near[0] == "list.published"


def test_a_type_belongs_to_one_class() -> None:
    class Other(Event, type="depth.measured", subject="well"):
        well: str

    with pytest.raises(ValueError, match="registered twice"):
        Registry([Measured, Other])


def test_a_class_without_a_type_is_not_registered() -> None:
    class Nameless(Event):
        well: str

    with pytest.raises(ValueError, match="names no type"):
        Registry([Nameless])


@pytest.mark.parametrize("named", [{"subject": "wel"}, {"subject": "well", "key": ("year",)}])
def test_a_subject_or_key_that_is_no_field_is_refused_with_the_class(named: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="names no field"):
        type("Wrong", (Event,), {"__annotations__": {"well": str}}, type="wrong", **named)


def test_two_registries_do_not_notice_each_other() -> None:
    one, other = catalogue(), catalogue()
    one.add_codes("activity.form", {"picnic": "пикник"})
    assert "picnic" in one.codes("activity.form")
    assert "picnic" not in other.codes("activity.form")


def test_a_code_keeps_its_term() -> None:
    with pytest.raises(ValueError, match="another term"):
        catalogue().add_codes("activity.form", {"audit": "другое"})


def test_every_bad_field_is_named_at_once() -> None:
    fields = {"school_id": "a", "year": 1812, "procedure_kind": "oge", "participants": -1, "name": "x"}
    with pytest.raises(InvalidEvent) as caught:
        catalogue().parse("result.recorded", fields, where="file.jsonl:7")
    assert {problem.field for problem in caught.value.problems} == {"year", "discipline", "participants", "name"}
    assert {problem.where for problem in caught.value.problems} == {"file.jsonl:7"}


def test_the_schema_has_every_event_with_its_type_and_version() -> None:
    defined = catalogue().json_schema()["$defs"]
    exported = {(d["x-type"], d["x-version"]) for d in defined.values() if "x-type" in d}
    assert exported == {(cls.type, cls.version) for cls in event_types()}
    assert all(d["additionalProperties"] is False for d in defined.values() if "x-type" in d)


def test_no_body_holds_a_number_that_json_has_no_word_for() -> None:
    fields = {"programme_id": "p", "indicator": "i", "year": 2024, "target": float("nan")}
    with pytest.raises(InvalidEvent, match="finite"):
        catalogue().parse("programme.target_set", fields)


@given(st.dates(dt.date(1970, 1, 2)), st.lists(st.integers(0, 10_000), min_size=2, unique=True))
def test_stable_ids_are_equal_in_every_run_and_ascend_with_the_ordinal(day: dt.date, ordinals: list[int]) -> None:
    ids = [stable_id(day, n, "imported", n) for n in sorted(ordinals)]
    assert ids == sorted(ids)
    assert ids == [stable_id(day, n, "imported", n) for n in sorted(ordinals)]


def test_a_stable_id_is_this_very_text_for_ever() -> None:
    assert stable_id(dt.date(2024, 12, 23), 7, "row", 1) == "0193f0d0-4007-8083-97c4-7060e9d68182"


@given(st.integers(0, 9_000))
def test_new_ids_of_one_moment_ascend_and_are_unlike(count: int) -> None:
    ids = uuid7_ids(dt.datetime(2024, 12, 23, tzinfo=dt.UTC), count)
    assert len(set(ids)) == count
    assert ids == sorted(ids)
    assert all(text[14] == "7" and text[19] in "89ab" for text in ids)


def test_an_event_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        When.month(2024, 3).start = dt.date(2024, 1, 1)  # type: ignore[misc]
