"""The named events are sufficient: whatever happens to the others, changed or taken back, the outcome stands.

Over random rules of the whole vocabulary, over facts with gaps, and over sets that events close.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reasoning.methodology import ON

from shnor_engine.law import Law
from shnor_engine.reasoning import Facts, Verdict, decide, explain
from shnor_engine.rules import (
    Expr,
    Fact,
    Field,
    Key,
    Rule,
    all_,
    any_,
    assume,
    at_least,
    case,
    count,
    earlier_years,
    in_each,
    is_known,
    is_present,
    last_years,
    max_,
    max_of,
    mean,
    min_,
    min_of,
    previous,
    ratio,
    share,
    sum_,
    years_so_far,
)

MOST = 3
YEARS = (2022, 2023, 2024)
KEYS = {"school": "s", "year": 2024}


class Open(Fact, grain=("school", "year", "kind")):
    """Rows of any number a year."""

    n = Field[int]("n", bounds=(0, MOST))
    of = Field[int]("of", bounds=(0, MOST))


class Listed(Fact, grain=("school", "year", Key("kind", among=("a", "b")))):
    """Rows of two kinds a year."""

    k = Field[int]("k", bounds=(0, MOST))


class One(Fact, grain=("school", "year")):
    """One row a year."""

    flag = Field[bool]("flag")
    m = Field[int]("m", bounds=(0, MOST))
    mark = Field[str]("mark", among=("x", "y"))


open_rows: st.SearchStrategy[Expr[bool]] = st.deferred(
    lambda: st.one_of(
        st.builds(lambda c: Open.n >= c, st.integers(0, MOST)),
        st.builds(lambda c: Open.n * 2 - Open.of < c, st.integers(0, MOST)),
        st.builds(lambda c: ratio(Open.n, Open.of) > c, st.integers(0, 1)),
        st.builds(lambda: is_known(Open.n)),
        st.builds(lambda: One.flag),
        st.builds(lambda a, b: a & b, open_rows, open_rows),
        st.builds(lambda a: ~a, open_rows),
    )
)
listed_rows = st.one_of(
    st.builds(lambda c: Listed.k >= c, st.integers(0, MOST)),
    st.builds(lambda c: Listed.k < c, st.integers(0, MOST)),
)
numbers: st.SearchStrategy[Expr[int]] = st.one_of(
    st.builds(lambda: One.m),
    st.builds(lambda w: count(Open, where=w), open_rows),
    st.builds(lambda: count(Listed)),
    st.builds(lambda w: sum_(Open.n, where=w), open_rows),
    st.builds(lambda w: sum_(Listed.k, where=w), listed_rows),
    st.builds(lambda w: min_of(Listed.k, where=w), listed_rows),
    st.builds(lambda w: max_of(Open.n, where=w), open_rows),
    st.builds(lambda: mean(Listed.k)),
    st.builds(lambda a: min_(One.m, a), st.integers(0, MOST)),
    st.builds(lambda: max_(One.m, count(Open))),
    st.builds(lambda w: case((any_(w), 1), (One.flag, 2), otherwise=sum_(Listed.k)), open_rows),
    st.builds(lambda: assume(One.m, 2)),
)
truths: st.SearchStrategy[Expr[bool]] = st.deferred(
    lambda: st.one_of(
        st.builds(lambda: One.flag),
        st.builds(lambda: One.mark.is_("x")),
        st.builds(lambda: share(min_(One.m, 2), of=max_(One.m, 2)) >= 1),
        st.builds(lambda x, c: x >= c, numbers, st.integers(0, 4)),
        st.builds(lambda x, c: x < c, numbers, st.integers(0, 4)),
        st.builds(lambda x, c: x.is_(c), numbers, st.integers(0, 2)),
        st.builds(lambda x, y: x >= y, numbers, numbers),
        st.builds(lambda w: any_(w), open_rows),
        st.builds(lambda w: all_(w), open_rows),
        st.builds(lambda w: any_(w), listed_rows),
        st.builds(lambda w: all_(w), listed_rows),
        st.builds(lambda x: is_present(x), numbers),
        st.builds(lambda x: is_known(x), numbers),
        st.builds(lambda a, b: a & b, truths, truths),
        st.builds(lambda a, b: a | b, truths, truths),
        st.builds(lambda a: ~a, truths),
        st.builds(lambda a: previous(a), truths),
        st.builds(lambda a: in_each(last_years(2), a), truths),
        st.builds(lambda a: in_each(years_so_far(), a), truths),
        st.builds(lambda k, a: at_least(k, a, of=years_so_far()), st.integers(1, 2), truths),
        st.builds(lambda k, a: at_least(k, a, of=earlier_years()), st.integers(1, 2), truths),
        st.builds(lambda a, b: case((a, "p"), (b, "q"), otherwise="r").is_in("p", "r"), truths, truths),
    )
)

number = st.one_of(st.none(), st.integers(0, MOST))
rows: Mapping[type[Fact], st.SearchStrategy[dict[str, Any]]] = {
    Open: st.fixed_dictionaries({"n": number, "of": number}),
    Listed: st.fixed_dictionaries({"k": number}),
    One: st.fixed_dictionaries(
        {"flag": st.sampled_from([True, False, None]), "m": number, "mark": st.sampled_from(["x", "y", None])}
    ),
}
PLACES: list[tuple[type[Fact], tuple[Any, ...]]] = [
    (fact, place)
    for year in YEARS
    for fact, place in (
        (Open, (year, "p")),
        (Open, (year, "q")),
        (Listed, (year, "a")),
        (Listed, (year, "b")),
        (One, (year,)),
    )
]
Reported = dict[tuple[type[Fact], tuple[Any, ...]], dict[str, Any]]


def event(fact: type[Fact], place: tuple[Any, ...]) -> str:
    return f"{fact.__name__}-{'-'.join(map(str, place))}"


def judge(rule: type[Rule], reported: Reported, closings: set[tuple[type[Fact], int]]) -> Verdict:
    tables: dict[type[Fact], list[dict[str, Any]]] = {fact: [] for fact in rows}
    for (fact, place), cells in reported.items():
        keys = dict(zip(fact.key_names()[1:], place, strict=True))
        tables[fact].append({"school": "s", **keys, **cells, "events": [event(fact, place)]})
    closed = {
        fact: [{"year": year, "events": [f"closed-{of.__name__}-{year}"]} for of, year in closings if of is fact]
        for fact in rows
    }
    return decide(rule, KEYS, Facts.of(tables, closed=closed), Law.of(), on=ON)


@given(truths, truths, st.data())
@settings(max_examples=250, deadline=None)
def test_no_event_outside_the_named_ones_changes_the_outcome(
    expr: Expr[bool], applying: Expr[bool], data: st.DataObject
) -> None:
    class Asked(Rule, per=("school", "year"), id="t.asked"):
        applies = applying | (count(Open) >= 0)
        verdict = expr

    reported: Reported = {place: data.draw(rows[place[0]]) for place in PLACES if data.draw(st.booleans())}
    closings = {(fact, year) for fact in rows for year in YEARS if data.draw(st.booleans())}
    before = judge(Asked, reported, closings)
    assert before.outcome != "failed", before.error
    named = set(explain(before).events)
    for _ in range(3):
        after: Reported = {}
        for place, cells in reported.items():
            if event(*place) in named:
                after[place] = cells
            elif data.draw(st.booleans()):  # changed; else taken back
                after[place] = data.draw(rows[place[0]])
        still = {
            (fact, year)
            for fact, year in closings
            if f"closed-{fact.__name__}-{year}" in named or data.draw(st.booleans())
        }
        assert judge(Asked, after, still).outcome == before.outcome


@given(truths, st.data())
@settings(max_examples=150, deadline=None)
def test_every_named_event_exists(expr: Expr[bool], data: st.DataObject) -> None:
    class Asked(Rule, per=("school", "year"), id="t.asked"):
        verdict = expr

    reported: Reported = {place: data.draw(rows[place[0]]) for place in PLACES if data.draw(st.booleans())}
    closings = {(fact, year) for fact in rows for year in YEARS if data.draw(st.booleans())}
    there = {event(*place) for place in reported} | {f"closed-{fact.__name__}-{year}" for fact, year in closings}
    assert set(explain(judge(Asked, reported, closings)).events) <= there
