"""Working days: the known years add up to what is published, an unknown year says that it is unknown."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shnor_engine.errors import BadInput
from shnor_engine.recommend.calendar import Calendar

CALENDAR = Calendar.load()


@pytest.mark.parametrize(
    ("year", "days"), [(2021, 247), (2022, 247), (2023, 247), (2024, 248), (2025, 247), (2026, 247)]
)
def test_a_known_year_has_as_many_working_days_as_its_production_calendar(year: int, days: int) -> None:
    assert CALENDAR.working_days(date(year, 1, 1), date(year, 12, 31)) == days
    assert "ст. 112" in CALENDAR.years[year].source


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2024, 12, 28), True),  # a Saturday worked
        (date(2024, 12, 30), False),
        (date(2025, 1, 9), True),
        (date(2025, 5, 8), False),
        (date(2026, 3, 9), False),
        (date(2027, 1, 1), True),  # a Friday of a year that is not known
    ],
)
def test_days_that_were_moved_are_known(day: date, works: bool) -> None:
    assert CALENDAR.works(day) is works


def test_a_day_of_rest_moves_the_due_day_on() -> None:
    assert CALENDAR.due(date(2024, 12, 23)).day == date(2025, 3, 24)
    assert CALENDAR.due(date(2024, 10, 3)).day == date(2025, 1, 9)
    assert CALENDAR.due(date(2024, 10, 3), 30).day == date(2024, 11, 2)


def test_an_unknown_year_counts_weekends_only_and_says_so() -> None:
    due = CALENDAR.due(date(2026, 10, 3))
    assert due.day == date(2027, 1, 1)
    assert "2027" in due.note_ru
    assert "only Saturdays and Sundays" in due.note_en
    assert CALENDAR.due(date(2024, 1, 1)).note_ru == ""


@settings(deadline=None)
@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 400))
def test_what_is_due_is_due_on_the_first_working_day_from_then_on(start: date, days: int) -> None:
    due = CALENDAR.due(start, days).day
    assert CALENDAR.works(due)
    between = [start + timedelta(days=n) for n in range(days, (due - start).days)]
    assert not any(CALENDAR.works(day) for day in between)


@pytest.mark.parametrize("off", ['"06-08"', '"02-30"', '"13-01"'])
def test_a_day_off_that_is_a_weekend_or_no_day_at_all_is_refused(tmp_path: Path, off: str) -> None:
    path = tmp_path / "calendar.toml"
    path.write_text(f'[2024]\nsource = "x"\noff = [{off}]\nworked = []\n', encoding="utf-8")
    with pytest.raises(BadInput, match="2024"):
        Calendar.load(path)
