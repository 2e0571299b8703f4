"""What a threshold of the law is compared with: a count, a sum, a mean, a rank, a run of periods, a cell of a table.

A `Limit` is one such place in a rule. It reads, from the trace of a decision, how far the number lies from the
threshold there; `reached` looks for the facts that bring it just below, to, and just above.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import inf
from typing import Any

from shnor_engine.law.dated import Dated
from shnor_engine.reasoning.evaluate import Evaluation
from shnor_engine.reasoning.evaluate_others import OtherRead, StatusRead, decided
from shnor_engine.reasoning.evaluate_time import shifted
from shnor_engine.reasoning.trace import Context, Step
from shnor_engine.reasoning.values import Span
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.marginals import Bracketed, Marginal
from shnor_engine.rules.others import Decision, read_rules
from shnor_engine.rules.over_time import Periods, Run
from shnor_engine.rules.ranking import Cut, Rank
from shnor_engine.rules.rule import RuleTree
from shnor_engine.rules.tables import Among, Band, Table
from shnor_engine.rules.tree import AtLeast, ClauseRef, Compare, Expr, FieldRef, ParamRef
from shnor_engine.rules.values import Round

SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    ">=": lambda a, b: a >= b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    "<": lambda a, b: a < b,
    "=": lambda a, b: a == b,
}
# «Less than» turns where «at least» does: one of two such places is enough to try.
TURN = {">=": ">=", "<": ">=", ">": ">", "<=": ">", "=": "="}
FAR_BACK = 40  # periods that are looked through for the length of a run
# What a threshold may be worked out by: «the share of the group, rounded» is one, the rows of a sum are not.
WORKED_OUT = (nodes.Arithmetic, nodes.Ratio, nodes.Extreme, nodes.Assume, Round)


@dataclass(frozen=True, slots=True)
class Point:
    """Where a number lies beside its threshold; `holds` is what the engine made of it, None where it is open."""

    low: Any
    high: Any
    limit: Any
    holds: bool | None
    keys: Context

    @property
    def exact(self) -> bool:
        """Whether it is one number, and known."""
        return bool(self.low == self.high and self.low not in (inf, -inf) and self.limit not in (inf, -inf))

    @property
    def off(self) -> Any:
        """How far above the threshold it lies; below zero where it lies below."""
        return self.low - self.limit


@dataclass(frozen=True, slots=True)
class Limit:
    """A parameter that a number is compared with: the rule and node where, the number in words and as written, the
    sign.

    `read` gives the point of one step of that node; None where there is none.
    """

    tree: RuleTree
    param: Dated[Any]
    node: Expr[Any]
    number: str
    expr: Expr[Any] | None
    sign: str
    read: Callable[[Evaluation, Step], Point | None]

    @property
    def name(self) -> str:
        """«Limits.min_procedures at low_procedures»."""
        return f"{self.param.key} at {self.number}"

    def points(self, evaluation: Evaluation, keys: Context) -> list[Point]:
        """Every place of a decision where the number meets the threshold, those of the subject itself first."""
        found = decided(evaluation, keys)
        if found.error:
            return []
        near = [step for step in traced(found.steps.values()) if step.expr is self.node]
        points = [point for step in near if (point := self.read(evaluation.beside(self.tree), step)) is not None]
        return sorted(points, key=lambda point: (point.keys != keys, str(point.keys)))

    def said(self, low: Any, high: Any, limit: Any) -> bool | None:
        """What the sign makes of a number and the threshold, worked out here and not by the engine."""
        ends = {SIGNS[self.sign](low, limit), SIGNS[self.sign](high, limit)}
        return ends.pop() if len(ends) == 1 else None


def limits(tree: RuleTree) -> tuple[Limit, ...]:
    """Every place where a number meets a parameter, in the order of the clauses."""
    found: dict[tuple[str, str], Limit] = {}
    for one in (tree, *read_rules(tree)):
        for clause, expr in one.clauses.items():
            for node in nodes.walk(expr):
                for item in _at(one, clause, node):
                    found.setdefault((item.name, TURN[item.sign]), item)
    return tuple(found.values())


def why_none(tree: RuleTree, key: str) -> str:
    """Why a parameter is no threshold that a number could be brought to."""
    windows = [
        node.window
        for one in (tree, *read_rules(tree))
        for node in one.nodes()
        if isinstance(node, Periods | AtLeast)
    ]
    if any(isinstance(item.length, ParamRef) and item.length.param.key == key for item in windows):
        return "it says how many periods a window holds, no number is compared with it"
    return "no number is compared with it"


def traced(steps: Any) -> Iterator[Step]:
    """Every step of a trace once, those of other rules that were read among them."""
    seen: set[int] = set()
    open_ = list(steps)[::-1]
    while open_:
        step = open_.pop()
        if id(step) in seen:
            continue
        seen.add(id(step))
        yield step
        open_ += [*step.kids, *step.terms, *_beside(step)]


def _beside(step: Step) -> list[Step]:
    match step.about:
        case OtherRead(decided=found) if found is not None:
            return list(found.steps.values())
        case StatusRead(moved=moved) if moved is not None:
            return [moved]
    return []


# --- where a number meets a parameter ---------------------------------------------------------------


def _at(tree: RuleTree, clause: str, node: Expr[Any]) -> Iterator[Limit]:
    match node:
        case Compare():
            yield from _compared(tree, clause, node)
        case AtLeast():
            yield from _counted(tree, clause, node)
        case Table():
            yield from _celled(tree, clause, node)
        case Marginal():
            yield from _bracketed(tree, clause, node)


def _compared(tree: RuleTree, clause: str, node: Compare) -> Iterator[Limit]:
    sides = [(node.right, node.left), (node.left, node.right)]
    for turned, (limit, number) in enumerate(sides):
        for param in _params(tree, limit):

            def read(of: Evaluation, step: Step, turned: int = turned) -> Point | None:
                number, limit = step.kids[::-1] if turned else step.kids
                return _point(number, limit, step)

            sign = _mirrored(node.op) if turned else node.op
            yield Limit(tree, param, node, _named(tree, clause, number), number, sign, read)


def _counted(tree: RuleTree, clause: str, node: AtLeast) -> Iterator[Limit]:
    """In so many periods of a window; where it is each of them, the window's length is that of a run."""
    what = _named(tree, clause, node.item)
    for param in () if node.least is None else _params(tree, node.least):
        yield Limit(tree, param, node, f"periods with {what}", node, ">=", _held_in_window)
    window = node.window
    if window.length is None or window.inside or window.back or window.kind not in ("", _period(tree)):
        return
    for param in _params(tree, window.length):
        if node.least is None:
            yield Limit(tree, param, node, f"run of {what}", node, ">=", _run_held)
        else:
            yield Limit(tree, param, node, f"periods back to {what}", node, "<=", _back_to)


