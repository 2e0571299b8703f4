"""Decision tables written apart from the rule, in YAML or as parsed JSON: they become the same table node.

::

    # points.yaml
    table: points for attendance
    hit: unique                      # or collect
    rows:
      - when: {missed: "< 10%", kind: [day, evening]}
        gives: 3
        ref: clause 2.1
      - when: {missed: "[10%, P.limit)"}     # an input that is not named may be anything
        gives: 1
    otherwise: 0

A cell is a value, a list of values, a band in quotes – `"[a, b)"`, `"(a, b]"`, `">= a"`, `"< b"` –, `absent`, or
`"-"` for anything; numbers are exact («12.5», «30%», «1/3»), days are ISO, and the key of a parameter stands for its
value. Codes stay the text they are: 01611 keeps its zero. Every error names the file and line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias, TypeVar, overload

from shnor_engine.errors import MissingExtra, RuleError, RuleSyntax
from shnor_engine.law.authors import author_line
from shnor_engine.law.clause import Clause
from shnor_engine.law.dated import Dated, Parameters
from shnor_engine.rules.table_checks import problems
from shnor_engine.rules.tables import Anything, Band, Hit, TableRow, made_table, row
from shnor_engine.rules.tree import CodeSet, Expr, Kind, kind_of, lift
from shnor_engine.rules.values import absent

E = TypeVar("E", bound="Expr[Any]")
T = TypeVar("T", str, int, Fraction, bool, date)
Source: TypeAlias = "str | Path | Mapping[str, Any]"
GIVES: Mapping[type, Kind] = {
    str: "code",
    frozenset: "code",
    int: "number",
    Fraction: "number",
    bool: "truth",
    date: "date",
}
KEYS = ("table", "hit", "rows", "otherwise", "act")
ROW_KEYS = ("when", "gives", "ref")
TRUTHS = {"true": True, "yes": True, "да": True, "false": False, "no": False, "нет": False}
BANDS = (
    re.compile(r"(?P<left>[\[(])(?P<low>[^,\[\]()]+),(?P<high>[^,\[\]()]+)(?P<right>[\])])"),
    re.compile(r"(?P<sign>>=|≥|<=|≤|>|<)(?P<end>.+)"),
)


@dataclass(frozen=True, slots=True)
class Text:
    """One scalar of a table as text, and where it stands."""

    value: str
    where: str


@dataclass(frozen=True, slots=True)
class Group:
    """A list or a mapping of a table, and where it stands."""

    items: dict[str, Any] | list[Any]
    where: str
    in_brackets: bool = False


@overload
def decision_table(
    source: Source,
    *,
    gives: type[frozenset[str]],
    inputs: Mapping[str, Expr[Any]],
    parameters: Sequence[type[Parameters]] = (),
) -> Expr[CodeSet]: ...
@overload
def decision_table(
    source: Source,
    *,
    gives: type[T],
    inputs: Mapping[str, Expr[Any]],
    parameters: Sequence[type[Parameters]] = (),
) -> Expr[T]: ...
def decision_table(
    source: Source,
    *,
    gives: Any,
    inputs: Mapping[str, Expr[Any]],
    parameters: Sequence[type[Parameters]] = (),
) -> Any:
    """The table of a YAML file (a path), or of a mapping parsed from JSON, over expressions by the names it uses.

    `gives` is the type of what its rows give: `str`, `int`, `Fraction`, `bool`, `date`, or `frozenset` for a table
    that collects codes. `parameters` are the classes whose keys its cells may name. A malformed table, a row that
    overlaps another or can never be hit, and values that no row holds are a `RuleError` at the line of the file; a
    path without PyYAML is `MissingExtra`.
    """
    by_key = {item.key: item for found in parameters for item in found.all().values()}
    return _Reader(_parsed(source), gives, inputs, by_key).table()


class _Reader:
    def __init__(
        self, data: Group, gives: Any, inputs: Mapping[str, Expr[Any]], parameters: Mapping[str, Dated[Any]]
    ) -> None:
        self.data, self.gives, self.inputs, self.parameters = data, gives, inputs, parameters
        if gives not in GIVES:
            raise RuleError(f"gives={gives!r}; it is one of {', '.join(kind.__name__ for kind in GIVES)}", data.where)
        self.top = _mapping(data, KEYS, "a decision table")

    def table(self) -> Expr[Any]:
        said = _text(self.top["hit"]).value.lower() if "hit" in self.top else "unique"
        if said not in ("unique", "collect"):
            raise RuleError(f"hit policy {said!r}; it is unique or collect", self.top["hit"].where)
        hit: Hit = "collect" if said == "collect" else "unique"
        if (hit == "collect") != (self.gives is frozenset):
            raise RuleError(f"hit policy {hit} does not fit gives={self.gives.__name__}", self.data.where)
        rows = [self._row(item) for item in _list(self.top.get("rows"), self.data.where)]
        otherwise = self._otherwise(self.top["otherwise"]) if "otherwise" in self.top else None
        inputs, at_rows = tuple(self.inputs.values()), frozenset(item.where for item in rows)
        made = _at(self.data.where, lambda: made_table(inputs, rows, otherwise, hit), at_rows)
        for problem in problems(made):
            raise RuleSyntax(problem.message, problem.where)
        return made

    def _otherwise(self, item: Any) -> Any:
        """What it gives where no row holds, at its own line."""
        given = self._given(item)
        return given if given is absent else _at(item.where, lambda: lift(given))

    def _row(self, item: Any) -> TableRow[Any]:
        parts = _mapping(item, ROW_KEYS, "a row")
        if "gives" not in parts:
            raise RuleError("this row gives nothing; say gives:", item.where)
        when = _mapping(parts["when"], tuple(self.inputs), "when") if "when" in parts else {}
        cells = [self._cell(name, when[name]) if name in when else Anything() for name in self.inputs]
        given, ref = self._given(parts["gives"]), self._ref(parts.get("ref"))
        return _at(item.where, lambda: row(*cells, gives=given, ref=ref))

    def _ref(self, point: Text | None) -> Clause | None:
        act = _text(self.top["act"]).value if "act" in self.top else ""
        return None if point is None else Clause(_text(point).value, act=act)

    def _given(self, item: Any) -> Any:
        found, wanted = _text(item), GIVES[self.gives]
        if found.value == "absent":
            return absent
        value = self._value(found.value, wanted, found.where)
        if (kind := kind_of(lift(value))) != wanted:
            raise RuleError(f"{found.value} is a {kind}, the table gives={self.gives.__name__}", found.where)
        if self.gives is int and isinstance(value, Fraction):
            raise RuleError(f"{found.value} is no whole number; say gives=Fraction", found.where)
        return value

    def _cell(self, name: str, item: Any) -> Any:
        kind = kind_of(lift(self.inputs[name]))
        if isinstance(item, Group):
            if item.in_brackets and len(item.items) == 2 and kind in ("number", "date"):
                raise RuleError(
                    "[a, b] without quotes is a list of two values: put the band in quotes, or each value on a line",
                    item.where,
                )
            return tuple(self._value(_text(one).value, kind, one.where) for one in _list(item, item.where))
        text = _text(item).value.strip()
        if text in ("-", "absent"):
            return Anything() if text == "-" else absent
        if kind in ("number", "date") and (band := self._band(text, kind, item.where)) is not None:
            return band
        return self._value(text, kind, item.where)

    def _band(self, text: str, kind: Kind, where: str) -> Band | None:
        if found := BANDS[0].fullmatch(text):
            low, high = (lift(self._value(found[end], kind, where)) for end in ("low", "high"))
            return Band(low, found["left"] == "[", high, found["right"] == "]")
        if found := BANDS[1].fullmatch(text):
            end, sign = lift(self._value(found["end"], kind, where)), found["sign"]
            inside = sign in (">=", "≥", "<=", "≤")
            return Band(end, inside, None, False) if sign in (">", ">=", "≥") else Band(None, False, end, inside)
        return None

    def _value(self, text: str, kind: Kind, where: str) -> Any:
        """A literal of a kind, or the parameter of this key."""
        text = text.strip()
        if text in self.parameters:
            return self.parameters[text]
        try:
            return _LITERAL[kind](text)
        except (ValueError, KeyError, ZeroDivisionError):
            near = get_close_matches(text, list(self.parameters), n=3, cutoff=0.5)
            hint = f"; did you mean {', '.join(near)}?" if near else ""
            raise RuleError(f"{text!r} is no {kind} and no parameter{hint}", where) from None


def _number(text: str) -> int | Fraction:
    share = text.endswith("%")
    found = Fraction(text.removesuffix("%").strip())
    if share:
        return found / 100
    return int(found) if found.denominator == 1 and "/" not in text else found


_LITERAL: Mapping[Kind, Callable[[str], Any]] = {
    "number": _number,
    "code": str,
    "truth": lambda text: TRUTHS[text.lower()],
    "date": date.fromisoformat,
}


# --- where things stand -----------------------------------------------------------------------------


def _at(where: str, make: Callable[[], E], within: frozenset[str] = frozenset()) -> E:
    """What is made, as if it were written at a line of the table; its errors name that line, or one `within`."""
    try:
        made = make()
    except RuleSyntax as error:
        if error.where in within:
            raise
        message = str(error).removeprefix(f"{error.where}: ")
        raise RuleSyntax(message, where) from None
    file, _, line = where.rpartition(":")
    object.__setattr__(made, "file", file if line.isdecimal() else where)
    object.__setattr__(made, "line", int(line) if line.isdecimal() else 0)
    return made


def _mapping(item: Any, known: Iterable[str], what: str) -> dict[str, Any]:
    if not isinstance(item, Group) or not isinstance(item.items, dict):
        raise RuleError(f"{what} is a mapping of {', '.join(known)}", item.where)
    for name, value in item.items.items():
        if name not in known:
            near = get_close_matches(name, list(known), n=3, cutoff=0.5)
            hint = f"did you mean {', '.join(near)}?" if near else f"there are {', '.join(known)}"
            raise RuleError(f"{what} has no «{name}»; {hint}", value.where)
    return item.items


def _list(item: Any, where: str) -> list[Any]:
    if not isinstance(item, Group) or not isinstance(item.items, list) or not item.items:
        raise RuleError("a list with one item or more is needed here", where if item is None else item.where)
    return item.items


def _text(item: Any) -> Text:
    if not isinstance(item, Text):
        raise RuleError("one value is needed here, not a list or a mapping", item.where)
    return item


# --- YAML and parsed mappings -------------------------------------------------------------------------


def _parsed(source: Source) -> Group:
    if isinstance(source, Mapping):
        file, line = author_line()
        read: Group = _plain(source, f"{file}:{line}", "")
        return read
    path = Path(source)
    try:
        import yaml
    except ImportError:
        raise MissingExtra("a decision table in YAML", "yaml") from None
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except UnicodeDecodeError as error:
        raise RuleError(
            f"no UTF-8: {error.reason} at byte {error.start}; save the file as UTF-8", str(path)
        ) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise RuleError(f"no YAML: {error.problem}", f"{path}:{mark.line + 1 if mark else 1}") from None
    if node is None:
        raise RuleError("the file holds no table", f"{path}:1")
    found: Group | Text = _composed(node, path)
    return found if isinstance(found, Group) else Group([], found.where)


def _composed(node: Any, path: Path) -> Group | Text:
    """A YAML node with its line; scalars keep their text, so that nothing is read as a float or an octal."""
    where = f"{path}:{node.start_mark.line + 1}"
    if node.tag == "tag:yaml.org,2002:null":
        raise RuleError("nothing stands here; say absent where none is meant, or put the text in quotes", where)
    if node.id == "scalar":
        return Text(str(node.value), where)
    if node.id == "sequence":
        return Group([_composed(item, path) for item in node.value], where, bool(node.flow_style))
    items: dict[str, Any] = {}
    for key, value in node.value:
        name = str(key.value)
        if name in items:
            raise RuleError(f"«{name}» stands here twice", f"{path}:{key.start_mark.line + 1}")
        items[name] = _composed(value, path)
    return Group(items, where)


def _plain(value: Any, where: str, inside: str) -> Any:
    """A parsed value; the place inside stands after the author's line."""
    at = f"{where} {inside}".rstrip()
    match value:
        case Mapping():
            return Group(
                {str(name): _plain(item, where, f"{inside}.{name}".lstrip(".")) for name, item in value.items()}, at
            )
        case list() | tuple():
            return Group([_plain(item, where, f"{inside}[{place}]") for place, item in enumerate(value)], at)
        case bool():
            return Text(str(value).lower(), at)
        case str() | int() | Fraction():
            return Text(str(value), at)
        case date():
            return Text(value.isoformat(), at)
    hint = "; write it as text: «0.3»" if isinstance(value, float) else ""
    raise RuleError(f"{value!r} is a {type(value).__name__}, not a cell of a table{hint}", at)
