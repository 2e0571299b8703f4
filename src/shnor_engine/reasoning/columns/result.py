"""The answer in columns: a frame with a row per place, its outcome, and every output clause."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from shnor_engine.reasoning.columns import code_sets, days, others, outside
from shnor_engine.reasoning.columns.bits import Bit, Truth, as_expr, both, either, no
from shnor_engine.reasoning.columns.by_hand import written
from shnor_engine.reasoning.columns.errors import errors_at, with_errors
from shnor_engine.reasoning.columns.periods import key_texts
from shnor_engine.reasoning.columns.scope import Ground, Scope
from shnor_engine.reasoning.columns.tables import collect
from shnor_engine.reasoning.columns.values import Codes, CodeSet, Value, text_of
from shnor_engine.reasoning.columns.wholes import Span, Uncompilable
from shnor_engine.rules.rule import RuleTree
from shnor_engine.rules.tree import kind_of

if TYPE_CHECKING:
    from shnor_engine.reasoning.columns.run import Run

READ = "rule_read"


@dataclass(frozen=True)
class Columns:
    """A rule decided at every place at once.

    `frame` is lazy and native to the engine of the facts: the keys, `outcome`, `in_force`, and per output clause

    - a truth: a Boolean column, null where undetermined;
    - a number: `clause` where it cannot be open, else `clause__lo` and `clause__hi` (null: no such end); where it
      need not be whole these hold numerators and `clause__den`, `clause__lo__den`, `clause__hi__den` denominators;
      all are null where the number is not surely present; `clause__there` tells that from a number without any bound;
      one that 64 bits may not hold stands there as text, «numerator/denominator»;
    - a day: as a number is, in dates: `clause`, or `clause__lo` and `clause__hi`;
    - a code: `clause`, null where several are possible; then `clause__possible` names them with | between;
    - a set of codes: `clause`, each with | before it, null where the set is open; then `clause__surely` holds those
      that are in it and `clause__possibly` those that may be;

    - anything else: `clause` as JSON text.

    All of them are null where the rule failed or was not yet in force. `in_force` is false in a declared gap too: for
    the rule that period does not exist. Where an authority placed outcomes, `rule_read` is false where there is
    nothing beside the placement: the rule itself failed or was not in force.

    `by_hand` names the clauses that columns could not hold, with the reason; they were decided place by place.
    """

    rule: RuleTree
    frame: Any
    keys: tuple[str, ...]
    by_hand: Mapping[str, str]
    shapes: Mapping[str, str]
    run: Run = field(repr=False, compare=False)

    def with_errors(self) -> Any:
        """The frame with a column `error`: why the rule failed, as `Verdict.error` says it; null elsewhere.

        Failed places are looked up and decided again one by one, which is why `frame` itself does not hold it.
        """
        return with_errors(self.run, nw.from_native(self.frame), self.keys).to_native()

    def errors(self) -> dict[tuple[Any, ...], str]:
        """Why the rule failed, by the keys of the places where it did."""
        rows = collect(nw.from_native(self.frame).filter(nw.col("outcome") == "failed").select(*self.keys))
        return {tuple(row.values()): error for row, error in zip(rows, errors_at(self.run, rows), strict=True)}

    def rows(self) -> Iterator[dict[str, Any]]:
        """Each place as `{"keys", "outcome", "values"}`, the values as `Verdict.values` has them."""
        for row in collect(nw.from_native(self.frame)):
            yield {
                "keys": {key: row[key] for key in self.keys},
                "outcome": row["outcome"],
                "values": self.values(row),
            }

    def values(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The clauses of one row of the frame, as `Verdict.values` has them."""
        if not row.get(READ, row["outcome"] != "failed" and row["in_force"]):
            return {}
        return {name: _plain(row, name, shape) for name, shape in self.shapes.items()}


def answer(ground: Ground) -> Columns:
    """Outcome and clauses of every place of a ground."""
    run, scope = ground.run, Scope(ground)
    outside.refuse_strange(run)
    values: dict[str, Value] = {}
    texts: dict[str, dict[str, nw.Expr]] = {}
    fails: list[Bit] = []
    for name in run.tree.outputs:
        try:
            values[name] = scope.clause(name)
            fails.append(values[name].fail)
        except Uncompilable:  # decided by hand, and then too wide to stand in a column of numbers
            texts[name], fail = written(scope, name)
            fails.append(fail)
    before = others.before(scope)
    failed = either(*fails)
    silent = either(before, failed)
    columns: dict[str, nw.Expr] = {}
    shapes: dict[str, str] = {}
    for name in run.tree.outputs:
        if name in texts:
            shapes[name] = "json" if name in texts[name] else "text"
            columns |= {column: _where(no(silent), expr) for column, expr in texts[name].items()}
        elif kind_of(run.tree.clauses[name]) != "date":
            shapes[name] = _write(columns, name, values[name], silent)
    columns |= _days(scope, values, silent, shapes)
    placed = outside.outcomes(scope)
    outcome = _placed(placed, _outcome(values, before, failed))
    spoken = either(no(before), outside.said(placed))
    base = ground.base
    keys = [
        key_texts(base.kind, nw.col(key)).alias(key) if base is not None and key == base.name else nw.col(key)
        for key in ground.keys
    ]
    if placed:
        columns = {READ: as_expr(no(silent)), **columns}
    rest = [expr.alias(name) for name, expr in columns.items()]
    frame = ground.frame.select(*keys, outcome.alias("outcome"), as_expr(spoken).alias("in_force"), *rest)
    return Columns(run.tree, frame.to_native(), ground.keys, dict(run.reasons), shapes, run)


