"""How a clause is said aloud, in Russian and English, when it holds, when it does not, and when nobody knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from string import Formatter


@dataclass(frozen=True, slots=True)
class Wording:
    """Sentences without capital and full stop. Braces hold keys of the grain, parameters, `value` and `threshold`.

    The `many` forms say the same of several periods at once, with the period's name in the plural: `{years}`.
    `title` is what the clause is called where the methodology is printed; a clause may have nothing but a title.
    """

    yes: str = ""
    no: str = ""
    unknown: str = ""
    yes_many: str = ""
    no_many: str = ""
    unknown_many: str = ""
    title: str = ""

    def slots(self) -> set[str]:
        """Every name in braces."""
        texts = [getattr(self, field.name) for field in fields(self)]
        return {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}


@dataclass(frozen=True, slots=True)
class Said:
    """One clause in both languages."""

    ru: Wording
    en: Wording

    def in_(self, language: str) -> Wording:
        """The wording of a language."""
        return self.ru if language == "ru" else self.en


def titled(ru: str, en: str) -> Said:
    """A clause that has a title and is explained by its numbers."""
    return Said(Wording(title=ru), Wording(title=en))


class Texts(Mapping[str, Said]):
    """Wordings by clause name; a rule that inherits another adds to its texts."""

    def __init__(self, **said: Said) -> None:
        self._said = said

    def __getitem__(self, name: str) -> Said:
        return self._said[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._said)

    def __len__(self) -> int:
        return len(self._said)

    def over(self, older: Texts) -> Texts:
        """These texts laid over older ones."""
        return Texts(**{**older._said, **self._said})
