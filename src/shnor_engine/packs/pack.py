"""A methodology as a unit: identity, version, its rule and law, where its facts come from, what it may decide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, Protocol

from shnor_engine.errors import PackError
from shnor_engine.law.canon import digest
from shnor_engine.law.clause import Clause
from shnor_engine.law.law import Law
from shnor_engine.packs.examples import Example
from shnor_engine.packs.matter import matter
from shnor_engine.reasoning.check import Finding, check
from shnor_engine.reasoning.codes import codes_of
from shnor_engine.reasoning.decide import OUTCOMES, Verdict, decide
from shnor_engine.reasoning.describe import describe
from shnor_engine.reasoning.diff import Diff, Version, diff
from shnor_engine.reasoning.explain import explain
from shnor_engine.reasoning.explanation import Explanation, PackCard, Pairs
from shnor_engine.reasoning.facts import Closed, Facts, KeyValue
from shnor_engine.reasoning.findings.looked import Looked
from shnor_engine.reasoning.findings.tables import table_flawed
from shnor_engine.reasoning.language import Names, pick
from shnor_engine.reasoning.needs import Needs, needs
from shnor_engine.reasoning.placements import Placement, Published
from shnor_engine.reasoning.way_out import WayOut, way_out
from shnor_engine.rules.fact import Fact
from shnor_engine.rules.form import to_json
from shnor_engine.rules.rule import Rule, RuleTree
from shnor_engine.rules.ruleset import RuleSet

if TYPE_CHECKING:
    from shnor_engine.packs.manifest import Manifest

Status = Literal["active", "draft"]


class Said(Protocol):
    """An outcome with the values of the clauses: a verdict, or what columns say of a place."""

    @property
    def outcome(self) -> str:
        """What the rule says."""

    @property
    def values(self) -> Mapping[str, Any]:
        """Every output clause by name."""


@dataclass(frozen=True, slots=True)
class Binding:
    """Which projection fills a fact; `columns` gives the column of a key or field where the names differ.

    `closings` names the projection of what is complete: rows of the fact's keys with their events. A code that ends
    with a full stop closes every code that begins so, no code every one; `whole` are the beginnings that together
    make up all codes, so that closing each of them closes the set.
    """

    projection: str
    columns: Mapping[str, str] = field(default_factory=dict)
    closings: str = ""
    whole: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PublishedAs:
    """Where published statuses are read: a projection, its column of truths, and the state that each truth means.

    Later periods read a published status as the one before, right or wrong.
    """

    projection: str
    value: str
    states: Mapping[bool, str]
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision that a pack may take: its label, and a sentence that says what it means for the subject."""

    ru: str
    en: str
    means_ru: str = ""
    means_en: str = ""

    def label(self, language: str = "ru") -> str:
        """The label in a language."""
        return self.ru if language == "ru" else self.en

    def means(self, language: str = "ru") -> str:
        """The sentence in a language."""
        return self.means_ru if language == "ru" else self.means_en


