"""Facts: the typed rows that a rule may read, each at its grain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, TypeAlias, TypeVar, get_args, overload

from shnor_engine.errors import RuleSyntax
from shnor_engine.law.authors import author_line, place
from shnor_engine.law.dated import Dated, DatedAt
from shnor_engine.law.source import refuse, unknown_name
from shnor_engine.rules.periods import (
    KEY_SAMPLE,
    PERIOD_KINDS,
    Edge,
    KeyValue,
    around,
    first_day,
    is_period,
    last_day,
    shifted,
)
from shnor_engine.rules.scales import Scale
from shnor_engine.rules.tree import Expr, FieldRef, Kind

T = TypeVar("T")
Way = Literal["down", "up", "both"]
KINDS: dict[type, Kind] = {bool: "truth", int: "number", Fraction: "number", str: "code", date: "date"}
Bound: TypeAlias = "int | Fraction | date | None"


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a grain: its name, the closed list of its values (`among`), the kind of period if it is one.

    A key called `year`, `school_year`, `quarter` or `month` is a period of that kind without saying so. Its instant
    is the period's last day, or the first where it says so. `gaps` are periods in which nothing is measured: a fact
    has no rows in them, and for a rule they do not exist. `among` may be a parameter whose value is a tuple of codes:
    then the list is the one in force at the instant of the clause, and a row whose code is not on it takes no part.
    `ru` and `en` name the key in words.
    """

    name: str
    among: tuple[str, ...] | Dated[tuple[str, ...]] | DatedAt[tuple[str, ...]] = ()
    period: str = ""
    instant: Edge = "last"
    gaps: tuple[KeyValue, ...] = ()
    ru: str = field(default="", compare=False)
    en: str = field(default="", compare=False)

    def label(self, language: str) -> str:
        """The name in words, else the name itself."""
        return (self.ru if language == "ru" else self.en) or self.name

    @property
    def listed(self) -> DatedAt[tuple[str, ...]] | None:
        """The parameter that holds the list and the instant at which it is read; None for a list of its own."""
        if isinstance(self.among, Dated):
            return DatedAt(self.among, "period", None)
        return self.among if isinstance(self.among, DatedAt) else None

    @property
    def declared(self) -> bool:
        """Whether it has a closed list, of its own or as a parameter."""
        return self.listed is not None or self.among != ()

    @property
    def codes(self) -> tuple[str, ...]:
        """Every code that the key can have by the country's lists; empty without one, or where regions differ."""
        if self.listed is None:
            return self.among if isinstance(self.among, tuple) else ()
        param = self.listed.param
        every = {code: None for entry in param.entries for code in entry.value}
        return () if param.region_may_override else tuple(every)

    def content(self) -> dict[str, Any]:
        """What gives the key its meaning, for digests and the JSON form."""
        listed = self.listed
        among: Any = self.among
        if listed is not None:
            among = {"param": listed.param.key, "instant": listed.instant, "day": listed.day}
        own: dict[str, Any] = {"name": self.name, "among": among, "period": self.period}
        return own | ({"instant": self.instant, "gaps": self.gaps} if self.instant != "last" or self.gaps else {})

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

    def read_from(self, day: date) -> KeyValue:
        """The first period whose instant is not before a day."""
        period = around(self.period, day)
        return period if self.day(period) >= day else shifted(self.period, period, -1)


def _refused(problem: str) -> RuleSyntax:
    file, line = author_line()
    return RuleSyntax(problem, place(file, line))


