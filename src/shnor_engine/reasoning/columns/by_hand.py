"""What columns cannot hold, decided by hand: the clause read place by place as `decide` does, put back as columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from math import inf
from typing import Any

import narwhals.stable.v2 as nw

from shnor_engine.reasoning.columns.bits import UNKNOWN, Truth
from shnor_engine.reasoning.columns.scope import Scope
from shnor_engine.reasoning.columns.tables import big_frame, collect
from shnor_engine.reasoning.columns.values import Codes, Value
from shnor_engine.reasoning.columns.wholes import ANY, LEAST, MOST, End, Span, Uncompilable, column
from shnor_engine.reasoning.trace import Step
from shnor_engine.reasoning.values import Kleene
from shnor_engine.rules.tree import kind_of


def by_hand(scope: Scope, name: str) -> Value:
    """A clause read place by place, exact whatever its numbers are."""
    ground, run = scope.ground, scope.run
    places = collect(scope.places().unique())
    if not places:
        return EMPTY[kind_of(run.tree.clauses[name])]
    steps = list(_steps(scope, name, places))
    columns: dict[str, list[Any]] = {key: [place[key] for place in places] for key in ground.keys}
    kind = kind_of(run.tree.clauses[name])
    write, read = {"truth": _truths, "number": _numbers, "code": _codes}[kind](steps)
    facts = {
        "fail": [step is None for step in steps],
        "there": [step is not None and step.present is True for step in steps],
        "gone": [step is not None and step.present is False for step in steps],
    }
    new = {about: ground.fresh(f"{name}_{about}") for about in (*facts, *write)}
    ground.join(big_frame(run.seed, {**columns, **facts, **write}), ground.keys, scope.back, new)
    bits = {about: nw.col(new[about]).fill_null(False) for about in facts}
    present = Truth(bits["there"], bits["gone"])
    return read(lambda about: nw.col(new[about]), Value(None, present, bits["fail"]))


def _steps(scope: Scope, name: str, places: list[dict[str, Any]]) -> Iterator[Step | None]:
    run = scope.run
    first = run.tree.keys[0]
    for place in places:
        context = {key: value for key, value in place.items() if key not in run.by}
        draw = tuple(place[key] for key in run.by)
        evaluation = run.evaluation(draw, run.region_of(place[first]))
        try:
            yield evaluation.clause(name, context)
        except Exception:  # the failure of one place stays its own, as in `decide`
            yield None


Get = Callable[[str], nw.Expr]
Read = Callable[[Get, Value], Value]
EMPTY = {"truth": Value(UNKNOWN), "number": Value(ANY), "code": Value(Codes({}, True))}


def _truths(steps: list[Step | None]) -> tuple[dict[str, list[Any]], Read]:
    found: list[Kleene] = [None if step is None else step.value for step in steps]
    write = {"yes": [item is True for item in found], "no": [item is False for item in found]}
    return write, lambda get, value: replace(
        value, content=Truth(get("yes").fill_null(False), get("no").fill_null(False))
    )


def _numbers(steps: list[Step | None]) -> tuple[dict[str, list[Any]], Read]:
    write: dict[str, list[Any]] = {}
    ranges: dict[str, tuple[int, int]] = {}
    for side in ("lo", "hi"):
        ends = [_end(step, side) for step in steps]
        write[f"{side}_open"] = [end is None for end in ends]
        for part, one in (("num", "numerator"), ("den", "denominator")):
            values = [getattr(Fraction(0) if end is None else end, one) for end in ends]
            if any(not LEAST <= value <= MOST for value in values):
                raise Uncompilable("a number that 64 bits do not hold")
            write[f"{side}_{part}"] = values
            ranges[f"{side}_{part}"] = (min(values, default=1), max(values, default=1))

    def read(get: Get, value: Value) -> Value:
        ends = []
        for side in ("lo", "hi"):
            num, den = (
                column(get(f"{side}_{part}").fill_null(1), min(low, 1), max(high, 1))
                for part in ("num", "den")
                for low, high in (ranges[f"{side}_{part}"],)
            )
            ends.append(End(num, den, get(f"{side}_open").fill_null(True)))
        return replace(value, content=Span(*ends))

    return write, read


def _end(step: Step | None, side: str) -> Fraction | None:
    if step is None:
        return None
    end = getattr(step.value, side)
    return None if end in (inf, -inf) else Fraction(end)


def _codes(steps: list[Step | None]) -> tuple[dict[str, list[Any]], Read]:
    found = [None if step is None else step.value for step in steps]
    every = sorted({code for item in found if item is not None for code in item})
    names = {code: f"code{place}" for place, code in enumerate(every)}
    write: dict[str, list[Any]] = {
        name: [item is not None and code in item for item in found] for code, name in names.items()
    }
    write["none"] = [item is None for item in found]

    def read(get: Get, value: Value) -> Value:
        possible = {code: get(name).fill_null(False) for code, name in names.items()}
        return replace(value, content=Codes(possible, get("none").fill_null(True)))

    return write, read
