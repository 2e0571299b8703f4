"""A rule: a class whose attributes are named clauses, read once into a frozen tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from difflib import get_close_matches
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from shnor_engine.errors import RuleError, RuleSyntax
from shnor_engine.law.authors import author_line, place
from shnor_engine.law.clause import Clause
from shnor_engine.law.dated import Dated, DatedAt, as_day
from shnor_engine.law.source import assigned_at, unknown_name
from shnor_engine.rules.fact import Fact, Key
from shnor_engine.rules.grain import check_grain, needs_of, outputs_of, period_keys
from shnor_engine.rules.others import Decision, read_rules
from shnor_engine.rules.ranking import Cut, Rank
from shnor_engine.rules.status import Before, Status
from shnor_engine.rules.texts import Texts
from shnor_engine.rules.tree import (
    ClauseRef,
    Expr,
    FieldRef,
    KeyRef,
    ParamRef,
    Previous,
    Rows,
    Window,
    kind_of,
    lift,
    moved,
    walk,
)
from shnor_engine.rules.weights import Reweight

RESERVED = ("outcome", "in_force", "error", "tree", "texts")  # columns of every answer, attributes of every rule
OF_FACTS = (FieldRef, Rows, KeyRef, Reweight, Rank, Cut)


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
    region: str = ""
    written: str = field(default="", compare=False, repr=False)

    @property
    def where(self) -> str:
        """File and line of its class; of a rule read from a document the place of its verdict."""
        return self.written or (self.clauses["verdict"].where if "verdict" in self.clauses else "")

    @property
    def decision(self) -> str:
        """What it decides, for finding two rules that decide the same: said so, or the rule's own id."""
        return self.decides or self.id

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
        """Every fact that a clause reads, here or in a rule that it reads, by name."""
        found = {node.fact for node in self.nodes() if isinstance(node, OF_FACTS)}
        found |= {fact for tree in read_rules(self) for fact in tree.facts}
        return tuple(sorted(found, key=lambda fact: fact.__name__))

    @cached_property
    def parameters(self) -> tuple[Dated[Any], ...]:
        """Every parameter that a clause reads, here or in a rule that it reads, by key."""
        found = {param.key: param for tree in read_rules(self) for param in tree.parameters}
        found |= {node.param.key: node.param for node in self.nodes() if isinstance(node, ParamRef)}
        lists = [key.listed for fact in self.facts for key in fact.grain if key.listed is not None]
        found |= {listed.param.key: listed.param for listed in lists}
        return tuple(found[key] for key in sorted(found))

    @cached_property
    def outputs(self) -> tuple[str, ...]:
        """Clauses at the grain of the rule or coarser: its typed outputs. The others are read only through rows."""
        return outputs_of(self)

    @cached_property
    def needed(self) -> dict[str, frozenset[str]]:
        """What each clause needs, as far as it has been asked: a clause that many name is looked at once."""
        return {}

    @cached_property
    def period_keys(self) -> Mapping[str, Key]:
        """Every key that is a period, by its kind: the rule's own, and those of the facts it reads."""
        return period_keys(self)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the JSON form: the same for the same meaning, wherever it was written."""
        from shnor_engine.law.canon import digest
        from shnor_engine.rules.form import to_json

        return digest(to_json(self))

    @cached_property
    def statuses(self) -> Mapping[str, Status]:
        """The clauses that are a status, by name."""
        return {name: clause for name, clause in self.clauses.items() if isinstance(clause, Status)}

    def nodes(self) -> Iterator[Expr[Any]]:
        """Every node of every clause."""
        for clause in self.clauses.values():
            yield from walk(clause)

    def needs(self, name: str) -> frozenset[str]:
        """The keys that a clause needs where it stands."""
        return needs_of(self.clauses[name], self)


class _RuleMeta(type):
    if not TYPE_CHECKING:

        def __getattribute__(cls, name: str) -> Any:
            """What a rule decides is read from outside as its decision; a clause below its grain as it is written."""
            value = super().__getattribute__(name)
            decided = isinstance(value, Expr) and not name.startswith("_") and name in cls.tree.outputs
            return Decision(cls.tree, name, kind_of(value)) if decided else value

        def __getattr__(cls, name: str) -> Any:
            if name.startswith("_") or name in ("tree", "texts"):
                raise AttributeError(name)
            known = list(cls.tree.clauses) if "tree" in vars(cls) else []
            raise unknown_name(f"{cls.__name__} has no clause «{name}»", name, known)


class Rule(metaclass=_RuleMeta):
    """Base of a methodology: each attribute is a clause, `verdict` decides, `applies` (if said) comes before it.

    `per` is the grain at which it decides, `in_force` its first day, `ref` its place in the law. A subclass takes all
    clauses over and re-declares some; what refers to them by name follows. `exception_to` names the clause of another
    rule that this one excepts from; it then decides the same as that one, in `region` if it names one. `decides` says
    what is decided where that is not what the rule it inherits decides (without one its own id). `tree` is the rule
    as data. A clause at the grain of a rule, read in another one, is that rule's decision; one below its grain is
    taken over as written. Raises `RuleSyntax` when the class is made.
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
        ru: str = "",
        en: str = "",
        decides: str = "",
        region: str = "",
        **rest: Any,
    ) -> None:
        super().__init_subclass__(**rest)
        base = next((parent.tree for parent in _ancestors(cls)), None)
        file, line = author_line()
        reader = _Reader(cls, file, line)
        excepted = None if exception_to is None else _excepted(cls, exception_to)
        cls.tree = RuleTree(
            id=id,
            version=version or (base.version if base else "1"),
            per=tuple(Key.of(key) for key in per) or (base.per if base else ()),
            in_force=as_day(in_force) if in_force else (base.in_force if base else date.min),
            clauses=reader.clauses(),
            ref=ref or (base.ref if base else None),
            exception_to=None if excepted is None else (excepted[0].id, excepted[1]),
            texts=cls.texts.over(base.texts) if base else cls.texts,
            titles={"ru": ru, "en": en} if ru or en or base is None else base.titles,
            decides=decides or (base.decision if base else id),
            region=region,
            written=place(file, line),
        )
        _check(cls.tree, cls.tree.written)


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
        inherited = {(id(base.tree), name): item for base, name, item in _inherited(self.cls)}
        return {name: _bound(expr, self.names, name, inherited) for name, expr in self.written.items()}

    def _collect(self, base: type[Rule]) -> None:
        for name, item in vars(base).items():
            if name.startswith("_") or isinstance(item, RuleTree | Texts | type):
                continue
            clause = lift(item) if isinstance(item, Dated | DatedAt) else item
            if not isinstance(clause, Expr):
                raise self._no_clause(base, name, item)
            self.names.setdefault(id(clause), name)
            self.written[name] = clause

    def _no_clause(self, base: type[Rule], name: str, item: object) -> RuleSyntax:
        where = place(self.file, assigned_at(self.file, self.line, base.__name__, name))
        if isinstance(item, bool):
            return RuleSyntax(f"clause «{name}» is a bare {item}: Python compared it; write a.is_(b)", where)
        return RuleSyntax(f"clause «{name}» is a {type(item).__name__}, not an expression of facts", where)


