"""Decisions as values: what one methodology says of each subject at one moment, and how it is printed."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, overload

from shnor_engine.packs import Pack
from shnor_engine.reasoning import Explanation, Outcome, Verdict
from shnor_engine.reasoning.decide import json_value
from shnor_engine.reasoning.facts import KeyValue
from shnor_engine.reasoning.language import OUTCOME, Names, day_text, name_of, period_text, pick
from shnor_engine.rules.fact import Key
from shnor_engine.rules.periods import SCHOOL_YEAR, YEAR
from shnor_engine.rules.rule import RuleTree
from shnor_engine.rules.tree import kind_of

if TYPE_CHECKING:
    import polars as pl


SEPARATOR = " · "  # between the period and further keys of a place, in records


@dataclass(frozen=True, slots=True)
class Told:
    """A verdict of which the outcome and the clauses are known already; `make` decides again, with the trace."""

    rule: RuleTree
    keys: Mapping[str, KeyValue]
    outcome: Outcome
    values: dict[str, Any]
    make: Callable[[], Verdict] = field(repr=False, compare=False)


@dataclass(frozen=True)
class Decision:
    """One decision: a pack's verdict on one subject in one period, knowing the log up to `position`.

    `position` is None where the facts came from the caller and not from the log.
    """

    said: Verdict | Told = field(repr=False)
    pack: Pack = field(repr=False)
    position: int | None
    names: Names = field(repr=False, default_factory=dict)
    sources: Mapping[str, str] = field(repr=False, default_factory=dict)

    @cached_property
    def verdict(self) -> Verdict:
        """The verdict with its trace, made when first asked for; an error names the plugin it comes from."""
        return self.pack.owned(self.said if isinstance(self.said, Verdict) else self.said.make())

    @property
    def subject(self) -> str:
        """The id of whom it is about: the first key that is no period."""
        return str(next(self.said.keys[key.name] for key in self.said.rule.per if not key.period))

    @property
    def period(self) -> int | str | None:
        """The period decided on; None for a rule without periods."""
        key = self.said.rule.period
        return None if key is None else self.said.keys[key.name]

    @property
    def time(self) -> Mapping[str, str]:
        """The period decided on in both languages: «2024 год», «май 2024 года»; empty for a rule without periods."""
        return {language: said_period(self.said.rule, self.period, language) for language in ("ru", "en")}

    @property
    def place(self) -> str:
        """The period, then every other key in the order of the rule: with the subject the place decided on."""
        keys = self.said.rule.per
        others = [self.said.keys[key.name] for key in keys if not key.period][1:]
        return SEPARATOR.join(str(value) for value in (*([] if self.period is None else [self.period]), *others))

    @property
    def outcome(self) -> Outcome:
        """What the rule says: met, not_met, not_applicable, undetermined or failed."""
        return self.said.outcome

    @cached_property
    def decision(self) -> str:
        """The code decided on, of the pack's closed list."""
        return self.pack.decision(self.said)

    @property
    def values(self) -> dict[str, Any]:
        """Every named clause of the rule, as plain Python values."""
        return self.said.values

    @property
    def name(self) -> str:
        """How the subject is called in Russian."""
        return name_of(self.subject, self.names, "ru")

    def label(self, language: str = "ru") -> str:
        """The decision in words."""
        said = self.pack.decisions.get(self.decision)
        return said.label(language) if said else pick(OUTCOME[self.outcome], language)

    @cached_property
    def explanation(self) -> Explanation:
        """The whole explanation, made when it is first asked for."""
        return self.pack.explain(self.verdict, position=self.position, names=self.names, sources=self.sources)

    def reason(self, language: str = "ru") -> str:
        """Why, in one line."""
        return self.explanation.reason(language)

    @property
    def events(self) -> tuple[str, ...]:
        """Ids of the events that are sufficient for the decision."""
        return self.explanation.events

    def to_json(self) -> dict[str, Any]:
        """`{"subject", "period", "outcome", "decision", "values", …}`, with label and reason in both languages."""
        why = self.explanation
        return {
            "subject": self.subject,
            "name": self.name,
            "period": self.period,
            "outcome": self.outcome,
            "decision": self.decision,
            "label": {language: self.label(language) for language in ("ru", "en")},
            "values": {name: json_value(value) for name, value in self.values.items()},
            "reason": {language: why.reason(language) for language in ("ru", "en")},
            "events": list(why.events),
            "missing": [{"ru": item.text.ru, "en": item.text.en} for item in why.missing],
            "error": self.verdict.error or None,
        }


