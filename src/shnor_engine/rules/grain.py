"""At which keys a clause lives, and in which period: what is checked when a rule is made.

Finer facts are read only through rows, periods of another kind only through `over(…)` and `within(…)`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from shnor_engine.errors import RuleSyntax
from shnor_engine.rules.dates import PeriodDay
from shnor_engine.rules.fact import Key
from shnor_engine.rules.others import Decision
from shnor_engine.rules.over_time import Over, Periods, Run, Within
from shnor_engine.rules.periods import QUARTER, SCHOOL_YEAR, YEAR, nests
from shnor_engine.rules.ranking import Cut, Rank
from shnor_engine.rules.status import Before, Status
from shnor_engine.rules.tree import AtLeast, ClauseRef, Expr, FieldRef, KeyRef, Previous, Rows, Window, children, walk
from shnor_engine.rules.weights import Reweight

if TYPE_CHECKING:
    from shnor_engine.rules.fact import Fact
    from shnor_engine.rules.rule import RuleTree


NOW = "\0"  # stands for the period in which a clause is read, whatever its kind


def needs_of(expr: Expr[Any], tree: RuleTree) -> frozenset[str]:
    """The keys that an expression needs where it stands."""
    found = _needs(expr, tree)
    own = {tree.period.name} if NOW in found and tree.period is not None else set()
    return (found - {NOW}) | own


def _needs(expr: Expr[Any], tree: RuleTree) -> frozenset[str]:
    match expr:
        case FieldRef():
            return frozenset(expr.fact.key_names())
        case KeyRef():
            return frozenset((expr.key,))
        case Reweight():
            return _inside(expr, tree) | {expr.key}
        case ClauseRef():
            if expr.name not in tree.needed:
                tree.needed[expr.name] = _needs(tree.clauses[expr.name], tree)
            return tree.needed[expr.name]
        case Rows():
            return _needs_of_rows(expr, tree)
        case Within():
            return _in_other_period(expr, expr.period, tree)
        case Periods():
            return _in_other_period(expr, window_kind(expr.window, tree), tree)
        case AtLeast() if expr.window.kind:
            return _in_other_period(expr, expr.window.kind, tree)
        case Decision():
            return frozenset((*expr.rule.keys, *expr.rule.needs(expr.clause)))
        case Before():
            return frozenset(tree.keys)
        case Rank():
            return _inside(expr, tree) | (set(expr.by) & set(tree.keys))
        case Cut():
            members = frozenset() if expr.filter is None else _needs(expr.filter, tree)
            outside = members - set(expr.fact.key_names())
            return _needs(expr.share, tree) | outside | (set(expr.by) & set(tree.keys))
    return _inside(expr, tree)


def _inside(expr: Expr[Any], tree: RuleTree) -> frozenset[str]:
    return frozenset(key for child in children(expr) for key in _needs(child, tree))


def _needs_of_rows(expr: Rows[Any], tree: RuleTree) -> frozenset[str]:
    """What the inside of the rows needs beyond their own keys; in a rule by period also the period of the rows."""
    period = expr.fact.period_key()
    timed = {period.name} if period is not None and tree.period is not None else set()
    return (_inside(expr, tree) - set(expr.fact.key_names())) | timed


def _in_other_period(expr: Expr[Any], kind: str, tree: RuleTree) -> frozenset[str]:
    """What an expression needs that is read in periods of a kind: the period where it stands instead of that one."""
    inner, other = _inside(expr, tree), tree.period_keys.get(kind)
    names = {key.name for key in tree.period_keys.values()}
    if strange := sorted((inner & names) - ({other.name} if other else set())):
        raise RuleSyntax(
            f"what is read once a {kind} needs {', '.join(strange)}; wrap that part in "
            f"within({strange[0].upper()}, …) or over({strange[0].upper()}, …)",
            expr.where,
        )
    return (inner - names) | ({NOW} if tree.period is not None else set())


def window_kind(window: Window, tree: RuleTree) -> str:
    """The kind of the periods of a window."""
    return window.inside or window.kind or (tree.period.period if tree.period is not None else "")


def period_keys(tree: RuleTree) -> Mapping[str, Key]:
    """Every key that is a period, by its kind: the rule's own, those of the facts it reads, and kinds it names."""
    found: dict[str, Key] = {} if tree.period is None else {tree.period.period: tree.period}
    for fact in tree.facts:
        key = fact.period_key()
        if key is not None:
            known = found.setdefault(key.period, Key(key.name, period=key.period, instant=key.instant))
            if known.name != key.name:
                raise RuleSyntax(
                    f"{fact.__name__} calls its {key.period} {key.name}, another reads it as {known.name}; "
                    "give both keys one name"
                )
    for kind in sorted(_kinds_named(tree)):
        found.setdefault(kind, Key(kind, period=kind))
    return found


def _kinds_named(tree: RuleTree) -> set[str]:
    kinds = {node.period for node in tree.nodes() if isinstance(node, Within)}
    windows = [node.window for node in tree.nodes() if isinstance(node, AtLeast | Periods)]
    return (kinds | {kind for window in windows for kind in (window.kind, window.inside)}) - {""}


def outputs_of(tree: RuleTree) -> tuple[str, ...]:
    """The clauses that stand at the grain of the rule or above it.

    A clause that aggregates rows without a key of the rule, and is read only inside other rows, stands in those: the
    number of sittings, in a rule about groups, belongs to the unit inside the group.
    """
    readers: dict[str, list[tuple[str, bool]]] = {name: [] for name in tree.clauses}
    for reader, clause in tree.clauses.items():
        for name, inside in _references(clause, False):
            readers[name].append((reader, inside))
    found: dict[str, bool] = {}

    def stands(name: str) -> bool:
        if name not in found:
            read = [not inside and stands(reader) for reader, inside in readers[name]]
            above = tree.needs(name) <= set(tree.keys)
            found[name] = above and (any(read) or not read or not _loose(tree, tree.clauses[name]))
        return found[name]

    return tuple(name for name in tree.clauses if stands(name))


