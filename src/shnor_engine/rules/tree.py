"""The nodes of a rule: typed, frozen, and the only thing a reader of rules needs to know.

A node has no value of its own; `reasoning` gives it one. Python's own truth (`and`, `if`, `==`, `in`) is refused with
the line as it should read, because it would be lost silently.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, NoReturn, TypeAlias, TypeVar, overload

from shnor_engine.law.authors import author_line, place
from shnor_engine.law.brackets import Brackets
from shnor_engine.law.dated import Dated, DatedAt, Instant
from shnor_engine.law.source import refuse

if TYPE_CHECKING:
    from shnor_engine.rules.fact import Fact

T = TypeVar("T")
E = TypeVar("E", bound="Expr[Any]")
Kind = Literal["truth", "number", "code", "date", "codes", "brackets"]
Comparison = Literal[">=", ">", "<=", "<", "="]


class Expr(Generic[T]):
    """A typed expression: `Expr[bool]` a truth, `Expr[int]` and `Expr[Fraction]` numbers, `Expr[str]` a code.

    `Expr[date]` is a day, `Expr[CodeSet]` the set of codes that a collecting table gives. A node that takes its kind
    from what it holds says so in `kind_within`.
    """

    kind: ClassVar[Kind | None] = None
    file: str
    line: int

    def kind_within(self) -> Kind | None:
        """The kind of a node that has none by its class; None where `kind_of` knows it."""
        return None

    def __post_init__(self) -> None:
        file, line = author_line()
        object.__setattr__(self, "file", file)
        object.__setattr__(self, "line", line)

    @property
    def where(self) -> str:
        """File and line where the author wrote it; of a rule read from a document the place in it."""
        return place(self.file, self.line)

    # --- Python that a clause cannot hold ---------------------------------------------------------

    def __bool__(self) -> NoReturn:
        raise refuse(
            "a clause has no truth value in Python: and, or, not, if and a < b < c are lost on it",
            hint="& | ~ instead of and, or, not; case(…) instead of if; (a < b) & (b < c) instead of a < b < c",
        )

    def __iter__(self) -> Iterator[NoReturn]:
        raise refuse("a clause is no sequence", hint="count(…), any_(…), all_(…) over the rows of a fact")

    def __contains__(self, _: object) -> NoReturn:
        raise refuse("`in` asks Python, not the rule", hint="x.is_in(a, b)")

    def __eq__(self, other: object) -> NoReturn:
        raise refuse("`==` compares Python objects, not values of a rule", hint="a.is_(b)", last=_key(other))

    def __ne__(self, other: object) -> NoReturn:
        raise refuse("`!=` compares Python objects, not values of a rule", hint="~a.is_(b)", last=_key(other))

    __hash__ = object.__hash__

    def __format__(self, _: str) -> NoReturn:
        raise refuse(
            "an f-string writes how a clause is built, not what it is worth", hint="case(…), or texts = Texts(…)"
        )

    def __len__(self) -> NoReturn:
        raise refuse("a clause is no sequence", hint="count(Fact, where=…)")

    # --- comparison -------------------------------------------------------------------------------

    @overload
    def __ge__(self: Num, other: NumLike) -> Expr[bool]: ...
    @overload
    def __ge__(self: Expr[date], other: DateLike) -> Expr[bool]: ...
    @overload
    def __ge__(self: Expr[str], other: CodeLike) -> Expr[bool]: ...
    def __ge__(self, other: Any) -> Expr[bool]:
        return compared(">=", self, other)

    @overload
    def __gt__(self: Num, other: NumLike) -> Expr[bool]: ...
    @overload
    def __gt__(self: Expr[date], other: DateLike) -> Expr[bool]: ...
    @overload
    def __gt__(self: Expr[str], other: CodeLike) -> Expr[bool]: ...
    def __gt__(self, other: Any) -> Expr[bool]:
        return compared(">", self, other)

    @overload
    def __le__(self: Num, other: NumLike) -> Expr[bool]: ...
    @overload
    def __le__(self: Expr[date], other: DateLike) -> Expr[bool]: ...
    @overload
    def __le__(self: Expr[str], other: CodeLike) -> Expr[bool]: ...
    def __le__(self, other: Any) -> Expr[bool]:
        return compared("<=", self, other)

    @overload
    def __lt__(self: Num, other: NumLike) -> Expr[bool]: ...
    @overload
    def __lt__(self: Expr[date], other: DateLike) -> Expr[bool]: ...
    @overload
    def __lt__(self: Expr[str], other: CodeLike) -> Expr[bool]: ...
    def __lt__(self, other: Any) -> Expr[bool]:
        return compared("<", self, other)

    @overload
    def between(self: Num, low: NumLike, high: NumLike) -> Expr[bool]: ...
    @overload
    def between(self: Expr[date], low: DateLike, high: DateLike) -> Expr[bool]: ...
    @overload
    def between(self: Expr[str], low: CodeLike, high: CodeLike) -> Expr[bool]: ...
    def between(self, low: Any, high: Any) -> Expr[bool]:
        """low ≤ x ≤ high: numbers, days, or codes of a scale."""
        return And((compared(">=", self, low), compared("<=", self, high)))

    @overload
    def is_(self: Expr[str], value: str | Dated[str] | DatedAt[str]) -> Expr[bool]: ...
    @overload
    def is_(self: Expr[bool], value: bool) -> Expr[bool]: ...
    @overload
    def is_(self: Num, value: NumLike) -> Expr[bool]: ...
    @overload
    def is_(self: Expr[date], value: DateLike) -> Expr[bool]: ...
    def is_(self, value: Any) -> Expr[bool]:
        """Whether the value is this one."""
        if isinstance(value, str):
            return IsIn(code(self), _known_codes(self, (value,)))
        if isinstance(value, bool):
            return truth(self) if value else Not(truth(self))
        if kind_of(lift(value)) == "code":
            return _listed(self, (value,))
        return compared("=", self, value)

    def is_in(self: Expr[str], *codes: CodesLike) -> Expr[bool]:
        """Whether a code is one of these; a parameter that holds a tuple of codes stands for all of them."""
        named = tuple(one for one in codes if isinstance(one, str))
        known = _known_codes(self, named)
        return IsIn(code(self), known) if len(known) == len(codes) else _listed(self, codes)

    def has(self: Expr[CodeSet], one: str) -> Expr[bool]:
        """Whether a set of codes holds this one."""
        return Has(_of_kind(self, "codes", "a set of codes"), one)

    # --- truth ------------------------------------------------------------------------------------

    def __and__(self: Expr[bool], other: Expr[bool]) -> Expr[bool]:
        return And((_operand(self, "&"), _operand(other, "&")))

    def __or__(self: Expr[bool], other: Expr[bool]) -> Expr[bool]:
        return Or((_operand(self, "|"), _operand(other, "|")))

    def __invert__(self: Expr[bool]) -> Expr[bool]:
        return Not(_operand(self, "~"))

    if not TYPE_CHECKING:  # reached only by a mistake: a / b, -a, 10 & x, P.limit & x

        def __truediv__(self, other):
            raise refuse("a quotient says what it is of", hint="ratio(a, b), or share(part, of=whole)")

        __rtruediv__ = __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __truediv__

        def __neg__(self):
            raise refuse("a number is not negated by a sign", hint="0 - x")

        def __abs__(self):
            raise refuse("Python's abs() asks Python, not the rule", hint="max_(x, 0 - x)")

        def __pow__(self, other):
            raise refuse("a rule has no powers", hint="x * x")

        def __xor__(self, other):
            raise refuse("a rule has no ^", hint="(a & ~b) | (~a & b)")

        __rxor__ = __xor__

        def __round__(self, places=0):
            raise refuse("rounding states its digits and its mode", hint='round_(x, places, "half_up")')

        def __float__(self):
            raise refuse(
                "an expression is no number of Python", hint="the expression as it is, its numbers are exact"
            )

        __int__ = __index__ = __float__

        def __rand__(self, other):
            return And((_operand(other, "&"), self))

        def __ror__(self, other):
            return Or((_operand(other, "|"), self))

    # --- arithmetic -------------------------------------------------------------------------------

    @overload
    def __add__(self: Expr[int], other: IntLike) -> Expr[int]: ...  # type: ignore[overload-overlap]
    @overload
    def __add__(self: Num, other: NumLike) -> Expr[Fraction]: ...
    @overload
    def __add__(self: Expr[date], other: IntLike) -> Expr[date]: ...
    def __add__(self, other: Any) -> Any:
        if kind_of(self) == "date":
            return DayShift("+", day(self), number(other))
        return Arithmetic("+", number(self), number(other))

    @overload
    def __sub__(self: Expr[int], other: IntLike) -> Expr[int]: ...  # type: ignore[overload-overlap]
    @overload
    def __sub__(self: Num, other: NumLike) -> Expr[Fraction]: ...
    @overload
    def __sub__(self: Expr[date], other: IntLike) -> Expr[date]: ...
    def __sub__(self, other: Any) -> Any:
        if kind_of(self) == "date":
            if kind_of(lift(other)) == "date":
                raise refuse("a day less a day is no day", hint="days_between(earlier, later)")
            return DayShift("-", day(self), number(other))
        return Arithmetic("-", number(self), number(other))

    @overload
    def __mul__(self: Expr[int], other: IntLike) -> Expr[int]: ...  # type: ignore[overload-overlap]
    @overload
    def __mul__(self: Num, other: NumLike) -> Expr[Fraction]: ...
    def __mul__(self, other: Any) -> Any:
        return Arithmetic("*", number(self), number(other))

    @overload
    def __radd__(self: Expr[int], other: IntLike) -> Expr[int]: ...  # type: ignore[overload-overlap]
    @overload
    def __radd__(self: Num, other: NumLike) -> Expr[Fraction]: ...
    def __radd__(self, other: Any) -> Any:
        return Arithmetic("+", number(other), number(self))

    @overload
    def __rsub__(self: Expr[int], other: IntLike) -> Expr[int]: ...  # type: ignore[overload-overlap]
    @overload
    def __rsub__(self: Num, other: NumLike) -> Expr[Fraction]: ...
    def __rsub__(self, other: Any) -> Any:
        return Arithmetic("-", number(other), number(self))

    @overload
    def __rmul__(self: Expr[int], other: IntLike) -> Expr[int]: ...  # type: ignore[overload-overlap]
    @overload
    def __rmul__(self: Num, other: NumLike) -> Expr[Fraction]: ...
    def __rmul__(self, other: Any) -> Any:
        return Arithmetic("*", number(other), number(self))


def _key(other: object) -> str:
    """What a parameter is called; nothing of anything else."""
    param = other.param if isinstance(other, DatedAt) else other
    return param.key if isinstance(param, Dated) else ""


Num: TypeAlias = "Expr[int] | Expr[Fraction]"
IntLike: TypeAlias = "Expr[int] | Dated[int] | DatedAt[int] | int"
NumLike: TypeAlias = (
    "Expr[int] | Expr[Fraction] | Dated[int] | Dated[Fraction] | DatedAt[int] | DatedAt[Fraction] | int | Fraction"
)
DateLike: TypeAlias = "Expr[date] | Dated[date] | DatedAt[date] | date"
CodeLike: TypeAlias = "Expr[str] | Dated[str] | DatedAt[str] | str"
CodesLike: TypeAlias = "str | Dated[str] | DatedAt[str] | Dated[tuple[str, ...]] | DatedAt[tuple[str, ...]]"
CodeSet: TypeAlias = frozenset[str]


# --- values ---------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Constant(Expr[T]):
    """A value written in the rule itself."""

    value: Any


@dataclass(frozen=True, eq=False)
class FieldRef(Expr[T]):
    """A field of a fact at the keys where the clause stands."""

    fact: type[Fact]
    field: str


@dataclass(frozen=True, eq=False)
class KeyRef(Expr[T]):
    """The value of a key where the clause stands: a code, of a period its number."""

    fact: type[Fact]
    key: str

    def kind_within(self) -> Kind:
        """A number for a period, else a code."""
        return "number" if any(key.period for key in self.fact.grain if key.name == self.key) else "code"


@dataclass(frozen=True, eq=False)
class ParamRef(Expr[T]):
    """A dated parameter at an instant: the last day of the measured period, the decision day, or a fixed day."""

    param: Dated[T]
    instant: Instant = "period"
    day: date | None = None


@dataclass(frozen=True, eq=False)
class ClauseRef(Expr[T]):
    """Another clause of the same rule, by name; a rule that inherits it may say it anew."""

    name: str
    of_kind: Kind


@dataclass(frozen=True, eq=False)
class Arithmetic(Expr[T]):
    """Sum, difference or product, exact."""

    kind: ClassVar[Kind | None] = "number"
    op: Literal["+", "-", "*"]
    left: Expr[Any]
    right: Expr[Any]


@dataclass(frozen=True, eq=False)
class DayShift(Expr[date]):
    """A day so many days later (`+`) or earlier (`-`)."""

    kind: ClassVar[Kind | None] = "date"
    op: Literal["+", "-"]
    day: Expr[date]
    days: Expr[Any]


@dataclass(frozen=True, eq=False)
class Ratio(Expr[Fraction]):
    """Part by whole, an exact rational; undetermined where the whole is or may be zero. `part_of`: part ≤ whole."""

    kind: ClassVar[Kind | None] = "number"
    part: Expr[Any]
    whole: Expr[Any]
    part_of: bool


@dataclass(frozen=True, eq=False)
class Extreme(Expr[T]):
    """The smallest or the largest of several numbers, the earliest or the latest of several days."""

    which: Literal["min", "max"]
    items: tuple[Expr[Any], ...]

    def kind_within(self) -> Kind:
        """A number or a day, as its items are."""
        return kind_of(self.items[0])


# --- truth ----------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Compare(Expr[bool]):
    """A comparison of two numbers or two days; undetermined where one of them is absent."""

    kind: ClassVar[Kind | None] = "truth"
    op: Comparison
    left: Expr[Any]
    right: Expr[Any]


@dataclass(frozen=True, eq=False)
class IsIn(Expr[bool]):
    """Whether a code is one of some codes."""

    kind: ClassVar[Kind | None] = "truth"
    item: Expr[str]
    codes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class OnScale(Expr[bool]):
    """A comparison of two codes by their places on a scale, the lowest code first."""

    kind: ClassVar[Kind | None] = "truth"
    op: Comparison
    left: Expr[str]
    right: Expr[str]
    scale: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Has(Expr[bool]):
    """Whether a set of codes holds a code."""

    kind: ClassVar[Kind | None] = "truth"
    item: Expr[CodeSet]
    code: str


@dataclass(frozen=True, eq=False)
class And(Expr[bool]):
    """All of them."""

    kind: ClassVar[Kind | None] = "truth"
    items: tuple[Expr[bool], ...]


@dataclass(frozen=True, eq=False)
class Or(Expr[bool]):
    """At least one of them."""

    kind: ClassVar[Kind | None] = "truth"
    items: tuple[Expr[bool], ...]


@dataclass(frozen=True, eq=False)
class Not(Expr[bool]):
    """The contrary; of an undetermined truth undetermined."""

    kind: ClassVar[Kind | None] = "truth"
    item: Expr[bool]


@dataclass(frozen=True, eq=False)
class IsPresent(Expr[bool]):
    """Whether the value exists, as far as is known (Kleene)."""

    kind: ClassVar[Kind | None] = "truth"
    item: Expr[Any]


@dataclass(frozen=True, eq=False)
class IsKnown(Expr[bool]):
    """Whether a value is held; never undetermined."""

    kind: ClassVar[Kind | None] = "truth"
    item: Expr[Any]


@dataclass(frozen=True, eq=False)
class Assume(Expr[T]):
    """The value where it is known, else a stated assumption that the explanation shows."""

    item: Expr[T]
    value: Expr[T]


@dataclass(frozen=True, eq=False)
class Case(Expr[T]):
    """The value of the first row whose condition is true; rows after it are not read."""

    rows: tuple[tuple[Expr[bool], Expr[T]], ...]
    otherwise: Expr[T] | None


# --- rows -----------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Rows(Expr[T]):
    """An aggregate over the rows of a finer fact that share the keys where the clause stands."""

    how: Literal["count", "sum", "mean", "weighted", "only", "any", "all", "min", "max"]
    fact: type[Fact]
    item: Expr[Any] | None
    filter: Expr[bool] | None
    weight: Expr[Any] | None = None


# --- time -----------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Window:
    """Periods counted back from the one where the clause stands.

    `length` periods, or every period from the first one that the facts speak of; `back` leaves out the latest ones.
    `kind` is the kind of the periods, the clause's own years where it is empty. `inside` is another kind whose
    periods that end in the one of the clause are meant, however many they are.
    """

    length: Expr[int] | None
    back: int = 0
    kind: str = ""
    inside: str = ""


@dataclass(frozen=True, eq=False)
class Previous(Expr[T]):
    """The same expression `steps` periods earlier, all other keys kept."""

    item: Expr[T]
    steps: int


@dataclass(frozen=True, eq=False)
class AtLeast(Expr[bool]):
    """Whether a truth holds in at least `least` periods of a window; `least` None means in each of them."""

    kind: ClassVar[Kind | None] = "truth"
    least: Expr[int] | None
    window: Window
    item: Expr[bool]


# --- reading a tree -------------------------------------------------------------------------------


def kind_of(expr: Expr[Any]) -> Kind:
    """Whether an expression is a truth, a number, a code, a day, a set of codes or the brackets of a scale."""
    if (kind := expr.kind or expr.kind_within()) is not None:
        return kind
    match expr:
        case Constant():
            return kind_of_value(expr.value)
        case FieldRef():
            return expr.fact.fields()[expr.field].kind
        case ParamRef():
            return kind_of_value(expr.param.entries[0].value)
        case ClauseRef():
            return expr.of_kind
        case Assume() | Previous():
            return kind_of(expr.item)
        case Case():
            return kind_of(expr.rows[0][1])
        case Rows():
            if expr.how in ("min", "max", "only") and expr.item is not None:
                return kind_of(expr.item)
            return "truth" if expr.how in ("any", "all") else "number"
    raise TypeError(f"{type(expr).__name__} has no kind")


def kind_of_value(value: object) -> Kind:
    """The kind of a plain value of a rule or of the law."""
    match value:
        case bool():
            return "truth"
        case str():
            return "code"
        case date():
            return "date"
        case Brackets():
            return "brackets"
        case tuple():
            return "codes"
    return "number"


def scale_of(expr: Expr[Any]) -> tuple[str, ...]:
    """The scale on which a code stands, the lowest first; empty where its codes have no order."""
    match expr:
        case FieldRef():
            return expr.fact.fields()[expr.field].scale
        case Case():
            found = {scale for _, value in expr.rows if (scale := scale_of(value))}
            return found.pop() if len(found) == 1 else ()
        case Assume() | Previous():
            return scale_of(expr.item)
    return getattr(expr, "scale", ())


def compared(op: Comparison, left: Any, right: Any) -> Expr[bool]:
    """The comparison of two numbers, two days, or two codes of one scale; anything else is a RuleSyntax."""
    a, b = lift(left), lift(right)
    kinds = {kind_of(a), kind_of(b)}
    if kinds == {"date"}:
        return Compare(op, a, b)
    if kinds == {"code"}:
        return _on_scale(op, a, b)
    return Compare(op, number(a), number(b))


def _listed(item: Expr[Any], codes: tuple[Any, ...]) -> Expr[bool]:
    """Whether a code is on a list that the law holds: a table of one row, so that the list is read at its instant."""
    from shnor_engine.rules.tables import row, table

    return table(code(item), row(codes, gives=True), otherwise=False)


def _known_codes(item: Expr[Any], codes: tuple[str, ...]) -> tuple[str, ...]:
    """The codes, each on the closed list of what is asked; a misspelt one would only never hold."""
    if strange := off_the_list(item, codes):
        raise refuse(strange)
    return codes


def off_the_list(item: Expr[Any], codes: tuple[str, ...]) -> str:
    """Which of some codes a field or key cannot have, in words; nothing where it can have them all."""
    closed: Any = ()
    if isinstance(item, FieldRef):
        closed = item.fact.fields()[item.field].among
    elif isinstance(item, KeyRef):
        closed = item.fact.key(item.key).among
    strange = [one for one in codes if one not in closed] if isinstance(closed, tuple) and closed else []
    return f"«{strange[0]}» is none of {', '.join(closed)}" if strange else ""


def _on_scale(op: Comparison, left: Expr[str], right: Expr[str]) -> Expr[bool]:
    scales = {scale for item in (left, right) if (scale := scale_of(item))}
    if len(scales) != 1:
        raise refuse(
            "these codes stand on two scales" if scales else "codes have no order of their own",
            hint='LEVELS = Scale("low", "high"); LEVELS.of(code) >= "high"',
        )
    scale = scales.pop()
    for item in (left, right):
        if isinstance(item, Constant) and item.value not in scale:
            raise refuse(f"«{item.value}» is not on the scale {' < '.join(scale)}")
    return OnScale(op, left, right, scale)


def children(expr: Expr[Any]) -> Iterator[Expr[Any]]:
    """The expressions directly inside, in the author's order."""
    for item in fields(expr):  # type: ignore[arg-type]
        yield from _inside(getattr(expr, item.name))


