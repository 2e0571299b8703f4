"""What the head of a school reads: a reason in any case, names instead of codes, no numbers that say nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from shnor_engine import Engine
from shnor_engine.events import ResultRecorded, ResultsPublished, SchoolRegistered
from shnor_engine.law import Dated, Law, Parameters
from shnor_engine.packs import builtin_packs
from shnor_engine.reasoning import Facts, decide, explain
from shnor_engine.rules import Fact, Field, Rule

ON = date(2024, 12, 20)
READINGS = tuple(pack.id for pack in builtin_packs() if pack.id.startswith("ru.shnor."))


def result(school: str, discipline: str, sat: int | None, below: int | None, **more: Any) -> ResultRecorded:
    told = {"year": 2024, "procedure_kind": "oge", "participants": sat, "below_min": below, **more}
    return ResultRecorded(school_id=school, discipline=discipline, **told)


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine.open(":memory:") as engine:
        schools = [f"d/{number}" for number in range(1, 5)]
        told: list[Any] = [
            SchoolRegistered(school_id=one, municipality="d", region="r", kind="secondary", name=f"СОШ № {one[2:]}")
            for one in schools
        ]
        told += [result("d/1", "mathematics", 27, 9), result("d/1", "russian", 20, 6)]
        told += [result("d/2", "mathematics", 20, None, below_percent=30), result("d/2", "russian", 20, 6)]
        told += [result("d/3", "mathematics", 0, 0), result("d/3", "russian", 20, 8)]
        engine.append(told, actor="x")
        yield engine


def close(engine: Engine) -> None:
    kinds = ("vpr", "oge", "ege")
    told = [ResultsPublished(area="d", year=year, procedure_kind=kind) for year in (2023, 2024) for kind in kinds]
    engine.append(told, actor="x")


@pytest.mark.parametrize("pack", READINGS)
def test_every_decision_of_a_school_with_results_comes_with_a_reason(engine: Engine, pack: str) -> None:
    """Found in review: of a condition that failed because nothing was sat the year before there was no reason."""
    for whole in (False, True):
        if whole:
            close(engine)
        for school in ("d/1", "d/2", "d/3"):
            why = engine.explain(school, pack=pack, year=2024, on=ON)
            assert why.because, (school, why.outcome)
            assert why.events


def test_who_was_not_low_the_year_before_reads_that_nobody_sat_then(engine: Engine) -> None:
    close(engine)
    said = engine.explain("d/1", pack="ru.shnor.b", year=2024, on=ON).text("ru")
    assert "– 2023 год, ОГЭ, математика: в процедуре участвовали: нет;" in said
    wide = engine.explain("d/1", pack="ru.shnor.b.any-grade", year=2024, on=ON).text("ru")
    assert "– 2023 год, ОГЭ, математика: оценочные процедуры: ни одной подходящей записи;" in wide


def test_a_share_of_nobody_and_a_count_without_bounds_say_so_in_words(engine: Engine) -> None:
    nobody = engine.explain("d/3", pack="ru.shnor.a", year=2024, on=ON).text("ru")
    assert "ОГЭ, математика: не преодолели минимальный порог из числа участников: 0 из 0, доли нет;" in nobody
    silent = engine.explain("d/4", pack="ru.shnor.a", year=2024, on=ON).text("ru")
    assert "число процедур с низким результатом: неизвестно; условие: не менее 2 – сказать нельзя" in silent
    for text in (nobody, silent, engine.explain("d/2", pack="ru.shnor.a", year=2024, on=ON).text("ru")):
        assert "не менее 0" not in text
        assert "от 0 % до 100 %" not in text
        assert "не существует" not in text


def test_no_text_holds_a_code_of_a_procedure(engine: Engine) -> None:
    for pack in READINGS:
        for school in ("d/1", "d/2", "d/3", "d/4"):
            why = engine.explain(school, pack=pack, year=2024, on=ON)
            for language in ("ru", "en"):
                assert not [code for code in ("oge.", "vpr.", "ege.") if code in why.text(language, events=False)]
            assert not any("oge." in item.text.ru for item in why.missing)


def test_a_failed_decision_is_told_in_the_language_of_its_reader() -> None:
    class Row(Fact, grain=("school", "year")):
        n = Field[int]("n")

    class P(Parameters):
        bar = Dated[int]({"2025-01-01": 3})

    class Failing(Rule, per=("school", "year"), id="t.failing"):
        verdict = Row.n >= P.bar

    facts = Facts.of({Row: [{"school": "s", "year": 2024, "n": 1}]})
    why = explain(decide(Failing, {"school": "s", "year": 2024}, facts, Law.of(P), on=ON))
    assert why.text("ru").startswith(
        "s, 2024 год: правило не сработало.\nПо методике решения не получилось: сообщите"
    )
    assert "The methodology gave no decision: tell its author. The program says: NoValue" in why.text("en")
