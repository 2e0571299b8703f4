"""Findings about limits and lists of the law that say nothing, per epoch of the values and per region."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from shnor_engine.reasoning.findings.bands import Bands
from shnor_engine.reasoning.findings.conditions import Solved, named, solve, universe
from shnor_engine.reasoning.findings.finding import Finding
from shnor_engine.reasoning.findings.looked import Blank, Looked, in_epochs
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.rule import RuleTree
from shnor_engine.rules.table_checks import closed_codes
from shnor_engine.rules.tables import Among, Table
from shnor_engine.rules.tree import Expr, kind_of

JOINED = (nodes.Compare, nodes.And, nodes.Or, nodes.Not)
UNIT = Bands.of([((Fraction(0), 0), (Fraction(1), 0))])


def limit_idle(looked: Looked) -> Iterator[Finding]:
    """A share or a ratio beside a limit that it always or never reaches: none, 0 %, more than the whole."""
    for name, asked in _asked(looked.tree):
        for since in in_epochs(looked, lambda blank, name=name, asked=asked: _idle(blank, name, asked)):  # type: ignore[misc]
            holds, limit = since.value
            en, ru = ("always", "всегда") if holds else ("never", "никогда не")
            yield Finding(
                "limit-idle",
                f"this {en} holds where there is a share at all{since.en}: the limit{limit} lies at the edge of what "
                "a share can be, or beyond it; look at the value and at the comparison",
                asked.where,
                f"это условие {ru} выполняется при любой доле{since.ru}: порог{limit} стоит на краю того, какой "
                "бывает доля, или за ним; проверьте значение и знак сравнения",
            )


def _idle(blank: Blank, name: str, asked: Expr[Any]) -> tuple[bool, str] | None:
    """Whether a comparison of a share always or never holds in an epoch, and by which values of the law.

    None where the share decides. A clause that is decided whatever the facts are is a finding of its own.
    """
    if blank.tree.clauses[name] is asked and blank.truth(name) is not None:
        return None
    solved = blank.solve(asked)
    if solved is None or solved.among or not _is_share(blank.tree, solved.expr):
        return None
    if not solved.within(blank.tree).bands:
        return False, _limits(blank, asked)
    denied = Solved(solved.subject, solved.expr, ~solved.bands)
    return None if denied.within(blank.tree).bands else (True, _limits(blank, asked))


def _limits(blank: Blank, asked: Expr[Any]) -> str:
    """The values of the law in a comparison as they read in an epoch: « (P.low = 0)»."""
    read = [node for node in nodes.walk(asked) if isinstance(node, nodes.ParamRef)]
    said = [f"{node.param.key} = {limit}" for node in read if (limit := blank.limit(node)) is not None]
    return f" ({', '.join(said)})" if said else ""


def _is_share(tree: RuleTree, expr: Expr[Any]) -> bool:
    """Whether a number is a share or a ratio: by how it is reckoned, or by its declaration."""
    inner = named(tree, expr)
    if isinstance(inner, nodes.Ratio):
        return True
    folded = isinstance(inner, nodes.Rows) and inner.how in ("mean", "weighted", "min", "max", "only")
    if folded and inner.item is not None:  # type: ignore[attr-defined]
        return _is_share(tree, inner.item)  # type: ignore[attr-defined]
    return isinstance(inner, nodes.FieldRef) and universe(tree, inner) == UNIT


def _asked(tree: RuleTree) -> Iterator[tuple[str, Expr[bool]]]:
    """Comparisons with their clause, several of one number together; those of a choice are looked at as its rows."""
    for name, clause in tree.clauses.items():
        yield from ((name, asked) for asked in _within(tree, clause))


def _within(tree: RuleTree, expr: Expr[Any]) -> Iterator[Expr[bool]]:
    if isinstance(expr, JOINED) and _on_one(tree, expr):
        yield expr
        inside = _sides(expr)
    elif isinstance(expr, nodes.Case):
        inside = iter([*(side for condition, _ in expr.rows for side in _sides(condition)), *_gives(expr)])
    else:
        inside = nodes.children(expr)
    for child in inside:
        yield from _within(tree, child)


def _sides(expr: Expr[Any]) -> Iterator[Expr[Any]]:
    """What the comparisons of a condition compare."""
    for child in nodes.children(expr):
        if isinstance(expr, nodes.Compare) or not isinstance(child, JOINED):
            yield child
        else:
            yield from _sides(child)


def _gives(expr: nodes.Case[Any]) -> list[Expr[Any]]:
    return [value for _, value in expr.rows] + ([expr.otherwise] if expr.otherwise is not None else [])


def _on_one(tree: RuleTree, expr: Expr[Any]) -> bool:
    """Whether a condition compares one number, and itself does not only name a clause that does."""
    return solve(tree, expr, _any_limit, lambda _: None) is not None


def _any_limit(expr: Expr[Any]) -> int | None:
    return 0 if isinstance(expr, nodes.Constant | nodes.ParamRef) and kind_of(expr) == "number" else None


# --- codes that the law lists -----------------------------------------------------------------------


def code_dead(looked: Looked) -> Iterator[Finding]:
    """A code that the law lists and that what is compared with the list can never be."""
    for node in looked.tree.nodes():
        if not isinstance(node, Table):
            continue
        for place, read in enumerate(node.inputs):
            for cell in (row.cells[place] for row in node.rows):
                if isinstance(cell, Among) and kind_of(read) == "code":
                    yield from _dead(looked, read, cell)


def _dead(looked: Looked, read: Expr[Any], cell: Among) -> Iterator[Finding]:
    for edge in cell.items:
        reference = named(looked.tree, edge)
        if not isinstance(reference, nodes.ParamRef):
            continue  # literals are held to the list where they are written
        for since in in_epochs(looked, lambda blank, edge=edge: _strange(blank, read, edge)):  # type: ignore[misc]
            codes = ", ".join(f"«{code}»" for code in since.value)
            yield Finding(
                "code-dead",
                f"{reference.param.key} lists {codes}{since.en}, which what it is compared with can never be; "
                "mend the code, or add it to the closed list of the field",
                edge.where,
                f"{reference.param.key} называет {codes}{since.ru}, а сравниваемое значение таким не бывает; "
                "исправьте код или добавьте его к тем, что поле допускает",
            )


def _strange(blank: Blank, read: Expr[Any], edge: Expr[Any]) -> tuple[str, ...] | None:
    """The codes of a list in an epoch that are none of those that a value can have; None where there are none."""
    closed, listed = _closed(blank, read), blank.listed(Among((edge,)))
    if closed is None or listed is None:
        return None
    return tuple(sorted(listed - closed)) or None


def _closed(blank: Blank, read: Expr[Any]) -> frozenset[str] | None:
    """Every code that a value can have in an epoch; None where no closed list says."""
    asked = named(blank.tree, read)
    if isinstance(asked, nodes.KeyRef) and (held := asked.fact.key(asked.key).listed) is not None:
        return blank.listed(Among((nodes.ParamRef(held.param, held.instant, held.day),)))
    among = closed_codes(asked, blank.tree.clauses)
    return None if among is None else frozenset(among)
