"""Every word of the vocabulary stands in columns, or `compiles` names it as the reason why its clause does not."""

from __future__ import annotations

import pytest
from tests.rules.every_value import EveryValue
from tests.rules.test_grain_and_form import Everything as EverythingOfTime
from tests.rules.test_tree import Everything

from shnor_engine.reasoning.columns import compiles
from shnor_engine.reasoning.columns.registry import COMPILE
from shnor_engine.rules import Rule
from shnor_engine.rules.form import OPS
from shnor_engine.rules.tree import walk

RULES = (Everything, EveryValue, EverythingOfTime)


def test_the_rules_below_hold_every_word() -> None:
    assert {type(node) for rule in RULES for node in rule.tree.nodes()} == set(OPS.values())


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.tree.id)
def test_a_word_that_columns_do_not_know_is_named_with_its_clause(rule: type[Rule]) -> None:
    told = compiles(rule)
    for name, clause in rule.tree.clauses.items():
        for kind in {type(node) for node in walk(clause)} - set(COMPILE):
            assert any(line.startswith(f"clause «{name}»:") and kind.__name__ in line for line in told), (name, kind)


def test_a_rule_that_columns_know_wholly_has_no_reason_to_name() -> None:
    assert compiles(Everything) == []
