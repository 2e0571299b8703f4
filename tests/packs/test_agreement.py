"""Every built-in methodology says the same one by one, in Polars and in DuckDB, on what chance draws."""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest
from tests.packs.worlds import memberships, ranked_totals, readings, sittings, year_totals
from tests.profiles import NIGHTLY
from tests.reasoning.worlds import BATCHES, agree

from shnor_engine.law import Clause, Law, percent
from shnor_engine.law.law import Override
from shnor_engine.packs import Pack, builtin_packs, find_pack
from shnor_engine.packs.builtin.draft_2024 import Draft
from shnor_engine.packs.builtin.fioko_2020 import Fioko, ListedSitting
from shnor_engine.packs.builtin.low_results import Federal, Reliable, Small
from shnor_engine.packs.builtin.sittings import Sitting
from shnor_engine.reasoning.columns.dry import reasons
from shnor_fictional.methodology import care, lamps
from shnor_krasnodar.monitoring import severskiy_monitoring
from shnor_krasnodar.vocabulary import AREA
from shnor_novosibirsk.methodology import Lists, three_lists
from shnor_oryol.methodology import Oryol, oryol
from shnor_ryazan.methodology import ryazan
from shnor_studies.persistent import Persistence, persistent

ON = date(2025, 12, 20)
ORDER = Clause("п. 1", act="региональный приказ", confidence="default")
CODES = ("oge.mathematics", "oge.russian", "vpr.russian.5")
THREE = ("met", "not_met", "undetermined")
STRICT = Override.of("r/strict", Federal.low_share, {"2018-01-01": percent(40)}, ref=ORDER)
FEDERAL = Law.of(Federal, Reliable, Small, overrides=[STRICT])


@pytest.mark.parametrize("form", ["a", "b", "a-and-b", "a-or-b"])
def test_the_federal_criterion_says_the_same_in_columns(form: str) -> None:
    lows = 0.75 if form in ("b", "a-and-b") else 0.5
    make = partial(sittings, Sitting, CODES, years=(2022, 2023, 2024), lows=lows)
    agree(find_pack(f"ru.shnor.{form}").rule, make, FEDERAL, on=ON, outcomes=THREE)


@pytest.mark.parametrize("form", ["a.min", "b.min", "a-and-b.min", "a-or-b.min"])
def test_the_criterion_with_a_least_number_says_the_same_in_columns(form: str) -> None:
    lows = 0.9 if form.startswith(("b", "a-and")) else 0.75
    make = partial(sittings, Sitting, CODES, years=(2022, 2023, 2024), lows=lows)
    agree(find_pack(f"ru.shnor.{form}").rule, make, FEDERAL, on=ON, outcomes=THREE)


def test_the_methodology_of_2020_says_the_same_in_columns() -> None:
    strict = Override.of("r/strict", Fioko.low_share, {"2018-01-01": percent(40)}, ref=ORDER)
    codes = ("oge.mathematics", "oge.russian", "vpr.russian.5")
    make = partial(sittings, ListedSitting, codes, years=(2018, 2019, 2020, 2021), lows=0.3)
    law = Law.of(Fioko, overrides=[strict])
    agree(find_pack("ru.shnor.c").rule, make, law, on=ON, outcomes=THREE)


def test_the_draft_says_the_same_in_columns() -> None:
    codes = ("ege.russian", "diagnostic.all", "vpr.russian.5")
    make = partial(sittings, Sitting, codes, years=(2023, 2024), lows=0.15)
    agree(find_pack("ru.draft-2024").rule, make, Law.of(Draft), on=ON, outcomes=THREE)


def test_oryol_says_the_same_in_columns() -> None:
    codes = ("ege.biology", "ege.informatics", "oge.russian")
    make = partial(sittings, Sitting, codes, years=(2024, 2025), each=True, lows=0.95, deep=0.8)
    outcomes = ("met", "not_met", "not_applicable", "undetermined")
    agree(oryol().rule, make, Law.of(Oryol), on=ON, outcomes=outcomes)


