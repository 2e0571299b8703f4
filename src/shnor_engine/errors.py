"""Everything that can go wrong by name, as one tree.

::

    ShnorError
    ├── EventError                      what was to be recorded is not possible
    │   ├── InvalidEvent (ValueError)        a field is missing, mistyped or impossible
    │   ├── UnknownEventType (LookupError)   no such (type, version) in the registry
    │   ├── UpcastError                      an old version could not be read
    │   ├── UnreadableDate (ValueError)      a cell is no date we know how to read
    │   ├── UnknownSchool (LookupError)      a school name or id nobody registered
    │   │   └── AmbiguousSchool                  a name that several schools bear
    │   └── BadInput (ValueError)            a file of events: every bad line, nothing appended
    ├── LogError                        the log said no, and nothing was written
    │   ├── ConditionFailed                  `expected` did not hold at the head
    │   ├── EventIdReused                    other content under a stored event id
    │   ├── RequestIdReused                  other content under a stored request id
    │   ├── PartialRepeat                    with `expected`, part of the call was stored before
    │   ├── RecordedBackwards                `recorded_at` lies before the head's
    │   ├── CorrectionError                  the event to correct is not there, or is corrected already
    │   ├── LogFull                          no room; the log is intact
    │   ├── LogBusy (TimeoutError)           another writer held the lock too long
    │   ├── LogIsReadOnly                    opened for reading
    │   ├── LogMoved                         the file under an open log was deleted or replaced
    │   ├── NotALog                          the file is no log, or of a format we do not know
    │   ├── SchemaChanged                    somebody changed the tables or dropped a trigger
    │   └── OutcomeUnknown                   the commit failed: reopen and ask with the same ids
    ├── LawError                        the law does not answer
    │   └── NoValue (LookupError)            a parameter has no value on that date (the gap is named)
    ├── RuleError                       a methodology text is wrong (author's file and line named)
    │   ├── RuleSyntax (TypeError)           Python syntax a clause cannot hold (`and`, chained comparison, …)
    │   │   └── UnknownName (AttributeError)     no such field, parameter or clause; near names are given
    │   ├── RuleConflict                     two rules decide the same and neither is an exception to the other
    │   └── FactError (ValueError)           a fact row or column that the rule cannot read
    ├── PackError                       a pack is unknown, refused or disabled
    │   ├── UnknownPack (LookupError)
    │   └── ArtefactError (ValueError)       a document is no pack, was changed, or a pack cannot be one
    ├── PluginError                     a plugin that is wanted cannot be used (strict mode only)
    ├── ReportError                     a report cannot be made
    └── MissingExtra (ImportError)      an optional part is not installed; the message names the extra

Each message says what, where, and what to do next; the same data stands on attributes, so that a host
can word its own. `ru` says it in Russian, for those who meet it at the command line; empty where only a programmer
can meet it. Every error that a caller of the standard library would expect is also that builtin.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


class ShnorError(Exception):
    """Root of every expected error; the command line prints its one line and exits with 1."""

    ru: str = ""


# --- events ---------------------------------------------------------------------------------------


class EventError(ShnorError):
    """What was to be recorded is not possible."""


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One field of one event and what is wrong with it; `where` is a file and line, or empty; `ru` the reason."""

    field: str
    reason: str
    where: str = ""
    ru: str = ""

    def __str__(self) -> str:
        return ": ".join(part for part in (self.where, self.field, self.reason) if part)


class InvalidEvent(EventError, ValueError):
    """An event whose fields are missing, mistyped or impossible; `problems` lists them all."""

    def __init__(self, event_type: str, problems: Sequence[FieldProblem]) -> None:
        self.event_type = event_type
        self.problems = tuple(problems)
        self.ru = "; ".join(f"{problem.field}: {problem.ru}" for problem in self.problems if problem.ru)
        super().__init__(f"{event_type}: " + "; ".join(map(str, self.problems)))


class UnknownEventType(EventError, LookupError):
    """No event of this type and version is registered."""

    def __init__(self, event_type: str, version: int | None, near: Sequence[str] = ()) -> None:
        self.event_type = event_type
        self.version = version
        self.near = tuple(near)
        what = event_type if version is None else f"{event_type} version {version}"
        hint = f"did you mean {', '.join(self.near)}?" if self.near else "is its plugin installed (`shnor plugins`)?"
        hint_ru = (
            f"может быть, {', '.join(self.near)}?" if self.near else "установлен ли его плагин (`shnor plugins`)?"
        )
        self.ru = f"неизвестный вид события {what}; {hint_ru}"
        super().__init__(f"unknown event type {what}; {hint}")


class UpcastError(EventError):
    """A stored body of an old version could not be turned into the present one."""

    ru = "запись прежней версии не удалось прочитать по-нынешнему"


