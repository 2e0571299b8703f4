"""`shnor assess LOG`: one decision a school by a methodology."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shnor_engine.cli.shared import (
    actor_option,
    decision_options,
    existing_log,
    note,
    opened,
    patience,
    period_option,
    print_json,
    table,
)

if TYPE_CHECKING:
    from shnor_engine.assessment import Assessment
    from shnor_engine.engine import Engine


@click.command("assess")
@existing_log
@decision_options
@period_option
@click.option("--record", is_flag=True, help="Append the decisions to the log (decision.made).")
@actor_option
def command(
    log: Path,
    pack: str | None,
    year: int | None,
    period: int | str | None,
    on: date | None,
    as_known: Any,
    as_json: bool,
    record: bool,
    actor: str,
) -> None:
    """Decide every school for one year: status, outcome and the one line why."""
    with opened(log, write=record) as engine, patience("решаю"):
        assessment = engine.assess(pack=pack, year=year, period=period, on=on, as_known=as_known)
        _tell_broken(engine, assessment)
        if record:
            done = engine.record(assessment, actor=actor)
            note(f"Записано решений: {len(done.positions) - done.repeated}.")
        if as_json:
            print_json(assessment.to_json())
            return
        click.echo(assessment.heading("ru"))
        rows = [(d.subject, d.name, d.label("ru"), d.reason("ru")) for d in assessment]
        click.echo(table(("id", "Школа", "Статус", "Основание"), rows))


def _tell_broken(engine: Engine, assessment: Assessment) -> None:
    """One line on stderr where a rule broke on somebody: whose methodology it is, on how many, and why."""
    broken = [decision for decision in assessment if decision.outcome == "failed"]
    if broken:
        mine = assessment.pack
        origin = next((item.origin for item in engine.pack_states if item.pack is mine and item.origin), None)
        whose = f" плагина {origin.described}" if origin else ""
        note(
            f"Методика {mine.id} {mine.version}{whose} не смогла решить {len(broken)} из {len(assessment)}: "
            f"{broken[0].verdict.error}"
        )
