"""The keys of a place as values: which procedure, which indicator, which period."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw

from shnor_engine.reasoning.columns.periods import is_text
from shnor_engine.reasoning.columns.scope import Scope
from shnor_engine.reasoning.columns.values import Codes, Value
from shnor_engine.reasoning.columns.wholes import End, Uncompilable, column, exactly
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.tree import kind_of


def key_ref(scope: Scope, expr: nodes.KeyRef[Any]) -> Value:
    """The key where the clause stands; of a row that nobody reported one of those that the key can have."""
    if expr.key not in scope.keys:
        if expr.fact not in scope.blank:
            raise Uncompilable(f"the {expr.key} is read where it is not known")
        codes = expr.fact.key(expr.key).codes
        unknown = Codes(dict.fromkeys(codes, True), crisp=len(codes) == 1) if codes else _ANY
        return Value(unknown)
    held = nw.col(scope.key(expr.key))
    if kind_of(expr) == "number":
        text = is_text(expr.fact.key(expr.key))  # such a key has no number, and reading one fails
        return Value(exactly(End(column(held, *scope.periods))), fail=text)
    return Value(Codes({}, text=held.cast(nw.String)))


_ANY = Codes({}, True, nw.lit("", dtype=nw.String))
