"""Scenarios: which school gets which support in which year, at what cost, and what changes around it.

The five that everybody asks for stand in `scenarios.yaml`; a district writes its own in the same form. Every mistake
is refused with the line of the file: an unknown form, lever or school, a negative dose, years out of order, a
parameter outside its range, a budget that does not reach one support for each listed school.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from shnor_engine.law.canon import digest
from shnor_engine.simulate.parameters import Parameters
from shnor_engine.yaml_file import YamlFile, read_yaml

BUILT_IN = Path(__file__).with_name("scenarios.yaml")
FORMAT = 1
Place = tuple[str | int, ...]
To = Literal["listed", "all"] | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """One support of a scenario: the hours of each lever in one school and year, its cost there, and to whom.

    `listed` means: whoever stands on the list of the year before, in each simulated path its own.
    """

    name: str
    levers: tuple[str, ...]
    hours: float
    staff_hours: float
    roubles: float | None
    to: To
    first: int
    last: int

    def in_year(self, year: int) -> bool:
        """Whether it is given in a year."""
        return self.first <= year <= self.last


@dataclass(frozen=True, slots=True)
class Budget:
    """What one year may cost at most; None: no limit. `rouble_per_hour` turns staff hours into roubles."""

    staff_hours: float | None = None
    roubles: float | None = None
    rouble_per_hour: float | None = None


@dataclass(frozen=True)
class Scenario:
    """A future that somebody could choose, and what is assumed to change around it.

    `shifts`: from a year on a procedure ("" for all) is harder or easier. `pack_changes`: from a year on another
    methodology decides. `parameters`: values that replace those of the model. `hidden`: from a year on a share of the
    weakest pupils stays away. `policy` says who decides what is given: the supports written here, or the rules of
    recommendation, each answered by a form (`answers`, else the form of its measure).
    """

    name: str
    title: str
    given: tuple[Given, ...] = ()
    budget: Budget = Budget()
    shifts: tuple[tuple[int, str, float], ...] = ()
    pack_changes: tuple[tuple[int, str], ...] = ()
    parameters: tuple[tuple[str, float], ...] = ()
    hidden: tuple[int, float] | None = None
    note: str = ""
    policy: Literal["supports", "recommendations"] = "supports"
    answers: tuple[tuple[str, str], ...] = ()

    @property
    def advised(self) -> bool:
        """Whether the rules of recommendation say what is given."""
        return self.policy == "recommendations"

    @property
    def helps(self) -> bool:
        """Whether anything is given at all."""
        return bool(self.given) or self.advised

    @property
    def levers(self) -> tuple[str, ...]:
        """The levers that it moves, each once."""
        return tuple(dict.fromkeys(lever for given in self.given for lever in given.levers))

    @property
    def surroundings(self) -> tuple[Any, ...]:
        """What changes whether or not anybody is supported; scenarios that agree in it share their draws."""
        return self.shifts, self.pack_changes, self.parameters, self.hidden

    @property
    def digest(self) -> str:
        """SHA-256 of everything that changes a number."""
        return digest(repr((self.given, self.policy, self.answers, self.budget, self.surroundings)))


@dataclass(frozen=True)
class Setting:
    """What a scenario is checked against: schools, who is listed now, years, procedures, packs, rules of advice."""

    schools: tuple[str, ...]
    listed: tuple[str, ...]
    first: int
    last: int
    procedures: tuple[str, ...] = ()
    packs: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()


def read_scenarios(
    source: Path | str, parameters: Parameters, setting: Setting, *, name: str = ""
) -> tuple[Scenario, ...]:
    """The scenarios of a YAML file; raises `BadInput` that names file, line and reason of every problem."""
    return _Reader(read_yaml(source, name=name), parameters, setting).scenarios()


def built_in(parameters: Parameters, setting: Setting, names: Sequence[str] = ()) -> tuple[Scenario, ...]:
    """The scenarios of this library: none, planned, targeted, prevention, both (or those named)."""
    found = {scenario.name: scenario for scenario in read_scenarios(BUILT_IN, parameters, setting)}
    return tuple(found[one] for one in names) if names else tuple(found.values())


class _Reader:
    """Reads one file, noting every problem at its place."""

    def __init__(self, file: YamlFile, parameters: Parameters, setting: Setting) -> None:
        self.file, self.parameters, self.setting = file, parameters, setting

    def scenarios(self) -> tuple[Scenario, ...]:
        file = self.file
        if not isinstance(file.value, dict) or file.value.get("format") != FORMAT:
            file.problem(f"a file of scenarios says «format: {FORMAT}»", "format")
            file.check()
        self._known((), file.value, {"format", "scenarios"})
        entries = file.value.get("scenarios")
        if not isinstance(entries, list) or not entries:
            file.problem("a list of scenarios is needed", "scenarios")
            file.check()
        found: dict[str, Scenario] = {}
        for number, entry in enumerate(entries):
            place = ("scenarios", number)
            if not isinstance(entry, dict):
                file.problem("a scenario has a name and supports", *place)
                continue
            scenario = self._scenario(place, entry)
            if scenario.name in found:
                file.problem(f"{scenario.name} stands there twice", *place, "name")
            found[scenario.name] = scenario
        file.check()
        return tuple(found.values())

    def _scenario(self, place: Place, entry: Mapping[str, Any]) -> Scenario:
        keys = {"name", "title", "note", "supports", "budget", "shifts", "rule_pack_changes", "parameters", "hidden"}
        keys |= {"policy", "answers"}
        self._known(place, entry, keys)
        name = self._text(place, entry, "name")
        budget = self._budget((*place, "budget"), entry.get("budget", {}))
        supports = self._list(place, entry, "supports")
        given = [self._given((*place, "supports", n), item, budget) for n, item in enumerate(supports)]
        scenario = Scenario(
            name=name,
            title=str(entry.get("title") or name),
            given=tuple(one for one in given if one is not None),
            budget=budget,
            shifts=self._shifts(place, entry),
            pack_changes=self._pack_changes(place, entry),
            parameters=self._parameters(place, entry),
            hidden=self._hidden(place, entry),
            note=str(entry.get("note") or ""),
            policy=self._policy(place, entry),
            answers=self._answers(place, entry),
        )
        self._check_floor(place, scenario)
        return scenario

    def _policy(self, place: Place, entry: Mapping[str, Any]) -> Literal["supports", "recommendations"]:
        said = entry.get("policy", "supports")
        if said == "supports":
            return "supports"
        if said != "recommendations":
            self.file.problem(f"unknown policy {said}; there are supports, recommendations", *place, "policy")
        elif entry.get("supports"):
            self.file.problem(
                "under «policy: recommendations» the rules say what is given; leave supports out, or make another "
                "scenario of them",
                *place,
                "supports",
            )
        return "recommendations"

    def _answers(self, place: Place, entry: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
        """Which form answers which rule of recommendation."""
        said = entry.get("answers", {})
        if not isinstance(said, dict):
            self.file.problem(
                "say which form answers which rule: visit.missing: methodical_landing", *place, "answers"
            )
            return ()
        if said and entry.get("policy") != "recommendations":
            self.file.problem("answers need «policy: recommendations»", *place, "answers")
        for rule, form in said.items():
            if rule not in self.setting.rules:
                known = ", ".join(self.setting.rules)
                self.file.problem(f"unknown rule; there are {known}", *place, "answers", str(rule))
            if form not in self.parameters.forms:
                known = ", ".join(self.parameters.forms)
                self.file.problem(f"unknown form {form}; there are {known}", *place, "answers", str(rule))
        return tuple(sorted((str(rule), str(form)) for rule, form in said.items()))

    # --- supports ---------------------------------------------------------------------------------

    def _given(self, place: Place, entry: Any, budget: Budget) -> Given | None:
        if not isinstance(entry, dict):
            self.file.problem("a support names a form or a lever", *place)
            return None
        self._known(place, entry, {"form", "lever", "times", "hours", "schools", "years", "staff_hours", "roubles"})
        what = self._what(place, entry)
        if what is None:
            return None
        name, levers, hours, cost = what
        if "staff_hours" in entry:
            cost = self._number(place, entry, "staff_hours", least=0)
        roubles = self._number(place, entry, "roubles", least=0) if "roubles" in entry else None
        if roubles is None and budget.rouble_per_hour is not None:
            roubles = cost * budget.rouble_per_hour
        if roubles is None and budget.roubles is not None:
            self.file.problem("a budget in roubles needs «roubles» here or «rouble_per_hour» there", *place)
        first, last = self._years(place, entry)
        return Given(name, levers, hours, cost, roubles, self._to(place, entry), first, last)

    def _what(self, place: Place, entry: Mapping[str, Any]) -> tuple[str, tuple[str, ...], float, float] | None:
        """Name, levers, hours and staff hours of a form that is held some times, or of a lever for some hours."""
        form, lever = entry.get("form"), entry.get("lever")
        if (form is None) == (lever is None):
            self.file.problem("name either a form (with «times») or a lever (with «hours»)", *place)
            return None
        if form is not None:
            found = self.parameters.forms.get(str(form))
            if found is None:
                self.file.problem(
                    f"unknown form {form}; there are {', '.join(self.parameters.forms)}", *place, "form"
                )
                return None
            times = self._number(place, entry, "times", least=0, default=1)
            hours = self._number(place, entry, "hours", least=0) if "hours" in entry else times * found.dose
            return found.form, found.levers, hours, times * found.cost
        if lever not in self.parameters.levers:
            self.file.problem(
                f"unknown lever {lever}; there are {', '.join(self.parameters.levers)}", *place, "lever"
            )
            return None
        hours = self._number(place, entry, "hours", least=0)
        return str(lever), (str(lever),), hours, hours

    def _to(self, place: Place, entry: Mapping[str, Any]) -> To:
        to = entry.get("schools", "listed")
        if to in ("listed", "all"):
            return to  # type: ignore[no-any-return]
        named = [to] if isinstance(to, str) else to
        if not isinstance(named, list) or not named:
            self.file.problem("say «listed», «all», or a list of school ids", *place, "schools")
            return "listed"
        for number, school in enumerate(named):
            if school not in self.setting.schools:
                where = (*place, "schools") if isinstance(to, str) else (*place, "schools", number)
                self.file.problem(f"unknown school {school}; there are {', '.join(self.setting.schools)}", *where)
        return tuple(str(school) for school in named)

    def _years(self, place: Place, entry: Mapping[str, Any]) -> tuple[int, int]:
        setting, said = self.setting, entry.get("years")
        if said is None:
            return setting.first, setting.last
        parts = str(said).replace("–", "-").split("-")
        if isinstance(said, bool) or not 1 <= len(parts) <= 2 or not all(part.strip().isdecimal() for part in parts):
            self.file.problem(f"a year or a span like {setting.first}-{setting.last} is needed", *place, "years")
            return setting.first, setting.last
        first, last = int(parts[0]), int(parts[-1])
        if first > last:
            self.file.problem(f"years out of order: {first} comes after {last}", *place, "years")
        elif first < setting.first or last > setting.last:
            self.file.problem(f"{said} lies outside {setting.first}-{setting.last}", *place, "years")
        return first, last

    # --- money ------------------------------------------------------------------------------------

    def _budget(self, place: Place, entry: Any) -> Budget:
        if not isinstance(entry, dict):
            self.file.problem("a budget has staff_hours, roubles, rouble_per_hour", *place)
            return Budget()
        names = ("staff_hours", "roubles", "rouble_per_hour")
        self._known(place, entry, set(names))
        return Budget(*(self._number(place, entry, name, least=0) if name in entry else None for name in names))

    def _check_floor(self, place: Place, scenario: Scenario) -> None:
        """At least one support for each school that is listed now, within what one year may cost."""
        limits = {"staff_hours": scenario.budget.staff_hours, "roubles": scenario.budget.roubles}
        for unit, limit in limits.items():
            if limit is None or not scenario.given:
                continue
            for year in range(self.setting.first, self.setting.last + 1):
                needed = self._floor(scenario, unit, year)
                if needed > limit:
                    reason = (
                        f"{limit:g} {unit} a year do not reach for one support to each of the "
                        f"{len(self.setting.listed)} listed schools in {year}: at least {needed:g} are needed"
                    )
                    self.file.problem(reason, *place, "budget", unit)
                    break

    def _floor(self, scenario: Scenario, unit: str, year: int) -> float:
        """What is due in any case, and the cheapest support for each listed school that gets none of it."""
        now = [given for given in scenario.given if given.in_year(year)]
        due, reached = 0.0, set[str]()
        for given in now:
            if given.to == "listed":
                continue
            schools = self.setting.schools if given.to == "all" else given.to
            due += (getattr(given, unit) or 0.0) * len(schools)
            reached |= set(schools)
        prices = [getattr(given, unit) or 0.0 for given in now if given.to == "listed"]
        left = [school for school in self.setting.listed if school not in reached]
        return due + (min(prices) * len(left) if prices else 0.0)

    # --- what changes around ----------------------------------------------------------------------

    def _shifts(self, place: Place, entry: Mapping[str, Any]) -> tuple[tuple[int, str, float], ...]:
        found = []
        for number, item in enumerate(self._list(place, entry, "shifts")):
            where = (*place, "shifts", number)
            if not isinstance(item, dict):
                self.file.problem("a shift has year, procedure and amount", *where)
                continue
            self._known(where, item, {"year", "procedure", "amount"})
            year = int(self._number(where, item, "year"))
            if not self.setting.first <= year <= self.setting.last:
                self.file.problem(f"{year} lies outside {self.setting.first}-{self.setting.last}", *where, "year")
            procedure = str(item.get("procedure") or "")
            if procedure and procedure not in self.setting.procedures:
                known = ", ".join(self.setting.procedures)
                self.file.problem(f"unknown procedure {procedure}; there are {known}", *where, "procedure")
            found.append((year, procedure, self._number(where, item, "amount")))
        return tuple(found)

    def _pack_changes(self, place: Place, entry: Mapping[str, Any]) -> tuple[tuple[int, str], ...]:
        found: list[tuple[int, str]] = []
        for number, item in enumerate(self._list(place, entry, "rule_pack_changes")):
            where = (*place, "rule_pack_changes", number)
            if not isinstance(item, dict) or not isinstance(item.get("from"), date):
                self.file.problem("a change of methodology is dated: from: 2027-01-01, pack: …", *where)
                continue
            self._known(where, item, {"from", "pack"})
            year, pack = item["from"].year, str(item.get("pack"))
            if not self.setting.first <= year <= self.setting.last:
                self.file.problem(f"{year} lies outside {self.setting.first}-{self.setting.last}", *where, "from")
            if found and year <= found[-1][0]:
                self.file.problem(f"changes out of order: {year} after {found[-1][0]}", *where, "from")
            if pack not in self.setting.packs:
                self.file.problem(f"unknown pack {pack}; there are {', '.join(self.setting.packs)}", *where, "pack")
            found.append((year, pack))
        return tuple(found)

    def _parameters(self, place: Place, entry: Mapping[str, Any]) -> tuple[tuple[str, float], ...]:
        values = entry.get("parameters", {})
        if not isinstance(values, dict):
            self.file.problem("names with values are needed", *place, "parameters")
            return ()
        found = []
        for name in values:
            where = (*place, "parameters")
            item = self.parameters.items.get(str(name))
            if item is None:
                known = ", ".join(self.parameters.items)
                self.file.problem(f"unknown parameter; there are {known}", *where, str(name))
                continue
            value = self._number(where, values, str(name))
            if not item.low <= value <= item.high:
                self.file.problem(
                    f"{value:g} lies outside its range {item.low:g}..{item.high:g} {item.unit}", *where, name
                )
            found.append((item.name, value))
        return tuple(found)

    def _hidden(self, place: Place, entry: Mapping[str, Any]) -> tuple[int, float] | None:
        item, where = entry.get("hidden"), (*place, "hidden")
        if item is None:
            return None
        if not isinstance(item, dict):
            self.file.problem("say from which year (from) and which share (share)", *where)
            return None
        self._known(where, item, {"from", "share"})
        share = self._number(where, item, "share", least=0)
        if share > 0.5:
            self.file.problem(f"{share:g} lies outside 0..0.5", *where, "share")
        return int(self._number(where, item, "from")), share

    # --- small things -----------------------------------------------------------------------------

    def _known(self, place: Place, entry: Mapping[str, Any], names: set[str]) -> None:
        for name in entry.keys() - names:
            self.file.problem(f"unknown key; there are {', '.join(sorted(names))}", *place, str(name))

    def _list(self, place: Place, entry: Mapping[str, Any], name: str) -> list[Any]:
        found = entry.get(name) or []
        if not isinstance(found, list):
            self.file.problem("a list is needed", *place, name)
            return []
        return found

    def _text(self, place: Place, entry: Mapping[str, Any], name: str) -> str:
        value = entry.get(name)
        if not isinstance(value, str) or not value.strip():
            self.file.problem(f"a text is needed, not {value!r}", *place, name)
            return ""
        return value

    def _number(
        self,
        place: Place,
        entry: Mapping[str, Any],
        name: str,
        *,
        least: float | None = None,
        default: float | None = None,
    ) -> float:
        value = entry.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
            self.file.problem(f"a number is needed, not {value!r}", *place, name)
            return 0.0
        if least is not None and value < least:
            self.file.problem(
                f"{value:g} is negative" if least == 0 else f"{value:g} is below {least:g}", *place, name
            )
        return float(value)
