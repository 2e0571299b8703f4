"""The JSON form of a rule and back; no source line and no wording is in it, only meaning."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import date
from types import FunctionType
from typing import Any

from shnor_engine.errors import RuleError
from shnor_engine.law.authors import read_at
from shnor_engine.law.canon import plain, unplain
from shnor_engine.law.clause import Clause
from shnor_engine.law.dated import Dated, DatedAt, Parameters
from shnor_engine.rules import (
    dates,
    marginals,
    opaque,
    others,
    over_time,
    ranking,
    scales,
    status,
    tables,
    values,
    weights,
)
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.fact import Fact, Key
from shnor_engine.rules.rule import RuleTree
from shnor_engine.rules.texts import Texts
from shnor_engine.rules.tree import Expr, Window

FORMAT = 1
OPS: Mapping[str, type[Expr[Any]]] = {
    "constant": nodes.Constant,
    "field": nodes.FieldRef,
    "parameter": nodes.ParamRef,
    "clause": nodes.ClauseRef,
    "arithmetic": nodes.Arithmetic,
    "ratio": nodes.Ratio,
    "extreme": nodes.Extreme,
    "compare": nodes.Compare,
    "is_in": nodes.IsIn,
    "and": nodes.And,
    "or": nodes.Or,
    "not": nodes.Not,
    "is_present": nodes.IsPresent,
    "is_known": nodes.IsKnown,
    "assume": nodes.Assume,
    "case": nodes.Case,
    "rows": nodes.Rows,
    "previous": nodes.Previous,
    "at_least": nodes.AtLeast,
    "key": nodes.KeyRef,
    "day_shift": nodes.DayShift,
    "on_scale": nodes.OnScale,
    "has": nodes.Has,
    "absent": values.Absent,
    "round": values.Round,
    "decision_day": dates.DecisionDay,
    "period_day": dates.PeriodDay,
    "between": dates.Between,
    "scaled": scales.Scaled,
    "table": tables.Table,
    "row": tables.TableRow,
    "band": tables.Band,
    "among": tables.Among,
    "anything": tables.Anything,
    "when_absent": tables.WhenAbsent,
    "marginal": marginals.Marginal,
    "brackets": marginals.Bracketed,
    "reweight": weights.Reweight,
    "send": weights.Send,
    "run": over_time.Run,
    "within": over_time.Within,
    "periods": over_time.Periods,
    "decision": others.Decision,
    "status": status.Status,
    "before": status.Before,
    "rank": ranking.Rank,
    "cut": ranking.Cut,
    "opaque": opaque.Opaque,
}
NAMES = {cls: op for op, cls in OPS.items()}


def to_json(tree: RuleTree) -> dict[str, Any]:
    """The rule as JSON values; equal for rules of equal meaning."""
    return {
        "format": FORMAT,
        "id": tree.id,
        "version": tree.version,
        "per": [plain(key.content()) for key in tree.per],
        "in_force": tree.in_force.isoformat(),
        "ref": plain(tree.ref),
        "exception_to": plain(tree.exception_to),
        "decides": tree.decision,
        "region": tree.region,
        "facts": {fact.__name__: plain(fact.content()) for fact in tree.facts},
        "clauses": {name: dump(clause) for name, clause in tree.clauses.items()},
    }


def from_json(
    data: Mapping[str, Any],
    *,
    facts: Iterable[type[Fact]] = (),
    parameters: Iterable[type[Parameters]] = (),
    rules: Iterable[RuleTree] = (),
    functions: Mapping[str, Callable[..., Any]] | None = None,
    texts: Texts | None = None,
    origin: str = "",
) -> RuleTree:
    """The rule that `to_json` wrote, over these facts and parameters, and the rules and functions that it reads.

    `functions` are those of `opaque` by their names (`sealed(f, uses)` where they use something). `origin` says where
    the data stands, as a JSON pointer: every node then names its place below it. Raises `RuleError` where something
    is missing or a fact has changed its meaning since.
    """
    if data.get("format") != FORMAT:
        raise RuleError(f"rule format {data.get('format')} is not {FORMAT}; read it with the version that wrote it")
    loader = _Loader(
        {fact.__name__: fact for fact in facts},
        _by_key(parameters),
        {(tree.id, tree.digest): tree for tree in rules},
        functions or {},
        origin,
    )
    for name, content in data["facts"].items():
        if plain(loader.fact(name).content()) != content:
            raise RuleError(f"fact {name} is not what the rule was written for; compare its grain, types and bounds")
    return RuleTree(
        id=data["id"],
        version=data["version"],
        per=tuple(loader.key(key) for key in data["per"]),
        in_force=date.fromisoformat(data["in_force"]),
        clauses={name: loader.at("clauses", name, data=clause) for name, clause in data["clauses"].items()},
        ref=None if data["ref"] is None else _clause(data["ref"]),
        region=data["region"],
        exception_to=unplain(data["exception_to"]),
        decides=data["decides"],
        texts=texts or Texts(),
    )


def _clause(data: Mapping[str, Any]) -> Clause:
    return Clause(**{name: unplain(item) for name, item in data.items()})


def _by_key(parameters: Iterable[type[Parameters]]) -> dict[str, Dated[Any]]:
    return {item.key: item for source in parameters for item in source.all().values()}


def dump(value: Any) -> Any:
    """A node, or what stands in one, as JSON values."""
    if isinstance(value, Expr):
        items = {field.name: dump(getattr(value, field.name)) for field in fields(value)}  # type: ignore[arg-type]
        return {"node": NAMES[type(value)], **items}
    if isinstance(value, Window):
        return {"node": "window", **{field.name: dump(getattr(value, field.name)) for field in fields(value)}}
    if isinstance(value, type):
        return {"fact": value.__name__}
    if isinstance(value, Dated):
        return {"param": value.key}
    if isinstance(value, Clause):
        return {"cited": plain(value)}
    if isinstance(value, RuleTree):
        return {"rule": value.id, "digest": value.digest}
    if isinstance(value, FunctionType):
        return {"function": value.__name__}
    if isinstance(value, tuple):
        return [dump(item) for item in value]
    return plain(value)


class _Loader:
    def __init__(
        self,
        facts: Mapping[str, type[Fact]],
        parameters: Mapping[str, Dated[Any]],
        rules: Mapping[tuple[str, str], RuleTree],
        functions: Mapping[str, Callable[..., Any]],
        origin: str = "",
    ) -> None:
        self.facts, self.parameters, self.rules, self.functions = facts, parameters, rules, functions
        self.place = origin

    def fact(self, name: str) -> type[Fact]:
        if name not in self.facts:
            raise RuleError(f"the rule reads fact {name}; give it in facts=")
        return self.facts[name]

    def param(self, key: str) -> Dated[Any]:
        if key not in self.parameters:
            raise RuleError(f"the rule reads parameter {key}; give its class in parameters=")
        return self.parameters[key]

    def key(self, data: Mapping[str, Any]) -> Key:
        items = {name: unplain(item) for name, item in data.items()}
        if isinstance(among := data["among"], Mapping):
            items["among"] = DatedAt(self.param(among["param"]), among["instant"], unplain(among["day"]))
        return Key(**items)

    def rule(self, rule_id: str, digest: str) -> RuleTree:
        if (rule_id, digest) in self.rules:
            return self.rules[rule_id, digest]
        other = any(known == rule_id for known, _ in self.rules)
        what = f"another text of {rule_id} than the one given" if other else f"rule {rule_id}"
        raise RuleError(f"the rule reads {what} (digest {digest[:12]}…); give it in rules=")

    def expr(self, data: Mapping[str, Any]) -> Expr[Any]:
        if data["node"] not in OPS:
            raise RuleError(f"no node is called {data['node']}; there are {', '.join(OPS)}")
        items = {name: self.at(name, data=item) for name, item in data.items() if name != "node"}
        with read_at(self.place):
            return OPS[data["node"]](**items)

    def at(self, *steps: str, data: Any) -> Any:
        """The value that stands these steps below the place that is read."""
        above = self.place
        self.place = "/".join((above, *steps)) if above else ""
        try:
            return self.value(data)
        finally:
            self.place = above

    def value(self, data: Any) -> Any:
        match data:
            case {"node": "window", **rest}:
                return Window(**{str(name): self.at(str(name), data=item) for name, item in rest.items()})
            case {"node": _}:
                return self.expr(data)
            case {"fact": str(name)}:
                return self.fact(name)
            case {"rule": str(rule_id), "digest": str(digest)}:
                return self.rule(rule_id, digest)
            case {"function": str(name)}:
                if name not in self.functions:
                    raise RuleError(f"the rule calls the function {name}; give it in functions=")
                return opaque.sealed(self.functions[name], {})
            case {"param": str(key)}:
                return self.param(key)
            case {"cited": dict(clause)}:
                return _clause(clause)
            case list():
                return tuple(self.at(str(place), data=item) for place, item in enumerate(data))
        return unplain(data)