def test_persistent_failure_says_the_same_in_columns() -> None:
    codes = ("ege.russian", "ege.mathematics.base")
    make = partial(sittings, Sitting, codes, years=(2022, 2023, 2024), lows=1.0, deep=0.5, skip=0.05)
    agree(persistent().rule, make, Law.of(Persistence), on=ON, outcomes=THREE)


def test_the_three_lists_say_the_same_in_columns() -> None:
    make = partial(year_totals, years=(2021, 2022, 2023, 2024))
    agree(three_lists().rule, make, Law.of(Lists), on=ON, outcomes=THREE)


@pytest.mark.parametrize("pack", ryazan(), ids=lambda pack: pack.id)
def test_the_lowest_of_ryazan_say_the_same_in_columns(pack: Pack) -> None:
    size = 26 if pack.id.endswith(".floor") else 8  # below seven schools 15 % rounded down are none
    make = partial(ranked_totals, size=size)
    agree(pack.rule, make, pack.law, on=ON, outcomes=("met", "not_met", "not_applicable", "undetermined"))


def test_the_monitoring_of_krasnodar_says_the_same_in_columns() -> None:
    pack = severskiy_monitoring()
    make = partial(memberships, region=AREA)
    agree(pack.rule, make, pack.law, on=ON, outcomes=(*THREE, "not_applicable"))


def test_municipal_monitoring_says_the_same_in_columns() -> None:
    pack = find_pack("ru.municipal.monitoring")
    agree(pack.rule, partial(memberships, region=None), pack.law, on=ON, outcomes=(*THREE, "not_applicable"))


@pytest.mark.parametrize("pack", care()[1:], ids=lambda pack: pack.id)
def test_an_invented_region_that_uses_every_word_says_the_same_in_columns(pack: Pack) -> None:
    make = partial(readings, regions=(None, "lakes/hills"), years=(2019, 2020, 2021, 2022, 2023))
    # Every word is used, so a world costs ten of the others; but each has the places of eight schools and years.
    batches = BATCHES if NIGHTLY else BATCHES // 2
    agree(pack.rule, make, pack.law, on=ON, outcomes=(*THREE, "not_applicable"), batches=batches)


def test_a_methodology_with_a_function_says_the_same_in_columns() -> None:
    make = partial(readings, regions=(None,), years=(2022, 2023))
    pack = lamps()
    agree(pack.rule, make, pack.law, on=ON, outcomes=(*THREE, "not_applicable"), by_hand=("lamps",))


def test_every_methodology_that_comes_with_the_library_is_held_here() -> None:
    held = {f"ru.shnor.{form}" for form in ("a", "b", "a-and-b", "a-or-b", "a.min", "b.min", "a-and-b.min")}
    held |= {
        "ru.shnor.a-or-b.min",
        "ru.shnor.c",
        "ru.draft-2024",
    }
    held |= {f"ru.shnor.{form}.any-grade" for form in ("b", "a-and-b", "a-or-b")}  # test_same_subject
    assert {pack.id for pack in builtin_packs()} == {*held, *FINAL, "ru.municipal.monitoring"}


FINAL = {pack.id: pack for pack in builtin_packs() if pack.id.endswith(".final")}


@pytest.mark.parametrize("pack", FINAL.values(), ids=FINAL)
def test_a_final_reading_decides_by_the_rule_and_law_that_are_held_here(pack: Pack) -> None:
    """Only its rows are others (`tests/engine/test_nation_log.py` reads them from logs): one rule, one agreement."""
    first = find_pack(pack.id.removesuffix(".final"))
    assert pack.rule is first.rule
    assert pack.law.digest == first.law.digest
    assert pack.bindings != first.bindings


BY_HAND: dict[str, set[str]] = {"ru.lakes.lamps": {"lamps"}}  # a function that nobody can look into


@pytest.mark.parametrize(
    "pack",
    [*builtin_packs(), persistent(), three_lists(), oryol(), *ryazan(), severskiy_monitoring(), *care(), lamps()],
    ids=lambda pack: f"{pack.id}-{pack.version}",
)
def test_no_clause_of_a_methodology_is_decided_place_by_place(pack: Pack) -> None:
    assert set(reasons(pack.rule.tree, pack.law, on=ON)) == BY_HAND.get(pack.id, set())
