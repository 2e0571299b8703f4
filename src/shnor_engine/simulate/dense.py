"""A rule over whole arrays of draws: the same tree that `decide` and `columns` read, compiled to numpy.

Draws are dense (every school has every procedure in every year) and closed, so a field is always held, and the few
nodes that such rules are made of come down to integer arrays. Rows are those of a procedure, of a discipline, or of a
procedure under its discipline. Shares are compared as cross-multiplied integers. What
this reader does not know, or what could overflow, it refuses with `NotDense`; the caller then takes `columns`.
A property holds this reader equal to `columns` on random draws.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from shnor_engine.law.law import Law
from shnor_engine.rules.fact import Fact
from shnor_engine.rules.rule import RuleTree
from shnor_engine.rules.tree import (
    And,
    Arithmetic,
    AtLeast,
    Case,
    ClauseRef,
    Compare,
    Constant,
    Expr,
    FieldRef,
    IsKnown,
    IsPresent,
    Not,
    Or,
    ParamRef,
    Previous,
    Ratio,
    Rows,
    children,
    kind_of,
)

Whole = NDArray[np.int64]
Bools = NDArray[np.bool_]
FIELDS = ("participants", "below_min")
OF_DISCIPLINE = "procedures"  # how many procedures of a discipline there are: the one thing draws know of it
Level = Literal["", "discipline", "procedure"]
LARGEST = 1 << 31  # a product of two numbers below this fits in 64 bits


class NotDense(Exception):
    """The rule uses what this reader does not know; the message names it."""


@dataclass(frozen=True)
class Truth:
    """Surely yes, surely no; where neither, it is undetermined."""

    yes: Any
    no: Any


@dataclass(frozen=True)
class Groups:
    """Which procedures are of one discipline: all of them in an order in which each discipline stands together."""

    order: Whole
    starts: Whole
    names: tuple[str, ...]

    @classmethod
    def of(cls, procedures: Sequence[str]) -> Groups:
        """The groups of some procedures, by their names."""
        named = [discipline_of(name) for name in procedures]
        order = sorted(range(len(named)), key=lambda place: (named[place], place))
        starts = [n for n, place in enumerate(order) if not n or named[place] != named[order[n - 1]]]
        return cls(np.array(order), np.array(starts), tuple(named[order[n]] for n in starts))

    def sizes(self) -> Whole:
        """How many procedures each discipline has."""
        found: Whole = np.diff(np.append(self.starts, len(self.order)))
        return found

    def fold(self, fold: np.ufunc, rows: NDArray[Any]) -> NDArray[Any]:
        """By (path, school, discipline), out of (path, school, procedure)."""
        found: NDArray[Any] = fold.reduceat(rows[:, :, self.order], self.starts, axis=2)
        return found


def discipline_of(procedure: str) -> str:
    """The kind and subject of a procedure, whatever its grade or level: «vpr.russian» of «vpr.russian.5»."""
    return ".".join(procedure.split(".")[:2])


def by_procedure(fact: type[Fact]) -> bool:
    """Whether draws are the rows of a fact: results by school, year and procedure, under its discipline or not."""
    keys = set(fact.key_names())
    return {"school", "year", "procedure"} <= keys <= {"school", "year", "procedure", "discipline"} and set(
        FIELDS
    ) <= set(fact.fields())


def by_discipline(fact: type[Fact]) -> bool:
    """Whether a fact is of a school's disciplines in a year, and says no more of them than draws do."""
    return set(fact.key_names()) == {"school", "year", "discipline"} and set(fact.fields()) <= {OF_DISCIPLINE}


@dataclass(frozen=True)
class Number:
    """A fraction between two numerators over one denominator (0: a share of nobody); arrays or single numbers."""

    low: Any
    high: Any
    over: Any = 1


def look_back(tree: RuleTree) -> int:
    """How many years before the one decided a rule reads; `NotDense` where that has no end."""
    clauses: dict[str, int] = {}

    def of_clause(name: str) -> int:
        if name not in clauses:
            clauses[name] = 0
            clauses[name] = of(tree.clauses[name])
        return clauses[name]

    def of(expr: Expr[Any]) -> int:
        if isinstance(expr, ClauseRef):
            return of_clause(expr.name)
        inner = max((of(child) for child in children(expr)), default=0)
        if isinstance(expr, Previous):
            return inner + expr.steps
        if isinstance(expr, AtLeast):
            return inner + _longest(expr) - 1 + expr.window.back
        return inner

    return max(of_clause(name) for name in ("verdict", "applies") if name in tree.clauses)


def _longest(expr: AtLeast) -> int:
    length = expr.window.length
    if isinstance(length, Constant):
        return int(length.value)
    if isinstance(length, ParamRef):
        return max(int(entry.value) for entry in length.param.entries)
    raise NotDense("a window without a length")


