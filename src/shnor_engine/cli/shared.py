"""What the commands share: options, opening a log, and printing tables and JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from shnor_engine.cli.plugged import wanted

if TYPE_CHECKING:
    from shnor_engine.engine import Engine

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")
SILENCE = 2.0  # seconds of work before anything is said of it
PATIENCE = 5.0  # seconds between two signs of life of work that cannot be counted


class AsKnown(click.ParamType[Any]):
    """A position (17), a day (2024-12-23: the end of it) or an instant (2024-12-23T12:00+03:00)."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | date | datetime:
        """The position, day or instant that the text names; a usage error otherwise."""
        if not isinstance(value, str):
            return value  # type: ignore[no-any-return]
        if value.isascii() and value.isdigit():
            return int(value)
        try:
            found = date.fromisoformat(value) if len(value) <= 10 else datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no position, day (2024-12-23) or instant (2024-12-23T12:00+03:00)", param, ctx)
        if isinstance(found, datetime) and found.tzinfo is None:
            self.fail(f"{value!r} names no time zone; write {value}+03:00", param, ctx)
        return found


class Day(click.ParamType[date]):
    """A day: 2024-12-23."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The date that the text names; a usage error otherwise."""
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no day like 2024-12-23", param, ctx)


class Period(click.ParamType[int | str]):
    """A year (2024), a month (2024-05) or a quarter (2024-Q2)."""

    name = "period"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | str:
        """The year as a number, any other period as its text; whether it fits is for the methodology to say."""
        return int(value) if isinstance(value, str) and value.isascii() and value.isdecimal() else value


log_argument = click.argument("log", type=click.Path(path_type=Path, dir_okay=False))
existing_log = click.argument("log", type=click.Path(path_type=Path, dir_okay=False, exists=True))
json_option = click.option("--json", "as_json", is_flag=True, help="UTF-8 JSON on stdout.")
as_known_option = click.option(
    "--as-known", type=AsKnown(), help="What was known then: a position, a day or an instant. Default: now."
)
on_option = click.option(
    "--on", type=Day(), help="The day of the decision. Default: the day of --as-known, else today."
)
actor_option = click.option("--actor", default="cli", show_default=True, help="The role that acts (never a name).")
language_option = click.option(
    "--lang",
    type=click.Choice(["ru", "en"]),
    default="ru",
    show_default=True,
    help="The language of the text: ru or en.",
)


pack_option = click.option("--pack", help="The methodology (shnor packs list). Default: the municipal monitoring.")
year_option = click.option(
    "--year", type=click.IntRange(1990, 2100), help="The period to decide. Default: the year of the last known list."
)
period_option = click.option(
    "--period",
    type=Period(),
    help="The period to decide, where the methodology decides by months or quarters: 2024-05, 2024-Q2.",
)
after_option = click.option("--after", type=click.IntRange(0), default=0, help="Only positions after this one.")
output_option = click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="File to write. Default: stdout."
)


class Pair(click.ParamType[tuple[str, str]]):
    """A further key of a decision: procedure=ege.physics."""

    name = "name=value"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """The name and the value; a usage error otherwise."""
        if not isinstance(value, str):
            return value  # type: ignore[no-any-return]
        name, sign, said = value.partition("=")
        if not (name and sign and said):
            self.fail(f"{value!r} is no key like procedure=ege.physics", param, ctx)
        return name, said


keys_option = click.option(
    "--key",
    "keys",
    type=Pair(),
    multiple=True,
    help="A further key of the decision, where the methodology decides at more than school and year: "
    "procedure=ege.physics. May be repeated.",
)


forecast_option = click.option(
    "--forecast",
    type=click.Path(path_type=Path, exists=True),
    help="The folder of a run (shnor simulate LOG -o FOLDER), for the indicator I12.",
)
scenario_option = click.option(
    "--scenario", help="With --forecast: which scenario of the run. Default: planned, or the only one."
)


def foreseen(engine: Engine, forecast: Path | None, scenario: str | None, as_known: Any) -> Any:
    """What a run says of the next list; None without one. A scenario without a run is a usage error."""
    if forecast is None:
        if scenario is not None:
            raise click.UsageError("--scenario names one of a run: give --forecast FOLDER too")
        return None
    from shnor_engine.report.forecast import next_list

    return next_list(forecast, engine.lists(as_known=as_known), scenario=scenario)


def moment_options(command: F) -> F:
    """The options that say for when: --year, --on, --as-known, --json."""
    for option in (json_option, as_known_option, on_option, year_option):
        command = option(command)
    return command


def decision_options(command: F) -> F:
    """The options that say which decisions: --pack, --year, --on, --as-known, --json."""
    return pack_option(moment_options(command))


def report_options(command: F) -> F:
    """The same, and --period."""
    return decision_options(period_option(command))


@contextmanager
def opened(path: Path, *, write: bool = False) -> Iterator[Engine]:
    """An engine on the log, closed at the end; only `init` and `append` write."""
    from shnor_engine.engine import Engine

    made = wanted().extension()
    engine = Engine.open(
        path,
        plugins=made.plugins,
        artefacts=made.artefacts,
        strict=made.strict,
        without_packs=sorted(made.without),
        readonly=not write,
        create=False,
    )
    try:
        yield engine
    finally:
        engine.close()


@contextmanager
def patience(what: str) -> Iterator[None]:
    """Says on stderr every few seconds that the work goes on, where it takes longer than that."""
    from threading import Event, Thread

    done = Event()

    def tell() -> None:
        waited = 0.0
        while not done.wait(PATIENCE):
            waited += PATIENCE
            note(f"… {what}, {waited:.0f} с")

    Thread(target=tell, daemon=True).start()
    try:
        yield
    finally:
        done.set()


def print_json(value: object) -> None:
    """One JSON document, UTF-8, with Cyrillic as it is; dates as ISO text."""
    text = json.dumps(value, ensure_ascii=False, indent=2, default=_plain)
    sys.stdout.write(text + "\n")


def json_line(value: object) -> str:
    """One JSON object on one line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"no JSON form for {type(value).__name__}")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A plain text table, columns aligned; the last column is not padded."""
    cells = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(row[n]) for row in cells) for n in range(len(head))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
    lines.insert(1, "  ".join("─" * width for width in widths))
    return "\n".join(lines)


def progress(items: Iterable[T], what: str) -> Iterator[T]:
    """The items, with a count on stderr every two seconds where it takes longer than that."""
    from time import monotonic

    said = monotonic()
    for number, item in enumerate(items, start=1):
        if number % 1_000 == 0 and monotonic() - said > SILENCE:
            said = monotonic()
            note(f"… {number} {what}")
        yield item


def note(text: str) -> None:
    """A line for the person, on stderr."""
    click.echo(text, err=True)
