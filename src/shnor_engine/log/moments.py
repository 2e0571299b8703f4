"""Clock 2: when a batch was recorded, and which batch a day or an instant means.

Instants are stored in UTC with microseconds, so their texts sort as they do. Days are those of the log's zone,
which is fixed when the log is made: a report «as of 23.12.2024» must mean the same for ever.
"""

from __future__ import annotations

import warnings
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shnor_engine.errors import LogError, RecordedBackwards

DEFAULT_ZONE = "Europe/Moscow"
# Without time zone data: UTC+3 since 26.10.2014 (Federal law 248-FZ of 21.07.2014).
_FIXED = {DEFAULT_ZONE: timezone(timedelta(hours=3), DEFAULT_ZONE), "UTC": UTC}
_STEP = timedelta(microseconds=1)


def zone_of(name: str) -> tzinfo:
    """The time zone of that name; without time zone data Moscow is UTC+3 with a warning, others are an error."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    if name not in _FIXED:
        raise LogError(f"no time zone {name!r} on this machine: check the name or install the package tzdata")
    if name != "UTC":
        warnings.warn(f"no time zone data on this machine: {name} is taken as UTC+3", RuntimeWarning, stacklevel=2)
    return _FIXED[name]


def to_text(moment: datetime) -> str:
    """An instant as it is stored: UTC, microseconds, always 32 characters."""
    return in_utc(moment).isoformat(timespec="microseconds")


def in_utc(moment: datetime) -> datetime:
    """The same instant in UTC; raises `ValueError` for one without a zone."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} names no time zone: give an aware datetime, or a date")
    return moment if moment.tzinfo is UTC else in_zone(moment, UTC)


def in_zone(moment: datetime, zone: tzinfo) -> datetime:
    """The same instant in a zone; the first or the last one there is, where the calendar ends before it."""
    try:
        return moment.astimezone(zone)
    except OverflowError:
        return (datetime.max if moment.year > 1 else datetime.min).replace(tzinfo=zone)


def end_of_day(day: date, zone: tzinfo) -> datetime:
    """The first instant after the day, in UTC."""
    if day == date.max:  # «for ever»: no day follows it
        return datetime.max.replace(tzinfo=UTC)
    return in_zone(datetime.combine(day + timedelta(days=1), time(), zone), UTC)


def next_recorded(now: datetime, last: datetime | None) -> datetime:
    """When a batch written now was recorded: now, but always after the last one, whatever the clock does."""
    now = in_utc(now)
    return now if last is None or now > last else last + _STEP


def loaded(asked: date | datetime, last: datetime | None, *, now: datetime, zone: tzinfo) -> datetime:
    """When a batch of history was recorded: the day or instant asked for, after the last one of the same day.

    A day is kept as its noon (or now, if that is earlier), so that it is the same day in every zone of Europe.
    Raises `RecordedBackwards` when it lies on a day before the head's, by days of the log's zone.
    """
    if isinstance(asked, datetime):
        moment = in_utc(asked)
        day = moment.astimezone(zone).date()
    else:
        moment, day = datetime.combine(asked, time(12), zone).astimezone(UTC), asked
        if in_utc(now).astimezone(zone).date() == day:
            moment = min(moment, in_utc(now))
    if last is None or moment > last:
        return moment
    if day < last.astimezone(zone).date():
        raise RecordedBackwards(asked.isoformat(), last.astimezone(zone).isoformat())
    return last + _STEP
