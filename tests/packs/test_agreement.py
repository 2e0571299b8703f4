"""Every built-in methodology says the same one by one, in Polars and in DuckDB, on what chance draws."""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest
from tests.packs.worlds import sittings
from tests.reasoning.worlds import agree

from shnor_engine.law import Clause, Law, percent
from shnor_engine.law.law import Override
from shnor_engine.packs import builtin_packs, find_pack
from shnor_engine.packs.builtin.draft_2024 import Draft
from shnor_engine.packs.builtin.fioko_2020 import Fioko, ListedSitting
from shnor_engine.packs.builtin.low_results import Federal, Reliable, Small
from shnor_engine.packs.builtin.persistent import Persistence
from shnor_engine.packs.builtin.sittings import Sitting
from shnor_oryol.methodology import Oryol, oryol

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
    agree(find_pack("ru.shnor.c").rule, make, law, on=ON, outcomes=THREE, by_hand=("in_year",))


def test_the_draft_says_the_same_in_columns() -> None:
    codes = ("ege.russian", "diagnostic.all", "vpr.russian.5")
    make = partial(sittings, Sitting, codes, years=(2023, 2024), lows=0.15)
    hand = ("compulsory", "diagnostic", "graduates", "failed_work")
    agree(find_pack("ru.draft-2024").rule, make, Law.of(Draft), on=ON, outcomes=THREE, by_hand=hand)


def test_oryol_says_the_same_in_columns() -> None:
    codes = ("ege.biology", "ege.informatics", "oge.russian")
    make = partial(sittings, Sitting, codes, years=(2024, 2025), each=True, lows=0.95, deep=0.8)
    outcomes = ("met", "not_met", "not_applicable", "undetermined")
    agree(oryol().rule, make, Law.of(Oryol), on=ON, outcomes=outcomes, by_hand=("exam",))


def test_persistent_failure_says_the_same_in_columns() -> None:
    codes = ("ege.russian", "ege.mathematics.base")
    make = partial(sittings, Sitting, codes, years=(2022, 2023, 2024), lows=1.0, deep=0.5, skip=0.05)
    hand = ("failed_russian", "failed_mathematics")
    agree(find_pack("ru.persistent-3").rule, make, Law.of(Persistence), on=ON, outcomes=THREE, by_hand=hand)


def test_every_methodology_without_a_rank_or_a_list_of_members_is_held_here() -> None:
    held = {f"ru.shnor.{form}" for form in ("a", "b", "a-and-b", "a-or-b", "a.min", "b.min", "a-and-b.min")}
    held |= {"ru.shnor.a-or-b.min", "ru.shnor.c", "ru.draft-2024", "ru.persistent-3"}
    held |= {f"ru.shnor.{form}.any-grade" for form in ("b", "a-and-b", "a-or-b")}  # test_same_subject
    same_rule = {pack.id for pack in builtin_packs() if pack.id.endswith(".final")}
    rest = {pack.id for pack in builtin_packs()} - held - same_rule
    assert rest == {"ru.municipal.monitoring", "ru.54.three-lists"}
