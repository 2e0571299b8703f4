"""Months, quarters, gaps, periods of several kinds: what columns say is what `decide` says, nothing of it by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from random import Random
from typing import Any

import polars as pl
import pytest
from tests.profiles import NIGHTLY
from tests.reasoning.worlds import ENGINES, World, agree, all_at_once, different, one_by_one, rename

from shnor_engine.errors import FactError
from shnor_engine.law import Clause, Dated, Law, Override, Parameters
from shnor_engine.reasoning import Placement, Published, columns, compiles
from shnor_engine.reasoning.columns import registry, runs, time  # noqa: F401  (all compilers, before one is bounded)
from shnor_engine.rules import (
    MONTH,
    QUARTER,
    SCHOOL_YEAR,
    YEAR,
    Expr,
    Fact,
    Field,
    Key,
    Rule,
    RuleSet,
    all_,
    any_,
    at_least,
    count,
    earlier,
    in_each,
    is_known,
    is_present,
    last,
    last_years,
    max_of,
    mean,
    min_of,
    move,
    only,
    over,
    previous,
    run,
    so_far,
    status,
    sum_,
    within,
    years_so_far,
)

ON = date(2024, 12, 31)
THREE = ("met", "not_met", "undetermined")
REF = Clause("1")
SOME: dict[str, int] = {"batches": 10, "size": 250} if NIGHTLY else {"batches": 1, "size": 100}
SUMMER = ("2024-02", "2024-03")
MONTHS = ("2023-11", "2023-12", "2024-01", "2024-02", "2024-03", "2024-04", "2024-05")
QUARTERS = ("2023-Q3", "2023-Q4", "2024-Q1", "2024-Q2")
YEARS = (2022, 2023, 2024)


class Card(Fact, grain=("school", "month")):
    flag = Field[bool]("признак")
    n = Field[int]("число", bounds=(0, 5))
    free = Field[int]("без предела")


class Item(Fact, grain=("school", "month", Key("kind", among=("x", "y")))):
    score = Field[int]("балл", bounds=(0, 4))


class Quarterly(Fact, grain=("school", "quarter")):
    q = Field[int]("за квартал", bounds=(0, 9))


class Yearly(Fact, grain=("school", "year")):
    good = Field[bool]("годен")
    y = Field[int]("за год", bounds=(0, 9))


class Term(Fact, grain=("school", "school_year")):
    t = Field[int]("за учебный год", bounds=(0, 9))


class Still(Fact, grain=("school", "month", "who")):
    paid = Field[bool]("получал")


class Bars(Parameters):
    bar = Dated[int]({"2020-01-01": 1, "2024-01-15": 3, "2024-03-31": 2}, ref=REF, region_may_override=True)
    months = Dated[int]({"2020-01-01": 2, "2024-04-01": 3}, ref=REF)


LAW = Law.of(Bars, overrides=[Override.of("r/north", Bars.bar, {"2024-02-01": 4}, ref=REF)])
KEYS: dict[type[Fact], list[dict[str, Any]]] = {
    Card: [{"month": month} for month in MONTHS],
    Item: [{"month": month, "kind": kind} for month in MONTHS for kind in ("x", "y")],
    Quarterly: [{"quarter": quarter} for quarter in QUARTERS],
    Yearly: [{"year": year} for year in YEARS],
    Term: [{"school_year": year} for year in YEARS],
    Still: [{"month": month, "who": who} for month in MONTHS for who in ("a", "b")],
}


def cell(random: Random, item: Field[Any]) -> Any:
    if random.random() < 0.12:
        return None
    if item.kind == "truth":
        return random.random() < 0.7
    low, high = item.limits
    return random.randint(int(low or 0), int(high or 6))


def worlds(rule: type[Rule], *, whole: float = 0.6, periods: tuple[Any, ...] = MONTHS) -> Callable[[Random], World]:
    """Worlds of one school: rows of each fact with holes, closed keys of some periods, sometimes a region."""

    def make(random: Random) -> World:
        facts: dict[type[Fact], list[dict[str, Any]]] = {}
        closed: dict[type[Fact], list[dict[str, Any]]] = {}
        complete, dense = random.random() < whole, random.choice((0.6, 0.9, 1.0))
        for fact in rule.tree.facts:
            gaps = {gap for key in fact.grain for gap in key.gaps}
            keys = [row for row in KEYS[fact] if not gaps & set(row.values())]
            facts[fact] = [
                {"school": "s", **row, **{name: cell(random, item) for name, item in fact.fields().items()}}
                for row in keys
                if random.random() < dense
            ]
            period = fact.grain[1].name
            every = sorted({row[period] for row in KEYS[fact]}, key=str)
            closed[fact] = [{"school": "s", period: one} for one in every if complete or random.random() < 0.2]
        name = rule.tree.period.name if rule.tree.period is not None else ""
        asked = random.sample(periods, 3)
        region = random.choice((None, None, "r/north"))
        return World(facts, [{"school": "s", name: one} for one in asked], closed, region)

    return make


# --- months -----------------------------------------------------------------------------------------


class Months(Rule, per=("school", "month"), id="t.months", in_force="2023-12-01"):
    low = Card.n >= Bars.bar
    before = previous(Card.n)
    earlier_bar = previous(low)
    two = in_each(last(Bars.months, MONTH), low)
    some = at_least(2, Card.flag, of=last(3, MONTH))
    always = at_least(3, low, of=so_far(MONTH))
    once = at_least(1, Card.flag, of=earlier(MONTH))
    items = count(Item, where=Item.score >= Bars.bar)
    more = items > previous(items)
    verdict = two | (some & ~once)


class Folded(Rule, per=("school", "month"), id="t.folded"):
    total = sum_(over(last(3, MONTH), Card.n))
    free = mean(over(last(2, MONTH), Card.free))
    middle = mean(over(last(Bars.months, MONTH), Card.n), where=Card.flag)
    top = max_of(over(so_far(MONTH), Card.n), where=Card.flag)
    least = min_of(over(last(2, MONTH), Card.n))
    often = count(over(earlier(MONTH), Card.n >= Bars.bar))
    scores = sum_(over(last(2, MONTH), sum_(Item.score)))
    some = any_(over(last(3, MONTH), Card.flag))
    each = all_(over(last(2, MONTH), Card.n >= 1))
    earlier_total = previous(total)
    nested = max_of(over(last(2, MONTH), total))
    verdict = (total >= 7) & some


class Running(Rule, per=("school", "month"), id="t.running"):
    applies = Card.flag
    skipping = run(Card.n >= 1, since="2023-11")
    breaking = run(Card.n >= 1, "break")
    open_ = run(Card.n >= 1)
    verdict = open_ >= 2


class Around(Rule, per=("school", "month"), id="t.around"):
    good = within(YEAR, Yearly.good)
    last_year = within(YEAR, previous(Yearly.y))
    before = previous(within(YEAR, Yearly.y))
    quarter = within(QUARTER, sum_(over(MONTH, Card.n)))
    mine = within(QUARTER, Quarterly.q)
    share = Card.n + quarter
    years = in_each(last(2, YEAR), Yearly.good)
    many = at_least(2, Yearly.y >= 3, of=so_far(YEAR))
    ended = any_(over(QUARTER, Quarterly.q >= 3))
    there = is_present(within(YEAR, Yearly.y)) & is_known(Card.n)
    verdict = good & (quarter >= 4)


@pytest.mark.parametrize("rule", [Months, Folded, Running, Around], ids=lambda rule: rule.tree.id)
def test_a_rule_by_months_says_the_same_in_columns(rule: type[Rule]) -> None:
    agree(rule, worlds(rule), LAW, on=ON, outcomes=THREE, **SOME)


# --- other kinds ------------------------------------------------------------------------------------


class Quarters(Rule, per=("school", "quarter"), id="t.quarters"):
    total = sum_(over(MONTH, Card.n))
    before = previous(total)
    often = at_least(2, total >= 5, of=last(3, QUARTER))
    latest = mean(over(last(2, MONTH), Card.n))
    length = run(Quarterly.q >= Bars.bar, since="2023-Q2")
    good = within(YEAR, Yearly.good)
    verdict = (total >= 4) & good


class OfYears(Rule, per=("school", "year"), id="t.years"):
    total = sum_(over(MONTH, Card.n))
    months = count(over(MONTH, Card.n >= Bars.bar), where=Card.flag)
    quarters = max_of(over(QUARTER, Quarterly.q + sum_(over(MONTH, Card.n))))
    term = only(over(SCHOOL_YEAR, Term.t))
    grew = total > previous(total)
    both = in_each(last_years(2), Yearly.good)
    ever = at_least(1, Yearly.y >= 5, of=years_so_far())
    verdict = both & (months >= 1)


class OfTerms(Rule, per=("school", "school_year"), id="t.terms"):
    year = only(over(YEAR, Yearly.y))
    months = count(over(MONTH, Card.flag))
    verdict = (Term.t >= 4) & (months >= 1)


@pytest.mark.parametrize(
    ("rule", "periods"), [(Quarters, QUARTERS), (OfYears, YEARS), (OfTerms, YEARS)], ids=["quarter", "year", "term"]
)
def test_periods_of_several_kinds_say_the_same_in_columns(rule: type[Rule], periods: tuple[Any, ...]) -> None:
    agree(rule, worlds(rule, whole=0.8, periods=periods), LAW, on=ON, outcomes=THREE, **SOME)


# --- declared gaps ----------------------------------------------------------------------------------


class Gapped(Fact, grain=("school", Key("month", gaps=SUMMER))):
    flag = Field[bool]("признак")
    n = Field[int]("число", bounds=(0, 5))


KEYS[Gapped] = [{"month": month} for month in MONTHS]


class WithGaps(Rule, per=("school", Key("month", gaps=SUMMER, instant="first")), id="t.gaps"):
    applies = Gapped.flag
    before = previous(Gapped.n)
    two = in_each(last(2, MONTH), Gapped.n >= Bars.bar)
    seen = at_least(2, Card.flag, of=so_far(MONTH))
    total = sum_(over(last(3, MONTH), Gapped.n))
    skipping = run(Gapped.n >= 1)
    breaking = run(Gapped.n >= 1, "break")
    since = run(Gapped.n >= 1, since="2023-12")
    state = status(
        "free",
        "listed",
        start=None,
        moves=[
            move("free", "listed", when=Gapped.n >= Bars.bar),
            move("listed", "free", when=in_each(last(2, MONTH), Gapped.n < Bars.bar)),
        ],
    )
    verdict = two & state.is_("listed")


class InGaps(Rule, per=("school", "quarter"), id="t.in-gaps"):
    """Reads months that are gaps of the fact, though not of its own periods."""

    total = sum_(over(MONTH, Gapped.n))
    some = any_(over(MONTH, Gapped.flag))
    latest = count(over(last(4, MONTH), is_present(Gapped.n)))
    verdict = (total >= 2) & some


class Ahead(Rule, per=("school", Key("year", gaps=(2023,))), id="t.year-gap"):
    before = previous(Yearly.y)
    length = run(Yearly.y >= 2, "break")
    both = in_each(last_years(2), Yearly.good)
    months = count(over(MONTH, Gapped.flag))
    verdict = both & (months >= 1)


@pytest.mark.parametrize(
    ("rule", "periods"),
    [(WithGaps, MONTHS), (InGaps, QUARTERS), (Ahead, YEARS)],
    ids=["of the rule", "of a fact", "of years"],
)
def test_declared_gaps_say_the_same_in_columns(rule: type[Rule], periods: tuple[Any, ...]) -> None:
    agree(rule, worlds(rule, whole=0.8, periods=periods), LAW, on=ON, outcomes=THREE, **SOME)


# --- other rules, statuses ----------------------------------------------------------------------------


class Paid(Rule, per=("school", "month"), id="t.paid", version="1", in_force="2023-12-01"):
    applies = Card.flag
    amount = Card.n * 2
    verdict = amount >= Bars.bar


class PaidLess(Paid, id="t.paid", version="2", in_force="2024-03-10"):
    amount = Card.n


class PaidOver(Rule, per=("school", Key("month", gaps=SUMMER)), id="t.paid-over"):
    verdict = Card.n >= 1


class YearOf(Rule, per=("school", "year"), id="t.year-of"):
    months = count(over(MONTH, Paid.verdict))
    total = sum_(over(MONTH, Paid.amount))
    gaps = count(over(MONTH, PaidOver.verdict))
    verdict = (months >= 2) & (gaps >= 1)


class Later(Rule, per=("school", "month"), id="t.later"):
    grew = Paid.amount > previous(Paid.amount)
    year = within(YEAR, mean(over(MONTH, Paid.amount)))
    verdict = at_least(1, Paid.verdict, of=last(2, MONTH))


class OfMonths(Rule, per=("school", "month"), id="t.of-months"):
    state = status(
        "free",
        "listed",
        start="free",
        moves=[move("free", "listed", when=Card.n >= 3), move("listed", "free", when=Card.n < 2)],
        since="2023-11",
    )
    was = previous(state).is_("listed")
    often = count(over(last(3, MONTH), state.is_("listed")))
    verdict = state.is_("listed")


RULES = RuleSet.of(Paid, PaidLess, PaidOver, YearOf, Later)


@pytest.mark.parametrize(("rule", "periods"), [(YearOf, YEARS), (Later, MONTHS)], ids=["year", "month"])
def test_other_rules_of_other_kinds_of_periods_say_the_same_in_columns(
    rule: type[Rule], periods: tuple[Any, ...]
) -> None:
    make = worlds(rule, whole=0.8, periods=periods)
    agree(rule, make, LAW, on=ON, outcomes=THREE, **SOME, rules=RULES)


def test_states_by_months_say_the_same_in_columns_and_by_hand_where_they_were_published() -> None:
    plain = worlds(OfMonths)

    def told(random: Random) -> World:
        world = plain(random)
        place = lambda: {"school": "s", "month": random.choice(MONTHS)}  # noqa: E731
        if random.random() < 0.4:
            world.published = [Published("t.of-months", place(), random.choice(("free", "listed"))) for _ in range(2)]
        if random.random() < 0.4:
            value = random.choice(("listed", "free", "met", "not_met"))
            world.placements = [Placement("t.of-months", place(), value, "комиссия", "протокол")]
        return world

    agree(OfMonths, plain, LAW, on=ON, outcomes=THREE, **SOME)
    agree(OfMonths, told, LAW, on=ON, outcomes=THREE, **SOME, by_hand=("often",))


# --- long windows, any rule ---------------------------------------------------------------------------


@pytest.mark.parametrize("rule", [Running, Months], ids=lambda rule: rule.tree.id)
def test_a_window_of_many_periods_is_unrolled_into_rows_and_says_the_same(
    rule: type[Rule], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "LONGEST", 1)
    monkeypatch.setattr(runs, "LONGEST", 1)
    agree(rule, worlds(rule), LAW, on=ON, outcomes=THREE, **SOME)


def test_a_run_over_twelve_years_of_months_is_no_matter_of_depth() -> None:
    months = [f"{year}-{month:02}" for year in range(2013, 2025) for month in range(1, 13)]
    rows = [
        {"school": "s", "month": month, "flag": True, "n": int(month != "2015-03"), "free": 0} for month in months
    ]
    facts = {Card: pl.LazyFrame(rows)}
    answer = columns(Running, facts, LAW, on=ON, closed=True, places=[{"school": "s", "month": "2024-12"}])
    (row,) = answer.rows()
    assert (row["values"]["open_"], row["values"]["breaking"], dict(answer.by_hand)) == (117, 117, {})


def any_number(random: Random, depth: int) -> Expr[int]:
    """A number that looks at periods, at most so deep."""
    if depth == 0:
        return random.choice([lambda: Card.n, lambda: within(YEAR, Yearly.y), lambda: sum_(Item.score)])()
    number, truth = any_number(random, depth - 1), any_truth(random, depth - 1)
    made: list[Callable[[], Any]] = [
        lambda: number,
        lambda: run(truth, since="2023-12"),
        lambda: run(truth, "break"),
        lambda: sum_(over(last(2, MONTH), number)),
        lambda: max_of(over(last(3, MONTH), number), where=truth),
        lambda: count(over(so_far(MONTH), truth)),
        lambda: within(QUARTER, mean(over(MONTH, number))),
        lambda: within(YEAR, min_of(over(MONTH, number))),
        lambda: previous(number),
    ]
    return random.choice(made)()  # type: ignore[no-any-return]


def any_truth(random: Random, depth: int) -> Expr[bool]:
    """A truth that looks at periods, at most so deep."""
    if depth == 0:
        return random.choice([lambda: Card.flag, lambda: within(YEAR, Yearly.good)])()
    truth, other, number = any_truth(random, depth - 1), any_truth(random, depth - 1), any_number(random, depth)
    made: list[Callable[[], Any]] = [
        lambda: number >= random.randint(1, 5),
        lambda: number < Bars.bar,
        lambda: any_(over(last(2, MONTH), truth)),
        lambda: within(QUARTER, all_(over(MONTH, truth))),
        lambda: at_least(random.randint(1, 3), truth, of=random.choice((so_far(MONTH), last(3, MONTH)))),
        lambda: in_each(last(2, YEAR), within(YEAR, Yearly.good)),
        lambda: truth & other,
        lambda: ~truth,
        lambda: previous(truth),
    ]
    return random.choice(made)()  # type: ignore[no-any-return]


RANDOM = 60 if NIGHTLY else 8


@pytest.mark.parametrize("number", range(RANDOM))
def test_any_rule_over_time_says_the_same_in_columns(number: int) -> None:
    random = Random(number)
    gaps = random.choice(((), ("2024-02",), SUMMER))
    expr = any_truth(random, 2)

    class Any_(Rule, per=("school", Key("month", gaps=gaps)), id=f"t.any-{number}"):
        named = any_number(random, 2)
        verdict = expr

    make = worlds(Any_)
    cases = [make(random) for _ in range(40)]
    rename(cases, "school")
    expected = [one_by_one(Any_, world, LAW, ON) for world in cases]
    for engine in ENGINES[: 1 + (number % 4 == 0)]:
        found, hand = all_at_once(Any_, cases, LAW, ON, engine, random, {})
        assert not hand
        for world, want, got in zip(cases, expected, found, strict=True):
            assert got == want, (engine, different(want, got), world)


# --- the door ---------------------------------------------------------------------------------------

CARD = {"flag": True, "n": 3, "free": 0}


def test_places_and_answers_are_keys_as_they_were_given() -> None:
    given = {"school": "s", "month": "2024-03"}
    for places in (None, [given], pl.LazyFrame([given])):
        answer = columns(Paid, {Card: pl.LazyFrame([{**given, **CARD}])}, LAW, on=ON, closed=True, places=places)
        assert [row["keys"] for row in answer.rows()] == [given]
        assert not answer.by_hand


@pytest.mark.parametrize(
    ("rows", "places", "message"),
    [
        ([{"school": "s", "month": "2024-13", **CARD}], None, "1 rows are not a month like 2024-03"),
        ([], [{"school": "s", "month": "март"}], "'март', not a month like 2024-03"),
        ([], pl.LazyFrame({"school": ["s"], "month": ["2024-1"]}), "1 places are not a month like 2024-03"),
    ],
)
def test_text_that_is_no_month_is_refused_before_anything_is_decided(rows: Any, places: Any, message: str) -> None:
    with pytest.raises(FactError, match=message):
        columns(Paid, {Card: rows}, LAW, on=ON, places=places)


def test_a_row_in_a_declared_gap_is_refused() -> None:
    rows = [{"school": "s", "month": "2024-02", "flag": True, "n": 3}]
    with pytest.raises(FactError, match="1 rows lie in a period declared as a gap"):
        columns(InGaps, {Gapped: rows}, LAW, on=ON, places=[{"school": "s", "quarter": "2024-Q1"}])


EVERY = (
    Months,
    WithGaps,
    Folded,
    Running,
    Around,
    Later,
    OfMonths,
    Quarters,
    OfYears,
    OfTerms,
    InGaps,
    Ahead,
    YearOf,
)


@pytest.mark.parametrize("rule", EVERY, ids=lambda rule: rule.tree.id)
def test_nothing_of_these_rules_is_decided_by_hand(rule: type[Rule]) -> None:
    assert compiles(rule, LAW, on=ON) == []
