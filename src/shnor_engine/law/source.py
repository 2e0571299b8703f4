"""Where the author wrote a clause, and how the line should read."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, TypeAlias

from shnor_engine.errors import LawError, RuleSyntax, UnknownName
from shnor_engine.law.authors import author_line, place


def refuse(problem: str, *, hint: str = "", last: str = "", alone: Iterable[str] = ()) -> RuleSyntax:
    """The error for Python that a clause cannot hold, with the author's line as it should read.

    `last` is what has no comparisons of its own as the author wrote it, so that it stands on the right; `alone` are
    parameters as he wrote them, which have no arithmetic of their own.
    """
    file, line = author_line()
    better = corrected(file, line, last, frozenset(alone)) or hint
    return RuleSyntax(f"{problem}; write: {better}" if better else problem, place(file, line))


def wrong_law(problem: str) -> LawError:
    """The error for a value of the law that cannot be, at the author's line."""
    return LawError(problem, place(*author_line()))


def unknown_name(problem: str, name: str, known: Iterable[str]) -> UnknownName:
    """The error for a name that there is not: near names and the line with the nearest one, or those there are."""
    file, line = author_line()
    names = list(known)
    near = get_close_matches(name, names, n=3, cutoff=0.5)
    hint = f"did you mean {', '.join(near)}?" if near else f"it has {', '.join(names) or 'none'}"
    better = _renamed(file, line, name, near[0]) if near else ""
    return UnknownName(f"{problem}; {hint}" + (f" write: {better}" if better else ""), place(file, line))


def corrected(file: str, line: int, last: str = "", alone: frozenset[str] = frozenset()) -> str:
    """The author's statement with `and`, `or`, `not`, `==`, `in`, `if`, chains, `/` and Python's own `max`, `sum`, …
    put right; empty if unreadable."""
    statement = _statement(file, line)
    if statement is None:
        return ""
    before = ast.unparse(statement)
    after = ast.unparse(ast.fix_missing_locations(_Corrector(last, alone).visit(statement)))
    return after if after != before else ""


def _renamed(file: str, line: int, wrong: str, right: str) -> str:
    """The author's statement with an attribute spelt as it should be; empty if unreadable."""
    statement = _statement(file, line)
    if statement is None or isinstance(statement, ast.ClassDef):
        return ""
    before = ast.unparse(statement)
    after = ast.unparse(ast.fix_missing_locations(_Renamer(wrong, right).visit(statement)))
    return after if after != before else ""


def assigned_at(file: str, line: int, class_name: str, name: str) -> int:
    """The line on which a class assigns `name`; the class's own line when it cannot be found."""
    for node in ast.walk(_module(file)):
        if (
            isinstance(node, ast.ClassDef)
            and node.name == class_name
            and node.lineno <= line <= (node.end_lineno or 0)
        ):
            for item in node.body:
                targets = item.targets if isinstance(item, ast.Assign) else []
                if any(isinstance(target, ast.Name) and target.id == name for target in targets):
                    return item.lineno
    return line


def _module(file: str) -> ast.Module:
    try:
        return ast.parse("".join(linecache.getlines(file)))
    except SyntaxError:
        return ast.Module(body=[], type_ignores=[])


def _statement(file: str, line: int) -> ast.AST | None:
    """The innermost statement on the line; of an `if` or a loop only its condition."""
    found: ast.AST | None = None
    for node in ast.walk(_module(file)):
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or node.lineno):
            found = node
    return found.test if isinstance(found, ast.If | ast.While) else found


class _Corrector(ast.NodeTransformer):
    def __init__(self, last: str, alone: frozenset[str]) -> None:
        self.last, self.alone = last, alone

    def visit_BoolOp(self, node: ast.BoolOp) -> Any:
        self.generic_visit(node)
        joined, *rest = node.values
        for value in rest:
            joined = ast.BinOp(joined, ast.BitAnd() if isinstance(node.op, ast.And) else ast.BitOr(), value)
        return joined

    def visit_UnaryOp(self, node: ast.UnaryOp) -> Any:
        self.generic_visit(node)
        return ast.UnaryOp(ast.Invert(), node.operand) if isinstance(node.op, ast.Not) else node

    def visit_IfExp(self, node: ast.IfExp) -> Any:
        self.generic_visit(node)
        row = ast.Tuple([node.test, node.body], ast.Load())
        return ast.Call(ast.Name("case", ast.Load()), [row], [ast.keyword("otherwise", node.orelse)])

    def visit_Compare(self, node: ast.Compare) -> Any:
        self.generic_visit(node)
        chains, joins = _comparisons(node)
        return _joined([_chained(operands, signs, self.last) for operands, signs in chains], joins)

    def visit_BinOp(self, node: ast.BinOp) -> Any:
        self.generic_visit(node)
        if isinstance(node.op, ast.Div):
            return _called("ratio", [node.left, node.right])
        if isinstance(node.op, ast.Add | ast.Sub | ast.Mult):
            node.left, node.right = self._lifted(node.left), self._lifted(node.right)
        return node

    def _lifted(self, side: ast.expr) -> ast.expr:
        """A parameter as an expression; anything else as it is."""
        text = ast.unparse(side)
        alone = any(text == key or text.startswith((f"{key}.at_decision(", f"{key}.on(")) for key in self.alone)
        return _called("param", [side]) if alone else side

    def visit_Call(self, node: ast.Call) -> Any:
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute) and node.func.attr == "is_in" and len(node.args) == 1:
            node.args = _items(node.args)
        if not isinstance(node.func, ast.Name) or node.func.id not in WORDS or not node.args:
            return node
        several, rows = WORDS[node.func.id]
        if isinstance(node.args[0], ast.GeneratorExp | ast.ListComp):
            return _over_rows(rows, node.args[0])
        items = _items(node.args)
        if node.func.id == "round":
            places = node.args[1] if len(node.args) > 1 else ast.Constant(0)
            return _called("round_", [node.args[0], places, ast.Constant("half_up")])
        return _called(several if len(items) > 1 else rows, items)


