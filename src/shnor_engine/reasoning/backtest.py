"""Two methodologies, or two states of knowledge, on the same history: who flips, when, by which clause.

A run is a sequence of verdicts, or of outcomes as they were recorded, over places (keys of a rule). Three runs have a
name: *as decided* (what was recorded), *as corrected* (the same rule over what is known now) and *as proposed*
(another rule). A placement by an authority is the outcome of its place in every run; what the rule said stays beside
it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, TypeAlias

from shnor_engine.law.canon import plain
from shnor_engine.reasoning.decide import OUTCOMES, Verdict, json_value, plain_value
from shnor_engine.reasoning.decisive import walk_decisive
from shnor_engine.reasoning.explanation import Pairs
from shnor_engine.reasoning.facts import KeyValue
from shnor_engine.reasoning.language import OUTCOME, Names, join, name_of, number_text, pick
from shnor_engine.reasoning.trace import Step
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.form import dump
from shnor_engine.rules.rule import RuleTree

SCHEMA = "shnor_engine.backtest/1"
Keys: TypeAlias = tuple[tuple[str, KeyValue], ...]


def keys_of(keys: Mapping[str, KeyValue]) -> Keys:
    """Keys as one value, the same in any order."""
    return tuple(sorted(keys.items()))


@dataclass(frozen=True, slots=True)
class Placed:
    """A placement by an authority: the value that stands, whoever decided it, and on what ground."""

    value: str
    authority: str = ""
    ground: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A decision as it was recorded: the outcome, the code decided on if there is one, and clause values if kept."""

    keys: Mapping[str, KeyValue]
    outcome: str
    decision: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cause:
    """A clause that made a difference: what it was worth in each run at its keys, or that its text differs."""

    clause: str
    keys: Keys
    before: Any
    after: Any
    rewritten: bool


@dataclass(frozen=True, slots=True)
class Flip:
    """One place that came out differently; `held` says that a placement keeps the outcome what it was."""

    keys: Keys
    before: str
    after: str
    causes: tuple[Cause, ...]
    held: Placed | None = None


@dataclass(frozen=True, slots=True)
class Confusion:
    """Outcomes against a published list: `unknown` are places of which the list or the outcome says nothing.

    Who is on a list and stands in no run is among them: the run says nothing of him.
    """

    hits: int = 0
    misses: int = 0
    false_alarms: int = 0
    rejections: int = 0
    unknown: int = 0

    @property
    def precision(self) -> Fraction | None:
        """Of those the rule names, the share that is on the list."""
        named = self.hits + self.false_alarms
        return Fraction(self.hits, named) if named else None

    @property
    def recall(self) -> Fraction | None:
        """Of those on the list, the share that the rule names."""
        listed = self.hits + self.misses
        return Fraction(self.hits, listed) if listed else None

    def to_dict(self) -> dict[str, Any]:
        """The four counts, the unknown ones, precision and recall as exact shares."""
        shares = {"precision": self.precision, "recall": self.recall}
        return {**plain(self), **{name: None if item is None else str(item) for name, item in shares.items()}}


@dataclass(frozen=True)
class Run:
    """One run: a name and, by place, a verdict or a recorded decision."""

    name: Pairs
    places: Mapping[Keys, Verdict | Recorded]
    decisions: Mapping[Keys, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls, name: Pairs, items: Iterable[Verdict | Recorded], *, decisions: Mapping[Keys, str] | None = None
    ) -> Run:
        """A run out of verdicts or records; `decisions` gives the code decided on where that is not the outcome.

        Raises `ValueError` for two items of one place: nothing would say which of them was the decision.
        """
        places: dict[Keys, Verdict | Recorded] = {}
        for item in items:
            keys = keys_of(item.keys)
            if keys in places:
                raise ValueError(f"two decisions for {dict(keys)} in run «{name.en}»; give one a place")
            places[keys] = item
        return cls(name, places, dict(decisions or {}))

    def said(self, keys: Keys) -> str:
        """What the run itself says of a place."""
        item = self.places[keys]
        recorded = item.decision if isinstance(item, Recorded) else ""
        return self.decisions.get(keys) or recorded or item.outcome


AS_DECIDED = Pairs("как решено", "as decided")
AS_CORRECTED = Pairs("с исправленными сведениями", "as corrected")
AS_PROPOSED = Pairs("по предложению", "as proposed")


