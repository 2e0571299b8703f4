"""What a rule needs to decide: facts with their keys and fields, how far back, parameters, and what closes a set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from math import inf
from typing import Any, Literal

from shnor_engine.law.canon import plain
from shnor_engine.law.dated import Dated
from shnor_engine.reasoning.explanation import Pairs
from shnor_engine.reasoning.language import day_text, join, pick
from shnor_engine.reasoning.reading import TAUGHT, every_node, parameter_refs, untaught
from shnor_engine.reasoning.values import Exact
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.fact import Fact, Field, Key
from shnor_engine.rules.others import Decision
from shnor_engine.rules.over_time import Periods, Run
from shnor_engine.rules.periods import shifted
from shnor_engine.rules.ranking import Cut, Rank
from shnor_engine.rules.rule import Rule, RuleTree
from shnor_engine.rules.status import Before, Status
from shnor_engine.rules.tree import Expr
from shnor_engine.rules.weights import Reweight

SCHEMA = "shnor_engine.needs/1"
Universe = Literal["one row", "declared rows", "open set"]


@dataclass(frozen=True, slots=True)
class FieldNeed:
    """A field that the rule reads."""

    name: str
    label: Pairs
    type: str
    unit: Pairs
    bounds: tuple[Any, Any] | None
    among: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FactNeed:
    """Rows that the rule reads.

    `back` is how many periods before the one decided on (None: every one there is). `universe` says which rows there
    can be: one at the keys, the declared ones, or any number. What was not reported stays unknown until something
    closes `closed_by`: these keys of it. `projection` and `columns` are known to a pack.
    """

    name: str
    label: Pairs
    keys: tuple[Key, ...]
    fields: tuple[FieldNeed, ...]
    back: int | None
    universe: Universe
    closed_by: tuple[str, ...]
    projection: str = ""
    columns: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class ParamNeed:
    """A parameter that the rule reads, at which instants, and from which day on a value is needed.

    `since` is the first day at which the rule can ask; None where it reads every period there is.
    """

    key: str
    label: Pairs
    unit: str
    instants: tuple[str, ...]
    since: date | None
    values: tuple[tuple[date, date | None], ...]
    review_by: date | None
    region_may_override: bool


@dataclass(frozen=True, slots=True)
class Needs:
    """Everything that a rule reads. `untaught` are nodes that were walked through without knowing their meaning."""

    rule: str
    version: str
    keys: tuple[str, ...]
    back: int | None
    facts: tuple[FactNeed, ...]
    parameters: tuple[ParamNeed, ...]
    untaught: tuple[str, ...] = ()
    schema: str = SCHEMA

    def text(self, language: str = "ru") -> str:
        """The needs as a list to hand to whoever collects the facts."""
        return "\n".join(_lines(self, language))

    def to_dict(self) -> dict[str, Any]:
        """The stable JSON shape, version `schema`."""
        return {
            "schema": self.schema,
            "rule": self.rule,
            "version": self.version,
            "keys": list(self.keys),
            "back": self.back,
            "facts": [_fact_json(item) for item in self.facts],
            "parameters": [_param_json(item) for item in self.parameters],
            "untaught": list(self.untaught),
        }

    def bound(self, bindings: Mapping[str, tuple[str, Mapping[str, str]]]) -> Needs:
        """These needs with the projection and the columns of each fact by name."""
        facts = tuple(
            replace(item, projection=bindings[item.name][0], columns=dict(bindings[item.name][1]))
            if item.name in bindings
            else item
            for item in self.facts
        )
        return replace(self, facts=facts)


def needs(rule: type[Rule] | RuleTree) -> Needs:
    """What a rule needs, read off its tree."""
    tree = rule if isinstance(rule, RuleTree) else rule.tree
    reach = _Reach(tree)
    for name in tree.outputs:
        reach.read(tree.clauses[name], 0)
    return Needs(
        rule=tree.id,
        version=tree.version,
        keys=tree.keys,
        back=_whole(max(reach.facts.values(), default=0)),
        facts=tuple(_fact(tree, fact, reach) for fact in tree.facts),
        parameters=tuple(_param(tree, param, reach) for param in tree.parameters),
        untaught=untaught(tree),
    )


class _Reach:
    """How many periods back each fact, field and parameter is read, at most."""

    def __init__(self, tree: RuleTree) -> None:
        self.tree = tree
        self.facts: dict[type[Fact], Exact] = {}
        self.folded: set[type[Fact]] = set()
        self.groups: dict[type[Fact], tuple[str, ...]] = {}
        self.params: dict[str, Exact] = {}
        self._met: set[tuple[str, Exact]] = set()

    def read(self, expr: Expr[Any], back: Exact) -> None:
        """Note what an expression reads from so many periods back."""
        match expr:
            case nodes.ClauseRef():
                self._clause(expr.name, back)
            case nodes.FieldRef():
                self._note(expr.fact, back)
            case nodes.ParamRef() if expr.instant == "period":
                self.params[expr.param.key] = max(self.params.get(expr.param.key, 0), back)
            case nodes.Previous():
                self.read(expr.item, back + expr.steps)
            case nodes.AtLeast() | Periods():
                terms = [id(item) for item in (getattr(expr, "least", None), expr.window.length)]
                for child in nodes.children(expr):
                    self.read(child, back + (0 if id(child) in terms else self._width(expr.window)))
            case Run() | Status():  # they go back to the first period there is
                for child in nodes.children(expr):
                    self.read(child, inf)
                self._clause("applies", inf)
            case Before():
                self._clause(expr.status, inf)
            case Decision():
                self._other(expr, back)
            case Rank() | Cut():
                self.groups[expr.fact] = expr.by
                self._whatever(expr, back)
            case _:
                self._whatever(expr, back)

    def _clause(self, name: str, back: Exact) -> None:
        if name in self.tree.clauses and (name, back) not in self._met:
            self._met.add((name, back))
            self.read(self.tree.clauses[name], back)

    def _other(self, expr: Decision[Any], back: Exact) -> None:
        """What another rule reads for its decision; periods of another kind are not counted."""
        other, same = _Reach(expr.rule), _kind(expr.rule) == _kind(self.tree)
        for name in ("applies", expr.clause):
            other._clause(name, 0)
        for fact, deep in other.facts.items():
            self._note(fact, back + deep if same else inf)
        for key, deep in other.params.items():
            self.params[key] = max(self.params.get(key, 0), back + deep if same else inf)
        self.folded |= other.folded
        self.groups |= other.groups

    def _whatever(self, expr: Expr[Any], back: Exact) -> None:
        """Any other node: its parts, where they stand; of an unknown one any number of periods back."""
        if isinstance(expr, nodes.Rows | Reweight | Rank | Cut):
            self._note(expr.fact, back)
            self.folded.add(expr.fact)
        for child in nodes.children(expr):
            self.read(child, back if type(expr) in TAUGHT else inf)

    def _note(self, fact: type[Fact], back: Exact) -> None:
        self.facts[fact] = max(self.facts.get(fact, 0), back)

    def _width(self, window: nodes.Window) -> Exact:
        """The most periods that a window can reach back; those inside a period are of it."""
        if window.inside:
            return 0
        if window.kind and window.kind != _kind(self.tree):
            return inf
        match window.length:
            case nodes.Constant(value=value):
                return window.back + int(value) - 1
            case nodes.ParamRef(param=param):
                longest = param.bounds[1] if param.region_may_override else None
                values = [int(entry.value) for entry in param.entries]
                return window.back + max([*values, *([] if longest is None else [int(longest)])]) - 1
        return inf


def _kind(tree: RuleTree) -> str:
    return tree.period.period if tree.period is not None else ""


def _fact(tree: RuleTree, fact: type[Fact], reach: _Reach) -> FactNeed:
    read = {node.field for node in every_node(tree) if isinstance(node, nodes.FieldRef) and node.fact is fact}
    given = reach.groups.get(fact, tree.keys)
    free = [key for key in fact.grain if key.name not in given]
    folded = fact in reach.folded and free
    declared = all(key.declared for key in free)
    return FactNeed(
        name=fact.__name__,
        label=Pairs(fact.labels["ru"] or fact.__name__, fact.labels["en"] or fact.__name__),
        keys=fact.grain,
        fields=tuple(_field(name, field) for name, field in fact.fields().items() if name in read),
        back=_whole(reach.facts.get(fact, 0)) if any(key.period for key in fact.grain) else 0,
        universe="one row" if not folded else "declared rows" if declared else "open set",
        closed_by=tuple(key.name for key in fact.grain if not folded or key.name in given),
    )


def _field(name: str, field: Field[Any]) -> FieldNeed:
    return FieldNeed(
        name=name,
        label=Pairs(field.labels["ru"] or name, field.labels["en"] or name),
        type=field.of.__name__,
        unit=Pairs(field.unit, field.unit_en or field.unit),
        bounds=field.bounds if field.kind in ("number", "date") else None,
        among=field.among,
    )


def _param(tree: RuleTree, param: Dated[Any], reach: _Reach) -> ParamNeed:
    refs = [node for node in parameter_refs(tree) if node.param.key == param.key]
    back = reach.params.get(param.key, 0)
    since = None if back == inf else _since(tree, int(back))
    fixed = [node.day for node in refs if node.day is not None]
    fixed += [tree.in_force for node in refs if node.instant == "decision"]
    return ParamNeed(
        key=param.key,
        label=Pairs(param.labels["ru"] or param.key, param.labels["en"] or param.key),
        unit=param.unit,
        instants=tuple(sorted({node.instant if node.day is None else node.day.isoformat() for node in refs})),
        since=min([*fixed, *([] if since is None else [since])], default=None) if since or fixed else None,
        values=tuple((entry.day, entry.until) for entry in param.entries),
        review_by=param.review_by,
        region_may_override=param.region_may_override,
    )


def _since(tree: RuleTree, back: int) -> date:
    """The instant of the earliest period that the first one of the rule's life looks back to."""
    key = tree.period
    if key is None or tree.in_force.year <= back + 1:
        return tree.in_force
    return key.day(shifted(key.period, key.read_from(tree.in_force), back))


