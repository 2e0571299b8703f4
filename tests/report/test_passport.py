"""M16: one page of one school: why, how far, by what, how sure, what next, what changed."""

from __future__ import annotations

import math
import sys
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from severskiy_history import AREA, REPORTED
from shnor_engine import Engine, retract
from shnor_engine.errors import UnknownSchool
from shnor_engine.events import ResultRecorded, ResultsPublished
from shnor_engine.report.claims import Claim
from shnor_engine.report.document import Document
from shnor_engine.report.render.formats import printed
from shnor_engine.report.render.html import html
from shnor_engine.report.render.markdown import markdown
from shnor_engine.simulate.luck import at_least


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
    assert text.index("Формирование управленческой команды") < text.index("Совместная работа со штабом")


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


def result(discipline: str, below: int, *, year: int = 2024, school: str = "severskiy/7") -> ResultRecorded:
    return ResultRecorded(
        school_id=school,
        year=year,
        procedure_kind="vpr",
        discipline=discipline,
        grade=5,
        participants=20,
        below_min=below,
    )


@pytest.fixture
def counted(engine: Engine) -> Engine:
    """The history with results of school 7 in two years, all results out."""
    kinds = ("vpr", "oge", "ege")
    out = [ResultsPublished(area=AREA, year=year, procedure_kind=kind) for year in (2023, 2024) for kind in kinds]
    told = [("mathematics", 8), ("russian", 7), ("biology", 2)]
    engine.append([*(result(*one, year=year) for year in (2023, 2024) for one in told), *out], actor="methodologist")
    return engine


def claims_of(document: Document) -> dict[str, Claim]:
    return {claim.id: claim for claim in document.claims()}


def test_how_far_is_the_least_change_by_the_rule_in_whole_pupils_with_its_events(counted: Engine) -> None:
    way = counted.way_out("severskiy/7", pack="ru.shnor.a-and-b", year=2024)
    for pack in (None, "ru.shnor.a-and-b"):
        said = claims_of(counted.school_document("severskiy/7", year=2024, pack=pack))["school.way_out.least"]
        assert said.lead == "По методике ru.shnor.a-and-b."
        assert "было на 2 чел. меньше (5 вместо 7)" in said.ru
        assert "Меньшего изменения недостаточно." in said.ru
        assert set(said.events) == {event for change in way.changes for event in change.events}
        assert said.events


def test_a_methodology_that_decides_by_lists_says_that_nothing_of_it_can_be_changed(counted: Engine) -> None:
    said = claims_of(counted.school_document("severskiy/7", year=2024))["school.way_out.impossible"]
    assert said.lead == "По методике ru.municipal.monitoring."
    assert "недостижимо: " in said.ru


def test_how_far_back_is_told_of_a_school_that_is_not_low_by_its_margins(counted: Engine) -> None:
    counted.append([result(name, 2, school="severskiy/6") for name in ("mathematics", "russian")], actor="x")
    told = claims_of(counted.school_document("severskiy/6", year=2024, pack="ru.shnor.a"))
    margins = [claim.ru for name, claim in told.items() if name.startswith("school.margin")]
    assert any("ответ изменится, если будет на 2 больше" in said for said in margins), margins
    by_lists = claims_of(counted.school_document("severskiy/6", year=2024))
    assert "менять ничего не нужно" in by_lists["school.way_out.already"].ru


def test_how_sure_gives_the_band_and_the_chance_of_each_procedure_and_of_two(counted: Engine) -> None:
    told = claims_of(counted.school_document("severskiy/7", year=2024))
    bands, chance = told["school.bands"], told["school.chance"]
    (found,) = counted.reliability(schools=["severskiy/7"], year=2024)  # what `shnor explain` says
    truly = {sat.below_min: sat.truly_low for sat in found.sat}
    assert f"8 из 20 (22–50 %, {truly[8] * 100:.0f} %)" in bands.ru
    assert f"7 из 20 (20–47 %, {truly[7] * 100:.0f} %)" in bands.ru
    assert bands.ru.index("математика") < bands.ru.index("русский") < bands.ru.index("биология")
    assert found.truly_low is not None
    assert f": {found.truly_low * 100:.0f} % (" in chance.ru
    assert set(bands.events) == {e.event_id for e in counted.log.read(types=["result.recorded"])} - {
        e.event_id for e in counted.log.read(types=["result.recorded"]) if '"year":2023' in e.body
    }


def test_passport_and_explanation_are_one_truth_also_where_schools_differ(counted: Engine) -> None:
    """Other schools say how alike procedures are; taken as independent the chance was another one."""
    others = [("severskiy/6", 14), ("severskiy/8", 1), ("severskiy/11", 2)]
    told = [result(name, n, school=s) for s, n in others for name in ("mathematics", "russian", "biology")]
    counted.append(told, actor="methodologist")
    for school in ("severskiy/6", "severskiy/7"):
        said = claims_of(counted.school_document(school, year=2024))["school.chance"].ru
        (found,) = counted.reliability(schools=[school], year=2024)
        assert found.truly_low is not None
        expected = "более 99 %" if found.truly_low > 0.995 else f"{found.truly_low * 100:.0f} %"
        assert f": {expected} (" in said


def test_a_procedure_of_which_sources_tell_different_numbers_is_named_and_left_out(counted: Engine) -> None:
    counted.append([result("mathematics", 3)], actor="methodologist")
    told = claims_of(counted.school_document("severskiy/7", year=2024))
    assert "математика" not in told["school.bands"].ru
    assert "разные числа: ВПР, математика, 5 класс." in told["school.bands.disputed"].ru
    (found,) = counted.reliability(schools=["severskiy/7"], year=2024)
    assert {sat.procedure for sat in found.sat} == {"vpr.russian.5", "vpr.biology.5"}
    counted.append([result("russian", 3), result("biology", 3)], actor="methodologist")
    told = claims_of(counted.school_document("severskiy/7", year=2024))
    assert "school.bands" not in told
    assert told["school.bands.disputed"].events


@given(st.lists(st.floats(0, 1), max_size=6), st.integers(0, 7))
def test_the_chance_of_so_many_is_the_sum_over_every_way_it_can_happen(chances: list[float], number: int) -> None:
    ways = product((False, True), repeat=len(chances))
    whole = sum(
        math.prod(p if happened else 1 - p for p, happened in zip(chances, way, strict=True))
        for way in ways
        if sum(way) >= number
    )
    assert math.isclose(at_least(number, chances), whole, abs_tol=1e-9)


def test_without_the_extra_the_page_says_that_nothing_is_computed(
    counted: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "shnor_engine.simulate", None)
    told = claims_of(counted.school_document("severskiy/7", year=2024))
    assert "не установлено дополнение sim" in told["school.bands.no_extra"].ru
    assert told["school.bands.no_extra"].verdict == "unverifiable"
    assert "school.chance" not in told


@pytest.mark.parametrize("to", ["html", "docx"])
def test_m16_the_page_with_results_is_whole_in_html_and_word(counted: Engine, to: str) -> None:
    assert printed(counted.school_document("severskiy/7", year=2024), to, pictures=False)
