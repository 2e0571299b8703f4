"""`shnor simulate LOG`: what may become of the list, under which scenario, how sure."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shnor_engine.cli.shared import as_known_option, existing_log, json_option, note, opened, print_json

if TYPE_CHECKING:
    from collections.abc import Callable


class Years(click.ParamType[tuple[int, int]]):
    """A span of years: 2025-2030."""

    name = "years"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        """The first and the last year; a usage error otherwise."""
        if isinstance(value, tuple):
            return value
        parts = str(value).split("-")
        if len(parts) != 2 or not all(part.isascii() and part.isdigit() for part in parts):
            self.fail(f"{value!r} is no span like 2025-2030", param, ctx)
        first, last = int(parts[0]), int(parts[1])
        if not 1990 <= first <= last <= 2100:
            self.fail(f"{value!r}: the years are out of order or out of reach", param, ctx)
        return first, last


@click.command("simulate")
@existing_log
@click.option("--years", type=Years(), default="2025-2030", show_default=True, help="First and last year.")
@click.option("--draws", type=click.IntRange(200), default=20_000, show_default=True, help="Districts to draw.")
@click.option(
    "--futures",
    type=click.IntRange(1),
    help="Futures at the least; each kept district goes on in several. Default: 1,000; one each under advice.",
)
@click.option(
    "--caution",
    type=click.IntRange(0, 100),
    default=0,
    show_default=True,
    help="Weight of the worst tenth, in percent, when supports are chosen.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed, the same bytes.")
@click.option(
    "--scenario",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="YAML with scenarios. Default: none, planned, targeted, prevention, both.",
)
@click.option(
    "--parameters",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="YAML with the parameters of the model. Default: the library's.",
)
@click.option("--pack", help="The methodology that decides who is listed. Default: ru.shnor.a-and-b.")
@click.option("-o", "--output", type=click.Path(path_type=Path, file_okay=False), help="Folder for the whole run.")
@click.option("--png", is_flag=True, help="Figures as PNG too (extra `report`).")
@click.option("--quick", is_flag=True, help="Lists only: no meter, no roll-out, no choice of supports.")
@as_known_option
@json_option
def command(
    log: Path,
    years: tuple[int, int],
    draws: int,
    futures: int | None,
    caution: int,
    seed: int,
    scenario: Path | None,
    parameters: Path | None,
    pack: str | None,
    output: Path | None,
    png: bool,
    quick: bool,
    as_known: int | date | None,
    as_json: bool,
) -> None:
    """Simulate the list of the years to come by the same rules: scenarios, bands, cost, and what is not known.

    Prints the report in Russian as Markdown; -o writes it with tables, figures and the manifest of the run.
    """
    with opened(log) as engine:
        found = engine.simulate(
            years,
            scenarios=scenario,
            parameters=parameters,
            pack=pack,
            draws=draws,
            futures=futures,
            caution=caution,
            seed=seed,
            thorough=not quick,
            as_known=as_known,
            tell=_bar(),
        )
    if output is not None:
        from shnor_engine.simulate.write import can_word, write

        if not can_word():
            note("Без report.docx: для Word нужен набор report (pip install 'shnor-engine[report]').")
        note(f"Записано: {write(found, output, png=png)}")
    if as_json:
        print_json(found.summary())
    elif output is None:
        click.echo(found.report(), nl=False)


def _bar() -> Callable[[str, int, int], None] | None:
    """A bar on stderr where somebody looks at it; silence in a pipe."""
    if not sys.stderr.isatty():
        return None

    def tell(what: str, done: int, whole: int) -> None:
        filled = 30 * done // max(whole, 1)
        end = "\n" if done >= whole else ""
        click.echo(f"\r{what:<16} {'█' * filled}{'·' * (30 - filled)} {done}/{whole}{end}", nl=False, err=True)

    return tell
