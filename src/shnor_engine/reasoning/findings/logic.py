"""Findings about the logic, per epoch of the dated values and per region: what never holds, which row is not hit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from math import inf
from typing import Any, TypeAlias

from shnor_engine.errors import LawError, RuleError
from shnor_engine.law.law import Law
from shnor_engine.reasoning.evaluate import Evaluation
from shnor_engine.reasoning.facts import Facts
from shnor_engine.reasoning.findings.bands import EVERYTHING, HIGH, LOW, Bands, Solved, solve
from shnor_engine.reasoning.findings.finding import Finding
from shnor_engine.reasoning.phrases import period_text
from shnor_engine.reasoning.reading import follow
from shnor_engine.reasoning.values import Exact, Kleene
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.fact import Fact, Key
from shnor_engine.rules.others import Decision
from shnor_engine.rules.over_time import Run
from shnor_engine.rules.periods import YEAR, KeyValue, around, last_day, ordinal, period_at, shifted
from shnor_engine.rules.ranking import Cut, Rank
from shnor_engine.rules.rule import RuleTree
from shnor_engine.rules.status import Before, Status
from shnor_engine.rules.table_checks import as_number
from shnor_engine.rules.tables import WhenAbsent
from shnor_engine.rules.tree import Expr, kind_of

ANYWHERE = "?"
# What asks for what is known, or for what stands beside the facts of one subject.
KNOWLEDGE = (nodes.IsKnown, nodes.IsPresent, nodes.Assume, WhenAbsent, Decision, Status, Before, Rank, Cut)
PERIODS_BACK = 12


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


# --- what comes out the same whatever the facts are -------------------------------------------------


def never_decides(tree: RuleTree, law: Law, on: date) -> Iterator[Finding]:
    """A truth that comes out the same whatever the facts are: its limits lie outside the bounds of what it reads."""
    yield from _breaking(tree, law, on)
    for name, values in _always(tree, law, on).items():
        told = set(values.values())
        if len(told) == 1 and None not in told:
            value = next(iter(told))
            yield Finding(
                "never-decides",
                f"clause «{name}» is {str(value).lower()} whatever the facts are",
                tree.clauses[name].where,
                f"условие «{name}» {'выполнено' if value else 'не выполнено'} при любых сведениях",
            )


def _breaking(tree: RuleTree, law: Law, on: date) -> Iterator[Finding]:
    """A truth that fails whatever the facts are: a value of the law that its clause cannot take."""
    told: set[str] = set()
    for epoch in epochs(tree, law, on):
        for name, clause in tree.clauses.items():
            if kind_of(clause) != "truth" or name in told or _asks_knowledge(tree, clause):
                continue
            try:
                _Blank(tree, law, on, epoch).read(name)
            except LawError:
                continue  # a gap in the law is a finding of its own
            except RuleError as error:
                told.add(name)
                yield Finding(
                    "never-decides",
                    f"clause «{name}» fails whatever the facts are, {epoch.text('en')}: {error}",
                    clause.where,
                    f"условие «{name}» не вычисляется ни при каких сведениях, {epoch.text('ru')}: {error}",
                )


def decided_in_epoch(tree: RuleTree, law: Law, on: date) -> Iterator[Finding]:
    """A truth that the values of some years or of a region make the same whatever the facts are."""
    for name, values in _always(tree, law, on).items():
        if len(set(values.values())) == 1:
            continue
        for epoch, value in values.items():
            if value is not None:
                yield Finding(
                    "decided-in-epoch",
                    f"clause «{name}» is {str(value).lower()} whatever the facts are, {epoch.text('en')}",
                    tree.clauses[name].where,
                    f"условие «{name}» {'выполнено' if value else 'не выполнено'} при любых сведениях, "
                    f"{epoch.text('ru')}",
                )


def _always(tree: RuleTree, law: Law, on: date) -> dict[str, dict[Epoch, Kleene]]:
    found: dict[str, dict[Epoch, Kleene]] = {}
    for epoch in epochs(tree, law, on):
        blank = _Blank(tree, law, on, epoch)
        late = _Blank(tree, law, on, replace(epoch, period=epoch.late))
        for name, clause in tree.clauses.items():
            if kind_of(clause) == "truth" and not _asks_knowledge(tree, clause):
                value = blank.truth(name)
                if value is not None and _goes_on(tree, clause) and late.truth(name) is not value:
                    value = None
                found.setdefault(name, {})[epoch] = value
    return found


def _goes_on(tree: RuleTree, clause: Expr[Any]) -> bool:
    """Whether a clause counts periods from a first one on, so that it can hold later what it cannot at first."""
    return any(isinstance(node, Run) and node.since is not None for node in follow(tree, clause))


class _Blank:
    """A rule over facts of which nothing is known but their bounds."""

    def __init__(self, tree: RuleTree, law: Law, on: date, epoch: Epoch) -> None:
        self.tree, self.law, self.on, self.epoch = tree, law, on, epoch
        here: dict[str, Any] = {key: ANYWHERE for fact in tree.facts for key in fact.key_names()}
        here |= dict.fromkeys(tree.keys, ANYWHERE)
        here |= {key.name: around(key.period, epoch.day) for key in tree.period_keys.values()}
        self.here = here
        rows = {fact: _blank(fact, here, epoch.day) for fact in tree.facts}
        self.reading = Evaluation(tree, Facts.of(rows), law, on=on, region=epoch.region)

    def truth(self, name: str) -> Kleene:
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
        if _no_code_left(_conjuncts(self.tree, clause)):
            return True
        left: dict[str, Bands] = {}
        for item in _conjuncts(self.tree, clause):
            solved = solve(item, self.limit)
            if solved is not None:
                bands = left.get(solved.subject, universe(self.tree, solved.expr)) & solved.bands
                left[solved.subject] = bands.whole() if is_whole(self.tree, solved.expr) else bands
        return any(not bands for bands in left.values())

    def limit(self, expr: Expr[Any]) -> Exact | None:
        """The number of a literal or a parameter in this epoch."""
        if isinstance(expr, nodes.Constant) and kind_of(expr) == "number":
            number: Exact = expr.value
            return number
        if isinstance(expr, nodes.ParamRef) and kind_of(expr) == "number":
            try:
                return _number(self.law.value(expr.param, at=self._day(expr), region=self.epoch.region).value)
            except LawError:
                return None
        return None

    def _day(self, expr: nodes.ParamRef[Any]) -> date:
        if expr.day is not None:
            return expr.day
        period = self.tree.period
        if expr.instant == "decision" or period is None:
            return self.on
        return period.day(self.epoch.period)


def _number(value: Any) -> Exact:
    number: Exact = value
    return number


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


def universe(tree: RuleTree, expr: Expr[Any]) -> Bands:
    """Every value that a number can have by its declaration."""
    match expr:
        case nodes.FieldRef():
            field = expr.fact.fields()[expr.field]
            low, high = ((as_number(end), 0) for end in field.bounds)
            found = Bands.of([(LOW if low[0] is None else low, HIGH if high[0] is None else high)])
            return found.whole() if field.of is int else found
        case nodes.ClauseRef():
            return universe(tree, tree.clauses[expr.name])
        case nodes.Ratio(part_of=True):
            return Bands.of([((Fraction(0), 0), (Fraction(1), 0))])
        case nodes.Rows(how="count"):
            return Bands.of([((0, 0), (inf, 0))])
    return EVERYTHING


def is_whole(tree: RuleTree, expr: Expr[Any]) -> bool:
    """Whether a number is whole by its declaration."""
    match expr:
        case nodes.FieldRef():
            return expr.fact.fields()[expr.field].of is int
        case nodes.ClauseRef():
            return is_whole(tree, tree.clauses[expr.name])
        case nodes.Rows(how="count"):
            return True
    return False


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


def _asks_knowledge(tree: RuleTree, clause: Expr[Any]) -> bool:
    """Whether a clause asks what is known, or for a code of a key, so that blank facts are no fair test of it."""
    return any(isinstance(node, KNOWLEDGE) or _asks_code(node) for node in follow(tree, clause))


def _asks_code(node: Expr[Any]) -> bool:
    return isinstance(node, nodes.KeyRef) and node.kind_within() == "code"


# --- rows of a choice -------------------------------------------------------------------------------

Choice: TypeAlias = tuple[Sequence[Expr[bool]], bool]
"""The conditions of a choice in the order in which they are asked, and whether something is left for «otherwise»."""


def _of_case(node: Any) -> Choice:
    return [condition for condition, _ in node.rows], node.otherwise is not None


# Every node that chooses among rows says here how its rows read as conditions; the findings below do the rest.
CHOICES: dict[type[Expr[Any]], Callable[[Any], Choice]] = {nodes.Case: _of_case}


def row_shadowed(tree: RuleTree, law: Law, on: date) -> Iterator[Finding]:
    """A row of a case that is never reached: the rows above it take all that it could take."""
    for node, epoch, solved, whole, _ in _choices(tree, law, on):
        taken = Bands(())
        for number, row in enumerate(solved, start=1):
            own = row.bands.whole() if whole else row.bands
            if not own & ~taken:
                yield Finding(
                    "row-shadowed",
                    f"row {number} of the choice is never reached ({epoch.text('en')}): {own} is taken above or "
                    "out of bounds",
                    node.where,
                    f"строка {number} никогда не выбирается ({epoch.text('ru')}): {own} уже занято выше "
                    "или вне границ",
                )
            taken = taken | own


def row_missing(tree: RuleTree, law: Law, on: date) -> Iterator[Finding]:
    """A choice without «otherwise» whose rows leave out some values."""
    for node, epoch, solved, whole, otherwise in _choices(tree, law, on):
        if otherwise:
            continue
        left = universe(tree, solved[0].expr)
        for row in solved:
            left = left & ~row.bands
        left = left.whole() if whole else left
        if left:
            yield Finding(
                "row-missing",
                f"no row of the choice takes {left} ({epoch.text('en')}); add a row or otherwise=",
                node.where,
                f"ни одна строка не берёт {left} ({epoch.text('ru')}); добавьте строку или otherwise=",
            )


def _choices(tree: RuleTree, law: Law, on: date) -> Iterator[tuple[Expr[Any], Epoch, list[Solved], bool, bool]]:
    """Choices whose conditions all speak of one number, in each epoch in which they read differently."""
    for node in tree.nodes():
        if type(node) not in CHOICES:
            continue
        conditions, otherwise = CHOICES[type(node)](node)
        seen: list[list[Bands]] = []
        for epoch in epochs(tree, law, on):
            blank = _Blank(tree, law, on, epoch)
            found = [solve(_named(tree, condition), blank.limit) for condition in conditions]
            solved = [item for item in found if item is not None]
            bands = [item.bands for item in solved]
            if len(solved) == len(conditions) and len({item.subject for item in solved}) == 1 and bands not in seen:
                seen.append(bands)
                inside = universe(tree, solved[0].expr)
                within = [Solved(item.subject, item.expr, item.bands & inside) for item in solved]
                yield node, epoch, within, is_whole(tree, solved[0].expr), otherwise


def _named(tree: RuleTree, expr: Expr[Any]) -> Expr[Any]:
    while isinstance(expr, nodes.ClauseRef):
        expr = tree.clauses[expr.name]
    return expr
