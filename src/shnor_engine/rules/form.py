"""The JSON form of a rule and back; no source line and no wording is in it, only meaning."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from shnor_engine.errors import RuleError
from shnor_engine.law.canon import plain, unplain
from shnor_engine.law.clause import Clause
from shnor_engine.law.dated import Dated, DatedAt, Parameters
from shnor_engine.rules import dates, marginals, scales, tables, values, weights
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
    "move": weights.Move,
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
        "decides": tree.decides,
        "facts": {fact.__name__: plain(fact.content()) for fact in tree.facts},
        "clauses": {name: dump(clause) for name, clause in tree.clauses.items()},
    }


def from_json(
    data: Mapping[str, Any],
    *,
    facts: Iterable[type[Fact]] = (),
    parameters: Iterable[type[Parameters]] = (),
    texts: Texts | None = None,
) -> RuleTree:
    """The rule that `to_json` wrote, over these facts and parameters.

    Raises `RuleError` where a fact or parameter is missing or a fact has changed its meaning since.
    """
    if data.get("format") != FORMAT:
        raise RuleError(f"rule format {data.get('format')} is not {FORMAT}; read it with the version that wrote it")
    loader = _Loader({fact.__name__: fact for fact in facts}, _by_key(parameters))
    for name, content in data["facts"].items():
        if plain(loader.fact(name).content()) != content:
            raise RuleError(f"fact {name} is not what the rule was written for; compare its grain, types and bounds")
    return RuleTree(
        id=data["id"],
        version=data["version"],
        per=tuple(loader.key(key) for key in data["per"]),
        in_force=date.fromisoformat(data["in_force"]),
        clauses={name: loader.expr(clause) for name, clause in data["clauses"].items()},
        ref=None if data["ref"] is None else _clause(data["ref"]),
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
        return {"node": "window", "length": dump(value.length), "back": value.back}
    if isinstance(value, type):
        return {"fact": value.__name__}
    if isinstance(value, Dated):
        return {"param": value.key}
    if isinstance(value, Clause):
        return {"cited": plain(value)}
    if isinstance(value, tuple):
        return [dump(item) for item in value]
    return plain(value)


class _Loader:
    def __init__(self, facts: Mapping[str, type[Fact]], parameters: Mapping[str, Dated[Any]]) -> None:
        self.facts, self.parameters = facts, parameters

    def fact(self, name: str) -> type[Fact]:
        if name not in self.facts:
            raise RuleError(f"the rule reads fact {name}; give it in facts=")
        return self.facts[name]

    def param(self, key: str) -> Dated[Any]:
        if key not in self.parameters:
            raise RuleError(f"the rule reads parameter {key}; give its class in parameters=")
        return self.parameters[key]

    def key(self, data: Mapping[str, Any]) -> Key:
        among = data["among"]
        if isinstance(among, Mapping):
            among = DatedAt(self.param(among["param"]), among["instant"], unplain(among["day"]))
        return Key(data["name"], among if isinstance(among, DatedAt) else tuple(among), data["period"])

    def expr(self, data: Mapping[str, Any]) -> Expr[Any]:
        if data["node"] not in OPS:
            raise RuleError(f"no node is called {data['node']}; there are {', '.join(OPS)}")
        items = {name: self.value(item) for name, item in data.items() if name != "node"}
        return OPS[data["node"]](**items)

    def value(self, data: Any) -> Any:
        match data:
            case {"node": "window", "length": length, "back": back}:
                return Window(self.value(length), back)
            case {"node": _}:
                return self.expr(data)
            case {"fact": str(name)}:
                return self.fact(name)
            case {"param": str(key)}:
                return self.param(key)
            case {"cited": dict(clause)}:
                return _clause(clause)
            case list():
                return tuple(self.value(item) for item in data)
        return unplain(data)