class Dense:
    """Decides one rule on draws by (path, school, year, procedure), year by year.

    `first` is the first year of the draws. Raises `NotDense` when it is made for a rule it cannot read.
    """

    def __init__(self, tree: RuleTree, law: Law, *, on: date, region: str | None = None) -> None:
        self.tree, self.law, self.on, self.region = tree, law, on, region
        self.back = look_back(tree)
        _check_facts(tree)
        self.grouped = any("discipline" in fact.key_names() for fact in tree.facts)
        if tree.period is None or set(tree.keys) != {"school", "year"}:
            raise NotDense(f"decides per {', '.join(tree.keys)}")
        for name in _reached(tree):
            for node in _nodes(tree.clauses[name]):
                _check(node)
        for name in ("verdict", "applies"):
            if name in tree.clauses:
                _check_levels(tree, tree.clauses[name], "")

    def decide(
        self, participants: Whole, below: Whole, *, first: int, year: int, procedures: Sequence[str] = ()
    ) -> Truth:
        """Whether the rule is met in a year, by (path, school), out of years that hold its whole look-back.

        `procedures` are the names of the last axis, for a rule that counts by discipline.
        """
        if year - self.back < first or year - first >= participants.shape[2]:
            raise ValueError(f"{year}: the draws must hold {year - self.back}..{year}, they begin in {first}")
        if self.tree.in_force > self.last_day(year):
            nobody = np.zeros(participants.shape[:2], dtype=bool)
            return Truth(nobody, ~nobody)
        if self.grouped and len(procedures) != participants.shape[3]:
            raise ValueError(f"the rule counts by discipline: {participants.shape[3]} procedures have to be named")
        run = _Run(self, {"participants": participants, "below_min": below}, first, Groups.of(procedures))
        verdict = run.clause("verdict", year)
        if "applies" in self.tree.clauses:
            applies = run.clause("applies", year)
            verdict = Truth(applies.yes & verdict.yes, applies.no | (applies.yes & verdict.no))
        shape = participants.shape[:2]
        return Truth(np.broadcast_to(verdict.yes, shape), np.broadcast_to(verdict.no, shape))

    def last_day(self, year: int) -> date:
        """The day that picks the law of a period."""
        assert self.tree.period is not None
        return self.tree.period.day(year)


def _check_facts(tree: RuleTree) -> None:
    for fact in tree.facts:
        if not (by_procedure(fact) or by_discipline(fact)):
            raise NotDense(f"{fact.__name__} is no fact of a school, a year and a procedure or a discipline")
    if sum(map(by_procedure, tree.facts)) != 1:
        raise NotDense(f"reads {len(tree.facts)} facts")


def _check_levels(tree: RuleTree, expr: Expr[Any], level: Level, *, named: bool = False) -> None:
    """Refuse what would mix rows of different levels; `named`: in a clause that stands inside rows by its name."""
    match expr:
        case ClauseRef():
            _check_levels(tree, tree.clauses[expr.name], level, named=level != "")
            return
        case Rows():
            if named or not _inside(level, expr.fact):
                raise NotDense(f"an aggregate over {expr.fact.__name__} inside rows")
            level = _level(expr.fact)
        case FieldRef() if _level(expr.fact) != level:
            raise NotDense(f"{expr.fact.__name__}.{expr.field} outside its rows")
    for child in children(expr):
        _check_levels(tree, child, level, named=named)


def _level(fact: type[Fact]) -> Level:
    return "procedure" if by_procedure(fact) else "discipline"


def _inside(level: Level, fact: type[Fact]) -> bool:
    """Whether an aggregate over a fact may stand where it does: procedures in a discipline, anything in a school."""
    return level == "" or (level == "discipline" and by_procedure(fact) and "discipline" in fact.key_names())


def _reached(tree: RuleTree) -> set[str]:
    """The clauses that the outcome rests on."""
    found: set[str] = set()
    todo = [name for name in ("verdict", "applies") if name in tree.clauses]
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += [node.name for node in _nodes(tree.clauses[name]) if isinstance(node, ClauseRef)]
    return found


def _nodes(expr: Expr[Any]) -> list[Expr[Any]]:
    return [expr, *(node for child in children(expr) for node in _nodes(child))]


KNOWN = (
    *(And, Arithmetic, AtLeast, Case, ClauseRef, Compare, Constant, FieldRef, IsKnown, IsPresent),
    *(Not, Or, ParamRef, Previous, Ratio, Rows),
)


