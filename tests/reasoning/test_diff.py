"""What changed between two methodologies, and nothing where nothing did."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from tests.reasoning.methodology import ON, LowResults, P, Sitting, Strictly

from shnor_engine.law import Clause, Dated, Law, Override, Parameters, Since, percent
from shnor_engine.packs import Decision, builtin_packs
from shnor_engine.reasoning import Version, diff
from shnor_engine.rules import Fact, Field, Key, Rule, Said, Texts, Wording, count, in_each, last_years, share


def version(law: Law, rule: type[Rule] = LowResults) -> Version:
    return Version(rule.tree, law)


def test_equal_meaning_is_an_empty_difference_wherever_it_was_written() -> None:
    class Again(Rule, per=("school", "year"), id="t.low", version="1.0", in_force="2021-09-01", ref=Clause("3")):
        counted = Sitting.participants >= P.min_participants
        low = share(Sitting.below_min, of=Sitting.participants) >= P.low_share
        low_year = count(Sitting, where=counted & low) >= P.min_sittings
        applies = in_each(last_years(2), count(Sitting, where=counted) >= 1)
        verdict = in_each(last_years(2), low_year)

    assert Again.tree.digest == LowResults.tree.digest
    assert diff(LowResults, Again, on=ON).empty
    assert diff(LowResults, Again, on=ON).text("ru") == "t.low 1.0 и t.low 1.0: различий нет."
    assert diff(builtin_packs()[0].as_version(), builtin_packs()[0].as_version(), on=ON).empty


def test_one_clause_said_anew_is_one_change_in_both_wordings_and_what_rests_on_it() -> None:
    found = diff(LowResults, Strictly, on=ON)
    assert [(item.what, item.name) for item in found.clauses] == [("changed", "low")]
    assert found.clauses[0].before.ru == "доля «ниже минимума из числа участников» – не менее 30 %"
    assert found.clauses[0].after.ru == "доля «ниже минимума из числа участников» – более 30 %"
    assert found.touched == ("low_year", "verdict")
    assert {item.name for item in found.head} == {"id", "ref", "exception_to"}
    assert not found.same_meaning
    assert "low (изменено): доля «ниже минимума из числа участников» – не менее 30 % → " in found.text("ru")
    assert "– исключение из (добавлено): t.low.low" in found.text("ru")
    assert "– exception to (added): t.low.low" in found.text("en")


def test_a_later_version_is_told_in_words_with_its_day() -> None:
    later = replace(LowResults.tree, version="2.0", in_force=date(2024, 9, 1))
    undated = replace(LowResults.tree, in_force=date.min)
    text = diff(LowResults, later, on=ON).text("ru")
    assert "– версия (изменено): 1.0 → 2.0" in text
    assert "– действует с (изменено): 01.09.2021 → 01.09.2024" in text
    assert "01.09.2021 → день не указан" in diff(LowResults, undated, on=ON).text("ru")


def test_added_and_removed_clauses_are_told_apart() -> None:
    class More(LowResults, id="t.more"):
        again = LowResults.low_year
        few = count(Sitting) >= 5

    found = diff(LowResults, More, on=ON)
    assert [(item.what, item.name) for item in found.clauses] == [("added", "again"), ("added", "few")]
    back = diff(More, LowResults, on=ON)
    assert [(item.what, item.name) for item in back.clauses] == [("removed", "again"), ("removed", "few")]


def test_values_are_compared_by_day_and_region() -> None:
    class Newer(Parameters):
        low_share = Dated(
            [Since.on("2020-01-01", percent(30)), Since.on("2025-01-01", percent(25), ref=Clause("приказ 2"))],
            ref=Clause("3.1"),
            region_may_override=True,
        )

    Newer.low_share.key = "P.low_share"
    rest = {key: item for key, item in Law.of(P).parameters.items() if key != "P.low_share"}
    override = Override.of("ru.77", P.low_share, {"2023-01-01": percent(20)}, ref=Clause("п. 5"))
    one = version(Law({**rest, "P.low_share": P.low_share}))
    two = version(Law({**rest, "P.low_share": Newer.low_share}, (override,), {"ru.77": ""}))
    found = diff(one, two, on=ON)
    assert [(item.what, item.region, item.day.year, item.after) for item in found.values] == [
        ("added", "", 2025, percent(25)),
        ("added", "ru.77", 2023, percent(20)),
    ]
    assert "P.low_share, с 01.01.2025 (добавлено): 25 % (приказ 2)" in found.text("ru")
    assert "P.low_share, ru.77, from 2023-01-01 (added): 20% (п. 5)" in found.text("en")
    assert json.loads(json.dumps(found.to_dict()))["values"][1]["region"] == "ru.77"


def test_words_only_are_no_change_of_meaning() -> None:
    class Worded(LowResults, id="t.low", exception_to=None):
        texts = Texts(low=Said(ru=Wording("низкие", "не низкие"), en=Wording("low", "not low")))

    found = diff(LowResults, Worded, on=ON)
    assert (found.same_meaning, found.empty, found.texts) == (True, False, ("low",))


def test_a_decision_or_a_title_that_changed_is_found() -> None:
    pack = builtin_packs()[0]
    decisions = {**pack.decisions, "watch": Decision("под надзором", "watch")}
    newer = replace(pack, decisions=decisions, title={"ru": "Иначе", "en": "Otherwise"})
    found = pack.diff(newer, on=ON)
    assert [(item.what, item.name) for item in found.decisions] == [("changed", "watch")]
    assert found.texts == ("title",)
    assert "под наблюдением" in found.decisions[0].before.ru
    assert "под надзором" in found.decisions[0].after.ru


@pytest.mark.parametrize("bounds", [(0, 60), (0, 70)])
def test_a_fact_whose_meaning_changed_is_found(bounds: Any) -> None:
    class Rows(Fact, grain=("school", "year", "kind")):
        n = Field[int]("n", bounds=(0, 60))

    before = Rows

    class One(Rule, per=("school", "year"), id="t.one"):
        verdict = count(before, where=before.n >= 3) >= 1

    class Rows(Fact, grain=("school", "year", "kind")):  # type: ignore[no-redef]
        n = Field[int]("n", bounds=bounds)

    after = Rows

    class Two(Rule, per=("school", "year"), id="t.one"):
        verdict = count(after, where=after.n >= 3) >= 1

    found = diff(One, Two, on=ON)
    assert [item.name for item in found.facts] == ([] if bounds == (0, 60) else ["Rows"])
    assert found.empty is (bounds == (0, 60))


def test_a_municipality_that_moves_to_another_region_is_a_change_of_meaning() -> None:
    one, two = (Law.of(P, regions={"57": "", "62": "", "57.orel": above}) for above in ("57", "62"))
    found = diff(version(one), version(two), on=ON)
    assert not found.same_meaning
    assert [(item.name, item.before.ru, item.after.ru) for item in found.head] == [
        ("regions", "57, 57.orel < 57, 62", "57, 57.orel < 62, 62")
    ]


def test_what_changed_in_a_rule_that_is_read_is_named_where_it_stands() -> None:
    def reader(least: int, version: str) -> type[Rule]:
        class Few(Rule, per=("school", "year"), id="t.few", version=version):
            verdict = count(Sitting) <= least

        class Reader(Rule, per=("school", "year"), id="t.reader"):
            few = Few.verdict
            verdict = few & (count(Sitting) >= 1)

        return Reader

    found = diff(reader(2, "1"), reader(3, "2"), on=ON)
    assert [(item.name, item.before.en, item.after.en) for item in found.head] == [("t.few.version", "1", "2")]
    assert [(item.what, item.name) for item in found.clauses] == [("changed", "t.few.verdict")]
    assert found.clauses[0].before != found.clauses[0].after
    assert found.touched == ("few", "verdict")


def test_gaps_of_a_period_its_instant_and_a_region_are_said_in_words() -> None:
    def rule(key: Key | str, region: str = "") -> type[Rule]:
        return type("R", (Rule,), {"verdict": count(Sitting) >= 1}, per=("school", key), id="t.r", region=region)

    found = diff(rule("year"), rule(Key("year", gaps=(2020,), instant="first"), "ru.57"), on=ON)
    assert [(item.name, item.before.en, item.after.en) for item in found.head] == [
        ("per", "school, year", "school, year (first day; without 2020)"),
        ("region", "", "ru.57"),
    ]


def test_until_when_a_value_is_in_force_and_since_when_it_is_known_is_said() -> None:
    def law(*entries: Since[int]) -> Version:
        class Q(Parameters):
            least = Dated[int](list(entries))

        class Many(Rule, per=("school", "year"), id="t.many"):
            verdict = count(Sitting) >= Q.least

        return Version(Many.tree, Law.of(Q))

    open_, ended = Since.on("2020-01-01", 2), Since.on("2020-01-01", 2, until="2023-01-01")
    found = diff(law(open_), law(ended), on=ON)
    assert "с 01.01.2020 (изменено): 2 → 2 (до 01.01.2023)" in found.text("ru")
    assert found.to_dict()["values"][0]["after_until"] == "2023-01-01"
    later = Since.on("2023-01-01", 3, known="2023-02-01")
    assert "from 2023-01-01, known from 2023-02-01 (added): 3" in diff(law(ended), law(ended, later), on=ON).text(
        "en"
    )
