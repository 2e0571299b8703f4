"""The way out: the least change, equal to an exhaustive search, with a proof or an honest word."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reasoning.methodology import ON

from shnor_engine.errors import RuleError, RuleSyntax
from shnor_engine.law import Clause, Dated, Law, Parameters, Share, percent
from shnor_engine.reasoning import Facts, Lever, WayOut, decide, evaluate, way_out
from shnor_engine.reasoning.evaluate import READ, Evaluation
from shnor_engine.reasoning.trace import Step
from shnor_engine.rules import (
    Expr,
    Fact,
    Field,
    Rule,
    all_,
    any_,
    at_least,
    case,
    count,
    in_each,
    is_known,
    last_years,
    max_,
    max_of,
    mean,
    min_of,
    previous,
    ratio,
    share,
    sum_,
)
from shnor_engine.rules.form import NAMES
from shnor_engine.rules.tree import Ratio

MOST = 3


class Small(Fact, grain=("school", "year", "kind"), ru="строки", en="rows"):
    """Two numbers that action may lower or raise, and one that it cannot touch."""

    n = Field[int]("n", bounds=(0, MOST), actionable="down")
    m = Field[int]("m", bounds=(0, MOST), actionable="both", cost=2)
    whole = Field[int]("всего", bounds=(0, 9))


AT = {"school": "7", "year": 2024, "kind": "a"}


class Plan(Fact, grain=("school", "year")):
    signed = Field[bool]("подписан", actionable="up", cost=3)


class Q(Parameters):
    limit = Dated[Share]({"2020-01-01": percent(30)}, ref=Clause("п. 3.1"))


row_truths: st.SearchStrategy[Expr[bool]] = st.deferred(
    lambda: st.one_of(
        st.builds(lambda c: Small.n >= c, st.integers(0, MOST)),
        st.builds(lambda c: Small.m < c, st.integers(0, MOST)),
        st.builds(lambda c: Small.n + 2 * Small.m > c, st.integers(0, 3 * MOST)),
        st.builds(lambda: share(Small.n, of=Small.whole) >= Q.limit),
        st.builds(lambda c: ratio(Small.n, Small.m) <= c, st.integers(0, 2)),
        st.builds(lambda a, b: a & b, row_truths, row_truths),
        st.builds(lambda a: ~a, row_truths),
    )
)
numbers: st.SearchStrategy[Expr[int]] = st.one_of(
    st.builds(lambda w: count(Small, where=w), row_truths),
    st.builds(lambda w: sum_(Small.n, where=w), row_truths),
    st.builds(lambda: sum_(Small.n)),
    st.builds(lambda: sum_(Small.m - Small.n)),
    st.builds(lambda: mean(Small.m)),
    st.builds(lambda: max_of(Small.n)),
    st.builds(lambda w: min_of(Small.m, where=w), row_truths),
    st.builds(lambda a: max_(sum_(Small.n), a), st.integers(0, 4)),
    st.builds(lambda w: case((any_(w), 1), otherwise=sum_(Small.m)), row_truths),
)
truths: st.SearchStrategy[Expr[bool]] = st.deferred(
    lambda: st.one_of(
        st.builds(lambda x, c: x >= c, numbers, st.integers(0, 6)),
        st.builds(lambda x, c: x < c, numbers, st.integers(0, 6)),
        st.builds(lambda x, c: x.is_(c), numbers, st.integers(0, 4)),
        st.builds(lambda w: any_(w), row_truths),
        st.builds(lambda w: all_(w), row_truths),
        st.builds(lambda: Plan.signed),
        st.builds(lambda a, b: a & b, truths, truths),
        st.builds(lambda a, b: a | b, truths, truths),
        st.builds(lambda a: ~a, truths),
        st.builds(lambda a: previous(a), truths),
        st.builds(lambda a: is_known(sum_(Small.n)) & a, truths),
        st.builds(lambda a: in_each(last_years(2), a), truths),
        st.builds(lambda a: at_least(1, a, of=last_years(2)), truths),
    )
)
KEYS = {"school": "s", "year": 2024}
Cells = Mapping[tuple[int, str], tuple[int, int, int]]
cells = st.tuples(st.integers(0, 3), st.integers(0, MOST), st.integers(3, 9))
tables = st.fixed_dictionaries({(year, kind): cells for year in (2023, 2024) for kind in "ab"})


def facts_of(values: Cells, signed: bool, later: bool | None = None) -> Facts:
    rows = [
        {"school": "s", "year": year, "kind": kind, "n": n, "m": m, "whole": whole, "events": [f"{year}{kind}"]}
        for (year, kind), (n, m, whole) in values.items()
    ]
    now = signed if later is None else later
    plans = [{"school": "s", "year": 2023, "signed": signed}, {"school": "s", "year": 2024, "signed": now}]
    return Facts.of({Small: rows, Plan: plans}, closed=True)


def rule_of(expr: Expr[bool]) -> type[Rule]:
    class Asked(Rule, per=("school", "year"), id="t.asked"):
        verdict = expr

    return Asked


def cheapest(rule: type[Rule], values: Cells, signed: bool, goal: str) -> int | None:
    """The least cost by trying every point of the year 2024; part never exceeds whole."""
    bounded = any(isinstance(node, Ratio) and node.part_of for node in rule.tree.nodes())
    best: int | None = None
    now = [values[2024, kind] for kind in "ab"]
    moves = [[(n, m) for n in range(cell[0] + 1) for m in range(MOST + 1)] for cell in now]
    for points in product(*moves, [signed, True]):
        *pairs, plan = points
        cost = sum(cell[0] - n + 2 * abs(cell[1] - m) for cell, (n, m) in zip(now, pairs, strict=True))
        cost += 3 * (plan and not signed)
        if best is not None and cost >= best:
            continue
        if bounded and any(n > cell[2] for cell, (n, _) in zip(now, pairs, strict=True)):
            continue
        moved = {
            **values,
            **{(2024, kind): (*pair, cell[2]) for kind, pair, cell in zip("ab", pairs, now, strict=True)},
        }
        facts = facts_of(moved, signed, bool(plan))
        if decide(rule, KEYS, facts, Law.of(Q), on=ON).outcome == goal:
            best = cost
    return best


@given(truths, tables, st.booleans())
@settings(max_examples=50, deadline=None)
def test_the_way_out_costs_what_an_exhaustive_search_finds(expr: Expr[bool], values: Cells, signed: bool) -> None:
    rule = rule_of(expr)
    facts = facts_of(values, signed)
    now = decide(rule, KEYS, facts, Law.of(Q), on=ON).outcome
    goal = "not_met" if now == "met" else "met"
    best = cheapest(rule, values, signed, goal)
    way = way_out(rule, KEYS, facts, Law.of(Q), on=ON, goal=goal)
    if best is None:
        assert way.kind == "impossible"
    else:
        assert (way.kind, way.cost) == ("least", best)
        assert way.after is not None
        assert way.after.outcome == goal


# --- in words ---------------------------------------------------------------------------------------


class Sitting(Fact, grain=("school", "year", "procedure"), ru="процедуры", en="sittings"):
    participants = Field[int]("участников", en="participants", bounds=(0, 60))
    below_min = Field[int](
        "ниже минимума", en="below the minimum", bounds=(0, 60), unit="чел.", unit_en="persons", actionable="down"
    )


class P(Parameters):
    low_share = Dated[Share](
        {"2020-01-01": percent(30)}, ref=Clause("п. 3.1", act="приказ 1", act_en="order 1", point_en="clause 3.1")
    )
    min_sittings = Dated[int]({"2020-01-01": 2}, ref=Clause("п. 3.2"))


class Low(Rule, per=("school", "year"), id="t.way", in_force="2020-01-01"):
    low = share(Sitting.below_min, of=Sitting.participants) >= P.low_share
    lows = count(Sitting, where=low)
    verdict = lows >= P.min_sittings


class Twice(Low, id="t.way.twice"):
    level = case((Low.lows >= 4, "grave"), (Low.lows >= 2, "low"), otherwise="none")
    verdict = in_each(last_years(2), Low.lows >= P.min_sittings)


class Either(Low, id="t.way.either"):
    verdict = at_least(1, Low.lows >= P.min_sittings, of=last_years(2))


def sittings(year: int, *pairs: tuple[int, int | None]) -> list[dict[str, Any]]:
    return [
        {"school": "7", "year": year, "procedure": f"p{n}", "participants": whole, "below_min": part}
        for n, (whole, part) in enumerate(pairs)
    ]


def way(rows: Sequence[Mapping[str, Any]], rule: type[Rule] = Low, **more: Any) -> WayOut:
    facts = Facts.of({Sitting: rows}, closed=True)
    return way_out(rule, {"school": "7", "year": 2024}, facts, Law.of(P), on=ON, **more)


def test_the_change_is_said_in_whole_units_with_its_limit_and_its_clause() -> None:
    found = way(sittings(2024, (27, 9), (20, 12), (20, 1)), names={"p0": {"ru": "математика", "en": "mathematics"}})
    assert (found.kind, found.cost, [item.units for item in found.changes]) == ("least", 1, [1])
    assert found.text("ru") == (
        "7, 2024 год: чтобы решение стало «условия не выполнены», достаточно, чтобы\n"
        "– 2024 год, математика: «ниже минимума» было на 1 чел. меньше (8 вместо 9) – "
        "ниже минимума из числа участников: станет 29,6 % вместо 33,3 %; условие: не менее 30 % (приказ 1, п. 3.1).\n"
        "Меньшего изменения недостаточно."
    )
    assert "mathematics: «below the minimum» is 1 persons fewer (8 instead of 9)" in found.text("en")
    assert "condition: at least 30% (order 1, clause 3.1)" in found.text("en")
    with pytest.raises(ValueError, match="no language 'de'"):
        found.text("de")


def test_of_several_ways_the_cheapest_is_found() -> None:
    found = way(sittings(2024, (20, 20), (20, 8), (20, 7), (20, 20)))
    assert sorted((item.units, dict(item.keys)["procedure"]) for item in found.changes)[:2] == [(2, "p2"), (3, "p1")]
    assert (found.kind, found.cost) == ("least", 2 + 3 + 15)
    assert found.after is not None
    assert found.after.values["lows"] == 1


def test_what_lies_before_the_period_decided_on_has_happened() -> None:
    rows = [*sittings(2023, (20, 8), (20, 7)), *sittings(2024, (20, 20), (20, 20))]
    assert way(rows, Twice).cost == 15
    assert way(rows, Twice, since=2023).cost == 2


def test_a_decision_that_rests_on_the_past_alone_cannot_be_turned_and_says_on_what() -> None:
    found = way([*sittings(2023, (20, 8), (20, 7)), *sittings(2024, (20, 1))], Either)
    assert found.kind == "impossible"
    assert {dict(reason.keys)["year"] for reason in found.because} == {2023}
    assert "недостижимо: решение держится на том, чего допустимые изменения не касаются" in found.text("ru")
    assert "the decision rests on what no allowed change touches" in found.text("en")


def test_what_no_allowed_change_reaches_is_told_with_how_far_it_can_be_moved() -> None:
    class Enough(Rule, per=("school", "year", "kind"), id="t.enough"):
        verdict = Small.n <= 3

    found = way_out(Enough, AT, Facts.of({Small: [{**AT, "n": 2, "m": 1, "whole": 9}]}), Law.of(), on=ON)
    assert "решение «условия не выполнены» недостижимо" in found.text("ru")
    assert "n: от 0 до 2; условие: не более 3 – выполнено" in found.text("ru")


def test_a_code_may_be_the_goal() -> None:
    rows = sittings(2024, (20, 8), (20, 9), (20, 7), (20, 20))
    found = way(rows, Twice, goal="low", clause="level")
    assert (found.kind, found.cost) == ("least", 2)
    assert found.after is not None
    assert found.after.values["level"] == "low"
    assert way(rows, Twice, goal="none", clause="level").cost == 2 + 3 + 4
    assert way(rows, Twice, goal="grave", clause="level").kind == "already"
    with pytest.raises(RuleError, match="name the clause that gives it; there are"):
        way(rows, Twice, goal="none")
    with pytest.raises(RuleError, match="«undetermined» is no goal"):
        way(rows, goal="undetermined")


def test_levers_may_be_named_anew_and_a_part_never_exceeds_its_whole() -> None:
    rows = sittings(2024, (20, 8), (20, 8), (10, 3))
    more = way(rows, actionable=[Lever.of(Sitting.participants, "up")])
    assert (more.kind, more.cost) == ("least", 7 + 1)
    fewer = way(sittings(2024, (20, 5), (20, 5)), goal="met", actionable=[Lever.of(Sitting.participants, "down")])
    assert (fewer.cost, [item.after for item in fewer.changes]) == (8, [16, 16])
    stuck = way(sittings(2024, (20, 0), (20, 5)), goal="met", actionable=[Lever.of(Sitting.participants, "down")])
    assert stuck.kind == "impossible"
    with pytest.raises(RuleError, match="only a Field"):
        Lever.of(Low.lows, "up")


def test_nothing_actionable_or_nothing_known_is_said() -> None:
    rows = sittings(2024, (20, 8), (20, 8))
    assert "не объявлен изменяемым" in way(rows, actionable=[]).text("ru")
    unknown = way(sittings(2024, (20, None), (20, None)))
    assert (unknown.kind, "ещё не известны" in unknown.text("ru")) == ("impossible", True)
    early = way_out(Low, {"school": "7", "year": 2019}, Facts.of({Sitting: []}), Law.of(P), on=ON, goal="met")
    assert "правило ещё не действовало" in early.text("ru")


def test_a_number_without_upper_bound_may_rise_as_far_as_it_takes() -> None:
    class Points(Fact, grain=("school", "year")):
        points = Field[int]("баллы", actionable="up")

    class Enough(Rule, per=("school", "year"), id="t.enough"):
        verdict = Points.points >= 1_000_003

    facts = Facts.of({Points: [{**KEYS, "points": 3}]})
    found = way_out(Enough, KEYS, facts, Law.of(), on=ON, goal="met")
    assert (found.kind, found.cost) == ("least", 1_000_000)


def test_a_search_that_is_stopped_says_so() -> None:
    found = way(sittings(2024, *[(20, 9)] * 6), budget=3)
    assert (found.kind, found.changes) == ("not_found", ())
    assert "перебор остановлен" in found.text("ru")


def test_a_node_that_nobody_taught_leaves_a_sufficient_change() -> None:
    @dataclass(frozen=True, eq=False)
    class Whatever(Expr[bool]):
        kind = "truth"
        item: Expr[bool]

    class Strange(Rule, per=("school", "year"), id="t.strange"):
        verdict = Whatever(any_(share(Sitting.below_min, of=Sitting.participants) >= P.low_share))

    with reading(Whatever):
        found = way(sittings(2024, (20, 7), (20, 1)), Strange)
    assert (found.kind, found.cost) == ("sufficient", 2)
    assert "не доказано, что нет меньшего" in found.text("ru")


@contextmanager
def reading(node: type[Expr[Any]]) -> Iterator[None]:
    """The reference reader taught a node for a while."""

    def read(self: Evaluation, expr: Any, keys: Any) -> Step:
        item = self.step(expr.item, keys)
        return Step(expr, keys, item.value, item.present, (item,))

    before = dict(READ)
    evaluate.READ = {**before, node: read}  # type: ignore[misc]
    NAMES[node] = node.__name__.lower()
    try:
        yield
    finally:
        evaluate.READ = before  # type: ignore[misc]
        del NAMES[node]


def test_the_answer_is_the_same_in_json_every_time() -> None:
    rows = sittings(2024, (27, 9), (20, 12), (20, 7))
    one = way(rows).to_dict()
    assert one == way(list(reversed(rows))).to_dict()
    assert json.loads(json.dumps(one))["changes"][0]["turns"][0]["param"] == "P.low_share"
    assert one["changes"][0]["turns"][0]["clause"]["point"] == "п. 3.1"


def test_what_is_actionable_is_part_of_the_meaning_and_counted_in_whole_units() -> None:
    assert Sitting.fields()["below_min"].content()["actionable"] == "down"
    assert "actionable" not in Sitting.fields()["participants"].content()
    with pytest.raises(RuleSyntax, match="counted in whole units"):

        class Wrong(Fact, grain=("school", "year")):
            part = Field[Share]("доля", actionable="down")


def test_six_procedures_in_two_years_are_searched_in_little_more_than_one_asking_a_procedure() -> None:
    rows = [*sittings(2023, *[(25, 9)] * 6), *sittings(2024, *[(25, 9 + n) for n in range(6)])]
    found = way(rows, Twice, since=2023)
    assert (found.kind, found.cost) == ("least", 5 * 2)
    assert found.asked < 200