def _check(node: Expr[Any]) -> None:
    if type(node) not in KNOWN:
        raise NotDense(f"the node {type(node).__name__}")
    if isinstance(node, FieldRef) and not _drawn(node) and not _never_drawn(node):
        raise NotDense(f"the field {node.field}")
    if isinstance(node, Case) and kind_of(node) != "truth":
        raise NotDense("a choice of numbers")
    if isinstance(node, Rows) and node.how not in ("count", "sum", "any", "all"):
        raise NotDense(f"the rows {node.how}")
    if isinstance(node, Constant) and isinstance(node.value, str):
        raise NotDense("a code")
    if isinstance(node, IsKnown | IsPresent) and not isinstance(node.item, FieldRef):
        raise NotDense("a question whether a clause is known")


def _drawn(node: FieldRef[Any]) -> bool:
    return node.field in (FIELDS if by_procedure(node.fact) else (OF_DISCIPLINE,))


def _never_drawn(node: FieldRef[Any]) -> bool:
    """Whether a field is one that a source may leave out, a number within bounds: draws leave it out."""
    field = node.fact.fields()[node.field]
    return field.optional and field.kind == "number" and None not in field.bounds


@dataclass
class _Run:
    """One year's decision: every clause once a year."""

    dense: Dense
    fields: Mapping[str, Whole]
    first: int
    groups: Groups
    level: Level = ""

    def __post_init__(self) -> None:
        self.found: dict[tuple[str, int], Any] = {}

    def clause(self, name: str, year: int) -> Any:
        if (name, year) not in self.found:
            self.found[name, year] = self.of(self.dense.tree.clauses[name], year)
        return self.found[name, year]

    def of(self, expr: Expr[Any], year: int) -> Any:
        """The truth or the number of an expression in a year; finer ones keep a last axis of procedures."""
        match expr:
            case ClauseRef():
                return self.clause(expr.name, year)
            case Previous():
                return self.of(expr.item, year - expr.steps)
            case Constant():
                return _constant(expr.value)
            case ParamRef():
                return _constant(self._value(expr, year))
            case FieldRef() if by_discipline(expr.fact):
                sizes = self.groups.sizes()
                return Number(sizes, sizes)
            case FieldRef() if expr.field not in FIELDS:
                low, high = expr.fact.fields()[expr.field].bounds
                return Number(low, high)
            case FieldRef():
                held = self.fields[expr.field][:, :, year - self.first, :]
                return Number(held, held)
            case Arithmetic():
                return _arithmetic(expr.op, self.of(expr.left, year), self.of(expr.right, year))
            case Ratio():
                return _ratio(self.of(expr.part, year), self.of(expr.whole, year))
            case Compare():
                return _compare(expr.op, self.of(expr.left, year), self.of(expr.right, year))
            case And() | Or():
                return _joined(isinstance(expr, And), [self.of(item, year) for item in expr.items])
            case Not():
                inner = self.of(expr.item, year)
                return Truth(inner.no, inner.yes)
            case IsKnown(item=FieldRef() as item) if not _drawn(item):
                return Truth(False, True)
            case IsKnown() | IsPresent():
                return Truth(True, False)
            case Case():
                return self._case(expr, year)
            case Rows():
                return self._rows(expr, year)
            case AtLeast():
                return self._at_least(expr, year)
        raise NotDense(type(expr).__name__)

    def _value(self, expr: ParamRef[Any], year: int) -> Any:
        at = expr.day or (self.dense.on if expr.instant == "decision" else self.dense.last_day(year))
        return self.dense.law.value(expr.param, at=at, as_known=self.dense.on, region=self.dense.region).value

    def _rows(self, expr: Rows[Any], year: int) -> Any:
        shape, outer = self.fields["participants"].shape, self.level
        self.level = _level(expr.fact)
        rows = (*shape[:2], shape[3] if self.level == "procedure" else len(self.groups.starts))
        where = self.of(expr.filter, year) if expr.filter is not None else Truth(True, False)
        item = self.of(expr.item, year) if expr.item is not None else None
        self.level = outer
        yes, no = (np.broadcast_to(side, rows) for side in (where.yes, where.no))
        if expr.how == "count":
            return Number(self._count(yes), self._count(~no))
        assert item is not None
        if expr.how == "sum":
            return self._sum(item, yes, no)
        if expr.how == "any":
            return Truth(self._fold(np.logical_or, yes & item.yes), self._fold(np.logical_and, no | item.no))
        return Truth(self._fold(np.logical_and, no | item.yes), self._fold(np.logical_or, yes & item.no))

    def _fold(self, fold: np.ufunc, rows: NDArray[Any]) -> NDArray[Any]:
        """Rows to where their aggregate stands: a school, or each of its disciplines."""
        if self.level == "discipline":
            return self.groups.fold(fold, rows)
        found: NDArray[Any] = fold.reduce(rows, axis=2)
        return found

    def _count(self, rows: Bools) -> NDArray[Any]:
        # over a school ten times faster than a sum of truths
        return self._fold(np.add, rows.astype(np.int64)) if self.level else np.count_nonzero(rows, axis=2)

    def _sum(self, item: Number, yes: Bools, no: Bools) -> Number:
        if isinstance(item.over, np.ndarray):
            raise NotDense("a sum of shares")
        if np.any(item.low < 0):
            raise NotDense("a sum of negative numbers")
        low = self._fold(np.add, np.where(yes, item.low, 0))
        whole = np.array_equal(yes, ~no)
        return Number(low, low if whole else self._fold(np.add, np.where(no, 0, item.high)), item.over)

    def _case(self, expr: Case[Any], year: int) -> Truth:
        """Yes where every branch that may be the one says yes, no likewise; without `otherwise` nothing is said."""
        yes: Any = True
        no: Any = True
        reached: Any = True
        for condition, value in expr.rows:
            asked, given = self.of(condition, year), self.of(value, year)
            may = np.logical_and(reached, np.logical_not(asked.no))
            yes, no = yes & (~may | given.yes), no & (~may | given.no)
            reached = np.logical_and(reached, np.logical_not(asked.yes))
        last = Truth(False, False) if expr.otherwise is None else self.of(expr.otherwise, year)
        free = np.logical_not(reached)
        return Truth(yes & (free | last.yes), no & (free | last.no))

    def _at_least(self, expr: AtLeast, year: int) -> Truth:
        length = self.of(expr.window.length, year).low  # type: ignore[arg-type]
        years = [year - expr.window.back - step for step in range(int(length))]
        items = [self.of(expr.item, each) for each in years]
        if expr.least is None:
            return _joined(True, items)
        least = self.of(expr.least, year).low
        yes, maybe = (sum(np.asarray(side, dtype=np.int64) for side in sides) for sides in _sides(items))
        return Truth(yes >= least, maybe < least)


