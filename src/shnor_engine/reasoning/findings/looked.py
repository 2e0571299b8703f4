"""What several findings ask of a rule and its law, reckoned once: the epochs of its values, and what it says in each
of them of facts of which nothing is known but their bounds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, Generic, TypeVar

from shnor_engine.errors import LawError, RuleError
from shnor_engine.law.law import Law
from shnor_engine.reasoning.evaluate import Evaluation
from shnor_engine.reasoning.facts import Facts
from shnor_engine.reasoning.findings.conditions import Solved, named, solve
from shnor_engine.reasoning.phrases import period_text
from shnor_engine.reasoning.reading import follow
from shnor_engine.reasoning.values import Exact, Kleene
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.fact import Fact, Key
from shnor_engine.rules.geometry import OneOf
from shnor_engine.rules.periods import YEAR, KeyValue, around, last_day, ordinal, period_at, shifted
from shnor_engine.rules.rule import RuleTree
from shnor_engine.rules.table_checks import plain_cell
from shnor_engine.rules.tables import Among
from shnor_engine.rules.tree import Expr, kind_of

T = TypeVar("T")
ANYWHERE = "?"
PERIODS_BACK = 12


@dataclass(frozen=True)
class Looked:
    """A rule and its law as they stand on a day: what is looked through for findings."""

    tree: RuleTree
    law: Law
    on: date

    @cached_property
    def blanks(self) -> tuple[Blank, ...]:
        """The rule over blank facts in each epoch, for the country and for each region that sets its own."""
        return tuple(Blank(self, epoch) for epoch in epochs(self.tree, self.law, self.on))


@dataclass(frozen=True, slots=True)
class Epoch:
    """A stretch of time in which no value changes, by the period it begins with, in a region (None: the country).

    `late` is a period of it that is far from its beginning, so that what has to go on for a while can have.
    """

    kind: str
    period: KeyValue
    region: str | None
    late: KeyValue

    @property
    def day(self) -> date:
        """The last day of the period it begins with."""
        return last_day(self.kind, self.period)

    def text(self, language: str) -> str:
        """«с 2023 года, ru.77»."""
        if self.kind == YEAR:
            since = f"с {self.period} года" if language == "ru" else f"from {self.period} on"
        else:
            said = period_text(self.kind, self.period, language)
            since = f"начиная с периода «{said}»" if language == "ru" else f"from {said} on"
        return f"{since}, {self.region}" if self.region else since


def epochs(tree: RuleTree, law: Law, on: date) -> list[Epoch]:
    """Every epoch of a rule's parameters up to a day, for the country and for each region that sets its own."""
    first = min(tree.in_force if tree.in_force > date.min else on, on)
    days = {entry.day for param in tree.parameters for entry in param.entries}
    keys = {param.key for param in tree.parameters}
    own = [item for item in law.overrides if item.param in keys]
    days |= {entry.day for item in own for entry in item.entries}
    ends = {entry.until for param in tree.parameters for entry in param.entries if entry.until is not None}
    key = tree.period or Key(YEAR, period=YEAR)
    start, end = (ordinal(key.period, around(key.period, day)) for day in (first, on))
    turns = [ordinal(key.period, key.read_from(day)) for day in days | ends]
    places = sorted({start, *(place for place in turns if start <= place <= end)})
    regions = (None, *sorted({item.region for item in own}))
    late = [place - 1 for place in places[1:]] + [places[-1] + PERIODS_BACK]
    return [
        Epoch(key.period, period_at(key.period, place), region, period_at(key.period, last))
        for region in regions
        for place, last in zip(places, late, strict=True)
    ]