@dataclass(frozen=True)
class Backtest:
    """What two runs differ in.

    `flips` change the outcome; those of `held` would, were it not for a placement. `only_before` and `only_after`
    are places that one run alone speaks of: no flip, and not silently left out. `confusion` is by run, over every
    period and by period, where lists were given.
    """

    before: Run
    after: Run
    flips: tuple[Flip, ...]
    held: tuple[Flip, ...]
    same: int
    only_before: tuple[Keys, ...]
    only_after: tuple[Keys, ...]
    counts: Mapping[tuple[str, str], int]
    confusion: Mapping[str, Confusion]
    by_period: Mapping[str, Mapping[KeyValue, Confusion]]
    names: Names
    schema: str = SCHEMA

    def by_clause(self) -> dict[str, int]:
        """How many flips each clause had a part in, the most frequent first."""
        found = Counter(name for flip in self.flips for name in {cause.clause for cause in flip.causes})
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))

    def text(self, language: str = "ru") -> str:
        """The comparison as prose."""
        return "\n".join(_lines(self, language))

    def to_dict(self) -> dict[str, Any]:
        """The stable JSON shape, version `schema`."""
        return {
            "schema": self.schema,
            "before": plain(self.before.name),
            "after": plain(self.after.name),
            "same": self.same,
            "flips": [_flip_json(item) for item in self.flips],
            "held": [_flip_json(item) for item in self.held],
            "only_before": [dict(keys) for keys in self.only_before],
            "only_after": [dict(keys) for keys in self.only_after],
            "counts": [
                {"before": before, "after": after, "places": count} for (before, after), count in self.counts.items()
            ],
            "by_clause": self.by_clause(),
            "confusion": {run: item.to_dict() for run, item in self.confusion.items()},
            "by_period": {
                run: {str(period): item.to_dict() for period, item in periods.items()}
                for run, periods in self.by_period.items()
            },
        }


def backtest(
    before: Run,
    after: Run,
    *,
    placed: Mapping[Keys, Placed] | None = None,
    published: Mapping[Keys, bool | None] | None = None,
    positive: Iterable[str] = ("met",),
    names: Names | None = None,
) -> Backtest:
    """What changes from one run to the other.

    `placed` are placements in force at a place, `published` says who was on the list (None: the list is not known),
    `positive` which outcomes or codes a list would hold.
    """
    standing = placed or {}
    common = [keys for keys in before.places if keys in after.places]
    differing = [keys for keys in common if before.said(keys) != after.said(keys)]
    flips = [_flip(before, after, keys, standing.get(keys)) for keys in sorted(differing, key=str)]
    runs = {"before": before, "after": after}
    listed = [keys for keys, on_it in (published or {}).items() if on_it]
    measured = {
        name: [*run.places, *(keys for keys in listed if keys not in run.places)] for name, run in runs.items()
    }
    named = frozenset(positive)
    return Backtest(
        before=before,
        after=after,
        flips=tuple(flip for flip in flips if flip.held is None),
        held=tuple(flip for flip in flips if flip.held is not None),
        same=len(common) - len(differing),
        only_before=tuple(sorted((keys for keys in before.places if keys not in after.places), key=str)),
        only_after=tuple(sorted((keys for keys in after.places if keys not in before.places), key=str)),
        counts=_counts(before, after, common, standing),
        confusion={
            name: _confusion(run, measured[name], standing, published, named)
            for name, run in runs.items()
            if published is not None
        },
        by_period={
            name: {
                period: _confusion(run, keys, standing, published, named)
                for period, keys in _periods(run, measured[name]).items()
            }
            for name, run in runs.items()
            if published is not None
        },
        names=names or {},
    )


def _counts(
    before: Run, after: Run, common: Iterable[Keys], placed: Mapping[Keys, Placed]
) -> dict[tuple[str, str], int]:
    """How many places went from which outcome to which, placements counted as what they say."""
    found = Counter((_stands(before, keys, placed), _stands(after, keys, placed)) for keys in common)
    return dict(sorted(found.items()))


def _stands(run: Run, keys: Keys, placed: Mapping[Keys, Placed]) -> str:
    return placed[keys].value if keys in placed else run.said(keys)


def _confusion(
    run: Run,
    places: Iterable[Keys],
    placed: Mapping[Keys, Placed],
    published: Mapping[Keys, bool | None] | None,
    positive: frozenset[str],
) -> Confusion:
    found: Counter[str] = Counter()
    for keys in places:
        listed = (published or {}).get(keys)
        said = _stands(run, keys, placed) if keys in run.places else "undetermined"
        if listed is None or said in ("undetermined", "failed"):
            found["unknown"] += 1
        elif said in positive:
            found["hits" if listed else "false_alarms"] += 1
        else:
            found["misses" if listed else "rejections"] += 1
    return Confusion(**found)


