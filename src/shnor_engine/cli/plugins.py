"""`shnor plugins`: which plugins there are, what they bring, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from shnor_engine.cli.plugged import wanted
from shnor_engine.cli.shared import json_option, print_json, table

if TYPE_CHECKING:
    from shnor_engine.plugin.loading import PluginState

STATES = {
    "loaded": "работает",
    "failed": "не работает",
    "refused": "отклонён",
    "disabled": "отключён",
    "missing": "не найден",
}
BRINGS = {
    "event_types": "события",
    "code_lists": "коды",
    "packs": "методики",
    "projections": "проекции",
    "importers": "загрузчики",
    "measures": "меры",
    "report_parts": "части отчёта",
    "commands": "команды",
}


@click.group("plugins", invoke_without_command=True)
@json_option
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> None:
    """List the plugins with what they bring and their state."""
    if ctx.invoked_subcommand is not None:
        return
    made = wanted().extension()
    states = made.plugins.states
    if as_json:
        print_json(
            {"plugins": [state.to_json() | {"disabled_packs": made.disabled_packs(state)} for state in states]}
        )
        return
    if not states:
        click.echo("Плагинов нет.")
        return
    rows = [
        (
            state.name,
            state.distribution or "–",
            state.version or "–",
            STATES[state.state],
            _brings(state, made.disabled_packs(state)),
            state.error,
        )
        for state in states
    ]
    click.echo(table(("плагин", "пакет", "версия", "состояние", "приносит", "причина"), rows))


def _brings(state: PluginState, disabled: Sequence[str]) -> str:
    """How much it brings of each kind, with the methodologies that are not wanted."""
    parts = [f"{BRINGS[kind]}: {count}" for kind, count in (state.brings or {}).items()]
    parts += [f"отключена {name}" for name in disabled]
    return ", ".join(parts) or "–"


@command.command("check")
@json_option
def check(as_json: bool) -> int:
    """Check every plugin that is wanted. Exit 1 if one cannot be used."""
    plugins = wanted().extension().plugins
    if as_json:
        print_json({"ok": not plugins.troubled, "plugins": [state.to_json() for state in plugins.states]})
    else:
        for state in plugins.troubled:
            click.echo(f"{state.described}: {STATES[state.state]}: {state.error}")
        if not plugins.troubled:
            click.echo("Все плагины работают.")
    return 1 if plugins.troubled else 0
