"""Numbers, periods, lists and labels in Russian and English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from math import inf
from typing import Any, TypeAlias

from shnor_engine.law.brackets import Brackets
from shnor_engine.law.dated import Dated
from shnor_engine.reasoning import labels_values, phrases
from shnor_engine.reasoning.facts import KeyValue
from shnor_engine.reasoning.phrases import period_text as period_text
from shnor_engine.reasoning.values import Collected, Exact, Span
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.others import Decision
from shnor_engine.rules.over_time import Periods, Within
from shnor_engine.rules.rule import RuleTree
from shnor_engine.rules.tree import Expr
from shnor_engine.rules.values import Round

Names: TypeAlias = Mapping[str, str | Mapping[str, str]]
LANGUAGES = ("ru", "en")
OUTCOME: Mapping[str, tuple[str, str]] = {
    "met": ("условия выполнены", "conditions met"),
    "not_met": ("условия не выполнены", "conditions not met"),
    "not_applicable": ("правило не применяется", "the rule does not apply"),
    "undetermined": ("не определено", "undetermined"),
    "failed": ("правило не сработало", "the rule failed"),
}
LIMIT: Mapping[str, tuple[str, str]] = {
    ">=": ("не менее", "at least"),
    ">": ("более", "more than"),
    "<=": ("не более", "at most"),
    "<": ("менее", "less than"),
    "=": ("ровно", "exactly"),
}
LIMIT_DAY: Mapping[str, tuple[str, str]] = {
    ">=": ("не ранее", "not before"),
    ">": ("позже", "after"),
    "<=": ("не позднее", "not after"),
    "<": ("ранее", "before"),
    "=": ("ровно", "exactly"),
}
LIMIT_SCALE: Mapping[str, tuple[str, str]] = {
    ">=": ("не ниже", "at least"),
    ">": ("выше", "above"),
    "<=": ("не выше", "at most"),
    "<": ("ниже", "below"),
    "=": ("ровно", "exactly"),
}
TRUTH: Mapping[bool | None, tuple[str, str]] = {
    True: ("да", "yes"),
    False: ("нет", "no"),
    None: ("неизвестно", "not known"),
}
MOST_DIGITS, SHORT = 6, 3


def pick(pair: tuple[str, str], language: str) -> str:
    """The text of a language."""
    return pair[0] if language == "ru" else pair[1]


def join(items: Sequence[str], language: str) -> str:
    """«a, b и c»."""
    if len(items) < 2:
        return "".join(items)
    return ", ".join(items[:-1]) + (" и " if language == "ru" else " and ") + items[-1]


def day_text(day: date, language: str) -> str:
    """01.01.2020 in Russian, 2020-01-01 in English."""
    return day.strftime("%d.%m.%Y") if language == "ru" else day.isoformat()


def period_name(tree: RuleTree, keys: Mapping[str, KeyValue], language: str) -> str:
    """The period that a rule decides about; empty for a rule without periods."""
    key = tree.period
    return "" if key is None else period_text(key.period, keys[key.name], language)


def name_of(value: KeyValue, names: Names, language: str) -> str:
    """How a value of a key is called in a language; the value itself where nobody says."""
    said = names.get(str(value), str(value))
    return said if isinstance(said, str) else said[language]


# --- numbers --------------------------------------------------------------------------------------


def number_text(value: Exact, language: str, *, share: bool = False, beside: Exact | None = None) -> str:
    """A number as one writes it; a share in percent.

    A short decimal is written whole; anything else is rounded, but never so far that it reads like `beside`.
    """
    if isinstance(value, int) and not share:
        return str(value)
    exact = Fraction(value) * (100 if share else 1)
    short = next((places for places in range(1, SHORT + 1) if 10**places % exact.denominator == 0), 0)
    text = _rounded(exact, short or _apart(exact, beside, share))
    return (text.replace(".", ",") if language == "ru" else text) + ((" %" if language == "ru" else "%") * share)


def _apart(exact: Fraction, beside: Exact | None, share: bool) -> int:
    """With how many digits a rounded number does not read like another one."""
    digits = 1
    if beside is None or beside in (inf, -inf):
        return digits
    other = Fraction(beside) * (100 if share else 1)
    while digits < MOST_DIGITS and exact != other and _rounded(exact, digits) == _rounded(other, digits):
        digits += 1
    return digits


def _rounded(value: Fraction, digits: int) -> str:
    """Half up, away from zero, with no noughts at the end."""
    unit, den = 10**digits, value.denominator
    whole, rest = divmod((2 * abs(value.numerator) * unit + den) // (2 * den), unit)
    text = f"{whole}.{rest:0{digits}d}".rstrip("0").rstrip(".") if rest else str(whole)
    return f"-{text}" if value < 0 and (whole or rest) else text


def span_text(value: Span, language: str, *, share: bool = False, beside: Exact | None = None) -> str:
    """An interval: one number, «от a до b», «не менее a», or «неизвестно»."""
    if value.exact:
        return number_text(value.lo, language, share=share, beside=beside)
    low = None if value.lo == -inf else number_text(value.lo, language, share=share, beside=beside)
    high = None if value.hi == inf else number_text(value.hi, language, share=share, beside=beside)
    if low is None and high is None:
        return pick(TRUTH[None], language)
    if high is None:
        return f"{pick(LIMIT['>='], language)} {low}"
    if low is None:
        return f"{pick(LIMIT['<='], language)} {high}"
    return f"от {low} до {high}" if language == "ru" else f"{low} to {high}"


def value_text(value: Any, language: str, *, share: bool = False) -> str:
    """Any value of a step or of the law in words."""
    match value:
        case Span():
            return span_text(value, language, share=share)
        case bool() | None:
            return pick(TRUTH[value], language)
        case frozenset():
            return (" или " if language == "ru" else " or ").join(sorted(value))
        case date():
            return day_text(value, language)
        case Collected():
            return _codes_text(value, language)
        case tuple():
            return ", ".join(map(str, value)) or pick(NONE, language)
        case Brackets():
            return brackets_text(value, language)
        case int() | Fraction():
            return number_text(value, language, share=share or (isinstance(value, Fraction) and 0 <= value <= 1))
    return str(value)


NONE = ("ничего", "none")


def days_text(value: Span, language: str) -> str:
    """A day, «с a по b», or an end that is open."""
    first, last = (None if end in (inf, -inf) else day_text(date.fromordinal(int(end)), language) for end in value)
    if value.exact and first:
        return first
    if first is None or last is None:
        open_ = pick(TRUTH[None], language)
        return (
            f"{pick(LIMIT_DAY['>='], language)} {first}"
            if first
            else (f"{pick(LIMIT_DAY['<='], language)} {last}" if last else open_)
        )
    return f"с {first} по {last}" if language == "ru" else f"{first} to {last}"


def _codes_text(value: Collected, language: str) -> str:
    sure = ", ".join(sorted(value.sure)) or pick(NONE, language)
    if value.exact:
        return sure
    more = ", ".join(sorted(value.may - value.sure))
    return f"{sure}; {pick(('возможно', 'possibly'), language)}: {more}"


def brackets_text(value: Brackets, language: str) -> str:
    """«с 0 – 10 %; с 1000 – 20 %»."""
    since = pick(("с", "from"), language)
    return "; ".join(
        f"{since} {number_text(start, language)} – {value_text(rate, language)}" for start, rate in value.rows
    )


# --- labels of expressions ------------------------------------------------------------------------


def is_share(expr: Expr[Any], tree: RuleTree) -> bool:
    """Whether a number is a share, to be read in percent: a fraction that lies in 0..1 and has no unit."""
    match expr:
        case nodes.Ratio():
            return expr.part_of
        case nodes.FieldRef():
            field = expr.fact.fields()[expr.field]
            return field.of is Fraction and not field.unit and field.bounds == (0, 1)
        case nodes.ParamRef():
            values = [entry.value for entry in expr.param.entries]
            return not expr.param.unit and all(isinstance(value, Fraction) and 0 <= value <= 1 for value in values)
        case nodes.ClauseRef():
            return is_share(tree.clauses[expr.name], tree)
        case nodes.Previous() | Within() | Round():
            return is_share(expr.item, tree)
        case Decision():
            return is_share(expr.rule.clauses[expr.clause], expr.rule)
        case Periods(item=nodes.Expr() as item):
            return is_share(item, tree)
    return False


def label(expr: Expr[Any], language: str) -> str:
    """What an expression is called: labels of fields and parameters, put together."""
    match expr:
        case nodes.Constant():
            return value_text(expr.value, language)
        case nodes.FieldRef():
            return expr.fact.fields()[expr.field].labels[language] or expr.field
        case nodes.ParamRef():
            return param_label(expr.param, language)
        case nodes.ClauseRef():
            return expr.name
        case nodes.Ratio():
            joiner = "из числа" if language == "ru" else "of"
            return f"{label(expr.part, language)} {joiner} {label(expr.whole, language)}"
        case nodes.Rows():
            return _rows_label(expr, language)
        case nodes.Arithmetic():
            return f"{_part(expr.left, language)} {_SIGN[expr.op]} {_part(expr.right, language)}"
        case nodes.Extreme():
            inside = ", ".join(label(item, language) for item in expr.items)
            return f"{_EXTREME[expr.which, language]} ({inside})"
        case nodes.Compare():
            return f"{label(expr.left, language)} {pick(LIMIT[expr.op], language)} {label(expr.right, language)}"
        case nodes.Assume() | nodes.Previous() | nodes.IsIn():
            return label(expr.item, language)
    of_values = labels_values.label_of(expr, language)
    return of_values or phrases.label_of(expr, language, label) or pick(("условие", "condition"), language)


def _part(expr: Expr[Any], language: str) -> str:
    """The same inside a sum: what is taken of an earlier period says so, since no place stands before it."""
    if not isinstance(expr, nodes.Previous):
        return label(expr, language)
    return f"{label(expr.item, language)} ({phrases.earlier_text('', expr.steps, language)})"


_SIGN = {"+": "+", "-": "−", "*": "×"}
_EXTREME = {
    ("mean", "ru"): "среднее",
    ("weighted", "ru"): "взвешенное среднее",
    ("weighted", "en"): "the weighted mean",
    ("only", "ru"): "единственное",
    ("mean", "en"): "the mean",
    ("only", "en"): "the only",
    ("min", "ru"): "наименьшее",
    ("max", "ru"): "наибольшее",
    ("min", "en"): "the least",
    ("max", "en"): "the largest",
}


def _rows_label(expr: nodes.Rows[Any], language: str) -> str:
    what = expr.fact.labels[language] or expr.fact.__name__
    if expr.how == "count" or expr.item is None:
        return f"{what}, число" if language == "ru" else f"number of {what}"
    inside = label(expr.item, language)
    if expr.how == "sum":
        return f"{inside}, всего" if language == "ru" else f"{inside}, total"
    return f"{inside} ({what})" if expr.how in ("any", "all") else f"{_EXTREME[expr.how, language]}: {inside}"


def param_label(param: Dated[Any], language: str) -> str:
    """The label of a parameter, its key where it has none."""
    return param.labels[language] or param.key
