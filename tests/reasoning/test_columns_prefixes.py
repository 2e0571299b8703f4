"""A status over any number of periods: in columns what a fold by hand says, with gaps, failures and placements."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

import polars as pl
import pytest
from tests.reasoning import test_columns_beside as beside
from tests.reasoning import test_columns_periods as periods
from tests.reasoning.meaning.test_08_state_and_placements import Support, Unsure
from tests.reasoning.worlds import ENGINES, World, agree, frame_of

from shnor_engine.law import Dated, Law, Parameters
from shnor_engine.law import Since as From
from shnor_engine.reasoning import Facts, Placement, Published, columns, compiles, decide_each
from shnor_engine.reasoning.columns import registry, status  # noqa: F401  (all compilers, before one is bounded)
from shnor_engine.rules import Fact, Field, Key, Rule, move, previous, ratio
from shnor_engine.rules import status as status_of

ON = date(2024, 12, 31)
SUMMER = tuple(f"{year}-{month:02}" for year in range(2000, 2025) for month in (7, 8))
MONTHS = [f"{year}-{month:02}" for year in range(2005, 2025) for month in range(1, 13) if month not in (7, 8)]


class Card(Fact, grain=("unit", "month")):
    n = Field[int]("число", bounds=(0, 9))
    of = Field[int]("из", bounds=(0, 9))
    open = Field[bool]("открыто")


class Kept(Rule, per=("unit", Key("month", gaps=SUMMER)), id="t.kept"):
    applies = Card.open
    state = status_of(
        "out",
        "watched",
        "in",
        start="out",
        moves=[
            move("out", "watched", when=ratio(Card.n, Card.of) >= 2),
            move(("out", "watched"), "in", when=Card.n >= 8),
            move("watched", "out", when=Card.n <= 1),
            move("in", "watched", when=Card.n <= 2),
        ],
    )
    was = previous(state)
    verdict = state.is_("in")


class Unsaid(Kept, id="t.kept-since"):
    state = status_of("out", "in", start=None, moves=[move("out", "in", when=Card.n >= 8)], since="2007-03")


class P(Parameters):
    bar = Dated[int]([From.on("2000-01-01", 6, until="2010-02-01"), From.on("2010-04-01", 9)])


class Lapsed(Kept, id="t.kept-lapsed"):
    """Whoever is out in the two months without a limit cannot be decided on from then on, until somebody says."""

    state = status_of(
        "out",
        "in",
        start="out",
        moves=[move("out", "in", when=Card.n >= P.bar), move("in", "out", when=Card.n <= 2)],
    )


class Circling(Rule, per=("unit", "month"), id="t.circling"):
    """Moved by its own state two periods ago."""

    state = status_of("out", "in", start="out", moves=[move("out", "in", when=Card.n >= 3)], since="2010-01")
    verdict = previous(state).is_("in") & (Card.n >= 1)


class ByAnother(Rule, per=("unit", "month"), id="t.by-another"):
    state = status_of("out", "in", start="out", moves=[move("out", "in", when=Circling.verdict)], since="2010-01")
    verdict = state.is_("in")


LAW = Law.of(P)

# --- rich worlds, the long way taken for short pasts ----------------------------------------------------


@pytest.fixture
def long_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status, "LONGEST", 0)


@pytest.mark.usefixtures("long_way")
@pytest.mark.parametrize("rule", [Support, Unsure], ids=lambda rule: rule.tree.id)
def test_a_state_its_placements_and_what_was_published_say_the_same_the_long_way(rule: type[Rule]) -> None:
    make = lambda random: beside.history(rule, random)  # noqa: E731
    agree(rule, make, LAW, on=beside.ON, outcomes=beside.THREE, batches=1, size=120)


@pytest.mark.usefixtures("long_way")
def test_states_by_months_say_the_same_the_long_way() -> None:
    make = periods.worlds(periods.OfMonths)
    agree(periods.OfMonths, make, periods.LAW, on=periods.ON, outcomes=periods.THREE, batches=1, size=60)


# --- twenty years of months -----------------------------------------------------------------------------


def twenty_years(random: Random) -> World:
    """One unit over two hundred measured months, a few of them unknown, a share of nothing among them."""
    gap = random.choice((0.0, 0.0, 0.02))

    def cell(value: Any) -> Any:
        return None if random.random() < gap else value

    rows = [
        {
            "unit": "u",
            "month": month,
            "n": cell(random.randint(0, 9)),
            "of": cell(random.choice((0, 1, 3, 3, 4, 9))),
            "open": cell(random.random() < 0.9),
        }
        for month in MONTHS
        if random.random() < 0.99
    ]
    asked = [{"unit": "u", "month": month} for month in (MONTHS[0], MONTHS[70], MONTHS[71], MONTHS[-1])]
    return World({Card: rows}, asked, {Card: [{}]})


@pytest.mark.parametrize("rule", [Kept, Unsaid, Lapsed], ids=lambda rule: rule.tree.id)
def test_two_hundred_months_say_the_same_in_columns_as_one_by_one(rule: type[Rule]) -> None:
    random = Random(7)
    worlds = [twenty_years(random) for _ in range(12)]
    for number, world in enumerate(worlds):
        for row in (*world.facts[Card], *world.places):
            row["unit"] = f"u{number}"
        if number % 2:
            keys = {"unit": f"u{number}", "month": random.choice(MONTHS)}
            world.placements = [Placement(rule.tree.id, keys, random.choice(("in", "out")), "комиссия", "протокол")]
            keys = {"unit": f"u{number}", "month": random.choice(MONTHS)}
            world.published = [Published(rule.tree.id, keys, random.choice(("in", "out")))]
    rows = [row for world in worlds for row in world.facts[Card]]
    places = [keys for world in worlds for keys in world.places]
    told: dict[str, Any] = {
        "placements": [item for world in worlds for item in world.placements],
        "published": [item for world in worlds for item in world.published],
    }
    facts = Facts.of({Card: rows}, closed=True)
    want = {tuple(v.keys.values()): v for v in decide_each(rule, places, facts, LAW, on=ON, **told)}
    assert len({verdict.values["state"] for verdict in want.values() if verdict.outcome != "failed"}) > 1
    assert ("failed" in {verdict.outcome for verdict in want.values()}) == (rule is Lapsed)
    for engine in ENGINES:
        frame = frame_of(Card, [{"case": 0, **row} for row in rows], engine, {})
        answer = columns(rule, {Card: frame}, LAW, on=ON, closed=True, places=places, **told)
        assert not answer.by_hand
        found = {tuple(row["keys"].values()): row for row in answer.rows()}
        assert {place: row["outcome"] for place, row in found.items()} == {at: v.outcome for at, v in want.items()}
        for place, verdict in want.items():
            assert verdict.outcome == "failed" or found[place]["values"] == verdict.values


def test_a_status_has_no_longest_past() -> None:
    for rule in (Kept, Unsaid, Lapsed, periods.WithGaps):
        assert compiles(rule, Law.of(P, periods.Bars), on=ON) == []


def test_a_status_that_another_status_moves_is_named_as_what_is_decided_by_hand_over_many_periods() -> None:
    assert compiles(ByAnother, LAW, on=ON) == ["clause «state»: a status over 179 periods that is moved by a status"]
    assert compiles(ByAnother, LAW, on=date(2012, 12, 31)) == []


def test_a_draw_begins_in_the_first_month_that_its_own_facts_speak_of() -> None:
    late, early = MONTHS[40:], MONTHS
    rows = [
        {"draw": draw, "unit": "u", "month": month, "n": 9 if month == MONTHS[20] else 5, "of": 9, "open": True}
        for draw, months in ((1, early), (2, late))
        for month in months
    ]
    places = [{"draw": draw, "unit": "u", "month": MONTHS[-1]} for draw in (1, 2)]
    answer = columns(Kept, {Card: pl.LazyFrame(rows)}, LAW, on=ON, by=("draw",), closed=True, places=places)
    assert {row["keys"]["draw"]: row["values"]["state"] for row in answer.rows()} == {1: "in", 2: "out"}
    assert not answer.by_hand


@pytest.mark.parametrize("longest", [0, 60])
@pytest.mark.parametrize("engine", ENGINES)
def test_a_state_that_somebody_said_asks_for_nothing_that_failed_before_it(
    longest: int, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status, "LONGEST", longest)
    months = MONTHS[45:60]  # the limit lapses in February of 2010, the third month of that year has none either
    assert "2010-02" in months
    rows = [{"unit": unit, "month": month, "n": 5, "of": 1, "open": True} for unit in "ab" for month in months]
    places = [{"unit": unit, "month": months[-1]} for unit in "ab"]
    placed = [Placement("t.kept-lapsed", {"unit": "b", "month": "2010-05"}, "in", "комиссия", "протокол")]
    facts = Facts.of({Card: rows}, closed=True)
    one_by_one = decide_each(Lapsed, places, facts, LAW, on=ON, placements=placed)
    assert [verdict.outcome for verdict in one_by_one] == ["failed", "met"]
    frame = frame_of(Card, [{"case": 0, **row} for row in rows], engine, {})
    answer = columns(Lapsed, {Card: frame}, LAW, on=ON, closed=True, places=places, placements=placed)
    assert {row["keys"]["unit"]: row["outcome"] for row in answer.rows()} == {"a": "failed", "b": "met"}
