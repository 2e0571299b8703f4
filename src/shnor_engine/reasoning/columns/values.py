"""What a node is worth in columns: a truth, an interval or a set of codes; whether it is there; where it fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any, TypeAlias

import narwhals.stable.v2 as nw

from shnor_engine.reasoning.columns.bits import TRUE, Bit, Truth, as_count, as_expr, both, choose, either, no
from shnor_engine.reasoning.columns.wholes import End, Span, Whole, column


@dataclass(frozen=True, slots=True, eq=False)
class Codes:
    """Which codes are possible, and where nothing can be said at all (`none`).

    `text` holds the one code of a field whose codes nobody listed; then `possible` is empty. `crisp`: nowhere more
    than one is possible.
    """

    possible: Mapping[str, Bit]
    none: Bit = False
    text: nw.Expr | None = None
    crisp: bool = False

    @property
    def known(self) -> Bit:
        """Where one code is held."""
        if self.crisp or self.text is not None:
            return no(self.none)
        total = reduce(lambda a, b: a + b, (as_count(bit) for bit in self.possible.values()), nw.lit(0))
        return both(no(self.none), total == 1)

    @property
    def one(self) -> nw.Expr:
        """The code that is held; elsewhere any of those possible."""
        if self.text is not None:
            return self.text
        found: nw.Expr = nw.lit(None, dtype=nw.String)
        for code, bit in self.possible.items():
            found = choose(bit, nw.lit(code), found)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class CodeSet:
    """A set of codes: for each that can be in it whether it is."""

    members: Mapping[str, Truth]

    @property
    def known(self) -> Bit:
        """Where it is one set."""
        return both(*(truth.known for truth in self.members.values()))


Content: TypeAlias = Truth | Span | Codes | CodeSet


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """A node's worth. `loose`: where it is not present its number means nothing; elsewhere it is `decide`'s."""

    content: Any
    present: Truth = TRUE
    fail: Bit = False
    loose: bool = False

    @property
    def truth(self) -> Truth:
        """The content as a truth."""
        assert isinstance(self.content, Truth)
        return self.content

    @property
    def span(self) -> Span:
        """The content as an interval."""
        assert isinstance(self.content, Span)
        return self.content

    @property
    def codes(self) -> Codes:
        """The content as codes."""
        assert isinstance(self.content, Codes)
        return self.content

    @property
    def known(self) -> Bit:
        """Where one value is held."""
        content = self.content
        held = content.exact if isinstance(content, Span) else content.known
        return both(self.present.yes, held)

    def failing(self, *fails: Bit) -> Value:
        """The same, failing in further places."""
        return replace(self, fail=either(self.fail, *fails))


def said(truth: Truth, *fails: Bit) -> Value:
    """A truth that is reckoned from others: present where it is known, else nobody can say."""
    return Value(truth, Truth(truth.known, False, truth.crisp), either(*fails))


def text_of(codes: Codes) -> nw.Expr:
    """Every possible code in order, with | between."""
    parts = [
        nw.when(as_expr(bit)).then(nw.lit(code)).otherwise(nw.lit(None, dtype=nw.String))
        for code, bit in sorted(codes.possible.items())
    ]
    if not parts:
        return nw.lit(None, dtype=nw.String)
    return nw.concat_str(parts, separator="|", ignore_nulls=True)


def in_columns(value: Value, fresh: Callable[[], str]) -> tuple[Value, dict[str, nw.Expr]]:
    """The same value read from columns of their own, and what is to stand in each of them."""
    new: dict[str, nw.Expr] = {}

    def held(item: nw.Expr) -> nw.Expr:
        new[name := fresh()] = item
        return nw.col(name)

    def bit(item: Bit) -> Bit:
        return item if isinstance(item, bool) else held(item)

    def truth(item: Truth) -> Truth:
        return Truth.of(bit(item.yes)) if item.crisp else Truth(bit(item.yes), bit(item.not_))

    def whole(item: Whole) -> Whole:
        return item if isinstance(item.of, int) else column(held(item.of), item.low, item.high)

    def end(item: End) -> End:
        return End(whole(item.num), whole(item.den), bit(item.open))

    def content(item: Any) -> Any:
        if isinstance(item, Truth):
            return truth(item)
        if isinstance(item, Span):
            lo = end(item.lo)
            return Span(lo, lo if item.single else end(item.hi))
        if isinstance(item, CodeSet):
            return CodeSet({code: truth(it) for code, it in item.members.items()})
        text = None if item.text is None else held(item.text)
        return Codes({code: bit(it) for code, it in item.possible.items()}, bit(item.none), text, item.crisp)

    return Value(content(value.content), truth(value.present), bit(value.fail), value.loose), new
