"""`shnor pictures LOG`: the pictures of the report as SVG, PNG or Vega-Lite text."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import click

from shnor_engine.cli.shared import existing_log, note, opened, print_json, report_options


@click.command("pictures")
@existing_log
@report_options
@click.option(
    "--format",
    "formats",
    type=click.Choice(["svg", "png", "vl.json"]),
    multiple=True,
    default=("svg",),
    show_default=True,
    help="The format (repeatable); vl.json is Vega-Lite text and needs no extra.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("pictures"),
    show_default=True,
    help="Folder to write.",
)
def command(
    log: Path,
    pack: str | None,
    year: int | None,
    period: int | str | None,
    on: date | None,
    as_known: Any,
    as_json: bool,
    formats: tuple[str, ...],
    output: Path,
) -> None:
    """Draw the pictures of the report: schools by years, risk profile, activities by month.

    --json prints `{"pictures": {name: Vega-Lite}}` and writes nothing.
    """
    from shnor_engine.report.pictures.draw import attempt, drawn

    with opened(log) as engine:
        figures = list(engine.document(pack=pack, year=year, period=period, on=on, as_known=as_known).figures())
    if as_json:
        print_json({"pictures": {figure.id: figure.spec for figure in figures}})
        return
    output.mkdir(parents=True, exist_ok=True)
    for figure in figures:
        for one in formats:
            path = output / f"{figure.id}.{one}"
            made = attempt(figure, partial(drawn, to=one))
            if made is None:
                note(f"{figure.instead} Не записано: {path}")
                continue
            path.write_bytes(made)
            note(f"Записано: {path}")
