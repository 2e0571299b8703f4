"""A methodology that decides by months, on a log: named, explained, recorded, refused where the period is none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import polars as pl
import pytest
from tests.engine import months

from shnor_engine import Engine
from shnor_engine.assessment import Framed
from shnor_engine.deciding import decide_log
from shnor_engine.errors import FactError
from shnor_engine.events import SchoolClosed, When

ON = date(2024, 6, 30)


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine.open(":memory:", plugins=[months], strict=True) as engine:
        engine.append(months.told(), actor="test")
        yield engine


def outcomes(engine: Engine, period: str) -> dict[str, str]:
    return {one.subject: one.outcome for one in engine.assess(pack="test.months", period=period, on=ON)}


def test_each_month_is_decided_by_its_own_facts(engine: Engine) -> None:
    assert outcomes(engine, "2024-05") == {"m/1": "met", "m/2": "not_met"}
    assert outcomes(engine, "2024-04") == {"m/1": "not_met", "m/2": "undetermined"}


def test_a_decision_by_month_says_its_month_everywhere(engine: Engine) -> None:
    may = engine.assess(pack="test.months", period="2024-05", on=ON)
    assert "май 2024 года" in may.heading("ru")
    assert may.frame["month"].to_list() == ["2024-05", "2024-05"]
    assert {item["period"] for item in may.to_json()["decisions"]} == {"2024-05"}
    assert "май 2024 года" in engine.explain("СОШ № 1", pack="test.months", period="2024-05", on=ON).text("ru")
    way = engine.way_out("СОШ № 1", pack="test.months", period="2024-05", on=ON)
    assert way.kind == "least"
    engine.record(may, actor="test")
    assert engine.record(may, actor="test").repeated == 2


def test_a_school_that_was_closed_before_the_month_is_not_decided(engine: Engine) -> None:
    engine.append([SchoolClosed(school_id="m/2", effective=When.day(date(2024, 4, 1)))], actor="test")
    assert outcomes(engine, "2024-05") == {"m/1": "met"}
    assert set(outcomes(engine, "2024-03")) == {"m/1", "m/2"}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, r"pack test\.months decides by month: say which as 2024-03 \(period=, --period\)"),
        ({"year": 2024}, r"pack test\.months decides by month: 2024 is none; write it as 2024-03"),
        ({"period": "2024-13"}, "decides by month: 2024-13 is none"),
        ({"year": 2024, "period": "2024-05"}, "year= and period= are both given"),
        ({"pack": "ru.shnor.a", "period": "2024-05"}, r"pack ru\.shnor\.a decides by year: 2024-05 is none"),
    ],
)
def test_a_period_of_another_kind_is_refused_by_name(engine: Engine, asked: dict[str, object], said: str) -> None:
    with pytest.raises(FactError, match=said):
        engine.assess(**{"pack": "test.months", "on": ON, **asked})  # type: ignore[arg-type]


def test_a_methodology_by_years_takes_its_year_as_a_period_too(engine: Engine) -> None:
    by_year = engine.assess(pack="ru.shnor.a", year=2024, on=ON).to_json()
    assert engine.assess(pack="ru.shnor.a", period=2024, on=ON).to_json() == by_year


def test_of_facts_that_are_brought_the_last_month_is_decided(engine: Engine) -> None:
    rows = [{"school_id": "s", "month": f"2024-{month:02}", "absent": month} for month in (9, 10, 11)]
    for facts in (rows, pl.DataFrame(rows)):
        found = engine.assess(pack="test.months", facts=facts, on=date(2024, 12, 1))
        assert [(one.period, one.outcome) for one in found] == [("2024-11", "met")]
        earlier = engine.assess(pack="test.months", facts=facts, period="2024-09", on=date(2024, 12, 1))
        assert [one.outcome for one in earlier] == ["not_met"]


@pytest.mark.parametrize("period", ["2024-04", "2024-05", "2024-06"])
def test_a_log_decided_by_months_in_columns_says_what_one_school_at_a_time_says(engine: Engine, period: str) -> None:
    snapshot, among = engine.at(on=ON).snapshot, engine.extension.projections
    one, all_ = (decide_log(months.PACK, snapshot, year=period, on=ON, among=among, few=few) for few in (10_000, 0))
    assert (isinstance(one.decisions, Framed), isinstance(all_.decisions, Framed)) == (False, True)
    assert all_.to_json() == one.to_json()
    assert all_.frame.equals(one.frame)
    assert [why.reason("ru") for why in all_] == [why.reason("ru") for why in one]