def _celled(tree: RuleTree, clause: str, node: Table[Any]) -> Iterator[Limit]:
    for row in node.rows:
        for place, cell in enumerate(row.cells):
            for edge, sign in _edges(cell):
                for param in _params(tree, edge):
                    number = node.inputs[place]
                    yield Limit(tree, param, node, _named(tree, clause, number), number, sign, _both(number, edge))


def _edges(cell: Expr[bool]) -> list[tuple[Expr[Any], str]]:
    match cell:
        case Band():
            low, high = (">=" if cell.low_in else ">", "<=" if cell.high_in else "<")
            return [(edge, sign) for edge, sign in ((cell.low, low), (cell.high, high)) if edge is not None]
        case Among():
            return [(item, "=") for item in cell.items if nodes.kind_of(item) == "number"]
    return []


def _bracketed(tree: RuleTree, clause: str, node: Marginal) -> Iterator[Limit]:
    scale = written(tree, node.scale)
    for start, _ in scale.rows if isinstance(scale, Bracketed) else ():
        for param in _params(tree, start):
            named = _named(tree, clause, node.item)
            yield Limit(tree, param, node, named, node.item, ">", _both(node.item, start))


def _both(number: Expr[Any], limit: Expr[Any]) -> Callable[[Evaluation, Step], Point | None]:
    """The point where a number and a threshold that the step itself does not hold are read at its keys."""
    return lambda of, step: _point(of.step(number, step.keys), of.step(limit, step.keys), step)


# --- what a step says -------------------------------------------------------------------------------


def _point(number: Step, limit: Step, step: Step) -> Point | None:
    if number.present is not True or limit.present is not True or not isinstance(number.value, Span):
        return None
    if not isinstance(limit.value, Span) or not limit.value.exact:
        return None
    holds = step.value if isinstance(step.value, bool) else None
    return Point(number.value.lo, number.value.hi, limit.value.lo, holds, step.keys)


def _held_in_window(of: Evaluation, step: Step) -> Point | None:
    held = sum(kid.value is True for kid in step.kids)
    may = held + sum(kid.value is None for kid in step.kids)
    return Point(held, may, step.terms[-1].value.lo, step.value, step.keys)


