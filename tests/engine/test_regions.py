"""Whose law counts for a school: that of its municipality, else of its region, where the law names them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from severskiy_history import REPORTED, history
from shnor_engine import Engine
from shnor_engine.law import Law
from shnor_engine.law.law import Override
from shnor_engine.packs.builtin.monitoring import Monitoring, municipal_monitoring

ONE = {"2020-01-01": 1}
THREE = {"2020-01-01": 3}


def decided(overrides: Mapping[str, Mapping[str, int]], regions: Mapping[str, str]) -> tuple[str, str, str | None]:
    """What is decided of a school off one list and of one off two, and the place whose law was asked first."""
    set_by = [Override.of(place, Monitoring.clean_years, values) for place, values in overrides.items()]
    pack = replace(municipal_monitoring(), law=Law.of(Monitoring, overrides=set_by, regions=regions))
    with Engine.open(":memory:", packs=[pack]) as engine:
        engine.append(history(), actor="x", recorded_at=REPORTED)
        found = engine.assess(on=REPORTED)
    return found["severskiy/6"].decision, found["severskiy/19"].decision, found["severskiy/6"].verdict.region


@pytest.mark.parametrize(
    ("overrides", "regions", "expected"),
    [
        ({}, {}, ("watch", "sustained_exit", None)),
        ({"severskiy": ONE}, {}, ("sustained_exit", "sustained_exit", "severskiy")),
        ({"ru.23": THREE}, {}, ("watch", "watch", "ru.23")),
        ({"ru.23": THREE}, {"severskiy": "ru.23"}, ("watch", "watch", "severskiy")),
        (
            {"ru.23": THREE, "severskiy": ONE},
            {"severskiy": "ru.23"},
            ("sustained_exit", "sustained_exit", "severskiy"),
        ),
        ({"ru.77": ONE}, {}, ("watch", "sustained_exit", None)),
    ],
    ids=["country", "municipality", "region", "region by its parent", "both", "another region"],
)
def test_the_nearest_place_that_the_law_names_decides(
    overrides: dict[str, dict[str, int]], regions: dict[str, str], expected: tuple[str, str, str | None]
) -> None:
    assert decided(overrides, regions) == expected
