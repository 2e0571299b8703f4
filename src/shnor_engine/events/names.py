"""Who is meant by a spelling: registered names and aliases of schools and bodies → their stable ids.

Documents write one school in many ways («МБОУ СОШ №8», «СОШ № 8», «школа N 8», a name broken over two lines).
A spelling resolves when its normal form is that of exactly one registered school or body, or when the number and
whatever else the spelling says fit exactly one of them. Nothing is guessed by likeness: near names only help to
word the error.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from typing import Literal, NamedTuple

from shnor_engine.errors import AmbiguousSchool, UnknownSchool
from shnor_engine.events.base import Event
from shnor_engine.events.schools import (
    BodyEstablished,
    SchoolClosed,
    SchoolRegistered,
    SchoolRenamed,
    SchoolReorganised,
    SchoolSpelled,
)

What = Literal["school", "body"]


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way to write a school or body, and from when until when (exclusive) it is in use; None is open.

    `locality` is where the school stands: it may follow the name («… станицы Ставропольской»). `area` is the
    municipality, in which a bare number has to be the only one. `main` marks a name among the aliases.
    """

    id: str
    text: str
    since: date | None = None
    until: date | None = None
    area: str = ""
    locality: str = ""
    what: What = "school"
    main: bool = False

    def in_use(self, on: date) -> bool:
        """Whether the spelling is in use on a day."""
        return (self.since is None or self.since <= on) and (self.until is None or on < self.until)


class NormalForm(NamedTuple):
    """What a spelling says once writing habits are taken off: kind, number and the words that remain."""

    kind: str
    number: str
    rest: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join(filter(None, (self.kind, self.number and f"№{self.number}", *self.rest)))


class Names:
    """The register of spellings; `resolve` gives the id that a spelling means, or an error that says why not."""

    def __init__(self, spellings: Iterable[Spelling | tuple[str, str, date | None]] = ()) -> None:
        self._all: list[Spelling] = []
        self._exact: dict[NormalForm, list[Spelling]] = {}
        self._numbered: dict[str, list[tuple[NormalForm, Spelling]]] = {}
        self._of: dict[str, list[Spelling]] = {}
        for item in spellings:
            self._add(item if isinstance(item, Spelling) else Spelling(*item))

    @classmethod
    def from_events(cls, events: Iterable[Event]) -> Names:
        """The register after registrations, renamings, spellings, mergers and closures, in this order of events.

        Other events are passed over.
        """
        return cls(spellings_of(events))

    def __len__(self) -> int:
        return len(self._of)

    def __contains__(self, school_id: object) -> bool:
        return school_id in self._of

    def resolve(self, spelling: str, *, on: date | None = None, area: str | None = None) -> str:
        """The id of the school or body that `spelling` means; an id that is registered means itself.

        `on` picks where a spelling has meant several schools in the course of time, `area` where several
        municipalities have it. Raises `UnknownSchool` with near spellings, `AmbiguousSchool` with the candidates.
        """
        if spelling in self._of:
            return spelling
        form = normal_form(spelling)
        for found in (self._exact.get(form, []), self._loosely(form)):
            ids = _ids(found, on, area)
            if len(ids) == 1:
                return ids[0]
            if ids:
                raise AmbiguousSchool(spelling, ids, self._hint(ids, on, area))
        raise UnknownSchool(spelling, self.near(spelling))

    def near(self, spelling: str, *, count: int = 5) -> tuple[str, ...]:
        """Registered spellings that look like this one, the nearest first."""
        by_form: dict[str, str] = {}
        for item in self._all:
            by_form.setdefault(str(normal_form(item.text)), " ".join(item.text.split()))
        form = normal_form(spelling)
        # One number is nearer than any likeness of letters: who writes «СОШ № 8» means none of № 6, 7 and 9.
        same = [str(other) for other, _ in self._numbered.get(form.number, []) if form.number]
        alike = get_close_matches(str(form), by_form, n=count, cutoff=0.5)
        return tuple(by_form[key] for key in dict.fromkeys([*same, *alike]))[:count]

    def name(self, school_id: str, *, on: date | None = None) -> str:
        """The name in use on a day (None: the latest one), as documents print it; raises `UnknownSchool`."""
        if school_id not in self._of:
            raise UnknownSchool(school_id, get_close_matches(school_id, self._of, n=3))
        named = [item for item in self._of[school_id] if item.main] or self._of[school_id]
        in_use = [item for item in named if on is None or item.in_use(on)]
        return (in_use or named)[-1].text

    def spellings(self, school_id: str) -> tuple[Spelling, ...]:
        """Every registered spelling of a school or body, names and aliases."""
        return tuple(self._of.get(school_id, ()))

    def _add(self, item: Spelling) -> None:
        form = normal_form(item.text)
        self._all.append(item)
        self._of.setdefault(item.id, []).append(item)
        self._exact.setdefault(form, []).append(item)
        if form.number and item.what == "school":
            self._numbered.setdefault(form.number, []).append((form, item))
            if item.locality and not form.rest:
                full = form._replace(rest=normal_form(item.locality).rest)
                self._exact.setdefault(full, []).append(item)

    def _loosely(self, form: NormalForm) -> list[Spelling]:
        """Schools with this number that nothing else in the spelling contradicts."""
        return [
            item
            for registered, item in self._numbered.get(form.number, [])
            if form.number
            and form.kind in ("", registered.kind)
            and (not form.rest or form.rest == registered.rest or form.rest == _locality(item))
        ]

    def _hint(self, ids: list[str], on: date | None, area: str | None) -> str:
        if area is None and len({item.area for key in ids for item in self._of[key]}) > 1:
            return "name the municipality (area=)"
        return "write the name in full" if on else "write the name in full or give the day (on=)"


