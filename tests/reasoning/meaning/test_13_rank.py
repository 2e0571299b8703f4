"""Meaning 13: a rank is an interval; ties, the rounding of the cut and the members of the group are declared."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import ceil, floor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reasoning.methodology import ON

from shnor_engine.errors import RuleSyntax
from shnor_engine.law import Dated, Law, Parameters, Share, percent
from shnor_engine.reasoning import Facts, Verdict, decide, decide_each, describe, explain
from shnor_engine.rules import Fact, Field, Rule, cut, group, rank

MOST = 4


class Member(Fact, grain=("area", "unit", "year"), ru="участники сравнения", en="members"):
    n = Field[int]("балл", en="score", bounds=(0, MOST))
    listed = Field[bool]("участвует", en="takes part")


class Lowest(Parameters):
    share = Dated[Share]({"2020-01-01": percent(15)})


GROUP = group(Member, by=("area", "year"), where=Member.listed)


class ByMin(Rule, per=("area", "unit", "year"), id="t.rank.min"):
    place = rank(Member.n, among=GROUP, ties="min")
    edge = cut(percent(50), of=GROUP, rounding="ceil")
    verdict = place <= edge


class ByMax(ByMin, id="t.rank.max"):
    place = rank(Member.n, among=GROUP, ties="max", descending=True)


class ByOpen(ByMin, id="t.rank.open"):
    place = rank(Member.n, among=GROUP, ties="open")


Cell = tuple[int | None, bool | None]
cells = st.tuples(st.one_of(st.none(), st.integers(0, MOST)), st.sampled_from([True, True, True, None, False]))
groups = st.lists(cells, min_size=1, max_size=4)


def judge(rule: type[Rule], members: list[Cell], *, closed: bool = True, unit: str = "u0") -> Verdict:
    facts = Facts.of({Member: rows_of(members)}, closed=closed)
    return decide(rule, {"area": "a", "unit": unit, "year": 2024}, facts, Law.of(Lowest), on=ON)


def rows_of(members: list[Cell]) -> list[dict[str, Any]]:
    return [
        {"area": "a", "unit": f"u{place}", "year": 2024, "n": n, "listed": listed, "events": [f"e{place}"]}
        for place, (n, listed) in enumerate(members)
    ]


def places(members: list[tuple[int, bool]], ties: str, *, descending: bool) -> list[int] | None:
    """Every place that the first one can take among known numbers; None where it is no member."""
    inside = [(-n if descending else n) for n, listed in members if listed]
    if not members[0][1]:
        return None
    own = -members[0][0] if descending else members[0][0]
    first = 1 + sum(n < own for n in inside)
    last = sum(n <= own for n in inside)
    return {"min": [first], "max": [last], "open": list(range(first, last + 1))}[ties]


def completions(members: list[Cell]) -> list[list[tuple[int, bool]]]:
    choices: list[Any] = []
    for n, listed in members:
        choices += [range(MOST + 1) if n is None else (n,), (True, False) if listed is None else (listed,)]
    return [list(zip(found[::2], found[1::2], strict=True)) for found in product(*choices)]


@pytest.mark.parametrize(
    ("rule", "ties", "descending"), [(ByMin, "min", False), (ByMax, "max", True), (ByOpen, "open", False)]
)
@given(members=groups)
@settings(max_examples=80, deadline=None)
def test_a_place_is_the_interval_of_its_places_over_every_completion(
    rule: type[Rule], ties: str, descending: bool, members: list[Cell]
) -> None:
    found = [places(full, ties, descending=descending) for full in completions(members)]
    sure = {place for item in found if item is not None for place in item}
    value: Any = judge(rule, members).values["place"]
    if members[0][1] is True:
        assert value == (min(sure) if len(sure) == 1 else (min(sure), max(sure)))
    else:
        assert value is None


@given(members=groups)
@settings(max_examples=80, deadline=None)
def test_what_a_place_against_the_cut_decides_holds_for_every_completion(members: list[Cell]) -> None:
    outcome = judge(ByMin, members).outcome
    if outcome == "undetermined":
        return
    for full in completions(members):
        found = places(full, "min", descending=False)
        size = sum(listed for _, listed in full)
        assert found is not None
        assert (found[0] <= ceil(Fraction(size, 2))) is (outcome == "met")


def test_while_nothing_closed_the_group_only_the_lower_end_is_known() -> None:
    values = judge(ByMin, [(2, True), (1, True)], closed=False).values
    assert values["place"] == (2, None)
    assert values["edge"] == (1, None)
    assert judge(ByMin, [(2, True), (1, True)], closed=False).outcome == "undetermined"
    missing = explain(judge(ByMin, [(2, True), (1, True)], closed=False)).text("ru")
    assert "подтверждение, что сведения полны: участники сравнения" in missing


@pytest.mark.parametrize(
    ("size", "rounding", "expected"),
    [
        (287, "ceil", 44),
        (287, "floor", 43),
        (287, "half_up", 43),
        (10, "half_up", 2),
        (10, "half_even", 2),
        (30, "half_even", 4),
        (30, "half_up", 5),
    ],
)
def test_the_cut_is_rounded_as_declared(size: int, rounding: Any, expected: int) -> None:
    class Cutting(Rule, per=("area", "unit", "year"), id="t.cut"):
        edge = cut(Lowest.share, of=GROUP, rounding=rounding)
        verdict = edge >= 1

    members: list[Cell] = [(1, True)] * size
    assert judge(Cutting, members).values["edge"] == expected
    exact = Fraction(15 * size, 100)
    assert floor(exact) <= expected <= ceil(exact)


def test_the_group_of_a_subject_without_its_key_is_looked_up_in_its_own_row() -> None:
    class Short(Rule, per=("unit", "year"), id="t.short"):
        place = rank(Score.n, among=group(Member, by=("area", "year")), ties="min")
        verdict = place <= 1

    elsewhere = {**rows_of([(None, True)])[0], "area": "b", "unit": "x"}
    rows = [*rows_of([(None, True)] * 2), elsewhere]
    scores = [{"unit": unit, "year": 2024, "n": n} for unit, n in (("u0", 3), ("u1", 2), ("x", 1))]
    facts = Facts.of({Member: rows, Score: scores}, closed=True)
    found = {
        unit: decide(Short, {"unit": unit, "year": 2024}, facts, Law.of(), on=ON).values["place"]
        for unit in ("u0", "u1", "x", "nobody")
    }
    assert found == {"u0": 2, "u1": 1, "x": 1, "nobody": None}


class Score(Fact, grain=("unit", "year")):
    n = Field[int]("балл", en="score", bounds=(0, MOST))


def test_the_explanation_names_the_group_by_size_and_digest_and_not_by_listing() -> None:
    members: list[Cell] = [(2, True), (0, True), (1, True), (3, True)]
    explanation = explain(judge(ByMin, members))
    text = explanation.text("ru")
    assert "место в группе (балл, первое – наименьшее): 3 (группа: 4, отпечаток " in text
    assert "условие: не более 2 – не выполнено" in text
    assert "u3" not in text
    assert explanation.events == ("e0",)
    assert "place in the group (score, the first is the smallest): 3 (group of 4, digest " in explanation.text("en")
    group_read = explanation.to_dict()["because"][0]["group"]
    assert group_read["size"] == 4
    assert f"отпечаток {group_read['digest'][:12]})" in text
    other = explain(judge(ByMin, [*members[:-1], (4, True)])).text("ru")
    assert other != text  # the digest knows what the members bring, though the place is the same


def test_the_order_of_members_changes_no_byte() -> None:
    members: list[Cell] = [(2, True), (0, None), (None, True)]
    rows = rows_of(members)
    keys = {"area": "a", "unit": "u0", "year": 2024}
    one, other = (
        explain(decide(ByMin, keys, Facts.of({Member: table}, closed=True), Law.of(), on=ON)).to_json()
        for table in (rows, rows[::-1])
    )
    assert one == other


def test_a_whole_group_decided_together_says_the_same_as_each_alone() -> None:
    members: list[Cell] = [(2, True), (0, None), (None, True), (2, True)]
    facts = Facts.of({Member: rows_of(members)}, closed=True)
    keys = [{"area": "a", "unit": f"u{place}", "year": 2024} for place in range(4)]
    together = [item.to_json() for item in decide_each(ByMin, keys, facts, Law.of(), on=ON)]
    assert together == [decide(ByMin, item, facts, Law.of(), on=ON).to_json() for item in keys]


def test_a_rank_is_described_with_its_ties_and_the_rounding_of_its_cut() -> None:
    said = describe(ByMin, Law.of(Lowest), on=ON)
    assert (
        "Место значения «балл» в группе «участники сравнения» (общие: area, год; члены – те, для которых участвует)"
        in said
    )
    assert "при равных – меньшее место" in said
    assert "с округлением вверх" in said
    assert "rounded up" in describe(ByMin, Law.of(Lowest), on=ON, language="en")


def test_ties_rounding_and_members_are_never_guessed() -> None:
    with pytest.raises(RuleSyntax, match="ties='first' is none of min, max, open"):
        rank(Member.n, among=GROUP, ties="first")  # type: ignore[arg-type]
    with pytest.raises(RuleSyntax, match="rounding='up' is none of"):
        cut(percent(15), of=GROUP, rounding="up")  # type: ignore[arg-type]
    with pytest.raises(RuleSyntax, match="Member has no key region; it has area, unit, year"):
        group(Member, by=("region", "year"))
    with pytest.raises(RuleSyntax, match="a group of Member must share the year"):
        group(Member, by=("area",))
