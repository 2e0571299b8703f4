"""Events as JSON lines: the form in which a log is exported and in which other systems hand events over.

One object a line. Needed: `type` and `body` (the fields of the event). Allowed: `version` (older bodies are
upcast), `event_id`, `actor`, `source`, `causation`, `correlation`; for a correction `corrects`, `correction`
(`supersede` or `retract`) and `reason`. What an export adds (`position`, `batch`, `recorded_at`, `subject`)
is accepted and set anew by the log that receives it. Any other key is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from shnor_engine.errors import (
    BadInput,
    CorrectionError,
    EventError,
    EventIdReused,
    FieldProblem,
    InvalidEvent,
    LogError,
)
from shnor_engine.events.base import Envelope, Event, Registry, Source, field_problems, is_unicode

CORRECTION_KEYS = frozenset({"corrects", "correction", "reason"})
TEXT_KEYS = frozenset({"event_id", "actor", "causation", "correlation", "corrects", "reason"})
ONE_LINE_KEYS = frozenset({"event_id", "actor"})
GIVEN = frozenset({"type", "version", "body", "source"}) | TEXT_KEYS | CORRECTION_KEYS
SET_BY_THE_LOG = frozenset({"position", "batch", "recorded_at", "subject"})
SHOWN = 80  # characters of one value in a message
_NO_TYPE = (
    "a text is required: the event type, for example result.recorded",
    "нужен вид события, например result.recorded",
)
_ONE_LINE = ("a printable text on one line is required", "нужен непустой текст в одну строку")
_TWICE = ("the key stands twice in one object; which one counts?", "ключ назван дважды; какой из них верен?")
_LONG = ("not an event: a number of thousands of digits", "число из тысяч цифр")
_IN_CALL = re.compile(r"event (\d+)\b")


@dataclass(frozen=True, slots=True)
class Read:
    """The entries of a file of the given name, and the line of each."""

    name: str
    entries: list[Envelope]
    lines: list[int]


def read_jsonl(lines: Iterable[str], registry: Registry, *, name: str) -> list[Envelope]:
    """The entries of a JSONL text, ready to append; see `read_numbered`."""
    return read_numbered(lines, registry, name=name).entries


def read_numbered(lines: Iterable[str], registry: Registry, *, name: str) -> Read:
    """The entries of a JSONL text with the line of each; empty lines are passed over.

    `name` is the file's name for messages. Raises `BadInput` that lists every bad line with its field and the
    reason; then no entry is returned, so nothing half-read can be appended.
    """
    read = Read(name, [], [])
    problems: list[FieldProblem] = []
    for number, line in _numbered(lines, name, problems):
        where = f"{name}:{number}"
        try:
            read.entries.append(_entry(line, registry, where))
            read.lines.append(number)
        except InvalidEvent as error:
            problems.extend(error.problems)
        except EventError as error:
            problems.append(FieldProblem("type", str(error), where, error.ru))
    if problems:
        raise BadInput(name, problems)
    return read


def at_lines(error: InvalidEvent, read: Read) -> BadInput:
    """What a check of the whole call found, said by file and line instead of by the number in the call."""
    return BadInput(read.name, [_at_line(problem, read) for problem in error.problems])


def at_id(error: CorrectionError | EventIdReused, read: Read) -> EventError | LogError:
    """What the log refused about one event, said at every line that names its id; the same error if none does."""
    at = [
        number
        for number, entry in zip(read.lines, read.entries, strict=True)
        if error.event_id in (entry.event_id, entry.corrects)
    ]
    field = "corrects" if isinstance(error, CorrectionError) else "event_id"
    problems = [FieldProblem(field, str(error), f"{read.name}:{line}", error.ru) for line in at]
    return BadInput(read.name, problems) if problems else error


def _at_line(problem: FieldProblem, read: Read) -> FieldProblem:
    found = _IN_CALL.match(problem.where)
    if found is None or not 1 <= int(found[1]) <= len(read.lines):
        return replace(problem, where=problem.where or read.name)
    return replace(problem, where=f"{read.name}:{read.lines[int(found[1]) - 1]}")


def _numbered(lines: Iterable[str], name: str, problems: list[FieldProblem]) -> Iterator[tuple[int, str]]:
    """The lines that say something, numbered from 1; a text that is not UTF-8 is a problem and ends it."""
    number, rest = 0, iter(lines)
    while True:
        number += 1
        try:
            line = next(rest)
        except StopIteration:
            return
        except UnicodeDecodeError:
            reason = "the text is not UTF-8 from about here on; save the file as UTF-8"
            ru = "отсюда текст не в UTF-8; сохраните файл в кодировке UTF-8"
            problems.append(FieldProblem("(line)", reason, f"{name}:{number}", ru))
            return
        if line.strip():
            yield number, line.removeprefix("\ufeff") if number == 1 else line


def _entry(line: str, registry: Registry, where: str) -> Envelope:
    raw = _object(line, where)
    event_type = raw.get("type")
    if not isinstance(event_type, str):
        raise _invalid("(line)", "type", *_NO_TYPE, where)
    if strange := sorted(raw.keys() - GIVEN - SET_BY_THE_LOG):
        raise _strange(event_type, strange, raw, registry, where)
    for key in sorted(TEXT_KEYS):
        if not isinstance(text := raw.get(key), str | None):
            raise _invalid(event_type, key, "a text is required", "нужен текст", where)
        if text is not None and key in ONE_LINE_KEYS and not (text and text.isprintable()):
            raise _invalid(event_type, key, *_ONE_LINE, where)
        if text is not None and not is_unicode(text):
            raise _invalid(event_type, key, "half of a surrogate pair, which is no text", "это не текст", where)
    correction = raw.get("correction")
    if correction not in (None, "supersede", "retract"):
        raise _invalid(event_type, "correction", "supersede or retract", "возможно supersede или retract", where)
    if (correction is None) != (raw.get("corrects") is None):
        raise _invalid(
            event_type,
            "corrects",
            "corrects and correction go together",
            "corrects и correction даются вместе",
            where,
        )
    if correction is not None and not (raw.get("reason") or "").strip():
        raise _invalid(event_type, "reason", "a correction needs a reason", "у поправки должна быть причина", where)
    return Envelope(
        event=None if correction == "retract" else _event(event_type, raw, registry, where),
        event_id=raw.get("event_id"),
        actor=raw.get("actor"),
        source=_source(event_type, raw.get("source"), where),
        causation=raw.get("causation"),
        correlation=raw.get("correlation"),
        corrects=raw.get("corrects"),
        correction=correction,
        reason=raw.get("reason"),
        type=event_type if correction == "retract" else None,
    )


def _object(line: str, where: str) -> dict[str, Any]:
    try:
        raw = json.loads(line, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise _invalid("(line)", f"column {error.colno}", f"not JSON: {error.msg}", "это не JSON", where) from None
    except _Twice as error:
        raise _invalid("(line)", str(error), *_TWICE, where) from None
    except RecursionError:
        raise _invalid(
            "(line)", "(line)", "not an event: nested too deep", "слишком глубоко вложено", where
        ) from None
    except ValueError:
        raise _invalid("(line)", "(line)", *_LONG, where) from None
    if not isinstance(raw, dict):
        raise _invalid(
            "(line)", "(line)", "one JSON object a line is required", "нужен один объект JSON на строке", where
        )
    return raw


class _Twice(Exception):
    """A key that stands twice in one object: JSON leaves open which one counts, and we do not guess."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        raise _Twice(next(key for key in keys if keys.count(key) > 1))
    return found


