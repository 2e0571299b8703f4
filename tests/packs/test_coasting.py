"""England's coasting schools: three years running, each by the criteria of its own year."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.packs.methodologies.coasting import (
    K2,
    K4,
    CoastingPrimary,
    CoastingSecondary,
    Primary,
    Secondary,
    coasting_secondary,
)

from shnor_engine.law import Law, percent
from shnor_engine.reasoning import Facts, Verdict, decide
from shnor_engine.rules import Rule

ON = date(2016, 12, 31)
KEYS = {"school": "s", "year": 2016}
EARLY = {"attainment": percent(84), "reading": percent(93), "writing": percent(95), "maths": percent(92)}
LATE = {
    "attainment": percent(84),
    "reading_score": Fraction(-3),
    "reading_upper": Fraction(-1),
    "writing_score": Fraction(0),
    "maths_score": Fraction(0),
    "writing_upper": Fraction(1),
    "maths_upper": Fraction(1),
}
COASTING: dict[int, Mapping[str, Any]] = {2014: EARLY, 2015: {**EARLY, "writing": percent(96)}, 2016: LATE}


def primary(years: Mapping[int, Mapping[str, Any]], closed: bool = False) -> Verdict:
    rows = [
        {**dict.fromkeys(Primary.fields()), "school": "s", "year": year, **cells} for year, cells in years.items()
    ]
    return decide(CoastingPrimary, KEYS, Facts.of({Primary: rows}, closed=closed), Law.of(K2), on=ON)


def changed(year: int, **cells: Any) -> dict[int, Mapping[str, Any]]:
    return {**COASTING, year: {**COASTING[year], **cells}}


def test_below_the_criteria_of_each_of_the_three_years_is_coasting() -> None:
    assert primary(COASTING).outcome == "met"


@pytest.mark.parametrize(
    ("year", "cells", "outcome"),
    [
        (2014, {"attainment": percent(85)}, "not_met"),
        (2014, {"writing": percent(96)}, "not_met"),
        (2015, {"writing": percent("96.9")}, "met"),
        (2015, {"writing": percent(97)}, "not_met"),
        (2014, {"reading": percent(94)}, "not_met"),
        (2015, {"maths": percent(93)}, "not_met"),
        (2016, {"attainment": percent(85)}, "not_met"),
        (2016, {"reading_score": Fraction("-2.5")}, "not_met"),
        (2016, {"reading_upper": Fraction(0)}, "not_met"),
        (2016, {"maths_score": Fraction(-4), "maths_upper": Fraction(1)}, "not_met"),
        (2016, {"maths_score": Fraction(-4), "maths_upper": Fraction(-1)}, "met"),
        (
            2016,
            {"reading_score": Fraction(0), "writing_score": Fraction("-3.6"), "writing_upper": Fraction(-1)},
            "met",
        ),
        (2016, {"reading_upper": None}, "undetermined"),
        (2016, {"writing_score": None}, "undetermined"),
        (2014, {"maths": None}, "undetermined"),
    ],
)
def test_each_year_is_judged_by_its_own_criteria(year: int, cells: dict[str, Any], outcome: str) -> None:
    assert primary(changed(year, **cells)).outcome == outcome


def test_a_share_of_before_2016_says_nothing_in_2016_and_the_other_way_round() -> None:
    assert primary(changed(2016, reading=percent(100))).outcome == "met"
    assert primary(changed(2014, reading_score=Fraction(9))).outcome == "met"


def test_without_results_in_one_of_the_years_it_does_not_apply() -> None:
    two = {year: cells for year, cells in COASTING.items() if year != 2015}
    assert primary(two, closed=True).outcome == "not_applicable"
    assert primary(two).outcome == "undetermined"


# --- key stage 4 --------------------------------------------------------------------------------------

SECOND: dict[int, Mapping[str, Any]] = {
    2014: {"attainment": percent(59), "english": percent(73), "maths": percent(66)},
    2015: {"attainment": percent(59), "english": percent("72.9"), "maths": percent("67.9")},
    2016: {"progress8": Fraction("-0.26"), "upper": Fraction("-0.01")},
}


def secondary(years: Mapping[int, Mapping[str, Any]], rule: type[Rule] = CoastingSecondary) -> Verdict:
    blank = dict.fromkeys(Secondary.fields())
    rows = [{**blank, "school": "s", "year": year, **cells, "events": [f"r{year}"]} for year, cells in years.items()]
    return decide(rule, KEYS, Facts.of({Secondary: rows}, closed=True), Law.of(K4), on=ON)


@pytest.mark.parametrize(
    ("year", "cells", "outcome"),
    [
        (2016, {}, "met"),
        (2014, {"english": percent(74)}, "not_met"),
        (2015, {"english": percent(73)}, "not_met"),
        (2015, {"maths": percent(67)}, "met"),
        (2014, {"maths": percent(67)}, "not_met"),
        (2016, {"progress8": Fraction("-0.25")}, "not_met"),
        (2016, {"upper": Fraction(0)}, "not_met"),
        (2016, {"upper": None}, "undetermined"),
        (2014, {"attainment": None}, "undetermined"),
    ],
)
def test_key_stage_four(year: int, cells: dict[str, Any], outcome: str) -> None:
    assert secondary({**SECOND, year: {**SECOND[year], **cells}}).outcome == outcome


@given(st.fractions(-1, 1, max_denominator=100), st.fractions(-1, 1, max_denominator=100))
def test_the_score_decides_only_together_with_its_confidence_limit(score: Fraction, upper: Fraction) -> None:
    found = secondary({**SECOND, 2016: {"progress8": score, "upper": upper}})
    assert found.outcome == ("met" if score < Fraction(-1, 4) and upper < 0 else "not_met")


def test_a_rule_of_2016_is_not_in_force_before() -> None:
    facts = Facts.of({Secondary: []})
    verdict = decide(CoastingSecondary, {"school": "s", "year": 2015}, facts, Law.of(K4), on=ON)
    assert (verdict.outcome, verdict.in_force) == ("not_applicable", False)


def test_the_pack_explains_the_row_of_each_year_with_its_cuts() -> None:
    pack = coasting_secondary()
    verdict = secondary(SECOND)
    said = pack.explain(verdict).text("ru")
    assert said.startswith("s, 2016 год: буксующая школа.")
    assert "балл Progress 8: -0,26; условие: менее -0,25 – выполнено" in said
    assert "порог английского – 74 % (S.I. 2017/9, reg. 5, действует с 01.01.2014 до 01.01.2015)" in said
    assert "порог английского – 73 % (S.I. 2017/9, reg. 5, действует с 01.01.2015)" in said
    assert [code for code in pack.check(on=ON) if code.code.startswith(("table", "row"))] == []
    assert set(pack.explain(verdict).events) == {"r2014", "r2015", "r2016"}
