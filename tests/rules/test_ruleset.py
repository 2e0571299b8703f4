"""Meaning 7: two rules for one decision are refused with both clauses; exceptions form a named tree."""

from __future__ import annotations

import re
from datetime import date

import pytest

from shnor_engine.errors import RuleConflict, RuleSyntax
from shnor_engine.law import Clause
from shnor_engine.rules import Fact, Field, Rule, RuleSet, conflicts

DAY = date(2024, 6, 1)


class Row(Fact, grain=("unit", "year")):
    n = Field[int]("число")


class Base(Rule, per=("unit", "year"), id="t.base", in_force="2020-01-01", ref=Clause("п. 3", act="приказ")):
    low = Row.n >= 3
    verdict = low


class BaseLater(Base, id="t.base", version="2", in_force="2023-01-01"):
    low = Row.n >= 4


class North(Base, id="t.north", exception_to=Base.low, region="north", ref=Clause("п. 5", act="порядок")):
    low = Row.n >= 5


class Village(North, id="t.north.village", exception_to=North.low, region="village"):
    low = Row.n >= 6


class Rival(Rule, per=("unit", "year"), id="t.rival", decides="t.base", ref=Clause("п. 9", act="положение")):
    verdict = Row.n >= 9


class Other(Rule, per=("unit", "year"), id="t.other"):
    verdict = Row.n >= 9


def test_two_rules_for_one_decision_are_refused_with_both_clauses_shown() -> None:
    with pytest.raises(RuleConflict) as caught:
        RuleSet.of(Base, Rival, Other)
    text = str(caught.value)
    assert re.search(r"t\.base 1 at \S+py:\d+ \(«verdict» at ", text)
    assert "приказ, п. 3" in text
    assert re.search(r"t\.rival 1 at \S+py:\d+ \(«verdict» at ", text)
    assert "положение, п. 9" in text
    assert "both decide «t.base»; make one an exception to the other" in text
    assert text.count(__file__) >= 2
    assert [item.other.id for item in conflicts([Base, Rival])] == ["t.rival"]


def test_two_exceptions_to_one_clause_in_one_region_are_refused_too() -> None:
    class AlsoNorth(Base, id="t.north.too", exception_to=Base.verdict, region="north"):
        low = Row.n >= 7

    with pytest.raises(RuleConflict, match=r"t\.north 1 .* and t\.north\.too 1"):
        RuleSet.of(Base, North, AlsoNorth)


def test_two_versions_from_the_same_day_are_refused_and_from_different_days_are_not() -> None:
    class SameDay(Base, id="t.base", version="1b"):
        low = Row.n >= 8

    with pytest.raises(RuleConflict, match="let one begin later as a new version"):
        RuleSet.of(Base, SameDay)
    versions = RuleSet.of(BaseLater, Base)
    assert [tree.version for tree in versions.versions("t.base")] == ["1", "2"]
    assert versions.version("t.base", date(2022, 12, 31)) is Base.tree
    assert versions.version("t.base", date(2023, 1, 1)) is BaseLater.tree
    assert versions.version("t.base", date(2019, 12, 31)) is None


def test_an_exception_decides_what_the_rule_decides_from_which_it_excepts() -> None:
    rules = RuleSet.of(Village, Base, BaseLater, North, Other)
    assert Village.tree.decision == "t.base"
    assert rules.exceptions() == {"t.base.low": ("t.north",), "t.north.low": ("t.north.village",)}
    decided = {region: rules.deciding("t.base", region=region, day=DAY) for region in ("", "north", "village")}
    assert {region: tree.id for region, tree in decided.items() if tree is not None} == {
        "": "t.base",
        "north": "t.north",
        "village": "t.north.village",
    }
    assert rules.deciding("t.base", day=date(2019, 1, 1)) is None


def test_the_order_in_which_rules_are_named_changes_nothing() -> None:
    one, other = RuleSet.of(Base, BaseLater, North, Other), RuleSet.of(Other, North, BaseLater, Base, Base)
    assert one == other
    assert one.digest == other.digest
    assert one.digest != RuleSet.of(Base, Other).digest


def test_a_rule_that_is_read_belongs_to_the_set() -> None:
    class Reader(Rule, per=("unit", "year"), id="t.reader"):
        verdict = Other.verdict & Base.low

    assert {tree.id for tree in RuleSet.of(Reader).rules} == {"t.reader", "t.other", "t.base"}


def test_an_exception_to_a_rule_that_is_not_inherited_is_refused() -> None:
    with pytest.raises(RuleSyntax, match="exception_to names no clause of a rule that this one inherits"):

        class Bad(Base, id="t.bad", exception_to=Other.verdict):
            low = Row.n >= 1