class _Renamer(ast.NodeTransformer):
    """Puts an attribute right that was misspelt."""

    def __init__(self, wrong: str, right: str) -> None:
        self.wrong, self.right = wrong, right

    def visit_Attribute(self, node: ast.Attribute) -> Any:
        self.generic_visit(node)
        return ast.Attribute(node.value, self.right, node.ctx) if node.attr == self.wrong else node


# What Python's own functions are called in a rule: of several expressions, and over the rows of a fact.
WORDS = {
    "max": ("max_", "max_of"),
    "min": ("min_", "min_of"),
    "any": ("any_of", "any_"),
    "all": ("all_of", "all_"),
    "sum": ("sum_", "sum_"),
    "len": ("count", "count"),
    "round": ("round_", "round_"),
}


def _called(name: str, arguments: list[ast.expr]) -> ast.expr:
    return ast.Call(ast.Name(name, ast.Load()), arguments, [])


def _items(arguments: list[ast.expr]) -> list[ast.expr]:
    """The items of a list that was given as one, else the arguments as they are."""
    first = arguments[0]
    return list(first.elts) if isinstance(first, ast.List | ast.Tuple | ast.Set) else list(arguments)


def _over_rows(word: str, loop: ast.GeneratorExp | ast.ListComp) -> ast.expr:
    """What a loop gives, over the rows of a fact; the conditions of the loop are those of the rows."""
    asked = [condition for part in loop.generators for condition in part.ifs]
    where = [ast.keyword("where", _joined(asked, [ast.BitAnd() for _ in asked[1:]]))] if asked else []
    return ast.Call(ast.Name(word, ast.Load()), [loop.elt], where)


# --- comparisons ------------------------------------------------------------------------------------

Chain: TypeAlias = "tuple[list[ast.expr], list[ast.cmpop]]"
Join: TypeAlias = "ast.BitAnd | ast.BitOr"


def _comparisons(node: ast.Compare) -> tuple[list[Chain], list[Join]]:
    """The comparisons that were meant, and the `&` and `|` between them: both had bound the operands tighter."""
    chains: list[Chain] = [([], [])]
    joins: list[Join] = []
    for term, sign in zip((node.left, *node.comparators), (None, *node.ops), strict=True):
        first, rest = _operands(term)
        if sign is not None:
            chains[-1][1].append(sign)
        chains[-1][0].append(first)
        for join, operand in rest:
            joins.append(join)
            chains.append(([operand], []))
    return chains, joins


def _operands(term: ast.expr) -> tuple[ast.expr, list[tuple[Join, ast.expr]]]:
    """`a & b | c` as a, then (&, b) and (|, c)."""
    if isinstance(term, ast.BinOp) and isinstance(term.op, ast.BitAnd | ast.BitOr):
        first, rest = _operands(term.left)
        return first, [*rest, (term.op, term.right)]
    return term, []


def _joined(parts: list[ast.expr], joins: list[Join]) -> ast.expr:
    """Truths beside `&` and `|`, the first of which binds tighter."""
    every: list[ast.expr] = [parts[0]]
    for join, part in zip(joins, parts[1:], strict=True):
        if isinstance(join, ast.BitAnd):
            every[-1] = ast.BinOp(every[-1], ast.BitAnd(), part)
        else:
            every.append(part)
    joined, *rest = every
    for part in rest:
        joined = ast.BinOp(joined, ast.BitOr(), part)
    return joined


def _chained(operands: list[ast.expr], signs: list[ast.cmpop], last: str) -> ast.expr:
    """A chain as comparisons of two beside each other; a `~` that took the first operand takes them all."""
    if not signs:
        return operands[0]
    first, *rest = operands
    if isinstance(first, ast.UnaryOp) and isinstance(first.op, ast.Invert) and isinstance(signs[0], ORDER):
        return ast.UnaryOp(ast.Invert(), _chained([first.operand, *rest], signs, last))
    parts = [_one(left, sign, right, last) for left, sign, right in zip(operands, signs, rest, strict=False)]
    return _joined(parts, [ast.BitAnd() for _ in parts[1:]])


ORDER = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)


def _one(left: ast.expr, op: ast.cmpop, right: ast.expr, last: str) -> ast.expr:
    """One comparison, with `==` and `in` as methods; a literal or a parameter alone has none, so it stands last."""
    if isinstance(op, ast.Eq | ast.Is):
        turned = isinstance(left, ast.Constant) or ast.unparse(left) == last
        return _method(right, "is_", [left]) if turned else _method(left, "is_", [right])
    if isinstance(op, ast.NotEq | ast.IsNot):
        return ast.UnaryOp(ast.Invert(), _one(left, ast.Eq(), right, last))
    if isinstance(op, ast.In | ast.NotIn):
        items = right.elts if isinstance(right, ast.Tuple | ast.List | ast.Set) else [right]
        inside = _method(left, "is_in", items)
        return inside if isinstance(op, ast.In) else ast.UnaryOp(ast.Invert(), inside)
    return ast.Compare(left, [op], [right])


def _method(owner: ast.expr, name: str, arguments: list[ast.expr]) -> ast.expr:
    return ast.Call(ast.Attribute(owner, name, ast.Load()), arguments, [])
