"""The catalogue as a whole: frozen samples, terms in two languages, and no room for a person's name."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import pytest

from shnor_engine.errors import InvalidEvent
from shnor_engine.events import CodeOf, Event, Ref, RefBy, Registers, Term, catalogue, event_types
from shnor_engine.events.fields import Token
from shnor_engine.events.vocabulary import CODE_LISTS, FORMS, TASKS

SAMPLES = sorted((Path(__file__).parent / "samples").glob("*.json"))
REGISTRY = catalogue()


def type_and_version(path: Path) -> tuple[str, int]:
    found = re.fullmatch(r"(.+)\.v(\d+)", path.stem)
    assert found, path
    return found[1], int(found[2])


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_frozen_sample_of_every_version_stays_readable_for_ever(path: Path) -> None:
    event_type, version = type_and_version(path)
    body = path.read_text(encoding="utf-8").rstrip("\n")
    event = REGISTRY.decode(event_type, version, body)
    if version == REGISTRY[event_type].version:
        # A field more, less or elsewhere is another version: raise `version`, add an upcaster and a new sample.
        assert event.body() == body


def test_every_event_has_a_sample_of_each_of_its_versions() -> None:
    expected = {(cls.type, version) for cls in event_types() for version in range(1, cls.version + 1)}
    assert set(map(type_and_version, SAMPLES)) == expected


NEWEST = [path for path in SAMPLES if type_and_version(path)[1] == REGISTRY[type_and_version(path)[0]].version]


@pytest.mark.parametrize("path", NEWEST, ids=lambda path: path.stem)
def test_a_sample_of_the_newest_version_fills_every_field(path: Path) -> None:
    event_type, version = type_and_version(path)
    event = REGISTRY.decode(event_type, version, path.read_text(encoding="utf-8"))
    empty = {name for name in type(event).model_fields if getattr(event, name) in (None, (), {})}
    # A count and the rounded percent exclude each other.
    assert empty <= ({"below_percent"} if event_type == "result.recorded" else set())


# --- what a field can hold ------------------------------------------------------------------------

PERSONS = {"person", "mentor", "mentee", "curator", "approver", "approver_role", "responsible", "with_role"}
PERSONS |= {"by", "accepted_by", "author", "issued_by", "role"}
FREE_TEXT = {
    *("aim", "title", "topic", "topics", "text", "reason", "reasons", "remarks", "conclusion", "outcome", "note"),
    *("basis", "ground", "evidence", "commitments", "documents", "scope", "indicator", "unit", "step", "scenario"),
    *("name", "aliases", "spelling", "number", "locality", "source", "letter", "conditions", "marker", "order"),
    *("act", "programme", "provider", "instrument", "deficits", "closed", "discipline", "missing", "legal_basis"),
    *("pack", "pack_version", "digest", "law", "rule", "period", "decision", "value", "authority", "events"),
    *("indicators", "plan", "fact", "values", "parameters"),  # the keys are names of indicators and clauses
}


def leaves(annotation: Any, marks: tuple[Any, ...] = ()) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """Every scalar type inside an annotation, with the marks that stand on it."""
    origin, inside = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        yield from leaves(inside[0], (*marks, *inside[1:]))
    elif origin in (Union, UnionType, tuple, dict):
        for item in inside:
            yield from leaves(item)
    else:
        yield annotation, marks


def texts_of(cls: type[Event]) -> Iterator[tuple[str, tuple[Any, ...]]]:
    for name, field in cls.model_fields.items():
        for kind, marks in leaves(field.annotation, tuple(field.metadata)):
            if kind is str:
                yield name, marks


TOKEN_MARKS = get_args(Token)[1:]
ID_PATTERN = r"^\S(.*\S)?$"


@pytest.mark.parametrize("cls", event_types(), ids=lambda cls: cls.type)
def test_no_field_is_there_to_hold_the_name_of_a_person(cls: type[Event]) -> None:
    for name, marks in texts_of(cls):
        closed = any(isinstance(mark, Ref | RefBy | Registers | CodeOf) for mark in marks)
        token = any(mark in TOKEN_MARKS for mark in marks)
        if name in PERSONS:
            assert closed or token, f"{name}: who somebody is, is said by a token, a role or a registered body"
        elif not closed:
            an_id = any(getattr(mark, "pattern", None) == ID_PATTERN for mark in marks)
            assert an_id or name in FREE_TEXT, f"{name}: a new free text; what keeps persons out of it?"


def test_a_token_is_no_name() -> None:
    fields = {"person": "Анна Петровна", "act": "1", "on": dt.date(2024, 1, 1), "scope": "всё"}
    with pytest.raises(InvalidEvent, match="person"):
        REGISTRY.parse("person.erased", fields)


# --- words ----------------------------------------------------------------------------------------


def test_every_code_has_a_russian_and_an_english_term() -> None:
    for name, terms in CODE_LISTS.items():
        for code, term in terms.items():
            assert isinstance(term, Term)
            assert re.search("[а-яё]", term.ru, re.IGNORECASE), (name, code)
            assert re.search("[a-z]", term.en), (name, code)
            assert re.fullmatch("[a-z][a-z_]*", code), (name, code)


def test_every_list_that_a_field_names_is_filled() -> None:
    named = {
        mark.name for cls in event_types() for _, marks in texts_of(cls) for mark in marks if isinstance(mark, CodeOf)
    }
    assert named <= set(CODE_LISTS)


def test_table_1_has_eight_forms_of_prevention_and_four_of_evaluation_and_each_serves_a_task() -> None:
    assert len(FORMS) == 12
    for term in FORMS.values():
        assert term.of
        assert set(term.of) <= set(TASKS)


@pytest.mark.parametrize("cls", event_types(), ids=lambda cls: cls.type)
def test_every_event_says_what_it_is(cls: type[Event]) -> None:
    assert cls.__doc__
    assert cls.__doc__.split("\n")[0].endswith((".", ";", ",")) or "." in cls.__doc__
    assert cls.__module__.startswith("shnor_engine.events.")
    assert re.fullmatch(r"[a-z_]+\.[a-z_]+", cls.type)
    assert cls.key, "an importer has to find the earlier event about the same thing"


# --- what is impossible ---------------------------------------------------------------------------

MARCH = {"start": "2024-03-01", "end": "2024-04-01", "precision": "month"}
RESULT = {"school_id": "s/7", "year": 2024, "procedure_kind": "oge", "discipline": "russian"}


@pytest.mark.parametrize(
    ("event_type", "fields", "said"),
    [
        ("result.recorded", RESULT | {"participants": 10, "below_min": 11}, "below_min 11 is more"),
        ("result.recorded", RESULT | {"participants": 10, "marks": [1, 2, 3, 5]}, "add up to 11"),
        ("result.recorded", RESULT | {"below_min": 1, "below_percent": 10}, "give the count"),
        ("result.recorded", RESULT | {"below_percent": 101}, "less than or equal to 100"),
        ("context.recorded", {"school_id": "s", "as_of": "2024-01-01", "special_needs": 1.01}, "special_needs"),
        ("context.recorded", {"school_id": "s", "as_of": "2024-01-01", "non_native": -0.01}, "non_native"),
        ("school.renamed", {"school_id": "s", "name": "n", "effective": MARCH | {"end": "2024-03-01"}}, "not after"),
        ("school.registered", {
            "school_id": "s", "municipality": "m", "region": "r", "kind": "basic", "name": "n", "branch_of": "s",
        }, "no branch of itself"),
        ("list.published", {
            "list_id": "l", "area": "m", "year": 2024, "issuer": "municipal", "complete": "yes",
            "members": ["s/7", "s/7"],
        }, "twice"),
        ("activity.held", {
            "activity_id": "a", "form": "meeting", "when": MARCH, "area": "m", "hosts": ["x"],
            "host_certainty": "ambiguous",
        }, "two hosts"),
        ("partnership.agreed", {"partnership_id": "p", "partner": "s", "supported": "s", "period": MARCH}, "itself"),
        ("recommendation.issued", {
            "recommendation_id": "r", "about": "s", "scope": "school", "text": "t", "when": MARCH,
            "due": "2024-02-29",
        }, "due 2024-02-29 is before"),
        ("rule_pack.activated", {
            "pack": "p", "pack_version": "1", "digest": "d", "area": "ru", "valid_from": "2024-01-01",
            "legal_basis": "приказ", "valid_until": "2023-12-31",
        }, "before valid_from"),
        ("route.issued", {
            "route_id": "r", "person": "t-000001", "school_id": "s", "deficits": [], "when": MARCH,
        }, "leads nowhere"),
        ("recommendation.implemented", {"recommendation_id": "r", "evidence": "", "when": MARCH}, "evidence"),
    ],
)  # fmt: skip
def test_what_is_impossible_is_refused_with_the_reason(event_type: str, fields: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidEvent, match=re.escape(said)):
        REGISTRY.parse(event_type, fields)


def test_both_categories_can_hold_for_one_school_at_once() -> None:
    both = [
        REGISTRY.parse("school.category_assigned", {"school_id": "s/7", "category": category, "when": MARCH})
        for category in ("low_results", "adverse_conditions")
    ]
    keys = [tuple(getattr(event, name) for name in type(event).key) for event in both]
    assert keys[0] != keys[1]