def _whole(number: Exact) -> int | None:
    return None if number == inf else int(number)


# --- in words ---------------------------------------------------------------------------------------


def _lines(item: Needs, language: str) -> Iterator[str]:
    keys = ", ".join(item.keys)
    said = (
        f"Чтобы решить по правилу {item.rule} ({keys}), нужны:",
        f"To decide by rule {item.rule} ({keys}) one needs:",
    )
    yield pick(said, language)
    for fact in item.facts:
        yield f"– {_fact_line(fact, language)}"
    if item.parameters:
        yield pick(("Значения:", "Values:"), language)
    for param in item.parameters:
        yield f"– {_param_line(param, language)}"
    if item.untaught:
        listed = ", ".join(item.untaught)
        said = (
            f"Глубина может быть больше: условия вида {listed} прочитаны без знания их смысла.",
            f"More periods may be needed: {listed} were read without knowing their meaning.",
        )
        yield pick(said, language)


def _fact_line(fact: FactNeed, language: str) -> str:
    fields = join([field.label[language] for field in fact.fields], language)
    keys = ", ".join(key.name for key in fact.keys)
    source = pick((f", проекция {fact.projection}", f", projection {fact.projection}"), language)
    head = f"«{fact.label[language]}» ({keys}){source if fact.projection else ''}"
    return f"{head}{f': {fields}' if fields else ''}; {_back(fact, language)}; {_closing(fact, language)}"


