"""The words of cells: what says «unknown», what is an error, and how numbers, shares and yes and no are written."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from shnor_engine.events.names import as_cyrillic

ERRORS = frozenset(
    (
        *("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!"),
        *("#ДЕЛ/0!", "#Н/Д", "#ИМЯ?", "#ПУСТО!", "#ЧИСЛО!", "#ССЫЛКА!", "#ЗНАЧ!"),
        *("ERR:502", "ERR:504", "ERR:508", "ERR:509", "ERR:511", "ERR:522"),
    )
)
UNKNOWN = frozenset(
    (
        *("н/д", "нд", "н.д.", "н/о", "нет данных", "данных нет", "нет сведений", "неизвестно", "не известно"),
        *("-", "–", "—", "−", "--", "---", "…", "...", "?", "n/a", "na"),
    )
)
YES, NO = frozenset({"да", "+", "yes", "true", "истина"}), frozenset({"нет", "no", "false", "ложь"})

_SPACES = re.compile(r"[\s\u00a0\u2007\u202f]+")
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))
_HIDDEN = re.compile(r"\*{1,3}")
_WORD = re.compile(r"[^\W_]+")
_UNITS = (
    r"чел(?:\.|овека?)?|уч(?:\.|-ся|ащи[хй]ся|еник(?:а|ов)?)?|обуч(?:\.|ающи[хй]ся)?|участник(?:а|ов)?|выпускник(?:а|ов)?"
    r"|шт\.?|ед\.?|балл(?:а|ов)?|ч\.?|час(?:а|ов)?|работ[аы]?|пед(?:\.|агог(?:а|ов)?)?"
)
_NUMBER = re.compile(
    rf"([+\-−]?\d{{1,3}}(?: \d{{3}})+(?:[.,]\d+)?|[+\-−]?\d+(?:[.,]\d+)?)\s*(%|{_UNITS})?", re.IGNORECASE
)


def tidy(text: str) -> str:
    """The text without invisible signs and with single plain spaces."""
    return _SPACES.sub(" ", text.translate(_INVISIBLE)).strip()


@lru_cache(maxsize=20_000)
def plain(text: str) -> str:
    """The form in which words are compared: small letters, е for ё, Latin look-alikes made Cyrillic, no signs."""
    words = _WORD.findall(tidy(text))
    return " ".join(as_cyrillic(word).lower().replace("ё", "е") for word in words)


def says_unknown(text: str) -> bool:
    """Whether a cell says that nothing is known: «н/д», a dash, «нет данных», «*»."""
    said = tidy(text)
    cyrillic = " ".join(map(as_cyrillic, said.split()))
    return not said or is_hidden(said) or said.lower() in UNKNOWN or cyrillic.lower() in UNKNOWN


def is_hidden(text: str) -> bool:
    """Whether the source hides the value («*»): it exists, and we may not see it."""
    return _HIDDEN.fullmatch(tidy(text)) is not None


def number(text: str) -> tuple[Decimal, str] | None:
    """The number of a cell and its unit: «51,2%», «76,4», «113 чел.», «1 234»; None for anything else."""
    found = _NUMBER.fullmatch(tidy(text))
    if found is None:
        return None
    try:
        return Decimal(found[1].replace(" ", "").replace(",", ".").replace("−", "-")), (found[2] or "").lower()
    except InvalidOperation:
        return None
