"""The municipal monitoring of the Seversky district: the library's order, with the value that the district sets.

No act of the district sets the window of clean years, so its value is that of the library until one does: a new line
in `CLEAN_YEARS` with its day and its act is all that has to change.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from shnor_engine.law import Clause, Law, Override
from shnor_engine.packs import Pack
from shnor_engine.packs.builtin import Monitoring, municipal_monitoring
from shnor_krasnodar.vocabulary import AREA, REGION

ORDER = Clause(
    "срок наблюдения",
    act="порядок мониторинга Северского района",
    act_en="monitoring order of the Seversky district",
    point_en="period of observation",
    confidence="default",
)
CLEAN_YEARS = {"2020-01-01": 2}


@cache
def severskiy_monitoring() -> Pack:
    """The pack `ru.23.severskiy.monitoring`."""
    general = municipal_monitoring()
    return replace(
        general,
        id="ru.23.severskiy.monitoring",
        title={
            "ru": "Мониторинг перечня ШНОР, Северский район",
            "en": "Monitoring of the list, Seversky district",
        },
        jurisdiction=f"{REGION}.{AREA}",
        law=Law.of(
            Monitoring,
            overrides=[Override.of(AREA, Monitoring.clean_years, CLEAN_YEARS, ref=ORDER)],
            regions={AREA: REGION, REGION: ""},
        ),
        source=ORDER,
        examples=tuple(replace(one, region=AREA) for one in general.examples),
    )
