"""`shnor funnel LOG`: deficits found, on a route, trained, closed – as counts that may leave the house."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from shnor_engine.cli.shared import (
    as_known_option,
    existing_log,
    json_option,
    note,
    on_option,
    opened,
    print_json,
)


@click.command("funnel")
@existing_log
@click.option(
    "--by",
    type=click.Choice(["school", "deficit", "role"]),
    multiple=True,
    default=("school", "deficit"),
    show_default=True,
    help="A column to count by (repeatable).",
)
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="A file: .csv or .xlsx.")
@click.option("--least", type=click.IntRange(2), default=5, show_default=True, help="Hide counts below this.")
@on_option
@as_known_option
@json_option
def command(
    log: Path,
    by: tuple[Any, ...],
    output: Path | None,
    least: int,
    on: date | None,
    as_known: Any,
    as_json: bool,
) -> None:
    """Count the way of deficits: found, on a route, trained on the topic, closed.

    No persons and no tokens; small counts are hidden. Give out one table of a log: two can be subtracted.
    """
    with opened(log) as engine:
        found = engine.funnel(by=by, least=least, on=on, as_known=as_known)
    if output is not None:
        _write(found, output)
        note(f"Записано: {output}")
    if as_json:
        print_json(found.to_json())
    elif output is None:
        click.echo(found.text())


def _write(found: Any, output: Path) -> None:
    if output.suffix.lower() == ".csv":
        said = found.csv().encode("utf-8-sig")
    elif output.suffix.lower() == ".xlsx":
        from shnor_engine.report.render.excel import sheet

        said = sheet(found.table(), on=found.on, title="Путь дефицитов")
    else:
        raise click.UsageError(f"-o {output}: the file ends in .csv or .xlsx")
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_bytes(said)