class Framed(Sequence[Decision]):
    """Decisions that stand in a frame; each becomes an object when it is taken out."""

    @overload
    def __getitem__(self, number: int) -> Decision: ...
    @overload
    def __getitem__(self, number: slice) -> tuple[Decision, ...]: ...

    def __getitem__(self, number: int | slice) -> Decision | tuple[Decision, ...]:
        places = range(len(self))[number]
        return self._at(places) if isinstance(places, int) else tuple(map(self._at, places))

    @cached_property
    def frame(self) -> pl.DataFrame:
        """The same as `Assessment.frame`."""
        return self._framed()

    @abstractmethod
    def _at(self, number: int) -> Decision:
        """The decision at a place from 0 on."""

    @abstractmethod
    def _framed(self) -> pl.DataFrame:
        """A row a decision, in their order."""


@dataclass(frozen=True)
class Assessment:
    """The decisions of one pack for one period: iterable, in the order of the subjects' ids.

    `on`, `position` and `law` (the digest of the values in force) say at which moment; with `period` they make the
    answer repeatable for ever. Of many subjects the decisions stand in a frame and are made when asked for.
    """

    decisions: Sequence[Decision] = field(repr=False)
    pack: Pack = field(repr=False)
    period: KeyValue | None
    on: date
    position: int | None

    @property
    def law(self) -> str:
        """The digest of the law that was applied."""
        return self.pack.law.digest

    def __iter__(self) -> Iterator[Decision]:
        return iter(self.decisions)

    def __len__(self) -> int:
        return len(self.decisions)

    def __getitem__(self, subject: str) -> Decision:
        """The decision on a subject by its id; raises `KeyError`."""
        return self.decisions[self._numbers[subject]]

    @cached_property
    def _numbers(self) -> dict[str, int]:
        given = self.decisions
        said = given.frame["subject"] if isinstance(given, Framed) else (decision.subject for decision in given)
        return {subject: number for number, subject in enumerate(said)}

    @cached_property
    def frame(self) -> pl.DataFrame:
        """A row a decision: keys, outcome, decision, a column for each clause, and `error`, why a rule failed.

        A clause that is open is null. A number has two columns, its bounds as floats for display; the exact
        values stand in `Decision.values`.
        """
        given = self.decisions
        return given.frame if isinstance(given, Framed) else frame_of(self.pack.tree, given)

    def counts(self) -> dict[str, int]:
        """How many subjects got each decision, the commonest first and of equals in the order of the pack."""
        order = list(self.pack.decisions)
        given = self.decisions
        found = Counter(given.frame["decision"] if isinstance(given, Framed) else (item.decision for item in given))
        place = {code: order.index(code) if code in order else len(order) for code in found}
        return dict(sorted(found.items(), key=lambda item: (-item[1], place[item[0]], item[0])))

    def to_json(self) -> dict[str, Any]:
        """`{"on", "position", "law", "pack", "period", "decisions": [{"subject", "period", "outcome", …}]}`."""
        return {
            "on": self.on.isoformat(),
            "position": self.position,
            "law": self.law,
            "pack": self.pack.to_json(),
            "period": self.period,
            "decisions": [decision.to_json() for decision in self.decisions],
        }

    def heading(self, language: str = "ru") -> str:
        """One line that names the methodology, the period, the day, the position and the law."""
        title, day, law = self.pack.title[language], day_text(self.on, language), self.law[:12]
        kind = YEAR if self.pack.tree.period is None else self.pack.tree.period.period
        period = "" if self.period is None else f", {period_text(kind, self.period, language)}"
        if language == "ru":
            known = "по данным вызывающей стороны" if self.position is None else f"журнал до записи {self.position}"
            return f"{title} ({self.pack.id} {self.pack.version}){period}, на {day}; {known}; право {law}"
        known = "facts of the caller" if self.position is None else f"log position {self.position}"
        return f"{title} ({self.pack.id} {self.pack.version}){period}, on {day}; {known}; law {law}"

    def text(self, language: str = "ru") -> str:
        """The decisions for a terminal: a heading, then each subject with its status and the one line why."""
        if not self.decisions:
            return f"{self.heading(language)}\n" + pick(("Решать не о ком.", "Nobody to decide on."), language)
        rows = [
            (name_of(d.subject, d.names, language), d.label(language), d.reason(language)) for d in self.decisions
        ]
        wide, middle = (max(len(row[n]) for row in rows) for n in (0, 1))
        lines = [f"{name:<{wide}}  {label:<{middle}}  {why}".rstrip() for name, label, why in rows]
        return "\n".join([self.heading(language), *lines])


