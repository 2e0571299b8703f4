"""Rules of recommendation as a policy: what they advise for a list decides what its schools are given next year.

Rules speak of a log. So each path writes its own: the lists that came about and the support that was given stand in a
fork beside what is real, and the ordinary rules are asked about it. Paths with the same past get the same advice, and
it is asked for once. What was advised goes into the manifest, and a run from it needs no log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from shnor_engine.errors import FactError
from shnor_engine.law.canon import digest
from shnor_engine.simulate.model import Floats
from shnor_engine.simulate.parameters import Lever, Parameters, SupportForm
from shnor_engine.simulate.paths import Gifts, View
from shnor_engine.simulate.scenario import Budget

if TYPE_CHECKING:
    from shnor_engine.events.base import Event
    from shnor_engine.simulate.materialise import Area

Forms = tuple[str, ...]
Given = tuple[tuple[str, Forms], ...]  # who gets which forms
ANSWERS: Mapping[str, str] = {"visit.missing": "methodical_landing"}  # to rules whose advice names no measure
NO_LIMIT = Budget()
NAMELESS = "unnamed/"  # schools that the log does not name; one is like another


@dataclass(frozen=True, slots=True)
class Year:
    """One year of a path so far: who stood on its list, and what was given in it."""

    year: int
    listed: tuple[str, ...]
    given: Given = ()


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known when the support of the next year is decided: the years of the path, the last one last."""

    years: tuple[Year, ...]

    @property
    def year(self) -> int:
        """The year of the last list."""
        return self.years[-1].year

    @property
    def listed(self) -> tuple[str, ...]:
        """Who stands on the last list."""
        return self.years[-1].listed

    @property
    def digest(self) -> str:
        """A short name for it, the same on every machine."""
        return digest(repr([(one.year, one.listed, one.given) for one in self.years]))[:16]


Advice = Mapping[str, Forms]
Adviser = Callable[[Situation], Advice]  # the forms that each school is to get


@dataclass(frozen=True)
class Advised:
    """A policy that gives what an adviser says: hours and cost are those of the forms, cut evenly to the budget."""

    adviser: Adviser
    parameters: Parameters
    schools: tuple[str, ...]
    budget: Budget = NO_LIMIT
    said: dict[Situation, Advice] = field(default_factory=dict, repr=False)
    _past: dict[int, tuple[Year, ...]] = field(default_factory=dict, repr=False)

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
        for path, given in enumerate(self.gifts(view)):
            names = self._names(view, path)
            for school, forms in given:
                for form in map(self.form, forms):
                    cost[path] += form.cost
                    for lever in form.levers:
                        hours[path, names.index(school), places[lever]] += form.dose
        share = self.share(cost)
        price = self.budget.rouble_per_hour or 0.0
        return Gifts(hours * share[:, None, None], cost * share, cost * share * price, share < 1)

    def gifts(self, view: View) -> list[Given]:
        """For each path who is to get which forms, before the budget cuts; remembered for the years after."""
        return [self._gift(view, place, path) for place, path in enumerate(view.paths.tolist())]

    def _gift(self, view: View, place: int, path: int) -> Given:
        names = self._names(view, place)
        listed = tuple(sorted(name for name, there in zip(names, view.listed[place], strict=True) if there))
        *before, now = self._past.get(path) or (Year(view.year - 1, ()),)
        past = (*before, Year(view.year - 1, listed, now.given))
        given = tuple((school, tuple(forms)) for school, forms in sorted(self.advice(Situation(past)).items()))
        self._past[path] = (*past, Year(view.year, (), given))  # its list is not known yet
        return given

    def share(self, cost: Floats) -> Floats:
        """By path: the part of what is advised that the year's budget leaves."""
        share = np.ones_like(cost)
        for limit, price in ((self.budget.staff_hours, 1.0), (self.budget.roubles, self.budget.rouble_per_hour)):
            if limit is not None and price:
                share = np.minimum(share, np.divide(limit, cost * price, out=np.ones_like(cost), where=cost > 0))
        return share

    def advice(self, situation: Situation) -> Advice:
        """What is advised in a situation, asked once; which nameless school is which changes nothing."""
        names = _plain_names(situation)
        plain = _renamed(situation, names)
        if plain not in self.said:
            self.said[plain] = dict(sorted(self.adviser(plain).items()))
        back = {one: other for other, one in names.items()}
        return {back.get(school, school): forms for school, forms in self.said[plain].items()}

    def form(self, name: str) -> SupportForm:
        """A form by its name; raises `FactError` for one whose hours no parameter says."""
        if name not in self.parameters.forms:
            raise FactError(
                f"the rules advise {name}, a form that the parameters do not hold; there are "
                f"{', '.join(self.parameters.forms)}"
            )
        return self.parameters.forms[name]

    def again(self) -> Advised:
        """The same policy before any year: for another run through the same paths."""
        return replace(self, _past={})

    def _names(self, view: View, place: int) -> tuple[str, ...]:
        return self.schools if view.real is None else tuple(self.schools[n] for n in view.real[place])


