"""The catalogue: every event of the programme in one registry."""

from __future__ import annotations

from shnor_engine.events import audit, decisions, lists, people, programme, results, schools
from shnor_engine.events.base import Event, Registry
from shnor_engine.events.vocabulary import CODE_LISTS

TOPICS = (schools, results, lists, programme, audit, people, decisions)


def event_types() -> tuple[type[Event], ...]:
    """Every event class of the catalogue, in the order of the topics."""
    return tuple(
        item
        for topic in TOPICS
        for item in vars(topic).values()
        if isinstance(item, type) and issubclass(item, Event) and item.__module__ == topic.__name__
    )


def catalogue() -> Registry:
    """A fresh registry with every event type and every list of codes; extend it as you like."""
    registry = Registry(event_types(), codes=CODE_LISTS)
    # Version 2 of the report says for which year, day and methodology; version 1 does not, and that is unknown.
    registry.upcaster("report.generated", version=1)(dict)
    return registry
