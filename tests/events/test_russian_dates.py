"""Russian cells to moments and back: whole, or an error with the cell and the part."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shnor_engine.errors import UnreadableDate
from shnor_engine.events import When
from shnor_engine.events.russian_dates import MONTHS, MONTHS_GENITIVE, read_when, say_when
from shnor_engine.events.when import Kind

M, D, Q, Y, S = When.month, When.day, When.quarter, When.year, When.school_year
years = st.integers(1900, 2095)
kinds = st.sampled_from(["once", "throughout"])


def days(start: date, count: int, kind: Kind) -> When:
    return When(start=start, end=start + timedelta(count), precision="day", kind=kind)


def quarters(year: int, first: int, count: int, kind: Kind) -> When:
    months = 3 * (first - 1 + count)
    end = date(year + months // 12, months % 12 + 1, 1)
    return When(start=date(year, 3 * first - 2, 1), end=end, precision="quarter", kind=kind)


def school_years(ends: int, count: int, kind: Kind) -> When:
    return When(start=date(ends - 1, 9, 1), end=date(ends - 1 + count, 9, 1), precision="school_year", kind=kind)


moments = st.one_of(
    st.builds(days, st.dates(date(1900, 1, 1), date(2099, 1, 1)), st.integers(1, 500), kinds),
    st.builds(
        lambda y, m, n, kind: M(y, m, months=n, kind=kind), years, st.integers(1, 12), st.integers(1, 30), kinds
    ),
    st.builds(quarters, years, st.integers(1, 4), st.integers(1, 9), kinds),
    st.builds(lambda y, n, kind: Y(y, years=n, kind=kind), years, st.integers(1, 5), kinds),
    st.builds(school_years, years.map(lambda y: y + 1), st.integers(1, 4), kinds),
)


@settings(max_examples=1000)
@given(moments)
@example(days(date(2024, 2, 28), 2, "once"))
@example(days(date(2023, 12, 31), 2, "throughout"))
@example(school_years(2000, 1, "once"))  # 1999/00
def test_what_is_said_is_read_back(when: When) -> None:
    assert read_when(say_when(when)) == (when,)


@given(st.lists(moments, min_size=1, max_size=4), st.sampled_from([", ", "; ", "\n", ",\n", " и "]))
def test_a_cell_of_several_moments_gives_them_all_in_order(whens: list[When], between: str) -> None:
    assert read_when(between.join(map(say_when, whens))) == tuple(whens)


@given(moments)
def test_case_and_kinds_of_space_do_not_matter(when: When) -> None:
    text = say_when(when)
    assert read_when(text.upper().replace(" ", " \u00a0\n")) == (when,)


@settings(max_examples=500)
@given(st.text(max_size=30) | st.text("0123456789./-–,и сдекабрьмартгодучебныйIVпо«»", max_size=30))
def test_any_other_text_is_an_unreadable_date_and_nothing_else(cell: str) -> None:
    with suppress(UnreadableDate):
        assert read_when(cell), "no moment, and nobody said why"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Декабрь 2023г. Ноябрь 2024г.", [M(2023, 12), M(2024, 11)]),
        ("Февраль 2024 г. Апрель 2024г. Апрель 2023г.", [M(2024, 2), M(2024, 4), M(2023, 4)]),
        ("Март 2024г. Октябрь 2024г.", [M(2024, 3), M(2024, 10)]),
        ("Сентябрь 2024г.", [M(2024, 9)]),
        ("СЕНТЯБРЬ\u00a02024\nгода", [M(2024, 9)]),
        ("сент. 2024", [M(2024, 9)]),
        ("в марте 2024 года", [M(2024, 3)]),
        ("в течение марта 2024 г.", [M(2024, 3, kind="throughout")]),
        ("«23» декабря 2024г.", [D(date(2024, 12, 23))]),
        ("23.12.2024", [D(date(2024, 12, 23))]),
        ("2024-12-23", [D(date(2024, 12, 23))]),
        ("23–25 декабря 2024 г.", [days(date(2024, 12, 23), 3, "once")]),
        ("23.12-25.12.2024", [days(date(2024, 12, 23), 3, "once")]),
        ("с 28 ноября по 3 декабря 2024 года", [days(date(2024, 11, 28), 6, "throughout")]),
        ("март-апрель 2024", [M(2024, 3, months=2)]),
        ("декабрь 2023 – январь 2024", [M(2023, 12, months=2)]),
        ("I квартал 2024", [Q(2024, 1)]),
        ("4-й квартал 2024 г.", [Q(2024, 4)]),
        ("ІІІ кв. 2024", [Q(2024, 3)]),
        ("I–II кварталы 2024 г.", [quarters(2024, 1, 2, "once")]),
        ("2022 год", [Y(2022)]),
        ("2021-2024 годы", [Y(2021, years=4)]),
        ("на 2021-2024 годы", [Y(2021, years=4, kind="throughout")]),
        ("2023/24", [S(2024)]),
        ("2023/2024 учебный год", [S(2024)]),
        ("2023–2024 уч. г.", [S(2024)]),
        ("1999/00", [S(2000)]),
        ("в течение 2023/2024 учебного года", [S(2024, kind="throughout")]),
    ],
)
def test_cells_as_documents_write_them(cell: str, expected: list[When]) -> None:
    assert list(read_when(cell)) == expected


def test_the_year_of_the_document_serves_a_cell_that_names_none() -> None:
    assert read_when("В течение года", year=2024) == (Y(2024, kind="throughout"),)
    assert read_when("В течение учебного года", school_year=2024) == (S(2024, kind="throughout"),)
    assert read_when("март, октябрь", year=2024) == (M(2024, 3), M(2024, 10))


@pytest.mark.parametrize(
    ("cell", "part"),
    [
        ("В течение года", "В течение года"),
        ("в течение учебного года", "в течение учебного года"),
        ("осень 2024", "осень 2024"),
        ("Март 2024г. и далее", "далее"),
        ("март, апрель 2024", "март"),  # whose March it is stands nowhere
        ("март", "март"),
        ("ноябрь-февраль 2024", "ноябрь-февраль 2024"),
        ("2023-2024", "2023-2024"),  # a school year, or two years?
        ("2023/25", "2023/25"),
        ("23.12.24", "24"),
        ("30.02.2024", "30.02.2024"),
        ("март 0024", "0024"),
        ("март 2024 2025", "2025"),
        ("март 2024,", ","),
        ("с марта 2024", "с марта 2024"),
        ("23 декабря 2024 – январь 2025", "23 декабря 2024 – январь 2025"),
        ("ежемесячно", "ежемесячно"),
        ("", ""),
        ("—", "—"),
    ],
)
def test_what_cannot_be_read_is_an_error_with_the_cell_and_the_part(cell: str, part: str) -> None:
    with pytest.raises(UnreadableDate) as caught:
        read_when(cell)
    assert (caught.value.cell, caught.value.part) == (cell, part)
    assert f"«{cell}»" in str(caught.value)


def test_the_year_of_the_document_never_fills_a_cell_that_names_a_year() -> None:
    with pytest.raises(UnreadableDate):
        read_when("март, апрель 2023", year=2024)


def test_a_month_stays_a_month_in_print() -> None:
    assert say_when(M(2024, 3)) == "март 2024 г."
    assert say_when(M(2024, 3), case="genitive") == "марта 2024 г."
    assert say_when(Y(2024, kind="throughout")) == "в течение 2024 года"
    assert say_when(S(2024)) == "2023/24 учебный год"


@pytest.mark.parametrize("number", range(1, 13))
def test_every_month_is_read_in_both_printed_cases(number: int) -> None:
    for name in (MONTHS[number - 1], MONTHS_GENITIVE[number - 1]):
        assert read_when(f"{name} 2024") == (M(2024, number),)
