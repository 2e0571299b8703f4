"""Two-valued and Kleene truths as columns: never null, so no engine's own reading of null is relied on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any, TypeAlias

import narwhals.stable.v2 as nw

Bit: TypeAlias = nw.Expr | bool


def both(*bits: Bit) -> Bit:
    """Whether all hold; plain booleans are folded away."""
    if any(bit is False for bit in bits):
        return False
    open_ = [bit for bit in bits if not isinstance(bit, bool)]
    return reduce(and_, open_) if open_ else True


def either(*bits: Bit) -> Bit:
    """Whether one holds; plain booleans are folded away."""
    if any(bit is True for bit in bits):
        return True
    open_ = [bit for bit in bits if not isinstance(bit, bool)]
    return reduce(or_, open_) if open_ else False


def no(bit: Bit) -> Bit:
    """The contrary."""
    return (not bit) if isinstance(bit, bool) else ~bit


def as_expr(bit: Bit) -> nw.Expr:
    """The expression, also of a plain boolean."""
    return nw.lit(bit, dtype=nw.Boolean) if isinstance(bit, bool) else bit


def as_count(bit: Bit) -> nw.Expr:
    """1 where it holds, else 0."""
    return as_expr(bit).cast(nw.Int64)


def choose(condition: Bit, this: Any, other: Any) -> nw.Expr:
    """One expression where the condition holds, the other elsewhere."""
    return nw.when(as_expr(condition)).then(this).otherwise(other)


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """A Kleene truth: where it is surely true and where surely false. `crisp`: nowhere undetermined."""

    yes: Bit
    not_: Bit
    crisp: bool = False

    @classmethod
    def of(cls, bit: Bit) -> Truth:
        """A truth that is known everywhere."""
        return cls(bit, no(bit), True)

    @property
    def known(self) -> Bit:
        """Where it is true or false."""
        return True if self.crisp else either(self.yes, self.not_)

    @property
    def maybe(self) -> Bit:
        """Where it is not surely false."""
        return self.yes if self.crisp else no(self.not_)

    def where(self, bit: Bit) -> Truth:
        """The same, undetermined outside."""
        return self if bit is True else Truth(both(bit, self.yes), both(bit, self.not_))


TRUE = Truth.of(True)
FALSE = Truth.of(False)
UNKNOWN = Truth(False, False)


def k_and(items: Iterable[Truth]) -> Truth:
    """False where one is false, true where all are."""
    kids = [item for item in items if item.yes is not True]
    if all(kid.crisp for kid in kids):
        return Truth.of(both(*(kid.yes for kid in kids)))
    return Truth(both(*(kid.yes for kid in kids)), either(*(kid.not_ for kid in kids)))


def k_or(items: Iterable[Truth]) -> Truth:
    """True where one is true, false where all are false."""
    return k_not(k_and(k_not(item) for item in items))


def k_not(item: Truth) -> Truth:
    """The contrary; undetermined stays undetermined."""
    return Truth(item.not_, item.yes, item.crisp)
