"""Spellings to ids: every habit of typing, and never a guess."""

from __future__ import annotations

import datetime as dt
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shnor_engine.errors import AmbiguousSchool, UnknownSchool
from shnor_engine.events import (
    BodyEstablished,
    Event,
    SchoolClosed,
    SchoolRegistered,
    SchoolRenamed,
    SchoolReorganised,
    SchoolSpelled,
    When,
)
from shnor_engine.events.names import Names, Spelling, normal_form

BASIC = (8, 12)
NUMBERS = (2, 6, 7, 8, 11, 12, 19, 21, 23, 27, 32, 36, 43, 45, 59)


def school(number: int, **other: object) -> SchoolRegistered:
    kind, word = ("basic", "ООШ") if number in BASIC else ("secondary", "СОШ")
    fields = {
        "school_id": f"severskiy/{number}",
        "municipality": "severskiy",
        "region": "ru.23",
        "kind": kind,
        "name": f"МБОУ {word} № {number}",
        "number": str(number),
        "locality": "станица Ставропольская" if number == 7 else None,
    }
    return SchoolRegistered.model_validate(fields | other)


LYCEUM = SchoolRegistered(
    school_id="severskiy/afipskiy",
    municipality="severskiy",
    region="ru.23",
    kind="lyceum",
    name="МАОУ лицей пгт Афипского",
)
CENTRE = BodyEstablished(
    body_id="severskiy/imc",
    kind="methodical_centre",
    municipality="severskiy",
    name="МКУ МО Северский район «ИМЦ»",
    aliases=("ИМЦ",),
)
DISTRICT: list[Event] = [*(school(number) for number in NUMBERS), LYCEUM, CENTRE]
NAMES = Names.from_events(DISTRICT)

# Every way in which the report of 2024 spells a school or the centre.
REPORT = {
    **{f"МБОУ СОШ № {n}": f"severskiy/{n}" for n in (2, 6, 7, 11, 19, 21, 23, 27, 32, 36, 45, 59)},
    **{f"МБОУ СОШ №{n}": f"severskiy/{n}" for n in (6, 7, 21, 27, 43, 45)},
    "МБОУ ООШ № 8": "severskiy/8",
    "МБОУ ООШ №8": "severskiy/8",
    "МБОУ ООШ № 12": "severskiy/12",
    "МАОУ лицей пгт Афипского": "severskiy/afipskiy",
    "МАОУ лицей пгт\n\n\t\tАфипского": "severskiy/afipskiy",
    "МБОУ СОШ №7 станицы Ставропольской": "severskiy/7",
    "МКУ МО Северский район «ИМЦ»": "severskiy/imc",
    "МКУ МО\nСеверский район «ИМЦ»": "severskiy/imc",
    "ИМЦ": "severskiy/imc",
}


def test_every_spelling_of_the_report_resolves_to_sixteen_schools_and_one_centre() -> None:
    assert {spelling: NAMES.resolve(spelling) for spelling in REPORT} == REPORT
    assert len(set(REPORT.values())) == 17


@pytest.mark.parametrize(
    ("spelling", "meant"),
    [
        ("СОШ 6", "severskiy/6"),
        ("сош n 6", "severskiy/6"),
        ("СОШ N6", "severskiy/6"),
        ("СОШ No. 6", "severskiy/6"),
        ("MБOУ COШ № 6", "severskiy/6"),  # M, O, C typed in Latin
        ("MAOY лицей пгт Aфипского", "severskiy/afipskiy"),
        ("МАОУ СОШ №\u00a06", "severskiy/6"),  # the legal form says nothing about who is meant
        ("МБОУ «СОШ № 06»", "severskiy/6"),
        (
            "Муниципальное бюджетное общеобразовательное учреждение средняя общеобразовательная школа № 6",
            "severskiy/6",
        ),
        ("школа № 6", "severskiy/6"),
        ("№ 8", "severskiy/8"),
        ("лицей п.г.т. Афипский", "severskiy/afipskiy"),
        ("СОШ № 7 ст. Ставропольская", "severskiy/7"),
        ("школа № 7 ст-цы Ставропольской", "severskiy/7"),
        ("severskiy/7", "severskiy/7"),
    ],
)
def test_habits_of_typing_are_taken_off(spelling: str, meant: str) -> None:
    assert NAMES.resolve(spelling) == meant


@pytest.mark.parametrize(
    ("spelling", "near"),
    [
        ("МБОУ СОШ № 8", "МБОУ ООШ № 8"),
        ("СОШ № 7 станицы Азовской", "МБОУ СОШ № 7"),
        ("лицей № 6", "МБОУ СОШ № 6"),
        ("МАОУ лицей пгт Афинского", "МАОУ лицей пгт Афипского"),
        ("МБОУ СОШ № 66", None),
        ("школа", None),
        ("8", None),  # a figure alone may be the number of a row
        ("", None),
    ],
)
def test_what_nobody_registered_is_unknown_and_likeness_only_words_the_error(spelling: str, near: str | None) -> None:
    with pytest.raises(UnknownSchool) as caught:
        NAMES.resolve(spelling)
    assert not isinstance(caught.value, AmbiguousSchool)
    if near:
        assert caught.value.near[0] == near
        assert near in str(caught.value)


def test_a_bare_number_means_a_school_only_while_one_has_it() -> None:
    both = Names.from_events([*DISTRICT, school(8, school_id="severskiy/8a", name="МБОУ СОШ № 8")])
    assert both.resolve("ООШ № 8") == "severskiy/8"
    assert both.resolve("СОШ № 8") == "severskiy/8a"
    with pytest.raises(AmbiguousSchool) as caught:
        both.resolve("№ 8")
    assert caught.value.candidates == ("severskiy/8", "severskiy/8a")
    assert "severskiy/8a" in str(caught.value)