class UnreadableDate(EventError, ValueError):
    """A cell that is no date we know how to read, never a guess; `part` is what was not understood of it."""

    def __init__(self, cell: str, reason: str = "", *, part: str = "") -> None:
        self.cell = cell
        self.part = part
        tail = f": {reason}" if reason else ""
        super().__init__(f"cannot read the date cell «{cell}»{tail}")


class UnknownSchool(EventError, LookupError):
    """A school that nobody registered; `near` lists registered spellings that look alike."""

    def __init__(self, spelling: str, near: Sequence[str] = (), missing: str = "") -> None:
        self.spelling = spelling
        self.near = tuple(near)
        hint = f"; near: {', '.join(self.near)}" if self.near else ""
        todo = f"; {missing}" if missing else "; register it first (school.registered)"
        hint_ru = f"; похожие: {', '.join(self.near)}" if self.near else ""
        self.ru = f"школа «{spelling}» не найдена{hint_ru}"
        super().__init__(f"unknown school «{spelling}»{hint}{todo}")


class AmbiguousSchool(UnknownSchool):
    """A name that fits several schools or bodies; `candidates` are their ids. Never a guess."""

    def __init__(self, spelling: str, candidates: Sequence[str], hint: str = "") -> None:
        self.candidates = tuple(candidates)
        UnknownSchool.__init__(self, spelling)
        tail = hint or "write the name in full"
        self.ru = f"«{spelling}» подходит нескольким: {', '.join(self.candidates)}; напишите название полностью"
        self.args = (f"«{spelling}» fits several: {', '.join(self.candidates)}; {tail}",)


class BadInput(EventError, ValueError):
    """A file of events with bad lines; `problems` lists every one and nothing was appended."""

    def __init__(self, source: str, problems: Sequence[FieldProblem]) -> None:
        self.source = source
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


# --- log ------------------------------------------------------------------------------------------


class LogError(ShnorError):
    """The log said no, and nothing was written."""


class ConditionFailed(LogError):
    """`expected` did not hold; `position` is where the log really stands (of the subject or the head)."""

    def __init__(self, condition: str, position: int) -> None:
        self.condition = condition
        self.position = position
        super().__init__(
            f"condition {condition} failed: it stands at position {position}; read from there and decide again"
        )
        self.ru = f"журнал с тех пор изменился (позиция {position}): посмотрите заново и повторите"


class EventIdReused(LogError):
    """An event id came again with other content; `position` is 0 when both stand in the same call."""

    def __init__(self, event_id: str, position: int) -> None:
        self.event_id = event_id
        self.position = position
        where = f"stands at position {position}" if position else "came twice in this call"
        where_ru = f"уже записано в позиции {position}" if position else "названо дважды"
        self.ru = f"событие {event_id} {where_ru} с другим содержанием; чтобы изменить факт, внесите поправку"
        super().__init__(
            f"event id {event_id} {where} with other content; "
            "to change a fact append a correction (supersede or retract)"
        )


class RequestIdReused(LogError):
    """A request id that is stored came again with other content."""

    def __init__(self, request_id: str, batch: int) -> None:
        self.request_id = request_id
        self.batch = batch
        self.ru = f"номер запроса {request_id} уже занят другим содержанием (пакет {batch}); возьмите новый"
        super().__init__(f"request id {request_id} was used by batch {batch} with other content; take a new one")


class PartialRepeat(LogError):
    """With `expected=`, some events of the call were stored before and some were not."""

    def __init__(self, stored: int, new: int) -> None:
        self.stored = stored
        self.new = new
        super().__init__(
            f"{stored} events of this call are stored already and {new} are new; "
            "with expected= a call is whole or not at all: send the new ones alone"
        )


class RecordedBackwards(LogError):
    """`recorded_at` lies before the head's, so an as-known answer would change."""

    def __init__(self, asked: str, head: str) -> None:
        self.asked = asked
        self.head = head
        self.ru = f"день {asked} раньше последней записи журнала ({head}); вносите историю по порядку"
        super().__init__(f"recorded_at {asked} lies before the head's {head}; load history in the order it was known")


class CorrectionError(LogError):
    """The event to correct is not stored, or is not effective any more; `current` names what stands now."""

    def __init__(self, event_id: str, reason: str, current: str | None = None) -> None:
        self.event_id = event_id
        self.current = current
        hint = f"; correct {current} instead" if current else ""
        self.ru = f"событие {event_id} исправить нельзя" + (f"; исправляйте {current}" if current else "")
        super().__init__(f"cannot correct event {event_id}: {reason}{hint}")


class LogFull(LogError):
    """No room on the disk or in the file; nothing was written and the log is intact."""

    ru = "нет места на диске; ничего не записано, журнал цел; освободите место и повторите"


