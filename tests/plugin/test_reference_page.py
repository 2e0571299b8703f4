"""The page about the plugin interface says what `plugin.v1` says: every hook, its exact signature, an example."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

import shnor_engine
from shnor_engine.plugin.collect import HOOKS
from shnor_engine.plugin.loading import State
from shnor_engine.plugin.v1 import API_VERSION, Hooks

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "plugins.md").read_text(encoding="utf-8")


def section(hook: str) -> str:
    return PAGE.split(f"\n## `{hook}`\n", 1)[1].split("\n## ", 1)[0]


def signature(hook: str) -> str:
    """`def hook() -> …` as the specification has it, without `self`."""
    spec = inspect.signature(getattr(Hooks, hook))
    plain = spec.replace(parameters=[item for item in spec.parameters.values() if item.name != "self"])
    return f"def {hook}{plain}".replace("'", "")


def test_every_hook_has_a_heading_and_no_heading_is_left_of_a_hook_that_is_gone() -> None:
    assert re.findall(r"^## `(\w+)`$", PAGE, re.MULTILINE) == list(HOOKS)


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_stands_with_its_exact_signature(hook: str) -> None:
    assert f"```text\n{signature(hook)}\n```" in section(hook)


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_has_an_example_that_implements_it_and_checks_what_came_of_it(hook: str) -> None:
    examples = re.findall(r"```python\n(.*?)```", section(hook), re.DOTALL)
    assert any(f"@hookimpl\n    def {hook}(self)" in example and "assert " in example for example in examples)


def test_the_page_names_every_state_of_a_plugin_and_the_version_of_the_interface() -> None:
    for state in State.__args__:
        assert f"| `{state}` |" in PAGE
    release = ".".join(shnor_engine.__version__.split(".")[:2])
    assert f"| {release} | here | {API_VERSION} |" in PAGE