def _event(event_type: str, raw: dict[str, Any], registry: Registry, where: str) -> Event:
    body, newest = raw.get("body"), registry[event_type].version
    version = raw.get("version", newest)
    if not isinstance(body, dict):
        raise _invalid(
            event_type, "body", "an object with the event's fields is required", "нужен объект с полями", where
        )
    if not isinstance(version, int) or isinstance(version, bool):
        raise _invalid(event_type, "version", "a whole number is required", "нужно целое число", where)
    return registry.parse(event_type, registry.upcast(event_type, version, body), where=where)


def _source(event_type: str, raw: object, where: str) -> Source | None:
    if raw is None:
        return None
    try:
        return Source.model_validate(raw)
    except ValidationError as error:
        problems = [FieldProblem(f"source.{p.field}", p.reason, where, p.ru) for p in field_problems(error)]
        raise InvalidEvent(event_type, problems) from None


def _strange(event_type: str, keys: list[str], raw: dict[str, Any], registry: Registry, where: str) -> InvalidEvent:
    """What to do about keys that no line has: fields of the event stand under `body`, and this is how."""
    fields = registry[event_type].model_fields
    bare = [key for key in keys if key in fields]
    if bare != keys:
        key = next(key for key in keys if key not in fields)
        known = ", ".join(sorted(GIVEN))
        en = f"unknown key; known: {known}; the fields of the event stand under body"
        return _invalid(event_type, key, en, f"такого ключа нет; есть: {known}; поля события стоят в body", where)
    body = raw.get("body")
    shown = _shown({"type": event_type, "body": {**(body if isinstance(body, dict) else {}), **_of(raw, bare)}})
    en = f"fields of the event stand under body, so: {shown}"
    return _invalid(event_type, ", ".join(bare), en, "поля события пишутся внутри body, как показано", where)


def _of(raw: dict[str, Any], keys: list[str]) -> dict[str, Any]:
    return {key: value for key, value in raw.items() if key in keys}


def _shown(line: dict[str, Any]) -> str:
    """The line as it should be; what is long stands as its beginning, for the message is read by a person."""
    body = {key: _short(value) for key, value in line["body"].items()}
    return json.dumps({**line, "body": body}, ensure_ascii=False)


def _short(value: Any) -> Any:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return value if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _invalid(event_type: str, field: str, reason: str, ru: str, where: str) -> InvalidEvent:
    return InvalidEvent(event_type, [FieldProblem(field, reason, where, ru)])
