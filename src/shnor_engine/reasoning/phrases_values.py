"""Phrases of a described methodology for values, days, tables, scales and weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shnor_engine.reasoning.language import LIMIT, LIMIT_DAY, LIMIT_SCALE, label, pick
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.dates import Between
from shnor_engine.rules.marginals import Bracketed, Marginal
from shnor_engine.rules.scales import Scaled
from shnor_engine.rules.tables import Among, Anything, Band, Table, TableRow, WhenAbsent, edges, is_listing
from shnor_engine.rules.tree import Expr, kind_of
from shnor_engine.rules.values import Round
from shnor_engine.rules.weights import Reweight, Send

if TYPE_CHECKING:
    from typing import Protocol

    class Writer(Protocol):
        """What a phrase needs of the writer of a methodology."""

        language: str

        def say(self, expr: Expr[Any]) -> str:
            """The phrase for an expression."""


MODES = {
    "half_up": ("половина – от нуля", "a half away from zero"),
    "half_even": ("половина – к чётному", "a half to the even"),
    "floor": ("вниз", "down"),
    "ceil": ("вверх", "up"),
}


def phrase_of(writer: Writer, expr: Expr[Any]) -> str | None:
    """The phrase for an expression of this module; None for any other."""
    language, say = writer.language, writer.say
    match expr:
        case nodes.KeyRef():
            key = expr.fact.key(expr.key)
            named = key.label(language) != key.name
            return key.label(language) if named else f"{pick(('ключ', 'the key'), language)} «{key.name}»"
        case Round():
            return _rounded(writer, expr)
        case nodes.OnScale():
            return f"{say(expr.left)} {pick(LIMIT_SCALE[expr.op], language)} {say(expr.right)}"
        case nodes.Has():
            among, one = pick(("среди кодов", "among the codes"), language), say(nodes.Constant(expr.code))
            return f"{among} {_inside(writer, expr.item)}: {one}"
        case Scaled():
            places = " < ".join(say(nodes.Constant(code)) for code in expr.scale)
            return f"{say(expr.item)} ({pick(('шкала', 'scale'), language)}: {places})"
        case nodes.DayShift():
            sign, unit = ("+" if expr.op == "+" else "−"), pick(("дн.", "days"), language)
            return f"({say(expr.day)} {sign} {say(expr.days)} {unit})"
        case Between():
            what = ("полных лет", "full years") if expr.unit == "years" else ("дней", "days")
            ends = pick(
                (f"от: {say(expr.start)}; до: {say(expr.end)}", f"{say(expr.start)} to {say(expr.end)}"), language
            )
            return f"{pick(what, language)} ({ends})"
        case Table():
            return _table(writer, expr)
        case Marginal():
            by, of = pick(("по шкале", "by the scale"), language), pick(("от", "of"), language)
            return f"{by} ({say(expr.scale)}) {of} {_inside(writer, expr.item)}"
        case Bracketed():
            since = pick(("с", "from"), language)
            return "; ".join(f"{since} {say(start)} – {say(rate)}" for start, rate in expr.rows)
        case Reweight():
            return _reweighted(writer, expr)
    return None


def _inside(writer: Writer, expr: Expr[Any]) -> str:
    if isinstance(expr, nodes.ClauseRef):
        return writer.say(expr)
    return f"«{writer.say(expr)}»"


def _rounded(writer: Writer, expr: Round[Any]) -> str:
    mode, said = pick(MODES[expr.mode], writer.language), writer.say(expr.item)
    item = said if isinstance(expr.item, nodes.ClauseRef) else f"({said})"
    far = (f"{expr.places} знаков после запятой", f"{expr.places} places")
    to = pick(PLACES.get(expr.places, far), writer.language)
    if writer.language == "ru":
        return f"{item} с округлением до {to} ({mode})"
    return f"{item} rounded to {to} ({mode})"


PLACES = {
    -3: ("тысяч", "thousands"),
    -2: ("сотен", "hundreds"),
    -1: ("десятков", "tens"),
    0: ("целых", "whole numbers"),
    1: ("десятых", "tenths"),
    2: ("сотых", "hundredths"),
    3: ("тысячных", "thousandths"),
}


def _table(writer: Writer, expr: Table[Any]) -> str:
    language = writer.language
    inputs = "; ".join(
        label(item, language) if isinstance(item, nodes.FieldRef | nodes.ParamRef) else writer.say(item)
        for item in expr.inputs
    )
    if is_listing(expr):
        return f"{inputs} – {_listed(writer, expr)}"
    head = pick(("по таблице", "by the table"), language)
    if expr.hit == "collect":
        head = pick(("все подходящие строки таблицы", "all rows that hold of the table"), language)
    rows = [f"{place}) {_row(writer, row, expr)}" for place, row in enumerate(expr.rows, start=1)]
    if expr.otherwise is not None:
        rows.append(f"{pick(('в остальных случаях', 'in all other cases'), language)} – {writer.say(expr.otherwise)}")
    return f"{head} ({inputs}): {'; '.join(rows)}"


def _listed(writer: Writer, expr: Table[Any]) -> str:
    """The codes that the law lists, or the one that it names."""
    items = edges(expr.rows[0].cells[0])
    said = "; ".join(writer.say(item) for item in items)
    several = len(items) > 1 or kind_of(items[0]) == "codes"
    return f"{pick(('одно из', 'one of'), writer.language)}: {said}" if several else said


def _row(writer: Writer, row: TableRow[Any], expr: Table[Any]) -> str:
    cells = ", ".join(_cell(writer, cell, read) for cell, read in zip(row.cells, expr.inputs, strict=True))
    cited = f" ({row.ref.cite(writer.language)})" if row.ref else ""
    return f"{cells} – {writer.say(row.gives)}{cited}"


def _cell(writer: Writer, cell: Expr[bool], read: Expr[Any]) -> str:
    language = writer.language
    match cell:
        case Band():
            limits = LIMIT_DAY if kind_of(read) == "date" else LIMIT
            ends = [(cell.low, ">=" if cell.low_in else ">"), (cell.high, "<=" if cell.high_in else "<")]
            said = [f"{pick(limits[op], language)} {writer.say(end)}" for end, op in ends if end is not None]
            return pick((" и ", " and "), language).join(said)
        case Among():
            return pick((" или ", " or "), language).join(writer.say(item) for item in cell.items)
        case Anything():
            return pick(("любое значение", "any value"), language)
        case WhenAbsent():
            return pick(("нет значения", "no value"), language)
    raise TypeError(f"{type(cell).__name__} is no cell of a table")


def _reweighted(writer: Writer, expr: Reweight) -> str:
    language = writer.language
    moves = "; ".join(_move(writer, item) for item in expr.moves)
    if language == "ru":
        return f"{writer.say(expr.weight)}; если чего-то нет, его вес переходит один раз, по порядку: {moves}"
    return f"{writer.say(expr.weight)}; the weight of what is missing moves once, in this order: {moves}"


def _move(writer: Writer, item: Send) -> str:
    targets = ", ".join(f"«{code}» × {writer.say(part)}" for code, part in item.targets)
    cited = f" ({item.ref.cite(writer.language)})" if item.ref else ""
    return f"«{item.source}» → {targets}{cited}"
