"""An explanation as a value: public, versioned, with text in Russian and English.

It holds the decisive steps only. The events it names are sufficient: no change or retraction of another existing
event changes the decision.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from math import inf
from typing import Any

from shnor_engine.law.canon import plain
from shnor_engine.law.clause import Clause
from shnor_engine.reasoning.decide import Outcome, json_value
from shnor_engine.reasoning.evaluate_rank import GroupRead
from shnor_engine.reasoning.facts import KeyValue
from shnor_engine.reasoning.margin import Margin
from shnor_engine.reasoning.placements import Placement

SCHEMA = "shnor_engine.explanation/1"


@dataclass(frozen=True, slots=True)
class Pairs:
    """A text in Russian and in English."""

    ru: str
    en: str

    def __getitem__(self, language: str) -> str:
        return self.ru if language == "ru" else self.en


@dataclass(frozen=True, slots=True)
class Threshold:
    """A value of the law that the decision rests on, with its clause, its dates and the regions asked for it.

    `since` and `until` say when it is in force, `known` from when it could be known, where the law says so.
    """

    key: str
    label: Pairs
    value: Any
    unit: str
    clause: Clause | None
    since: date
    until: date | None
    chain: tuple[str, ...]
    known: date | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """A fact that nobody knows, or on which events disagree, or a set that nothing has closed (`field` empty)."""

    fact: str
    field: str
    keys: tuple[tuple[str, KeyValue], ...]
    text: Pairs
    conflict: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """One decisive sentence: a clause at its keys, what it is worth, the events behind it, and what it rests on.

    `many` says the same of several periods, with a gap for their names. `group` is the group of a place in it, by its
    size and digest.
    """

    clause: str
    keys: tuple[tuple[str, KeyValue], ...]
    value: Any
    text: Pairs
    events: tuple[str, ...]
    many: Pairs = Pairs("", "")
    margin: Margin | None = None
    assumed: bool = False
    because: tuple[Reason, ...] = ()
    group: GroupRead | None = None


@dataclass(frozen=True, slots=True)
class PackCard:
    """What an explanation says of the methodology; see `packs.Pack.card`."""

    id: str
    version: str
    digest: str
    title: Pairs


@dataclass(frozen=True, slots=True)
class Explanation:
    """One decision explained.

    `decision` is the code decided on, `outcome` what the rule says, `because` the decisive reasons, `thresholds` the
    law behind them, `events` the sufficient events. `missing` is what would have to be known: for an open decision to
    decide at all (`open` True), else because the rule itself looked at what is not known, and may decide anew.
    `notes` are remarks on which the decision does not rest.
    """

    keys: Mapping[str, KeyValue]
    names: Pairs
    period: Pairs
    outcome: Outcome
    decision: str
    label: Pairs
    means: Pairs
    values: Mapping[str, Any]
    because: tuple[Reason, ...]
    thresholds: tuple[Threshold, ...]
    events: tuple[str, ...]
    missing: tuple[Missing, ...]
    rule: Mapping[str, str]
    pack: PackCard | None
    law: str
    on: date
    position: int | None
    error: str = ""
    in_force: bool = True
    measured: bool = True
    placed: tuple[Placement, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[Pairs, ...] = ()
    schema: str = SCHEMA

    @property
    def open(self) -> bool:
        """Whether the decision is left open by what is not known."""
        return self.outcome == "undetermined" or self.decision == "undetermined"

    def text(self, language: str = "ru", *, events: bool = True) -> str:
        """The explanation as prose, "ru" or "en"; `events=False` leaves out the list of event ids."""
        from shnor_engine.reasoning.prose import prose

        return prose(self, language, events=events)

    def reason(self, language: str = "ru") -> str:
        """The decisive sentences in one line, for a table."""
        from shnor_engine.reasoning.prose import one_line

        return one_line(self, language)

    def to_dict(self) -> dict[str, Any]:
        """The stable JSON shape, version `schema`; exact shares as text «3/10»."""
        return {
            "schema": self.schema,
            "keys": dict(self.keys),
            "name": plain(self.names),
            "period": plain(self.period),
            "outcome": self.outcome,
            "decision": self.decision,
            "label": plain(self.label),
            "values": {name: json_value(value) for name, value in self.values.items()},
            "because": [reason_json(reason) for reason in self.because],
            "thresholds": [_threshold_json(item) for item in self.thresholds],
            "events": list(self.events),
            "missing": [_missing_json(item) for item in self.missing],
            "notes": [plain(note) for note in self.notes],
            "rule": dict(self.rule),
            "pack": None if self.pack is None else plain(self.pack),
            "law": self.law,
            "on": self.on.isoformat(),
            "position": self.position,
            "error": self.error or None,
            "placed": [plain(item) for item in self.placed],
        }

    def to_json(self) -> str:
        """`to_dict` as JSON text, UTF-8, keys in a fixed order."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=2)


def reason_json(reason: Reason) -> dict[str, Any]:
    """A reason in JSON."""
    return {
        "clause": reason.clause,
        "keys": dict(reason.keys),
        "value": json_value(reason.value),
        "text": plain(reason.text),
        "events": list(reason.events),
        "margin": None if reason.margin is None else plain(reason.margin),
        "assumed": reason.assumed,
        "group": None if reason.group is None else _group_json(reason.group),
        "because": [reason_json(item) for item in reason.because],
    }


def _group_json(group: GroupRead) -> dict[str, Any]:
    size = group.size
    return {"size": int(size.lo) if size.exact else [int(size.lo), None if size.hi == inf else int(size.hi)]} | {
        "digest": group.digest
    }


def _threshold_json(item: Threshold) -> dict[str, Any]:
    return {
        "key": item.key,
        "label": plain(item.label),
        "value": json_value(item.value),
        "unit": item.unit,
        "clause": None if item.clause is None else clause_json(item.clause),
        "since": item.since.isoformat(),
        "until": item.until and item.until.isoformat(),
        "known": item.known and item.known.isoformat(),
        "chain": list(item.chain),
    }


def clause_json(clause: Clause) -> dict[str, Any]:
    """A place in the law in JSON."""
    return {
        "point": clause.point,
        "act": clause.act,
        "quote": clause.quote,
        "link": clause.link,
        "published": clause.published and clause.published.isoformat(),
        "confidence": clause.confidence,
    }


def _missing_json(item: Missing) -> dict[str, Any]:
    return {
        "fact": item.fact,
        "field": item.field,
        "keys": dict(item.keys),
        "text": plain(item.text),
        "conflict": list(item.conflict),
    }