def spellings_of(events: Iterable[Event]) -> list[Spelling]:
    """Every dated spelling that the events tell, in order of the events.

    Where a renaming is known only to the month or year, both names are in use during that time.
    """
    told = _Told()
    for event in events:
        match event:
            case SchoolRegistered():
                home = Spelling(event.school_id, event.name, area=event.municipality, locality=event.locality or "")
                told.begin(home, (event.name, *event.aliases), event.open_from)
            case BodyEstablished():
                home = Spelling(event.body_id, event.name, area=event.municipality, what="body")
                told.begin(home, (event.name, *event.aliases), None if event.when is None else event.when.start)
            case SchoolRenamed():
                home = replace(told.home(event.school_id), text=event.name)
                told.end(event.school_id, event.effective.end)
                told.begin(home, (event.name, *event.aliases), event.effective.start)
            case SchoolSpelled():
                told.also(event.school_id, event.spelling)
            case SchoolClosed():
                told.end(event.school_id, event.effective.end)
            case SchoolReorganised(kind="merge"):
                for gone in set(event.predecessors) - {event.successor}:
                    told.end(gone, event.effective.end)
    return told.spellings


class _Told:
    """Spellings as they are told, and which of a school's are still in use."""

    def __init__(self) -> None:
        self.spellings: list[Spelling] = []
        self._homes: dict[str, Spelling] = {}
        self._open: dict[str, list[int]] = {}

    def home(self, school_id: str) -> Spelling:
        if school_id not in self._homes:
            raise UnknownSchool(school_id, get_close_matches(school_id, self._homes, n=3))
        return self._homes[school_id]

    def begin(self, home: Spelling, texts: Iterable[str], since: date | None) -> None:
        self._homes[home.id] = home
        for text in dict.fromkeys(texts):
            self._put(replace(home, text=text, since=since, main=text == home.text))

    def also(self, school_id: str, text: str) -> None:
        self._put(replace(self.home(school_id), text=text))

    def end(self, school_id: str, until: date) -> None:
        for at in self._open.pop(school_id, []):
            self.spellings[at] = replace(self.spellings[at], until=until)

    def _put(self, item: Spelling) -> None:
        self._open.setdefault(item.id, []).append(len(self.spellings))
        self.spellings.append(item)


def _ids(found: Iterable[Spelling], on: date | None, area: str | None) -> list[str]:
    """The ids meant, ascending; a day decides only between several, for old documents keep old names."""
    here = [item for item in found if area is None or item.area == area]
    ids = {item.id for item in here}
    if len(ids) > 1 and on is not None:
        ids = {item.id for item in here if item.in_use(on)} or ids
    return sorted(ids)


def _locality(item: Spelling) -> tuple[str, ...]:
    return normal_form(item.locality).rest if item.locality else ()


# --- the normal form ------------------------------------------------------------------------------

_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))
_LATIN = str.maketrans("ABCEHKMOPTXYacekmopxy", "АВСЕНКМОРТХУасекморху")
_ONLY_LOOKALIKES = re.compile(r"[ABCEHKMOPTXYacekmopxy]+")
_CYRILLIC = re.compile(r"[А-Яа-яЁё]")
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_NUMBER_SIGN = re.compile(r"(?:№+|\bn[oº°]?\b\.?|\bn(?=\d)|#)\s*", re.IGNORECASE)
_DOTTED = {r"\bп\.\s*г\.\s*т\.?": "пгт", r"\bст-ц[аы]\b\.?": "станица"}

