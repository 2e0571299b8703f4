"""Comparisons of honest intervals: what they claim holds for every day that the interval allows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from shnor_engine.events import When
from shnor_engine.events.when import Kind, school_year_of

FIRST = date(2023, 12, 1)
kinds = st.sampled_from(["once", "throughout"])
spans = st.builds(
    lambda start, days, kind: When(
        start=FIRST + timedelta(start), end=FIRST + timedelta(start + days), precision="day", kind=kind
    ),
    st.integers(0, 6),
    st.integers(1, 5),
    kinds,
)


def possible(when: When) -> list[set[date]]:
    """Every set of days on which it may have happened: one day each for `once`, all of them for `throughout`."""
    days = [when.start + timedelta(n) for n in range((when.end - when.start).days)]
    return [{day} for day in days] if when.kind == "once" else [set(days)]


def verdicts(one: When, other: When, claim: Callable[[set[date], set[date]], bool]) -> set[bool]:
    return {claim(mine, theirs) for mine in possible(one) for theirs in possible(other)}


def kleene(found: set[bool]) -> bool | None:
    return found.pop() if len(found) == 1 else None


@settings(max_examples=600)
@given(spans, spans)
def test_before_is_true_false_or_unknown_exactly_as_the_possible_days_are(one: When, other: When) -> None:
    assert one.before(other) is kleene(verdicts(one, other, lambda mine, theirs: max(mine) < min(theirs)))


@settings(max_examples=600)
@given(spans, spans)
def test_overlaps_is_true_false_or_unknown_exactly_as_the_possible_days_are(one: When, other: When) -> None:
    assert one.overlaps(other) is kleene(verdicts(one, other, lambda mine, theirs: bool(mine & theirs)))


@settings(max_examples=600)
@given(spans, spans)
def test_within_reads_the_other_as_a_span(one: When, other: When) -> None:
    span = other.model_copy(update={"kind": "throughout"})
    assert one.within(other) is kleene(verdicts(one, span, lambda mine, theirs: mine <= theirs))


@given(spans, spans)
def test_overlaps_does_not_depend_on_who_is_asked(one: When, other: When) -> None:
    assert one.overlaps(other) is other.overlaps(one)


@pytest.mark.parametrize("kind", ["once", "throughout"])
def test_every_constructor_stands_on_its_own_boundaries(kind: Kind) -> None:
    assert When.day(date(2024, 2, 29), kind=kind).last == date(2024, 2, 29)
    assert When.month(2024, 2, kind=kind).last == date(2024, 2, 29)
    assert When.month(2023, 12, months=3, kind=kind).last == date(2024, 2, 29)
    assert When.quarter(2024, 4, kind=kind).end == date(2025, 1, 1)
    assert When.year(2021, years=4, kind=kind).last == date(2024, 12, 31)
    school_year = When.school_year(2024, kind=kind)
    assert (school_year.start, school_year.last) == (date(2023, 9, 1), date(2024, 8, 31))


@pytest.mark.parametrize(
    ("start", "end", "precision"),
    [
        (date(2024, 3, 2), date(2024, 4, 1), "month"),
        (date(2024, 3, 1), date(2024, 3, 31), "month"),
        (date(2024, 2, 1), date(2024, 5, 1), "quarter"),
        (date(2024, 1, 1), date(2024, 9, 1), "year"),
        (date(2024, 1, 1), date(2024, 9, 1), "school_year"),
    ],
)
def test_an_end_off_the_boundary_of_its_precision_is_refused(start: date, end: date, precision: str) -> None:
    with pytest.raises(ValidationError, match="no boundary"):
        When.model_validate({"start": start, "end": end, "precision": precision})


@pytest.mark.parametrize("end", [date(2024, 3, 1), date(2024, 2, 1)])
def test_an_end_before_the_start_is_impossible(end: date) -> None:
    with pytest.raises(ValidationError, match="not after start"):
        When(start=date(2024, 3, 1), end=end, precision="day")


def test_neighbouring_months_share_no_day() -> None:
    march, april = When.month(2024, 3), When.month(2024, 4)
    assert march.before(april) is True
    assert april.before(march) is False
    assert march.overlaps(april) is False


def test_two_moments_of_one_month_are_in_no_known_order() -> None:
    march = When.month(2024, 3)
    assert march.before(march) is None
    assert march.overlaps(march) is None


def test_school_and_calendar_years_that_a_span_touches() -> None:
    assert When.year(2024).school_years() == (2024, 2025)
    assert When.month(2024, 8).school_years() == (2024,)
    assert When.school_year(2024).years() == (2023, 2024)


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_the_school_year_of_a_day_covers_it(day: date) -> None:
    assert When.school_year(school_year_of(day)).covers(When.day(day))
