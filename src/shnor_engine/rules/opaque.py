"""The escape hatch: a Python function over declared inputs, with a name and a version of its own.

The function is rebuilt with nothing around it but harmless builtins and what `uses=` names, so that it sees neither
the clock nor a file nor a module's state; no reader can look into it, and a compiler decides it row by row.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import Any, Literal, overload

from shnor_engine.law.source import refuse
from shnor_engine.rules.tree import Expr, Kind, lift

SEALED = "__sealed__"
HARMLESS = """
    abs all any bool dict divmod enumerate filter frozenset int isinstance len list map max min pow range reversed
    round set sorted str sum tuple zip ArithmeticError Exception KeyError LookupError ValueError ZeroDivisionError
"""


@dataclass(frozen=True, eq=False)
class Opaque(Expr[Any]):
    """The value that a function gives for its inputs, once all of them are known.

    `name` and `version` stand for the function in the digest: whoever changes the function changes the version.
    """

    name: str
    version: str
    function: Callable[..., Any]
    reads: tuple[tuple[str, Expr[Any]], ...]
    of_kind: Kind
    low: Any = None
    high: Any = None
    among: tuple[str, ...] = ()

    def kind_within(self) -> Kind:
        """What its author declared."""
        return self.of_kind


@overload
def opaque(
    function: Callable[..., Any],
    *,
    name: str,
    version: str,
    reads: Mapping[str, Any],
    kind: Literal["number"],
    bounds: tuple[Any, Any] = ...,
    among: tuple[str, ...] = ...,
    uses: Mapping[str, Any] | None = ...,
) -> Expr[int]: ...
@overload
def opaque(
    function: Callable[..., Any],
    *,
    name: str,
    version: str,
    reads: Mapping[str, Any],
    kind: Literal["truth"],
    bounds: tuple[Any, Any] = ...,
    among: tuple[str, ...] = ...,
    uses: Mapping[str, Any] | None = ...,
) -> Expr[bool]: ...
@overload
def opaque(
    function: Callable[..., Any],
    *,
    name: str,
    version: str,
    reads: Mapping[str, Any],
    kind: Literal["code"],
    bounds: tuple[Any, Any] = ...,
    among: tuple[str, ...] = ...,
    uses: Mapping[str, Any] | None = ...,
) -> Expr[str]: ...
def opaque(
    function: Callable[..., Any],
    *,
    name: str,
    version: str,
    reads: Mapping[str, Any],
    kind: Kind,
    bounds: tuple[Any, Any] = (None, None),
    among: tuple[str, ...] = (),
    uses: Mapping[str, Any] | None = None,
) -> Any:
    """What a function makes of these inputs: `opaque(curve, name="curve", version="1", reads={"x": Row.x}, …)`.

    It is called with `reads` by name, as plain exact values, once all are known; until then the value lies within
    `bounds` or `among`. It gives a number (no float), a truth, a code, or None: absent; or that with its
    reasons, `(value, [(name, ru, en), …])`: an explanation says each. What it raises makes the rule `failed` for that
    subject alone. It sees its arguments, harmless builtins and `uses`, nothing else.
    """
    if not name or not version:
        raise refuse("an opaque function needs a name and a version: they stand for it in the digest")
    inputs = tuple((key, lift(item)) for key, item in reads.items())
    return Opaque(name, version, sealed(function, uses or {}), inputs, kind, bounds[0], bounds[1], tuple(among))


def sealed(function: Callable[..., Any], uses: Mapping[str, Any]) -> Callable[..., Any]:
    """The function with nothing around it; raises `RuleSyntax` where it reaches for what nobody declared."""
    if getattr(function, SEALED, False):
        return function
    if not isinstance(function, FunctionType):
        raise refuse(f"{function!r} is no plain Python function", hint="def curve(x): …")
    if function.__closure__ or function.__defaults__ or function.__kwdefaults__:
        raise refuse(f"{function.__name__} brings values of its own along; pass them through reads= or uses=")
    allowed = {name: getattr(builtins, name) for name in HARMLESS.split()}
    wanted = set(_globals_of(function.__code__))
    if strange := sorted(wanted - set(allowed) - set(uses)):
        raise refuse(f"{function.__name__} looks at {', '.join(strange)}, which is not declared; name it in uses=")
    around = {"__builtins__": allowed, **{name: uses[name] for name in uses if name in wanted}}
    alone = FunctionType(function.__code__, around, function.__name__)
    setattr(alone, SEALED, True)
    return alone


def _globals_of(code: CodeType) -> Iterator[str]:
    """Every global name that a function or one inside it looks up; an import is one called so."""
    import dis

    for step in dis.get_instructions(code):
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME", "STORE_GLOBAL", "DELETE_GLOBAL"):
            yield str(step.argval)
        elif step.opname == "IMPORT_NAME":
            yield f"import {step.argval}"
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _globals_of(inner)
