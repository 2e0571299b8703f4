"""The value of each node at its keys, with the trace that an explanation walks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any, TypeAlias

from shnor_engine.errors import FactError
from shnor_engine.law.dated import Dated
from shnor_engine.law.law import Law, Valued
from shnor_engine.reasoning.evaluate_choice import CHOICE
from shnor_engine.reasoning.evaluate_dates import DATES
from shnor_engine.reasoning.evaluate_others import OTHERS, Decided
from shnor_engine.reasoning.evaluate_rank import RANKS
from shnor_engine.reasoning.evaluate_time import TIME, instant
from shnor_engine.reasoning.evaluate_values import UNSEEN, VALUES
from shnor_engine.reasoning.evaluate_weights import WEIGHTS
from shnor_engine.reasoning.facts import Facts, KeyValue, on_lists, unknown_cell
from shnor_engine.reasoning.folds import FOLD, Read
from shnor_engine.reasoning.placements import Outside
from shnor_engine.reasoning.trace import Context, Step, chosen, truth_step
from shnor_engine.reasoning.values import (
    ANY,
    UNIT,
    Kleene,
    Span,
    add,
    compare,
    divide,
    held,
    k_and,
    k_not,
    k_or,
    multiply,
    nothing,
    subtract,
)
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.fact import Fact
from shnor_engine.rules.others import Decision
from shnor_engine.rules.rule import RuleTree
from shnor_engine.rules.ruleset import RuleSet
from shnor_engine.rules.status import Before, Status
from shnor_engine.rules.tables import WhenAbsent
from shnor_engine.rules.tree import Expr, kind_of
from shnor_engine.rules.weights import Reweight

NOTHING = Outside()
Place: TypeAlias = tuple[type[Fact], tuple[KeyValue, ...]]


class Evaluation:
    """One rule over facts and law for one decision day; remembers clauses it has met.

    `rules` are the versions of the rules that it reads, `outside` what was placed and published, `period` the one
    that is being decided: only earlier ones read what was published.
    """

    def __init__(
        self,
        tree: RuleTree,
        facts: Facts,
        law: Law,
        *,
        on: date,
        region: str | None = None,
        as_known: date | None = None,
        rules: RuleSet | None = None,
        outside: Outside = NOTHING,
        period: KeyValue | None = None,
    ) -> None:
        self.tree, self.facts, self.law, self.on, self.region = tree, facts, law, on, region
        self.known = on if as_known is None else as_known
        self.rules, self.outside, self.period = rules, outside, period
        self.met: dict[tuple[Any, ...], Decided] = {}
        self.groups: dict[tuple[Any, ...], Any] = {}
        self._clauses: dict[tuple[Any, ...], Step] = {}
        self._values: dict[tuple[str, date], Valued] = {}
        self._supposed: frozenset[Place] = frozenset()
        self._beside: dict[str, Evaluation] = {tree.digest: self}

    def beside(self, tree: RuleTree) -> Evaluation:
        """The evaluation of another rule over the same facts and law, shared by all that read it."""
        if tree.digest not in self._beside:
            other = Evaluation(
                tree,
                self.facts,
                self.law,
                on=self.on,
                region=self.region,
                as_known=self.known,
                rules=self.rules,
                outside=self.outside,
                period=self.period,
            )
            other._beside = self._beside
            self._beside[tree.digest] = other
        return self._beside[tree.digest]

    def unplaced(self, keys: Context) -> Evaluation:
        """The same evaluation as if nobody had placed these keys."""
        outside = self.outside.without(self.tree.id, keys)
        return Evaluation(
            self.tree,
            self.facts,
            self.law,
            on=self.on,
            region=self.region,
            as_known=self.known,
            rules=self.rules,
            outside=outside,
            period=self.period,
        )

    def clause(self, name: str, keys: Context) -> Step:
        """A named clause at its keys."""
        met = (name, self._supposed, *keys.items())
        if met not in self._clauses:
            self._clauses[met] = self.step(self.tree.clauses[name], keys)
        return self._clauses[met]

    def has_met(self, name: str, keys: Context) -> bool:
        """Whether a clause has been read at these keys."""
        return (name, self._supposed, *keys.items()) in self._clauses

    @contextmanager
    def supposing(self, *places: Place) -> Iterator[None]:
        """Inside, these rows that nobody reported are read as if they existed; outside nothing of it is remembered.

        What is read for one row of an aggregate must not depend on which aggregates were read before it.
        """
        with self._supposed_to_be(self._supposed.union(places) if places else self._supposed):
            yield

    @contextmanager
    def supposing_nothing(self) -> Iterator[None]:
        """Inside, unreported rows are unknown again: what a rule decides is the same wherever it is read."""
        with self._supposed_to_be(frozenset()):
            yield

    @contextmanager
    def _supposed_to_be(self, places: frozenset[Place]) -> Iterator[None]:
        before, self._supposed = self._supposed, places
        try:
            yield
        finally:
            self._supposed = before

    def step(self, expr: Expr[Any], keys: Context) -> Step:
        """Any expression at its keys; one that looks at several periods is met once, however many windows hold it."""
        if type(expr) not in TIME:
            return READ[type(expr)](self, expr, keys)
        met = (id(expr), self._supposed, *keys.items())
        if met not in self._clauses:
            self._clauses[met] = TIME[type(expr)](self, expr, keys)
        return self._clauses[met]

    # --- values -----------------------------------------------------------------------------------

    def _constant(self, expr: nodes.Constant[Any], keys: Context) -> Step:
        return Step(expr, keys, held(expr.value))

    def _field(self, expr: nodes.FieldRef[Any], keys: Context) -> Step:
        fact = expr.fact
        place = tuple([keys[key] for key in fact.key_names()])
        row = self.facts.row(fact, place)
        if row is not None:
            conflict = row.conflicts.get(expr.field, ())
            return Step(expr, keys, row.cells[expr.field], events=row.events, conflict=conflict)
        unknown = unknown_cell(fact.fields()[expr.field])
        closing = self.facts.closing(fact, keys)
        if closing is None:
            return Step(expr, keys, unknown, True if (fact, place) in self._supposed else None)
        return Step(expr, keys, False if kind_of(expr) == "truth" else unknown, False, events=closing)

    def _parameter(self, expr: nodes.ParamRef[Any], keys: Context) -> Step:
        valued = self.lawful(expr.param, expr.instant, expr.day, keys)
        return Step(expr, keys, held(valued.value), valued=valued)

    def lawful(self, param: Dated[Any], instant: str, day: date | None, keys: Context) -> Valued:
        """What the law says of a parameter at an instant, in the region, as it was known by then."""
        at = day or (self.on if instant == "decision" else self.instant(keys))
        asked = (param.key, at)
        if asked not in self._values:
            self._values[asked] = self.law.value(param, at=at, as_known=self.known, region=self.region)
        return self._values[asked]

    def instant(self, keys: Context) -> date:
        """The instant of the period where the clause stands; of a rule without periods the decision day."""
        return instant(self, keys)

    def _reference(self, expr: nodes.ClauseRef[Any], keys: Context) -> Step:
        inner = self.clause(expr.name, keys)
        return Step(expr, keys, inner.value, inner.present, (inner,))

    def _arithmetic(self, expr: nodes.Arithmetic[Any], keys: Context) -> Step:
        kids = (self.step(expr.left, keys), self.step(expr.right, keys))
        with_ = {"+": add, "-": subtract, "*": multiply}[expr.op]
        return Step(expr, keys, with_(kids[0].value, kids[1].value), k_and(kid.present for kid in kids), kids)

    def _ratio(self, expr: nodes.Ratio, keys: Context) -> Step:
        part, whole = kids = (self.step(expr.part, keys), self.step(expr.whole, keys))
        present = k_and((part.present, whole.present, _above_zero(whole.value)))
        unknown = UNIT if expr.part_of else ANY
        if whole.value.lo <= 0:
            return Step(expr, keys, unknown, present, kids)
        if expr.part_of and present and part.value.lo > whole.value.hi:
            raise FactError(f"part {part.value.lo} exceeds whole {whole.value.hi} at {_at(keys)}", expr.where)
        found = divide(part.value, whole.value)
        if not expr.part_of or (part.value.lo >= 0 and part.value.hi <= whole.value.lo):
            return Step(expr, keys, found, present, kids)
        value = Span(max(found.lo, 0), min(found.hi, 1))
        return Step(expr, keys, value if value.lo <= value.hi else unknown, present, kids)

    def _extreme(self, expr: nodes.Extreme[Any], keys: Context) -> Step:
        kids = tuple(self.step(item, keys) for item in expr.items)
        pick = min if expr.which == "min" else max
        value = Span(pick(kid.value.lo for kid in kids), pick(kid.value.hi for kid in kids))
        return Step(expr, keys, value, k_and(kid.present for kid in kids), kids)

    # --- truth ------------------------------------------------------------------------------------

    def _comparison(self, expr: nodes.Compare, keys: Context) -> Step:
        left, right = self.step(expr.left, keys), self.step(expr.right, keys)
        both = left.present is True and right.present is True
        return truth_step(expr, keys, compare(expr.op, left.value, right.value) if both else None, (left, right))

    def _is_in(self, expr: nodes.IsIn, keys: Context) -> Step:
        item = self.step(expr.item, keys)
        value: Kleene = None
        if item.present is True and item.value is not None:
            inside = item.value & frozenset(expr.codes)
            value = True if inside == item.value else False if not inside else None
        return truth_step(expr, keys, value, (item,))

    def _all_of(self, expr: nodes.And, keys: Context) -> Step:
        kids = tuple(self.step(item, keys) for item in expr.items)
        return truth_step(expr, keys, k_and(kid.value for kid in kids), kids)

    def _any_of(self, expr: nodes.Or, keys: Context) -> Step:
        kids = tuple(self.step(item, keys) for item in expr.items)
        return truth_step(expr, keys, k_or(kid.value for kid in kids), kids)

    def _contrary(self, expr: nodes.Not, keys: Context) -> Step:
        item = self.step(expr.item, keys)
        return truth_step(expr, keys, k_not(item.value), (item,))

    def _is_present(self, expr: nodes.IsPresent, keys: Context) -> Step:
        item = self.step(expr.item, keys)
        return truth_step(expr, keys, item.present, (item,))

    def _is_known(self, expr: nodes.IsKnown, keys: Context) -> Step:
        item = self.step(expr.item, keys)
        return truth_step(expr, keys, item.known, (item,))

    def _assume(self, expr: nodes.Assume[Any], keys: Context) -> Step:
        item = self.step(expr.item, keys)
        if item.known:
            return Step(expr, keys, item.value, True, (item,))
        value = self.step(expr.value, keys)
        return Step(expr, keys, value.value, value.present, (item,), terms=(value,), assumed=True)

    def _case(self, expr: nodes.Case[Any], keys: Context) -> Step:
        conditions: list[Step] = []
        possible: list[Step] = []
        for number, (condition, value) in enumerate(expr.rows):
            conditions.append(asked := self.step(condition, keys))
            if asked.value is not False:
                possible.append(self.step(value, keys))
            if asked.value is True:
                hit = number if len(possible) == 1 else None
                return chosen(expr, keys, conditions, possible, hit)
        if expr.otherwise is None:
            possible.append(Step(expr, keys, nothing(kind_of(expr)), False))
        else:
            possible.append(self.step(expr.otherwise, keys))
        return chosen(expr, keys, conditions, possible, len(expr.rows) if len(possible) == 1 else None)

    # --- rows -------------------------------------------------------------------------------------

    def _rows(self, expr: nodes.Rows[Any], keys: Context) -> Step:
        names = expr.fact.key_names()
        lists = self._lists(expr.fact, keys)
        among = {name: codes for name, (_, codes) in lists.items()}
        sure = [row.keys for row in self.facts.matching(expr.fact, keys) if on_lists(names, row.keys, among)]
        maybe = list(self.facts.unreported(expr.fact, keys, among))
        read = [self._row(expr, {**keys, **dict(zip(names, row, strict=True))}, True) for row in sure]
        for row in maybe:
            inside = ((expr.fact, row),) if any(name not in keys for name in names) else ()
            with self.supposing(*inside):
                read.append(self._row(expr, {**keys, **dict(zip(names, row, strict=True))}, None))
        blank = self._unseen(expr, keys) if self.facts.open(expr.fact, keys, among) else None
        unseen = None if blank is not None and blank.counted is False else blank
        value, present = FOLD[expr.how](read, unseen)
        closing = self.facts.closing_all(expr.fact, keys, among)
        kids, terms = tuple(row.step for row in read), tuple(step for step, _ in lists.values())
        if blank is not None and _rests_on_events(blank.step):  # by them alone it may be that no such row counts
            kids = (*kids, blank.step)
        return Step(expr, keys, value, present, kids, terms, events=closing, open=unseen is not None)

    def _lists(self, fact: type[Fact], keys: Context) -> dict[str, tuple[Step, tuple[str, ...]]]:
        """The closed lists of keys that a parameter holds, as they stand at the instant of the clause."""
        found = {}
        for key in fact.grain:
            if key.listed is not None and key.name not in keys:
                listed = key.listed
                step = self._parameter(nodes.ParamRef(listed.param, listed.instant, listed.day), keys)
                found[key.name] = (step, step.valued.value if step.valued else ())
        return found

    def listed(self, fact: type[Fact], keys: Context) -> dict[str, tuple[str, ...]]:
        """The codes on those lists."""
        return {name: codes for name, (_, codes) in self._lists(fact, keys).items()}

    def _unseen(self, expr: nodes.Rows[Any], keys: Context) -> Read:
        """A row that nobody reported, as far as it can be known what it brings here."""
        inside = [item for item in (expr.item, expr.filter, expr.weight) if item is not None]
        if not all(_self_contained(item, expr.fact, frozenset(keys), self.tree) for item in inside):
            blank = Step(expr, keys, None if expr.item is None or kind_of(expr.item) == "truth" else ANY)
            return Read(None, blank, blank, blank)
        place = tuple(keys.get(name, UNSEEN) for name in expr.fact.key_names())
        with self.supposing((expr.fact, place)):
            return self._row(expr, {**keys, **dict(zip(expr.fact.key_names(), place, strict=True))}, None)

    def _row(self, expr: nodes.Rows[Any], keys: Context, exists: Kleene) -> Read:
        where = None if expr.filter is None else self.step(expr.filter, keys)
        counted = k_and((exists, True if where is None else where.value))
        item = None if expr.item is None or counted is False else self.step(expr.item, keys)
        weight = None if expr.weight is None or counted is False else self.step(expr.weight, keys)
        kids = tuple(step for step in (where, weight, item) if step is not None)
        row = self.facts.row(expr.fact, tuple(keys[key] for key in expr.fact.key_names()))
        step = Step(expr, keys, counted, exists, kids, events=row.events if row else (), row=True)
        return Read(counted, item, step, weight)


def _rests_on_events(step: Step) -> bool:
    return bool(step.events) or any(_rests_on_events(kid) for kid in (*step.kids, *step.terms))


def _above_zero(whole: Span) -> Kleene:
    return True if whole.lo > 0 else None if whole.hi > 0 else False


def _at(keys: Context) -> str:
    return ", ".join(f"{name} {value}" for name, value in keys.items())


def _self_contained(expr: Expr[Any], fact: type[Fact], keys: frozenset[str], tree: RuleTree) -> bool:
    """Whether what a row brings depends on nothing but its own fields and on facts that stand above it."""
    match expr:
        case nodes.FieldRef():
            return expr.fact is fact or keys.issuperset(expr.fact.key_names())
        case nodes.ClauseRef():
            return _self_contained(tree.clauses[expr.name], fact, keys, tree)
        case nodes.IsKnown() | nodes.IsPresent() | nodes.Assume() | nodes.Rows():
            return False
        case WhenAbsent() | Reweight():
            return False
    if type(expr) in TIME or type(expr) in RANKS or isinstance(expr, Decision | Status | Before):
        return False
    return all(_self_contained(child, fact, keys, tree) for child in nodes.children(expr))


READ: Mapping[type, Callable[[Evaluation, Any, Context], Step]] = {
    nodes.Constant: Evaluation._constant,
    nodes.FieldRef: Evaluation._field,
    nodes.ParamRef: Evaluation._parameter,
    nodes.ClauseRef: Evaluation._reference,
    nodes.Arithmetic: Evaluation._arithmetic,
    nodes.Ratio: Evaluation._ratio,
    nodes.Extreme: Evaluation._extreme,
    nodes.Compare: Evaluation._comparison,
    nodes.IsIn: Evaluation._is_in,
    nodes.And: Evaluation._all_of,
    nodes.Or: Evaluation._any_of,
    nodes.Not: Evaluation._contrary,
    nodes.IsPresent: Evaluation._is_present,
    nodes.IsKnown: Evaluation._is_known,
    nodes.Assume: Evaluation._assume,
    nodes.Case: Evaluation._case,
    nodes.Rows: Evaluation._rows,
    **VALUES,
    **DATES,
    **CHOICE,
    **WEIGHTS,
    **TIME,
    **OTHERS,
    **RANKS,
}
