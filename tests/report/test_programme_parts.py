"""The programme in the report: indicators with formula and ground, findings by check, tasks and the cycle by year."""

from __future__ import annotations

from datetime import date

import pytest
from tests.programme.district import ON, district, held, programme, published
from tests.programme.test_bad_input import EVIDENCE
from tests.programme.test_m06_m07_deficits import CHAIN, OTHER, TOPIC, P, diagnosed, ended, route, trained
from tests.programme.test_m22_m23_m24_bodies import mentors, pair

from severskiy_history import REPORTED
from shnor_engine import Engine, When
from shnor_engine.events import Event, PartnershipAgreed, RecommendationIssued
from shnor_engine.recommend.checks import CODES, CODES_RU, IMPOSSIBLE
from shnor_engine.report.document import Document, Table
from shnor_engine.report.render.excel import SHEETS


def table(document: Document, name: str) -> Table:
    (found,) = [one for one in document.tables() if one.id == name]
    return found


def cells(document: Document, name: str) -> dict[str, dict[str, str]]:
    """The texts of a table by the first column and the head."""
    found = table(document, name)
    return {row[0].text: dict(zip(found.head, [cell.text for cell in row], strict=True)) for row in found.rows}


def test_every_indicator_stands_there_with_its_values_and_its_formula(engine: Engine, document: Document) -> None:
    found = engine.indicators(as_known=REPORTED)
    rows = table(document, "indicators").rows
    assert [row[0].text.split(".")[0] for row in rows] == [f"I{n}" for n in range(1, 13)]
    for row, item in zip(rows, found, strict=True):
        assert row[2].text == item.formula
        assert set(row[1].events) == {event for value in item.values for event in value.events}
        for value in item.values:
            assert value.text("ru") in row[1].text
    assert cells(document, "indicators")["I1. Число школ в перечне"]["Значения"].startswith(
        "2020 – 8; 2021 – не измер"
    )
    assert cells(document, "indicators")["I11. Подтверждённые линии профилактики"]["Значения"] == "0 из 6"


def test_what_cannot_be_measured_is_said_in_words_with_what_was_looked_for(document: Document) -> None:
    said = {claim.id: claim for claim in document.claims() if claim.id.startswith("indicator.")}
    assert set(said) == {f"indicator.I{n}" for n in (4, 5, 6, 7, 10, 12)}
    assert {claim.verdict for claim in said.values()} == {"unverifiable"}
    assert "не измеримо – диагностик профессиональных дефицитов в журнале нет" in said["indicator.I10"].ru
    assert "diagnostics.held" in said["indicator.I10"].searched
    assert "не приложен" in said["indicator.I12"].ru
    assert not any(
        row[1].text.startswith("0") for row in table(document, "indicators").rows if "не изм" in row[1].text
    )


def test_periods_without_a_value_for_one_reason_are_told_together(document: Document) -> None:
    said = cells(document, "indicators")["I8. Школы перечня, охваченные всеми пятью задачами"]["Значения"]
    assert said == "2020, 2022, 2023 – не измеримо: мероприятий для этих школ не записано; 2024 – 0 из 1"


def test_no_count_of_fewer_than_five_persons_stands_in_the_report_nor_can_be_counted_from_its_events() -> None:
    told = [event for n in range(3) for event in chain(f"token-{n}")]
    with district(*told) as engine:
        assert engine.indicators(on=ON)["I10"]["всего"].text("ru") == "3 из 3"
        document = engine.document(on=ON)
        people = {row.event_id for row in engine.log.read(types=["diagnostics.held", "route.issued"])}
    said = cells(document, "indicators")["I10. Закрытые профессиональные дефициты"]["Значения"]
    assert said.startswith("скрыто: меньше 5 человек")
    shown = [table(document, name) for name in ("indicators", "indicator_values", "deficit_funnel")]
    assert not people & {event for one in shown for row in one.rows for cell in row for event in cell.events}
    assert [cell.text for cell in table(document, "deficit_funnel").rows[0]] == [TOPIC, "*", "*", "*", "*"]
    with district(*told, *(event for n in range(3, 6) for event in chain(f"token-{n}"))) as engine:
        document = engine.document(on=ON)
    assert cells(document, "indicators")["I10. Закрытые профессиональные дефициты"]["Значения"] == "6 из 6"
    assert [cell.text for cell in table(document, "deficit_funnel").rows[0]] == [TOPIC, "6", "6", "6", "6"]


