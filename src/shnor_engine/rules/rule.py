"""A rule: a class whose attributes are named clauses, read once into a frozen tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from difflib import get_close_matches
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from shnor_engine.errors import RuleError, RuleSyntax, UnknownName
from shnor_engine.law.authors import author_line
from shnor_engine.law.clause import Clause
from shnor_engine.law.dated import Dated, DatedAt, as_day
from shnor_engine.rules.dates import PeriodDay
from shnor_engine.rules.fact import Fact, Key
from shnor_engine.rules.source import assigned_at
from shnor_engine.rules.texts import Texts
from shnor_engine.rules.tree import (
    AtLeast,
    ClauseRef,
    Expr,
    FieldRef,
    KeyRef,
    ParamRef,
    Previous,
    Rows,
    Window,
    children,
    kind_of,
    lift,
    moved,
    walk,
)
from shnor_engine.rules.weights import Reweight


@dataclass(frozen=True)
class RuleTree:
    """A rule as data: what readers read. Clauses refer to each other by name, in the author's order."""

    id: str
    version: str
    per: tuple[Key, ...]
    in_force: date
    clauses: Mapping[str, Expr[Any]]
    ref: Clause | None = None
    exception_to: tuple[str, str] | None = None
    texts: Texts = field(default_factory=Texts)
    titles: Mapping[str, str] | None = None
    decides: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """Names of the keys at which the rule decides."""
        return tuple(key.name for key in self.per)

    @property
    def period(self) -> Key | None:
        """The key that is a period, if the rule decides by period."""
        return next((key for key in self.per if key.period), None)

    @cached_property
    def facts(self) -> tuple[type[Fact], ...]:
        """Every fact that a clause reads, by name."""
        found = {node.fact for node in self.nodes() if isinstance(node, FieldRef | Rows | KeyRef | Reweight)}
        return tuple(sorted(found, key=lambda fact: fact.__name__))

    @cached_property
    def parameters(self) -> tuple[Dated[Any], ...]:
        """Every parameter that a clause reads, by key."""
        found = {node.param.key: node.param for node in self.nodes() if isinstance(node, ParamRef)}
        lists = [key.listed for fact in self.facts for key in fact.grain if key.listed is not None]
        found |= {listed.param.key: listed.param for listed in lists}
        return tuple(found[key] for key in sorted(found))

    @cached_property
    def outputs(self) -> tuple[str, ...]:
        """Clauses at the grain of the rule or coarser: its typed outputs. The others are read only through rows."""
        return tuple(name for name in self.clauses if self.needs(name) <= set(self.keys))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the JSON form: the same for the same meaning, wherever it was written."""
        from shnor_engine.law.canon import digest
        from shnor_engine.rules.form import to_json

        return digest(to_json(self))

    def nodes(self) -> Iterator[Expr[Any]]:
        """Every node of every clause."""
        for clause in self.clauses.values():
            yield from walk(clause)

    def needs(self, name: str) -> frozenset[str]:
        """The keys that a clause needs where it stands."""
        return _needs(self.clauses[name], self.clauses)


def _needs(expr: Expr[Any], clauses: Mapping[str, Expr[Any]]) -> frozenset[str]:
    if isinstance(expr, FieldRef):
        return frozenset(expr.fact.key_names())
    if isinstance(expr, KeyRef):
        return frozenset((expr.key,))
    if isinstance(expr, ClauseRef):
        return _needs(clauses[expr.name], clauses)
    inner = frozenset(key for child in children(expr) for key in _needs(child, clauses))
    if isinstance(expr, Reweight):
        inner |= {expr.key}
    return inner - set(expr.fact.key_names()) if isinstance(expr, Rows) else inner


class _RuleMeta(type):
    if not TYPE_CHECKING:

        def __getattr__(cls, name: str) -> Any:
            if name.startswith("_") or name in ("tree", "texts"):
                raise AttributeError(name)
            known = list(cls.tree.clauses) if "tree" in vars(cls) else []
            near = get_close_matches(name, known, n=3, cutoff=0.5)
            hint = f"did you mean {', '.join(near)}?" if near else f"it has {', '.join(known) or 'none'}"
            file, line = author_line()
            raise UnknownName(f"{cls.__name__} has no clause «{name}»; {hint}", f"{file}:{line}")


class Rule(metaclass=_RuleMeta):
    """Base of a methodology: each attribute is a clause, `verdict` decides, `applies` (if said) comes before it.

    `per` is the grain at which it decides, `in_force` its first day, `ref` its place in the law. A subclass takes all
    clauses over and re-declares some; what refers to them by name follows. `exception_to` names the clause of another
    rule that this one excepts from; `decides` names what is decided where that is not what the rule it inherits
    decides (without one its own id). `tree` is the rule as data. Raises `RuleSyntax` when the class is made.
    """

    tree: ClassVar[RuleTree]
    texts: ClassVar[Texts] = Texts()

    def __init_subclass__(
        cls,
        *,
        id: str,
        per: Sequence[Key | str] = (),
        version: str = "",
        in_force: date | str | None = None,
        ref: Clause | None = None,
        exception_to: Expr[Any] | None = None,
        decides: str = "",
        ru: str = "",
        en: str = "",
        **rest: Any,
    ) -> None:
        super().__init_subclass__(**rest)
        base = next((parent.tree for parent in _ancestors(cls)), None)
        file, line = author_line()
        reader = _Reader(cls, file, line)
        cls.tree = RuleTree(
            id=id,
            version=version or (base.version if base else "1"),
            per=tuple(Key.of(key) for key in per) or (base.per if base else ()),
            in_force=as_day(in_force) if in_force else (base.in_force if base else date.min),
            clauses=reader.clauses(),
            ref=ref or (base.ref if base else None),
            exception_to=None if exception_to is None else _excepted(cls, exception_to),
            texts=cls.texts.over(base.texts) if base else cls.texts,
            titles={"ru": ru, "en": en} if ru or en or base is None else base.titles,
            decides=decides or (base.decides if base else id),
        )
        _check(cls.tree, f"{file}:{line}")


class _Reader:
    """Collects the clauses of a class and its bases, and binds references by name."""

    def __init__(self, cls: type[Rule], file: str, line: int) -> None:
        self.cls, self.file, self.line = cls, file, line
        self.names: dict[int, str] = {}
        self.written: dict[str, Expr[Any]] = {}

    def clauses(self) -> dict[str, Expr[Any]]:
        for base in reversed(self.cls.__mro__):
            if base is not Rule and issubclass(base, Rule):
                self._collect(base)
        return {name: _bound(expr, self.names, name) for name, expr in self.written.items()}

    def _collect(self, base: type[Rule]) -> None:
        for name, item in vars(base).items():
            if name.startswith("_") or name in ("tree", "texts") or callable(item):
                continue
            clause = lift(item) if isinstance(item, Dated | DatedAt) else item
            if not isinstance(clause, Expr):
                raise self._no_clause(base, name, item)
            self.names.setdefault(id(clause), name)
            self.written[name] = clause

    def _no_clause(self, base: type[Rule], name: str, item: object) -> RuleSyntax:
        where = f"{self.file}:{assigned_at(self.file, self.line, base.__name__, name)}"
        if isinstance(item, bool):
            return RuleSyntax(f"clause «{name}» is a bare {item}: Python compared it; write a.is_(b)", where)
        return RuleSyntax(f"clause «{name}» is a {type(item).__name__}, not an expression of facts", where)


def _bound(expr: Expr[Any], names: Mapping[int, str], own: str | None) -> Expr[Any]:
    """The expression with every named clause inside replaced by a reference; the source lines stay."""
    name = names.get(id(expr))
    if name is not None and name != own:
        return moved(ClauseRef(name, kind_of(expr)), expr)
    changed = {}
    for item in fields(expr):  # type: ignore[arg-type]
        value = getattr(expr, item.name)
        if (new := _bound_value(value, names, own)) is not value:
            changed[item.name] = new
    return moved(replace(expr, **changed), expr) if changed else expr  # type: ignore[type-var]


def _bound_value(value: Any, names: Mapping[int, str], own: str | None) -> Any:
    if isinstance(value, Expr):
        return _bound(value, names, own)
    if isinstance(value, Window) and value.length is not None:
        length = _bound(value.length, names, own)
        return value if length is value.length else replace(value, length=length)
    if isinstance(value, tuple):
        items = tuple(_bound_value(item, names, own) for item in value)
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    return value


def _ancestors(cls: type[Rule]) -> list[type[Rule]]:
    return [base for base in cls.__mro__[1:] if issubclass(base, Rule) and base is not Rule]


def _excepted(cls: type[Rule], clause: Expr[Any]) -> tuple[str, str]:
    for base in _ancestors(cls):
        for name, item in vars(base).items():
            if item is clause:
                return base.tree.id, name
    raise RuleSyntax("exception_to names no clause of a rule that this one inherits", clause.where)


# --- what is checked when the class is made ---------------------------------------------------------


def _check(tree: RuleTree, where: str) -> None:
    if not tree.per:
        raise RuleSyntax(f"rule {tree.id} decides about nothing; say per=(…)", where)
    if "verdict" not in tree.clauses:
        raise RuleSyntax(f"rule {tree.id} has no clause «verdict»; it has {', '.join(tree.clauses) or 'none'}", where)
    for name in ("verdict", "applies"):
        if name in tree.clauses and kind_of(tree.clauses[name]) != "truth":
            raise RuleSyntax(f"clause «{name}» must be a truth", tree.clauses[name].where)
    _check_cycles(tree)
    _check_grain(tree)
    _check_texts(tree, where)


def _check_cycles(tree: RuleTree) -> None:
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            raise RuleSyntax(f"clauses turn in a circle: {' → '.join((*path, name))}", tree.clauses[name].where)
        if name in done:
            return
        for node in walk(tree.clauses[name]):
            if isinstance(node, ClauseRef):
                visit(node.name, (*path, name))
        done.add(name)

    for clause in tree.clauses:
        visit(clause, ())


def _check_grain(tree: RuleTree) -> None:
    """Finer facts only through rows; windows and previous only where there is a period."""
    for name in ("verdict", "applies"):
        if name in tree.clauses and (finer := tree.needs(name) - set(tree.keys)):
            clause = tree.clauses[name]
            raise RuleSyntax(
                f"clause «{name}» needs {', '.join(sorted(finer))}, but the rule decides per {', '.join(tree.keys)}; "
                "read the finer fact through count, sum_, any_, all_, min_of or max_of",
                clause.where,
            )
    if tree.period is None:
        for node in tree.nodes():
            if isinstance(node, Previous | AtLeast | PeriodDay):
                raise RuleSyntax(
                    f"rule {tree.id} has no period among its keys, so it has no earlier one and no first or last day",
                    node.where,
                )


def _check_texts(tree: RuleTree, where: str) -> None:
    for name in tree.texts:
        if name not in tree.clauses:
            near = get_close_matches(name, list(tree.clauses), n=3, cutoff=0.5)
            hint = f"; did you mean {', '.join(near)}?" if near else ""
            raise RuleError(f"texts say «{name}», which is no clause of {tree.id}{hint}", where)
