"""The cheapest point at which a rule gives a goal: best first over boxes of numbers that may move.

A box is a range for each number. The rule itself is asked about a whole box, because it answers intervals: what is
determined for the box holds at each of its points, so a box that cannot give the goal is dropped unopened. Of the
others the cheapest corner is asked; a box is split where a comparison turns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import heappop, heappush
from itertools import count
from math import ceil, inf
from typing import Any, TypeAlias

from shnor_engine.errors import ShnorError
from shnor_engine.law.law import Law
from shnor_engine.reasoning.codes import codes_in
from shnor_engine.reasoning.decide import OUTCOMES, Verdict, decide
from shnor_engine.reasoning.decisive import End, decisive
from shnor_engine.reasoning.evaluate import Evaluation
from shnor_engine.reasoning.facts import Facts, KeyValue
from shnor_engine.reasoning.least_cost import Lower, lower_code
from shnor_engine.reasoning.levers import Movable, Place, moved
from shnor_engine.reasoning.placements import Placement, Published
from shnor_engine.reasoning.reading import follow
from shnor_engine.reasoning.trace import Step
from shnor_engine.reasoning.values import Exact, Kleene, Span, size
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.rule import RuleTree
from shnor_engine.rules.ruleset import RuleSet

Range: TypeAlias = tuple[Exact, Exact]
Box: TypeAlias = tuple[Range, ...]
FIRST_STRIDE = 16
ENDS: tuple[End | None, ...] = (None, "low", "high")


@dataclass(frozen=True)
class Question:
    """What is asked: which rule, where, under which law, and what it is to give."""

    tree: RuleTree
    keys: Mapping[str, KeyValue]
    facts: Facts
    law: Law
    on: date
    region: str | None
    goal: str
    clause: str
    rules: RuleSet | None = None
    placements: tuple[Placement, ...] = ()
    published: tuple[Published, ...] = ()

    def verdict(self, facts: Facts) -> Verdict:
        """The verdict over other facts."""
        return decide(
            self.tree,
            self.keys,
            facts,
            self.law,
            on=self.on,
            region=self.region,
            rules=self.rules,
            placements=self.placements,
            published=self.published,
        )

    def gives(self, verdict: Verdict) -> Kleene:
        """Whether the goal is reached: for sure, surely not, or open."""
        if verdict.outcome == "failed":
            return None
        if self.goal in OUTCOMES:
            return self._gives_outcome(verdict)
        if verdict.outcome == "not_applicable" or self.clause not in verdict.steps:
            return False
        codes = verdict.steps[self.clause].value
        if not isinstance(codes, frozenset):
            return None
        return False if self.goal not in codes else True if len(codes) == 1 else None

    def _gives_outcome(self, verdict: Verdict) -> Kleene:
        if verdict.outcome != "undetermined":
            return verdict.outcome == self.goal
        applies = verdict.steps["applies"].value if "applies" in verdict.steps else True
        told = verdict.steps["verdict"].value
        if self.goal == "not_applicable":
            return False if applies else None
        return False if told is (self.goal != "met") else None

    def least(self, verdict: Verdict, lower: Lower) -> Exact:
        """What it costs at least to get from here to the goal."""
        if not verdict.steps:
            return 0
        if self.goal not in OUTCOMES:
            return lower_code(lower, verdict.steps[self.clause], self.goal, lambda expr: codes_in(self.tree, expr))
        wanted = [("applies", self.goal != "not_applicable")]
        if self.goal != "not_applicable":
            wanted.append(("verdict", self.goal == "met"))
        return max(lower.truth(verdict.steps[name], want) for name, want in wanted if name in verdict.steps)


@dataclass(frozen=True)
class Found:
    """What a search came to: the point (None: there is none), whether that is proved, and the widest verdict."""

    point: tuple[Exact, ...] | None
    verdict: Verdict | None
    proved: bool
    widest: Verdict


class Search:
    """A search for one question.

    `sound` says that the rule answers for whole boxes, `budget` how often it may be asked.
    """

    def __init__(self, question: Question, items: Sequence[Movable], *, sound: bool, budget: int) -> None:
        self.question, self.items, self.sound, self.budget = question, items, sound, budget
        self.costs: dict[Place, int] = {item.place: item.lever.cost for item in items}
        self.index = {item.place: number for number, item in enumerate(items)}
        self.relations = _relations(question.tree)
        self.asked = 0
        self._turns: dict[tuple[Any, ...], Exact | None] = {}

    def run(self) -> Found:
        """The cheapest point that gives the goal."""
        whole = tuple((item.low, item.high) for item in self.items)
        widest = self._ask(whole)
        heap: list[tuple[Exact, Exact, int, Box, Verdict]] = []
        order = count()

        def push(box: Box, verdict: Verdict) -> None:
            spent = self._price(box)
            least = spent + ceil_of(self.question.least(verdict, Lower(self.costs)))
            if least < inf:
                heappush(heap, (least, -spent, next(order), box, verdict))

        if not self._hopeless(whole, widest):
            push(whole, self._ask_point(self._corner(whole)))
        while heap and self.asked < self.budget:
            _, _, _, box, verdict = heappop(heap)
            corner = self._corner(box)
            if self.question.gives(verdict) is True and self._possible(corner):
                return Found(corner, verdict, True, widest)
            for part in self._parts(box, corner, verdict):
                if not self._hopeless(part, self._ask(part)):
                    there = self._corner(part)
                    push(part, verdict if there == corner else self._ask_point(there))
        return Found(None, None, not heap, widest)

    # --- asking -----------------------------------------------------------------------------------

    def _ask(self, box: Box) -> Verdict:
        self.asked += 1
        return self.question.verdict(moved(self.question.facts, self.items, box))

    def _ask_point(self, point: tuple[Exact, ...]) -> Verdict:
        return self._ask(tuple((value, value) for value in point))

    def _hopeless(self, box: Box, verdict: Verdict) -> bool:
        """Whether no point of the box can give the goal."""
        if self.sound and self.question.gives(verdict) is False:
            return True
        return bool(self.relations) and not self._possible_box(box)

    def _possible(self, point: tuple[Exact, ...]) -> bool:
        return not self.relations or self._possible_box(tuple((value, value) for value in point))

    def _possible_box(self, box: Box) -> bool:
        """Whether no part need exceed its whole."""
        facts = moved(self.question.facts, self.items, box)
        reading = self._reading(facts)
        for item in self.items:
            for ratio in self.relations.get(item.lever.fact, ()):
                part, whole = (reading.step(side, item.keys) for side in (ratio.part, ratio.whole))
                if part.present and whole.present and part.value.lo > whole.value.hi:
                    return False
        return True

    def _reading(self, facts: Facts) -> Evaluation:
        question = self.question
        return Evaluation(
            question.tree, facts, question.law, on=question.on, region=question.region, rules=question.rules
        )

    def _corner(self, box: Box) -> tuple[Exact, ...]:
        """The point of the box that costs least."""
        return tuple(min(max(item.value, low), high) for item, (low, high) in zip(self.items, box, strict=True))

    def _price(self, box: Box) -> Exact:
        return sum(item.price(value) for item, value in zip(self.items, self._corner(box), strict=True))

    # --- splitting --------------------------------------------------------------------------------

    def _parts(self, box: Box, corner: tuple[Exact, ...], verdict: Verdict) -> Iterator[Box]:
        """The box in two or three: where a comparison turns, else half way out; nothing of a single point."""
        chosen = self._turning(box, corner, verdict) or self._half_way(box, corner)
        if chosen is not None:
            number, cuts = chosen
            low, high = box[number]
            for start, end in zip((low, *cuts), (*(cut - 1 for cut in cuts), high), strict=True):
                yield (*box[:number], (start, end), *box[number + 1 :])

    def _half_way(self, box: Box, corner: tuple[Exact, ...]) -> tuple[int, tuple[Exact, ...]] | None:
        wide = [number for number, (low, high) in enumerate(box) if low < high]
        if not wide:
            return None
        number = max(wide, key=lambda place: (box[place][1] - box[place][0], -place))
        (low, high), at = box[number], corner[number]
        cuts = [at + _stride(high - at, at) + 1] * (high > at) + [at - _stride(at - low, at)] * (low < at)
        return number, tuple(sorted(cuts))

    def _turning(self, box: Box, corner: tuple[Exact, ...], verdict: Verdict) -> tuple[int, tuple[Exact, ...]] | None:
        """The number and the cut at which some decisive comparison turns most cheaply."""
        lower = Lower(self.costs)
        best: tuple[Exact, int, Exact] | None = None
        facts = moved(self.question.facts, self.items, tuple((value, value) for value in corner))
        for step in _comparisons(verdict):
            for place in lower.below(step):
                number = self.index[place]
                for far in sorted({*box[number]} - {corner[number]}):
                    turn = self._turn(step, facts, number, corner, far, lower)
                    if turn is not None:
                        price = self.items[number].price(turn)
                        cut = turn if far > corner[number] else turn + 1
                        best = min(best, (price, number, cut)) if best is not None else (price, number, cut)
        return None if best is None else (best[1], (best[2],))

    def _turn(
        self, step: Step, facts: Facts, number: int, corner: tuple[Exact, ...], far: Exact, lower: Lower
    ) -> Exact | None:
        """The nearest value towards `far` at which the comparison comes out otherwise, all else kept."""
        around = tuple(sorted((self.index[place], corner[self.index[place]]) for place in lower.below(step)))
        met = (id(step.expr), *step.keys.items(), number, far, around)
        if met not in self._turns:
            self._turns[met] = self._bisect(step, facts, number, corner[number], far)
        return self._turns[met]

    def _bisect(self, step: Step, facts: Facts, number: int, near: Exact, far: Exact) -> Exact | None:
        def turned(value: Exact) -> bool:
            there = moved(facts, [self.items[number]], [(value, value)])
            try:
                return bool(self._reading(there).step(step.expr, step.keys).value is not step.value)
            except ShnorError:
                return False

        if size(far) == inf:
            far = near + (FIRST_STRIDE if far > 0 else -FIRST_STRIDE) * max(size(near), 1)
        if not turned(far):
            return None
        while size(far - near) > 1:
            middle = (near + far) // 2
            near, far = (near, middle) if turned(middle) else (middle, far)
        return far


def ceil_of(cost: Exact) -> Exact:
    """A cost in whole units."""
    return cost if cost == inf else ceil(cost)


def _stride(length: Exact, at: Exact) -> Exact:
    return max(size(at), FIRST_STRIDE) if length == inf else length // 2


def _comparisons(verdict: Verdict) -> Iterator[Step]:
    """Comparisons, and truths that are fields, on which the outcome rests; each once."""
    seen: set[tuple[int, End | None]] = set()
    todo: list[tuple[Step, End | None]] = [(root, None) for root in reversed(list(verdict.steps.values()))]
    while todo:
        step, end = todo.pop()
        if (id(step), end) in seen:
            continue
        truth = isinstance(step.expr, nodes.FieldRef) and not isinstance(step.value, Span)
        if (isinstance(step.expr, nodes.Compare) or truth) and not any((id(step), to) in seen for to in ENDS):
            yield step
        seen.add((id(step), end))
        todo += reversed(list(decisive(step, end)))


def _relations(tree: RuleTree) -> dict[type[Any], list[nodes.Ratio]]:
    """Part ≤ whole, as the rule itself says of the rows of one fact."""
    found: dict[type[Any], list[nodes.Ratio]] = {}
    for node in tree.nodes():
        if isinstance(node, nodes.Ratio) and node.part_of:
            read = list(follow(tree, node))
            facts = {item.fact for item in read if isinstance(item, nodes.FieldRef)}
            if len(facts) == 1 and not any(isinstance(item, nodes.Rows | nodes.Previous) for item in read):
                found.setdefault(facts.pop(), []).append(node)
    return found
