"""`shnor explain LOG SCHOOL`: one decision down to the events it rests on."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from shnor_engine.cli.shared import decision_options, existing_log, keys_option, language_option, opened


@click.command("explain")
@existing_log
@click.argument("school")
@decision_options
@keys_option
@language_option
def command(
    log: Path,
    school: str,
    pack: str | None,
    year: int | None,
    keys: tuple[tuple[str, str], ...],
    on: date | None,
    as_known: Any,
    as_json: bool,
    lang: str,
) -> None:
    """Explain the decision on SCHOOL (an id like severskiy/7, or any spelling of its name)."""
    with opened(log) as engine:
        explanation = engine.explain(school, pack=pack, year=year, on=on, as_known=as_known, keys=dict(keys))
        click.echo(explanation.to_json() if as_json else explanation.text(lang))