def _loose(tree: RuleTree, clause: Expr[Any]) -> bool:
    """Whether a clause aggregates rows that do not hold every key of the rule."""
    own = {key.name for key in tree.per if not key.period}
    return any(not own <= set(rows.fact.key_names()) for rows in _own_rows(clause))


def _own_rows(expr: Expr[Any]) -> Iterator[Rows[Any]]:
    if isinstance(expr, Rows):
        yield expr
        return
    for child in children(expr):
        yield from _own_rows(child)


def _references(expr: Expr[Any], inside: bool) -> Iterator[tuple[str, bool]]:
    """Every clause that is referred to, and whether from inside rows."""
    if isinstance(expr, ClauseRef):
        yield expr.name, inside
    for child in children(expr):
        yield from _references(child, inside or isinstance(expr, Rows))


# --- what is checked ------------------------------------------------------------------------------


def check_grain(tree: RuleTree) -> None:
    """Raise `RuleSyntax` where a clause reads what does not stand where it lives."""
    for node in tree.nodes():
        _check_time(node, tree)
    for name in tree.clauses:
        finer = tree.needs(name) - set(tree.keys)
        if name in ("verdict", "applies") and finer:
            clause = tree.clauses[name]
            raise RuleSyntax(
                f"clause «{name}» needs {', '.join(sorted(finer))}, but the rule decides per {', '.join(tree.keys)}; "
                "read the finer fact through count, sum_, any_, all_, min_of or max_of, "
                "a period of another kind through over(…) or within(…)",
                clause.where,
            )
    _check_runs(tree)
    _check_rows_in_rows(tree)


def _check_time(node: Expr[Any], tree: RuleTree) -> None:
    own = tree.period
    if own is None and isinstance(node, Previous | AtLeast | Run | Within | Periods | PeriodDay):
        raise RuleSyntax(
            f"rule {tree.id} has no period among its keys, so it has no earlier one and no first or last day",
            node.where,
        )
    match node:
        case Over():
            raise RuleSyntax(
                "over(…) gives one value a period; say what to make of them: "
                "sum_(over(…)), any_(over(…)), count(over(…))",
                node.where,
            )
        case AtLeast() | Periods():
            _check_window(node, node.window, tree)
        case Within() if not any(nests(key, node.period) for key in tree.period_keys):
            raise RuleSyntax(
                f"no period of this rule lies in a {node.period}: a month lies in a quarter and in a year, "
                "a quarter in a year; of others take those that end in this one: only(over(…, x))",
                node.where,
            )


def _check_window(node: Expr[Any], window: Window, tree: RuleTree) -> None:
    own = tree.period
    if own is not None and not (window.kind or window.inside) and own.period not in (YEAR, SCHOOL_YEAR):
        word = "QUARTER" if own.period == QUARTER else "MONTH"
        raise RuleSyntax(
            f"the rule decides by {own.period}, so a window of years says too little: last(n, {word}), "
            f"so_far({word}) or earlier({word})",
            node.where,
        )


def _check_rows_in_rows(tree: RuleTree) -> None:
    """Inside a row an aggregate over rows of the same keys meets that one row, and never what its name promises."""
    met: set[tuple[str, frozenset[str]]] = set()

    def look(expr: Expr[Any], given: frozenset[str], inside: type[Fact] | None, name: str) -> None:
        if isinstance(expr, ClauseRef):
            if inside is not None and (expr.name, given) not in met:
                met.add((expr.name, given))
                look(tree.clauses[expr.name], given, inside, expr.name)
            return
        if isinstance(expr, Rows):
            if inside is not None and given.issuperset(expr.fact.key_names()):
                raise _one_row_only(expr, inside, name, tree)
            given, inside = given.union(expr.fact.key_names()), expr.fact
        for child in children(expr):
            look(child, given, inside, name)

    for clause, expr in tree.clauses.items():
        look(expr, frozenset(tree.keys), None, clause)


def _one_row_only(expr: Rows[Any], inside: type[Fact], name: str, tree: RuleTree) -> RuleSyntax:
    keys = ", ".join(f'"{key}"' for key in tree.keys)
    return RuleSyntax(
        f"inside the rows of {inside.__name__} every key of {expr.fact.__name__} is given, so «{name}» would "
        f"aggregate that one row and not all of them; to compare a row with the whole, let a rule of its "
        f"own hold the whole: class Whole(Rule, per=({keys}), …): {name} = …, and read Whole.{name} here",
        expr.where,
    )


def _check_runs(tree: RuleTree) -> None:
    """A run leaves out periods in which the rule does not apply; so `applies` itself can hold none."""
    if "applies" not in tree.clauses:
        return
    for node in _closure(tree, "applies", set()):
        if isinstance(node, Run | Status | Before):
            word = "run(…)" if isinstance(node, Run) else "a status"
            raise RuleSyntax(
                f"«applies» reads {word}, which itself asks in which periods the rule applies; "
                "write the condition of «applies» with in_each(last(…), …)",
                node.where,
            )


def _closure(tree: RuleTree, name: str, seen: set[str]) -> Iterator[Expr[Any]]:
    """Every node under a clause, through the clauses that it names."""
    seen.add(name)
    for node in walk(tree.clauses[name]):
        yield node
        if isinstance(node, ClauseRef) and node.name not in seen:
            yield from _closure(tree, node.name, seen)
