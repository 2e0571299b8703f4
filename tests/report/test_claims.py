"""Claims: nothing is said without a ground, no cause without a design, no share of leavers without the base rate."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from severskiy_history import REPORTED
from shnor_engine import Engine, When
from shnor_engine.errors import ReportError
from shnor_engine.events import MonitoringRecorded, TargetSet
from shnor_engine.report.attribution import Design, base_rate, causal_words, shares_left
from shnor_engine.report.claims import Claim
from shnor_engine.report.document import Document, Table
from shnor_engine.report.list_history import FlowStep, ListHistory, ListYear
from shnor_engine.report.parts.lists import falls

DESIGN = Design(
    kind_ru="сравнение с очередью на поддержку",
    kind_en="comparison with schools waiting for support",
    estimate_ru="от 0 до 20 п.п. больше вышедших",
    estimate_en="0 to 20 points more schools left",
    source="отчёт об оценке, 2025",
)


def history(*years: tuple[int, int | None], complete: str = "yes") -> ListHistory:
    """Lists of so many schools by year; None is a year that nobody knows."""
    lists = tuple(
        ListYear(
            year,
            None if size is None else tuple(f"a/{n}" for n in range(size)),
            "unknown" if size is None else complete,
            (f"event-{year}",),
        )
        for year, size in years
    )
    return ListHistory(lists, (), {}, 1)


def test_m14_the_number_falls_is_true_for_the_data_held_and_unverifiable_for_the_gap(document: Document) -> None:
    (claim,) = [one for one in document.claims() if one.id == "lists.falls"]
    assert claim.verdict == "true_for_data_held"
    assert "(4) верно" in claim.ru
    assert "за 2021 год проверить его нельзя" in claim.ru
    assert "школ – 15, входов – 7, выходов – 14" in claim.note_ru


@pytest.mark.parametrize(
    ("years", "complete", "verdict"),
    [
        ([(2020, 8), (2021, 7), (2022, 1)], "yes", "true"),
        ([(2020, 8), (2021, 7), (2022, 1)], "unknown", "true_for_data_held"),
        ([(2020, 8), (2021, None), (2022, 1)], "yes", "true_for_data_held"),
        ([(2020, 8), (2021, 8)], "yes", "false"),
        ([(2020, 1), (2021, None), (2022, 8)], "yes", "false"),
        ([(2020, 8)], "yes", "unverifiable"),
    ],
)
def test_a_falling_number_is_true_only_where_every_year_is_known_and_complete(
    years: list[tuple[int, int | None]], complete: str, verdict: str
) -> None:
    assert falls(history(*years, complete=complete)).verdict == verdict


@given(st.lists(st.integers(0, 9), min_size=2, max_size=6))
def test_the_verdict_on_known_lists_is_what_comparing_them_says(sizes: list[int]) -> None:
    claim = falls(history(*((2000 + n, size) for n, size in enumerate(sizes))))
    really = all(b < a for a, b in pairwise(sizes))
    assert claim.verdict == ("true" if really else "false")


def test_a_sentence_without_any_ground_is_refused() -> None:
    with pytest.raises(ReportError, match="rests on nothing"):
        Claim("x", "Что-то.", "Something.")


@pytest.mark.parametrize(
    "said",
    [
        "Благодаря десанту школа вышла из перечня.",
        "В результате работы осталась одна школа.",
        "Работа привела к сокращению перечня.",
        "Сокращение за счёт семинаров.",
        "Поддержка обеспечила снижение числа школ.",
        "The landing led to the exit.",
        "Schools left because of the programme.",
    ],
)
def test_m45_causal_wording_is_refused_without_a_design(said: str) -> None:
    with pytest.raises(ReportError, match="association"):
        Claim("x", said, "", events=("e",))
    assert Claim("x", said, "", events=("e",), design=DESIGN).ru == said


@pytest.mark.parametrize(
    "said",
    [
        "Аналитическая справка о результатах реализации программы.",
        "Источник пишет: «в результате работы осталась одна школа».",
        "На перечень 2024 года повлиять не могло, так как прошло позже.",
        "Связь выхода с мероприятиями не доказана.",
        "Тема «Причины: «благодаря чему»» обсуждена.",
    ],
)
def test_quotes_denials_and_plain_words_are_no_causal_wording(said: str) -> None:
    assert causal_words(said) == []


def test_m45_on_the_district_the_report_writes_association_with_the_base_rate_beside_it(document: Document) -> None:
    (left,) = [one for one in document.claims() if one.id == "flow.left"]
    assert left.verdict == "unverifiable"
    assert "4 из 5" in left.ru
    assert "базовая доля выхода по всем известным переходам вместе – 14 из 20" in left.ru
    (conclusion,) = [one for one in document.claims() if one.id == "conclusion.attribution"]
    assert "14 из 20" in conclusion.ru
    assert conclusion.verdict == "unverifiable"
    assert causal_words(*(claim.ru for claim in document.claims()), *(claim.en for claim in document.claims())) == []


def test_with_a_design_its_estimate_is_said_and_the_base_rate_stays(engine: Engine) -> None:
    document = engine.document(as_known=REPORTED, design=DESIGN)
    (left,) = [one for one in document.claims() if one.id == "flow.left"]
    assert DESIGN.estimate_ru in left.ru
    assert DESIGN.source in left.ru
    assert "14 из 20" in left.text
    assert left.to_json()["design"]["source"] == DESIGN.source


def test_wherever_a_share_that_left_stands_the_base_rate_stands_too(engine: Engine, document: Document) -> None:
    left, of = base_rate(engine.flow(as_known=REPORTED))
    shares = [claim.text for claim in document.claims() if "доля вышедших" in claim.text.lower()]
    assert shares
    assert all(f"{left} из {of}" in text for text in shares)


def test_every_sentence_and_every_row_rests_on_something_that_stands_in_the_log(document: Document) -> None:
    for claim in document.claims():
        assert claim.events or claim.searched or claim.refs, claim
        assert claim.ru
        assert claim.en
    for table in document.tables():
        for row in table.rows:
            assert any(cell.events or cell.searched or cell.mark == "unknown" for cell in row), (table.id, row)
    assert document.events() == set(document.sources)


def test_the_ledger_names_position_type_and_source_of_each_event(engine: Engine, document: Document) -> None:
    stored = {row.event_id: row for row in engine.log.read()}
    ledger = document.to_json()
    assert set(ledger["events"]) == document.events()
    for event, said in ledger["events"].items():
        assert (said["position"], said["type"]) == (stored[event].position, stored[event].type)


def test_the_digest_leaves_out_the_approval_and_the_drawing_but_no_word(document: Document) -> None:
    assert replace(document, approval=None).digest == document.digest
    figure = next(document.figures())
    redrawn = tuple(
        replace(s, blocks=tuple(replace(b, spec={}) if b == figure else b for b in s.blocks))
        for s in document.sections
    )
    assert replace(document, sections=redrawn).digest == document.digest
    assert replace(document, title="Другое").digest != document.digest
    assert replace(document, sections=document.sections[1:]).digest != document.digest


def test_the_matrix_tells_no_data_from_off_the_list(document: Document) -> None:
    (matrix,) = [table for table in document.tables() if table.id == "matrix"]
    assert isinstance(matrix, Table)
    marks = {row[0].text: [cell.mark for cell in row[1:]] for row in matrix.rows}
    assert marks["МБОУ СОШ № 7"] == ["off", "unknown", "listed", "listed", "listed"]
    assert {row[1] for row in marks.values()} == {"unknown"}
    assert len(marks) == 15


def test_shares_of_several_areas_between_the_same_years_are_taken_together() -> None:
    def step(area: str, left: int, stayed: int) -> FlowStep:
        names = tuple(f"{area}/{n}" for n in range(left + stayed))
        return FlowStep(area, 2023, 2024, (), names[left:], (), names[:left], ())

    assert shares_left([step("a", 1, 2), step("b", 3, 1)]) == "2023 → 2024: 4 из 7"


@pytest.mark.parametrize(("measured", "said"), [(70.0, "достигнут"), (40.0, "не достигнут")])
def test_m03_a_target_with_a_measurement_is_met_or_missed_and_the_sentence_is_true(
    engine: Engine, measured: float, said: str
) -> None:
    programme, name = "severskiy/programme-2021-2024", "доля школ вне перечня"
    engine.append(
        [
            TargetSet(programme_id=programme, indicator=name, year=2024, target=60),
            MonitoringRecorded(
                monitoring_id="m", area="severskiy", when=When.month(2024, 11), indicators={name: measured}
            ),
        ],
        actor="x",
    )
    (claim,) = [one for one in engine.document(year=2024, on=REPORTED).claims() if name in one.ru]
    assert f": {said} (цель 60, факт {measured:g})" in claim.ru
    assert claim.verdict == "true"
