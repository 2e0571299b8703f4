"""The way out of rules that read other rules, keep a state or rank, and of a placed outcome."""

from __future__ import annotations

from typing import Any

from tests.reasoning.methodology import ON

from shnor_engine.law import Law
from shnor_engine.reasoning import Facts, Placement, WayOut, needs, way_out
from shnor_engine.rules import MONTH, Fact, Field, Rule, RuleSet, group, last, move, over, rank, run, status, sum_


class Count(Fact, grain=("area", "unit", "year"), ru="показатели", en="figures"):
    low = Field[int]("ниже порога", en="below", bounds=(0, 50), actionable="down")
    members = Field[int]("человек", en="people", bounds=(1, 500))


class Weak(Rule, per=("area", "unit", "year"), id="t.weak", in_force="2020-01-01"):
    verdict = Count.low >= 10


class Listed(Rule, per=("area", "unit", "year"), id="t.listed", in_force="2020-01-01"):
    verdict = Weak.verdict & (Count.members >= 20)


class Kept(Rule, per=("area", "unit", "year"), id="t.kept", in_force="2023-01-01"):
    state = status(
        "out", "in", start="out", moves=[move("out", "in", when=Weak.verdict), move("in", "out", when=Count.low < 5)]
    )
    verdict = state.is_("in")


class Ranked(Rule, per=("area", "unit", "year"), id="t.ranked", in_force="2020-01-01"):
    place = rank(Count.low, among=group(Count, by=("area", "year")), ties="min", descending=True)
    verdict = place <= 1


HERE = {"area": "a", "unit": "u", "year": 2024}
RULES = RuleSet.of(Weak, Listed, Kept, Ranked)


def out(rule: type[Rule], low: dict[int, int], *, others: tuple[int, ...] = (), **more: Any) -> WayOut:
    rows = [{"area": "a", "unit": "u", "year": year, "low": value, "members": 40} for year, value in low.items()]
    rows += [
        {"area": "a", "unit": f"o{place}", "year": 2024, "low": value, "members": 40}
        for place, value in enumerate(others)
    ]
    return way_out(rule, HERE, Facts.of({Count: rows}, closed=True), Law.of(), on=ON, rules=RULES, **more)


def test_the_way_out_leads_through_the_other_rule_and_is_proved_least() -> None:
    found = out(Listed, {2024: 13})
    assert (found.kind, found.cost, [change.after for change in found.changes]) == ("least", 4, [9])


def test_what_keeps_a_state_is_turned_in_the_year_that_can_still_be_changed() -> None:
    assert (out(Kept, {2023: 12, 2024: 8}).kind, out(Kept, {2023: 12, 2024: 8}).cost) == ("least", 4)
    assert out(Kept, {2023: 12, 2024: 8}, since=2023).cost == 3  # never having entered is cheaper than leaving


def test_the_way_out_of_a_rank_is_as_far_as_the_next_member() -> None:
    found = out(Ranked, {2024: 20}, others=(15, 3))
    assert (found.kind, found.cost) == ("least", 6)


def test_a_placed_outcome_no_change_can_turn_and_it_says_whose_it_is() -> None:
    placed = Placement("t.listed", HERE, "met", "комиссия", "протокол 2")
    found = out(Listed, {2024: 13}, placements=[placed])
    assert (found.kind, found.why.ru) == ("impossible", "решение принято органом: комиссия (протокол 2)")


class Pay(Fact, grain=("unit", "month")):
    sum = Field[int]("сумма", bounds=(0, 1000))


class Quarterly(Rule, per=("unit", "month"), id="t.quarterly"):
    three = sum_(over(last(3, MONTH), Pay.sum))
    verdict = three >= 10


class Long(Rule, per=("unit", "month"), id="t.long"):
    verdict = run(Quarterly.verdict) >= 2


def test_needs_say_how_many_periods_of_their_own_kind_are_read_and_what_closes_a_group() -> None:
    assert [(item.name, item.back) for item in needs(Quarterly).facts] == [("Pay", 2)]
    assert [(item.name, item.back) for item in needs(Long).facts] == [("Pay", None)]
    (ranked,) = needs(Ranked).facts
    assert (ranked.closed_by, ranked.universe) == (("area", "year"), "open set")
    assert [field.name for field in needs(Listed).facts[0].fields] == ["low", "members"]
    assert needs(Kept).untaught == ()
