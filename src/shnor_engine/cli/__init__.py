"""The command line `shnor`: each command in a module of its own name, heavy imports inside the commands.

Exit codes: 0 done, 1 an expected failure (one line says what, where and what to do), 2 wrong usage, 3 a bug
in this library, 130 interrupted. Data goes to stdout, progress and warnings to stderr.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from shnor_engine import __version__
from shnor_engine.cli import (
    append,
    approve,
    assess,
    backtest,
    doctor,
    events,
    explain,
    export,
    findings,
    funnel,
    import_,
    indicators,
    init,
    issue,
    lists,
    mark,
    packs,
    passport,
    pictures,
    plugins,
    recommend,
    recommendations,
    report,
    roadmap,
    schema,
    simulate,
    verify,
    way_out,
)
from shnor_engine.cli.plugged import PluggedGroup, PluginBroke, Wanted
from shnor_engine.errors import ShnorError

BUG, EXPECTED, INTERRUPTED = 3, 1, 130


@click.group(cls=PluggedGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="shnor")
@click.option("--traceback", is_flag=True, help="Show the whole stack of an error.")
@click.option(
    "--plugins",
    metavar="NAMES",
    is_eager=True,
    help="Which plugins: a,b only these; -a all but a; none; all (default; also SHNOR_PLUGINS).",
)
@click.option(
    "--plugins-dir",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    is_eager=True,
    help="A folder of single-file plugins (*.py).",
)
@click.option(
    "--pack-file",
    "pack_files",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    multiple=True,
    help="A pack as a file (shnor packs build); may be given several times.",
)
@click.option(
    "--without-pack",
    "without_packs",
    metavar="ID",
    multiple=True,
    help="A methodology that shall not decide: ID or ID@VERSION; may be repeated (also SHNOR_WITHOUT_PACKS).",
)
@click.option("--strict", is_flag=True, help="Stop when a wanted plugin or a pack cannot be used.")
@click.pass_context
def shnor(
    ctx: click.Context,
    /,
    plugins: str | None,
    plugins_dir: Path | None,
    pack_files: tuple[Path, ...],
    without_packs: tuple[str, ...],
    strict: bool,
    **_: bool,
) -> None:
    """Журнал событий программы поддержки школ → решения с объяснением.

    An append-only log of programme events, and decisions that explain themselves. LOG is a file such as
    district.db; --json gives UTF-8 JSON on stdout.
    """
    ctx.obj = Wanted(plugins, plugins_dir, strict=strict, pack_files=pack_files, without_packs=without_packs)


for module in (
    init,
    append,
    import_,
    events,
    lists,
    assess,
    explain,
    way_out,
    backtest,
    recommend,
    simulate,
    issue,
    recommendations,
    mark,
    roadmap,
    findings,
    indicators,
    funnel,
    report,
    approve,
    passport,
    pictures,
    packs,
    plugins,
    schema,
    verify,
    export,
    doctor,
):
    shnor.add_command(module.command)


def main() -> None:
    """Run the command line and exit with its code; the entry point of `shnor`."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """The exit code of one command line; what a user did wrong is one line on stderr, never a stack."""
    stack = "--traceback" in arguments
    try:
        result = shnor.main(arguments, prog_name="shnor", standalone_mode=False)
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Прервано. Interrupted.", err=True)
        return INTERRUPTED
    except ShnorError as error:
        if stack:
            _show_stack()
        click.echo(_said(error), err=True)
        return EXPECTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXPECTED
    except OSError as error:
        click.echo(f"Error: {error.filename or 'input or output'}: {error.strerror or error}", err=True)
        return EXPECTED
    except PluginBroke as error:
        if stack:
            _show_stack()
        cause = error.__cause__
        click.echo(
            f"Bug: {error}: {type(cause).__name__}: {cause}\n"
            f"This is a mistake of the plugin, not yours: tell its authors, or go on with --plugins -{error.name}.",
            err=True,
        )
        return BUG
    except Exception as error:
        if stack:
            _show_stack()
        click.echo(
            f"Bug: {type(error).__name__}: {error}\nThis is our mistake, not yours: run again with --traceback and "
            "send us the text.",
            err=True,
        )
        return BUG


def _show_stack() -> None:
    import traceback

    traceback.print_exc()


def _said(error: ShnorError) -> str:
    """One line, in English and in Russian; of a list of problems one line each, so that an editor can jump there."""
    problems = getattr(error, "problems", ())
    return "\n".join(_both(str(one), one.ru) for one in problems) if problems else _both(f"Error: {error}", error.ru)


def _both(text: str, ru: str) -> str:
    return f"{text} · {ru}" if ru else text
