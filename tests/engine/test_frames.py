"""Decisions on frames of the caller's own: any frame narwhals knows, nulls unknown, nothing read from the log."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import polars as pl
import pytest

from severskiy_history import REPORTED, history
from shnor_engine import Engine
from shnor_engine.errors import FactError
from shnor_engine.law import Law
from shnor_engine.packs import Binding, Decision, Pack
from shnor_engine.reasoning import Facts, columns, decide
from shnor_engine.rules import Clause, Fact, Field, Key, Rule, any_, in_each, last_years, percent, share

ROWS = [
    {"school": "a", "year": year, "listed": listed, "events": [f"list-{year}"]}
    for year, listed in ((2022, True), (2023, False), (2024, False))
] + [{"school": "b", "year": 2024, "listed": None, "events": []}]


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine.open(":memory:")


def decided(engine: Engine, facts: Any, **asked: Any) -> dict[str, str]:
    return {d.subject: d.decision for d in engine.assess(facts=facts, **asked)}


@pytest.mark.parametrize(
    "facts",
    [
        ROWS,
        pl.DataFrame(ROWS),
        pl.DataFrame(ROWS).lazy(),
        {"Membership": pl.DataFrame(ROWS)},
        {"membership": ROWS},
        pl.DataFrame(ROWS).rename({"school": "school_id"}),
    ],
    ids=["rows", "frame", "lazy", "by fact", "by projection", "columns of the projection"],
)
def test_every_form_of_the_same_facts_gives_the_same_decisions(engine: Engine, facts: Any) -> None:
    assert decided(engine, facts) == {"a": "sustained_exit", "b": "undetermined"}


def test_a_missing_row_is_unknown_unless_it_is_closed(engine: Engine) -> None:
    alone = [row for row in ROWS if row["school"] == "a" and row["year"] != 2023]
    assert decided(engine, alone, year=2024) == {"a": "undetermined"}
    assert decided(engine, alone, year=2024, closed=True) == {"a": "sustained_exit"}
    assert decided(engine, alone, year=2024, closed=[{"year": 2023, "events": ["e"]}]) == {"a": "sustained_exit"}


def test_the_answer_names_no_position_and_cannot_be_recorded(engine: Engine) -> None:
    found = engine.assess(facts=ROWS, on=date(2024, 12, 31))
    assert (found.position, found.period, found.to_json()["position"]) == (None, 2024, None)
    with pytest.raises(FactError, match="frame of your own"):
        engine.record(found, actor="x")
    assert engine.log.head().position == 0


def test_a_frame_of_the_logs_own_projection_gives_the_decisions_of_the_log(engine: Engine) -> None:
    with Engine.open(":memory:") as district:
        district.append(history(), actor="x", recorded_at=REPORTED)
        own = {d.subject: (d.decision, d.events) for d in district.assess(on=REPORTED)}
        frame = district.project("membership").collect()
    assert {d.subject: (d.decision, d.events) for d in engine.assess(facts=frame, on=REPORTED)} == own


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (pl.DataFrame({"school": ["a"], "year": [2024]}), "listed"),
        (pl.DataFrame({"school": ["a"], "year": [2024], "listed": ["yes"]}), "true or false"),
        ({"Sitting": ROWS}, "Membership"),
        ([], "year"),
    ],
    ids=["column missing", "wrong type", "another fact", "no rows"],
)
def test_facts_that_do_not_fit_say_what_is_wrong(engine: Engine, facts: Any, said: str) -> None:
    with pytest.raises(FactError, match=said):
        engine.assess(facts=facts)


def test_the_frame_of_an_assessment_has_a_column_for_each_clause(engine: Engine) -> None:
    frame = engine.assess(facts=ROWS).frame
    assert frame.select("subject", "outcome", "decision", "on_list", "status").rows() == [
        ("a", "not_met", "sustained_exit", False, "sustained_exit"),
        ("b", "undetermined", "undetermined", None, None),
    ]


SUBJECTS = ("mathematics", "russian")


class Exam(Fact, grain=("school", "year", Key("subject", among=SUBJECTS))):
    sat = Field[int]("участников", en="participants", bounds=(0, 2000))
    failed = Field[int]("ниже порога", en="below", bounds=(0, 2000))


class Low(Rule, per=("school", "year"), id="t.low", ru="Низкие результаты", en="Low results"):
    low = share(Exam.failed, of=Exam.sat) >= percent(40)
    verdict = in_each(last_years(2), any_(low))


LOW = Pack(
    id="t.low",
    version="1",
    title={"ru": "Низкие результаты", "en": "Low results"},
    jurisdiction="ru",
    rule=Low,
    law=Law.of(),
    bindings={Exam: Binding("sittings", {"school": "school_id", "subject": "procedure"}, closings="sittings_closed")},
    decisions={
        "met": Decision("да", "yes"),
        "not_met": Decision("нет", "no"),
        "undetermined": Decision("не ясно", "open"),
    },
    source=Clause("1", act="приказ"),
    confidence="default",
)
SAT = [
    {"school": school, "year": year, "subject": subject, "sat": 25, "failed": failed}
    for school, failed in (("7", 10), ("8", 9))
    for year in (2023, 2024)
    for subject in SUBJECTS
]
EXAMS = pl.DataFrame(SAT)


@pytest.fixture(scope="module")
def exams() -> Engine:
    return Engine.open(":memory:", packs=[LOW])


def relation(frame: pl.DataFrame) -> Any:
    """The same rows in DuckDB."""
    return duckdb.sql("select * from frame")


def low(engine: Engine, facts: Any, **asked: Any) -> dict[str, str]:
    return {d.subject: d.outcome for d in engine.assess(pack="t.low", facts=facts, **{"year": 2024, **asked})}


ENGINES: dict[str, Callable[[pl.DataFrame], Any]] = {
    "Polars": lambda frame: frame,
    "lazy": lambda frame: frame.lazy(),
    "Arrow": lambda frame: frame.to_arrow(),
    "DuckDB": relation,
}


@pytest.mark.parametrize("form", ENGINES.values(), ids=ENGINES)
def test_whatever_library_holds_the_frame_it_is_decided_alike(exams: Engine, form: Callable[[Any], Any]) -> None:
    assert low(exams, form(EXAMS)) == low(exams, SAT) == {"7": "met", "8": "not_met"}
    half = EXAMS.filter(pl.col("subject") == "russian")
    assert low(exams, form(half)) == {"7": "met", "8": "undetermined"}
    closed = pl.DataFrame({"year": [2023, 2024]})
    for keys in (closed, form(closed), closed.to_dicts(), {"Exam": closed}, True):
        assert low(exams, form(half), closed=keys) == {"7": "met", "8": "not_met"}


@pytest.mark.parametrize("form", ENGINES.values(), ids=ENGINES)
def test_of_an_empty_frame_nobody_is_decided(exams: Engine, form: Callable[[Any], Any]) -> None:
    assert low(exams, form(EXAMS.clear())) == low(exams, form(EXAMS.clear()), closed=True) == {}


def test_subjects_of_a_frame_are_the_ids_that_stand_in_it(exams: Engine) -> None:
    assert low(exams, EXAMS, subjects=["8"]) == {"8": "not_met"}


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"sat": Decimal("NaN")}, "NaN is no number"),
        ({"sat": Decimal("Infinity")}, "Infinity is no number"),
    ],
    ids=["no number", "no end"],
)
def test_a_decimal_that_is_no_number_is_refused_in_rows_and_in_columns(cells: dict[str, Any], said: str) -> None:
    rows = [*SAT, {**SAT[0], **cells}]
    with pytest.raises(FactError, match=f"row 8, column sat: {said}"):
        Facts.of({Exam: rows})
    with pytest.raises(FactError, match=f"row 8, column sat: {said}"):
        columns(Low, {Exam: rows}, Law.of(), on=date(2024, 12, 31))


def test_a_text_of_events_is_one_event_and_what_is_no_list_of_ids_is_refused() -> None:
    def events(value: Any) -> tuple[str, ...]:
        (row,) = Facts.of({Exam: [{**SAT[0], "events": value}]}).rows(Exam)
        return row.events

    assert [events(value) for value in ("e12", ["e12", "e3"], None)] == [("e12",), ("e12", "e3"), ()]
    for value in (5, [None], [1]):
        with pytest.raises(FactError, match="is no list of event ids"):
            events(value)
    assert Facts.of({Exam: SAT}, closed={Exam: [{"year": 2024, "events": "e12"}]}).closing(Exam, {"year": 2024}) == (
        "e12",
    )


@pytest.mark.parametrize(
    ("tables", "closed", "said"),
    [
        ([SAT], False, "facts are given by their class"),
        ({"Exam": SAT}, False, "facts are given by their class"),
        ({Exam: SAT}, {Exam: [5]}, "closed, row 0: 5 is neither a mapping of keys nor a Closing"),
    ],
    ids=["a list", "by name", "no keys"],
)
def test_facts_that_are_given_otherwise_say_how(tables: Any, closed: Any, said: str) -> None:
    with pytest.raises(FactError, match=said):
        Facts.of(tables, closed=closed)


HUGE = pl.lit(2**63 + 5, dtype=pl.UInt64).alias("sat")
BAD_FRAMES: dict[str, tuple[Any, str]] = {
    "no table": (5, "Exam: a int is no table; give a frame"),
    "no rows": ([1, 2], "Exam, row 0: 1 is no row; a row is a mapping"),
    "no columns": (pl.DataFrame(), "column school is missing; it has none"),
    "no key": (EXAMS.drop("school"), "column school is missing"),
    "a huge number": (EXAMS.with_columns(HUGE), "9223372036854775813 lies outside"),
    "a year beyond the calendar": (EXAMS.with_columns(year=pl.lit(99999)), "key year is 99999, not a year like 2024"),
    "a year before it": (EXAMS.with_columns(year=pl.lit(0)), "key year is 0, not a year like 2024"),
    "rows with such a year": ([{**SAT[0], "year": 99999}], "key year is 99999, not a year like 2024"),
    "text and numbers as ids": (
        [*SAT, {**SAT[0], "school": 7}],
        "row 8: keys (7, 2023, 'mathematics') are of another",
    ),
}


@pytest.mark.parametrize(("facts", "said"), BAD_FRAMES.values(), ids=BAD_FRAMES)
def test_a_frame_that_cannot_be_read_is_refused_by_name_before_anything_is_decided(
    exams: Engine, facts: Any, said: str
) -> None:
    every = [facts, relation(facts)] if isinstance(facts, pl.DataFrame) and facts.width else [facts]
    for one in every:
        with pytest.raises(FactError, match=re.escape(said)):
            exams.assess(pack="t.low", facts=one, year=2024)


BAD_CLOSINGS: dict[str, tuple[Any, str]] = {
    "no table": ("yes", "closed: a str is no table"),
    "a number": (1, "closed: a int is no table"),
    "another type": (pl.DataFrame({"year": ["2023"]}), "key year is String, in the rows of Exam it is Int64"),
    "another type in rows": ([{"year": "2023"}], "closed"),
    "a null": (pl.DataFrame({"year": [2023, None]}), "key year is null in 1 rows"),
    "no key of it": ([{"yaer": 2023}], "closed keys yaer are no keys of Exam"),
    "no fact of it": ({"Exams": True}, "closed= holds Exams; pack t.low reads Exam"),
}


@pytest.mark.parametrize(("closed", "said"), BAD_CLOSINGS.values(), ids=BAD_CLOSINGS)
def test_closed_keys_that_could_close_nothing_are_refused_by_name(exams: Engine, closed: Any, said: str) -> None:
    for facts in (EXAMS, relation(EXAMS)):
        with pytest.raises(FactError, match=re.escape(said)):
            exams.assess(pack="t.low", facts=facts, year=2024, closed=closed)
    with pytest.raises(FactError, match="closed"):
        exams.assess(pack="t.low", facts=SAT, year=2024, closed=closed)


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ({"school": "7", "year": "2024"}, "key year is"),
        ({"school": "7", "year": 99999}, "key year is 99999, not a year like 2024"),
        ({"school": None, "year": 2024}, "key school is None"),
    ],
    ids=["text for a year", "no year", "null"],
)
def test_a_place_that_cannot_be_is_refused_by_name(place: dict[str, Any], said: str) -> None:
    on = date(2024, 12, 31)
    with pytest.raises(FactError, match=said):
        decide(Low, place, Facts.of({Exam: SAT}), Law.of(), on=on)
    if place["school"]:
        with pytest.raises(FactError, match="year"):
            columns(Low, {Exam: EXAMS}, Law.of(), on=on, places=[place])


def test_facts_on_two_engines_are_refused_by_name() -> None:
    class Size(Fact, grain=("school", "year")):
        pupils = Field[int]("учеников", bounds=(0, 5000))

    class Small(Rule, per=("school", "year"), id="t.small"):
        verdict = (Size.pupils < 100) & any_(Exam.sat < 10)

    sizes = pl.DataFrame({"school": ["7"], "year": [2024], "pupils": [50]})
    with pytest.raises(FactError, match="the facts stand in duckdb and polars"):
        columns(Small, {Exam: relation(EXAMS), Size: sizes}, Law.of(), on=date(2024, 12, 31))
