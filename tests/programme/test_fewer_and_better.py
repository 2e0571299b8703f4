"""A share that falls while participants fall: found where the absent alone may explain it, and only there."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.programme.district import codes, district

from severskiy_history import REPORTED, history
from shnor_engine import Engine
from shnor_engine.events import ResultRecorded
from shnor_engine.recommend.checks import _may_be_absence
from shnor_engine.simulate.materialise import materialise

ON = date(2024, 12, 1)


def result(year: int, participants: int, below: int, school: str = "d/2") -> ResultRecorded:
    return ResultRecorded(
        school_id=school,
        year=year,
        procedure_kind="vpr",
        discipline="russian",
        grade=5,
        participants=participants,
        below_min=below,
    )


@pytest.mark.parametrize(
    ("before", "now", "found"),
    [
        ((30, 12), (22, 4), True),  # eight are missing, eight fewer failed
        ((30, 12), (22, 3), False),  # eight are missing, nine fewer failed: somebody did better
        ((30, 12), (30, 4), False),
        ((30, 12), (34, 4), False),
        ((30, 12), (22, 8), False),  # still low
        ((30, 6), (22, 2), False),  # was not low
    ],
)
def test_only_an_improvement_that_absence_may_explain_is_asked_about(
    before: tuple[int, int], now: tuple[int, int], found: bool
) -> None:
    with district(result(2023, *before), result(2024, *now)) as engine:
        asked = {who for code, who in codes(engine, on=ON) if code == "results.fewer_and_better"}
        flags = engine.findings(on=ON).of("results.fewer_and_better")
    assert asked == ({"d/2"} if found else set())
    for flag in flags:
        assert flag.weight == "note"
        assert len(flag.events) == 2
        assert f"{before[1]} из {before[0]}" in flag.text_ru
        assert "Проверить, почему" in flag.text_ru


def test_years_with_a_gap_and_results_to_come_are_not_compared() -> None:
    with district(result(2022, 30, 12), result(2024, 22, 4)) as engine:
        assert not engine.findings(on=ON).of("results.fewer_and_better")
    with district(result(2024, 30, 12), result(2025, 22, 4)) as engine:
        assert not engine.findings(on=date(2024, 6, 1)).of("results.fewer_and_better")
        assert engine.findings(on=date(2025, 6, 1)).of("results.fewer_and_better")


@given(st.integers(1, 60), st.data())
def test_whoever_stays_away_was_below_the_minimum_is_always_found(people: int, data: st.DataObject) -> None:
    """Take any of those below the minimum away from a low result: if it is no longer low, the check says so."""
    below = data.draw(st.integers(-(-3 * people // 10), people))
    away = data.draw(st.integers(0, min(below, people - 1)))
    before = {"participants": people, "below_min": below}
    now = {"participants": people - away, "below_min": below - away}
    low = 10 * now["below_min"] >= 3 * now["participants"]
    assert _may_be_absence(now, before) is (away > 0 and not low)


HIDING = """\
format: 1
scenarios:
  - name: none
    title: Без программы
  - name: hiding
    title: Слабых не допускают
    hidden: {from: 2026, share: 0.2}
"""


def test_hiding_weak_pupils_in_a_simulated_district_is_found_more_often_than_chance() -> None:
    with Engine.open(":memory:") as engine:
        engine.append(history(), actor="methodologist", recorded_at=REPORTED)
        run = engine.simulate((2025, 2026), draws=400, seed=3, futures=40, scenarios=HIDING, thorough=False)
        counted = {}
        for name in ("none", "hiding"):
            counts = []
            for path in run.posterior.paths[:12].tolist():
                with materialise(run, name, path, engine) as other:
                    counts.append(len(other.findings(on=date(2026, 8, 1), year=2026).of("results.fewer_and_better")))
            counted[name] = np.array(counts)
    assert counted["hiding"].sum() > 2 * counted["none"].sum()
