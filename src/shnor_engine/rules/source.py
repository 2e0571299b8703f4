"""Where the author wrote a clause, and how the line should read."""

from __future__ import annotations

import ast
import linecache
from typing import Any

from shnor_engine.errors import RuleSyntax
from shnor_engine.law.authors import author_line, place


def refuse(problem: str, *, hint: str = "") -> RuleSyntax:
    """The error for Python that a clause cannot hold, with the author's line as it should read."""
    file, line = author_line()
    better = corrected(file, line) or hint
    return RuleSyntax(f"{problem}; write: {better}" if better else problem, place(file, line))


def corrected(file: str, line: int) -> str:
    """The author's statement with `and`, `or`, `not`, `==`, `in`, `if` and chains put right; empty if unreadable."""
    statement = _statement(file, line)
    if statement is None:
        return ""
    before = ast.unparse(statement)
    after = ast.unparse(ast.fix_missing_locations(_Corrector().visit(statement)))
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
        terms = [node.left, *node.comparators]
        parts = [_one(left, op, right) for left, op, right in zip(terms, node.ops, terms[1:], strict=False)]
        joined, *rest = parts
        for part in rest:
            joined = ast.BinOp(joined, ast.BitAnd(), part)
        return joined


def _one(left: ast.expr, op: ast.cmpop, right: ast.expr) -> ast.expr:
    """One comparison, with `==` and `in` as methods and an operand that `&` or `|` swallowed set free."""
    if isinstance(right, ast.BinOp) and isinstance(right.op, ast.BitAnd | ast.BitOr):
        return ast.BinOp(_one(left, op, right.left), right.op, right.right)
    if isinstance(left, ast.BinOp) and isinstance(left.op, ast.BitAnd | ast.BitOr):
        return ast.BinOp(left.left, left.op, _one(left.right, op, right))
    if isinstance(op, ast.Eq | ast.Is):
        return _method(left, "is_", [right])
    if isinstance(op, ast.NotEq | ast.IsNot):
        return ast.UnaryOp(ast.Invert(), _method(left, "is_", [right]))
    if isinstance(op, ast.In | ast.NotIn):
        items = right.elts if isinstance(right, ast.Tuple | ast.List | ast.Set) else [right]
        inside = _method(left, "is_in", items)
        return inside if isinstance(op, ast.In) else ast.UnaryOp(ast.Invert(), inside)
    return ast.Compare(left, [op], [right])


def _method(owner: ast.expr, name: str, arguments: list[ast.expr]) -> ast.expr:
    return ast.Call(ast.Attribute(owner, name, ast.Load()), arguments, [])
