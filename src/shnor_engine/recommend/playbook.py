"""The playbook: measures, the table that says what follows from what, and the risk factors – all of it data.

A folder holds `measures.toml`, `rules.toml` (or `rules.yaml`, with PyYAML) and `factors.toml`. To work otherwise,
copy the built-in folder, change it, and give it along: `engine.recommend(playbook=Playbook.load("our"))`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from fractions import Fraction
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from shnor_engine.errors import BadInput, FieldProblem, RuleError
from shnor_engine.law.law import Law
from shnor_engine.plugin.parts import Measure
from shnor_engine.reasoning import Facts, Verdict, decide
from shnor_engine.rules import Fact, Field, Rule, decision_table, is_known
from shnor_engine.rules.tables import Among

DATA = Path(__file__).parent / "data"
NONE = "none"  # an input that does not apply to what a row of the table looks at
LEVELS = ("high", "medium", "low")


class Situation(Fact, grain=("school", "ground"), ru="что известно о школе", en="what is known of a school"):
    """One thing that is known of a school: an open finding, a factor, a clause that holds, or a gap."""

    finding = Field[str]("тема замечания", en="topic of a finding")
    factor = Field[str]("фактор риска", en="risk factor")
    significance = Field[str]("значимость", en="significance", among=(*LEVELS, NONE))
    verification = Field[str]("верификация", en="verification", among=("accepted", "disputed", NONE))
    clause = Field[str]("пункт решения", en="clause of a decision")
    gap = Field[str]("пробел", en="gap")


INPUTS = tuple(Situation.fields())


@dataclass(frozen=True, slots=True)
class FactorList:
    """The risk factors that were in force from one year to another, both inside; `until` None is open."""

    since: int
    until: int | None
    factors: frozenset[str]

    def holds(self, year: int) -> bool:
        """Whether this list was in force in a year."""
        return self.since <= year and (self.until is None or year <= self.until)


@dataclass(frozen=True, slots=True)
class Factors:
    """The catalogue of risk factors: dated lists, from which score a factor is significant, who verifies."""

    title: str
    source: str
    cuts: Mapping[str, Fraction]
    lists: tuple[FactorList, ...]
    verified_by: tuple[str, ...]
    verification_ru: str
    verification_en: str

    def in_force(self, year: int) -> frozenset[str]:
        """The factors of a year; empty for a year without a list."""
        return next((item.factors for item in self.lists if item.holds(year)), frozenset())

    def significance(self, level: str | None, score: float | None) -> str | None:
        """The level told, else the one of the score; None where neither is known."""
        if level is not None or score is None:
            return level
        return next((name for name, cut in self.cuts.items() if Fraction(str(score)) >= cut), "low")


@dataclass(frozen=True)
class Playbook:
    """Measures by their codes, the rule that collects them, and the catalogue of factors."""

    measures: Mapping[str, Measure]
    rule: type[Rule] = field(repr=False)
    factors: Factors = field(repr=False)
    name: str = ""

    @classmethod
    def load(cls, folder: Path | str | None = None, *, more: Iterable[Measure] = ()) -> Playbook:
        """The playbook of a folder; the built-in one by default.

        `more` are measures that others bring (plugins), for its table to name; of a code that the folder describes
        too, the folder's counts.
        Raises `BadInput` for a measure that cannot be read or that the table names and nobody describes, `RuleError`
        at its row for a table that does not hold.
        """
        return _load(Path(folder) if folder is not None else DATA, tuple(more))

    @cached_property
    def law(self) -> Law:
        """The law of the table: it holds no dated values of its own."""
        return Law.of()

    def decide(self, row: Mapping[str, Any], *, on: date) -> Verdict:
        """What the table says of one situation: a row of `Situation` with its keys and `events`."""
        facts = Facts.of({Situation: [row]})
        return decide(self.rule, {"school": row["school"], "ground": row["ground"]}, facts, self.law, on=on)

    def possible(self, inputs: Mapping[str, str | None]) -> list[tuple[str, str]]:
        """The clause and the measure of each row of the table that these inputs hold or, not known, may hold."""
        return [
            (row.ref.point if row.ref else str(place), str(row.gives.value))
            for place, row in enumerate(self.rows, start=1)
            if all(_may_hold(cell, inputs[name]) for name, cell in zip(INPUTS, row.cells, strict=True))
        ]

    @property
    def rows(self) -> tuple[Any, ...]:
        """The rows of the table, as nodes of the rule."""
        return tuple(self.rule.tree.clauses["measures"].rows)  # type: ignore[attr-defined]


def _may_hold(cell: Any, value: str | None) -> bool:
    return not isinstance(cell, Among) or value is None or value in {str(item.value) for item in cell.items}  # type: ignore[attr-defined]


@cache
def _load(folder: Path, more: tuple[Measure, ...]) -> Playbook:
    measures = {**{measure.code: measure for measure in more}, **_measures(folder / "measures.toml")}
    rule = _rule(_table(folder), folder)
    made = Playbook(measures, rule, _factors(folder / "factors.toml"), folder.name)
    if missing := sorted({str(row.gives.value) for row in made.rows} - set(measures)):
        problems = [FieldProblem("gives", f"no measure «{code}» in measures.toml", "rules") for code in missing]
        raise BadInput(str(folder), problems)
    return made


def _table(folder: Path) -> Path | Mapping[str, Any]:
    """The table as a file that names its lines, or as what stands in the TOML."""
    written = folder / "rules.yaml"
    return written if written.exists() else _toml(folder / "rules.toml")


def _rule(table: Path | Mapping[str, Any], folder: Path) -> type[Rule]:
    inputs = {name: getattr(Situation, name) for name in INPUTS}
    try:
        collected = decision_table(table, gives=frozenset, inputs=inputs)
    except RuleError as error:
        if isinstance(table, Path):
            raise
        # The table came parsed, so its errors name the line that parsed it; the reader needs the file and the row.
        said = re.sub(r"\S*playbook\.py:\d+ ?", "", str(error))
        raise BadInput("rules.toml", [FieldProblem("(table)", said, "rules.toml")]) from None
    made = type(
        "Measures",
        (Rule,),
        {"measures": collected, "verdict": is_known(Situation.finding), "__module__": __name__},
        per=("school", "ground"),
        id="programme.measures",
        version="1.0",
        in_force="2020-01-01",
    )
    assert issubclass(made, Rule)
    return made


def _measures(path: Path) -> Mapping[str, Measure]:
    known = {item.name for item in fields(Measure)} - {"code"}
    found, problems = {}, []
    for code, said in _toml(path).items():
        where = f"{path.name}: [{code}]"
        problems += [FieldProblem(name, "no field of a measure", where) for name in said if name not in known]
        problems += [FieldProblem(name, "is missing", where) for name in ("ru", "en") if not said.get(name)]
        if not problems:
            found[code] = Measure(code, **said)
    if problems:
        raise BadInput(path.name, problems)
    return found


def _factors(path: Path) -> Factors:
    said = _toml(path)
    cuts = {level: Fraction(said["significance"][level]) for level in LEVELS if level in said["significance"]}
    lists = tuple(FactorList(item["from"], item.get("until"), frozenset(item["factors"])) for item in said["list"])
    step = said["verification"]
    return Factors(said["title"], said["source"], cuts, lists, tuple(step["by"]), step["ru"], step["en"])


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise BadInput(path.name, [FieldProblem("(file)", f"no TOML: {error}", path.name)]) from None


def codes_of(value: Any) -> tuple[Sequence[str], Sequence[str]]:
    """What a collected clause surely holds, and what it may hold beyond that."""
    if isinstance(value, Mapping):
        return value["surely"], [code for code in value["possibly"] if code not in value["surely"]]
    return (value or ()), ()