class Blank:
    """A rule over facts of which nothing is known but their bounds."""

    def __init__(self, looked: Looked, epoch: Epoch) -> None:
        self.looked, self.epoch = looked, epoch
        self.tree, self.law, self.on = tree, law, on = looked.tree, looked.law, looked.on
        here: dict[str, Any] = {key: ANYWHERE for fact in tree.facts for key in fact.key_names()}
        here |= dict.fromkeys(tree.keys, ANYWHERE)
        here |= {key.name: around(key.period, epoch.day) for key in tree.period_keys.values()}
        self.here = here
        rows = {fact: _blank(fact, here, epoch.day) for fact in tree.facts}
        self.reading = Evaluation(tree, Facts.of(rows), law, on=on, region=epoch.region)

    def without_rows(self, name: str) -> Kleene:
        """What a truth is where nothing is there, and nothing to come, of the facts whose rows it gathers."""
        gathered = {node.fact for node in follow(self.tree, self.tree.clauses[name]) if isinstance(node, nodes.Rows)}
        rows = {fact: [] if fact in gathered else _blank(fact, self.here, self.epoch.day) for fact in self.tree.facts}
        facts = Facts.of(rows, closed={fact: True for fact in rows if fact in gathered})
        bare = copy(self)
        bare.reading = Evaluation(self.tree, facts, self.law, on=self.on, region=self.epoch.region)
        return bare.truth(name)

    @cached_property
    def late(self) -> Blank:
        """The same far from the beginning of the epoch."""
        return Blank(self.looked, replace(self.epoch, period=self.epoch.late))

    def truth(self, name: str) -> Kleene:
        """What a truth is whatever the facts are; None where they decide, or where it breaks."""
        try:
            value = self.read(name)
        except (LawError, RuleError):
            return None  # a gap in the law, or a clause that breaks: findings of their own
        if value is None and self._contradicts(self.tree.clauses[name]):
            return False
        return value if isinstance(value, bool) else None

    def read(self, name: str) -> Any:
        """What a clause is worth here; raises what evaluating it raises."""
        keys = {*self.tree.keys, *self.tree.needs(name)}
        return self.reading.clause(name, {key: self.here[key] for key in self.here if key in keys}).value

    def _contradicts(self, clause: Expr[Any]) -> bool:
        """Whether what an «and» asks of one number, or of one code, leaves nothing of it."""
        if not isinstance(clause, nodes.And):
            return False
        conjuncts = list(_conjuncts(self.tree, clause))
        if _no_code_left(conjuncts):
            return True
        left: dict[str, Solved] = {}
        for item in conjuncts:
            if (solved := self.solve(item)) is not None:
                before = left.get(solved.subject, solved)
                left[solved.subject] = replace(solved, bands=before.bands & solved.bands)
        return any(not solved.within(self.tree).bands for solved in left.values())

    def solve(self, expr: Expr[Any]) -> Solved | None:
        """What a condition leaves here of the one number or code that it speaks of."""
        return solve(self.tree, expr, self.limit, self.listed)

    def listed(self, cell: Among) -> frozenset[str] | None:
        """The codes of a cell in this epoch; None where the law has none."""
        try:
            found = plain_cell(cell, self.plain)
        except LawError:
            return None
        return found.values if isinstance(found, OneOf) else None

    def plain(self, edge: Expr[Any]) -> Any:
        """The plain value of a literal or a parameter in this epoch; raises `LawError` where there is none."""
        expr = named(self.tree, edge)
        if isinstance(expr, nodes.ParamRef):
            return self.law.value(expr.param, at=self.day(expr), region=self.epoch.region).value
        return expr.value if isinstance(expr, nodes.Constant) else None

    def limit(self, expr: Expr[Any]) -> Exact | None:
        """The number of a literal or a parameter in this epoch."""
        if not isinstance(expr, nodes.Constant | nodes.ParamRef) or kind_of(expr) != "number":
            return None
        try:
            number: Exact = self.plain(expr)
        except LawError:
            return None
        return number

    def day(self, expr: nodes.ParamRef[Any]) -> date:
        """The day on which a parameter is read here."""
        if expr.day is not None:
            return expr.day
        period = self.tree.period
        if expr.instant == "decision" or period is None:
            return self.on
        return period.day(self.epoch.period)


@dataclass(frozen=True)
class Since(Generic[T]):
    """What is so, and from when on and where, in words: none where it is so always and everywhere."""

    value: T
    en: str = ""
    ru: str = ""


def in_epochs(looked: Looked, look: Callable[[Blank], T | None]) -> Iterator[Since[T]]:
    """What is found over blank facts, once where it is the same in every epoch, else for each that it is found in."""
    found = {blank.epoch: look(blank) for blank in looked.blanks}
    first, *rest = found.values()
    if first is not None and all(value == first for value in rest):
        yield Since(first)
        return
    for epoch, value in found.items():
        if value is not None:
            yield Since(value, f", {epoch.text('en')}", f", {epoch.text('ru')}")


def _conjuncts(tree: RuleTree, expr: Expr[Any]) -> Iterator[Expr[Any]]:
    if isinstance(expr, nodes.And):
        for item in expr.items:
            yield from _conjuncts(tree, item)
    elif isinstance(expr, nodes.ClauseRef):
        yield from _conjuncts(tree, tree.clauses[expr.name])
    else:
        yield expr


def _no_code_left(items: Iterable[Expr[Any]]) -> bool:
    """Whether no code of a field is one of those that are asked for and none of those that are excluded."""
    left: dict[tuple[type[Fact], str], set[str]] = {}
    for item in items:
        asked, wanted = (item.item, False) if isinstance(item, nodes.Not) else (item, True)
        if not isinstance(asked, nodes.IsIn) or not isinstance(asked.item, nodes.FieldRef):
            continue
        place = asked.item.fact, asked.item.field
        every = set(asked.item.fact.fields()[asked.item.field].among)
        if every or (wanted and place not in left):
            known = left.setdefault(place, every or set(asked.codes))
            left[place] = known & set(asked.codes) if wanted else known - set(asked.codes)
        elif place in left:
            left[place] = left[place] & set(asked.codes) if wanted else left[place] - set(asked.codes)
    return any(not codes for codes in left.values())


def _blank(fact: type[Fact], here: Mapping[str, Any], day: date) -> list[dict[str, Any]]:
    """Rows of which nothing is known, in the period and the ones before it."""
    period = fact.period_key()
    empty = dict.fromkeys(fact.fields(), None)
    keys = {key.name: key.codes[0] if key.codes else here[key.name] for key in fact.grain}
    if period is None:
        return [{**keys, **empty}]
    last = around(period.period, day)
    backwards = [shifted(period.period, last, back) for back in range(PERIODS_BACK)]
    return [{**keys, **empty, period.name: value} for value in backwards if value not in period.gaps]
