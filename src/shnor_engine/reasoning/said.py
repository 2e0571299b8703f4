"""Steps in words: values of any kind, the row of a table that is hit, conditions on scales and sets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from math import inf
from typing import Any

from shnor_engine.reasoning.facts import unknown_cell
from shnor_engine.reasoning.language import (
    LIMIT,
    LIMIT_DAY,
    LIMIT_SCALE,
    TRUTH,
    days_text,
    is_share,
    label,
    number_text,
    pick,
    value_text,
)
from shnor_engine.reasoning.trace import Step
from shnor_engine.reasoning.values import Span
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.geometry import Cell, Interval, Nothing, OneOf, Whatever
from shnor_engine.rules.rule import RuleTree
from shnor_engine.rules.tables import Table, is_listing
from shnor_engine.rules.tree import kind_of

MET: Mapping[bool | None, tuple[str, str]] = {
    True: ("выполнено", "met"),
    False: ("не выполнено", "not met"),
    None: ("сказать нельзя", "cannot be said"),
}


def step_text(step: Step, language: str, *, share: bool = False) -> str:
    """What a step is worth in words, by its kind."""
    if step.present is False:
        return pick(("не существует", "does not exist"), language)
    if isinstance(step.expr, nodes.FieldRef) and step.value == unknown_cell(step.expr.fact.fields()[step.expr.field]):
        return pick(TRUTH[None], language)
    if isinstance(step.value, Span) and kind_of(step.expr) == "date":
        return days_text(step.value, language)
    return value_text(step.value, language, share=share)


def table_text(step: Step, language: str, tree: RuleTree) -> str:
    """The row that is hit, its clause, the inputs beside its cells, and what it gives."""
    expr = step.expr
    if not isinstance(expr, Table):
        raise TypeError(f"{type(expr).__name__} is no table")
    if is_listing(expr):
        return _listing_text(step, language, tree)
    read = [_input(kid, language, tree) for kid in step.kids]
    inputs = "; ".join(f"{name}: {value}" for name, value in read)
    result = step_text(step, language, share=_shares(expr, tree))
    gives = f"{pick(('итог', 'result'), language)}: {result}"
    return f"{_row(step, expr, language, tree)} ({inputs}) – {gives}"


def _listing_text(step: Step, language: str, tree: RuleTree) -> str:
    """Whether a code is one of those that the law lists."""
    name, value = _input(step.kids[0], language, tree)
    need, held = pick(("условие", "condition"), language), pick(MET[step.value], language)
    return f"{name}: {value}; {need}: {_asked(step.cells[0][0], step.kids[0], language, tree)} – {held}"


def _input(kid: Step, language: str, tree: RuleTree) -> tuple[str, str]:
    return label(kid.expr, language), step_text(kid, language, share=is_share(kid.expr, tree))


def _shares(expr: Table[Any], tree: RuleTree) -> bool:
    return any(is_share(row.gives, tree) for row in expr.rows)


def _row(step: Step, expr: Table[Any], language: str, tree: RuleTree) -> str:
    table = pick(("таблица", "table"), language)
    if expr.hit == "collect":
        hit = [str(place + 1) for place in _held(step)]
        rows = ", ".join(hit) or pick(("ни одной", "none"), language)
        return f"{table}, {pick(('строки', 'rows'), language)}: {rows}"
    if step.hit is None:
        return f"{table}, {pick(('строка не определена', 'row not determined'), language)}"
    if step.hit == len(expr.rows):
        return f"{table}, {pick(('прочие случаи', 'all other cases'), language)}"
    row = expr.rows[step.hit]
    cited = f", {row.ref.cite(language)}" if row.ref else ""
    pairs = zip(step.cells[step.hit], step.kids, strict=True)
    cells = "; ".join(_asked(cell, kid, language, tree) for cell, kid in pairs)
    return f"{table}, {pick(('строка', 'row'), language)} {step.hit + 1}{cited}: {cells}"


def _held(step: Step) -> list[int]:
    """The rows of a collecting table whose codes are surely collected, by their place."""
    expr = step.expr
    if not isinstance(expr, Table):
        return []
    return [
        place
        for place, row in enumerate(expr.rows)
        if isinstance(row.gives, nodes.Constant) and row.gives.value in step.value.sure
    ]


def _asked(cell: Cell, kid: Step, language: str, tree: RuleTree) -> str:
    return cell_text(cell, language, day=kind_of(kid.expr) == "date", share=is_share(kid.expr, tree))


def cell_text(cell: Cell, language: str, *, day: bool = False, share: bool = False) -> str:
    """A cell in words: «не менее 10 и менее 20», «a или b», «любое значение»."""

    def one(value: Any) -> str:
        if isinstance(value, bool | str):
            return pick(TRUTH[value], language) if isinstance(value, bool) else f"«{value}»"
        return _day(value, language) if day else number_text(value, language, share=share)

    match cell:
        case Whatever():
            return pick(("любое значение", "any value"), language)
        case Nothing():
            return pick(("нет значения", "no value"), language)
        case OneOf(values):
            return pick((" или ", " or "), language).join(one(value) for value in sorted(values, key=_order))
        case Interval(low, low_in, high, high_in):
            limits = LIMIT_DAY if day else LIMIT
            ends = [(low, ">=" if low_in else ">"), (high, "<=" if high_in else "<")]
            said = [f"{pick(limits[op], language)} {one(end)}" for end, op in ends if abs(end) != inf]
            return pick((" и ", " and "), language).join(said) or pick(("любое значение", "any value"), language)


def _day(ordinal: Any, language: str) -> str:
    return value_text(date.fromordinal(int(ordinal)), language)


def _order(value: Any) -> tuple[int, Any]:
    return (0, value) if not isinstance(value, str) else (1, value)


def condition_text(step: Step, language: str) -> str:
    """A comparison on a scale, or whether a set holds a code: the value, the condition, whether it is met."""
    expr, item = step.expr, step.kids[0]
    if isinstance(expr, nodes.OnScale):
        need = f"{pick(LIMIT_SCALE[expr.op], language)} {_quoted(step.kids[1], language)}"
    elif isinstance(expr, nodes.Has):
        need = f"{pick(('есть', 'there is'), language)} «{expr.code}»"
    else:
        raise TypeError(f"{type(expr).__name__} is no condition on codes")
    value, met = step_text(item, language), pick(MET[step.value], language)
    return f"{label(item.expr, language)}: {value}; {pick(('условие', 'condition'), language)}: {need} – {met}"


def _quoted(step: Step, language: str) -> str:
    return f"«{step_text(step, language)}»"
