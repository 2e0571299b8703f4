"""Meaning 9: a rule that breaks fails for itself, with its reason, and changes nothing of any other decision."""

from __future__ import annotations

from datetime import date

from tests.reasoning.methodology import LowResults, P, Sitting, judge, years

from shnor_engine.law import Law
from shnor_engine.reasoning import Facts, decide, explain
from shnor_engine.rules import in_each, last_years


def test_a_rule_whose_law_has_a_gap_fails_for_itself_and_names_the_gap() -> None:
    class Early(LowResults, id="t.early", in_force="2010-01-01"):
        verdict = in_each(last_years(1), LowResults.low_year)

    verdict = judge(years([(10, 3)], of=(2018, 2019)), Early, year=2019)
    assert verdict.outcome == "failed"
    assert "has no value on 2019-12-31" in verdict.error


def test_a_part_that_exceeds_its_whole_fails_with_place_and_line() -> None:
    verdict = judge(years([(10, 11), (10, 3)]))
    assert verdict.outcome == "failed"
    assert "part 11 exceeds whole 10" in verdict.error
    assert "procedure p0" in verdict.error


def test_one_failing_subject_leaves_the_others_as_they_are() -> None:
    other = [{**row, "school": "other"} for row in years([(10, 3), (20, 6)])]
    facts = Facts.of({Sitting: [*years([(10, 11)]), *other]}, closed=True)
    alone = Facts.of({Sitting: other}, closed=True)
    keys, on = {"school": "other", "year": 2024}, date(2024, 12, 31)
    assert (
        decide(LowResults, keys, facts, Law.of(P), on=on).to_json()
        == decide(LowResults, keys, alone, Law.of(P), on=on).to_json()
    )


def test_a_failed_rule_is_never_read_as_a_no() -> None:
    failed = judge(years([(10, 11), (10, 3)]))
    assert failed.outcome == "failed"
    assert failed.values == {}
    assert "правило не сработало" in explain(failed).text("ru")
    assert failed.to_json()["error"] == failed.error
