"""What a node can be worth: a Kleene truth, a closed interval of exact rationals, or a set of possible codes.

A day is a number here, its ordinal in the calendar, so that days compare and span intervals as numbers do; the kind
of the node says which is meant. What a collecting table gives is a set of codes that is known from both sides.

Beside its value every node says whether it is present: True (held or held but unknown), False (known not to be) or
None (nobody knows yet). Infinity stands for an open end and is the only float that ever occurs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from fractions import Fraction
from math import inf
from operator import eq, ge, gt, le, lt
from typing import Any, NamedTuple, TypeAlias

Exact: TypeAlias = int | Fraction | float
Kleene: TypeAlias = bool | None
Codes: TypeAlias = frozenset[str] | None


class Span(NamedTuple):
    """All numbers from `lo` to `hi`, both included; lo = hi is a known number."""

    lo: Exact
    hi: Exact

    @property
    def exact(self) -> bool:
        """Whether it is one number."""
        return self.lo is self.hi or self.lo == self.hi

    def hull(self, other: Span) -> Span:
        """The least interval over both."""
        return Span(min(self.lo, other.lo), max(self.hi, other.hi))


class Collected(NamedTuple):
    """A set of codes: those that are surely in it, and those that may be (the sure ones among them)."""

    sure: frozenset[str]
    may: frozenset[str]

    @property
    def exact(self) -> bool:
        """Whether it is one set."""
        return self.sure == self.may

    def hull(self, other: Collected) -> Collected:
        """What both leave possible."""
        return Collected(self.sure & other.sure, self.may | other.may)


ANY = Span(-inf, inf)
ZERO = Span(0, 0)
ONE = Span(1, 1)
UNIT = Span(0, 1)


def held(value: Any) -> Any:
    """A plain value of a rule or of the law as reasoning holds it: numbers and days as intervals, codes as sets."""
    match value:
        case bool() | None:
            return value
        case str():
            return frozenset((value,))
        case date():
            return Span(value.toordinal(), value.toordinal())
        case int() | Fraction():
            return Span(value, value)
        case tuple():
            return Collected(frozenset(value), frozenset(value))
    return value


def nothing(kind: str) -> Any:
    """What stands in place of a value that is absent."""
    if kind in ("number", "date"):
        return ANY
    empty: frozenset[str] = frozenset()
    return empty if kind == "code" else Collected(empty, empty) if kind == "codes" else None


# --- Kleene ---------------------------------------------------------------------------------------


def k_and(items: Iterable[Kleene]) -> Kleene:
    """False if one is false, true if all are true, else undetermined."""
    found: Kleene = True
    for item in items:
        if item is False:
            return False
        if item is None:
            found = None
    return found


def k_or(items: Iterable[Kleene]) -> Kleene:
    """True if one is true, false if all are false, else undetermined."""
    found: Kleene = False
    for item in items:
        if item is True:
            return True
        if item is None:
            found = None
    return found


def k_not(item: Kleene) -> Kleene:
    """The contrary; undetermined stays undetermined."""
    return None if item is None else not item


# --- intervals ------------------------------------------------------------------------------------


def size(number: Exact) -> Exact:
    """The number without its sign."""
    return number if number >= 0 else -number


def add(a: Span, b: Span) -> Span:
    """The sums."""
    return Span(a.lo + b.lo, a.hi + b.hi)


def subtract(a: Span, b: Span) -> Span:
    """The differences."""
    return Span(a.lo - b.hi, a.hi - b.lo)


def multiply(a: Span, b: Span) -> Span:
    """The products."""
    if a.exact:
        ends = _times(a.lo, b.lo), _times(a.lo, b.hi)
        return Span(*ends) if a.lo >= 0 else Span(*reversed(ends))
    if b.exact:
        return multiply(b, a)
    corners = [_times(x, y) for x in a for y in b]
    return Span(min(corners), max(corners))


def _times(x: Exact, y: Exact) -> Exact:
    return 0 if x == 0 or y == 0 else x * y


def divide(part: Span, whole: Span) -> Span:
    """The quotients by a whole that is surely above zero."""
    if whole.exact:
        low = _over(part.lo, whole.lo)
        return Span(low, low if part.exact else _over(part.hi, whole.lo))
    corners = [_over(x, y) for x in part for y in whole]
    return Span(min(corners), max(corners))


def _over(x: Exact, y: Exact) -> Exact:
    if x == 0 or (abs(y) == inf and abs(x) != inf):
        return 0
    if abs(x) == inf:
        return x
    return Fraction(x, y) if isinstance(x, int) and isinstance(y, int) else Fraction(x) / Fraction(y)


def compare(op: str, a: Span, b: Span) -> Kleene:
    """What the comparison gives for every choice of numbers, undetermined where choices differ."""
    if a.exact and b.exact:
        return _COMPARE[op](a.lo, b.lo)
    match op:
        case ">=":
            return True if a.lo >= b.hi else False if a.hi < b.lo else None
        case ">":
            return True if a.lo > b.hi else False if a.hi <= b.lo else None
        case "<=":
            return True if a.hi <= b.lo else False if a.lo > b.hi else None
        case "<":
            return True if a.hi < b.lo else False if a.lo >= b.hi else None
    return False if a.hi < b.lo or b.hi < a.lo else None


_COMPARE: Mapping[str, Callable[[Exact, Exact], bool]] = {">=": ge, ">": gt, "<=": le, "<": lt, "=": eq}
