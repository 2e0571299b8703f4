"""The law as one frozen value: every parameter by day, by what was known, and by region."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from shnor_engine.errors import LawError, NoValue
from shnor_engine.law.canon import digest
from shnor_engine.law.clause import Clause
from shnor_engine.law.dated import Dated, Parameters, Since, Values, entries_of
from shnor_engine.law.source import wrong_law

COUNTRY = ""


@dataclass(frozen=True, slots=True)
class Override:
    """What one region or municipality sets instead of the country's value; `ref` is its own act."""

    region: str
    param: str
    entries: tuple[Since[Any], ...]
    ref: Clause | None = None

    @classmethod
    def of(cls, region: str, param: Dated[Any], values: Values[Any], *, ref: Clause | None = None) -> Override:
        """An override of a parameter that allows it; raises `LawError` where it does not."""
        if not param.region_may_override:
            raise wrong_law(f"{param!r}: the law lets no region set it; remove the override of {region}")
        entries = entries_of(values)
        for entry in entries:
            param.check(entry.value)
        return cls(region, param.key, entries, ref)


@dataclass(frozen=True, slots=True)
class Valued:
    """A value as it stood: the clause that sets it, since when (and until), and the regions asked on the way.

    `known` is the day from which it could be known, where the law says one. A value that no region may set asks none.
    """

    value: Any
    clause: Clause | None
    chain: tuple[str, ...]
    since: date
    until: date | None = None
    known: date | None = None


@dataclass(frozen=True)
class Law:
    """Parameters and regional overrides, frozen, with a digest of their content.

    `regions` gives each region's parent («municipality» → «region»; a region of the country has parent ""). A lookup
    asks the municipality, then the region, then the country.
    """

    parameters: Mapping[str, Dated[Any]] = field(default_factory=dict)
    overrides: tuple[Override, ...] = ()
    regions: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        *classes: type[Parameters],
        overrides: Iterable[Override] = (),
        regions: Mapping[str, str] | None = None,
    ) -> Law:
        """The law of these parameter classes.

        Raises `LawError` where two parameters share a key, a region sets one twice, or an override sets none of them.
        """
        found: dict[str, Dated[Any]] = {}
        for source in classes:
            for item in source.all().values():
                if found.setdefault(item.key, item) is not item:
                    raise wrong_law(f"two parameters are called {item.key}; rename one class")
        own = tuple(overrides)
        for (region, param), count in Counter((item.region, item.param) for item in own).items():
            if count > 1:
                raise wrong_law(f"{region} sets {param} in {count} overrides; put its values into one")
        if strange := sorted({item.param for item in own} - set(found)):
            raise wrong_law(f"overrides speak of {', '.join(strange)}, which this law does not hold; add the class")
        return cls(found, own, dict(regions or {}))

    @cached_property
    def digest(self) -> str:
        """SHA-256 over every value, date, clause and override."""
        content = {key: item.content() for key, item in self.parameters.items()}
        overrides = sorted(self.overrides, key=lambda item: (item.param, item.region))
        return digest({"parameters": content, "overrides": overrides, "regions": self.regions})

    def value(
        self, param: Dated[Any] | str, *, at: date, as_known: date | None = None, region: str | None = None
    ) -> Valued:
        """The value on day `at` as it was known on `as_known` (None: everything is known), in a region.

        Raises `NoValue` that names the gap, never the last known value; `LawError` for a region nobody declared.
        """
        key = param if isinstance(param, str) else param.key
        if key not in self.parameters:
            raise NoValue(
                f"parameter {key} is not in this law; it holds {', '.join(sorted(self.parameters)) or 'none'}"
            )
        every = self._chain(region)
        chain = every if self.parameters[key].region_may_override else (COUNTRY,)
        for asked, place in enumerate(chain):
            entries, ref = self._entries(key, place)
            if (entry := _standing(entries, at, as_known)) is not None:
                until = _end(entries, entry, as_known)
                return Valued(entry.value, entry.ref or ref, chain[: asked + 1], entry.day, until, entry.known)
        raise NoValue(_gap(key, self.parameters[key], at, as_known))

    def refuse_unknown(self, regions: Mapping[Any, str | None]) -> None:
        """Raise `LawError` where this law names its regions and somebody's is none of them."""
        for subject, region in regions.items():
            self._refuse_unknown(region, f" of {subject}")

    @cached_property
    def _named(self) -> frozenset[str]:
        """Every region that this law names; none where it knows no regions at all."""
        return frozenset({*self.regions, *(item.region for item in self.overrides)})

    def _refuse_unknown(self, region: str | None, whose: str = "") -> None:
        if region and self._named and region not in self._named:
            raise LawError(f"unknown region {region}{whose}; this law knows {', '.join(sorted(self._named))}")

    def _chain(self, region: str | None) -> tuple[str, ...]:
        self._refuse_unknown(region)
        chain: list[str] = []
        while region:
            if region in chain:
                raise LawError(f"the regions {' → '.join(chain)} lead back to {region}; mend `regions`")
            chain.append(region)
            region = self.regions.get(region, COUNTRY)
        return (*chain, COUNTRY)

    def _entries(self, key: str, place: str) -> tuple[tuple[Since[Any], ...], Clause | None]:
        if place == COUNTRY:
            return self.parameters[key].entries, self.parameters[key].ref
        for item in self.overrides:
            if (item.region, item.param) == (place, key):
                return item.entries, item.ref
        return (), None


def _known(entry: Since[Any], as_known: date | None) -> bool:
    return as_known is None or entry.known is None or entry.known <= as_known


def _standing(entries: tuple[Since[Any], ...], at: date, as_known: date | None) -> Since[Any] | None:
    """The entry in force on the day among those known by then: the latest day, and of one day the latest known."""
    found: Since[Any] | None = None
    for entry in entries:
        if entry.day <= at and _known(entry, as_known):
            found = entry
    return None if found is None or (found.until is not None and found.until <= at) else found


def _end(entries: tuple[Since[Any], ...], entry: Since[Any], as_known: date | None) -> date | None:
    """The day on which the value ends, as far as was known: one made later says nothing yet."""
    later = [other.day for other in entries if other.day > entry.day and _known(other, as_known)]
    ends = [*later[:1], *([entry.until] if entry.until else [])]
    return min(ends, default=None)


def _gap(key: str, param: Dated[Any], at: date, as_known: date | None) -> str:
    spans = ", ".join(
        f"{entry.day}..{entry.until or ''}" + (f" (known from {entry.known})" if entry.known else "")
        for entry in param.entries
    )
    known = f" as known on {as_known}" if as_known else ""
    return f"parameter {key} has no value on {at}{known}; its values stand for {spans}; add one for that day"