def _inside(value: object) -> Iterator[Expr[Any]]:
    if isinstance(value, Expr):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _inside(item)
    elif isinstance(value, Window) and value.length is not None:
        yield value.length


def walk(expr: Expr[Any]) -> Iterator[Expr[Any]]:
    """The expression and everything under it."""
    yield expr
    for child in children(expr):
        yield from walk(child)


def moved(expr: E, written: Expr[Any]) -> E:
    """The expression as if it stood in the file and line of another one."""
    object.__setattr__(expr, "file", written.file)
    object.__setattr__(expr, "line", written.line)
    return expr


# --- lifting what an author writes ----------------------------------------------------------------


def lift(value: Any) -> Expr[Any]:
    """An expression as it is, a parameter as a reference, a plain value as a literal."""
    if isinstance(value, Expr):
        return value
    if isinstance(value, Dated):
        return ParamRef(value)
    if isinstance(value, DatedAt):
        return ParamRef(value.param, value.instant, value.day)
    if isinstance(value, bool | int | str | Fraction) or (
        isinstance(value, date) and not isinstance(value, datetime)
    ):
        return Constant(value)
    if isinstance(value, list | tuple | set):
        raise refuse("a list is no value of a rule; its items stand side by side", hint="x.is_in(a, b), all_of(a, b)")
    raise refuse(
        f"{value!r} is no value of a rule", hint="an int, a Fraction, percent(…), a code, a day, or an expression"
    )