def _outcome(values: Mapping[str, Value], before: Bit, failed: Bit) -> nw.Expr:
    verdict = values["verdict"].truth
    applies = values["applies"].truth if "applies" in values else Truth.of(True)
    outcome = nw.lit("undetermined")
    said = (
        (both(applies.yes, verdict.not_), "not_met"),
        (both(applies.yes, verdict.yes), "met"),
        (applies.not_, "not_applicable"),
        (failed, "failed"),
        (before, "not_applicable"),
    )
    for bit, name in said:
        if bit is not False:
            outcome = nw.when(as_expr(bit)).then(nw.lit(name)).otherwise(outcome)
    return outcome


def _placed(placed: Mapping[str, Bit], own: nw.Expr) -> nw.Expr:
    """The outcome that an authority placed, else the rule's own."""
    for name, bit in placed.items():
        own = nw.when(as_expr(bit)).then(nw.lit(name)).otherwise(own)
    return own


# --- clauses --------------------------------------------------------------------------------------


def _write(columns: dict[str, nw.Expr], name: str, value: Value, silent: Bit) -> str:
    """The columns of one clause; returns how they are to be read."""
    content = value.content
    if isinstance(content, Truth):
        known = as_expr(both(content.known, no(silent)))
        columns[name] = (
            as_expr(content.yes) if _everywhere(content.known, silent) else nw.when(known).then(content.yes)
        )
        return "truth"
    there = both(value.present.yes, no(silent))
    if isinstance(content, CodeSet):
        written_, shape = code_sets.write(name, content, there)
        columns |= written_
        return shape
    if isinstance(content, Codes):
        return _write_codes(columns, name, content, there, both(no(silent), no(value.present.not_)))
    return _write_span(columns, name, content, there)


def _days(scope: Scope, values: Mapping[str, Value], silent: Bit, shapes: dict[str, str]) -> dict[str, nw.Expr]:
    """The columns of all clauses that are days, turned into dates together."""
    found = {name: values[name] for name in values if kind_of(scope.run.tree.clauses[name]) == "date"}
    shapes |= {name: "day" if value.span.single else "days" for name, value in found.items()}
    return days.written(
        scope, {name: (value.span, both(value.present.yes, no(silent))) for name, value in found.items()}
    )


def _everywhere(known: Bit, silent: Bit) -> bool:
    return known is True and silent is False


def _write_codes(columns: dict[str, nw.Expr], name: str, codes: Codes, there: Bit, spoken: Bit) -> str:
    # what is perhaps not present still holds its codes, as in `decide`
    columns[name] = _where(both(spoken, codes.known), codes.one)
    if codes.crisp or codes.text is not None:
        return "code"
    columns[f"{name}__possible"] = _where(both(spoken, no(codes.none)), text_of(codes))
    return "codes"


def _write_span(columns: dict[str, nw.Expr], name: str, span: Span, there: Bit) -> str:
    ends = {name: span.lo} if span.single else {f"{name}__lo": span.lo, f"{name}__hi": span.hi}
    for column, end in ends.items():
        columns[column] = _where(both(there, no(end.open)), end.num.expr)
        if not end.den.one:
            columns[f"{column}__den"] = _where(both(there, no(end.open)), end.den.expr)
    if span.single:
        return "number"
    if span.lo.open is not False and span.hi.open is not False:
        columns[f"{name}__there"] = as_expr(there)
    return "span"


def _where(bit: Bit, expr: nw.Expr) -> nw.Expr:
    return expr if bit is True else nw.when(as_expr(bit)).then(expr)


def _plain(row: Mapping[str, Any], name: str, shape: str) -> Any:
    if shape in ("truth", "code", "day"):
        return row[name]
    if shape in ("set", "sets"):
        return code_sets.read(row, name)
    if shape == "json":
        return None if row[name] is None else json.loads(row[name])
    if shape == "codes":
        possible = row[f"{name}__possible"]
        return row[name] if row[name] is not None or possible is None else tuple(possible.split("|"))
    if shape == "number":
        return _number(row, name)
    read = {"text": _text, "days": _held}.get(shape, _number)
    low, high = read(row, f"{name}__lo"), read(row, f"{name}__hi")
    if low is None and high is None:
        return (None, None) if row.get(f"{name}__there") else None
    return low if low == high else (low, high)


def _held(row: Mapping[str, Any], name: str) -> Any:
    return row[name]


def _text(row: Mapping[str, Any], name: str) -> Any:
    found = None if row[name] is None else Fraction(row[name])
    return int(found) if found is not None and found.denominator == 1 else found


def _number(row: Mapping[str, Any], name: str) -> Any:
    if row[name] is None:
        return None
    found = Fraction(row[name], row.get(f"{name}__den", 1))
    return int(found) if found.denominator == 1 else found
