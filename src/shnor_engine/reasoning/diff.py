"""What changed between two methodologies: clauses, values by day and region, facts, decisions, words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal

from shnor_engine.law.canon import plain
from shnor_engine.law.clause import Clause
from shnor_engine.law.dated import Dated, Since
from shnor_engine.law.law import COUNTRY, Law
from shnor_engine.reasoning.describe import say_clause
from shnor_engine.reasoning.explanation import Pairs, clause_json
from shnor_engine.reasoning.language import LANGUAGES, day_text, pick, value_text
from shnor_engine.reasoning.reading import follow
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.form import to_json
from shnor_engine.rules.others import Decision, read_rules
from shnor_engine.rules.rule import Rule, RuleTree

SCHEMA = "shnor_engine.diff/1"
What = Literal["added", "removed", "changed"]


@dataclass(frozen=True)
class Version:
    """One side of a comparison: a rule with its law, its decisions by code, and its title."""

    tree: RuleTree
    law: Law
    decisions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    title: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, rule: type[Rule] | RuleTree | Version) -> Version:
        """A version as it is; of a rule alone, under the law of its own parameters."""
        if isinstance(rule, Version):
            return rule
        tree = rule if isinstance(rule, RuleTree) else rule.tree
        return cls(tree, Law({param.key: param for param in tree.parameters}))


@dataclass(frozen=True, slots=True)
class Changed:
    """One thing that was added, removed or changed, as it reads on both sides (empty where it is not)."""

    what: What
    name: str
    before: Pairs
    after: Pairs


@dataclass(frozen=True, slots=True)
class ValueChanged:
    """A value of the law: whose it is (region empty: the country's), from which day, what it was and is."""

    what: What
    param: str
    label: Pairs
    region: str
    day: date
    known: date | None
    before: Any
    after: Any
    before_clause: Clause | None
    after_clause: Clause | None
    before_until: date | None = None
    after_until: date | None = None


@dataclass(frozen=True)
class Diff:
    """Everything that differs; `empty` for equal meaning and equal words.

    `head` is what is said of the rule as a whole (keys, dates, exception) and of which region lies in which,
    `clauses` the clauses written otherwise, those of the rules that it reads by «rule.clause», `touched` those that
    read the same and rest on one that does not, `texts` those of which only the words differ.
    """

    a: str
    b: str
    head: tuple[Changed, ...]
    facts: tuple[Changed, ...]
    clauses: tuple[Changed, ...]
    touched: tuple[str, ...]
    parameters: tuple[Changed, ...]
    values: tuple[ValueChanged, ...]
    decisions: tuple[Changed, ...]
    texts: tuple[str, ...]
    schema: str = SCHEMA

    @property
    def same_meaning(self) -> bool:
        """Whether both decide alike: nothing differs but words."""
        return not (self.head or self.facts or self.clauses or self.parameters or self.values)

    @property
    def empty(self) -> bool:
        """Whether nothing differs at all."""
        return self.same_meaning and not self.decisions and not self.texts

    def text(self, language: str = "ru") -> str:
        """The differences as prose."""
        return "\n".join(_lines(self, language))

    def to_dict(self) -> dict[str, Any]:
        """The stable JSON shape, version `schema`."""
        parts: dict[str, Iterable[Changed]] = {
            "head": self.head,
            "facts": self.facts,
            "clauses": self.clauses,
            "parameters": self.parameters,
            "decisions": self.decisions,
        }
        return {
            "schema": self.schema,
            "a": self.a,
            "b": self.b,
            "empty": self.empty,
            "same_meaning": self.same_meaning,
            **{name: [plain(item) for item in items] for name, items in parts.items()},
            "touched": list(self.touched),
            "values": [_value_json(item) for item in self.values],
            "texts": list(self.texts),
        }


def diff(a: type[Rule] | RuleTree | Version, b: type[Rule] | RuleTree | Version, *, on: date) -> Diff:
    """What differs between two rules, or two packs (`Pack.diff`); values are worded as they stand on a day."""
    one, two = Version.of(a), Version.of(b)
    clauses = _clauses(one, two, on)
    return Diff(
        a=_name(one),
        b=_name(two),
        head=_head(one, two),
        facts=_facts(one.tree, two.tree),
        clauses=clauses,
        touched=_touched(one.tree, two.tree, {item.name for item in clauses}),
        parameters=_parameters(one, two),
        values=_values(one, two),
        decisions=_decisions(one, two),
        texts=_texts(one, two),
    )


def _name(version: Version) -> str:
    return f"{version.tree.id} {version.tree.version}"


def _both(before: str, after: str, name: str) -> Changed:
    what: What = "added" if not before else "removed" if not after else "changed"
    return Changed(what, name, Pairs(before, before), Pairs(after, after))


# --- the rule ---------------------------------------------------------------------------------------


def _head(a: Version, b: Version) -> tuple[Changed, ...]:
    found = _head_of(a.tree, b.tree)
    for one, two in _read_otherwise(a.tree, b.tree):
        found += [replace(item, name=f"{two.id}.{item.name}") for item in _head_of(one, two)]
    if a.law.regions != b.law.regions:
        found.append(_both(_places_text(a.law.regions), _places_text(b.law.regions), "regions"))
    return tuple(found)


def _head_of(a: RuleTree, b: RuleTree) -> list[Changed]:
    def said(tree: RuleTree) -> dict[str, str]:
        return {
            "id": tree.id,
            "version": tree.version,
            "per": _keys_text([key.content() for key in tree.per]),
            "in_force": tree.in_force.isoformat(),
            "ref": tree.ref.cite() if tree.ref else "",
            "exception_to": ".".join(tree.exception_to or ()),
            "decides": tree.decides,
            "region": tree.region,
        }

    one, two = said(a), said(b)
    found = [_both(one[name], two[name], name) for name in one if one[name] != two[name]]
    if not found and _but_clauses(a) != _but_clauses(b):
        found.append(_both(str(_but_clauses(a)), str(_but_clauses(b)), "rule"))
    return found


def _read_otherwise(a: RuleTree, b: RuleTree) -> list[tuple[RuleTree, RuleTree]]:
    """The rules that both read, directly or by another, and that are not the same, by id."""
    one, two = ({tree.id: tree for tree in _all_read(side)} for side in (a, b))
    both = [(one[name], two[name]) for name in sorted(one.keys() & two.keys())]
    return [(old, new) for old, new in both if old.digest != new.digest]


def _all_read(tree: RuleTree) -> Iterator[RuleTree]:
    for other in read_rules(tree):
        yield other
        yield from _all_read(other)


def _places_text(regions: Mapping[str, str]) -> str:
    return ", ".join(f"{one} < {above}" if above else one for one, above in sorted(regions.items())) or "–"


def _but_clauses(tree: RuleTree) -> dict[str, Any]:
    return {name: item for name, item in to_json(tree).items() if name not in ("clauses", "facts")}


def _facts(a: RuleTree, b: RuleTree) -> tuple[Changed, ...]:
    one, two = to_json(a)["facts"], to_json(b)["facts"]
    found = []
    for name in _names(one, two):
        if one.get(name) != two.get(name):
            found.append(_both(_fact_text(one.get(name)), _fact_text(two.get(name)), name))
    return tuple(found)


def _fact_text(content: Mapping[str, Any] | None) -> str:
    if content is None:
        return ""
    fields = "; ".join(
        f"{name}: " + ", ".join(f"{part} {_short(item)}" for part, item in field.items() if item)
        for name, field in content["fields"].items()
    )
    return f"{_keys_text(content['grain'])}: {fields}"


def _keys_text(keys: Iterable[Mapping[str, Any]]) -> str:
    return ", ".join(key["name"] + _key_text(key) for key in keys)


def _key_text(key: Mapping[str, Any]) -> str:
    among = key["among"]
    said = [among["param"] if isinstance(among, Mapping) else ", ".join(among)] if among else []
    said += ["first day"] if key.get("instant", "last") == "first" else []
    said += [f"without {', '.join(map(str, gaps))}"] if (gaps := key.get("gaps")) else []
    return f" ({'; '.join(said)})" if said else ""


def _short(item: Any) -> str:
    return "..".join("" if end is None else str(end) for end in item) if isinstance(item, list) else str(item)


def _clauses(a: Version, b: Version, on: date) -> tuple[Changed, ...]:
    found = _clauses_of(a, b, on)
    for one, two in _read_otherwise(a.tree, b.tree):
        inside = _clauses_of(Version(one, a.law), Version(two, b.law), on)
        found += [replace(item, name=f"{two.id}.{item.name}") for item in inside]
    return tuple(found)


def _clauses_of(a: Version, b: Version, on: date) -> list[Changed]:
    one, two = to_json(a.tree)["clauses"], to_json(b.tree)["clauses"]
    elsewhere = {tree.id for _, tree in _read_otherwise(a.tree, b.tree)}
    found = []
    for name in _names(one, two):
        if one.get(name) != two.get(name):
            what: What = "added" if name not in one else "removed" if name not in two else "changed"
            item = Changed(what, name, _said(a, name, on), _said(b, name, on))
            if item.before != item.after or not _reads(b.tree.clauses[name], elsewhere):
                found.append(item)
    return found


def _reads(clause: nodes.Expr[Any], rules: Collection[str]) -> bool:
    """Whether a clause holds a decision of one of these rules."""
    return any(isinstance(node, Decision) and node.rule.id in rules for node in nodes.walk(clause))


def _said(version: Version, name: str, on: date) -> Pairs:
    if name not in version.tree.clauses:
        return Pairs("", "")
    return Pairs(
        *(
            say_clause(version.tree, version.law, name, on=on, language=language, codes=_codes(version, language))
            for language in LANGUAGES
        )
    )


def _codes(version: Version, language: str) -> dict[str, str]:
    return {code: said[language] for code, said in version.decisions.items() if language in said}


def _touched(a: RuleTree, b: RuleTree, changed: set[str]) -> tuple[str, ...]:
    """Clauses written alike that rest on a changed one, or on a rule that is another one now."""
    elsewhere = {tree.id for _, tree in _read_otherwise(a, b)}

    def moved(node: nodes.Expr[Any]) -> bool:
        named = isinstance(node, nodes.ClauseRef) and node.name in changed
        return named or (isinstance(node, Decision) and node.rule.id in elsewhere)

    return tuple(
        name
        for name in b.clauses
        if name in a.clauses and name not in changed and any(moved(node) for node in follow(b, b.clauses[name]))
    )


def _texts(a: Version, b: Version) -> tuple[str, ...]:
    one, two = a.tree.texts, b.tree.texts
    said = [name for name in _names(one, two) if one.get(name) != two.get(name)]
    titles = ["title"] if (a.tree.titles, a.title) != (b.tree.titles, b.title) else []
    return tuple(titles + said)


def _decisions(a: Version, b: Version) -> tuple[Changed, ...]:
    found = []
    for code in _names(a.decisions, b.decisions):
        one, two = a.decisions.get(code), b.decisions.get(code)
        if one != two:
            what: What = "added" if one is None else "removed" if two is None else "changed"
            found.append(Changed(what, code, _label(one), _label(two)))
    return tuple(found)


def _label(said: Mapping[str, str] | None) -> Pairs:
    if said is None:
        return Pairs("", "")
    return Pairs(*(": ".join(part for name, part in said.items() if name.startswith(lang)) for lang in LANGUAGES))


def _names(a: Iterable[str], b: Iterable[str]) -> list[str]:
    return list(dict.fromkeys([*b, *a]))


# --- the law ----------------------------------------------------------------------------------------


def _parameters(a: Version, b: Version) -> tuple[Changed, ...]:
    """Parameters that came or went, and what differs in one beside its values."""
    one, two = ({item.key: item for item in side.tree.parameters} for side in (a, b))
    found = []
    for key in _names(one, two):
        before, after = (_about(side[key]) if key in side else "" for side in (one, two))
        if before != after:
            found.append(_both(before, after, key))
    return tuple(found)


def _about(param: Dated[Any]) -> str:
    low, high = param.bounds
    said = {
        "unit": param.unit,
        "bounds": "" if low is None and high is None else f"{low}..{high}",
        "review_by": str(param.review_by or ""),
        "region_may_override": str(param.region_may_override),
    }
    return ", ".join(f"{name} {value}" for name, value in said.items() if value)


def _values(a: Version, b: Version) -> tuple[ValueChanged, ...]:
    params = {item.key: item for side in (a, b) for item in side.tree.parameters}
    found: list[ValueChanged] = []
    for key in sorted(params):
        for region in sorted({*_regions(a.law, key), *_regions(b.law, key)}):
            found += _of_region(params[key], region, _entries(a, key, region), _entries(b, key, region))
    return tuple(found)


def _regions(law: Law, key: str) -> set[str]:
    return {COUNTRY, *(item.region for item in law.overrides if item.param == key)}


_Entries = dict[tuple[date, date | None], tuple[Since[Any], Clause | None]]


def _entries(side: Version, key: str, region: str) -> _Entries:
    """The entries that one place sets, by day and by when they became known."""
    if key not in {item.key for item in side.tree.parameters}:
        return {}
    if region == COUNTRY:
        param = side.law.parameters[key]
        return {(item.day, item.known): (item, item.ref or param.ref) for item in param.entries}
    return {
        (item.day, item.known): (item, item.ref or override.ref)
        for override in side.law.overrides
        if (override.region, override.param) == (region, key)
        for item in override.entries
    }


def _of_region(param: Dated[Any], region: str, one: _Entries, two: _Entries) -> list[ValueChanged]:
    label = Pairs(param.labels["ru"] or param.key, param.labels["en"] or param.key)
    found = []
    for day, known in sorted({*one, *two}, key=lambda item: (item[0], item[1] or date.min)):
        before, after = one.get((day, known)), two.get((day, known))
        if before != after:
            what: What = "added" if before is None else "removed" if after is None else "changed"
            values = [None if item is None else item[0].value for item in (before, after)]
            clauses = [None if item is None else item[1] for item in (before, after)]
            ends = [None if item is None else item[0].until for item in (before, after)]
            found.append(ValueChanged(what, param.key, label, region, day, known, *values, *clauses, *ends))
    return found


# --- in words ---------------------------------------------------------------------------------------

_WHAT: Mapping[What, tuple[str, str]] = {
    "added": ("добавлено", "added"),
    "removed": ("снято", "removed"),
    "changed": ("изменено", "changed"),
}


def _lines(item: Diff, language: str) -> list[str]:
    if item.empty:
        return [pick((f"{item.a} и {item.b}: различий нет.", f"{item.a} and {item.b}: no difference."), language)]
    lines = [pick((f"{item.b} по сравнению с {item.a}:", f"{item.b} compared with {item.a}:"), language)]
    heads: tuple[tuple[tuple[Changed, ...], tuple[str, str], Mapping[str, tuple[str, str]]], ...] = (
        (item.head, ("Правило", "Rule"), _HEAD),
        (item.facts, ("Сведения", "Facts"), {}),
        (item.clauses, ("Условия", "Clauses"), _CLAUSES),
        (item.parameters, ("Параметры", "Parameters"), {}),
        (item.decisions, ("Решения", "Decisions"), {}),
    )
    for changed, head, names in heads:
        if changed:
            lines.append(f"{pick(head, language)}:")
            lines += [f"– {_changed_line(one, names, language)}" for one in changed]
    if item.values:
        lines.append(pick(("Значения:", "Values:"), language))
        lines += [f"– {_value_line(one, language)}" for one in item.values]
    if item.touched:
        said = ("Написаны так же, но опираются на изменённое", "Written alike, resting on what changed")
        lines.append(f"{pick(said, language)}: {', '.join(item.touched)}.")
    if item.texts:
        lines.append(f"{pick(('Изменены только слова', 'Words only'), language)}: {', '.join(item.texts)}.")
    return lines


# What a reader of a comparison calls the parts of a rule; clauses, facts and values go by the author's names.
_HEAD: Mapping[str, tuple[str, str]] = {
    "id": ("обозначение", "id"),
    "version": ("версия", "version"),
    "per": ("решается по", "decides per"),
    "in_force": ("действует с", "in force since"),
    "ref": ("основание", "ground"),
    "exception_to": ("исключение из", "exception to"),
    "decides": ("решает", "decides"),
    "region": ("регион", "region"),
    "regions": ("какой регион в каком", "which region lies in which"),
    "rule": ("прочее", "the rest"),
}
_CLAUSES: Mapping[str, tuple[str, str]] = {
    "applies": ("когда применяется", "when it applies"),
    "verdict": ("решение", "the decision"),
}


def _changed_line(item: Changed, names: Mapping[str, tuple[str, str]], language: str) -> str:
    days = names is _HEAD and item.name.rpartition(".")[2] == "in_force"
    before, after = (
        _day_said(said[language], language) if days else said[language] for said in (item.before, item.after)
    )
    said = f"{before} → {after}" if item.what == "changed" else before or after
    rule, _, part = item.name.rpartition(".")
    name = pick(names.get(part, (part, part)), language)
    return f"{rule}{'.' * bool(rule)}{name} ({pick(_WHAT[item.what], language)}): {said}"


def _day_said(said: str, language: str) -> str:
    """The day from which a rule is in force as its reader writes it; no first day of time."""
    day = date.fromisoformat(said)
    return day_text(day, language) if day > date.min else pick(("день не указан", "no day said"), language)


def _value_line(item: ValueChanged, language: str) -> str:
    pairs = ((item.before, item.before_until), (item.after, item.after_until))
    said = " → ".join(_until_text(value, until, language) for value, until in pairs if value is not None)
    place = f", {item.region}" if item.region else ""
    since = pick((f"с {day_text(item.day, 'ru')}", f"from {item.day}"), language)
    if item.known is not None:
        since += pick((f", известно с {day_text(item.known, 'ru')}", f", known from {item.known}"), language)
    clause = item.after_clause or item.before_clause
    source = f" ({clause.cite(language)})" if clause else ""
    return f"{item.param}{place}, {since} ({pick(_WHAT[item.what], language)}): {said}{source}"


def _until_text(value: Any, until: date | None, language: str) -> str:
    """A value, and the day before which it is in force where there is one."""
    end = "" if until is None else pick((f" (до {day_text(until, 'ru')})", f" (until {until})"), language)
    return value_text(value, language) + end


def _value_json(item: ValueChanged) -> dict[str, Any]:
    return {
        "what": item.what,
        "param": item.param,
        "label": plain(item.label),
        "region": item.region,
        "day": item.day.isoformat(),
        "known": item.known and item.known.isoformat(),
        "before": plain(item.before),
        "after": plain(item.after),
        "before_until": item.before_until and item.before_until.isoformat(),
        "after_until": item.after_until and item.after_until.isoformat(),
        "before_clause": item.before_clause and clause_json(item.before_clause),
        "after_clause": item.after_clause and clause_json(item.after_clause),
    }
