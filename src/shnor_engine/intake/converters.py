"""Cells → values of fields. A cell that says «unknown» is None, never 0; what is not understood is an `Unread`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from difflib import get_close_matches
from typing import Any

from shnor_engine.errors import AmbiguousSchool, UnknownSchool, UnreadableDate
from shnor_engine.events.base import Registry
from shnor_engine.events.names import Names
from shnor_engine.events.russian_dates import read_when
from shnor_engine.events.when import When
from shnor_engine.intake.grid import Value
from shnor_engine.intake.problems import Unread
from shnor_engine.intake.words import NO, YES, number, plain, tidy


@dataclass(frozen=True)
class Known:
    """What intake has to know of the world outside the file, handed in: names, codes, and what a file leaves out.

    `on` is the day of the document: it picks among schools that bore a name in turn; `area` is where a bare number
    has to be the only one; `year` and `school_year` serve dates without one («в течение года»).
    """

    names: Names
    registry: Registry
    on: date | None = None
    area: str | None = None
    year: int | None = None
    school_year: int | None = None
    terms: dict[str, dict[str, str]] = field(default_factory=dict)

    def codes(self, name: str) -> dict[str, str]:
        """The codes of a list by every word for them: the code, the Russian and the English term."""
        if name not in self.terms:
            words: dict[str, str] = {}
            for code, term in self.registry.codes(name).items():
                words |= {plain(said): code for said in (getattr(term, "en", code), getattr(term, "ru", code), code)}
            self.terms[name] = words
        return self.terms[name]


@dataclass(frozen=True, slots=True)
class How:
    """How a cell is read: the converter, what it takes, and the words of the mapping.

    `many`: the field holds several values; `several`: each value of a cell gives an event of its own.
    """

    converter: str
    of: Any = None
    words: Mapping[str, Any] = field(default_factory=dict)
    many: bool = False
    several: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """What a cell says: one value (None: unknown) or several, and what one should know of it."""

    values: tuple[Any, ...]
    note: tuple[str, str] | None = None


def convert(value: Value, how: How, known: Known) -> Said:
    """What a cell that is not empty and does not say «unknown» says; raises `Unread`."""
    if how.words and isinstance(value, str) and plain(value) in how.words:
        return Said((how.words[plain(value)],))
    if how.converter in _LISTS and isinstance(value, str):
        return Said(_several(tidy(value), value, how, known))
    if how.converter == "when":
        return Said(_moments(value, known))
    if how.many and how.converter not in ("school", "place", "body", "code"):
        parts = re.split(r"[;\n]", value) if isinstance(value, str) else [value]
        return Said(tuple(_ONE[how.converter](part, how, known) for part in parts if not _blank(part)))
    found = _ONE[how.converter](value, how, known)
    return found if isinstance(found, Said) else Said((found,))


def _blank(part: Any) -> bool:
    return isinstance(part, str) and not part.strip()


# --- numbers --------------------------------------------------------------------------------------


def _number(value: Value) -> tuple[Decimal, str]:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Unread("нужно число", "a number is needed")
    if isinstance(value, str):
        found = number(value)
        if found is None:
            raise Unread(f"«{tidy(value)}» не число", f"«{tidy(value)}» is no number")
        return found
    return Decimal(repr(value)), ""


def _whole(value: Value, how: How, known: Known) -> int:
    found, unit = _number(value)
    if unit == "%":
        raise Unread("здесь нужно количество, а стоит процент", "a count is needed, a percent stands here")
    if found != found.to_integral_value():
        raise Unread(f"нужно целое число, а стоит {found}", f"a whole number is needed, not {found}")
    return int(found)


def _decimal(value: Value, how: How, known: Known) -> float:
    found, unit = _number(value)
    if unit == "%":
        raise Unread("здесь нужно число, а стоит процент", "a number is needed, a percent stands here")
    return float(found)


def _percent(value: Value) -> Decimal:
    """How many percent a cell says; a bare 0.512 could be either, so it is not guessed."""
    found, unit = _number(value)
    if unit not in ("", "%"):
        raise Unread(f"нужен процент, а стоит «{unit}»", f"a percent is needed, not «{unit}»")
    if not unit and not isinstance(value, str) and 0 < found <= 1:
        raise Unread(
            f"{found}: это доля или {found} процента? Задайте ячейке процентный формат или запишите со знаком %",
            f"{found}: a share or {found} percent? Give the cell a percent format",
        )
    if not 0 <= found <= 100:
        raise Unread(f"{found}: процент бывает от 0 до 100", f"{found}: a percent is from 0 to 100")
    return found


def _percent_whole(value: Value, how: How, known: Known) -> Said:
    found = _percent(value)
    whole = int(found.quantize(Decimal(1), ROUND_HALF_UP))
    if found == whole:
        return Said((whole,))
    return Said((whole,), (f"{found}% записано целым процентом: {whole}", f"{found}% is kept as {whole} percent"))


def _share_of_percent(value: Value, how: How, known: Known) -> float:
    return float(_percent(value) / 100)


def _share(value: Value, how: How, known: Known) -> float:
    found, unit = _number(value)
    if unit == "%":
        found /= 100
    if not 0 <= found <= 1:
        raise Unread(
            f"{found}: доля бывает от 0 до 1; если в столбце проценты, укажите в описании as: percent",
            f"{found}: a share is from 0 to 1; for a column of percents say as: percent",
        )
    return float(found)


# --- time -----------------------------------------------------------------------------------------


def _moments(value: Value, known: Known) -> tuple[When, ...]:
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return (When.day(value),)
    if isinstance(value, int) and not isinstance(value, bool) and 1990 <= value <= 2100:
        return (When.year(value),)
    if not isinstance(value, str):
        raise Unread("нужна дата", "a date is needed")
    try:
        return read_when(value, year=known.year, school_year=known.school_year)
    except UnreadableDate as error:
        part = f": непонятно «{error.part}»" if error.part else ""
        raise Unread(f"дата не читается{part}", str(error)) from None


def _day(value: Value, how: How, known: Known) -> date:
    moments = _moments(value, known)
    if len(moments) != 1 or (moments[0].end - moments[0].start).days != 1:
        raise Unread("нужна одна дата с числом и месяцем", "one day is needed")
    return moments[0].start


_LONE_YEAR = re.compile(r"(?<!\d)(?:19[9]|20[0-9])\d(?!\d)")
_OF_SCHOOL = re.compile(r"уч(?:\.|ебн)", re.IGNORECASE)


def _without(text: str) -> str:
    """The text without its lone years; one of a school year keeps them, for half a school year is no year."""
    return text if _OF_SCHOOL.search(text) else _LONE_YEAR.sub("", text)


def _year(value: Value, how: How, known: Known) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        if 1990 <= value <= 2100:
            return value
        raise Unread(f"{value}: не год", f"{value} is no year")
    if (
        isinstance(value, str)
        and len(found := _LONE_YEAR.findall(value)) == 1
        and not re.search(r"\d", _without(value))
    ):
        return int(found[0])  # «Перечень 2022 г.»: one year and no other number can mean one thing only
    moments = _moments(value, known)
    if len(moments) == 1 and moments[0].precision == "school_year" and len(moments[0].school_years()) == 1:
        return moments[0].end.year
    if len(moments) == 1 and moments[0].precision == "year" and len(moments[0].years()) == 1:
        return moments[0].start.year
    raise Unread("нужен один год", "one year is needed")


# --- words ----------------------------------------------------------------------------------------


def _text(value: Value, how: How, known: Known) -> str:
    if isinstance(value, bool):
        return "да" if value else "нет"
    return tidy(value) if isinstance(value, str) else str(value)


def _yes_no(value: Value, how: How, known: Known) -> bool:
    if isinstance(value, bool):
        return value
    said = tidy(value).lower() if isinstance(value, str) else str(value)
    if said in YES or said == "1":
        return True
    if said in NO or said == "0":
        return False
    raise Unread(f"«{said}»: нужно «да» или «нет»", f"«{said}»: yes or no is needed")


def _choice(value: Value, how: How, known: Known) -> Any:
    said = _text(value, how, known)
    if isinstance(value, bool):  # YAML reads a bare yes as a truth
        said = "yes" if value else "no"
    if said in how.of:
        return said
    if isinstance(value, int) and value in how.of:
        return value
    options = ", ".join(map(str, how.of))
    raise Unread(f"«{said}»: возможно {options}; объясните слово в описании (words)", f"«{said}»: one of {options}")


# --- lists of schools and codes -------------------------------------------------------------------

_SHOWN = 8  # words of a list that an error names
_LISTS = frozenset({"school", "place", "body", "code"})
_LEGAL = r"М[БАК]?ОУ|Г[БАК]?ОУ|МКУ|МБУ|МАУ|ЧОУ"
_APART = re.compile(rf"\s*[;\n]\s*|,\s+(?=(?:{_LEGAL}|СОШ|ООШ|НОШ|лицей|гимназия|№)\b)|(?<=\S)\s+(?=(?:{_LEGAL})\b)")


def _several(text: str, raw: str, how: How, known: Known) -> tuple[Any, ...]:
    """The values of a cell: read whole first, since a name may hold a comma, then part by part."""
    one = _code if how.converter == "code" else _place
    try:
        return (one(text, how, known),)
    except Unread as error:
        parts = _in_turn(text, how, known) if how.converter == "code" else None
        parts = parts or [tidy(part) for part in _APART.split(raw) if part.strip()]
        if len(parts) < 2:
            raise
        if not (how.many or how.several):
            raise Unread(f"{error.ru}; или это несколько значений", f"{error.en}; or several values") from None
        found = [one(part, how, known) for part in parts]
    twice = {key for key in found if found.count(key) > 1}
    if twice:
        raise Unread(f"дважды названо: {', '.join(sorted(twice))}", f"named twice: {', '.join(sorted(twice))}")
    return tuple(found)


def _code(text: str, how: How, known: Known) -> str:
    said, codes = plain(text), known.codes(how.of)
    if said in how.words:
        return str(how.words[said])
    if said in codes:
        return codes[said]
    near = get_close_matches(said, codes, n=2)
    hint = f"; похоже на {', '.join(f'«{word}»' for word in near)}" if near else _examples(how.of, known)
    raise Unread(
        f"«{text}» нет в списке «{how.of}»{hint}; объясните слово в описании (words)",
        f"«{text}» is no word of the list {how.of}; say it under words of the mapping",
    )


def _examples(name: str, known: Known) -> str:
    """Some Russian words of a list, for whoever wrote one that is not like any of them."""
    terms = [str(getattr(term, "ru", code)) for code, term in known.registry.codes(name).items()]
    more = ", …" if len(terms) > _SHOWN else ""
    return f"; есть: {', '.join(f'«{term}»' for term in terms[:_SHOWN])}{more}" if terms else ""


def _in_turn(text: str, how: How, known: Known) -> list[str] | None:
    """The words of a list that a cell is made of, one after another without signs between them."""
    words = sorted({*known.codes(how.of), *how.words}, key=len, reverse=True)
    left, found = plain(text), []
    while left:
        word = next((w for w in words if left == w or left.startswith(w + " ")), None)
        if word is None:
            return None
        found.append(word)
        left = left[len(word) :].strip()
    return found


def _place(text: str, how: How, known: Known) -> str:
    if text in how.words:
        return str(how.words[text])
    if plain(text) in how.words:
        return str(how.words[plain(text)])
    try:
        found = known.names.resolve(text, on=known.on, area=known.area)
    except AmbiguousSchool as error:
        names = ", ".join(error.candidates)
        raise Unread(f"«{text}»: подходит несколько школ ({names}); напишите полностью", str(error)) from None
    except UnknownSchool as error:
        near = f"; похоже на {', '.join(error.near[:3])}" if error.near else ""
        raise Unread(f"«{text}»: такой школы или организации в журнале нет{near}", str(error)) from None
    if how.converter in ("school", "body") and all(one.what != how.converter for one in known.names.spellings(found)):
        other = "школа" if how.converter == "school" else "организация"
        raise Unread(f"«{text}» ({found}): здесь нужна {other}", f"«{text}» ({found}) is no {how.converter}")
    return found


def _place_of(value: Value, how: How, known: Known) -> str:
    return _place(_text(value, how, known), how, known)


def _code_of(value: Value, how: How, known: Known) -> str:
    return _code(_text(value, how, known), how, known)


_ONE: Mapping[str, Callable[[Any, How, Known], Any]] = {
    "whole": _whole,
    "number": _decimal,
    "percent_whole": _percent_whole,
    "percent": _share_of_percent,
    "share": _share,
    "text": _text,
    "yes_no": _yes_no,
    "year": _year,
    "date": _day,
    "choice": _choice,
    "school": _place_of,
    "place": _place_of,
    "body": _place_of,
    "code": _code_of,
}
CONVERTERS = frozenset(_ONE) | {"when"}
