"""What stands beside a rule, in columns: other rules in their versions, states, placements, what was published."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

import pytest
from tests.reasoning.meaning.test_08_state_and_placements import Hysteresis, Row, Support, Unsure
from tests.reasoning.test_other_rules import Bar, Group, Score, TwiceWeak, Unit, Weak, WeakLater
from tests.reasoning.worlds import World, agree

from shnor_engine.errors import FactError
from shnor_engine.law import Law
from shnor_engine.reasoning import Placement, Published, columns
from shnor_engine.rules import Rule, RuleSet, case, is_present, previous

ON = date(2025, 12, 31)
YEARS = (2019, 2020, 2021, 2022, 2023, 2024)
THREE = ("met", "not_met", "undetermined")


def chance(random: Random, share: float) -> bool:
    return random.random() < share


def cells(random: Random, rule: type[Rule], gap: float) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, item in Row.fields().items():
        low, high = item.limits if item.kind == "number" else (0, 0)
        value: Any = chance(random, 0.5) if item.kind == "truth" else random.randint(int(low or 0), int(high or 9))
        values[name] = None if chance(random, gap) else value
    return values


def history(rule: type[Rule], random: Random, gaps: tuple[float, ...] = (0.0, 0.0, 0.05, 0.2)) -> World:
    """The figures of one unit, and in half of the worlds what an authority placed and what was published."""
    gap = random.choice(gaps)
    rows = [{"unit": "u", "year": year, **cells(random, rule, gap)} for year in YEARS if chance(random, 0.95)]
    places = [{"unit": "u", "year": year} for year in (2019, 2022, 2024)]
    closed = [{}] if chance(random, 0.6) else []
    world = World({Row: rows}, places, {Row: closed})
    if chance(random, 0.5):
        states = next(iter(rule.tree.statuses.values())).states
        said = (*states, "met", "not_met", "not_applicable")
        for year in random.sample(YEARS, 2):
            keys = {"unit": "u", "year": year}
            world.placements.append(Placement(rule.tree.id, keys, random.choice(said), "комиссия", "протокол"))
            if chance(random, 0.3):
                world.placements.append(Placement(rule.tree.id, keys, random.choice(said), "другая", "протокол"))
        for year in random.sample(YEARS, 2):
            keys = {"unit": "u", "year": year}
            world.published.append(Published(rule.tree.id, keys, random.choice((*states, "strange"))))
    return world


@pytest.mark.parametrize("rule", [Support, Unsure, Hysteresis], ids=lambda rule: rule.tree.id)
def test_a_state_its_placements_and_what_was_published_say_the_same_in_columns(rule: type[Rule]) -> None:
    agree(rule, lambda random: history(rule, random), Law.of(), on=ON, outcomes=THREE)


class Reads(Rule, per=("unit", "year"), id="t.reads", in_force="2020-01-01"):
    """A rule that reads another's status and verdict, of this year and of the one before."""

    supported = Support.verdict
    state = Support.state
    named = case((supported, state), otherwise="none")
    before = previous(supported)
    there = is_present(state)
    verdict = supported & before


def test_what_an_authority_placed_reaches_the_rules_that_read_it() -> None:
    def make(random: Random) -> World:
        world = history(Support, random, (0.0, 0.1, 0.3))
        world.placements = [item for item in world.placements if item.value in Support.tree.statuses["state"].states]
        return world

    agree(Reads, make, Law.of(), on=ON, outcomes=THREE)


# --- versions of another rule ----------------------------------------------------------------------


def scores(random: Random) -> World:
    gap = random.choice((0.0, 0.0, 0.2))
    rows = [
        {
            "unit": "u",
            "year": year,
            "points": None if chance(random, gap) else random.choice((0, 1, 2, 2, 3, 5, 6, 9)),
            "counted": None if chance(random, gap / 2) else chance(random, 0.9),
        }
        for year in range(2020, 2026)
        if chance(random, 0.95)
    ]
    places = [{"unit": "u", "year": year} for year in (2021, 2023, 2024, 2025)]
    return World({Score: rows}, places, {Score: [{}] if chance(random, 0.5) else []})


@pytest.mark.parametrize("rules", [None, RuleSet.of(TwiceWeak, Weak, WeakLater)], ids=["alone", "versions"])
def test_another_rule_is_read_in_its_version_in_force(rules: RuleSet | None) -> None:
    agree(TwiceWeak, scores, Law.of(Bar), on=ON, outcomes=THREE, rules=rules)


def groups(random: Random) -> World:
    world = scores(random)
    rows = [{**row, "unit": f"u{number}"} for number in range(3) for row in scores(random).facts[Score]]
    units = [
        {"group": "g", "unit": f"u{number}", "year": year, "open": random.choice((True, True, True, None))}
        for number in range(3)
        for year in range(2020, 2026)
    ]
    places = [{"group": "g", "year": place["year"]} for place in world.places]
    return World({Unit: units, Score: rows}, places, {Unit: [{}], Score: world.closed[Score]})


def test_a_decision_of_each_row_is_counted_in_columns() -> None:
    agree(Group, groups, Law.of(Bar), on=ON, outcomes=THREE, rules=RuleSet.of(Group, Weak, WeakLater))


def test_a_placement_that_the_rule_cannot_say_is_refused_before_anything_is_decided() -> None:
    rows = [{"unit": "u", "year": 2024, **dict.fromkeys(Row.fields())}]
    strange = Placement("t.support", {"unit": "u", "year": 2024}, "fancy", "комиссия", "протокол")
    with pytest.raises(FactError, match=r"«fancy» by комиссия is nothing t\.support can say"):
        columns(Support, {Row: rows}, Law.of(), on=ON, placements=[strange])
