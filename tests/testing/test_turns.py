"""Where the law turns: thresholds of fields and of shares, and the facts that are drawn beside them."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from hypothesis import HealthCheck, Phase, given, seed, settings
from tests.testing.authored import Row, pack

from shnor_engine.testing.pack_facts import Case, cases
from shnor_engine.testing.turns import turns

FEW = settings(
    max_examples=40, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
ON = date(2024, 12, 31)


def test_thresholds_stand_by_the_field_and_by_the_share_that_they_are_compared_with() -> None:
    met = turns(pack(), Row)
    assert met.numbers == {"people": (10,)}
    assert met.shares == (("below", "people", Fraction(3, 10)),)
    assert met.near("people") == [9, 10, 11]


def test_a_number_is_raised_to_each_turn_and_past_it() -> None:
    met = turns(pack(), Row)
    assert met.steps_up("people", {"people": 3, "below": None}) == [7, 8]
    assert met.steps_up("below", {"people": 50, "below": 4}) == [11, 12]  # 15 of 50 are 30 percent
    # 33 people are where 10 of them are still 30 percent, with 34 they are less.
    assert met.steps_up("people", {"people": 20, "below": 10}) == [13, 14, 15]
    assert met.steps_up("people", {"people": 40, "below": None}) == []


def test_facts_are_drawn_with_shares_just_below_at_and_above_the_threshold() -> None:
    met: set[int] = set()

    @seed(1)
    @FEW
    @given(cases(pack(), on=ON))
    def look(case: Case) -> None:
        known = [row for row in case.rows["Row"] if None not in (row["people"], row["below"])]
        # The least number that makes 30 percent, and how far the part lies from it.
        met.update(row["below"] + (-row["people"] * 3 // 10) for row in known if row["people"] > 10)

    look()
    assert met >= {-1, 0, 1}
