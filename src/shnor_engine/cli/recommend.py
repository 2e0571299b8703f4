"""`shnor recommend LOG`: what to do next for which school, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import click

from shnor_engine.cli.shared import existing_log, language_option, moment_options, opened, patience, print_json


@click.command("recommend")
@existing_log
@moment_options
@language_option
@click.option("--explain", is_flag=True, help="Explain each like a decision, down to its events.")
@click.option("--id", "only", help="Only the recommendation of this id.")
def command(
    log: Path,
    year: int | None,
    on: date | None,
    as_known: Any,
    as_json: bool,
    lang: str,
    explain: bool,
    only: str | None,
) -> None:
    """List the recommendations that follow from facts, each with its ground and events."""
    with opened(log) as engine, patience("собираю рекомендации"):
        advice = engine.recommend(year=year, on=on, as_known=as_known)
        if only is not None:
            advice = replace(advice, items=tuple(item for item in advice if item.id == only))
            if not advice:
                raise click.UsageError(f"no recommendation {only} follows from the facts; --json names the ids")
        if as_json:
            print_json(advice.to_json(explain=explain))
        elif explain and advice:
            click.echo("\n\n".join(item.explanation.text(lang) for item in advice))
        else:
            click.echo(advice.text(lang))
