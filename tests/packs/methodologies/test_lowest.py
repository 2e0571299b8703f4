"""The lowest 15 %: every reading of ties and rounding, unknown results, and the group in the explanation."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest
from tests.packs.methodologies.lowest import LowestDown, LowestLast, LowestOpen, LowestUp, Result, pack

from shnor_engine.reasoning import Facts, Verdict, decide_each
from shnor_engine.rules import Rule

ON = date(2025, 10, 9)


def region(size: int, changed: dict[int, dict[str, Any]] | None = None) -> list[dict[str, Any]]:
    """Schools of which each has a smaller share below the minimum than the one before."""
    rows = [
        {
            "region": "r",
            "school": f"s{place}",
            "year": 2025,
            "participants": 1000,
            "below": size - place,
            "eligible": True,
            "events": [f"e{place}"],
        }
        for place in range(size)
    ]
    for place, values in (changed or {}).items():
        rows[place] = {**rows[place], **values}
    return rows


def judge(rule: type[Rule], rows: list[dict[str, Any]], *, closed: bool = True) -> dict[str, Verdict]:
    keys = [{name: row[name] for name in ("region", "school", "year")} for row in rows]
    found = decide_each(rule, keys, Facts.of({Result: rows}, closed=closed), pack(rule).law, on=ON)
    return {str(verdict.keys["school"]): verdict for verdict in found}


@pytest.mark.parametrize(
    ("size", "up", "down"), [(281, 43, 42), (286, 43, 42), (287, 44, 43), (293, 44, 43), (20, 3, 3)]
)
def test_the_two_roundings_of_the_cut_list_different_numbers(size: int, up: int, down: int) -> None:
    rows = region(size)
    assert Counter(item.outcome for item in judge(LowestUp, rows).values())["met"] == up
    assert Counter(item.outcome for item in judge(LowestDown, rows).values())["met"] == down


def test_schools_that_share_the_last_place_are_listed_together_or_not_at_all_or_left_open() -> None:
    rows = region(20, {3: {"below": 18}})  # the third and the fourth are equal, the cut is three
    assert [judge(rule, rows)["s2"].outcome for rule in (LowestUp, LowestLast, LowestOpen)] == [
        "met",
        "not_met",
        "undetermined",
    ]
    assert judge(LowestOpen, rows)["s3"].values["place"] == (3, 4)
    assert judge(LowestOpen, rows)["s1"].outcome == "met"


def test_a_result_that_is_not_known_leaves_open_only_those_near_the_cut() -> None:
    rows = region(20, {10: {"below": None}})
    found = judge(LowestUp, rows)
    assert [found[f"s{place}"].outcome for place in (0, 1, 2, 3, 10)] == [
        "met",
        "met",
        "undetermined",
        "not_met",
        "undetermined",
    ]


def test_a_school_that_is_not_compared_is_neither_judged_nor_counted() -> None:
    rows = region(21, {0: {"eligible": False}})
    found = judge(LowestUp, rows)
    assert found["s0"].outcome == "not_applicable"
    assert found["s1"].values["place"] == 1
    assert found["s1"].values["edge"] == 3


def test_while_the_region_is_not_closed_nobody_is_surely_out_or_in() -> None:
    found = judge(LowestUp, region(20), closed=False)
    assert {item.outcome for item in found.values()} == {"undetermined"}


def test_the_explanation_gives_the_place_the_group_and_its_digest() -> None:
    one = pack(LowestUp)
    found = judge(LowestUp, region(287))
    explanation = one.explain(found["s43"])
    text = explanation.text("ru")
    assert (
        "место в группе (ниже минимума из числа участников, первое – наибольшее): 44 (группа: 287, отпечаток" in text
    )
    assert "условие: не более 44 – выполнено" in text
    assert explanation.events == ("e43",)
    assert "доля школ – 15 %" in text


def test_every_reading_says_its_ties_and_rounding() -> None:
    assert "при равных – меньшее место" in pack(LowestUp).describe(on=ON)
    assert "15 % от числа членов группы «школы региона»" in pack(LowestUp).describe(on=ON)
    assert "с округлением вниз" in pack(LowestDown).describe(on=ON)
    assert "equal ones take the last place" in pack(LowestLast).describe(on=ON, language="en")
    assert "the places of equal ones are left open" in pack(LowestOpen).describe(on=ON, language="en")
    digests = {pack(rule).digest for rule in (LowestUp, LowestDown, LowestLast, LowestOpen)}
    assert len(digests) == 4