def _plain_names(situation: Situation) -> dict[str, str]:
    """Nameless schools numbered as they turn up on the lists of a path."""
    ever = dict.fromkeys(school for one in situation.years for school in one.listed if school.startswith(NAMELESS))
    return {school: f"{NAMELESS}{n}" for n, school in enumerate(ever, start=1)}


def _renamed(situation: Situation, names: Mapping[str, str]) -> Situation:
    def said(school: str) -> str:
        return names.get(school, school)

    return Situation(
        tuple(
            Year(
                one.year,
                tuple(sorted(map(said, one.listed))),
                tuple(sorted((said(school), forms) for school, forms in one.given)),
            )
            for one in situation.years
        )
    )


# --- the advisers ---------------------------------------------------------------------------------


def recommended(engine: Any, answers: Mapping[str, str] = ANSWERS, *, until: int | None = None) -> Adviser:
    """An adviser that asks the engine's own rules of recommendation, in a fork of its log up to a position.

    A recommendation is answered by the form that `answers` says for its rule («visit.missing» →
    «methodical_landing»), else by the form of its measure; without either it is not heard. Of a year whose real list
    is known the rules speak of that list, also in the few kept paths whose own differs from it.
    """
    from shnor_engine.simulate.materialise import ACTOR, area_of, fork

    area = area_of(engine)

    def adviser(situation: Situation) -> Advice:
        with fork(engine, now=datetime(situation.year, 12, 31, tzinfo=UTC), until=until) as other:
            known = {told.year for told in other.lists().lists if told.members is not None}
            if happened := list(_happened(situation, area, known)):
                other.append(happened, actor=ACTOR)
            return _answered(
                other.recommend(year=situation.year, on=date(situation.year, 12, 31)), answers, situation
            )

    return adviser


def _happened(situation: Situation, area: Area, known: Iterable[int]) -> Iterator[Event]:
    """What a path adds to the log: schools that it did not name, lists, and the support that was given."""
    from shnor_engine.events import ActivityHeld, ListPublished, SchoolRegistered, When
    from shnor_engine.simulate.materialise import ORIGIN

    for school in sorted({name for one in situation.years for name in one.listed if name.startswith(NAMELESS)}):
        yield SchoolRegistered(
            school_id=school, municipality=area.municipality, region=area.region, kind="secondary", name=school
        )
    for one in situation.years:
        for school, forms in one.given:
            for form in forms:
                yield ActivityHeld(
                    activity_id=f"{ORIGIN}/{one.year}/{school}/{form}",
                    form=form,
                    when=When.year(one.year),
                    area=area.municipality,
                    hosts=(school,),
                )
        if one.year not in known:
            yield ListPublished(
                list_id=f"{ORIGIN}/{one.year}",
                area=area.municipality,
                year=one.year,
                issuer="municipal",
                complete="yes",
                members=one.listed,
            )


def _answered(items: Iterable[Any], answers: Mapping[str, str], situation: Situation) -> Advice:
    """The forms that answer recommendations about listed schools, each form once a school."""
    found: dict[str, dict[str, None]] = {}
    for item in items:
        form = answers.get(item.rule) or (item.measure.form if item.measure is not None else None)
        if form and item.subject in situation.listed:
            found.setdefault(item.subject, {})[form] = None
    return {school: tuple(forms) for school, forms in found.items()}


def remembered(rows: Mapping[str, Mapping[str, Iterable[str]]]) -> Adviser:
    """An adviser out of a manifest: what was advised then, by the digest of the situation."""

    def adviser(situation: Situation) -> Advice:
        if situation.digest not in rows:
            raise FactError(
                f"the manifest holds no advice for the list of {situation.year} with {', '.join(situation.listed)}; "
                "it is not that of this run"
            )
        return {school: tuple(forms) for school, forms in rows[situation.digest].items()}

    return adviser


def told(policy: Advised) -> dict[str, dict[str, list[str]]]:
    """What a policy was advised, for a manifest."""
    rows = {one.digest: {school: list(forms) for school, forms in said.items()} for one, said in policy.said.items()}
    return dict(sorted(rows.items()))
