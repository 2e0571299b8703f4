"""Ordered codes: a scale from the lowest code to the highest, on which codes compare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from shnor_engine.law.source import refuse
from shnor_engine.rules.tree import CodeLike, Expr, Kind, code


@dataclass(frozen=True, eq=False)
class Scaled(Expr[str]):
    """A code read as a place on a scale, the lowest code first."""

    kind: ClassVar[Kind | None] = "code"
    item: Expr[str]
    scale: tuple[str, ...]


class Scale:
    """Codes in order, the lowest first: `LEVELS = Scale("low", "middle", "high")`.

    `Field[str]("уровень", among=LEVELS)` makes the codes of a field comparable, `LEVELS.of(case(…))` those of any
    expression: then `>=`, `<` and `between` ask for their places on the scale.
    """

    def __init__(self, *codes: str) -> None:
        if len(codes) < 2 or len(set(codes)) != len(codes):
            raise refuse(f"a scale needs two different codes or more, it has {', '.join(codes) or 'none'}")
        self.codes = codes

    def __repr__(self) -> str:
        return f"Scale({', '.join(map(repr, self.codes))})"

    def of(self, item: CodeLike) -> Expr[str]:
        """The code as a place on this scale; a code that is not on it makes the rule fail for that subject."""
        return Scaled(code(item), self.codes)