def _run_held(of: Evaluation, step: Step) -> Point | None:
    """The periods on end, up to this one, in which the truth held: as many as the window asks for, or not."""
    values = _backwards(of, step)
    held = next((back for back, value in enumerate(values) if value is not True), len(values))
    known = held < len(values) and values[held] is False
    return Point(held, held if known else inf, step.terms[0].value.lo, step.value, step.keys)


def _back_to(of: Evaluation, step: Step) -> Point | None:
    """How many periods back, this one the first, the one lies that makes the number full."""
    least, values = step.terms[-1].value.lo, _backwards(of, step)
    held = [back for back, value in enumerate(values, start=1) if value is True]
    if len(held) < least or None in values[: held[int(least) - 1]]:
        return None
    back = held[int(least) - 1]
    return Point(back, back, step.terms[0].value.lo, step.value, step.keys)


def _backwards(of: Evaluation, step: Step) -> list[bool | None]:
    """The truth in this period and the ones before, up to the first one of which nothing is known."""
    assert isinstance(step.expr, AtLeast)
    found: list[bool | None] = []
    while len(found) < FAR_BACK and (not found or found[-1] is not None):
        found.append(of.step(step.expr.item, shifted(of, step.keys, len(found))).value)
    return found


# --- words and parts --------------------------------------------------------------------------------


def _params(tree: RuleTree, expr: Expr[Any]) -> list[Dated[Any]]:
    """The parameters that a threshold is, or is worked out by; none where facts are read for it too."""
    expr = written(tree, expr)
    if isinstance(expr, Cut):  # its group is read for its size only
        return _params(tree, expr.share)
    under = list(_under(tree, expr))
    if not all(isinstance(node, (*WORKED_OUT, ParamRef, nodes.Constant)) for node in under):
        return []
    return [node.param for node in under if isinstance(node, ParamRef)]


def _under(tree: RuleTree, expr: Expr[Any]) -> Iterator[Expr[Any]]:
    yield expr
    for child in nodes.children(expr):
        yield from _under(tree, written(tree, child))


def _mirrored(sign: str) -> str:
    return {">=": "<=", ">": "<", "<=": ">=", "<": ">"}.get(sign, sign)


def written(tree: RuleTree, expr: Expr[Any]) -> Expr[Any]:
    """The expression behind a name."""
    while isinstance(expr, ClauseRef):
        expr = tree.clauses[expr.name]
    return expr


def _period(tree: RuleTree) -> str:
    return tree.period.period if tree.period is not None else ""


def _named(tree: RuleTree, clause: str, expr: Expr[Any]) -> str:
    """A number in words: its name, else what it is, in its clause."""
    match expr:
        case ClauseRef():
            return expr.name
        case FieldRef():
            return f"{expr.fact.__name__}.{expr.field}"
        case Decision():
            return f"{expr.rule.id}.{expr.clause}"
        case nodes.Rows() | Periods():
            what = "" if expr.item is None else f" of {_named(tree, '', expr.item)}"
            return f"{expr.how}{what or ' of rows'}{_inside(clause)}"
        case nodes.Not():
            return f"not {_named(tree, clause, expr.item)}"
        case Run():
            return f"run of {_named(tree, '', expr.item)}{_inside(clause)}"
        case Rank():
            return f"rank{_inside(clause)}"
    return f"{type(expr).__name__.lower()}{_inside(clause)}"


def _inside(clause: str) -> str:
    return f" in {clause}" if clause else ""


def whole(limit: Limit, point: Point) -> bool:
    """Whether the next number is one more or one less: a count, a rank, a run, a sum of whole numbers."""
    if any(Fraction(number).denominator != 1 for number in (point.low, point.limit)):
        return False
    return limit.expr is not None and _whole(limit.tree, limit.expr)


def _whole(tree: RuleTree, expr: Expr[Any]) -> bool:
    match written(tree, expr):
        case Rank() | Run() | Cut() | AtLeast():
            return True
        case FieldRef() as item:
            return item.fact.fields()[item.field].of is int
        case nodes.Constant() as item:
            return isinstance(item.value, int)
        case nodes.Rows() | Periods() as item:
            inside = item.item is not None and _whole(tree, item.item)
            return item.how == "count" or (item.how in ("sum", "min", "max", "only") and inside)
        case nodes.Arithmetic() as item:
            return _whole(tree, item.left) and _whole(tree, item.right)
        case nodes.Extreme() as item:
            return all(_whole(tree, one) for one in item.items)
        case Round() as item:
            return item.places <= 0
    return False