Inherited: TypeAlias = Mapping[tuple[int, str], Expr[Any]]


def _bound(expr: Expr[Any], names: Mapping[int, str], own: str, inherited: Inherited) -> Expr[Any]:
    """The expression with every named clause inside replaced by a reference; the source lines stay."""

    def bind(node: Expr[Any]) -> Expr[Any]:
        if isinstance(node, Previous) and isinstance(state := _as_written(node.item, inherited), Status):
            return moved(Before(names[id(state)], node.steps), node)
        written = _as_written(node, inherited)
        name = names.get(id(written))
        if name is not None and name != own:
            return moved(ClauseRef(name, kind_of(written)), node)
        return node if written is node else rebuilt(written, bind)

    return rebuilt(expr, bind)


def _as_written(expr: Expr[Any], inherited: Inherited) -> Expr[Any]:
    """A clause of a rule that is inherited as it was written there: it is this rule's own."""
    return inherited.get((id(expr.rule), expr.clause), expr) if isinstance(expr, Decision) else expr


def rebuilt(expr: Expr[Any], change: Callable[[Expr[Any]], Expr[Any]]) -> Expr[Any]:
    """The expression with nodes changed from the outside in; what did not change stays the same object."""
    if (new := change(expr)) is not expr:
        return new
    changed = {}
    for item in fields(expr):  # type: ignore[arg-type]
        value = getattr(expr, item.name)
        if (new_value := _rebuilt_value(value, change)) is not value:
            changed[item.name] = new_value
    return moved(replace(expr, **changed), expr) if changed else expr  # type: ignore[type-var]


