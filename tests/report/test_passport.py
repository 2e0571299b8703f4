"""M16: one page of one school: why, how far, by what, how sure, what next, what changed."""

from __future__ import annotations

import pytest

from severskiy_history import REPORTED
from shnor_engine import Engine, retract
from shnor_engine.errors import UnknownSchool
from shnor_engine.events import ResultRecorded
from shnor_engine.report.document import Document
from shnor_engine.report.render.formats import printed
from shnor_engine.report.render.html import html
from shnor_engine.report.render.markdown import markdown


@pytest.fixture
def page(engine: Engine) -> Document:
    return engine.school_document("МБОУ СОШ №7 станицы Ставропольской", as_known=REPORTED)


def test_m16_the_page_of_the_last_school_answers_the_six_questions(page: Document) -> None:
    titles = [section.title.split(" (")[0] for section in page.sections]
    assert titles == [
        "Почему",
        "Как далеко до выхода или возврата",
        "Что проводилось",
        "Насколько надёжно",
        "Что дальше",
        "Что изменилось",
    ]
    text = markdown(page)
    assert "станица Ставропольская" in text
    assert "| не в перечне | нет данных | в перечне | в перечне | в перечне |" in text
    assert "Методический десант – март 2024 г." in text
    assert "Вошла между перечнями 2020 и 2022 годов" in text


def test_where_no_distance_can_be_computed_the_page_says_why(engine: Engine, page: Document) -> None:
    claims = {claim.id: claim for claim in page.claims()}
    assert claims["school.margin.none"].verdict == "unverifiable"
    assert "результаты оценочных процедур не внесены" in claims["school.margin.none"].ru
    assert "90 %" in claims["school.forecast"].ru
    result = ResultRecorded(
        school_id="severskiy/7",
        year=2024,
        procedure_kind="vpr",
        discipline="mathematics",
        participants=20,
        below_min=3,
    )
    engine.append([result], actor="x")
    later = {claim.id: claim for claim in engine.school_document("severskiy/7", year=2024, on=REPORTED).claims()}
    assert "решает по спискам" in later["school.margin.none"].ru
    assert "school.forecast" not in later


def test_a_distance_is_told_where_a_clause_counts(engine: Engine) -> None:
    page = engine.school_document("severskiy/6", year=2024, as_known=REPORTED)
    assert [claim for claim in page.claims() if claim.id.startswith("school.margin")]


def test_what_may_have_taken_place_elsewhere_is_not_said_to_have_been_here(engine: Engine) -> None:
    text = markdown(engine.school_document("severskiy/afipskiy", as_known=REPORTED))
    assert text.count("могло пройти на другой площадке") == 3
    assert "Совещание" not in text


def test_recommendations_to_the_district_are_said_to_name_no_school(page: Document) -> None:
    text = markdown(page)
    assert text.count("дана району, без указания школ") == 7
    assert text.index("формирование управленческой команды") < text.index("совместная работа со штабом")


def test_a_school_of_which_nothing_is_told_gets_a_page_that_says_so(engine: Engine) -> None:
    text = markdown(engine.school_document("severskiy/2", as_known=REPORTED))
    assert "Мероприятий, в которых названа школа, в журнале нет" in text


def test_with_an_earlier_position_the_page_says_what_the_status_was(engine: Engine) -> None:
    same = markdown(engine.school_document("severskiy/7", year=2024, on=REPORTED, since=65))
    assert "статус не изменился" in same
    for row in list(engine.log.read(types=["list.published"])):
        if row.subject == "severskiy/2024":
            engine.append([retract(row.event_id, reason="проверка")], actor="x")
    assert "было «в перечне»" in markdown(engine.school_document("severskiy/7", year=2024, on=REPORTED, since=65))


def test_every_sentence_of_a_page_rests_on_something(page: Document) -> None:
    assert all(claim.events or claim.searched or claim.refs for claim in page.claims())
    assert page.events() == set(page.sources)


def test_the_page_is_printed_in_every_format_the_same_in_every_run(engine: Engine, page: Document) -> None:
    again = engine.school_document("severskiy/7", as_known=REPORTED)
    for to in ("md", "html", "json", "docx", "xlsx"):
        assert printed(page, to) == printed(again, to)
    assert "<svg" not in html(page)


def test_an_unknown_school_lists_near_names(engine: Engine) -> None:
    with pytest.raises(UnknownSchool):
        engine.school_document("СОШ № 777", as_known=REPORTED)
