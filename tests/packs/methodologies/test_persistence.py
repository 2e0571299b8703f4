"""Both compulsory exams failed three years running: each outcome, the run, the words."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.packs.methodologies.persistence import COMPULSORY, PACK, Exam

from shnor_engine.reasoning import Facts, Verdict

ON = date(2025, 1, 15)
Year = tuple[int | None, int | None]


def judge(years: dict[int, Year], *, closed: Any = False) -> Verdict:
    rows = [
        {"school": "s", "year": year, "subject": subject, "failed": n, "events": [f"{subject}-{year}"]}
        for year, pair in years.items()
        for subject, n in zip(COMPULSORY, pair, strict=True)
    ]
    return PACK.decide({"school": "s", "year": 2024}, Facts.of({Exam: rows}, closed=closed), on=ON)


BAD: dict[int, Year] = {2022: (3, 1), 2023: (1, 2), 2024: (4, 9)}


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({}, "met"),
        ({2023: (1, 0)}, "not_met"),
        ({2023: (1, None)}, "undetermined"),
        ({2022: (None, 0)}, "not_met"),
        ({2024: (None, None)}, "undetermined"),
    ],
)
def test_three_years_of_both_exams_decide(changed: dict[int, Year], outcome: str) -> None:
    assert judge({**BAD, **changed}).outcome == outcome


def test_a_school_without_both_exams_this_year_is_not_judged() -> None:
    past = {year: pair for year, pair in BAD.items() if year < 2024}
    assert judge(past, closed={Exam: [{"year": 2024}]}).outcome == "not_applicable"


def test_the_run_says_how_long_it_has_lasted() -> None:
    assert judge(BAD, closed=True).values["running"] == 3  # the years without exams are left out
    assert judge({2021: (0, 1), **BAD}).values["running"] == 3
    assert judge({2021: (0, 1), **BAD, 2023: (None, 1)}).values["running"] == (1, 3)


def test_the_years_are_told_together() -> None:
    text = PACK.explain(judge(BAD)).text("ru")
    assert "– не сдали оба обязательных экзамена в 2022, 2023 и 2024 годах" in text
    assert "неудачи 3 года подряд" in text
    missing = PACK.explain(judge({**BAD, 2023: (1, None)})).text("ru")
    assert "Чтобы решить, нужно знать: russian, 2023: не сдали" in missing


def test_it_reads_as_a_methodology() -> None:
    said = PACK.describe(on=ON)
    assert ", если в каждом из последних 3 лет: выполнен п. 1." in said
    assert "Для сведения: сколько лет подряд, считая этот, выполняется: выполнен п. 1" in said
