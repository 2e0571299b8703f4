"""Kinds of periods, their keys in order, and the days that they span.

A year is a whole number (an academic year, `school_year`, that of the year in which it ends), a quarter is «2024-Q1»
and a month «2024-03»: text that sorts as time does. Inside, a period is its ordinal, so that a step back is a
subtraction.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final, Literal, TypeAlias

KeyValue: TypeAlias = str | int
Edge = Literal["last", "first"]

YEAR: Final = "year"
SCHOOL_YEAR: Final = "school_year"
QUARTER: Final = "quarter"
MONTH: Final = "month"
PERIOD_KINDS = (YEAR, SCHOOL_YEAR, QUARTER, MONTH)
KEY_SAMPLE: Mapping[str, str] = {YEAR: "2024", SCHOOL_YEAR: "2024", QUARTER: "2024-Q1", MONTH: "2024-03"}

# Months are counted from the year 0; each kind is a length in months and the month in which its ordinal 0 begins.
_LENGTH: Mapping[str, int] = {YEAR: 12, SCHOOL_YEAR: 12, QUARTER: 3, MONTH: 1}
_ORIGIN: Mapping[str, int] = {YEAR: 0, SCHOOL_YEAR: -4, QUARTER: 0, MONTH: 0}
_YEARS = range(1000, 9999)  # years of four digits, the last of which still has a year after it
_TEXT = {QUARTER: re.compile(r"(\d{4})-Q([1-4])"), MONTH: re.compile(r"(\d{4})-(0[1-9]|1[0-2])")}


def is_period(kind: str, value: object) -> bool:
    """Whether a value is a key of a period of this kind."""
    if kind in _TEXT:
        return isinstance(value, str) and _TEXT[kind].fullmatch(value) is not None and int(value[:4]) in _YEARS
    return isinstance(value, int) and not isinstance(value, bool) and value in _YEARS


def ordinal(kind: str, value: KeyValue) -> int:
    """The place of a period among those of its kind; raises `ValueError` for a key of another kind."""
    if kind not in _TEXT:
        return int(value)
    found = _TEXT[kind].fullmatch(str(value))
    if found is None:
        raise ValueError(f"{value!r} is no {kind}; write it as {KEY_SAMPLE[kind]}")
    return int(found[1]) * (12 // _LENGTH[kind]) + int(found[2]) - 1


def period_at(kind: str, place: int) -> KeyValue:
    """The period at an ordinal."""
    if kind == MONTH:
        return f"{place // 12:04}-{place % 12 + 1:02}"
    return f"{place // 4:04}-Q{place % 4 + 1}" if kind == QUARTER else place


def shifted(kind: str, value: KeyValue, back: int) -> KeyValue:
    """The period so many before this one."""
    return period_at(kind, ordinal(kind, value) - back)


def first_day(kind: str, value: KeyValue) -> date:
    """The day on which a period begins."""
    return _day(_first_month(kind, ordinal(kind, value)))


def last_day(kind: str, value: KeyValue) -> date:
    """The day on which a period ends."""
    return _day(_first_month(kind, ordinal(kind, value) + 1)) - timedelta(days=1)


def around(kind: str, day: date) -> KeyValue:
    """The period of a kind in which a day lies."""
    return period_at(kind, _place_of(kind, day.year * 12 + day.month - 1))


def nests(inner: str, outer: str) -> bool:
    """Whether each period of one kind lies wholly in one of the other: a month in a quarter, a quarter in a year."""
    return _LENGTH[inner] < _LENGTH[outer] and (_ORIGIN[outer] - _ORIGIN[inner]) % _LENGTH[inner] == 0


def ending_inside(kind: str, value: KeyValue, other: str) -> list[KeyValue]:
    """The periods of another kind that end in this one, in order: the months of a year, for instance."""
    return [period_at(other, place) for place in places_inside(kind, ordinal(kind, value), other)]


def places_inside(kind: str, place: int, other: str) -> list[int]:
    """The ordinals of the periods of another kind that end in the one at an ordinal, in order."""
    first = _first_month(kind, place)
    months = range(first, first + _LENGTH[kind])
    return [_place_of(other, month) for month in months if _ends(other, month)]


def place_around(kind: str, place: int, other: str) -> int:
    """The ordinal of the period of another kind in which the one at an ordinal ends."""
    times, more, by = reckoned(kind, other)
    return (times * place + more) // by


def reckoned(kind: str, other: str) -> tuple[int, int, int]:
    """The numbers by which an ordinal becomes that of another kind: (times · ordinal + more) // by."""
    return _LENGTH[kind], _first_month(kind, 1) - 1 - _ORIGIN[other], _LENGTH[other]


def _first_month(kind: str, place: int) -> int:
    return _ORIGIN[kind] + place * _LENGTH[kind]


def _place_of(kind: str, month: int) -> int:
    return (month - _ORIGIN[kind]) // _LENGTH[kind]


def _ends(kind: str, month: int) -> bool:
    return _place_of(kind, month + 1) != _place_of(kind, month)


def _day(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)