def chain(person: str) -> list[Event]:
    return [diagnosed(person, TOPIC), route(person, TOPIC), trained(person, TOPIC), ended(person, TOPIC)]


def test_a_forecast_makes_the_twelfth_indicator_measurable(engine: Engine) -> None:
    document = engine.document(as_known=REPORTED, forecast={"severskiy/7": (0.5, 0.25, 0.75)})
    name = "I12. Ожидаемое число школ в следующем перечне"
    assert cells(document, "indicators")[name]["Значения"] == "2025 – 0,5 (0,25–0,75)"
    assert "indicator.I12" not in {claim.id for claim in document.claims()}


def test_the_workbook_has_every_value_on_a_row_of_its_own(engine: Engine, document: Document) -> None:
    rows = table(document, "indicator_values").rows
    assert len(rows) == sum(len(item.values) for item in engine.indicators(as_known=REPORTED))
    assert {"indicators", "indicator_values", "findings", "all_findings", "task_coverage"} <= set(SHEETS)


def test_each_kind_of_impossible_input_is_found_in_the_report_by_its_check() -> None:
    issued = RecommendationIssued(recommendation_id="nobody", about="d/3", scope="school", text="…")
    told = [programme(), mentors(1), pair("a", 1, 6), pair("b", 2, 9), *CHAIN[:2], trained(P, OTHER), CHAIN[3]]
    both = PartnershipAgreed(partnership_id="p", partner="d/2", supported="d/3", period=When.year(2024))
    with district(*told, held("x", "meeting", When.month(2020, 1)), published(2024, (2, 3), part="b")) as engine:
        engine.append([both, issued, EVIDENCE], actor="x")
        (row,) = engine.log.read(types=["recommendation.issued"])
        engine.retract(row.event_id, reason="ошибка", actor="x")
        document = engine.document(on=ON)
        found = engine.findings(on=ON)
    said = cells(document, "findings")
    held_codes = {item.code for item in found}
    assert set(IMPOSSIBLE) - held_codes == {"partnership.with_oneself"}  # that one is refused at the door
    for code in held_codes:
        row = said[CODES_RU[code][:1].upper() + CODES_RU[code][1:]]
        assert int(row["Найдено"]) == len(found.of(code))
    assert len(table(document, "all_findings").rows) == len(found)
    (clean,) = [claim for claim in document.claims() if claim.id == "control.clean"]
    assert clean.ru == "В журнале не найдено: партнёрство школы с самой собой."
    assert P not in str(document.to_json())


def test_every_check_has_a_name_in_russian() -> None:
    assert set(CODES_RU) == set(CODES)
    assert set(IMPOSSIBLE) <= set(CODES)
    assert len(set(CODES_RU.values())) == len(CODES)


def test_m43_a_year_without_any_activity_is_no_data_and_a_task_without_one_is_zero(document: Document) -> None:
    for row in cells(document, "task_coverage").values():
        assert row["2021"] == row["2022"] == "нет данных"
    assert cells(document, "task_coverage")["Межшкольное партнёрство и сетевое взаимодействие"]["2023"] == "0"


def test_m44_what_came_too_late_for_the_list_is_said_by_the_check_of_the_report(document: Document) -> None:
    row = cells(document, "findings")["Мероприятие позже процедур, по которым составлен перечень"]
    assert row["Найдено"] == "6"
    assert "объяснять его не может" in row["О чём речь"]


def test_m49_the_eight_links_of_the_cycle_are_shown_for_each_year(document: Document) -> None:
    rows = cells(document, "management_cycle")
    assert len(rows) == 8
    assert rows["Цели"] == {"Звено": "Цели", "2020": "нет"} | dict.fromkeys(["2021", "2022", "2023", "2024"], "есть")
    told = {cell for row in rows.values() for cell in list(row.values())[1:]}
    assert told == {"есть", "нет"}
    evidenced = [cell for row in table(document, "management_cycle").rows for cell in row if cell.text == "есть"]
    assert all(cell.events for cell in evidenced)


@pytest.mark.parametrize("day", [date(2024, 12, 23), date(2026, 1, 9)])
def test_a_log_without_anything_to_check_says_so(day: date) -> None:
    with district(lists={}) as engine:
        document = engine.document(year=2024, on=day)
    assert not any(one.id == "findings" for one in document.tables())
    (counts,) = [claim for claim in document.claims() if claim.id == "control.counts"]
    assert "замечаний – 0, отказов – 0" in counts.ru
    assert len([claim for claim in document.claims() if claim.id.startswith("indicator.")]) == 12
