"""What belongs to the whole process and not to a plugin: looked at before one loads, put back where it was changed.

A plugin that works on its own things is not noticed here. One that changes these is named and not used. Python in
one process cannot promise more: what is written in C, a file descriptor that is closed, a module of somebody else's
that is patched, and what a thread does later are beyond it.
"""

from __future__ import annotations

import builtins
import contextlib
import io
import locale
import os
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import FunctionType, ModuleType
from typing import Any

OURS = "shnor_engine"
GRACE = 0.5  # seconds
SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass
class Surroundings:
    """A picture of them; `changed` names what a plugin changed since, after it was put back."""

    folder: str = field(default_factory=os.getcwd)
    words: str = field(default_factory=lambda: locale.setlocale(locale.LC_ALL))
    depth: int = field(default_factory=sys.getrecursionlimit)
    filters: list[Any] = field(default_factory=lambda: list(warnings.filters))
    handlers: dict[Any, Any] = field(default_factory=lambda: {item: signal.getsignal(item) for item in SIGNALS})
    variables: dict[str, str] = field(default_factory=lambda: dict(os.environ))
    threads: set[int] = field(default_factory=lambda: {id(item) for item in threading.enumerate()})
    code: dict[tuple[int, str], tuple[Any, Any]] = field(default_factory=lambda: dict(_code()))

    def changed(self) -> list[str]:
        """What is otherwise than it was, in words; each is put back, but a thread that runs."""
        # Filters of warnings are put back silently: many honest libraries add some when they are imported.
        warnings.filters[:] = self.filters  # type: ignore[index]
        return [*self._process(), *self._variables(), *self._threads(), *self._patched()]

    def _process(self) -> Iterator[str]:
        if _folder() != self.folder:
            os.chdir(self.folder)
            yield "the working directory"
        if locale.setlocale(locale.LC_ALL) != self.words:
            locale.setlocale(locale.LC_ALL, self.words)
            yield "the locale"
        if sys.getrecursionlimit() != self.depth:
            sys.setrecursionlimit(self.depth)
            yield "the recursion limit"
        if (now := {item: signal.getsignal(item) for item in SIGNALS}) != self.handlers:
            for item in SIGNALS:
                if now[item] != self.handlers[item]:
                    signal.signal(item, self.handlers[item])
            yield "signal handlers"

    def _variables(self) -> Iterator[str]:
        """Those that are gone or have another value; a new one harms nobody, and many libraries set some."""
        # A name that begins with «_» is a library's own affair: Polars sets and takes away one while it is imported.
        kept = {name: value for name, value in self.variables.items() if not name.startswith("_")}
        other = sorted(name for name, value in kept.items() if os.environ.get(name) != value)
        os.environ.update({name: self.variables[name] for name in other})
        if other:
            yield f"environment variables ({', '.join(other[:3])}{', …' if len(other) > 3 else ''})"

    def _threads(self) -> Iterator[str]:
        started = [item for item in threading.enumerate() if id(item) not in self.threads]
        for item in started:
            item.join(GRACE)  # one that ends by itself is nobody's trouble
        left = sorted(item.name for item in started if item.is_alive())
        if left:
            yield f"threads left running ({', '.join(left[:3])})"

    def _patched(self) -> Iterator[str]:
        """Functions and classes of the library that stand for something else now."""
        found = []
        for (_, name), (owner, value) in self.code.items():
            if vars(owner).get(name) is not value:
                setattr(owner, name, value)
                found.append(f"{getattr(owner, '__qualname__', owner.__name__)}.{name}")
        if found:
            yield f"code of the library ({', '.join(sorted(found)[:3])})"


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Inside, what a plugin prints goes nowhere, and a stream that it closes is not the caller's."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield


def _folder() -> str:
    try:
        return os.getcwd()
    except OSError:  # it is gone
        return ""


def _code() -> Iterator[tuple[tuple[int, str], tuple[Any, Any]]]:
    """Every function and class of the library's modules that are there, the methods among them, and the built-ins."""
    for name, module in list(sys.modules.items()):
        if module is builtins or name.partition(".")[0] == OURS:
            for owner, key, value in _members(module):
                yield (id(owner), key), (owner, value)


def _members(module: ModuleType) -> Iterator[tuple[Any, str, Any]]:
    for key, value in list(vars(module).items()):
        if key == "_" or not callable(value):
            continue
        yield module, key, value
        if isinstance(value, type) and value.__module__ == module.__name__ and module is not builtins:
            for name, method in list(vars(value).items()):
                if isinstance(method, FunctionType | classmethod | staticmethod | property):
                    yield value, name, method
