"""Nested aggregation at any depth, and the JSON form, digest and typing of every node of time and of other rules."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reasoning.methodology import ON

from shnor_engine.errors import RuleError
from shnor_engine.law import Dated, Law, Parameters, Share, percent
from shnor_engine.reasoning import Facts, Placement, decide, describe
from shnor_engine.rules import (
    MONTH,
    YEAR,
    Fact,
    Field,
    Key,
    Rule,
    all_,
    any_,
    before,
    count,
    cut,
    from_json,
    group,
    in_each,
    last,
    max_of,
    move,
    opaque,
    over,
    rank,
    run,
    sealed,
    status,
    sum_,
    to_json,
    within,
)
from shnor_engine.rules.form import OPS

# --- rows of rows -----------------------------------------------------------------------------------


class Try(Fact, grain=("unit", "year", "test", "try"), ru="попытки", en="tries"):
    failed = Field[int]("не сдали", en="failed", bounds=(0, 9))


class Test(Fact, grain=("unit", "year", "test"), ru="испытания", en="tests"):
    core = Field[bool]("обязательное", en="compulsory")


class Unit(Fact, grain=("area", "unit", "year"), ru="единицы", en="units"):
    small = Field[bool]("малая", en="small")


class Area(Fact, grain=("area", "year"), ru="районы", en="areas"):
    bar = Field[int]("порог", en="bar", bounds=(0, 9))


class Country(Fact, grain=("year",), ru="страна", en="country"):
    on = Field[bool]("действует", en="on")


class Nested(Rule, per=("area", "year"), id="t.nested"):
    """Three levels of rows under the rule: units of an area, tests of a unit, tries of a test."""

    last_failed = max_of(Try.failed)
    hard = Test.core & (last_failed > Area.bar)
    hard_tests = count(Test, where=hard)
    weak = ~Unit.small & (hard_tests >= 2)
    weak_units = count(Unit, where=weak)
    every = all_(any_(Try.failed >= Area.bar, where=Test.core), where=Unit.small)
    applies = Country.on
    verdict = weak_units >= 1


Tree = dict[str, tuple[bool, dict[str, tuple[bool, list[int]]]]]
tests_of = st.dictionaries(
    st.sampled_from("xyz"), st.tuples(st.booleans(), st.lists(st.integers(0, 9), min_size=1, max_size=2))
)
trees = st.dictionaries(st.sampled_from("uvw"), st.tuples(st.booleans(), tests_of))


def facts_of(tree: Tree, bar: int) -> Facts:
    units = [{"area": "a", "unit": unit, "year": 2024, "small": small} for unit, (small, _) in tree.items()]
    units += [{"area": "b", "unit": "other", "year": 2024, "small": False}]
    tests = [
        {"unit": unit, "year": 2024, "test": test, "core": core}
        for unit, (_, inner) in tree.items()
        for test, (core, _) in inner.items()
    ]
    tests += [{"unit": "other", "year": 2024, "test": test, "core": True} for test in "xyz"]
    tries = [
        {"unit": unit, "year": 2024, "test": test, "try": str(place), "failed": failed}
        for unit, (_, inner) in tree.items()
        for test, (_, numbers) in inner.items()
        for place, failed in enumerate(numbers)
    ]
    tries += [{"unit": "other", "year": 2024, "test": test, "try": "0", "failed": 9} for test in "xyz"]
    areas = [{"area": "a", "year": 2024, "bar": bar}]
    return Facts.of(
        {Unit: units, Test: tests, Try: tries, Area: areas, Country: [{"year": 2024, "on": True}]}, closed=True
    )


@given(trees, st.integers(0, 9))
@settings(max_examples=100, deadline=None)
def test_rows_of_rows_of_rows_are_counted_where_they_stand(tree: Tree, bar: int) -> None:
    values = decide(Nested, {"area": "a", "year": 2024}, facts_of(tree, bar), Law.of(), on=ON).values
    hard = {
        unit: sum(core and max(numbers) > bar for core, numbers in inner.values())
        for unit, (_, inner) in tree.items()
    }
    assert values["weak_units"] == sum(not small and hard[unit] >= 2 for unit, (small, _) in tree.items())
    assert values["every"] is all(
        any(core and any(n >= bar for n in numbers) for core, numbers in inner.values())
        for small, inner in tree.values()
        if small
    )


def test_a_clause_that_belongs_to_a_row_inside_is_no_output_of_the_rule() -> None:
    assert Nested.tree.outputs == ("weak_units", "every", "applies", "verdict")
    said = describe(Nested, Law.of(), on=ON)
    assert "3. Число записей «испытания», для которых выполнен п. 2." in said


# --- every node -------------------------------------------------------------------------------------


class Monthly(Fact, grain=("area", "unit", "month"), ru="месяцы", en="months"):
    n = Field[int]("число", en="number", bounds=(0, 99))
    flag = Field[bool]("признак", en="flag")


class Yearly(Fact, grain=("area", "unit", "year"), ru="годы", en="years"):
    flag = Field[bool]("признак", en="flag")


class Low(Parameters):
    part = Dated[Share]({"2020-01-01": percent(15)})


class First(Rule, per=("area", "unit", Key("month", instant="first", gaps=("2020-04",))), id="t.first"):
    verdict = Monthly.flag


def twice(n: int) -> int:
    return 2 * n


MEMBERS = group(Monthly, by=("area", "month"), where=Monthly.flag)


class Everything(
    Rule,
    per=("area", "unit", Key("month", instant="first", gaps=("2020-04",))),
    id="t.every",
    in_force="2020-01-01",
    decides="t.what",
    region="north",
):
    """Every node of time and of other rules."""

    long = run(Monthly.flag, "break", since="2020-01")
    whole = within(YEAR, sum_(over(MONTH, Monthly.n)) + count(over(MONTH, Monthly.flag)))
    yearly = within(YEAR, Yearly.flag)
    other = First.verdict
    place = rank(Monthly.n, among=MEMBERS, ties="open", descending=True)
    edge = cut(Low.part, of=MEMBERS, rounding="half_even")
    value = opaque(twice, name="twice", version="1", reads={"n": Monthly.n}, kind="number", bounds=(0, 198))
    enters = before("state").is_("out") & in_each(last(2, MONTH), Monthly.flag)
    state = status(
        "in",
        "out",
        start="out",
        since="2020-02",
        moves=[move("out", "in", when=enters), move("in", "out", when=other)],
    )
    verdict = state.is_("in") & (long >= 1) & (whole >= 1) & yearly & (place <= edge) & (value >= 2)


def again(**more: Any) -> Any:
    given: dict[str, Any] = {
        "facts": [Monthly, Yearly],
        "parameters": [Low],
        "rules": [First.tree],
        "functions": {"twice": twice},
        **more,
    }
    return from_json(json.loads(json.dumps(to_json(Everything.tree))), **given)


def test_the_rule_of_every_node_has_every_node_of_time_and_of_other_rules() -> None:
    modules = ("over_time", "others", "status", "ranking", "opaque")
    added = {node for node in OPS.values() if node.__module__.rpartition(".")[2] in modules}
    assert added <= {type(node) for node in Everything.tree.nodes()}


def test_the_json_form_comes_back_as_the_same_rule() -> None:
    found = again()
    assert to_json(found) == to_json(Everything.tree)
    assert (found.digest, found.per, found.decision, found.region) == (
        Everything.tree.digest,
        Everything.tree.per,
        "t.what",
        "north",
    )
    months = ("2020-02", "2020-03", "2020-05")
    rows = [{"area": "a", "unit": "u", "month": month, "n": 5, "flag": True} for month in months]
    facts = Facts.of({Monthly: rows, Yearly: [{"area": "a", "unit": "u", "year": 2020, "flag": True}]}, closed=True)
    keys = {"area": "a", "unit": "u", "month": "2020-05"}
    one, other = (decide(rule, keys, facts, Law.of(Low), on=ON) for rule in (Everything.tree, found))
    assert one.outcome != "failed"
    assert one.to_json() == other.to_json()
    assert one.values["long"] == 1  # the declared gap of April ends the run
    assert one.values["whole"] == 18


def test_what_the_form_names_must_be_given() -> None:
    with pytest.raises(RuleError, match=r"the rule reads rule t\.first"):
        again(rules=[])
    with pytest.raises(RuleError, match="the rule calls the function twice; give it in functions="):
        again(functions={})

    class FirstChanged(First, id="t.first"):
        verdict = ~Monthly.flag

    with pytest.raises(RuleError, match=r"another text of t\.first than the one given"):
        again(rules=[FirstChanged.tree])
    assert again(functions={"twice": sealed(twice, {})}).digest == Everything.tree.digest


@pytest.mark.parametrize(
    "changed",
    [
        {"long": run(Monthly.flag, "skip", since="2020-01")},
        {"long": run(Monthly.flag, "break", since="2020-02")},
        {"whole": within("quarter", sum_(over(MONTH, Monthly.n)))},
        {"place": rank(Monthly.n, among=MEMBERS, ties="min", descending=True)},
        {"edge": cut(Low.part, of=MEMBERS, rounding="ceil")},
        {"enters": in_each(last(3, MONTH), Monthly.flag)},
    ],
)
def test_the_digest_changes_with_every_change_of_meaning(changed: dict[str, Any]) -> None:
    changed_rule = type("Changed", (Everything,), changed, id="t.every", decides="t.what", region="north")
    assert changed_rule.tree.digest != Everything.tree.digest  # type: ignore[attr-defined]


def test_every_node_is_described_in_both_languages() -> None:
    for language in ("ru", "en"):
        said = describe(Everything, Law.of(Low), on=ON, language=language)
        assert len(said.splitlines()) >= len(Everything.tree.clauses)
        assert "условие:" not in said
        assert "Dated" not in said
    russian = describe(Everything, Law.of(Low), on=ON)
    assert "за весь год: (сумма за каждый из месяцев этого периода: число) +" in russian.lower()
    assert "число тех из месяцев этого периода, в которых признак" in russian.lower()


def test_a_placement_is_seen_only_for_its_own_rule_and_keys() -> None:
    keys = {"area": "a", "unit": "u", "month": "2020-05"}
    rows = [{**keys, "n": 5, "flag": True}]
    facts = Facts.of({Monthly: rows})
    other = [
        Placement("t.other", keys, "not_met", "орган", "акт"),
        Placement("t.first", {**keys, "unit": "v"}, "not_met", "орган", "акт"),
    ]
    assert decide(First, keys, facts, Law.of(), on=ON, placements=other).outcome == "met"
    mine = [Placement("t.first", keys, "not_met", "орган", "акт")]
    assert decide(First, keys, facts, Law.of(), on=ON, placements=mine).outcome == "not_met"
