"""Values that stand beside fields and parameters: what is absent, a rounded number, a key as a code."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar, Final, Literal, TypeVar, final, get_args, overload

from shnor_engine.law.source import refuse
from shnor_engine.rules.fact import Fact
from shnor_engine.rules.tree import Expr, IntLike, KeyRef, Kind, NumLike, kind_of, lift, number

T = TypeVar("T")
Mode = Literal["half_up", "half_even", "floor", "ceil"]


@final
class AbsentValue:
    """The type of `absent`."""

    def __repr__(self) -> str:
        return "absent"


absent: Final = AbsentValue()
"""No value: what a case or a row of a table gives where there is nothing to say, and a cell that asks for it."""


@dataclass(frozen=True, eq=False)
class Absent(Expr[T]):
    """A value that is known not to be, of the kind that stands beside it."""

    of_kind: Kind

    def kind_within(self) -> Kind:
        """The kind that it takes the place of."""
        return self.of_kind


@dataclass(frozen=True, eq=False)
class Round(Expr[T]):
    """A number rounded to so many places after the point (negative: before it), by a stated mode."""

    kind: ClassVar[Kind | None] = "number"
    item: Expr[Any]
    places: int
    mode: Mode


@overload
def round_(  # type: ignore[overload-overlap]
    item: NumLike, places: Literal[0], mode: Mode
) -> Expr[int]: ...
@overload
def round_(item: NumLike, places: int, mode: Mode) -> Expr[Fraction]: ...
def round_(item: NumLike, places: int, mode: Mode) -> Expr[Any]:
    """The number rounded to `places` digits after the point; -2 rounds to hundreds.

    `half_up` takes a half away from zero, as `decimal.ROUND_HALF_UP` and spreadsheets do (2.5 → 3, -2.5 → -3),
    `half_even` to the even neighbour; `floor` goes down and `ceil` up. A half towards the larger number, whatever
    its sign, is `round_(x + Fraction(1, 2), 0, "floor")`.
    """
    if isinstance(places, bool) or not isinstance(places, int):
        raise refuse(f"{places!r} is no number of places", hint='round_(x, 1, "half_up")')
    if mode not in get_args(Mode):
        raise refuse(f"there is no rounding {mode!r}", hint=", ".join(get_args(Mode)))
    return Round(number(item), places, mode)


def key_of(fact: type[Fact], key: str) -> Expr[str]:
    """The code of a key at the row where the clause stands: which procedure, which indicator, which member.

    It is what a table of points «by indicator» is read by.
    """
    if key not in fact.key_names():
        raise refuse(f"{fact.__name__} has no key «{key}»", hint=f"one of {', '.join(fact.key_names())}")
    if next(item for item in fact.grain if item.name == key).period:
        raise refuse(f"key «{key}» is a period, not a code", hint="period.start or period.end")
    return KeyRef(fact, key)


def lift_beside(values: tuple[Any, ...]) -> tuple[Expr[Any], ...]:
    """Values that stand for each other, lifted: all of one kind, `absent` of the kind of the rest."""
    lifted = [value if isinstance(value, AbsentValue) else lift(value) for value in values]
    kinds = {kind_of(item) for item in lifted if not isinstance(item, AbsentValue)}
    if len(kinds) > 1:
        raise refuse(f"the rows of a case give {' and '.join(sorted(kinds))}; give one kind")
    if not kinds:
        raise refuse("every row gives absent, so there is nothing to decide")
    kind = kinds.pop()
    return tuple(Absent(kind) if isinstance(item, AbsentValue) else item for item in lifted)


__all__ = ["Absent", "AbsentValue", "IntLike", "Mode", "Round", "absent", "key_of", "lift_beside", "round_"]