class Field(Generic[T]):
    """A field of a fact: its type, a label in Russian and English, bounds, unit (in both), closed list of codes.

    `Field[int]("участников", en="participants", bounds=(0, 5000))`, `Field[date]("начало", en="start")`; `among` may
    be a `Scale`, then its codes compare. A day known only to lie between two others is given as a pair.
    `whole_percent=True` on a share says that the source gives only whole percents: 30 is read as 29.5 % to 30.5 %.
    `ask_ru` and `ask_en` name what to fetch when a value is missing; they may hold the keys in braces. A frame may
    lack the column of an `optional` field: then nobody knows it. `actionable="down"` (or "up", "both") says that
    action may change the number that way, at a `cost` a unit: this is what `way_out` may move.
    """

    def __init__(
        self,
        ru: str = "",
        *,
        en: str = "",
        unit: str = "",
        unit_en: str = "",
        bounds: tuple[Bound, Bound] | None = None,
        among: Sequence[str] | Scale = (),
        whole_percent: bool = False,
        optional: bool = False,
        ask_ru: str = "",
        ask_en: str = "",
        actionable: Way | None = None,
        cost: int = 1,
    ) -> None:
        self.labels = {"ru": ru, "en": en}
        self.asks = {"ru": ask_ru, "en": ask_en}
        self.unit = unit
        self.unit_en = unit_en
        self.scale: tuple[str, ...] = among.codes if isinstance(among, Scale) else ()
        self.among: tuple[str, ...] = among.codes if isinstance(among, Scale) else tuple(among)
        self.whole_percent = whole_percent
        self.optional = optional
        self.actionable = actionable
        self.cost = cost
        self.name = ""
        self.of: type = int
        self.given_bounds = bounds

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name  # nothing is refused here: Python would wrap the error
        stated = get_args(getattr(self, "__orig_class__", None))
        self.of = stated[0] if stated else object

    def problem(self) -> str:
        """What of its declaration cannot be; nothing where it can."""
        if self.of not in KINDS:
            return "say the type: Field[int], Field[Share], Field[bool], Field[str], Field[date]"
        low, high = self.bounds
        if low is not None and high is not None and high < low:  # type: ignore[operator]
            return f"no value lies in the bounds {low}..{high}; give the smaller one first"
        if self.actionable is not None and (self.of not in (int, bool) or self.cost < 1):
            return (
                "what is actionable is counted in whole units at a cost above zero; "
                "declare a Field[int] or a Field[bool], and a cost of 1 or more"
            )
        return ""

    @property
    def kind(self) -> Kind:
        """Whether it holds a truth, a number or a code."""
        return KINDS[self.of]

    @property
    def bounds(self) -> tuple[Bound, Bound]:
        """The least and the largest value, None where open; a share lies in 0..1, a count starts at 0."""
        if self.given_bounds is not None:
            return self.given_bounds
        if self.of is date:
            return (None, None)
        return (Fraction(0), Fraction(1)) if self.of is Fraction else (0, None)

    @property
    def limits(self) -> tuple[int | Fraction | None, int | Fraction | None]:
        """The bounds of a field that holds numbers."""
        low, high = self.bounds
        if isinstance(low, date) or isinstance(high, date):
            raise TypeError(f"{self.name} holds days, not numbers")
        return low, high

    def content(self) -> dict[str, Any]:
        """What gives the field its meaning, for digests and the JSON form."""
        low, high = self.bounds
        acted = {"actionable": self.actionable, "cost": self.cost} if self.actionable else {}
        return acted | {
            "type": self.of.__name__,
            "bounds": [low, high] if self.kind in ("number", "date") else None,
            "among": self.among,
            "scale": bool(self.scale),
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
            raise unknown_name(f"{cls.__name__} has no field «{name}»", name, cls.fields())

        def __setattr__(cls, name, value):
            if name in cls.fields():
                raise refuse(f"`=` would set the field {cls.__name__}.{name} anew", hint="Fact.field.is_(value)")
            super().__setattr__(name, value)


class Fact(metaclass=_FactMeta):
    """Base of a fact: a class with typed fields and a grain, the keys of one row. `ru` and `en` name its rows.

    `ru` is a plural («оценочные процедуры») where rows are counted; then `ru_of` says it in the genitive: «число
    оценочных процедур». Without it a description speaks of records.

    ``class Sitting(Fact, grain=("unit", "year", "procedure")): participants = Field[int]("участников")``
    """

    grain: ClassVar[tuple[Key, ...]] = ()
    labels: ClassVar[dict[str, str]] = {}
    _fields: ClassVar[dict[str, Field[Any]]] = {}
    _keys: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(
        cls, *, grain: Sequence[Key | str], ru: str = "", en: str = "", ru_of: str = "", **rest: Any
    ) -> None:
        super().__init_subclass__(**rest)
        cls.labels = {"ru": ru, "en": en} | ({"ru_of": ru_of} if ru_of else {})
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
            raise _refused(f"{cls.__name__}: two period keys ({', '.join(periods)}); a row lies in one period")
        fields = cls.fields()
        for key in cls.grain:
            if key.name in fields:
                raise _refused(f"{cls.__name__}: {key.name} is a key of the grain and a field; rename the field")
        for name, item in fields.items():
            if problem := item.problem():
                raise _refused(f"{cls.__name__}.{name}: {problem}")

    @classmethod
    def key(cls, name: str) -> Key:
        """The key of that name; raises `KeyError`."""
        return dict(zip(cls._keys, cls.grain, strict=True))[name]

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
