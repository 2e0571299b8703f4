"""Two methodologies on the history of a log: what a proposed one may read, whom a placement holds, what lists say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from tests.engine.support import Support, pack

from shnor_engine import Engine
from shnor_engine.events import (
    DecisionPlaced,
    Event,
    ListPublished,
    ResultRecorded,
    ResultsPublished,
    SchoolDelisted,
    SchoolListed,
    SchoolRegistered,
)
from shnor_engine.reasoning.backtest import Confusion, keys_of

ON = date(2025, 2, 1)
YEARS = (2022, 2023, 2024)


class Proposed(Support, id="t.proposed", version="2"):
    """The same text under another name: whatever flips, flips by what it reads."""


def results(school: str, *below: int) -> list[Event]:
    return [
        SchoolRegistered(school_id=school, municipality="d", region="r", kind="secondary", name=f"СОШ {school}"),
        *(
            ResultRecorded(
                school_id=school,
                year=year,
                procedure_kind="oge",
                discipline="russian",
                participants=30,
                below_min=number,
            )
            for year, number in zip(YEARS, below, strict=True)
        ),
    ]


def listed(year: int, *members: str, complete: str = "yes") -> ListPublished:
    return ListPublished(
        list_id=f"d/{year}", area="d", year=year, issuer="municipal", complete=complete, members=members
    )


def placed(year: int, value: str, school: str = "d/1") -> DecisionPlaced:
    return DecisionPlaced(
        about=school, rule="t.support", period=str(year), value=value, authority="комиссия", ground="жалоба"
    )


def at(school: str, year: int) -> tuple[tuple[str, str | int], ...]:
    return keys_of({"school": school, "year": year})


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine.open(":memory:", packs=[pack(Support), pack(Proposed)]) as engine:
        closings = [ResultsPublished(area="d", year=year, procedure_kind="oge") for year in YEARS]
        engine.append([*results("d/1", 12, 7, 7), *closings], actor="x")
        yield engine


def test_what_is_proposed_goes_on_from_its_own_states_and_not_from_those_that_were_published(engine: Engine) -> None:
    engine.append([listed(2022)], actor="x")  # by the text the school is supported in 2022; the list left it out
    assert [engine.assess(pack="t.support", year=year, on=ON)["d/1"].decision for year in YEARS] == [
        "supported",
        "free",
        "free",
    ]
    found = engine.backtest("t.support", "t.proposed", years=YEARS, on=ON)
    assert [(flip.keys, flip.before, flip.after) for flip in found.flips] == [
        (at("d/1", 2023), "free", "supported"),
        (at("d/1", 2024), "free", "supported"),
    ]


def test_a_placement_holds_what_is_proposed_too_and_counts_for_the_years_after_it(engine: Engine) -> None:
    engine.append([placed(2023, "free")], actor="x")
    found = engine.backtest("t.support", "t.proposed", years=YEARS, on=ON)
    assert (found.flips, found.held, found.same) == ((), (), 3)
    assert found.counts == {("free", "free"): 2, ("supported", "supported"): 1}
    engine.append([listed(2022)], actor="x")
    held = engine.backtest("t.support", "t.proposed", years=YEARS, on=ON)
    assert held.flips == ()
    assert [(flip.keys, flip.before, flip.after) for flip in held.held] == [(at("d/1", 2023), "free", "supported")]
    assert [flip.held.value for flip in held.held if flip.held] == ["free"]


def test_the_state_that_a_list_means_is_what_a_methodology_of_states_is_measured_by(engine: Engine) -> None:
    engine.append([*results("d/2", 1, 1, 1), *results("d/3", 12, 12, 12)], actor="x")
    engine.append([listed(2024, "d/1", "d/2")], actor="x")
    found = engine.backtest("t.support", "t.proposed", years=[2024], on=ON)
    assert found.confusion["after"] == Confusion(hits=1, misses=1, false_alarms=1)
    other = engine.backtest("t.support", "t.proposed", years=[2024], on=ON, positive=["free"])
    assert other.confusion["after"] == Confusion(hits=1, misses=1, rejections=1)


def test_whom_a_list_names_and_no_run_speaks_of_is_counted_as_unknown(engine: Engine) -> None:
    engine.record(engine.assess(pack="t.support", year=2024, on=ON), actor="x")
    engine.append([*results("d/9", 12, 12, 12), listed(2024, "d/1", "d/9")], actor="x")
    found = engine.backtest("t.support", years=[2024], on=ON, decided=True)
    assert (found.confusion["before"], found.confusion["after"]) == (Confusion(hits=1, unknown=1), Confusion(hits=2))
    assert found.by_period["before"] == {2024: Confusion(hits=1, unknown=1)}


def test_of_an_incomplete_list_only_those_count_of_whom_something_is_known(engine: Engine) -> None:
    engine.append([*results("d/2", 1, 1, 1), *results("d/3", 12, 12, 12)], actor="x")
    engine.append([listed(2024, "d/1", complete="no"), listed(2023, complete="unknown")], actor="x")
    out = SchoolDelisted(school_id="d/3", year=2024, issuer="municipal")
    late = SchoolListed(school_id="d/2", year=2023, issuer="municipal")
    engine.append([out, late], actor="x")
    found = engine.backtest("t.support", "t.proposed", years=[2023, 2024], on=ON)
    assert found.by_period["after"] == {
        2023: Confusion(misses=1, unknown=2),
        2024: Confusion(hits=1, false_alarms=1, unknown=1),
    }


def test_as_decided_as_corrected_and_as_proposed_differ_and_later_appends_change_no_earlier_answer(
    engine: Engine,
) -> None:
    engine.record(engine.assess(pack="t.support", year=2024, on=ON), actor="x")
    first = engine.log.head().position
    event = next(
        row.event_id
        for row in engine.log.read(types=["result.recorded"])
        if '"year":2022' in row.body.replace(" ", "")
    )
    engine.retract(event, reason="чужая школа", actor="x")
    second = engine.log.head().position

    def said(as_known: int | None = None, **asked: object) -> list[tuple[str, str]]:
        found = engine.backtest("t.support", years=[2024], on=ON, as_known=as_known, **asked)  # type: ignore[arg-type]
        return [(flip.before, flip.after) for flip in found.flips]

    assert said(first, decided=True) == []
    assert said(second, decided=True) == [("supported", "free")]
    engine.append(results("d/2", 12, 12, 12), actor="x")
    engine.append([placed(2024, "supported")], actor="x")
    assert said(first, decided=True) == []
    assert said(second, decided=True) == [("supported", "free")]
    assert said(decided=True) == []  # the placement holds it: what the rule would say stands beside it
    held = engine.backtest("t.support", years=[2024], on=ON, decided=True).held
    assert [(flip.before, flip.after) for flip in held] == [("supported", "free")]