@dataclass(frozen=True)
class Pack:
    """A frozen, content-addressed methodology.

    `decisions` is the closed list of what it may decide; `status_clause` names the clause that holds the decision (a
    code), without it the outcome itself is the decision. Raises `PackError` where a fact of the rule is not bound, a
    parameter is not in the law, the clause can give a code that the list does not hold, or a table has rows that
    overlap, are never hit or leave values out in some epoch and region. `notes` are truths that an explanation adds
    as remarks where they hold; `remarks` say, in each language, where the text leaves a hole and how it is read;
    `codes` are the words for codes of keys. `origin` is said by who loads it: the plugin that brought it, with its
    distribution and version; it is no part of the methodology, nor of its digest.
    """

    id: str
    version: str
    title: Mapping[str, str]
    jurisdiction: str
    rule: type[Rule] | RuleTree
    law: Law
    bindings: Mapping[type[Fact], Binding]
    decisions: Mapping[str, Decision]
    status_clause: str = ""
    status: Status = "active"
    source: Clause | None = None
    confidence: str = "known"
    notes: tuple[str, ...] = ()
    remarks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    examples: tuple[Example, ...] = ()
    published: PublishedAs | None = None
    origin: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        for name in ("title", "bindings", "decisions", "remarks", "codes"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
        if problems := [*_unbound(self), *_unvalued(self), *_undeclared(self), *_flawed(self)]:
            raise PackError(f"pack {self.id}: " + "; ".join(problems))

    @property
    def tree(self) -> RuleTree:
        """The rule as data."""
        return self.rule if isinstance(self.rule, RuleTree) else self.rule.tree

    @cached_property
    def digest(self) -> str:
        """SHA-256 over rule, law, texts, bindings and decisions: the same text, the same digest."""
        return digest(
            {
                "id": self.id,
                "version": self.version,
                "title": self.title,
                "jurisdiction": self.jurisdiction,
                "rule": to_json(self.tree),
                "texts": dict(self.tree.texts),
                "law": self.law.digest,
                "bindings": {fact.__name__: binding for fact, binding in self.bindings.items()},
                "decisions": self.decisions,
                "status_clause": self.status_clause,
                "status": self.status,
                "source": self.source,
                "confidence": self.confidence,
                "notes": self.notes,
                "remarks": self.remarks,
                "published": None
                if self.published is None
                else [self.published.projection, self.published.value, sorted(self.published.states.items())],
            }
        )

    def decision(self, verdict: Said) -> str:
        """The code that the pack decides on: of `decisions`, or the outcome where that is all there is.

        `undetermined` where the facts leave several codes open; `not_applicable` and `failed` are outcomes.
        """
        if verdict.outcome in ("failed", "not_applicable") or not self.status_clause:
            return verdict.outcome
        code = verdict.values[self.status_clause]
        return code if isinstance(code, str) else "undetermined"

    def owned(self, verdict: Verdict) -> Verdict:
        """The verdict; of a rule that broke, the error begins with the plugin that brought it."""
        if not verdict.error or not self.origin:
            return verdict
        return replace(verdict, error=f"plugin {self.origin}: {verdict.error}")

    def why_no_list(self, language: str = "ru") -> str:
        """Why no decision by this methodology may be recorded; empty where it may."""
        if self.status != "draft":
            return ""
        return pick(
            (
                f"методика {self.id} – проект: по ней можно считать, но не принимать решения",
                f"pack {self.id} is a draft: one may calculate by it, not decide",
            ),
            language,
        )

    @property
    def card(self) -> PackCard:
        """What an explanation says of this pack."""
        return PackCard(self.id, self.version, self.digest, Pairs(self.title["ru"], self.title["en"]))

    def explain(
        self,
        verdict: Verdict,
        *,
        position: int | None = None,
        names: Names | None = None,
        sources: Mapping[str, str] | None = None,
    ) -> Explanation:
        """Why a verdict of this pack's rule is what it is; see `reasoning.explain`."""
        code = self.decision(verdict)
        said = self.decisions.get(code)
        return explain(
            verdict,
            decision=code,
            label=Pairs(said.ru, said.en) if said else None,
            means=Pairs(*(self._means(code, verdict, language) for language in ("ru", "en"))),
            roots=(self.status_clause,) if self.status_clause else (),
            notes=self.notes,
            pack=self.card,
            position=position,
            names={**self.codes, **(names or {})},
            sources=sources,
        )

    def describe(self, *, on: date, language: str = "ru") -> str:
        """The methodology as prose, with the values in force on a day, its decisions, source and open questions."""
        codes = {code: said[language] for code, said in self.codes.items()}
        codes |= {code: item.label(language) for code, item in self.decisions.items()}
        words: dict[str, Any] = {"codes": codes, "title": self.title[language], "decides": self.status_clause or ""}
        said = describe(self.rule, self.law, on=on, language=language, **words)
        return "\n".join([said, *matter(self, language)])

    def manifest(self, *, on: date, costs: bool = True) -> Manifest:
        """What this methodology declares, as it stands on a day, with every hole; see `packs.manifest`."""
        from shnor_engine.packs.manifest import manifest

        return manifest(self, on=on, costs=costs)

    def check(self, *, on: date) -> tuple[Finding, ...]:
        """The holes in its rule and law on a day, see `reasoning.check`; `manifest` looks further."""
        return check(self.rule, self.law, on=on)

    def needs(self) -> Needs:
        """What this methodology needs, each fact with its projection; see `reasoning.needs`."""
        return needs(self.rule).bound(
            {fact.__name__: (binding.projection, binding.columns) for fact, binding in self.bindings.items()}
        )

    def diff(self, newer: Pack, *, on: date) -> Diff:
        """What a newer methodology changes against this one; see `reasoning.diff`."""
        return diff(self.as_version(), newer.as_version(), on=on)

    def as_version(self) -> Version:
        """This pack as one side of a comparison."""
        decisions = {
            code: {"ru": item.ru, "en": item.en, "ru_means": item.means_ru, "en_means": item.means_en}
            for code, item in self.decisions.items()
        }
        return Version(self.tree, self.law, decisions, self.title)

    def way_out(
        self,
        keys: Mapping[str, KeyValue],
        facts: Facts,
        *,
        on: date,
        goal: str = "not_met",
        region: str | None = None,
        since: KeyValue | None = None,
        names: Names | None = None,
        rules: RuleSet | None = None,
        placements: Iterable[Placement] = (),
        published: Iterable[Published] = (),
    ) -> WayOut:
        """The least change by which this pack decides `goal`: one of its decisions, or an outcome."""
        said = self.decisions.get(goal)
        return way_out(
            self.rule,
            keys,
            facts,
            self.law,
            on=on,
            goal=goal,
            clause="" if goal in OUTCOMES else self.status_clause,
            goal_label=Pairs(said.ru, said.en) if said else None,
            since=since,
            region=region,
            names=names,
            rules=rules,
            placements=placements,
            published=published,
        )

    def _means(self, code: str, verdict: Verdict, language: str) -> str:
        """What the decision means; of an open one which decisions are possible, and what holds in any case."""
        means = self.decisions[code].means(language) if code in self.decisions else ""
        possible = verdict.values.get(self.status_clause)
        if code != "undetermined" or not isinstance(possible, tuple) or not possible:
            return means
        labels = " / ".join(self.decisions[item].label(language) for item in possible)
        parts = [means, f"возможно: {labels}" if language == "ru" else f"possible: {labels}"]
        if verdict.outcome == "met" and (title := (self.tree.titles or {}).get(language)):
            parts = [f"{title} в любом случае" if language == "ru" else f"{title} in any case", *parts[1:]]
        return "; ".join(part for part in parts if part)

    def facts(self, frames: Mapping[str, Any], *, closed: bool | Mapping[type[Fact], Closed] = False) -> Facts:
        """The facts of this pack out of frames (or row dicts) by the name of their projection.

        Raises `PackError` for a projection that is not among them, `FactError` for a frame that does not fit.
        """
        wanted = {binding.projection for binding in self.bindings.values()}
        if absent := sorted(wanted - set(frames)):
            raise PackError(f"pack {self.id} reads the projections {', '.join(absent)}; give their frames")
        tables = {fact: frames[binding.projection] for fact, binding in self.bindings.items()}
        return Facts.of(tables, closed=closed, columns=self.columns())

    def decide(
        self,
        keys: Mapping[str, KeyValue],
        facts: Facts,
        *,
        on: date,
        region: str | None = None,
        as_known: date | None = None,
        rules: RuleSet | None = None,
        placements: Iterable[Placement] = (),
        published: Iterable[Published] = (),
    ) -> Verdict:
        """The verdict of this pack's rule under its own law; see `reasoning.decide`."""
        return decide(
            self.rule,
            keys,
            facts,
            self.law,
            on=on,
            region=region,
            as_known=as_known,
            rules=rules,
            placements=placements,
            published=published,
        )

    def columns(self) -> dict[type[Fact], Mapping[str, str]]:
        """The columns of each fact's frame, as `Facts.of` takes them."""
        return {fact: binding.columns for fact, binding in self.bindings.items()}

    def to_json(self) -> dict[str, Any]:
        """`{"id", "version", "digest", "status"}` and the title."""
        return {
            "id": self.id,
            "version": self.version,
            "digest": self.digest,
            "status": self.status,
            "title": dict(self.title),
        }


def _unbound(pack: Pack) -> list[str]:
    return [
        f"fact {fact.__name__} is bound to no projection; add it to bindings"
        for fact in pack.tree.facts
        if fact not in pack.bindings
    ]


def _unvalued(pack: Pack) -> list[str]:
    return [
        f"parameter {item.key} is not in its law; add its class to Law.of(…)"
        for item in pack.tree.parameters
        if item.key not in pack.law.parameters
    ]


def _flawed(pack: Pack) -> list[str]:
    """Tables that a region's own values tear or fold."""
    return [str(finding) for finding in table_flawed(Looked(pack.tree, pack.law, date.max))]


def _undeclared(pack: Pack) -> list[str]:
    if strange := [name for name in pack.notes if name not in pack.tree.outputs]:
        return [f"there is no output clause «{name}» to note" for name in strange]
    if not pack.status_clause:
        return []
    if pack.status_clause not in pack.tree.clauses:
        return [f"there is no clause «{pack.status_clause}» to decide by"]
    return [
        f"clause «{pack.status_clause}» may give «{code}», which is not among its decisions"
        for code in sorted(codes_of(pack.tree, pack.status_clause) - set(pack.decisions))
    ]
