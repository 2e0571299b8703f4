"""What columns cannot hold, decided by hand: the clause read place by place as `decide` does, put back as columns."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from math import inf
from typing import Any

import narwhals.stable.v2 as nw

from shnor_engine.reasoning.columns.bits import UNKNOWN, Bit, Truth, no
from shnor_engine.reasoning.columns.code_sets import code_set
from shnor_engine.reasoning.columns.scope import Scope
from shnor_engine.reasoning.columns.tables import big_frame, collect
from shnor_engine.reasoning.columns.values import Codes, CodeSet, Value
from shnor_engine.reasoning.columns.wholes import ANY, LEAST, MOST, End, Span, Uncompilable, column
from shnor_engine.reasoning.decide import json_value, plain_value
from shnor_engine.reasoning.trace import Step
from shnor_engine.reasoning.values import Kleene
from shnor_engine.rules.periods import period_at
from shnor_engine.rules.tree import kind_of


def by_hand(scope: Scope, name: str) -> Value:
    """A clause read place by place, exact whatever its numbers are."""
    run = scope.run
    places = _places(scope)
    if not places:
        return EMPTY.get(kind_of(run.tree.clauses[name]), EMPTY["truth"])
    steps = list(_steps(scope, name, places))
    kind = kind_of(run.tree.clauses[name])
    if kind not in WAYS:
        raise Uncompilable(f"a {kind} stands in no column")
    write, read = WAYS[kind](steps)
    facts = {
        "fail": [step is None for step in steps],
        "there": [step is not None and step.present is True for step in steps],
        "gone": [step is not None and step.present is False for step in steps],
    }
    found = _put_back(scope, name, places, {**facts, **write})
    bits = {about: found[about].fill_null(False) for about in facts}
    return read(found.__getitem__, Value(None, Truth(bits["there"], bits["gone"]), bits["fail"]))


def written(scope: Scope, name: str) -> tuple[dict[str, nw.Expr], Bit]:
    """A clause as text where no column of its own can hold it, and where it fails.

    A number that 64 bits do not hold: both ends as «numerator/denominator». Anything else: its JSON form.
    """
    run = scope.run
    places = _places(scope)
    steps = list(_steps(scope, name, places))
    if kind_of(run.tree.clauses[name]) != "number":
        values = [None if step is None else json_value(plain_value(step)) for step in steps]
        texts = [None if value is None else json.dumps(value, ensure_ascii=False) for value in values]
        found = _put_back(scope, name, places, {"text": texts, "fail": [step is None for step in steps]})
        return {name: found["text"]}, found["fail"].fill_null(False)
    ends = {side: [None if step is None else _end(step, side) for step in steps] for side in ("lo", "hi")}
    there = [step is not None and step.present is True for step in steps]
    write: dict[str, list[Any]] = {
        side: [str(end) if end is not None and held else None for end, held in zip(ends[side], there, strict=True)]
        for side in ends
    } | {"there": there, "fail": [step is None for step in steps]}
    found = _put_back(scope, name, places, write)
    return {f"{name}__{about}": found[about] for about in ("lo", "hi", "there")}, found["fail"].fill_null(False)


DECIDED = "_decided"  # the period of the place that is decided, where it matters from which one others are read


def _places(scope: Scope) -> list[dict[str, Any]]:
    """The keys of every place here; with them the period that is decided where states were published."""
    base = scope.ground.base
    kept = [nw.col(base.name).alias(DECIDED)] if scope.run.outside.published and base is not None else []
    return collect(scope.places(*kept).unique())


def _put_back(
    scope: Scope, name: str, places: list[dict[str, Any]], write: Mapping[str, list[Any]]
) -> dict[str, nw.Expr]:
    """Columns of what was found place by place, joined to the places."""
    ground = scope.ground
    new = {about: ground.fresh(f"{name}_{about}") for about in write}
    names, base = {name: name for name in scope.keys}, ground.base
    if base is not None and DECIDED in places[0]:  # then each place is read for itself
        names = {name: DECIDED if name == base.name else name for name in ground.keys}
    columns: dict[str, list[Any]] = {key: [place[name] for place in places] for key, name in names.items()}
    look = scope.look if DECIDED not in names.values() else None
    ground.join(big_frame(scope.run.seed, {**columns, **write}), list(names), look, new)
    return {about: nw.col(column_) for about, column_ in new.items()}


def _steps(scope: Scope, name: str, places: list[dict[str, Any]]) -> Iterator[Step | None]:
    run = scope.run
    first = run.tree.keys[0]
    fact = scope.ground.own if scope.ground.held is not None and scope.ground.sure else None
    kinds = {} if scope.spanned is None else {scope.looked.name: scope.looked.kind}
    base = scope.ground.base
    for place in places:
        context = {
            key: period_at(kinds[key], value) if key in kinds else value
            for key, value in place.items()
            if key not in run.by and key != DECIDED
        }
        draw = tuple(place[key] for key in run.by)
        # what was published is read of other periods than the decided one only
        decided = period_at(base.kind, place[DECIDED]) if base is not None and DECIDED in place else None
        evaluation = run.evaluation(draw, run.region_of(place[first]), decided)
        inside = () if fact is None else ((fact, tuple(context[key] for key in fact.key_names())),)
        try:
            with evaluation.supposing(*inside):  # inside rows, one that nobody reported is read as if it existed
                step = evaluation.clause(name, context)
        except Exception:  # the failure of one place stays its own, as in `decide`
            yield None
        else:
            yield step


Get = Callable[[str], nw.Expr]
Read = Callable[[Get, Value], Value]
EMPTY = {
    "truth": Value(UNKNOWN),
    "number": Value(ANY),
    "date": Value(ANY),
    "code": Value(Codes({}, True)),
    "codes": Value(CodeSet({})),
}


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


def _sets(steps: list[Step | None]) -> tuple[dict[str, list[Any]], Read]:
    found = [None if step is None else step.value for step in steps]
    every = sorted({code for item in found if item is not None for code in item.may})
    names = {code: f"code{place}" for place, code in enumerate(every)}
    write = {
        f"{side}_{name}": [item is not None and code in getattr(item, side) for item in found]
        for code, name in names.items()
        for side in ("sure", "may")
    }

    def read(get: Get, value: Value) -> Value:
        members = {
            code: Truth(get(f"sure_{name}").fill_null(False), no(get(f"may_{name}").fill_null(False)))
            for code, name in names.items()
        }
        return replace(value, content=code_set(members))

    return write, read


WAYS: Mapping[str, Callable[[list[Step | None]], tuple[dict[str, list[Any]], Read]]] = {
    "truth": _truths,
    "number": _numbers,
    "date": _numbers,
    "code": _codes,
    "codes": _sets,
}
