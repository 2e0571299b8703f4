"""Plugins on the command line: which are wanted, loaded once when first needed, and their commands.

`--plugins` goes before `SHNOR_PLUGINS`, `--without-pack` before `SHNOR_WITHOUT_PACKS`; nothing is imported for
`--version`, and a broken plugin costs a warning.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shnor_engine.errors import ShnorError

if TYPE_CHECKING:
    from shnor_engine.extending import Extension
    from shnor_engine.plugin.loading import PluginState

CACHE = "shnor"


class PluginBroke(Exception):
    """A command of a plugin broke; the error itself is the cause."""

    def __init__(self, plugin: PluginState, command: str) -> None:
        self.name = plugin.name
        super().__init__(f"plugin {plugin.described}: its command {command} broke")


class Wanted:
    """What the command line says of plugins; `extension` loads them when somebody asks, once."""

    def __init__(
        self,
        select: str | None,
        folder: Path | None,
        *,
        strict: bool,
        pack_files: Sequence[Path] = (),
        without_packs: Sequence[str] = (),
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self.select = environ.get("SHNOR_PLUGINS") if select is None else select
        self.folder = folder
        self.strict = strict
        self.pack_files = pack_files
        self.without_packs = tuple(without_packs) or _names(environ.get("SHNOR_WITHOUT_PACKS", ""))
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
                artefacts=self.pack_files,
                strict=self.strict,
                without_packs=self.without_packs,
            )
            for state in self._made.plugins.troubled:
                click.echo(f"Плагин {state.described} не используется: {state.error}", err=True)
        return self._made

    def _cache(self) -> Path:
        base = self.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        return Path(base) / CACHE / "plugin-probes.json"


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for word in text.split(",") if (name := word.strip()))


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

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what breaks in one of a plugin's is laid at the plugin's door."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit, ShnorError, OSError):
            raise
        except Exception as error:
            name = ctx.invoked_subcommand or ""
            origin = None if name in self.commands else wanted().extension().plugins.origin("commands", name)
            if origin is None:
                raise
            raise PluginBroke(origin, name) from error

    def _of_plugins(self, ctx: click.Context) -> dict[str, Any]:
        found = ctx.find_root().obj
        if not isinstance(found, Wanted):
            found = Wanted(ctx.params.get("plugins"), ctx.params.get("plugins_dir"), strict=False)
        return dict((found.extension().plugins.things or {}).get("commands", {}))


def _any_installed(ctx: click.Context) -> bool:
    from importlib.metadata import entry_points

    select = ctx.params.get("plugins") or os.environ.get("SHNOR_PLUGINS")
    return select != "none" and bool(ctx.params.get("plugins_dir") or entry_points(group="shnor_engine"))
