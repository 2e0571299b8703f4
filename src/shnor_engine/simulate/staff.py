"""Teachers of a simulated path as opaque tokens: who completed a training, and who left.

The model knows shares: how faithfully a school carries training out, and which part of its teachers leaves in a year.
Here they become people without names, so that a log of a path says what moved it. No figure comes from these events.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

from shnor_engine.events import StaffLeft, TrainingCompleted, When
from shnor_engine.simulate.model import Bools, Floats, fidelity_of, leaving_of, school_keys
from shnor_engine.simulate.noise import uniform

if TYPE_CHECKING:
    from shnor_engine.simulate.run import Simulation
    from shnor_engine.simulate.scenario import Scenario

TRAINING = "pd"  # the lever whose hours are trainings of teachers
MONTH = 3  # trainings are completed before the procedures of their year


@dataclass(frozen=True)
class Gift:
    """What one school got in a year: the form or lever, its levers, and the hours."""

    school: str
    name: str
    levers: tuple[str, ...]
    hours: float


class Staff:
    """The teachers of every school in one path of a scenario, year after year: call `year` in ascending order.

    A school has as many posts as the log says, else as the parameters say; shares are rounded to whole teachers by
    keyed chance.
    """

    def __init__(self, simulation: Simulation, scenario: Scenario, which: int, schools: Sequence[str]) -> None:
        task = simulation.task.one(which).spread()
        changed = {name: np.full(1, value) for name, value in scenario.parameters}
        self.run_id, self.schools, self.theta = simulation.run_id, tuple(schools), {**task.theta, **changed}
        known, usual = dict(simulation.order.posts), round(float(self.theta["posts"][0]))
        self.posts = np.array([known.get(school, usual) for school in schools], dtype=np.int64)
        self.keys, self.path = school_keys(task.seed, task.world.schools), task.paths[:, None]
        self.faithful = fidelity_of(self.theta, self.keys, self.path)[0]
        self.came = np.zeros(
            (len(self.schools), self.posts.max()), dtype=np.int64
        )  # how often each post was filled anew

    def year(self, year: int, gifts: Sequence[Gift]) -> Iterator[StaffLeft | TrainingCompleted]:
        """Who left in a year, and then who of those who are there completed which training."""
        leaving = self._some(leaving_of(self.theta, self.keys, self.path, year)[0], year, "who left")
        for place in range(len(self.schools)):
            yield from self._leave(place, np.flatnonzero(leaving[place]), year)
        trained = self._some(self.faithful, year, "who is trained")
        places = {school: place for place, school in enumerate(self.schools)}
        for gift in gifts:
            if TRAINING in gift.levers and round(gift.hours, 2) > 0:
                yield from self._train(gift, places[gift.school], np.flatnonzero(trained[places[gift.school]]), year)

    def _some(self, shares: Floats, year: int, purpose: str) -> Bools:
        """For each school and post whether it is among so large a share, whole teachers by keyed chance."""
        rounding = uniform(self.keys, path=self.path, year=year, purpose=f"{purpose}, rounded")[0]
        count = np.floor(shares * self.posts + rounding)
        keys = self.keys[0][:, :, None], self.keys[1][:, :, None]
        posts = np.arange(self.posts.max(), dtype=np.uint64)[None, None, :]
        chance = uniform(keys, path=self.path[:, :, None], year=year, procedure=posts, purpose=purpose)[0]
        chance[posts[0].astype(np.int64) >= self.posts[:, None]] = 2.0  # a post that the school has not comes last
        ranks = np.argsort(np.argsort(chance, axis=1), axis=1)
        chosen: Bools = ranks < count[:, None]
        return chosen

    def _leave(self, place: int, posts: np.ndarray, year: int) -> Iterator[StaffLeft]:
        for post in posts.tolist():
            yield StaffLeft(
                person=self._token(place, post),
                school_id=self.schools[place],
                role="teacher",
                when=When.year(year),
            )
            self.came[place, post] += 1

    def _train(self, gift: Gift, place: int, posts: np.ndarray, year: int) -> Iterator[TrainingCompleted]:
        for post in posts.tolist():
            yield TrainingCompleted(
                person=self._token(place, post),
                school_id=gift.school,
                role="teacher",
                programme=f"моделирование: {gift.name}",
                provider="моделирование",
                hours=round(gift.hours, 2),
                issued_on=date(year, MONTH, 1),
            )

    def _token(self, place: int, post: int) -> str:
        """Who fills a post now: a token that says nothing."""
        said = f"{self.run_id}/{self.schools[place]}/{post}/{self.came[place, post]}"
        return f"sim-{blake2b(said.encode(), digest_size=8).hexdigest()}"
