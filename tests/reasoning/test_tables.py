"""Tables: the row that holds, every row that may, proof of overlaps and gaps, collecting, what is explained."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.reasoning.values_facts import ON, Card, judge, rule_of, value

from shnor_engine.errors import PackError, RuleSyntax
from shnor_engine.law import Clause, Dated, Law, Override, Parameters, percent
from shnor_engine.packs import Binding, Pack
from shnor_engine.reasoning import check, explain
from shnor_engine.rules import (
    Expr,
    Rule,
    above,
    absent,
    anything,
    below,
    case,
    from_,
    is_present,
    row,
    share,
    table,
    up_to,
)
from shnor_engine.rules.table_checks import problems
from shnor_engine.rules.tables import Band, Table, TableRow, made_table
from shnor_engine.rules.tree import Constant

BANDS = table(
    Card.m,
    row(below(2), gives="none", ref=Clause("п. 1")),
    row(from_(2).up_to(4), gives="some", ref=Clause("п. 2")),
    row(above(4), gives="many", ref=Clause("п. 3")),
)


def test_bands_say_on_which_side_they_are_closed() -> None:
    assert [value(BANDS, m=m) for m in range(7)] == ["none", "none", "some", "some", "some", "many", "many"]


def test_an_input_that_is_not_known_leaves_the_rows_that_may_hold() -> None:
    assert value(BANDS) == ("many", "none", "some")
    numbers = table(Card.m, row(below(2), gives=1), row(from_(2).up_to(4), gives=5), row(above(4), gives=9))
    assert value(numbers) == (1, 9)
    assert value(numbers + 1, m=3) == 6


# --- brute force ------------------------------------------------------------------------------------

cells = st.one_of(
    st.just(("any",)),
    st.tuples(st.just("one"), st.integers(-6, 6)),
    st.tuples(st.just("band"), st.integers(-7, 6), st.booleans(), st.integers(-6, 7), st.booleans()),
)
codes = st.sets(st.sampled_from("abc"), min_size=1)
rows_of = st.lists(st.tuples(cells, codes), min_size=1, max_size=5)


def cell_of(cell: tuple[Any, ...]) -> Any:
    match cell:
        case ("any",):
            return anything
        case ("one", number):
            return number
        case (_, low, low_in, high, high_in):
            return Band(Constant(low), low_in, Constant(high), high_in)
    raise AssertionError(cell)


def held_by(cell: tuple[Any, ...], number: Any) -> bool:
    match cell:
        case ("any",):
            return True
        case ("one", only):
            return bool(number == only)
        case (_, low, low_in, high, high_in):
            return bool(
                (low < number or (low_in and low == number)) and (number < high or (high_in and number == high))
            )
    raise AssertionError(cell)


def hits(rows: list[tuple[tuple[Any, ...], set[str]]], number: Any, code: str) -> list[int]:
    return [place for place, (cell, codes) in enumerate(rows) if held_by(cell, number) and code in codes]


def made(rows: list[Any], hit: Any = "unique", otherwise: Any = None) -> Table[Any]:
    written = [
        row(cell_of(cell), tuple(sorted(codes)), gives=f"r{place}") for place, (cell, codes) in enumerate(rows)
    ]
    return made_table((Card.n, Card.code), written, otherwise, hit)


@given(rows_of)
@settings(max_examples=300, deadline=None)
def test_overlaps_gaps_and_dead_rows_are_those_that_brute_force_finds(rows: list[Any]) -> None:
    every = [hits(rows, number, code) for number, code in product(range(-6, 7), "abc")]
    found = {problem.code for problem in problems(made(rows))}
    assert ("rows-overlap" in found) is any(len(hit) > 1 for hit in every)
    assert ("row-missing" in found) is any(not hit for hit in every)
    assert ("row-shadowed" in found) is any(all(place not in hit for hit in every) for place in range(len(rows)))


@given(rows_of, st.one_of(st.none(), st.integers(-6, 6)), st.one_of(st.none(), st.sampled_from("abc")))
@settings(max_examples=300, deadline=None)
def test_a_table_gives_what_the_rows_give_for_every_value_that_is_possible(
    rows: list[Any], n: int | None, code: str | None
) -> None:
    expr = made(rows, otherwise="rest")
    assume(not any(problem.code == "rows-overlap" for problem in problems(expr)))
    possible = set()
    for number, one in product([n] if n is not None else range(-6, 7), [code] if code else "abc"):
        possible |= {f"r{place}" for place in hits(rows, number, one)} or {"rest"}
    found = value(expr, n=n, code=code)
    said = set(found) if isinstance(found, tuple) else {found}
    assert possible <= said
    if n is not None:
        assert possible == said
    else:  # between two whole numbers there may be a value that no whole number has
        halves = {Fraction(number, 2) for number in range(-12, 13)}
        wider = set()
        for number, one in product(halves, [code] if code else "abc"):
            wider |= {f"r{place}" for place in hits(rows, number, one)} or {"rest"}
        assert said <= wider


@given(rows_of, st.one_of(st.none(), st.integers(-6, 6)), st.one_of(st.none(), st.sampled_from("abc")))
@settings(max_examples=200, deadline=None)
def test_a_collecting_table_gives_the_codes_of_every_row_that_holds(
    rows: list[Any], n: int | None, code: str | None
) -> None:
    expr = made(rows, "collect")
    worlds = [
        {f"r{place}" for place in hits(rows, number, one)}
        for number, one in product([n] if n is not None else range(-6, 7), [code] if code else "abc")
    ]
    found = value(expr, n=n, code=code)
    sure, may = (found["surely"], found["possibly"]) if isinstance(found, dict) else (found, found)
    assert set(sure) <= set.intersection(*worlds)
    assert set.union(*worlds) <= set(may)
    if len(worlds) == 1:
        assert found == tuple(sorted(worlds[0]))


def test_has_asks_a_collected_set() -> None:
    tags = table(Card.m, row(above(2), gives="large"), row(from_(2), gives="counted"), hit="collect")
    assert value(tags, m=2) == ("counted",)
    assert value(tags.has("large"), m=2) is False
    assert value(tags.has("large"), m=3) is True
    assert value(tags.has("large"), m=None) is None
    assert value(tags.has("tiny"), m=None) is False
    assert judge(rule_of(x=tags), {"m": None}).to_json()["values"]["x"] == {
        "surely": [],
        "possibly": ["counted", "large"],
    }


def test_a_collecting_row_that_gives_any_code_leaves_the_set_open_and_one_that_gives_nothing_adds_none() -> None:
    tags = table(
        Card.m,
        row(from_(2), gives=Card.free),
        row(from_(1), gives=case((Card.flag, "flagged"), otherwise=absent)),
        hit="collect",
    )
    assert value(tags, m=0) == ()
    assert value(tags, m=1, flag=False) == ()
    assert value(tags.has("flagged"), m=1, flag=None) is None
    assert value(tags, m=2, flag=True, free="x") == ("flagged", "x")
    assert value(tags, m=2, flag=True) is None
    assert value(tags.has("x"), m=2, flag=True) is None


# --- absence ----------------------------------------------------------------------------------------

MAYBE = case((Card.flag, Card.m), otherwise=absent)


def test_an_absent_input_is_undetermined_unless_a_row_asks_for_it() -> None:
    silent = table(MAYBE, row(below(3), gives="few"), row(from_(3), gives="more"))
    asking = table(MAYBE, row(below(3), gives="few"), row(from_(3), gives="more"), row(absent, gives="nothing"))
    assert value(silent, flag=False, m=1) == ("few", "more")
    assert value(asking, flag=False, m=1) == "nothing"
    assert value(asking, flag=True, m=1) == "few"
    assert value(asking, flag=None, m=1) == ("few", "more", "nothing")


def test_a_row_may_give_nothing() -> None:
    expr = table(Card.m, row(below(3), gives=absent), row(from_(3), gives=5))
    assert value(expr, m=1) is None
    assert value(is_present(expr), m=1) is False
    assert value(expr, m=3) == 5
    assert value(is_present(expr)) is None
    assert value(table(Card.m, row(below(3), gives=5), otherwise=absent), m=4) is None


def test_a_truth_and_an_open_code_are_inputs() -> None:
    expr = table((Card.flag, Card.free), row(True, ("x", "y"), gives=1), row(True, "z", gives=2), otherwise=0)
    assert value(expr, flag=True, free="y") == 1
    assert value(expr, flag=True, free="q") == 0
    assert value(expr, flag=False) == 0
    assert value(expr, flag=True) == (0, 2)
    assert value(expr, free="z") == (0, 2)


def test_shares_and_days_are_read_exactly() -> None:
    expr = table(
        share(Card.m, of=Card.m + 1), row(below(percent(75)), gives="low"), row(from_(percent(75)), gives="ok")
    )
    assert [value(expr, m=m) for m in (2, 3)] == ["low", "ok"]
    by_day = table(Card.day, row(below(date(2020, 1, 1)), gives="old"), row(from_(date(2020, 1, 1)), gives="new"))
    assert value(by_day, day=date(2019, 12, 31)) == "old"
    assert value(by_day) == ("new", "old")


# --- proof ------------------------------------------------------------------------------------------


class Cuts(Parameters):
    low = Dated[int]({"2020-01-01": 2, "2023-01-01": 4}, ru="нижний порог", en="low cut", region_may_override=True)
    high = Dated[int]({"2020-01-01": 5}, ru="верхний порог", en="high cut")


def refusal(*rows: TableRow[Any], inputs: Any = Card.m, **more: Any) -> str:
    with pytest.raises(RuleSyntax) as caught:
        table(inputs, *rows, **more)
    assert "test_tables.py" in caught.value.where
    return str(caught.value)


def test_no_gap_is_seen_between_whole_numbers_when_one_of_them_is_not_known() -> None:
    assert value(table(Card.m, row(up_to(2), gives=1), row(from_(3), gives=2))) == (1, 2)
    assert value(is_present(table(Card.m, row(up_to(2), gives=1), row(from_(3), gives=2)))) is True


def test_a_gap_is_named_by_a_value_and_whole_numbers_leave_none_between_them() -> None:
    assert "no row of this table holds Card.m = 3" in refusal(row(below(3), gives=1), row(above(3), gives=2))
    assert table(Card.m, row(up_to(2), gives=1), row(from_(3), gives=2)) is not None
    assert "no row of this table holds Card.part = 5/2" not in refusal(
        row(up_to(percent(20)), gives=1), row(from_(percent(30)), gives=2), inputs=Card.part
    )
    assert "Card.code = c" in refusal(row(("a", "b"), gives=1), inputs=Card.code)
    assert "Card.free = any other code" in refusal(row("a", gives=1), inputs=Card.free)
    assert "Card.flag = False" in refusal(row(True, gives=1), inputs=Card.flag)


def test_an_overlap_and_a_row_that_is_never_hit_are_refused_at_the_row() -> None:
    first, second = row(up_to(3), gives=1), row(from_(3), gives=2)
    with pytest.raises(RuleSyntax, match=r"rows 1 and 2 both hold Card\.m = 3") as caught:
        table(Card.m, first, second)
    assert caught.value.where == second.where
    assert "row 2 can never be hit" in refusal(row(below(9), gives=1), row(from_(9), gives=2))
    assert "row 1 can never be hit" in refusal(row(from_(4).below(4), gives=1), otherwise=2)
    assert "row 1 can never be hit" in refusal(row(above(3).below(4), gives=1), otherwise=2)
    assert "row 2 adds nothing" in refusal(row(from_(2), gives="a"), row(above(3), gives="a"), hit="collect")


def test_dated_edges_are_proved_for_every_epoch() -> None:
    said = refusal(row(below(Cuts.low), gives=1), row(from_(3), gives=2))
    assert "no row of this table holds Card.m = 2 from 2020-01-01 on" in said
    said = refusal(row(below(Cuts.low), gives=1), row(from_(2), gives=2))
    assert "rows 1 and 2 both hold Card.m = 2 from 2023-01-01 on" in said


REGIONAL = table(
    Card.m,
    row(below(Cuts.low), gives="low"),
    row(from_(Cuts.low).below(Cuts.high), gives="middle"),
    row(from_(Cuts.high), gives="high"),
)


class ByRegion(Rule, per=("school", "year"), id="t.region", ref=Clause("1"), in_force="2020-01-01"):
    level = REGIONAL
    verdict = level.is_("high")


def test_a_region_whose_own_edge_folds_the_table_is_found_by_check_and_refused_in_a_pack() -> None:
    own = Override.of("r", Cuts.low, {"2021-01-01": 6}, ref=Clause("5"))
    law = Law.of(Cuts, overrides=[own])
    codes = [finding.code for finding in check(ByRegion, law, on=ON)]
    assert "rows-overlap" in codes
    assert "row-shadowed" in codes
    assert not {"rows-overlap", "row-shadowed"} & {item.code for item in check(ByRegion, Law.of(Cuts), on=ON)}

    def pack(law: Law) -> Pack:
        title, bound = {"ru": "т", "en": "t"}, {Card: Binding("cards")}
        return Pack("t", "1", title, "ru", ByRegion, law, bound, {})

    assert pack(Law.of(Cuts)).id == "t"
    with pytest.raises(PackError, match=r"rows 1 and 3 both hold Card\.m = 5 from 2021-01-01 on in r"):
        pack(law)


def test_a_table_takes_the_edges_of_its_period_and_region() -> None:
    law = Law.of(Cuts, overrides=[Override.of("r", Cuts.low, {"2020-01-01": 3})])
    assert judge(ByRegion, {"m": 3}, law=law).values["level"] == "low"
    assert judge(ByRegion, {"m": 3}, law=law, region="r").values["level"] == "middle"


@pytest.mark.parametrize(
    ("rows", "inputs", "message"),
    [
        ([row("a", gives=1)], Card.m, "cell 1 speaks of a code, its input is a number"),
        ([row(1, 2, gives=1)], Card.m, "this row has 2 cells for 1 inputs"),
        ([row(below(3), gives=1)], Card.code, "cell 1 speaks of a number, its input is a code"),
        ([row(1, gives=1), row(2, gives="a")], Card.m, "give code and number"),
        ([], Card.m, "a table without rows"),
    ],
)
def test_a_row_that_does_not_fit_is_refused(rows: list[TableRow[Any]], inputs: Any, message: str) -> None:
    with pytest.raises(RuleSyntax, match=message):
        table(inputs, *rows, otherwise=absent)


def test_an_edge_is_a_literal_or_a_parameter() -> None:
    with pytest.raises(RuleSyntax, match="literals and parameters"):
        below(Card.m + 1)
    with pytest.raises(RuleSyntax, match="has an upper end already"):
        below(3).up_to(4)
    with pytest.raises(RuleSyntax, match="take otherwise= away"):
        table(Card.m, row(1, gives="a"), hit="collect", otherwise="b")  # type: ignore[call-overload]


# --- words ------------------------------------------------------------------------------------------


class Banded(Rule, per=("school", "year"), id="t.banded"):
    level: Expr[str] = BANDS
    verdict = level.is_in("some", "many")


def test_the_explanation_is_the_row_with_its_clause_and_the_margin_to_the_next() -> None:
    found = explain(judge(Banded, {"m": 2}))
    said = found.text("ru")
    assert "таблица, строка 2, п. 2: не менее 2 и не более 4 (второе: 2) – итог: some" in said
    assert "(изменится, если будет на 1 чел. меньше)" in said
    assert "table, row 2, п. 2: at least 2 and at most 4 (second: 2) – result: some" in found.text("en")
    assert found.events == ("card",)


def test_an_open_table_says_which_values_are_possible_and_what_to_fetch() -> None:
    found = explain(judge(Banded, {}))
    assert "таблица, строка не определена (второе: неизвестно) – итог: many или none или some" in found.text("ru")
    assert [item.field for item in found.missing] == ["m"]


def test_a_default_and_a_collected_set_are_explained_too() -> None:
    class Both(Rule, per=("school", "year"), id="t.both"):
        rest = table(Card.m, row(1, gives=7), otherwise=3)
        tags = table(Card.m, row(from_(2), gives="x"), row(from_(4), gives="y"), hit="collect")
        verdict = (rest >= 3) & tags.has("x")

    said = explain(judge(Both, {"m": 2})).text("ru")
    assert "таблица, прочие случаи (второе: 2) – итог: 3" in said
    assert "условие: есть «x» – выполнено" in said
    assert "таблица, строки: 1 (второе: 2) – итог: x" in said
