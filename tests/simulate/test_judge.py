"""Draws judged by packs: arrays and columns decide alike, the facts are those of the draws, changes are dated."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.simulate.methodology import PACK_A, PACK_A_AND_B, A, P, Procedure, pack_of

from shnor_engine.errors import PackError
from shnor_engine.law import Clause, Law
from shnor_engine.packs import Pack, builtin_packs
from shnor_engine.rules import (
    Rule,
    all_,
    any_,
    at_least,
    count,
    in_each,
    last_years,
    previous,
    share,
    sum_,
    years_so_far,
)
from shnor_engine.simulate.dense import Dense, NotDense, look_back
from shnor_engine.simulate.judge import Judge, can_judge, decide_paths, facts_frame
from shnor_engine.simulate.model import Draws, World

REF = Clause("1")
LOW = share(Procedure.below_min, of=Procedure.participants) >= P.low_share


class TwiceInThree(Rule, per=("school", "year"), id="t.three", in_force="2000-01-01", ref=REF):
    low = share(Procedure.below_min, of=Procedure.participants) >= P.low_share
    low_year = count(Procedure, where=low) >= P.least
    verdict = at_least(2, low_year, of=last_years(3)) & ~in_each(last_years(3), low_year)


class Whole(Rule, per=("school", "year"), id="t.whole", in_force="2000-01-01", ref=REF):
    enough = Procedure.participants >= 10
    applies = count(Procedure, where=enough) >= 1
    verdict = (
        share(sum_(Procedure.below_min, where=enough), of=sum_(Procedure.participants, where=enough)) > P.low_share
    ) | (sum_(Procedure.below_min) - previous(sum_(Procedure.below_min)) >= 25)


class Every(Rule, per=("school", "year"), id="t.every", in_force="2000-01-01", ref=REF):
    low = share(Procedure.below_min, of=Procedure.participants) < P.low_share
    verdict = all_(~low | previous(~low, 2), where=Procedure.participants > 6) | any_(
        Procedure.below_min * 2 >= Procedure.participants + 3
    )


# Draws give results by procedure, so what counts by subject in any grade cannot judge them; c has its own codes.
FEDERAL = [
    pack
    for pack in builtin_packs()
    if pack.id.startswith("ru.shnor.") and pack.id != "ru.shnor.c" and can_judge(pack)
]
PACKS = [PACK_A, PACK_A_AND_B, *map(pack_of, (TwiceInThree, Whole, Every)), *FEDERAL]


@st.composite
def draws(draw: st.DrawFn) -> Draws:
    """A few paths of a few schools, shares scattered around the threshold, so that every clause turns both ways."""
    paths, schools, years, procedures = (draw(st.integers(1, most)) for most in (3, 3, 3, 4))
    shape = (paths, schools, years + 3, procedures)
    chance = np.random.default_rng(draw(st.integers(0, 2**32)))
    participants = chance.integers(5, draw(st.sampled_from([12, 60])), shape)
    below = chance.binomial(participants, draw(st.sampled_from([0.2, 0.3, 0.4])))
    world = World(
        tuple(f"s/{n}" for n in range(schools)), tuple(f"p{n}" for n in range(procedures)), 2020, 2022 + years
    )
    return Draws(world, np.arange(paths) * 3 + 1, tuple(world.years), participants, below)


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.id)
@settings(max_examples=12, deadline=None)
@given(drawn=draws())
def test_arrays_decide_what_columns_decide(pack: Pack, drawn: Draws) -> None:
    dense, columns = (decide_paths(drawn, pack, reader=reader) for reader in ("dense", "columns"))
    assert (dense.reader, columns.reader) == ("dense", "columns")
    assert np.array_equal(dense.yes, columns.yes)
    assert np.array_equal(dense.open, columns.open)
    assert dense.years == columns.years == drawn.years[look_back(pack.tree) :]


@settings(max_examples=10, deadline=None)
@given(drawn=draws())
def test_columns_over_paths_decide_what_the_scalar_rule_decides_in_one(drawn: Draws) -> None:
    from shnor_engine.reasoning import Facts, decide

    listed = decide_paths(drawn, PACK_A_AND_B, reader="columns")
    path = drawn.paths[-1]
    rows = [row for row in facts_frame(drawn).to_dicts() if row.pop("path") == path]
    facts = Facts.of({Procedure: rows}, closed=True)
    for school, place in zip(listed.schools, listed.yes[-1], strict=True):
        for year, yes in zip(listed.years, place, strict=True):
            said = decide(
                PACK_A_AND_B.rule,
                {"school": school, "year": year},
                facts,
                Law.of(P),
                on=date(drawn.years[-1], 12, 31),
            )
            assert (said.outcome == "met") == yes


def test_a_pack_that_names_its_procedures_takes_draws_of_no_others() -> None:
    of_2020 = next(pack for pack in builtin_packs() if pack.id == "ru.shnor.c")
    shape = (1, 1, 3, 2)
    people, below = np.full(shape, 10), np.full(shape, 3)
    known = World(("s/0",), ("oge.russian", "oge.mathematics"), 2020, 2022)
    strange = World(("s/0",), ("oge.russian", "p1"), 2020, 2022)
    answers = [
        decide_paths(Draws(known, np.array([1]), (2020, 2021, 2022), people, below), of_2020, reader=reader)
        for reader in ("dense", "columns")
    ]
    assert np.array_equal(answers[0].yes, answers[1].yes)
    with pytest.raises(PackError, match="not p1"):
        decide_paths(Draws(strange, np.array([1]), (2020, 2021, 2022), people, below), of_2020)


def test_a_year_is_decided_only_where_the_draws_hold_all_that_the_rule_looks_back_on() -> None:
    assert [look_back(pack.tree) for pack in PACKS[:5]] == [0, 1, 2, 1, 2]


def test_a_rule_without_an_end_of_its_look_back_is_left_to_columns() -> None:
    class Ever(Rule, per=("school", "year"), id="t.ever", in_force="2000-01-01", ref=REF):
        low_year = count(Procedure, where=LOW) >= 1
        verdict = at_least(2, low_year, of=years_so_far())

    with pytest.raises(NotDense, match="window"):
        Dense(Ever.tree, Law.of(P), on=date(2024, 1, 1))
    with pytest.raises(PackError, match="arrays"):
        Judge(pack_of(Ever), date(2024, 1, 1), reader="dense").dense(pack_of(Ever))
    world = World(("s",), ("p",), 2020, 2024)
    below = np.array([5, 0, 5, 0, 0]).reshape(1, 1, 5, 1)
    drawn = Draws(world, np.array([0]), tuple(world.years), np.full((1, 1, 5, 1), 10), below)
    listed = decide_paths(drawn, pack_of(Ever))
    assert (listed.reader, listed.years, listed.yes.tolist()) == ("columns", (2024,), [[[True]]])


def test_the_pack_of_the_year_decides_where_the_law_changes() -> None:
    world = World(("s",), ("p", "q"), 2020, 2022)
    below = np.array([[0, 0], [5, 5], [0, 0]]).reshape(1, 1, 3, 2)
    drawn = Draws(world, np.array([0]), tuple(world.years), np.full((1, 1, 3, 2), 10), below)
    a_then_b = Judge(PACK_A, date(2022, 12, 31), changes=((2021, PACK_A_AND_B),)).decide(drawn)
    a_only = Judge(PACK_A, date(2022, 12, 31)).decide(drawn)
    assert a_only.sizes.tolist() == [[0, 1, 0]]
    assert (a_then_b.years, a_then_b.sizes.tolist()) == ((2021, 2022), [[0, 0]])


def test_a_rule_not_yet_in_force_lists_nobody() -> None:
    class Later(A, id="t.later", in_force="2022-01-01"):
        pass

    world = World(("s",), ("p", "q"), 2021, 2022)
    drawn = Draws(world, np.array([0]), (2021, 2022), np.full((1, 1, 2, 2), 10), np.full((1, 1, 2, 2), 9))
    for reader in ("dense", "columns"):
        assert decide_paths(drawn, pack_of(Later), reader=reader).yes.tolist() == [[[False, True]]]


def test_a_pack_on_other_facts_is_refused_by_name() -> None:
    other = next(pack for pack in builtin_packs() if pack.id == "ru.municipal.monitoring")
    assert not can_judge(other)
    assert can_judge(PACK_A)
    with pytest.raises(PackError, match=r"ru\.municipal\.monitoring cannot judge draws: it reads Membership"):
        Judge(other, date(2024, 1, 1))