def number(value: Any) -> Expr[Any]:
    """A number, lifted; anything else is a RuleSyntax at the author's line."""
    return _of_kind(value, "number", "a number")


def truth(value: Any) -> Expr[bool]:
    """A truth, lifted; anything else is a RuleSyntax at the author's line."""
    return _of_kind(value, "truth", "a truth")


def code(value: Any) -> Expr[str]:
    """A code, lifted; anything else is a RuleSyntax at the author's line."""
    return _of_kind(value, "code", "a code")


def day(value: Any) -> Expr[date]:
    """A day, lifted; anything else is a RuleSyntax at the author's line."""
    return _of_kind(value, "date", "a day")


def _of_kind(value: Any, kind: Kind, name: str) -> Expr[Any]:
    expr = lift(value)
    if kind_of(expr) != kind:
        raise refuse(f"{name} is needed here, this is a {kind_of(expr)}")
    return expr


def _operand(value: Any, sign: str) -> Expr[bool]:
    """A truth beside & | ~; a number there is the precedence trap `a >= b & c`."""
    expr = lift(value)
    if kind_of(expr) != "truth":
        raise refuse(
            f"`{sign}` binds tighter than a comparison, so it met a {kind_of(expr)}",
            hint=f"(a >= b) {sign} c" if sign != "~" else "~(a >= b)",
        )
    return expr
