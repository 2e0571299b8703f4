"""Meaning 6: no clock, no chance and no file can stand in a rule; a draw of a simulation is one more key."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from tests.reasoning.methodology import ON, P

from shnor_engine import reasoning
from shnor_engine.law import Law
from shnor_engine.reasoning import Facts, decide
from shnor_engine.rules import Fact, Field, Rule, any_, share
from shnor_engine.rules.form import OPS

IMPURE = {"time", "random", "secrets", "uuid", "socket", "urllib", "http", "subprocess", "os", "sqlite3", "pathlib"}
SOURCES = sorted(Path(str(reasoning.__file__)).parent.rglob("*.py"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_what_reads_a_rule_asks_no_clock_no_chance_and_no_file(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    called = {func.attr for func in calls if isinstance(func, ast.Attribute)} & {"now", "today", "utcnow"}
    called |= {func.id for func in calls if isinstance(func, ast.Name)} & {"open", "input", "exec", "eval"}
    assert not {name.partition(".")[0] for name in imported} & IMPURE
    assert not called


def test_no_node_is_called_after_a_clock_or_a_die() -> None:
    assert not {"now", "today", "random", "draw", "read", "fetch"} & set(OPS)


class Draw(Fact, grain=("draw", "school", "year", "procedure")):
    participants = Field[int]("участников", bounds=(0, 60))
    below_min = Field[int]("ниже минимума", bounds=(0, 60))


class Drawn(Rule, per=("draw", "school", "year"), id="t.drawn"):
    verdict = any_(share(Draw.below_min, of=Draw.participants) >= P.low_share)


def test_a_draw_is_one_more_key_and_each_is_decided_alone() -> None:
    def row(draw: int, below: int) -> dict[str, Any]:
        return {
            "draw": draw,
            "school": "s",
            "year": 2024,
            "procedure": "p",
            "participants": 20,
            "below_min": below,
        }

    facts = Facts.of({Draw: [row(1, 5), row(2, 6), row(3, 7)]}, closed=True)
    outcomes = [
        decide(Drawn, {"draw": draw, "school": "s", "year": 2024}, facts, Law.of(P), on=ON).outcome
        for draw in (1, 2, 3)
    ]
    assert outcomes == ["not_met", "met", "met"]
