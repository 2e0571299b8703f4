"""Explanations: decisive reasons, law, margin in whole units, what is missing, and events that are sufficient."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reasoning.methodology import ON, LowResults, P, Sitting, judge, sitting, years

from shnor_engine.law import Clause, Law, Override, percent
from shnor_engine.reasoning import Explanation, Facts, Verdict, decide, explain
from shnor_engine.reasoning.language import number_text
from shnor_engine.rules import (
    Fact,
    Field,
    Key,
    Rule,
    Said,
    Texts,
    Wording,
    all_,
    any_,
    at_least,
    case,
    count,
    last_years,
    max_of,
    mean,
    previous,
    share,
    sum_,
)


class Broad(Rule, per=("school", "year"), id="t.broad"):
    """Every way of deciding in one rule."""

    low = LowResults.low
    lows = count(Sitting, where=low)
    level = case((lows >= 3, "grave"), (sum_(Sitting.below_min) > 12, "heavy"), (any_(low), "some"), otherwise="none")
    large = max_of(Sitting.participants) > 25
    verdict = at_least(1, (lows >= 2) | (level.is_in("grave", "heavy") & ~large), of=last_years(2))


cells = st.one_of(st.none(), st.integers(0, 8))
rows_of = st.lists(st.tuples(st.sampled_from([2023, 2024]), st.integers(0, 30), cells), max_size=5).map(
    lambda items: [
        sitting(year, f"p{n}", whole, None if part is None else min(part, whole))
        for n, (year, whole, part) in enumerate(items)
    ]
)


@pytest.mark.parametrize("rule", [LowResults, Broad])
@given(rows=rows_of, data=st.data())
@settings(max_examples=120, deadline=None)
def test_no_change_of_an_event_outside_the_named_ones_changes_the_outcome(
    rule: type[Rule], rows: list[dict[str, Any]], data: st.DataObject
) -> None:
    closing = data.draw(st.lists(st.sampled_from([2023, 2024]), unique=True))
    closed = [{"year": year, "events": [f"closed-{year}"]} for year in closing]
    before = judge(rows, rule, closed=closed)
    named = set(explain(before).events)
    after = []
    for row in rows:
        if row["events"][0] in named:
            after.append(row)
        elif data.draw(st.booleans()):  # changed; else retracted
            whole = data.draw(st.integers(0, 30))
            after.append({**row, "participants": whole, "below_min": data.draw(st.integers(0, whole))})
    still = [item for item in closed if item["events"][0] in named or data.draw(st.booleans())]
    assert judge(after, rule, closed=still).outcome == before.outcome


class Declared(Fact, grain=("school", "year", Key("kind", among=("a", "b", "c")))):
    n = Field[int]("n", bounds=(0, 9))


class Universe(Rule, per=("school", "year"), id="t.universe"):
    many = count(Declared, where=Declared.n >= 3)
    verdict = (many >= 2) | (mean(Declared.n) > 5) | (previous(many) < 1) & all_(Declared.n < 8)


@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_the_named_events_are_sufficient_over_a_declared_universe_too(data: st.DataObject) -> None:
    places = [(year, kind) for year in (2023, 2024) for kind in "abc"]
    state = {place: data.draw(st.sampled_from(["reported", "closed", "open"])) for place in places}
    rows = {place: data.draw(st.integers(0, 9)) for place in places if state[place] == "reported"}

    def outcome(values: dict[tuple[int, str], int], closed: list[tuple[int, str]]) -> Verdict:
        table = [
            {"school": "s", "year": year, "kind": kind, "n": n, "events": [f"{year}{kind}"]}
            for (year, kind), n in values.items()
        ]
        closing = [{"year": year, "kind": kind, "events": [f"x{year}{kind}"]} for year, kind in closed]
        facts = Facts.of({Declared: table}, closed={Declared: closing})
        return decide(Universe, {"school": "s", "year": 2024}, facts, Law.of(), on=ON)

    closed = [place for place in places if state[place] == "closed"]
    before = outcome(rows, closed)
    named = set(explain(before).events)
    after = {
        place: n if f"{place[0]}{place[1]}" in named else data.draw(st.integers(0, 9))
        for place, n in rows.items()
        if f"{place[0]}{place[1]}" in named or data.draw(st.booleans())
    }
    still = [place for place in closed if f"x{place[0]}{place[1]}" in named or data.draw(st.booleans())]
    assert outcome(after, still).outcome == before.outcome


def texts(explanation: Explanation) -> str:
    return explanation.text("ru", events=False)


def test_only_decisive_children_are_named() -> None:
    found = explain(judge(years([(10, 3), (20, 6), (20, 1)])))
    assert found.events == ("2023-p0", "2023-p1", "2023-p2", "2024-p0", "2024-p1", "2024-p2")
    sure = explain(judge(years([(10, 3), (20, 6), (9, 1)])))
    assert sure.events == ("2023-p0", "2023-p1", "2024-p0", "2024-p1")


def test_of_two_years_that_fail_both_are_named_and_of_one_only_that() -> None:
    rows = [*years([(10, 3), (20, 6)], of=(2023,)), *years([(10, 0), (20, 6)], of=(2024,))]
    found = explain(judge(rows))
    assert {dict(reason.keys)["year"] for reason in found.because if reason.value is False} == {2024}


def test_the_margin_is_in_whole_units_and_says_which_way() -> None:
    class One(Rule, per=("school", "year", "procedure"), id="t.one"):
        verdict = share(Sitting.below_min, of=Sitting.participants) >= P.low_share

    def margin(whole: int, below: int) -> tuple[int, bool, str] | None:
        facts = Facts.of({Sitting: [sitting(2024, "p", whole, below)]})
        keys = {"school": "s", "year": 2024, "procedure": "p"}
        found = explain(decide(One, keys, facts, Law.of(P), on=ON)).because[0].margin
        return None if found is None else (found.units, found.up, found.unit)

    assert margin(27, 8) == (1, True, "чел.")
    assert margin(10, 3) == (1, False, "чел.")
    assert margin(20, 12) == (7, False, "чел.")
    for whole in range(1, 40):
        for below in range(whole + 1):
            units, up, _ = margin(whole, below) or (0, True, "")
            low = 10 * below >= 3 * whole
            turned = below + units if up else below - units
            nearer = turned - 1 if up else turned + 1
            assert (10 * turned >= 3 * whole) is not low
            assert (10 * nearer >= 3 * whole) is low


def test_the_unit_of_a_margin_is_said_in_the_language_of_the_text() -> None:
    found = explain(judge(years([(27, 8)] * 2)))
    assert "(изменится, если будет на 1 чел. больше)" in found.text("ru")
    assert "(turns with 1 persons more)" in found.text("en")
    assert "чел." not in found.text("en")


def test_a_count_has_its_margin_too() -> None:
    found = explain(judge(years([(10, 3), (20, 5)])))
    margins = [reason.margin for reason in found.because if reason.margin and reason.value is False]
    assert {(margin.units, margin.up) for margin in margins} == {(1, True)}


def test_numbers_come_with_the_threshold_its_clause_and_its_dates() -> None:
    found = explain(judge(years([(27, 8), (20, 6)])))
    said = texts(found)
    assert "ниже минимума из числа участников: 8 из 27 (29,6 %); условие: не менее 30 % – не выполнено" in said
    assert "(изменится, если будет на 1 чел. больше)" in said
    low = next(item for item in found.thresholds if item.key == "P.low_share")
    assert (low.value, low.since.isoformat(), low.clause and low.clause.point) == (
        Fraction(3, 10),
        "2020-01-01",
        "3.1",
    )


def test_a_regional_value_is_shown_with_its_region_and_its_act() -> None:
    regional = Override.of("ru.77", P.low_share, {"2023-01-01": percent(25)}, ref=Clause("п. 5", act="приказ 1"))
    law = Law.of(P, overrides=[regional], regions={"town": "ru.77", "ru.77": ""})
    found = explain(judge(years([(20, 5), (20, 5)]), law=law, region="town"))
    low = next(item for item in found.thresholds if item.key == "P.low_share")
    assert (low.value, low.chain) == (Fraction(1, 4), ("town", "ru.77"))
    assert "25 % (приказ 1, п. 5, town → ru.77, действует с 01.01.2023)" in texts(found)


def test_who_was_asked_and_set_nothing_is_shown_where_a_region_may_set_the_value() -> None:
    law = Law.of(P, regions={"town": "ru.77", "ru.77": ""})
    found = explain(judge(years([(20, 5), (20, 6)]), law=law, region="town"))
    chains = {item.key: item.chain for item in found.thresholds}
    assert chains["P.low_share"] == ("town", "ru.77", "")
    assert chains["P.min_sittings"] == ("",)
    assert "30 % (3.1, town → ru.77 → страна, действует с 01.01.2020)" in texts(found)
    assert "30% (3.1, town → ru.77 → country, in force since 2020-01-01)" in found.text("en")


def test_what_is_missing_is_named_down_to_the_field_or_the_closing() -> None:
    rows = [*years([(10, 3), (20, 6)], of=(2023,)), sitting(2024, "a", 20, None), sitting(2024, "b", 20, 6)]
    asked = explain(judge(rows, closed=[{"year": 2024}, {"year": 2023}])).missing
    assert [(item.field, dict(item.keys)["procedure"]) for item in asked] == [("below_min", "a")]
    open_ = explain(judge(rows[:3], closed=[{"year": 2023}])).missing
    assert ("", 2024) in [(item.field, dict(item.keys)["year"]) for item in open_]
    assert "подтверждение, что сведения полны: процедуры (2024 год)" in [item.text.ru for item in open_]


def test_the_words_of_the_author_take_the_place_of_plain_ones() -> None:
    class Worded(LowResults, id="t.worded"):
        texts = Texts(
            low_year=Said(
                ru=Wording(
                    "в {year} году процедур с низкими результатами {value}, нужно {min_sittings}", "мало: {value}"
                ),
                en=Wording("{value} low sittings in {year}, {min_sittings} needed", "too few: {value}"),
            ),
            low=Said(
                ru=Wording("{procedure}: {part} из {whole}, это {value}, порог {threshold}", "{procedure}: нет"),
                en=Wording("{procedure}: {part} of {whole}, {value}, limit {threshold}", "{procedure}: no"),
            ),
        )

    found = explain(judge(years([(10, 3), (20, 7)]), Worded), names={"p1": {"ru": "русский", "en": "Russian"}})
    said = texts(found)
    assert "– в 2024 году процедур с низкими результатами 2, нужно 2" in said
    assert "  – русский: 7 из 20, это 35 %, порог 30 %" in said
    assert "Russian: 7 of 20, 35%, limit 30%" in found.text("en")


def test_a_share_is_never_rounded_onto_its_threshold() -> None:
    assert number_text(Fraction(29_999, 100_000), "ru", share=True, beside=Fraction(3, 10)) == "29,999 %"
    assert number_text(Fraction(8, 27), "ru", share=True, beside=Fraction(3, 10)) == "29,6 %"
    assert number_text(Fraction(3, 10), "en", share=True, beside=Fraction(3, 10)) == "30%"


def test_a_failed_rule_and_one_not_yet_in_force_say_so() -> None:
    assert "part 11 exceeds whole 10" in texts(explain(judge(years([(10, 11)]))))
    early = explain(judge([], year=2020))
    assert "В этом периоде правило ещё не действовало." in texts(early)
    assert early.events == ()


def test_a_rule_that_does_not_apply_explains_only_that() -> None:
    found = explain(judge(years([(9, 3)])))
    assert {reason.clause for reason in found.because} <= {"", "applies"}
    assert "участников: 9; условие: не менее 10 – не выполнено" in texts(found)


def test_another_language_is_refused() -> None:
    with pytest.raises(ValueError, match="no language 'de'"):
        explain(judge(years([(9, 3)]))).text("de")


def test_the_json_form_is_stable_and_names_all_four_coordinates() -> None:
    one = explain(judge(years([(27, 8)])), position=9)
    assert one.to_json() == explain(judge(years([(27, 8)])), position=9).to_json()
    found = json.loads(one.to_json())
    assert (found["period"]["ru"], found["on"], found["position"]) == ("2024 год", "2024-12-31", 9)
    assert found["law"] == Law.of(P).digest