class LogBusy(LogError, TimeoutError):
    """Another writer held the lock longer than the busy timeout; try again."""

    ru = "журнал занят другой программой; ничего не записано, повторите позже"


class LogIsReadOnly(LogError):
    """The log was opened for reading only."""

    ru = "журнал открыт только для чтения"


class LogMoved(LogError):
    """The file of an open log was deleted, moved or replaced, so what is written would be found by nobody."""

    def __init__(self, path: str, what: str) -> None:
        self.path = path
        self.ru = "файл журнала удалён или заменён, ничего не записано; верните файл и повторите"
        super().__init__(
            f"{path}: {what} since this log was opened, and nothing was written: put the file back or open the log "
            "that is there now, and append the same events with the same ids; what this handle read until now can "
            "still be exported"
        )


class NotALog(LogError):
    """The file is not a log of this library, or of a format number that we do not know."""

    ru = "журнала shnor, который эта версия читает, здесь нет; новый создаёт `shnor init`"


class SchemaChanged(LogError):
    """Somebody changed a table or dropped a trigger; `findings` says what. Run `shnor verify`."""

    def __init__(self, path: str, findings: Sequence[str]) -> None:
        self.path = path
        self.findings = tuple(findings)
        self.ru = "таблицы журнала изменены другой программой; что именно, скажет `shnor verify`"
        super().__init__(
            f"{path}: the tables of the log were changed: {'; '.join(self.findings)}; run `shnor verify`"
        )


class OutcomeUnknown(LogError):
    """The commit itself failed: the batch may or may not stand. Reopen; the same event ids make a retry safe."""

    ru = "неизвестно, записан ли пакет; повторите с теми же номерами событий: записанное будет пропущено"


# --- law, rules, packs ----------------------------------------------------------------------------


class LawError(ShnorError):
    """The law does not answer, or it is wrong as its author wrote it: then `where` holds his file and line."""

    def __init__(self, message: str, where: str = "") -> None:
        self.where = where
        super().__init__(f"{where}: {message}" if where else message)


class NoValue(LawError, LookupError):
    """A parameter has no value on that date or was not known by then; never the last known value silently."""


class RuleError(ShnorError):
    """A methodology text is wrong; the author's file and line stand on `where`."""

    def __init__(self, message: str, where: str = "", *, ru: str = "") -> None:
        self.where = where
        self.ru = ru
        super().__init__(f"{where}: {message}" if where else message)


class RuleSyntax(RuleError, TypeError):
    """Python syntax that a clause cannot hold (`and`, `or`, `not`, `in`, chained comparison)."""


class UnknownName(RuleSyntax, AttributeError):
    """A fact, a parameter class or a rule has no attribute of that name; the message lists near ones."""


class RuleConflict(RuleError):
    """Two rules decide the same with no exception between them; both clauses are shown."""


class FactError(RuleError, ValueError):
    """A fact row or column that the rule cannot read."""


class PackError(ShnorError):
    """A pack cannot decide: it is refused, disabled or superseded; `findings` says why."""

    ru = "эта методика не может решать; почему, скажет `shnor packs list`"


class UnknownPack(PackError, LookupError):
    """No pack of that id is loaded."""

    def __init__(self, pack_id: str, known: Sequence[str]) -> None:
        self.pack_id = pack_id
        self.known = tuple(known)
        self.ru = f"методика {pack_id} неизвестна; имеющиеся показывает `shnor packs list`"
        super().__init__(f"unknown pack {pack_id}; loaded: {', '.join(self.known) or 'none'}")


class ArtefactError(PackError, ValueError):
    """A document is no artefact of a pack, was changed since it was built, or a pack cannot be made into one."""

    ru = "файл методики негоден; соберите его заново (`shnor packs build`)"


class PluginError(ShnorError):
    """A plugin that is wanted cannot be used; raised in strict mode, else it stands in the plugin's state."""

    def __init__(self, message: str, plugin: str = "") -> None:
        self.plugin = plugin
        super().__init__(message)


class ReportError(ShnorError):
    """A report cannot be made from what the log holds."""

    def __init__(self, message: str, *, ru: str = "отчёт так составить нельзя") -> None:
        self.ru = ru
        super().__init__(message)


class MissingExtra(ShnorError, ImportError):
    """An optional part is not installed."""

    def __init__(self, what: str, extra: str) -> None:
        self.extra = extra
        self.ru = f"не установлена дополнительная часть «{extra}»"
        super().__init__(f"{what} needs the extra «{extra}»: pip install 'shnor-engine[{extra}]'")


def without_address(text: str) -> str:
    """What an error says without the addresses of objects in memory: the same in every run."""
    return _ADDRESS.sub("", text)


__all__ = sorted(
    name
    for name, value in list(globals().items())
    if isinstance(value, type) and (issubclass(value, Exception) or value is FieldProblem)
)
