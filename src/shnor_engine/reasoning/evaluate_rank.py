"""Places within a group, and cuts of it: intervals while numbers or members are not known."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, inf
from typing import TYPE_CHECKING, Any

from shnor_engine.errors import FactError
from shnor_engine.law.canon import digest
from shnor_engine.reasoning.facts import KeyValue, on_lists
from shnor_engine.reasoning.trace import Context, Step
from shnor_engine.reasoning.values import ANY, Exact, Kleene, Span, multiply
from shnor_engine.rules.fact import Fact
from shnor_engine.rules.ranking import Cut, Rank, Rounding

if TYPE_CHECKING:
    from shnor_engine.reasoning.evaluate import Evaluation

Keys = tuple[KeyValue, ...]


@dataclass(frozen=True, slots=True)
class GroupRead:
    """A group as it was read: how many members it has (and may have), and a digest of them with their numbers."""

    size: Span
    digest: str


@dataclass(slots=True)
class _Member:
    """One member: whether it is one, its number, whether that is there."""

    is_one: Kleene
    value: Span
    present: Kleene


class _Ranked:
    """The numbers of a group, sorted once, so that a place is four look-ups."""

    def __init__(self, members: Mapping[Keys, _Member], *, is_open: bool, descending: bool) -> None:
        self.members = members
        placed = [item for item in members.values() if item.is_one is not False and item.present is not False]
        ends = [(self.turned(item.value, descending), item) for item in placed]
        sure = [span for span, item in ends if item.is_one is True and item.present is True]
        self.all_low, self.sure_high = sorted(span.lo for span, _ in ends), sorted(span.hi for span in sure)
        self.is_open = is_open
        sizes = [item.is_one for item in members.values()]
        least = sum(one is True for one in sizes)
        self.size = Span(least, inf if is_open else least + sum(one is None for one in sizes))
        self.digest = digest(
            [
                [list(keys), item.is_one, item.present, *(str(end) for end in item.value)]
                for keys, item in sorted(members.items(), key=lambda entry: tuple(map(str, entry[0])))
            ]
        )

    @staticmethod
    def turned(value: Span, descending: bool) -> Span:
        """The number so that the first place belongs to the smallest."""
        return Span(-value.hi, -value.lo) if descending else value

    def before(self, value: Span, own: _Member | None) -> tuple[Exact, Exact]:
        """How many are surely, and how many at most possibly, before a number; equal ones are not."""
        surely = bisect_left(self.sure_high, value.lo)
        possibly = bisect_left(self.all_low, value.hi) - (own is not None and value.lo < value.hi)
        return surely, inf if self.is_open else possibly

    def not_after(self, value: Span, own: _Member | None) -> tuple[Exact, Exact]:
        """The same of those before or equal, the number itself left out."""
        surely = bisect_right(self.sure_high, value.lo) - (
            own is not None and value.exact and own.is_one is True and own.present is True
        )
        possibly = bisect_right(self.all_low, value.hi) - (own is not None)
        return surely, inf if self.is_open else possibly


def rank(evaluation: Evaluation, expr: Rank, keys: Context) -> Step:
    """The interval of places that the number can take in its group."""
    own = evaluation.step(expr.item, keys)
    row = _own_row(evaluation, expr.fact, keys)
    if row is None:
        return Step(expr, keys, ANY, None, (own,))
    ranked = _ranked(evaluation, expr, row.context)
    about, member = GroupRead(ranked.size, ranked.digest), ranked.members.get(row.keys)
    read: dict[str, Any] = {"kids": (own,), "events": row.events, "open": ranked.is_open, "about": about}
    if member is None or member.is_one is False or own.present is False:
        return Step(expr, keys, ANY, False if member is not None or not ranked.is_open else None, **read)
    value = ranked.turned(own.value, expr.descending)
    first, last = ranked.before(value, member), ranked.not_after(value, member)
    low = last[0] if expr.ties == "max" else first[0]
    high = first[1] if expr.ties == "min" else last[1]
    present: Kleene = True if member.is_one is True and own.present is True else None
    return Step(expr, keys, Span(1 + low, 1 + high), present, **read)


def cut(evaluation: Evaluation, expr: Cut, keys: Context) -> Step:
    """The rounded share of the group's size."""
    share = evaluation.step(expr.share, keys)
    row = _own_row(evaluation, expr.fact, keys)
    if row is None:
        return Step(expr, keys, ANY, None, (share,))
    ranked = _ranked(evaluation, expr, row.context)
    exact = multiply(share.value, ranked.size)
    value = Span(_rounded(exact.lo, expr.rounding), _rounded(exact.hi, expr.rounding))
    about = GroupRead(ranked.size, ranked.digest)
    return Step(expr, keys, value, share.present, (share,), open=ranked.is_open, about=about)