def frame_of(tree: RuleTree, decisions: Sequence[Decision]) -> pl.DataFrame:
    """A row a decision; see `Assessment.frame`."""
    import polars as pl

    verdicts = [item.said for item in decisions]
    columns = [
        pl.Series("subject", [item.subject for item in decisions], dtype=pl.String),
        *(key_column(key, [v.keys[key.name] for v in verdicts]) for key in tree.per),
        pl.Series("outcome", [v.outcome for v in verdicts], dtype=pl.String),
        pl.Series("decision", [item.decision for item in decisions], dtype=pl.String),
    ]
    taken = {series.name for series in columns}
    values = [v.values for v in verdicts]
    for clause in tree.outputs:
        name = f"clause_{clause}" if clause in taken else clause
        columns += _clause_columns(name, kind_of(tree.clauses[clause]), [found.get(clause) for found in values])
    return with_errors(pl.DataFrame(columns), decisions)


def with_errors(frame: pl.DataFrame, decisions: Sequence[Decision]) -> pl.DataFrame:
    """The frame of these decisions with `error`, why a rule failed; only those that failed are looked into."""
    import polars as pl

    if "error" in frame.columns:
        return frame
    said = [decisions[n].verdict.error if outcome == "failed" else None for n, outcome in enumerate(frame["outcome"])]
    return frame.with_columns(pl.Series("error", said, dtype=pl.String))


def key_column(key: Key, values: Sequence[KeyValue] | pl.Series) -> pl.Series:
    """The values of one key as a column."""
    import polars as pl

    numbers = key.period in (YEAR, SCHOOL_YEAR) or (
        len(values) > 0 and all(isinstance(value, int) for value in values)
    )
    return pl.Series(key.name, values, dtype=pl.Int64 if numbers else pl.String)


def _clause_columns(name: str, kind: str, said: list[Any]) -> list[pl.Series]:
    import polars as pl

    if kind == "truth":
        return [pl.Series(name, said, dtype=pl.Boolean)]
    if kind == "code":
        return [pl.Series(name, [item if isinstance(item, str) else None for item in said], dtype=pl.String)]
    if kind == "codes":
        held = ["".join(f"|{code}" for code in item) if isinstance(item, tuple) else None for item in said]
        return [pl.Series(name, held, dtype=pl.String)]
    pairs = [item if isinstance(item, tuple) else (item, item) for item in said]
    if kind == "date":
        ends = zip(("lo", "hi"), zip(*pairs, strict=True) if pairs else ((), ()), strict=True)
        return [pl.Series(f"{name}_{end}", list(days), dtype=pl.Date) for end, days in ends]
    return [
        pl.Series(f"{name}_{end}", [_float(pair[n]) for pair in pairs], dtype=pl.Float64)
        for n, end in enumerate(("lo", "hi"))
    ]


def _float(value: int | Fraction | None) -> float | None:
    return None if value is None else float(value)


def said_period(rule: RuleTree, period: KeyValue | None, language: str) -> str:
    """A period as a rule decides by it: «2024 год», «май 2024 года»; empty for a rule without periods."""
    return "" if rule.period is None or period is None else period_text(rule.period.period, period, language)


def order(one: str) -> tuple[str, int, str]:
    """Ids in the order of their numbers: severskiy/7 before severskiy/21, names after numbers."""
    head, _, tail = one.rpartition("/")
    return (head, int(tail), "") if tail.isdecimal() else (head, 10**9, tail)