_LEGAL = frozenset(
    (
        *("мбоу", "маоу", "мкоу", "моу", "гбоу", "гаоу", "гкоу", "гоу", "мку", "мбу", "мау"),
        *("муниципальное", "государственное", "бюджетное", "автономное", "казенное"),
        *("общеобразовательное", "учреждение"),
    )
)
_KINDS = {
    "сош": "сош",
    "оош": "оош",
    "нош": "нош",
    "лицей": "лицей",
    "лицея": "лицей",
    "лицее": "лицей",
    "гимназия": "гимназия",
    "гимназии": "гимназия",
}
_LONG_KINDS = {
    ("средняя", "общеобразовательная", "школа"): "сош",
    ("основная", "общеобразовательная", "школа"): "оош",
    ("начальная", "общеобразовательная", "школа"): "нош",
    ("средней", "общеобразовательной", "школы"): "сош",
    ("основной", "общеобразовательной", "школы"): "оош",
    ("начальной", "общеобразовательной", "школы"): "нош",
}
_ANY_SCHOOL = frozenset({"школа", "школы", "школе", "школу"})
_PLACES = {
    "станица": ("станица", "станицы", "станице", "ст", "ст-ца", "ст-цы"),
    "пгт": ("пгт",),
    "поселок": ("поселок", "поселка", "поселке", "пос", "п"),
    "село": ("село", "села", "селе", "с"),
    "аул": ("аул", "аула", "ауле"),
    "хутор": ("хутор", "хутора", "хуторе", "х"),
    "деревня": ("деревня", "деревни", "деревне", "дер", "д"),
    "город": ("город", "города", "городе", "г"),
}
_PLACE_WORDS = {form: word for word, forms in _PLACES.items() for form in forms}
_ADJECTIVE_END = re.compile(r"(?<=[а-я]{4})(?:ого|его|ому|ему|ая|яя|ой|ей|ую|юю|ий|ый|ое|ее|ом|ем|ым|им)$")


@lru_cache(maxsize=20_000)
def normal_form(spelling: str) -> NormalForm:
    """The normal form of a spelling: without legal form, case, quotes, dots and the habits of typing.

    >>> str(normal_form("МБОУ СОШ №7 станицы Ставропольской"))
    'сош №7 станица ставропольск'
    """
    words = _words(spelling)
    kind, words = _kind(words)
    number, words = _number(words, named=bool(kind))
    rest = (_PLACE_WORDS.get(word) or _ADJECTIVE_END.sub("", word) for word in words if word not in _ANY_SCHOOL)
    return NormalForm(kind, number, tuple(rest))


def _words(spelling: str) -> list[str]:
    text = _NUMBER_SIGN.sub(" № ", " ".join(spelling.translate(_INVISIBLE).split()))
    text = re.sub(r"[^\W_]+", lambda found: as_cyrillic(found.group()), text).lower().replace("ё", "е")
    for pattern, word in _DOTTED.items():
        text = re.sub(pattern, f" {word} ", text)
    return [word for word in re.findall(rf"№|{_WORD.pattern}", text) if word not in _LEGAL or word == "№"]


def as_cyrillic(word: str) -> str:
    """The word with Latin letters that look Cyrillic made so: «COШ» is typed by mistake, «Smart» is not."""
    mixed = _CYRILLIC.search(word) or _ONLY_LOOKALIKES.fullmatch(word)
    return word.translate(_LATIN) if mixed else word


def _kind(words: list[str]) -> tuple[str, list[str]]:
    for at, word in enumerate(words):
        if word in _KINDS:
            return _KINDS[word], words[:at] + words[at + 1 :]
        long = _LONG_KINDS.get(tuple(words[at : at + 3]))  # type: ignore[arg-type]
        if long:
            return long, words[:at] + words[at + 3 :]
    return "", words


def _number(words: list[str], *, named: bool) -> tuple[str, list[str]]:
    """The number and the other words: what follows «№», else the figure after a word for a school («СОШ 8»).

    A figure alone is no number of a school: it may as well be the number of a row.
    """
    if "№" in words:
        at = words.index("№")
        if at + 1 < len(words) and re.fullmatch(r"\d+[а-я]?", words[at + 1]):
            return words[at + 1].lstrip("0") or "0", words[:at] + words[at + 2 :]
        return "", [word for word in words if word != "№"]
    first = next((at for at, word in enumerate(words) if word not in _ANY_SCHOOL), None)
    if first is not None and (named or first > 0) and words[first].isdecimal():
        return words[first].lstrip("0") or "0", words[:first] + words[first + 1 :]
    return "", words
