"""M03 and the indicators I1–I12: values with their events, and unmeasurable where the facts are not held."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.programme.district import ON, audit, district, finding, held, programme, row
from tests.programme.test_m06_m07_deficits import CHAIN
from tests.programme.test_m21_roadmap import ROADMAP, planned

from severskiy_history import AREA, REPORTED, history
from shnor_engine import Engine, When
from shnor_engine.events import MeasureApplied, MonitoringRecorded, ResultRecorded, TargetSet
from shnor_engine.report.indicators import Indicators
from shnor_engine.report.scoring import incentive, ranks


@pytest.fixture(scope="module")
def seed() -> Indicators:
    with Engine.open(":memory:") as engine:
        engine.append(history(), actor="methodologist", recorded_at=REPORTED)
        return engine.indicators(on=REPORTED)


def values(found: Indicators, code: str) -> dict[str, object]:
    return {value.period: value.value for value in found[code].values}


def test_the_size_of_the_list_of_the_seed_is_8_unknown_7_5_1(seed: Indicators) -> None:
    assert list(values(seed, "I1").values()) == [8, None, 7, 5, 1]
    assert "неизвестен" in seed["I1"]["2021"].text("ru")


def test_entries_sustained_exits_and_the_landing_of_the_seed(seed: Indicators) -> None:
    assert list(values(seed, "I2").values()) == [5, 2, 0]
    assert (seed["I3"]["всего"].value, seed["I3"]["всего"].of) == (10, 10)
    assert "вышли 4" in seed["I3"]["2024"].reason_ru
    assert (seed["I9"]["перечень 2023"].value, seed["I9"]["перечень 2023"].of) == (5, 5)
    assert (seed["I11"][AREA].value, seed["I11"][AREA].of) == (0, 6)


@pytest.mark.parametrize("code", ["I4", "I5", "I6", "I7", "I10", "I12"])
def test_what_the_seed_does_not_hold_is_unmeasurable_and_never_zero(seed: Indicators, code: str) -> None:
    (value,) = seed[code].values
    assert (value.value, value.measurable) == (None, False)
    assert value.reason_ru
    assert value.text("ru").startswith("не измеримо")
    assert value.text("en").startswith("unmeasurable")


def test_all_twelve_have_formula_and_source_and_name_their_events(seed: Indicators) -> None:
    assert [one.code for one in seed] == [f"I{n}" for n in range(1, 13)]
    assert all(one.formula and one.source and one.ru and one.en for one in seed)
    assert all(value.events for one in seed for value in one.values if value.measurable)
    assert seed.to_json()["indicators"][0]["values"][0] == {
        "period": "2020",
        "value": 8,
        "of": None,
        "band": None,
        "unmeasurable": None,
        "events": list(seed["I1"]["2020"].events),
    }


def result(discipline: str, below: int, of: int, number: int = 3) -> ResultRecorded:
    return ResultRecorded(
        school_id=f"d/{number}",
        year=2024,
        procedure_kind="oge",
        discipline=discipline,
        participants=of,
        below_min=below,
    )


def test_low_procedures_and_the_distance_to_exit_are_counted_in_pupils() -> None:
    told = [
        result("russian", 5, 10),
        result("mathematics", 4, 10),
        result("physics", 3, 10),
        result("russian", 2, 10, number=2),
    ]
    with district(*told) as engine:
        found = engine.indicators(on=ON)
    assert found["I4"]["2024"].value == Fraction(3, 2)
    # Fewer than two low: physics needs 1 pupil more, mathematics 2, russian may stay low.
    assert found["I5"]["2024"].value == 3


@settings(deadline=None)
@given(st.integers(1, 200), st.integers(0, 200))
def test_so_many_pupils_more_make_a_procedure_not_low_and_one_fewer_does_not(of: int, below: int) -> None:
    below = min(below, of)
    margin = below - (3 * of - 1) // 10
    if 10 * below >= 3 * of:
        assert 10 * (below - margin) < 3 * of <= 10 * (below - margin + 1)


def test_recommendations_closed_with_evidence_by_their_day_are_counted_by_topic() -> None:
    told = [audit(), finding("a", topic="management_team"), finding("b", topic="management_team")]
    with district(*told) as engine:
        engine.issue(engine.recommend(on=ON), actor="x")
        one, other = [entry for entry in engine.recommendations(on=ON) if entry.finding_id in ("a", "b")]
        for entry, day in ((one, date(2025, 2, 3)), (other, date(2025, 4, 3))):
            engine.mark(entry.id, "implemented", actor="x", said="приказ", when=When.day(day))
            engine.mark(entry.id, "verified", actor="x", by="methodologist", when=When.day(day))
        before, after = engine.indicators(on=ON), engine.indicators(on=date(2025, 6, 1))
    assert not before["I6"].values[0].measurable
    found = after["I6"]["формирование управленческой команды"]
    assert (found.value, found.of) == (1, 2)


def test_plan_lines_deficits_lines_of_prevention_tasks_and_a_forecast() -> None:
    told = [
        programme(),
        ROADMAP,
        planned("l"),
        planned("m"),
        held("a", "meeting", When.month(2024, 3), line_id="l", participants=("d/3",)),
        MeasureApplied(about="d/3", scope="school", line="climate", when=When.month(2024, 2), evidence="справка"),
        *CHAIN,
    ]
    with district(*told) as engine:
        found = engine.indicators(on=date(2024, 12, 1), forecast={"d/2": (0.25, 0.1, 0.4), "d/3": (0.5, 0.4, 0.7)})
    assert (found["I7"]["2023/24"].value, found["I7"]["2023/24"].of) == (1, 2)
    assert (found["I10"]["всего"].value, found["I10"]["всего"].of) == (1, 1)
    assert (found["I11"]["d"].value, found["I11"]["d"].of) == (1, 6)
    assert (found["I8"]["2024"].value, found["I8"]["2024"].of) == (0, 1)
    assert not found["I8"]["2023"].measurable
    expected = found["I12"]["2025"]
    assert (expected.value, expected.low, expected.high) == (0.75, 0.5, pytest.approx(1.1))


def test_a_school_served_by_every_task_counts() -> None:
    forms = ("methodical_landing", "meeting", "thematic_seminar", "internship")
    told = [held(form, form, When.month(2024, 3), participants=("d/3",)) for form in forms]
    with district(*told) as engine:
        assert engine.indicators(on=ON)["I8"]["2024"].value == 1


@pytest.mark.parametrize(
    ("target", "measured", "reading"),
    [(1.0, 1.0, "met"), (1.0, 2.0, "missed"), (None, 1.0, "unmeasurable"), (1.0, None, "unmeasurable")],
)
def test_m03_a_target_is_met_missed_or_unmeasurable(
    target: float | None, measured: float | None, reading: str
) -> None:
    said = {} if measured is None else {"число школ": measured}
    told = [
        programme(),
        TargetSet(programme_id="d/p2021", indicator="число школ", year=2024, target=target, direction="down"),
        MonitoringRecorded(monitoring_id="m", area="d", when=When.month(2024, 9), indicators=said),
    ]
    with district(*told) as engine:
        assert row(engine, "targets")["reading"] == reading


def test_the_best_municipality_has_100_and_the_others_are_held_against_it() -> None:
    assert incentive({"a": 8, "b": 4, "c": None}) == {"a": 100, "b": 50, "c": None}
    assert incentive({"a": 8, "b": 4}, lower_is_better=True) == {"a": 50, "b": 100}
    assert incentive({"a": 0, "b": 4}, lower_is_better=True) == {"a": 100, "b": 0}
    assert incentive({"a": None}) == {"a": None}
    assert ranks(incentive({"a": 8, "b": 8, "c": 1, "d": None})) == {"a": 1, "b": 1, "c": 3, "d": None}
    with pytest.raises(ValueError, match="below 0"):
        incentive({"a": -1})


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from("abcd"), st.integers(0, 50), min_size=1), st.booleans())
def test_points_lie_from_0_to_100_keep_the_order_and_somebody_has_100(some: dict[str, int], lower: bool) -> None:
    points = incentive(some, lower_is_better=lower)
    assert all(value is not None and 0 <= value <= 100 for value in points.values())
    assert 100 in points.values()
    for one, other in [(a, b) for a in some for b in some if some[a] < some[b]]:
        better, worse = (one, other) if lower else (other, one)
        assert points[better] >= points[worse]  # type: ignore[operator]