def _periods(run: Run, places: Iterable[Keys]) -> dict[KeyValue, list[Keys]]:
    """Places by their period: of a verdict the key that its rule calls so, of a record the key named like one."""
    found: dict[KeyValue, list[Keys]] = {}
    for keys in places:
        item = run.places.get(keys)
        name = item.rule.period.name if isinstance(item, Verdict) and item.rule.period else _period_name(keys)
        if name:
            found.setdefault(dict(keys)[name], []).append(keys)
    return dict(sorted(found.items(), key=str))


def _period_name(keys: Keys) -> str:
    from shnor_engine.rules.periods import PERIOD_KINDS

    return next((name for name, _ in keys if name in PERIOD_KINDS), "")


# --- why ------------------------------------------------------------------------------------------


def _flip(before: Run, after: Run, keys: Keys, placed: Placed | None) -> Flip:
    one, two = before.places[keys], after.places[keys]
    return Flip(keys, before.said(keys), after.said(keys), tuple(_causes(one, two)), placed)


def _causes(one: Verdict | Recorded, two: Verdict | Recorded) -> list[Cause]:
    """The clauses that differ and rest on no other that does: of two traces any clause, else the outputs kept."""
    if not (isinstance(one, Verdict) and isinstance(two, Verdict)):
        return _of_outputs(one, two)
    old, new = _Clauses(one), _Clauses(two)
    rewritten = _rewritten(one.rule, two.rule)
    differing = {
        met for met in {**old.values, **new.values} if old.values.get(met, _NONE) != new.values.get(met, _NONE)
    }
    deepest = [met for met in differing if not (old.below(met) | new.below(met)) & (differing - {met})]
    found = [_cause(met, old, new, rewritten) for met in deepest if met[0] not in ("applies", "verdict")]
    found = found or [_cause(met, old, new, rewritten) for met in deepest]
    decisive = [item for item in found if (item.clause, item.keys) in old.decisive | new.decisive]
    return sorted(decisive or found, key=lambda item: (item.clause, str(item.keys)))


_NONE = object()


def _cause(met: tuple[str, Keys], old: _Clauses, new: _Clauses, rewritten: frozenset[str]) -> Cause:
    name, keys = met
    return Cause(name, keys, old.values.get(met), new.values.get(met), name in rewritten)


class _Clauses:
    """Every clause that a verdict read, by name and keys: its value, and the clauses it rests on."""

    def __init__(self, verdict: Verdict) -> None:
        self.values: dict[tuple[str, Keys], Any] = {}
        self._under: dict[tuple[str, Keys], set[tuple[str, Keys]]] = {}
        self.decisive: set[tuple[str, Keys]] = set()
        for name, step in verdict.steps.items():
            self._read((name, keys_of(step.keys)), step)
        for name in ("applies", "verdict"):
            if name in verdict.steps:
                self._mark(name, verdict.steps[name])

    def _read(self, met: tuple[str, Keys], step: Step) -> None:
        if met in self.values:
            return
        self.values[met] = plain_value(step)
        self._under[met] = set()
        for kid in _kids(step):
            self._walk(met, kid)

    def _walk(self, above: tuple[str, Keys], step: Step) -> None:
        if isinstance(step.expr, nodes.ClauseRef):
            met = (step.expr.name, keys_of(step.keys))
            self._under[above].add(met)
            self._read(met, step.kids[0])
            return
        for kid in _kids(step):
            self._walk(above, kid)

    def _mark(self, name: str, root: Step) -> None:
        self.decisive.add((name, keys_of(root.keys)))
        for step in walk_decisive(root):
            if isinstance(step.expr, nodes.ClauseRef):
                self.decisive.add((step.expr.name, keys_of(step.keys)))

    def below(self, met: tuple[str, Keys]) -> set[tuple[str, Keys]]:
        """Every clause under one, at any depth."""
        found: set[tuple[str, Keys]] = set()
        todo = list(self._under.get(met, ()))
        while todo:
            here = todo.pop()
            if here not in found:
                found.add(here)
                todo += self._under.get(here, ())
        return found


def _kids(step: Step) -> Iterator[Step]:
    yield from step.kids
    yield from step.terms


def _rewritten(one: RuleTree, two: RuleTree) -> frozenset[str]:
    """Clauses whose text differs between the rules."""
    names = {*one.clauses, *two.clauses}
    return frozenset(
        name
        for name in names
        if name not in one.clauses or name not in two.clauses or dump(one.clauses[name]) != dump(two.clauses[name])
    )


def _of_outputs(one: Verdict | Recorded, two: Verdict | Recorded) -> list[Cause]:
    """Differences of the outputs, where one side is no more than a record."""
    old, new = ({name: json_value(value) for name, value in item.values.items()} for item in (one, two))
    keys = keys_of(two.keys)
    return [
        Cause(name, keys, old[name], new[name], False)
        for name in sorted(set(old) & set(new))
        if old[name] != new[name] and name != "verdict"
    ]