def _back(fact: FactNeed, language: str) -> str:
    if not any(key.period for key in fact.keys):
        return pick(("без периодов", "without periods"), language)
    if fact.back is None:
        return pick(("за все периоды", "for every period"), language)
    if fact.back == 0:
        return pick(("за период решения", "for the period decided on"), language)
    said = (f"за период решения и {fact.back} до него", f"for the period decided on and {fact.back} before it")
    return pick(said, language)


def _closing(fact: FactNeed, language: str) -> str:
    keys = ", ".join(fact.closed_by)
    if fact.universe == "one row":
        said = (
            "чего не сообщили, неизвестно, пока ({}) не закрыто",
            "what is not reported is unknown until ({}) is closed",
        )
    elif fact.universe == "declared rows":
        said = (
            "строки по объявленным ключам, пока ({}) не закрыто",
            "rows of the declared list until ({}) is closed",
        )
    else:
        said = (
            "число строк открыто, пока не подтверждено, что сведения по ({}) полны",
            "the number of rows is open until ({}) is closed",
        )
    return pick(said, language).format(keys)


def _param_line(param: ParamNeed, language: str) -> str:
    values = "; ".join(
        pick((f"с {day_text(day, 'ru')}", f"from {day}"), language)
        + ("" if until is None else pick((f" до {day_text(until, 'ru')}", f" until {until}"), language))
        for day, until in param.values
    )
    since = (
        ""
        if param.since is None or param.since == date.min
        else (pick(("нужно с ", "needed from "), language) + day_text(param.since, language))
    )
    review = (
        ""
        if param.review_by is None
        else (pick(("пересмотреть до ", "review by "), language) + day_text(param.review_by, language))
    )
    return "; ".join(part for part in (f"{param.key}: {values}", since, review) if part)


def _fact_json(item: FactNeed) -> dict[str, Any]:
    """The need with each key as its content: a list that the law holds is named, not held."""
    return {**plain(replace(item, keys=())), "keys": [plain(key.content()) for key in item.keys]}


def _param_json(item: ParamNeed) -> dict[str, Any]:
    return {
        "key": item.key,
        "label": plain(item.label),
        "unit": item.unit,
        "instants": list(item.instants),
        "since": item.since and item.since.isoformat(),
        "values": [[day.isoformat(), until and until.isoformat()] for day, until in item.values],
        "review_by": item.review_by and item.review_by.isoformat(),
        "region_may_override": item.region_may_override,
    }
