"""A pack as one JSON document: tree, law, tables, texts, manifest; and back, without running anybody's Python.

What decides is data: facts, parameters and rules are rebuilt from the document alone, and the digest over its text is
checked before anything else is read. A function (`opaque`) cannot be data, so a pack that calls one has no artefact.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from types import new_class
from typing import Any

from shnor_engine.errors import ArtefactError, LawError, PackError, RuleError
from shnor_engine.law.brackets import Brackets
from shnor_engine.law.canon import plain, unplain
from shnor_engine.law.clause import Clause
from shnor_engine.law.dated import Dated, DatedAt, Parameters, Since
from shnor_engine.law.law import Law, Override
from shnor_engine.packs.examples import Example
from shnor_engine.packs.pack import Binding, Decision, Pack, PublishedAs
from shnor_engine.rules.fact import KINDS, Fact, Field, Key
from shnor_engine.rules.form import from_json, to_json
from shnor_engine.rules.opaque import Opaque
from shnor_engine.rules.others import read_rules
from shnor_engine.rules.rule import RuleTree
from shnor_engine.rules.scales import Scale
from shnor_engine.rules.texts import Said, Texts, Wording
from shnor_engine.rules.tree import walk

FORMAT = "shnor_engine.pack/1"
TYPES = {kind.__name__: kind for kind in KINDS}


@dataclass(frozen=True, slots=True)
class Artefact:
    """A pack as a document: `content` holds everything, `digest` is SHA-256 over its JSON text."""

    content: Mapping[str, Any]
    digest: str

    def text(self) -> str:
        """The document as UTF-8 JSON, one text for one pack in every run; ends with a newline."""
        whole = {"format": FORMAT, "digest": self.digest, "content": self.content}
        return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"

    def write(self, path: Path) -> None:
        """Write the document, whole or not at all."""
        beside = path.with_name(f".{path.name}.part")
        beside.write_text(self.text(), encoding="utf-8")
        beside.replace(path)


def build(pack: Pack) -> Artefact:
    """The artefact of a pack; raises `ArtefactError` for one that calls a function or has two facts of one name."""
    trees = [*_read_first(pack.tree), pack.tree]
    _refuse_functions(pack, trees)
    used = dict.fromkeys(fact for tree in trees for fact in tree.facts)
    content = {
        **{name: _word_out(getattr(pack, name)) for name in _words()},
        "facts": {name: _fact_out(fact) for name, fact in _named(pack, [*pack.bindings, *used]).items()},
        "bindings": {fact.__name__: plain(binding) for fact, binding in pack.bindings.items()},
        "law": _law_out(pack.law),
        "rules": [_rule_out(tree) for tree in trees],
        "pack_digest": pack.digest,
    }
    return Artefact(content, _digest(content))


def load_artefact(source: Path | str | Mapping[str, Any]) -> Pack:
    """The pack of an artefact: of a file, of its JSON text, or of the parsed document.

    Its findings name the file and the place in it, as a JSON pointer. Raises `ArtefactError` for what is no artefact,
    for a digest that does not fit, and for a document that says something impossible; a file that is not there raises
    `OSError`.
    """
    whole, origin = _parsed(source)
    if whole.get("format") != FORMAT:
        raise ArtefactError(f"{origin}: format {whole.get('format')!r} is not {FORMAT!r}")
    content = whole.get("content")
    if not isinstance(content, Mapping) or _digest(content) != whole.get("digest"):
        raise ArtefactError(f"{origin}: the digest does not fit: the document was changed after it was built")
    try:
        pack = _pack(content, origin)
    except ArtefactError:
        raise
    except (RuleError, LawError, PackError, LookupError, TypeError, ValueError, AttributeError) as error:
        raise ArtefactError(f"{origin}: this is no pack: {type(error).__name__}: {error}") from error
    if pack.digest != content["pack_digest"]:
        raise ArtefactError(f"{origin}: pack {pack.id} reads back otherwise than it was built; build it anew")
    return pack


def _parsed(source: Path | str | Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
    if isinstance(source, Mapping):
        return source, "artefact"
    is_text = isinstance(source, str) and source.lstrip().startswith("{")
    origin = "artefact" if is_text else str(source)
    try:
        whole = json.loads(str(source) if is_text else Path(source).read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ArtefactError(f"{origin}: no JSON: {error}") from None
    if not isinstance(whole, dict):
        raise ArtefactError(f"{origin}: no artefact of a pack; build one with shnor packs build")
    return whole, origin


def _digest(content: Mapping[str, Any]) -> str:
    """SHA-256 over the text, in the order in which it stands: the order of clauses is heard in explanations."""
    return sha256(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


# --- out ------------------------------------------------------------------------------------------


def _words() -> Iterator[str]:
    """The fields of a pack that are plain values."""
    return (item.name for item in fields(Pack) if item.name not in ("rule", "law", "bindings"))


def _word_out(value: Any) -> Any:
    if isinstance(value, PublishedAs):  # its states are keyed by truths, and JSON has text keys only
        return {**plain(value), "states": [[truth, state] for truth, state in value.states.items()]}
    return plain(value)


def _read_first(tree: RuleTree) -> list[RuleTree]:
    """Every rule that a rule reads, those that it rests on first."""
    found: dict[str, RuleTree] = {}
    for other in read_rules(tree):
        for one in (*_read_first(other), other):
            found.setdefault(one.digest, one)
    return list(found.values())


def _refuse_functions(pack: Pack, trees: Iterable[RuleTree]) -> None:
    for tree in trees:
        for name, clause in tree.clauses.items():
            for node in walk(clause):
                if isinstance(node, Opaque):
                    raise ArtefactError(
                        f"pack {pack.id}: clause «{name}» calls the function {node.name} ({node.where}); "
                        "a function cannot be data: say it with the words of rules, or ship the pack as a plugin"
                    )


def _named(pack: Pack, found: Iterable[type[Fact]]) -> dict[str, type[Fact]]:
    named: dict[str, type[Fact]] = {}
    for fact in found:
        if named.setdefault(fact.__name__, fact) is not fact:
            raise ArtefactError(f"pack {pack.id}: two facts are called {fact.__name__}; rename one")
    return dict(sorted(named.items()))


def _fact_out(fact: type[Fact]) -> dict[str, Any]:
    return {
        "labels": dict(fact.labels),
        "grain": [_key_out(key) for key in fact.grain],
        "fields": {name: _field_out(item) for name, item in fact.fields().items()},
    }


def _key_out(key: Key) -> dict[str, Any]:
    """The meaning of a key, and its words."""
    return {**plain(key.content()), **_words_of(key)}


def _words_of(key: Key) -> dict[str, str]:
    return {"ru": key.ru, "en": key.en}


def _field_out(item: Field[Any]) -> dict[str, Any]:
    """What the field was made with, word by word, and its type."""
    said = {name: plain(value) for name, value in _said_of(item).items()}
    return {"type": item.of.__name__, "scale": bool(item.scale), **said}


def _said_of(item: Field[Any]) -> dict[str, Any]:
    kept = {
        "ru": item.labels["ru"],
        "en": item.labels["en"],
        "ask_ru": item.asks["ru"],
        "ask_en": item.asks["en"],
        "bounds": item.given_bounds,
    }
    words = list(inspect.signature(Field.__init__).parameters)[1:]
    return {word: kept[word] if word in kept else getattr(item, word) for word in words}


def _law_out(law: Law) -> dict[str, Any]:
    return {
        "parameters": {key: _param_out(item) for key, item in law.parameters.items()},
        "overrides": [
            {
                "region": item.region,
                "param": item.param,
                "entries": [_since_out(entry) for entry in item.entries],
                "ref": plain(item.ref),
            }
            for item in law.overrides
        ],
        "regions": dict(law.regions),
    }


def _param_out(item: Dated[Any]) -> dict[str, Any]:
    return {
        "labels": dict(item.labels),
        "entries": [_since_out(entry) for entry in item.entries],
        "ref": plain(item.ref),
        "unit": item.unit,
        "bounds": [_value_out(end) for end in item.bounds],
        "review_by": plain(item.review_by),
        "region_may_override": item.region_may_override,
    }


def _since_out(entry: Since[Any]) -> dict[str, Any]:
    return {
        "day": entry.day.isoformat(),
        "value": _value_out(entry.value),
        "known": plain(entry.known),
        "until": plain(entry.until),
        "ref": plain(entry.ref),
    }


def _value_out(value: Any) -> Any:
    return {"brackets": plain(value.rows)} if isinstance(value, Brackets) else plain(value)


def _rule_out(tree: RuleTree) -> dict[str, Any]:
    texts = {name: plain(said) for name, said in tree.texts.items()}
    titles = None if tree.titles is None else dict(tree.titles)
    return {"form": to_json(tree), "per": [_words_of(key) for key in tree.per], "texts": texts, "titles": titles}


# --- back -----------------------------------------------------------------------------------------


def _pack(content: Mapping[str, Any], origin: str) -> Pack:
    law = _law(content["law"])
    facts = {name: _fact(name, data, law) for name, data in content["facts"].items()}
    trees: list[RuleTree] = []
    for number, data in enumerate(content["rules"]):
        trees.append(_rule(data, facts.values(), law, trees, f"{origin}#/content/rules/{number}/form"))
    words = {name: _word(name, content[name]) for name in _words()}
    bindings = {facts[name]: Binding(**_read(data)) for name, data in content["bindings"].items()}
    return Pack(rule=trees[-1], law=law, bindings=bindings, **words)


def _read(data: Mapping[str, Any]) -> dict[str, Any]:
    return {str(name): unplain(item) for name, item in data.items()}


def _word(name: str, value: Any) -> Any:
    """A plain field of a pack as the class has it."""
    match name:
        case "source":
            return _clause(value)
        case "decisions":
            return {code: Decision(**said) for code, said in value.items()}
        case "published":
            return None if value is None else PublishedAs(**{**_read(value), "states": dict(value["states"])})
        case "examples":
            return tuple(_example(item) for item in value)
        case "remarks":
            return {language: tuple(said) for language, said in value.items()}
    return unplain(value)


def _example(data: Mapping[str, Any]) -> Example:
    facts = {fact: tuple(map(_read, rows)) for fact, rows in data["facts"].items()}
    return Example(**{**_read(data), "facts": facts, "values": _read(data["values"])})


def _clause(data: Mapping[str, Any] | None) -> Clause | None:
    return None if data is None else Clause(**_read(data))


def _fact(name: str, data: Mapping[str, Any], law: Law) -> type[Fact]:
    held = {"__module__": __name__, **{field: _field(item) for field, item in data["fields"].items()}}
    grain = tuple(_key(key, law) for key in data["grain"])
    return new_class(name, (Fact,), {"grain": grain, **data["labels"]}, lambda body: body.update(held))


def _key(data: Mapping[str, Any], law: Law) -> Key:
    items = _read(data)
    if isinstance(among := data["among"], Mapping):
        items["among"] = DatedAt(law.parameters[among["param"]], among["instant"], unplain(among["day"]))
    return Key(**items)


def _field(data: Mapping[str, Any]) -> Field[Any]:
    said = {name: unplain(item) for name, item in data.items() if name not in ("type", "scale")}
    if data["scale"]:
        said["among"] = Scale(*said["among"])
    maker: Any = Field  # a subscript that is only known here
    made: Field[Any] = maker[TYPES[data["type"]]](**said)
    return made


def _law(data: Mapping[str, Any]) -> Law:
    overrides = (
        Override(item["region"], item["param"], tuple(map(_since, item["entries"])), _clause(item["ref"]))
        for item in data["overrides"]
    )
    parameters = {key: _param(key, item) for key, item in data["parameters"].items()}
    for item in (found := tuple(overrides)):
        for entry in item.entries:
            parameters[item.param].check(entry.value)
    return Law(parameters, found, dict(data["regions"]))


def _param(key: str, data: Mapping[str, Any]) -> Dated[Any]:
    made: Dated[Any] = Dated(
        [_since(entry) for entry in data["entries"]],
        ref=_clause(data["ref"]),
        unit=data["unit"],
        bounds=(_value(data["bounds"][0]), _value(data["bounds"][1])),
        review_by=unplain(data["review_by"]),
        region_may_override=data["region_may_override"],
        **data["labels"],
    )
    made.key = key
    return made


def _since(data: Mapping[str, Any]) -> Since[Any]:
    day, known, until = date.fromisoformat(data["day"]), unplain(data["known"]), unplain(data["until"])
    return Since(day, _value(data["value"]), known, until, _clause(data["ref"]))


def _value(data: Any) -> Any:
    match data:
        case {"brackets": list(rows)}:
            return Brackets(unplain(rows))
    return unplain(data)


def _rule(
    data: Mapping[str, Any], facts: Iterable[type[Fact]], law: Law, read: list[RuleTree], origin: str
) -> RuleTree:
    """A rule over facts and law and those that it reads; its clauses know where they stand in the document."""
    texts = {name: Said(Wording(**said["ru"]), Wording(**said["en"])) for name, said in data["texts"].items()}
    held = new_class("Held", (Parameters,), {}, lambda body: body.update(law.parameters))
    form = data["form"]
    tree = from_json(form, facts=facts, parameters=(held,), rules=read, texts=Texts(**texts), origin=origin)
    per = tuple(replace(key, **words) for key, words in zip(tree.per, data["per"], strict=True))
    return replace(tree, per=per, titles=data["titles"])