def test_a_number_of_two_municipalities_needs_the_municipality() -> None:
    other = school(6, school_id="abinsk/6", municipality="abinsk")
    names = Names.from_events([*DISTRICT, other])
    with pytest.raises(AmbiguousSchool, match="area="):
        names.resolve("МБОУ СОШ № 6")
    assert names.resolve("МБОУ СОШ № 6", area="abinsk") == "abinsk/6"
    assert names.resolve("МБОУ СОШ № 6", area="severskiy") == "severskiy/6"


def test_a_registered_spelling_is_worth_more_than_a_fitting_number() -> None:
    names = Names.from_events(
        [*DISTRICT, school(8, school_id="severskiy/8a", name="СОШ № 8", aliases=("школа 8 у станции",))]
    )
    assert names.resolve("школа 8 у станции") == "severskiy/8a"


def test_a_spelling_that_a_document_used_resolves_from_then_on() -> None:
    said = SchoolSpelled(school_id="severskiy/45", spelling="опорная школа")
    assert Names.from_events([*DISTRICT, said]).resolve("Опорная школа") == "severskiy/45"


RENAMED = SchoolRenamed(school_id="severskiy/6", name="МБОУ гимназия № 1", number="1", effective=When.month(2022, 9))


def test_a_renamed_school_resolves_by_both_names_on_any_day() -> None:
    names = Names.from_events([*DISTRICT, RENAMED])
    for spelling in ("МБОУ СОШ № 6", "гимназия №1", "№ 1"):
        assert names.resolve(spelling) == "severskiy/6"
        assert names.resolve(spelling, on=date(2020, 1, 1)) == "severskiy/6"
    assert names.name("severskiy/6") == "МБОУ гимназия № 1"
    assert names.name("severskiy/6", on=date(2020, 1, 1)) == "МБОУ СОШ № 6"


def test_the_day_picks_where_a_name_passed_from_one_school_to_another() -> None:
    heir = school(6, school_id="severskiy/6-new", open_from=dt.date(2023, 9, 1))
    names = Names.from_events([*DISTRICT, RENAMED, heir])
    assert names.resolve("СОШ № 6", on=date(2021, 1, 1)) == "severskiy/6"
    assert names.resolve("СОШ № 6", on=date(2024, 1, 1)) == "severskiy/6-new"
    with pytest.raises(AmbiguousSchool, match="on="):
        names.resolve("СОШ № 6")


def test_within_the_month_of_a_renaming_neither_school_is_picked() -> None:
    heir = SchoolRenamed(school_id="severskiy/2", name="МБОУ СОШ № 6", number="6", effective=When.month(2022, 9))
    names = Names.from_events([*DISTRICT, RENAMED, heir])
    with pytest.raises(AmbiguousSchool):
        names.resolve("СОШ № 6", on=date(2022, 9, 15))
    assert names.resolve("СОШ № 6", on=date(2022, 10, 1)) == "severskiy/2"


def test_a_name_is_free_once_its_school_is_closed_or_merged() -> None:
    heir = school(11, school_id="severskiy/11-new", open_from=dt.date(2023, 9, 1))
    ends: list[Event] = [
        SchoolClosed(school_id="severskiy/11", effective=When.day(date(2022, 8, 31))),
        SchoolReorganised(
            kind="merge",
            predecessors=("severskiy/11", "severskiy/2"),
            successor="severskiy/2",
            effective=When.day(date(2022, 8, 31)),
        ),
    ]
    for end in ends:
        names = Names.from_events([*DISTRICT, end, heir])
        assert names.resolve("СОШ № 11", on=date(2024, 1, 1)) == "severskiy/11-new"
        assert names.resolve("СОШ № 2", on=date(2024, 1, 1)) == "severskiy/2"


def test_a_renaming_of_nobody_is_an_error() -> None:
    with pytest.raises(UnknownSchool, match="severskiy/6"):
        Names.from_events([RENAMED])


def test_plain_triples_make_a_register_too() -> None:
    names = Names([("a/1", "СОШ № 1", None), ("a/1", "первая школа", date(2020, 1, 1))])
    assert names.resolve("Первая  школа") == "a/1"
    assert names.spellings("a/1")[1] == Spelling("a/1", "первая школа", date(2020, 1, 1))


noise = st.sampled_from([" ", "  ", "\u00a0", "\n", "\t ", "\u200b ", " \u00ad"])


@given(st.sampled_from(sorted(REPORT)), st.lists(noise, min_size=12, max_size=12), st.booleans())
def test_spaces_case_and_breaks_never_change_who_is_meant(spelling: str, gaps: list[str], upper: bool) -> None:
    words = spelling.split()
    noisy = "".join(word + gap for word, gap in zip(words, gaps, strict=False))
    assert NAMES.resolve(noisy.upper() if upper else noisy.lower()) == REPORT[spelling]


@given(st.text(max_size=40))
def test_a_resolved_spelling_has_the_normal_form_or_the_number_of_a_registered_one(spelling: str) -> None:
    try:
        found = NAMES.resolve(spelling)
    except UnknownSchool:
        return
    registered = [normal_form(item.text) for item in NAMES.spellings(found)]
    form = normal_form(spelling)
    assert spelling == found or form in registered or form.number in {other.number for other in registered}


@pytest.mark.parametrize("spelling", REPORT)
def test_the_normal_form_is_its_own_normal_form(spelling: str) -> None:
    once = normal_form(spelling)
    assert normal_form(str(once)) == once
