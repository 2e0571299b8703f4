"""Weighted means and weights of what is missing in columns: the same exact ranges as one by one, on every engine."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

import pytest
from tests.packs.methodologies.rating import R, Rating, Support
from tests.reasoning.test_weights import MOVED as MOVED_MARKS
from tests.reasoning.test_weights import Mark, Parts, Rated
from tests.reasoning.worlds import World, agree

from shnor_engine.law import Clause, Dated, Law, Parameters, Share, percent
from shnor_engine.reasoning.columns import compiles
from shnor_engine.rules import (
    MONTH,
    Fact,
    Field,
    Key,
    Rule,
    RuleSet,
    absent,
    any_,
    case,
    in_each,
    is_present,
    key_of,
    last,
    max_of,
    mean,
    move,
    over,
    previous,
    reweight,
    round_,
    row,
    send,
    share,
    status,
    sum_,
    table,
)

ON = date(2024, 12, 31)
YEARS = (2022, 2023, 2024)
THREE = ("met", "not_met", "undetermined")


def chance(random: Random, part: float) -> bool:
    return random.random() < part


def cells(random: Random, fact: type[Fact], gap: float) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, item in fact.fields().items():
        low, high = item.limits if item.kind == "number" else (0, 1)
        value: Any = chance(random, 0.7) if item.kind == "truth" else random.randint(int(low or 0), int(high or 4))
        found[name] = None if chance(random, gap) else value
    return found


def marks(random: Random) -> World:
    gap = random.choice((0.0, 0.0, 0.1, 0.3, 0.6))
    rows = [
        {"school": "s", "year": year, "kind": kind, **cells(random, Mark, gap)}
        for year in YEARS
        for kind in "abc"
        if chance(random, 0.8)
    ]
    closed: list[dict[str, Any]] = [{}] if chance(random, 0.5) else []
    if chance(random, 0.4):
        closed.append({"kind": random.choice("abc")})
    if rows and chance(random, 0.1):
        rows.append({**rows[0], **cells(random, Mark, gap)})
    return World({Mark: rows}, [{"school": "s", "year": year} for year in (2023, 2024)], {Mark: closed})


class Means(Rule, per=("school", "year"), id="t.means"):
    """Weighted means over what is there, what may be there, what weighs nothing, of the year before."""

    plain = mean(Mark.score, weight=Mark.weight)
    here = mean(Mark.score, weight=Mark.weight, where=Mark.held)
    some = mean(case((Mark.held, Mark.score), otherwise=absent), weight=Mark.weight + 1)
    certain = mean(Mark.score - 1, weight=2)
    before = previous(here)
    there = is_present(here)
    verdict = (here >= 2) & (plain > 1)


class Moved(Rule, per=("school", "year"), id="t.moved"):
    """What a row weighs after the weights of missing ones went where the table sends them."""

    own = sum_(MOVED_MARKS, where=key_of(Mark, "kind").is_("b"))
    verdict = sum_(MOVED_MARKS * Mark.score, where=Mark.held) >= 150


@pytest.mark.parametrize("rule", [Means, Moved, Rated], ids=lambda rule: rule.tree.id)
def test_weighted_means_and_moved_weights_say_the_same_in_columns(rule: type[Rule]) -> None:
    agree(rule, marks, Law.of(Parts), on=ON, outcomes=THREE, batches=1)
    assert compiles(rule, Law.of(Parts), on=ON) == []


class Below(Rule, per=("school", "year"), id="t.below"):
    """A weight that may lie below zero."""

    x = mean(Mark.score, weight=Mark.weight - 1, where=Mark.held)
    verdict = x >= 1


def test_a_weight_below_zero_fails_in_columns_too() -> None:
    agree(Below, marks, Law.of(), on=ON, outcomes=("met", "undetermined", "failed"), batches=1)


# --- by month, with gaps; read by another rule and by a status ----------------------------------------

SUMMER = ("2024-02",)
MONTHS = ("2023-12", "2024-01", "2024-02", "2024-03", "2024-04")


class W(Parameters):
    kinds = Dated[tuple[str, ...]]({"2020-01-01": ("a", "b"), "2024-03-01": ("a", "b", "c")}, ref=Clause("1"))
    half = Dated[Share]({"2020-01-01": percent(50), "2024-01-15": percent(25)}, ref=Clause("2"))


class Piece(Fact, grain=("school", Key("month", gaps=SUMMER), Key("kind", among=W.kinds))):
    score = Field[int]("балл", bounds=(0, 4))
    held = Field[bool]("измерен")


KIND = key_of(Piece, "kind")


class Monthly(Rule, per=("school", Key("month", gaps=SUMMER)), id="t.weighed", in_force="2023-12-01"):
    """A list that the law dates, parts that it dates, months that are no months of the rule."""

    weight = reweight(
        table(KIND, row("a", gives=5), row("b", gives=3), row("c", gives=2)),
        present=Piece.held,
        key=(Piece, "kind"),
        to=(send("c", to={"a": W.half, "b": percent(10)}), send("b", to={"a": 1})),
    )
    total = mean(Piece.score, weight=weight, where=Piece.held)
    before = previous(total)
    applies = any_(Piece.held)
    verdict = total >= 2


class Quarterly(Rule, per=("school", "quarter"), id="t.weighed-quarter"):
    """A weighted mean of each month of a quarter, rounded: else each month had a denominator of its own."""

    top = max_of(over(MONTH, round_(mean(Piece.score, weight=Piece.score + 1), 1, "half_up")))
    all_held = sum_(over(MONTH, sum_(Piece.score)))
    verdict = top >= 3


class Watched(Rule, per=("school", Key("month", gaps=SUMMER)), id="t.watched"):
    """The status of another rule's weighted mean."""

    theirs = Monthly.total
    state = status(
        "free",
        "listed",
        start="free",
        moves=[
            move("free", "listed", when=Monthly.verdict),
            move("listed", "free", when=in_each(last(2, MONTH), Monthly.total < 2)),
        ],
        since="2023-12",
    )
    verdict = state.is_("listed")


