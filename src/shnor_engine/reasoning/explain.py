"""Explain a verdict: its decisive reasons, the law behind them, and the events that are sufficient for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shnor_engine.reasoning.decide import OUTCOMES, Verdict
from shnor_engine.reasoning.decisive import walk_decisive
from shnor_engine.reasoning.explanation import Explanation, PackCard, Pairs, Reason, Threshold
from shnor_engine.reasoning.language import OUTCOME, Names, name_of, period_name
from shnor_engine.reasoning.missing import missing_of
from shnor_engine.reasoning.reasons import Teller
from shnor_engine.reasoning.tell_others import placed_reasons, would_have_said
from shnor_engine.reasoning.trace import Step
from shnor_engine.rules import tree as nodes


def explain(
    verdict: Verdict,
    *,
    decision: str = "",
    label: Pairs | None = None,
    means: Pairs | None = None,
    roots: Sequence[str] = (),
    notes: Sequence[str] = (),
    pack: PackCard | None = None,
    position: int | None = None,
    names: Names | None = None,
    sources: Mapping[str, str] | None = None,
) -> Explanation:
    """The explanation of a verdict. `roots` are clauses to give reasons for beside `applies` and `verdict`,
    `notes` truths whose sentences are remarks where they hold.

    `names` says how values of keys are called (one text, or one a language), `sources` what stands behind an event.
    Most callers have a pack and want `Pack.explain`.
    """
    steps = [verdict.steps[name] for name in _roots(verdict, roots)]
    teller = Teller(verdict, names or {})
    tree = verdict.rule
    subject = [verdict.keys[key.name] for key in tree.per if not key.period]
    return Explanation(
        keys=verdict.keys,
        names=Pairs(
            *(", ".join(name_of(value, names or {}, language) for value in subject) for language in ("ru", "en"))
        ),
        period=Pairs(*(period_name(tree, verdict.keys, language) for language in ("ru", "en"))),
        outcome=verdict.outcome,
        decision=decision or verdict.outcome,
        label=label or Pairs(*OUTCOME[verdict.outcome]),
        means=means or Pairs("", ""),
        values=verdict.values,
        because=_because(verdict, teller, steps, roots),
        thresholds=_thresholds(steps),
        events=tuple(sorted(_events(verdict, teller, steps))),
        missing=missing_of(steps, verdict, names or {}),
        rule={"id": tree.id, "version": tree.version, "digest": tree.digest},
        pack=pack,
        law=verdict.law,
        on=verdict.on,
        position=position,
        error=verdict.error,
        in_force=verdict.in_force,
        measured=verdict.measured,
        placed=verdict.placed,
        sources=dict(sources or {}),
        notes=tuple(_note(verdict, name) for name in notes if _holds(verdict, name)),
    )


def _holds(verdict: Verdict, name: str) -> bool:
    return name in verdict.steps and verdict.steps[name].value is True and name in verdict.rule.texts


def _note(verdict: Verdict, name: str) -> Pairs:
    said = verdict.rule.texts[name]
    return Pairs(*(said.in_(language).yes.format_map(dict(verdict.keys)) for language in ("ru", "en")))


def _because(verdict: Verdict, teller: Teller, steps: Sequence[Step], roots: Sequence[str]) -> tuple[Reason, ...]:
    """The decisive reasons; of a placed subject the placement, and beside it what the rule would have said."""
    if verdict.own is None:
        return teller.reasons(steps)
    own = Teller(verdict.own, teller.names)
    inner = own.reasons([verdict.own.steps[name] for name in _roots(verdict.own, roots)])
    return placed_reasons(teller, verdict.placed, would_have_said(own, inner))


def _events(verdict: Verdict, teller: Teller, steps: Sequence[Step]) -> set[str]:
    found = {event for step in steps for event in teller.grounds.events(step)}
    return found | {event for item in verdict.placed for event in item.events}


def _roots(verdict: Verdict, roots: Sequence[str]) -> list[str]:
    """The clauses that the decision rests on; of a placed outcome none.

    Of a rule that does not apply, or perhaps does not, `applies` and the states that are carried all the same.
    """
    if any(item.value in OUTCOMES for item in verdict.placed):
        return []
    asked = ["applies", *roots, "verdict"]
    if verdict.outcome == "not_applicable" or ("applies" in verdict.steps and verdict.steps["applies"].value is None):
        asked = ["applies", *verdict.rule.statuses]
    return [name for name in asked if name in verdict.steps]


def _thresholds(steps: Sequence[Step]) -> tuple[Threshold, ...]:
    found: dict[tuple[Any, ...], Threshold] = {}
    for root in steps:
        for step in walk_decisive(root):
            if isinstance(step.expr, nodes.ParamRef) and step.valued is not None:
                param, valued = step.expr.param, step.valued
                label = Pairs(param.labels["ru"] or param.key, param.labels["en"] or param.key)
                item = Threshold(
                    param.key,
                    label,
                    valued.value,
                    param.unit,
                    valued.clause,
                    valued.since,
                    valued.until,
                    valued.chain,
                    valued.known,
                )
                found.setdefault((param.key, valued.value, valued.since, valued.chain), item)
    return tuple(found.values())
