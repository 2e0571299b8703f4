"""Weighted means over what is present, weights of what is missing given away by a table, penalties and caps."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reasoning.values_facts import KEYS, ON

from shnor_engine.errors import RuleSyntax
from shnor_engine.law import Clause, Dated, Law, Parameters, Share
from shnor_engine.reasoning import Facts, Verdict, decide, explain
from shnor_engine.rules import (
    Expr,
    Fact,
    Field,
    Key,
    Rule,
    absent,
    below,
    case,
    from_,
    is_known,
    is_present,
    key_of,
    max_,
    mean,
    min_,
    percent,
    reweight,
    row,
    send,
    sum_,
    table,
)


class Mark(Fact, grain=("school", "year", Key("kind", among=("a", "b", "c"))), ru="показатели", en="marks"):
    score = Field[int]("балл", en="score", bounds=(0, 3))
    weight = Field[int]("вес", en="weight", bounds=(0, 2))
    held = Field[bool]("измерен", en="measured")


def rows(*cells: tuple[str, Any, Any, Any]) -> list[dict[str, Any]]:
    return [
        {**KEYS, "kind": kind, "score": score, "weight": weight, "held": held, "events": [kind]}
        for kind, score, weight, held in cells
    ]


def judge(expr: Expr[Any], table_: list[dict[str, Any]], closed: Any = True, *params: type[Parameters]) -> Verdict:
    made = type("Asked", (Rule,), {"x": expr, "verdict": is_known(expr)}, per=("school", "year"), id="t.asked")
    assert issubclass(made, Rule)
    facts = Facts.of({Mark: table_}, closed=closed if isinstance(closed, bool) else {Mark: closed})
    return decide(made, KEYS, facts, Law.of(*params), on=ON)


def value(expr: Expr[Any], table_: list[dict[str, Any]], closed: Any = True, *params: type[Parameters]) -> Any:
    verdict = judge(expr, table_, closed, *params)
    assert verdict.outcome != "failed", verdict.error
    return verdict.values["x"]


WEIGHTED = mean(Mark.score, weight=Mark.weight, where=Mark.held)


def test_the_weighted_mean_is_exact() -> None:
    assert value(WEIGHTED, rows(("a", 3, 2, True), ("b", 1, 1, True), ("c", 0, 2, False))) == Fraction(7, 3)


def test_what_is_absent_takes_no_part_and_over_nothing_there_is_no_mean() -> None:
    present = mean(case((Mark.held, Mark.score), otherwise=absent), weight=Mark.weight)
    assert value(present, rows(("a", 3, 2, True), ("b", 1, 1, False))) == 3
    assert value(is_present(present), rows(("a", 3, 2, False))) is False
    assert value(is_present(WEIGHTED), []) is False
    assert value(is_present(WEIGHTED), rows(("a", 3, 0, True))) is False
    assert value(is_present(WEIGHTED), rows(("a", 3, 0, True), ("b", 1, None, True))) is None


def test_a_weight_below_zero_fails() -> None:
    verdict = judge(mean(Mark.score, weight=Mark.weight - 2), rows(("a", 1, 1, True)))
    assert (verdict.outcome, "a weight of -1 is below zero" in verdict.error) == ("failed", True)


cell = st.tuples(
    st.one_of(st.none(), st.integers(0, 3)),
    st.one_of(st.none(), st.integers(0, 2)),
    st.sampled_from([True, False, None]),
)


@given(st.lists(cell, min_size=1, max_size=3))
@settings(max_examples=150, deadline=None)
def test_the_interval_of_a_weighted_mean_is_the_range_over_every_completion(cells: list[Any]) -> None:
    table_ = rows(*((kind, *item) for kind, item in zip("abc", cells, strict=False)))
    choices = [[score] if score is not None else range(4) for score, _, _ in cells]
    weights = [[weight] if weight is not None else range(3) for _, weight, _ in cells]
    helds = [[held] if held is not None else [True, False] for _, _, held in cells]
    seen: set[Fraction | None] = set()
    for scores, heavy, held in product(product(*choices), product(*weights), product(*helds)):
        total = sum(w for w, h in zip(heavy, held, strict=True) if h)
        points = sum(s * w for s, w, h in zip(scores, heavy, held, strict=True) if h)
        seen.add(Fraction(points, total) if total else None)
    present = value(is_present(WEIGHTED), table_)
    assert present is (None if None in seen and len(seen) > 1 else None not in seen)
    if present is True:
        found = value(WEIGHTED, table_)
        low, high = found if isinstance(found, tuple) else (found, found)
        sure = [item for item in seen if item is not None]
        assert (low, high) == (min(sure), max(sure))


def test_rows_that_nobody_reported_may_weigh_anything() -> None:
    class Free(Fact, grain=("school", "year", "kind")):
        n = Field[int]("n", bounds=(0, 5))
        w = Field[int]("w", bounds=(1, 9))

    class Open(Rule, per=("school", "year"), id="t.open"):
        x = mean(Free.n, weight=Free.w)
        verdict = x >= 0

    facts = Facts.of({Free: [{**KEYS, "kind": "k", "n": 2, "w": 3}]})
    assert decide(Open, KEYS, facts, Law.of(), on=ON).values == {"x": (0, 5), "verdict": True}


# --- weights of what is missing ---------------------------------------------------------------------


class Parts(Parameters):
    half = Dated[Share]({"2020-01-01": percent(50)}, ru="доля", en="part")


OWN = table(key_of(Mark, "kind"), row("a", gives=50), row("b", gives=30), row("c", gives=20))
TO = (
    send("a", to={"b": Parts.half, "c": percent(50)}, ref=Clause("4.1")),
    send("b", to={"c": 1}),
    send("c", to={"a": percent(60), "b": percent(40)}),
)
MOVED = reweight(OWN, present=Mark.held, key=(Mark, "kind"), to=TO)
TOTAL = sum_(MOVED * Mark.score, where=Mark.held)


def by_hand(held: dict[str, bool]) -> dict[str, Fraction]:
    """The table of weights applied as a clerk would: once, row by row."""
    weights = {"a": Fraction(50), "b": Fraction(30), "c": Fraction(20)}
    for source, targets in (
        ("a", {"b": Fraction(1, 2), "c": Fraction(1, 2)}),
        ("b", {"c": Fraction(1)}),
        ("c", {"a": Fraction(3, 5), "b": Fraction(2, 5)}),
    ):
        if not held[source]:
            given_, weights[source] = weights[source], Fraction(0)
            for target, part in targets.items():
                weights[target] += given_ * part
    return weights


@pytest.mark.parametrize("flags", list(product([True, False], repeat=3)))
def test_the_table_is_applied_once_in_its_order(flags: tuple[bool, ...]) -> None:
    held = dict(zip("abc", flags, strict=True))
    table_ = rows(*((kind, 1, 1, flag) for kind, flag in held.items()))
    expected = by_hand(held)
    for kind in "abc":
        own = sum_(MOVED, where=key_of(Mark, "kind").is_(kind))
        assert value(own, table_, True, Parts) == expected[kind]
    assert value(TOTAL, table_, True, Parts) == sum(expected[kind] for kind in "abc" if held[kind])


def test_a_row_that_nobody_reported_is_missing_once_its_keys_are_closed() -> None:
    table_ = rows(("b", 1, 1, True), ("c", 1, 1, True))
    own = sum_(MOVED, where=key_of(Mark, "kind").is_("b"))
    assert value(own, table_, True, Parts) == 55
    assert value(own, table_, False, Parts) == (30, 55)
    assert value(own, table_, [{"kind": "a"}], Parts) == 55


@given(st.lists(st.sampled_from([True, False, None]), min_size=3, max_size=3), st.sampled_from("abc"))
@settings(max_examples=60, deadline=None)
def test_the_interval_of_a_weight_holds_every_completion(flags: list[bool | None], kind: str) -> None:
    own = sum_(MOVED, where=key_of(Mark, "kind").is_(kind))
    found = value(own, rows(*((k, 1, 1, flag) for k, flag in zip("abc", flags, strict=True))), True, Parts)
    low, high = found if isinstance(found, tuple) else (found, found)
    for world in product(*([flag] if flag is not None else [True, False] for flag in flags)):
        assert low <= by_hand(dict(zip("abc", world, strict=True)))[kind] <= high


def test_a_table_of_weights_that_can_not_be_meant_is_refused() -> None:
    with pytest.raises(RuleSyntax, match="must go to other rows"):
        send("a", to={"a": 1})
    with pytest.raises(RuleSyntax, match="each once"):
        reweight(OWN, present=Mark.held, key=(Mark, "kind"), to=(send("a", to={"b": 1}), send("a", to={"c": 1})))
    with pytest.raises(RuleSyntax, match="z is none of a, b, c"):
        reweight(OWN, present=Mark.held, key=(Mark, "kind"), to=(send("a", to={"z": 1}),))
    with pytest.raises(RuleSyntax, match="Mark has no key «knd»"):
        reweight(OWN, present=Mark.held, key=(Mark, "knd"), to=TO)


# --- penalties and caps -----------------------------------------------------------------------------

PENALTY = max_(min_(sum_(Mark.score), 5) - case((sum_(Mark.weight) < 3, 2), otherwise=0), 1)


@pytest.mark.parametrize(
    ("scores", "weights", "expected"),
    [((3, 3), (2, 2), 5), ((3, 1), (2, 2), 4), ((3, 1), (1, 1), 2), ((1, 1), (1, 1), 1), ((3, 3), (1, None), (3, 5))],
)
def test_a_cap_a_penalty_and_a_floor(scores: tuple[int, ...], weights: tuple[Any, ...], expected: Any) -> None:
    table_ = rows(("a", scores[0], weights[0], True), ("b", scores[1], weights[1], True))
    assert value(PENALTY, table_) == expected


# --- sufficiency ------------------------------------------------------------------------------------


class Rated(Rule, per=("school", "year"), id="t.rated"):
    moved = reweight(OWN, present=Mark.held & (Mark.weight > 0), key=(Mark, "kind"), to=TO)
    total = mean(Mark.score, weight=moved, where=Mark.held)
    level = table(total, row(below(2), gives="low"), row(from_(2), gives="good"), row(absent, gives="none"))
    verdict = level.is_("good")


def rated(table_: list[dict[str, Any]], closed: Any) -> Verdict:
    return decide(Rated, KEYS, Facts.of({Mark: table_}, closed={Mark: closed}), Law.of(Parts), on=ON)


reported = st.dictionaries(st.sampled_from("abc"), cell, max_size=3)


@given(reported, st.lists(st.sampled_from("abc"), unique=True), st.data())
@settings(max_examples=200, deadline=None)
def test_no_change_outside_the_named_events_changes_a_rating(
    cells: dict[str, Any], closing: list[str], data: st.DataObject
) -> None:
    table_ = rows(*((kind, *item) for kind, item in cells.items()))
    closed = [{"kind": kind, "events": [f"closed-{kind}"]} for kind in closing]
    before = rated(table_, closed)
    assert before.outcome != "failed", before.error
    named = set(explain(before).events)
    after = [item for item in table_ if item["events"][0] in named]
    for item in table_:
        if item["events"][0] not in named and data.draw(st.booleans()):
            after += rows((item["kind"], *data.draw(cell)))
    still = [item for item in closed if item["events"][0] in named or data.draw(st.booleans())]
    assert rated(after, still).outcome == before.outcome


def test_what_is_missing_is_asked_for_and_the_table_of_weights_is_cited() -> None:
    found = explain(rated(rows(("a", None, 1, True), ("b", 3, 1, True)), [{"kind": "c"}]))
    assert [(item.field, dict(item.keys)["kind"]) for item in found.missing] == [("score", "a")]
    found = explain(rated(rows(("b", 3, 1, True), ("c", 1, 1, True)), True))
    assert "доля – 50 %" in found.text("ru")
    assert "таблица, строка 2: не менее 2" in found.text("ru")