def _rounded(value: Exact, rounding: Rounding) -> Exact:
    if value in (inf, -inf):
        return value
    exact = Fraction(value)
    match rounding:
        case "ceil":
            return ceil(exact)
        case "floor":
            return floor(exact)
        case "half_up":
            return floor(exact + Fraction(1, 2))
    return round(exact)  # Python rounds a half to the even number


@dataclass(frozen=True, slots=True)
class _OwnRow:
    """Where the subject itself stands in the fact of its group."""

    keys: Keys
    context: Context
    events: tuple[str, ...]


def _own_row(evaluation: Evaluation, fact: type[Fact], keys: Context) -> _OwnRow | None:
    """The subject's own row in the fact of the group; None where nobody reported in which group it is."""
    names = fact.key_names()
    if all(name in keys for name in names):
        own = tuple(keys[name] for name in names)
        row = evaluation.facts.row(fact, own)
        return _OwnRow(own, keys, row.events if row is not None else ())
    rows = evaluation.facts.matching(fact, keys)
    if len(rows) > 1:
        where = ", ".join(f"{name} {value}" for name, value in keys.items())
        raise FactError(
            f"{len(rows)} rows of {fact.__name__} stand at {where}, so the group is not one; add its keys"
        )
    if not rows:
        return None
    return _OwnRow(rows[0].keys, {**keys, **dict(zip(names, rows[0].keys, strict=True))}, rows[0].events)


def _ranked(evaluation: Evaluation, expr: Rank | Cut, context: Context) -> _Ranked:
    """The group of a place, read once for all its members."""
    by = {name: context[name] for name in expr.by}
    asked = (id(expr), *by.items())
    if asked not in evaluation.groups:
        descending = isinstance(expr, Rank) and expr.descending
        with evaluation.supposing_nothing():  # the group is read once, for whoever stands in it
            members = _members(evaluation, expr, by)
        is_open = evaluation.facts.open(expr.fact, by, evaluation.listed(expr.fact, by))
        evaluation.groups[asked] = _Ranked(members, is_open=is_open, descending=descending)
    found: _Ranked = evaluation.groups[asked]
    return found


def _members(evaluation: Evaluation, expr: Rank | Cut, by: Context) -> dict[Keys, _Member]:
    facts, names = evaluation.facts, expr.fact.key_names()
    among = evaluation.listed(expr.fact, by)
    rows = [row.keys for row in facts.matching(expr.fact, by) if on_lists(names, row.keys, among)]
    every: list[tuple[Keys, Kleene]] = [(keys, True) for keys in rows]
    every += [(keys, None) for keys in facts.unreported(expr.fact, by, among)]
    return {keys: _member(evaluation, expr, dict(zip(names, keys, strict=True)), exists) for keys, exists in every}


def _member(evaluation: Evaluation, expr: Rank | Cut, keys: Context, exists: Kleene) -> _Member:
    asked: Kleene = True if expr.filter is None else evaluation.step(expr.filter, keys).value
    is_one: Kleene = False if asked is False else None if asked is None or exists is None else True
    if isinstance(expr, Cut) or is_one is False:
        return _Member(is_one, ANY, True)
    item = evaluation.step(expr.item, keys)
    return _Member(is_one, item.value, item.present)


RANKS: Mapping[type, Callable[[Evaluation, Any, Context], Step]] = {Rank: rank, Cut: cut}
