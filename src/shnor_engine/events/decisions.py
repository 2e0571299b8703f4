"""Decisions as they were made, placements by an authority, and the methodology in force."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal, Self

from pydantic import model_validator

from shnor_engine.events.base import Event
from shnor_engine.events.fields import IdText, Jurisdiction, Text
from shnor_engine.events.reasons import Impossible
from shnor_engine.events.when import When

Outcome = Literal["met", "not_met", "not_applicable", "undetermined", "failed"]


class DecisionMade(
    Event, type="decision.made", subject="about", key=("about", "pack", "pack_version", "period", "on", "position")
):
    """What a methodology said of somebody: for which period, on which day, knowing the log up to `position`.

    `law` and `digest` identify values and text; `events` are those that the decision rests on.
    """

    about: IdText
    pack: Text
    pack_version: Text
    digest: Text
    law: Text
    rule: Text
    period: Text
    on: dt.date
    position: int
    outcome: Outcome
    decision: Text
    values: dict[str, Any] = {}
    events: tuple[str, ...] = ()
    missing: tuple[Text, ...] = ()


class DecisionPlaced(Event, type="decision.placed", subject="about", key=("about", "rule", "period")):
    """An authority places somebody in a status whatever the rule says; the placement is then the explanation.

    `overrides` is the id of the recorded decision that it sets aside, if one was recorded.
    """

    about: IdText
    rule: Text
    period: Text
    value: Text
    authority: Text
    ground: Text
    until: dt.date | None = None
    overrides: IdText | None = None
    when: When | None = None


class RulePackActivated(Event, type="rule_pack.activated", subject="pack", key=("pack", "area", "valid_from")):
    """A methodology is in force in an area from a day on to `valid_until` inclusive, by an act.

    `parameters` are the values that the act sets itself, where the methodology leaves them to it.
    """

    pack: IdText
    pack_version: Text
    digest: Text
    area: Jurisdiction
    valid_from: dt.date
    legal_basis: Text
    valid_until: dt.date | None = None
    parameters: dict[str, Any] = {}

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.valid_until is not None and self.valid_until < self.valid_from:
            raise Impossible(
                f"valid_until {self.valid_until} is before valid_from {self.valid_from}",
                f"конец {self.valid_until} раньше начала {self.valid_from}",
            )
        return self