def _sides(items: list[Truth]) -> tuple[list[Any], list[Any]]:
    return [item.yes for item in items], [np.logical_not(item.no) for item in items]


def _constant(value: Any) -> Any:
    if isinstance(value, bool):
        return Truth(value, not value)
    exact = Fraction(value)
    return Number(exact.numerator, exact.numerator, exact.denominator)


def _arithmetic(op: str, left: Number, right: Number) -> Number:
    _fits(left, right)
    over = left.over * right.over
    a = Number(left.low * right.over, left.high * right.over)
    b = Number(right.low * left.over, right.high * left.over)
    if op == "+":
        return Number(a.low + b.low, a.high + b.high, over)
    if op == "-":
        return Number(a.low - b.high, a.high - b.low, over)
    ends = [one * other for one in (left.low, left.high) for other in (right.low, right.high)]
    return Number(np.minimum.reduce(ends), np.maximum.reduce(ends), over)


def _ratio(part: Number, whole: Number) -> Number:
    _fits(part, whole)
    if part.low is not part.high and isinstance(whole.low, int) and 0 < whole.low == whole.high:
        return Number(part.low * whole.over, part.high * whole.over, whole.low * part.over)
    if part.low is not part.high or whole.low is not whole.high:
        raise NotDense("a share of an open number")
    low = part.low * whole.over
    return Number(low, low, whole.low * part.over)


def _fits(*numbers: Number) -> None:
    for number in numbers:
        for part in (number.low, number.high, number.over):
            if np.max(np.abs(part), initial=0) >= LARGEST:
                raise NotDense("a number too large to be multiplied")


def _compare(op: str, left: Number, right: Number) -> Truth:
    """Cross-multiplied integers; undetermined where the bounds leave it open and of nobody."""
    _fits(left, right)
    low, high = left.low * right.over, left.high * right.over
    other_low, other_high = right.low * left.over, right.high * left.over
    if op in ("<", "<="):
        low, high, other_low, other_high = other_low, other_high, low, high
    if op in (">=", "<="):
        found = Truth(low >= other_high, high < other_low)
    elif op in (">", "<"):
        found = Truth(low > other_high, high <= other_low)
    else:
        same = (low == high) & (other_low == other_high) & (low == other_low)
        found = Truth(same, (high < other_low) | (low > other_high))
    for over in (left.over, right.over):
        if not np.all(over):
            found = Truth(found.yes & (over != 0), found.no & (over != 0))
    return found


def _joined(every: bool, items: list[Truth]) -> Truth:
    yes, no = items[0].yes, items[0].no
    for item in items[1:]:
        yes, no = (yes & item.yes, no | item.no) if every else (yes | item.yes, no & item.no)
    return Truth(yes, no)
