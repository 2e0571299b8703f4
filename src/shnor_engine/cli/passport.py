"""`shnor passport LOG SCHOOL`: one school on one page."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from shnor_engine.cli.report import emit, format_option, pictures_option, place_option, since_option, template_option
from shnor_engine.cli.shared import existing_log, language_option, opened, report_options


@click.command("passport")
@existing_log
@click.argument("school")
@report_options
@format_option
@place_option
@since_option
@template_option
@pictures_option
@language_option
def command(
    log: Path,
    school: str,
    pack: str | None,
    year: int | None,
    period: int | str | None,
    on: date | None,
    as_known: Any,
    as_json: bool,
    formats: tuple[str, ...],
    output: Path | None,
    since: Any,
    template: Path | None,
    pictures: bool,
    lang: str,
) -> None:
    """The passport of SCHOOL: why, how far, by what, how sure, what next, what changed.

    --json prints `{"markdown": …}`; --format json writes the ledger with the evidence of every sentence.
    """
    with opened(log) as engine:
        document = engine.school_document(
            school, pack=pack, year=year, period=period, on=on, as_known=as_known, since=since
        )
        emit(
            document,
            formats,
            output,
            name="passport",
            as_json=as_json,
            template=template,
            pictures=pictures,
            lang=lang,
        )
