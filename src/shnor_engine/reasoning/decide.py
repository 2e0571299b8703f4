"""Decide one subject: the reference meaning of a rule, with the trace that explains it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from math import inf
from typing import Any

from shnor_engine.errors import FactError
from shnor_engine.law.brackets import Brackets
from shnor_engine.law.canon import plain
from shnor_engine.law.law import Law
from shnor_engine.reasoning.evaluate import Evaluation
from shnor_engine.reasoning.evaluate_others import decided
from shnor_engine.reasoning.facts import Facts, KeyValue, check_key
from shnor_engine.reasoning.outcome import OUTCOMES as OUTCOMES
from shnor_engine.reasoning.outcome import Outcome as Outcome
from shnor_engine.reasoning.placements import Outside, Placement, Published
from shnor_engine.reasoning.trace import Step
from shnor_engine.reasoning.values import Collected, Span
from shnor_engine.rules.rule import Rule, RuleTree
from shnor_engine.rules.ruleset import RuleSet
from shnor_engine.rules.tree import kind_of


@dataclass(frozen=True)
class Verdict:
    """What a rule says of one subject in one period.

    `values` holds every clause at the grain of the rule: a truth, a number, a code, a day, a pair (lowest, highest)
    or a tuple of codes while it is open, None where nothing can be said. What a table collects is the tuple of its
    codes, while it is open `{"surely": codes, "possibly": codes}`. `steps` is the trace. `error` says why the rule
    failed. `in_force` is False for a period that ended before the rule was, `measured` for a declared gap. The law
    was read as known on `as_known`. `placed` are the placements by an authority that made the outcome, `own` what the
    rule itself would have said. `rules` is the digest of the rules beside it, if any were given.
    """

    rule: RuleTree
    keys: Mapping[str, KeyValue]
    outcome: Outcome
    on: date
    law: str
    region: str | None
    steps: Mapping[str, Step] = field(repr=False, default_factory=dict)
    error: str = ""
    in_force: bool = True
    as_known: date | None = None
    measured: bool = True
    placed: tuple[Placement, ...] = ()
    own: Verdict | None = field(repr=False, default=None)
    rules: str = ""

    @property
    def values(self) -> dict[str, Any]:
        """Every output clause by name, as plain Python values."""
        return {name: plain_value(step) for name, step in self.steps.items()}

    def to_json(self) -> dict[str, Any]:
        """`{"keys", "outcome", "values", "on", "rule", "version", "digest", "law", "law_known", "rules", "error",
        "placed", "own"}`."""
        return {
            "keys": dict(self.keys),
            "outcome": self.outcome,
            "values": {name: json_value(value) for name, value in self.values.items()},
            "on": self.on.isoformat(),
            "rule": self.rule.id,
            "version": self.rule.version,
            "digest": self.rule.digest,
            "law": self.law,
            "law_known": self.as_known and self.as_known.isoformat(),
            "rules": self.rules or None,
            "error": self.error or None,
            "placed": [plain(item) for item in self.placed],
            "own": None
            if self.own is None
            else {"outcome": self.own.outcome, "values": self.own.to_json()["values"]},
        }


def decide(
    rule: type[Rule] | RuleTree,
    keys: Mapping[str, KeyValue],
    facts: Facts,
    law: Law,
    *,
    on: date,
    region: str | None = None,
    as_known: date | None = None,
    rules: RuleSet | None = None,
    placements: Iterable[Placement] = (),
    published: Iterable[Published] = (),
) -> Verdict:
    """The verdict of a rule at its keys, decided on day `on` under a law, for a region.

    The law is read as it was known on `as_known` (None: on the day of the decision; `date.max`: all that is known).

    First `applies` (false: `not_applicable`), then `verdict`: `met`, `not_met`, or `undetermined` where the facts
    leave it open. A rule that breaks gives `failed` with the reason. `rules` holds the versions of the rules that it
    reads, `placements` what an authority decided instead, `published` the statuses that were published. Raises
    `FactError` for missing or strange keys and for a fact of the rule that was not given at all.
    """
    tree = rule if isinstance(rule, RuleTree) else rule.tree
    law.refuse_unknown({keys.get(tree.keys[0]): region})
    outside = Outside.of(placements, published, on=on)
    return _verdict(tree, dict(keys), _evaluation(tree, keys, facts, law, on, region, as_known, rules, outside))


def decide_each(
    rule: type[Rule] | RuleTree,
    places: Iterable[Mapping[str, KeyValue]],
    facts: Facts,
    law: Law,
    *,
    on: date,
    regions: Mapping[KeyValue, str] | None = None,
    as_known: date | None = None,
    rules: RuleSet | None = None,
    placements: Iterable[Placement] = (),
    published: Iterable[Published] = (),
) -> Iterator[Verdict]:
    """One verdict a place, in the order given; `regions` gives the region of a place's first key.

    Places of one period and region share what they read: a group is ranked once.
    """
    tree = rule if isinstance(rule, RuleTree) else rule.tree
    law.refuse_unknown(regions or {})
    outside = Outside.of(placements, published, on=on)
    shared: dict[tuple[str | None, KeyValue | None], Evaluation] = {}
    for keys in places:
        _check_input(tree, keys, facts)
        region = (regions or {}).get(keys[tree.keys[0]])
        asked = region, None if tree.period is None else keys[tree.period.name]
        if asked not in shared:
            shared[asked] = _evaluation(tree, keys, facts, law, on, region, as_known, rules, outside)
        yield _verdict(tree, dict(keys), shared[asked])


def _evaluation(
    tree: RuleTree,
    keys: Mapping[str, KeyValue],
    facts: Facts,
    law: Law,
    on: date,
    region: str | None,
    as_known: date | None,
    rules: RuleSet | None,
    outside: Outside,
) -> Evaluation:
    _check_input(tree, keys, facts)
    period = None if tree.period is None else keys[tree.period.name]
    return Evaluation(
        tree, facts, law, on=on, region=region, as_known=as_known, rules=rules, outside=outside, period=period
    )


def _verdict(tree: RuleTree, keys: dict[str, KeyValue], evaluation: Evaluation) -> Verdict:
    found = decided(evaluation, keys)
    own = None
    if found.placed:
        own = _verdict(tree, keys, evaluation.unplaced(keys))
    return Verdict(
        rule=tree,
        keys=keys,
        outcome=found.outcome,
        on=evaluation.on,
        law=evaluation.law.digest,
        region=evaluation.region,
        steps=found.steps,
        error=found.error,
        in_force=found.in_force,
        as_known=evaluation.known,
        measured=found.measured,
        placed=found.placed,
        own=own,
        rules=evaluation.rules.digest if evaluation.rules is not None else "",
    )


def _check_input(tree: RuleTree, keys: Mapping[str, KeyValue], facts: Facts) -> None:
    if set(keys) != set(tree.keys):
        raise FactError(f"rule {tree.id} decides per {', '.join(tree.keys)}; the keys given are {', '.join(keys)}")
    for key in tree.per:
        check_key(key, keys[key.name], f"rule {tree.id}")
    if absent := [fact.__name__ for fact in tree.facts if not facts.holds(fact)]:
        raise FactError(
            f"rule {tree.id} reads {', '.join(absent)}; give a table for it, an empty one if there is none"
        )


def plain_value(step: Step) -> Any:
    """A step's value for people and programs: see `Verdict.values`."""
    value = step.value
    if isinstance(value, Span):
        if step.present is not True:
            return None
        day = kind_of(step.expr) == "date"
        ends = [day_of(end) if day else end_of(end) for end in value]
        return ends[0] if value.exact else tuple(ends)
    if isinstance(value, Collected):
        sure, may = tuple(sorted(value.sure)), tuple(sorted(value.may))
        return None if step.present is not True else sure if value.exact else {"surely": sure, "possibly": may}
    if isinstance(value, frozenset):
        if step.present is False:
            return None
        return next(iter(value)) if step.known else tuple(sorted(value))
    return value


def end_of(number: Any) -> Any:
    """The end of an interval, None where it is open."""
    return None if number in (inf, -inf) else number


def day_of(ordinal: Any) -> date | None:
    """The day of an ordinal; None for an open end."""
    return None if ordinal in (inf, -inf) else date.fromordinal(int(ordinal))


def json_value(value: Any) -> Any:
    """A plain value in JSON: a fraction as text «3/10», a day as ISO text, open ends as null, several as a list."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Brackets):
        return json_value(value.rows)
    if isinstance(value, Mapping):
        return {name: json_value(item) for name, item in value.items()}
    if isinstance(value, Fraction):
        return int(value) if value.denominator == 1 else str(value)
    return [json_value(item) for item in value] if isinstance(value, tuple) else value
