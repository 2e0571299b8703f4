"""The district's pack keeps the contract of packs; its table of activities is read, or refused by the cell."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from shnor_engine import Engine
from shnor_engine.testing.packs import PackContract
from shnor_krasnodar import plugin
from shnor_krasnodar.monitoring import severskiy_monitoring
from shnor_krasnodar.roadmap import bodies, read_roadmap
from shnor_krasnodar.vocabulary import BODIES

DAY = date(2024, 12, 23)
TABLE = """Направление;Форма;Место проведения;Дата проведения
Реализация профилактических мероприятий;Заседание рабочей группы;МБОУ СОШ №43;Декабрь 2023г. Ноябрь 2024г.
;Методический десант;МБОУ ООШ №8 МБОУ СОШ №6;Март 2024г.
;Совещание;МБОУ СОШ №45 МБОУ СОШ №6;Март 2024г. Октябрь 2024г.
;Консультирование;МКУ МО Северский район «ИМЦ»;Сентябрь 2024г.
"""


class TestMonitoring(PackContract):
    pack = severskiy_monitoring


def test_a_table_becomes_an_event_a_date_and_hosts_are_not_paired_by_guess(tmp_path: Path) -> None:
    path = tmp_path / "2024.csv"
    path.write_text(TABLE, encoding="utf-8")
    events, problems = read_roadmap(path)
    assert problems == []
    told = [(one.form, one.hosts, one.host_certainty, len(one.participants)) for one in events]  # type: ignore[attr-defined]
    assert told == [
        ("working_group", ("severskiy/43",), "certain", 0),
        ("working_group", ("severskiy/43",), "certain", 0),
        ("methodical_landing", ("severskiy/8", "severskiy/6"), "certain", 2),
        ("meeting", ("severskiy/45", "severskiy/6"), "ambiguous", 0),
        ("meeting", ("severskiy/45", "severskiy/6"), "ambiguous", 0),
        ("consultation", ("severskiy/imc",), "certain", 0),
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Совещание", "Собрание", "2024.csv:4: Форма: «Собрание» is no form of the roadmap"),
        ("МБОУ СОШ №43", "где-то", "2024.csv:2: Место проведения: «где-то» names nobody of the district"),
        ("Сентябрь 2024г.", "скоро", "2024.csv:5: Дата проведения: cannot read the date cell «скоро»"),
        ("Реализация профилактических мероприятий", "Разное", "2024.csv:2: Направление: «Разное» is no direction"),
        ("Дата проведения", "Дата", "2024.csv:1: (file): the first line must be Направление; Форма"),
        (";Консультирование;", "Консультирование;", "2024.csv:5: (row): 3 cells, 4 are needed"),
    ],
)
def test_a_cell_that_is_not_understood_is_named_and_gives_no_event(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    path = tmp_path / "2024.csv"
    path.write_text(TABLE.replace(old, new, 1), encoding="utf-8")
    events, problems = read_roadmap(path)
    assert len(problems) == 1
    assert str(problems[0]).startswith(said)
    assert len(events) < 6


def test_the_part_of_the_report_names_the_bodies_that_the_log_knows_with_their_events() -> None:
    with Engine.open(":memory:", plugins=[plugin]) as engine:
        assert "severskiy-bodies" not in {section.id for section in engine.document(year=2024, on=DAY).sections}
        engine.append(bodies(), actor="methodologist")
        (section,) = [one for one in engine.document(year=2024, on=DAY).sections if one.id == "severskiy-bodies"]
        said = engine.report(year=2024, on=DAY)
        stored = {row.event_id for row in engine.log.read()}
    assert "## Структуры методической поддержки района\n\n- МКУ МО Северский район «ИМЦ»" in said
    (block,) = section.blocks
    assert len(block.items) == len(BODIES)
    assert all(claim.verdict == "true" and set(claim.events) <= stored for claim in block.items)
