"""What holds of every projection, whatever the history: steady under later appends, by subject where it says so."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from tests.projections.constructed import CATALOGUE

from shnor_engine.log import SqliteLog
from shnor_engine.projections import PROJECTIONS, Projection, project
from shnor_engine.tables import Tables
from shnor_engine.testing.strategies import Step, histories, play

EVERY = pytest.mark.parametrize("projection", PROJECTIONS.values(), ids=lambda projection: projection.name)
OF_SUBJECTS = pytest.mark.parametrize(
    "projection", [one for one in PROJECTIONS.values() if one.by], ids=lambda projection: projection.name
)
SCHOOLS = st.sampled_from([f"school/{n}" for n in range(1, 4)])
AREAS = st.sampled_from(["m1", "m2", "r"])
PLACES = st.one_of(SCHOOLS, AREAS)
TOPICS = st.sampled_from(["оценивание", "работа с текстом"])
# Shrinking a history over a real log takes minutes; a failing one is short enough to read.
FEW = settings(
    max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate]
)
NAMED: dict[str, st.SearchStrategy[Any]] = {
    "year": st.integers(2020, 2024),
    "area": AREAS,
    "municipality": st.sampled_from(["m1", "m2"]),
    "region": st.just("r"),
    "about": PLACES,
    "members": st.lists(SCHOOLS, unique=True, max_size=3).map(tuple),
    "activity_id": st.sampled_from(["a1", "a2"]),
    "audit_id": st.sampled_from(["u1", "u2"]),
    "inspection_id": st.sampled_from(["i1", "i2"]),
    "list_id": st.sampled_from(["l1", "l2"]),
    "person": st.sampled_from(["person-1", "person-2"]),
    "topics": st.lists(TOPICS, unique=True, max_size=2).map(tuple),
    "closed": st.lists(TOPICS, unique=True, max_size=2).map(tuple),
    "deficits": st.one_of(
        st.lists(TOPICS, unique=True, min_size=1, max_size=2).map(tuple),
        st.dictionaries(TOPICS, st.sampled_from(["high", "low"]), max_size=2),
    ),
    "capacity": st.sampled_from([None, 1, 2]),
}


def history_of(projection: Projection) -> st.SearchStrategy[list[Step]]:
    """Histories of the events that a projection reads; few of them, so that they meet."""
    return histories(list(projection.reads), registry=CATALOGUE, pool=3, named=NAMED, max_size=5)


def same(left: pl.DataFrame, right: pl.DataFrame) -> None:
    assert_frame_equal(left, right, check_row_order=True)


@EVERY
@FEW
@given(data=st.data())
def test_the_answer_is_that_of_a_fresh_reader_at_every_prefix_and_later_appends_never_change_it(
    projection: Projection, data: st.DataObject
) -> None:
    steps = data.draw(history_of(projection))
    with SqliteLog.open(":memory:", registry=CATALOGUE) as log:
        following, known = Tables(log, CATALOGUE), []
        for step in steps:
            play(log, step)
            snapshot = following.at()
            known.append((snapshot, project(snapshot, projection).collect()))
            same(known[-1][1], project(Tables(log, CATALOGUE).at(), projection).collect())
        fresh = Tables(log, CATALOGUE)
        for snapshot, answer in known:
            same(answer, project(snapshot, projection).collect())
            same(answer, project(fresh.at(snapshot.position), projection).collect())


@OF_SUBJECTS
@FEW
@given(data=st.data())
def test_the_answer_of_some_subjects_follows_from_their_rows_alone(
    projection: Projection, data: st.DataObject
) -> None:
    steps = data.draw(history_of(projection))
    with SqliteLog.open(":memory:", registry=CATALOGUE) as log:
        for step in steps:
            play(log, step)
        snapshot = Tables(log, CATALOGUE).at()
        whole = project(snapshot, projection).collect()
        by = str(projection.by)
        there = whole[by].drop_nulls().unique().sort().to_list()
        for some in [[one] for one in there] + [there[:2], ["nobody"]]:
            same(project(snapshot, projection, only=some).collect(), whole.filter(pl.col(by).is_in(some)))


@EVERY
@FEW
@given(data=st.data())
def test_the_keys_tell_the_rows_apart_and_the_events_are_those_that_stand(
    projection: Projection, data: st.DataObject
) -> None:
    steps = data.draw(history_of(projection))
    with SqliteLog.open(":memory:", registry=CATALOGUE) as log:
        for step in steps:
            play(log, step)
        snapshot = Tables(log, CATALOGUE).at()
        answer = project(snapshot, projection).collect()
        standing = {row.event_id for row in log.read()}
    assert answer.select(projection.keys).is_duplicated().sum() == 0
    assert set(answer["events"].explode().drop_nulls()) <= standing
    assert all(list(ids) == sorted(set(ids)) for ids in answer["events"])


@EVERY
def test_an_empty_log_gives_an_empty_answer_with_every_column(projection: Projection) -> None:
    with SqliteLog.open(":memory:", registry=CATALOGUE) as log:
        answer = project(Tables(log, CATALOGUE).at(), projection).collect()
    assert answer.height == 0
    assert {*projection.keys, "events"} <= set(answer.columns)


def test_a_name_that_is_not_there_is_an_error_that_lists_near_ones() -> None:
    with SqliteLog.open(":memory:", registry=CATALOGUE) as log:
        snapshot = Tables(log, CATALOGUE).at()
        with pytest.raises(KeyError, match="membership"):
            project(snapshot, "memberships")


def test_a_projection_that_is_not_by_subject_refuses_to_be_asked_for_some() -> None:
    with SqliteLog.open(":memory:", registry=CATALOGUE) as log, pytest.raises(ValueError, match="flow"):
        project(Tables(log, CATALOGUE).at(), "flow", only=["m/1"])
