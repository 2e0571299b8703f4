"""Meaning 9, 10 and 11: what another rule decided, in the version in force at the period's instant."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reasoning.methodology import ON

from shnor_engine.errors import RuleError, RuleSyntax
from shnor_engine.law import Dated, Law, Parameters
from shnor_engine.reasoning import Facts, Placement, Verdict, decide, describe, explain
from shnor_engine.rules import (
    Expr,
    Fact,
    Field,
    Rule,
    RuleSet,
    any_,
    case,
    count,
    in_each,
    is_present,
    last_years,
    opaque,
    row,
    table,
    up_to,
)


class Unit(Fact, grain=("group", "unit", "year"), ru="единицы", en="units"):
    open = Field[bool]("работает", en="open")


class Score(Fact, grain=("unit", "year"), ru="баллы", en="scores"):
    points = Field[int]("баллы", en="points", bounds=(0, 9))
    counted = Field[bool]("учитывается", en="counted")


class Bar(Parameters):
    least = Dated[int]({"2020-01-01": 3})


class Weak(Rule, per=("unit", "year"), id="t.weak", version="1", in_force="2021-01-01", ru="Слабая", en="Weak"):
    low = Score.points < Bar.least
    gap = 9 - Score.points
    applies = Score.counted
    verdict = low


class WeakLater(Weak, id="t.weak", version="2", in_force="2024-01-01"):
    low = Score.points < 6


class TwiceWeak(Rule, per=("unit", "year"), id="t.twice"):
    lost = Weak.gap
    strange = Weak.low
    known = is_present(lost)
    verdict = in_each(last_years(2), Weak.verdict)


class Group(Rule, per=("group", "year"), id="t.group"):
    weak = count(Unit, where=Weak.verdict & Unit.open)
    verdict = weak >= 2


def scores(points: dict[int, int | None], *, counted: bool | None = True, unit: str = "u") -> list[dict[str, Any]]:
    return [
        {"unit": unit, "year": year, "points": n, "counted": counted, "events": [f"{unit}{year}"]}
        for year, n in points.items()
    ]


def judge(rule: type[Rule], rows: list[dict[str, Any]], *, year: int = 2023, **more: Any) -> Verdict:
    facts = Facts.of({Score: rows})
    return decide(rule, {"unit": "u", "year": year}, facts, Law.of(Bar), on=ON, **more)


class Reading(Rule, per=("unit", "year"), id="t.reading"):
    verdict = Weak.verdict


@pytest.mark.parametrize(
    ("points", "counted", "year", "outcome"),
    [
        (2, True, 2023, "met"),
        (5, True, 2023, "not_met"),
        (2, False, 2023, "not_met"),  # the other rule does not apply
        (2, True, 2020, "not_met"),  # nor was it in force
        (None, True, 2023, "undetermined"),
        (2, None, 2023, "undetermined"),
    ],
)
def test_the_truth_of_another_rule_is_its_outcome(
    points: int | None, counted: bool | None, year: int, outcome: str
) -> None:
    assert judge(Reading, scores({year: points}, counted=counted), year=year).outcome == outcome


def test_a_number_of_a_rule_that_does_not_apply_is_absent_and_a_truth_is_false() -> None:
    there = judge(TwiceWeak, scores({2022: 1, 2023: 2})).values
    assert there == {"lost": 7, "strange": True, "known": True, "verdict": True}
    gone = judge(TwiceWeak, scores({2022: 1, 2023: 2}, counted=False)).values
    assert gone == {"lost": None, "strange": False, "known": False, "verdict": False}
    perhaps = judge(TwiceWeak, scores({2022: 1, 2023: 2}, counted=None)).values
    assert perhaps == {"lost": None, "strange": None, "known": None, "verdict": None}


class Tagging(Rule, per=("unit", "year"), id="t.tagging", in_force="2021-01-01"):
    due = case((Score.points < 5, date(2023, 5, 1)), otherwise=date(2023, 6, 1))
    tags = table(Score.points, row(up_to(4), gives="low"), row(up_to(6), gives="fair"), hit="collect")
    applies = Score.counted
    verdict = Score.points < 5


class Tagged(Rule, per=("unit", "year"), id="t.reads-tagging"):
    due = Tagging.due
    moved = Tagging.due + 30
    tags = Tagging.tags
    low = tags.has("low")
    verdict = due < date(2023, 5, 2)


@pytest.mark.parametrize(
    ("counted", "said"),
    [
        (True, {"due": date(2023, 5, 1), "moved": date(2023, 5, 31), "tags": ("fair", "low"), "low": True}),
        (False, {"due": None, "moved": None, "tags": None, "low": None}),
        (None, {"due": None, "moved": None, "tags": None, "low": None}),
    ],
)
def test_a_day_and_a_set_of_codes_of_a_rule_that_does_not_apply_are_absent(
    counted: bool | None, said: dict[str, Any]
) -> None:
    verdict = judge(Tagged, scores({2023: 3}, counted=counted))
    assert (verdict.outcome, verdict.values) == (
        "met" if counted else "undetermined",
        {**said, "verdict": True if counted else None},
    )


def test_the_version_of_the_other_rule_is_the_one_in_force_at_the_instant_of_the_period() -> None:
    rules = RuleSet.of(Weak, WeakLater)
    rows = scores({2023: 4, 2024: 4})
    assert judge(Reading, rows, rules=rules).outcome == "not_met"
    assert judge(Reading, rows, rules=rules, year=2024).outcome == "met"
    assert judge(Reading, rows, year=2024).outcome == "not_met"  # only the version that the text itself names
    assert judge(TwiceWeak, scores({2023: 2, 2024: 4}), rules=rules, year=2024).outcome == "met"


def test_clauses_of_the_same_rule_are_always_of_this_version() -> None:
    rows = scores({2023: 4, 2024: 4})
    assert judge(WeakLater, rows, year=2024, rules=RuleSet.of(Weak, WeakLater)).values["low"] is True


def test_another_rule_is_read_through_rows_of_a_coarser_one() -> None:
    units = [{"group": "g", "unit": unit, "year": 2023, "open": True} for unit in "abc"]
    rows = [row for unit, n in zip("abc", (1, 2, 9), strict=True) for row in scores({2023: n}, unit=unit)]
    facts = Facts.of({Unit: units, Score: rows}, closed=True)
    verdict = decide(Group, {"group": "g", "year": 2023}, facts, Law.of(Bar), on=ON)
    assert verdict.values["weak"] == 2
    assert verdict.outcome == "met"


def bad(points: int) -> int:
    return 1 // points


class Breaks(Rule, per=("unit", "year"), id="t.breaks", version="7"):
    share = opaque(bad, name="bad", version="1", reads={"points": Score.points}, kind="number", bounds=(0, 9))
    verdict = share >= 1


class ReadsBroken(Rule, per=("unit", "year"), id="t.reads_broken"):
    broken = Breaks.verdict
    verdict = broken | (Score.points > 8)


def test_a_rule_that_fails_is_undetermined_for_its_readers_and_named() -> None:
    assert judge(Breaks, scores({2023: 0})).outcome == "failed"
    verdict = judge(ReadsBroken, scores({2023: 0}))
    assert verdict.outcome == "undetermined"
    text = explain(verdict).text("ru")
    assert "по правилу t.breaks 7: правило не сработало" in text
    assert "ZeroDivisionError" in text
    assert "by rule t.breaks 7: the rule failed" in explain(verdict).text("en")
    assert judge(ReadsBroken, scores({2023: 1})).outcome == "met"


def test_another_rule_is_explained_by_its_own_reasons() -> None:
    text = explain(judge(TwiceWeak, scores({2022: 1, 2023: 2}))).text("ru")
    assert "– по правилу «Слабая» (t.weak 1): условия выполнены" in text
    assert "2022 год: по правилу «Слабая» (t.weak 1): условия выполнены" in text
    assert "  – баллы: 2; условие: менее 3 – выполнено" in text
    early = explain(judge(Reading, scores({2020: 1}), year=2020)).text("en")
    assert "by rule «Weak» (t.weak 1): the rule was not in force yet" in early


def test_another_rule_is_described_by_its_title() -> None:
    said = describe(TwiceWeak, Law.of(Bar), on=ON)
    assert "в каждом из последних 2 лет: по правилу «Слабая» (t.weak) решение положительно" in said
    assert "«gap» by rule «Weak» (t.weak)" in describe(TwiceWeak, Law.of(Bar), on=ON, language="en")


cells = st.one_of(st.none(), st.integers(0, 9))
counts = st.sampled_from([True, True, False, None])


@given(st.tuples(cells, counts), st.tuples(cells, counts), st.data())
@settings(max_examples=150, deadline=None)
def test_what_is_determined_through_another_rule_holds_for_every_completion_and_its_events_suffice(
    first: tuple[Any, Any], second: tuple[Any, Any], data: st.DataObject
) -> None:
    def rows(values: list[tuple[Any, Any]]) -> list[dict[str, Any]]:
        years = zip((2022, 2023), values, strict=True)
        return [row for year, (n, there) in years for row in scores({year: n}, counted=there)]

    before = judge(TwiceWeak, rows([first, second]))
    full = [
        (data.draw(st.integers(0, 9)) if n is None else n, data.draw(st.booleans()) if there is None else there)
        for n, there in (first, second)
    ]
    if before.outcome != "undetermined":
        assert judge(TwiceWeak, rows(full)).outcome == before.outcome
    named = explain(before).events
    other = [
        pair if f"u{year}" in named else (data.draw(cells), data.draw(counts))
        for year, pair in ((2022, first), (2023, second))
    ]
    assert judge(TwiceWeak, rows(other)).outcome == before.outcome


# --- what is a decision and what is only text -------------------------------------------------------


def test_a_clause_below_the_grain_of_the_other_rule_is_taken_over_as_it_is_written() -> None:
    class Loose(Rule, per=("group", "year"), id="t.loose"):
        weak_unit = Score.points < 3
        verdict = any_(weak_unit & Unit.open)

    class Again(Rule, per=("group", "year"), id="t.again"):
        weak_unit = Loose.weak_unit
        verdict = count(Unit, where=weak_unit) >= 1

    assert "decision" not in str(Again.tree.clauses["weak_unit"])
    assert Again.tree.clauses["weak_unit"] is Loose.tree.clauses["weak_unit"]


def test_a_rule_that_inherits_another_reads_its_clauses_as_its_own() -> None:
    class Child(Weak, id="t.child"):
        verdict = Weak.verdict & (Weak.gap > 2)

    tree = Child.tree
    assert [node.name for node in tree.nodes() if hasattr(node, "name")] == ["low", "gap"]
    assert judge(Child, scores({2023: 2})).outcome == "met"


def test_rules_that_read_each_other_are_refused() -> None:
    class One(Rule, per=("unit", "year"), id="t.one"):
        verdict = Score.counted

    class Two(Rule, per=("unit", "year"), id="t.two"):
        verdict = One.verdict

    class OneLater(Rule, per=("unit", "year"), id="t.one", version="2", in_force="2024-01-01"):
        verdict = Two.verdict

    with pytest.raises(RuleError, match=r"rules turn in a circle: t\.one → t\.two → t\.one"):
        RuleSet.of(One, Two, OneLater)


def test_a_rule_of_a_finer_grain_is_read_only_through_rows() -> None:
    with pytest.raises(RuleSyntax, match=r"needs unit, but the rule decides per group, year"):

        class Bad(Rule, per=("group", "year"), id="t.bad"):
            verdict = Weak.verdict


def test_a_reader_of_a_placed_rule_reads_the_placement() -> None:
    placed = Placement(
        "t.weak", {"unit": "u", "year": 2023}, "met", "коллегия", "протокол 3", events=("p1",), day=date(2024, 1, 1)
    )
    rows = scores({2023: 9})
    verdict = judge(Reading, rows, placements=[placed])
    assert verdict.outcome == "met"
    assert explain(verdict).events == ("p1",)
    assert "установлено решением: коллегия (протокол 3) – условия выполнены" in explain(verdict).text("ru")
    facts = Facts.of({Score: rows})
    early = decide(
        Reading, {"unit": "u", "year": 2023}, facts, Law.of(Bar), on=date(2023, 12, 31), placements=[placed]
    )
    assert early.outcome == "not_met"


def test_exact_numbers_pass_between_rules() -> None:
    class Half(Rule, per=("unit", "year"), id="t.half"):
        half: Expr[Fraction] = Score.points * Fraction(1, 2)
        verdict = half >= 1

    class Uses(Rule, per=("unit", "year"), id="t.uses"):
        value = Half.half + Fraction(1, 3)
        verdict = value >= 1

    assert judge(Uses, scores({2023: 3})).values["value"] == Fraction(11, 6)
