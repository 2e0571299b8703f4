"""Dates as Russian documents write them: cells → `When`, and `When` → Russian words.

A cell may hold several moments («Декабрь 2023г. Ноябрь 2024г.»). What cannot be read whole is an error that
names the part; a day, a year or a pairing that the cell does not give is never made up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from shnor_engine.errors import UnreadableDate
from shnor_engine.events.when import Kind, Precision, When

MONTHS = (
    *("январь", "февраль", "март", "апрель", "май", "июнь"),
    *("июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь"),
)
MONTHS_GENITIVE = (
    *("января", "февраля", "марта", "апреля", "мая", "июня"),
    *("июля", "августа", "сентября", "октября", "ноября", "декабря"),
)
QUARTERS = ("I", "II", "III", "IV")
YEARS = range(1900, 2101)  # a year outside is a slip of the pen, so it is refused

_PREPOSITIONAL = (*(f"{name[:-1]}е" for name in MONTHS_GENITIVE),)
_SHORT = ("янв", "фев", "мар", "апр", "май", "июн", "июл", "авг", "сен", "окт", "ноя", "дек")
_SHORT_TOO = {"февр": 2, "сент": 9, "нояб": 11}
_MONTH_WORDS = {
    name: number
    for names in (MONTHS, MONTHS_GENITIVE, _PREPOSITIONAL, _SHORT)
    for number, name in enumerate(names, start=1)
} | _SHORT_TOO
_QUARTER_WORDS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "первый": 1, "второй": 2, "третий": 3, "четвертый": 4}
_QUARTER_WORDS |= {"первого": 1, "второго": 2, "третьего": 3, "четвертого": 4, "первом": 1, "втором": 2}
_QUARTER_WORDS |= {"третьем": 3, "четвертом": 4}
_YEAR_ONE = frozenset({"г", "год", "года", "году"})
_YEAR_MANY = frozenset({"гг", "годы", "годов", "годах"})
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff«»\"“”„'"))
_SAME = str.maketrans({"ё": "е", "і": "i", "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-"})
_TOKEN = re.compile(r"\d+|[^\W\d_]+|\S")


def read_when(cell: str, *, year: int | None = None, school_year: int | None = None) -> tuple[When, ...]:
    """Every moment that a cell names, in its order.

    `year` is the calendar year, `school_year` the school year (by the year it ends) that the document as a whole
    speaks of; they serve cells that name none («в течение года», «март»). Raises `UnreadableDate`.

    >>> [str(when.start) for when in read_when("Декабрь 2023г. Ноябрь 2024г.")]
    ['2023-12-01', '2024-11-01']
    """
    return _Reader(cell, year, school_year).cell_moments()


def say_when(when: When, *, case: Literal["nominative", "genitive"] = "nominative") -> str:
    """The Russian words for a moment or span, such that `read_when` gives it back.

    `genitive` is for use inside a sentence («справка марта 2024 г.»); it differs for a single `once` only.

    >>> say_when(When.month(2024, 3)), say_when(When.year(2024, kind="throughout"))
    ('март 2024 г.', 'в течение 2024 года')
    """
    first, last = _Words.of(when.start, when.precision), _Words.of(_last_unit(when), when.precision)
    if when.kind == "throughout":
        return _throughout(first, last)
    if first == last:
        return first.whole("genitive" if when.precision == "day" else case)
    return _span(first, last)


# --- reading --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Point:
    """One unit of time as far as a cell gives it; what it leaves out may stand in the other end of a span."""

    precision: Precision
    year: int | None = None
    part: int | None = None  # month or quarter
    day: int | None = None
    year_word: str = ""

    def completed(self, other: _Point) -> _Point:
        """This with the month and year of the end of the span, where it has none of its own."""
        part = other.part if self.part is None and self.precision == "day" else self.part
        return replace(self, part=part, year=other.year if self.year is None else self.year)


class _Reader:
    """Reads one cell from left to right, token by token; every method takes what it understands."""

    def __init__(self, cell: str, year: int | None, school_year: int | None) -> None:
        self.cell = cell
        self.text = re.sub(r"\s+", " ", cell.translate(_INVISIBLE)).strip()
        tokens = list(_TOKEN.finditer(self.text.lower().translate(_SAME)))
        self.tokens = [match.group() for match in tokens]
        self.places = [match.start() for match in tokens]
        self.at = 0
        self.default_year = year
        self.default_school_year = school_year
        # The year of the document serves only a cell that names no year at all: in «март, апрель 2023»
        # nobody knows whose March it is.
        self.names_a_year = any(re.fullmatch(r"\d{4}", token) for token in self.tokens)

    def cell_moments(self) -> tuple[When, ...]:
        if not self.tokens:
            raise UnreadableDate(self.cell, "the cell is empty")
        return tuple(self._moments())

    def _moments(self) -> Iterator[When]:
        parted = True
        while self.at < len(self.tokens):
            began = self.at
            when = self._moment()
            if not parted and self._part(began).isdecimal():
                raise self._error(began, "a year that belongs to nothing")
            yield when
            self._take(".")
            parted = self._take(",", ";", "и")
            if parted and self.at == len(self.tokens):
                raise self._error(self.at - 1, "nothing follows")

    # --- one moment

    def _moment(self) -> When:
        began = self.at
        if self._take("в", "во") and self._take("течение"):
            return self._during(began)
        if self.at > began and self._next() in ("течении", "теч"):
            raise self._error(began)
        if self._take("с", "со"):
            left = self._point()
            if not self._take("по"):
                raise self._error(began, "«с …» needs «по …»")
            return self._when(left, self._point(), "throughout", began)
        kind: Kind = "throughout" if self._take("на", "весь") else "once"
        left = self._point()
        return self._when(left, self._point() if self._take("-") else left, kind, began)

    def _during(self, began: int) -> When:
        if self._school_year_words():
            if self.default_school_year is None or self.names_a_year:
                raise self._error(began, "which school year? give school_year=")
            return When.school_year(self.default_school_year, kind="throughout")
        if self._next() in _YEAR_ONE:
            self.at += 1
            if self.default_year is None or self.names_a_year:
                raise self._error(began, "which year? give year=")
            return When.year(self.default_year, kind="throughout")
        left = self._point()
        return self._when(left, self._point() if self._take("-") else left, "throughout", began)

    # --- one point

    def _point(self) -> _Point:
        began = self.at
        for read in (self._quarter, self._month, self._number):
            found = read()
            if found is not None:
                return found
        raise self._error(began)

    def _month(self) -> _Point | None:
        month = _MONTH_WORDS.get(self._next())
        if month is None:
            return None
        self.at += 1
        self._take(".")
        year, word = self._year()
        return _Point("month", year, month, year_word=word)

    def _quarter(self) -> _Point | None:
        began, number = self.at, _QUARTER_WORDS.get(self._next())
        if number is None and self._next() in ("1", "2", "3", "4"):
            number = int(self._next())
        if number is None:
            return None
        self.at += 1
        if self._next() == "-" and self._next(1) in ("й", "ый", "ой", "го", "м", "ом"):
            self.at += 2
        if self._take("квартал", "квартала", "квартале", "кварталы", "кварталов", "кв"):
            if self.tokens[self.at - 1] == "кв":
                self._take(".")
            year, word = self._year()
            return _Point("quarter", year, number, year_word=word)
        if self._next() == "-" and self._next(1) in {*_QUARTER_WORDS, "1", "2", "3", "4"}:
            if "квартал" in self._next(2):
                return _Point("quarter", None, number)
        elif self._next() == "по" and "квартал" in self._next(2):
            return _Point("quarter", None, number)
        self.at = began
        return None

    def _number(self) -> _Point | None:
        token = self._next()
        if not token.isdecimal():
            return None
        if len(token) == 4:
            return self._dashed_date() or self._school_year() or self._calendar_year()
        if len(token) > 2:
            return None
        self.at += 1
        day = int(token)
        if self._next() == "." and self._next(1).isdecimal() and len(self._next(1)) <= 2:
            return self._dotted_date(day)
        month = _MONTH_WORDS.get(self._next())
        if month is None:
            return _Point("day", day=day)
        self.at += 1
        self._take(".")
        year, word = self._year()
        return _Point("day", year, month, day, word)

    def _dotted_date(self, day: int) -> _Point:
        month = int(self._next(1))
        self.at += 2
        if self._next() == "." and self._next(1).isdecimal():
            self.at += 1
            if len(self._next()) != 4:
                raise self._error(self.at, "a year needs four digits")
            year, word = self._year()
            return _Point("day", year, month, day, word)
        return _Point("day", None, month, day)

    def _dashed_date(self) -> _Point | None:
        shape = [self._next(ahead) for ahead in range(5)]
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", "".join(shape)):
            return None
        began, self.at = self.at, self.at + 5
        self._plausible(int(shape[0]), began)
        return _Point("day", int(shape[0]), int(shape[2]), int(shape[4]))

    def _school_year(self) -> _Point | None:
        began, first = self.at, self._next()
        mark, last = self._next(1), self._next(2)
        if mark not in ("/", "-") or not last.isdecimal() or len(last) not in (2, 4):
            return None
        self.at += 3
        named = self._school_year_words()
        if mark == "-" and not named:
            self.at = began
            return None
        ends = int(first) + 1
        if last not in (str(ends), str(ends)[2:]):
            raise self._error(began, "a school year ends one year after it begins")
        self._plausible(ends, began)
        return _Point("school_year", ends)

    def _calendar_year(self) -> _Point | None:
        year, word = self._year()
        return _Point("year", year, year_word=word)

    def _year(self) -> tuple[int | None, str]:
        """A four-digit year with its word («2024г.», «2024 года»), or None where none stands here."""
        token = self._next()
        if not (token.isdecimal() and len(token) == 4):
            return None, ""
        self.at += 1
        self._plausible(int(token), self.at - 1)
        word = self._next()
        if word in _YEAR_ONE or word in _YEAR_MANY:
            self.at += 1
            if word in ("г", "гг"):
                self._take(".")
            return int(token), word
        return int(token), ""

    def _plausible(self, year: int, began: int) -> None:
        if year not in YEARS:
            raise self._error(began, f"a year from {YEARS[0]} to {YEARS[-1]} is expected")

    def _school_year_words(self) -> bool:
        began = self.at
        if not self._take("учебный", "учебного", "учебном", "учебные", "учебных", "уч"):
            return False
        if self.tokens[self.at - 1] == "уч":
            self._take(".")
        if self._next() not in _YEAR_ONE | _YEAR_MANY:
            self.at = began
            return False
        self.at += 1
        if self.tokens[self.at - 1] in ("г", "гг"):
            self._take(".")
        return True

    # --- from points to a span

    def _when(self, left: _Point, right: _Point, kind: Kind, began: int) -> When:
        spans = left is not right
        right = self._dated(right, began)
        left = self._dated(left.completed(right), began) if spans else right
        if left.precision != right.precision:
            raise self._error(began, "the two ends are not of one precision")
        bare = left.precision == "year" and not left.year_word and right.year_word not in _YEAR_MANY
        if spans and bare and kind == "once":
            raise self._error(began, "a school year («учебный год») or several years («годы»)?")
        start, end = self._day(left, began), self._day(right, began)
        if end < start:
            raise self._error(began, "the end lies before the start")
        return When(start=start, end=_after(end, right.precision), precision=right.precision, kind=kind)

    def _dated(self, point: _Point, began: int) -> _Point:
        if point.precision == "day" and point.part is None:
            raise self._error(began)
        if point.year is not None:
            return point
        if self.default_year is None or self.names_a_year:
            raise self._error(began, "no year stands there")
        return replace(point, year=self.default_year)

    def _day(self, point: _Point, began: int) -> date:
        year, part = point.year or 0, point.part or 1
        month = {"quarter": 3 * part - 2, "school_year": 9, "year": 1}.get(point.precision, part)
        try:
            return date(year - (point.precision == "school_year"), month, point.day if point.day is not None else 1)
        except ValueError:
            raise self._error(began, "there is no such day") from None

    # --- tokens

    def _next(self, ahead: int = 0) -> str:
        return self.tokens[self.at + ahead] if self.at + ahead < len(self.tokens) else ""

    def _take(self, *words: str) -> bool:
        if self._next() not in words or not self._next():
            return False
        self.at += 1
        return True

    def _part(self, began: int) -> str:
        end = self.places[self.at] if self.at < len(self.places) else len(self.text)
        return self.text[self.places[began] : end].strip()

    def _error(self, began: int, why: str = "it is not understood") -> UnreadableDate:
        """What to raise: the part from `began` to where reading came, or to the end where it came nowhere."""
        part = (
            self._part(began) if self.at > began else self.text[self.places[began] :] if self.tokens[began:] else ""
        )
        return UnreadableDate(self.cell, f"«{part}»: {why}" if part else "it ends too early", part=part)


def _after(start: date, precision: Precision) -> date:
    """The first day after the unit that begins on `start`."""
    if precision == "day":
        return start + timedelta(days=1)
    months = {"month": 1, "quarter": 3, "year": 12, "school_year": 12}[precision]
    month = start.month - 1 + months
    return date(start.year + month // 12, month % 12 + 1, 1)


# --- printing -------------------------------------------------------------------------------------


def _last_unit(when: When) -> date:
    """First day of the last unit inside."""
    if when.precision == "day":
        return when.last
    months = {"month": 1, "quarter": 3, "year": 12, "school_year": 12}[when.precision]
    month = when.end.year * 12 + when.end.month - 1 - months
    return date(month // 12, month % 12 + 1, 1)


@dataclass(frozen=True, slots=True)
class _Words:
    """One unit of time in words: the part before the year in both cases, and the year."""

    precision: Precision
    name: str
    genitive: str
    month: int
    year: int

    @classmethod
    def of(cls, start: date, precision: Precision) -> _Words:
        month, genitive = MONTHS[start.month - 1], MONTHS_GENITIVE[start.month - 1]
        if precision == "day":
            month = genitive = f"{start.day} {genitive}"
        elif precision == "quarter":
            number = QUARTERS[start.month // 3]
            month, genitive = f"{number} квартал", f"{number} квартала"
        elif precision == "year":
            month = genitive = str(start.year)
        elif precision == "school_year":
            month = genitive = f"{start.year}/{(start.year + 1) % 100:02d}"
        return cls(precision, month, genitive, start.month, start.year)

    def whole(self, case: str) -> str:
        name = self.name if case == "nominative" else self.genitive
        if self.precision == "year":
            return f"{name} {'год' if case == 'nominative' else 'года'}"
        if self.precision == "school_year":
            return f"{name} {'учебный год' if case == 'nominative' else 'учебного года'}"
        return f"{name} {self.year} г."


def _throughout(first: _Words, last: _Words) -> str:
    if first == last:
        return f"в течение {first.whole('genitive')}"
    if first.precision == "year":
        return f"с {first.name} по {last.name} год"
    if first.precision == "school_year":
        return f"с {first.name} по {last.name} учебный год"
    year = "" if first.year == last.year else f" {first.year} г."
    return f"с {first.genitive}{year} по {last.name} {last.year} г."


def _span(first: _Words, last: _Words) -> str:
    if first.precision == "year":
        return f"{first.name}–{last.name} годы"
    if first.precision == "school_year":
        return f"{first.name} – {last.name} учебный год"
    if first.year != last.year:
        return f"{first.whole('nominative')} – {last.whole('nominative')}"
    if first.precision == "day" and first.month == last.month:
        return f"{first.name.split()[0]}–{last.name} {last.year} г."
    return f"{first.name} – {last.name} {last.year} г."
