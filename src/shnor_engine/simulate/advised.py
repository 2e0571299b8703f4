"""Rules of recommendation as a policy: what they advise for a list decides what its schools are given next year.

Rules speak of a log, so each simulated list is published in a fork and the rules are asked about it. Paths with the
same list get the same advice, and it is asked for once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from shnor_engine.simulate.parameters import Lever, Parameters, SupportForm
from shnor_engine.simulate.paths import Gifts, View

if TYPE_CHECKING:
    from shnor_engine.simulate.materialise import Host

# for the list of a year and its members: the forms that each school is to get
Adviser = Callable[[int, frozenset[str]], Mapping[str, tuple[str, ...]]]


@dataclass(frozen=True)
class Advised:
    """A policy that gives what an adviser says: hours and cost are those of the forms."""

    adviser: Adviser
    parameters: Parameters
    schools: tuple[str, ...]
    _said: dict[tuple[int, frozenset[str]], Mapping[str, tuple[str, ...]]] = field(default_factory=dict, repr=False)

    @property
    def levers(self) -> tuple[Lever, ...]:
        """Every lever that a form moves."""
        names = dict.fromkeys(lever for form in self.parameters.forms.values() for lever in form.levers)
        return tuple(self.parameters.levers[name] for name in names)

    def give(self, view: View) -> Gifts:
        """The support of a year by what is advised for the list of the year before."""
        places = {lever.name: place for place, lever in enumerate(self.levers)}
        hours = np.zeros((*view.listed.shape, len(places)))
        cost = np.zeros(len(view.paths))
        for path, row in enumerate(view.listed):
            names = self.schools if view.real is None else tuple(self.schools[n] for n in view.real[path])
            listed = frozenset(name for name, there in zip(names, row, strict=True) if there)
            for school, forms in self.advice(view.year - 1, listed).items():
                for form in (self._form(name) for name in forms):
                    cost[path] += form.cost
                    for lever in form.levers:
                        hours[path, names.index(school), places[lever]] += form.dose
        return Gifts(hours, cost, np.zeros_like(cost), cost < 0)

    def advice(self, year: int, listed: frozenset[str]) -> Mapping[str, tuple[str, ...]]:
        """What is advised for the list of a year, asked once."""
        if (year, listed) not in self._said:
            self._said[year, listed] = self.adviser(year, listed)
        return self._said[year, listed]

    def _form(self, name: str) -> SupportForm:
        return self.parameters.forms[name]


def recommended(engine: Any, forms: Mapping[str, str], *, area: str) -> Adviser:
    """An adviser that asks the engine's own rules of recommendation about a list, in a fork of its log.

    `forms` says which form answers a rule («visit.missing» → «methodical_landing»); rules without one are not heard.
    """
    from datetime import UTC, datetime

    from shnor_engine.events import ListPublished
    from shnor_engine.simulate.materialise import ACTOR, ORIGIN, fork

    def adviser(year: int, listed: frozenset[str]) -> Mapping[str, tuple[str, ...]]:
        with fork(engine, now=datetime(year, 12, 31, tzinfo=UTC)) as other:
            known = {told.year for told in other.lists().lists if told.members is not None}
            if year not in known:
                event = ListPublished(
                    list_id=f"{ORIGIN}/{year}",
                    area=area,
                    year=year,
                    issuer="municipal",
                    complete="yes",
                    members=tuple(sorted(listed & {row["school_id"] for row in _schools(other)})),
                )
                other.append([event], actor=ACTOR)
            found: dict[str, tuple[str, ...]] = {}
            for item in other.recommend(year=year, on=date(year, 12, 31)):
                if item.rule in forms and item.subject in listed:
                    found[item.subject] = (*found.get(item.subject, ()), forms[item.rule])
            return found

    return adviser


def _schools(engine: Host) -> list[dict[str, str]]:
    return engine.project("schools").select("school_id").collect().to_dicts()
