"""The reference of the command line holds every command and every option, as the program has them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from shnor_engine.cli import shnor

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "cli.md"


def commands(group: click.Group, name: str = "shnor") -> Iterator[tuple[str, click.Command]]:
    """Every command with its whole name, groups opened; a group that does something alone is a command too."""
    for key, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{name} {key}")
        if not isinstance(command, click.Group) or command.invoke_without_command:
            yield f"{name} {key}", command


ALL = dict(commands(shnor))


def section(name: str) -> str:
    """What the page says of one command."""
    text = PAGE.read_text(encoding="utf-8")
    assert f"\n## `{name}" in text, f"docs/reference/cli.md has no section for {name}"
    return text.split(f"\n## `{name}", 1)[1].split("\n## ", 1)[0]


@pytest.mark.parametrize("name", ALL)
def test_every_command_stands_on_the_page_with_all_its_arguments_and_options(name: str) -> None:
    said = section(name)
    for parameter in ALL[name].params:
        if isinstance(parameter, click.Option):
            for option in parameter.opts:
                assert f"`{option}" in said, f"{name}: {option} is missing"
        else:
            assert parameter.make_metavar(click.Context(ALL[name])).strip("[]") in said.splitlines()[0]


def test_no_section_is_left_of_a_command_that_is_gone() -> None:
    heads = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("## `shnor")]
    assert len(heads) == len(ALL)


@pytest.mark.parametrize("name", ALL)
def test_every_command_has_json_and_a_help_line(name: str) -> None:
    options = {option for parameter in ALL[name].params for option in parameter.opts}
    assert "--json" in options
    assert ALL[name].help
