"""An event-sourced rules engine: an append-only log, dated law, and decisions that explain themselves.

The names below are the front door; everything is loaded when it is first asked for, so that
`import shnor_engine` costs a host next to nothing::

    from shnor_engine import Engine
    engine = Engine.open("district.db")
    print(engine.explain("severskiy/7", pack="ru.municipal.monitoring", year=2024).text("ru"))

Public modules: `events` (the catalogue), `rules` and `law` (to write a methodology), `packs`, `testing`
(contract suites and fakes), `errors`.
"""

from __future__ import annotations

TYPE_CHECKING = False  # what type checkers take for true; `typing` itself would cost more than all of this module
if TYPE_CHECKING:
    from typing import Any

    from shnor_engine.assessment import Assessment, Decision
    from shnor_engine.engine import Engine
    from shnor_engine.events.base import Envelope, Event, Registry, Source, Stored, retract, supersede
    from shnor_engine.events.when import When
    from shnor_engine.log.protocol import Appended, Expect, Head, Verification
    from shnor_engine.reasoning.explanation import Explanation
    from shnor_engine.recommend.advice import Advice, Recommendation
    from shnor_engine.report.list_history import ListHistory

__version__ = "0.1.0"

_HOME = {
    "Advice": "recommend.advice",
    "Appended": "log.protocol",
    "Assessment": "assessment",
    "Decision": "assessment",
    "Engine": "engine",
    "Envelope": "events.base",
    "Event": "events.base",
    "Expect": "log.protocol",
    "Explanation": "reasoning.explanation",
    "Head": "log.protocol",
    "ListHistory": "report.list_history",
    "Recommendation": "recommend.advice",
    "Registry": "events.base",
    "Source": "events.base",
    "Stored": "events.base",
    "Verification": "log.protocol",
    "When": "events.when",
    "retract": "events.base",
    "supersede": "events.base",
}

__all__ = [
    "Advice",
    "Appended",
    "Assessment",
    "Decision",
    "Engine",
    "Envelope",
    "Event",
    "Expect",
    "Explanation",
    "Head",
    "ListHistory",
    "Recommendation",
    "Registry",
    "Source",
    "Stored",
    "Verification",
    "When",
    "__version__",
    "retract",
    "supersede",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
