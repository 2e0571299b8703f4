"""`shnor backtest LOG`: a methodology on history, beside another one or beside what was decided."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from shnor_engine.cli.shared import (
    as_known_option,
    existing_log,
    json_option,
    language_option,
    on_option,
    opened,
    pack_option,
    print_json,
)


class Years(click.ParamType[Any]):
    """«2020-2024» or one year."""

    name = "years"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> list[int]:
        """The years from the first to the last."""
        if isinstance(value, list):
            return value
        first, _, last = str(value).partition("-")
        if not (first.isdecimal() and (last or first).isdecimal()) or int(last or first) < int(first):
            self.fail(f"{value!r} is no span of years; write 2020-2024", param, ctx)
        return list(range(int(first), int(last or first) + 1))


@click.command("backtest")
@existing_log
@pack_option
@click.option("--against", help="The methodology proposed. Default: the same one, over corrected facts.")
@click.option("--years", type=Years(), required=True, help="The years to decide: 2020-2024.")
@click.option("--decided", is_flag=True, help="Start from the decisions as they were recorded.")
@on_option
@as_known_option
@json_option
@language_option
def command(
    log: Path,
    pack: str | None,
    against: str | None,
    years: list[int],
    decided: bool,
    on: date | None,
    as_known: Any,
    as_json: bool,
    lang: str,
) -> None:
    """Say who would be decided otherwise, in which year, by which clause."""
    with opened(log) as engine:
        found = engine.backtest(pack, against, years=years, decided=decided, on=on, as_known=as_known)
        if as_json:
            print_json(found.to_dict())
        else:
            click.echo(found.text(lang))