# --- in words ---------------------------------------------------------------------------------------


def _lines(item: Backtest, language: str) -> list[str]:
    before, after = item.before.name[language], item.after.name[language]
    total = item.same + len(item.flips) + len(item.held)
    said = (
        f"«{before}» и «{after}»: решений {total}, из них изменилось {len(item.flips)}.",
        f"«{before}» and «{after}»: {total} decisions, {len(item.flips)} of them changed.",
    )
    lines = [pick(said, language)]
    lines += [f"– {_flip_line(flip, item.names, language)}" for flip in item.flips]
    for flip in item.held:
        placed = flip.held or Placed("")
        said = (
            f"– {_place(flip.keys, item.names, 'ru')}: изменилось бы, но действует решение органа: "
            f"{_outcome(placed.value, 'ru')}{_source(placed)}",
            f"– {_place(flip.keys, item.names, 'en')}: would change, but a placement stands: "
            f"{_outcome(placed.value, 'en')}{_source(placed)}",
        )
        lines.append(pick(said, language))
    if clauses := item.by_clause():
        listed = ", ".join(f"{name} – {count}" for name, count in clauses.items())
        lines.append(f"{pick(('По условиям', 'By clause'), language)}: {listed}.")
    lonely = len(item.only_before) + len(item.only_after)
    if lonely:
        said = (f"Есть только в одном из двух: {lonely}.", f"In one of the two only: {lonely}.")
        lines.append(pick(said, language))
    runs = {"before": before, "after": after}
    lines += [_confusion_line(runs[run], found, language) for run, found in item.confusion.items()]
    return lines


def _flip_line(flip: Flip, names: Names, language: str) -> str:
    said = (
        f"{_place(flip.keys, names, language)}: {_outcome(flip.before, language)} → {_outcome(flip.after, language)}"
    )
    causes = [_cause_text(cause, flip.keys, names, language) for cause in flip.causes]
    return f"{said} ({join(causes, language)})" if causes else said


def _cause_text(cause: Cause, place: Keys, names: Names, language: str) -> str:
    own = [name_of(value, names, language) for name, value in cause.keys if (name, value) not in place]
    where = f" [{', '.join(own)}]" if own else ""
    new = pick((", условие изложено иначе", ", said anew"), language) if cause.rewritten else ""
    return f"{cause.clause}{where}: {_value(cause.before, language)} → {_value(cause.after, language)}{new}"


def _value(value: Any, language: str) -> str:
    match value:
        case True:
            return pick(("да", "yes"), language)
        case False:
            return pick(("нет", "no"), language)
        case None:
            return pick(("нельзя сказать", "cannot be said"), language)
        case int() | Fraction():
            return number_text(value, language, share=isinstance(value, Fraction))
        case tuple():
            return " … ".join("?" if end is None else str(end) for end in value)
    return str(value)


def _place(keys: Keys, names: Names, language: str) -> str:
    return ", ".join(name_of(value, names, language) for _, value in keys)


def _outcome(code: str, language: str) -> str:
    return pick(OUTCOME[code], language) if code in OUTCOMES else code


def _source(placed: Placed) -> str:
    said = ", ".join(part for part in (placed.authority, placed.ground) if part)
    return f" ({said})" if said else ""


def _confusion_line(run: str, found: Confusion, language: str) -> str:
    said = (
        f"Сверка с опубликованным, «{run}»: совпало «да» {found.hits}, «нет» {found.rejections}, "
        f"лишних {found.false_alarms}, пропущено {found.misses}, сверить нельзя {found.unknown}.",
        f"Against the published lists, «{run}»: {found.hits} listed by both, {found.rejections} by neither, "
        f"{found.false_alarms} by the rule alone, {found.misses} by the list alone, {found.unknown} not comparable.",
    )
    return pick(said, language)


def _flip_json(item: Flip) -> dict[str, Any]:
    return {
        "keys": dict(item.keys),
        "before": item.before,
        "after": item.after,
        "causes": [
            {
                "clause": cause.clause,
                "keys": dict(cause.keys),
                "before": json_value(cause.before),
                "after": json_value(cause.after),
                "rewritten": cause.rewritten,
            }
            for cause in item.causes
        ],
        "placed": None if item.held is None else plain(item.held),
    }


__all__ = [
    "AS_CORRECTED",
    "AS_DECIDED",
    "AS_PROPOSED",
    "Backtest",
    "Cause",
    "Confusion",
    "Flip",
    "Placed",
    "Recorded",
    "Run",
    "backtest",
    "keys_of",
]
