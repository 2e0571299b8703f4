"""Which plugins are wanted: decided by name, before anything of them is loaded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

ALL, NONE = "all", "none"


@dataclass(frozen=True, slots=True)
class Selection:
    """Names to load (`allowed` None: every one there is) and names never to load; a name in both is not loaded."""

    allowed: frozenset[str] | None = None
    denied: frozenset[str] = frozenset()

    @classmethod
    def of(cls, text: str | Iterable[str] | None) -> Selection:
        """The selection that a text means: `a,b` only these, `none` nobody, `all` or empty everybody, `-a` all but a.

        >>> Selection.of("krasnodar,-oryol").wants("oryol")
        False
        """
        words = text.split(",") if isinstance(text, str) else list(text or ())
        names = [word.strip() for word in words if word.strip()]
        denied = frozenset(name[1:] for name in names if name.startswith("-"))
        named = frozenset(name for name in names if not name.startswith("-"))
        if NONE in named:
            return cls(frozenset(), denied)
        return cls(None if not named or ALL in named else named, denied)

    def wants(self, name: str) -> bool:
        """Whether a plugin of that name is to be loaded."""
        return name not in self.denied and (self.allowed is None or name in self.allowed)

    def unknown(self, names: Iterable[str]) -> tuple[str, ...]:
        """Names that were asked for and are not there, ascending."""
        return tuple(sorted((self.allowed or frozenset()) - set(names)))