def pieces(*places: dict[str, Any]) -> Any:
    def make(random: Random) -> World:
        gap, dense, complete = random.choice((0.0, 0.1, 0.4)), random.choice((0.7, 1.0)), random.random() < 0.6
        kept = [month for month in MONTHS if month not in SUMMER]
        rows = [
            {"school": "s", "month": month, "kind": kind, **cells(random, Piece, gap)}
            for month in kept
            for kind in ("a", "b", "c")[: 3 if month >= "2024-03" else 2]
            if chance(random, dense)
        ]
        closed = [{"school": "s", "month": month} for month in kept if complete or chance(random, 0.3)]
        return World({Piece: rows}, [{"school": "s", **place} for place in places], {Piece: closed})

    return make


LATE = ({"month": "2024-01"}, {"month": "2024-04"})


@pytest.mark.parametrize(
    ("rule", "places"),
    [(Monthly, LATE), (Quarterly, ({"quarter": "2024-Q1"},)), (Watched, LATE)],
    ids=["by month", "by quarter", "of another rule"],
)
def test_weights_by_month_with_gaps_say_the_same_in_columns(rule: type[Rule], places: Any) -> None:
    agree(
        rule,
        pieces(*places),
        Law.of(W),
        on=ON,
        outcomes=THREE,
        rules=RuleSet.of(Monthly, Quarterly, Watched),
        batches=1,
        size=60,
    )
    assert compiles(rule, Law.of(W), on=ON) == []


class Free(Fact, grain=("school", "year", "kind")):
    n = Field[int]("n", bounds=(0, 5))
    w = Field[int]("w", bounds=(0, 9))
    vast = Field[int]("вес без границы")
    of = Field[int]("из", bounds=(1, 99))


class Open(Rule, per=("school", "year"), id="t.open"):
    """Rows that nobody can name, and weights and values without bound."""

    x = mean(Free.n, weight=Free.w)
    y = mean(Free.n, weight=Free.vast, where=Free.w > 2)
    z = mean(Free.vast, weight=Free.w)
    verdict = (x >= 2) & ~(y < 1)


def frees(random: Random) -> World:
    gap = random.choice((0.0, 0.1, 0.4))
    rows = [
        {"school": "s", "year": year, "kind": f"k{place}", **cells(random, Free, gap)}
        for year in YEARS
        for place in range(random.randint(0, 5))
    ]
    closed = [{}] if chance(random, 0.7) else []
    return World({Free: rows}, [{"school": "s", "year": year} for year in (2023, 2024)], {Free: closed})


def test_weights_and_rows_without_end_say_the_same_in_columns() -> None:
    agree(Open, frees, Law.of(), on=ON, outcomes=THREE, batches=1)


class Shares(Rule, per=("school", "year"), id="t.shares"):
    """A mean of fractions whose denominators differ by row has no one denominator in 64 bits."""

    x = mean(share(Free.n, of=Free.of), weight=Free.w)
    verdict = x >= 0


def test_a_mean_of_fractions_of_different_denominators_is_read_by_hand_and_named() -> None:
    reason = "an aggregate of fractions whose denominators differ by row"
    assert compiles(Shares, Law.of(), on=ON) == [f"clause «x»: {reason}"]


def test_the_rating_by_points_and_weights_compiles_wholly() -> None:
    assert compiles(Rating, Law.of(R), on=ON) == []


def test_a_status_that_reads_a_weighted_mean_of_another_rule_compiles_wholly() -> None:
    assert compiles(Support, Law.of(R), on=ON) == []
