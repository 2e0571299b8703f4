"""How nodes of time and of other rules are called in an explanation and said in a description, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from shnor_engine.reasoning.facts import KeyValue
from shnor_engine.rules.fact import Key
from shnor_engine.rules.opaque import Opaque
from shnor_engine.rules.others import Decision
from shnor_engine.rules.over_time import Periods, Run, Within
from shnor_engine.rules.periods import MONTH, QUARTER, SCHOOL_YEAR, YEAR, ordinal
from shnor_engine.rules.ranking import Cut, Rank
from shnor_engine.rules.status import Before, Status
from shnor_engine.rules.tree import Expr, Window

if TYPE_CHECKING:
    from shnor_engine.reasoning.describe import Writer

Label: TypeAlias = Callable[[Expr[Any], str], str]

# Of a kind of period: «один из … лет», «за год», and the same in English.
MANY: Mapping[str, tuple[str, str]] = {
    YEAR: ("лет", "years"),
    SCHOOL_YEAR: ("учебных лет", "academic years"),
    QUARTER: ("кварталов", "quarters"),
    MONTH: ("месяцев", "months"),
}
ONE: Mapping[str, tuple[str, str]] = {
    YEAR: ("год", "year"),
    SCHOOL_YEAR: ("учебный год", "academic year"),
    QUARTER: ("квартал", "quarter"),
    MONTH: ("месяц", "month"),
}
# «годом ранее», «в этом году».
AGO: Mapping[str, tuple[str, str]] = {
    YEAR: ("годом ранее", "a year before"),
    SCHOOL_YEAR: ("учебным годом ранее", "an academic year before"),
    QUARTER: ("кварталом ранее", "a quarter before"),
    MONTH: ("месяцем ранее", "a month before"),
}
IN_ONE: Mapping[str, tuple[str, str]] = {
    YEAR: ("году", "year"),
    SCHOOL_YEAR: ("учебном году", "academic year"),
    QUARTER: ("квартале", "quarter"),
    MONTH: ("месяце", "month"),
}
MONTHS = (
    ("январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь", " года"),
    ("January February March April May June July August September October November December", ""),
)
_HOW: Mapping[str, tuple[str, str]] = {
    "count": ("число тех из {span}, в которых", "how many of {span} there are in which"),
    "sum": ("сумма за каждый из {span}:", "the sum over each of {span}:"),
    "mean": ("среднее за каждый из {span}:", "the mean over each of {span}:"),
    "only": ("единственное за {span}:", "the only one over {span}:"),
    "any": ("хотя бы в одном из {span}:", "in at least one of {span}:"),
    "all": ("в каждом из {span}:", "in each of {span}:"),
    "min": ("наименьшее за каждый из {span}:", "the least over each of {span}:"),
    "max": ("наибольшее за каждый из {span}:", "the largest over each of {span}:"),
}


def period_text(kind: str, period: KeyValue, language: str) -> str:
    """«2024 год», «2023/24 учебный год», «1 квартал 2024 года», «март 2024 года»."""
    russian = language == "ru"
    place = ordinal(kind, period) if kind else 0
    if kind == SCHOOL_YEAR:
        span = f"{place - 1}/{place % 100:02}"
        return f"{span} учебный год" if russian else f"{span} academic year"
    if kind == QUARTER:
        return f"{place % 4 + 1} квартал {place // 4} года" if russian else f"Q{place % 4 + 1} {place // 4}"
    if kind == MONTH:
        names, after = MONTHS[not russian]
        return f"{names.split()[place % 12]} {place // 12}{after}"
    return f"{period} год" if russian else str(period)


def label_of(expr: Expr[Any], language: str, label: Label) -> str:
    """What a node of time is called in an explanation; empty for a node of another kind."""
    russian = language == "ru"
    match expr:
        case Run():
            inside = label(expr.item, language)
            return f"периодов подряд ({inside})" if russian else f"periods on end ({inside})"
        case Within():
            inside = label(expr.item, language)
            return f"{inside} ({_one(expr.period, language)})"
        case Periods():
            inside = "" if expr.item is None else label(expr.item, language)
            kind = expr.window.inside or expr.window.kind
            over = f"{'по периодам' if russian else 'by period'}{': ' + _one(kind, language) if kind else ''}"
            return f"{inside} ({over})"
        case Rank():
            inside = label(expr.item, language)
            first = "наибольшее" if expr.descending else "наименьшее"
            if russian:
                return f"место в группе ({inside}, первое – {first})"
            return f"place in the group ({inside}, the first is the {'largest' if expr.descending else 'smallest'})"
        case Cut():
            return "граница доли группы" if russian else "the cut of the group"
        case Decision():
            return f"{expr.rule.id}: {expr.clause}"
        case Status() | Before():
            return "состояние" if russian else "state"
        case Opaque():
            return f"{'вычисление' if russian else 'computation'} {expr.name}"
    return ""


def _one(kind: str, language: str) -> str:
    return ONE[kind][language != "ru"]


def earlier_text(kind: str, steps: int, language: str) -> str:
    """«годом ранее», «за 2 года до этого»."""
    russian = language == "ru"
    if steps == 1:
        return AGO.get(kind, ("периодом ранее", "a period before"))[not russian]
    if not russian:
        return f"{steps} {MANY.get(kind, ('', 'periods'))[1]} before"
    return f"за {steps} {_counted(kind, steps)} до этого"


def russian_form(number: int, forms: Sequence[str]) -> str:
    """The form that a number asks for, out of those for one, few and many: «год», «года», «лет»."""
    if number % 10 == 1 and number % 100 != 11:
        return forms[0]
    return forms[1] if number % 10 in (2, 3, 4) and number % 100 not in (12, 13, 14) else forms[2]


def _counted(kind: str, number: int) -> str:
    """«2 года», «5 лет»: the Russian form that a number asks for."""
    forms = {
        YEAR: ("год", "года", "лет"),
        SCHOOL_YEAR: ("учебный год", "учебных года", "учебных лет"),
        QUARTER: ("квартал", "квартала", "кварталов"),
        MONTH: ("месяц", "месяца", "месяцев"),
    }.get(kind, ("период", "периода", "периодов"))
    return russian_form(number, forms)


# --- in a description -----------------------------------------------------------------------------


def say(writer: Writer, expr: Expr[Any]) -> str:
    """The phrase of a node of time in a description; empty for a node of another kind."""
    found = _SAY.get(type(expr))
    return "" if found is None else found(writer, expr)


def _run(writer: Writer, expr: Run) -> str:
    kind = writer.tree.period.period if writer.tree.period is not None else YEAR
    many = MANY[kind][writer.language != "ru"]
    left_out = (
        writer._("периоды, к которым правило не применяется, пропускаются", "periods without the rule are left out")
        if expr.gaps == "skip"
        else writer._("период, к которому правило не применяется, прерывает ряд", "a period without the rule ends it")
    )
    head = writer._(f"сколько {many} подряд, считая этот, выполняется", f"for how many {many} on end, this one")
    if writer.language == "ru":
        return f"{head}: {writer.inner(expr.item)} ({left_out})"
    return f"{head} included, it holds that {writer.inner(expr.item)} ({left_out})"


def _within(writer: Writer, expr: Within[Any]) -> str:
    around = writer._("за весь", "over the whole")
    return f"{around} {_one(expr.period, writer.language)}: {writer.inner(expr.item)}"


def _periods(writer: Writer, expr: Periods[Any]) -> str:
    russian = writer.language == "ru"
    said = _HOW[expr.how][not russian].format(span=window_text(writer, expr.window))
    where = "" if expr.filter is None else f" ({writer._('где', 'where')} {writer.say(expr.filter)})"
    inside = expr.item if expr.item is not None else expr.filter
    where = where if expr.item is not None else ""
    return f"{said}{where} {'' if inside is None else writer.inner(inside)}"


def window_text(writer: Writer, window: Window) -> str:
    """«последних 2 лет», «месяцев этого периода», «всех лет с начала наблюдений»."""
    own = writer.tree.period.period if writer.tree.period is not None else YEAR
    many = MANY[window.inside or window.kind or own][writer.language != "ru"]
    if window.inside:
        return writer._(f"{many} этого периода", f"the {many} of the period")
    if window.length is not None:
        return f"{writer._('последних', 'the last')} {writer.say(window.length)} {many}"
    end = writer._(", кроме последнего", ", the last one left out") if window.back else ""
    return writer._(f"всех {many} с начала наблюдений", f"all {many} since the first facts") + end


def one_of_window(writer: Writer, window: Window, *, every: bool) -> str:
    """«в этом году», «хотя бы в одном году с начала наблюдений»; empty where a window is said by its length."""
    own = writer.tree.period.period if writer.tree.period is not None else YEAR
    russian = writer.language == "ru"
    place = IN_ONE[window.inside or window.kind or own][not russian]
    if window.length is not None and not window.back and writer.say(window.length) == "1":
        return f"в этом {place}" if russian else f"in this {place}"
    if window.length is not None or window.inside:
        return ""
    since = window_text(writer, window).removeprefix("всех ").removeprefix("all ").partition(" ")[2]
    if not russian:
        return f"{'in each' if every else 'in at least one'} {place} {since}"
    return f"{'в каждом' if every else 'хотя бы в одном'} {place} {since}"


def _decision(writer: Writer, expr: Decision[Any]) -> str:
    russian = writer.language == "ru"
    title = (expr.rule.titles or {}).get(writer.language, "")
    name = f"«{title}» ({expr.rule.id})" if title else expr.rule.id
    if expr.clause == "verdict":
        return f"по правилу {name} решение положительно" if russian else f"rule {name} decides so"
    said = expr.rule.texts.get(expr.clause)
    clause = (said.in_(writer.language).title if said else "") or expr.clause
    if expr.of_kind == "truth":
        return f"по правилу {name} выполнено «{clause}»" if russian else f"rule {name} holds «{clause}»"
    return f"«{clause}» по правилу {name}" if russian else f"«{clause}» by rule {name}"


def _status(writer: Writer, expr: Status) -> str:
    russian = writer.language == "ru"
    start = writer._("не известно", "not known") if expr.start is None else _state(writer, expr.start)
    moves = [
        writer._(
            f"из {_state(writer, source)} в {_state(writer, target)}, если {writer.say(when)}",
            f"from {_state(writer, source)} to {_state(writer, target)} if {writer.say(when)}",
        )
        for source, when, target in expr.moves
    ]
    states = ", ".join(_state(writer, state) for state in expr.states)
    since = "" if expr.since is None else writer._(f", первый период {expr.since}", f", first period {expr.since}")
    kept = writer._(
        "иначе и в период, к которому правило не применяется, состояние сохраняется",
        "else, and in a period without the rule, the state is kept",
    )
    head = "состояние" if russian else "the state, one of"
    begin = writer._(f"вначале {start}", f"at the start {start}")
    return f"{head} ({states}): {begin}{since}; {'; '.join([*moves, kept])}"


def _before(writer: Writer, expr: Before) -> str:
    said = writer._("состояние прошлого периода", "the state of the period before")
    if expr.steps > 1:
        said = writer._(f"состояние {expr.steps} периодов назад", f"the state {expr.steps} periods before")
    return f"{said} ({writer._('п.', 'point')} {writer.numbers[expr.status]})"


def _state(writer: Writer, code: str) -> str:
    return f"«{writer.codes.get(code, code)}»"


_TIES: Mapping[str, tuple[str, str]] = {
    "min": ("при равных – меньшее место", "equal ones take the first place"),
    "max": ("при равных – большее место", "equal ones take the last place"),
    "open": ("места равных не определены", "the places of equal ones are left open"),
}
_ROUNDED: Mapping[str, tuple[str, str]] = {
    "ceil": ("с округлением вверх", "rounded up"),
    "floor": ("с округлением вниз", "rounded down"),
    "half_up": ("с округлением половины вверх", "rounded half up"),
    "half_even": ("с округлением половины к чётному", "rounded half to even"),
}


def _rank(writer: Writer, expr: Rank) -> str:
    russian = writer.language == "ru"
    first = ("наибольшее", "largest") if expr.descending else ("наименьшее", "smallest")
    ties = _TIES[expr.ties][not russian]
    head = writer._("место значения", "the place of")
    order = writer._(f"первое – {first[0]}", f"the {first[1]} first")
    inside = _in_group(writer, expr, ("в группе", "in the group"))
    return f"{head} {writer._named(expr.item)} {inside} ({order}; {ties})"


def _cut(writer: Writer, expr: Cut) -> str:
    rounding = _ROUNDED[expr.rounding][writer.language != "ru"]
    of = _in_group(writer, expr, ("от числа членов группы", "of the members in the group"))
    return f"{writer.say(expr.share)} {of} ({rounding})"


def _in_group(writer: Writer, expr: Rank | Cut, head: tuple[str, str]) -> str:
    name = expr.fact.labels[writer.language] or expr.fact.__name__
    where = ""
    if expr.filter is not None:
        who = writer._("члены – те, для которых", "its members are those for which")
        where = f"; {who} {writer.say(expr.filter)}"
    keys = ", ".join(_key_text(expr.fact.key(key), writer.language) for key in expr.by)
    return f"{writer._(*head)} «{name}» ({writer._('общие:', 'that shares')} {keys}{where})"


def _key_text(key: Key, language: str) -> str:
    """A key in words: its label, the kind of its period, else its name."""
    named = key.label(language)
    return _one(key.period, language) if key.period and named == key.name else named


def _opaque(writer: Writer, expr: Opaque) -> str:
    inputs = "; ".join(f"{name} – {writer.say(item)}" for name, item in expr.reads)
    head = writer._("вычисление", "the computation")
    return f"{head} {expr.name} {expr.version} ({writer._('по данным', 'from')}: {inputs})"


_SAY: Mapping[type, Callable[[Any, Any], str]] = {
    Run: _run,
    Within: _within,
    Periods: _periods,
    Decision: _decision,
    Status: _status,
    Before: _before,
    Rank: _rank,
    Cut: _cut,
    Opaque: _opaque,
}
