"""What the newer expressions are called: rounded numbers, days, tables, scales, weights."""

from __future__ import annotations

from typing import Any

from shnor_engine.reasoning import language as words
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.dates import Between, DecisionDay, PeriodDay
from shnor_engine.rules.marginals import Bracketed, Marginal
from shnor_engine.rules.scales import Scaled
from shnor_engine.rules.tables import Table
from shnor_engine.rules.tree import Expr
from shnor_engine.rules.values import Absent, Round
from shnor_engine.rules.weights import Reweight


def label_of(expr: Expr[Any], language: str) -> str | None:
    """The label of an expression of this module; None for any other."""
    match expr:
        case nodes.KeyRef():
            return expr.fact.key(expr.key).label(language)
        case Absent():
            return words.pick(("нет значения", "no value"), language)
        case Round() | Scaled() | nodes.OnScale() | nodes.Has():
            return words.label(_inner(expr), language)
        case nodes.DayShift():
            sign = "+" if expr.op == "+" else "−"
            unit = words.pick(("дн.", "days"), language)
            return f"{words.label(expr.day, language)} {sign} {words.label(expr.days, language)} {unit}"
        case DecisionDay():
            return words.pick(("день решения", "the day of the decision"), language)
        case PeriodDay():
            last = expr.which == "end"
            said = ("последний день периода", "the last day of the period") if last else _FIRST
            return words.pick(said, language)
        case Between():
            return _between(expr, language)
        case Table():
            inputs = ", ".join(words.label(item, language) for item in expr.inputs)
            return f"{words.pick(('значение по таблице', 'value by the table'), language)} ({inputs})"
        case Marginal():
            return f"{words.pick(('по шкале', 'by the scale'), language)}: {words.label(expr.item, language)}"
        case Bracketed():
            return words.pick(("шкала", "the scale"), language)
        case Reweight():
            said = ("вес после перераспределения", "weight after redistribution")
            return f"{words.pick(said, language)}: {words.label(expr.weight, language)}"
    return None


_FIRST = ("первый день периода", "the first day of the period")


def _inner(expr: Any) -> Expr[Any]:
    return expr.left if isinstance(expr, nodes.OnScale) else expr.item


def _between(expr: Between, language: str) -> str:
    start, end = words.label(expr.start, language), words.label(expr.end, language)
    what = ("полных лет", "full years") if expr.unit == "years" else ("дней", "days")
    if language == "ru":
        return f"{what[0]} (от: {start}; до: {end})"
    return f"{what[1]} from {start} to {end}"
