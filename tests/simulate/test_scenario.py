"""Scenarios from YAML: what they say, and every mistake refused with its line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shnor_engine.errors import BadInput
from shnor_engine.simulate.parameters import Parameters
from shnor_engine.simulate.scenario import Budget, Scenario, Setting, built_in, read_scenarios

SETTING = Setting(
    schools=("d/1", "d/2", "d/3"),
    listed=("d/1", "d/2"),
    first=2025,
    last=2030,
    procedures=("russian", "physics"),
    packs=("t.a", "t.b"),
)

WHOLE = """\
format: 1
scenarios:
  - name: ours
    title: Наш вариант
    supports:
      - {form: methodical_landing, times: 2, schools: listed, years: 2025-2027}
      - {lever: coaching, hours: 40, staff_hours: 50, schools: [d/3], years: 2026}
      - {form: thematic_seminar, schools: all}
    budget: {staff_hours: 400, roubles: 200000, rouble_per_hour: 500}
    shifts: [{year: 2027, procedure: physics, amount: 0.1}, {year: 2028, amount: -0.05}]
    rule_pack_changes: [{from: 2027-01-01, pack: t.b}]
    parameters: {fidelity: 0.5}
    hidden: {from: 2026, share: 0.05}
"""


def read(text: str, parameters: Parameters, setting: Setting = SETTING) -> tuple[Scenario, ...]:
    return read_scenarios(text, parameters, setting, name="ours.yaml")


def refused(text: str, parameters: Parameters, setting: Setting = SETTING) -> list[str]:
    with pytest.raises(BadInput) as caught:
        read(text, parameters, setting)
    return [str(problem) for problem in caught.value.problems]


def test_a_scenario_says_what_it_gives_to_whom_when_and_at_what_cost(parameters: Parameters) -> None:
    (ours,) = read(WHOLE, parameters)
    landing, coaching, seminar = ours.given
    assert (landing.hours, landing.staff_hours, landing.roubles, landing.to) == (12, 48, 24_000, "listed")
    assert [year for year in range(2024, 2030) if landing.in_year(year)] == [2025, 2026, 2027]
    assert (coaching.levers, coaching.hours, coaching.to, coaching.first, coaching.last) == (
        ("coaching",),
        40,
        ("d/3",),
        2026,
        2026,
    )
    assert (seminar.to, seminar.first, seminar.last) == ("all", 2025, 2030)
    assert ours.levers == ("coaching", "pd")
    assert ours.budget == Budget(400, 200_000, 500)
    assert ours.shifts == ((2027, "physics", 0.1), (2028, "", -0.05))
    assert (ours.pack_changes, ours.parameters, ours.hidden) == (((2027, "t.b"),), (("fidelity", 0.5),), (2026, 0.05))


def test_the_built_in_scenarios_are_the_five_of_the_district(parameters: Parameters) -> None:
    found = built_in(parameters, SETTING)
    assert [one.name for one in found] == ["none", "planned", "targeted", "prevention", "both"]
    assert not found[0].given
    assert [one.name for one in built_in(parameters, SETTING, ["both", "none"])] == ["both", "none"]


MISTAKES = [
    (
        "form: methodical_landing",
        "form: picnic",
        r"ours.yaml:6: .*form: unknown form picnic; there are working_group",
    ),
    ("lever: coaching", "lever: magic", r"ours.yaml:7: .*lever: unknown lever magic; there are coaching"),
    ("[d/3]", "[d/3, d/9]", r"ours.yaml:7: .*schools.1: unknown school d/9; there are d/1, d/2, d/3"),
    ("hours: 40", "hours: -4", r"ours.yaml:7: .*hours: -4 is negative"),
    ("times: 2", "times: -1", r"ours.yaml:6: .*times: -1 is negative"),
    ("years: 2025-2027", "years: 2027-2025", r"ours.yaml:6: .*years out of order: 2027 comes after 2025"),
    ("years: 2025-2027", "years: 2020-2027", r"ours.yaml:6: .*2020-2027 lies outside 2025-2030"),
    ("years: 2026", "years: soon", r"ours.yaml:7: .*a year or a span like 2025-2030"),
    ("staff_hours: 400", "staff_hours: 40", r"ours.yaml:9: .*40 staff_hours a year do not reach .* 2 listed schools"),
    ("roubles: 200000", "roubles: 20000", r"ours.yaml:9: .*20000 roubles a year do not reach"),
    (", rouble_per_hour: 500", "", r"ours.yaml:6: .*needs «roubles» here or «rouble_per_hour» there"),
    ("fidelity: 0.5", "fidelity: 5", r"ours.yaml:12: .*fidelity: 5 lies outside its range 0.2..1 share"),
    ("fidelity: 0.5", "loyalty: 5", r"ours.yaml:12: .*unknown parameter"),
    ("pack: t.b", "pack: t.z", r"ours.yaml:11: .*unknown pack t.z; there are t.a, t.b"),
    ("from: 2027-01-01", "from: soon", r"ours.yaml:11: .*a change of methodology is dated"),
    ("from: 2027-01-01", "from: 2040-01-01", r"ours.yaml:11: .*2040 lies outside 2025-2030"),
    (
        "procedure: physics",
        "procedure: chess",
        r"ours.yaml:10: .*unknown procedure chess; there are russian, physics",
    ),
    ("year: 2027", "year: 1999", r"ours.yaml:10: .*1999 lies outside"),
    ("share: 0.05", "share: 0.9", r"ours.yaml:13: .*0.9 lies outside 0..0.5"),
    ("title: Наш вариант", "titel: Наш вариант", r"ours.yaml:4: .*titel: unknown key; there are answers, budget"),
    ("name: ours", "name: ''", r"ours.yaml:3: .*name: a text is needed"),
    ("format: 1", "format: 2", r"ours.yaml:1: format: a file of scenarios says «format: 1»"),
]


@pytest.mark.parametrize(("right", "wrong", "said"), MISTAKES, ids=[wrong for _, wrong, _ in MISTAKES])
def test_a_mistake_is_refused_with_its_line(right: str, wrong: str, said: str, parameters: Parameters) -> None:
    import re

    assert right in WHOLE
    problems = refused(WHOLE.replace(right, wrong, 1), parameters)
    assert any(re.match(said, problem) for problem in problems), problems


def test_every_mistake_of_a_file_is_named_at_once(parameters: Parameters) -> None:
    text = WHOLE.replace("lever: coaching", "lever: magic").replace("fidelity: 0.5", "fidelity: 5")
    assert len(refused(text, parameters)) == 2


def test_changes_of_methodology_come_in_order(parameters: Parameters) -> None:
    text = WHOLE.replace("pack: t.b}", "pack: t.b}, {from: 2026-01-01, pack: t.a}")
    assert refused(text, parameters) == [
        "ours.yaml:11: scenarios.0.rule_pack_changes.1.from: changes out of order: 2026 after 2027"
    ]


def test_a_budget_that_reaches_the_listed_schools_is_enough_however_long_the_list_may_grow(
    parameters: Parameters,
) -> None:
    text = "format: 1\nscenarios:\n  - name: x\n    supports: [{form: consultation}]\n    budget: {staff_hours: 4}\n"
    assert read(text, parameters)[0].budget.staff_hours == 4
    three = replace(SETTING, listed=("d/1", "d/2", "d/3"))
    assert "at least 6 are needed" in refused(text, parameters, three)[0]


def test_a_support_names_a_form_or_a_lever_and_not_both(parameters: Parameters) -> None:
    for support in ("{times: 2}", "{form: audit, lever: pd, hours: 2}"):
        text = f"format: 1\nscenarios:\n  - name: x\n    supports: [{support}]\n"
        assert "name either a form" in refused(text, parameters)[0]


def test_equal_scenarios_have_equal_digests_and_others_have_not(parameters: Parameters) -> None:
    one, other = read(WHOLE, parameters)[0], read(WHOLE.replace("hours: 40", "hours: 41"), parameters)[0]
    assert one.digest == read(WHOLE.replace("Наш вариант", "Иначе"), parameters)[0].digest != other.digest


@pytest.mark.parametrize("text", ["a: [", "- 1\n- 2\n", "format: 1\nscenarios: 5\n", "format: 1\nscenarios: [5]\n"])
def test_a_file_of_another_kind_is_refused(text: str, parameters: Parameters) -> None:
    assert refused(text, parameters)[0].startswith("ours.yaml")
