"""The parameters of the model: each with unit, range, source and note, read from a file that says so.

The built-in file is `parameters.yaml` beside this module; a district copies it and changes what it knows better. What
is `kind: prior` is unknown and has a uniform prior over its range, to be calibrated against the history of the lists.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from shnor_engine.errors import BadInput, FieldProblem
from shnor_engine.law.canon import digest
from shnor_engine.simulate.noise import key_of, uniform
from shnor_engine.yaml_file import YamlFile, read_yaml

BUILT_IN = Path(__file__).with_name("parameters.yaml")
FORMAT = 1
Theta = Mapping[str, NDArray[np.float64]]
Kind = Literal["fixed", "prior"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number of the model."""

    name: str
    value: float
    low: float
    high: float
    unit: str
    kind: Kind
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class Lever:
    """A way of support: its effect on pupils in standard deviations, mean and spread between schools.

    `covered` acts on the covered share of pupils only; `fade_kept` replaces the general one where it fades faster.
    """

    name: str
    mean: float
    spread: float
    source: str
    note: str
    covered: bool = False
    fade_kept: float | None = None


@dataclass(frozen=True, slots=True)
class SupportForm:
    """A form of the programme as the levers that it pulls, the hours of one school and the staff hours it costs."""

    form: str
    levers: tuple[str, ...]
    dose: float
    cost: float


@dataclass(frozen=True)
class Parameters:
    """Every parameter, lever and form; equal content has an equal digest."""

    items: Mapping[str, Parameter]
    levers: Mapping[str, Lever]
    forms: Mapping[str, SupportForm]

    def __getitem__(self, name: str) -> float:
        return self.items[name].value

    @property
    def unknown(self) -> tuple[str, ...]:
        """Names of the parameters that are calibrated, in the order of the file."""
        return tuple(item.name for item in self.items.values() if item.kind == "prior")

    @property
    def digest(self) -> str:
        """SHA-256 over everything but sources and notes: what changes a number changes it."""
        from fractions import Fraction

        def exact(value: float | None) -> Any:
            return None if value is None else Fraction(value)

        items = {p.name: [exact(p.value), exact(p.low), exact(p.high), p.kind] for p in self.items.values()}
        levers = {
            x.name: [exact(x.mean), exact(x.spread), x.covered, exact(x.fade_kept)] for x in self.levers.values()
        }
        forms = {f.form: [f.levers, exact(f.dose), exact(f.cost)] for f in self.forms.values()}
        return digest({"items": items, "levers": levers, "forms": forms})

    def with_values(self, **values: float) -> Parameters:
        """The same with other values; raises `BadInput` for an unknown name or a value outside its range."""
        items = dict(self.items)
        problems = []
        for name, value in values.items():
            if name not in items:
                problems.append(FieldProblem(name, f"no such parameter; there are {', '.join(items)}"))
            elif not items[name].low <= value <= items[name].high:
                reason = f"{value} lies outside {items[name].low}..{items[name].high} {items[name].unit}"
                problems.append(FieldProblem(name, reason))
            else:
                items[name] = replace(items[name], value=float(value))
        if problems:
            raise BadInput("parameters", problems)
        return replace(self, items=items)

    def central(self, paths: int) -> Theta:
        """Every parameter at its stated value, the same in each path."""
        return {name: np.full(paths, item.value) for name, item in self.items.items()}

    def prior(self, seed: int, paths: int) -> Theta:
        """Unknown parameters drawn from their priors, one draw a path; the others at their stated value."""
        theta = dict(self.central(paths))
        keys = key_of(seed, "prior")
        for name in self.unknown:
            item = self.items[name]
            u = uniform(keys, path=np.arange(paths), purpose=name)
            theta[name] = item.low + (item.high - item.low) * u
        return theta


