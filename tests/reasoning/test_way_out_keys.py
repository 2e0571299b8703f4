"""The way out of rules at other grains: more keys than subject and period, a whole area, no period at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reasoning.methodology import ON

from shnor_engine.law import Law
from shnor_engine.reasoning import Facts, decide, way_out
from shnor_engine.rules import Expr, Fact, Field, Rule, any_, count, group, max_of, rank, ratio, share, sum_

MOST = 3


class Paper(Fact, grain=("area", "school", "year", "subject", "part"), ru="работы", en="papers"):
    low = Field[int]("низких", bounds=(0, MOST), actionable="down")
    sat = Field[int]("всего", bounds=(0, 9))


class Size(Fact, grain=("area", "school")):
    n = Field[int]("n", bounds=(0, MOST), actionable="both")


papers: st.SearchStrategy[Expr[bool]] = st.one_of(
    st.builds(lambda c: sum_(Paper.low) >= c, st.integers(1, 5)),
    st.builds(lambda c: any_(Paper.low >= c), st.integers(1, MOST)),
    st.builds(lambda c: count(Paper, where=share(Paper.low, of=Paper.sat) * 10 >= c) >= 2, st.integers(1, 9)),
    st.builds(lambda c: ratio(sum_(Paper.low), sum_(Paper.sat)) * 10 > c, st.integers(1, 9)),
    st.builds(lambda c: max_of(Paper.low) > c, st.integers(0, 2)),
)
GRAINS: Mapping[tuple[str, ...], dict[str, Any]] = {
    ("area", "school", "year", "subject"): {"area": "x", "school": "1", "year": 2024, "subject": "r"},
    ("year", "subject", "area"): {"year": 2024, "subject": "r", "area": "x"},
    ("area", "year"): {"area": "x", "year": 2024},
}
PLACES = [
    ("x", "1", 2024, "r", "a"),
    ("x", "1", 2024, "r", "b"),
    ("x", "1", 2024, "m", "a"),
    ("x", "2", 2024, "r", "a"),
    ("x", "1", 2023, "r", "a"),
    ("y", "1", 2024, "r", "a"),
]
cells = st.tuples(st.integers(0, MOST), st.integers(3, 9))


def rows(values: Sequence[tuple[int, int]]) -> list[dict[str, Any]]:
    names = Paper.key_names()
    return [
        {**dict(zip(names, place, strict=True)), "low": low, "sat": sat}
        for place, (low, sat) in zip(PLACES, values, strict=True)
    ]


def cheapest(rule: type[Rule], keys: Mapping[str, Any], values: Sequence[tuple[int, int]], goal: str) -> int | None:
    """The least cost by trying every point of the rows that stand at the keys."""
    names = Paper.key_names()
    mine = [all(dict(zip(names, place, strict=True))[key] == keys[key] for key in keys) for place in PLACES]
    best: int | None = None
    moves = [range(low + 1) if own else (low,) for own, (low, _) in zip(mine, values, strict=True)]
    for point in product(*moves):
        cost = sum(low - now for (low, _), now in zip(values, point, strict=True))
        if best is None or cost < best:
            there = [(now, sat) for now, (_, sat) in zip(point, values, strict=True)]
            facts = Facts.of({Paper: rows(there)}, closed=True)
            if decide(rule, keys, facts, Law.of(), on=ON).outcome == goal:
                best = cost
    return best


@given(papers, st.sampled_from(sorted(GRAINS)), st.lists(cells, min_size=6, max_size=6))
@settings(max_examples=60, deadline=None)
def test_at_any_grain_the_way_out_costs_what_an_exhaustive_search_finds(
    expr: Expr[bool], grain: tuple[str, ...], values: list[tuple[int, int]]
) -> None:
    class Asked(Rule, per=grain, id="t.asked"):
        verdict = expr

    keys, facts = GRAINS[grain], Facts.of({Paper: rows(values)}, closed=True)
    best = cheapest(Asked, keys, values, "not_met")
    way = way_out(Asked, keys, facts, Law.of(), on=ON)
    if decide(Asked, keys, facts, Law.of(), on=ON).outcome == "not_met":
        assert way.kind == "already"
    elif best is None:
        assert way.kind == "impossible"
    else:
        assert (way.kind, way.cost) == ("least", best)
        assert all(dict(change.keys)[key] == value for change in way.changes for key, value in keys.items())


class Lowest(Rule, per=("area", "school"), id="t.lowest"):
    place = rank(Size.n, among=group(Size, by=("area",)), ties="min")
    verdict = place <= 1


@given(st.lists(st.integers(0, MOST), min_size=2, max_size=4))
@settings(max_examples=30, deadline=None)
def test_out_of_a_rank_without_a_period_only_the_subject_itself_moves(sizes: list[int]) -> None:
    def facts(own: int) -> Facts:
        every = enumerate([own, *sizes[1:]])
        return Facts.of({Size: [{"area": "x", "school": str(n), "n": size} for n, size in every]}, closed=True)

    keys = {"area": "x", "school": "0"}
    turned = [
        abs(own - sizes[0])
        for own in range(MOST + 1)
        if decide(Lowest, keys, facts(own), Law.of(), on=ON).outcome == "not_met"
    ]
    way = way_out(Lowest, keys, facts(sizes[0]), Law.of(), on=ON)
    if not turned:
        assert way.kind == "impossible"
    elif 0 in turned:
        assert way.kind == "already"
    else:
        assert (way.kind, way.cost) == ("least", min(turned))
