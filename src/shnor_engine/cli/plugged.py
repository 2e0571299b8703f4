"""Plugins on the command line: which are wanted, loaded once when first needed, and their commands.

`--plugins` goes before `SHNOR_PLUGINS`; nothing is imported for `--version`, and a broken plugin costs a warning.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from shnor_engine.extending import Extension

CACHE = "shnor"


class Wanted:
    """What the command line says of plugins; `extension` loads them when somebody asks, once."""

    def __init__(
        self, select: str | None, folder: Path | None, *, strict: bool, environ: Mapping[str, str] = os.environ
    ) -> None:
        self.select = environ.get("SHNOR_PLUGINS") if select is None else select
        self.folder = folder
        self.strict = strict
        self.environ = environ
        self._made: Extension | None = None

    def extension(self) -> Extension:
        """The loaded plugins; a warning a broken one, on stderr."""
        if self._made is None:
            from shnor_engine.extending import extension
            from shnor_engine.plugin.probe import Probes

            self._made = extension(
                discover=True,
                select=self.select,
                folder=self.folder,
                probes=Probes(self._cache()),
                strict=self.strict,
            )
            for state in self._made.plugins.troubled:
                click.echo(f"Плагин {state.described} не используется: {state.error}", err=True)
        return self._made

    def _cache(self) -> Path:
        base = self.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        return Path(base) / CACHE / "plugin-probes.json"


def wanted() -> Wanted:
    """What this call wants of plugins."""
    context = click.get_current_context(silent=True)
    found = context.find_root().obj if context is not None else None
    return found if isinstance(found, Wanted) else Wanted(None, None, strict=False)


class PluggedGroup(click.Group):
    """The command line's root: its own commands first, those of plugins after them.

    A command of its own never loads a plugin to be found; an unknown name, and the list of commands in the help, do.
    """

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, of a plugin's where we have none."""
        return super().get_command(ctx, cmd_name) or self._of_plugins(ctx).get(cmd_name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every name, ascending; those of plugins where there are plugins at all."""
        own = super().list_commands(ctx)
        return sorted({*own, *self._of_plugins(ctx)}) if _any_installed(ctx) else own

    def _of_plugins(self, ctx: click.Context) -> dict[str, Any]:
        found = ctx.find_root().obj
        if not isinstance(found, Wanted):
            found = Wanted(ctx.params.get("plugins"), ctx.params.get("plugins_dir"), strict=False)
        return dict((found.extension().plugins.things or {}).get("commands", {}))


def _any_installed(ctx: click.Context) -> bool:
    from importlib.metadata import entry_points

    select = ctx.params.get("plugins") or os.environ.get("SHNOR_PLUGINS")
    return select != "none" and bool(ctx.params.get("plugins_dir") or entry_points(group="shnor_engine"))
