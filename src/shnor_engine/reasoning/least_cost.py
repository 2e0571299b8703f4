"""A lower bound on what it costs to turn a step: never more than the least cost, so a search by it stays exact.

Nodes it has not been taught cost nothing at least, which is true and only makes the search longer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from math import ceil, floor, inf
from typing import Any

from shnor_engine.reasoning.facts import KeyValue
from shnor_engine.reasoning.levers import Place
from shnor_engine.reasoning.trace import Step
from shnor_engine.reasoning.values import Exact, size
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.dates import Between, DecisionDay, PeriodDay
from shnor_engine.rules.marginals import Bracketed, Marginal
from shnor_engine.rules.opaque import Opaque
from shnor_engine.rules.over_time import Periods, Within
from shnor_engine.rules.scales import Scaled
from shnor_engine.rules.values import Absent, Round

# Nodes that read all their parts whatever the parts are worth: without a lever below they cannot move.
STRICT = (
    nodes.Constant,
    nodes.FieldRef,
    nodes.ParamRef,
    nodes.ClauseRef,
    nodes.Arithmetic,
    nodes.Ratio,
    nodes.Extreme,
    nodes.Compare,
    nodes.IsIn,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.IsPresent,
    nodes.IsKnown,
    nodes.Previous,
    nodes.AtLeast,
    nodes.Rows,
    nodes.KeyRef,
    nodes.DayShift,
    nodes.OnScale,
    nodes.Has,
    Absent,
    Round,
    DecisionDay,
    PeriodDay,
    Between,
    Scaled,
    Marginal,
    Bracketed,
    Within,
    Periods,
    Opaque,
)


class Lower:
    """Lower bounds over the trace of one verdict; `costs` gives what a unit costs at each place that may move."""

    def __init__(self, costs: Mapping[Place, int]) -> None:
        self.costs = costs
        self.unit = min(costs.values(), default=1)
        self._below: dict[int, frozenset[Place]] = {}
        self._loose: dict[int, bool] = {}

    # --- what a step rests on ---------------------------------------------------------------------

    def below(self, step: Step) -> frozenset[Place]:
        """The movable places under a step."""
        if id(step) not in self._below:
            place = self._place(step)
            own: frozenset[Place] = frozenset((place,) if place is not None and place in self.costs else ())
            self._below[id(step)] = own.union(*(self.below(kid) for kid in (*step.kids, *step.terms)))
        return self._below[id(step)]

    @staticmethod
    def _place(step: Step) -> Place | None:
        expr = step.expr
        if not isinstance(expr, nodes.FieldRef):
            return None
        keys: tuple[KeyValue, ...] = tuple(step.keys[name] for name in expr.fact.key_names())
        return expr.fact, keys, expr.field

    def loose(self, step: Step) -> bool:
        """Whether a step may come to read what it has not read here, or is of a kind that nobody taught us."""
        if id(step) not in self._loose:
            self._loose[id(step)] = self._is_loose(step)
        return self._loose[id(step)]

    def _is_loose(self, step: Step) -> bool:
        if not isinstance(step.expr, STRICT) or any(self.loose(kid) for kid in (*step.kids, *step.terms)):
            return True
        if step.row:
            return bool(self.below(step)) and step.value is False
        return isinstance(step.expr, nodes.AtLeast | Periods) and any(self.below(term) for term in step.terms)

    # --- truths -----------------------------------------------------------------------------------

    def truth(self, step: Step, want: bool) -> Exact:
        """The least it can cost to make a truth what is wanted; infinite where nothing that may move is below."""
        if step.value is want:
            return 0
        if not self.below(step) and not self.loose(step):
            return inf
        turn = _TRUTHS.get(type(step.expr))
        return turn(self, step, want) if turn is not None else self._some(step)

    def _some(self, step: Step) -> Exact:
        return 0 if self.loose(step) else self.unit

    def _through(self, step: Step, want: bool) -> Exact:
        return self.truth(step.kids[0], want)

    def _not(self, step: Step, want: bool) -> Exact:
        return self.truth(step.kids[0], not want)

    def _and(self, step: Step, want: bool) -> Exact:
        costs = [(self.truth(kid, want), kid) for kid in step.kids]
        return self.all_of(costs) if want else min(cost for cost, _ in costs)

    def _or(self, step: Step, want: bool) -> Exact:
        costs = [(self.truth(kid, want), kid) for kid in step.kids]
        return min(cost for cost, _ in costs) if want else self.all_of(costs)

    def _at_least(self, step: Step, want: bool) -> Exact:
        expr = step.expr
        if any(self.below(term) for term in step.terms) or not isinstance(expr, nodes.AtLeast):
            return 0
        if expr.least is None:
            return self._and(step, want) if step.kids else inf
        least = step.terms[-1].value
        if not least.exact:
            return 0
        needed = ceil(least.lo) if want else len(step.kids) - ceil(least.lo) + 1
        needed -= sum(kid.value is want for kid in step.kids)
        return self.some_of(needed, [(self.truth(kid, want), kid) for kid in step.kids if kid.value is not want])

    def _rows(self, step: Step, want: bool) -> Exact:
        how = step.expr.how if isinstance(step.expr, nodes.Rows) else ""
        if how not in ("any", "all"):
            return self._some(step)
        good = how == "any"  # a row decides an «any» by holding, an «all» by failing
        costs = [(self._row(row, good, decides=want is good), row) for row in step.kids]
        return min((cost for cost, _ in costs), default=inf) if want is good else self.all_of(costs)

    def _row(self, row: Step, good: bool, *, decides: bool) -> Exact:
        where = row.kids[0] if len(row.kids) > 1 or row.value is False else None
        item = row.kids[-1] if row.value is not False else None
        counts = self._counted(row, where, decides)
        turned = 0 if item is None else self.truth(item, good is decides)
        return max(counts, turned) if decides else min(counts, turned if item is not None else 0)

    def _counted(self, row: Step, where: Step | None, want: bool) -> Exact:
        """The least it costs that a row counts, or does not."""
        if row.present is not True:
            return inf if want else 0
        if where is None:
            return 0 if want else inf
        return self.truth(where, want)

    # --- combining --------------------------------------------------------------------------------

    def all_of(self, costs: Sequence[tuple[Exact, Step]]) -> Exact:
        """All at once: the sum where no two share a place, else the dearest."""
        return self.some_of(len(costs), costs)

    def some_of(self, needed: int, costs: Sequence[tuple[Exact, Step]]) -> Exact:
        """So many of them, the cheapest: summed where no two share a place, else the dearest of those."""
        if needed <= 0:
            return 0
        if needed > len(costs):
            return inf
        chosen = sorted(cost for cost, _ in costs)[:needed]
        return sum(chosen) if self._apart(step for _, step in costs) else chosen[-1]

    def _apart(self, steps: Iterable[Step]) -> bool:
        seen: set[Place] = set()
        for step in steps:
            if not seen.isdisjoint(self.below(step)):
                return False
            seen |= self.below(step)
        return True

    # --- comparisons ------------------------------------------------------------------------------

    def _compare(self, step: Step, want: bool) -> Exact:
        op: str = step.expr.op if isinstance(step.expr, nodes.Compare) else "="
        left, right = step.kids
        if left.present is not True or right.present is not True or op == "=":
            return self._some(step)
        if op in ("<", "<="):  # the same question from the other side
            op, want = {"<": ">=", "<=": ">"}[op], not want
        rows = _through(left)
        if isinstance(rows.expr, nodes.Rows) and rows.expr.how == "count":
            if right.value.exact and not self.below(right) and not self.loose(right):
                return self._count(rows, op, right.value.lo, want)
            return self._some(step)
        return self._gap(step, left, right, want, strict=(op == ">") is want)

    def _gap(self, step: Step, left: Step, right: Step, want: bool, *, strict: bool) -> Exact:
        """How far apart the sides are, by how fast one unit of cost brings them together; costs are whole."""
        gap = right.value.hi - left.value.lo if want else left.value.hi - right.value.lo
        rates = (self.rate(left), self.rate(right))
        rate = max(rates) if self._apart((left, right)) else sum(rates)
        if gap == inf:
            return inf if rate != inf else self._some(step)
        if rate in (0, inf):
            return self._some(step)
        steps = Fraction(gap) / Fraction(rate)
        return max(self._some(step), floor(steps) + 1 if strict else ceil(steps))

    def _count(self, rows: Step, op: str, limit: Exact, want: bool) -> Exact:
        least = ceil(limit) if op == ">=" else floor(limit) + 1
        if not want and rows.value.hi == inf:
            return inf
        needed = least - rows.value.lo if want else rows.value.hi - least + 1
        costs = [(self._member(row, want), row) for row in rows.kids if row.value is not want]
        return self.some_of(int(needed), costs)

    def _member(self, row: Step, want: bool) -> Exact:
        return self._counted(row, row.kids[0] if row.kids else None, want)

    # --- numbers ----------------------------------------------------------------------------------

    def rate(self, step: Step) -> Exact:
        """By how much at most one unit of cost can move a number; infinite where that is not known."""
        if not self.below(step) and not self.loose(step):
            return 0
        speed = _RATES.get(type(step.expr))
        return inf if speed is None or self.loose(step) else speed(self, step)

    def _of_field(self, step: Step) -> Exact:
        place = self._place(step)
        return 0 if place is None else Fraction(1, self.costs[place])

    def _same(self, step: Step) -> Exact:
        return self.rate(step.kids[0])

    def _arithmetic(self, step: Step) -> Exact:
        left, right = step.kids
        if isinstance(step.expr, nodes.Arithmetic) and step.expr.op != "*":
            rates = (self.rate(left), self.rate(right))
            return max(rates) if self._apart((left, right)) else sum(rates)
        for one, other in ((left, right), (right, left)):
            if self.rate(one) == 0 and one.value.exact:
                factor: Exact = size(one.value.lo)
                return factor * self.rate(other)
        return inf

    def _ratio(self, step: Step) -> Exact:
        part, whole = step.kids
        if self.rate(whole) != 0 or not whole.value.exact or whole.value.lo <= 0 or self.rate(part) == inf:
            return inf
        return Fraction(self.rate(part)) / Fraction(whole.value.lo)

    def _extreme(self, step: Step) -> Exact:
        return max(self.rate(kid) for kid in step.kids)

    def _fold(self, step: Step) -> Exact:
        expr = step.expr
        if not isinstance(expr, nodes.Rows) or expr.how not in ("sum", "mean", "min", "max"):
            return inf
        counted = [row for row in step.kids if row.value is not False]
        if any(self.below(row.kids[0]) for row in counted if len(row.kids) > 1) or not self._apart(counted):
            return inf
        fastest = max((self.rate(row.kids[-1]) for row in counted), default=0)
        exact = expr.how == "mean" and all(row.value is True for row in counted) and not step.open
        return fastest / len(counted) if exact else fastest


_TRUTHS: Mapping[type, Callable[[Lower, Step, bool], Exact]] = {
    nodes.ClauseRef: Lower._through,
    nodes.Previous: Lower._through,
    Within: Lower._through,
    nodes.Not: Lower._not,
    nodes.And: Lower._and,
    nodes.Or: Lower._or,
    nodes.AtLeast: Lower._at_least,
    nodes.Rows: Lower._rows,
    nodes.Compare: Lower._compare,
}
_RATES: Mapping[type, Callable[[Lower, Step], Exact]] = {
    nodes.FieldRef: Lower._of_field,
    nodes.ClauseRef: Lower._same,
    nodes.Previous: Lower._same,
    Within: Lower._same,
    nodes.Arithmetic: Lower._arithmetic,
    nodes.Ratio: Lower._ratio,
    nodes.Extreme: Lower._extreme,
    nodes.Rows: Lower._fold,
}


def _through(step: Step) -> Step:
    while isinstance(step.expr, nodes.ClauseRef):
        step = step.kids[0]
    return step


def lower_code(lower: Lower, step: Step, goal: str, codes: Callable[[Any], frozenset[str]]) -> Exact:
    """The least it can cost that a code clause gives the goal: some row of the case that can give it must be hit."""
    step = _through(step)
    expr = step.expr
    if not isinstance(expr, nodes.Case):
        return 0
    best: Exact = inf
    values = [*(value for _, value in expr.rows), *([] if expr.otherwise is None else [expr.otherwise])]
    for number, value in enumerate(values):
        if goal in codes(value) or not codes(value):
            hit = [lower.truth(kid, place == number) for place, kid in enumerate(step.kids[: number + 1])]
            best = min(best, max(hit, default=0))
    return best
