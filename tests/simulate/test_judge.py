"""Draws judged by packs: arrays and columns decide alike, the facts are those of the draws, changes are dated."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.simulate.methodology import PACK_A, PACK_A_AND_B, A, P, Procedure, pack_of

from shnor_engine.errors import PackError
from shnor_engine.law import Clause, Law
from shnor_engine.packs import Pack, builtin_packs
from shnor_engine.rules import (
    Fact,
    Field,
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
from shnor_engine.simulate.judge import NAMES, Judge, can_judge, decide_paths, facts_frame, procedures_of
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


class Subject(Fact, grain=("school", "year", "discipline"), ru="предметы", en="subjects"):
    procedures = Field[int]("процедур", en="procedures", bounds=(0, 1000))


class Under(Fact, grain=("school", "year", "discipline", "procedure"), ru="процедуры", en="procedures"):
    participants = Field[int]("участников", en="participants", bounds=(0, 100_000))
    below_min = Field[int]("ниже минимума", en="below the minimum", bounds=(0, 100_000))


class OfSubjects(Rule, per=("school", "year"), id="t.subjects", in_force="2000-01-01", ref=REF):
    """Every fold of procedures into a subject, and of subjects into a school."""

    low = share(Under.below_min, of=Under.participants) >= P.low_share
    several = count(Subject, where=(Subject.procedures >= 2) & (count(Under, where=low) >= 1)) >= 1
    many = count(Subject, where=share(sum_(Under.below_min), of=sum_(Under.participants)) > P.low_share) >= 2
    each = all_(any_(low) | previous(all_(low)), where=Subject.procedures < 2)
    verdict = (several & each) | many


# c has its own codes.
FEDERAL = [
    pack
    for pack in builtin_packs()
    if pack.id.startswith("ru.shnor.") and pack.id != "ru.shnor.c" and can_judge(pack)
]
PACKS = [PACK_A, PACK_A_AND_B, *map(pack_of, (TwiceInThree, Whole, Every, OfSubjects)), *FEDERAL]


@st.composite
def draws(draw: st.DrawFn) -> Draws:
    """A few paths of a few schools, shares scattered around the threshold, so that every clause turns both ways."""
    paths, schools, years, procedures = (draw(st.integers(1, most)) for most in (3, 3, 3, 4))
    shape = (paths, schools, years + 3, procedures)
    chance = np.random.default_rng(draw(st.integers(0, 2**32)))
    participants = chance.integers(5, draw(st.sampled_from([12, 60])), shape)
    below = chance.binomial(participants, draw(st.sampled_from([0.2, 0.3, 0.4])))
    world = World(
        tuple(f"s/{n}" for n in range(schools)),
        tuple(f"vpr.s{n // 2}.{n}" for n in range(procedures)),  # two grades of one subject, then of another
        2020,
        2022 + years,
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


def test_every_built_in_methodology_of_results_judges_draws() -> None:
    able = {pack.id for pack in builtin_packs() if can_judge(pack)}
    assert {pack.id for pack in builtin_packs()} - able == {"ru.municipal.monitoring"}  # it reads lists, not results
    assert {pack.id for pack in FEDERAL} >= {f"ru.shnor.{name}.any-grade" for name in ("b", "a-and-b", "a-or-b")}


def test_a_subject_low_in_another_grade_each_year_is_the_same_subject_and_not_the_same_procedure() -> None:
    by_grade, any_grade = (
        next(pack for pack in builtin_packs() if pack.id == name) for name in ("ru.shnor.b", "ru.shnor.b.any-grade")
    )
    world = World(("s/0",), ("vpr.russian.5", "vpr.russian.6", "vpr.mathematics.5"), 2021, 2022)
    below = np.array([[9, 0, 0], [0, 9, 0]]).reshape(1, 1, 2, 3)
    drawn = Draws(world, np.array([0]), (2021, 2022), np.full((1, 1, 2, 3), 20), below)
    for reader in ("dense", "columns"):
        listed = [decide_paths(drawn, pack, reader=reader).yes.tolist() for pack in (by_grade, any_grade)]
        assert listed == [[[[False]]], [[[True]]]]
    apart = Draws(replace(world, procedures=("vpr.russian.5", "vpr.physics.6", "vpr.mathematics.5")), *vars_of(drawn))
    assert not decide_paths(apart, any_grade).yes.any()


def vars_of(draws: Draws) -> tuple[Any, ...]:
    return draws.paths, draws.years, draws.participants, draws.below


def test_a_pack_that_asks_about_subjects_has_two_grades_of_each_simulated() -> None:
    any_grade = next(pack for pack in builtin_packs() if pack.id == "ru.shnor.b.any-grade")
    names = procedures_of(any_grade, 6, on=date(2025, 12, 31))
    assert names == tuple(f"vpr.{subject}.{n}" for subject in ("russian", "mathematics", "physics") for n in (8, 7))
    most = procedures_of(any_grade, 45, on=date(2025, 12, 31))
    assert len(set(most)) == 45
    assert set(procedures_of(any_grade, 49, on=date(2025, 12, 31))) == set(NAMES)


def test_what_mixes_rows_of_different_kinds_is_left_to_columns() -> None:
    class Mixed(Rule, per=("school", "year"), id="t.mixed", in_force="2000-01-01", ref=REF):
        low = share(Under.below_min, of=Under.participants) >= P.low_share
        some = count(Under, where=low) >= 1
        verdict = count(Subject, where=some & (Subject.procedures >= 1)) >= 1

    with pytest.raises(NotDense, match="inside rows"):
        Dense(Mixed.tree, Law.of(P), on=date(2024, 1, 1))


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
