"""The way out: the least change of what action may change by which a decision turns.

The search asks the rule itself, over whole ranges of facts (`search`), so that every node with an honest interval is
handled. What it finds is the least change where it says so; else it says «a sufficient change».
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from shnor_engine.errors import RuleError
from shnor_engine.law.clause import Clause
from shnor_engine.law.law import Law
from shnor_engine.reasoning.decide import OUTCOMES, Outcome, Verdict
from shnor_engine.reasoning.explain import explain
from shnor_engine.reasoning.explanation import Pairs, Reason
from shnor_engine.reasoning.facts import Facts, KeyValue
from shnor_engine.reasoning.language import LANGUAGES, OUTCOME, Names, is_share, label, name_of, period_name
from shnor_engine.reasoning.least_cost import Lower
from shnor_engine.reasoning.levers import Lever, Movable, Place, declared, movables
from shnor_engine.reasoning.placements import Placement, Published
from shnor_engine.reasoning.places import place_text
from shnor_engine.reasoning.reading import every_node, follow, untaught
from shnor_engine.reasoning.search import Found, Question, Search
from shnor_engine.reasoning.trace import Step
from shnor_engine.reasoning.values import Span
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.rule import Rule, RuleTree
from shnor_engine.rules.ruleset import RuleSet

Kind = Literal["already", "least", "sufficient", "impossible", "not_found"]
SCHEMA = "shnor_engine.way_out/1"
BUDGET = 20_000


@dataclass(frozen=True, slots=True)
class Turn:
    """A comparison that a change turns: what it measures, before and after, its limit and where that stands."""

    label: Pairs
    op: str
    before: Span
    after: Span
    limit: Span
    share: bool
    clause: Clause | None
    param: str


@dataclass(frozen=True, slots=True)
class Change:
    """One number to change: by `units`, up or down, at the place that `place` says; a truth goes from 0 to 1."""

    fact: str
    field: str
    keys: tuple[tuple[str, KeyValue], ...]
    label: Pairs
    place: Pairs
    unit: Pairs
    before: int
    after: int
    truth: bool
    events: tuple[str, ...]
    turns: tuple[Turn, ...]

    @property
    def units(self) -> int:
        """By how many units."""
        return abs(self.after - self.before)

    @property
    def up(self) -> bool:
        """Whether there has to be more of it."""
        return self.after > self.before


@dataclass(frozen=True, slots=True)
class WayOut:
    """How a decision can be turned.

    `kind`: `already` (the goal is reached as it is), `least` (no cheaper change reaches it: proved), `sufficient` (it
    reaches it, a cheaper one is not excluded), `impossible` (no change of what is actionable reaches it: proved;
    `because` holds what stands against it whatever is done), `not_found` (the search ended without an answer).
    `why` says why in a sentence, where there is something to say.
    """

    kind: Kind
    keys: Mapping[str, KeyValue]
    names: Pairs
    period: Pairs
    goal: str
    goal_label: Pairs
    before: Verdict
    after: Verdict | None
    changes: tuple[Change, ...]
    cost: int
    because: tuple[Reason, ...]
    why: Pairs
    asked: int
    schema: str = SCHEMA

    def text(self, language: str = "ru") -> str:
        """The way out as prose, "ru" or "en"."""
        from shnor_engine.reasoning.way_prose import prose

        return prose(self, language)

    def to_dict(self) -> dict[str, Any]:
        """The stable JSON shape, version `schema`."""
        from shnor_engine.reasoning.way_prose import to_dict

        return to_dict(self)


def way_out(
    rule: type[Rule] | RuleTree,
    keys: Mapping[str, KeyValue],
    facts: Facts,
    law: Law,
    *,
    on: date,
    goal: Outcome | str = "not_met",
    clause: str = "",
    goal_label: Pairs | None = None,
    actionable: Iterable[Lever] | None = None,
    since: KeyValue | None = None,
    region: str | None = None,
    names: Names | None = None,
    budget: int = BUDGET,
    rules: RuleSet | None = None,
    placements: Iterable[Placement] = (),
    published: Iterable[Published] = (),
) -> WayOut:
    """The cheapest change of actionable facts, in whole units, by which the rule gives `goal`.

    `goal` is an outcome, or a code that `clause` is to give. `actionable` are levers in place of those that the
    fields declare. Only facts of the periods from `since` on may change (default: the period decided on; what lies
    before it has happened). `budget` is how often the rule may be asked. Raises `RuleError` for a goal that the rule
    cannot give at all.
    `rules`, `placements` and `published` are as in `decide`; a placed outcome no change of facts can turn.
    """
    tree = rule if isinstance(rule, RuleTree) else rule.tree
    _check_goal(tree, goal, clause)
    outside = tuple(placements), tuple(published)
    question = Question(tree, keys, facts, law, on, region, goal, clause, rules, *outside)
    before = question.verdict(facts)
    levers = declared(tree) if actionable is None else tuple(actionable)
    first = keys[tree.period.name] if tree.period is not None and since is None else since
    items, unknown = movables(tree, levers, keys, facts, first)
    teller = _Teller(question, before, names or {}, goal_label or Pairs(*OUTCOME.get(goal, (goal, goal))))
    if question.gives(before) is True:
        return teller.told("already", asked=1)
    if not before.in_force or before.outcome == "failed" or _placed_outcome(before):
        return teller.told("impossible", asked=1)
    search = Search(question, items, sound=_sound(tree, levers), budget=budget)
    found = search.run()
    if found.point is not None:
        return teller.found(found, items, search.asked, proved=not untaught(tree))
    if found.proved and not untaught(tree):
        return teller.impossible(found, levers, items, unknown, search.asked)
    return teller.told("not_found", asked=search.asked)


def _placed_outcome(verdict: Verdict) -> bool:
    """Whether an authority placed the outcome itself, so that no fact can turn it."""
    return any(item.value in OUTCOMES for item in verdict.placed)


def _check_goal(tree: RuleTree, goal: str, clause: str) -> None:
    if goal in OUTCOMES:
        if goal not in ("met", "not_met", "not_applicable"):
            raise RuleError(f"«{goal}» is no goal; there are met, not_met, not_applicable and the codes of a clause")
    elif clause not in tree.outputs:
        raise RuleError(
            f"goal «{goal}» is a code: name the clause that gives it; there are {', '.join(tree.outputs)}"
        )


def _sound(tree: RuleTree, levers: Sequence[Lever]) -> bool:
    """Whether the rule answers for whole ranges: not where it asks if a number that may move is *known*."""
    moving = {(lever.fact, lever.field) for lever in levers}
    asking = [node for node in every_node(tree) if isinstance(node, nodes.IsKnown | nodes.Assume)]
    read = [item for node in asking for item in follow(tree, node) if isinstance(item, nodes.FieldRef)]
    return not untaught(tree) and not any((item.fact, item.field) in moving for item in read)


class _Teller:
    """Puts an answer into words and numbers."""

    def __init__(self, question: Question, before: Verdict, names: Names, goal_label: Pairs) -> None:
        self.question, self.before, self.names, self.goal_label = question, before, names, goal_label

    def told(
        self,
        kind: Kind,
        *,
        asked: int,
        after: Verdict | None = None,
        changes: tuple[Change, ...] = (),
        cost: int = 0,
        because: tuple[Reason, ...] = (),
        why: Pairs | None = None,
    ) -> WayOut:
        tree, keys = self.question.tree, self.question.keys
        subject = [keys[key.name] for key in tree.per if not key.period]
        return WayOut(
            kind=kind,
            keys=keys,
            names=Pairs(*(", ".join(name_of(value, self.names, lang) for value in subject) for lang in LANGUAGES)),
            period=Pairs(*(period_name(tree, keys, lang) for lang in LANGUAGES)),
            goal=self.question.goal,
            goal_label=self.goal_label,
            before=self.before,
            after=after,
            changes=changes,
            cost=cost,
            because=because,
            why=why or self._why(kind),
            asked=asked,
        )

    def _why(self, kind: Kind) -> Pairs:
        if kind == "impossible" and _placed_outcome(self.before):
            ru, en = ("; ".join(f"{it.by(lang)} ({it.why(lang)})" for it in self.before.placed) for lang in LANGUAGES)
            return Pairs(f"решение принято органом: {ru}", f"an authority decided: {en}")
        if kind == "impossible" and not self.before.in_force:
            return Pairs("в этом периоде правило ещё не действовало", "the rule was not in force in that period")
        if kind == "impossible":
            return Pairs(f"правило не сработало: {self.before.error}", f"the rule failed: {self.before.error}")
        if kind == "not_found" and (strange := untaught(self.question.tree)):
            listed = ", ".join(strange)
            return Pairs(
                f"в правиле есть условия, о которых поиск ничего доказать не может: {listed}",
                f"the rule holds conditions of which the search can prove nothing: {listed}",
            )
        if kind == "not_found":
            return Pairs(
                "перебор остановлен раньше, чем был закончен", "the search was stopped before it was complete"
            )
        return Pairs("", "")

    def found(self, found: Found, items: Sequence[Movable], asked: int, *, proved: bool) -> WayOut:
        point, after = found.point, found.verdict
        if point is None or after is None:
            raise TypeError("nothing was found")
        moving = [(item, int(value)) for item, value in zip(items, point, strict=True) if value != item.value]
        lower = Lower({item.place: item.lever.cost for item in items})
        turned = _turned(self.before, after, lower)
        return self.told(
            "least" if proved else "sufficient",
            asked=asked,
            after=after,
            changes=tuple(self._change(item, value, turned) for item, value in moving),
            cost=sum(int(item.price(value)) for item, value in moving),
        )

    def _change(self, item: Movable, value: int, turned: Sequence[tuple[frozenset[Place], Step, Step]]) -> Change:
        field = item.lever.fact.fields()[item.lever.field]
        place = [place_text(item.keys, self.before, self.names, lang, period=True) for lang in LANGUAGES]
        return Change(
            fact=item.lever.fact.__name__,
            field=item.lever.field,
            keys=tuple(item.keys.items()),
            label=Pairs(*(field.labels[lang] or item.lever.field for lang in LANGUAGES)),
            place=Pairs(*place),
            unit=Pairs(field.unit, field.unit_en or field.unit),
            before=item.value,
            after=value,
            truth=field.of is bool,
            events=item.row.events,
            turns=tuple(self._turn(old, new) for below, old, new in turned if item.place in below),
        )

    def _turn(self, old: Step, new: Step) -> Turn:
        left, right = old.kids
        limit = _law_of(right)
        tree = self.question.tree
        return Turn(
            label=Pairs(*(label(_through(left).expr, lang) for lang in LANGUAGES)),
            op=old.expr.op if isinstance(old.expr, nodes.Compare) else "",
            before=left.value,
            after=new.kids[0].value,
            limit=right.value,
            share=is_share(left.expr, tree) or is_share(right.expr, tree),
            clause=limit.valued.clause if limit is not None and limit.valued is not None else None,
            param=limit.expr.param.key if limit is not None and isinstance(limit.expr, nodes.ParamRef) else "",
        )

    def impossible(
        self, found: Found, levers: Sequence[Lever], items: Sequence[Movable], unknown: Sequence[Place], asked: int
    ) -> WayOut:
        """Why: nothing is declared, nothing is known yet, or what stands against it whatever is done."""
        if not levers:
            why = Pairs(
                "ни один показатель, от которого зависит решение, не объявлен изменяемым",
                "no fact that the decision rests on is declared actionable",
            )
        elif not items and unknown:
            why = Pairs(
                "изменяемые показатели этого периода ещё не известны", "the actionable facts are not known yet"
            )
        elif not items:
            why = Pairs(
                "в периоде, который ещё можно изменить, нет изменяемых показателей",
                "in the periods that can still be changed there is no actionable fact",
            )
        else:
            why = Pairs(
                "решение держится на том, чего допустимые изменения не касаются",
                "the decision rests on what no allowed change touches",
            )
        decided = self.question.gives(found.widest) is False and bool(found.widest.steps)
        verdict = found.widest if decided else self.before
        roots = (self.question.clause,) if self.question.clause else ()
        because = explain(verdict, roots=roots, names=self.names).because
        return self.told("impossible", asked=asked, because=because, why=why)


def _turned(before: Verdict, after: Verdict, lower: Lower) -> list[tuple[frozenset[Place], Step, Step]]:
    """Comparisons that come out otherwise, with the places under each: the nearest to the facts first."""
    old = _comparisons(before)
    found = [
        (lower.below(step), old[met], step)
        for met, step in _comparisons(after).items()
        if met in old and old[met].value is not step.value and _numbers(old[met], step) and lower.below(step)
    ]
    return [item for item in found if not any(other[0] < item[0] for other in found)]


def _numbers(old: Step, new: Step) -> bool:
    return all(kid.present is True for step in (old, new) for kid in step.kids)


def _comparisons(verdict: Verdict) -> dict[tuple[Any, ...], Step]:
    found: dict[tuple[Any, ...], Step] = {}
    seen: set[int] = set()

    def visit(step: Step) -> None:
        if id(step) in seen:
            return
        seen.add(id(step))
        if isinstance(step.expr, nodes.Compare):
            found.setdefault((id(step.expr), *step.keys.items()), step)
        for kid in (*step.kids, *step.terms):
            visit(kid)

    for root in verdict.steps.values():
        visit(root)
    return found


def _through(step: Step) -> Step:
    while isinstance(step.expr, nodes.ClauseRef):
        step = step.kids[0]
    return step


def _law_of(step: Step) -> Step | None:
    """The first parameter under a step."""
    if step.valued is not None:
        return step
    return next((found for kid in step.kids if (found := _law_of(kid)) is not None), None)
