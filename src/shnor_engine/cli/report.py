"""`shnor report LOG`: the annual report in Russian, in any format; `shnor report lint` checks a Word template."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from shnor_engine.cli.shared import (
    AsKnown,
    existing_log,
    forecast_option,
    foreseen,
    json_option,
    language_option,
    note,
    opened,
    patience,
    print_json,
    report_options,
    scenario_option,
)

FORMATS = ("md", "html", "docx", "xlsx", "json")
NAME = "spravka"


class Default(click.Group):
    """A group whose name alone is one of its commands: `shnor report LOG` is `shnor report write LOG`."""

    default = "write"

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The arguments with the command put in front where they name none."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = [self.default, *args]
        return super().parse_args(ctx, args)


@click.group("report", cls=Default)
def command() -> None:
    """Write the analytical note (справка) from the log; `report LOG` is short for `report write LOG`."""


format_option = click.option(
    "--format",
    "formats",
    type=click.Choice(FORMATS),
    multiple=True,
    help="The format (repeatable). Default: md, or what the ending of -o says.",
)
place_option = click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="File or folder to write. Default: stdout."
)
since_option = click.option("--since", type=AsKnown(), help="Add what changed since this position, day or instant.")
template_option = click.option(
    "--template",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A Word template of your own (.docx).",
)
pictures_option = click.option(
    "--pictures/--no-pictures", default=True, show_default=True, help="Draw pictures into HTML and Word."
)


@command.command("write")
@existing_log
@report_options
@format_option
@place_option
@since_option
@forecast_option
@scenario_option
@template_option
@pictures_option
@language_option
def write(
    log: Path,
    pack: str | None,
    year: int | None,
    period: int | str | None,
    on: date | None,
    as_known: Any,
    as_json: bool,
    formats: tuple[str, ...],
    output: Path | None,
    since: Any,
    forecast: Path | None,
    scenario: str | None,
    template: Path | None,
    pictures: bool,
    lang: str,
) -> None:
    """Write the report: lists, churn, work, decisions, recommendations, and the ground of each sentence.

    --json prints `{"markdown": …}`; --format json writes the ledger with the evidence of every sentence.
    """
    from shnor_engine.report.parts.plugged import failures

    with opened(log) as engine, patience("составляю справку"):
        document = engine.document(
            pack=pack,
            year=year,
            period=period,
            on=on,
            as_known=as_known,
            since=since,
            forecast=foreseen(engine, forecast, scenario, as_known),
        )
        for broken in failures(document):
            note(broken.ru)
        emit(document, formats, output, name=NAME, as_json=as_json, template=template, pictures=pictures, lang=lang)


@command.command("lint")
@click.argument("template", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@json_option
@click.pass_context
def lint(ctx: click.Context, template: Path, as_json: bool) -> int:
    """Check a Word TEMPLATE: tags, unknown names, loops in tables. Exit 1 if anything is wrong."""
    from shnor_engine.report.template_lint import lint as check

    found = check(template)
    if as_json:
        print_json({"ok": not found, "problems": [{"code": p.code, "where": p.where, "text": p.text} for p in found]})
    else:
        click.echo("\n".join(map(str, found)) or f"{template}: шаблон можно заполнять")
    return 1 if found else 0


def emit(
    document: Any,
    formats: tuple[str, ...],
    output: Path | None,
    *,
    name: str,
    as_json: bool,
    template: Path | None = None,
    pictures: bool = True,
    lang: str = "ru",
) -> None:
    """Print a document in the formats asked for: to stdout, to a file, or to a folder under a name."""
    from shnor_engine.report.render.formats import TEXTS, printed

    language: Any = lang
    wanted = formats or _by_ending(output)
    if output is None and not (len(wanted) == 1 and wanted[0] in TEXTS):
        raise click.UsageError("Word, Excel and several formats need -o FILE or -o FOLDER")
    for one in wanted:
        said = printed(document, one, template=template, pictures=pictures, language=language)
        if output is not None:
            _save(_place(output, one, name, many=len(wanted) > 1), said)
        elif not as_json:
            click.echo(said, nl=False)
    if as_json:
        print_json({"markdown": printed(document, "md", language=language)})


def _by_ending(output: Path | None) -> tuple[str, ...]:
    ending = "" if output is None else output.suffix.lstrip(".")
    return (ending,) if ending in FORMATS else ("md",)


def _place(output: Path, one: str, name: str, *, many: bool) -> Path:
    return output / f"{name}.{one}" if many or output.is_dir() or not output.suffix else output


def _save(path: Path, said: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(said if isinstance(said, bytes) else said.encode())
    note(f"Записано: {path}")
