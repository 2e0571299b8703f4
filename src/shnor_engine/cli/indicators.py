"""`shnor indicators LOG`: the indicators I1–I12 of the programme."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from shnor_engine.cli.shared import (
    as_known_option,
    existing_log,
    forecast_option,
    foreseen,
    json_option,
    language_option,
    on_option,
    opened,
    patience,
    print_json,
    scenario_option,
)


@click.command("indicators")
@existing_log
@forecast_option
@scenario_option
@on_option
@as_known_option
@json_option
@language_option
def command(
    log: Path,
    forecast: Path | None,
    scenario: str | None,
    on: date | None,
    as_known: Any,
    as_json: bool,
    lang: str,
) -> None:
    """Compute the indicators I1–I12; what the log does not hold is unmeasurable, never zero.

    I12, the expected size of the next list, needs a run of the simulation: --forecast FOLDER.
    """
    with opened(log) as engine, patience("считаю показатели"):
        found = engine.indicators(on=on, as_known=as_known, forecast=foreseen(engine, forecast, scenario, as_known))
        if as_json:
            print_json(found.to_json())
        else:
            click.echo(found.text(lang))
