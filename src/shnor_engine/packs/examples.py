"""Examples of a methodology: facts in, what must come out; written in YAML beside it, decided anew by its tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shnor_engine.errors import PackError, ShnorError
from shnor_engine.reasoning.decide import OUTCOMES, json_value
from shnor_engine.reasoning.explanation import Reason
from shnor_engine.reasoning.facts import Facts, KeyValue
from shnor_engine.rules.fact import Fact

if TYPE_CHECKING:
    from shnor_engine.packs.pack import Pack

WORDS = ("name", "keys", "facts", "closed", "day", "region", "outcome", "decision", "because", "values")


@dataclass(frozen=True, slots=True)
class Example:
    """One case of a methodology.

    `facts` are rows by the name of the fact; a key that a row leaves out is that of `keys`, a field left out is
    unknown. `closed` is True where nothing is missing, or the closed keys by fact. Then `outcome` must come out,
    with it `decision` (a code), the decisive clauses `because` (each of them) and `values`, as far as they are given.
    """

    name: str
    keys: Mapping[str, KeyValue]
    facts: Mapping[str, tuple[Mapping[str, Any], ...]]
    outcome: str
    day: date
    decision: str = ""
    because: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    closed: bool | Mapping[str, Any] = False
    region: str | None = None

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Example:
        """The example that plain values say; raises `PackError` for a word that it does not have or lacks."""
        name = str(data.get("name", ""))
        if strange := sorted(set(map(str, data)) - set(WORDS)):
            raise PackError(f"example «{name}» says {', '.join(strange)}; an example has {', '.join(WORDS)}")
        if lacking := [word for word in ("name", "keys", "outcome", "day") if word not in data]:
            raise PackError(f"example «{name}» does not say {', '.join(lacking)}")
        if data["outcome"] not in OUTCOMES:
            raise PackError(f"example «{name}»: no outcome {data['outcome']}; there are {', '.join(OUTCOMES)}")
        facts = {str(fact): tuple(dict(row) for row in rows) for fact, rows in (data.get("facts") or {}).items()}
        return cls(
            name=name,
            keys=dict(data["keys"]),
            facts=facts,
            outcome=data["outcome"],
            day=_day(data["day"]),
            decision=data.get("decision", ""),
            because=tuple(data.get("because", ())),
            values=dict(data.get("values", {})),
            closed=data.get("closed", False),
            region=data.get("region"),
        )

    def rows(self, pack: Pack) -> Facts:
        """The facts of this example as the pack reads them; raises `PackError` for a fact that it does not have."""
        named, told = {fact.__name__: fact for fact in pack.bindings}, self.tables(pack)
        tables = {fact: told[name] for name, fact in named.items()}
        if not isinstance(self.closed, Mapping):
            return Facts.of(tables, closed=self.closed)
        return Facts.of(tables, closed={named[name]: rows for name, rows in self.closed.items()})

    def tables(self, pack: Pack) -> dict[str, list[dict[str, Any]]]:
        """The rows by the name of the fact, every key and field said; raises `PackError` for a strange one."""
        named = {fact.__name__: fact for fact in pack.bindings}
        if strange := sorted(set(self.facts) - set(named)):
            raise PackError(f"example «{self.name}» gives {', '.join(strange)}; the pack reads {', '.join(named)}")
        return {name: [self._row(fact, row) for row in self.facts.get(name, ())] for name, fact in named.items()}

    def mistakes(self, pack: Pack) -> tuple[str, ...]:
        """What comes out otherwise than the example says; empty where it holds."""
        try:
            facts = self.rows(pack)
            verdict = pack.decide(self.keys, facts, on=self.day, region=self.region)
            found = pack.explain(verdict)
        except ShnorError as error:
            return (f"example «{self.name}»: {error}",)
        return tuple(f"example «{self.name}»: {wrong}" for wrong in self._wrong(pack, verdict.values, found))

    def _wrong(self, pack: Pack, values: Mapping[str, Any], found: Any) -> Iterator[str]:
        if found.outcome != self.outcome:
            error = f" ({found.error})" if found.error else ""
            yield f"the outcome is {found.outcome}{error}, not {self.outcome}; {found.reason('ru') or 'no reason'}"
            return
        if self.decision and found.decision != self.decision:
            yield f"the decision is {found.decision}, not {self.decision}"
        told = {clause for clause in _clauses(found.because) if clause}
        if absent := [clause for clause in self.because if clause not in told]:
            yield f"it does not rest on {', '.join(absent)} but on {', '.join(sorted(told)) or 'nothing'}"
        for clause, wanted in self.values.items():
            if clause not in values:
                yield f"there is no clause «{clause}» among its outputs"
            elif json_value(values[clause]) != json_value(_number(wanted)):
                yield f"«{clause}» is {json_value(values[clause])}, not {json_value(_number(wanted))}"

    def _row(self, fact: type[Fact], row: Mapping[str, Any]) -> dict[str, Any]:
        own = {**{name: self.keys[name] for name in fact.key_names() if name in self.keys}, **row}
        fields = fact.fields()
        read = {name: _cell(own.get(name), exact=item.of is Fraction) for name, item in fields.items()}
        known = {*fields, *fact.key_names(), "events"}
        if strange := sorted(set(own) - known):
            raise PackError(f"example «{self.name}»: {fact.__name__} has no {', '.join(strange)}")
        return {**{name: own[name] for name in (*fact.key_names(), "events") if name in own}, **read}


def read_examples(source: Path | str, *, name: str = "") -> tuple[Example, ...]:
    """The examples of a YAML file or text: a list of mappings, what all of them share may stand once, beside
    `examples`.

    Raises `BadInput` for what is no YAML, `PackError` for what is no example. Needs the extra `yaml`.
    """
    from shnor_engine.yaml_file import read_yaml

    file = read_yaml(source, name=name)
    shared: dict[str, Any] = {}
    items = file.value
    if isinstance(items, Mapping):
        shared = {key: value for key, value in items.items() if key != "examples"}
        items = items.get("examples")
    if not isinstance(items, list) or not all(isinstance(item, Mapping) for item in items):
        raise PackError(f"{file.name}: a list of examples is needed, or a mapping with `examples`")
    found = tuple(Example.of({**shared, **item}) for item in items)
    names = [item.name for item in found]
    if twice := sorted({item for item in names if names.count(item) > 1}):
        raise PackError(f"{file.name}: two examples are called «{'», «'.join(twice)}»")
    return found


def _clauses(reasons: Sequence[Reason]) -> Iterator[str]:
    for reason in reasons:
        yield reason.clause
        yield from _clauses(reason.because)


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _cell(value: Any, *, exact: bool) -> Any:
    """A value of a row as facts take it: «3/10» and «12.5» are exact numbers where the field is one."""
    return Fraction(value) if exact and isinstance(value, str) else value


def _number(value: Any) -> Any:
    """A wanted value: what a YAML text writes as «3/10» is compared as the number."""
    if isinstance(value, str) and value.replace("/", "", 1).lstrip("-").isdigit() and "/" in value:
        return Fraction(value)
    return value
