"""What a pack declares, on one sheet: for whom, on which ground, what it needs, may decide and is proved by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from shnor_engine.law.canon import plain
from shnor_engine.law.clause import Clause
from shnor_engine.reasoning.check import Finding, check
from shnor_engine.reasoning.codes import codes_of
from shnor_engine.reasoning.decide import json_value
from shnor_engine.reasoning.language import pick
from shnor_engine.reasoning.needs import Needs

if TYPE_CHECKING:
    from shnor_engine.packs.pack import Pack

SCHEMA = "shnor_engine.manifest/1"
LANGUAGES = ("ru", "en")


@dataclass(frozen=True, slots=True)
class Cited:
    """A place in the law that the pack rests on, what rests on it, and how sure it is."""

    of: str
    clause: Clause


@dataclass(frozen=True)
class Manifest:
    """The sheet of one pack as it stands on a day.

    `needs` are the facts and parameters, derived from the tree; `decisions` the closed list; `exceptions` the rules
    and regional values that depart from the general ones; `examples` their names by what comes out; `findings` every
    hole. `sound` is False where one of them is an error: such a pack decides nothing.
    """

    pack: Pack
    on: date
    sources: tuple[Cited, ...]
    needs: Needs
    exceptions: tuple[str, ...]
    examples: Mapping[str, tuple[str, ...]]
    languages: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings for which the pack is refused."""
        return tuple(item for item in self.findings if item.severity == "error")

    @property
    def sound(self) -> bool:
        """Whether the pack may decide."""
        return not self.errors

    def to_dict(self) -> dict[str, Any]:
        """The stable JSON shape, version `schema`."""
        return {
            "schema": SCHEMA,
            **self.pack.to_json(),
            "on": self.on.isoformat(),
            "jurisdiction": self.pack.jurisdiction,
            "confidence": self.pack.confidence,
            "law": self.pack.law.digest,
            "rule": {"id": self.pack.tree.id, "version": self.pack.tree.version, "digest": self.pack.tree.digest},
            "sources": [{"of": item.of, **plain(item.clause)} for item in self.sources],
            "needs": self.needs.to_dict(),
            "parameters": [_param(self.pack, item.key) for item in self.needs.parameters],
            "decisions": {code: plain(item) for code, item in self.pack.decisions.items()},
            "exceptions": list(self.exceptions),
            "examples": {code: list(names) for code, names in self.examples.items()},
            "languages": list(self.languages),
            "sound": self.sound,
            "findings": [item.to_dict() for item in self.findings],
        }

    def text(self, language: str = "ru") -> str:
        """The sheet for reading: identity, sources, needs, decisions, examples, findings."""
        return "\n".join(_lines(self, language))


def manifest(pack: Pack, *, on: date, costs: bool = True) -> Manifest:
    """The manifest of a pack as it stands on a day, its examples decided anew.

    Without `costs` nobody looks at what columns cannot hold: that takes as long as all the rest.
    """
    return Manifest(
        pack=pack,
        on=on,
        sources=tuple(_sources(pack)),
        needs=pack.needs(),
        exceptions=tuple(_exceptions(pack)),
        examples=_examples(pack),
        languages=tuple(language for language in LANGUAGES if not list(_unsaid(pack, language))),
        findings=(*check(pack.rule, pack.law, on=on, costs=costs), *(item for look in LOOKS for item in look(pack))),
    )


# --- holes of a pack that its rule cannot show ------------------------------------------------------


def not_said(pack: Pack) -> Iterator[Finding]:
    """A title or the label of a decision that is not said in a language."""
    for language in LANGUAGES:
        for what in _unsaid(pack, language):
            yield Finding(
                "not-said",
                f"{what} is not said in the language {language}; a reader of a decision would see nothing",
                ru=f"{what}: нет текста на языке {language}; читатель решения ничего не увидит",
            )


def nowhere_valid(pack: Pack) -> Iterator[Finding]:
    """A pack that does not say for which country, region or municipality it is."""
    if not pack.jurisdiction:
        yield Finding(
            "nowhere-valid",
            "the pack names no jurisdiction; give the country, region or municipality («ru», «ru.57»)",
            ru="у методики не указано, где она действует; назовите страну, регион или муниципалитет («ru», «ru.57»)",
        )


def example_wrong(pack: Pack) -> Iterator[Finding]:
    """An example out of which something else comes; not looked at while a text is missing that it would say."""
    for example in () if list(not_said(pack)) else pack.examples:
        for mistake in example.mistakes(pack):
            yield Finding("example-wrong", mistake, ru=mistake.replace("example ", "пример ", 1))


