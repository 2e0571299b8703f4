"""Meaning 8 and 11: kinds of periods, instants, declared gaps, runs, finer periods and the coarser one around."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from itertools import product
from math import inf
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reasoning.methodology import ON

from shnor_engine.errors import FactError, RuleSyntax
from shnor_engine.law import Dated, Law, Parameters
from shnor_engine.reasoning import Facts, Verdict, decide, describe, explain
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
    all_,
    any_,
    at_least,
    count,
    earlier,
    in_each,
    is_present,
    last,
    last_years,
    max_of,
    mean,
    min_of,
    only,
    over,
    previous,
    run,
    so_far,
    sum_,
    within,
)
from shnor_engine.rules.periods import (
    around,
    ending_inside,
    first_day,
    is_period,
    last_day,
    nests,
    ordinal,
    period_at,
)

KINDS = (YEAR, SCHOOL_YEAR, QUARTER, MONTH)
kinds = st.sampled_from(KINDS)
places = st.integers(1900 * 12, 2100 * 12)


class Monthly(Fact, grain=("unit", "month")):
    flag = Field[bool]("признак", en="flag")
    n = Field[int]("число", en="number", bounds=(0, 9))


class Yearly(Fact, grain=("unit", "year")):
    flag = Field[bool]("признак", en="flag")


class Small(Fact, grain=("unit", "month")):
    n = Field[int]("число", en="number", bounds=(0, 3))


class Term(Fact, grain=("unit", "school_year")):
    n = Field[int]("число", en="number", bounds=(0, 9))


# --- keys and days ----------------------------------------------------------------------------------


@given(kinds, places)
def test_a_period_is_its_ordinal_and_sorts_as_time_does(kind: str, month: int) -> None:
    place = month // {YEAR: 12, SCHOOL_YEAR: 12, QUARTER: 3, MONTH: 1}[kind]
    period: Any = period_at(kind, place)
    later: Any = period_at(kind, place + 1)
    assert ordinal(kind, period) == place
    assert is_period(kind, period)
    assert period < later
    assert (first_day(kind, later) - last_day(kind, period)).days == 1


@given(kinds, st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_the_period_around_a_day_holds_the_day(kind: str, day: date) -> None:
    period = around(kind, day)
    assert first_day(kind, period) <= day <= last_day(kind, period)


@given(kinds, kinds, st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_periods_of_another_kind_belong_to_the_period_in_which_they_end(kind: str, other: str, day: date) -> None:
    period = around(kind, day)
    inside = ending_inside(kind, period, other)
    assert all(first_day(kind, period) <= last_day(other, item) <= last_day(kind, period) for item in inside)
    ends = [last_day(other, period_at(other, ordinal(other, around(other, day)) + step)) for step in range(-14, 15)]
    assert len(inside) == sum(first_day(kind, period) <= end <= last_day(kind, period) for end in ends)
    if nests(other, kind):
        assert min(first_day(other, item) for item in inside) == first_day(kind, period)


def test_a_school_year_is_named_by_the_year_in_which_it_ends() -> None:
    assert (first_day(SCHOOL_YEAR, 2024), last_day(SCHOOL_YEAR, 2024)) == (date(2023, 9, 1), date(2024, 8, 31))
    assert ending_inside(YEAR, 2024, SCHOOL_YEAR) == [2024]
    assert ending_inside(SCHOOL_YEAR, 2024, MONTH)[0] == "2023-09"
    assert not nests(QUARTER, SCHOOL_YEAR)  # the third quarter lies in two of them


@pytest.mark.parametrize(
    ("fact", "key", "value"), [(Monthly, "month", "2024-13"), (Monthly, "month", 202403), (Yearly, "year", "2024")]
)
def test_a_key_that_is_no_period_of_its_kind_is_refused(fact: type[Fact], key: str, value: Any) -> None:
    with pytest.raises(FactError, match=f"key {key} is .* not a {key} like"):
        Facts.of({fact: [{"unit": "u", key: value, "flag": True, "n": 1}]})


# --- instants ---------------------------------------------------------------------------------------


class Limits(Parameters):
    least = Dated[int]({"2020-01-01": 1, "2024-03-15": 5})


class AtEnd(Rule, per=("unit", "month"), id="t.month.last"):
    verdict = Monthly.n >= Limits.least


class AtStart(Rule, per=("unit", Key("month", instant="first")), id="t.month.first"):
    verdict = Monthly.n >= Limits.least


@pytest.mark.parametrize(
    ("rule", "month", "outcome"),
    [
        (AtEnd, "2024-02", "met"),
        (AtEnd, "2024-03", "not_met"),
        (AtStart, "2024-03", "met"),
        (AtStart, "2024-04", "not_met"),
    ],
)
def test_the_instant_is_the_last_day_unless_the_key_says_the_first(
    rule: type[Rule], month: str, outcome: str
) -> None:
    facts = Facts.of({Monthly: [{"unit": "u", "month": month, "flag": True, "n": 3}]})
    assert decide(rule, {"unit": "u", "month": month}, facts, Law.of(Limits), on=ON).outcome == outcome


# --- asking one truth or number ---------------------------------------------------------------------


def asked(
    expr: Expr[Any],
    tables: Mapping[type[Fact], Any],
    *,
    at: Any = "2024-06",
    key: str = "month",
    closed: Any = False,
    gaps: tuple[Any, ...] = (),
) -> Any:
    class Asked(Rule, per=("unit", Key(key, gaps=gaps)), id="t.asked"):
        value = expr
        verdict = is_present(value)

    verdict = decide(Asked, {"unit": "u", key: at}, Facts.of(tables, closed=closed), Law.of(Limits), on=ON)
    assert verdict.outcome != "failed", verdict.error
    return verdict.values["value"]


def flags(values: Mapping[str, bool | None]) -> dict[type[Fact], Any]:
    return {Monthly: [{"unit": "u", "month": month, "flag": flag, "n": 1} for month, flag in values.items()]}


def numbers(values: Mapping[str, int | None]) -> dict[type[Fact], Any]:
    return {Monthly: [{"unit": "u", "month": month, "flag": None, "n": n} for month, n in values.items()]}


SPRING = {"2024-04": 2, "2024-05": 3, "2024-06": 4}


def test_a_window_of_months_runs_over_the_turn_of_the_year() -> None:
    values = {"2023-12": True, "2024-01": True, "2024-02": False}
    assert asked(in_each(last(2, MONTH), Monthly.flag), flags(values), at="2024-01") is True
    assert asked(at_least(2, Monthly.flag, of=last(3, MONTH)), flags(values), at="2024-02") is True
    assert asked(at_least(3, Monthly.flag, of=so_far(MONTH)), flags(values), at="2024-02") is False
    assert asked(at_least(2, Monthly.flag, of=earlier(MONTH)), flags(values), at="2024-02") is True
    assert asked(previous(Monthly.flag), flags(values), at="2024-01") is True


def test_the_months_of_a_year_are_aggregated_as_rows() -> None:
    whole = {f"2024-{month:02}": month % 4 for month in range(1, 13)}
    tables = numbers({**whole, "2023-12": 9, "2025-01": 9})
    assert asked(sum_(over(MONTH, Monthly.n)), tables, at=2024, key="year") == sum(whole.values())
    assert asked(max_of(over(MONTH, Monthly.n)), tables, at=2024, key="year") == 3
    assert asked(mean(over(MONTH, Monthly.n)), tables, at=2024, key="year") == 1 + 1 / 2
    assert asked(count(over(MONTH, Monthly.n >= 2)), tables, at=2024, key="year") == 6
    assert asked(any_(over(MONTH, Monthly.n > 3)), tables, at=2024, key="year") is False
    assert asked(sum_(over(MONTH, Monthly.n), where=Monthly.n >= 3), tables, at=2024, key="year") == 9
    assert asked(sum_(over(last(2, MONTH), Monthly.n)), tables, at=2024, key="year") == whole["2024-12"] + 3


def test_a_month_that_nobody_reported_leaves_the_year_open_within_bounds() -> None:
    whole = {f"2024-{month:02}": 1 for month in range(2, 13)}
    assert asked(sum_(over(MONTH, Monthly.n)), numbers(whole), at=2024, key="year") is None
    known = asked(sum_(over(MONTH, Monthly.n)), numbers({**whole, "2024-01": None}), at=2024, key="year")
    assert known == (11, 20)
    assert asked(any_(over(MONTH, Monthly.n > 9)), numbers({**whole, "2024-01": None}), at=2024, key="year") is False


def test_within_reads_the_coarser_period_around_and_previous_steps_in_its_own_kind() -> None:
    tables = {
        **numbers(SPRING),
        Yearly: [{"unit": "u", "year": 2023, "flag": False}, {"unit": "u", "year": 2024, "flag": True}],
    }
    assert asked(within(YEAR, Yearly.flag), tables) is True
    assert asked(within(YEAR, previous(Yearly.flag)), tables) is False
    assert asked(previous(within(YEAR, Yearly.flag)), tables) is True
    assert asked(previous(within(YEAR, Yearly.flag), 6), tables) is False
    quarter = within(QUARTER, sum_(over(MONTH, Monthly.n)))
    assert asked(quarter, tables, at="2024-05") == 9


def test_a_window_of_another_kind_begins_with_the_last_period_that_ends_in_the_own_one() -> None:
    autumn = flags({"2024-10": False, "2024-11": True, "2024-12": True, "2025-01": False})
    assert asked(in_each(last(2, MONTH), Monthly.flag), autumn, at=2024, key="year") is True
    assert asked(in_each(last(3, MONTH), Monthly.flag), autumn, at=2024, key="year") is False
    tables = {
        **numbers(SPRING),
        Yearly: [
            {"unit": "u", "year": year, "flag": flag} for year, flag in ((2022, True), (2023, True), (2024, True))
        ],
    }
    assert asked(in_each(last(3, YEAR), Yearly.flag), tables) is True
    assert asked(at_least(4, Yearly.flag, of=so_far(YEAR)), tables) is False
    assert asked(count(over(last(2, MONTH), Monthly.flag), where=Monthly.n >= 1), flags({"2024-06": True})) == (1, 2)


def test_the_school_year_of_a_year_is_the_one_that_ends_in_it() -> None:
    tables = {Term: [{"unit": "u", "school_year": 2024, "n": 4}, {"unit": "u", "school_year": 2025, "n": 1}]}
    assert asked(only(over(SCHOOL_YEAR, Term.n)), tables, at=2024, key="year") == 4


cells = st.one_of(st.none(), st.integers(0, 3))


class ByQuarter(Rule, per=("unit", "quarter"), id="t.quarter"):
    total = sum_(over(MONTH, Small.n))
    middle = mean(over(MONTH, Small.n))
    most = max_of(over(MONTH, Small.n))
    least = min_of(over(MONTH, Small.n), where=Small.n >= 1)
    often = count(over(MONTH, Small.n >= 2))
    once = any_(over(MONTH, Small.n >= 3))
    always = all_(over(MONTH, Small.n >= 1))
    verdict = once


def quarter(numbers: tuple[int | None, ...]) -> dict[str, Any]:
    months = ("2024-01", "2024-02", "2024-03")
    rows = [{"unit": "u", "month": month, "n": n} for month, n in zip(months, numbers, strict=True)]
    facts = Facts.of({Small: rows})
    return decide(ByQuarter, {"unit": "u", "quarter": "2024-Q1"}, facts, Law.of(), on=ON).values


@given(st.tuples(cells, cells, cells))
@settings(max_examples=80, deadline=None)
def test_what_the_months_bring_is_the_interval_over_every_completion(numbers: tuple[int | None, ...]) -> None:
    worlds = list(product(*(range(4) if n is None else (n,) for n in numbers)))
    values = quarter(numbers)
    words: dict[str, Any] = {
        "total": sum,
        "middle": lambda world: Fraction(sum(world), 3),
        "most": max,
        "often": lambda world: sum(n >= 2 for n in world),
    }
    for name, of in words.items():
        seen = [of(world) for world in worlds]
        assert values[name] == (seen[0] if min(seen) == max(seen) else (min(seen), max(seen)))
    for name, hold in {"once": any, "always": all}.items():
        bar = 3 if name == "once" else 1
        truths = {hold(n >= bar for n in world) for world in worlds}
        assert values[name] is (truths.pop() if len(truths) == 1 else None)
    if isinstance(values["least"], int):
        assert {min((n for n in world if n >= 1), default=None) for world in worlds} == {values["least"]}


# --- declared gaps ----------------------------------------------------------------------------------


class Gapped(Fact, grain=("unit", Key("year", gaps=(2020,)))):
    flag = Field[bool]("признак", en="flag")


def gapped(values: Mapping[int, bool | None]) -> dict[type[Fact], Any]:
    return {Gapped: [{"unit": "u", "year": year, "flag": flag} for year, flag in values.items()]}


def test_in_a_gap_a_fact_does_not_exist_and_elsewhere_it_is_unknown() -> None:
    assert asked(Gapped.flag, gapped({2019: True}), at=2020, key="year") is False
    assert asked(is_present(Gapped.flag), gapped({2019: True}), at=2020, key="year") is False
    assert asked(Gapped.flag, gapped({2019: True}), at=2021, key="year") is None
    with pytest.raises(FactError, match="2020, a period declared as a gap"):
        Facts.of(gapped({2020: True}))


def test_a_gap_of_the_rule_is_no_period_for_windows_and_previous() -> None:
    tables = gapped({2018: False, 2019: True, 2021: True})
    assert asked(previous(Gapped.flag), tables, at=2021, key="year", gaps=(2020,)) is True
    assert asked(in_each(last_years(2), Gapped.flag), tables, at=2021, key="year", gaps=(2020,)) is True
    assert asked(in_each(last_years(2), Gapped.flag), tables, at=2021, key="year") is False
    assert asked(run(Gapped.flag), tables, at=2021, key="year", gaps=(2020,)) == 2
    assert asked(run(Gapped.flag, "break"), tables, at=2021, key="year", gaps=(2020,)) == 1


def test_a_rule_says_nothing_of_its_gaps() -> None:
    class Asked(Rule, per=("unit", Key("year", gaps=(2020,))), id="t.gap"):
        verdict = Gapped.flag

    verdict = decide(Asked, {"unit": "u", "year": 2020}, Facts.of(gapped({2019: True})), Law.of(), on=ON)
    assert verdict.outcome == "not_applicable"
    assert "в этом периоде ничего не измеряется" in explain(verdict).text("ru").lower()
    assert "nothing is measured" in explain(verdict).text("en")


# --- runs -------------------------------------------------------------------------------------------

YEARS = range(2019, 2025)


class Runs(Fact, grain=("unit", "year")):
    p = Field[bool]("условие", en="condition")
    there = Field[bool]("измеряется", en="measured")


class Skipping(Rule, per=("unit", "year"), id="t.run.skip"):
    applies = Runs.there
    length = run(Runs.p, "skip", since=2019)
    verdict = length >= 2


class Breaking(Rule, per=("unit", "year"), id="t.run.break"):
    applies = Runs.there
    length = run(Runs.p, "break", since=2019)
    verdict = length >= 2


kleene = st.sampled_from([True, True, False, None])
histories = st.lists(st.tuples(kleene, kleene), min_size=6, max_size=6)
History = list[tuple[bool | None, bool | None]]


def ran(rule: type[Rule], history: History) -> Verdict:
    rows = [
        {"unit": "u", "year": year, "p": p, "there": there, "events": [f"e{year}"]}
        for year, (p, there) in zip(YEARS, history, strict=True)
    ]
    return decide(rule, {"unit": "u", "year": 2024}, Facts.of({Runs: rows}), Law.of(), on=ON)


def brute(history: History, gaps: str) -> int:
    """The length of the run, by its words."""
    length = 0
    for p, there in reversed(history):
        if not there:
            if gaps == "break":
                return length
            continue
        if not p:
            return length
        length += 1
    return length


def completions(history: History) -> list[History]:
    choices = [(True, False) if cell is None else (cell,) for pair in history for cell in pair]
    return [list(zip(found[::2], found[1::2], strict=True)) for found in product(*choices)]


@pytest.mark.parametrize(("rule", "gaps"), [(Skipping, "skip"), (Breaking, "break")])
@given(history=histories)
@settings(max_examples=120, deadline=None)
def test_a_run_is_the_interval_of_its_lengths_over_every_completion(
    rule: type[Rule], gaps: str, history: History
) -> None:
    lengths = {brute(full, gaps) for full in completions(history)}
    value: Any = ran(rule, history).values["length"]
    assert value == (min(lengths) if len(lengths) == 1 else (min(lengths), max(lengths)))


@pytest.mark.parametrize("rule", [Skipping, Breaking])
@given(history=histories, data=st.data())
@settings(max_examples=120, deadline=None)
def test_the_events_that_a_run_names_are_sufficient(rule: type[Rule], history: History, data: st.DataObject) -> None:
    before = ran(rule, history)
    named = explain(before).events
    other = [
        pair if f"e{year}" in named else (data.draw(kleene), data.draw(kleene))
        for year, pair in zip(YEARS, history, strict=True)
    ]
    assert ran(rule, other).outcome == before.outcome


def test_nobody_knows_how_long_a_run_was_that_reaches_back_beyond_the_facts() -> None:
    assert asked(run(Monthly.flag), flags({"2024-05": True, "2024-06": True})) == (2, None)
    assert asked(run(Monthly.flag) >= 2, flags({"2024-05": True, "2024-06": True})) is True
    assert asked(run(Monthly.flag, since="2024-05"), flags({"2024-05": True, "2024-06": True})) == 2
    assert asked(run(Monthly.flag), flags({"2024-05": False, "2024-06": True})) == 1
    assert asked(run(Monthly.flag), flags({"2024-06": True}), closed=True) == 1
    assert asked(run(~Monthly.flag), flags({"2024-06": False}), closed=True) == (2, None)


def test_a_run_is_described_and_explained_in_both_languages() -> None:
    said = describe(Skipping, Law.of(), on=ON)
    assert "сколько лет подряд, считая этот, выполняется: измеряется" not in said
    assert "сколько лет подряд, считая этот, выполняется: условие" in said.lower()
    assert "for how many years on end" in describe(Breaking, Law.of(), on=ON, language="en").lower()
    verdict = ran(Skipping, [(True, True)] * 3 + [(None, False)] + [(True, True)] * 2)
    assert verdict.values["length"] == 5
    assert "периодов подряд (условие): 5; условие: не менее 2 – выполнено" in explain(verdict).text("ru")
    assert "periods on end (condition): 5" in explain(verdict).text("en")
    assert inf not in verdict.to_json()["values"].values()


# --- any of it together -----------------------------------------------------------------------------

HALF = [f"2024-0{month}" for month in range(1, 7)]


class Mixed(Fact, grain=("unit", "month")):
    a = Field[bool]("a")
    n = Field[int]("n", bounds=(0, 3))


small = st.integers(0, 3)


def numbers_over(truths: st.SearchStrategy[Expr[bool]], depth: int) -> st.SearchStrategy[Expr[int]]:
    """Numbers that look at periods, at most so deep."""
    if depth == 0:
        return st.builds(lambda: Mixed.n)
    inner = numbers_over(truths, depth - 1)
    made: list[st.SearchStrategy[Any]] = [
        inner,
        st.builds(lambda p: run(p, since="2024-01"), truths),
        st.builds(lambda p: run(p, "break"), truths),
        st.builds(lambda x: sum_(over(last(2, MONTH), x)), inner),
        st.builds(lambda x, p: max_of(over(last(3, MONTH), x), where=p), inner, truths),
        st.builds(lambda p: count(over(last(3, MONTH), p)), truths),
        st.builds(lambda x: within(QUARTER, mean(over(MONTH, x))), inner),
        st.builds(lambda x: previous(x), inner),
    ]
    return st.one_of(made)


def truths_over(depth: int) -> st.SearchStrategy[Expr[bool]]:
    """Truths that look at periods, at most so deep."""
    if depth == 0:
        return st.builds(lambda: Mixed.a)
    inner = truths_over(depth - 1)
    inside = numbers_over(inner, depth)
    made: list[st.SearchStrategy[Any]] = [
        inner,
        st.builds(lambda x, c: x >= c, inside, small),
        st.builds(lambda x, c: x < c, inside, small),
        st.builds(lambda p: any_(over(last(2, MONTH), p)), inner),
        st.builds(lambda p: within(QUARTER, all_(over(MONTH, p))), inner),
        st.builds(lambda k, p: at_least(k, p, of=so_far(MONTH)), st.integers(1, 3), inner),
        st.builds(lambda p, q: p & q, inner, inner),
        st.builds(lambda p: ~p, inner),
        st.builds(lambda p: previous(p), inner),
    ]
    return st.one_of(made)


half_years = st.lists(
    st.tuples(st.sampled_from([True, False, None]), st.one_of(st.none(), small)), min_size=6, max_size=6
)


@given(truths_over(2), half_years, st.data())
@settings(max_examples=200, deadline=None)
def test_what_is_determined_over_time_holds_for_every_completion(
    expr: Expr[bool], values: list[tuple[bool | None, int | None]], data: st.DataObject
) -> None:
    class Random(Rule, per=("unit", "month"), id="t.random"):
        verdict = expr

    def outcome(cells: list[tuple[bool | None, int | None]]) -> Verdict:
        rows = [
            {"unit": "u", "month": month, "a": a, "n": n, "events": [month]}
            for month, (a, n) in zip(HALF, cells, strict=True)
        ]
        verdict = decide(Random, {"unit": "u", "month": "2024-06"}, Facts.of({Mixed: rows}), Law.of(), on=ON)
        assert verdict.outcome != "failed", verdict.error
        return verdict

    before = outcome(values)
    named = explain(before).events
    other = [
        cells if month in named else (data.draw(st.booleans()), data.draw(small))
        for month, cells in zip(HALF, values, strict=True)
    ]
    assert outcome(other).outcome == before.outcome
    if before.outcome != "undetermined":
        full = [
            (data.draw(st.booleans()) if a is None else a, data.draw(small) if n is None else n) for a, n in values
        ]
        assert outcome(full).outcome == before.outcome


# --- what is refused when the rule is made ----------------------------------------------------------

WRONG: list[tuple[str, Any, str]] = [
    ("year", lambda: Monthly.n >= 1, "needs month, but the rule decides per unit, year"),
    ("year", lambda: count(Monthly) >= 1, "needs month, but the rule decides per unit, year"),
    ("month", lambda: in_each(last_years(2), Monthly.flag), r"a window of years says too little: last\(n, MONTH\)"),
    ("year", lambda: over(MONTH, Monthly.flag), "say what to make of them"),
    (
        "year",
        lambda: any_(over(MONTH, Monthly.flag & Yearly.flag)),
        r"needs year; wrap that part in within\(YEAR, …\)",
    ),
    ("year", lambda: within(SCHOOL_YEAR, Yearly.flag), "no period of this rule lies in a school_year"),
    ("month", lambda: within("decade", Monthly.flag), "is no kind of period"),
    ("month", lambda: run(Monthly.flag, "jump") >= 1, "is neither skip nor break"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("key", "made", "message"), WRONG, ids=[message for _, _, message in WRONG])
def test_a_period_that_does_not_fit_is_refused_with_the_words_that_would(key: str, made: Any, message: str) -> None:
    with pytest.raises(RuleSyntax, match=message) as caught:

        class Bad(Rule, per=("unit", key), id="t.bad"):
            verdict = made()

    assert __file__ in caught.value.where


def test_applies_may_not_hold_a_run_because_a_run_asks_where_the_rule_applies() -> None:
    with pytest.raises(RuleSyntax, match=r"«applies» reads run"):

        class Bad(Rule, per=("unit", "year"), id="t.bad"):
            long = run(Yearly.flag) >= 2
            applies = ~long
            verdict = long


def test_a_gap_that_is_no_period_is_refused() -> None:
    with pytest.raises(RuleSyntax, match="gap 2020 is no period of it; write it as 2024-03"):

        class Bad(Fact, grain=("unit", Key("month", gaps=(2020,)))):
            n = Field[int]("n")