def spelled_out(tree: RuleTree, expr: Expr[Any]) -> Expr[Any]:
    """The expression with the clauses that it names written out, where those name no further ones."""

    def spell(node: Expr[Any]) -> Expr[Any]:
        clause = tree.clauses[node.name] if isinstance(node, ClauseRef) else node
        return node if any(isinstance(inner, ClauseRef) for inner in walk(clause)) else clause

    return rebuilt(expr, spell)


def _rebuilt_value(value: Any, change: Callable[[Expr[Any]], Expr[Any]]) -> Any:
    if isinstance(value, Expr):
        return rebuilt(value, change)
    if isinstance(value, Window) and value.length is not None:
        length = rebuilt(value.length, change)
        return value if length is value.length else replace(value, length=length)
    if isinstance(value, tuple):
        items = tuple(_rebuilt_value(item, change) for item in value)
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    return value


def _ancestors(cls: type[Rule]) -> list[type[Rule]]:
    return [base for base in cls.__mro__[1:] if issubclass(base, Rule) and base is not Rule]


def _inherited(cls: type[Rule]) -> Iterator[tuple[type[Rule], str, Expr[Any]]]:
    """Every clause that a rule this one inherits holds, as it was written."""
    for ancestor in _ancestors(cls):
        for base in reversed(ancestor.__mro__):
            yield from ((ancestor, name, item) for name, item in vars(base).items() if isinstance(item, Expr))


def _excepted(cls: type[Rule], clause: Expr[Any]) -> tuple[RuleTree, str]:
    """The rule and clause that an exception names."""
    if isinstance(clause, Decision) and any(base.tree is clause.rule for base in _ancestors(cls)):
        return clause.rule, clause.clause
    for base in _ancestors(cls):
        for name, item in vars(base).items():
            if item is clause:
                return base.tree, name
    raise RuleSyntax("exception_to names no clause of a rule that this one inherits", clause.where)


# --- what is checked when the class is made ---------------------------------------------------------


def _check(tree: RuleTree, where: str) -> None:
    if not tree.per:
        raise RuleSyntax(f"rule {tree.id} decides about nothing; say per=(…)", where)
    if taken := [name for name in tree.clauses if name in (*tree.keys, *RESERVED)]:
        name = taken[0]
        what = "a key of the rule" if name in tree.keys else "a word of the answer"
        raise RuleSyntax(f"«{name}» is {what}; give the clause another name", tree.clauses[name].where)
    if "verdict" not in tree.clauses:
        raise RuleSyntax(f"rule {tree.id} has no clause «verdict»; it has {', '.join(tree.clauses) or 'none'}", where)
    for name in ("verdict", "applies"):
        if name in tree.clauses and kind_of(tree.clauses[name]) != "truth":
            raise RuleSyntax(f"clause «{name}» must be a truth", tree.clauses[name].where)
    _check_cycles(tree)
    check_grain(tree)
    _check_statuses(tree)
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


def _check_statuses(tree: RuleTree) -> None:
    """A status is a clause of its own at the grain of the rule, and `before` names one."""
    own = {id(clause) for clause in tree.statuses.values()}
    for node in tree.nodes():
        if isinstance(node, Status) and id(node) not in own:
            raise RuleSyntax("a status is a clause of its own: state = status(…), then state.is_(…)", node.where)
        if isinstance(node, Before) and node.status not in tree.statuses:
            known = ", ".join(tree.statuses) or "none"
            raise RuleSyntax(f"before({node.status!r}) names no status of this rule; it has {known}", node.where)
    for name, clause in tree.statuses.items():
        if tree.period is None or (finer := tree.needs(name) - set(tree.keys)):
            what = "has no period" if tree.period is None else f"reads {', '.join(sorted(finer))}"
            raise RuleSyntax(f"status «{name}» {what}; a status is kept by subject and period", clause.where)


def _check_texts(tree: RuleTree, where: str) -> None:
    for name in tree.texts:
        if name not in tree.clauses:
            near = get_close_matches(name, list(tree.clauses), n=3, cutoff=0.5)
            hint = f"; did you mean {', '.join(near)}?" if near else ""
            raise RuleError(f"texts say «{name}», which is no clause of {tree.id}{hint}", where)