def example_missing(pack: Pack) -> Iterator[Finding]:
    """An outcome or a decision that no example shows."""
    shown = _examples(pack)
    for code in (*outcomes_of(pack), *codes_decided(pack)):
        if code not in shown:
            yield Finding(
                "example-missing",
                f"no example comes out as {code}; write one into its examples",
                ru=f"нет примера с результатом {code}; добавьте его к примерам методики",
            )


LOOKS = (not_said, nowhere_valid, example_wrong, example_missing)


def outcomes_of(pack: Pack) -> tuple[str, ...]:
    """The outcomes that this pack's rule can come to, `failed` left out."""
    return ("met", "not_met", *(("not_applicable",) if "applies" in pack.tree.clauses else ()), "undetermined")


def codes_decided(pack: Pack) -> tuple[str, ...]:
    """The decisions that its clause can give, in the order of the closed list."""
    if not pack.status_clause:
        return ()
    given = codes_of(pack.tree, pack.status_clause)
    return tuple(code for code in pack.decisions if code in given)


# --- the parts of the sheet -------------------------------------------------------------------------


def _unsaid(pack: Pack, language: str) -> Iterator[str]:
    if not pack.title.get(language):
        yield "title"
    for code, item in pack.decisions.items():
        if not item.label(language):
            yield f"decision {code}"


def _sources(pack: Pack) -> Iterator[Cited]:
    """Every clause once, with the first thing that rests on it."""
    seen: set[Clause] = set()
    for of, clause in _cited(pack):
        if clause is not None and clause not in seen:
            seen.add(clause)
            yield Cited(of, clause)


def _cited(pack: Pack) -> Iterator[tuple[str, Clause | None]]:
    yield "pack", pack.source
    yield f"rule {pack.tree.id}", pack.tree.ref
    for key in (param.key for param in pack.tree.parameters):
        param = pack.law.parameters[key]
        yield key, param.ref
        yield from ((f"{key} from {entry.day}", entry.ref) for entry in param.entries)
    for own in pack.law.overrides:
        yield f"{own.param} in {own.region}", own.ref


def _exceptions(pack: Pack) -> Iterator[str]:
    if pack.tree.exception_to is not None:
        yield f"{pack.tree.id} excepts from {'.'.join(pack.tree.exception_to)}"
    yield from (f"{own.region} sets {own.param}" for own in pack.law.overrides)


def _examples(pack: Pack) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for example in pack.examples:
        for code in dict.fromkeys((example.outcome, example.decision)):
            if code:
                found.setdefault(code, []).append(example.name)
    return {code: tuple(names) for code, names in found.items()}


def _param(pack: Pack, key: str) -> dict[str, Any]:
    item = pack.law.parameters[key]
    return {
        "key": key,
        "label": dict(item.labels),
        "unit": item.unit,
        "bounds": [json_value(end) for end in item.bounds],
        "review_by": plain(item.review_by and item.review_by.isoformat()),
        "region_may_override": item.region_may_override,
        "values": [{"day": entry.day.isoformat(), "value": json_value(entry.value)} for entry in item.entries],
    }


def _lines(sheet: Manifest, language: str) -> Iterator[str]:
    pack = sheet.pack
    yield f"{pack.title.get(language, pack.id)} ({pack.id} {pack.version}, {pack.status})"
    yield f"{pick(('Где действует', 'Jurisdiction'), language)}: {pack.jurisdiction or '–'}"
    yield f"{pick(('Отпечаток', 'Digest'), language)}: {pack.digest}"
    yield f"{pick(('Источники', 'Sources'), language)}:"
    yield from (f"– {item.of}: {item.clause.cite(language)} ({item.clause.confidence})" for item in sheet.sources)
    yield from sheet.needs.text(language).splitlines()
    yield f"{pick(('Решения', 'Decisions'), language)}: {', '.join(pack.decisions) or '–'}"
    yield from (f"{pick(('Исключение', 'Exception'), language)}: {item}" for item in sheet.exceptions)
    shown = "; ".join(f"{code} – {len(names)}" for code, names in sheet.examples.items())
    yield f"{pick(('Примеры', 'Examples'), language)}: {shown or '–'}"
    yield from finding_lines(sheet.findings, language)


SEVERITY = {"error": ("ошибка", "error"), "warning": ("предупреждение", "warning"), "note": ("замечание", "note")}


def finding_lines(findings: tuple[Finding, ...], language: str) -> Iterator[str]:
    """One line a finding, the gravest first: severity, code, what is wrong, where."""
    for item in sorted(findings, key=lambda one: list(SEVERITY).index(one.severity)):
        where = f" ({item.where})" if item.where else ""
        yield f"{pick(SEVERITY[item.severity], language)}: {item.code}: {item.text(language)}{where}"
