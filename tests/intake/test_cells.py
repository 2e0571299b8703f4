"""What single cells say: numbers, shares, dates, words, and everything that means «unknown»."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.intake.conftest import DISTRICT

from shnor_engine.events import When, catalogue
from shnor_engine.events.base import Event, Registry
from shnor_engine.events.names import Names
from shnor_engine.intake.converters import How, Known, convert
from shnor_engine.intake.problems import Unread
from shnor_engine.intake.targets import needs
from shnor_engine.intake.words import is_hidden, number, plain, says_unknown

KNOWN = Known(Names.from_events(DISTRICT), catalogue(), year=2024)


def said(value: Any, converter: str, of: Any = None, **more: Any) -> Any:
    values = convert(value, How(converter, of, **more), KNOWN).values
    return values[0] if len(values) == 1 else values


@pytest.mark.parametrize(
    ("cell", "converter", "value"),
    [
        ("113 чел.", "whole", 113),
        ("1\u00a0234", "whole", 1234),
        ("45,0", "whole", 45),
        (45, "whole", 45),
        ("0", "whole", 0),
        ("76,4", "number", 76.4),
        ("51,2%", "share", 0.512),
        ("0,512", "share", 0.512),
        (0.512, "share", 0.512),
        ("51,2 %", "percent", 0.512),
        ("76,4", "percent", 0.764),
        (76.4, "percent", 0.764),
        ("51%", "percent_whole", 51),
        ("да", "yes_no", True),
        ("Нет", "yes_no", False),
        (1, "yes_no", True),
        ("2023/24", "year", 2024),
        ("2023/2024 учебный год", "year", 2024),
        ("2023год", "year", 2023),
        (2024, "year", 2024),
        ("05.03.2024", "date", dt.date(2024, 3, 5)),
        (dt.datetime(2024, 3, 5), "date", dt.date(2024, 3, 5)),
        (dt.date(2024, 3, 5), "when", When.day(dt.date(2024, 3, 5))),
        ("Март 2024г.", "when", When.month(2024, 3)),
        ("В течение года", "when", When.year(2024, kind="throughout")),
        ("Декабрь 2023г. Ноябрь 2024г.", "when", (When.month(2023, 12), When.month(2024, 11))),
        ("01611", "text", "01611"),
        (1611, "text", "1611"),
        ("№8", "school", "demo/8"),
        ("№ 8", "school", "demo/8"),
        ("N 8", "school", "demo/8"),
        ("COШ №7", "school", "demo/7"),  # the first word is typed in Latin letters
        ("demo/7", "school", "demo/7"),
        ("МКУ «ИМЦ»", "place", "demo/centre"),
    ],
)
def test_a_cell_says(cell: Any, converter: str, value: Any) -> None:
    assert said(cell, converter) == value


@pytest.mark.parametrize(
    ("cell", "converter", "reason"),
    [
        ("много", "whole", "не число"),
        ("45 (12)", "whole", "не число"),
        ("4,5", "whole", "целое"),
        ("51%", "whole", "процент"),
        (True, "whole", "нужно число"),
        (dt.date(2024, 3, 5), "whole", "нужно число"),
        ("51%", "number", "процент"),
        (0.512, "percent", "доля или"),
        (1, "percent_whole", "доля или"),
        ("512", "percent", "от 0 до 100"),
        ("5,12", "share", "as: percent"),
        ("может быть", "yes_no", "«да» или «нет»"),
        ("март 2024", "date", "одна дата"),
        ("2020-2024 годы", "year", "один год"),
        (12, "year", "не год"),
        ("весной", "when", "непонятно «весной»"),
        (3.5, "when", "нужна дата"),
        ("№ 99", "school", "нет"),
        ("ИМЦ", "school", "здесь нужна школа"),
    ],
)
def test_what_a_cell_does_not_say_is_not_guessed(cell: Any, converter: str, reason: str) -> None:
    with pytest.raises(Unread, match=reason):
        said(cell, converter)


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("математика", "mathematics"),
        ("  Русский\u00a0 язык ", "russian"),
        ("pусский язык", "russian"),  # the first letter is Latin
        ("mathematics", "mathematics"),
        ("social_studies", "social_studies"),
        ("social studies", "social_studies"),
    ],
)
def test_codes_are_known_by_every_word_for_them(cell: str, found: str) -> None:
    assert said(cell, "code", "discipline") == found


def test_several_codes_and_schools_stand_in_one_cell() -> None:
    forms = said("Аудит Мониторинг Отчет Контрольные собеседования", "code", "activity.form", several=True)
    assert forms == ("audit", "monitoring", "report", "control_interview")
    for cell in ("СОШ №6; СОШ №7", "СОШ №6\nСОШ №7", "МБОУ СОШ №6 МБОУ СОШ №7", "СОШ №6, СОШ №7"):
        assert said(cell, "school", many=True) == ("demo/6", "demo/7")
    with pytest.raises(Unread, match="несколько значений"):
        said("СОШ №6; СОШ №7", "school")
    with pytest.raises(Unread, match="дважды названо: demo/6"):
        said("СОШ №6; № 6", "school", many=True)


def test_words_of_a_mapping_go_first() -> None:
    assert said("Высокая", "choice", ("high", "low"), words={"высокая": "high"}) == "high"
    with pytest.raises(Unread, match="возможно high, low"):
        said("высокая", "choice", ("high", "low"))


@pytest.mark.parametrize(
    "cell", ["", " ", "\u00a0", "н/д", "Н/Д", "H/Д", "–", "—", "-", "нет данных", "*", "**", "…"]
)
def test_these_cells_say_that_nothing_is_known(cell: str) -> None:
    assert says_unknown(cell)
    assert is_hidden(cell) == ("*" in cell)


@pytest.mark.parametrize("cell", ["0", "нет", "* сноска", "0%", "-5", "н"])
def test_these_cells_say_something(cell: str) -> None:
    assert not says_unknown(cell)


@given(st.integers(-(10**9), 10**9), st.integers(0, 99), st.sampled_from(",."))
def test_a_number_is_read_as_it_is_written(whole: int, part: int, comma: str) -> None:
    assert number(f"{whole}{comma}{part:02d}") == (Decimal(f"{whole}.{part:02d}"), "")
    assert number(f"{whole:,}".replace(",", "\u00a0")) == (Decimal(whole), "")


@given(st.text(max_size=30))
def test_the_compared_form_is_its_own_compared_form(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    refused = []
    for converter in ("whole", "percent", "share", "yes_no", "year", "date", "when", "school"):
        try:
            said(text, converter)
        except Unread as error:
            refused.append(error)
    assert all(error.ru and error.en for error in refused)


def test_every_field_of_the_catalogue_has_a_converter_or_holds_pairs() -> None:
    pairs = []
    registry: Registry = catalogue()
    for cls in registry:
        for name in cls.model_fields:
            if needs(cls, name) is None:
                pairs.append(f"{cls.type}.{name}")
    assert "risk_profile.assessed.scores" in pairs
    assert len(pairs) < 12, pairs


@pytest.mark.parametrize(
    ("event", "field", "converter", "many"),
    [
        ("result.recorded", "school_id", "school", False),
        ("result.recorded", "discipline", "code", False),
        ("result.recorded", "below_percent", "percent_whole", False),
        ("result.recorded", "mean_score", "number", False),
        ("result.recorded", "year", "year", False),
        ("result.recorded", "administered_on", "when", False),
        ("result.recorded", "controlled", "yes_no", False),
        ("list.published", "members", "school", True),
        ("activity.held", "hosts", "place", True),
        ("activity.held", "host_certainty", "choice", False),
        ("context.recorded", "special_needs", "share", False),
        ("context.recorded", "as_of", "date", False),
    ],
)
def test_the_converter_follows_from_the_field(event: str, field: str, converter: str, many: bool) -> None:
    cls: type[Event] = catalogue()[event]
    need = needs(cls, field)
    assert need is not None
    assert (need.converter, need.many) == (converter, many)
