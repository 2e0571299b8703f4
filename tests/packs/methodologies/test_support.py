"""The support status: entry, exit, hysteresis, years without rating, placements, and what stays open."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.packs.methodologies.support import PACK, AfterTwoYears, Rating, Supported

from shnor_engine.law import Law
from shnor_engine.reasoning import Facts, Placement, Verdict, decide
from shnor_engine.rules import RuleSet

ON = date(2025, 2, 1)
NAMES = {code: {"ru": item.ru, "en": item.en} for code, item in PACK.decisions.items()}
OUT = "no rating"


def judge(points: dict[int, Any], year: int = 2024, *, rule: Any = None, **more: Any) -> Verdict:
    rows = [
        {
            "school": "s",
            "year": key,
            "points": None if n == OUT else n,
            "rated": n != OUT,
            "events": [f"r{key}"],
        }
        for key, n in points.items()
    ]
    keys = {"school": "s", "year": year}
    return decide(rule or Supported, keys, Facts.of({Rating: rows}), PACK.law, on=ON, **more)


def states(points: dict[int, Any], **more: Any) -> dict[int, Any]:
    return {year: judge(points, year, **more).values.get("state") for year in points}


def test_a_school_enters_below_the_entry_bar_and_stays_between_the_bars() -> None:
    history = {2016: 60, 2017: 39, 2018: 45, 2019: 49, 2021: 45}
    assert states(history) == {
        2016: "free",
        2017: "supported",
        2018: "supported",
        2019: "supported",
        2021: "supported",
    }
    assert states({2016: 60, 2017: 45, 2018: 45})[2018] == "free"  # between the bars one stays where one is


def test_the_bar_of_a_year_depends_on_the_state_before_it() -> None:
    assert judge({2016: 60, 2017: 45}, 2017).values["bar"] == 40
    assert judge({2016: 39, 2017: 45}, 2017).values["bar"] == 50
    assert judge({2016: 39, 2017: 45}, 2017).values["weak"] is True


def test_two_good_rated_years_end_the_support_and_a_year_without_rating_neither_helps_nor_hurts() -> None:
    history = {2016: 39, 2017: 60, 2018: OUT, 2019: 60}
    assert states(history) == {2016: "supported", 2017: "supported", 2018: "supported", 2019: "free"}
    assert judge(history, 2018).outcome == "not_applicable"
    assert PACK.decision(judge(history, 2018)) == "not_applicable"
    broken = {2016: 39, 2017: 60, 2018: 49, 2019: 60}
    assert states(broken)[2019] == "supported"


def test_three_low_years_running_are_urgent_and_a_year_without_rating_breaks_that_run() -> None:
    assert states({2016: 39, 2017: 39, 2018: 39})[2018] == "urgent"
    assert states({2016: 39, 2017: 39, 2018: OUT, 2019: 39})[2019] == "supported"
    assert states({2018: 39, 2019: 39, 2021: 39}, rule=None)[2021] in ("supported", ("supported", "urgent"))


def test_the_year_without_any_rating_does_not_exist_for_the_status() -> None:
    history = {2018: 39, 2019: 60, 2021: 60}
    assert states({2016: 60, 2017: 60, **history})[2021] == "free"
    assert judge(history, 2020).outcome == "not_applicable"
    assert judge(history, 2020).values == {}
    assert "В этом периоде ничего не измеряется." in PACK.explain(judge(history, 2020)).text("ru")


def test_an_unknown_year_leaves_the_state_open_until_something_settles_it() -> None:
    history = {2016: 60, 2017: 60, 2018: None, 2019: 45}
    verdict = judge(history, 2019)
    assert verdict.values["state"] == ("free", "supported")
    assert PACK.decision(verdict) == "undetermined"
    text = PACK.explain(verdict, names=NAMES).text("ru")
    assert "Чтобы решить, нужно знать: баллы рейтинга за 2018 год." in text
    assert "– состояние: «без сопровождения» или «на сопровождении»:\n  – 2018 год: баллы: неизвестно" in text
    assert judge({**history, 2021: 39}, 2021).values["state"] == "supported"
    settled = {**history, 2019: 60, 2021: 60}
    assert judge(settled, 2021).values["state"] == "free"


def test_a_commission_places_a_school_and_the_years_after_it_go_on_from_there() -> None:
    history = {2016: 60, 2017: 60, 2018: 45, 2019: 45}
    placement = Placement(
        "t.supported",
        {"school": "s", "year": 2018},
        "urgent",
        "комиссия министерства",
        "протокол 12 от 01.03.2019",
        authority_en="the ministry's commission",
        ground_en="minutes 12 of 2019-03-01",
        day=date(2019, 3, 1),
        events=("placed",),
    )
    assert states(history)[2019] == "free"
    assert states(history, placements=[placement]) == {2016: "free", 2017: "free", 2018: "urgent", 2019: "urgent"}
    explanation = PACK.explain(judge(history, 2018, placements=[placement]), names=NAMES)
    text = explanation.text("ru")
    assert "s, 2018 год: первоочередное сопровождение." in text
    assert (
        "– установлено решением: комиссия министерства (протокол 12 от 01.03.2019) – "
        "«первоочередное сопровождение»" in text
    )
    assert "– само правило дало бы: «без сопровождения» и условия не выполнены" in text
    assert explanation.events == ("placed", "r2018")  # the rating says that the rule applies at all
    later = PACK.explain(judge(history, 2019, placements=[placement]), names=NAMES).text("en")
    assert "state: «urgent support» (unchanged since 2018)" in later
    assert "set by: the ministry's commission (minutes 12 of 2019-03-01)" in later


def test_a_region_that_asks_for_two_low_years_is_an_exception_to_one_clause() -> None:
    history = {2016: 60, 2017: 39, 2018: 39}
    assert states(history, rule=AfterTwoYears) == {2016: "free", 2017: "free", 2018: "supported"}
    rules = RuleSet.of(Supported, AfterTwoYears)
    assert rules.exceptions() == {"t.supported.enters": ("t.supported.strict",)}
    assert rules.deciding("t.supported", region="strict", day=ON) is AfterTwoYears.tree


def test_it_reads_as_a_methodology() -> None:
    said = PACK.describe(on=ON)
    assert "Состояние («без сопровождения», «на сопровождении», «первоочередное сопровождение»)" in said
    assert "из «без сопровождения» в «на сопровождении», если выполнен п. 4" in said
    assert "(период, к которому правило не применяется, прерывает ряд) – не менее 3" in said


@pytest.mark.parametrize(("year", "published", "state"), [(2018, "supported", "supported"), (2018, None, "free")])
def test_a_published_state_binds_the_years_after_it(year: int, published: str | None, state: str) -> None:
    from shnor_engine.reasoning import Published

    told = [] if published is None else [Published("t.supported", {"school": "s", "year": year}, published)]
    assert judge({2016: 60, 2017: 60, 2018: 60, 2019: 45}, 2019, published=told).values["state"] == state


def test_the_law_of_the_pack_is_enough() -> None:
    assert isinstance(PACK.law, Law)
    assert {param.key for param in Supported.tree.parameters} == set(PACK.law.parameters)
