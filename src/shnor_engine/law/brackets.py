"""The brackets of a marginal scale: from which number on which rate is taken of what lies above."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from shnor_engine.law.source import wrong_law


@dataclass(frozen=True, slots=True)
class Brackets:
    """A marginal scale: pairs of the number where a bracket begins and the rate inside it, ascending.

    `Brackets.of({0: percent(10), 1000: percent(20)})` takes a tenth of the first 1000 and a fifth of what is above;
    below the first bracket nothing is taken. It may be the value of a parameter: `Dated[Brackets]({...})`.
    """

    rows: tuple[tuple[int | Fraction, int | Fraction], ...]

    @classmethod
    def of(cls, rows: Mapping[int | Fraction, int | Fraction] | Mapping[int, Fraction]) -> Brackets:
        """The scale of these brackets; raises `LawError` for none, or for a float."""
        if not rows:
            raise wrong_law("a marginal scale needs at least one bracket: {0: percent(10)}")
        for number in (*rows, *rows.values()):
            if isinstance(number, bool) or not isinstance(number, int | Fraction):
                raise wrong_law(f"{number!r} in a marginal scale is not exact; give an int, a Fraction or percent(…)")
        return cls(tuple(sorted(rows.items())))