def read_parameters(source: Path | str = BUILT_IN, *, name: str = "") -> Parameters:
    """The parameters of a YAML file; raises `BadInput` that names file, line and reason of every problem."""
    file = read_yaml(source, name=name)
    if not isinstance(file.value, dict) or file.value.get("format") != FORMAT:
        file.problem(f"a parameter file says «format: {FORMAT}»", "format")
        file.check()
    items = _entries(file, "parameters", "name", _parameter)
    levers = _entries(file, "levers", "name", _lever)
    forms = _entries(file, "forms", "form", _form)
    for place, form in enumerate(forms.values()):
        for lever in form.levers:
            if lever not in levers:
                file.problem(f"unknown lever {lever}; there are {', '.join(levers)}", "forms", place, "levers")
    file.check()
    return Parameters(items, levers, forms)


def _entries(file: YamlFile, section: str, key: str, make: Any) -> dict[str, Any]:
    entries = file.value.get(section)
    if not isinstance(entries, list):
        file.problem("a list is needed", section)
        return {}
    found: dict[str, Any] = {}
    for place, entry in enumerate(entries):
        if not isinstance(entry, dict) or not isinstance(entry.get(key), str):
            file.problem(f"an entry with «{key}» is needed", section, place)
            continue
        if entry[key] in found:
            file.problem(f"{entry[key]} stands there twice", section, place)
        made = make(file, (section, place), entry)
        if made is not None:
            found[entry[key]] = made
    return found


def _number(file: YamlFile, place: tuple[str | int, ...], entry: Mapping[str, Any], name: str) -> float:
    value = entry.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        file.problem(f"a number is needed, not {value!r}", *place, name)
        return 0.0
    return float(value)


def _text(file: YamlFile, place: tuple[str | int, ...], entry: Mapping[str, Any], name: str) -> str:
    value = entry.get(name)
    if not isinstance(value, str) or not value.strip():
        file.problem(f"a text is needed, not {value!r}", *place, name)
        return ""
    return value


def _known(file: YamlFile, place: tuple[str | int, ...], entry: Mapping[str, Any], names: set[str]) -> None:
    for name in entry.keys() - names:
        file.problem(f"unknown key; there are {', '.join(sorted(names))}", *place, str(name))


def _parameter(file: YamlFile, place: tuple[str | int, ...], entry: Mapping[str, Any]) -> Parameter | None:
    _known(file, place, entry, {"name", "value", "low", "high", "unit", "kind", "source", "note"})
    value, low, high = (_number(file, place, entry, name) for name in ("value", "low", "high"))
    if not low <= value <= high:
        file.problem(f"{value:g} lies outside its range {low:g}..{high:g}", *place, "value")
    kind = entry.get("kind")
    if kind not in ("fixed", "prior"):
        file.problem(f"fixed or prior is needed, not {kind!r}", *place, "kind")
        return None
    texts = [_text(file, place, entry, name) for name in ("unit", "source", "note")]
    return Parameter(entry["name"], value, low, high, texts[0], kind, texts[1], texts[2])


def _lever(file: YamlFile, place: tuple[str | int, ...], entry: Mapping[str, Any]) -> Lever:
    _known(file, place, entry, {"name", "mean", "spread", "source", "note", "covered", "fade_kept"})
    mean, spread = _number(file, place, entry, "mean"), _number(file, place, entry, "spread")
    if spread < 0:
        file.problem(f"a spread is not negative: {spread:g}", *place, "spread")
    fade = _number(file, place, entry, "fade_kept") if "fade_kept" in entry else None
    if fade is not None and not 0 <= fade <= 1:
        file.problem(f"{fade:g} lies outside 0..1", *place, "fade_kept")
    source, note = _text(file, place, entry, "source"), _text(file, place, entry, "note")
    return Lever(entry["name"], mean, spread, source, note, bool(entry.get("covered", False)), fade)


def _form(file: YamlFile, place: tuple[str | int, ...], entry: Mapping[str, Any]) -> SupportForm:
    _known(file, place, entry, {"form", "levers", "dose", "cost"})
    levers = entry.get("levers")
    if not isinstance(levers, list) or not all(isinstance(lever, str) for lever in levers):
        file.problem("a list of levers is needed", *place, "levers")
        levers = []
    dose, cost = _number(file, place, entry, "dose"), _number(file, place, entry, "cost")
    for name, value in (("dose", dose), ("cost", cost)):
        if value < 0:
            file.problem(f"{value:g} is negative", *place, name)
    return SupportForm(entry["form"], tuple(levers), dose, cost)
