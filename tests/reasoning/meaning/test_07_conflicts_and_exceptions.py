"""Meaning 7: two rules for one decision are refused with both clauses shown; exceptions are a named tree."""

from __future__ import annotations

import inspect

import pytest
from tests.reasoning.methodology import LowResults, P, Sitting, Strictly, judge, years

from shnor_engine.errors import RuleSyntax
from shnor_engine.reasoning import check_together
from shnor_engine.rules import Rule, RuleTree, share


class Stricter(Strictly, id="t.low.stricter", exception_to=Strictly.low):
    low = share(Sitting.below_min, of=Sitting.participants) > P.low_share.on("2020-01-01")


class Unlinked(LowResults, id="t.low.unlinked"):
    low = share(Sitting.below_min, of=Sitting.participants) > P.low_share


def test_an_exception_names_the_clause_that_it_excepts_from() -> None:
    assert Strictly.tree.exception_to == ("t.low", "low")
    assert Stricter.tree.exception_to == ("t.low.strictly", "low")
    assert check_together([LowResults, Strictly, Stricter]) == ()


def test_without_a_link_both_rules_are_shown_with_their_places() -> None:
    clash = check_together([LowResults, Unlinked])
    assert [item.code for item in clash] == ["two-rules"]
    for rule in (LowResults, Unlinked):
        assert rule.tree.id in clash[0].message
        assert f"{rule.tree.id} ({rule.tree.where})" in clash[0].message


def test_an_exception_of_an_exception_belongs_to_the_same_tree() -> None:
    assert check_together([LowResults, Stricter, Strictly]) == ()
    loose = check_together([LowResults, Stricter])
    assert [item.code for item in loose] == ["two-rules"], "the link in between is not there"


def test_an_exception_changes_its_one_clause_and_what_rests_on_it() -> None:
    rows = years([(10, 3), (20, 6)])
    assert judge(rows).outcome == "met"
    assert judge(rows, Strictly).outcome == "not_met"
    assert judge(years([(10, 4), (20, 7)]), Strictly).outcome == "met"


def test_what_is_no_clause_of_the_rule_cannot_be_excepted_from() -> None:
    with pytest.raises(RuleSyntax, match="exception_to names no clause"):

        class Astray(LowResults, id="t.astray", exception_to=Sitting.participants >= 3):
            pass


def test_there_is_no_number_that_says_which_rule_is_stronger() -> None:
    words = {*inspect.signature(Rule.__init_subclass__).parameters, *RuleTree.__dataclass_fields__}
    assert not {"priority", "salience", "weight", "rank", "order"} & words
