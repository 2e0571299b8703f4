"""Parameters: values that a law sets from a day on, with their unit, bounds and legal source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Generic, Literal, NoReturn, TypeAlias, TypeVar

from shnor_engine.errors import RuleSyntax
from shnor_engine.law.clause import Clause
from shnor_engine.law.source import refuse, unknown_name, wrong_law

T = TypeVar("T")
Share: TypeAlias = Fraction
Instant = Literal["period", "decision", "fixed"]

PERCENT_DIGITS_HINT = "give an int, a Fraction or text like '12.5', never a float"


def percent(value: int | str | Fraction) -> Fraction:
    """An exact share: `percent(30)` is 3/10, `percent("12.5")` is 1/8. Floats are refused with `TypeError`."""
    if isinstance(value, float):
        raise TypeError(f"percent({value}): a float is not exact; {PERCENT_DIGITS_HINT}")
    return Fraction(value) / 100


def as_day(value: date | str) -> date:
    """A date, or the date an ISO text names; raises `LawError` for text that names none."""
    try:
        return value if isinstance(value, date) else date.fromisoformat(value)
    except ValueError as error:
        raise wrong_law(f"{value!r} is no day ({error}); write it as 2024-09-01") from None


@dataclass(frozen=True, slots=True)
class Since(Generic[T]):
    """One value: in force from `day` (up to `until`, exclusive), known from `known`, with a clause of its own.

    Two entries of one day are two readings of the same law: the one known later replaces the other for those who
    could know it.
    """

    day: date
    value: T
    known: date | None = None
    until: date | None = None
    ref: Clause | None = None

    @classmethod
    def on(
        cls,
        day: date | str,
        value: T,
        *,
        known: date | str | None = None,
        until: date | str | None = None,
        ref: Clause | None = None,
    ) -> Since[T]:
        """The same with days given as ISO texts."""
        return cls(as_day(day), value, as_day(known) if known else None, as_day(until) if until else None, ref)


Values: TypeAlias = Mapping[str, T] | Mapping[date, T] | Sequence[Since[T]]


def entries_of(values: Any) -> tuple[Since[Any], ...]:
    """The entries in the order of their days, then of when they became known; no two of them for the same of both."""
    given: Iterable[Since[Any]] = (
        [Since(as_day(day), value) for day, value in values.items()] if isinstance(values, Mapping) else values
    )
    found = sorted(given, key=lambda entry: (entry.day, entry.known or date.min))
    for one, other in pairwise(found):
        if (one.day, one.known) == (other.day, other.known):
            raise wrong_law(
                f"two values from {one.day} on, {one.value} and {other.value}; "
                "say of each from when it is known (known=), or remove one"
            )
    return tuple(found)


class _Alone:
    """What a parameter is by itself: no expression, until one stands beside it, or `param` makes it one."""

    __slots__ = ()

    if not TYPE_CHECKING:  # reached only by a mistake: P.limit + 1, P.a * P.b, P.limit < 5

        def __add__(self, other):
            if not isinstance(other, int | float | Fraction | str | date | _Alone):
                return NotImplemented
            raise refuse(
                "a parameter with a number or a parameter beside it is no expression of facts",
                hint="param(P.limit) + 1, which is one",
                alone=[
                    one.param.key if isinstance(one, DatedAt) else one.key
                    for one in (self, other)
                    if isinstance(one, _Alone)
                ],
            )

        __lt__ = __le__ = __gt__ = __ge__ = __add__
        __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __add__


class Dated(_Alone, Generic[T]):
    """A parameter of a methodology: its value by day, `unit`, `bounds`, clause, and the day to review it by.

    It stands in a `Parameters` class and is read in clauses like a number. Without more it is taken at the last day
    of the measured period; `.at_decision()` and `.on("2024-01-01")` name another instant. `ru` and `en` name it
    in explanations: a noun, or a sentence with the value in it as `{value}`.
    """

    def __init__(
        self,
        values: Values[T],
        *,
        ref: Clause | None = None,
        ru: str = "",
        en: str = "",
        unit: str = "",
        bounds: tuple[T | None, T | None] = (None, None),
        review_by: date | str | None = None,
        region_may_override: bool = False,
    ) -> None:
        self.entries: tuple[Since[T], ...] = entries_of(values)
        self.ref = ref
        self.labels = {"ru": ru, "en": en}
        self.unit = unit
        self.bounds = bounds
        self.review_by = as_day(review_by) if review_by else None
        self.region_may_override = region_may_override
        self.key = ""
        if not self.entries:
            raise wrong_law("a parameter needs at least one value with its day")
        for entry in self.entries:
            self.check(entry.value)
            if entry.until is not None and entry.until <= entry.day:
                raise wrong_law(f"a value in force from {entry.day} can not end on {entry.until}; give a later day")

    def __set_name__(self, owner: type, name: str) -> None:
        self.key = self.key or f"{owner.__name__}.{name}"

    def __repr__(self) -> str:
        return f"<parameter {self.key or '(unnamed)'}>"

    def __bool__(self) -> NoReturn:
        raise _no_truth(repr(self))

    if not TYPE_CHECKING:  # reached only by a mistake: x in P.codes

        def __contains__(self, _):
            raise refuse("`in` asks Python, not the rule", hint="x.is_in(P.codes)")

        def __iter__(self):
            raise refuse(f"{self!r} is no sequence", hint="x.is_in(P.codes)")

    def check(self, value: Any) -> None:
        """Raise `LawError` for a float, a value of another kind than the first, or one outside the bounds."""
        low, high = self.bounds
        if isinstance(value, float):
            raise wrong_law(f"{self!r}: {value} is a float; {PERCENT_DIGITS_HINT}")
        if _kind(value) is not _kind(first := self.entries[0].value):
            raise wrong_law(f"{self!r}: {value!r} is of another kind than {first!r}; a parameter keeps its kind")
        if (low is not None and value < low) or (high is not None and value > high):
            raise wrong_law(f"{self!r}: {value} lies outside its bounds {low}..{high}")

    def at_decision(self) -> DatedAt[T]:
        """This parameter as it stands on the day of the decision."""
        return DatedAt(self, "decision", None)

    def on(self, day: date | str) -> DatedAt[T]:
        """This parameter as it stood on a fixed day."""
        return DatedAt(self, "fixed", as_day(day))

    def content(self) -> dict[str, Any]:
        """Everything that gives the parameter its meaning, for digests."""
        return {
            "entries": self.entries,
            "ref": self.ref,
            "unit": self.unit,
            "bounds": self.bounds,
            "review_by": self.review_by,
            "region_may_override": self.region_may_override,
        }


def _kind(value: Any) -> type:
    """What values of one parameter share: all exact numbers are of one kind."""
    return Fraction if isinstance(value, int) and not isinstance(value, bool) else type(value)


@dataclass(frozen=True, slots=True)
class DatedAt(_Alone, Generic[T]):
    """A parameter and the instant at which a clause reads it."""

    param: Dated[T]
    instant: Instant
    day: date | None

    def __bool__(self) -> NoReturn:
        raise _no_truth(repr(self.param))


def _no_truth(what: str) -> RuleSyntax:
    return refuse(
        f"{what} has no truth value in Python: and, or, not, if and a < b < c are lost on it",
        hint="& | ~ instead of and, or, not; case(…) instead of if",
    )


class _ParametersMeta(type):
    if not TYPE_CHECKING:

        def __getattr__(cls, name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            raise unknown_name(f"{cls.__name__} has no parameter «{name}»", name, cls.all())

        def __setattr__(cls, name, value):
            if name in cls.all():
                raise refuse(f"`=` would set the parameter {cls.__name__}.{name} anew", hint="x.is_(P.limit)")
            super().__setattr__(name, value)


class Parameters(metaclass=_ParametersMeta):
    """Base of a class whose attributes are `Dated` values."""

    @classmethod
    def all(cls) -> dict[str, Dated[Any]]:
        """Every parameter of the class by its attribute name, inherited ones first."""
        found: dict[str, Dated[Any]] = {}
        for base in reversed(cls.__mro__):
            found.update({name: item for name, item in vars(base).items() if isinstance(item, Dated)})
        return found
