"""Facts: the typed rows that a rule may read, each at its grain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, get_args, overload

from shnor_engine.errors import RuleSyntax, UnknownName
from shnor_engine.law.authors import author_line
from shnor_engine.rules.periods import KEY_SAMPLE, PERIOD_KINDS, Edge, KeyValue, first_day, is_period, last_day
from shnor_engine.rules.tree import Expr, FieldRef, Kind

T = TypeVar("T")
KINDS: dict[type, Kind] = {bool: "truth", int: "number", Fraction: "number", str: "code"}


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a grain: its name, the closed list of its values (`among`), the kind of period if it is one.

    A key called `year`, `school_year`, `quarter` or `month` is a period of that kind without saying so. Its instant
    is the period's last day, or the first where it says so. `gaps` are periods in which nothing is measured: a fact
    has no rows in them, and for a rule they do not exist.
    """

    name: str
    among: tuple[str, ...] = ()
    period: str = ""
    instant: Edge = "last"
    gaps: tuple[KeyValue, ...] = ()

    @classmethod
    def of(cls, key: Key | str) -> Key:
        """A key as it is, or the key of that name."""
        item = key if isinstance(key, Key) else cls(key)
        if item.name in PERIOD_KINDS and not item.period:
            item = replace(item, period=item.name)
        if item.period and item.period not in PERIOD_KINDS:
            raise _refused(f"key {item.name}: no period kind {item.period}; there are {', '.join(PERIOD_KINDS)}")
        for gap in item.gaps:
            if not item.period or not is_period(item.period, gap):
                sample = KEY_SAMPLE.get(item.period, "a key that is a period")
                raise _refused(f"key {item.name}: gap {gap!r} is no period of it; write it as {sample}")
        return item

    def day(self, period: KeyValue) -> date:
        """The instant of a period: its last day, or its first where the key says so."""
        return last_day(self.period, period) if self.instant == "last" else first_day(self.period, period)

    def content(self) -> dict[str, Any]:
        """What gives the key its meaning, for digests and the JSON form."""
        own: dict[str, Any] = {"name": self.name, "among": self.among, "period": self.period}
        return own | ({"instant": self.instant, "gaps": self.gaps} if self.instant != "last" or self.gaps else {})


def _refused(problem: str) -> RuleSyntax:
    file, line = author_line()
    return RuleSyntax(problem, f"{file}:{line}")


class Field(Generic[T]):
    """A field of a fact: its type, a label in Russian and English, bounds, unit (in both), closed list of codes.

    `Field[int]("участников", en="participants", bounds=(0, 5000))`. `whole_percent=True` on a share says that the
    source gives only whole percents: 30 is read as 29.5 % to 30.5 %. `ask_ru` and `ask_en` name what to fetch when a
    value is missing; they may hold the keys in braces.
    """

    def __init__(
        self,
        ru: str = "",
        *,
        en: str = "",
        unit: str = "",
        unit_en: str = "",
        bounds: tuple[int | Fraction | None, int | Fraction | None] | None = None,
        among: Sequence[str] = (),
        whole_percent: bool = False,
        ask_ru: str = "",
        ask_en: str = "",
    ) -> None:
        self.labels = {"ru": ru, "en": en}
        self.asks = {"ru": ask_ru, "en": ask_en}
        self.unit = unit
        self.unit_en = unit_en
        self.among = tuple(among)
        self.whole_percent = whole_percent
        self.name = ""
        self.of: type = int
        self.given_bounds = bounds

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name
        stated = get_args(getattr(self, "__orig_class__", None))
        if not stated or stated[0] not in KINDS:
            raise RuleSyntax(
                f"{owner.__name__}.{name}: say the type: Field[int], Field[Share], Field[bool], Field[str]"
            )
        self.of = stated[0]

    @property
    def kind(self) -> Kind:
        """Whether it holds a truth, a number or a code."""
        return KINDS[self.of]

    @property
    def bounds(self) -> tuple[int | Fraction | None, int | Fraction | None]:
        """The least and the largest value, None where open; a share lies in 0..1, a count starts at 0."""
        if self.given_bounds is not None:
            return self.given_bounds
        return (Fraction(0), Fraction(1)) if self.of is Fraction else (0, None)

    def content(self) -> dict[str, Any]:
        """What gives the field its meaning, for digests and the JSON form."""
        low, high = self.bounds
        return {
            "type": self.of.__name__,
            "bounds": [low, high] if self.kind == "number" else None,
            "among": self.among,
            "whole_percent": self.whole_percent,
            "unit": self.unit,
        }

    @overload
    def __get__(self, instance: None, owner: type[Fact]) -> Expr[T]: ...
    @overload
    def __get__(self, instance: object, owner: type[Fact]) -> T: ...
    def __get__(self, instance: object | None, owner: type[Fact]) -> Any:
        return FieldRef(owner, self.name)


class _FactMeta(type):
    if not TYPE_CHECKING:

        def __getattr__(cls, name: str) -> Any:
            if name.startswith("_"):
                raise AttributeError(name)
            near = get_close_matches(name, list(cls.fields()), n=3, cutoff=0.5)
            hint = f"did you mean {', '.join(near)}?" if near else f"it has {', '.join(cls.fields()) or 'none'}"
            file, line = author_line()
            raise UnknownName(f"{cls.__name__} has no field «{name}»; {hint}", f"{file}:{line}")


class Fact(metaclass=_FactMeta):
    """Base of a fact: a class with typed fields and a grain, the keys of one row. `ru` and `en` name its rows.

    ``class Sitting(Fact, grain=("unit", "year", "procedure")): participants = Field[int]("участников")``
    """

    grain: ClassVar[tuple[Key, ...]] = ()
    labels: ClassVar[dict[str, str]] = {}
    _fields: ClassVar[dict[str, Field[Any]]] = {}
    _keys: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, *, grain: Sequence[Key | str], ru: str = "", en: str = "", **rest: Any) -> None:
        super().__init_subclass__(**rest)
        cls.labels = {"ru": ru, "en": en}
        cls.grain = tuple(Key.of(key) for key in grain)
        cls._keys = tuple(key.name for key in cls.grain)
        cls._fields = {
            name: item
            for base in reversed(cls.__mro__)
            for name, item in vars(base).items()
            if isinstance(item, Field)
        }
        periods = [key.name for key in cls.grain if key.period]
        if len(periods) > 1:
            raise RuleSyntax(f"{cls.__name__}: two period keys ({', '.join(periods)}); a row lies in one period")
        fields = cls.fields()
        for key in cls.grain:
            if key.name in fields:
                raise RuleSyntax(f"{cls.__name__}: {key.name} is a key of the grain and a field; rename the field")

    @classmethod
    def key_names(cls) -> tuple[str, ...]:
        """Names of the grain's keys."""
        return cls._keys

    @classmethod
    def period_key(cls) -> Key | None:
        """The key that is a period, if there is one."""
        return next((key for key in cls.grain if key.period), None)

    @classmethod
    def fields(cls) -> dict[str, Field[Any]]:
        """Every field by its name."""
        return cls._fields

    @classmethod
    def content(cls) -> dict[str, Any]:
        """What gives the fact its meaning, for digests and the JSON form."""
        return {
            "grain": [key.content() for key in cls.grain],
            "fields": {name: item.content() for name, item in cls.fields().items()},
        }
