"""The built-in methodologies as texts: no holes, no bare codes, honest sources; and who is low stays low."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.packs.worlds import sittings

from shnor_engine.errors import PackError
from shnor_engine.packs import Pack, builtin_packs, find_pack
from shnor_engine.packs.builtin.sittings import Sitting
from shnor_engine.reasoning import Facts

ON = date(2025, 12, 20)
PACKS = builtin_packs()
CODES = ("oge.mathematics", "oge.russian", "vpr.russian.5")


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.id)
def test_a_built_in_methodology_has_no_hole(pack: Pack) -> None:
    assert [str(finding) for finding in pack.check(on=ON) if finding.code != "by-hand"] == []


def test_the_federal_criterion_stands_in_columns_wholly() -> None:
    for form in ("a", "b", "a-and-b", "a-or-b", "a.min", "b.min", "a-and-b.min", "a-or-b.min"):
        assert find_pack(f"ru.shnor.{form}").check(on=ON) == ()


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.id)
def test_its_description_holds_values_decisions_and_the_source_and_no_python(pack: Pack, language: str) -> None:
    said = pack.describe(on=ON, language=language)
    assert said.startswith(pack.title[language])
    for code, decision in pack.decisions.items():
        assert decision.label(language) in said, code
    assert pack.source is not None
    assert pack.source.cite(language) in said
    for clause in pack.tree.clauses:
        assert not re.search(rf"\b{clause}\b", said) or "_" not in clause, clause
    assert not re.search(r"\b(ege|oge|vpr)\.\w+", said)
    assert "None" not in said


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.id)
def test_each_point_refers_back_and_never_forward(pack: Pack) -> None:
    for line in pack.describe(on=ON).splitlines():
        if number := re.match(r"(\d+)\. ", line):
            assert all(int(other) < int(number[1]) for other in re.findall(r"п\. (\d+)", line)), line


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.id)
def test_every_clause_of_law_says_how_sure_it_is(pack: Pack) -> None:
    clauses = [pack.source, pack.tree.ref, *(param.ref for param in pack.tree.parameters)]
    assert all(clause is not None and clause.confidence in ("stated", "known", "default") for clause in clauses)
    assert pack.confidence in ("stated", "known", "default")


def test_the_packs_of_one_criterion_differ_and_so_do_their_digests() -> None:
    assert len({pack.digest for pack in PACKS}) == len({pack.id for pack in PACKS}) == len(PACKS)


def test_the_readings_of_the_criterion_differ_in_clauses_only() -> None:
    one, both = find_pack("ru.shnor.a"), find_pack("ru.shnor.a-and-b")
    found = one.diff(both, on=ON)
    assert {change.name for change in found.clauses} == {"sat", "again", "same_in_both", "verdict"}
    assert found.values == ()


def test_each_reading_names_the_others() -> None:
    said = find_pack("ru.shnor.a").describe(on=ON)
    for other in ("ru.shnor.b", "ru.shnor.a-and-b", "ru.shnor.a-or-b", ".min", ".final"):
        assert other in said
    assert "при любой методике" not in said


def test_a_note_must_be_a_clause_of_the_rule() -> None:
    pack = find_pack("ru.shnor.a")
    with pytest.raises(PackError, match="no output clause «nothing» to note"):
        replace(pack, notes=("nothing",))


# --- monotone -------------------------------------------------------------------------------------

PLACE = {"not_met": 0, "undetermined": 1, "met": 2}
FORMS = ("a", "b", "a-and-b", "a-or-b")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(FORMS))
def test_more_pupils_below_never_take_a_school_off_the_list(seed: int, form: str) -> None:
    random = Random(seed)
    world = sittings(Sitting, CODES, random, years=(2023, 2024), lows=0.4)
    rows = world.facts[Sitting]
    movable = [row for row in rows if row["below_min"] is not None and row["participants"] is not None]
    if not movable:
        return
    row = random.choice(movable)
    more = random.randint(row["below_min"], row["participants"])
    worse = [{**one, "below_min": more} if one is row else one for one in rows]
    before, after = (_outcome(form, told, world.closed[Sitting]) for told in (rows, worse))
    assert PLACE[after] >= PLACE[before]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(FORMS))
def test_what_becomes_known_settles_a_decision_and_turns_none(seed: int, form: str) -> None:
    """A result that was not reported, once it is, may decide what was open; what was decided stays."""
    random = Random(seed)
    world = sittings(Sitting, CODES, random, years=(2023, 2024), lows=0.5)
    rows = world.facts[Sitting]
    hidden = [{**row, "below_min": None, "below_percent": None} if random.random() < 0.4 else row for row in rows]
    before, after = (_outcome(form, told, world.closed[Sitting]) for told in (hidden, rows))
    assert before in ("undetermined", after)


def _outcome(form: str, rows: list[dict[str, Any]], closed: list[dict[str, Any]]) -> str:
    facts = Facts.of({Sitting: rows}, closed={Sitting: closed})
    return find_pack(f"ru.shnor.{form}").decide({"school": "s", "year": 2024}, facts, on=ON).outcome
