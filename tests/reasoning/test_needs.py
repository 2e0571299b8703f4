"""What a rule needs: facts, fields, periods back, parameters, and what closes a set."""

from __future__ import annotations

import json
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reasoning.methodology import ON, LowResults, P, Sitting, years

from shnor_engine.law import Law
from shnor_engine.packs import builtin_packs
from shnor_engine.reasoning import Facts, decide, needs
from shnor_engine.rules import Fact, Field, Key, Rule, any_, count, in_each, last_years, previous, years_so_far


class Declared(Fact, grain=("school", "year", Key("kind", among=("a", "b")))):
    n = Field[int]("n", bounds=(0, 5))
    unread = Field[int]("лишнее")


class Deep(Rule, per=("school", "year"), id="t.deep", in_force="2020-01-01"):
    some = any_(Declared.n >= 2)
    verdict = in_each(last_years(3), previous(some, 2)) & in_each(last_years(P.min_sittings), count(Sitting) >= 1)


def test_facts_fields_keys_and_depth_are_read_off_the_rule() -> None:
    found = needs(Deep)
    declared, sittings = found.facts
    assert (declared.name, declared.back, declared.universe, declared.closed_by) == (
        "Declared",
        4,
        "declared rows",
        ("school", "year"),
    )
    assert [field.name for field in declared.fields] == ["n"]
    assert (sittings.name, sittings.back, sittings.universe) == ("Sitting", 1, "open set")
    assert (found.back, found.untaught) == (4, ())


def test_parameters_come_with_instants_dates_and_the_first_day_they_are_asked_for() -> None:
    low, participants, sittings = needs(LowResults).parameters
    assert (low.key, low.instants, low.since) == ("P.low_share", ("period",), date(2020, 12, 31))
    assert low.values == ((date(2020, 1, 1), None),)
    assert (participants.since, sittings.since) == (date(2020, 12, 31), date(2020, 12, 31))


def test_a_window_over_every_year_needs_every_year() -> None:
    class All(Rule, per=("school", "year"), id="t.all"):
        verdict = in_each(years_so_far(), any_(Declared.n >= 1))

    assert needs(All).back is None
    assert "за все периоды" in needs(All).text("ru")


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 9)).map(lambda p: (max(p), min(p))), max_size=3))
@settings(max_examples=40, deadline=None)
def test_what_lies_further_back_than_is_needed_changes_nothing(rows: list[tuple[int, int]]) -> None:
    back = needs(LowResults).facts[0].back
    assert back == 1
    near = years([(10, 3), (20, 6)], of=(2023, 2024))
    keys = {"school": "s", "year": 2024}
    outcomes = {
        decide(LowResults, keys, Facts.of({Sitting: table}, closed=True), Law.of(P), on=ON).outcome
        for table in (near, [*near, *years(rows, of=(2022,))])
    }
    assert outcomes == {"met"}


def test_a_pack_names_the_projection_of_each_fact() -> None:
    pack = builtin_packs()[0]
    found = pack.needs()
    assert (found.facts[0].projection, found.facts[0].columns) == ("membership", {"school": "school_id"})
    assert "проекция membership: школа в перечне; за все периоды" in found.text("ru")
    assert "what is not reported is unknown until (school, year) is closed" in found.text("en")
    assert json.loads(json.dumps(found.to_dict()))["facts"][0]["projection"] == "membership"
