"""`shnor report LOG`: the one-page report in Russian, as Markdown."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from shnor_engine.cli.shared import decision_options, existing_log, note, opened, output_option, patience, print_json


@click.command("report")
@existing_log
@decision_options
@output_option
def command(
    log: Path, pack: str | None, year: int | None, on: date | None, as_known: Any, as_json: bool, output: Path | None
) -> None:
    """Write the analytical note (справка) from the log: list, churn, decisions, recommendations, grounds.

    --json prints `{"markdown": …}` in place of the text.
    """
    with opened(log) as engine, patience("составляю справку"):
        text = engine.report(pack=pack, year=year, on=on, as_known=as_known)
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, encoding="utf-8")
        note(f"Записано: {output}")
    if as_json:
        print_json({"markdown": text})
    elif output is None:
        click.echo(text, nl=False)
